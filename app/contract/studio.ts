/**
 * The Studio as a window sees it: datasets, networks, training runs and the models they give. Runs and dataset
 * builds are jobs of the queue (their `jobId` pauses, resumes and cancels them); what only the Studio shows, the
 * curves, sample panels and figures, is here. Pictures come over `/studio/…` (see `studioPicture`), never as JSON.
 */
import { z } from 'zod';
import { melodySchema } from '../melody/schema.ts';

const id = z.number().int();
/** Folder names under the library's data folder; made by the host. */
const slug = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/);

export const networkNames = ['one', 'colorist', 'restorer', 'filler', 'upscaler'] as const;
export type NetworkName = (typeof networkNames)[number];
/** Networks that write melodies: they learn from a file of melodies instead of pictures. */
export const melodyNetworkNames = ['bertso', 'milia'] as const;
export type MelodyNetworkName = (typeof melodyNetworkNames)[number];
export const isMelodyNetwork = (name: string): name is MelodyNetworkName =>
  melodyNetworkNames.some((n) => n === name);
/** All that is trained in the Studio. */
export const studioNetworkNames = [...networkNames, ...melodyNetworkNames] as const;
export type StudioNetworkName = (typeof studioNetworkNames)[number];
/** What a dataset holds, and therefore which networks learn from it. */
export const datasetKinds = ['pictures', 'melodies'] as const;
export type DatasetKind = (typeof datasetKinds)[number];
export const kindLearntFrom = (network: StudioNetworkName): DatasetKind =>
  isMelodyNetwork(network) ? 'melodies' : 'pictures';
export const networkWidths = ['small', 'base', 'large'] as const;
export const presets = ['lapaz', 'print', 'negative', 'film'] as const;
export const runPhases = ['generator', 'critic', 'gan'] as const;
export type RunPhase = (typeof runPhases)[number];

/** Where a dataset's pictures come from: things of the library, and folders that the host knows. */
export const datasetSourcesSchema = z.object({
  itemIds: z.array(id).max(100_000).default([]),
  groupIds: z.array(id).max(10_000).default([]),
  folders: z.array(z.object({ folderId: z.string(), path: z.string().max(4000) })).default([]),
});

export const datasetSchema = z.object({
  id: slug,
  name: z.string(),
  /** `failed` keeps the reason in `error`; `building` has a job. */
  state: z.enum(['building', 'ready', 'failed']),
  error: z.string().nullable(),
  jobId: id.nullable(),
  kind: z.enum(datasetKinds),
  /** Damage that pictures are given; without meaning for melodies. */
  preset: z.enum(presets),
  createdAt: z.number(),
  train: z.number().int(),
  test: z.number().int(),
  /** Pictures (files of melodies) left out, by reason. */
  rejects: z.array(z.object({ reason: z.string(), count: z.number().int() })),
  sources: z.array(z.object({ name: z.string(), pictures: z.number().int(), film: z.boolean() })),
  /** Share of coloured pixels in each of 12 hue sectors of 30 degrees (CIE Lab, from red-pink at 0), summing to 1. */
  hues: z.array(z.number()).length(12).nullable(),
  /** Sectors of `hues` that hardly any picture holds. */
  gaps: z.array(z.number().int().min(0).max(11)),
  /** Sentences: which hues are missing, and which pictures would widen the palette. */
  advice: z.array(z.string()),
});
export type StudioDataset = z.infer<typeof datasetSchema>;

export const networkSchema = z.object({
  name: z.enum(studioNetworkNames),
  /** What it does, one sentence. */
  task: z.string(),
  widths: z.array(
    z.object({
      width: z.enum(networkWidths),
      parameters: z.number().int(),
      /** Multiply-adds for each pixel of the input. */
      madds: z.number(),
    }),
  ),
  /** Models a run can start from: shipped ones and those of earlier runs. */
  starts: z.array(z.object({ model: slug, label: z.string(), width: z.enum(networkWidths) })),
  /** Runs that have trained a critic of this network's pictures, which a run against a critic can begin with. */
  critics: z.array(z.object({ run: slug, width: z.enum(networkWidths) })),
  /** The run whose model was at work before the one that is now; null: ours, or none. */
  before: slug.nullable(),
  phases: z.array(z.enum(runPhases)),
  /** Has a pre-trained encoder that can be frozen. */
  freezable: z.boolean(),
});
export type StudioNetwork = z.infer<typeof networkSchema>;

export const runSettingsSchema = z.object({
  dataset: slug,
  network: z.enum(studioNetworkNames),
  width: z.enum(networkWidths).default('small'),
  /** null: from nothing. */
  start: slug.nullable().default(null),
  phase: z.enum(runPhases).default('generator'),
  /** Run whose critic it begins with; null: a fresh one. Only where a critic learns. */
  critic: slug.nullable().default(null),
  /** The pre-trained encoder stays as it is throughout. */
  freeze: z.boolean().default(false),
  /**
   * Percent of the run's time after which a pre-trained encoder learns too, slowly; null: half of it in a run that
   * begins from nothing and learns from the truth, none of it in others. Without effect where `freeze` is set.
   */
  unfreezeAfter: z.number().min(0).max(100).nullable().default(null),
  /** Factor on the learning rate. */
  rate: z.number().min(0.01).max(10).default(1),
  /** Side of the training pictures in pixels; null: grows by itself. */
  size: z.number().int().min(32).max(512).nullable().default(null),
  minutes: z
    .number()
    .min(0.1)
    .max(60 * 24 * 30)
    .default(60),
  seed: z
    .number()
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .default(1),
});
export type RunSettings = z.infer<typeof runSettingsSchema>;

