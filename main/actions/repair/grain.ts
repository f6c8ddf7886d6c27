/**
 * Grain of the surroundings put into a fill. Measured on the known pixels around: the spread of the fine detail by
 * tone, how alike it is in the channels, and how alike neighbours are. Made from random numbers that are named by
 * the pixel's place in the picture, so that a fill is the same whatever part is read.
 */
import type { Rect } from '../../../app/picture.ts';
import type { Planar } from '../../../app/planar.ts';

/** 32 well-mixed bits of a place (finaliser of MurmurHash3). */
export function mixed(x: number, y: number, c: number, seed: number): number {
  let h =
    Math.imul(x, 0x9e3779b1) ^ Math.imul(y + 0x7f4a7c15, 0x85ebca6b) ^ Math.imul(c + 1, 0xc2b2ae35) ^ seed;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Nearly normal, mean 0, deviation 1: four bytes of a hash summed (Irwin and Hall). */
export function noiseAt(x: number, y: number, c: number, seed: number): number {
  const h = mixed(x, y, c, seed);
  const sum = (h & 255) + ((h >>> 8) & 255) + ((h >>> 16) & 255) + (h >>> 24);
  return (sum - 510) / 147.8;
}

const BANDS = 4;

/** Fine detail: a sample less the mean of its 3 x 3 neighbourhood. */
export function addGrain(
  picture: Planar,
  unknown: Uint8Array,
  region: Rect,
  seed: number,
  measured: { picture: Planar; unknown: Uint8Array } | null = null,
): void {
  const { width, height, channels, data } = picture;
  const n = width * height;
  const sigma = spreadOf(measured ?? { picture, unknown });
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      if (!unknown[i]) continue;
      const common = noiseAt(region.x + x, region.y + y, 0, seed);
      for (let c = 0; c < channels; c++) {
        const o = c * n + i;
        const t = Math.min(BANDS - 1.001, Math.max(0, data[o] * BANDS - 0.5));
        const b = Math.floor(t);
        const s = sigma[b * channels + c] * (1 - t + b) + sigma[(b + 1) * channels + c] * (t - b);
        const own = channels === 1 ? 0 : noiseAt(region.x + x, region.y + y, c + 1, seed);
        data[o] += s * (channels === 1 ? common : 0.8 * common + 0.6 * own);
      }
    }
}

/** Spread of the grain of each channel in each band of tones: BANDS x channels. */
function spreadOf({ picture, unknown }: { picture: Planar; unknown: Uint8Array }): number[] {
  const { width, height, channels, data } = picture;
  const n = width * height;
  const lists: number[][] = Array.from({ length: BANDS * channels }, () => []);
  const every = Math.max(1, Math.floor(Math.sqrt(n / 16000)));
  for (let y = 1; y < height - 1; y += every)
    for (let x = 1; x < width - 1; x += every) {
      const i = y * width + x;
      let clean = true;
      for (let dy = -width; dy <= width && clean; dy += width)
        for (let dx = -1; dx <= 1; dx++) if (unknown[i + dy + dx]) clean = false;
      if (!clean) continue;
      for (let c = 0; c < channels; c++) {
        const o = c * n + i;
        // The Laplacian-like difference that a plane does not change (Immerkaer 1996).
        const d =
          data[o - width - 1] -
          2 * data[o - width] +
          data[o - width + 1] -
          2 * data[o - 1] +
          4 * data[o] -
          2 * data[o + 1] +
          data[o + width - 1] -
          2 * data[o + width] +
          data[o + width + 1];
        const band = Math.min(BANDS - 1, Math.max(0, Math.floor(data[o] * BANDS)));
        lists[band * channels + c].push(Math.abs(d));
      }
    }
  const sigma = lists.map((list) => {
    if (list.length < 30) return NaN;
    const sorted = Float32Array.from(list).sort();
    // Median of |d| over 0.6745; the mask's weights have a root of 36.
    return sorted[sorted.length >> 1] / 0.6745 / 6;
  });
  for (let c = 0; c < channels; c++) {
    const known = sigma.filter((v, k) => k % channels === c && Number.isFinite(v));
    const mean = known.length > 0 ? known.reduce((a, b) => a + b, 0) / known.length : 0;
    for (let b = 0; b < BANDS; b++)
      if (!Number.isFinite(sigma[b * channels + c])) sigma[b * channels + c] = mean;
  }
  return sigma;
}
