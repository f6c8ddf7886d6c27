/**
 * Marks to pixels. A pixel belongs to a stroke when its centre lies within the stroke's radius of the line through
 * the mark's points (one point: a dab); to an outline when its centre lies inside it by the even-odd rule. Marks
 * count in the order in which they were drawn, the last one wins. Coordinates are fractions of the picture, lengths
 * fractions of its longer side; the same marks are drawn into whatever resolution and part is asked for, so that a
 * heal or clone stroke is exact at full resolution too.
 */
import type { Mark } from '../../../app/recipe/marks.ts';
import type { Rect } from '../../../app/picture.ts';
import type { DamageMap } from './types.ts';

/** A stroke is at least one pixel wide, or a thin line would have gaps. */
const LEAST_RADIUS = 0.5;
/** Guards centres that lie exactly on a stroke's edge against rounding. */
const EDGE = 1e-6;

interface Size {
  width: number;
  height: number;
}

/** Calls `hit(index in the part)` for every pixel of `part` that the mark covers. */
export function coverMark(mark: Mark, size: Size, part: Rect, hit: (i: number) => void): void {
  const points = mark.points.map(([x, y]) => [x * size.width - part.x, y * size.height - part.y] as const);
  if (mark.tool === 'lasso' || mark.tool === 'spare') insideOutline(points, part, hit);
  else stroke(points, Math.max(LEAST_RADIUS, mark.radius * Math.max(size.width, size.height)), part, hit);
}

function stroke(
  points: readonly (readonly [number, number])[],
  radius: number,
  part: Rect,
  hit: (i: number) => void,
): void {
  const reach = radius + EDGE;
  const limit = reach * reach;
  // Segments overlap at their joints; every pixel is told once.
  const told = points.length > 2 ? new Uint8Array(part.w * part.h) : null;
  for (let k = 0; k < Math.max(1, points.length - 1); k++) {
    const [ax, ay] = points[k];
    const [bx, by] = points[Math.min(points.length - 1, k + 1)];
    const dx = bx - ax;
    const dy = by - ay;
    const length = dx * dx + dy * dy;
    const x0 = Math.max(0, Math.ceil(Math.min(ax, bx) - reach - 0.5));
    const x1 = Math.min(part.w - 1, Math.floor(Math.max(ax, bx) + reach - 0.5));
    const y0 = Math.max(0, Math.ceil(Math.min(ay, by) - reach - 0.5));
    const y1 = Math.min(part.h - 1, Math.floor(Math.max(ay, by) + reach - 0.5));
    for (let y = y0; y <= y1; y++)
      for (let x = x0; x <= x1; x++) {
        const px = x + 0.5 - ax;
        const py = y + 0.5 - ay;
        const t = length > 0 ? Math.min(1, Math.max(0, (px * dx + py * dy) / length)) : 0;
        const ex = px - t * dx;
        const ey = py - t * dy;
        if (ex * ex + ey * ey > limit) continue;
        const i = y * part.w + x;
        if (told) {
          if (told[i]) continue;
          told[i] = 1;
        }
        hit(i);
      }
  }
}

function insideOutline(
  points: readonly (readonly [number, number])[],
  part: Rect,
  hit: (i: number) => void,
): void {
  for (let y = 0; y < part.h; y++) {
    const at = y + 0.5;
    const crossings: number[] = [];
    for (let k = 0; k < points.length; k++) {
      const [ax, ay] = points[k];
      const [bx, by] = points[(k + 1) % points.length];
      if (ay <= at === by <= at) continue;
      crossings.push(ax + ((at - ay) / (by - ay)) * (bx - ax));
    }
    crossings.sort((a, b) => a - b);
    for (let k = 0; k + 1 < crossings.length; k += 2) {
      const x1 = Math.min(part.w - 1, Math.ceil(crossings[k + 1] - 0.5) - 1);
      for (let x = Math.max(0, Math.ceil(crossings[k] - 0.5)); x <= x1; x++) hit(y * part.w + x);
    }
  }
}

/**
 * What is to be filled: what was found, with a person's marks over it.
 * @param size of the mask; a damage map of another size is stretched to it (nearest pixel)
 * @returns one byte a pixel: the found confidence, 255 under brush, line, lasso, heal and clone, 0 under erase and spare
 */
export function maskWithMarks(damage: DamageMap | null, marks: readonly Mark[], size: Size): Uint8Array {
  const { width, height } = size;
  const out = new Uint8Array(width * height);
  if (damage)
    for (let y = 0; y < height; y++) {
      const from = Math.floor(((y + 0.5) * damage.height) / height) * damage.width;
      for (let x = 0; x < width; x++)
        out[y * width + x] = damage.confidence[from + Math.floor(((x + 0.5) * damage.width) / width)];
    }
  const all = { x: 0, y: 0, w: width, h: height };
  for (const mark of marks) {
    const value = mark.tool === 'erase' || mark.tool === 'spare' ? 0 : 255;
    coverMark(mark, size, all, (i) => (out[i] = value));
  }
  return out;
}

/** Whether the mark says where its pixels come from. */
export function copies(mark: Mark): mark is Mark & { tool: 'heal' | 'clone'; from: [number, number] } {
  return (mark.tool === 'heal' || mark.tool === 'clone') && mark.from !== null;
}

/**
 * Which heal or clone mark each pixel of a part belongs to: its index in `marks` plus 1; 0 for none. A later mark
 * of any other kind takes the pixel from it.
 */
export function copiedBy(marks: readonly Mark[], size: Size, part: Rect): Uint16Array | null {
  if (!marks.some(copies)) return null;
  const out = new Uint16Array(part.w * part.h);
  marks.forEach((mark, k) => {
    const value = copies(mark) ? k + 1 : 0;
    coverMark(mark, size, part, (i) => (out[i] = value));
  });
  return out;
}
