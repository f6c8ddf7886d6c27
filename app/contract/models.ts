/** The models that do the steps' work, ours and those that a person brought along, as a window sees them. */
import { z } from 'zod';

/** Steps that another model can do; `one` is ours alone. */
export const modelTasks = ['restorer', 'colorist', 'filler', 'upscaler'] as const;
export type ModelTask = (typeof modelTasks)[number];
/** Which step of a recipe asks for a model of a task. */
export const taskSteps = {
  restorer: 'clean',
  colorist: 'colour',
  filler: 'repair',
  upscaler: 'enlarge',
} as const satisfies Record<ModelTask, string>;
/** Kinds of adapter by which models of others are fed (docs/models.md). */
export const adapterKindNames = ['image', 'denoise', 'deoldify', 'ddcolor', 'bins', 'lama', 'migan'] as const;

/** Names of the models in place of ours, by task; '' is ours (or the one that the Studio has put to work). */
export const chosenModelsSchema = z.object({
  restorer: z.string().max(80),
  colorist: z.string().max(80),
  filler: z.string().max(80),
  upscaler: z.string().max(80),
});
export type ChosenModels = z.infer<typeof chosenModelsSchema>;

export const modelSpeedSchema = z.object({
  /** One picture of this size, once the network is open. */
  width: z.number().int(),
  height: z.number().int(),
  milliseconds: z.number(),
  /** What ran it: cpu, cuda, webgpu … */
  device: z.string(),
});

export const modelCardViewSchema = z.object({
  name: z.string(),
  /** `own` came with the program, `trained` is a run of the Studio that stands in for ours. */
  source: z.enum(['own', 'trained', 'imported']),
  /** The step that it serves. */
  task: z.enum([...modelTasks, 'one']),
  /** Kind of adapter, e.g. 'image', 'ddcolor' (docs/models.md); '' for our own networks. */
  kind: z.string(),
  /** There are weights. */
  ready: z.boolean(),
  scale: z.number(),
  sha256: z.string(),
  bytes: z.number(),
  parameters: z.number(),
  /** '' when nobody said. */
  license: z.string(),
  /** Name of the file that was imported; '' for our own. */
  origin: z.string(),
  /** '' for our own. */
  importedAt: z.string(),
  /** What it learnt from, and what it cannot do; '' when nobody said. */
  trainedOn: z.string(),
  limits: z.string(),
  /** Figures on test pictures, by name ("bw.deltaE"), and the command that measured them. */
  metrics: z.record(z.string(), z.number()),
  measuredBy: z.string(),
  /** Measured on this machine; null: not yet. */
  speed: modelSpeedSchema.nullable(),
  /** It does its task wherever a recipe names no other. */
  chosen: z.boolean(),
});
export type ModelCardView = z.infer<typeof modelCardViewSchema>;

const name = z.string().min(1).max(80);
/** What a person may say of a file on its way in. */
export const modelWishSchema = z.object({
  name: name.optional(),
  /** Kind of adapter, where it would be guessed wrongly. */
  kind: z.string().max(40).optional(),
  license: z.string().max(400).optional(),
});
export type ModelWish = z.infer<typeof modelWishSchema>;

export const modelCalls = {
  'models.list': [z.object({}), z.object({ models: z.array(modelCardViewSchema) })],
  /** Takes an ONNX file out of a folder that the host knows. It may take a minute. Dropped files go by `/models`. */
  'models.import': [
    modelWishSchema.extend({ folderId: z.string(), path: z.string().max(4000) }),
    modelCardViewSchema,
  ],
  /** Opens the native dialog (hosts with dialogs); null when it was cancelled. */
  'models.pick': [modelWishSchema, z.object({ model: modelCardViewSchema.nullable() })],
  /** Looks whether a model is what was imported, and tries it again. */
  'models.verify': [z.object({ name }), modelCardViewSchema],
  /** Puts an imported model aside; it can be brought back until the program is started again. */
  'models.remove': [z.object({ name }), z.object({ undoToken: z.string() })],
  'models.restore': [z.object({ undoToken: z.string() }), z.object({ ok: z.literal(true) })],
  /** Makes a model the one that does its task where a recipe names none; '': ours again. */
  'models.choose': [
    z.object({ task: z.enum(modelTasks), name: z.string().max(80) }),
    z.object({ before: z.string() }),
  ],
  /** Runs a model on a picture of its size and takes the time. */
  'models.measure': [z.object({ name, task: z.enum([...modelTasks, 'one']) }), modelCardViewSchema],
} as const satisfies Record<string, readonly [z.ZodType, z.ZodType]>;
