/**
 * `revelado train`: a training run from the command line, on the same runner as the Studio's. Ctrl-C ends it after
 * the step it is in, with its checkpoint written; `--resume` goes on.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import {
  isMelodyNetwork,
  melodyNetworkNames,
  networkNames,
  networkWidths,
  runPhases,
  runSettingsSchema,
} from '../../app/contract/studio.ts';
import { devices } from '../../app/contract/host.ts';
import { CRITIC_FOLDER } from '../studio/run/model.ts';
import { openRun } from '../studio/run/open.ts';
import { RunControl } from '../studio/run/gate.ts';
import { optionOf, type Given } from '../studio/run/resume.ts';
import { trainRun, type RunProgress } from '../studio/run/runner.ts';
import type { LogLine } from '../studio/run/log.ts';
import { numberIn, oneOf } from './options.ts';
import { duration } from './progress.ts';
import { UsageError } from './usage.ts';

export const TRAIN_HELP = `Usage: revelado train --data DIR --out DIR [options]

Trains a network on this machine. The folder of the run holds its diary (log.jsonl), its last checkpoint, sample
panels, and the best weights so far as a model, which \`eval\` and the Studio can use.

  --data DIR           a dataset: one that \`dataset build\` made, tar files with an index.csv, or any folder;
                       for melodies a file melodies.jsonl, or a folder of MIDI, ABC and MusicXML files
  --out DIR            folder of the run; must be empty or new, except with --resume
  --network NAME       ${networkNames.join(', ')}; for melodies ${melodyNetworkNames.join(', ')} (one)
  --width W            ${networkWidths.join(', ')} (small)
  --phase P            generator (learns from the truth), critic (a judge alone, for a later gan), gan (both in turn) (generator)
  --start DIR          begins with the model in this folder (of a run: DIR/model)
  --critic DIR         phase gan or critic: begins with the critic of this run
  --freeze             leaves the pre-trained encoder as it is throughout (colorist, one)
  --unfreeze-after N   percent of the time after which it learns too, at a tenth of the rate (50 from fresh weights
                       in phase generator, else 0)
  --rate FACTOR        times the learning rate: 0.3 where a loss was not finite (1)
  --minutes N          how long (60)
  --steps N            how long, in steps: gives the same numbers every time
  --size N             side of the pictures in pixels; without it the size grows
  --seed N             another choice of everything random (1)
  --resume             goes on where the run in --out stands, on the same pictures; only --minutes or --steps, --threads
                       and --device may be other than before
  --device D           ${devices.join(', ')} (auto)
  --threads N          threads (all cores)
  --json               one JSON object a line on stdout: the diary as it is written

Exit status: 0 done, 1 it could not be done, 2 wrong usage, 130 stopped by Ctrl-C (the run can be resumed; a
second Ctrl-C ends it at once, back to its last checkpoint).
`;

const OPTIONS = {
  data: { type: 'string' },
  out: { type: 'string' },
  network: { type: 'string' },
  width: { type: 'string' },
  phase: { type: 'string' },
  freeze: { type: 'boolean' },
  'unfreeze-after': { type: 'string' },
  start: { type: 'string' },
  critic: { type: 'string' },
  rate: { type: 'string' },
  minutes: { type: 'string' },
  steps: { type: 'string' },
  size: { type: 'string' },
  seed: { type: 'string' },
  resume: { type: 'boolean' },
  device: { type: 'string' },
  threads: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** What `train` was asked to do. @throws UsageError */
