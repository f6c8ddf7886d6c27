/** The first filling of holes: what is known stays, and what is made up lies between its surroundings. */
import { describe, expect, it } from 'vitest';
import { harmonic } from '../../app/baseline/pde.ts';
import { Graph } from '../../app/graph/graph.ts';
import { runOnnx } from '../../app/graph/testing.ts';
import { seeded } from '../../app/random.ts';
import { membrane } from './membrane.ts';

const side = 64;
const n = side * side;
async function filled(x: Float32Array, hole: (column: number, row: number) => boolean) {
  const graph = new Graph();
  const mask = Float32Array.from({ length: n }, (_, i) => Number(hole(i % side, Math.floor(i / side))));
  const y = membrane(graph.input('x', [1, 3, side, side]), graph.input('known', [1, 1, side, side]));
  const out = await runOnnx({ y }, { x, known: mask.map((v) => 1 - v) });
  return { y: Float32Array.from(out.y.data), mask };
}
const planes = (f: (c: number, column: number, row: number) => number): Float32Array =>
  Float32Array.from({ length: 3 * n }, (_, i) => f(Math.floor(i / n), i % side, Math.floor((i % n) / side)));

describe('membrane', () => {
  it('leaves what is known, and does not look into the holes', async () => {
    const random = seeded('membrane');
    const x = planes(() => random.next());
    const hole = (c: number, r: number): boolean => c > 20 && c < 40 && r > 8 && r < 50;
    const { y, mask } = await filled(x, hole);
    const other = await filled(
      x.map((v, i) => (mask[i % n] ? 1 - v : v)),
      hole,
    );
    expect(other.y).toEqual(y);
    y.forEach((v, i) => {
      if (!mask[i % n]) expect(Math.abs(v - x[i])).toBeLessThan(1e-6);
    });
  });
  it('continues one colour as it is', async () => {
    const { y } = await filled(
      planes((c) => 0.2 + 0.3 * c),
      (c, r) => c > 10 && r > 10 && r < 30,
    );
    y.forEach((v, i) => expect(Math.abs(v - (0.2 + 0.3 * Math.floor(i / n)))).toBeLessThan(1e-5));
  });
  it.each([4, 12, 24])('is near to Laplace in a hole %d pixels wide', async (wide) => {
    const x = planes(
      (c, column, row) => 0.5 + 0.3 * Math.sin(0.06 * column * (c + 1)) * Math.cos(0.05 * row),
    );
    const hole = (c: number, r: number): boolean =>
      Math.abs(c - 30) < wide / 2 && Math.abs(r - 34) < wide / 2;
    const { y, mask } = await filled(x, hole);
    const soap = harmonic(
      { width: side, height: side, channels: 3, data: x },
      { width: side, height: side, channels: 1, data: mask },
    );
    let sum = 0;
    let count = 0;
    y.forEach((v, i) => {
      if (!mask[i % n]) return;
      sum += Math.abs(v - soap.data[i]);
      count++;
    });
    expect(sum / count).toBeLessThan(0.02);
  });
});
