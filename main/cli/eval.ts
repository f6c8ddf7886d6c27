/**
 * `revelado eval`: models on the test split of a dataset, beside the classical baselines, group by group. The
 * table goes to stdout (with --json the report as one JSON object instead), and with --report to a folder as
 * report.json, table.md and sheet.png.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { devices } from '../../app/contract/host.ts';
import { RevealError } from '../../app/contract/messages.ts';
import { makeFolder } from '../files/folder.ts';
import { fileError, show } from '../files/bytes.ts';
import { encodePng, writeAtomic, writeJsonAtomic } from '../files/index.ts';
import { openDataset } from '../studio/dataset/index.ts';
import {
  contactSheet,
  DEFAULT_GROUPS,
  evaluate,
  modelEngine,
  openPredictor,
  type Predictor,
  problemLines,
  readPlates,
  reportTable,
  verdicts,
} from '../studio/eval/index.ts';
import { numberIn, oneOf } from './options.ts';
import { Progress } from './progress.ts';
import { UsageError } from './usage.ts';

export const EVAL_HELP = `Usage: revelado eval --data DIR [--model NAME]… [options]

Measures models on the test pictures of a dataset, beside the classical baselines that compete in each group of
degradations. Pictures and degradations are the same every time (fixed seeds).

  --data DIR          a dataset: one that \`dataset build\` made, tar files with an index.csv, or any folder
  --model NAME        a model of the store, the folder of a training run or of a model, baseline:METHOD, or
                      onnx:FILE (a denoiser x, sigma to y); may be repeated; without it the baselines alone
  --groups A,B,…      ${DEFAULT_GROUPS.join(', ')};
                      sums (bw+noise) and pair (registered real pairs) too. Default: all but pair
  --count N           pictures of each group (100)
  --size N            side of the pictures in pixels (128); models want a multiple of 32
  --plates DIR        also colours the single records of three-colour plates (pg_plate_*, pg_colour_*)
  --report DIR        writes report.json, table.md and the contact sheet sheet.png
  --seed N            another choice of pictures and damage (1)
  --threads N         threads for pictures and figures (all cores)
  --device auto|cpu|cuda|dml|coreml|webgpu   where models run (auto)
  --json              the report as one JSON object on stdout instead of the table

Exit status: 0 done, 1 it could not be done, 2 wrong usage, 130 cancelled.
`;

const OPTIONS = {
  data: { type: 'string' },
  model: { type: 'string', multiple: true },
  groups: { type: 'string' },
  count: { type: 'string' },
  size: { type: 'string' },
  plates: { type: 'string' },
  report: { type: 'string' },
  seed: { type: 'string' },
  threads: { type: 'string' },
  device: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** What `eval` was asked to do. */
export interface EvalCommand {
  data: string;
  models: string[];
  groups: readonly string[];
  count: number;
  size: number;
  plates: string | null;
  report: string | null;
  seed: number;
  threads: number | undefined;
  device: (typeof devices)[number];
  json: boolean;
  help: boolean;
}

/** Reads the arguments after `eval`. @throws UsageError */
export function parseEval(argv: string[]): EvalCommand {
  let values;
  try {
    ({ values } = parseArgs({ args: argv, options: OPTIONS, strict: true }));
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0] + '.');
  }
  const whole = (
    name: 'count' | 'size' | 'seed' | 'threads',
    least: number,
    most: number,
  ): number | undefined =>
    values[name] === undefined ? undefined : numberIn(name, values[name], least, most, true);
  const help = values.help === true;
  if (!help && values.data === undefined)
    throw new UsageError('eval needs --data DIR: the dataset whose test pictures are to be used.');
  return {
    data: path.resolve(values.data ?? '.'),
    models: values.model ?? [],
    groups: values.groups?.split(',').map((group) => group.trim()) ?? DEFAULT_GROUPS,
    count: whole('count', 1, 1_000_000) ?? 100,
    size: whole('size', 32, 2048) ?? 128,
    plates: values.plates === undefined ? null : path.resolve(values.plates),
    report: values.report === undefined ? null : path.resolve(values.report),
    seed: whole('seed', 0, 2 ** 31 - 1) ?? 1,
    threads: whole('threads', 0, 256),
    device: oneOf('device', values.device ?? 'auto', devices),
    json: values.json === true,
    help,
  };
}

