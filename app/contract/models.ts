/** Models that a person has imported, as a window sees them: cards, and what may be asked of the store. */
import { z } from 'zod';

export const modelCardViewSchema = z.object({
  name: z.string(),
  /** The step that it serves. */
  task: z.enum(['restorer', 'colorist', 'filler', 'upscaler']),
  /** Kind of adapter, e.g. 'image', 'ddcolor' (docs/models.md). */
  kind: z.string(),
  scale: z.number(),
  sha256: z.string(),
  bytes: z.number(),
  parameters: z.number(),
  /** '' when nobody said. */
  license: z.string(),
  /** Name of the file that was imported. */
  origin: z.string(),
  importedAt: z.string(),
});
export type ModelCardView = z.infer<typeof modelCardViewSchema>;

const name = z.string().min(1).max(80);
export const modelCalls = {
  'models.list': [z.object({}), z.object({ models: z.array(modelCardViewSchema) })],
  /** Takes an ONNX file out of a folder that the host knows; `kind` where it was seen wrongly. It may take a minute. */
  'models.import': [
    z.object({
      folderId: z.string(),
      path: z.string().max(4000),
      name: name.optional(),
      kind: z.string().max(40).optional(),
      license: z.string().max(400).optional(),
    }),
    modelCardViewSchema,
  ],
  /** Looks whether a model is what was imported, and tries it again. */
  'models.verify': [z.object({ name }), modelCardViewSchema],
  'models.remove': [z.object({ name }), z.object({ ok: z.literal(true) })],
} as const satisfies Record<string, readonly [z.ZodType, z.ZodType]>;
