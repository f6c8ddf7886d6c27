/**
 * The networks whose steps are timed: the sample U-Net of the step graph's tests, and those in models/.
 */
import type { Tensor } from '../../app/graph/graph.ts';
import { add, sub } from '../../app/graph/ops/arithmetic.ts';
import { abs } from '../../app/graph/ops/elementwise.ts';
import { mean } from '../../app/graph/ops/reduce.ts';
import { declareParameters, type Parameter, type Scope } from '../../app/graph/scope.ts';
import { sampleNetwork } from '../../app/graph/step/sample-network.ts';
import { networkParameters, networks, type NetworkName, type Width } from '../../models/index.ts';

type Input = (name: string, shape: readonly number[]) => Tensor;
type Outputs = Readonly<Record<string, Tensor>>;
export interface BenchNetwork {
  readonly name: string;
  readonly parameters: Parameter[];
  /** Patterns of parameters that are state. */
  readonly state: readonly string[];
  /** Patterns of parameters that a run may leave as they are. */
  readonly freezable: readonly string[];
  /** The outputs for inputs of this batch and size. */
  build(scope: Scope, input: Input, batch: number, side: number): Outputs;
}

export function sampleBench(width: number): BenchNetwork {
  const build: BenchNetwork['build'] = (scope, input, batch, side) => ({
    picture: sampleNetwork(scope, input('x', [batch, 3, side, side]), width),
  });
  const parameters = declareParameters(
    (s) => void build(s, (name, shape) => s.graph.input(name, shape), 1, 64),
  );
  return { name: `sample-${width}`, parameters, state: [], freezable: [], build };
}

export function modelBench(name: NetworkName, width: Width): BenchNetwork {
  const network = networks[name];
  return {
    name: `${name}-${width}`,
    parameters: networkParameters(network, width),
    state: network.state,
    freezable: network.freezable,
    build(scope, input, batch, side) {
      const list = network.inputs({ batch, height: side, width: side });
      const inputs = Object.fromEntries(list.map((i) => [i.name, input(i.name, i.shape)]));
      return network.build(scope, inputs, width);
    },
  };
}

/** Mean absolute distance of each output to an input `truth.NAME` of its shape, added up. */
export const distance = (outputs: Outputs, input: Input): Tensor =>
  Object.entries(outputs)
    .map(([name, result]) => mean(abs(sub(result, input(`truth.${name}`, result.shape)))))
    .reduce((a, b) => add(a, b));