async function reportFolder(dir: string): Promise<void> {
  try {
    await makeFolder(dir);
  } catch (error) {
    throw fileError(dir, error, 'write');
  }
}

/** @returns exit status: 0 done, 130 cancelled. @throws UsageError, RevealError */
export async function evalCommand(argv: string[]): Promise<number> {
  const command = parseEval(argv);
  if (command.help) {
    process.stdout.write(EVAL_HELP);
    return 0;
  }
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const dataset = await openDataset(command.data);
  // Before hours of work, not after.
  if (command.report) await reportFolder(command.report);
  const predictors: Predictor[] = [];
  // Baselines need no engine, and looking for devices takes a moment.
  const networks = command.models.some((name) => !name.startsWith('baseline:'));
  const engine = await modelEngine(networks ? command.device : 'cpu', command.threads ?? 0);
  const stop = new AbortController();
  const cancel = (): void => stop.abort();
  process.on('SIGINT', cancel);
  process.on('SIGTERM', cancel);
  let progress: Progress | null = null;
  try {
    for (const name of command.models) predictors.push(await openPredictor(name, engine));
    const read = command.plates ? await readPlates(command.plates, command.size) : null;
    if (read && read.plates.length === 0)
      say(`There are no plates (pg_plate_*, pg_colour_*) in ${show(command.plates ?? '')}: left out.`);
    if (read) problemLines(read.problems).forEach(say);
    let group = '';
    const { report, sheet } = await evaluate({
      dataset,
      predictors,
      groups: command.groups,
      size: command.size,
      count: command.count,
      seed: command.seed,
      ...(command.threads === undefined ? {} : { threads: command.threads }),
      ...(read ? { plates: read.plates } : {}),
      signal: stop.signal,
      onProgress: (done, total, now) => {
        progress ??= new Progress(total);
        if (now !== group) progress.stage(`${now} (${done} of ${total})`);
        group = now;
        progress.part('pictures', done);
      },
    });
    (progress as Progress | null)?.clear();
    if (read) report.problems.push(...read.problems);
    problemLines(report.problems).forEach(say);
    const table = reportTable(report);
    process.stdout.write(command.json ? `${JSON.stringify(report)}\n` : table);
    for (const one of report.groups)
      for (const { name, psnr, deltaE } of verdicts(one))
        say(
          `${one.group}: ${name} is ${psnr ? 'ahead of' : 'behind'} the baselines on PSNR, ${deltaE ? 'ahead' : 'behind'} on Delta E`,
        );
    if (command.report) {
      await writeJsonAtomic(path.join(command.report, 'report.json'), report);
      await writeAtomic(path.join(command.report, 'table.md'), true, (sink) =>
        sink.write(Buffer.from(table, 'utf8')),
      );
      const picture = contactSheet(sheet);
      if (picture) {
        const png = await encodePng(picture);
        await writeAtomic(path.join(command.report, 'sheet.png'), true, (sink) => sink.write(png));
      }
    }
    say(`Done in ${report.seconds} s.`);
    return 0;
  } catch (error) {
    (progress as Progress | null)?.clear();
    if (stop.signal.aborted) {
      say('Cancelled.');
      return 130;
    }
    if (error instanceof RevealError && error.code === 'bad-request') throw new UsageError(error.message);
    throw error;
  } finally {
    process.off('SIGINT', cancel);
    process.off('SIGTERM', cancel);
    await engine.store.close();
  }
}
