import { describe, expect, it } from 'vitest';
import { evaluate } from '../evaluate.ts';
import { Graph } from '../graph.ts';
import { checkOperator, runOnnx } from '../testing.ts';
import { sum } from './reduce.ts';
import { logSoftmax, softmax } from './softmax.ts';
import {
  batchNormInference,
  batchNormTraining,
  groupNorm,
  instanceNorm,
  layerNorm,
  spectralNorm,
} from './norm.ts';

const loose = { tolerance: 5e-5 };
describe('normalisations', () => {
  for (const [title, shape] of [
    ['odd', [2, 6, 3, 5]],
    ['even', [1, 4, 4, 2]],
  ] as [string, number[]][]) {
    const c = [shape[1]];
    const inputs = { x: shape, scale: c, offset: c };
    it(`groupNorm, ${title}`, () =>
      checkOperator(inputs, ({ x, scale, offset }) => groupNorm(x, 2, { scale, offset }), loose));
    it(`groupNorm of one group, ${title}`, () =>
      checkOperator(
        inputs,
        ({ x, scale, offset }) => groupNorm(x, 1, { scale, offset, epsilon: 0.01 }),
        loose,
      ));
    it(`instanceNorm, ${title}`, () =>
      checkOperator(inputs, ({ x, scale, offset }) => instanceNorm(x, { scale, offset }), loose));
    it(`layerNorm over channels, ${title}`, () =>
      checkOperator(inputs, ({ x, scale, offset }) => layerNorm(x, { scale, offset, epsilon: 0.01 }), loose));
    it(`batchNorm in training, ${title}`, () =>
      checkOperator(inputs, ({ x, scale, offset }) => batchNormTraining(x, { scale, offset }).y, loose));
    it(`batchNorm in use, ${title}`, () =>
      checkOperator(
        { ...inputs, mean: c, variance: c },
        ({ x, scale, offset, mean, variance }) =>
          batchNormInference(x, { mean, variance }, { scale, offset }),
        { ...loose, feeds: { variance: c.flatMap((n) => Array.from({ length: n }, (_, i) => 0.5 + i)) } },
      ));
  }
  it('groupNorm without scale and offset has mean 0 and variance 1', async () => {
    const g = new Graph();
    const x = g.input('x', [1, 2, 2, 2]);
    const { y } = await runOnnx({ y: groupNorm(x, 1) }, { x: [100, 101, 102, 103, 104, 105, 106, 107] });
    const m = y.data.reduce((t, v) => t + v, 0) / 8;
    expect(m).toBeCloseTo(0, 4);
    expect(y.data.reduce((t, v) => t + (v - m) ** 2, 0) / 8).toBeCloseTo(1, 3);
    expect(y.data[0]).toBeCloseTo(-3.5 / Math.sqrt(5.25), 3);
  });
  it('the statistics of batchNorm are those of the batch', () => {
    const g = new Graph();
    const x = g.input('x', [2, 1, 1, 2]);
    const { mean, variance } = batchNormTraining(x);
    const [m, v] = evaluate([mean, variance], { x: [1, 2, 3, 6] });
    expect(m.data[0]).toBe(3);
    expect(v.data[0]).toBe(3.5);
  });
  it('names itself and the shapes when they do not fit', () => {
    const g = new Graph();
    const x = g.input('x', [1, 6, 2, 2]);
    expect(() => groupNorm(x, 4)).toThrow(/groupNorm\(float32\[1,6,2,2\].*6 channels cannot be divided/);
    expect(() => groupNorm(x, 2, { scale: g.input('s', [2]) })).toThrow(/scale and offset must be \[6\]/);
  });
});

describe('spectralNorm', () => {
  it('gradients through the weight, with u at rest', async () => {
    // At a fixed point of the iteration the gradient that stops at u and v is the whole one.
    const graph = new Graph();
    const w = graph.input('w', [3, 2, 1, 2]);
    const u = graph.input('u', [3]);
    const step = spectralNorm(w, u);
    const feeds = { w: Array.from({ length: 12 }, (_, k) => Math.sin(3 * k + 1)), u: [1, 0.5, -0.2] };
    for (let i = 0; i < 500; i++) feeds.u = [...evaluate([step.u], feeds)[0].data];
    await checkOperator(
      { w: [3, 2, 1, 2] },
      ({ w: t }) => spectralNorm(t, t.graph.constant(feeds.u, [3])).weight,
      { feeds: { w: feeds.w }, tolerance: 1e-4 },
    );
  });
  it('finds the largest singular value', () => {
    const g = new Graph();
    const w = g.input('w', [2, 2]);
    const u = g.input('u', [2]);
    const step = spectralNorm(w, u);
    let at = [1, 1];
    for (let i = 0; i < 60; i++) at = [...evaluate([step.u], { w: [3, 0, 4, 5], u: at })[0].data];
    const [sigma, weight] = evaluate([step.sigma, step.weight], { w: [3, 0, 4, 5], u: at });
    // The singular values of [[3,0],[4,5]] are sqrt(45) and sqrt(5).
    expect(sigma.data[0]).toBeCloseTo(Math.sqrt(45), 10);
    expect(weight.data[2]).toBeCloseTo(4 / Math.sqrt(45), 10);
  });
  it('names itself and the shapes when they do not fit', () => {
    const g = new Graph();
    expect(() => spectralNorm(g.input('w', [3, 2]), g.input('u', [2]))).toThrow(
      'spectralNorm(float32[3,2], float32[2]): u must be [3]',
    );
  });
});

describe('softmax and logSoftmax', () => {
  for (const [name, f] of Object.entries({ softmax, logSoftmax })) {
    it(`${name} along the channels, odd`, () => checkOperator({ x: [2, 5, 3] }, ({ x }) => f(x, 1)));
    it(`${name} along the last axis, even`, () =>
      checkOperator({ x: [2, 4] }, ({ x }) => f(x, -1), { low: -4, high: 4 }));
  }
  it('stay finite for large numbers and add up to 1', async () => {
    const g = new Graph();
    const x = g.input('x', [3]);
    const run = await runOnnx(
      { s: softmax(x, 0), l: logSoftmax(x, 0), one: sum(softmax(x, 0)) },
      {
        x: [1000, 999, -1000],
      },
    );
    expect(run.one.data[0]).toBeCloseTo(1, 6);
    expect(run.l.data[2]).toBeCloseTo(-2000.313, 2);
    expect([...run.s.data].every(Number.isFinite)).toBe(true);
  });
});
