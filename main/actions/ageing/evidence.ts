/** Evidence of dye fading and stain in a colour print, and what it is worth. */
import type { Planar } from '../../../app/planar.ts';
import type { Rgb } from '../../../app/picture.ts';
import { percentile } from './density.ts';

/** Percentiles of density at which channels are compared. */
export const LEVELS = [0.005, 0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.98, 0.995] as const;

export interface Evidence {
  /** Logarithm of each channel's density steps over green's, along the main axis of the steps. */
  steps: Rgb;
  /** Density at LEVELS of each channel. */
  levels: readonly [number[], number[], number[]];
}

/** Sizes of density steps along their common axis, by iteration: steps off the axis are edges of colour and count less. */
function mainAxis(planes: readonly Float32Array[], width: number, height: number): Rgb {
  const steps: [number, number, number][] = [];
  const stride = Math.max(1, Math.floor(Math.sqrt((width * height) / 60000)));
  const apart = Math.max(1, Math.round(Math.max(width, height) / 300));
  for (let y = 0; y + apart < height; y += stride)
    for (let x = 0; x + apart < width; x += stride) {
      const i = y * width + x;
      for (const j of [i + apart, i + apart * width]) {
        const d = planes.map((p) => p[j] - p[i]) as [number, number, number];
        if (Math.abs(d[0]) + Math.abs(d[1]) + Math.abs(d[2]) > 0.06) steps.push(d);
      }
    }
  let axis: [number, number, number] = [1, 1, 1];
  if (steps.length < 50) return axis;
  for (let round = 0; round < 12; round++) {
    const norm = Math.hypot(...axis);
    const u = axis.map((v) => v / norm);
    const sum = [0, 0, 0];
    for (const d of steps) {
      const along = d[0] * u[0] + d[1] * u[1] + d[2] * u[2];
      const off2 = Math.max(0, d[0] * d[0] + d[1] * d[1] + d[2] * d[2] - along * along);
      const w = along / (1 + off2 / (0.15 * along * along + 4e-4));
      for (let c = 0; c < 3; c++) sum[c] += w * d[c];
    }
    axis = sum.map((v) => Math.max(1e-6, v / sum[1])) as [number, number, number];
  }
  return axis;
}

export function evidenceOf(picture: Planar, planes: readonly Float32Array[]): Evidence {
  const axis = mainAxis(planes, picture.width, picture.height);
  const sorted = planes.map((p) => p.slice().sort());
  return {
    steps: axis.map((v) => Math.log(Math.min(4, Math.max(0.25, v)))) as unknown as Rgb,
    levels: sorted.map((s) => LEVELS.map((share) => percentile(s, share))) as [number[], number[], number[]],
  };
}

/** What is under these is as likely the scene as age, and left alone. */
const UNSURE_GAIN = 0.05;
const UNSURE_STAIN = 0.015;
const MOST_LOSS = 0.75;

const shrink = (v: number, unsure: number): number => (v === 0 ? 0 : v / (1 + (unsure / v) ** 2));

/** Loss of each layer and stain of each channel. */
export function estimate({ steps, levels }: Evidence): { loss: Rgb; stain: Rgb; confidence: number } {
  const spread = levels.map((l) => Math.max(0.05, l[8] - l[0]));
  const middle = levels.map((l) => Math.max(0.03, l[6] - l[2]));
  const gains = [0, 1, 2].map((c) => {
    const found =
      0.5 * steps[c] + 0.3 * Math.log(spread[c] / spread[1]) + 0.2 * Math.log(middle[c] / middle[1]);
    return shrink(0.9 * found, UNSURE_GAIN);
  });
  // The layer that kept most is the measure of the others.
  const most = Math.max(...gains);
  const loss = gains.map((g) => Math.min(MOST_LOSS, 1 - Math.exp(g - most))) as unknown as Rgb;
  const after = levels.map((l, c) => l.map((d) => d / (1 - loss[c])));
  const whites = after.map((l) => 0.5 * (l[0] + l[1]));
  const mids = after.map((l) => (l[3] + l[4] + l[5]) / 3);
  const casts = [0, 1, 2].map((c) => 0.65 * (whites[c] - whites[1]) + 0.3 * (mids[c] - mids[1]));
  const least = Math.min(...casts);
  const stain = casts.map((v, c) => shrink(v - least, UNSURE_STAIN) * (1 - loss[c])) as unknown as Rgb;
  // Two kinds of evidence that agree are worth more.
  const off = [0, 2].map((c) => Math.abs(steps[c] - Math.log(spread[c] / spread[1])));
  return { loss, stain, confidence: 1 / (1 + 4 * (off[0] + off[1])) };
}
