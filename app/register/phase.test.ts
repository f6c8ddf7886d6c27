/** Phase correlation: known shifts, also of a negative, and no confidence between strangers. */
import { describe, expect, it } from 'vitest';
import { seeded } from '../random.ts';
import { fft, phaseShift, type Grey } from './phase.ts';

/** Smooth random relief of three octaves, seen through a window at (x0, y0); coordinates may be fractions. */
function view(seed: number, x0: number, y0: number, negative = false, w = 180, h = 140): Grey {
  const data = new Float32Array(w * h);
  const smooth = (t: number): number => t * t * (3 - 2 * t);
  for (const cell of [28, 11, 5]) {
    const random = seeded('relief', seed, cell);
    const columns = 80;
    const lattice = Float32Array.from({ length: columns * columns }, () => random.next());
    for (let y = 0; y < h; y++)
      for (let x = 0; x < w; x++) {
        const u = (x + x0 + 50) / cell;
        const v = (y + y0 + 50) / cell;
        const i = Math.floor(v) * columns + Math.floor(u);
        const [s, t] = [smooth(u - Math.floor(u)), smooth(v - Math.floor(v))];
        const top = lattice[i] * (1 - s) + lattice[i + 1] * s;
        const bottom = lattice[i + columns] * (1 - s) + lattice[i + columns + 1] * s;
        data[y * w + x] += (top * (1 - t) + bottom * t) * (cell / 44);
      }
  }
  return { width: w, height: h, data: negative ? data.map((v) => 1 - v) : data };
}

describe('phaseShift', () => {
  it('finds whole and partial shifts', () => {
    for (const [dx, dy] of [
      [0, 0],
      [5, -3],
      [-12, 9],
      [2.5, 1.25],
    ]) {
      const shift = phaseShift(view(1, 10, 10), view(1, 10 - dx, 10 - dy));
      expect(Math.abs(shift.dx - dx)).toBeLessThan(0.3);
      expect(Math.abs(shift.dy - dy)).toBeLessThan(0.3);
      expect(shift.confidence).toBeGreaterThan(15);
    }
  });
  it('finds the shift of a negative', () => {
    const shift = phaseShift(view(2, 0, 0), view(2, -6, 4, true));
    expect(shift.dx).toBeCloseTo(6, 0);
    expect(shift.dy).toBeCloseTo(-4, 0);
    expect(shift.confidence).toBeGreaterThan(10);
  });
  it('is not sure about different pictures', () => {
    const chance = Array.from(
      { length: 10 },
      (_, i) => phaseShift(view(10 + i, 0, 0), view(30 + i, 0, 0)).confidence,
    );
    expect(Math.max(...chance)).toBeLessThan(14);
  });
  it('refuses different sizes', () => {
    expect(() => phaseShift(view(1, 0, 0), view(1, 0, 0, false, 100))).toThrow(RangeError);
  });
});

describe('fft', () => {
  it('agrees with the sum that defines it', () => {
    const random = seeded('fft');
    const re = Float64Array.from({ length: 16 }, () => random.normal());
    const im = Float64Array.from({ length: 16 }, () => random.normal());
    const want = Array.from({ length: 16 }, (_, k) => {
      let [a, b] = [0, 0];
      for (let n = 0; n < 16; n++) {
        const t = (-2 * Math.PI * k * n) / 16;
        a += re[n] * Math.cos(t) - im[n] * Math.sin(t);
        b += re[n] * Math.sin(t) + im[n] * Math.cos(t);
      }
      return [a, b];
    });
    fft(re, im, 16, 0, 1, false);
    for (let k = 0; k < 16; k++) {
      expect(re[k]).toBeCloseTo(want[k][0], 10);
      expect(im[k]).toBeCloseTo(want[k][1], 10);
    }
  });
});
