/**
 * One set of melodies against another (Yang and Lerch 2018): for each feature the distances within the real set and
 * those between the two sets, each as a density smoothed by a Gaussian kernel; the area under the lower of the two
 * curves is the overlap, 1 where the sets cannot be told apart by that feature.
 */
import { featureNames, melodyFeatures, type FeatureName } from './measures.ts';
import type { Melody } from './types.ts';

export interface Overlap {
  /** Overlapped area, 0..1. */
  readonly area: number;
  /** Kullback-Leibler divergence of the distances within from those between, in nats. */
  readonly divergence: number;
}

const POINTS = 1000;

const euclidean = (a: readonly number[], b: readonly number[]): number =>
  Math.sqrt(a.reduce((s, v, i) => s + (v - b[i]) ** 2, 0));

/** Scott's width of a one-dimensional sample, n^(-1/5) times its deviation; a little more than nothing for equal ones. */
function scott(sample: Float64Array): number {
  const n = sample.length;
  const m = sample.reduce((s, v) => s + v, 0) / n;
  const variance = sample.reduce((s, v) => s + (v - m) ** 2, 0) / Math.max(1, n - 1);
  return Math.max(1e-6, Math.sqrt(variance) * n ** -0.2);
}

/** Density of a sample on a grid. The sample is first counted in bins as fine as the grid, which costs nothing seen. */
function density(sample: Float64Array, low: number, step: number): Float64Array {
  const counts = new Float64Array(POINTS);
  for (const v of sample) {
    const at = (v - low) / step;
    const i = Math.min(POINTS - 2, Math.max(0, Math.floor(at)));
    counts[i] += 1 - (at - i);
    counts[i + 1] += at - i;
  }
  const width = scott(sample);
  const reach = Math.min(POINTS, Math.ceil((5 * width) / step));
  const kernel = Float64Array.from({ length: reach + 1 }, (_, k) =>
    Math.exp(-0.5 * ((k * step) / width) ** 2),
  );
  const scale = 1 / (sample.length * width * Math.sqrt(2 * Math.PI));
  const out = new Float64Array(POINTS);
  counts.forEach((c, i) => {
    if (c === 0) return;
    for (let k = Math.max(0, i - reach); k <= Math.min(POINTS - 1, i + reach); k++)
      out[k] += c * scale * kernel[Math.abs(k - i)];
  });
  return out;
}

/**
 * Overlap of two samples of distances.
 * @param within distances within the real set
 * @param between distances between the sets
 */
export function overlapOf(within: Float64Array, between: Float64Array): Overlap {
  const margin = 4 * Math.max(scott(within), scott(between));
  let [low, high] = [Infinity, -Infinity];
  for (const sample of [within, between])
    for (const v of sample) {
      low = Math.min(low, v);
      high = Math.max(high, v);
    }
  low -= margin;
  high += margin;
  const step = (high - low) / (POINTS - 1);
  const p = density(within, low, step);
  const q = density(between, low, step);
  let area = 0;
  let divergence = 0;
  p.forEach((v, i) => {
    area += Math.min(v, q[i]) * step;
    if (v > 1e-12) divergence += v * Math.log(v / Math.max(q[i], 1e-12)) * step;
  });
  return { area: Math.min(1, area), divergence: Math.max(0, divergence) };
}

/** Overlaps of all features, and their mean. */
export interface SetOverlap {
  readonly features: Readonly<Record<FeatureName, Overlap>>;
  /** Mean of the areas. */
  readonly mean: number;
}

/** @param real the set that is measured against, two melodies or more @param made the set that is measured */
export function overlapOfSets(real: readonly Melody[], made: readonly Melody[]): SetOverlap {
  const a = real.map(melodyFeatures);
  const b = made.map(melodyFeatures);
  const list = (v: number | readonly number[]): readonly number[] => (typeof v === 'number' ? [v] : v);
  const features = {} as Record<FeatureName, Overlap>;
  for (const name of featureNames) {
    const [x, y] = [a, b].map((set) => set.map((f) => list(f[name])));
    const within: number[] = [];
    for (let i = 0; i < x.length; i++) for (let j = 0; j < i; j++) within.push(euclidean(x[i], x[j]));
    const between = x.flatMap((u) => y.map((v) => euclidean(u, v)));
    features[name] = overlapOf(Float64Array.from(within), Float64Array.from(between));
  }
  return { features, mean: featureNames.reduce((s, n) => s + features[n].area, 0) / featureNames.length };
}
