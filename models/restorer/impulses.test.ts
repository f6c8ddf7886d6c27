/** Impulses are taken out; skies, edges, noise and what is merely dark are left. */
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../app/graph/evaluate.ts';
import { Graph } from '../../app/graph/graph.ts';
import { seeded } from '../../app/random.ts';
import { withoutImpulses } from './impulses.ts';

const SIDE = 16;
/** The middle channel's answer for a picture whose three channels are `at(x, y)`, `at / 2 + 0.2` and grey. */
function cleaned(at: (x: number, y: number) => number): { input: Float32Array; output: Float64Array } {
  const pixels = SIDE * SIDE;
  const input = new Float32Array(3 * pixels);
  for (let i = 0; i < pixels; i++) {
    input[pixels + i] = at(i % SIDE, Math.floor(i / SIDE));
    input[i] = input[pixels + i] / 2 + 0.2;
    input[2 * pixels + i] = 0.5;
  }
  const graph = new Graph();
  const x = graph.input('x', [1, 3, SIDE, SIDE]);
  const [y] = evaluate([withoutImpulses(x)], { x: input });
  return { input, output: y.data };
}
const worst = (a: ArrayLike<number>, b: (i: number) => number): number => {
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i] - b(i)));
  return most;
};

describe('withoutImpulses', () => {
  const slope = (x: number, y: number): number => 0.3 + 0.02 * x + 0.01 * y;

  it('puts what lies around in the place of single samples and pairs, in their own channel', () => {
    const struck = new Map([
      ['3,4', 1],
      ['9,9', 0],
      ['10,9', 0],
      ['0,15', 1],
    ]);
    const { input, output } = cleaned((x, y) => struck.get(`${x},${y}`) ?? slope(x, y));
    const pixels = SIDE * SIDE;
    const middle = output.slice(pixels, 2 * pixels);
    expect(worst(middle, (i) => slope(i % SIDE, Math.floor(i / SIDE)))).toBeLessThan(0.02);
    // The others have no extremes: 0.2 and 0.7 are none.
    for (const c of [0, 2])
      expect(worst(output.slice(c * pixels, (c + 1) * pixels), (i) => input[c * pixels + i])).toBe(0);
  });

  it('leaves a white sky, a sharp edge to it, and light that runs into white', () => {
    for (const at of [
      (_x: number, y: number) => (y < 9 ? 1 : 0.2),
      (x: number, y: number) => Math.min(1, 0.6 + 0.05 * Math.min(x, y)),
      (x: number) => (x < 8 ? 0 : 1),
    ]) {
      const { input, output } = cleaned(at);
      expect(worst(output, (i) => input[i])).toBe(0);
    }
  });

  it('takes every extreme sample out where many are struck, and follows an edge', () => {
    const random = seeded('many');
    const struck = new Map<number, number>();
    for (let i = 0; i < SIDE * SIDE; i++) if (random.chance(0.12)) struck.set(i, random.chance(0.5) ? 1 : 0);
    const edge = (x: number): number => (x < 8 ? 0.25 : 0.75);
    const { input, output } = cleaned((x, y) => struck.get(y * SIDE + x) ?? edge(x));
    const pixels = SIDE * SIDE;
    expect(struck.size).toBeGreaterThan(20);
    let left = 0;
    let square = 0;
    for (const i of struck.keys()) {
      left += Number(output[pixels + i] === input[pixels + i]);
      square += (output[pixels + i] - edge(i % SIDE)) ** 2 / struck.size;
    }
    expect(left).toBe(0);
    expect(Math.sqrt(square)).toBeLessThan(0.06);
    for (let i = 0; i < pixels; i++)
      if (!struck.has(i)) expect(output[pixels + i]).toBeCloseTo(edge(i % SIDE), 6);
  });

  it('leaves noise that was cut off at black', () => {
    const random = seeded('impulses');
    const { input, output } = cleaned(() => Math.max(0, 0.15 + random.normal(0, 0.12)));
    const cut = input.filter((v) => v === 0).length;
    expect(cut).toBeGreaterThan(10);
    let changed = 0;
    for (let i = 0; i < input.length; i++) changed += Number(output[i] !== input[i]);
    expect(changed).toBeLessThan(cut / 10);
  });
});
