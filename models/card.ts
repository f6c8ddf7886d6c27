/**
 * Model cards: what stands in models/NAME/card.json beside the weights, for people and for the model store, which
 * refuses weights whose hash or shapes disagree with their card.
 */
import { z } from 'zod';

const shape = z.array(z.union([z.number().int(), z.string()]));
const value = z.object({
  name: z.string(),
  /** Whole numbers, or words such as "height/4" for what the size of the picture decides. */
  shape,
  /** What the numbers mean: range, unit, colour space. */
  meaning: z.string(),
});

export const modelCardSchema = z.object({
  name: z.string(),
  version: z.string(),
  /** One sentence: what the model does. */
  task: z.string(),
  /** The network of models/ that these weights fill, and its width. */
  network: z.string(),
  width: z.enum(['small', 'base', 'large']).nullable(),
  /** File beside the card and its SHA-256; null while there are no trained weights. */
  weights: z.string().nullable(),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable(),
  inputs: z.array(value),
  outputs: z.array(value),
  license: z.string(),
  /** Where weights or parts of them were taken from. */
  provenance: z.array(z.object({ what: z.string(), from: z.string(), license: z.string() })),
  trainedOn: z.string(),
  /** Figures on test pictures, by name; each was measured with the command in `measuredBy`. */
  metrics: z.record(z.string(), z.number()),
  measuredBy: z.string().nullable(),
  limits: z.string(),
});
export type ModelCard = z.infer<typeof modelCardSchema>;
