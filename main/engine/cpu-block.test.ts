import { describe, expect, it } from 'vitest';
import { Graph } from '../../app/graph/graph.ts';
import { differentiate } from '../../app/graph/differentiate.ts';
import { emit } from '../../app/graph/emit.ts';
import { mul } from '../../app/graph/ops/arithmetic.ts';
import { conv2d } from '../../app/graph/ops/conv.ts';
import type { Conv2dOptions } from '../../app/graph/ops/conv-shape.ts';
import { sum } from '../../app/graph/ops/reduce.ts';
import { seeded } from '../../app/random.ts';
import { ask, cpuBlock } from './cpu-block.ts';
import { onnxBinding, type Binding } from './session.ts';

/** A convolution: of pictures [2, ...of], its kernel; `same` where the plain layout is the only one. */
type Case = Omit<Conv2dOptions, 'bias'> & { of?: number[]; kernel?: number[]; same?: boolean };

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
    const build = ({ of = [32, 50, 49], kernel = [16, 32, 3, 3], ...options }: Case) => {
      const graph = new Graph();
      const x = graph.input('x', [2, ...of]);
      const w = graph.input('w', kernel);
      const y = conv2d(x, w, { bias: graph.input('b', [kernel[0]]), ...options });
      const random = seeded('weighting');
      const weighting = graph.constant(
        Float32Array.from({ length: y.shape.reduce((a, n) => a * n, 1) }, () => random.uniform(-1, 1)),
        y.shape,
      );
      const [dx, dw] = differentiate(sum(mul(y, weighting)), [x, w]);
      return { y, dx, dw };
    };
    const cases: Case[] = [
      { padding: 1 },
      { padding: 0 },
      { padding: 2, dilation: 2 },
      { padding: 1, stride: 2 },
      // A channel of its own each; 24 do not fill blocks of 16.
      { padding: 2, groups: 32, of: [32, 9, 8], kernel: [32, 1, 5, 5] },
      { padding: 1, groups: 24, of: [24, 7, 8], kernel: [24, 1, 3, 3] },
      { padding: 2, groups: 24, dilation: 2, of: [24, 7, 8], kernel: [24, 1, 3, 3] },
      { padding: 2, groups: 24, stride: 2, of: [24, 9, 8], kernel: [24, 1, 5, 5] },
      { padding: [0, 0, 1, 1], groups: 32, stride: 2, of: [32, 8, 6], kernel: [32, 1, 3, 3] },
      // A row and a column that no tap reads, and taps of a dilated kernel at a stride.
      { groups: 24, stride: 2, of: [24, 10, 8], kernel: [24, 1, 3, 3] },
      { padding: 2, groups: 24, stride: 2, dilation: 2, of: [24, 11, 12], kernel: [24, 1, 3, 3] },
      { padding: 1, groups: 6, of: [6, 7, 8], kernel: [6, 1, 3, 3], same: true },
    ];
    for (const options of cases) {
      const outputs = build(options);
      const [plain, blocked] = [emit(outputs), emit(outputs, { block })];
      if (options.same) expect(blocked.nodes).toBe(plain.nodes);
      else expect(blocked.nodes).not.toBe(plain.nodes);
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