export function parseTrain(argv: string[]) {
  let values;
  try {
    ({ values } = parseArgs({ args: argv, options: OPTIONS, strict: true }));
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0] + '.');
  }
  if (values.help) return { help: true as const };
  if (values.data === undefined || values.out === undefined)
    throw new UsageError('train needs --data DIR (pictures) and --out DIR (the run).');
  if (values.minutes !== undefined && values.steps !== undefined)
    throw new UsageError('Give --minutes or --steps, not both.');
  if (values.freeze && values['unfreeze-after'] !== undefined)
    throw new UsageError('Give --freeze or --unfreeze-after, not both.');
  if (values.critic !== undefined && !values.resume && !['gan', 'critic'].includes(values.phase ?? ''))
    throw new UsageError('--critic needs --phase gan (or critic): in phase generator no critic learns.');
  const whole = (
    name: 'steps' | 'size' | 'seed' | 'threads',
    least: number,
    most: number,
  ): number | undefined =>
    values[name] === undefined ? undefined : numberIn(name, values[name], least, most, true);
  const network = oneOf('network', values.network ?? 'one', [...networkNames, ...melodyNetworkNames]);
  const settings = runSettingsSchema.parse({
    dataset: 'cli',
    network,
    width: oneOf('width', values.width ?? 'small', networkWidths),
    phase: oneOf('phase', values.phase ?? 'generator', runPhases),
    freeze: values.freeze === true,
    unfreezeAfter:
      values['unfreeze-after'] === undefined
        ? null
        : numberIn('unfreeze-after', values['unfreeze-after'], 0, 100, false),
    start: values.start === undefined ? null : 'given',
    critic: values.critic === undefined ? null : 'given',
    rate: values.rate === undefined ? 1 : numberIn('rate', values.rate, 0.01, 10, false),
    size: whole('size', 32, 512) ?? null,
    minutes: values.minutes === undefined ? 60 : numberIn('minutes', values.minutes, 0.1, 43200, false),
    seed: whole('seed', 0, 2 ** 31 - 1) ?? 1,
  });
  return {
    help: false as const,
    /** What learns melodies instead of the network of `open`. */
    melody: isMelodyNetwork(network) ? network : null,
    open: {
      dir: path.resolve(values.out),
      dataDir: path.resolve(values.data),
      settings,
      startDir: values.start === undefined ? null : path.resolve(values.start),
      criticDir: values.critic === undefined ? null : path.resolve(values.critic),
      inUseDir: null,
      totalSteps: whole('steps', 1, 1e8) ?? null,
      resume: values.resume === true,
      given: (Object.keys(optionOf) as Given[]).filter(
        (name) => values[optionOf[name].slice(2) as keyof typeof values] !== undefined,
      ),
      device: oneOf('device', values.device ?? 'auto', devices),
      threads: whole('threads', 0, 256) ?? 0,
    },
    json: values.json === true,
  };
}

const MELODY_FIGURES = ['lossContent', 'lossToneChoice', 'lossLengthChoice'];

/** A line of the diary for a person; null: not worth one. */
export function wordsOf(line: LogLine): string | null {
  if (line.type === 'event') return `step ${line.step}: ${line.text}`;
  const numbers = (values: Record<string, number>, names: readonly string[]): string =>
    names.flatMap((n) => (n in values ? [`${n} ${values[n].toPrecision(4)}`] : [])).join(', ');
  if (line.type === 'figures')
    return `step ${line.step}: on the test pictures ${numbers(line.figures, ['deltaE', 'psnr', 'ssim', 'insidePsnr', 'abDistance', 'colourfulnessRatio', ...MELODY_FIGURES])}`;
  return null;
}

/**
 * What Ctrl-C does: the first lets the step end and writes the checkpoint; the second does not wait. A checkpoint
 * appears whole or not at all, so nothing but the steps since the last one is lost.
 */
export function interrupts(
  control: RunControl,
  tell: (text: string) => void,
  exit: (status: number) => void,
): () => void {
  return () => {
    if (control.stopped) {
      tell('Ends at once. The run stands at its last checkpoint; go on with --resume.');
      exit(130);
      return;
    }
    tell('Stops after this step and keeps what has been learnt. Press Ctrl-C again to end at once.');
    control.stop();
  };
}

/** @returns exit status: 0 done, 130 stopped. @throws UsageError, RevealError */
export async function trainCommand(argv: string[]): Promise<number> {
  const command = parseTrain(argv);
  if (command.help) {
    process.stdout.write(TRAIN_HELP);
    return 0;
  }
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  const { melody, open } = command;
  const request = melody
    ? await (
        await import('../studio/run/objectives/melody-open.ts')
      ).openMelodyRun({ ...open, settings: { ...open.settings, network: melody } })
    : await openRun(open);
  const control = new RunControl();
  const stop = interrupts(control, say, (status) => process.exit(status));
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  let shown = 0;
  try {
    const result = await trainRun(request, control, {
      line(line) {
        if (command.json) process.stdout.write(`${JSON.stringify(line)}\n`);
        const words = wordsOf(line);
        if (words !== null) say(words);
        else if (
          line.type === 'point' &&
          performance.now() - shown > (process.stderr.isTTY ? 1000 : 15_000)
        ) {
          shown = performance.now();
          say(
            `step ${line.step}: ${Object.entries(line.losses)
              .map(([k, v]) => `${k} ${v.toPrecision(3)}`)
              .join(', ')}${leftWords(last)}`,
          );
        }
      },
      progress(now) {
        last = now;
      },
    });
    const model =
      request.run.settings.phase === 'critic'
        ? `the critic is in ${path.join(command.open.dir, CRITIC_FOLDER)}`
        : `the model is in ${path.join(command.open.dir, 'model')}`;
    say(`${result.because} ${result.step} steps; ${model}.`);
    return control.stopped ? 130 : 0;
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
}
let last: RunProgress | null = null;
const leftWords = (now: RunProgress | null): string =>
  now
    ? ` (${now.imagesPerSecond?.toFixed(1) ?? '?'} pictures/s${now.secondsLeft === null ? '' : `, ${duration(now.secondsLeft)} left`})`
    : '';
