/**
 * What a run remembers: its configuration (`run.json`, written once and when a stage's length is fixed) and where
 * it stands (kept inside the checkpoint, so weights and position can never disagree).
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { RevealError } from '../../../app/contract/messages.ts';
import { runPhases, runSettingsSchema, type RunSettings } from '../../../app/contract/studio.ts';
import { writeJsonAtomic } from '../../files/atomic.ts';
import { show } from '../../files/bytes.ts';
import type { DriftFigures } from './alarms.ts';
import { encoders, type Encoder, type Stage } from './plan.ts';
import { noEvaluation, type StopState } from './stop.ts';
import { firstTurn, type SwitcherState } from './switcher.ts';
import type { RunProgress } from './types.ts';

const stageSchema = z.object({
  phase: z.enum(runPhases),
  size: z.number().int(),
  batch: z.number().int(),
  share: z.number(),
  rate: z.number(),
  /** Fixed soon after the stage begins, from the speed that was measured; then never changed. */
  steps: z.number().int().nullable(),
  /** Left out by runs of earlier versions: see `encoderOf`. */
  encoder: z.enum(encoders).optional(),
});
export interface TimedStage extends Omit<Stage, 'encoder'> {
  steps: number | null;
  encoder?: Encoder | undefined;
}

/** What the encoder does in a stage; a run of an earlier version goes on as it began. */
export const encoderOf = (settings: Pick<RunFileSettings, 'freeze'>, stage: TimedStage): Encoder =>
  stage.encoder ?? (settings.freeze ? 'frozen' : 'full');

export type RunFileSettings = RunSettings;

const runFileSchema = z.object({
  version: z.literal(1),
  settings: runSettingsSchema,
  /** Folder of the model that the run began with: frozen weights are read from it again when it goes on. */
  startDir: z.string().nullable().default(null),
  /** Folder of the critic that the run began with. */
  criticDir: z.string().nullable().default(null),
  /** Fingerprint of the pictures it learns from (dataset/fingerprint.ts); null until it is known. */
  data: z.string().nullable().default(null),
  /** Total steps where they were given instead of minutes. */
  totalSteps: z.number().int().nullable(),
  stages: z.array(stageSchema).min(1),
  /** Peak learning rate; null until it is known. */
  rate: z.number().nullable(),
  createdAt: z.number(),
});
export interface RunFile {
  version: 1;
  settings: RunFileSettings;
  startDir: string | null;
  criticDir: string | null;
  data: string | null;
  totalSteps: number | null;
  stages: TimedStage[];
  rate: number | null;
  createdAt: number;
}

export const RUN_NAME = 'run.json';
export const CHECKPOINT_NAME = 'checkpoint.rvc';

/** The configuration in a run's folder; null when there is none. @throws RevealError 'bad-input' when it cannot be understood */
export function readRunFile(dir: string): RunFile | null {
  const file = path.join(dir, RUN_NAME);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  try {
    return runFileSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new RevealError('bad-input', `${show(file)} is not the file of a training run.`, { cause: error });
  }
}
export const writeRunFile = (dir: string, run: RunFile): Promise<unknown> =>
  writeJsonAtomic(path.join(dir, RUN_NAME), run);

/**
 * A run that is given another length: more or less of its last stage, which is all that is not done yet.
 * @param speed steps a second so far; null: nothing was done yet
 */
export function withMinutes(run: RunFile, minutes: number, speed: number | null): RunFile {
  const last = run.stages[run.stages.length - 1];
  const more = minutes - run.settings.minutes;
  const steps =
    last.steps === null || speed === null ? null : Math.max(1, last.steps + Math.round(more * 60 * speed));
  return {
    ...run,
    settings: { ...run.settings, minutes },
    stages: [...run.stages.slice(0, -1), { ...last, steps }],
  };
}

/** The same for a run whose length is a number of steps. @throws RevealError 'bad-request' when earlier stages are longer */
export function withSteps(run: RunFile, totalSteps: number): RunFile {
  const last = run.stages[run.stages.length - 1];
  const before = run.stages.slice(0, -1).reduce((n, s) => n + (s.steps ?? 0), 0);
  if (totalSteps <= before)
    throw new RevealError(
      'bad-request',
      `--steps ${totalSteps}: the stages before the last one of this run have ${before} steps already.`,
    );
  return {
    ...run,
    totalSteps,
    stages: [...run.stages.slice(0, -1), { ...last, steps: totalSteps - before }],
  };
}

/** Where a run stands. Plain data. */
export interface Position {
  /** Steps of the whole run. */
  step: number;
  stage: number;
  stageStep: number;
  /** Seconds trained, pauses left out. */
  seconds: number;
  images: number;
  switcher: SwitcherState;
  criticWins: number;
  early: StopState;
  /** Figures at the start of the present phase, for the drift alarm. */
  drift: DriftFigures | null;
  /** Steps at which samples were written. */
  samples: number[];
}
export const atStart = (): Position => ({
  step: 0,
  stage: 0,
  stageStep: 0,
  seconds: 0,
  images: 0,
  switcher: firstTurn,
  criticWins: 0,
  early: noEvaluation,
  drift: null,
  samples: [],
});

/** Steps that are done and that are still to do, as far as stages are timed; null while one is not. */
export function stepsLeft(run: RunFile, position: Position): number | null {
  let left = -position.stageStep;
  for (const stage of run.stages.slice(position.stage)) {
    if (stage.steps === null) return null;
    left += stage.steps;
  }
  return Math.max(0, left);
}

/** How far a run has come. @param speed seconds a step, now; null: not known yet */
export function progressOf(
  run: RunFile,
  position: Position,
  speed: number | null,
  device: string | null,
): RunProgress {
  const left = stepsLeft(run, position);
  return {
    step: position.step,
    seconds: position.seconds,
    // Later stages are timed when they begin; until then the minutes that were asked for say it.
    secondsLeft:
      left !== null && speed !== null
        ? left * speed
        : Math.max(0, run.settings.minutes * 60 - position.seconds),
    imagesPerSecond: speed ? run.stages[position.stage].batch / speed : null,
    device,
  };
}
