/**
 * Half the size: what a scan at half the resolution would have been, for networks that enlarge. Three filters, since no
 * one knows which a picture went through: means of 2 x 2 pixels (a sensor's), a binomial (a softer lens) and the cubic
 * of Catmull and Rom stretched to twice its width (image programs); some pictures are a little unsharp before, and some
 * carry noise or went through JPEG afterwards.
 */
import { planar, type Planar } from '../planar.ts';
import type { Random } from '../random.ts';
import { jpeg } from './jpeg.ts';
import { gaussian } from './raster.ts';

export const SHRINKINGS = ['mean', 'binomial', 'cubic'] as const;
export type Shrinking = (typeof SHRINKINGS)[number];

/** Weights over the pixels around the middle between two pixels; symmetrical, sum 1. */
const TAPS: Record<Shrinking, readonly number[]> = {
  mean: [1, 1].map((v) => v / 2),
  binomial: [1, 3, 3, 1].map((v) => v / 8),
  cubic: [-3, -9, 29, 111, 111, 29, -9, -3].map((v) => v / 256),
};

/** One dimension: rows of `length` pixels, `stride` apart, halved. */
function halveRows(
  data: Float32Array,
  rows: number,
  length: number,
  at: (row: number, i: number) => number,
  taps: readonly number[],
  put: (row: number, i: number, v: number) => void,
): void {
  const before = taps.length / 2 - 1;
  for (let row = 0; row < rows; row++)
    for (let i = 0; i < length >> 1; i++) {
      let sum = 0;
      for (const [k, w] of taps.entries()) {
        const j = Math.min(length - 1, Math.max(0, 2 * i - before + k));
        sum += w * data[at(row, j)];
      }
      put(row, i, sum);
    }
}

/** The picture at half its size by one filter; sides must be even. Values stay on the encoded scale, 0..1. */
export function shrink(picture: Planar, filter: Shrinking): Planar {
  const { width, height, channels, data } = picture;
  if (width % 2 || height % 2) throw new RangeError(`${width} x ${height} pixels cannot be halved`);
  const taps = TAPS[filter];
  const across = planar(width / 2, height, channels);
  halveRows(
    data,
    height * channels,
    width,
    (row, i) => row * width + i,
    taps,
    (row, i, v) => (across.data[row * across.width + i] = v),
  );
  const out = planar(width / 2, height / 2, channels);
  const w = out.width;
  halveRows(
    across.data,
    w * channels,
    height,
    (row, i) => (Math.floor(row / w) * height + i) * w + (row % w),
    taps,
    (row, i, v) => (out.data[(Math.floor(row / w) * out.height + i) * w + (row % w)] = v),
  );
  return out;
}

/** A picture of half the size as it might have come, by chance. */
export function shrunk(picture: Planar, random: Random): Planar {
  const filter = random.pick(SHRINKINGS);
  const soft = random.chance(0.25) ? random.uniform(0.3, 0.9) : 0;
  const noise = random.chance(0.25) ? random.uniform(0.004, 0.02) : 0;
  const quality = random.chance(0.3) ? 70 + random.int(27) : 0;
  const small = shrink(soft > 0 ? gaussian(picture, soft) : picture, filter);
  for (let i = 0; i < small.data.length; i++) {
    const v = small.data[i] + (noise > 0 ? noise * random.normal() : 0);
    small.data[i] = Math.min(1, Math.max(0, v));
  }
  return quality > 0 ? jpeg(small, quality) : small;
}
