/** Order statistics of density samples, shared by the parts of the automatic balance. */
import { sortFloats } from './order.ts';

/**
 * Densities over the base inside the picture, one entry a sample in each array, in raster order (near entries
 * are near on the film, which is how shading is told from colour).
 */
export interface BalanceSamples {
  r: Float32Array;
  g: Float32Array;
  b: Float32Array;
}

/** The percentiles kept of each channel. */
export const PERCENTILES = [0.1, 1, 5, 25, 50, 75, 95, 99, 99.9] as const;

/** v held between lo and hi. */
export const clamp = (v: number, lo: number, hi: number) => Math.min(hi, Math.max(lo, v));

/** Values at PERCENTILES of an array (sorted copy; linear interpolation). Zeros for an empty array. */
export function percentilesOf(values: Float32Array): number[] {
  if (values.length === 0) return PERCENTILES.map(() => 0);
  const sorted = sortFloats(values.slice());
  return PERCENTILES.map((p) => quantile(sorted, p / 100));
}

/** Value below which the share q of a sorted array lies (linear interpolation). */
export function quantile(sorted: Float32Array, q: number): number {
  const x = q * (sorted.length - 1);
  const i = Math.min(sorted.length - 1, Math.floor(x));
  const j = Math.min(sorted.length - 1, i + 1);
  return sorted[i] + (sorted[j] - sorted[i]) * (x - i);
}
