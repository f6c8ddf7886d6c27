/**
 * Planes of a scan with infrared at the size the dust work is done in: logarithms of infrared and of red, both
 * as log10 of light. Large scans are pooled by a whole factor, so that time and memory stay bounded whatever
 * the scan's size; the infrared is kept twice, as mean (quiet: large faint dust) and as minimum (a hair or a
 * speck of one pixel survives).
 */
import { linearTable } from '../../../app/color/curve.ts';
import { SCAN_FLOOR } from '../../../app/color/density.ts';
import type { Picture } from '../../../app/picture.ts';

/** Pooled planes are kept under this many pixels. */
export const WORK_PIXELS = 8e6;

/** log10 of the linear value of each stored sample of one channel (floored at SCAN_FLOOR); null for float samples. */
export function logLookup(picture: Pick<Picture, 'data' | 'curve'>, channel: number): Float32Array | null {
  if (picture.data instanceof Float32Array) return null;
  const table = linearTable(picture.curve, picture.data instanceof Uint8Array ? 8 : 16, channel).slice();
  for (let i = 0; i < table.length; i++) table[i] = Math.log10(Math.max(SCAN_FLOOR, table[i]));
  return table;
}

let irLogs: Float32Array | null = null;
/** log10 of a 16-bit infrared sample as a share of full scale. */
export function infraredLogs(): Float32Array {
  if (!irLogs) {
    irLogs = new Float32Array(65536);
    for (let i = 0; i < 65536; i++) irLogs[i] = Math.log10(Math.max(SCAN_FLOOR, i / 65535));
  }
  return irLogs;
}

/** Pooling factor for a scan of this size. */
export function poolFactor(width: number, height: number): number {
  return Math.max(1, Math.ceil(Math.sqrt((width * height) / WORK_PIXELS)));
}

export interface Planes {
  factor: number;
  width: number;
  height: number;
  /** Mean and minimum of log10 infrared in the pooled cell; the same array when the factor is 1. */
  mean: Float32Array;
  min: Float32Array;
  /** Mean of log10 red (or grey) light. */
  red: Float32Array;
}

/**
 * Pools a scan by `factor`. `shift` says where the infrared of pixel (x, y) lies: at (x + shift.x, y + shift.y);
 * its whole pixels are taken on the infrared, the fraction on red. Samples beyond the edge repeat the edge.
 */
export function poolPlanes(
  picture: Picture,
  infrared: Uint16Array,
  shift: { x: number; y: number },
  factor: number,
): Planes {
  const { width, height, channels, data } = picture;
  const w = Math.max(1, Math.floor(width / factor));
  const h = Math.max(1, Math.floor(height / factor));
  const logs = logLookup(picture, 0);
  const irLog = infraredLogs();
  const red = new Float32Array(w * h);
  const mean = new Float32Array(w * h);
  const min = factor === 1 ? mean : new Float32Array(w * h);
  const sx = Math.round(shift.x);
  const sy = Math.round(shift.y);
  // Column of the infrared for every column of the picture, edges repeated.
  const column = Int32Array.from({ length: width }, (_, x) => Math.min(width - 1, Math.max(0, x + sx)));
  const share = 1 / (factor * factor);
  const sumRed = new Float64Array(w);
  const sumIr = new Float64Array(w);
  const low = new Uint16Array(w);
  for (let py = 0; py < h; py++) {
    sumRed.fill(0);
    sumIr.fill(0);
    low.fill(65535);
    for (let k = 0; k < factor; k++) {
      const y = py * factor + k;
      const row = y * width * channels;
      const irRow = Math.min(height - 1, Math.max(0, y + sy)) * width;
      for (let px = 0, x = 0; px < w; px++) {
        let r = 0;
        let i = 0;
        let m = low[px];
        for (let j = 0; j < factor; j++, x++) {
          const v = data[row + x * channels];
          r += logs ? logs[v] : Math.log10(v > SCAN_FLOOR ? v : SCAN_FLOOR);
          const ir = infrared[irRow + column[x]];
          i += irLog[ir];
          if (ir < m) m = ir;
        }
        sumRed[px] += r;
        sumIr[px] += i;
        low[px] = m;
      }
    }
    const o = py * w;
    for (let px = 0; px < w; px++) {
      red[o + px] = sumRed[px] * share;
      mean[o + px] = sumIr[px] * share;
      if (factor > 1) min[o + px] = irLog[low[px]];
    }
  }
  stepAside(red, w, h, (shift.x - sx) / factor, (shift.y - sy) / factor);
  return { factor, width: w, height: h, mean, min, red };
}

/**
 * Moves a plane by a fraction of a pixel (-0.5..0.5), in place: the infrared at a whole-pixel shift shows what
 * lies (fx, fy) before the pixel it is compared with.
 */
function stepAside(plane: Float32Array, width: number, height: number, fx: number, fy: number): void {
  if (Math.abs(fx) < 0.05 && Math.abs(fy) < 0.05) return;
  const ax = Math.abs(fx);
  const ay = Math.abs(fy);
  const back = fx > 0;
  const up = fy > 0;
  // Rows in the order in which a row's neighbour is still unchanged when it is needed.
  for (let k = 0; k < height; k++) {
    const y = up ? height - 1 - k : k;
    const o = y * width;
    const n = Math.min(height - 1, Math.max(0, up ? y - 1 : y + 1)) * width;
    for (let x = 0; x < width; x++) plane[o + x] += ay * (plane[n + x] - plane[o + x]);
    if (back) for (let x = width - 1; x > 0; x--) plane[o + x] += ax * (plane[o + x - 1] - plane[o + x]);
    else for (let x = 0; x < width - 1; x++) plane[o + x] += ax * (plane[o + x + 1] - plane[o + x]);
  }
}

/** Mean over a square of side 2·radius + 1, in place of `src` into `dst` (may not be the same array); edges repeat. */
export function boxMean(
  src: Float32Array,
  dst: Float32Array,
  width: number,
  height: number,
  radius: number,
): void {
  if (radius === 0) {
    dst.set(src);
    return;
  }
  const n = 2 * radius + 1;
  const rows = new Float32Array(n * width);
  const sum = new Float64Array(width);
  const scale = 1 / (n * n);
  const blurRow = (y: number, at: number) => {
    const o = y * width;
    let s = 0;
    for (let k = -radius; k <= radius; k++) s += src[o + Math.min(width - 1, Math.max(0, k))];
    for (let x = 0; x < width; x++) {
      rows[at + x] = s;
      const add = x + radius + 1;
      const drop = x - radius;
      s += src[o + (add < width ? add : width - 1)] - src[o + (drop > 0 ? drop : 0)];
    }
  };
  for (let k = -radius; k <= radius; k++) {
    const slot = (((k % n) + n) % n) * width;
    blurRow(Math.min(height - 1, Math.max(0, k)), slot);
    for (let x = 0; x < width; x++) sum[x] += rows[slot + x];
  }
  for (let y = 0; y < height; y++) {
    const o = y * width;
    for (let x = 0; x < width; x++) dst[o + x] = sum[x] * scale;
    // The row that leaves and the row that enters share a slot of the ring.
    const slot = ((((y - radius) % n) + n) % n) * width;
    for (let x = 0; x < width; x++) sum[x] -= rows[slot + x];
    blurRow(Math.min(height - 1, y + radius + 1), slot);
    for (let x = 0; x < width; x++) sum[x] += rows[slot + x];
  }
}
