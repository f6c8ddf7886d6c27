import { describe, expect, it } from 'vitest';
import { type Planar, planar } from '../planar.ts';
import { biharmonic, harmonic } from './pde.ts';
import { telea } from './telea.ts';

/** A picture from a function of x and y. */
function make(width: number, height: number, f: (x: number, y: number) => number, channels = 1): Planar {
  const out = planar(width, height, channels);
  for (let c = 0; c < channels; c++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) out.data[(c * height + y) * width + x] = f(x, y) / (c + 1);
  return out;
}
const holeOf = (width: number, height: number, x0: number, y0: number, x1: number, y1: number): Planar =>
  make(width, height, (x, y) => (x >= x0 && x < x1 && y >= y0 && y < y1 ? 1 : 0));
/** The picture with its hole painted over. */
const pierced = (picture: Planar, mask: Planar): Planar => ({
  ...picture,
  data: picture.data.map((v, i) => (mask.data[i % mask.data.length] > 0 ? 0.123 : v)),
});
const worst = (one: Planar, two: Planar): number =>
  one.data.reduce((w, v, i) => Math.max(w, Math.abs(v - two.data[i])), 0);

describe.each([
  ['harmonic', harmonic],
  ['biharmonic', biharmonic],
  ['telea', telea],
] as const)('%s', (_name, fill) => {
  const mask = holeOf(40, 30, 10, 8, 30, 22);
  it('continues a flat colour, and touches nothing outside', () => {
    const truth = make(40, 30, () => 0.4, 3);
    const noisy = { ...truth, data: truth.data.map((v, i) => (mask.data[i % 1200] > 0 ? v : v + 0)) };
    const out = fill(pierced(noisy, mask), mask);
    expect(worst(out, truth)).toBeLessThan(1e-4);
    const input = make(40, 30, (x, y) => ((x * 31 + y * 17) % 11) / 11, 3);
    const result = fill(input, mask);
    for (let i = 0; i < input.data.length; i++)
      if (mask.data[i % 1200] === 0) expect(result.data[i]).toBe(input.data[i]);
  });
  it('makes middle grey of a hole over everything, and a copy without a hole', () => {
    const input = make(12, 9, (x) => x / 12);
    expect([
      ...new Set(
        fill(
          input,
          make(12, 9, () => 1),
        ).data,
      ),
    ]).toEqual([0.5]);
    const copy = fill(input, planar(12, 9, 1));
    expect(copy.data).toEqual(input.data);
    expect(copy.data).not.toBe(input.data);
  });
  it('refuses a mask of another size, and survives holes at corners and islands of knowledge', () => {
    expect(() => fill(planar(4, 4, 3), planar(5, 4, 1))).toThrow(/does not fit/);
    const corner = holeOf(20, 20, 0, 0, 9, 9);
    const out = fill(
      pierced(
        make(20, 20, () => 0.7),
        corner,
      ),
      corner,
    );
    expect(out.data[0]).toBeCloseTo(0.7, 4);
    const island = make(16, 16, (x, y) => (x === 8 && y === 8 ? 0 : 1));
    const flood = fill(
      make(16, 16, (x, y) => (x === 8 && y === 8 ? 0.6 : 0)),
      island,
    );
    flood.data.forEach((v) => expect(v).toBeCloseTo(0.6, 3));
  });
});

describe('what each continues', () => {
  const mask = holeOf(48, 40, 14, 10, 36, 30);
  it('Laplace: slopes; one unknown between two is their mean', () => {
    const ramp = make(48, 40, (x, y) => x / 100 + y / 80);
    expect(worst(harmonic(pierced(ramp, mask), mask), ramp)).toBeLessThan(1e-3);
    const line: Planar = { width: 3, height: 1, channels: 1, data: Float32Array.from([0.2, 0, 0.6]) };
    const middle: Planar = { width: 3, height: 1, channels: 1, data: Float32Array.from([0, 1, 0]) };
    expect(harmonic(line, middle).data[1]).toBeCloseTo(0.4, 6);
  });
  it('the thin plate: curvature too, where Laplace sags', () => {
    const bowl = make(48, 40, (x, y) => ((x - 25) ** 2 + (y - 20) ** 2) / 1100);
    expect(worst(biharmonic(pierced(bowl, mask), mask), bowl)).toBeLessThan(5e-3);
    expect(worst(harmonic(pierced(bowl, mask), mask), bowl)).toBeGreaterThan(0.05);
  });
  it('Telea: slopes from the rim, nearly', () => {
    const ramp = make(48, 40, (x) => 0.1 + x / 70);
    const narrow = holeOf(48, 40, 20, 10, 26, 30);
    expect(worst(telea(pierced(ramp, narrow), narrow), ramp)).toBeLessThan(0.03);
  });
});
