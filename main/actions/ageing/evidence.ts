/** Evidence of dye fading and stain in a colour print, and what it is worth. */
import type { Planar } from '../../../app/planar.ts';
import type { Rgb } from '../../../app/picture.ts';
import { apply3 } from '../../../app/color/matrix3.ts';
import { DYES, dyePlanes, percentile } from './density.ts';
import { AGEING_WEIGHTS } from './weights.ts';

/** Percentiles of density at which channels are compared. */
export const LEVELS = [0.005, 0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.98, 0.995] as const;

export interface Evidence {
  /** Logarithm of each channel's density steps over green's, along the main axis of the steps. */
  steps: Rgb;
  /** Density at LEVELS of each dye. */
  levels: readonly [number[], number[], number[]];
  /** In each band of the tone scale: median of cyan less magenta, of yellow less magenta, and how far they scatter. */
  bands: readonly (readonly number[])[];
}

/** Bands of the tone scale, as shares of pixels from light to dark. */
const BANDS = [0, 0.02, 0.15, 0.4, 0.65, 0.88, 0.985, 1] as const;

/** What pixels of like darkness have in common. */
function bandsOf(dyes: readonly Float32Array[]): number[][] {
  const [c, m, y] = dyes;
  const dark = m.map((v, i) => c[i] + v + y[i]);
  const order = Uint32Array.from(dark, (_, i) => i).sort((i, j) => dark[i] - dark[j]);
  return BANDS.slice(1).map((end, k) => {
    const from = Math.floor(BANDS[k] * order.length);
    const to = Math.max(from + 1, Math.floor(end * order.length));
    const stride = Math.max(1, Math.floor((to - from) / 3000));
    const first: number[] = [];
    const second: number[] = [];
    for (let n = from; n < to; n += stride) {
      const i = order[n];
      first.push(c[i] - m[i]);
      second.push(y[i] - m[i]);
    }
    const middle = (list: number[]): number => list.sort((p, q) => p - q)[list.length >> 1];
    const a = middle(first);
    const b = middle(second);
    const scatter = middle(first.map((v) => Math.abs(v - a))) + middle(second.map((v) => Math.abs(v - b)));
    return [a, b, scatter];
  });
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
  const dyes = dyePlanes(planes);
  const axis = mainAxis(dyes, picture.width, picture.height);
  const sorted = dyes.map((p) => p.slice().sort());
  return {
    steps: axis.map((v) => Math.log(Math.min(4, Math.max(0.25, v)))) as unknown as Rgb,
    levels: sorted.map((s) => LEVELS.map((share) => percentile(s, share))) as [number[], number[], number[]],
    bands: bandsOf(dyes),
  };
}

/** The evidence as a list of numbers. */
export function features({ steps, levels, bands }: Evidence): number[] {
  const spread = levels.map((l) => Math.log(Math.max(0.05, l[8] - l[0])));
  const middle = levels.map((l) => Math.log(Math.max(0.03, l[6] - l[2])));
  return [
    steps[0],
    steps[2],
    spread[0] - spread[1],
    spread[2] - spread[1],
    middle[0] - middle[1],
    middle[2] - middle[1],
    spread[1],
    middle[1],
    ...levels[1],
    ...levels[0].map((v, i) => v - levels[1][i]),
    ...levels[2].map((v, i) => v - levels[1][i]),
    ...bands.flat(),
  ];
}

/** Changes under the first of these (log gain, density) are as likely the scene as age and left alone. */
const UNSURE = [0.08, 0.2] as const;
const LEAST_GAIN = 0.9;
const MOST_GAIN = 3.5;
/** Amounts of dye at which the network says what they were when the print was fresh. */
export const POINTS = [0.15, 0.9] as const;

/** Output of the fitted network: what is to be added at both POINTS, for cyan, magenta, yellow. */
function answer(x: readonly number[]): number[] {
  const { mean, deviation, layers, outMean, outDeviation } = AGEING_WEIGHTS;
  // Evidence far from any that was learnt from is taken as the furthest that was.
  let values = x.map((v, j) => Math.min(3, Math.max(-3, (v - mean[j]) / deviation[j])));
  layers.forEach((rows, l) => {
    values = rows.map((w) => {
      let sum = w[0];
      for (let j = 0; j < values.length; j++) sum += w[j + 1] * values[j];
      return l < layers.length - 1 ? Math.tanh(sum) : sum;
    });
  });
  return values.map((v, k) => v * outDeviation[k] + outMean[k]);
}

/** Loss of each dye (share of its density) and stain (density of each channel). */
export function estimate(evidence: Evidence): { loss: Rgb; stain: Rgb; confidence: number } {
  const x = features(evidence);
  const found = answer(x);
  const [low, high] = POINTS;
  const gains = [0, 2, 4].map((k) =>
    Math.min(MOST_GAIN, Math.max(LEAST_GAIN, 1 + (found[k + 1] - found[k]) / (high - low))),
  );
  // The line through the light point, which shows more.
  const offsets = gains.map((g, k) => low + found[2 * k] - g * low);
  const spread = (v: readonly number[]): number => Math.max(...v) - Math.min(...v);
  const logs = gains.map(Math.log);
  const effect = Math.max(spread(logs), spread(offsets), 0.5 * Math.max(...logs));
  const t = Math.min(1, Math.max(0, (effect - UNSURE[0]) / (UNSURE[1] - UNSURE[0])));
  const sure = t * t * (3 - 2 * t);
  const kept = logs.map((g) => Math.exp(sure * g));
  const loss = kept.map((g) => 1 - 1 / g) as unknown as Rgb;
  const stain = apply3(DYES, offsets.map((o, k) => (-sure * o) / kept[k]) as unknown as Rgb);
  // The two plainest witnesses, steps and spread, against each other.
  return { loss, stain, confidence: 1 / (1 + 3 * (Math.abs(x[0] - x[2]) + Math.abs(x[1] - x[3]))) };
}
