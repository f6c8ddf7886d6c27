/** Infrared dust: register, guard, mask and repair on small drawn scans whose defects are known. */
import { describe, expect, it } from 'vitest';
import type { Picture } from '../../../app/picture.ts';
import { dustMask } from './dust.ts';
import { addGrain, directional, type FillWindow, membrane } from './dust-fill.ts';
import { repairDust } from './dust-repair.ts';
import { analyseInfrared, scaleShift } from './infrared.ts';
import { boxMean, poolPlanes } from './infrared-planes.ts';

const W = 320;
const H = 240;

/** Repeatable noise, about normal with deviation 1. */
function noise(seed: number): () => number {
  let a = seed;
  const u = () => {
    a = (Math.imul(a, 1664525) + 1013904223) >>> 0;
    return a / 4294967296;
  };
  return () => u() + u() + u() + u() + u() + u() - 3 + (u() + u() + u() + u() + u() + u() - 3);
}

interface Speck {
  x: number;
  y: number;
  r: number;
  /** log10 */
  depth: number;
}

/** A negative with large and fine structure, grain, specks, and its infrared at a slope and a shift. */
function scan(slope: number, specks: Speck[], options: { dx?: number; dy?: number; noise?: number } = {}) {
  const grain = noise(7);
  const irNoise = noise(11);
  const clean = new Uint16Array(W * H * 3);
  const red = new Float32Array(W * H);
  const dust = new Float32Array(W * H);
  for (const s of specks)
    for (let y = 0; y < H; y++)
      for (let x = 0; x < W; x++)
        if (Math.hypot(x - s.x, y - s.y) <= s.r) dust[y * W + x] = Math.max(dust[y * W + x], s.depth);
  for (let y = 0; y < H; y++)
    for (let x = 0; x < W; x++) {
      const i = y * W + x;
      const d =
        0.5 +
        0.35 * Math.sin(x / 23) * Math.cos(y / 17) +
        (Math.floor(x / 60) % 2 ? 0.2 : 0) +
        0.05 * Math.sin(x * y);
      for (let c = 0; c < 3; c++)
        clean[i * 3 + c] = Math.round(65535 * 10 ** (-d * (0.8 + 0.2 * c) + 0.006 * grain()));
      red[i] = Math.log10(clean[i * 3] / 65535);
    }
  const data = clean.slice();
  for (let i = 0; i < dust.length; i++)
    if (dust[i] > 0)
      for (let c = 0; c < 3; c++) data[i * 3 + c] = Math.round(clean[i * 3 + c] * 10 ** -dust[i]);
  const infrared = new Uint16Array(W * H);
  const dx = options.dx ?? 0;
  const dy = options.dy ?? 0;
  for (let y = 0; y < H; y++)
    for (let x = 0; x < W; x++) {
      const j = Math.min(H - 1, Math.max(0, y - dy)) * W + Math.min(W - 1, Math.max(0, x - dx));
      const v = slope * red[j] - 0.9 * dust[j] + (options.noise ?? 0.004) * irNoise();
      infrared[y * W + x] = Math.min(65535, Math.round(45000 * 10 ** v));
    }
  const picture: Picture = {
    width: W,
    height: H,
    channels: 3,
    data,
    curve: { kind: 'linear' },
    orientation: 1,
    infrared,
  };
  return { picture, clean, dust };
}

const SPECKS: Speck[] = [
  { x: 60, y: 50, r: 3, depth: 0.12 },
  { x: 200, y: 90, r: 5, depth: 0.9 },
  { x: 120, y: 180, r: 2, depth: 0.5 },
  { x: 270, y: 200, r: 4, depth: 0.2 },
];

describe('analyseInfrared', () => {
  it('finds a shift of rows and columns to a third of a pixel', () => {
    const { picture } = scan(0.05, SPECKS, { dx: -2, dy: 6 });
    const found = analyseInfrared(picture);
    expect(Math.abs(found.shift.x + 2)).toBeLessThan(0.34);
    expect(Math.abs(found.shift.y - 6)).toBeLessThan(0.34);
    expect(scaleShift(found, 2).shift.y).toBeCloseTo(2 * found.shift.y, 9);
  });

  it('judges by slope, not by correlation', () => {
    const dyes = analyseInfrared(scan(0.05, [], { noise: 0.0005 }).picture);
    expect(dyes.correlation).toBeGreaterThan(0.9);
    expect(dyes.slope).toBeGreaterThan(0.03);
    expect(dyes.slope).toBeLessThan(0.07);
    expect(dyes).toMatchObject({ usable: true, reduced: false });
    const kodachrome = analyseInfrared(scan(0.35, SPECKS).picture);
    expect(kodachrome).toMatchObject({ usable: true, reduced: true });
    expect(kodachrome.reason).toMatch(/Kodachrome/);
    const silver = analyseInfrared(scan(0.95, SPECKS).picture);
    expect(silver.slope).toBeGreaterThan(0.85);
    expect(silver.usable).toBe(false);
    expect(silver.reason).toMatch(/silver/);
  });

  it('refuses a picture without infrared', () => {
    const { picture } = scan(0.05, []);
    const none: Picture = { ...picture };
    delete none.infrared;
    expect(() => analyseInfrared(none)).toThrow(RangeError);
  });
});

