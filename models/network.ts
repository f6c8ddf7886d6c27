/**
 * What every network of this folder offers: one definition for training and for inference, in three widths, with
 * fixed sizes for each graph that is built from it.
 */
import { Graph, GraphError, type Shape, type Tensor } from '../app/graph/graph.ts';
import { declareParameters, initialWeights, type Parameter, type Scope } from '../app/graph/scope.ts';

export const WIDTHS = ['small', 'base', 'large'] as const;
export type Width = (typeof WIDTHS)[number];

/** Pictures of one graph: all of one size. */
export interface PictureSize {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
}
export interface NetworkInput {
  readonly name: string;
  readonly shape: Shape;
  readonly meaning: string;
}

export interface Network {
  readonly name: string;
  /** What it does, one sentence. */
  readonly task: string;
  /** Height and width must be multiples of this. */
  readonly multiple: number;
  /**
   * Pixels around an output pixel beyond which the input does not matter, at the widest: tiles that overlap by as
   * much join without a seam. null: the network looks at the picture as a whole and must not be tiled.
   */
  readonly margin: number | null;
  /** Patterns of weights that start pre-trained and can be frozen. */
  readonly freezable: readonly string[];
  /** Patterns of parameters that are state, not weights (see `PartSpec.state` of the step graph). */
  readonly state: readonly string[];
  inputs(size: PictureSize): NetworkInput[];
  /**
   * Writes the network down.
   * @param inputs by the names of `inputs`
   * @returns outputs by name; emit only those that are needed
   */
  build(
    scope: Scope,
    inputs: Readonly<Record<string, Tensor>>,
    width: Width,
  ): Readonly<Record<string, Tensor>>;
}

/** Inputs of a graph as the network wants them. @throws GraphError when a side is no multiple of `network.multiple` */
export function networkInputs(graph: Graph, network: Network, size: PictureSize): Record<string, Tensor> {
  if (size.height % network.multiple || size.width % network.multiple)
    throw new GraphError(
      `${network.name}: ${size.width} x ${size.height} pixels; sides must be multiples of ${network.multiple}`,
    );
  return Object.fromEntries(network.inputs(size).map(({ name, shape }) => [name, graph.input(name, shape)]));
}

/** All weights of a network at a width, in order of use; they do not depend on the size of pictures. */
export function networkParameters(network: Network, width: Width): Parameter[] {
  const side = Math.max(64, network.multiple);
  return declareParameters((scope) => {
    network.build(scope, networkInputs(scope.graph, network, { batch: 1, height: side, width: side }), width);
  });
}

/** Stored or fresh weights by name. */
export type NetworkWeights = Map<string, { shape: Shape; data: Float32Array }>;

/**
 * Weights to start from: fresh ones by seed, over which `given` ones are laid (a pre-trained backbone under its
 * prefix; another width or network gives what fits by name and shape).
 */
export function startWeights(
  network: Network,
  width: Width,
  seed: number,
  given: ReadonlyMap<string, { shape: Shape; data: Float32Array }> = new Map(),
  prefix = '',
): NetworkWeights {
  const weights = initialWeights(networkParameters(network, width), seed);
  for (const [name, tensor] of given) {
    const known = weights.get(prefix + name);
    if (known && known.shape.join() === tensor.shape.join())
      weights.set(prefix + name, { shape: known.shape, data: tensor.data });
  }
  return weights;
}
