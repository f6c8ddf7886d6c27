/** `calm` takes noise out of flat places, leaves edges and pictures without noise. */
import { describe, expect, it } from 'vitest';
import { Graph } from '../../app/graph/graph.ts';
import { runOnnx } from '../../app/graph/testing.ts';
import { seeded } from '../../app/random.ts';
import { calm } from './calm.ts';
import { quantiles } from './quantiles.ts';

const side = 64;
const n = side * side;
async function calmed(data: Float32Array): Promise<Float32Array> {
  const graph = new Graph();
  const out = await runOnnx({ y: calm(graph.input('x', [1, 3, side, side])) }, { x: data });
  return Float32Array.from(out.y.data);
}
/** A step of 0.5 in the middle, the same for each channel. */
const edge = Float32Array.from({ length: 3 * n }, (_, i) => (i % side < side / 2 ? 0.25 : 0.75));
const rms = (a: Float32Array, b: Float32Array, at = (_i: number): boolean => true): number => {
  let sum = 0;
  let count = 0;
  a.forEach((v, i) => {
    if (!at(i)) return;
    sum += (v - b[i]) ** 2;
    count++;
  });
  return Math.sqrt(sum / count);
};

describe('calm', () => {
  it('leaves a picture without noise as it is', async () => {
    expect(rms(await calmed(edge), edge)).toBeLessThan(1e-3);
    const even = new Float32Array(3 * n).fill(0.4);
    expect(rms(await calmed(even), even)).toBeLessThan(1e-5);
  });
  it.each([0.02, 0.06])('takes noise of %d down to a third beside an edge that stays', async (sigma) => {
    const random = seeded('calm', sigma);
    const noisy = edge.map((v) => v + random.normal(0, sigma));
    const out = await calmed(noisy);
    const flat = (i: number): boolean => Math.abs((i % side) - side / 2) > 6;
    expect(rms(out, edge, flat)).toBeLessThan(sigma / 3);
    // At the edge noise stays, and so does the edge.
    expect(rms(out, edge, (i) => !flat(i))).toBeLessThan(1.2 * sigma);
  });
});

describe('quantiles', () => {
  it('of a ramp are where they should be, in the root', async () => {
    const graph = new Graph();
    const shares = [0.1, 0.5, 0.9];
    const y = quantiles(graph.input('x', [1, 1, 64, 64]), shares);
    const x = Float32Array.from({ length: n }, (_, i) => (((i * 1543) % n) + 0.5) / n);
    const out = await runOnnx({ y }, { x });
    expect(y.shape).toEqual([1, 1, 3, 1]);
    out.y.data.forEach((v, k) => expect(v).toBeCloseTo(Math.sqrt(shares[k]), 2));
  });
});
