/**
 * For tests of whole networks: holds the gradient that training uses, in single precision as onnxruntime computes it,
 * against central differences of the loss along random directions of all weights at once. Element by element this
 * would take a run for each weight and be spoilt by the kinks of rectifiers; along a direction the kinks of single
 * pixels drown. Where they do not (a deep encoder bends at every ten-millionth of its weights), the differences come
 * from the naive reference in double precision, by steps that are shorter than that.
 *
 * `stopGradient` says that something is to be taken as given. A difference would see it move, so it is held at what
 * it is in the middle.
 */
import { expect } from 'vitest';
import { seeded, type Random } from '../random.ts';
import { differentiate } from './differentiate.ts';
import { emit } from './emit.ts';
import { evaluate } from './evaluate.ts';
import { Graph, reachable, size, type Tensor } from './graph.ts';
import { vectorScope, type Parameter, type Scope, type Weights } from './scope.ts';
import { openEmitted, runEmitted } from './testing.ts';

export interface DirectionOptions {
  /** How many directions beside that of the gradient itself. Default 3. */
  directions?: number;
  /** Largest relative difference allowed. Default 1e-3. */
  tolerance?: number;
  /** Lengths of the step to either side, relative to the weights' length; the best agreement counts. */
  steps?: readonly number[];
  /**
   * Differences by the naive reference in double precision, and directions in which every weight tensor has an equal
   * share of the slope, so that large gradients do not hide small ones. Default false.
   */
  exact?: boolean;
  /** With `exact`: weights that have no gradient here, in order; all others must have one. Default none. */
  asleep?: readonly string[];
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

const length = (v: Float64Array): number => Math.sqrt(v.reduce((sum, x) => sum + x * x, 0));
function scaled(v: Float64Array): Float64Array {
  const factor = 1 / length(v);
  return v.map((x) => x * factor);
}

/** What goes through `stopGradient`, by the name of the input that stands for it in the same loss, given too. */
function held(loss: Tensor): { loss: Tensor; stopped: Record<string, Tensor> } {
  const stopped: Record<string, Tensor> = {};
  const made = new Map<Tensor, Tensor>();
  for (const t of reachable([loss])) {
    const { origin } = t;
    if (origin.kind !== 'node') made.set(t, t);
    else if (origin.node.operator.name === 'stopGradient') {
      const name = `stopped.${t.id}`;
      stopped[name] = t;
      made.set(t, loss.graph.input(name, t.shape));
    } else {
      const { operator, inputs, attributes } = origin.node;
      const changed = inputs.map((input) => made.get(input) as Tensor);
      made.set(t, loss.graph.apply(operator, changed, attributes)[origin.index]);
    }
  }
  return { loss: made.get(loss) as Tensor, stopped };
}

/**
 * Checks the gradient of a network. Directions mix the gradient's own with a random one, so that the slope is not
 * lost in the rounding of the loss; the error is relative to the slope. The first step that agrees is enough.
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
  const { directions = 3, tolerance = 1e-3, exact = false, block = null } = options;
  const { steps = exact ? [1e-9, 1e-10, 1e-11] : [1e-3, 3e-4, 1e-4, 3e-5] } = options;
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
  const still = held(loss);
  const both = await runEmitted(emit({ loss, gradient, ...still.stopped }, { block }), { ...feeds, theta });
  for (const name of Object.keys(still.stopped)) feeds[name] = both[name].data;
  const g = both.gradient.data;
  expect(length(g), 'length of the gradient').toBeGreaterThan(0);
  /** The gradient, and something random of twice its length (or without that); tensor by tensor if `exact`. */
  const direction = (random: Random | null): Float64Array => {
    const chance = Float64Array.from(theta, () => random?.normal() ?? 0);
    if (random) chance.set(scaled(chance));
    if (!exact) return scaled(scaled(g).map((x, i) => x + 2 * chance[i]));
    const d = new Float64Array(theta.length);
    const asleep: string[] = [];
    let start = 0;
    for (const { name, shape } of parameters) {
      const end = start + size(shape);
      const own = g.subarray(start, end);
      const slope = length(own);
      const wild = chance.subarray(start, end);
      const factor = random ? 2 / length(wild) : 0;
      if (slope > 0)
        d.set(
          own.map((x, i) => (x / slope + factor * wild[i]) / slope),
          start,
        );
      else asleep.push(name);
      start = end;
    }
    expect(asleep, 'weights without a gradient').toEqual(options.asleep ?? []);
    return scaled(d);
  };

  const forward = exact ? null : await openEmitted(emit({ loss: still.loss }, { block }));
  const at = async (d: Float64Array, h: number): Promise<{ value: number; moved: Float64Array }> => {
    // The step that single precision really takes is what the difference is divided by.
    const moved = Float64Array.from(theta, (x, i) => (forward ? Math.fround(x + h * d[i]) : x + h * d[i]));
    const all = { ...feeds, theta: moved };
    const value = forward ? (await forward.run(all)).loss.data[0] : evaluate([still.loss], all)[0].data[0];
    return { value, moved };
  };
  const results: DirectionResult[] = [];
  try {
    for (let k = 0; k <= directions; k++) {
      const d = direction(k === 0 ? null : seeded('direction', k));
      let best: DirectionResult = { slope: 0, difference: 0, error: Infinity };
      for (const step of steps) {
        const h = step * length(theta);
        const [plus, minus] = [await at(d, h), await at(d, -h)];
        const slope = plus.moved.reduce((s, x, i) => s + g[i] * (x - minus.moved[i]), 0) / (2 * h);
        const difference = (plus.value - minus.value) / (2 * h);
        const error = Math.abs(difference - slope) / Math.abs(slope);
        if (error < best.error) best = { slope, difference, error };
        if (error < tolerance) break;
      }
      results.push(best);
      expect(best.error, `direction ${k}: slope ${best.slope}, difference ${best.difference}`).toBeLessThan(
        tolerance,
      );
    }
  } finally {
    await forward?.close();
  }
  return results;
}
