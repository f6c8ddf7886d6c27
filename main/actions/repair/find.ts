/**
 * Finding damage on a single picture.
 */
import type { Planar } from '../../../app/planar.ts';
import { boxOf, eachRegion } from './components.ts';
import type { DamageMap, DamageRegion } from './types.ts';

export interface FindOptions {
  /** 0..1: how much is taken for damage; 0.5 is the ordinary setting. */
  sensitivity: number;
  /** Pixels of the picture for one pixel of the full-size scan. */
  scale: number;
  kind: 'colour' | 'bw';
}

/** Mean over a square of side 2 r + 1, fewer pixels at the picture's edge. */
function boxMean(data: Float32Array, width: number, height: number, r: number): Float32Array {
  const rows = new Float32Array(data.length);
  for (let y = 0; y < height; y++) {
    let sum = 0;
    for (let x = 0; x < Math.min(r, width); x++) sum += data[y * width + x];
    for (let x = 0; x < width; x++) {
      if (x + r < width) sum += data[y * width + x + r];
      if (x - r - 1 >= 0) sum -= data[y * width + x - r - 1];
      rows[y * width + x] = sum / (Math.min(width - 1, x + r) - Math.max(0, x - r) + 1);
    }
  }
  const out = new Float32Array(data.length);
  const sums = new Float64Array(width);
  for (let y = 0; y < Math.min(r, height); y++)
    for (let x = 0; x < width; x++) sums[x] += rows[y * width + x];
  for (let y = 0; y < height; y++) {
    if (y + r < height) for (let x = 0; x < width; x++) sums[x] += rows[(y + r) * width + x];
    if (y - r - 1 >= 0) for (let x = 0; x < width; x++) sums[x] -= rows[(y - r - 1) * width + x];
    const count = Math.min(height - 1, y + r) - Math.max(0, y - r) + 1;
    for (let x = 0; x < width; x++) out[y * width + x] = sums[x] / count;
  }
  return out;
}

/** Finds dust, hairs, scratches and more. @param picture the whole picture, reduced to at most 4096 px */
export function findDamage(picture: Planar, options: FindOptions): DamageMap {
  const { width, height, channels, data } = picture;
  const n = width * height;
  const grey = new Float32Array(n);
  for (let i = 0; i < n; i++)
    grey[i] = channels === 1 ? data[i] : 0.3 * data[i] + 0.6 * data[n + i] + 0.1 * data[2 * n + i];
  const near = boxMean(grey, width, height, 6);
  const residual = grey.map((v, i) => Math.abs(v - near[i]));
  const texture = boxMean(residual, width, height, 16);
  const confidence = new Uint8Array(n);
  const limit = 12 * 2 ** (2 * (0.5 - options.sensitivity));
  const hit = new Uint8Array(n);
  for (let i = 0; i < n; i++) {
    const score = residual[i] / (texture[i] + 0.004);
    if (score > limit / 2 && residual[i] > 0.06) {
      confidence[i] = Math.min(255, Math.round((128 * score) / (limit / 2)));
      hit[i] = 1;
    }
  }
  const regions: DamageRegion[] = [];
  eachRegion(hit, width, height, (pixels) => {
    const box = boxOf(pixels, width);
    let sum = 0;
    for (const i of pixels) sum += confidence[i];
    regions.push({
      kind: Math.max(box.w, box.h) > 20 ? 'scratch' : 'dust',
      ...box,
      share: pixels.length / n,
      confidence: sum / pixels.length / 255,
    });
  });
  regions.sort((a, b) => b.share - a.share);
  return { width, height, confidence, regions };
}
