import { describe, expect, it } from 'vitest';
import { evaluate } from '../../app/graph/evaluate.ts';
import { Graph } from '../../app/graph/graph.ts';
import { seeded } from '../../app/random.ts';
import { orthogonal } from '../initial.ts';
import { spectralNorm } from './network.ts';

/** Largest singular value, by many rounds of power iteration. */
function largest(data: ArrayLike<number>, rows: number): number {
  const columns = data.length / rows;
  let v = Float64Array.from({ length: columns }, (_, i) => Math.sin(i + 1));
  let norm = 0;
  for (let round = 0; round < 500; round++) {
    const u = Float64Array.from({ length: rows }, (_, r) =>
      v.reduce((s, x, c) => s + data[r * columns + c] * x, 0),
    );
    v = v.map((_, c) => u.reduce((s, x, r) => s + data[r * columns + c] * x, 0));
    norm = Math.hypot(...v);
    v = v.map((x) => x / norm);
  }
  return Math.sqrt(norm);
}

describe('spectral norm', () => {
  const norm = (data: Float32Array, shape: number[]): number => {
    const graph = new Graph();
    return evaluate([spectralNorm(graph.input('w', shape))], {
      w: data,
    })[0].data[0];
  };
  it('is exact where one direction stands out', () => {
    const random = seeded(1);
    const [rows, columns] = [8, 45];
    const u = Float64Array.from({ length: rows }, () => random.normal());
    const v = Float64Array.from({ length: columns }, () => random.normal());
    const data = Float32Array.from({ length: rows * columns }, (_, i) => {
      return 3 * u[Math.floor(i / columns)] * v[i % columns] + 0.1 * random.normal();
    });
    expect(norm(data, [rows, 5, 3, 3]) / largest(data, rows)).toBeCloseTo(1, 5);
  });
  it('is near, and never above, for a kernel as it starts', () => {
    const random = seeded(2);
    const data = Float32Array.from({ length: 32 * 16 * 9 }, () => random.normal());
    const ratio = norm(data, [32, 16, 3, 3]) / largest(data, 32);
    expect(ratio).toBeLessThanOrEqual(1 + 1e-6);
    expect(ratio).toBeGreaterThan(0.9);
  });
  it('is 1 for an orthogonal matrix', () => {
    expect(norm(orthogonal()([12, 40], seeded(3)), [12, 10, 2, 2])).toBeCloseTo(1, 5);
  });
});
