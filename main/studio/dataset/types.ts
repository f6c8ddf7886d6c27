/**
 * What a dataset is to the rest of the Studio: a list of pictures with their split, a way to read each, and a
 * loader that turns them into batches of tensors. Pictures are named by `id`, which is stable from run to run.
 */
import type { Preset } from '../../../app/degrade/types.ts';
import type { Planar } from '../../../app/planar.ts';

export type Split = 'train' | 'test';

/** Where the bytes of a picture file lie: a file of its own (length -1 = all of it), or a part of a tar. */
export interface Place {
  file: string;
  offset: number;
  length: number;
}

/** One picture of a dataset, or one registered pair. */
export interface DatasetPicture {
  id: string;
  split: Split;
  /** What it came from: a source of the index, a folder, a film. */
  source: string;
  /** Pixels as stored; 0 where it is not known before decoding. */
  width: number;
  height: number;
  place: Place;
  /**
   * Of a real pair: where the *input* lies (the negative, the damaged print); `place` is its truth. `registered`
   * says that both already have the same size and lie on each other.
   */
  pair: { place: Place; registered: boolean } | null;
}

/** How a dataset was built (dataset.json); null parts where the folder was not built by us. */
export interface Manifest {
  kind: 'built' | 'tars' | 'folder';
  /** Preset that the dataset was built for, null when nothing says. */
  preset: PresetName | null;
  /** Shorter side of its pictures in pixels, null when they differ. */
  size: number | null;
  /** Everything of dataset.json, as it was written. */
  details: Record<string, unknown> | null;
}

export interface Problem {
  id: string;
  reason: string;
}

export interface Dataset {
  /** The folder's name. */
  name: string;
  dir: string;
  pictures: DatasetPicture[];
  manifest: Manifest;
  /** Files that were passed over when the dataset was opened, with the reason. */
  problems: Problem[];
  /**
   * The picture in its standard size (shorter side at most 256 px), three planes, 0..1. Of a pair: the truth.
   * @throws RevealError 'not-found' for an unknown id, 'bad-input' when the file cannot be decoded
   */
  read(id: string): Promise<Planar>;
}

export const presetNames = ['lapaz', 'print', 'negative', 'film'] as const;
export type PresetName = (typeof presetNames)[number];

export const taskNames = ['one', 'colorist', 'restorer', 'filler', 'upscaler'] as const;
export type TaskName = (typeof taskNames)[number];

export interface LoaderOptions {
  task: TaskName;
  split: Split;
  /** Pixels of a side; a multiple of 4 for `colorist`, even for `upscaler` (whose input has half as many). */
  size: number;
  /** Pictures of a step. */
  batch: number;
  seed: number;
  /**
   * One preset of app/degrade, or several of which each sample takes one at random. Used by `one`; the others
   * have degradations of their own.
   */
  preset: Preset | readonly Preset[];
  /** Worker threads; by default one less than there are cores, at least one. */
  workers?: number;
  /** Batches made ahead; by default one more than there are workers. */
  prefetch?: number;
  /** Bytes of decoded pictures kept in memory (600 MB). */
  cacheBytes?: number;
  /** Random crop, scale and flip; by default for `train` only. */
  augment?: boolean;
  /** Called once for every picture that had to be replaced. */
  onProblem?: (problem: Problem) => void;
}

export interface BatchTensor {
  dims: number[];
  data: Float32Array;
}

/** One step's pictures. `ids` and `groups` have one entry a sample. */
export interface Batch {
  step: number;
  tensors: Record<string, BatchTensor>;
  ids: string[];
  groups: string[];
}

export interface Loader {
  /** Pictures (or pairs) of the split. */
  readonly count: number;
  /** Steps that show every picture once. */
  readonly stepsPerEpoch: number;
  /** Seconds that `next` has made its callers wait, all calls together. */
  readonly waitSeconds: number;
  /** Pictures that could not be used and were replaced, with the reason; each once. */
  readonly problems: readonly Problem[];
  /**
   * The batch of a step. The same step gives the same numbers on every machine, in whatever order it is asked
   * for; asked for in order it is made ahead.
   * @throws RevealError 'bad-input' when no picture of the split can be used, 'cancelled' after `close`
   */
  next(step: number): Promise<Batch>;
  close(): Promise<void>;
}
