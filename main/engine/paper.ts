/** A picture for a piece of paper: how large it gets there, and whether it has the pixels for it. */
import type { DevelopParams } from '../../app/recipe/develop.ts';
import { PRINT_DPI } from './print-size.ts';

/** Centimetres, the longer side first. */
export type Paper = readonly [number, number];

const CM_PER_INCH = 2.54;
/** Pixels that may be lacking without anybody seeing it. */
const LACKING = 1.05;

/** The longer side in centimetres of a picture that fits on the paper, turned as the picture is. */
export function longerOn([long, short]: Paper, picture: { width: number; height: number }): number {
  const shape = Math.max(picture.width, picture.height) / Math.min(picture.width, picture.height);
  return Math.min(long, short * shape);
}

/** The parameters with an enlargement where a print of this size has too few pixels at its resolution. */
export function enoughFor(
  params: DevelopParams,
  centimetres: number,
  dpi: number | null,
  longest: number,
): DevelopParams {
  const lacking = ((centimetres / CM_PER_INCH) * (dpi ?? PRINT_DPI)) / longest;
  if (params.enlarge.on || lacking <= LACKING) return params;
  return { ...params, enlarge: { ...params.enlarge, on: true, factor: lacking > 2 ? '4' : '2' } };
}
