/**
 * The hand that draws marks, as a small machine without any DOM: pointer and keys in, finished strokes out. Points are
 * scan pixels. Three habits:
 *
 * freehand (brush, erase, heal, clone)  press, move, let go; with shift a straight line from where it began. From the
 *   keyboard: the put key lowers the brush, moving draws, the put key lifts it.
 * line  press and drag, or click both ends; shift holds it to steps of 15 degrees.
 * outline (lasso, spare)  drawn freely, or clicked corner by corner and closed at its beginning or by `close`.
 */
import { isOutline, type MarkHandTool } from './marks.ts';
import type { Point } from './viewport.ts';

export interface Hand {
  /** idle; drag: the button is down; clicks: corners are being set; pen: the keyboard's brush is down. */
  mode: 'idle' | 'drag' | 'clicks' | 'pen';
  path: readonly Point[];
  /** Where the hand is, for the rubber band. */
  at: Point | null;
}
export const restingHand: Hand = { mode: 'idle', path: [], at: null };

export type HandEvent =
  | { type: 'down' | 'move' | 'up'; at: Point; shift: boolean }
  /** The put key: at the keyboard's cross. */
  | { type: 'put'; at: Point }
  | { type: 'close' }
  | { type: 'cancel' };

export interface HandStep {
  hand: Hand;
  /** A finished stroke. */
  stroke: readonly Point[] | null;
}

const far = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y);

/** `b` moved so that the line from `a` lies at a multiple of 15 degrees; its length is kept. */
export function snapped(a: Point, b: Point): Point {
  const step = Math.PI / 12;
  const angle = Math.round(Math.atan2(b.y - a.y, b.x - a.x) / step) * step;
  const length = far(a, b);
  return { x: a.x + length * Math.cos(angle), y: a.y + length * Math.sin(angle) };
}

const going = (hand: Hand): HandStep => ({ hand, stroke: null });
const done = (stroke: readonly Point[], at: Point | null): HandStep => ({
  hand: { ...restingHand, at },
  stroke,
});

/** Corners with the last one; closes near the first, with `near` in scan pixels. */
function corner(hand: Hand, at: Point, near: number): HandStep {
  const { path } = hand;
  if (path.length >= 3 && far(path[0], at) <= near) return done(path, at);
  const last = path[path.length - 1];
  // The two presses of a double click are one corner.
  if (last && far(last, at) < near / 4) return going({ ...hand, at });
  return going({ mode: 'clicks', path: [...path, at], at });
}

/** What an event makes of the hand. `near` (scan pixels): movements below it count as clicks. */
export function moveHand(tool: MarkHandTool, hand: Hand, event: HandEvent, near: number): HandStep {
  const { mode, path } = hand;
  if (event.type === 'cancel') return going({ ...restingHand, at: hand.at });
  if (event.type === 'close')
    return mode === 'clicks' && path.length >= 3
      ? done(path, hand.at)
      : going({ ...restingHand, at: hand.at });
  const { at } = event;
  const line = tool === 'line';
  const outline = isOutline(tool);
  const [first] = path;
  switch (event.type) {
    case 'down':
      if (mode === 'clicks') {
        if (line) return done([first, event.shift ? snapped(first, at) : at], at);
        return corner(hand, at, near);
      }
      return going({ mode: 'drag', path: [at], at });
    case 'move':
      if (mode === 'clicks') return going({ ...hand, at: line && event.shift ? snapped(first, at) : at });
      if (mode === 'idle') return going({ ...hand, at });
      if (line) return going({ ...hand, at, path: [first, event.shift ? snapped(first, at) : at] });
      if (event.shift && !outline) return going({ ...hand, at, path: [first, at] });
      return going({ ...hand, at, path: [...path, at] });
    case 'up': {
      if (mode !== 'drag') return going({ ...hand, at });
      const reach = Math.max(...path.map((p) => far(first, p)));
      if ((line || outline) && reach < near) return going({ mode: 'clicks', path: [first], at });
      if (outline && path.length < 3) return going({ ...restingHand, at });
      return done(path, at);
    }
    case 'put':
      if (line) return mode === 'idle' ? going({ mode: 'clicks', path: [at], at }) : done([first, at], at);
      if (outline)
        return mode === 'idle' ? going({ mode: 'clicks', path: [at], at }) : corner(hand, at, near);
      return mode === 'idle' ? going({ mode: 'pen', path: [at], at }) : done(path, at);
  }
}

/** The path as it would be kept if it ended here: what is drawn meanwhile. */
export function previewOf(tool: MarkHandTool, hand: Hand): readonly Point[] {
  const { mode, path, at } = hand;
  if (mode !== 'clicks' || !at) return path;
  return tool === 'line' ? [path[0], at] : [...path, at];
}
