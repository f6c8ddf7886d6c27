/**
 * Blur: of a lens out of focus, of a hand that shook, of a small file made large again. All work on linear light
 * where it is light that was spread (focus, shake) and on encoded values where a program did it (resampling).
 */
import { type Planar, planar } from '../planar.ts';
import type { Random } from '../random.ts';
import { clamp, decode, encode, gaussian, mapSamples } from './raster.ts';
import type { Degradation } from './types.ts';

/** Taps of a kernel that is not separable: offsets and weights that sum to 1. */
interface Taps {
  dx: number[];
  dy: number[];
  weight: number[];
}

/** Sums shifted copies of each plane; borders are repeated. */
function spread(picture: Planar, taps: Taps): Planar {
  const { width, height, channels } = picture;
  const reach = Math.max(...taps.dx.map(Math.abs), ...taps.dy.map(Math.abs), 1);
  const w = width + 2 * reach;
  const out = planar(width, height, channels);
  const wide = new Float32Array(w * (height + 2 * reach));
  for (let c = 0; c < channels; c++) {
    const plane = c * width * height;
    for (let y = -reach; y < height + reach; y++) {
      const from = plane + Math.min(height - 1, Math.max(0, y)) * width;
      const to = (y + reach) * w;
      wide.set(picture.data.subarray(from, from + width), to + reach);
      wide.fill(picture.data[from], to, to + reach);
      wide.fill(picture.data[from + width - 1], to + reach + width, to + w);
    }
    for (let k = 0; k < taps.weight.length; k++) {
      const weight = taps.weight[k];
      for (let y = 0; y < height; y++) {
        const from = (y + reach + taps.dy[k]) * w + reach + taps.dx[k];
        const to = plane + y * width;
        for (let x = 0; x < width; x++) out.data[to + x] += weight * wide[from + x];
      }
    }
  }
  return out;
}

/** Out of focus: a disc of even light, with the share of each border pixel that it covers (4 x 4 samples). Radius in pixels. */
export function defocus(picture: Planar, radius: number): Planar {
  const taps: Taps = { dx: [], dy: [], weight: [] };
  const reach = Math.ceil(radius);
  let sum = 0;
  for (let y = -reach; y <= reach; y++)
    for (let x = -reach; x <= reach; x++) {
      let hits = 0;
      for (let sy = -1.5; sy <= 1.5; sy++)
        for (let sx = -1.5; sx <= 1.5; sx++)
          if (Math.hypot(x + sx / 4, y + sy / 4) <= Math.max(0.36, radius)) hits++;
      if (hits === 0) continue;
      taps.dx.push(x);
      taps.dy.push(y);
      taps.weight.push(hits);
      sum += hits;
    }
  taps.weight = taps.weight.map((v) => v / sum);
  return mapSamples(spread(mapSamples(picture, decode), taps), encode);
}

/** Shake or subject motion: a straight line of light, `length` pixels long, `angle` in radians. */
export function motion(picture: Planar, length: number, angle: number): Planar {
  const weights = new Map<string, number>();
  const steps = Math.max(2, Math.ceil(length * 4));
  const add = (x: number, y: number, v: number): void => {
    if (v > 1e-6) weights.set(`${x},${y}`, (weights.get(`${x},${y}`) ?? 0) + v / steps);
  };
  for (let i = 0; i < steps; i++) {
    const t = ((i + 0.5) / steps - 0.5) * length;
    const x = t * Math.cos(angle);
    const y = t * Math.sin(angle);
    const ix = Math.floor(x);
    const iy = Math.floor(y);
    const fx = x - ix;
    const fy = y - iy;
    add(ix, iy, (1 - fx) * (1 - fy));
    add(ix + 1, iy, fx * (1 - fy));
    add(ix, iy + 1, (1 - fx) * fy);
    add(ix + 1, iy + 1, fx * fy);
  }
  const taps: Taps = { dx: [], dy: [], weight: [] };
  for (const [key, v] of weights) {
    const [x, y] = key.split(',').map(Number);
    taps.dx.push(x);
    taps.dy.push(y);
    taps.weight.push(v);
  }
  return mapSamples(spread(mapSamples(picture, decode), taps), encode);
}

