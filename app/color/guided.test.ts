import { describe, expect, it } from 'vitest';
import { seeded } from '../random.ts';
import { bilateralEnlarge, boxMean, linearModels, reducePlane } from './guided.ts';

describe('reduction by areas', () => {
  it('keeps the mean, also where pixels are cut', () => {
    const random = seeded('reduce');
    const plane = Float32Array.from({ length: 7 * 5 }, () => random.next());
    const out = reducePlane(plane, { width: 7, height: 5 }, { width: 3, height: 2 });
    const mean = (p: Float32Array) => p.reduce((s, v) => s + v, 0) / p.length;
    expect(mean(out)).toBeCloseTo(mean(plane), 6);
    expect([
      ...reducePlane(Float32Array.of(1, 2, 3), { width: 3, height: 1 }, { width: 2, height: 1 }),
    ]).toEqual([expect.closeTo(4 / 3, 6), expect.closeTo(8 / 3, 6)]);
  });
});

describe('box means', () => {
  it('are those of the windows, cut at the border', () => {
    const plane = Float32Array.from({ length: 20 }, (_, i) => (i * 7) % 11);
    const size = { width: 5, height: 4 };
    const out = boxMean(plane, size, 1);
    for (let y = 0; y < 4; y++)
      for (let x = 0; x < 5; x++) {
        let sum = 0;
        let n = 0;
        for (let v = Math.max(0, y - 1); v <= Math.min(3, y + 1); v++)
          for (let u = Math.max(0, x - 1); u <= Math.min(4, x + 1); u++) {
            sum += plane[v * 5 + u];
            n++;
          }
        expect(out[y * 5 + x]).toBeCloseTo(sum / n, 5);
      }
  });
  it('of windows larger than the plane are its mean', () => {
    expect([...boxMean(Float32Array.of(1, 2, 6), { width: 3, height: 1 }, 9)]).toEqual([3, 3, 3]);
  });
});

describe('linear models', () => {
  it('find a plane that is linear in the guide, and give up where the guide is flat', () => {
    const random = seeded('models');
    const size = { width: 12, height: 9 };
    const guide = Float32Array.from({ length: 108 }, () => 50 * random.next());
    const [found] = linearModels(guide, [guide.map((v) => 0.4 * v - 3)], size, 2, 1e-6);
    found.slope.forEach((v) => expect(v).toBeCloseTo(0.4, 3));
    found.offset.forEach((v) => expect(v).toBeCloseTo(-3, 2));
    const [flat] = linearModels(new Float32Array(108).fill(7), [guide], size, 20, 1);
    flat.slope.forEach((v) => expect(Math.abs(v)).toBeLessThan(1e-3));
  });
});

describe('joint bilateral enlargement', () => {
  it('follows the guide across an edge that lies between samples', () => {
    const from = { width: 4, height: 1 };
    const to = { width: 16, height: 1 };
    const guide = Float32Array.from({ length: 16 }, (_, x) => (x < 7 ? 20 : 80));
    const lowGuide = Float32Array.of(20, 35, 80, 80);
    const low = Float32Array.of(10, 10, -10, -10);
    const [out] = bilateralEnlarge([low], lowGuide, from, guide, to, { reach: 2, space: 1, range: 8 });
    for (let x = 0; x < 7; x++) expect(out[x]).toBeGreaterThan(8);
    for (let x = 7; x < 16; x++) expect(out[x]).toBeLessThan(-8);
  });
  it('keeps what is even', () => {
    const [out] = bilateralEnlarge(
      [new Float32Array(6).fill(5)],
      Float32Array.of(1, 2, 3, 4, 5, 6),
      { width: 3, height: 2 },
      Float32Array.from({ length: 63 }, (_, i) => i),
      { width: 9, height: 7 },
      { reach: 1, space: 0.7, range: 8 },
    );
    out.forEach((v) => expect(v).toBeCloseTo(5, 5));
  });
});
