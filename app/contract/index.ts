/**
 * The one table of everything a window may ask of the host: calls, and topics it may subscribe to. Every
 * argument and every answer has a runtime schema here; types are derived from the schemas, so the two cannot
 * drift. Both hosts (Electron, browser) carry the same four messages: call, cancel, subscribe, unsubscribe.
 * Nothing here accepts a file path: files enter by drop, dialog or watched folder, and leave to folders that
 * the host knows by id.
 */
import { z } from 'zod';
import { recipeSchema } from '../recipe/develop.ts';
import { exportRecipeSchema, jobItemSchema, jobSchema } from './jobs.ts';
import {
  groupKinds,
  groupSchema,
  itemPatchSchema,
  itemSchema,
  querySchema,
  restoreStepNames,
} from './library.ts';
import { doctorReportSchema, folderSchema, settingsSchema } from './host.ts';
import { familyCalls } from './family.ts';
import { filmCalls, filmTopics } from './film.ts';
import { modelCalls } from './models.ts';
import { scoreCalls, scoreTopics } from './score.ts';
import { studioCalls, studioTopics } from './studio.ts';

const id = z.number().int();
const ids = z.array(id).max(100_000);
const nothing = z.object({});
const ok = z.object({ ok: z.literal(true) });

export const historyEntrySchema = z.object({
  id,
  at: z.number(),
  label: z.string(),
  /** Named by the person: a version kept for good. */
  version: z.string().nullable(),
  recipe: recipeSchema,
});
export type HistoryEntry = z.infer<typeof historyEntrySchema>;

export const autoSchema = z.object({
  recipe: recipeSchema,
  /** What was found and decided, as sentences. */
  reasons: z.array(z.string()),
  /** Base actually used, linear RGB. */
  base: z.tuple([z.number(), z.number(), z.number()]),
  baseSource: z.string(),
  film: z.enum(['c41', 'bw', 'slide']),
  /** Picture areas found on the scan, fractions of the scan. */
  frames: z.array(
    z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number(), angle: z.number() }),
  ),
  /** A person drew these areas; else they are those that analysis found. */
  framesByPerson: z.boolean(),
  infrared: z.object({ usable: z.boolean(), reason: z.string() }).nullable(),
  warnings: z.array(z.string()),
});

export const readoutSchema = z.object({
  /** Linear scan values 0..1, density over base, and the 8-bit sRGB result, at the point asked for. */
  scan: z.array(z.number()),
  density: z.array(z.number()),
  output: z.array(z.number()),
});

/** What Auto does only when it is asked to. */
const autoWish = {
  colorize: z.boolean().default(false),
  /** Takes grain and noise out. */
  grain: z.boolean().default(false),
  /** Makes toned prints neutral. */
  neutral: z.boolean().default(false),
};
export const pictureAutoSchema = z.object({
  /** The picture's recipe with what it needs switched on. */
  recipe: recipeSchema,
  what: z.enum([
    'colour-negative',
    'bw-negative',
    'slide',
    'faded-print',
    'colour-picture',
    'bw-print',
    'reel',
  ]),
  damaged: z.boolean(),
  /** Steps that it switches on, in the order of the work; none: nothing to do. */
  order: z.array(z.enum(restoreStepNames)),
  /** What it is, what it needs, in which order, and why, as sentences. */
  reasons: z.array(z.string()),
});

