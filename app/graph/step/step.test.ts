import { describe, expect, it } from 'vitest';
import { seeded } from '../../random.ts';
import { evaluate } from '../evaluate.ts';
import { Graph, type Tensor } from '../graph.ts';
import { add, mul, sub } from '../ops/arithmetic.ts';
import { mean, sum } from '../ops/reduce.ts';
import { declareParameters, initialWeights, type Scope } from '../scope.ts';
import { runEmitted, runOnnx, worstError } from '../testing.ts';
import { ADAMW, adamScalars, adamw, clipFactor, globalNorm, towards } from './adamw.ts';
import {
  buildMicroSteps,
  buildStep,
  fromVector,
  layOut,
  learningRate,
  matching,
  partLayouts,
  toVector,
  type StepGraph,
} from './index.ts';

const random = seeded('step test');
const vector = (n: number): Float64Array =>
  Float64Array.from({ length: n }, () => Math.fround(random.uniform(-1, 1)));

describe('the optimiser', () => {
  it('is AdamW as published, over several steps, in the reference and in onnxruntime', async () => {
    const n = 7;
    const [lr, decay] = [0.05, 0.1];
    let theta = vector(n);
    let m: Float64Array = new Float64Array(n);
    let v: Float64Array = new Float64Array(n);
    const start = theta;
    // The published form: m and v corrected for their bias, vector by vector.
    const want = Float64Array.from(theta);
    const [pm, pv] = [new Float64Array(n), new Float64Array(n)];
    for (let t = 1; t <= 4; t++) {
      const g = vector(n);
      for (let i = 0; i < n; i++) {
        pm[i] = 0.9 * pm[i] + 0.1 * g[i];
        pv[i] = 0.999 * pv[i] + 0.001 * g[i] * g[i];
        const step = pm[i] / (1 - 0.9 ** t) / (Math.sqrt(pv[i] / (1 - 0.999 ** t)) + 1e-8);
        want[i] = want[i] - lr * decay * want[i] - lr * step;
      }
      const graph = new Graph();
      const x = (name: string) => graph.input(name, [n]);
      const s = (name: string) => graph.input(name, []);
      const scalars = { scale: s('scale'), rate: s('rate'), epsilon: s('epsilon'), keep: s('keep') };
      const next = adamw(x('theta'), x('g'), x('m'), x('v'), scalars);
      const numbers = adamScalars(ADAMW, t, lr, decay);
      const feeds = {
        theta,
        g,
        m,
        v,
        scale: [1],
        rate: [numbers.rate],
        epsilon: [numbers.epsilon],
        keep: [numbers.keep],
      };
      const values = evaluate([next.theta, next.m, next.v], feeds);
      const run = await runOnnx({ theta2: next.theta, m2: next.m, v2: next.v }, feeds);
      expect(worstError(run.theta2.data, values[0].data)).toBeLessThan(1e-6);
      expect(worstError(run.m2.data, values[1].data)).toBeLessThan(1e-6);
      expect(worstError(run.v2.data, values[2].data)).toBeLessThan(1e-6);
      [theta, m, v] = values.map((value) => value.data);
    }
    expect(worstError(theta, want)).toBeLessThan(1e-9);
    expect(worstError(theta, start)).toBeGreaterThan(0.1);
  });
  it('clips the norm of all gradients together', async () => {
    const graph = new Graph();
    const [a, b, limit] = [graph.input('a', [2]), graph.input('b', [1]), graph.input('limit', [])];
    const norm = globalNorm([a, b]);
    const outputs = { norm, factor: clipFactor(norm, limit) };
    const at = async (l: number) => {
      const feeds = { a: [2, 3], b: [6], limit: [l] };
      const run = await runOnnx(outputs, feeds);
      const values = evaluate([outputs.norm, outputs.factor], feeds);
      expect(worstError(run.factor.data, values[1].data)).toBeLessThan(1e-6);
      return [run.norm.data[0], run.factor.data[0]];
    };
    expect(await at(3.5)).toEqual([7, 0.5]);
    expect(await at(70)).toEqual([7, 1]);
    expect(await at(Infinity)).toEqual([7, 1]);
  });
  it('averages', async () => {
    const graph = new Graph();
    const y = towards(graph.input('a', [2]), graph.input('b', [2]), graph.input('s', []));
    const run = await runOnnx({ y }, { a: [1, 2], b: [3, -2], s: [0.25] });
    expect([...run.y.data]).toEqual([1.5, 1]);
  });
});

