import { describe, expect, it } from 'vitest';
import { checkDirections } from './directions.ts';
import { add, mul, sub } from './ops/arithmetic.ts';
import { square, stopGradient } from './ops/elementwise.ts';
import { mean } from './ops/reduce.ts';
import { declareParameters, initialWeights, type Scope } from './scope.ts';
import { sampleNetwork } from './step/sample-network.ts';
import type { Tensor } from './graph.ts';

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
  it('disagree where the gradient lacks one path in twenty', async () => {
    // y = 0.95 y + 0.05 stop(y): the same loss, a gradient that is 5 % too small.
    const spoil = (y: Tensor) => add(mul(y, 0.95), mul(stopGradient(y), 0.05));
    await expect(
      checkDirections((s, input) => loss(s, input, spoil), parameters, weights, { directions: 0 }),
    ).rejects.toThrow(/direction 0/);
  });
});
