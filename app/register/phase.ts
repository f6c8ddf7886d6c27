/**
 * How far one picture is shifted against another, by phase correlation (Kuglin and Hines 1975): the inverse
 * Fourier transform of the normalised cross-power spectrum has a peak at the shift. The pictures are compared
 * by the strength of their edges, so that a negative and its print, or a faded and a fresh copy, agree. A
 * window (Hann) keeps the borders out; the peak is refined to a part of a pixel by a parabola.
 */

/** Grey samples, any range, rows top to bottom. */
export interface Grey {
  width: number;
  height: number;
  data: ArrayLike<number>;
}

export interface Shift {
  /** The content of `b` lies (dx, dy) pixels right of and below that of `a`. */
  dx: number;
  dy: number;
  /** Height of the peak over the rest of the surface in its standard deviations; under about 14 it is chance. */
  confidence: number;
}

/** In-place radix-2 transform of `n` complex numbers that lie `stride` apart from `start`. */
export function fft(
  re: Float64Array,
  im: Float64Array,
  n: number,
  start: number,
  stride: number,
  inverse: boolean,
): void {
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      const a = start + i * stride;
      const b = start + j * stride;
      [re[a], re[b]] = [re[b], re[a]];
      [im[a], im[b]] = [im[b], im[a]];
    }
  }
  for (let size = 2; size <= n; size <<= 1) {
    const half = size >> 1;
    const angle = ((inverse ? 2 : -2) * Math.PI) / size;
    const stepRe = Math.cos(angle);
    const stepIm = Math.sin(angle);
    for (let block = 0; block < n; block += size) {
      let wRe = 1;
      let wIm = 0;
      for (let k = 0; k < half; k++) {
        const a = start + (block + k) * stride;
        const b = start + (block + k + half) * stride;
        const tRe = re[b] * wRe - im[b] * wIm;
        const tIm = re[b] * wIm + im[b] * wRe;
        re[b] = re[a] - tRe;
        im[b] = im[a] - tIm;
        re[a] += tRe;
        im[a] += tIm;
        const next = wRe * stepRe - wIm * stepIm;
        wIm = wRe * stepIm + wIm * stepRe;
        wRe = next;
      }
    }
  }
}

function fft2(re: Float64Array, im: Float64Array, n: number, inverse: boolean): void {
  for (let y = 0; y < n; y++) fft(re, im, n, y * n, 1, inverse);
  for (let x = 0; x < n; x++) fft(re, im, n, x, n, inverse);
}

/** Edge strength, windowed, in the middle of an n x n field of zeros. */
function edges(grey: Grey, n: number): Float64Array {
  const { width, height, data } = grey;
  const out = new Float64Array(n * n);
  const w = Math.min(width, n);
  const h = Math.min(height, n);
  const x0 = (width - w) >> 1;
  const y0 = (height - h) >> 1;
  let sum = 0;
  for (let y = 1; y < h - 1; y++)
    for (let x = 1; x < w - 1; x++) {
      const i = (y + y0) * width + x + x0;
      const gx = data[i + 1] - data[i - 1];
      const gy = data[i + width] - data[i - width];
      // The root keeps one strong contour from deciding everything.
      sum += out[y * n + x] = Math.sqrt(Math.hypot(gx, gy));
    }
  const mean = sum / Math.max(1, (w - 2) * (h - 2));
  for (let y = 1; y < h - 1; y++) {
    const wy = 0.5 - 0.5 * Math.cos((2 * Math.PI * (y + 0.5)) / h);
    for (let x = 1; x < w - 1; x++) {
      const wx = 0.5 - 0.5 * Math.cos((2 * Math.PI * (x + 0.5)) / w);
      out[y * n + x] = (out[y * n + x] - mean) * wx * wy;
    }
  }
  return out;
}

/** Sub-pixel place of a maximum from it and its two neighbours, -0.5..0.5. */
function parabola(before: number, at: number, after: number): number {
  const bend = before - 2 * at + after;
  return bend < 0 ? Math.max(-0.5, Math.min(0.5, (before - after) / (2 * bend))) : 0;
}

/** Frequencies that count, in cycles a pixel: a soft band. */
const LOW = 0.02;
const HIGH = 0.15;

/**
 * The shift of `b` against `a`; both of one size. Only their middle parts of at most `limit` pixels a side are
 * compared (a power of two). Shifts of more than a quarter of that are not found.
 * @throws RangeError when the sizes differ
 */
export function phaseShift(a: Grey, b: Grey, limit = 256): Shift {
  if (a.width !== b.width || a.height !== b.height)
    throw new RangeError(`phaseShift: ${a.width}x${a.height} against ${b.width}x${b.height}`);
  let n = 8;
  while (n < limit && n < Math.max(a.width, a.height)) n *= 2;
  const aRe = edges(a, n);
  const aIm = new Float64Array(n * n);
  const bRe = edges(b, n);
  const bIm = new Float64Array(n * n);
  fft2(aRe, aIm, n, false);
  fft2(bRe, bIm, n, false);
  for (let y = 0, i = 0; y < n; y++)
    for (let x = 0; x < n; x++, i++) {
      const re = bRe[i] * aRe[i] + bIm[i] * aIm[i];
      const im = bIm[i] * aRe[i] - bRe[i] * aIm[i];
      const size = Math.hypot(re, im);
      // High frequencies are grain and JPEG blocks, which the two do not share; the lowest are the window
      // itself, which any two pictures share.
      const fx = Math.min(x, n - x) / n;
      const fy = Math.min(y, n - y) / n;
      const f2 = fx * fx + fy * fy;
      const band = Math.exp(-f2 / (2 * HIGH * HIGH)) * (1 - Math.exp(-f2 / (2 * LOW * LOW)));
      const weight = size > 1e-12 ? band / size : 0;
      aRe[i] = re * weight;
      aIm[i] = im * weight;
    }
  fft2(aRe, aIm, n, true);
  const reach = n >> 2;
  let best = 0;
  let peak = -Infinity;
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < n * n; i++) {
    const v = aRe[i];
    sum += v;
    squares += v * v;
    const y = Math.floor(i / n);
    const x = i - y * n;
    if (Math.min(x, n - x) > reach || Math.min(y, n - y) > reach) continue;
    if (v > peak) {
      peak = v;
      best = i;
    }
  }
  const mean = sum / (n * n);
  const sigma = Math.sqrt(Math.max(1e-30, squares / (n * n) - mean * mean));
  const px = best % n;
  const py = Math.floor(best / n);
  const at = (x: number, y: number): number => aRe[((y + n) % n) * n + ((x + n) % n)];
  const signed = (v: number): number => (v > n / 2 ? v - n : v);
  return {
    dx: signed(px) + parabola(at(px - 1, py), peak, at(px + 1, py)),
    dy: signed(py) + parabola(at(px, py - 1), peak, at(px, py + 1)),
    confidence: (peak - mean) / sigma,
  };
}
