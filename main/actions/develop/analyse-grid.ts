/**
 * The working copy on which analysis looks at a scan: linear light, reduced by whole factors to about
 * 750 px, three planes, plus a softened logarithm of each plane. Box averaging happens in linear light (where
 * it is physically right) and quietens grain and noise, so that the thresholds of the analysis hold for any
 * scanner. Also the few order statistics that every analysis file needs.
 */
import { linearTable } from '../../../app/color/curve.ts';
import type { Picture, Rgb } from '../../../app/picture.ts';
import type { FlatField } from './reference.ts';

/** Longest side of the analysis grid, in cells, as nearly as a whole factor allows. */
export const GRID_SIDE = 750;

export interface Grid {
  width: number;
  height: number;
  /** Cells per pixel of the picture it was made from (1/reduction factor). */
  scale: number;
  /** Linear light per channel, 0..1, row by row. A grey scan has three equal planes. */
  lin: [Float32Array, Float32Array, Float32Array];
  /** log10(linear + floor) per channel; the floor keeps noise in the blacks from shouting. */
  log: [Float32Array, Float32Array, Float32Array];
  /** Weighted mean of the three logs: the one number in which film, gaps and holder differ most. */
  tone: Float32Array;
  /** 1 where a stored sample of any channel touched the top of its range. */
  clipped: Uint8Array;
  /** True when the file holds a single channel. */
  grey: boolean;
}

/**
 * Makes the grid. `flat`, when given, divides out the light source's unevenness.
 */
export function makeGrid(picture: Picture, flat: FlatField | null = null): Grid {
  const { width: w0, height: h0, channels, data } = picture;
  const factor = Math.max(1, Math.round(Math.max(w0, h0) / GRID_SIDE));
  const width = Math.max(1, Math.floor(w0 / factor));
  const height = Math.max(1, Math.floor(h0 / factor));
  const n = width * height;
  const lin: Grid['lin'] = [new Float32Array(n), new Float32Array(n), new Float32Array(n)];
  const clipped = new Uint8Array(n);
  const bits = data instanceof Uint8Array ? 8 : data instanceof Uint16Array ? 16 : 32;
  const clipAt = bits === 8 ? 254 : bits === 16 ? 65200 : 0.9985;
  const tables =
    bits === 32
      ? null
      : picture.curve.kind === 'table'
        ? Array.from({ length: channels }, (_, c) => linearTable(picture.curve, bits, c))
        : new Array<Float32Array>(channels).fill(linearTable(picture.curve, bits));
  const xs = Math.min(factor, w0);
  const ys = Math.min(factor, h0);
  const area = 1 / (xs * ys);
  for (let c = 0; c < channels; c++) {
    const plane = lin[c];
    const table = tables ? tables[c] : null;
    for (let y = 0; y < height; y++)
      for (let j = 0; j < ys; j++) {
        let o = (y * factor + j) * w0 * channels + c;
        for (let p = y * width; p < (y + 1) * width; p++) {
          let sum = 0;
          for (let i = 0; i < xs; i++, o += channels) {
            const v = data[o];
            if (v >= clipAt) clipped[p] = 1;
            sum += table ? table[v] : v;
          }
          plane[p] += sum * area;
        }
      }
  }
  if (channels === 1) {
    lin[1].set(lin[0]);
    lin[2].set(lin[0]);
  }
  if (flat) divideFlat(lin, width, height, flat);
  const bright = lin.map((plane) => percentile(plane, 0.995));
  const log = lin.map((plane, c) => softLog(plane, bright[c])) as Grid['log'];
  const tone = new Float32Array(n);
  // A channel that hardly sees the light source (blue under a yellow lamp) would only bring in its noise.
  const most = Math.max(...bright);
  const weight = bright.map((b) => Math.min(1, Math.max(0.05, (b / most - 0.05) / 0.25)));
  const all = weight[0] + weight[1] + weight[2];
  const [wr, wg, wb] = weight.map((w) => w / all);
  for (let p = 0; p < n; p++) tone[p] = wr * log[0][p] + wg * log[1][p] + wb * log[2][p];
  return { width, height, scale: 1 / factor, lin, log, tone, clipped, grey: channels === 1 };
}

