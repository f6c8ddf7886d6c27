/**
 * What belongs to a family's pictures beyond one recipe: several prints on one scan, front and back of a print, the
 * colour memory, and one setting for prints of one age. Everything here is a proposal until a person takes it.
 */
import { z } from 'zod';
import { recipeSchema } from '../recipe/develop.ts';

const id = z.number().int();
const ids = z.array(id).max(100_000);
const ok = z.object({ ok: z.literal(true) });

export const boundarySchema = z.object({
  x: z.number(),
  y: z.number(),
  w: z.number(),
  h: z.number(),
  /** Degrees, clockwise. */
  angle: z.number(),
});
export const pairSchema = z.object({
  frontId: id,
  backId: id,
  /** 0..1: how sure. */
  score: z.number(),
  /** Sentences: what speaks for it. */
  reasons: z.array(z.string()),
});
export type PairProposal = z.infer<typeof pairSchema>;
export const proposedHintSchema = z.object({
  /** Which remembered colour it is. */
  memoryId: id,
  /** Fractions of the scan as stored. */
  x: z.number(),
  y: z.number(),
  /** sRGB-encoded 0..1. */
  colour: z.tuple([z.number(), z.number(), z.number()]),
  /** 0..1: how alike the two places look to the network. */
  alike: z.number(),
  /** The picture on which the colour was said; null when it is no longer in the library. */
  fromId: id.nullable(),
  fromName: z.string(),
});
export type ProposedColour = z.infer<typeof proposedHintSchema>;

export const familyCalls = {
  /** Boundaries of the prints on a scan, fractions of it; none or one: it holds a single picture. Changes nothing: `frames.set` takes them. */
  'prints.find': [
    z.object({ itemId: id }),
    z.object({ frames: z.array(boundarySchema.extend({ confidence: z.number() })) }),
  ],
  /** Which of these pictures are the back of which; changes nothing. At most 200 are looked at. */
  'pairs.propose': [z.object({ ids }), z.object({ pairs: z.array(pairSchema) })],
  /** Puts a back behind its front. Each is part of one pair at most; a scan of film has none. */
  'pairs.join': [z.object({ frontId: id, backId: id }), ok],
  /** Takes the pair of a picture (front or back) apart again. */
  'pairs.part': [z.object({ itemId: id }), z.object({ frontId: id, backId: id })],
  /** Colours remembered from other pictures of the same album or roll that may belong here. */
  'memory.proposals': [
    z.object({ itemId: id, recipe: recipeSchema }),
    z.object({ hints: z.array(proposedHintSchema) }),
  ],
  /** Not here: these are not proposed on this picture again. */
  'memory.dismiss': [z.object({ itemId: id, memoryIds: ids }), ok],
  /** Takes it back: they are proposed here again. */
  'memory.recall': [z.object({ itemId: id, memoryIds: ids }), ok],
  'memory.count': [z.object({}), z.object({ count: z.number().int() })],
  /** Forgets every remembered colour. */
  'memory.clear': [z.object({}), z.object({ count: z.number().int() })],
  /**
   * One ageing setting for prints of one age: found over all of them, kept with each. The step is switched on by
   * `recipe.apply`. Prints of another kind than most keep what is found in them.
   */
  'album.ageing': [z.object({ ids }), z.object({ changed: ids })],
  /** Each goes by what is found in it again. */
  'album.part': [z.object({ ids }), z.object({ changed: ids })],
} as const satisfies Record<string, readonly [z.ZodType, z.ZodType]>;