/** name -> [arguments, answer] */
export const calls = {
  'app.info': [
    nothing,
    z.object({
      host: z.enum(['electron', 'browser']),
      version: z.string(),
      platform: z.string(),
      locale: z.string(),
      /** Whether the host can show native dialogs (else the window lists `folders.list`). */
      dialogs: z.boolean(),
    }),
  ],
  'library.query': [querySchema, z.object({ total: z.number(), items: z.array(itemSchema) })],
  'library.item': [z.object({ id }), itemSchema],
  'library.groups': [nothing, z.object({ groups: z.array(groupSchema) })],
  'library.facets': [
    nothing,
    z.object({
      cameras: z.array(z.string()),
      tags: z.array(z.string()),
      counts: z.record(z.string(), z.number()),
    }),
  ],
  'library.update': [z.object({ ids, patch: itemPatchSchema }), ok],
  'library.remove': [z.object({ ids }), z.object({ undoToken: z.string() })],
  'library.restore': [z.object({ undoToken: z.string() }), ok],
  'library.createGroup': [
    z.object({ kind: z.enum(groupKinds), name: z.string().min(1).max(120), ids }),
    groupSchema,
  ],
  'library.updateGroup': [
    z.object({
      id,
      name: z.string().min(1).max(120).optional(),
      captureDate: z.string().max(60).nullable().optional(),
    }),
    ok,
  ],
  /** Opens the native dialog (Electron) or imports what was picked from `folders.list` (browser host). */
  'library.pick': [
    z.object({
      what: z.enum(['files', 'folder']),
      picked: z.array(z.object({ folderId: z.string(), path: z.string() })).optional(),
    }),
    z.object({ jobId: id.nullable() }),
  ],
  /** Imports a picture's file anew from where it lies: its bytes have changed, and the new ones are wanted. */
  'library.takeOriginal': [z.object({ itemId: id }), z.object({ jobId: id })],
  /** The picture's present recipe; null when nothing was decided yet (then defaults + analysis rule). */
  'recipe.get': [
    z.object({ itemId: id }),
    z.object({ recipe: recipeSchema.nullable(), history: z.array(historyEntrySchema) }),
  ],
  'recipe.set': [z.object({ itemId: id, recipe: recipeSchema, label: z.string().max(120) }), ok],
  'recipe.nameVersion': [z.object({ itemId: id, historyId: id, name: z.string().max(80).nullable() }), ok],
  /** Copies the named parameters ("lights.exposure", "print" for a whole step) from one item to others; one undo entry each. */
  'recipe.sync': [
    z.object({ fromId: id, toIds: ids, keys: z.array(z.string()).min(1) }),
    z.object({ changed: z.number() }),
  ],
  /**
   * Changes some parameters of the recipes of many items, {"repair": {"on": true}}: one history entry, and so one undo,
   * for each that changes by it. The rest of a recipe stays.
   */
  'recipe.apply': [
    z.object({
      ids,
      steps: z.record(z.string(), z.record(z.string(), z.unknown())),
      label: z.string().max(120),
    }),
    z.object({ changed: ids }),
  ],
  /** Takes the newest entry of these items' histories back where it bears this label and nothing was done since. */
  'recipe.takeBack': [z.object({ ids, label: z.string().max(120) }), z.object({ changed: ids })],
  /** What analysis proposes for this picture, with its reasons. Changes nothing: the window applies it with `recipe.set`. */
  'develop.auto': [z.object({ itemId: id }), autoSchema],
  /** What a picture needs beyond its develop, and why. Changes nothing: the window applies it with `recipe.set`. */
  'picture.auto': [z.object({ itemId: id, ...autoWish }), pictureAutoSchema],
  /**
   * Finds out what each of many pictures needs and writes it into their recipes, as a job: one history entry each,
   * under `label`; the reasons are in the records of the job's items.
   */
  'picture.autoAll': [z.object({ ids, ...autoWish, label: z.string().max(120) }), z.object({ jobId: id })],
  /** Film base from a rectangle the person drew (fractions of the scan), sampled before inversion. */
  'develop.pickBase': [
    z.object({ itemId: id, rect: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }) }),
    z.object({ base: z.tuple([z.number(), z.number(), z.number()]), warning: z.string().nullable() }),
  ],
  'develop.readout': [
    z.object({ itemId: id, recipe: recipeSchema, x: z.number(), y: z.number() }),
    readoutSchema,
  ],
  /**
   * Colours to offer for a hint at a point (fractions of the scan as stored), the likeliest first: those that the
   * network thinks possible there, and those that the person gave to something alike (`memory`).
   */
  'colour.suggest': [
    z.object({ itemId: id, recipe: recipeSchema, x: z.number(), y: z.number() }),
    z.object({
      colours: z.array(
        z.object({
          /** Display colour, sRGB-encoded 0..1. */
          colour: z.tuple([z.number(), z.number(), z.number()]),
          /** 0..1: how likely. */
          share: z.number(),
          from: z.enum(['network', 'memory']),
        }),
      ),
    }),
  ],
  /** Uses this item as its roll's blank / leader / flat-field frame. */
  'roll.setReference': [z.object({ groupId: id, itemId: id, as: z.enum(['base', 'flat', 'none']) }), ok],
  'roll.analyse': [z.object({ groupId: id }), z.object({ jobId: id })],
  /** Replaces the boundaries of the pictures on a scan (fractions of the scan); null: those that analysis found. */
  'frames.set': [
    z.object({
      itemId: id,
      frames: z
        .array(z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number(), angle: z.number() }))
        .min(1)
        .max(200)
        .nullable(),
    }),
    ok,
  ],
  'export.start': [z.object({ ids, recipe: exportRecipeSchema }), z.object({ jobId: id })],
  'export.presets': [nothing, z.object({ presets: z.array(exportRecipeSchema) })],
  'export.savePreset': [z.object({ preset: exportRecipeSchema }), ok],
  'jobs.list': [nothing, z.object({ jobs: z.array(jobSchema) })],
  'jobs.items': [
    z.object({
      jobId: id,
      offset: z.number().int().default(0),
      limit: z.number().int().max(1000).default(200),
    }),
    z.object({ total: z.number(), items: z.array(jobItemSchema) }),
  ],
  'jobs.pause': [z.object({ jobId: id }), ok],
  'jobs.resume': [z.object({ jobId: id }), ok],
  'jobs.cancel': [z.object({ jobId: id }), ok],
  /** Runs what failed again; with `index` that item alone. */
  'jobs.retry': [z.object({ jobId: id, index: id.optional() }), ok],
  /** Leaves a waiting or failed item out; `jobs.retry` with its index takes it up again. */
  'jobs.skip': [z.object({ jobId: id, index: id }), ok],
  'jobs.clear': [nothing, ok],
  /** Shows the job's destination in the system's file manager (Electron only; browser host answers with its name). */
  'jobs.openFolder': [z.object({ jobId: id }), z.object({ shown: z.boolean(), folder: z.string() })],
  'jobs.record': [z.object({ jobId: id, index: id }), z.object({ record: z.unknown() })],
  'folders.list': [
    z.object({ folderId: z.string().nullable(), path: z.string().max(4000).default('') }),
    z.object({
      folders: z.array(folderSchema),
      entries: z.array(z.object({ name: z.string(), directory: z.boolean(), size: z.number() })),
    }),
  ],
  'folders.watch': [z.object({ folderId: z.string(), on: z.boolean() }), ok],
  /** Adds a destination or source folder by native dialog; null when cancelled or when the host has no dialogs. */
  'folders.add': [
    z.object({ purpose: z.enum(['export', 'watch']) }),
    z.object({ folder: folderSchema.nullable() }),
  ],
  'settings.get': [nothing, settingsSchema],
  'settings.set': [settingsSchema.partial(), settingsSchema],
  'doctor.report': [nothing, doctorReportSchema],
  ...modelCalls,
  ...familyCalls,
  ...studioCalls,
  ...filmCalls,
  ...scoreCalls,
} as const satisfies Record<string, readonly [z.ZodType, z.ZodType]>;

/** Topics and what is published on them. */
export const topics = {
  'library.changed': z.object({ ids: z.array(id), groups: z.boolean() }),
  'jobs.changed': z.object({ job: jobSchema }),
  'settings.changed': settingsSchema,
  ...studioTopics,
  ...filmTopics,
  ...scoreTopics,
  /** Engine died and was restarted, a provider fell back … : words for a person. */
  notice: z.object({ level: z.enum(['info', 'warning', 'error']), text: z.string() }),
} as const;

export type CallName = keyof typeof calls;
export type CallArgs<N extends CallName> = z.input<(typeof calls)[N][0]>;
export type CallArgsParsed<N extends CallName> = z.output<(typeof calls)[N][0]>;
export type CallResult<N extends CallName> = z.output<(typeof calls)[N][1]>;
export type TopicName = keyof typeof topics;
export type TopicEvent<N extends TopicName> = z.output<(typeof topics)[N]>;

/** What the host implements: one function a call. `signal` fires when the window cancels or goes away. */
export type Handlers = {
  [N in CallName]: (
    args: CallArgsParsed<N>,
    context: { signal: AbortSignal },
  ) => Promise<CallResult<N>> | CallResult<N>;
};