/** Divides planes by a flat field, bilinearly between its cell centres. */
function divideFlat(planes: Float32Array[], width: number, height: number, flat: FlatField): void {
  const { width: fw, height: fh, log } = flat;
  for (let y = 0; y < height; y++) {
    const fy = Math.min(fh - 1, Math.max(0, ((y + 0.5) / height) * fh - 0.5));
    const y0 = Math.floor(fy);
    const y1 = Math.min(fh - 1, y0 + 1);
    const v = fy - y0;
    for (let x = 0; x < width; x++) {
      const fx = Math.min(fw - 1, Math.max(0, ((x + 0.5) / width) * fw - 0.5));
      const x0 = Math.floor(fx);
      const x1 = Math.min(fw - 1, x0 + 1);
      const u = fx - x0;
      for (let c = 0; c < 3; c++) {
        const a = log[(y0 * fw + x0) * 3 + c] * (1 - u) + log[(y0 * fw + x1) * 3 + c] * u;
        const b = log[(y1 * fw + x0) * 3 + c] * (1 - u) + log[(y1 * fw + x1) * 3 + c] * u;
        planes[c][y * width + x] *= 10 ** -(a * (1 - v) + b * v);
      }
    }
  }
}

/** log10 of a plane, softened at 0.3 % of its bright end (deeper values are mostly noise and flare). */
function softLog(plane: Float32Array, bright: number): Float32Array {
  const floor = Math.max(1e-5, bright * 0.003);
  const out = new Float32Array(plane.length);
  for (let p = 0; p < plane.length; p++) out[p] = Math.log10(Math.max(0, plane[p]) + floor);
  return out;
}

/** The q-quantile (0..1) of values, optionally where mask is 1; by histogram-free partial sort of a sample of at most 30,000. NaN when there is nothing. */
export function percentile(values: ArrayLike<number>, q: number, mask?: Uint8Array): number {
  return percentiles(values, [q], mask)[0];
}

/** Several quantiles in one sort. Values are picked at even steps when there are more than 30,000. */
export function percentiles(values: ArrayLike<number>, qs: readonly number[], mask?: Uint8Array): number[] {
  let count = values.length;
  if (mask) {
    count = 0;
    for (let p = 0; p < values.length; p++) count += mask[p];
  }
  if (count === 0) return qs.map(() => Number.NaN);
  const step = Math.max(1, count / 30_000);
  const picked = new Float32Array(Math.ceil(count / step));
  let k = 0;
  let seen = 0;
  let next = 0;
  for (let p = 0; p < values.length && k < picked.length; p++) {
    if (mask && !mask[p]) continue;
    if (seen >= next) {
      picked[k++] = values[p];
      next += step;
    }
    seen++;
  }
  const sorted = picked.subarray(0, k).sort();
  return qs.map((q) => {
    const at = Math.min(k - 1, Math.max(0, q * (k - 1)));
    const lo = Math.floor(at);
    return sorted[lo] + (sorted[Math.min(k - 1, lo + 1)] - sorted[lo]) * (at - lo);
  });
}

/** Median of a list; NaN when empty. */
export function median(values: readonly number[]): number {
  if (values.length === 0) return Number.NaN;
  const s = Float64Array.from(values).sort();
  const m = s.length >> 1;
  return s.length % 2 ? s[m] : (s[m - 1] + s[m]) / 2;
}

/** Median absolute deviation from the median, scaled to a standard deviation. */
export function spread(values: readonly number[]): number {
  const m = median(values);
  return 1.4826 * median(values.map((v) => Math.abs(v - m)));
}

/**
 * Mean of linear values per channel over the cells where mask is 1, after leaving out those whose log lies
 * more than 3 robust sigma (at least 0.01) from the median in any channel. Null when nothing is left.
 */
export function trimmedMean(grid: Grid, mask: Uint8Array): { rgb: Rgb; sigma: Rgb; count: number } | null {
  const index: number[] = [];
  for (let p = 0; p < mask.length; p++) if (mask[p]) index.push(p);
  if (index.length === 0) return null;
  const step = Math.max(1, Math.floor(index.length / 20_000));
  const picked = step === 1 ? index : index.filter((_, i) => i % step === 0);
  const mid: number[] = [];
  const dev: number[] = [];
  for (let c = 0; c < 3; c++) {
    const v = picked.map((p) => grid.log[c][p]);
    mid.push(median(v));
    dev.push(Math.max(0.01, spread(v)));
  }
  const sum = [0, 0, 0];
  let count = 0;
  for (const p of index) {
    let keep = true;
    for (let c = 0; c < 3; c++) if (Math.abs(grid.log[c][p] - mid[c]) > 3 * dev[c]) keep = false;
    if (!keep) continue;
    count++;
    for (let c = 0; c < 3; c++) sum[c] += grid.lin[c][p];
  }
  if (count === 0) return null;
  return {
    rgb: [sum[0] / count, sum[1] / count, sum[2] / count],
    sigma: [dev[0], dev[1], dev[2]],
    count,
  };
}

