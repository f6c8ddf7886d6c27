/**
 * What a step graph is built from and what comes out: the contract between the step graph and whoever runs it.
 */
import type { Emitted } from '../emit.ts';
import type { DType, Graph, Shape, Tensor } from '../graph.ts';
import type { Parameter, Scope, Weights } from '../scope.ts';
import type { AdamW } from './adamw.ts';
import type { Layout } from './layout.ts';

export interface PartSpec {
  readonly name: string;
  /** From `declareParameters`. */
  readonly parameters: readonly Parameter[];
  readonly mode: 'trained' | 'given' | 'constant';
  /** Needed for a constant part and for frozen weights. */
  readonly weights?: Weights;
  /** Of a part that is trained or given: patterns (`encoder.*`) of the weights that stay as they are. */
  readonly frozen?: readonly string[];
  /** Patterns of the parameters that are state. */
  readonly state?: readonly string[];
  /** Of a given part: read the averaged weights instead of the weights. */
  readonly from?: 'theta' | 'ema';
  /** Of a trained part: weights of these patterns learn (and decay) at this factor of the rate. A pre-trained encoder. */
  readonly pace?: { readonly of: readonly string[]; readonly factor: number };
  /** Which weights decay; default those with at least two axes longer than 1. */
  readonly decays?: (p: Pick<Parameter, 'name' | 'shape'>) => boolean;
}

/** What the function that writes the forward pass is given. */
export interface StepContext {
  readonly graph: Graph;
  /** The weights (and state) of a part. @throws GraphError when there is no such part */
  scope(part: string): Scope;
  /** A tensor of the batch, or a number that changes from step to step (shape []). */
  input(name: string, shape: Shape, dtype?: DType): Tensor;
}
/** What it gives back. */
export interface StepForward {
  /** What is minimised, []. Left out: nothing is trained, and all parts are given or constant. */
  readonly total?: Tensor;
  /** Single numbers to report, []. */
  readonly losses?: Readonly<Record<string, Tensor>>;
  /** Other results to hand out: pictures for a sample panel. */
  readonly outputs?: Readonly<Record<string, Tensor>>;
  /** By part and parameter: what state becomes. State that is not named stays as it is. */
  readonly state?: Readonly<Record<string, Readonly<Record<string, Tensor>>>>;
}

export interface StepSpec {
  readonly parts: readonly PartSpec[];
  readonly forward: (context: StepContext) => StepForward;
  readonly optimiser?: Partial<AdamW>;
  /** Whether an averaged copy of the trained weights is kept. Default true. */
  readonly average?: boolean;
  /**
   * Makes the graph for the CPU alone: channels of a block in its own layout of pictures, as `cpuBlock` of
   * main/engine finds it. Convolutions of large pictures are then a fourth faster. Default null: for any device.
   */
  readonly block?: number | null;
}

/** The numbers of a vector that a graph reads or writes, e.g. weights of part `one`: `one/theta`. */
export interface StepVector {
  /** `part/role` */
  readonly name: string;
  readonly part: string;
  readonly role: 'theta' | 'm' | 'v' | 'ema' | 'state' | 'gradient';
  readonly layout: Layout;
  /** For each block, the names of the input and the output; null where the graph does not read or write it. */
  readonly blocks: readonly { readonly input: string | null; readonly output: string | null }[];
}

export interface StepGraph {
  readonly emitted: Emitted;
  readonly vectors: readonly StepVector[];
  /** Tensors of the batch that a run must be given. */
  readonly batch: readonly { readonly name: string; readonly shape: Shape; readonly dtype: DType }[];
  /** Names of the single numbers that come out, `gradient` (its norm) among them in a graph that has one. */
  readonly losses: readonly string[];
  /** Names of other outputs. */
  readonly outputs: readonly string[];
  /** Trained parts: their optimiser's numbers are inputs `PART/rate`, `PART/epsilon`, `PART/keep`. */
  readonly trained: readonly string[];
  readonly adam: AdamW;
  /** Inputs of the optimiser that the graph wants: `clip`, `average`, and the three of each part. */
  readonly scalars: readonly string[];
}
