import { describe, expect, it } from 'vitest';
import { differentiate } from '../differentiate.ts';
import { evaluate } from '../evaluate.ts';
import { Graph } from '../graph.ts';
import { checkOperator, runOnnx } from '../testing.ts';
import { mul } from './arithmetic.ts';
import { argMax, embedding, gather, oneHot } from './gather.ts';
import { matmul, matmulTransposed } from './matmul.ts';
import { sum } from './reduce.ts';
import { pad, padPicture, slice, take, type PadMode, type Range } from './select.ts';

describe('slice', () => {
  const cases: Record<string, (Range | null)[]> = {
    'a block': [null, [1, 3], [0, 2]],
    'every second, odd': [null, null, [0, 5, 2]],
    'every second from the second': [null, [1, 4, 2], [1, 5, 2]],
    'every third, not reaching the end': [null, null, [1, 3, 3]],
    'counted from the end': [null, [-3, -1], [-2, 99]],
  };
  for (const [title, ranges] of Object.entries(cases))
    it(title, () => checkOperator({ x: [2, 4, 5] }, ({ x }) => slice(x, ranges)));
  it('has the values of its definition', () => {
    const g = new Graph();
    const x = g.input('x', [5]);
    expect([...evaluate([slice(x, [[1, 5, 2]])], { x: [0, 1, 2, 3, 4] })[0].data]).toEqual([1, 3]);
  });
  it('names itself and the shapes when they do not fit', () => {
    const x = new Graph().input('x', [2, 3]);
    expect(() => slice(x, [[1, 1]])).toThrow('slice(float32[2,3]): from [1,0] to [1,3] is not inside it');
    expect(() => slice(x, [null, null, null])).toThrow(/too many/);
  });
});

describe('pad', () => {
  for (const mode of ['constant', 'reflect', 'edge'] as PadMode[]) {
    it(`${mode}, odd`, () =>
      checkOperator({ x: [1, 2, 3, 5] }, ({ x }) => padPicture(x, [1, 2, 0, 3], mode)));
    it(`${mode}, even`, () =>
      checkOperator({ x: [2, 1, 4, 4] }, ({ x }) => padPicture(x, [2, 1, 3, 1], mode)));
  }
  it('of the first axes too', () =>
    checkOperator({ x: [2, 3, 2, 2] }, ({ x }) => pad(x, [1, 2, 0, 0], [0, 1, 0, 1], 'edge')));
  it('of a list', () => checkOperator({ x: [4] }, ({ x }) => pad(x, [2], [3], 'reflect')));
  it('with a value', () => checkOperator({ x: [2, 3] }, ({ x }) => pad(x, [0, 1], [1, 0], 'constant', 2.5)));
  it('has the values of its definition', () => {
    const g = new Graph();
    const x = g.input('x', [3]);
    const y = evaluate([pad(x, [2], [2], 'reflect'), pad(x, [1], [2], 'edge')], { x: [1, 2, 3] });
    expect([...y[0].data]).toEqual([3, 2, 1, 2, 3, 2, 1]);
    expect([...y[1].data]).toEqual([1, 1, 2, 3, 3, 3]);
  });
  it('names itself and the shapes when they do not fit', () => {
    const x = new Graph().input('x', [2, 3]);
    expect(() => pad(x, [0, 3], [0, 0], 'reflect')).toThrow('pad(float32[2,3]): a reflection is shorter');
    expect(() => pad(x, [0, -1], [0, 0])).toThrow(/slice cuts/);
    expect(() => pad(x, [1], [1])).toThrow(/must name every axis/);
  });
});

