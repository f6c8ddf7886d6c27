/**
 * Splits a film into shots by changes of composition and tone (features.ts). Hard cuts stand out from the
 * changes around them and last; what returns after a few frames is a flash, a splice or a damaged frame, and
 * cuts nothing; runs of blank frames are fades (or black leader); a dissolve is found where the frames in the
 * middle are a weighted sum of those before and after, which no camera movement is. Pure: a list of features
 * in, a list of shots out.
 */
import { frameDistance, structureDistance, type FrameFeatures } from './features.ts';

export type BoundaryKind = 'start' | 'cut' | 'fade' | 'dissolve';

/** Frames `start` to `end` (exclusive); `opening` says how it begins. */
export interface Shot {
  start: number;
  end: number;
  opening: BoundaryKind;
}

/** Frames `start` to `end` (exclusive) that differ from both sides, which go on with the same scene. */
export interface Flash {
  start: number;
  end: number;
}

export interface ShotList {
  shots: Shot[];
  flashes: Flash[];
}

export const detection = {
  /** Least distance across a cut, and least difference in composition: a change of light alone is none. */
  floor: 0.15,
  recomposed: 0.18,
  /** A cut is this many times the typical distance of the frames around it. */
  contrast: 3,
  /** A cut is this many times the largest of the `beside` distances next to it; fast pans have no such peak. */
  peak: 1.5,
  beside: 4,
  /** No camera movement comes to this from one frame to the next. */
  plain: 0.4,
  /** Under this distance a cut must stand out twice as clearly. */
  doubtful: 0.22,
  /** Two ends of a scene that are closer than this show the same scene. */
  same: 0.22,
  /** Frames to either side that are "around". */
  around: 10,
  /** Longest flash, in frames. */
  flash: 6,
  /** A scene has returned when its distance to before is below this share of the jump. */
  returned: 0.5,
  /** Spread of luma (of 255) below which a frame is blank. */
  blank: 6,
  /** Lengths of dissolves that are looked for, in frames. */
  dissolves: [8, 12, 18, 26, 36, 48],
  /** Least difference in composition across a dissolve. */
  dissolved: 0.4,
  /** Share of the middle frame's structure that its two neighbours may leave unexplained. */
  residual: 0.12,
} as const;

export interface Boundary {
  /** First frame of the new shot, and the end of the old one (blank frames lie between). */
  start: number;
  end: number;
  kind: BoundaryKind;
}

function median(values: number[]): number {
  if (values.length === 0) return 0;
  values.sort((a, b) => a - b);
  return values[values.length >> 1];
}

/** Typical distance around frame i: the median, so that other cuts nearby do not count. */
function typical(steps: Float64Array, i: number): number {
  const near: number[] = [];
  for (let j = Math.max(1, i - detection.around); j <= Math.min(steps.length - 1, i + detection.around); j++)
    if (j !== i) near.push(steps[j]);
  return median(near);
}

/** Largest distance just before and after step i; that of another plain cut does not count. */
function beside(steps: Float64Array, i: number): number {
  let most = 0;
  for (let j = Math.max(1, i - detection.beside); j <= Math.min(steps.length - 1, i + detection.beside); j++)
    if (j !== i && steps[j] < detection.plain) most = Math.max(most, steps[j]);
  return most;
}

/** First frame after `i` (at most `flash` later) that continues frame `before`, or -1. */
function returnsAt(frames: readonly FrameFeatures[], before: number, i: number, jump: number): number {
  for (let j = i + 1; j <= Math.min(frames.length - 1, i + detection.flash); j++)
    if (frameDistance(frames[before], frames[j]) < detection.returned * jump) return j;
  return -1;
}

/** Runs of blank frames, with the frames that border on them. */
function blankRuns(frames: readonly FrameFeatures[]): { start: number; end: number }[] {
  const runs: { start: number; end: number }[] = [];
  for (let i = 0; i < frames.length; i++) {
    if (frames[i].sd >= detection.blank) continue;
    const start = i;
    while (i < frames.length && frames[i].sd < detection.blank) i++;
    runs.push({ start, end: i });
  }
  return runs;
}

/** Whether contrast goes down (or up) gradually towards a blank run, over at least four frames. */
function fades(frames: readonly FrameFeatures[], edge: number, step: 1 | -1): boolean {
  let last = frames[edge].sd;
  let rises = 0;
  for (let k = 1; k <= 8; k++) {
    const frame = frames[edge + k * step];
    if (!frame || frame.sd < last * 1.03) break;
    last = frame.sd;
    rises++;
  }
  return rises >= 4;
}

/** Scales a grid to luma. */
const weight = (frame: FrameFeatures): number => frame.norm / 127;

/**
 * Least-squares fit of frame m by frames a and b: the shares, and what stays unexplained (0..1 of m's structure).
 */
