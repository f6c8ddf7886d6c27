/**
 * What a moved frame lacks at its border, from frames nearby in which it lies inside: the nearest in time that has it, its
 * brightness fitted to this frame's along the seam. What no frame has stays the border's own last pixels, repeated.
 */
import type { Frame, Samples } from '../../../../../app/film/frame.ts';
import { cubicAt } from '../planes.ts';
import type { Taps } from './resample.ts';

export interface Placement {
  width: number;
  height: number;
  columns: Taps;
  rows: Taps;
}

/** Pixels inside the seam whose brightness is compared. */
const SEAM = 6;

/**
 * Fills what `columns` and `rows` say lies outside, in place. A lender's sample for the pixel (x, y) lies at
 * (x + lender.x, y + lender.y) of its plane `p`.
 */
export function fillBorder(
  out: Samples,
  p: number,
  placement: Placement,
  lenders: readonly { frame: Frame; x: number; y: number }[],
  top: number,
): void {
  const { width, height, columns, rows } = placement;
  const span = (taps: Taps, n: number): { first: number; last: number } => {
    let first = 0;
    let last = n - 1;
    while (first < n && taps.outside[first]) first++;
    while (last >= 0 && taps.outside[last]) last--;
    return { first, last };
  };
  const h = span(columns, width);
  const v = span(rows, height);
  if (h.first === 0 && v.first === 0 && h.last === width - 1 && v.last === height - 1) return;
  if (h.first > h.last || v.first > v.last) return;
  const bands = [
    { x0: 0, x1: width - 1, y0: 0, y1: v.first - 1 },
    { x0: 0, x1: width - 1, y0: v.last + 1, y1: height - 1 },
    { x0: 0, x1: h.first - 1, y0: v.first, y1: v.last },
    { x0: h.last + 1, x1: width - 1, y0: v.first, y1: v.last },
  ];
  for (const band of bands) {
    const offsets = new Map<Frame, number>();
    for (let y = band.y0; y <= band.y1; y++)
      for (let x = band.x0; x <= band.x1; x++) {
        const lender = lenders.find(
          (l) => x + l.x >= 0 && x + l.x <= width - 1 && y + l.y >= 0 && y + l.y <= height - 1,
        );
        if (!lender) continue;
        const data = lender.frame.planes[p];
        let offset = offsets.get(lender.frame);
        if (offset === undefined) {
          offset = seamOffset(out, data, lender, band, { width, height, h, v });
          offsets.set(lender.frame, offset);
        }
        const value = cubicAt(data, width, height, x + lender.x, y + lender.y) + offset;
        out[y * width + x] = Math.max(0, Math.min(top, Math.round(value)));
      }
  }
}

/** Mean difference between the frame and the lender in the strip just inside the band. */
function seamOffset(
  out: Samples,
  data: Samples,
  lender: { x: number; y: number },
  band: { x0: number; x1: number; y0: number; y1: number },
  inner: {
    width: number;
    height: number;
    h: { first: number; last: number };
    v: { first: number; last: number };
  },
): number {
  const { width, height, h, v } = inner;
  const x0 = Math.max(h.first, band.x0 - SEAM);
  const x1 = Math.min(h.last, band.x1 + SEAM);
  const y0 = Math.max(v.first, band.y0 - SEAM);
  const y1 = Math.min(v.last, band.y1 + SEAM);
  let sum = 0;
  let count = 0;
  for (let y = y0; y <= y1; y++)
    for (let x = x0; x <= x1; x++) {
      const lx = Math.round(x + lender.x);
      const ly = Math.round(y + lender.y);
      if (lx < 0 || ly < 0 || lx >= width || ly >= height) continue;
      sum += out[y * width + x] - data[ly * width + lx];
      count++;
    }
  return count > 0 ? sum / count : 0;
}
