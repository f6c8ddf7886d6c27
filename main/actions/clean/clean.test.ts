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
import { cleanedSource, CLEANER, cleanerFor, estimateDefects, surfaceOf } from './index.ts';
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
    const poor = estimateDefects(jpeg(clean, 25));
    expect(poor.jpeg).toBeGreaterThan(0.004);
    expect(estimateDefects(clean).jpeg).toBeLessThan(0.001);
    const soft = { ...clean, data: clean.data.slice() };
    for (let c = 0; c < 3; c++)
      soft.data.set(smooth(clean.data.subarray(c * W * H, (c + 1) * W * H), clean, gaussian(2)), c * W * H);
    expect(estimateDefects(soft).blur).toBeGreaterThan(3);
    expect(estimateDefects(clean).blur).toBeLessThan(1.6);
  });
  it('find repeating patterns, and none where there is none', () => {
    for (const picture of [scene(), noisy(scene(), 0.03), jpeg(noisy(scene(), 0.02), 40)]) {
      const { halftone, paper } = estimateDefects(picture);
      expect(halftone).toBeNull();
      expect(paper).toBeNull();
    }
  });
});

describe('cleaning without a network', () => {
  it('takes noise out, fine or coarse, not much worse than non-local means, which take a hundred times as long', async () => {
    const small = scene(200, 160);
    for (const [sigma, coarse] of [
      [0.04, 0],
      [0.1, 0],
      [0.05, 0.8],
    ]) {
      const before = noisy(small, sigma, coarse);
      const after = psnr(
        await read(cleanedSource(sourceOf(before), { ...off, strength: 1 }, null, null)),
        small,
      );
      expect(after).toBeGreaterThan(psnr(before, small) + 7);
      expect(after).toBeGreaterThan(psnr(nonLocalMeans(before), small) - 2.5);
    }
  });
  it('does nothing at nought, half at a half, and leaves a picture without noise alone', async () => {
    const before = noisy(scene(), 0.05);
    const source = sourceOf(before);
    expect(await read(cleanedSource(source, off, null, null))).toEqual(before);
    const full = await read(cleanedSource(source, { ...off, strength: 1 }, null, null));
    const half = await read(cleanedSource(source, { ...off, strength: 0.5 }, null, null));
    expect(half.data.every((v, i) => Math.abs(v - (before.data[i] + full.data[i]) / 2) < 1e-6)).toBe(true);
    const clean = await read(cleanedSource(sourceOf(scene()), { ...off, strength: 1 }, null, null));
    expect(psnr(clean, scene())).toBeGreaterThan(52);
  });
  it('holds back in faces, softly', async () => {
    const before = noisy(scene(), 0.05);
    const source = sourceOf(before);
    const face = { x: 0.2, y: 0.25, w: 0.2, h: 0.25 };
    const params = { ...off, strength: 1, faces: 0 };
    const out = await read(cleanedSource(source, params, null, [face]));
    const free = await read(cleanedSource(source, params, null, null));
    const change = (x: number, y: number) => Math.abs(out.data[y * W + x] - before.data[y * W + x]);
    const middle = [Math.round((face.x + face.w / 2) * W), Math.round((face.y + face.h / 2) * H)] as const;
    for (let d = -12; d <= 12; d++) expect(change(middle[0] + d, middle[1] + d)).toBe(0);
    const far = { x: 230, y: 180, w: 100, h: 90 };
    expect(cut(out, far)).toEqual(cut(free, far));
  });
  it('gives the same in parts', async () => {
    const before = noisy(scene(), 0.05);
    const params = { strength: 0.7, faces: 0.2, paper: 0, halftone: false };
    const faces = [{ x: 0.3, y: 0.3, w: 0.2, h: 0.2 }];
    const parts = cleanedSource(sourceOf(before), params, null, faces);
    const whole = await read(cleanedSource(sourceOf(before), params, null, faces));
    for (const rect of [
      { x: 0, y: 0, w: 65, h: 33 },
      { x: 131, y: 77, w: 64, h: 91 },
      { x: W - 33, y: H - 7, w: 33, h: 7 },
    ])
      expect(await parts.read(rect)).toEqual(cut(whole, rect));
  });
});

