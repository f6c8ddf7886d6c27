/**
 * Rectangles on the picture, in fractions 0..1 of it: what crop, base picker and frame boundaries share.
 * Moving and resizing by handle, with or without a fixed ratio, by mouse or arrow keys, always inside the
 * picture and never smaller than a hundredth of it. Ratios are of pixels, so the picture's own shape matters.
 */
import type { Box, Point, Size } from './viewport.ts';

export type Handle = 'move' | 'n' | 'ne' | 'e' | 'se' | 's' | 'sw' | 'w' | 'nw';
export const handles: readonly Handle[] = ['nw', 'n', 'ne', 'e', 'se', 's', 'sw', 'w'];
export const MIN_SIDE = 0.01;

const clamp = (v: number, lo: number, hi: number) => Math.min(hi, Math.max(lo, v));

/** The rectangle between two corners in any order, kept inside the picture. */
export function fromCorners(a: Point, b: Point): Box {
  const x0 = clamp(Math.min(a.x, b.x), 0, 1);
  const y0 = clamp(Math.min(a.y, b.y), 0, 1);
  const x1 = clamp(Math.max(a.x, b.x), 0, 1);
  const y1 = clamp(Math.max(a.y, b.y), 0, 1);
  return { x: x0, y: y0, w: x1 - x0, h: y1 - y0 };
}

/** Without what arithmetic leaves beyond the picture: the host refuses rectangles that leave it by a hair. */
export function inside(r: Box): Box {
  return fromCorners({ x: r.x, y: r.y }, { x: r.x + r.w, y: r.y + r.h });
}

/** Moves the rectangle by fractions; it stops at the edges and keeps its size. */
export function moveRect(r: Box, dx: number, dy: number): Box {
  return { ...r, x: clamp(r.x + dx, 0, 1 - r.w), y: clamp(r.y + dy, 0, 1 - r.h) };
}

/** Ratio width : height in pixels for a format name; null = free. `portrait` turns it. */
export function ratioOf(format: string, portrait: boolean): number | null {
  const table: Record<string, number> = {
    '3:2': 3 / 2,
    '4:3': 4 / 3,
    '1:1': 1,
    '7:6': 7 / 6,
    half: 4 / 3,
    panorama: 65 / 24,
  };
  const r = table[format];
  if (r === undefined) return null;
  // Half-frame cameras stand on their short side: 18 x 24 mm is portrait on the film.
  const upright = format === 'half' ? !portrait : portrait;
  return upright ? 1 / r : r;
}

/** Pulls one handle by fractions; `ratio` is width : height in pixels of a picture of size `picture`, or null. */
export function dragHandle(
  r: Box,
  handle: Handle,
  dx: number,
  dy: number,
  ratio: number | null,
  picture: Size,
): Box {
  if (handle === 'move') return moveRect(r, dx, dy);
  let x0 = r.x;
  let y0 = r.y;
  let x1 = r.x + r.w;
  let y1 = r.y + r.h;
  if (handle.includes('w')) x0 = clamp(x0 + dx, 0, x1 - MIN_SIDE);
  if (handle.includes('e')) x1 = clamp(x1 + dx, x0 + MIN_SIDE, 1);
  if (handle.includes('n')) y0 = clamp(y0 + dy, 0, y1 - MIN_SIDE);
  if (handle.includes('s')) y1 = clamp(y1 + dy, y0 + MIN_SIDE, 1);
  if (ratio === null) return { x: x0, y: y0, w: x1 - x0, h: y1 - y0 };
  return holdRatio({ x: x0, y: y0, w: x1 - x0, h: y1 - y0 }, handle, ratio, picture);
}

