/**
 * The working copy on which analysis looks at a scan: linear light, reduced by whole factors to about
 * 750 px, three planes, plus a softened logarithm of each plane. Box averaging happens in linear light (where
 * it is physically right) and quietens grain and noise, so that the thresholds of the analysis hold for any
 * scanner. The order statistics (order.ts) and mask operations (masks.ts) that go with it are exported here too.
 */
import { linearTable } from '../../../app/color/curve.ts';
import type { Picture, Rgb } from '../../../app/picture.ts';
import { gridKernel } from './grid-kernel.ts';
import { median, percentile, percentiles, spread } from './order.ts';
import type { FlatField } from './reference.ts';

export { components, morph, type Blob } from './masks.ts';
export { median, percentile, percentiles, spread } from './order.ts';

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
 * Makes the grid. `flat`, when given, divides out the light source's unevenness. `kernel`: null for the loops in
 * JavaScript.
 */
export function makeGrid(picture: Picture, flat: FlatField | null = null, kernel = gridKernel()): Grid {
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
  const fast = channels === 3 && data instanceof Uint16Array && tables ? kernel : null;
  if (fast && tables && data instanceof Uint16Array)
    fast.planes(data, w0, tables, { width, height, xs, ys, factor }, clipAt, lin, clipped);
  for (let c = 0; c < channels && !fast; c++) {
    const plane = lin[c];
    const table = tables ? tables[c] : null;
    for (let y = 0; y < height; y++)
      for (let j = 0; j < ys; j++) {
        const from = (y * factor + j) * w0 * channels + c;
        const at = y * width;
        // One loop a kind of array: a loop that has seen several is several times slower.
        if (table && data instanceof Uint16Array)
          addRow16(data, from, channels, table, clipAt, xs, area, plane, clipped, at, width);
        else if (table && data instanceof Uint8Array)
          addRow8(data, from, channels, table, clipAt, xs, area, plane, clipped, at, width);
        else if (data instanceof Float32Array)
          addRowFloat(data, from, channels, clipAt, xs, area, plane, clipped, at, width);
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
  const [logR, logG, logB] = log;
  for (let p = 0; p < n; p++) tone[p] = wr * logR[p] + wg * logG[p] + wb * logB[p];
  return { width, height, scale: 1 / factor, lin, log, tone, clipped, grey: channels === 1 };
}

/**
 * Adds a row of samples to a row of cells, `xs` samples a cell. One loop for each kind of samples, although they
 * read alike: a loop that meets several kinds of arrays is slower.
 */
function addRow16(
  data: Uint16Array,
  from: number,
  step: number,
  table: Float32Array,
  clipAt: number,
  xs: number,
  area: number,
  plane: Float32Array,
  clipped: Uint8Array,
  at: number,
  width: number,
): void {
  for (let p = at, o = from; p < at + width; p++) {
    let sum = 0;
    for (let i = 0; i < xs; i++, o += step) {
      const v = data[o];
      if (v >= clipAt) clipped[p] = 1;
      sum += table[v];
    }
    plane[p] += sum * area;
  }
}
function addRow8(
  data: Uint8Array,
  from: number,
  step: number,
  table: Float32Array,
  clipAt: number,
  xs: number,
  area: number,
  plane: Float32Array,
  clipped: Uint8Array,
  at: number,
  width: number,
): void {
  for (let p = at, o = from; p < at + width; p++) {
    let sum = 0;
    for (let i = 0; i < xs; i++, o += step) {
      const v = data[o];
      if (v >= clipAt) clipped[p] = 1;
      sum += table[v];
    }
    plane[p] += sum * area;
  }
}
function addRowFloat(
  data: Float32Array,
  from: number,
  step: number,
  clipAt: number,
  xs: number,
  area: number,
  plane: Float32Array,
  clipped: Uint8Array,
  at: number,
  width: number,
): void {
  for (let p = at, o = from; p < at + width; p++) {
    let sum = 0;
    for (let i = 0; i < xs; i++, o += step) {
      const v = data[o];
      if (v >= clipAt) clipped[p] = 1;
      sum += v;
    }
    plane[p] += sum * area;
  }
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

/**
 * Mean of linear values per channel over the cells where mask is 1, after leaving out those whose log lies
 * more than 3 robust sigma (at least 0.01) from the median in any channel. Null when nothing is left.
 */
export function trimmedMean(grid: Grid, mask: Uint8Array): { rgb: Rgb; sigma: Rgb; count: number } | null {
  const index = new Int32Array(mask.length);
  let cells = 0;
  for (let p = 0; p < mask.length; p++) if (mask[p]) index[cells++] = p;
  if (cells === 0) return null;
  const step = Math.max(1, Math.floor(cells / 20_000));
  const mid: number[] = [];
  const dev: number[] = [];
  const picked = new Float32Array(Math.ceil(cells / step));
  for (let c = 0; c < 3; c++) {
    const plane = grid.log[c];
    for (let i = 0, k = 0; i < cells; i += step) picked[k++] = plane[index[i]];
    mid.push(median(picked));
    dev.push(Math.max(0.01, spread(picked)));
  }
  const [midR, midG, midB] = mid;
  const [mostR, mostG, mostB] = dev.map((d) => 3 * d);
  const [logR, logG, logB] = grid.log;
  const [linR, linG, linB] = grid.lin;
  let sumR = 0;
  let sumG = 0;
  let sumB = 0;
  let count = 0;
  for (let i = 0; i < cells; i++) {
    const p = index[i];
    if (Math.abs(logR[p] - midR) > mostR) continue;
    if (Math.abs(logG[p] - midG) > mostG) continue;
    if (Math.abs(logB[p] - midB) > mostB) continue;
    count++;
    sumR += linR[p];
    sumG += linG[p];
    sumB += linB[p];
  }
  if (count === 0) return null;
  return {
    rgb: [sumR / count, sumG / count, sumB / count],
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
