/**
 * The plan of a run: which phase, at which picture size, with how many pictures a step, for which share of the
 * time. Sizes grow (as in the older system, and in Karras 2018): small pictures teach colours and layout many
 * times faster than large ones, which then only have to teach detail. The batch shrinks as pictures grow, so that
 * a step's work and memory stay about the same.
 */
import type { RunPhase } from '../../../app/contract/studio.ts';
import { say } from '../../../app/words/sentences.ts';

/** One stage of a run. `share` is the part of the run's time, all shares together 1. */
export interface Stage {
  phase: RunPhase;
  size: number;
  batch: number;
  share: number;
  /** Peak learning rate of the stage, as a factor of the run's. */
  rate: number;
}

export interface PlanOptions {
  phase: RunPhase;
  /** Fixed size; null lets it grow. */
  size: number | null;
  /** Sizes must be multiples of this (the network's coarsest stride). */
  multiple: number;
  /** Pictures a step at 64 px. */
  batch: number;
  minutes: number;
}

/** Pictures a step at a size: as many as cost what `batch` cost at 64 px, at least 2. */
export function batchAt(size: number, batch: number): number {
  return Math.max(2, Math.round((batch * 64 * 64) / (size * size)));
}

/**
 * Stages of a run, in order.
 * @throws RangeError when a fixed size is no multiple of what the network needs
 */
export function planRun(options: PlanOptions): Stage[] {
  const { phase, size, multiple, batch, minutes } = options;
  if (size !== null) {
    if (size % multiple !== 0)
      throw new RangeError(say('studio-size-unfit', { size: String(size), multiple: String(multiple) }));
    return [{ phase, size, batch: batchAt(size, batch), share: 1, rate: 1 }];
  }
  const fit = (wanted: number): number => Math.max(multiple, Math.round(wanted / multiple) * multiple);
  // A critic judges texture: it needs no small beginnings. Minutes decide whether large sizes pay at all.
  const wanted: [number, number, number][] =
    phase !== 'generator'
      ? [[128, 1, 1]]
      : minutes < 20
        ? [
            [64, 0.7, 1],
            [96, 0.3, 0.5],
          ]
        : [
            [64, 0.5, 1],
            [96, 0.25, 0.7],
            [128, 0.25, 0.5],
          ];
  const stages: Stage[] = [];
  for (const [side, share, rate] of wanted) {
    const fitted = fit(side);
    const last = stages.at(-1);
    if (last && last.size === fitted) last.share += share;
    else stages.push({ phase, size: fitted, batch: batchAt(fitted, batch), share, rate });
  }
  return stages;
}

/** Which stage runs at a share of the time (0..1), and how far that stage is (0..1). */
export function stageAt(stages: readonly Stage[], progress: number): { index: number; within: number } {
  let begin = 0;
  for (const [index, stage] of stages.entries()) {
    const end = begin + stage.share;
    if (progress < end || index === stages.length - 1)
      return { index, within: Math.min(1, Math.max(0, (progress - begin) / stage.share)) };
    begin = end;
  }
  throw new RangeError('a plan has at least one stage');
}
