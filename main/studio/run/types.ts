/** What a training run is given, what it tells while it goes on, and what it says at its end. */
import type { Weights } from '../../../app/graph/scope.ts';
import type { Sentence } from '../../../app/words/sentences.ts';
import type { ProviderFailure, ProviderName, SessionStore } from '../../engine/session.ts';
import type { Dataset, Loader, LoaderOptions } from '../dataset/types.ts';
import type { LogLine } from './log.ts';
import type { RunModel } from './model.ts';
import type { Objective } from './objective.ts';
import type { RunFile } from './position.ts';

export interface Notice {
  kind: string;
  text: Sentence;
}
export interface RunRequest {
  dir: string;
  run: RunFile;
  dataset: Dataset;
  objective: Objective;
  /** Weights the run begins with, all of them. */
  weights: Weights;
  /** Weights of the critic, when one has learnt already. */
  critic: Weights;
  model: RunModel;
  /** Sessions of one stage. @param known what is known not to work from the stages before */
  openStore(known: readonly ProviderFailure[]): SessionStore;
  order: ProviderName[];
  /** Layout of the CPU's convolutions when it is the CPU that trains; see `cpuBlock`. */
  block: number | null;
  /** The model that is in use, to be measured on the same pictures; null: none. */
  inUse: Weights | null;
  /** What is to be told at the beginning: a device that was asked for and is missing, a broken model in use. */
  notices: readonly Notice[];
  /** Goes on from the folder's checkpoint. */
  resume: boolean;
  loaderThreads?: number;
  /** Where batches come from, if not from `createLoader`. */
  makeLoader?: (dataset: Dataset, options: LoaderOptions) => Loader;
  /** Seconds between checkpoints (60). */
  checkpointSeconds?: number;
}
export interface RunProgress {
  step: number;
  seconds: number;
  secondsLeft: number | null;
  imagesPerSecond: number | null;
  device: string | null;
}
export interface RunHooks {
  line(line: LogLine): void;
  progress(progress: RunProgress): void;
}
export interface RunResult {
  state: 'done' | 'stopped';
  because: Sentence;
  step: number;
}
