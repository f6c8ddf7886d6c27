/**
 * Pass one over a reel: shots, and the tables of the steps that measure. Frames go by once, reduced; what is held of each
 * is its features and what the observers keep, so that the memory is some hundred bytes a frame whatever its size.
 * A look is shared between threads: each sees all frames and measures its own share.
 */
import type { FrameFormat } from '../../../app/film/frame.ts';
import type { Observer, ReelAnalysis, ReelShot, ReelStep } from '../../../app/film/step.ts';
import { ShotFinder, type ReelShots } from '../../../app/shots/find.ts';

/** Raised when shots are found or frames measured otherwise: what was kept of older looks is not used then. */
export const LOOK_VERSION = 2;

/** A frame as pass one sees it. */
export interface LookFrame {
  index: number;
  width: number;
  height: number;
  luma: Uint8Array;
}

export interface LookOptions {
  format: FrameFormat;
  shots: boolean;
  observers: readonly { step: ReelStep<unknown>; params: unknown }[];
}

export class ReelLook {
  private readonly finder: ShotFinder | null;
  private readonly observers: [string, Observer][];
  frames = 0;

  constructor({ format, shots, observers }: LookOptions) {
    this.finder = shots ? new ShotFinder() : null;
    this.observers = observers.flatMap(({ step, params }): [string, Observer][] => {
      const observer = step.observe?.(format, params);
      return observer ? [[step.name, observer]] : [];
    });
  }

  see(frame: LookFrame): void {
    this.frames++;
    this.finder?.see({ width: frame.width, height: frame.height, data: frame.luma });
    for (const [, observer] of this.observers) observer.see(frame);
  }

  /** The shots of all frames; null where this look was not asked for them. */
  shots(): ReelShots | null {
    return this.finder?.finish() ?? null;
  }

  /** The tables, by step. */
  measures(shots: readonly ReelShot[]): Record<string, unknown> {
    return Object.fromEntries(this.observers.map(([name, observer]) => [name, observer.finish(shots)]));
  }
}

/** An analysis of nothing but shots. */
export const bareAnalysis = (found: ReelShots): ReelAnalysis => ({
  version: LOOK_VERSION,
  frames: found.shots.length === 0 ? 0 : found.shots[found.shots.length - 1].last + 1,
  shots: found.shots,
  flashes: found.flashes,
  measures: {},
});
