/** Stretches of a camera found under weave, and least squares with few diagonals. */
import { describe, expect, it } from 'vitest';
import { solveBanded } from './banded.ts';
import { courseUnder, findCamera } from './camera.ts';

const make = (n: number, f: (i: number) => number): number[] => Array.from({ length: n }, (_, i) => f(i));
const jump = (i: number): number => 0.7 * Math.sin(2.7 * i * i);

describe('solveBanded', () => {
  it('is the least squares of its rows', () => {
    // x0 = 1, x1 - x0 = 2 (four times), x2 - x1 = 0, x2 = 6: by hand 1.6, 3.75 (with the weight of 4), 4.85...
    const rows: [number[], number[], number, number][] = [
      [[0], [1], 1, 1],
      [[0, 1], [-1, 1], 2, 4],
      [[1, 2], [-1, 1], 0, 1],
      [[2], [1], 6, 1],
    ];
    const x = solveBanded(3, 1, (add) => rows.forEach((r) => add(...r)));
    // At the least the slope of the sum of squares is nought in each unknown.
    for (const k of [0, 1, 2]) {
      let slope = 0;
      for (const [at, c, target, weight] of rows) {
        const off = at.reduce((s, i, j) => s + c[j] * x[i], 0) - target;
        if (at.includes(k)) slope += weight * off * c[at.indexOf(k)];
      }
      expect(slope).toBeCloseTo(0, 6);
    }
  });
});

describe('findCamera', () => {
  it('finds stands and a pan with its corners', () => {
    const meant = make(90, (i) => 4 * Math.max(0, Math.min(40, i - 25)));
    const camera = findCamera(meant.map((v, i) => v + jump(i)));
    expect(camera.stretches.map((s) => s.going)).toEqual(['stands', 'evenly', 'stands']);
    expect(Math.abs(camera.stretches[1].from - 25)).toBeLessThan(3);
    expect(Math.abs(camera.stretches[1].to - 65)).toBeLessThan(3);
    const course = courseUnder(meant, camera);
    expect(Math.max(...course.map((v, i) => Math.abs(v - meant[i])))).toBeLessThan(1);
  });
  it('tells a soft pan from an even one', () => {
    const even = findCamera(make(80, (i) => 2 * i + jump(i)));
    expect(even.stretches.map((s) => s.going)).toEqual(['evenly']);
    const soft = findCamera(make(80, (i) => 100 * Math.sin((Math.PI * (i - 40)) / 80) + jump(i)));
    expect(soft.stretches.map((s) => s.going)).toEqual(['softly']);
    expect(soft.weave).toBeLessThan(1.7);
  });
  it('a hand that never stops is a large tremble', () => {
    const hand = findCamera(make(80, (i) => 30 * Math.sin(i / 9) + 18 * Math.sin(i / 4)));
    expect(hand.weave > 2.6 || hand.stretches.length > 3).toBe(true);
  });
});