describe('dustMask', () => {
  it('marks every planted speck and nothing else', () => {
    const { picture, dust } = scan(0.05, SPECKS, { dy: 5 });
    const mask = dustMask(picture, analyseInfrared(picture), { threshold: 6 });
    expect(mask.places.length).toBe(SPECKS.length);
    let missed = 0;
    let far = 0;
    for (let y = 0; y < H; y++)
      for (let x = 0; x < W; x++) {
        const i = y * W + x;
        if (dust[i] > 0 && !mask.mask[i]) missed++;
        if (mask.mask[i] && !SPECKS.some((s) => Math.hypot(x - s.x, y - s.y) < s.r + 5)) far++;
      }
    expect(missed).toBe(0);
    expect(far).toBe(0);
    expect(mask.share).toBeCloseTo(mask.mask.reduce((n, v) => n + (v ? 1 : 0), 0) / (W * H), 9);
  });

  it('leaves clean film and silver film alone', () => {
    const clean = scan(0.05, []).picture;
    expect(dustMask(clean, analyseInfrared(clean), { threshold: 6 }).share).toBe(0);
    const silver = scan(0.95, SPECKS).picture;
    expect(dustMask(silver, analyseInfrared(silver), { threshold: 6 }).places).toEqual([]);
  });

  it('takes the holder for no dust', () => {
    const { picture } = scan(0.05, [SPECKS[1]]);
    for (let y = 0; y < H; y++)
      for (let x = 0; x < W; x++)
        if (x < 40 || y >= H - 30) {
          picture.infrared![y * W + x] = 300;
          for (let c = 0; c < 3; c++) picture.data[(y * W + x) * 3 + c] = 60;
        }
    const mask = dustMask(picture, analyseInfrared(picture), { threshold: 6 });
    expect(mask.places.length).toBe(1);
    expect(mask.places[0].x0).toBeGreaterThan(150);
  });

  it('finds fewer places as the threshold rises', () => {
    const { picture } = scan(0.05, SPECKS, { noise: 0.02 });
    const analysis = analyseInfrared(picture);
    const at = (threshold: number) => dustMask(picture, analysis, { threshold }).places.length;
    expect(at(20)).toBeLessThan(at(5));
  });
});

describe('repairDust', () => {
  it('mends the defects, changes no bit outside the mask, and is repeatable', () => {
    const { picture, clean, dust } = scan(0.05, SPECKS);
    const dirty = picture.data.slice();
    const analysis = analyseInfrared(picture);
    const mask = dustMask(picture, analysis, { threshold: 6 });
    const report = repairDust(picture, mask, { strength: 1, seed: 4 });
    expect(report.places).toBe(SPECKS.length);
    let before = 0;
    let after = 0;
    let n = 0;
    let outside = 0;
    for (let i = 0; i < W * H; i++)
      for (let c = 0; c < 3; c++) {
        const o = i * 3 + c;
        if (!mask.mask[i] && picture.data[o] !== dirty[o]) outside++;
        if (dust[i] > 0) {
          before += (Math.log10(dirty[o]) - Math.log10(clean[o])) ** 2;
          after += (Math.log10(picture.data[o]) - Math.log10(clean[o])) ** 2;
          n++;
        }
      }
    expect(outside).toBe(0);
    expect(Math.sqrt(before / n)).toBeGreaterThan(0.4);
    expect(Math.sqrt(after / n)).toBeLessThan(0.08);
    const again = { ...picture, data: dirty.slice() };
    repairDust(again, mask, { strength: 1, seed: 4 });
    expect(again.data).toEqual(picture.data);
  });

  it('at strength 0 does nothing and at one half goes half the way in density', () => {
    const one = scan(0.05, [SPECKS[1]]);
    const dirty = one.picture.data.slice();
    const mask = dustMask(one.picture, analyseInfrared(one.picture), { threshold: 6 });
    expect(repairDust(one.picture, mask, { strength: 0, seed: 1 }).changed).toBe(0);
    expect(one.picture.data).toEqual(dirty);
    const half = { ...one.picture, data: dirty.slice() };
    repairDust(half, mask, { strength: 0.5, seed: 1 });
    repairDust(one.picture, mask, { strength: 1, seed: 1 });
    const o = (90 * W + 200) * 3 + 1;
    const middle = (Math.log10(dirty[o]) + Math.log10(one.picture.data[o])) / 2;
    expect(Math.log10(half.data[o])).toBeCloseTo(middle, 3);
  });

  it('writes back through the tone curve of an 8-bit scan', () => {
    const { picture, clean } = scan(0.05, [{ x: 100, y: 100, r: 4, depth: 0.7 }]);
    const encode = (v: number) =>
      Math.round(255 * (v <= 0.0031308 ? v * 12.92 : 1.055 * v ** (1 / 2.4) - 0.055));
    const eight: Picture = {
      ...picture,
      data: Uint8Array.from(picture.data, (v) => encode(v / 65535)),
      curve: { kind: 'srgb' },
    };
    const mask = dustMask(eight, analyseInfrared(eight), { threshold: 6 });
    repairDust(eight, mask, { strength: 1, seed: 1 });
    const o = (100 * W + 100) * 3;
    for (let c = 0; c < 3; c++)
      expect(Math.abs(eight.data[o + c] - encode(clean[o + c] / 65535))).toBeLessThan(26);
  });
});

