/** Jobs and export recipes as a window sees them. States: queued -> running -> done | failed | cancelled; running <-> paused. */
import { z } from 'zod';

export const jobStates = ['queued', 'running', 'paused', 'done', 'failed', 'cancelled'] as const;
export const jobSchema = z.object({
  id: z.number().int(),
  type: z.enum(['export', 'import', 'analyse-roll', 'auto', 'dataset', 'train', 'analyse-reel', 'film']),
  title: z.string(),
  state: z.enum(jobStates),
  /** What it is doing now, e.g. the file's name. */
  stage: z.string(),
  done: z.number().int(),
  failed: z.number().int(),
  total: z.number().int(),
  /** How much of the items in work is done, in items; only while it runs. */
  within: z.number().min(0).optional(),
  /** Seconds left by the recent rate, pauses left out; null while unknown. */
  eta: z.number().nullable(),
  error: z.string().nullable(),
  createdAt: z.number(),
  finishedAt: z.number().nullable(),
  /** A contact sheet was made of it: a picture at `jobSheet(id)`. */
  sheet: z.boolean().optional(),
});
export type Job = z.infer<typeof jobSchema>;

export const jobItemSchema = z.object({
  index: z.number().int(),
  itemId: z.number().int().nullable(),
  input: z.string(),
  output: z.string().nullable(),
  state: z.enum(jobStates),
  error: z.string().nullable(),
  seconds: z.number().nullable(),
});
export type JobItem = z.infer<typeof jobItemSchema>;

export const formats = ['tiff', 'png', 'jpeg', 'webp'] as const;
export const iccNames = ['srgb', 'adobe-rgb', 'display-p3', 'prophoto', 'source'] as const;
export const exportRecipeSchema = z.object({
  name: z.string().max(80).default(''),
  format: z.enum(formats).default('tiff'),
  bits: z.union([z.literal(8), z.literal(16)]).default(16),
  quality: z.number().int().min(1).max(100).default(92),
  icc: z.enum(iccNames).default('srgb'),
  /** Longest side in pixels; null = full size. */
  longSide: z.number().int().min(16).max(60000).nullable().default(null),
  /** Tokens: {name} {roll} {frame} {date} {n}. */
  template: z.string().max(200).default('{name}'),
  /** A destination the host knows (see `folders.list`); the window never sends a path. */
  folderId: z.string().default('exports'),
  overwrite: z.boolean().default(false),
  /**
   * Size on paper: the longer side in centimetres. A picture with more pixels than that needs at `dpi` is reduced;
   * one with fewer keeps its pixels, and its resolution is written so that it prints at this size. Stands before `longSide`.
   */
  printCm: z.number().min(1).max(500).nullable().default(null),
  /** Dots per inch: of a print of `printCm`; alone it is written into the file as it is. null: as the scan says. */
  dpi: z.number().int().min(30).max(2400).nullable().default(null),
  /** A sheet of all pictures, before and after, beside the files. */
  contactSheet: z.boolean().default(false),
});
export type ExportRecipe = z.infer<typeof exportRecipeSchema>;

/** Address of a job's contact sheet. */
export const jobSheet = (jobId: number): string => `/sheets/${jobId}`;