export function blend(
  a: FrameFeatures,
  m: FrameFeatures,
  b: FrameFeatures,
): { a: number; b: number; residual: number } {
  let [aa, bb, ab, am, bm, mm] = [0, 0, 0, 0, 0, 0];
  const [wa, wm, wb] = [weight(a), weight(m), weight(b)];
  for (let i = 0; i < m.grid.length; i++) {
    const va = a.grid[i] * wa;
    const vm = m.grid[i] * wm;
    const vb = b.grid[i] * wb;
    aa += va * va;
    bb += vb * vb;
    ab += va * vb;
    am += va * vm;
    bm += vb * vm;
    mm += vm * vm;
  }
  const det = aa * bb - ab * ab;
  if (!(det > 1e-6 * aa * bb) || mm === 0) return { a: 0, b: 0, residual: 1 };
  const sa = (am * bb - bm * ab) / det;
  const sb = (bm * aa - am * ab) / det;
  const left = mm - 2 * (sa * am + sb * bm) + sa * sa * aa + 2 * sa * sb * ab + sb * sb * bb;
  return { a: sa, b: sb, residual: Math.max(0, left) / mm };
}

/** Whether frames from..to look like a dissolve: at a quarter, half and three quarters a sum of the ends. */
function isDissolve(frames: readonly FrameFeatures[], from: number, to: number): boolean {
  const a = frames[from];
  const b = frames[to];
  if (structureDistance(a, b) < detection.dissolved) return false;
  let last = 1;
  for (const t of [0.25, 0.5, 0.75]) {
    const fit = blend(a, frames[Math.round(from + (to - from) * t)], b);
    const share = fit.a / (fit.a + fit.b || 1);
    if (fit.residual > detection.residual || fit.a < 0.05 || fit.b < 0.05) return false;
    if (share > last - 0.1 || Math.abs(share - (1 - t)) > 0.25) return false;
    last = share;
  }
  return true;
}

/** @param frames features of every frame, in order. @returns shots in order, which cover all but blank frames */
export function detectShots(frames: readonly FrameFeatures[]): ShotList {
  const n = frames.length;
  if (n === 0) return { shots: [], flashes: [] };
  const { boundaries, flashes } = findBoundaries(frames);
  const shots: Shot[] = [];
  let start = 0;
  let opening: BoundaryKind = 'start';
  for (const boundary of boundaries) {
    if (boundary.end > start) shots.push({ start, end: boundary.end, opening });
    start = boundary.start;
    opening = shots.length === 0 ? 'start' : boundary.kind;
  }
  if (start < n) shots.push({ start, end: n, opening });
  return { shots, flashes };
}

/** Where shots begin and end, and flashes, both ascending. @param frames features of frames in order */
export function findBoundaries(frames: readonly FrameFeatures[]): {
  boundaries: Boundary[];
  flashes: Flash[];
} {
  const n = frames.length;
  const steps = new Float64Array(n);
  for (let i = 1; i < n; i++) steps[i] = frameDistance(frames[i - 1], frames[i]);
  const boundaries: Boundary[] = [];
  const flashes: Flash[] = [];
  const taken = new Uint8Array(n);

  for (const run of blankRuns(frames)) {
    taken.fill(1, run.start, run.end);
    const before = run.start - 1;
    const after = run.end;
    if (before < 0 || after >= n) {
      boundaries.push({ start: after, end: run.start, kind: 'fade' });
      continue;
    }
    const short = run.end - run.start <= detection.flash;
    const faded = fades(frames, before, -1) || fades(frames, after, 1);
    const same = frameDistance(frames[before], frames[after]) < detection.same;
    if (short && same && !faded) flashes.push({ start: run.start, end: run.end });
    else boundaries.push({ start: after, end: run.start, kind: short && !faded ? 'cut' : 'fade' });
  }

  for (let i = 1; i < n; i++) {
    if (taken[i] || taken[i - 1]) continue;
    const jump = steps[i];
    const clarity = jump < detection.doubtful ? 2 : 1;
    if (jump < detection.floor || jump < clarity * detection.contrast * typical(steps, i)) continue;
    if (structureDistance(frames[i - 1], frames[i]) < detection.recomposed) continue;
    const back = returnsAt(frames, i - 1, i, jump);
    if (back > 0) {
      flashes.push({ start: i, end: back });
      taken.fill(1, i, back);
      i = back;
      continue;
    }
    if (jump < clarity * detection.peak * beside(steps, i)) continue;
    boundaries.push({ start: i, end: i, kind: 'cut' });
  }
  findDissolves(frames, boundaries);
  boundaries.sort((a, b) => a.start - b.start);
  flashes.sort((a, b) => a.start - b.start);
  return { boundaries, flashes };
}

/** Adds the dissolves between the boundaries that are known; the shortest window that fits counts. */
function findDissolves(frames: readonly FrameFeatures[], boundaries: Boundary[]): void {
  const edges = [...boundaries].sort((a, b) => a.start - b.start);
  const clear = (from: number, to: number): boolean =>
    edges.every((edge) => edge.start <= from || edge.end > to);
  for (const length of detection.dissolves) {
    const step = Math.max(1, length >> 3);
    for (let from = 0; from + length < frames.length; from += step) {
      const to = from + length;
      if (!clear(from, to) || !isDissolve(frames, from, to)) continue;
      const middle = from + (length >> 1);
      const boundary: Boundary = { start: middle, end: middle, kind: 'dissolve' };
      boundaries.push(boundary);
      // Longer windows around this one would find it again.
      edges.push({ start: to + (length >> 1), end: from - (length >> 1), kind: 'dissolve' });
      from = to;
    }
  }
}
