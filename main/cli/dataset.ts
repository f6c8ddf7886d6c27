/**
 * `revelado dataset build`: photographs, films and registered pairs to a folder that `train` and `eval` read.
 * One line (or JSON object) for each source; what was left out and why is in the folder's report.json.
 */
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { RevealError } from '../../app/contract/messages.ts';
import { show } from '../files/bytes.ts';
import { buildDataset, type BuildReport, type SourceReport } from '../studio/dataset/build.ts';
import { rejections } from '../studio/dataset/screen.ts';
import { TEST_SHARE } from '../studio/dataset/split.ts';
import { presetNames, type PresetName } from '../studio/dataset/types.ts';
import { numberIn, oneOf } from './options.ts';
import { Progress } from './progress.ts';
import { UsageError } from './usage.ts';
import { version } from './version.ts';

export const DATASET_HELP = `Usage: revelado dataset build SOURCES… --out DIR [options]

Makes training data from photographs and films. SOURCES are files and folders: photographs, films (their
significant frames are taken), folders of registered real pairs (pairs.csv with the columns input and target, or
the folders input/ and target/ with equal names), and finished datasets. Originals are only read.

Black and white, blurred, tiny and flat pictures and near-duplicates are left out; DIR/report.json names each with
its reason, and says which hues are missing. DIR/contact-sheet.png shows pairs: degraded, truth.

  --out DIR                  folder for the dataset; new, empty, or (with --overwrite) a dataset
  --preset lapaz|print|negative|film   kind of damage that it is meant for (print)
  --size N                   shorter side of the pictures in pixels, 64 to 1024 (256)
  --test-share S             share kept apart for testing, 0 to 0.9 (0.1); a source's own split wins
  --seed N                   for the contact sheet and for what is trained on it (0)
  --threads N                at most N threads (all)
  --overwrite                replace the dataset that is in DIR
  --json                     one JSON object per source on stdout

Exit status: 0 all done, 1 a source gave nothing or failed, 2 wrong usage, 130 cancelled.
`;

/** What `dataset build` was asked to do. Paths are absolute. */
export interface DatasetCommand {
  sources: string[];
  out: string;
  preset: PresetName;
  size: number;
  testShare: number;
  seed: number;
  threads: number;
  overwrite: boolean;
  json: boolean;
  help: boolean;
}

/** Reads the arguments after `dataset`. @throws UsageError */
export function parseDataset(argv: string[], cwd = process.cwd()): DatasetCommand {
  let parsed;
  try {
    parsed = parseArgs({
      args: argv,
      options: {
        out: { type: 'string' },
        preset: { type: 'string' },
        size: { type: 'string' },
        'test-share': { type: 'string' },
        seed: { type: 'string' },
        threads: { type: 'string' },
        overwrite: { type: 'boolean' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
      allowPositionals: true,
      strict: true,
    });
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0] + '.');
  }
  const { values: v, positionals } = parsed;
  const [verb, ...sources] = positionals;
  const help = v.help === true;
  if (!help) {
    if (verb !== 'build')
      throw new UsageError(
        `dataset${verb === undefined ? '' : ` ${verb}`}: write revelado dataset build SOURCES… --out DIR.`,
      );
    if (sources.length === 0)
      throw new UsageError('dataset build: name at least one photograph, film or folder.');
    if (v.out === undefined)
      throw new UsageError('dataset build: say where the dataset goes, with --out DIR.');
  }
  return {
    sources: sources.map((source) => path.resolve(cwd, source)),
    out: path.resolve(cwd, v.out ?? '.'),
    preset: oneOf('preset', v.preset ?? 'print', presetNames),
    size: v.size === undefined ? 256 : numberIn('size', v.size, 64, 1024, true),
    testShare:
      v['test-share'] === undefined ? TEST_SHARE : numberIn('test-share', v['test-share'], 0, 0.9, false),
    seed: v.seed === undefined ? 0 : numberIn('seed', v.seed, 0, 2 ** 32 - 1, true),
    threads:
      v.threads === undefined ? os.availableParallelism() : numberIn('threads', v.threads, 1, 256, true),
    overwrite: v.overwrite === true,
    json: v.json === true,
    help,
  };
}

