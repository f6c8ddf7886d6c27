/**
 * Zoom and pan as pure mathematics. A viewport says which point of the picture (fractions 0..1) lies in the
 * middle of the stage and how many device pixels one picture pixel takes (1 = "1:1"); 'fit' follows the stage.
 * Because both are independent of the picture's size and of the recipe, a zoom is kept while sliders move,
 * while before and after are compared, and from one frame of a roll to the next. `planRequest` turns the
 * visible part into the pixels to ask for, so that a 100-megapixel scan never travels whole.
 */

export interface Size {
  w: number;
  h: number;
}
export interface Point {
  x: number;
  y: number;
}
export interface Box extends Point, Size {}

export interface Viewport {
  /** Device pixels per picture pixel, or 'fit'. */
  zoom: 'fit' | number;
  /** Point of the picture in the middle of the stage, fractions 0..1. */
  cx: number;
  cy: number;
}

export const FIT: Viewport = { zoom: 'fit', cx: 0.5, cy: 0.5 };
export const MAX_SCALE = 16;
/** Longest side asked for while a slider moves. */
export const FLUID_SIDE = 1600;
/** Contract limit of one answer. */
const MAX_SIDE = 8192;

const ladder = [
  1 / 32,
  1 / 24,
  1 / 16,
  1 / 12,
  1 / 8,
  1 / 6,
  1 / 4,
  1 / 3,
  1 / 2,
  2 / 3,
  1,
  1.5,
  2,
  3,
  4,
  6,
  8,
  12,
  16,
];

const clamp = (v: number, lo: number, hi: number) => Math.min(hi, Math.max(lo, v));

/** Scale at which the whole picture just fits the stage, less `padding` device pixels on each side. */
export function fitScale(picture: Size, stage: Size, padding = 0): number {
  const w = Math.max(1, stage.w - 2 * padding);
  const h = Math.max(1, stage.h - 2 * padding);
  return Math.min(w / Math.max(1, picture.w), h / Math.max(1, picture.h));
}

/** The scale in force: device pixels per picture pixel. */
export function scaleOf(vp: Viewport, picture: Size, stage: Size, padding = 0): number {
  return vp.zoom === 'fit' ? fitScale(picture, stage, padding) : vp.zoom;
}

/** Keeps the picture from leaving the stage: an axis that fits is centred, one that does not has no gap. */
export function settle(vp: Viewport, picture: Size, stage: Size, padding = 0): Viewport {
  if (vp.zoom === 'fit') return FIT;
  const s = vp.zoom;
  const axis = (c: number, pic: number, room: number) => {
    const half = room / 2 / (pic * s);
    return half >= 0.5 ? 0.5 : clamp(c, half, 1 - half);
  };
  return {
    zoom: s,
    cx: axis(vp.cx, picture.w, Math.max(1, stage.w - 2 * padding)),
    cy: axis(vp.cy, picture.h, Math.max(1, stage.h - 2 * padding)),
  };
}

/** Where the whole picture lies on the stage, in device pixels. On whole pixels, so that 1:1 is exact. */
export function placement(vp: Viewport, picture: Size, stage: Size, padding = 0): Box {
  const v = settle(vp, picture, stage, padding);
  const s = scaleOf(v, picture, stage, padding);
  const w = picture.w * s;
  const h = picture.h * s;
  return { x: Math.round(stage.w / 2 - v.cx * w), y: Math.round(stage.h / 2 - v.cy * h), w, h };
}

/** Stage point (device pixels) to picture fractions; may lie outside 0..1. */
export function toPicture(p: Point, box: Box): Point {
  return { x: (p.x - box.x) / box.w, y: (p.y - box.y) / box.h };
}

/** Picture fractions to stage device pixels. */
export function toStage(p: Point, box: Box): Point {
  return { x: box.x + p.x * box.w, y: box.y + p.y * box.h };
}

/** Sets the scale while the picture point under `at` (stage device pixels) stays where it is. At or below fit it becomes 'fit'. */
export function zoomTo(
  vp: Viewport,
  scale: number,
  at: Point,
  picture: Size,
  stage: Size,
  padding = 0,
): Viewport {
  const fit = fitScale(picture, stage, padding);
  const target = Math.min(scale, Math.max(MAX_SCALE, fit));
  if (target <= fit * 1.0001) return FIT;
  const box = placement(vp, picture, stage, padding);
  const p = toPicture(at, box);
  const cx = p.x - (at.x - stage.w / 2) / (picture.w * target);
  const cy = p.y - (at.y - stage.h / 2) / (picture.h * target);
  return settle({ zoom: target, cx, cy }, picture, stage, padding);
}

