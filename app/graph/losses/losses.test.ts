import { describe, expect, it } from 'vitest';
import { differentiate } from '../differentiate.ts';
import { evaluate } from '../evaluate.ts';
import { Graph, size, type Shape, type Tensor } from '../graph.ts';
import { checkOperator, runOnnx } from '../testing.ts';
import { softmax } from '../ops/softmax.ts';
import {
  bceWithLogits,
  charbonnier,
  crossEntropy,
  featureLoss,
  hingeCritic,
  hingeGenerator,
  huber,
  l1,
  mse,
  ssim,
  ssimLoss,
  totalVariation,
  type Mask,
} from './index.ts';

type Loss = (x: Tensor, y: Tensor, mask: Mask) => Tensor;
const losses: Record<string, Loss> = {
  l1,
  mse,
  charbonnier: (x, y, mask) => charbonnier(x, y, mask, 0.1),
  huber: (x, y, mask) => huber(x, y, mask, 0.5),
  ssimLoss: (x, y, mask) => ssimLoss(x, y, { window: 3, sigma: 0.8, mask }),
  crossEntropy: (x, y, mask) => crossEntropy(x, softmax(y, 1), { mask }),
  bceWithLogits: (x, y, mask) => bceWithLogits(x, y, { mask }),
  'bceWithLogits, weighted': (x, y, mask) => bceWithLogits(x, y, { mask, positiveWeight: 3 }),
  hingeCritic,
  featureLoss: (x, y, mask) => featureLoss([x, y], [y, x], [0.25, 0.5], [mask, mask]),
  hingeGenerator: (x, _y, mask) => hingeGenerator(x, mask),
  totalVariation: (x, _y, mask) => totalVariation(x, mask),
};
const one = (name: string) => (name === 'hingeGenerator' || name === 'totalVariation' ? ['x'] : ['x', 't']);
const ramp = (shape: Shape, f: (k: number) => number) => Array.from({ length: size(shape) }, (_, k) => f(k));

describe('losses', () => {
  for (const [name, loss] of Object.entries(losses)) {
    for (const shape of [
      [2, 3, 5, 3],
      [1, 2, 4, 6],
    ]) {
      const wrt = one(name);
      const shapes = Object.fromEntries(wrt.map((n) => [n, shape]));
      const maskShape = [shape[0], 1, shape[2], shape[3]];
      const mask = ramp(maskShape, (k) => [1, 0, 0.5][(k * 7) % 3]);
      // No |x - y| near 0 or 0.5, where the gradients of some have kinks.
      const feeds = { x: ramp(shape, (k) => Math.sin(k) * 2), t: ramp(shape, (k) => Math.cos(k * 1.3)) };
      it(`${name} of [${shape.join()}]`, () =>
        checkOperator(shapes, ({ x, t }) => loss(x, t, null), { feeds, wrt, tolerance: 2e-5 }));
      it(`${name} of [${shape.join()}], masked`, () =>
        checkOperator({ ...shapes, m: maskShape }, ({ x, t, m }) => loss(x, t, m), {
          feeds: { ...feeds, m: mask },
          wrt,
          tolerance: 2e-5,
        }));
    }
    it(`${name}: an empty mask gives no gradient, a full one the plain loss`, async () => {
      const g = new Graph();
      const [x, y] = [g.input('x', [1, 2, 4, 5]), g.input('y', [1, 2, 4, 5])];
      const m = g.input('m', [1, 1, 4, 5]);
      const masked = loss(x, y, m);
      const outputs = { masked, plain: loss(x, y, null), d: differentiate(masked, [x])[0] };
      const feeds = {
        x: ramp(x.shape, (k) => Math.sin(k)),
        y: ramp(x.shape, (k) => Math.cos(k * 1.3)),
      };
      const full = await runOnnx(outputs, { ...feeds, m: ramp(m.shape, () => 1) });
      expect(full.masked.data[0]).toBeCloseTo(full.plain.data[0], 5);
      const empty = await runOnnx(outputs, { ...feeds, m: ramp(m.shape, () => 0) });
      expect(empty.masked.data[0]).toBeCloseTo(name === 'ssimLoss' ? 1 : 0, 10);
      expect([...empty.d.data].every((v) => v === 0)).toBe(true);
    });
    it(`${name}: what the mask hides does not count`, () => {
      if (name === 'ssimLoss') return; // its windows reach beyond the mask
      const g = new Graph();
      const [x, y] = [g.input('x', [1, 1, 2, 4]), g.input('y', [1, 1, 2, 4])];
      const masked = loss(x, y, g.constant([1, 1, 0, 0, 1, 1, 0, 0], [1, 1, 2, 4]));
      const y0 = [0.2, 0.4, 0.6, 0.8, 0.1, 0.3, 0.5, 0.7];
      const at = (hidden: number) =>
        evaluate([masked], { x: [0.9, 0.1, hidden, hidden, 0.3, 0.8, hidden, hidden], y: y0 })[0].data[0];
      expect(at(5)).toBe(at(-3));
    });
  }
});

