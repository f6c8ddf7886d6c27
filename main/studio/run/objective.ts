/**
 * What a network is trained for: which tensors of the loader's batch it takes, how far its output is from the
 * truth (the content loss), and what a critic is shown of it. One entry for each network of models/; the formulas
 * of the losses are in app/graph/losses.
 */
import type { Graph, Shape, Tensor } from '../../../app/graph/graph.ts';
import type { Planar } from '../../../app/planar.ts';
import type { Network } from '../../../models/network.ts';
import type { TrainSession } from '../../engine/train-session.ts';
import type { Batch, BatchTensor, TaskName } from '../dataset/types.ts';
import type { Validation } from './validate.ts';

/** Tensors of one step by name: those of the loader's task. */
export type StepTensors = Readonly<Record<string, Tensor>>;
export type StepNumbers = Readonly<Record<string, BatchTensor>>;

export interface Objective {
  readonly network: Network;
  readonly task: TaskName;
  /** Shapes of the batch's tensors. */
  tensors(batch: number, size: number): Record<string, Shape>;
  /**
   * The loss of the network's outputs, as a single number, and its parts to report.
   * @param outputs as `network.build` gives them
   */
  content(
    outputs: StepTensors,
    batch: StepTensors,
  ): { total: Tensor; parts: Readonly<Record<string, Tensor>> };
  /** What the critic sees of an output, [N, C, h, w]. */
  made(outputs: StepTensors, batch: StepTensors): Tensor;
  /** What the critic sees of the truth, of the same shape. */
  real(batch: StepTensors, graph: Graph): Tensor;
  /** Weight of the critic's opinion beside the content loss. */
  readonly adversarial: number;
  /**
   * Weight of the squared distance between what the critic goes by in made and in real things, on the mean over the batch
   * (feature matching: Salimans et al. 2016); for critics that give `features`.
   */
  readonly matching?: number;
  /** How many times faster the critic learns, where not as critics of pictures do. */
  readonly criticPace?: number;
  /** Outputs that `picture` needs. */
  readonly shown: readonly string[];
  /** Sample `index` of a batch as pictures: what went in, what came out, what was right; and its mask if it has one. */
  picture(
    index: number,
    outputs: StepNumbers,
    batch: StepNumbers,
  ): { input: Planar; output: Planar; truth: Planar; mask: Planar | null };
  /** Judge of a GAN, where it is not the critic of pictures. */
  readonly critic?: Network;
  /** How figures and the panel are made, where not from pictures. */
  readonly validate?: (
    looking: TrainSession,
    objective: Objective,
    batches: readonly Batch[],
  ) => Promise<Validation>;
  /** Peak learning rate when the finder says nothing. */
  readonly rate: number;
  /** Decoupled weight decay. */
  readonly decay: number;
  /** The figure on the test pictures that decides which weights are best, smaller is better. */
  verdict(figures: Readonly<Record<string, number>>): number;
}