/** Bilinear sample of a plane at (x, y) in pixels (centres at whole numbers); borders are repeated. */
export function sampleAt(
  data: Float32Array,
  plane: number,
  width: number,
  height: number,
  x: number,
  y: number,
): number {
  const cx = clamp(x, 0, width - 1);
  const cy = clamp(y, 0, height - 1);
  const ix = Math.min(width - 2 < 0 ? 0 : width - 2, cx | 0);
  const iy = Math.min(height - 2 < 0 ? 0 : height - 2, cy | 0);
  const fx = cx - ix;
  const fy = cy - iy;
  const i = plane + iy * width + ix;
  const right = width > 1 ? 1 : 0;
  const below = height > 1 ? width : 0;
  const top = data[i] + (data[i + right] - data[i]) * fx;
  const bottom = data[i + below] + (data[i + below + right] - data[i + below]) * fx;
  return top + (bottom - top) * fy;
}

/** Made smaller by `factor` (means over areas, after a matching blur) and large again (bilinear). */
export function shrinkAndEnlarge(picture: Planar, factor: number): Planar {
  const { width, height, channels } = picture;
  const w = Math.max(1, Math.round(width / factor));
  const h = Math.max(1, Math.round(height / factor));
  const soft = gaussian(picture, 0.35 * factor);
  const small = planar(w, h, channels);
  for (let c = 0; c < channels; c++)
    for (let y = 0; y < h; y++)
      for (let x = 0; x < w; x++)
        small.data[c * w * h + y * w + x] = sampleAt(
          soft.data,
          c * width * height,
          width,
          height,
          ((x + 0.5) * width) / w - 0.5,
          ((y + 0.5) * height) / h - 0.5,
        );
  const out = planar(width, height, channels);
  for (let c = 0; c < channels; c++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        out.data[c * width * height + y * width + x] = sampleAt(
          small.data,
          c * w * h,
          w,
          h,
          ((x + 0.5) * w) / width - 0.5,
          ((y + 0.5) * h) / height - 0.5,
        );
  return out;
}

/** Gaussian softness, as of an old lens, an enlarger or a scanner. */
export const softBlur: Degradation = {
  name: 'soft-blur',
  family: 'blur',
  ranges: { sigma: [0.5, 2.8] },
  source: 'Gaussian point spread, encoded values',
  apply(picture, random: Random) {
    const sigma = 0.5 * 5.6 ** (random.next() ** 1.2);
    return { picture: gaussian(picture, sigma), params: { sigma } };
  },
};

/** Out of focus. */
export const focusBlur: Degradation = {
  name: 'defocus',
  family: 'blur',
  ranges: { radius: [0.7, 3.5] },
  source: 'uniform disc in linear light',
  apply(picture, random) {
    const radius = 0.7 * 5 ** random.next();
    return { picture: defocus(picture, radius), params: { radius } };
  },
};

/** Shaken. */
export const motionBlur: Degradation = {
  name: 'motion',
  family: 'blur',
  ranges: { length: [2, 9], angle: [0, Math.PI] },
  source: 'uniform line in linear light',
  apply(picture, random) {
    const length = random.uniform(2, 9);
    const angle = random.uniform(0, Math.PI);
    return { picture: motion(picture, length, angle), params: { length, angle } };
  },
};

/** Low resolution: made small and large again. */
export const lowResolution: Degradation = {
  name: 'low-resolution',
  family: 'blur',
  ranges: { factor: [1.4, 4] },
  source: 'area mean and bilinear enlargement',
  apply(picture, random) {
    const factor = random.uniform(1.4, 4);
    return { picture: shrinkAndEnlarge(picture, factor), params: { factor } };
  },
};