describe('values by hand', () => {
  const g = new Graph();
  const [x, y] = [g.input('x', [1, 2, 1, 2]), g.input('y', [1, 2, 1, 2])];
  const m = g.input('m', [1, 1, 1, 2]);
  const feeds = { x: [1, 2, 3, 4], y: [0, 4, 3, 1], m: [0, 1] };
  const value = (t: Tensor) => evaluate([t], feeds)[0].data[0];
  it('l1, mse, huber', () => {
    expect(value(l1(x, y))).toBe(6 / 4);
    expect(value(mse(x, y))).toBe(14 / 4);
    expect(value(huber(x, y))).toBe((0.5 + 1.5 + 0 + 2.5) / 4);
    expect(value(l1(x, y, m))).toBe(5 / 2);
    expect(value(mse(x, y, m))).toBe(13 / 2);
  });
  it('hinge', () => {
    expect(value(hingeCritic(y, x))).toBe((1 + 0 + 0 + 0) / 4 + (2 + 3 + 4 + 5) / 4);
    expect(value(hingeGenerator(x))).toBe(-2.5);
  });
  it('cross-entropy with weights', () => {
    const log = (a: number, b: number) => a - Math.log(Math.exp(a) + Math.exp(b));
    const target = g.constant([1, 0.25, 0, 0.75], [1, 2, 1, 2]);
    const weights = g.constant([2, 4], [2]);
    const pixel0 = -2 * log(1, 3);
    const pixel1 = -(2 * 0.25 * log(2, 4) + 4 * 0.75 * log(4, 2));
    expect(value(crossEntropy(x, target, { weights }))).toBeCloseTo((pixel0 + pixel1) / 2, 12);
    expect(value(crossEntropy(x, target, { weights, mask: m }))).toBeCloseTo(pixel1, 12);
  });
  it('bceWithLogits is finite at the ends', async () => {
    const h = new Graph();
    const logits = h.input('x', [2]);
    const target = h.input('t', [2]);
    const loss = bceWithLogits(logits, target);
    const [d] = differentiate(loss, [logits]);
    const run = await runOnnx({ loss, d }, { x: [-300, 300], t: [1, 0] });
    expect(run.loss.data[0]).toBe(300);
    expect([...run.d.data]).toEqual([-0.5, 0.5]);
  });
  it('ssim is 1 for equal pictures and below for others', () => {
    const h = new Graph();
    const [a, b] = [h.input('a', [1, 1, 12, 13]), h.input('b', [1, 1, 12, 13])];
    const pixels = ramp(a.shape, (k) => 0.5 + 0.4 * Math.sin(k));
    const same = evaluate([ssim(a, b)], { a: pixels, b: pixels })[0].data[0];
    const off = evaluate([ssim(a, b)], { a: pixels, b: pixels.map((v) => 1 - v) })[0].data[0];
    expect(same).toBeCloseTo(1, 10);
    expect(off).toBeLessThan(-0.5);
  });
  it('ssim agrees with its formula in one window', () => {
    const h = new Graph();
    const [a, b] = [h.input('a', [1, 1, 3, 3]), h.input('b', [1, 1, 3, 3])];
    const [p, q] = [ramp(a.shape, (k) => k / 9), ramp(a.shape, (k) => ((k * 5) % 9) / 9)];
    const kernel = [0, 1, 2].flatMap((i) =>
      [0, 1, 2].map((j) => Math.exp(-((i - 1) ** 2 + (j - 1) ** 2) / 4.5)),
    );
    const total = kernel.reduce((s, v) => s + v);
    const weigh = (f: (k: number) => number) => kernel.reduce((s, v, k) => s + (v / total) * f(k), 0);
    const [mp, mq] = [weigh((k) => p[k]), weigh((k) => q[k])];
    const vp = weigh((k) => (p[k] - mp) ** 2);
    const vq = weigh((k) => (q[k] - mq) ** 2);
    const cov = weigh((k) => (p[k] - mp) * (q[k] - mq));
    const want = ((2 * mp * mq + 1e-4) * (2 * cov + 9e-4)) / ((mp * mp + mq * mq + 1e-4) * (vp + vq + 9e-4));
    const got = evaluate([ssim(a, b)], { a: p, b: q })[0].data[0];
    expect(got).toBeCloseTo(want, 6);
  });
  it('total variation', () => {
    const h = new Graph();
    const a = h.input('a', [1, 1, 2, 2]);
    expect(evaluate([totalVariation(a)], { a: [0, 1, 3, 7] })[0].data[0]).toBe((3 + 6) / 2 + (1 + 4) / 2);
  });
  it('names itself and the shapes when they do not fit', () => {
    const h = new Graph();
    const a = h.input('a', [1, 3, 4, 4]);
    const b = h.input('b', [1, 3, 4, 5]);
    expect(() => l1(a, b)).toThrow('l1(float32[1,3,4,4], float32[1,3,4,5]): both must be of one shape');
    expect(() => l1(a, a, b)).toThrow(/maskedMean/);
    expect(() => crossEntropy(a, a, { weights: h.input('w', [4]) })).toThrow(/the weights must be \[3\]/);
    expect(() => featureLoss([a], [])).toThrow(/featureLoss/);
    expect(() => totalVariation(h.input('c', [1, 1, 1, 4]))).toThrow(/2 x 2/);
  });
});
