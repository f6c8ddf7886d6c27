/**
 * Going on with a run by command line: what it learns, how and from where was decided when it began, and another
 * word about it now is a mistake to be told, not to be passed over. Only its length may be another.
 */
import { RevealError } from '../../../app/contract/messages.ts';
import { show } from '../../files/bytes.ts';
import { readLog } from './log.ts';
import { withMinutes, withSteps, type RunFile, type RunFileSettings } from './position.ts';

/** Options of `train` by the setting that they give. */
export const optionOf = {
  network: '--network',
  width: '--width',
  phase: '--phase',
  freeze: '--freeze',
  unfreezeAfter: '--unfreeze-after',
  start: '--start',
  critic: '--critic',
  rate: '--rate',
  size: '--size',
  seed: '--seed',
  minutes: '--minutes',
  steps: '--steps',
} as const;
export type Given = keyof typeof optionOf;

interface Asked {
  settings: RunFileSettings;
  startDir: string | null;
  criticDir: string | null;
  totalSteps: number | null;
}

/**
 * The run as it goes on.
 * @param given what was said on the command line; the rest is the run's own
 * @throws RevealError 'bad-request' naming every setting that is another than the run's
 */
export function resumed(dir: string, run: RunFile, asked: Asked, given: readonly Given[]): RunFile {
  const words = (value: string | number | boolean | null): string =>
    value === null ? 'none' : typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value);
  const others = given.flatMap((name) => {
    if (name === 'minutes' || name === 'steps') return [];
    const [now, then] =
      name === 'start'
        ? [asked.startDir, run.startDir]
        : name === 'critic'
          ? [asked.criticDir, run.criticDir]
          : [asked.settings[name], run.settings[name]];
    return now === then ? [] : [`${optionOf[name]} ${words(now)} (the run has ${words(then)})`];
  });
  if (others.length > 0)
    throw new RevealError(
      'bad-request',
      `The run in ${show(dir)} was begun with other settings: ${others.join(', ')}. Leave that out to go on, or begin another run in another folder.`,
    );
  if (given.includes('minutes') && asked.settings.minutes !== run.settings.minutes) {
    if (run.totalSteps !== null)
      throw new RevealError(
        'bad-request',
        `The length of the run in ${show(dir)} is ${run.totalSteps} steps: give it more by --steps.`,
      );
    const last = readLog(dir).findLast((line) => line.type === 'point');
    const speed = last && last.type === 'point' && last.seconds > 0 ? last.step / last.seconds : null;
    return withMinutes(run, asked.settings.minutes, speed);
  }
  if (given.includes('steps') && asked.totalSteps !== run.totalSteps) {
    if (run.totalSteps === null)
      throw new RevealError(
        'bad-request',
        `The length of the run in ${show(dir)} is ${run.settings.minutes} minutes: give it more by --minutes.`,
      );
    return withSteps(run, asked.totalSteps as number);
  }
  return run;
}
