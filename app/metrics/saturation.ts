/**
 * The curve over saturation: what a prediction of colour is worth when its chroma is multiplied by a factor at
 * unchanged lightness. A single figure can be bought with the saturation knob (dull wins on distance, bright on
 * liveliness); the curve cannot. Points are sums over pictures, so that the curve of a test set is exact.
 */
import { deltaE2000 } from '../color/deltae.ts';
import { colourfulness } from './colour.ts';
import { fromLab, type LabPlanes } from './lab.ts';

/** The factors that are tried; 0 is grey. */
export const saturationFactors: readonly number[] = [
  0, 0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.35, 1.5, 1.75, 2,
];

/** Sums over pixels (`distance`, `deltaE`) and pictures (`colourfulness`). */
export interface SaturationSums {
  pictures: number;
  pixels: number;
  /** Sum of the truth's chroma: the distance of grey. */
  grey: number;
  /** Sum of the truths' colourfulness. */
  truth: number;
  /** By factor, in the order of `saturationFactors`. */
  distance: number[];
  deltaE: number[];
  colourfulness: number[];
}

/** Nothing yet. */
export function noSaturationSums(): SaturationSums {
  const zeros = (): number[] => saturationFactors.map(() => 0);
  return {
    pictures: 0,
    pixels: 0,
    grey: 0,
    truth: 0,
    distance: zeros(),
    deltaE: zeros(),
    colourfulness: zeros(),
  };
}

/** The sums of one picture. `truthColourfulness` is `colourfulness` of the true picture. */
export function saturationSums(
  truth: LabPlanes,
  picture: LabPlanes,
  truthColourfulness: number,
): SaturationSums {
  const out = noSaturationSums();
  const n = truth.a.length;
  out.pictures = 1;
  out.pixels = n;
  out.truth = truthColourfulness;
  for (let i = 0; i < n; i++) out.grey += Math.hypot(truth.a[i], truth.b[i]);
  saturationFactors.forEach((s, k) => {
    let distance = 0;
    let deltaE = 0;
    for (let i = 0; i < n; i++) {
      const a = s * picture.a[i];
      const b = s * picture.b[i];
      distance += Math.hypot(truth.a[i] - a, truth.b[i] - b);
      deltaE += deltaE2000([truth.L[i], truth.a[i], truth.b[i]], [picture.L[i], a, b]);
    }
    out.distance[k] = distance;
    out.deltaE[k] = deltaE;
    out.colourfulness[k] = colourfulness(fromLab(picture, s));
  });
  return out;
}

/** Adds `more` to `sums`. */
export function addSaturation(sums: SaturationSums, more: SaturationSums): void {
  sums.pictures += more.pictures;
  sums.pixels += more.pixels;
  sums.grey += more.grey;
  sums.truth += more.truth;
  for (let k = 0; k < saturationFactors.length; k++) {
    sums.distance[k] += more.distance[k];
    sums.deltaE[k] += more.deltaE[k];
    sums.colourfulness[k] += more.colourfulness[k];
  }
}

/** One point of the curve. */
export interface SaturationPoint {
  factor: number;
  /** Mean a*b* distance relative to grey's: under 1 is better than no colour. */
  distance: number;
  /** Mean Delta E 2000. */
  deltaE: number;
  /** Mean colourfulness relative to the truths'. */
  colourfulness: number;
}

/** The curve; empty when nothing was added or the truths are all grey. */
export function saturationCurve(sums: SaturationSums): SaturationPoint[] {
  // A grey's chroma is rounding.
  if (sums.pixels === 0 || sums.grey / sums.pixels < 1e-3) return [];
  return saturationFactors.map((factor, k) => ({
    factor,
    distance: sums.distance[k] / sums.grey,
    deltaE: sums.deltaE[k] / sums.pixels,
    colourfulness: sums.colourfulness[k] / sums.truth,
  }));
}

/** The point of least distance. */
export function bestPoint(curve: readonly SaturationPoint[]): SaturationPoint | null {
  return curve.reduce<SaturationPoint | null>(
    (best, p) => (best === null || p.distance < best.distance ? p : best),
    null,
  );
}

/**
 * The point where the curve first reaches a colourfulness, interpolated linearly between its neighbours; null
 * where it never does.
 */
export function pointAt(
  curve: readonly SaturationPoint[],
  colourfulnessRatio: number,
): SaturationPoint | null {
  for (let k = 0; k < curve.length; k++) {
    const high = curve[k];
    if (high.colourfulness < colourfulnessRatio) continue;
    const low = curve[k - 1];
    if (!low) return high;
    const t = (colourfulnessRatio - low.colourfulness) / (high.colourfulness - low.colourfulness);
    const mix = (x: number, y: number): number => x + t * (y - x);
    return {
      factor: mix(low.factor, high.factor),
      distance: mix(low.distance, high.distance),
      deltaE: mix(low.deltaE, high.deltaE),
      colourfulness: colourfulnessRatio,
    };
  }
  return null;
}
