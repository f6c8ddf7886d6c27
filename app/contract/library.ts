/**
 * What the library looks like from a window: items (scans), groups (rolls, albums, reels), queries. Paths are
 * shown to the person (`folder`, `name`) but never accepted from a window.
 */
import { z } from 'zod';

export const scanKinds = ['colour-negative', 'bw-negative', 'slide', 'print', 'bw-print', 'reel'] as const;
export const scanKindSchema = z.enum(scanKinds);
export type ScanKind = z.infer<typeof scanKindSchema>;

export const groupKinds = ['roll', 'album', 'reel'] as const;
export const groupSchema = z.object({
  id: z.number().int(),
  kind: z.enum(groupKinds),
  name: z.string(),
  film: z.string().nullable(),
  /** Capture date as the person gave it, e.g. "1962-07", "circa 1962"; null when unknown. */
  captureDate: z.string().nullable(),
  count: z.number().int(),
  /** Film base of the roll, linear RGB, when known. */
  base: z.tuple([z.number(), z.number(), z.number()]).nullable(),
  /** The roll's blank or leader frame, and its frame of the light source alone; null when it has none. */
  baseItemId: z.number().int().nullable().default(null),
  flatItemId: z.number().int().nullable().default(null),
});
export type Group = z.infer<typeof groupSchema>;

/** Restore steps in the order of the work (app/recipe/restore.ts). */
export const restoreStepNames = ['ageing', 'repair', 'clean', 'detail', 'colour', 'enlarge'] as const;
export const itemStates = ['new', 'analysed', 'edited', 'exported', 'missing', 'failed'] as const;
export const itemSchema = z.object({
  id: z.number().int(),
  name: z.string(),
  folder: z.string(),
  kind: scanKindSchema,
  kindReasons: z.array(z.string()),
  groupId: z.number().int().nullable(),
  /** Which frame of the scan (0-based) when the scan holds several pictures. */
  frame: z.number().int(),
  width: z.number().int(),
  height: z.number().int(),
  bits: z.number().int(),
  state: z.enum(itemStates),
  error: z.string().nullable(),
  rating: z.number().int().min(0).max(5),
  flag: z.enum(['none', 'keep', 'reject']),
  tags: z.array(z.string()),
  camera: z.string().nullable(),
  scanDate: z.string().nullable(),
  captureDate: z.string().nullable(),
  hasInfrared: z.boolean(),
  /** Far from its roll: look at it. */
  outlier: z.boolean(),
  /** The file holds other bytes than those that were imported: what is shown is not what the settings were made for. */
  originalChanged: z.boolean(),
  duplicateOf: z.number().int().nullable(),
  /** It is the back of this picture, and this is its own back; null where there is none. */
  backOf: z.number().int().nullable(),
  backId: z.number().int().nullable(),
  /** Its ageing goes by a setting that it shares with other prints (`album.ageing`). */
  sharedAgeing: z.boolean().optional(),
  /** Restore steps that its recipe has switched on, in the order of the work. */
  steps: z.array(z.enum(restoreStepNames)),
  /** Changes whenever the thumbnail does: `/thumbs/<id>?v=<thumbVersion>`; 0 = none yet. */
  thumbVersion: z.number().int(),
  /** Width / height of the developed, cropped thumbnail. */
  aspect: z.number(),
});
export type Item = z.infer<typeof itemSchema>;

export const querySchema = z.object({
  text: z.string().max(200).default(''),
  kinds: z.array(scanKindSchema).default([]),
  states: z.array(z.enum(itemStates)).default([]),
  flags: z.array(z.enum(['none', 'keep', 'reject'])).default([]),
  minRating: z.number().int().min(0).max(5).default(0),
  camera: z.string().nullable().default(null),
  groupId: z.number().int().nullable().default(null),
  dateFrom: z.string().nullable().default(null),
  dateTo: z.string().nullable().default(null),
  /** Backs of prints lie behind their fronts: they are listed only when asked for. */
  backs: z.boolean().default(false),
  sort: z.enum(['group', 'name', 'scanDate', 'captureDate', 'rating', 'added']).default('group'),
  descending: z.boolean().default(false),
  offset: z.number().int().min(0).default(0),
  limit: z.number().int().min(1).max(1000).default(200),
});
export type Query = z.infer<typeof querySchema>;

export const itemPatchSchema = z.object({
  rating: z.number().int().min(0).max(5).optional(),
  flag: z.enum(['none', 'keep', 'reject']).optional(),
  kind: scanKindSchema.optional(),
  tags: z.array(z.string().max(80)).max(50).optional(),
  captureDate: z.string().max(60).nullable().optional(),
  scanDate: z.string().max(60).nullable().optional(),
  groupId: z.number().int().nullable().optional(),
});
export type ItemPatch = z.infer<typeof itemPatchSchema>;
