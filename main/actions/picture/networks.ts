/**
 * What an action sees of networks: which there are for a task, and running them. The engine implements it
 * (main/engine/networks.ts) with onnxruntime, tiles, fallbacks and the model store; tests with plain functions.
 */
import type { Planar } from '../../../app/planar.ts';

export type NetworkTask = 'one' | 'colorist' | 'restorer' | 'filler' | 'upscaler' | 'faces';

/** Named tensors, float32, NCHW. */
export type NetworkTensors = Record<string, { dims: readonly number[]; data: Float32Array }>;

export interface ApplyOptions {
  signal?: AbortSignal;
  onProgress?: (share: number) => void;
  /** Planes of this size come again and again: they are not rounded up to a size that others share. */
  exact?: boolean;
}

export interface OpenNetwork {
  /** For the change record. */
  readonly name: string;
  readonly sha256: string;
  /** Sides of the inputs are multiples of this. */
  readonly multiple: number;
  /** Pixels around a place that its result depends on; null: the whole picture, it must not be tiled. */
  readonly reach: number | null;
  /** Runs once on tensors whose sizes fit `multiple`. Throws RevealError 'engine' when no device can, 'cancelled' on abort. */
  run(inputs: NetworkTensors, signal?: AbortSignal): Promise<NetworkTensors>;
  /**
   * Runs on planes of any size: mirrored up to `multiple`, in tiles that overlap by `reach` when the picture is
   * larger than the device takes ('too big': smaller tiles, then the CPU), the answer cut to the planes' size
   * (times the network's own scale for an upscaler).
   * @param planes by input name, all of one size
   */
  apply(planes: Record<string, Planar>, options?: ApplyOptions): Promise<Record<string, Planar>>;
}

export interface Networks {
  /**
   * The network for a task. `name`: one of the model store; '' our own.
   * @returns null when there is none with weights for this task (the step then does without, and says so)
   * @throws RevealError 'not-found' when a named model is not there any more, naming it
   */
  open(task: NetworkTask, name?: string): Promise<OpenNetwork | null>;
}
