/**
 * What a develop's change record holds, as far as it is read again: by the window, which shows it as a page.
 * Records are files and outlive versions: what may be lacking in another version's is read as null or empty.
 */
import { z } from 'zod';

const triple = z.tuple([z.number(), z.number(), z.number()]);
const lines = z.array(z.string());
export const developRecordSchema = z.object({
  action: z.literal('develop'),
  recipeVersion: z.number(),
  appVersion: z.string(),
  source: z.object({ name: z.string(), sha256: z.string(), width: z.number(), height: z.number() }),
  params: z.record(z.string(), z.record(z.string(), z.unknown())),
  analysis: z
    .object({
      kind: z.string(),
      reasons: lines.catch([]),
      warnings: lines.catch([]),
      frames: z.array(z.unknown()).catch([]),
      base: z.object({ source: z.string() }),
      infrared: z.object({ reason: z.string() }).nullish().catch(null),
    })
    .nullable()
    .catch(null),
  roll: z.object({ base: triple, baseSpread: triple, exposure: z.number() }).nullable().catch(null),
  frame: z.number(),
  /** Null: a print, taken as it is. */
  plan: z
    .object({
      film: z.string(),
      stock: z.string(),
      base: triple,
      slope: triple,
      exposure: z.number(),
      lights: triple,
    })
    .nullable()
    .catch(null),
  output: z.object({
    width: z.number(),
    height: z.number(),
    bits: z.number(),
    space: z.string(),
    format: z.string(),
  }),
  masks: z.array(
    z.object({ name: z.string(), share: z.number(), places: z.number().optional(), how: z.string() }),
  ),
  /** What the restore steps did; null: none was on. */
  restore: z
    .object({
      steps: z.array(z.object({ step: z.string(), params: z.unknown(), found: z.unknown() })).catch([]),
      models: z.array(z.object({ step: z.string(), name: z.string(), sha256: z.string() })).catch([]),
      labels: z
        .object({ real: z.number(), interpolated: z.number(), invented: z.number(), all: z.number() })
        .nullable()
        .catch(null),
      mask: z.object({ name: z.string(), sha256: z.string() }).nullable().catch(null),
      stored: z.object({ ending: z.string(), sha256: z.string(), pixels: z.number() }).nullable().catch(null),
      warnings: lines.catch([]),
    })
    .nullish()
    .catch(null),
});
export type DevelopRecord = z.infer<typeof developRecordSchema>;
