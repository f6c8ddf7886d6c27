/** Datasets of the Studio: open one, and stream batches of a task from it. */
export { createLoader } from './loader.ts';
export { openDataset } from './open.ts';
export { presetNames, taskNames } from './types.ts';
export type {
  Batch,
  BatchTensor,
  Dataset,
  DatasetPicture,
  Loader,
  LoaderOptions,
  Manifest,
  PresetName,
  Problem,
  Split,
  TaskName,
} from './types.ts';
