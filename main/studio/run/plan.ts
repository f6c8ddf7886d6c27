/**
 * The plan of a run: which phase, at which picture size, with how many pictures a step, for which share of the
 * time. Sizes grow (as in the older system, and in Karras 2018): small pictures teach colours and layout many
 * times faster than large ones, which then only have to teach detail. The batch shrinks as pictures grow, so that
 * a step's work and memory stay about the same.
 */
import type { RunPhase, RunSettings } from '../../../app/contract/studio.ts';
import { say } from '../../../app/words/sentences.ts';

/** What a pre-trained encoder does in a stage: stays as it is, learns slowly, or learns like the rest. */
export const encoders = ['frozen', 'slow', 'full'] as const;
export type Encoder = (typeof encoders)[number];
/**
 * Factor on the learning rate of a pre-trained encoder that learns: its weights are large and good, and at the
 * rate of fresh ones they fall apart in the first steps.
 */
export const ENCODER_PACE = 0.1;
/** Share of the time in which it stays as it is when nothing else is said: fresh weights behind it would only disturb it. */
const FROZEN_SHARE = 0.5;

/** One stage of a run. `share` is the part of the run's time, all shares together 1. */
export interface Stage {
  phase: RunPhase;
  size: number;
  batch: number;
  share: number;
  /** Peak learning rate of the stage, as a factor of the run's. */
  rate: number;
  encoder: Encoder;
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
  /** Share of the time (0..1) in which a pre-trained encoder stays as it is; null: the network has none. */
  frozen?: number | null;
}

/** `PlanOptions.frozen` of a run's settings, for a network that has a pre-trained encoder. */
export function frozenShare(
  settings: Pick<RunSettings, 'freeze' | 'unfreezeAfter' | 'start' | 'phase'>,
): number {
  if (settings.freeze) return 1;
  if (settings.unfreezeAfter !== null) return settings.unfreezeAfter / 100;
  return settings.start === null && settings.phase === 'generator' ? FROZEN_SHARE : 0;
}

/** Cuts the stage in which the encoder begins to learn in two. */
function withEncoder(stages: readonly Omit<Stage, 'encoder'>[], frozen: number | null): Stage[] {
  if (frozen === null) return stages.map((stage) => ({ ...stage, encoder: 'full' }));
  let begin = 0;
  return stages.flatMap((stage): Stage[] => {
    const still = Math.min(stage.share, Math.max(0, frozen - begin));
    begin += stage.share;
    // Shares are sums of decimals: a sliver is no stage.
    if (still < 1e-6) return [{ ...stage, encoder: 'slow' }];
    if (stage.share - still < 1e-6) return [{ ...stage, encoder: 'frozen' }];
    return [
      { ...stage, share: still, encoder: 'frozen' },
      { ...stage, share: stage.share - still, encoder: 'slow' },
    ];
  });
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
  const { phase, size, multiple, batch, minutes, frozen = null } = options;
  if (size !== null) {
    if (size % multiple !== 0)
      throw new RangeError(say('studio-size-unfit', { size: String(size), multiple: String(multiple) }));
    return withEncoder([{ phase, size, batch: batchAt(size, batch), share: 1, rate: 1 }], frozen);
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
  const stages: Omit<Stage, 'encoder'>[] = [];
  for (const [side, share, rate] of wanted) {
    const fitted = fit(side);
    const last = stages.at(-1);
    if (last && last.size === fitted) last.share += share;
    else stages.push({ phase, size: fitted, batch: batchAt(fitted, batch), share, rate });
  }
  return withEncoder(stages, frozen);
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