/** One point of the curves: the mean since the point before. */
export const runPointSchema = z.object({
  step: z.number().int(),
  seconds: z.number(),
  phase: z.enum(runPhases),
  /** Side of the pictures at this time. */
  size: z.number().int(),
  lr: z.number(),
  losses: z.record(z.string(), z.number()),
  /** Share of a step's time spent waiting for pictures, 0..1. */
  wait: z.number(),
});
export type RunPoint = z.infer<typeof runPointSchema>;

/** Figures on the test pictures, by name (psnr, deltaE, colourfulness, skinDrift …). */
export const runFiguresSchema = z.object({
  /** Whose figures: the run's averaged weights, or the model that was in use when the stage began. */
  of: z.enum(['run', 'in-use']).default('run'),
  step: z.number().int(),
  seconds: z.number(),
  figures: z.record(z.string(), z.number()),
});
export type RunFigures = z.infer<typeof runFiguresSchema>;

export const runEventSchema = z.object({
  step: z.number().int(),
  at: z.number(),
  level: z.enum(['info', 'warning', 'error']),
  /** switch, size, phase, freeze, unfreeze, device, in-use, alarm, checkpoint, resume, stop … */
  kind: z.string(),
  text: z.string(),
});
export type RunEvent = z.infer<typeof runEventSchema>;

export const runSchema = z.object({
  id: slug,
  settings: runSettingsSchema,
  state: z.enum(['queued', 'running', 'paused', 'done', 'failed', 'cancelled']),
  jobId: id.nullable(),
  error: z.string().nullable(),
  createdAt: z.number(),
  step: z.number().int(),
  secondsDone: z.number(),
  secondsLeft: z.number().nullable(),
  device: z.string().nullable(),
  memoryBytes: z.number().nullable(),
  imagesPerSecond: z.number().nullable(),
  last: runPointSchema.nullable(),
  /** Figures of the model this run gave (its best weights so far), not of its newest weights. */
  figures: runFiguresSchema.nullable(),
  /** The same figures of the model that was in use when the present stage began, on the same pictures. */
  figuresInUse: runFiguresSchema.nullable(),
  /** Steps of which a sample panel exists. */
  samples: z.array(z.number().int()),
  /** Names of the melodies that were written at each of these steps, the same seeds each time; [] where there are none. */
  melodies: z.array(slug),
  /** The model this run gave; null until the first checkpoint. */
  model: slug.nullable(),
  /** Has a critic that another run can begin with. */
  critic: z.boolean(),
  inUse: z.boolean(),
});
export type StudioRun = z.infer<typeof runSchema>;

const ok = z.object({ ok: z.literal(true) });

/** Joins the one table of calls (index.ts). */
export const studioCalls = {
  'studio.datasets': [z.object({}), z.object({ datasets: z.array(datasetSchema) })],
  'studio.buildDataset': [
    z.object({
      name: z.string().min(1).max(80),
      kind: z.enum(datasetKinds).default('pictures'),
      preset: z.enum(presets).default('print'),
      sources: datasetSourcesSchema,
    }),
    datasetSchema,
  ],
  /** Kept for `undo`: moved to a bin that empties when the app is closed. Refused while a run uses it. */
  'studio.removeDataset': [z.object({ id: slug }), z.object({ undoToken: z.string() })],
  'studio.networks': [z.object({}), z.object({ networks: z.array(networkSchema) })],
  'studio.runs': [z.object({}), z.object({ runs: z.array(runSchema) })],
  'studio.startRun': [runSettingsSchema, runSchema],
  /** Ends a run for good, keeping its best model (a cancel of its job drops nothing either). */
  'studio.stopRun': [z.object({ id: slug }), ok],
  /** Goes on with a finished or stopped run for more minutes. */
  'studio.continueRun': [
    z.object({
      id: slug,
      minutes: z
        .number()
        .min(0.1)
        .max(60 * 24 * 30),
    }),
    runSchema,
  ],
  'studio.removeRun': [z.object({ id: slug }), z.object({ undoToken: z.string() })],
  'studio.restore': [z.object({ undoToken: z.string() }), ok],
  /** Curves of a run: at most `points` points evenly over its life, and all its figures and events. */
  'studio.curves': [
    z.object({ id: slug, points: z.number().int().min(10).max(2000).default(400) }),
    z.object({
      points: z.array(runPointSchema),
      figures: z.array(runFiguresSchema),
      events: z.array(runEventSchema),
    }),
  ],
  /** Puts a run's model to work for its network's task; null goes back to the one we ship. */
  'studio.use': [
    z.object({ network: z.enum(studioNetworkNames), model: slug.nullable() }),
    z.object({ before: slug.nullable() }),
  ],
  /** A melody that a run wrote at one of its `samples`, to be heard and seen. */
  'studio.melody': [
    z.object({ id: slug, step: z.number().int().min(0), name: slug }),
    z.object({ melody: melodySchema }),
  ],
} as const satisfies Record<string, readonly [z.ZodType, z.ZodType]>;

/** Joins the topics (index.ts). `point` comes at most once a second. */
export const studioTopics = {
  'studio.changed': z.object({ datasets: z.boolean(), runs: z.boolean() }),
  'studio.progress': z.object({
    run: runSchema,
    point: runPointSchema.nullable(),
    event: runEventSchema.nullable(),
  }),
} as const;

/** Address of a Studio picture: a dataset's contact sheet, or a run's sample panel (degraded | prediction | truth). */
export const studioPicture = {
  contact: (dataset: string): string => `/studio/datasets/${dataset}/contact`,
  sample: (run: string, step: number): string => `/studio/runs/${run}/samples/${step}`,
};
