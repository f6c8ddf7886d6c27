/**
 * Reels as a window sees them: what the file holds, its shots, its recipe with undo, single frames before and after,
 * thumbnails, sound, what an export will cost, and the export's progress with the frame it made last. Exports and
 * analyses are jobs of the queue. Pictures come over paths (`reelPath`, and `reel` in the pixel request), never as JSON.
 */
import { z } from 'zod';
import { filmExportSchema, filmRecipeSchema } from '../recipe/film.ts';

const id = z.number().int();
const frame = z.number().int().min(0);

export const reelFactsSchema = z.object({
  name: z.string(),
  /** 'sequence': numbered pictures, which have no rate of their own. */
  kind: z.enum(['film', 'sequence']),
  bytes: z.number(),
  /** Of the file format and the picture, by ffprobe's names. */
  container: z.string(),
  codec: z.string(),
  /** As stored, and as shown: turned, with square pixels. */
  storedWidth: z.number().int(),
  storedHeight: z.number().int(),
  width: z.number().int(),
  height: z.number().int(),
  /** Degrees clockwise: 0, 90, 180, 270. */
  rotation: z.number().int(),
  bits: z.number().int(),
  sampling: z.string(),
  /** Frames: counted where the reel was analysed, else estimated from the header. */
  frames: z.number().int(),
  framesExact: z.boolean(),
  /** Seconds. */
  duration: z.number(),
  /** Frames a second on average. */
  fps: z.number(),
  variableRate: z.boolean(),
  /** Fields: none, or which comes first. */
  fields: z.enum(['progressive', 'top-first', 'bottom-first', 'mixed', 'unknown']),
  sound: z.array(
    z.object({
      codec: z.string(),
      channels: z.number().int(),
      sampleRate: z.number().int(),
      language: z.string().nullable(),
    }),
  ),
  subtitles: z.number().int(),
  chapters: z.number().int(),
  timecode: z.string().nullable(),
  /** What a person has to know of the file, as sentences. */
  warnings: z.array(z.string()),
});
export type ReelFactsShown = z.infer<typeof reelFactsSchema>;

export const reelShotSchema = z.object({
  index: z.number().int(),
  first: frame,
  /** Included. */
  last: frame,
  opening: z.enum(['start', 'cut', 'fade', 'dissolve']),
});

export const reelHistorySchema = z.object({
  id,
  at: z.number(),
  label: z.string(),
  recipe: filmRecipeSchema,
});

/** A reel's recipe and where its history stands. */
export const reelRecipeSchema = z.object({
  /** The present one; the default (all off) where nothing was decided. */
  recipe: filmRecipeSchema,
  /** Nothing was decided yet. */
  untouched: z.boolean(),
  canUndo: z.boolean(),
  canRedo: z.boolean(),
  history: z.array(reelHistorySchema),
});
export type ReelRecipeState = z.infer<typeof reelRecipeSchema>;

export const reelOpenSchema = z.object({
  facts: reelFactsSchema,
  /** Shots by the recipe's cuts; null until the reel was analysed (`reel.analyse`). */
  shots: z.array(reelShotSchema).nullable(),
  /** Shots as they were found, whatever the person moved; null until analysed. */
  found: z.array(reelShotSchema).nullable(),
  flashes: z.array(z.object({ first: frame, last: frame })),
  recipe: reelRecipeSchema,
  /** Name of the film that was exported last, where it still is; null: none is there. */
  result: z.string().nullable(),
  /** Job that analyses or exports this reel now; null: none. */
  jobId: id.nullable(),
});
export type ReelOpen = z.infer<typeof reelOpenSchema>;

export const reelEstimateSchema = z.object({
  /** Seconds that the export will take; null: nothing was measured on this machine yet, and no frame could be tried. */
  seconds: z.number().nullable(),
  /** Bytes of the finished film, about. */
  bytes: z.number(),
  /** Bytes that must be free while it is made. */
  needed: z.number(),
  free: z.number(),
  frames: z.number().int(),
  width: z.number().int(),
  height: z.number().int(),
  /** What the person has to know before: fields that cannot be undone, a network that is missing, sound that cannot be kept … */
  warnings: z.array(z.string()),
  /** A sentence why it cannot be done as wished; null: it can. */
  refused: z.string().nullable(),
});
export type ReelEstimate = z.infer<typeof reelEstimateSchema>;

/** What of a reel a picture shows: the reel as it is, as the recipe makes it, or what a step would change (white). */
export const reelViews = ['before', 'after', 'diagnostic'] as const;

