/**
 * For the tests of the language: runs an emitted model in onnxruntime, and holds an operator against its own
 * definition in both directions, values (onnxruntime against the naive reference) and gradients (the gradient
 * rule against central differences of the naive reference, in double precision).
 */
import { createRequire } from 'node:module';
import { expect } from 'vitest';
import { seeded } from '../random.ts';
import { differentiate } from './differentiate.ts';
import { emit, type Emitted } from './emit.ts';
import { evaluate } from './evaluate.ts';
import { Graph, size, type Shape, type Tensor } from './graph.ts';
import { mul } from './ops/arithmetic.ts';
import { sum } from './ops/reduce.ts';

interface OrtTensor {
  data: ArrayLike<number | bigint>;
  dims: readonly number[];
}
interface Ort {
  InferenceSession: {
    create(
      bytes: Uint8Array,
      options: object,
    ): Promise<{
      run(feeds: Record<string, unknown>): Promise<Record<string, OrtTensor>>;
      release(): Promise<void>;
    }>;
  };
  Tensor: new (
    type: string,
    data: Float32Array | BigInt64Array | Uint8Array,
    dims: readonly number[],
  ) => OrtTensor;
}
const ort = createRequire(import.meta.url)('onnxruntime-node') as Ort;

type Results = Record<string, { shape: Shape; data: Float64Array }>;

/** Numbers of the outputs, as onnxruntime computes them on the CPU. */
export const runOnnx = (
  outputs: Readonly<Record<string, Tensor>>,
  feeds: Readonly<Record<string, ArrayLike<number>>>,
): Promise<Results> => runEmitted(emit(outputs), feeds);

/** The same for a model that is written already; feeds that it does not ask for are ignored. */
export async function runEmitted(
  model: Emitted,
  feeds: Readonly<Record<string, ArrayLike<number>>>,
): Promise<Results> {
  const { run, close } = await openEmitted(model);
  try {
    return await run(feeds);
  } finally {
    await close();
  }
}

/** A session of a model, for many runs. */
export async function openEmitted(model: Emitted) {
  const session = await ort.InferenceSession.create(model.bytes, {
    logSeverityLevel: 3,
    intraOpNumThreads: 1,
    executionMode: 'sequential',
  });
  const run = async (feeds: Readonly<Record<string, ArrayLike<number>>>): Promise<Results> => {
    const tensors = model.inputs.map(({ name, shape, dtype }) => [
      name,
      dtype === 'int64'
        ? new ort.Tensor('int64', BigInt64Array.from(Array.from(feeds[name], (v) => BigInt(v))), shape)
        : dtype === 'bool'
          ? new ort.Tensor('bool', Uint8Array.from(feeds[name]), shape)
          : new ort.Tensor('float32', Float32Array.from(feeds[name]), shape),
    ]);
    const results = await session.run(Object.fromEntries(tensors) as Record<string, unknown>);
    return Object.fromEntries(
      Object.entries(results).map(([name, t]) => [
        name,
        { shape: t.dims, data: Float64Array.from(Array.from(t.data, Number)) },
      ]),
    );
  };
  return { run, close: () => session.release() };
}

/** Distance in units of the larger of 1 and the reference's size. */
export function worstError(got: ArrayLike<number>, want: ArrayLike<number>): number {
  expect(got.length).toBe(want.length);
  let worst = 0;
  for (let i = 0; i < want.length; i++) {
    if (Object.is(got[i], want[i])) continue;
    const error = Math.abs(got[i] - want[i]) / Math.max(1, Math.abs(want[i]));
    // A NaN on one side only is an error like any other.
    worst = Math.max(worst, Number.isNaN(error) ? Infinity : error);
  }
  return worst;
}

export interface CheckOptions {
  /** Largest error of onnxruntime (float32) against the reference. Default 1e-5. */
  tolerance?: number;
  /** Values to feed; default uniform in low..high, kept `apart` from zero so that kinks are not straddled. */
  feeds?: Record<string, ArrayLike<number>>;
  low?: number;
  high?: number;
  apart?: number;
  /** Inputs whose gradient is checked; default all float inputs. Empty: values only. */
  wrt?: readonly string[];
}

/**
 * Checks an expression: `build` gets one input tensor for each shape and gives the result. Values in onnxruntime
 * must agree with the naive reference; the gradient of a random weighting of the result must agree with central
 * differences, element by element, and when emitted, in onnxruntime too.
 */
export async function checkOperator(
  shapes: Readonly<Record<string, Shape>>,
  build: (inputs: Record<string, Tensor>) => Tensor,
  options: CheckOptions = {},
): Promise<void> {
  const graph = new Graph();
  const inputs: Record<string, Tensor> = {};
  const feeds: Record<string, Float64Array> = {};
  const random = seeded('check', JSON.stringify(shapes));
  const apart = options.apart ?? 0.01;
  for (const [name, shape] of Object.entries(shapes)) {
    inputs[name] = graph.input(name, shape);
    feeds[name] = Float64Array.from(
      options.feeds?.[name] ??
        Array.from({ length: size(shape) }, () => {
          let v = 0;
          do v = random.uniform(options.low ?? -1, options.high ?? 1);
          while (Math.abs(v) < apart);
          return v;
        }),
      // What onnxruntime is given is float32, so the reference is given the same.
      (v) => Math.fround(v),
    );
  }
  const y = build(inputs);
  const tolerance = options.tolerance ?? 1e-5;
  const [reference] = evaluate([y], feeds);
  const run = await runOnnx({ y }, feeds);
  expect(run.y.shape).toEqual(y.shape);
  expect(worstError(run.y.data, reference.data), 'onnxruntime against the reference').toBeLessThan(tolerance);

  const names = options.wrt ?? Object.keys(shapes);
  if (names.length === 0) return;
  const weights = Float64Array.from({ length: size(y.shape) }, () => Math.fround(random.uniform(-1, 1)));
  const loss = sum(mul(y, graph.constant(weights, y.shape)));
  const gradients = differentiate(
    loss,
    names.map((name) => inputs[name]),
  );
  const byRule = evaluate(gradients, feeds);
  const emitted = await runOnnx(Object.fromEntries(gradients.map((g, i) => [`g${i}`, g])), feeds);
  for (const [i, name] of names.entries()) {
    const h = 1e-5;
    const numeric = feeds[name].map((v, k) => {
      const at = (value: number) => {
        const moved = feeds[name].slice();
        moved[k] = value;
        return evaluate([loss], { ...feeds, [name]: moved })[0].data[0];
      };
      return (at(v + h) - at(v - h)) / (2 * h);
    });
    expect(worstError(byRule[i].data, numeric), `gradient rule for ${name}`).toBeLessThan(1e-6);
    expect(worstError(emitted[`g${i}`].data, numeric), `emitted gradient for ${name}`).toBeLessThan(
      tolerance * 3,
    );
  }
}
