/**
 * The Studio's jobs: building a dataset and carrying a training run, each a job of one item on a lane of its own,
 * in an engine process of its own. A pause ends the work where it stands; a run then goes on from its checkpoint,
 * a dataset is begun again.
 */
import { z } from 'zod';
import { RevealError } from '../../../app/contract/messages.ts';
import { datasetKinds, presets, runSettingsSchema } from '../../../app/contract/studio.ts';
import type { Engine, EngineProgress } from '../../engine/protocol.ts';
import type { ItemOutcome, ItemWork, JobAction } from '../../jobs/types.ts';
import type { StudioFolders } from './folders.ts';

const datasetPayload = z.object({
  dataset: z.string(),
  kind: z.enum(datasetKinds).default('pictures'),
  preset: z.enum(presets),
  sources: z.array(z.string()).min(1),
});
export type DatasetPayload = z.infer<typeof datasetPayload>;

const LANE = 'studio';

export interface StudioActionOptions {
  engine: Engine;
  folders: StudioFolders;
  /** Something of a dataset or run is different now. */
  changed(what: 'datasets' | 'runs'): void;
}

export class DatasetAction implements JobAction<DatasetPayload> {
  readonly type = 'dataset' as const;
  readonly lane = LANE;
  readonly concurrency = 1;
  readonly pausesWithin = true;
  private readonly options: StudioActionOptions;
  constructor(options: StudioActionOptions) {
    this.options = options;
  }
  parse(stored: unknown): DatasetPayload {
    return datasetPayload.parse(stored);
  }
  async run(work: ItemWork<DatasetPayload>): Promise<ItemOutcome> {
    const { engine, folders, changed } = this.options;
    const { dataset, kind, preset, sources } = work.payload;
    const out = folders.dataOf(dataset);
    const options = {
      signal: work.signal,
      onProgress: ({ done, total }: EngineProgress) => work.progress(total > 0 ? done / total : 0),
    };
    try {
      if (kind === 'melodies') await engine.call('buildMelodies', { sources, out }, options);
      else await engine.call('buildDataset', { sources, out, preset, seed: 0 }, options);
      return { output: out };
    } finally {
      changed('datasets');
    }
  }
}

const trainPayload = z.object({ run: z.string(), settings: runSettingsSchema });
export type TrainPayload = z.infer<typeof trainPayload>;

export interface TrainActionOptions extends StudioActionOptions {
  /** Folder of a model by its id; null: there is none. */
  modelDir(network: string, model: string | null): string | null;
  /** What the engine says of a run at work. */
  progress(run: string, progress: EngineProgress): void;
}

export class TrainAction implements JobAction<TrainPayload> {
  readonly type = 'train' as const;
  readonly lane = LANE;
  readonly concurrency = 1;
  readonly pausesWithin = true;
  private readonly options: TrainActionOptions;
  constructor(options: TrainActionOptions) {
    this.options = options;
  }
  parse(stored: unknown): TrainPayload {
    return trainPayload.parse(stored);
  }
  async run(work: ItemWork<TrainPayload>): Promise<ItemOutcome> {
    const { engine, folders, changed, modelDir, progress } = this.options;
    const { run, settings } = work.payload;
    changed('runs');
    try {
      const result = await engine.call(
        'train',
        {
          dir: folders.dir('runs', run),
          dataDir: folders.dataOf(settings.dataset),
          settings,
          startDir: settings.start === null ? null : modelDir(settings.network, settings.start),
          criticDir: settings.critic === null ? null : folders.dir('runs', settings.critic),
          inUseDir: modelDir(settings.network, null),
        },
        {
          signal: work.signal,
          onProgress: (now) => {
            work.progress(now.total > 0 ? now.done / now.total : 0);
            progress(run, now);
          },
        },
      );
      // Put down by a pause or by the end of the program: the queue takes it up again.
      if (work.signal.aborted) throw new RevealError('cancelled', 'Cancelled.');
      return { output: folders.dir('runs', run), record: result };
    } finally {
      changed('runs');
    }
  }
}