/** In a pixel request (pixels.ts): one frame of a reel in place of a developed picture. */
export const reelPixelsSchema = z.object({
  frame,
  show: z.enum(reelViews).default('after'),
  /** For `diagnostic`: the step's name in the recipe. */
  step: z.string().max(40).nullable().default(null),
  /** null: the stored recipe. */
  recipe: filmRecipeSchema.nullable().default(null),
});
export type ReelPixels = z.output<typeof reelPixelsSchema>;

export const reelProgressSchema = z.object({
  jobId: id,
  itemId: id,
  stage: z.enum(['analyse', 'frames', 'join', 'check']),
  /** Frames done of all; in `join` and `check` the share is `done / total` of bytes. */
  done: z.number(),
  total: z.number(),
  /** Shot that is in work; null outside `frames`. */
  shot: z.number().int().nullable(),
  /** Share of each shot that is done, 0..1, by its index. */
  shots: z.array(z.number()),
  /** Frames a second lately; null while unknown. */
  fps: z.number().nullable(),
  /** Newest finished frame; its picture is at `reelPath.latest(itemId, version)`. */
  latest: z.object({ frame, version: z.number().int() }).nullable(),
});
export type ReelProgress = z.infer<typeof reelProgressSchema>;

/** Joins the one table of calls (index.ts). */
export const filmCalls = {
  /** What is known of a reel. Quick: looks into the file's header only. */
  'reel.open': [z.object({ itemId: id }), reelOpenSchema],
  /** Finds the shots, and measures what the recipe's steps need. A job; `reel.changed` tells when it is there. */
  'reel.analyse': [z.object({ itemId: id }), z.object({ jobId: id })],
  'reel.recipe': [z.object({ itemId: id }), reelRecipeSchema],
  /** Makes this recipe the present one; one history entry. Cuts, overrides of shots, key frames and score are part of it. */
  'reel.setRecipe': [
    z.object({ itemId: id, recipe: filmRecipeSchema, label: z.string().max(120) }),
    reelRecipeSchema,
  ],
  'reel.undo': [z.object({ itemId: id }), reelRecipeSchema],
  'reel.redo': [z.object({ itemId: id }), reelRecipeSchema],
  /** Peaks of the sound: for each of `columns` equal stretches of time the lowest and highest sample, -1..1; null: silent. */
  'reel.wave': [
    z.object({ itemId: id, columns: z.number().int().min(1).max(4000).default(800) }),
    z.object({ low: z.array(z.number()), high: z.array(z.number()) }).nullable(),
  ],
  /** Time and size of an export with this recipe, tried on a few frames. */
  'reel.estimate': [
    z.object({ itemId: id, recipe: filmRecipeSchema.nullable().default(null), export: filmExportSchema }),
    reelEstimateSchema,
  ],
  /**
   * A small film for playing: of the reel as it is (whole), of one shot as the recipe makes it, or of the whole film that was
   * exported last (`result`). Comes when it is made;
   * cancel the call to stop. `url` serves byte ranges and needs no header (a video element can use it) until the host ends.
   */
  'reel.proxy': [
    z.object({
      itemId: id,
      show: z.enum(['before', 'after', 'result']).default('before'),
      /** Index of a shot; null: the whole reel. `after` of a whole reel is what an export is for: refused when it is long. */
      shot: z.number().int().nullable().default(null),
      recipe: filmRecipeSchema.nullable().default(null),
    }),
    z.object({ url: z.string(), frames: z.number().int(), fps: z.number(), first: frame }),
  ],
  /** Exports reels, one file each, as one job. */
  'reel.export': [
    z.object({ ids: z.array(id).min(1).max(1000), export: filmExportSchema }),
    z.object({ jobId: id }),
  ],
  /** How far the exports are that run now; the same as the topic's last news. */
  'reel.progress': [z.object({}), z.object({ reels: z.array(reelProgressSchema) })],
} as const satisfies Record<string, readonly [z.ZodType, z.ZodType]>;

/** Joins the topics (index.ts). `reel.progress` comes at most four times a second for each reel. */
export const filmTopics = {
  /** Facts, shots or recipe of these reels are others now: open again. */
  'reel.changed': z.object({ ids: z.array(id) }),
  'reel.progress': reelProgressSchema,
} as const;

/** Addresses of a reel's pictures. All need the session's header in the browser host, as thumbnails do. */
export const reelPath = {
  /** One frame as it is in the file, turned and with square pixels, `height` pixels high (WebP). Kept, so quick again. */
  frame: (itemId: number, at: number, height = 120): string => `/reels/${itemId}/frames/${at}?h=${height}`,
  /** The newest frame of an export (WebP). */
  latest: (itemId: number, version: number): string => `/reels/${itemId}/latest?v=${version}`,
};
