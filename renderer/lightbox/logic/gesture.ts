/** Wheel and two-finger gestures as numbers: how much to zoom, where, and how far to move. */
import type { Point } from './viewport.ts';

/** Zoom factor of a wheel event; a notch (100 pixels or 3 lines) is about 1.2, a pinch on a touchpad (ctrl) is finer-grained. */
export function wheelFactor(deltaY: number, deltaMode: number, pinch: boolean): number {
  const pixels = deltaMode === 0 ? deltaY : deltaMode === 1 ? deltaY * 33 : deltaY * 400;
  const limited = Math.max(-300, Math.min(300, pixels));
  return Math.exp(-limited * (pinch ? 0.01 : 0.0018));
}

export interface Pinch {
  factor: number;
  /** Middle of the two fingers now. */
  at: Point;
  dx: number;
  dy: number;
}

/** What two fingers did between two moments; fingers on the same spot do not zoom. */
export function pinchOf(before: readonly [Point, Point], now: readonly [Point, Point]): Pinch {
  const gap = (p: readonly [Point, Point]) => Math.hypot(p[1].x - p[0].x, p[1].y - p[0].y);
  const mid = (p: readonly [Point, Point]) => ({ x: (p[0].x + p[1].x) / 2, y: (p[0].y + p[1].y) / 2 });
  const a = mid(before);
  const b = mid(now);
  const g = gap(before);
  return { factor: g > 4 ? gap(now) / g : 1, at: b, dx: b.x - a.x, dy: b.y - a.y };
}
