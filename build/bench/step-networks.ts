/**
 * The networks whose steps are timed: the sample U-Net of the step graph's tests, and those in models/.
 */
import type { Tensor } from '../../app/graph/graph.ts';
import { sub } from '../../app/graph/ops/arithmetic.ts';
import { abs } from '../../app/graph/ops/elementwise.ts';
import { mean } from '../../app/graph/ops/reduce.ts';
import { declareParameters, type Parameter, type Scope } from '../../app/graph/scope.ts';
import { sampleNetwork } from '../../app/graph/step/sample-network.ts';

export interface BenchNetwork {
  readonly name: string;
  readonly parameters: Parameter[];
  /** The result for new inputs of this batch and size. */
  build(scope: Scope, input: (name: string, shape: number[]) => Tensor, batch: number, side: number): Tensor;
}

export function sampleBench(width: number): BenchNetwork {
  const build: BenchNetwork['build'] = (scope, input, batch, side) =>
    sampleNetwork(scope, input('x', [batch, 3, side, side]), width);
  return { name: `sample ${width}`, parameters: parametersOf(build), build };
}

export const parametersOf = (build: BenchNetwork['build']): Parameter[] =>
  declareParameters((s) => void build(s, (name, shape) => s.graph.input(name, shape), 1, 64));

/** Mean absolute distance to an input `truth` of the same shape. */
export const distance = (result: Tensor, input: (name: string, shape: number[]) => Tensor): Tensor =>
  mean(abs(sub(result, input('truth', [...result.shape]))));
