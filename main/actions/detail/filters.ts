/** Filters of planes whose result at a pixel does not depend on where the plane was cut: the same sums, in the same order. */
import type { Size } from '../../../app/color/guided.ts';

/** Half of a Gaussian from its middle outwards, the whole summing to 1; cut at three standard deviations. */
export function gaussian(sigma: number): Float64Array {
  const reach = Math.max(1, Math.ceil(3 * sigma));
  const half = Float64Array.from({ length: reach + 1 }, (_, i) => Math.exp(-0.5 * (i / sigma) ** 2));
  const sum = half.reduce((a, v, i) => a + (i ? 2 * v : v), 0);
  return half.map((v) => v / sum);
}

/** A plane under a symmetric kernel, across and down; the border's samples are repeated. */
export function smooth(plane: Float32Array, { width, height }: Size, half: Float64Array): Float32Array {
  const reach = half.length - 1;
  const rows = new Float32Array(plane.length);
  for (let y = 0; y < height; y++) {
    const at = y * width;
    for (let x = 0; x < width; x++) {
      let sum = half[0] * plane[at + x];
      if (x >= reach && x + reach < width)
        for (let k = 1; k <= reach; k++) sum += half[k] * (plane[at + x - k] + plane[at + x + k]);
      else
        for (let k = 1; k <= reach; k++)
          sum += half[k] * (plane[at + Math.max(0, x - k)] + plane[at + Math.min(width - 1, x + k)]);
      rows[at + x] = sum;
    }
  }
  const out = new Float32Array(plane.length);
  for (let y = 0; y < height; y++) {
    const at = y * width;
    for (let x = 0; x < width; x++) out[at + x] = half[0] * rows[at + x];
    for (let k = 1; k <= reach; k++) {
      const above = Math.max(0, y - k) * width;
      const below = Math.min(height - 1, y + k) * width;
      for (let x = 0; x < width; x++) out[at + x] += half[k] * (rows[above + x] + rows[below + x]);
    }
  }
  return out;
}

/** Least and greatest sample within `r` pixels across and down. */
export function extremes(
  plane: Float32Array,
  { width, height }: Size,
  r: number,
): { low: Float32Array; high: Float32Array } {
  const n = width * height;
  const rowLow = new Float32Array(n);
  const rowHigh = new Float32Array(n);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const from = y * width + Math.max(0, x - r);
      const to = y * width + Math.min(width - 1, x + r);
      let low = plane[from];
      let high = low;
      for (let i = from + 1; i <= to; i++) {
        const v = plane[i];
        if (v < low) low = v;
        else if (v > high) high = v;
      }
      rowLow[y * width + x] = low;
      rowHigh[y * width + x] = high;
    }
  const low = rowLow.slice();
  const high = rowHigh.slice();
  for (let y = 0; y < height; y++)
    for (let j = Math.max(0, y - r); j <= Math.min(height - 1, y + r); j++) {
      if (j === y) continue;
      for (let x = 0, o = y * width, i = j * width; x < width; x++, o++, i++) {
        if (rowLow[i] < low[o]) low[o] = rowLow[i];
        if (rowHigh[i] > high[o]) high[o] = rowHigh[i];
      }
    }
  return { low, high };
}
