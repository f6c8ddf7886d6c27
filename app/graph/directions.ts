/**
 * For tests of whole networks: holds the gradient that training uses against central differences of the loss along
 * random directions of all weights at once, in single precision, as onnxruntime computes them. Element by element
 * this would take a run for each weight and be spoilt by the kinks of rectifiers; along a direction the kinks of
 * single pixels drown.
 */
import { expect } from 'vitest';
import { seeded } from '../random.ts';
import { differentiate } from './differentiate.ts';
import { emit } from './emit.ts';
import { Graph, type Tensor } from './graph.ts';
import { vectorScope, type Parameter, type Scope, type Weights } from './scope.ts';
import { openEmitted, runEmitted } from './testing.ts';

export interface DirectionOptions {
  /** How many directions beside that of the gradient itself. Default 3. */
  directions?: number;
  /** Largest relative difference allowed. Default 1e-3. */
  tolerance?: number;
  /** Lengths of the step to either side, relative to the weights' length; the best agreement counts. */
  steps?: readonly number[];
  /** Values of the network's inputs by name; default uniform in 0..1. */
  feeds?: Readonly<Record<string, ArrayLike<number>>>;
  /** Of the CPU's own layout (`emit`). Default null. */
  block?: number | null;
}
export interface DirectionResult {
  readonly slope: number;
  readonly difference: number;
  /** |difference - slope| / |slope| */
  readonly error: number;
}

/**
 * Checks the gradient of a network. Directions mix the gradient's own with a random one, so that the slope is not
 * lost in the rounding of the loss; the error is relative to the slope.
 * @param build the loss, [], of a scope and inputs made with `input`
 * @param parameters from `declareParameters`; weights: where to check
 * @returns what was found, for printing; fails the test where a direction disagrees by more than the tolerance
 */
export async function checkDirections(
  build: (scope: Scope, input: (name: string, shape: readonly number[]) => Tensor) => Tensor,
  parameters: readonly Parameter[],
  weights: Weights,
  options: DirectionOptions = {},
): Promise<DirectionResult[]> {
  const { directions = 3, tolerance = 1e-3, steps = [1e-3, 3e-4, 1e-4, 3e-5], block = null } = options;
  const theta = Float64Array.from(
    parameters.flatMap((p) => {
      const stored = weights.get(p.name);
      expect(stored?.shape, `weight ${p.name}`).toEqual(p.shape);
      return Array.from(stored?.data ?? []);
    }),
  );
  const feeds: Record<string, ArrayLike<number>> = { ...options.feeds };
  const graph = new Graph();
  const vector = graph.input('theta', [theta.length]);
  const loss = build(vectorScope(vector, parameters), (name, shape) => {
    const random = seeded('directions', name);
    feeds[name] ??= Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.next());
    return graph.input(name, shape);
  });
  const [gradient] = differentiate(loss, [vector]);
  const both = await runEmitted(emit({ loss, gradient }, { block }), { ...feeds, theta });
  const g = both.gradient.data;
  const length = (v: Float64Array) => Math.sqrt(v.reduce((s, x) => s + x * x, 0));
  const scaled = (v: Float64Array) => {
    const factor = 1 / length(v);
    return v.map((x) => x * factor);
  };
  expect(length(g), 'length of the gradient').toBeGreaterThan(0);

  const forward = await openEmitted(emit({ loss }, { block }));
  const at = async (d: Float64Array, h: number): Promise<{ value: number; moved: Float64Array }> => {
    // The step that single precision really takes is what the difference is divided by.
    const moved = Float64Array.from(theta, (x, i) => Math.fround(x + h * d[i]));
    return { value: (await forward.run({ ...feeds, theta: moved })).loss.data[0], moved };
  };
  const results: DirectionResult[] = [];
  try {
    for (let k = 0; k <= directions; k++) {
      const random = seeded('direction', k);
      const chance = scaled(Float64Array.from(theta, () => random.normal()));
      const own = scaled(g);
      const d = k === 0 ? own : scaled(own.map((x, i) => x + 2 * chance[i]));
      let best: DirectionResult = { slope: 0, difference: 0, error: Infinity };
      for (const step of steps) {
        const h = step * length(theta);
        const [plus, minus] = [await at(d, h), await at(d, -h)];
        const slope = plus.moved.reduce((s, x, i) => s + g[i] * (x - minus.moved[i]), 0) / (2 * h);
        const difference = (plus.value - minus.value) / (2 * h);
        const error = Math.abs(difference - slope) / Math.abs(slope);
        if (error < best.error) best = { slope, difference, error };
      }
      results.push(best);
      expect(best.error, `direction ${k}: slope ${best.slope}, difference ${best.difference}`).toBeLessThan(
        tolerance,
      );
    }
  } finally {
    await forward.close();
  }
  return results;
}
