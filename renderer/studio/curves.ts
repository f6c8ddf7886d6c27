/**
 * From a run's diary to what a chart draws: curves over minutes trained, several runs on one axis, marks where
 * something happened. Pure; the chart itself is Chart.tsx.
 */
import type { RunEvent, RunFigures, RunPoint } from '../../app/contract/studio.ts';

export interface Curves {
  points: readonly RunPoint[];
  figures: readonly RunFigures[];
  events: readonly RunEvent[];
}
export const noCurves: Curves = { points: [], figures: [], events: [] };

/** One line over minutes. */
export interface Curve {
  id: string;
  label: string;
  xs: readonly number[];
  ys: readonly number[];
}

/** Losses of a point. Where network and critic learn in turns, the critic's own total is `criticTotal`. */
export function lossesOf(point: RunPoint): Readonly<Record<string, number>> {
  if (point.phase !== 'critic' || !('total' in point.losses)) return point.losses;
  const { total, ...rest } = point.losses;
  return { criticTotal: total, ...rest };
}

/** Names of all losses, `total` first, then as they appear. */
export function lossNames(points: readonly RunPoint[]): string[] {
  const names = new Set(points.flatMap((point) => Object.keys(lossesOf(point))));
  return [...(names.delete('total') ? ['total'] : []), ...names];
}

/** A loss over minutes; points that do not have it (another phase) are left out. */
export function lossCurve(points: readonly RunPoint[], name: string): Omit<Curve, 'id' | 'label'> {
  const own = points.filter((point) => name in lossesOf(point));
  return { xs: own.map((p) => p.seconds / 60), ys: own.map((p) => lossesOf(p)[name]) };
}

/** A figure of the run over minutes. */
export function figureCurve(figures: readonly RunFigures[], name: string): Omit<Curve, 'id' | 'label'> {
  const own = figures.filter((f) => f.of === 'run' && name in f.figures);
  return { xs: own.map((f) => f.seconds / 60), ys: own.map((f) => f.figures[name]) };
}

/** Minutes trained at a step, between the points that are known. */
export function minutesAt(points: readonly RunPoint[], step: number): number {
  const after = points.findIndex((point) => point.step >= step);
  if (after < 0) return (points.at(-1)?.seconds ?? 0) / 60;
  const b = points[after];
  const a = after > 0 ? points[after - 1] : { step: 0, seconds: 0 };
  const t = b.step > a.step ? (step - a.step) / (b.step - a.step) : 1;
  return (a.seconds + t * (b.seconds - a.seconds)) / 60;
}

/** All curves on one axis: every x once, null where a curve has no value of its own. */
export function onOneAxis(curves: readonly Curve[]): { x: number[]; ys: (number | null)[][] } {
  const x = [...new Set(curves.flatMap((curve) => curve.xs))].sort((a, b) => a - b);
  const at = new Map(x.map((value, index) => [value, index]));
  const ys = curves.map((curve) => {
    const row = new Array<number | null>(x.length).fill(null);
    curve.xs.forEach((value, k) => (row[at.get(value)!] = curve.ys[k]));
    return row;
  });
  return { x, ys };
}

/** Kinds of events that are marked in the chart; the diary below it has them all. */
const marked = ['size', 'phase', 'switch', 'unfreeze', 'resume', 'alarm'];

export interface Mark {
  minutes: number;
  kind: string;
  text: string;
  /** Size of the pictures from here on, at the beginning of a stage. */
  size: number | null;
}

/** Events to mark. Switches may be hundreds: at most `most` marks, stages and alarms before switches. */
export function marksOf(curves: Curves, most = 40): Mark[] {
  const weight = (kind: string): number => (kind === 'switch' ? 1 : 0);
  return curves.events
    .filter((event) => marked.includes(event.kind))
    .sort((a, b) => weight(a.kind) - weight(b.kind))
    .slice(0, most)
    .map((event) => ({
      minutes: minutesAt(curves.points, event.step),
      kind: event.kind,
      text: event.text,
      size: event.kind === 'size' ? Number(/(\d+) px/.exec(event.text)?.[1] ?? NaN) || null : null,
    }))
    .sort((a, b) => a.minutes - b.minutes);
}

/** Adds a point that has just been told, unless it is known. */
export function withPoint(curves: Curves, point: RunPoint): Curves {
  const last = curves.points.at(-1);
  if (last && last.step >= point.step) return curves;
  return { ...curves, points: [...curves.points, point] };
}

/** Steps with a sample, each once, in order: a stage begins where the one before ended. */
export const sampleSteps = (steps: readonly number[]): number[] => [...new Set(steps)].sort((a, b) => a - b);

/** Rows of a table of the curve: at most `rows`, evenly over it, the last one always. */
export function tableRows<T>(points: readonly T[], rows = 24): T[] {
  if (points.length <= rows) return [...points];
  return Array.from({ length: rows }, (_, k) => points[Math.round((k * (points.length - 1)) / (rows - 1))]);
}
