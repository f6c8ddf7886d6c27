import { describe, expect, it } from 'vitest';
import { differentiate } from '../differentiate.ts';
import { evaluate } from '../evaluate.ts';
import { Graph, type Tensor } from '../graph.ts';
import { checkOperator, runOnnx } from '../testing.ts';
import {
  gelu,
  hardSigmoid,
  hardSwish,
  leakyRelu,
  relu,
  relu6,
  sigmoid,
  silu,
  softplus,
  tanh,
} from './activation.ts';
import { mul } from './arithmetic.ts';
import { clip, equal, greater, less, maximum, minimum, where } from './compare.ts';
import { abs, cast, exp, log, pow, reciprocal, sign, sqrt, square, stopGradient } from './elementwise.ts';
import { sum } from './reduce.ts';

const activations: Record<string, (x: Tensor) => Tensor> = {
  relu,
  leakyRelu: (x) => leakyRelu(x, 0.2),
  sigmoid,
  tanh,
  silu,
  gelu,
  softplus,
  hardSigmoid,
  hardSwish,
  relu6,
  exp,
  abs,
  square,
};
describe('functions of each element', () => {
  for (const [name, f] of Object.entries(activations)) {
    it(`${name}, odd size`, () =>
      checkOperator({ x: [3, 5, 7] }, ({ x }) => f(x), { low: -5.02, high: 7.03 }));
    it(`${name}, even size`, () => checkOperator({ x: [2, 4] }, ({ x }) => f(x), { low: -1, high: 1 }));
  }
  for (const [name, f] of Object.entries({ log, sqrt, reciprocal }))
    it(`${name} of positive numbers`, () =>
      checkOperator({ x: [3, 5] }, ({ x }) => f(x), { low: 0.3, high: 4 }));
  for (const exponent of [-0.5, 0.5, 1.5, 3])
    it(`pow ${exponent}`, () =>
      checkOperator({ x: [7] }, ({ x }) => pow(x, exponent), { low: 0.4, high: 2 }));
  it('pow of whole exponents takes negative numbers', () =>
    checkOperator({ x: [8] }, ({ x }) => pow(x, 3), { apart: 0.2 }));
  it('sign has its values', async () => {
    const g = new Graph();
    const x = g.input('x', [3]);
    expect([...(await runOnnx({ y: sign(x) }, { x: [-2, 0, 0.5] })).y.data]).toEqual([-1, 0, 1]);
  });
  it('stays finite where the definition as written overflows', async () => {
    const g = new Graph();
    const x = g.input('x', [4]);
    const feeds = { x: [-200, -90, 90, 200] };
    for (const f of [softplus, sigmoid, silu, gelu, tanh]) {
      const [d] = differentiate(sum(f(x)), [x]);
      const { y, dx } = await runOnnx({ y: f(x), dx: d }, feeds);
      expect([...y.data, ...dx.data].every(Number.isFinite)).toBe(true);
      expect([...evaluate([f(x)], feeds)[0].data].every(Number.isFinite)).toBe(true);
    }
  });
  it('gradients at the kinks are those of the side below', () => {
    const g = new Graph();
    const x = g.input('x', [1]);
    const at = (f: (t: Tensor) => Tensor) => evaluate(differentiate(sum(f(x)), [x]), { x: [0] })[0].data[0];
    expect(at(relu)).toBe(0);
    expect(at(abs)).toBe(0);
    expect(at((t) => leakyRelu(t, 0.25))).toBe(0.25);
  });
});

describe('comparing and choosing', () => {
  for (const [name, f] of Object.entries({ maximum, minimum })) {
    it(name, () => checkOperator({ a: [3, 5], b: [5] }, ({ a, b }) => f(a, b)));
    it(`${name} with a number`, () => checkOperator({ a: [4] }, ({ a }) => f(a, 0)));
  }
  it('of two equal numbers the first gets the gradient', () => {
    const g = new Graph();
    const [a, b] = [g.input('a', [1]), g.input('b', [1])];
    const d = evaluate(differentiate(sum(maximum(a, b)), [a, b]), { a: [2], b: [2] });
    expect(d.map((t) => t.data[0])).toEqual([1, 0]);
  });
  it('clip', () => checkOperator({ x: [5, 3] }, ({ x }) => clip(x, -0.4, 0.6)));
  it('where', () => checkOperator({ a: [3, 4], b: [4] }, ({ a, b }) => where(greater(a, b), mul(a, 2), b)));
  it('where hides what is not a number on the other side', async () => {
    const g = new Graph();
    const x = g.input('x', [2]);
    const y = where(greater(x, 0), log(maximum(x, 1e-6)), 0);
    const [dx] = differentiate(sum(y), [x]);
    const run = await runOnnx({ y, dx }, { x: [-1, 2] });
    expect(run.y.data[0]).toBe(0);
    expect(run.dx.data[0]).toBe(0);
    expect(run.dx.data[1]).toBeCloseTo(0.5);
  });
  it('greater, less, equal and cast have their values', async () => {
    const g = new Graph();
    const [a, b] = [g.input('a', [3]), g.input('b', [3])];
    const i = g.input('i', [3], 'int64');
    const run = await runOnnx(
      {
        g: cast(greater(a, b), 'float32'),
        l: cast(less(a, b), 'int64'),
        e: equal(a, b),
        whole: cast(mul(a, 1.7), 'int64'),
        ints: equal(i, cast(a, 'int64')),
      },
      { a: [-1, 2, 3], b: [2, 2, 2], i: [-1, 5, 3] },
    );
    expect([...run.g.data]).toEqual([0, 0, 1]);
    expect([...run.l.data]).toEqual([1, 0, 0]);
    expect([...run.e.data]).toEqual([0, 1, 0]);
    expect([...run.whole.data]).toEqual([-1, 3, 5]);
    expect([...run.ints.data]).toEqual([1, 0, 1]);
  });
  it('stopGradient stops it', () => {
    const g = new Graph();
    const x = g.input('x', [2]);
    const [d] = differentiate(sum(mul(x, stopGradient(x))), [x]);
    expect([...evaluate([d], { x: [3, 5] })[0].data]).toEqual([3, 5]);
  });
  it('names itself and the shapes when they do not fit', () => {
    const g = new Graph();
    const x = g.input('x', [2, 3]);
    expect(() => greater(x, g.input('y', [2]))).toThrow('greater(float32[2,3], float32[2])');
    expect(() => where(x, x, x)).toThrow(/where.*must be bool/);
    expect(() => exp(g.input('i', [2], 'int64'))).toThrow('exp(int64[2]): the operand must be float32');
    expect(() => leakyRelu(x, -1)).toThrow('leakyRelu(float32[2,3]): a slope of -1');
    expect(() => clip(x, 2, 1)).toThrow('clip(float32[2,3]): 2 is above 1');
  });
});
