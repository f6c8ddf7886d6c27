/** What the network contradicts itself in comes out grey; what agrees stays. */
import { describe, expect, it } from 'vitest';
import { settled } from './calm.ts';

const size = { width: 48, height: 36 };
const n = size.width * size.height;
const field = (at: (x: number) => readonly [number, number]) => {
  const a = new Float32Array(n);
  const b = new Float32Array(n);
  for (let i = 0; i < n; i++) [a[i], b[i]] = at(i % size.width);
  return { a, b };
};
const even = new Float32Array(n).fill(50);
const unsure = new Float32Array(n).fill(0.35);
const middle = 18 * size.width + 6;

describe('settled', () => {
  it('a wall that is blue, orange and green in turns becomes next to grey', () => {
    const stripes = field((x) => (x % 12 < 4 ? [-2, -25] : x % 12 < 8 ? [14, 24] : [-18, 8]));
    const { a, b } = settled(stripes, unsure, even, size);
    for (let i = 0; i < n; i++) expect(Math.hypot(a[i], b[i])).toBeLessThan(9);
  });
  it('a sky that agrees with itself keeps its colour, as far as float32 goes', () => {
    const { a, b } = settled(
      field((x) => [-3, -20 - x / 10]),
      unsure,
      even,
      size,
    );
    expect(a[middle]).toBeCloseTo(-3, 5);
    expect(b[middle]).toBeCloseTo(-20.6, 5);
  });
  it('a place that is sure keeps its colour whatever others say, and another lightness has no say', () => {
    const halves = field((x) => (x < 12 ? [0, -25] : [0, 25]));
    const sure = unsure.slice();
    sure[middle] = 0.9;
    expect(settled(halves, sure, even, size).b[middle]).toBe(-25);
    const apart = even.map((_, i) => (i % size.width < 12 ? 85 : 30));
    expect(settled(halves, unsure, apart, size).b[middle]).toBeCloseTo(-25, 3);
    expect(settled(halves, unsure, even, size).b[middle]).toBeGreaterThan(-18);
  });
});