describe('layouts', () => {
  const parameter = (name: string, shape: number[]) => ({ name, shape, initial: () => new Float32Array(0) });
  const list = [
    parameter('stem.weight', [4, 3, 3, 3]),
    parameter('stem.bias', [4]),
    parameter('big.weight', [256, 256]),
    parameter('scale', [1, 4, 1, 1]),
  ];
  it('keep decaying and other weights in separate blocks, and large ones by themselves', () => {
    const { blocks, size, weights } = layOut(list);
    expect(blocks.map((b) => [b.weights.map((w) => w.name), b.decays, b.size])).toEqual([
      [['big.weight'], true, 65536],
      [['stem.weight'], true, 108],
      [['stem.bias', 'scale'], false, 8],
    ]);
    expect(size).toBe(65536 + 116);
    expect(weights.map((w) => w.offset)).toEqual([0, 65536, 65644, 65648]);
  });
  it('carry weights there and back', () => {
    const layout = layOut(list);
    const weights = new Map(
      list.map((p) => [
        p.name,
        { shape: p.shape, data: Float32Array.from(vector(p.shape.reduce((a, b) => a * b))) },
      ]),
    );
    expect(fromVector(layout, toVector(layout, weights))).toEqual(
      new Map(layout.weights.map((w) => [w.name, weights.get(w.name)])),
    );
    weights.delete('scale');
    expect(() => toVector(layout, weights)).toThrow(/scale/);
  });
  it('match names by pattern', () => {
    const m = matching(['encoder.*', '*.bias']);
    expect(['encoder.a.weight', 'x.bias', 'bias', 'decoder.encoder.a', 'encoderXa'].map(m)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});

describe('learning rates', () => {
  it('warm up, then follow a cosine to the floor', () => {
    const s = { kind: 'cosine', rate: 1, steps: 101, warmup: 4, floor: 0.1 } as const;
    expect([0, 3, 4].map((k) => learningRate(s, k))).toEqual([0.2, 0.8, 1]);
    expect(learningRate(s, 52)).toBeCloseTo(0.55, 12);
    expect(learningRate(s, 100)).toBeCloseTo(0.1, 12);
    expect(learningRate(s, 1000)).toBeCloseTo(0.1, 12);
  });
  it('one-cycle rises and falls', () => {
    const s = { kind: 'one-cycle', rate: 1, steps: 100, rise: 0.25, start: 10, end: 100 } as const;
    expect(learningRate(s, 0)).toBeCloseTo(0.1, 12);
    expect(learningRate(s, 25)).toBe(1);
    expect(learningRate(s, 99)).toBeCloseTo(0.01, 12);
  });
  it('constant stays', () => {
    expect(learningRate({ kind: 'constant', rate: 3, warmup: 1 }, 0)).toBe(1.5);
    expect(learningRate({ kind: 'constant', rate: 3, warmup: 1 }, 9)).toBe(3);
  });
});

/** y = (x w + b) v, elementwise enough to follow by hand. */
const tiny = (scope: Scope, x: Tensor): Tensor => {
  const one = (s: readonly number[]) => new Float32Array(s.reduce((a, b) => a * b, 1)).fill(1);
  return mul(
    add(mul(x, scope.parameter('head.w', [3], one)), scope.parameter('head.b', [3], one)),
    scope.parameter('tail.v', [3], one),
  );
};
const parameters = declareParameters((s) => void tiny(s, s.graph.input('x', [3])));

const outputsOf = (graph: StepGraph) => async (feeds: Record<string, ArrayLike<number>>) =>
  Object.fromEntries(
    Object.entries(await runEmitted(graph.emitted, feeds)).map(([name, t]) => [name, t.data]),
  );
const expectClose = (got: ArrayLike<number>, want: ArrayLike<number>): void =>
  expect(worstError(got, want)).toBeLessThan(2e-6);

describe('a step graph', () => {
  const loss =
    (part: string, other?: string) =>
    (c: { scope(p: string): Scope; input(n: string, s: number[]): Tensor }) => {
      const x = c.input('x', [3]);
      const y = tiny(c.scope(part), x);
      const d = sub(y, other ? tiny(c.scope(other), x) : c.input('y', [3]));
      return { total: mean(mul(d, d)), losses: { size: sum(y) } };
    };
  const feeds = (extra: Record<string, ArrayLike<number>>) => ({
    x: [1, 2, -1],
    y: [0, 1, 0.5],
    clip: [Infinity],
    average: [0.5],
    'a/rate': [0.1],
    'a/epsilon': [1e-8],
    'a/keep': [0.99],
    ...extra,
  });
  const zero = new Float64Array(9);

  it('gives losses, the gradient norm and changed weights', async () => {
    const graph = buildStep({ parts: [{ name: 'a', parameters, mode: 'trained' }], forward: loss('a') });
    expect(graph.losses).toEqual(['total', 'size', 'gradient']);
    expect(graph.vectors.map((v) => v.name).sort()).toEqual(['a/ema', 'a/m', 'a/theta', 'a/v']);
    const outputs = outputsOf(graph);
    const theta = Float64Array.from([1, 2, 1, 0, 1, 0.5, 1, 1, 2]);
    const run = await outputs(feeds({ 'a/theta/0': theta, 'a/m/0': zero, 'a/v/0': zero, 'a/ema/0': zero }));
    // head.w = [1,2,1], head.b = [0,1,.5], tail.v = [1,1,2]; y = [1, 5, -1]; d = [1, 4, -1.5]
    expectClose(run['total'], [(1 + 16 + 2.25) / 3]);
    expectClose(run['size'], [5]);
    // dy = 2 d / 3; dw = dy v x, db = dy v, dv = dy (x w + b)
    const g = [2 / 3, 16 / 3, 2, 2 / 3, 8 / 3, -2, 2 / 3, 40 / 3, 0.5];
    expectClose(run['gradient'], [Math.hypot(...g)]);
    expectClose(
      run['a/m/0/next'],
      g.map((v) => 0.1 * v),
    );
    const next = g.map((v, i) => theta[i] - (0.1 * 0.1 * v) / (Math.sqrt(0.001) * Math.abs(v) + 1e-8));
    expectClose(run['a/theta/0/next'], next);
    expectClose(
      run['a/ema/0/next'],
      next.map((v) => v / 2),
    );
  });
  it('leaves frozen weights out of the vector and out of the backward pass', () => {
    const weights = initialWeights(parameters, 1);
    const part = { name: 'a', parameters, mode: 'trained', weights, frozen: ['head.*'] } as const;
    const frozen = buildStep({ parts: [part], forward: loss('a') });
    const free = buildStep({ parts: [{ name: 'a', parameters, mode: 'trained' }], forward: loss('a') });
    expect(partLayouts(part).weights?.weights.map((w) => w.name)).toEqual(['tail.v']);
    expect(frozen.vectors.find((v) => v.role === 'theta')?.layout.size).toBe(3);
    expect(frozen.emitted.nodes).toBeLessThan(free.emitted.nodes);
    expect(() => buildStep({ parts: [{ ...part, frozen: ['*'] }], forward: loss('a') })).toThrow(
      /no weight of part a/,
    );
  });
  it('asks for no gradient of a given part', () => {
    const graph = buildStep({
      parts: [
        { name: 'a', parameters, mode: 'trained' },
        { name: 'b', parameters, mode: 'given' },
      ],
      forward: loss('a', 'b'),
    });
    expect(graph.vectors.map((v) => v.name).sort()).toEqual(['a/ema', 'a/m', 'a/theta', 'a/v', 'b/theta']);
    expect(graph.vectors.find((v) => v.part === 'b')?.blocks).toEqual([{ input: 'b/theta/0', output: null }]);
    expect(graph.trained).toEqual(['a']);
  });
  it('writes a constant part into the file, under its own name', () => {
    const weights = initialWeights(parameters, 1);
    const graph = buildStep({
      parts: [
        { name: 'a', parameters, mode: 'trained' },
        { name: 'b', parameters, mode: 'constant', weights },
      ],
      forward: loss('a', 'b'),
    });
    expect(graph.emitted.inputs.some((i) => i.name.startsWith('b/'))).toBe(false);
  });
  it('carries state, which has no gradient', async () => {
    const graph = buildStep({
      parts: [{ name: 'a', parameters, mode: 'trained', state: ['head.b'] }],
      forward: (c) => {
        const forward = loss('a')(c);
        const b = c.scope('a').parameter('head.b', [3], () => new Float32Array(3));
        return { ...forward, state: { a: { 'head.b': add(b, 1) } } };
      },
    });
    const run = await outputsOf(graph)(
      feeds({
        'a/theta/0': [1, 1, 1, 1, 1, 1],
        'a/m/0': new Float64Array(6),
        'a/v/0': new Float64Array(6),
        'a/ema/0': new Float64Array(6),
        'a/state/0': [5, 6, 7],
      }),
    );
    expectClose(run['a/state/0/next'], [6, 7, 8]);
  });
  it('adds up micro-batches to the same step', async () => {
    const spec = { parts: [{ name: 'a', parameters, mode: 'trained' }], forward: loss('a') } as const;
    const { accumulate, apply } = buildMicroSteps(spec);
    const theta = Float64Array.from([1, 2, 1, 0, 1, 0.5, 1, 1, 2]);
    const rest = { 'a/theta/0': theta, 'a/m/0': zero, 'a/v/0': zero, 'a/ema/0': zero };
    const whole = await outputsOf(buildStep(spec))(feeds(rest));
    const gather = outputsOf(accumulate);
    let gradient: ArrayLike<number> = zero;
    for (let k = 0; k < 2; k++)
      gradient = (await gather(feeds({ ...rest, 'a/gradient/0': gradient, share: [0.5] })))[
        'a/gradient/0/next'
      ];
    const applied = await outputsOf(apply)(feeds({ ...rest, 'a/gradient/0': gradient }));
    for (const name of ['gradient', 'a/theta/0/next', 'a/m/0/next', 'a/v/0/next', 'a/ema/0/next'])
      expectClose(applied[name], whole[name]);
  });
  it('says what does not fit', () => {
    const trained = [{ name: 'a', parameters, mode: 'trained' }] as const;
    expect(() => buildStep({ parts: trained, forward: () => ({}) })).toThrow(/no total/);
    expect(() => buildStep({ parts: [{ ...trained[0], mode: 'given' }], forward: loss('a') })).toThrow(
      /no part is trained/,
    );
    expect(() => buildStep({ parts: [trained[0], trained[0]], forward: loss('a') })).toThrow(/two parts/);
    expect(() => buildStep({ parts: trained, forward: loss('z') })).toThrow(/no part z/);
    const unused = [...parameters, { name: 'idle', shape: [2], initial: () => new Float32Array(2) }];
    expect(() => buildStep({ parts: [{ ...trained[0], parameters: unused }], forward: loss('a') })).toThrow(
      /does not depend on idle of part a/,
    );
  });
});