describe('fills', () => {
  const ramp = (
    bad: (x: number, y: number) => boolean,
    value: (x: number, y: number) => number,
  ): FillWindow => {
    const width = 40;
    const height = 40;
    const win: FillWindow = {
      width,
      height,
      channels: 1,
      log: new Float32Array(width * height),
      bad: new Uint8Array(width * height),
    };
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const i = y * width + x;
        win.bad[i] = bad(x, y) ? 1 : 0;
        win.log[i] = win.bad[i] ? -9 : value(x, y);
      }
    return win;
  };
  const holeOf = (win: FillWindow) =>
    Int32Array.from(Array.from(win.bad.keys()).filter((i) => win.bad[i] === 1));

  it('a membrane continues a plane exactly', () => {
    const win = ramp(
      (x, y) => Math.hypot(x - 20, y - 20) < 6,
      (x, y) => 0.01 * x - 0.02 * y,
    );
    membrane(win, holeOf(win), 60);
    for (const i of holeOf(win))
      expect(win.log[i]).toBeCloseTo(0.01 * (i % 40) - 0.02 * Math.floor(i / 40), 3);
  });

  it('an edge that crosses a hair stays sharp', () => {
    const win = ramp(
      (_x, y) => y >= 18 && y < 22,
      (x) => (x < 20 ? -1 : 0),
    );
    const hole = holeOf(win);
    membrane(win, hole, 8);
    directional(win, hole, 12);
    for (const i of hole) {
      const x = i % 40;
      if (x > 3 && x < 18) expect(win.log[i]).toBeLessThan(-0.85);
      if (x > 21 && x < 36) expect(win.log[i]).toBeGreaterThan(-0.15);
    }
  });

  it('grain comes back with the size it has around, and no larger than its bound', () => {
    const g = noise(3);
    const win = ramp(
      (x, y) => Math.hypot(x - 20, y - 20) < 4,
      () => -0.5 + 0.02 * g(),
    );
    const hole = holeOf(win);
    membrane(win, hole, 8);
    const flat = Array.from(hole, (i) => win.log[i]);
    expect(addGrain(win, hole, 0.3, 0.06)).toBe(true);
    const added = Array.from(hole, (i, k) => win.log[i] - flat[k]);
    const sigma = Math.sqrt(added.reduce((s, v) => s + v * v, 0) / added.length);
    expect(sigma).toBeGreaterThan(0.01);
    expect(sigma).toBeLessThan(0.035);
    expect(Math.max(...added.map(Math.abs))).toBeLessThanOrEqual(0.0601);
  });
});

describe('planes', () => {
  it('pools mean and minimum and moves red by the fraction of the shift', () => {
    const n = 16;
    const data = new Uint16Array(n * n);
    const infrared = new Uint16Array(n * n).fill(65535);
    for (let y = 0; y < n; y++)
      for (let x = 0; x < n; x++) data[y * n + x] = Math.round(65535 * 10 ** (-0.05 * x));
    infrared[5 * n + 5] = 6554;
    const picture: Picture = {
      width: n,
      height: n,
      channels: 1,
      data,
      curve: { kind: 'linear' },
      orientation: 1,
    };
    const half = poolPlanes(picture, infrared, { x: 0, y: 0 }, 2);
    expect(half.min[2 * 8 + 2]).toBeCloseTo(-1, 3);
    expect(half.mean[2 * 8 + 2]).toBeCloseTo(-0.25, 3);
    const moved = poolPlanes(picture, infrared, { x: 0.4, y: 0 }, 1);
    expect(moved.red[3 * n + 7]).toBeCloseTo(-0.05 * 6.6, 3);
  });

  it('box mean keeps a constant and averages a step', () => {
    const src = Float32Array.from({ length: 49 }, (_, i) => (i % 7 < 3 ? 0 : 1));
    const dst = new Float32Array(49);
    boxMean(src, dst, 7, 7, 1);
    expect(dst[3 * 7 + 2]).toBeCloseTo(1 / 3, 6);
    expect(dst[0]).toBeCloseTo(0, 6);
    expect(dst[6]).toBeCloseTo(1, 6);
  });
});