/** "12 black and white, 3 blurred", or nothing. */
function rejectedWords(rejected: SourceReport['rejected']): string {
  return rejections
    .flatMap((reason) => (rejected[reason] ? [`${rejected[reason]} ${reason}`] : []))
    .join(', ');
}

function sourceLine(source: SourceReport): string {
  const left = rejectedWords(source.rejected);
  return `${source.kept > 0 ? '✓' : '✗'} ${show(path.basename(source.path))}: ${source.kept} pictures${left ? `; left out: ${left}` : ''}`;
}

/** The line of `--json` for a source. */
function sourceJson(source: SourceReport, report: BuildReport, size: number): Record<string, unknown> {
  const ok = source.kept > 0;
  return {
    input: source.path,
    output: ok ? report.out : null,
    action: 'dataset',
    ok,
    ...(ok ? {} : { error: `nothing of it can be used: ${rejectedWords(source.rejected) || 'it is empty'}` }),
    seconds: Math.round(source.seconds * 1000) / 1000,
    width: size,
    height: size,
    bits: 8,
    steps: [{ name: 'build', seconds: Math.round(source.seconds * 1000) / 1000 }],
    analysis: {
      photographs: source.photographs,
      films: source.films,
      pairs: source.pairs,
      kept: source.kept,
      rejected: source.rejected,
    },
  };
}

/** @returns exit status: 0 all done, 1 a source gave nothing or failed, 130 cancelled; UsageError for wrong usage */
export async function datasetCommand(argv: string[]): Promise<number> {
  const command = parseDataset(argv);
  if (command.help) {
    process.stdout.write(DATASET_HELP);
    return 0;
  }
  const stop = new AbortController();
  const cancel = (): void => stop.abort();
  process.on('SIGINT', cancel);
  process.on('SIGTERM', cancel);
  const started = performance.now();
  let progress: Progress | null = null;
  let finished = 0;
  let report: BuildReport;
  try {
    report = await buildDataset({
      ...command,
      version,
      signal: stop.signal,
      onProgress: (done, total, label) => {
        progress ??= new Progress(total);
        // A terminal gets a bar; a log file gets a line every few hundred pictures.
        if (process.stderr.isTTY) {
          progress.advance(done, label);
        } else if (done - finished >= 500) {
          finished = done;
          progress.print(`${done} of ${total}`);
        }
      },
    });
  } catch (error) {
    (progress as Progress | null)?.clear();
    if (stop.signal.aborted || (error instanceof RevealError && error.code === 'cancelled')) {
      process.stderr.write('Cancelled; nothing was written.\n');
      return 130;
    }
    if (command.json && error instanceof RevealError)
      for (const input of command.sources)
        process.stdout.write(
          `${JSON.stringify({ input, output: null, action: 'dataset', ok: false, error: error.message, seconds: 0, width: 0, height: 0, bits: 8, steps: [] })}\n`,
        );
    throw error;
  } finally {
    process.off('SIGINT', cancel);
    process.off('SIGTERM', cancel);
  }
  (progress as Progress | null)?.clear();
  for (const source of report.sources) {
    process.stderr.write(`${sourceLine(source)}\n`);
    if (command.json) process.stdout.write(`${JSON.stringify(sourceJson(source, report, command.size))}\n`);
  }
  const pairs = report.pairs > 0 ? `, ${report.pairs} of them real pairs` : '';
  process.stderr.write(
    `${report.pictures} pictures${pairs}: ${report.train} to learn from, ${report.test} for testing, in ${((performance.now() - started) / 1000).toFixed(1)} s. See ${show(path.join(report.out, 'contact-sheet.png'))} and report.json.\n`,
  );
  for (const warning of report.warnings) process.stderr.write(`! ${warning}\n`);
  return report.sources.some((source) => source.kept === 0) ? 1 : 0;
}
