/** Windows come back as they went in, noise is measured, and a good first answer becomes a better one. */
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../app/graph/evaluate.ts';
import { Graph } from '../../app/graph/graph.ts';
import { seeded } from '../../app/random.ts';
import { analyse, noiseOf, refined, synthesise } from './windows.ts';

const SIDE = 48;
const PIXELS = SIDE * SIDE;
const smooth = (i: number): number =>
  0.5 + 0.2 * Math.sin((i % SIDE) / 9) + 0.1 * Math.cos(Math.floor(i / SIDE) / 4);
function noisy(sigma: number): Float32Array {
  const random = seeded('windows');
  return Float32Array.from({ length: 3 * PIXELS }, (_, i) => smooth(i % PIXELS) + random.normal(0, sigma));
}
const rms = (a: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - smooth(i % PIXELS)) ** 2;
  return Math.sqrt(sum / a.length);
};

describe('windows', () => {
  it('give the plane back that they were made of', () => {
    const graph = new Graph();
    const x = graph.input('x', [1, 1, SIDE, SIDE]);
    const bands = analyse(x);
    const weight = graph.constant(new Float32Array(bands.shape[2] * bands.shape[3]).fill(1), [
      1,
      1,
      bands.shape[2],
      bands.shape[3],
    ]);
    const plane = noisy(0.1).slice(0, PIXELS);
    const [back] = evaluate([synthesise(bands, weight, [SIDE, SIDE])], { x: plane });
    back.data.forEach((v, i) => expect(v).toBeCloseTo(plane[i], 5));
  });

  it.each([0.02, 0.1])('measure white noise of %d', (sigma) => {
    const graph = new Graph();
    const x = graph.input('x', [1, 1, SIDE, SIDE]);
    const [variance] = evaluate([noiseOf(analyse(x))], { x: noisy(sigma).slice(0, PIXELS) });
    const mean = variance.data.reduce((a, b) => a + b, 0) / variance.data.length;
    expect(Math.sqrt(mean) / sigma).toBeGreaterThan(0.8);
    expect(Math.sqrt(mean) / sigma).toBeLessThan(1.25);
  });

  it('refine a first answer that lost detail, and leave the answer to a picture without noise', () => {
    const run = (x: Float32Array, first: Float32Array): ArrayLike<number> => {
      const graph = new Graph();
      const shape = [1, 3, SIDE, SIDE];
      const y = refined(graph.input('x', shape), graph.input('first', shape));
      return evaluate([y], { x, first })[0].data;
    };
    // A fifth of the contrast is lost.
    const first = Float32Array.from({ length: 3 * PIXELS }, (_, i) => 0.5 + 0.8 * (smooth(i % PIXELS) - 0.5));
    const x = noisy(0.05);
    expect(rms(run(x, first))).toBeLessThan(0.6 * rms(first));
    expect(rms(run(x, first))).toBeLessThan(0.4 * rms(x));
    const still = run(noisy(0), first);
    for (let i = 0; i < first.length; i++) expect(still[i]).toBeCloseTo(first[i], 5);
  });
});
