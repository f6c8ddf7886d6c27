/**
 * What a place of a picture looks like to a network, as a list of numbers: the ground on which a reference photograph
 * and the colour memory compare places of different pictures. Any planes will do (a backbone's features, say); those
 * at hand with every plan are the colorist's own choice, which tells grass from sky though both are the same grey.
 */
import type { Size } from '../../../app/color/guided.ts';
import { COLOUR_BINS } from '../../../models/colorist/bins.ts';
import type { ColourPlan } from './types.ts';

/** `data` holds channels x height x width numbers. */
export interface FeaturePlanes extends Size {
  channels: number;
  data: Float32Array;
}

/** Bins are looked at in fields of this width in a*b*. */
const FIELD = 20;

/**
 * Square roots of the shares of the network's choice in fields of the a*b* plane, so that the distance of two places is
 * Hellinger's. Null where the network gave no choice.
 */
export function choiceFeatures(plan: Pick<ColourPlan, 'choice' | 'cells'>): FeaturePlanes | null {
  const { choice, cells } = plan;
  if (!choice) return null;
  const n = cells.width * cells.height;
  const fields = new Map<string, number[]>();
  COLOUR_BINS.forEach(([a, b], k) => {
    const key = `${Math.round(a / FIELD)} ${Math.round(b / FIELD)}`;
    fields.set(key, [...(fields.get(key) ?? []), k]);
  });
  const data = new Float32Array(fields.size * n);
  [...fields.values()].forEach((bins, f) => {
    for (let i = 0; i < n; i++) {
      let share = 0;
      for (const k of bins) share += choice[k * n + i];
      data[f * n + i] = Math.sqrt(share);
    }
  });
  return { ...cells, channels: fields.size, data };
}

/** Features of a place as a unit vector: the mean of the cells around it. @param x and `y` in fractions, 0..1 */
export function describePlace(features: FeaturePlanes, x: number, y: number, around = 1): number[] {
  const { width, height, channels, data } = features;
  const ci = Math.min(width - 1, Math.max(0, Math.floor(x * width)));
  const cj = Math.min(height - 1, Math.max(0, Math.floor(y * height)));
  const out = new Array<number>(channels).fill(0);
  for (let j = Math.max(0, cj - around); j <= Math.min(height - 1, cj + around); j++)
    for (let i = Math.max(0, ci - around); i <= Math.min(width - 1, ci + around); i++)
      for (let c = 0; c < channels; c++) out[c] += data[(c * height + j) * width + i];
  const length = Math.hypot(...out);
  return length > 0 ? out.map((v) => v / length) : out;
}
