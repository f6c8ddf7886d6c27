/** Faces as soft areas: ellipses over their boxes, full within, fading out over a third of their size. */
import type { Rect } from '../../../app/picture.ts';
import type { FaceBox } from '../repair/index.ts';

/** Ellipse in half sides of the box where a face ends, and where its surroundings begin. A box is tight; heads are higher. */
const FULL = 1.15;
const GONE = 1.7;

/** @returns 0..1 for each pixel of a part of a picture */
export function faceMask(
  faces: readonly FaceBox[],
  rect: Rect,
  { width, height }: { width: number; height: number },
): Float32Array {
  const out = new Float32Array(rect.w * rect.h);
  for (const { x, y, w, h } of faces) {
    const cx = (x + w / 2) * width;
    const cy = (y + h / 2) * height;
    const rx = Math.max(1, (w / 2) * width);
    const ry = Math.max(1, (h / 2) * height);
    const y0 = Math.max(rect.y, Math.floor(cy - GONE * ry));
    const y1 = Math.min(rect.y + rect.h, Math.ceil(cy + GONE * ry));
    const x0 = Math.max(rect.x, Math.floor(cx - GONE * rx));
    const x1 = Math.min(rect.x + rect.w, Math.ceil(cx + GONE * rx));
    for (let v = y0; v < y1; v++)
      for (let u = x0; u < x1; u++) {
        const r = Math.hypot((u + 0.5 - cx) / rx, (v + 0.5 - cy) / ry);
        const t = Math.min(1, Math.max(0, (GONE - r) / (GONE - FULL)));
        const soft = t * t * (3 - 2 * t);
        const i = (v - rect.y) * rect.w + u - rect.x;
        if (soft > out[i]) out[i] = soft;
      }
  }
  return out;
}