/** Multiplies the scale at a point: wheel and pinch. */
export function zoomBy(
  vp: Viewport,
  factor: number,
  at: Point,
  picture: Size,
  stage: Size,
  padding = 0,
): Viewport {
  return zoomTo(vp, scaleOf(vp, picture, stage, padding) * factor, at, picture, stage, padding);
}

/** One rung up (+1) or down (-1) the ladder of round scales, about the middle of the stage. */
export function zoomStep(vp: Viewport, direction: 1 | -1, picture: Size, stage: Size, padding = 0): Viewport {
  const now = scaleOf(vp, picture, stage, padding);
  const next =
    direction > 0
      ? (ladder.find((s) => s > now * 1.001) ?? MAX_SCALE)
      : (ladder.findLast((s) => s < now * 0.999) ?? 0);
  return zoomTo(vp, next, { x: stage.w / 2, y: stage.h / 2 }, picture, stage, padding);
}

/** Moves the picture by (dx, dy) device pixels. */
export function panBy(
  vp: Viewport,
  dx: number,
  dy: number,
  picture: Size,
  stage: Size,
  padding = 0,
): Viewport {
  if (vp.zoom === 'fit') return vp;
  const v = settle(vp, picture, stage, padding);
  const s = vp.zoom;
  return settle(
    { zoom: s, cx: v.cx - dx / (picture.w * s), cy: v.cy - dy / (picture.h * s) },
    picture,
    stage,
    padding,
  );
}

/** The part of the picture that the stage shows, fractions 0..1. */
export function visible(box: Box, stage: Size): Box {
  const x0 = clamp(-box.x / box.w, 0, 1);
  const y0 = clamp(-box.y / box.h, 0, 1);
  const x1 = clamp((stage.w - box.x) / box.w, 0, 1);
  const y1 = clamp((stage.h - box.y) / box.h, 0, 1);
  return { x: x0, y: y0, w: Math.max(0, x1 - x0), h: Math.max(0, y1 - y0) };
}

export interface PixelsPlan {
  view: Box;
  maxWidth: number;
  maxHeight: number;
}

/**
 * What to ask for so that the stage is filled at device resolution: the visible part, grown by `margin` (of
 * its own size) for small pans, snapped outwards to whole picture pixels, never enlarged beyond 1:1 (the
 * canvas enlarges). While `fluid`, without margin and at most FLUID_SIDE on the longest side.
 */
export function planRequest(
  box: Box,
  picture: Size,
  stage: Size,
  options: { fluid: boolean; margin?: number },
): PixelsPlan {
  const part = visible(box, stage);
  const margin = options.fluid ? 0 : (options.margin ?? 0);
  const snap = (from: number, length: number, n: number) => {
    const a = clamp(Math.floor((from - length * margin) * n + 1e-6), 0, n - 1);
    const b = clamp(Math.ceil((from + length * (1 + margin)) * n - 1e-6), a + 1, n);
    return { from: a / n, px: b - a };
  };
  const sx = snap(part.x, part.w, picture.w);
  const sy = snap(part.y, part.h, picture.h);
  const scale = Math.min(1, box.w / picture.w);
  let w = sx.px * scale;
  let h = sy.px * scale;
  const limit = options.fluid ? FLUID_SIDE : MAX_SIDE;
  const shrink = Math.min(1, limit / Math.max(w, h));
  w *= shrink;
  h *= shrink;
  return {
    view: { x: sx.from, y: sy.from, w: sx.px / picture.w, h: sy.px / picture.h },
    maxWidth: Math.max(1, Math.min(MAX_SIDE, Math.round(w))),
    maxHeight: Math.max(1, Math.min(MAX_SIDE, Math.round(h))),
  };
}

/** Whether `have` shows at least all of `want` (fractions), within a thousandth of the picture. */
export function covers(have: Box, want: Box): boolean {
  const e = 1e-3;
  return (
    have.x <= want.x + e &&
    have.y <= want.y + e &&
    have.x + have.w >= want.x + want.w - e &&
    have.y + have.h >= want.y + want.h - e
  );
}
