/**
 * The fills that need no network, as one asks for them: computed at once where one stands, or by somebody else's threads.
 * What comes out is the same, bit for bit, whoever computes it.
 */
import type { Rect } from '../../../app/picture.ts';
import type { Planar } from '../../../app/planar.ts';
import { fillNarrow, fillPlain } from './fill.ts';
import { finish } from './finish.ts';

/** One fill of a crop; samples 0..1, `unknown` 1 where a pixel is to be filled. */
export interface FillTask {
  crop: Planar;
  unknown: Uint8Array;
  /** Narrow damage: unknown pixels that others fill (fill.ts); null for damage of any width. */
  leave: Uint8Array | null;
  /** Where the crop lies in the picture, and what names its grain; null: no grain. */
  dress: { region: Rect; seed: number } | null;
}

export interface PlainFills {
  /** How many may be asked for at once. */
  readonly atOnce: number;
  /** The crop with its unknown pixels filled, on memory of its own. Rejects with 'cancelled' when it is not wanted any more. */
  fill(task: FillTask, signal?: AbortSignal): Promise<Planar>;
}

/** Computes a fill. */
export function runFill({ crop, unknown, leave, dress }: FillTask): Planar {
  const filled = leave ? fillNarrow(crop, unknown, leave) : fillPlain(crop, unknown);
  return dress ? finish(filled, unknown, dress.region, dress.seed, leave !== null) : filled;
}

/** Fills one after the other, where they are asked for. */
export const fillsHere: PlainFills = {
  atOnce: 1,
  fill: (task) => Promise.resolve().then(() => runFill(task)),
};
