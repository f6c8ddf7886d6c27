import { describe, expect, it } from 'vitest';
import { checkDirections } from './directions.ts';
import { add, mul, sub } from './ops/arithmetic.ts';
import { square, stopGradient } from './ops/elementwise.ts';
import { mean } from './ops/reduce.ts';
import { declareParameters, initialWeights, type Scope } from './scope.ts';
import { sampleNetwork } from './step/sample-network.ts';
import { apply, type Operator, type Tensor } from './graph.ts';

type Input = (name: string, shape: readonly number[]) => Tensor;
const loss = (scope: Scope, input: Input, spoil = (x: Tensor): Tensor => x): Tensor => {
  const y = spoil(sampleNetwork(scope, input('x', [2, 3, 16, 16]), 8));
  return mean(square(sub(y, input('y', [2, 3, 16, 16]))));
};
const parameters = declareParameters((s) => void loss(s, (name, shape) => s.graph.input(name, shape)));
const weights = initialWeights(parameters, 5);

describe('gradients along directions', () => {
  it('of the whole sample network agree with central differences to 1e-3', async () => {
    const results = await checkDirections((s, input) => loss(s, input), parameters, weights);
    expect(results).toHaveLength(4);
    expect(Math.abs(results[0].slope)).toBeGreaterThan(1e-3);
  });
  it.each([false, true])('disagree where the gradient lacks one path in twenty, exact: %s', async (exact) => {
    // The same loss, a gradient that is 5 % too small.
    const lacking: Operator = {
      name: 'lacking',
      infer: ([x]) => [x],
      emit: (e, _node, inputs) => e.node('Identity', inputs),
      gradient: (_node, [dy]) => [mul(dy as Tensor, 0.95)],
      evaluate: ([x]) => [x.data],
    };
    const spoil = (y: Tensor) => apply(lacking, [y], {});
    await expect(
      checkDirections((s, input) => loss(s, input, spoil), parameters, weights, { directions: 0, exact }),
    ).rejects.toThrow(/direction 0/);
  });
  it('exactly: a weight whose gradient is small beside the others counts as they do', async () => {
    const faint: Operator = {
      name: 'faint',
      infer: ([x]) => [x],
      emit: (e, _node, inputs) => e.node('Identity', inputs),
      gradient: (_node, [dy]) => [mul(dy as Tensor, 2)],
      evaluate: ([x]) => [x.data],
    };
    const both = declareParameters(
      (s) =>
        void [
          s.parameter('a', [2], () => new Float32Array([1, 2])),
          s.parameter('b', [1], () => new Float32Array([3])),
        ],
    );
    const build = (s: Scope): Tensor => {
      const [a, b] = [
        s.parameter('a', [2], () => new Float32Array(2)),
        s.parameter('b', [1], () => new Float32Array(1)),
      ];
      return add(mean(square(a)), mul(mean(square(apply(faint, [b], {}))), 1e-5));
    };
    const start = initialWeights(both, 1);
    await checkDirections(build, both, start, { directions: 0 });
    await expect(checkDirections(build, both, start, { directions: 0, exact: true })).rejects.toThrow(
      /direction 0/,
    );
  });
  it('take what goes through stopGradient as given', async () => {
    const spoil = (y: Tensor) => add(mul(y, 0.5), mul(stopGradient(y), 0.5));
    const results = await checkDirections((s, input) => loss(s, input, spoil), parameters, weights, {
      directions: 1,
    });
    expect(results).toHaveLength(2);
  });
});
