/**
 * Points between a picture as it is shown (cropped, straightened, turned, mirrored) and the scan as stored, where
 * marks and hints are kept. The way from one to the other is the affine map that the pixel path sends along
 * (`PixelsHeader.place`). Besides fractions there are *scan pixels*, in which lengths are the same in every
 * direction: brushes are round there.
 */

export interface Place {
  /** Shown fractions to scan fractions: x = m0·u + m1·v + m2, y = m3·u + m4·v + m5. */
  map: readonly [number, number, number, number, number, number];
  /** The scan's size in pixels. */
  width: number;
  height: number;
}

interface Point {
  x: number;
  y: number;
}

/** Nothing cropped, nothing turned. */
export const upright = (width: number, height: number): Place => ({ map: [1, 0, 0, 0, 1, 0], width, height });

/** A point of the shown picture (fractions) on the scan (fractions); either may lie outside 0..1. */
export function onScan(place: Place, { x, y }: Point): Point {
  const [a, b, c, d, e, f] = place.map;
  return { x: a * x + b * y + c, y: d * x + e * y + f };
}

/** The inverse: a point of the scan (fractions) on the shown picture (fractions). */
export function onPicture(place: Place, { x, y }: Point): Point {
  const [a, b, c, d, e, f] = place.map;
  const det = a * e - b * d;
  return { x: (e * (x - c) - b * (y - f)) / det, y: (a * (y - f) - d * (x - c)) / det };
}

/** Scan pixels that one shown picture is wide, measured along its upper edge: what a length on the screen is on the scan. */
export function widthOnScan(place: Place): number {
  const [a, , , d] = place.map;
  return Math.hypot(a * place.width, d * place.height);
}

/** The scan's longer side in pixels: lengths of marks are fractions of it. */
export const longSide = (place: Place): number => Math.max(place.width, place.height);