/**
 * How much tone varies over a mask at a larger scale than grain: the range between the 5th and the 95th
 * percentile of the means of small blocks. 0 when fewer than four blocks are covered.
 */
export function unevenness(grid: Grid, mask: Uint8Array): number {
  const { width, height, tone } = grid;
  let cells = 0;
  for (let p = 0; p < mask.length; p++) cells += mask[p];
  const size = Math.max(2, Math.min(12, Math.floor(Math.sqrt(cells) / 4)));
  const means: number[] = [];
  for (let y = 0; y + size <= height; y += size)
    for (let x = 0; x + size <= width; x += size) {
      let sum = 0;
      let n = 0;
      for (let j = 0; j < size; j++)
        for (let i = 0; i < size; i++) {
          const p = (y + j) * width + x + i;
          if (!mask[p]) continue;
          sum += tone[p];
          n++;
        }
      if (n >= 0.7 * size * size) means.push(sum / n);
    }
  if (means.length < 4) return 0;
  const [lo, hi] = percentiles(means, [0.05, 0.95]);
  return hi - lo;
}

/** Box minimum or maximum over (2r+1)² of a 0/1 mask: erosion (`grow` false) or dilation (true). */
export function morph(mask: Uint8Array, width: number, height: number, r: number, grow: boolean): Uint8Array {
  const pass = (src: Uint8Array, len: number, lines: number, step: number, jump: number): Uint8Array => {
    const out = new Uint8Array(src.length);
    for (let l = 0; l < lines; l++) {
      const o = l * jump;
      let hits = 0;
      // Outside the scan counts as the neutral element, so that borders neither erode nor grow by themselves.
      const hit = (i: number): number => (i < 0 || i >= len ? 0 : (src[o + i * step] === 1) === grow ? 1 : 0);
      for (let i = -r; i < r; i++) hits += hit(i);
      for (let i = 0; i < len; i++) {
        hits += hit(i + r);
        out[o + i * step] = hits > 0 === grow ? 1 : 0;
        hits -= hit(i - r);
      }
    }
    return out;
  };
  return pass(pass(mask, width, height, 1, width), height, width, width, 1);
}

export interface Blob {
  /** Cells of the component. */
  area: number;
  x0: number;
  y0: number;
  /** Inclusive. */
  x1: number;
  y1: number;
  cx: number;
  cy: number;
  label: number;
}

/** Connected components (4-neighbourhood) of a mask; labels start at 1 in `labels`. */
export function components(
  mask: Uint8Array,
  width: number,
  height: number,
): { blobs: Blob[]; labels: Int32Array } {
  const labels = new Int32Array(mask.length);
  const blobs: Blob[] = [];
  const stack = new Int32Array(mask.length);
  for (let s = 0; s < mask.length; s++) {
    if (!mask[s] || labels[s]) continue;
    const label = blobs.length + 1;
    const b: Blob = { area: 0, x0: width, y0: height, x1: -1, y1: -1, cx: 0, cy: 0, label };
    let n = 0;
    stack[n++] = s;
    labels[s] = label;
    while (n > 0) {
      const p = stack[--n];
      const x = p % width;
      const y = (p - x) / width;
      b.area++;
      b.cx += x;
      b.cy += y;
      if (x < b.x0) b.x0 = x;
      if (x > b.x1) b.x1 = x;
      if (y < b.y0) b.y0 = y;
      if (y > b.y1) b.y1 = y;
      if (x > 0 && mask[p - 1] && !labels[p - 1]) {
        labels[p - 1] = label;
        stack[n++] = p - 1;
      }
      if (x < width - 1 && mask[p + 1] && !labels[p + 1]) {
        labels[p + 1] = label;
        stack[n++] = p + 1;
      }
      if (y > 0 && mask[p - width] && !labels[p - width]) {
        labels[p - width] = label;
        stack[n++] = p - width;
      }
      if (y < height - 1 && mask[p + width] && !labels[p + width]) {
        labels[p + width] = label;
        stack[n++] = p + width;
      }
    }
    b.cx /= b.area;
    b.cy /= b.area;
    blobs.push(b);
  }
  return { blobs, labels };
}
