import { describe, expect, it } from 'vitest';
import { Graph } from '../../app/graph/graph.ts';
import { differentiate } from '../../app/graph/differentiate.ts';
import { emit } from '../../app/graph/emit.ts';
import { mul } from '../../app/graph/ops/arithmetic.ts';
import { conv2d } from '../../app/graph/ops/conv.ts';
import { sum } from '../../app/graph/ops/reduce.ts';
import { seeded } from '../../app/random.ts';
import { ask, cpuBlock } from './cpu-block.ts';
import { onnxBinding, type Binding } from './session.ts';

describe("the CPU's blocked layout", () => {
  it('is found by its order, and absent where the kernels are', async () => {
    const order = (block: number): Binding => ({
      listed: () => ['cpu'],
      create: async () => ({
        run: async ({ x }) => {
          const data = x.data as Float32Array;
          const y = Array.from({ length: 16 / block }, (_, k) =>
            [0, 1].flatMap((p) => Array.from({ length: block }, (_, c) => data[2 * (k * block + c) + p])),
          ).flat();
          return { y: { dims: x.dims, data: Float32Array.from(y) } };
        },
        release: async () => undefined,
      }),
    });
    expect(await ask(() => order(8))).toBe(8);
    expect(await ask(() => order(16))).toBe(16);
    expect(await ask(() => order(4))).toBeNull();
    const without: Binding = {
      listed: () => ['cpu'],
      create: () => Promise.reject(new Error('no operator')),
    };
    expect(await ask(() => without)).toBeNull();
  });

  it('gives the values and gradients of the plain layout', async () => {
    const block = await cpuBlock();
    if (block === null) return console.warn('this processor has no blocked layout: nothing to compare');
    const build = (options: { padding: number; stride?: number; dilation?: number }) => {
      const graph = new Graph();
      const x = graph.input('x', [2, 32, 50, 49]);
      const w = graph.input('w', [16, 32, 3, 3]);
      const y = conv2d(x, w, { bias: graph.input('b', [16]), ...options });
      const random = seeded('weighting');
      const weighting = graph.constant(
        Float32Array.from({ length: y.shape.reduce((a, n) => a * n, 1) }, () => random.uniform(-1, 1)),
        y.shape,
      );
      const [dx, dw] = differentiate(sum(mul(y, weighting)), [x, w]);
      return { y, dx, dw };
    };
    for (const options of [
      { padding: 1 },
      { padding: 0 },
      { padding: 2, dilation: 2 },
      { padding: 1, stride: 2 },
    ]) {
      const outputs = build(options);
      const [plain, blocked] = [emit(outputs), emit(outputs, { block })];
      expect(blocked.nodes).not.toBe(plain.nodes);
      const random = seeded('values');
      const feeds = Object.fromEntries(
        plain.inputs.map(({ name, shape }) => [
          name,
          {
            dims: shape,
            data: Float32Array.from({ length: shape.reduce((a, n) => a * n, 1) }, () =>
              random.uniform(-1, 1),
            ),
          },
        ]),
      );
      const results = [];
      for (const model of [plain, blocked]) {
        const session = await onnxBinding().create(model.bytes, 'cpu', 1);
        results.push(await session.run(feeds));
        await session.release();
      }
      for (const name of ['y', 'dx', 'dw']) {
        const [a, b] = results.map((r) => r[name].data);
        const scale = a.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
        expect(
          a.reduce((worst, v, i) => Math.max(worst, Math.abs(v - b[i])), 0) / scale,
          `${name} ${JSON.stringify(options)}`,
        ).toBeLessThan(1e-5);
      }
    }
  });
});