describe('take, gather, embedding, oneHot, argMax', () => {
  it('take along the last axis, with repetition', () =>
    checkOperator({ x: [2, 3, 4] }, ({ x }) => take(x, [3, 1, 1, 0, 3], -1)));
  it('take along the first axis', () => checkOperator({ x: [3, 2, 5] }, ({ x }) => take(x, [2, 0], 0)));
  const indices = (graph: Graph, shape: number[], values: number[]) => {
    const i = graph.input('i', shape, 'int64');
    return { i, feeds: { i: values } };
  };
  for (const axis of [0, 1, 2])
    it(`gather along axis ${axis}, with repetition: values and adjoint`, async () => {
      const g = new Graph();
      const x = g.input('x', [3, 4, 3]);
      const { i, feeds } = indices(g, [2, 2], [2, 0, 1, 2]);
      const data = Array.from({ length: 36 }, (_, k) => Math.fround(Math.sin(k)));
      const y = gather(x, i, axis);
      const weights = g.constant(
        Array.from({ length: 144 }, (_, k) => Math.cos(k * 1.7)).slice(
          0,
          y.shape.reduce((a, b) => a * b),
        ),
        y.shape,
      );
      const [dx] = differentiate(sum(mul(y, weights)), [x]);
      const run = await runOnnx({ y, dx }, { x: data, ...feeds });
      const [ry, rdx] = evaluate([y, dx], { x: data, ...feeds });
      run.y.data.forEach((v, k) => expect(v).toBeCloseTo(ry.data[k], 5));
      run.dx.data.forEach((v, k) => expect(v).toBeCloseTo(rdx.data[k], 5));
      // The adjoint: <gather(x), weights> = <x, dx>, since gather is linear.
      const inner = ry.data.reduce(
        (t, v, k) => t + v * (weights.origin as { data: Float32Array }).data[k],
        0,
      );
      expect(rdx.data.reduce((t, v, k) => t + v * data[k], 0)).toBeCloseTo(inner, 8);
    });
  it('embedding takes rows', async () => {
    const g = new Graph();
    const { i, feeds } = indices(g, [3], [1, 1, 0]);
    const y = embedding(g.constant([1, 2, 3, 4, 5, 6], [3, 2], 'table'), i);
    expect([...(await runOnnx({ y }, feeds)).y.data]).toEqual([3, 4, 3, 4, 1, 2]);
  });
  it('oneHot and argMax undo each other', async () => {
    const g = new Graph();
    const { i, feeds } = indices(g, [2, 2], [2, 0, 1, 2]);
    const hot = oneHot(i, 3);
    const { h, back } = await runOnnx({ h: hot, back: argMax(hot, -1) }, feeds);
    expect([...h.data]).toEqual([0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1]);
    expect([...back.data]).toEqual([2, 0, 1, 2]);
  });
  it('argMax along an inner axis takes the first of equals', async () => {
    const g = new Graph();
    const x = g.input('x', [2, 3, 2]);
    const feeds = { x: [1, 5, 3, 5, 3, 2, 0, 0, -1, 1, 2, 0] };
    const y = argMax(x, 1);
    expect([...(await runOnnx({ y }, feeds)).y.data]).toEqual([1, 0, 2, 1]);
    expect([...evaluate([y], feeds)[0].data]).toEqual([1, 0, 2, 1]);
  });
  it('names itself and the shapes when they do not fit', () => {
    const g = new Graph();
    const x = g.input('x', [2, 3]);
    expect(() => gather(x, x, 0)).toThrow('gather(float32[2,3], float32[2,3]): the indices must be int64');
    expect(() => take(x, [3], 1)).toThrow('take(float32[2,3]): axis 1 has no places [3]');
    expect(() => oneHot(x, 3)).toThrow(/oneHot/);
  });
});

describe('matmul', () => {
  it('two matrices', () => checkOperator({ a: [3, 4], b: [4, 5] }, ({ a, b }) => matmul(a, b)));
  it('a batch with one matrix', () => checkOperator({ a: [2, 3, 4], b: [4, 5] }, ({ a, b }) => matmul(a, b)));
  it('one matrix with a batch', () => checkOperator({ a: [3, 4], b: [2, 4, 5] }, ({ a, b }) => matmul(a, b)));
  it('two batches that broadcast', () =>
    checkOperator({ a: [2, 1, 3, 4], b: [3, 4, 2] }, ({ a, b }) => matmul(a, b)));
  for (const [ta, tb] of [
    [true, false],
    [false, true],
    [true, true],
  ])
    it(`operands read exchanged: ${ta}, ${tb}`, () =>
      checkOperator({ a: ta ? [2, 4, 3] : [2, 3, 4], b: tb ? [2, 5, 4] : [2, 4, 5] }, ({ a, b }) =>
        matmulTransposed(a, b, ta, tb),
      ));
  it('names itself and the shapes when they do not fit', () => {
    const g = new Graph();
    expect(() => matmul(g.input('a', [2, 3]), g.input('b', [2, 3]))).toThrow(
      'matmul(float32[2,3], float32[2,3]): 3 columns do not fit 2 rows',
    );
  });
});
