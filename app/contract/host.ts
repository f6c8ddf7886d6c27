/** Settings, folders and the doctor's report, as a window sees them. */
import { z } from 'zod';
import { chosenModelsSchema } from './models.ts';

export const devices = ['auto', 'cpu', 'cuda', 'dml', 'coreml', 'webgpu'] as const;

export const settingsSchema = z.object({
  language: z.enum(['system', 'en', 'es', 'eu']),
  theme: z.enum(['dark', 'light', 'system']),
  device: z.enum(devices),
  /** Threads for everything together; 0 = as many as the machine has. */
  threads: z.number().int().min(0).max(256),
  ffmpegPath: z.string().max(4000).nullable(),
  writeSidecars: z.boolean(),
  /** Command id -> key, e.g. {"view.compare": "Space"}; only what differs from the defaults. */
  shortcuts: z.record(z.string(), z.string()),
  /** Models of others that do a task where a recipe names none. */
  models: chosenModelsSchema,
  /** A colour that a person gave once is remembered and proposed on other pictures. */
  rememberColours: z.boolean(),
});
export type Settings = z.infer<typeof settingsSchema>;
export const defaultSettings: Settings = {
  language: 'system',
  theme: 'dark',
  device: 'auto',
  threads: 0,
  ffmpegPath: null,
  writeSidecars: true,
  shortcuts: {},
  models: { restorer: '', colorist: '', filler: '', upscaler: '' },
  rememberColours: true,
};

/** A folder the host knows by id; `exports` and `inbox` always exist. */
export const folderSchema = z.object({
  id: z.string(),
  name: z.string(),
  /** Shown to the person, never accepted back. */
  path: z.string(),
  purpose: z.enum(['source', 'export', 'inbox']),
  watched: z.boolean(),
});
export type Folder = z.infer<typeof folderSchema>;

export const doctorReportSchema = z.object({
  ok: z.boolean(),
  checks: z.array(
    z.object({
      id: z.string(),
      label: z.string(),
      status: z.enum(['ok', 'warning', 'missing']),
      /** What was found: version, path, amount. */
      found: z.string(),
      /** How to get what is missing; empty when nothing is. */
      advice: z.string(),
    }),
  ),
});
export type DoctorReport = z.infer<typeof doctorReportSchema>;
