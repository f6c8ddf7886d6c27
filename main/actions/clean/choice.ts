/**
 * Which cleaner does which work: read off build/eval/clean-score.ts, and to be read off again when the restorer has new
 * weights. Everything that depends on how good the network is stands in this one table.
 */
import type { Planar } from '../../../app/planar.ts';
import { blockSteps, greyOf } from './defects.ts';
import { grainSize, measureNoise, noiseLevel } from './noise.ts';

/** `network`: the restorer, where it has weights; `classical`: the denoiser of cosine blocks. */
export type Cleaner = 'network' | 'classical';

/** By what ails the picture most: compression, noise in clumps (film grain), noise pixel by pixel, nothing of these. */
export const CLEANER: Record<'jpeg' | 'grain' | 'noise' | 'none', Cleaner> = {
  jpeg: 'network',
  grain: 'classical',
  noise: 'network',
  none: 'network',
};

/** Steps between blocks (0..1) from which compression is what ails a picture. */
const JPEG = 0.0075;
/** Noise (standard deviation, 0..1) from which it counts, and how much stronger in low frequencies it is in clumps. */
const NOISE = 3.5 / 255;
const CLUMPS = 4;

/** Numbers of a surface that the choice depends on. */
export interface Surface {
  noise: number;
  grain: number;
  jpeg: number;
}

/** @param parts pieces of one picture at its full size, some 96 pixels a side */
export function surfaceOf(parts: readonly Planar[]): Surface {
  const model = measureNoise(parts);
  const steps = parts
    .map((part) => {
      const grey = greyOf(part);
      const { width, height } = part;
      return Math.min(blockSteps(grey, width, height, 1), blockSteps(grey, width, height, width));
    })
    .sort((a, b) => a - b);
  return { noise: noiseLevel(model), grain: grainSize(model), jpeg: steps[steps.length >> 1] ?? 0 };
}

/** The cleaner for a picture with such a surface. */
export function cleanerFor({ noise, grain, jpeg }: Surface): Cleaner {
  if (jpeg > JPEG) return CLEANER.jpeg;
  if (noise <= NOISE) return CLEANER.none;
  return grain > CLUMPS ? CLEANER.grain : CLEANER.noise;
}
