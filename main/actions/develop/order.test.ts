import { describe, expect, it } from 'vitest';
import { median, percentile, percentiles, sortFloats, spread } from './order.ts';

/** Numbers that look random and are the same every time. */
function* noise(): Generator<number> {
  for (let r = 12345; ; r = (Math.imul(r, 1664525) + 1013904223) >>> 0) yield r / 2 ** 32;
}

describe('sorting', () => {
  it('gives the order of the language, special values included', () => {
    const next = noise();
    const odd = [Number.NaN, -0, 0, Infinity, -Infinity, 1e-44, -1e-44, -Number.NaN];
    for (const n of [0, 1, 2, 199, 200, 1000, 5003]) {
      const values = Float32Array.from({ length: n }, (_, i) => {
        const v = next.next().value as number;
        return i % 7 === 0 ? odd[i % odd.length] : (v - 0.5) * 10 ** Math.floor(30 * v);
      });
      const wanted = values.slice().sort();
      const sorted = sortFloats(values.slice());
      expect(Array.from(sorted, (v, i) => Object.is(v, wanted[i])).every(Boolean)).toBe(true);
    }
  });

  it('sorts a part of a buffer and leaves the rest', () => {
    const all = Float32Array.from({ length: 600 }, (_, i) => 600 - i);
    sortFloats(all.subarray(100, 500));
    expect([all[0], all[99], all[100], all[499], all[500]]).toEqual([600, 501, 101, 500, 100]);
  });
});

describe('medians', () => {
  it('are those of a sorted list, of even and odd length, with many equal values', () => {
    const next = noise();
    for (const n of [1, 2, 3, 200, 201, 1000, 4097])
      for (const steps of [2, 5, 1e9]) {
        const values = Array.from({ length: n }, () => Math.round((next.next().value as number) * steps));
        const sorted = [...values].sort((a, b) => a - b);
        const wanted = n % 2 ? sorted[n >> 1] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
        expect(median(values)).toBe(wanted);
      }
  });

  it('hold for lists that are sorted, turned round or a roof already', () => {
    const n = 5000;
    expect(median(Array.from({ length: n }, (_, i) => i))).toBe(2499.5);
    expect(median(Array.from({ length: n }, (_, i) => n - i))).toBe(2500.5);
    expect(median(Array.from({ length: n }, (_, i) => Math.min(i, n - i)))).toBe(1250);
  });

  it('leave their list alone, are NaN for none, and put what is no number last', () => {
    const values = Array.from({ length: 300 }, (_, i) => (i < 100 ? Number.NaN : 300 - i));
    const before = [...values];
    expect(median(values)).toBe(150.5);
    expect(values).toEqual(before);
    expect(median([])).toBeNaN();
  });

  it('give the robust spread', () => {
    expect(spread([1, 2, 3, 4, 100])).toBeCloseTo(1.4826, 12);
  });
});

describe('quantiles', () => {
  it('lie between their neighbours in the sorted list', () => {
    const values = Float32Array.from({ length: 401 }, (_, i) => (i * 37) % 401);
    expect(percentiles(values, [0, 0.25, 0.50125, 1])).toEqual([0, 100, 200.5, 400]);
  });

  it('look only where the mask is set', () => {
    const values = [5, 1, 9, 7];
    expect(percentile(values, 0.5, Uint8Array.of(0, 1, 1, 0))).toBe(5);
    expect(percentile(values, 0.5, new Uint8Array(4))).toBeNaN();
  });

  it('take an even sample of a long list', () => {
    const values = Float32Array.from({ length: 90_000 }, (_, i) => i);
    expect(percentile(values, 1)).toBe(89_997);
  });
});
