/**
 * Repeating patterns taken out where they are: short windows over the picture lose, around each frequency of the
 * pattern, what stands above the rest of their own spectrum there, and nothing elsewhere, so a place without the
 * pattern stays as it is. Windows overlap by half under the root of a Hann window, before and after, and sum to what
 * went in (Allen and Rabiner, "A unified approach to short-time Fourier analysis and synthesis", 1977). They lie on a
 * grid of the whole picture: parts agree with the whole.
 */
import type { Rect } from '../../../app/picture.ts';
import { mirrored } from './mirror.ts';
import type { PictureSource } from '../picture/source.ts';
import { fft2, hann, type Peak } from './spectrum.ts';

const SIDE = 64;
const HOP = SIDE / 2;
/** Bins around a peak that are its own: the window's width and the peak's place between bins. */
const OWN = 2.3;
/** Ring of bins that tells what the picture has there. */
const RING = 4.6;

interface Notch {
  /** Bins of the peak and of its mirror image, in pairs. */
  bins: Int32Array;
  ring: Int32Array;
}

function notches(peaks: readonly Peak[]): Notch[] {
  const bin = (k: number): number => ((k % SIDE) + SIDE) % SIDE;
  const near = (fx: number, fy: number): boolean =>
    peaks.some((p) => {
      const away = (sign: number): number => {
        const wrapped = (d: number): number => d - SIDE * Math.round(d / SIDE);
        return Math.hypot(wrapped(fx - sign * p.fx * SIDE), wrapped(fy - sign * p.fy * SIDE));
      };
      return Math.min(away(1), away(-1)) <= OWN;
    });
  return peaks.map(({ fx, fy }) => {
    const bins: number[] = [];
    const ring: number[] = [];
    const cx = fx * SIDE;
    const cy = fy * SIDE;
    for (let y = Math.ceil(cy - RING); y <= cy + RING; y++)
      for (let x = Math.ceil(cx - RING); x <= cx + RING; x++) {
        const r = Math.hypot(x - cx, y - cy);
        const at = bin(y) * SIDE + bin(x);
        if (r <= OWN) bins.push(at, bin(-y) * SIDE + bin(-x));
        else if (r <= RING && !near(x, y)) ring.push(at);
      }
    return { bins: Int32Array.from(bins), ring: Int32Array.from(ring) };
  });
}

const ROOT = hann(SIDE).map((v) => Math.sqrt(v));

/** Takes the peaks of one plane of a window down to its surroundings. */
function filterWindow(re: Float64Array, im: Float64Array, list: readonly Notch[]): void {
  fft2(re, im, SIDE);
  const levels: number[] = [];
  for (const { bins, ring } of list) {
    if (ring.length === 0) continue;
    levels.length = 0;
    for (const at of ring) levels.push(Math.hypot(re[at], im[at]));
    levels.sort((a, b) => a - b);
    const level = levels[levels.length >> 1];
    for (const at of bins) {
      const size = Math.hypot(re[at], im[at]);
      if (size <= level) continue;
      re[at] *= level / size;
      im[at] *= level / size;
    }
  }
  fft2(re, im, SIDE, true);
}

/**
 * The picture without a pattern.
 * @param peaks for each channel
 * @param strength 0..1, share of it that goes
 */
export function notchedSource(
  source: PictureSource,
  peaks: readonly (readonly Peak[])[],
  strength: number,
): PictureSource {
  if (strength === 0 || peaks.every((list) => list.length === 0)) return source;
  const lists = peaks.map(notches);
  const perSample = 1 / (SIDE * SIDE);
  return {
    ...source,
    async read(rect: Rect, signal) {
      const first = { x: Math.floor(rect.x / HOP) * HOP - HOP, y: Math.floor(rect.y / HOP) * HOP - HOP };
      const last = {
        x: Math.floor((rect.x + rect.w - 1) / HOP) * HOP,
        y: Math.floor((rect.y + rect.h - 1) / HOP) * HOP,
      };
      const wide = { ...first, w: last.x + SIDE - first.x, h: last.y + SIDE - first.y };
      const part = await mirrored(source, wide, signal);
      const n = rect.w * rect.h;
      const data = new Float32Array(n * source.channels);
      const re = new Float64Array(SIDE * SIDE);
      const im = new Float64Array(SIDE * SIDE);
      const sums = new Float64Array(n);
      for (let c = 0; c < source.channels; c++) {
        const plane = part.data.subarray(c * wide.w * wide.h, (c + 1) * wide.w * wide.h);
        sums.fill(0);
        if (lists[c].length > 0)
          for (let y = first.y; y <= last.y; y += HOP)
            for (let x = first.x; x <= last.x; x += HOP) {
              im.fill(0);
              for (let j = 0; j < SIDE; j++)
                for (let i = 0; i < SIDE; i++)
                  re[j * SIDE + i] = ROOT[i] * ROOT[j] * plane[(y - wide.y + j) * wide.w + x - wide.x + i];
              const kept = re.slice();
              filterWindow(re, im, lists[c]);
              const x0 = Math.max(x, rect.x);
              const x1 = Math.min(x + SIDE, rect.x + rect.w);
              for (let v = Math.max(y, rect.y); v < Math.min(y + SIDE, rect.y + rect.h); v++)
                for (let u = x0; u < x1; u++) {
                  const k = (v - y) * SIDE + u - x;
                  sums[(v - rect.y) * rect.w + u - rect.x] +=
                    ROOT[u - x] * ROOT[v - y] * (kept[k] - re[k] * perSample);
                }
            }
        for (let y = 0; y < rect.h; y++) {
          const from = (y + rect.y - wide.y) * wide.w + rect.x - wide.x;
          for (let x = 0; x < rect.w; x++)
            data[c * n + y * rect.w + x] = plane[from + x] - strength * sums[y * rect.w + x];
        }
      }
      return { width: rect.w, height: rect.h, channels: source.channels, data };
    },
  };
}
