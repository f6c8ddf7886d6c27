import { describe, expect, it } from 'vitest';
import { type Planar, planar } from '../planar.ts';
import {
  inside,
  meanSquaredError,
  outside,
  psnr,
  psnrByChannel,
  ssim,
  ssimByChannel,
  ssimMap,
} from './fidelity.ts';
import { luma } from './lab.ts';

const of = (width: number, height: number, channels: number, data: number[]): Planar => ({
  width,
  height,
  channels,
  data: Float32Array.from(data),
});

/** Numbers without a pattern, the same every time. */
const noisy = (width: number, height: number, salt: number): Planar => {
  const out = planar(width, height, 1);
  for (let i = 0; i < out.data.length; i++) out.data[i] = (((i + salt) * 7919) % 257) / 257;
  return out;
};

describe('PSNR', () => {
  const truth = of(2, 1, 3, [0.5, 0.5, 0.5, 0.5, 0.5, 0.5]);
  const picture = of(2, 1, 3, [0.6, 0.5, 0.5, 0.5, 0.5, 0.7]);
  it('is taken over all samples', () => {
    expect(meanSquaredError(truth, picture)).toBeCloseTo((0.01 + 0.04) / 6, 7);
    expect(psnr(truth, of(2, 1, 3, [0.6, 0.4, 0.6, 0.4, 0.6, 0.4]))).toBeCloseTo(20, 5);
    expect(psnr(truth, truth)).toBe(Infinity);
  });
  it('looks at the selected pixels only', () => {
    const mask = of(2, 1, 1, [1, 0]);
    expect(meanSquaredError(truth, picture, inside(mask))).toBeCloseTo(0.01 / 3, 7);
    expect(meanSquaredError(truth, picture, outside(mask))).toBeCloseTo(0.04 / 3, 7);
    expect(psnr(truth, picture, () => false)).toBeNaN();
  });
  it('is told for each plane', () => {
    const [red, green, blue] = psnrByChannel(truth, picture);
    expect(red).toBeCloseTo(-10 * Math.log10(0.005), 4);
    expect(green).toBe(Infinity);
    expect(blue).toBeCloseTo(-10 * Math.log10(0.02), 4);
  });
  it('refuses pictures of different shapes', () => {
    expect(() => psnr(truth, planar(1, 2, 3))).toThrow(/2x1x3 and 1x2x3/);
  });
});

describe('SSIM', () => {
  it('of two constants is their luminance term', () => {
    const x = planar(11, 11, 1);
    x.data.fill(0.25);
    const y = planar(11, 11, 1);
    y.data.fill(0.75);
    const c1 = 1e-4;
    expect(ssim(x, y)).toBeCloseTo((2 * 0.25 * 0.75 + c1) / (0.25 ** 2 + 0.75 ** 2 + c1), 6);
  });
  it('of one window agrees with the sums of the paper written out', () => {
    const x = noisy(11, 11, 1);
    const y = noisy(11, 11, 5);
    const weights: number[] = [];
    for (let j = -5; j <= 5; j++)
      for (let i = -5; i <= 5; i++) weights.push(Math.exp(-(i * i + j * j) / 4.5));
    const total = weights.reduce((s, w) => s + w);
    const mean = (f: (k: number) => number): number => weights.reduce((s, w, k) => s + (w / total) * f(k), 0);
    const mx = mean((k) => x.data[k]);
    const my = mean((k) => y.data[k]);
    const vx = mean((k) => (x.data[k] - mx) ** 2);
    const vy = mean((k) => (y.data[k] - my) ** 2);
    const cov = mean((k) => (x.data[k] - mx) * (y.data[k] - my));
    const expected =
      ((2 * mx * my + 1e-4) * (2 * cov + 9e-4)) / ((mx * mx + my * my + 1e-4) * (vx + vy + 9e-4));
    expect(Math.abs(expected)).toBeGreaterThan(0.01);
    expect(ssim(x, y)).toBeCloseTo(expected, 6);
  });
  it('is 1 for equal pictures, and a window belongs to its middle', () => {
    const x = noisy(14, 13, 3);
    expect(ssim(x, x)).toBeCloseTo(1, 6);
    const y = { ...x, data: x.data.slice() };
    y.data[0] = 1 - y.data[0];
    const map = ssimMap(x, y);
    expect([map.width, map.height]).toEqual([4, 3]);
    expect(map.data[0]).toBeLessThan(1 - 1e-9);
    expect(map.data[1]).toBeCloseTo(1, 6);
    // Only the window around (5, 5) sees the changed corner.
    expect(ssim(x, y, (i) => i === 5 * 14 + 5)).toBeCloseTo(map.data[0], 7);
    expect(ssim(x, y, (i) => i === 5 * 14 + 6)).toBeCloseTo(1, 6);
    expect(ssim(x, y, () => false)).toBeNaN();
  });
  it('is told for each plane, and luma is Rec. 601', () => {
    const one = noisy(12, 12, 2);
    const rgb = planar(12, 12, 3);
    for (let c = 0; c < 3; c++) rgb.data.set(one.data, c * 144);
    const other = { ...rgb, data: rgb.data.slice() };
    other.data.fill(0.5, 144, 288);
    const [red, green, blue] = ssimByChannel(rgb, other);
    expect(red).toBeCloseTo(1, 6);
    expect(blue).toBeCloseTo(1, 6);
    expect(green).toBeLessThan(0.2);
    expect(luma(of(1, 1, 3, [1, 0.5, 0.25])).data[0]).toBeCloseTo(0.299 + 0.2935 + 0.0285, 6);
  });
  it('refuses pictures smaller than its window', () => {
    expect(() => ssim(planar(10, 20, 1), planar(10, 20, 1))).toThrow(/at least 11/);
  });
});
