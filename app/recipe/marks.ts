/**
 * What a person draws on a picture: marks (where damage is, or is not, and what is to be put there) and colour
 * hints. All places are fractions 0..1 of the *scan as stored*, before crop, rotation and straightening, so that
 * no later change of geometry moves them; lengths are fractions of the scan's longer side.
 */
import { z } from 'zod';

const place = z.tuple([z.number().min(-0.5).max(1.5), z.number().min(-0.5).max(1.5)]);
/** Half a scan beyond the border in any direction, from any point. */
const offset = z.tuple([z.number().min(-2).max(2), z.number().min(-2).max(2)]);

/**
 * brush, line, lasso: damage lies here (line: a long scratch, thin; lasso: the inside of a closed outline).
 * erase, spare: no damage here, whatever was found (along a stroke; inside an outline).
 * heal, clone: the place is made from another part of the picture, `from` away; heal takes over its texture and
 * keeps the light of the place, clone takes it as it is.
 */
export const markTools = ['brush', 'line', 'lasso', 'erase', 'spare', 'heal', 'clone'] as const;
export type MarkTool = (typeof markTools)[number];

export const markSchema = z.object({
  tool: z.enum(markTools),
  /** One point is a dab. */
  points: z.array(place).min(1).max(4000),
  /** Half the stroke's width; not used by lasso and spare. */
  radius: z.number().min(0).max(0.5).default(0.005),
  /** heal, clone: where the picture is taken from, relative to each point. */
  from: offset.nullable().default(null),
});
export type Mark = z.infer<typeof markSchema>;

/** A colour that a person put on a point: display colour, sRGB-encoded 0..1; its lightness is not used. */
export const hintSchema = z.object({
  x: z.number().min(0).max(1),
  y: z.number().min(0).max(1),
  colour: z.tuple([z.number().min(0).max(1), z.number().min(0).max(1), z.number().min(0).max(1)]),
});
export type Hint = z.infer<typeof hintSchema>;

export const marksSchema = z.array(markSchema).max(5000);
export const hintsSchema = z.array(hintSchema).max(500);
/** Ids of library pictures that show the same as this one. */
export const sourcesSchema = z.array(z.number().int().min(1)).max(4);
