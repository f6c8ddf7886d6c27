/**
 * Where a network's weights come from. A network is written once, as a function of a `Scope` and its inputs; the
 * scope decides what `parameter` means: collect the list of weights (`declareParameters`), read stored weights as
 * constants (`constantScope`, for inference and for frozen parts, so that onnxruntime may rearrange them), or cut
 * them out of one flat vector that is an input of the graph (`vectorScope`, for training).
 */
import { Graph, GraphError, size, type Shape, type Tensor } from './graph.ts';
import { reshape, split } from './ops/shape.ts';
import { seeded, type Random } from '../random.ts';

/** How a weight starts. Draws from the stream that belongs to the weight's name, so order never matters. */
export type Initial = (shape: Shape, random: Random) => Float32Array;
export interface Parameter {
  readonly name: string;
  readonly shape: Shape;
  readonly initial: Initial;
}

export interface Scope {
  readonly graph: Graph;
  /** The weight of this name. @throws GraphError when it is asked for with two shapes or is not to be had */
  parameter(name: string, shape: Shape, initial: Initial): Tensor;
  /** A scope in which every name is prefixed with `prefix.`. */
  within(prefix: string): Scope;
}

/** A scope from a lookup of full names. */
export function makeScope(graph: Graph, lookup: (parameter: Parameter) => Tensor, prefix = ''): Scope {
  return {
    graph,
    parameter: (name, shape, initial) => lookup({ name: prefix + name, shape, initial }),
    within: (inner) => makeScope(graph, lookup, `${prefix}${inner}.`),
  };
}

/** The weights that a network asks for, in order of first use. The graph it is built on is thrown away. */
export function declareParameters(build: (scope: Scope) => void): Parameter[] {
  const graph = new Graph();
  const found = new Map<string, { parameter: Parameter; tensor: Tensor }>();
  const scope = makeScope(graph, (parameter) => {
    const known = found.get(parameter.name);
    if (known) {
      if (known.parameter.shape.join() !== parameter.shape.join())
        throw new GraphError(
          `parameter ${parameter.name}: asked for as [${known.parameter.shape.join(',')}] and as [${parameter.shape.join(',')}]`,
        );
      return known.tensor;
    }
    const tensor = graph.input(parameter.name, parameter.shape);
    found.set(parameter.name, { parameter, tensor });
    return tensor;
  });
  build(scope);
  return [...found.values()].map((f) => f.parameter);
}

/** Weights by name. */
export type Weights = ReadonlyMap<string, { shape: Shape; data: Float32Array }>;

/** Weights as constants of the graph. @throws GraphError when one is missing or of another shape */
export function constantScope(graph: Graph, weights: Weights): Scope {
  const made = new Map<string, Tensor>();
  return makeScope(graph, ({ name, shape }) => {
    const known = made.get(name);
    if (known) return known;
    const stored = weights.get(name);
    if (!stored) throw new GraphError(`parameter ${name}: the weights have none of that name`);
    if (stored.shape.join() !== shape.join())
      throw new GraphError(
        `parameter ${name}: the network wants [${shape.join(',')}], the weights have [${stored.shape.join(',')}]`,
      );
    const tensor = graph.constant(stored.data, shape, name);
    made.set(name, tensor);
    return tensor;
  });
}

/** Weights cut out of a flat vector [total of the sizes], in the order of `parameters`. */
export function vectorScope(vector: Tensor, parameters: readonly Parameter[]): Scope {
  const sizes = parameters.map((p) => size(p.shape));
  const parts = split(vector, sizes, 0);
  const made = new Map(parameters.map((p, i) => [p.name, reshape(parts[i], p.shape)]));
  return makeScope(vector.graph, ({ name, shape }) => {
    const tensor = made.get(name);
    if (!tensor) throw new GraphError(`parameter ${name}: not in the vector`);
    if (tensor.shape.join() !== shape.join())
      throw new GraphError(
        `parameter ${name}: asked for as [${shape.join(',')}], the vector has [${tensor.shape.join(',')}]`,
      );
    return tensor;
  });
}

/** Tries scopes in turn: a network whose encoder is frozen takes some weights from constants, the rest from a vector. */
export function layeredScope(graph: Graph, pick: (name: string) => Scope): Scope {
  return makeScope(graph, ({ name, shape, initial }) => pick(name).parameter(name, shape, initial));
}

/** Fresh weights for a list of parameters. Same seed and name, same numbers. */
export function initialWeights(
  parameters: readonly Parameter[],
  seed: number,
): Map<string, { shape: Shape; data: Float32Array }> {
  return new Map(
    parameters.map((p) => {
      const data = p.initial(p.shape, seeded(seed, 'weight', p.name));
      if (data.length !== size(p.shape))
        throw new GraphError(
          `parameter ${p.name}: its start has ${data.length} numbers for [${p.shape.join(',')}]`,
        );
      return [p.name, { shape: p.shape, data }];
    }),
  );
}
