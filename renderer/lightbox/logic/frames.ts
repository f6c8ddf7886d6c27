/**
 * The pictures on one scan (a strip, a flatbed full of slides) as boundaries that a person can mend: move,
 * resize, add, split, delete. Fractions of the scan; `angle` in degrees, clockwise.
 */
import { dragHandle, moveRect, type Handle } from './rects.ts';
import type { Box, Size } from './viewport.ts';

export interface FrameBoundary extends Box {
  angle: number;
}

/** Left to right, top to bottom: frames whose heights overlap by half share a row. */
export function readingOrder(frames: readonly FrameBoundary[]): FrameBoundary[] {
  const byTop = [...frames].sort((a, b) => a.y - b.y);
  const rows: FrameBoundary[][] = [];
  for (const f of byTop) {
    const row = rows.find((r) => {
      const first = r[0];
      const overlap = Math.min(first.y + first.h, f.y + f.h) - Math.max(first.y, f.y);
      return overlap > Math.min(first.h, f.h) / 2;
    });
    if (row) row.push(f);
    else rows.push([f]);
  }
  return rows.flatMap((r) => r.sort((a, b) => a.x - b.x));
}

/** Moves or resizes one frame by a handle. */
export function editFrame(
  frames: readonly FrameBoundary[],
  index: number,
  handle: Handle,
  dx: number,
  dy: number,
  scan: Size,
): FrameBoundary[] {
  return frames.map((f, i) =>
    i === index ? { ...dragHandle(f, handle, dx, dy, null, scan), angle: f.angle } : f,
  );
}

/** A new frame of the median size, beside the last one where there is room, else in the middle. */
export function addFrame(frames: readonly FrameBoundary[]): FrameBoundary[] {
  if (frames.length === 0) return [{ x: 0.1, y: 0.1, w: 0.8, h: 0.8, angle: 0 }];
  const median = (key: 'w' | 'h') => [...frames].map((f) => f[key]).sort((a, b) => a - b)[frames.length >> 1];
  const last = readingOrder(frames)[frames.length - 1];
  const w = median('w');
  const h = median('h');
  const gap = 0.01;
  const right = { x: last.x + last.w + gap, y: last.y, w, h, angle: last.angle };
  const below = { x: last.x, y: last.y + last.h + gap, w, h, angle: last.angle };
  const fits = (f: Box) => f.x >= 0 && f.y >= 0 && f.x + f.w <= 1 && f.y + f.h <= 1;
  const place = fits(right)
    ? right
    : fits(below)
      ? below
      : { x: 0.5 - w / 2, y: 0.5 - h / 2, w, h, angle: 0 };
  return [...frames, place];
}

/** Cuts one frame in two along its longer side (in pixels of the scan). */
export function splitFrame(frames: readonly FrameBoundary[], index: number, scan: Size): FrameBoundary[] {
  const f = frames[index];
  if (!f) return [...frames];
  const across = f.w * scan.w >= f.h * scan.h;
  const a = across ? { ...f, w: f.w / 2 } : { ...f, h: f.h / 2 };
  const b = across ? { ...f, x: f.x + f.w / 2, w: f.w / 2 } : { ...f, y: f.y + f.h / 2, h: f.h / 2 };
  return [...frames.slice(0, index), a, b, ...frames.slice(index + 1)];
}

/** Without one frame; the last one stays, since a scan holds at least one picture. */
export function removeFrame(frames: readonly FrameBoundary[], index: number): FrameBoundary[] {
  return frames.length <= 1 ? [...frames] : frames.filter((_, i) => i !== index);
}

/** Kept inside the scan, in reading order: what is sent to the host. */
export function finishFrames(frames: readonly FrameBoundary[]): FrameBoundary[] {
  return readingOrder(frames.map((f) => ({ ...moveRect(f, 0, 0), angle: f.angle })));
}