describe('cleaning by a network', () => {
  /** Means over 3 x 3 pixels, which look one pixel far; it sees three encoded planes on its own grid. */
  const network: OpenNetwork = {
    name: 'means',
    sha256: '',
    multiple: 8,
    reach: 5,
    run: () => Promise.reject(new Error('not asked')),
    apply: ({ x }) => {
      expect([x.width % 8, x.height % 8, x.channels]).toEqual([0, 0, 3]);
      const y = planar(x.width, x.height, 3);
      const at = (n: number, i: number): number => Math.min(n - 1, Math.max(0, i));
      for (let c = 0; c < 3; c++)
        for (let v = 0; v < x.height; v++)
          for (let u = 0; u < x.width; u++)
            for (let k = 0; k < 9; k++)
              y.data[(c * x.height + v) * x.width + u] +=
                x.data[
                  (c * x.height + at(x.height, v + Math.floor(k / 3) - 1)) * x.width +
                    at(x.width, u + (k % 3) - 1)
                ] / 9;
      return Promise.resolve({ y });
    },
  };
  it('takes its answer by the strength, whole or in parts, in any space, grey too', async () => {
    for (const [space, channels] of [
      ['srgb', 3],
      ['adobe-rgb', 3],
      ['srgb', 1],
    ] as const) {
      const all = noisy(scene(), 0.05);
      const picture: Planar = { ...all, channels, data: all.data.slice(0, channels * W * H) };
      const source = sourceOf(picture, space);
      const out = cleanedSource(source, { ...off, strength: 0.8 }, network, null);
      const whole = await read(out);
      expect(whole.channels).toBe(channels);
      const rect = { x: 141, y: 3, w: 77, h: 60 };
      expect(await out.read(rect)).toEqual(cut(whole, rect));
      let mean = 0;
      for (let k = 0; k < 9; k++) mean += picture.data[(100 + Math.floor(k / 3)) * W + 200 + (k % 3)] / 9;
      const was = picture.data[101 * W + 201];
      if (space === 'srgb') expect(whole.data[101 * W + 201]).toBeCloseTo(was + 0.8 * (mean - was), 5);
      else expect(Math.abs(whole.data[101 * W + 201] - was - 0.8 * (mean - was))).toBeLessThan(0.01);
    }
  });
  it('changes nothing where the network changes nothing, to the last bit', async () => {
    const same: OpenNetwork = { ...network, apply: ({ x }) => Promise.resolve({ y: x }) };
    const picture = noisy(scene(), 0.05);
    const out = await read(cleanedSource(sourceOf(picture, 'prophoto'), { ...off, strength: 1 }, same, null));
    expect(out.data).toEqual(picture.data);
  });
});

describe('patterns', () => {
  it.each([
    ['paper-texture', 'b', 8],
    ['paper-texture', 'f', 8],
    ['halftone', 'e', 6],
    ['halftone', 'f', 6],
  ] as const)('of %s (%s) are found, and go by %s dB at least', async (name, key, gain) => {
    const clean = noisy(scene(), 0.004);
    const before = degraded(name, clean, key);
    const { halftone, paper } = estimateDefects(before);
    expect(name === 'halftone' ? halftone : paper).not.toBeNull();
    const source = sourceOf(before);
    const asked = name === 'halftone' ? { ...off, halftone: true } : { ...off, paper: 1 };
    const after = await read(cleanedSource(source, asked, null, null));
    expect(psnr(after, clean)).toBeGreaterThan(psnr(before, clean) + gain);
    const rect = { x: 37, y: 90, w: 101, h: 70 };
    expect(await cleanedSource(source, asked, null, null).read(rect)).toEqual(cut(after, rect));
  });
  it('are not looked for unless asked, and a picture without any stays as it is', async () => {
    const clean = noisy(scene(), 0.01);
    const out = await read(cleanedSource(sourceOf(clean), { ...off, paper: 1, halftone: true }, null, null));
    expect(out.data).toEqual(clean.data);
  });
});

describe('the choice of the cleaner', () => {
  const surface = { noise: 10 / 255, grain: 1.2, jpeg: 0.002 };
  it('follows the table: compression before grain, grain only where there is noise', () => {
    expect(cleanerFor(surface)).toBe(CLEANER.noise);
    expect(cleanerFor({ ...surface, grain: 12 })).toBe(CLEANER.grain);
    expect(cleanerFor({ ...surface, grain: 12, jpeg: 0.012 })).toBe(CLEANER.jpeg);
    expect(cleanerFor({ ...surface, grain: 12, noise: 1 / 255 })).toBe(CLEANER.none);
  });
  it('tells clumps from pixels', () => {
    const random = seeded('clumps');
    const width = 192;
    const white = Float32Array.from({ length: width * width }, () => 0.5 + 0.04 * random.normal());
    const clumps = new Float32Array(white.length).fill(0.5);
    for (let y = 1; y < width - 1; y++)
      for (let x = 1; x < width - 1; x++)
        for (let v = -1; v <= 1; v++)
          for (let u = -1; u <= 1; u++) clumps[y * width + x] += (white[(y + v) * width + x + u] - 0.5) / 4;
    const of = (data: Float32Array) => surfaceOf([{ width, height: width, channels: 1, data }]);
    expect(of(white).grain).toBeLessThan(1.6);
    expect(of(clumps).grain).toBeGreaterThan(3);
    expect(of(white).noise).toBeCloseTo(0.04, 2);
  });
});