/** Makes the rectangle obey the ratio; the side opposite to the handle (or the centre line) stays. */
function holdRatio(r: Box, handle: Handle, ratio: number, picture: Size): Box {
  const k = (ratio * picture.h) / picture.w; // w / h in fractions
  const horizontal = handle === 'e' || handle === 'w';
  const vertical = handle === 'n' || handle === 's';
  let w = r.w;
  let h = r.h;
  if (horizontal) h = w / k;
  else if (vertical) w = h * k;
  else if (w / h > k) w = h * k;
  else h = w / k;
  const anchorX = handle.includes('w') ? 1 : handle.includes('e') ? 0 : 0.5;
  const anchorY = handle.includes('n') ? 1 : handle.includes('s') ? 0 : 0.5;
  const ax = r.x + r.w * anchorX;
  const ay = r.y + r.h * anchorY;
  const roomX = anchorX === 0.5 ? 2 * Math.min(ax, 1 - ax) : anchorX === 1 ? ax : 1 - ax;
  const roomY = anchorY === 0.5 ? 2 * Math.min(ay, 1 - ay) : anchorY === 1 ? ay : 1 - ay;
  const shrink = Math.min(1, roomX / w, roomY / h);
  w *= shrink;
  h *= shrink;
  return { x: ax - w * anchorX, y: ay - h * anchorY, w, h };
}

/** The largest rectangle of a ratio inside `within`, about its middle. */
export function fitRatio(within: Box, ratio: number, picture: Size): Box {
  const k = (ratio * picture.h) / picture.w;
  let w = within.w;
  let h = w / k;
  if (h > within.h) {
    h = within.h;
    w = h * k;
  }
  return { x: within.x + (within.w - w) / 2, y: within.y + (within.h - h) / 2, w, h };
}

/**
 * Straightening from a line drawn along something level or upright: the correction in degrees to the nearest
 * axis (-45..45; positive turns the picture clockwise, as `frame.straighten` does), limited to `limit`. The
 * points are fractions of a picture of size `picture`; a line of no length gives 0.
 */
export function straightenFrom(a: Point, b: Point, picture: Size, limit = 15): number {
  const dx = (b.x - a.x) * picture.w;
  const dy = (b.y - a.y) * picture.h;
  if (Math.hypot(dx, dy) < 1e-6) return 0;
  const tilt = (Math.atan2(dy, dx) * 180) / Math.PI;
  const offAxis = tilt - Math.round(tilt / 90) * 90;
  return Math.round(clamp(-offAxis, -limit, limit) * 10) / 10;
}

const arrows: Record<string, Point> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

/** Fractions to move for an arrow key (one picture pixel with alt, 1/200 plain, 1/20 with shift); null for other keys. */
export function arrowStep(
  event: { key: string; shiftKey: boolean; altKey: boolean },
  picture: Size,
): Point | null {
  const a = arrows[event.key];
  if (!a) return null;
  const step = event.shiftKey ? 0.05 : 0.005;
  return event.altKey ? { x: a.x / picture.w, y: a.y / picture.h } : { x: a.x * step, y: a.y * step };
}

/**
 * `dragHandle` for a rectangle that is turned by `angle` degrees (clockwise) about its own centre, in pixels
 * of the picture: the pull is taken along the rectangle's own axes, and what lies opposite to the handle stays
 * where it is on the picture. With `angle` 0 it is the same as `dragHandle`.
 */
export function dragTurned(
  r: Box,
  handle: Handle,
  dx: number,
  dy: number,
  angle: number,
  ratio: number | null,
  picture: Size,
): Box {
  if (angle === 0 || handle === 'move') return dragHandle(r, handle, dx, dy, ratio, picture);
  const a = (angle * Math.PI) / 180;
  const px = dx * picture.w;
  const py = dy * picture.h;
  const along = { x: px * Math.cos(a) + py * Math.sin(a), y: -px * Math.sin(a) + py * Math.cos(a) };
  const pulled = dragHandle(r, handle, along.x / picture.w, along.y / picture.h, ratio, picture);
  const ox = (pulled.x + pulled.w / 2 - r.x - r.w / 2) * picture.w;
  const oy = (pulled.y + pulled.h / 2 - r.y - r.h / 2) * picture.h;
  const cx = r.x + r.w / 2 + (ox * Math.cos(a) - oy * Math.sin(a)) / picture.w;
  const cy = r.y + r.h / 2 + (ox * Math.sin(a) + oy * Math.cos(a)) / picture.h;
  return moveRect({ x: cx - pulled.w / 2, y: cy - pulled.h / 2, w: pulled.w, h: pulled.h }, 0, 0);
}
