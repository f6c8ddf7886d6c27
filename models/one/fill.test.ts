/** Filling is the plate under tension that it says it is, nearly, and leaves what is known. */
import { expect, it } from 'vitest';
import { evaluate } from '../../app/graph/evaluate.ts';
import { Graph } from '../../app/graph/graph.ts';
import { runOnnx } from '../../app/graph/testing.ts';
import { fill } from './fill.ts';

const SIDE = 64;
const PIXELS = SIDE * SIDE;
/** A picture of one plane filled where `hole` says so, with 9 in the holes to begin with. */
async function filled(
  at: (x: number, y: number) => number,
  hole: (x: number, y: number) => boolean,
): Promise<{ x: Float32Array; mask: Float32Array; y: ArrayLike<number> }> {
  const mask = Float32Array.from({ length: PIXELS }, (_, i) => Number(hole(i % SIDE, Math.floor(i / SIDE))));
  const x = Float32Array.from({ length: PIXELS }, (_, i) =>
    mask[i] ? 9 : at(i % SIDE, Math.floor(i / SIDE)),
  );
  const graph = new Graph();
  const shape = [1, 1, SIDE, SIDE];
  const out = await runOnnx({ y: fill(graph.input('x', shape), graph.input('m', shape)) }, { x, m: mask });
  return { x, mask, y: out.y.data };
}
const square = (x: number, y: number): boolean => x >= 20 && x < 36 && y >= 12 && y < 32;

it('leaves what is known, to the bit, and fills one colour with it', async () => {
  const { x, mask, y } = await filled(() => 0.37, square);
  for (let i = 0; i < PIXELS; i++)
    if (mask[i]) expect(y[i]).toBeCloseTo(0.37, 4);
    else expect(y[i]).toBe(x[i]);
});

it('goes on with a slope, also up to the edge of the picture', async () => {
  const { y } = await filled((x, v) => 0.1 + 0.01 * x + 0.002 * v, square);
  for (let i = 0; i < PIXELS; i++)
    expect(y[i]).toBeCloseTo(0.1 + 0.01 * (i % SIDE) + 0.002 * Math.floor(i / SIDE), 2);
});

it('makes the energy of a plate under tension as small as it can be made', async () => {
  const { mask, y } = await filled((x, v) => 0.5 + 0.3 * Math.sin(x / 3) * Math.cos(v / 4), square);
  const u = Float64Array.from(y);
  const near = (i: number): number[] => [i - 1, i + 1, i - SIDE, i + SIDE];
  // -Δ, and of it again: inside of the hole no neighbour lies beyond the picture.
  const film = (i: number): number => near(i).reduce((sum, j) => sum + u[i] - u[j], 0);
  const relax = (): void => {
    for (let i = 0; i < PIXELS; i++) {
      if (!mask[i]) continue;
      const plate = near(i).reduce((sum, j) => sum + film(i) - film(j), 0);
      u[i] -= (plate + 0.3 * film(i)) / (20 + 0.3 * 4);
    }
  };
  for (let round = 0; round < 3000; round++) relax();
  const rms = Math.sqrt(u.reduce((sum, v, i) => sum + (v - y[i]) ** 2, 0) / (16 * 20));
  expect(rms).toBeLessThan(0.015);
});

it('fills everything from a single known pixel, and nothing when all is missing', () => {
  const graph = new Graph();
  const shape = [1, 1, 32, 32];
  const y = fill(graph.input('x', shape), graph.input('m', shape));
  const m = new Float64Array(32 * 32).fill(1);
  const x = new Float64Array(32 * 32).fill(0.8);
  expect([...evaluate([y], { x, m })[0].data].every(Number.isFinite)).toBe(true);
  m[77] = 0;
  for (const v of evaluate([y], { x, m })[0].data) expect(v).toBeCloseTo(0.8, 2);
});
