/**
 * The pixel path: one POST to `/pixels` (same path in both hosts), a small JSON request in, raw RGBA out.
 * Never JSON pixels. The body that comes back is: 4 bytes little-endian length of a JSON header
 * (`PixelsHeader`), the header in UTF-8 padded with spaces to a multiple of 4, then width*height*4 bytes of
 * RGBA in the asked colour space. Thumbnails are plain images at GET `/thumbs/<itemId>?v=<version>`.
 */
import { z } from 'zod';
import { recipeSchema } from '../recipe/develop.ts';
import { reelPixelsSchema } from './film.ts';

export const pixelsRequestSchema = z.object({
  itemId: z.number().int(),
  /** null = the stored recipe. */
  recipe: recipeSchema.nullable(),
  /**
   * `developed`: the result. `film`: the scan as it is. `dust`: the result with the infrared dust mask in red.
   * `clipping`: marked. `damage`: the positive before the repair, with the mask in red by its confidence.
   * `labels`: the result, where it was repaired tinted by evidence (`evidenceColours`).
   * `changes`: how far the restore steps changed each pixel. `confidence`: how sure the colorist is, dark = unsure.
   */
  show: z
    .enum(['developed', 'film', 'dust', 'clipping', 'damage', 'labels', 'changes', 'confidence'])
    .default('developed'),
  /** false = the whole scan (no crop, format, straighten), turned and mirrored as the picture is (for tools). */
  geometry: z.boolean().default(true),
  /** Part of the finished picture to show, in fractions 0..1 of it. */
  view: z
    .object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() })
    .default({ x: 0, y: 0, w: 1, h: 1 }),
  /** The result fits in this many device pixels. */
  maxWidth: z.number().int().min(1).max(8192),
  maxHeight: z.number().int().min(1).max(8192),
  space: z.enum(['srgb', 'display-p3']).default('srgb'),
  /**
   * Milliseconds that the window waits for steps that take long (a search for damage, a network). What is not there by
   * then is left out and named in `pending`; asked again, the same picture comes when it is complete. Without: it waits.
   */
  patience: z.number().min(0).optional(),
  /** A frame of a reel in place of a developed picture; `recipe`, `show` and `geometry` say nothing then. */
  reel: reelPixelsSchema.optional(),
});
/**
 * sRGB codes of the three kinds of evidence in `show: 'labels'` and in its legend. They stay apart for every kind of
 * colour vision: green, blue and red-orange of the set by Okabe and Ito, which differ in lightness too.
 */
export const evidenceColours = {
  real: [0, 158, 115],
  interpolated: [86, 180, 233],
  invented: [213, 94, 0],
} as const satisfies Record<string, readonly [number, number, number]>;
export type PixelsRequest = z.input<typeof pixelsRequestSchema>;
export type PixelsRequestParsed = z.output<typeof pixelsRequestSchema>;

export interface PixelsHeader {
  width: number;
  height: number;
  /** Size of the whole finished picture at full resolution. */
  fullWidth: number;
  fullHeight: number;
  /** 3 x 256 counts over the shown part (red, green, blue), of the developed picture. */
  histogram: number[];
  /** Share of pixels (0..1) at paper white / paper black. */
  clippedWhite: number;
  clippedBlack: number;
  /**
   * With `geometry` false: how the scan as stored is turned to be shown (EXIF orientation, rotate, mirror), as a
   * signed permutation [p, q, r, s] about the centre, y down: shown x = p·x + q·y, shown y = r·x + s·y.
   */
  turn?: [number, number, number, number];
  /**
   * Where the finished picture (or, with `geometry` false, the whole turned scan) lies on the scan as stored, both in
   * fractions 0..1: scan x = map[0]·u + map[1]·v + map[2], scan y = map[3]·u + map[4]·v + map[5]. What marks and
   * hints are placed by, whatever the crop, tilt, rotation and mirror. `width` and `height` are the scan's, in pixels.
   */
  place?: { map: [number, number, number, number, number, number]; width: number; height: number };
  /** Steps that are still at work and not in this picture: ask again (without `patience`, or with more). */
  pending?: string[];
  /** What a person has to know of the restore steps, e.g. that there is no model for one. */
  warnings?: string[];
  /** Milliseconds the engine spent. */
  ms: number;
}
