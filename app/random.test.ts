import { describe, expect, it } from 'vitest';
import { hash32, seeded } from './random.ts';

describe('seeded random numbers', () => {
  it('gives the same numbers for the same keys and others for others', () => {
    const draw = (...keys: (number | string)[]) => Array.from({ length: 4 }, seeded(...keys).next);
    expect(draw(1, 'dust', 7)).toEqual(draw(1, 'dust', 7));
    expect(draw(1, 'dust', 7)).not.toEqual(draw(1, 'dust', 8));
    expect(hash32(12)).not.toBe(hash32('12'));
    expect(hash32('ab', 'c')).not.toBe(hash32('a', 'bc'));
  });

  it('is uniform, and its normal has the asked mean and deviation', () => {
    const r = seeded('moments');
    const n = 40000;
    const bins = new Array<number>(10).fill(0);
    let sum = 0;
    let square = 0;
    for (let i = 0; i < n; i++) {
      bins[Math.floor(r.next() * 10)]++;
      const z = r.normal(3, 2);
      sum += z;
      square += z * z;
    }
    for (const count of bins) expect(Math.abs(count - n / 10)).toBeLessThan(5 * Math.sqrt(n / 10));
    expect(sum / n).toBeCloseTo(3, 1);
    expect(Math.sqrt(square / n - (sum / n) ** 2)).toBeCloseTo(2, 1);
  });

  it('shuffles every element into place, and refuses empty questions', () => {
    expect(seeded(5).shuffle([1, 2, 3, 4, 5]).sort()).toEqual([1, 2, 3, 4, 5]);
    expect(() => seeded(5).int(0)).toThrow(RangeError);
    expect(() => seeded(5).pick([])).toThrow(RangeError);
  });

  it('streams with neighbouring keys are not correlated', () => {
    let product = 0;
    const n = 20000;
    for (let i = 0; i < n; i++) product += (seeded(i).next() - 0.5) * (seeded(i + 1).next() - 0.5);
    expect(Math.abs(product / n)).toBeLessThan(5 / 12 / Math.sqrt(n));
  });
});
