/**
 * A plane moved by parts of a pixel (and enlarged a little) with a sharp kernel: Lanczos of three lobes, one
 * set of weights a column and a row, so two passes over the plane. Weights sum to one; what they reach outside the plane is the
 * border's.
 */
import type { Samples } from '../../../../../app/film/frame.ts';

const LOBES = 3;
const TAPS = 2 * LOBES;

export interface Taps {
  /** First sample of each place, and TAPS weights for each. */
  first: Int32Array;
  weights: Float32Array;
  /** 1 where the place itself lies outside the plane. */
  outside: Uint8Array;
}

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

/** Weights for `n` places: place i lies at `at(i)` of a row of n samples. */
export function tapsFor(n: number, at: (i: number) => number): Taps {
  const first = new Int32Array(n);
  const weights = new Float32Array(n * TAPS);
  const outside = new Uint8Array(n);
  for (let i = 0; i < n; i++) {
    const x = at(i);
    outside[i] = x < -0.25 || x > n - 0.75 ? 1 : 0;
    const base = Math.floor(x) - LOBES + 1;
    first[i] = base;
    let sum = 0;
    for (let k = 0; k < TAPS; k++) {
      const d = x - (base + k);
      const w = Math.abs(d) < LOBES ? sinc(d) * sinc(d / LOBES) : 0;
      weights[i * TAPS + k] = w;
      sum += w;
    }
    for (let k = 0; k < TAPS; k++) weights[i * TAPS + k] /= sum;
  }
  return { first, weights, outside };
}

/** The plane at the places of `columns` x `rows`, rounded and kept within 0..top. */
export function resample(
  data: Samples,
  width: number,
  height: number,
  columns: Taps,
  rows: Taps,
  top: number,
): Samples {
  const out = data instanceof Uint16Array ? new Uint16Array(data.length) : new Uint8Array(data.length);
  // Six rows filtered across are kept, by row number modulo 8.
  const kept = Array.from({ length: 8 }, () => ({ row: -1, data: new Float32Array(width) }));
  const padded = new Float32Array(width + 2 * TAPS + 2 * width);
  const across = (row: number): Float32Array => {
    const slot = kept[row & 7];
    if (slot.row === row) return slot.data;
    slot.row = row;
    const i = row * width;
    for (let x = 0; x < width; x++) padded[width + TAPS + x] = data[i + x];
    padded.fill(data[i], 0, width + TAPS);
    padded.fill(data[i + width - 1], width + TAPS + width);
    const shift = width + TAPS;
    const w = columns.weights;
    for (let x = 0, k = 0; x < width; x++, k += TAPS) {
      const at = Math.max(0, Math.min(padded.length - TAPS, columns.first[x] + shift));
      slot.data[x] =
        w[k] * padded[at] +
        w[k + 1] * padded[at + 1] +
        w[k + 2] * padded[at + 2] +
        w[k + 3] * padded[at + 3] +
        w[k + 4] * padded[at + 4] +
        w[k + 5] * padded[at + 5];
    }
    return slot.data;
  };
  const clampRow = (y: number): number => Math.max(0, Math.min(height - 1, y));
  for (let y = 0, o = 0; y < height; y++) {
    const base = rows.first[y];
    const w = rows.weights.subarray(y * TAPS, (y + 1) * TAPS);
    const [a, b, c, d, e, f] = [0, 1, 2, 3, 4, 5].map((k) => across(clampRow(base + k)));
    const [wa, wb, wc, wd, we, wf] = w;
    for (let x = 0; x < width; x++, o++) {
      const v = wa * a[x] + wb * b[x] + wc * c[x] + wd * d[x] + we * e[x] + wf * f[x];
      out[o] = v <= 0 ? 0 : v >= top ? top : v + 0.5;
    }
  }
  return out;
}
