/**
 * What the damage classifier sees of a pixel: how it stands out from its surroundings at several sizes, what form
 * that has (a spot, a line and how long), how lively the surroundings are by themselves, and how it lies in the range
 * of the whole picture. Everything is measured on luma, brighter and darker
 * alike (the sign is one of the features), in units of the picture's range, so that faded prints count as others do.
 */
import { boxMean, topHat } from './filters.ts';

/** One size of the picture, ready to be asked. */
export interface Level {
  width: number;
  height: number;
  /** Luma, stretched so that the picture's own 0.5 % and 99.5 % are 0 and 1. */
  luma: Float32Array;
  /** Strength of colour: sqrt of the squared colour differences, in the same units. */
  chroma: Float32Array;
}

export const FEATURES = [
  'tone',
  'sign',
  'hat2',
  'hat4',
  'hat8',
  'other2',
  'other8',
  'mean3',
  'mean7',
  'mean15',
  'mean31',
  'rough8',
  'rough24',
  'density12',
  'density30',
  'opposite12',
  'ratio2',
  'ratio8',
  'edge',
  'strong',
  'weak',
  'line9',
  'line21',
  'line41',
  'across',
  'ring',
  'ringSpread',
  'chroma',
  'chromaStep',
  'flat',
  'hatRough',
  'hatDensity',
  'lineDensity',
  'lineHat',
] as const;

/** Top-hat from which a pixel is looked at at all. */
export const LEAST = 0.055;

/** Steps from a pixel along a line: every pixel near, every second one farther out. */
const STEPS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 18, 20];
/** dx, dy of each step in each of twelve directions. */
const LINES = Int8Array.from(
  Array.from({ length: 12 }, (_, d) =>
    STEPS.flatMap((s) => [
      Math.round(s * Math.cos((Math.PI * d) / 12)),
      Math.round(s * Math.sin((Math.PI * d) / 12)),
    ]),
  ).flat(),
);
const RING = Array.from({ length: 16 }, (_, k) => [
  Math.round(7 * Math.cos((2 * Math.PI * k) / 16)),
  Math.round(7 * Math.sin((2 * Math.PI * k) / 16)),
]);

/** The candidates of a level and their features, one row of FEATURES.length a candidate. */
export interface Candidates {
  at: Int32Array;
  rows: Float32Array;
}

/**
 * @param keep picks among candidates (training); by default all
 * @param narrow only what is narrow is looked at: a half of the picture will be asked too, for what is wide
 */
