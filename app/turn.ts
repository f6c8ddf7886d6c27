/**
 * Rectangles between the scan as stored (what recipes and frame boundaries are in) and the scan as the tools
 * show it: turned by its EXIF orientation, then rotated and mirrored as the picture is. A turn is a signed
 * permutation [p, q, r, s] about the centre, y down: shown x = p·x + q·y, shown y = r·x + s·y.
 */
import type { Rect } from './picture.ts';

interface Size {
  w: number;
  h: number;
}

export type Turn = readonly [number, number, number, number];
export const UPRIGHT: Turn = [1, 0, 0, 1];

const place = (r: Rect, [p, q, s, t]: Turn): Rect => {
  const x = r.x + r.w / 2 - 0.5;
  const y = r.y + r.h / 2 - 0.5;
  const w = p === 0 ? r.h : r.w;
  const h = p === 0 ? r.w : r.h;
  return { x: 0.5 + p * x + q * y - w / 2, y: 0.5 + s * x + t * y - h / 2, w, h };
};

/** A rectangle of the stored scan as it lies on the shown one; fractions of either. */
export function toShown(rect: Rect, turn: Turn): Rect {
  return place(rect, turn);
}

/** A rectangle drawn on the shown scan, on the stored one; the inverse of a turn is its transpose. */
export function toStored(rect: Rect, [p, q, r, s]: Turn): Rect {
  return place(rect, [p, r, q, s]);
}

/** Size of the stored scan from that of the shown one, and the other way round. */
export function turnedSize(size: Size, turn: Turn): Size {
  return turn[0] === 0 ? { w: size.h, h: size.w } : size;
}

/** 1, or -1 when the shown scan is mirrored: tilts change their sign with it. */
export function senseOf([p, q, r, s]: Turn): 1 | -1 {
  return p * s - q * r < 0 ? -1 : 1;
}
