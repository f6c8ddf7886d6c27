/** The upscaler before it has learnt anything is the cubic of Catmull and Rom: exact on what is even and straight. */
import { describe, expect, it } from 'vitest';
import { Graph } from '../../app/graph/graph.ts';
import { constantScope } from '../../app/graph/scope.ts';
import { runOnnx } from '../../app/graph/testing.ts';
import { networkInputs, startWeights } from '../network.ts';
import { upscaler } from './network.ts';

async function enlarged(x: Float32Array, width: number, height: number): Promise<Float32Array> {
  const graph = new Graph();
  const inputs = networkInputs(graph, upscaler, { batch: 1, height, width });
  const { y } = upscaler.build(constantScope(graph, startWeights(upscaler, 'small', 5)), inputs, 'small');
  const answer = (await runOnnx({ y }, { x })).y;
  expect(answer.shape).toEqual([1, 3, 2 * height, 2 * width]);
  return Float32Array.from(answer.data);
}

describe('upscaler', () => {
  it('continues a slope, each plane by itself, half a pixel in place', async () => {
    const [w, h] = [8, 6];
    const x = new Float32Array(3 * w * h);
    for (let c = 0; c < 3; c++)
      for (let j = 0; j < h; j++)
        for (let i = 0; i < w; i++) x[(c * h + j) * w + i] = 0.2 + 0.1 * c + 0.02 * i - 0.03 * j;
    const y = await enlarged(x, w, h);
    for (let c = 0; c < 3; c++)
      for (let j = 4; j < 2 * h - 4; j++)
        for (let i = 4; i < 2 * w - 4; i++)
          expect(y[(c * 2 * h + j) * 2 * w + i]).toBeCloseTo(
            0.2 + 0.1 * c + 0.02 * (i / 2 - 0.25) - 0.03 * (j / 2 - 0.25),
            5,
          );
  });

  it('spreads a point as the cubic does', async () => {
    const [w, h] = [7, 7];
    const x = new Float32Array(3 * w * h);
    x[3 * w + 3] = 1;
    const y = await enlarged(x, w, h);
    // Across the row a quarter of a pixel above the point's own: columns -3.5 .. 3.5 halves away.
    const row = 6 * 2 * w;
    const across = [-3, -9, 29, 111, 111, 29, -9, -3].map((v) => v / 128);
    across.forEach((v, k) => expect(y[row + 3 + k]).toBeCloseTo((v * 111) / 128, 5));
  });
});