export function featuresOf(level: Level, keep?: (i: number) => boolean, narrow = false): Candidates {
  const { width, height, luma, chroma } = level;
  const n = width * height;
  const light = [2, 4, 8].map((r) => topHat(luma, width, height, r, 1));
  const dark = [2, 4, 8].map((r) => topHat(luma, width, height, r, -1));
  const means = [1, 3, 7, 15].map((r) => boxMean(luma, width, height, r));
  const fine = new Float32Array(n);
  for (let i = 0; i < n; i++) fine[i] = Math.abs(luma[i] - means[1][i]);
  const rough = [8, 24].map((r) => boxMean(fine, width, height, r));
  const lightNear = [12, 30].map((r) => boxMean(light[1], width, height, r));
  const darkNear = [12, 30].map((r) => boxMean(dark[1], width, height, r));
  const chromaNear = boxMean(chroma, width, height, 6);
  const least = narrow ? [light[0], dark[0]] : [light[2], dark[2]];
  const list: number[] = [];
  for (let i = 0; i < n; i++) {
    const a = least[0][i];
    const b = least[1][i];
    if ((a > b ? a : b) >= LEAST && (!keep || keep(i))) list.push(i);
  }
  const at = Int32Array.from(list);
  const count = FEATURES.length;
  const rows = new Float32Array(at.length * count);
  at.forEach((i, k) => {
    const x = i % width;
    const y = (i - x) / width;
    const up = light[2][i] >= dark[2][i];
    const sign = up ? 1 : -1;
    const own = up ? light : dark;
    const other = up ? dark : light;
    const v = luma[i];
    // Second derivatives over two pixels: strong and weak curvature.
    const px = (dx: number, dy: number): number => {
      const u = x + dx;
      const w = y + dy;
      return luma[
        (w < 0 ? 0 : w >= height ? height - 1 : w) * width + (u < 0 ? 0 : u >= width ? width - 1 : u)
      ];
    };
    const xx = px(-2, 0) + px(2, 0) - 2 * v;
    const yy = px(0, -2) + px(0, 2) - 2 * v;
    const xy = (px(2, 2) + px(-2, -2) - px(2, -2) - px(-2, 2)) / 4;
    const middle = (xx + yy) / 2;
    const apart = Math.sqrt(((xx - yy) / 2) ** 2 + xy * xy);
    const strong = -sign * (sign > 0 ? middle - apart : middle + apart);
    const weak = -sign * (sign > 0 ? middle + apart : middle - apart);
    const gx = px(1, 0) - px(-1, 0);
    const gy = px(0, 1) - px(0, -1);
    // The top-hat summed along lines through the pixel: long thin damage has it along one of them.
    const hat = own[1];
    let best = 0;
    let short = 0;
    let long = 0;
    let all = 0;
    const inner = x >= 20 && y >= 20 && x < width - 20 && y < height - 20;
    for (let d = 0, o = 0; d < 12; d++) {
      let sum = hat[i];
      let sum9 = 0;
      let sum21 = 0;
      for (let s = 0; s < STEPS.length; s++, o += 2) {
        const dx = LINES[o];
        const dy = LINES[o + 1];
        let two = 0;
        if (inner) two = hat[i + dy * width + dx] + hat[i - dy * width - dx];
        else {
          if (x + dx >= 0 && y + dy >= 0 && x + dx < width && y + dy < height)
            two += hat[i + dy * width + dx];
          if (x - dx >= 0 && y - dy >= 0 && x - dx < width && y - dy < height)
            two += hat[i - dy * width - dx];
        }
        sum += s >= 10 ? 2 * two : two;
        if (s === 3) sum9 = sum;
        else if (s === 9) sum21 = sum;
      }
      all += sum21;
      if (sum9 > short) short = sum9;
      if (sum21 > best) best = sum21;
      if (sum > long) long = sum;
    }
    let ring = 0;
    let squares = 0;
    for (const [dx, dy] of RING) {
      const w = px(dx, dy);
      ring += w;
      squares += w * w;
    }
    ring /= 16;
    const o = k * count;
    let f = o;
    rows[f++] = v;
    rows[f++] = sign;
    rows[f++] = own[0][i];
    rows[f++] = own[1][i];
    rows[f++] = own[2][i];
    rows[f++] = other[0][i];
    rows[f++] = other[2][i];
    rows[f++] = sign * (v - means[0][i]);
    rows[f++] = sign * (v - means[1][i]);
    rows[f++] = sign * (v - means[2][i]);
    rows[f++] = sign * (v - means[3][i]);
    rows[f++] = rough[0][i];
    rows[f++] = rough[1][i];
    rows[f++] = (up ? lightNear : darkNear)[0][i];
    rows[f++] = (up ? lightNear : darkNear)[1][i];
    rows[f++] = (up ? darkNear : lightNear)[0][i];
    rows[f++] = own[0][i] / (rough[1][i] + 0.01);
    rows[f++] = own[2][i] / ((up ? lightNear : darkNear)[1][i] + 0.01);
    rows[f++] = Math.sqrt(gx * gx + gy * gy);
    rows[f++] = strong;
    rows[f++] = weak;
    rows[f++] = short / 9;
    rows[f++] = best / 21;
    rows[f++] = long / 41;
    rows[f++] = (all - best) / 11 / 21;
    rows[f++] = sign * (v - ring);
    rows[f++] = Math.sqrt(Math.max(0, squares / 16 - ring * ring));
    rows[f++] = chroma[i];
    rows[f++] = chroma[i] - chromaNear[i];
    rows[f++] = Math.abs(means[1][i] - means[3][i]);
    const density = (up ? lightNear : darkNear)[0][i] + 0.01;
    rows[f++] = own[1][i] / (rough[0][i] + 0.01);
    rows[f++] = own[1][i] / density;
    rows[f++] = best / 21 / density;
    rows[f++] = long / 41 / (own[1][i] + 0.02);
  });
  return { at, rows };
}
