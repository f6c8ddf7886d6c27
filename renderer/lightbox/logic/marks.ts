/**
 * Marks as geometry. A stroke is drawn in *scan pixels*, where a brush is round whatever the picture's crop and turn,
 * and kept as fractions of the scan (app/recipe/marks.ts), with no more points than its shape needs: a recipe with a
 * thousand strokes must stay small, since each step of the history holds all of them.
 */
import { longSide, type Place } from '../../../app/place.ts';
import type { Mark, MarkTool } from '../../../app/recipe/marks.ts';
import type { Point } from './viewport.ts';

export type MarkHandTool = MarkTool | 'select';
export interface Brush {
  tool: MarkHandTool;
  /** Half the stroke's width, a fraction of the scan's longer side. */
  radius: number;
  /** Where healing and cloning take from, on the scan (fractions); null: chosen for each stroke. */
  source: Point | null;
  /** The mark in hand, by its place in the list. */
  chosen: number | null;
}
export const startBrush: Brush = { tool: 'brush', radius: 0.006, source: null, chosen: null };

export const MIN_RADIUS = 0.0003;
export const MAX_RADIUS = 0.1;
const STEP = 1.25;
const MAX_POINTS = 4000;
const DIGITS = 1e5;

export const isOutline = (tool: MarkHandTool): boolean => tool === 'lasso' || tool === 'spare';
export const takesSource = (tool: MarkHandTool): boolean => tool === 'heal' || tool === 'clone';

/** One size larger (+1) or smaller (-1); several at once for a wheel. */
export function resized(radius: number, steps: number): number {
  return Math.min(MAX_RADIUS, Math.max(MIN_RADIUS, radius * STEP ** steps));
}

/** Distance from a point to the segment a-b. */
function toSegment(p: Point, a: Point, b: Point): number {
  const dx = b.x - a.x;
  const dy = b.y - a.y;
  const length = dx * dx + dy * dy;
  const t = length === 0 ? 0 : Math.min(1, Math.max(0, ((p.x - a.x) * dx + (p.y - a.y) * dy) / length));
  return Math.hypot(p.x - a.x - t * dx, p.y - a.y - t * dy);
}

/** Distance from a point to a line of points (one point counts as itself). */
export function toPath(p: Point, path: readonly Point[], closed = false): number {
  if (path.length === 1) return Math.hypot(p.x - path[0].x, p.y - path[0].y);
  let least = Infinity;
  const last = closed ? path.length : path.length - 1;
  for (let i = 0; i < last; i++) least = Math.min(least, toSegment(p, path[i], path[(i + 1) % path.length]));
  return least;
}

/** Whether a point lies inside a closed outline, by the even-odd rule. */
export function insideOutline(p: Point, path: readonly Point[]): boolean {
  let inside = false;
  for (let i = 0, j = path.length - 1; i < path.length; j = i++) {
    const a = path[i];
    const b = path[j];
    if (a.y > p.y !== b.y > p.y && p.x < ((b.x - a.x) * (p.y - a.y)) / (b.y - a.y) + a.x) inside = !inside;
  }
  return inside;
}

/** The points that a line needs to stay within `tolerance` of itself (Douglas and Peucker); its ends always stay. */
export function simplify(path: readonly Point[], tolerance: number): Point[] {
  if (path.length < 3) return [...path];
  const keep = new Uint8Array(path.length);
  keep[0] = keep[path.length - 1] = 1;
  const open: [number, number][] = [[0, path.length - 1]];
  for (let part = open.pop(); part; part = open.pop()) {
    const [from, to] = part;
    let far = -1;
    let most = tolerance;
    for (let i = from + 1; i < to; i++) {
      const d = toSegment(path[i], path[from], path[to]);
      if (d > most) {
        most = d;
        far = i;
      }
    }
    if (far < 0) continue;
    keep[far] = 1;
    open.push([from, far], [far, to]);
  }
  return path.filter((_, i) => keep[i] === 1);
}

const round = (v: number) => Math.round(v * DIGITS) / DIGITS;
const within = (v: number, low: number, high: number) => Math.min(high, Math.max(low, v));

/**
 * A stroke as it is kept. `path` in scan pixels; `tolerance` in scan pixels (half a screen pixel is never seen);
 * `source` is where healing and cloning take from at the stroke's first point, in scan pixels.
 */
export function makeMark(
  tool: MarkTool,
  path: readonly Point[],
  radius: number,
  place: Place,
  tolerance: number,
  source: Point | null = null,
): Mark {
  let fine = Math.max(0.25, tolerance);
  let points = simplify(path, fine);
  while (points.length > MAX_POINTS) points = simplify(points, (fine *= 2));
  const [first] = path;
  return {
    tool,
    points: points.map((p) => [
      round(within(p.x / place.width, -0.5, 1.5)),
      round(within(p.y / place.height, -0.5, 1.5)),
    ]),
    radius: isOutline(tool) ? 0 : round(radius),
    from:
      takesSource(tool) && source
        ? [
            round(within((source.x - first.x) / place.width, -2, 2)),
            round(within((source.y - first.y) / place.height, -2, 2)),
          ]
        : null,
  };
}

/** A mark's points in scan pixels; with `offset` those that it takes from. */
export function pathOf(mark: Mark, place: Place, offset = false): Point[] {
  const [ox, oy] = (offset && mark.from) || [0, 0];
  return mark.points.map(([x, y]) => ({ x: (x + ox) * place.width, y: (y + oy) * place.height }));
}

/** The newest mark at a point (scan pixels), -1 when there is none; `slack` (scan pixels) helps thin ones. */
export function markAt(marks: readonly Mark[], p: Point, slack: number, place: Place): number {
  for (let i = marks.length - 1; i >= 0; i--) {
    const mark = marks[i];
    const path = pathOf(mark, place);
    const hit = isOutline(mark.tool)
      ? insideOutline(p, path) || toPath(p, path, true) <= slack
      : toPath(p, path) <= Math.max(slack, mark.radius * longSide(place));
    if (hit) return i;
  }
  return -1;
}

/** A mark moved by (dx, dy) fractions of the scan; what it takes from stays at the same distance. */
export function movedMark(mark: Mark, dx: number, dy: number): Mark {
  const points = mark.points.map(([x, y]): [number, number] => [
    round(within(x + dx, -0.5, 1.5)),
    round(within(y + dy, -0.5, 1.5)),
  ]);
  return { ...mark, points };
}

/** A healing or cloning mark that takes from `source` (scan pixels, at its first point). */
export function withSource(mark: Mark, source: Point, place: Place): Mark {
  const [x, y] = mark.points[0];
  return {
    ...mark,
    from: [
      round(within(source.x / place.width - x, -2, 2)),
      round(within(source.y / place.height - y, -2, 2)),
    ],
  };
}

/** Where healing starts to take from when nobody said: beside the stroke, on the side with more room. All in scan pixels. */
export function nearSource(path: readonly Point[], radius: number, place: Place): Point {
  const [first] = path;
  const xs = path.map((p) => p.x);
  const ys = path.map((p) => p.y);
  const wide = Math.max(...xs) - Math.min(...xs);
  const high = Math.max(...ys) - Math.min(...ys);
  // Across the stroke: along it the source would lie on the damage itself.
  const across = wide < high;
  const way = (across ? wide : high) + 3 * radius * longSide(place);
  const room = across ? place.width - Math.max(...xs) : place.height - Math.max(...ys);
  const signed = room > way ? way : -way;
  return across ? { x: first.x + signed, y: first.y } : { x: first.x, y: first.y + signed };
}
