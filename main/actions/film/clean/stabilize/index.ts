/**
 * Gate weave taken out. Pass one measures how the picture as a whole moves from frame to frame; within a shot that adds up
 * to a path, whose slow course (a line broken seldom: trend.ts) is what the camera meant, and the rest is the film's
 * wandering in the gate:
 *
 *   p_n = sum of whole motions since the shot began,  c_n = strength (trend(p)_n - p_n),  out(x) = in(x - c_n)
 *
 * Where the scan shows perforations they are followed instead: they say where the film lay, whatever the scene does, and the
 * correction takes all of their movement out. What comes in at the border is taken from the frames nearby that show it.
 */
import { planeSizes, type Frame, type FrameFormat } from '../../../../../app/film/frame.ts';
import {
  lookSize,
  type Observer,
  type ReelStep,
  type ShotContext,
  type ShotWork,
} from '../../../../../app/film/step.ts';
import type { FilmParams } from '../../../../../app/recipe/film.ts';
import { estimateMotion, type Pyramid } from '../motion/index.ts';
import { motionBetween, pyramidOf, wholeMotion, type WholeMotion } from '../motion/look.ts';
import { intended } from './intent.ts';
import { topSample } from '../planes.ts';
import { fillBorder } from './border.ts';
import { findPerforation, type Perforation } from './perforation.ts';
import { resample, tapsFor } from './resample.ts';

type Params = FilmParams['stabilize'];

/** One frame of the measures: motion from the frame before (pixels of the look), its trust; the perforation's place, if any. */
interface Measure {
  dx: number;
  dy: number;
  share: number;
  hole: Perforation | null;
}
/** As stored: [dx, dy, share, x, y, width, height] rounded; without a hole the last four are left out. */
type Row = number[];

const round = (v: number): number => Math.round(v * 1000) / 1000;

/** Frames that a key frame serves, and how far (share of the width) the picture may have moved since. */
const KEY_AGE = 24;
const KEY_REACH = 0.15;
/** Pixels of the compared size by which both ways to a place may differ. */
const KEY_APART = 0.5;

/**
 * Motion is measured against the frame before, and once more against a key frame some frames back: what one step is wrong
 * by adds up from frame to frame, and against the key frame it does not. Where the two disagree (a cut, a crowd) the
 * step counts and a new key frame begins.
 */
class StabilizeObserver implements Observer {
  private last: Pyramid | null = null;
  private key: { pyramid: Pyramid; x: number; y: number; age: number } | null = null;
  /** Place of the last frame, pixels of the compared size. */
  private at = { x: 0, y: 0 };
  private readonly rows: Row[] = [];
  private size = { width: 1, height: 1 };

  see(frame: { index: number; luma: Uint8Array; width: number; height: number }): void {
    const pyramid = pyramidOf(frame);
    this.size = { width: frame.width, height: frame.height };
    let row: Row = [0, 0, 0];
    if (this.last) {
      const m = wholeMotion(motionBetween(this.last, pyramid), this.last);
      const to = this.place(pyramid, m);
      const scale = frame.width / pyramid.width;
      row = [round((to.x - this.at.x) * scale), round((to.y - this.at.y) * scale), round(m.share)];
      this.at = to;
    }
    const hole = findPerforation(frame.luma, frame.width, frame.height);
    if (hole) row.push(round(hole.x), round(hole.y), round(hole.width), round(hole.height));
    this.rows.push(row);
    this.last = pyramid;
  }

  finish(): unknown {
    return { ...this.size, rows: this.rows };
  }

  /** Where the frame lies that moved by `m` from the last one. */
  private place(pyramid: Pyramid, m: WholeMotion): { x: number; y: number } {
    let to = { x: this.at.x + m.dx, y: this.at.y + m.dy };
    const { key } = this;
    if (key && key.age > 0) {
      const k = wholeMotion(estimateMotion(key.pyramid, pyramid, { steps: 3 }), key.pyramid);
      const by = { x: key.x + k.dx, y: key.y + k.dy };
      if (k.share > 0.3 && Math.hypot(by.x - to.x, by.y - to.y) < KEY_APART) to = by;
      else this.key = null;
    }
    const far = key ? Math.hypot(to.x - key.x, to.y - key.y) > KEY_REACH * pyramid.width : true;
    if (!this.key || far || this.key.age >= KEY_AGE) this.key = { pyramid, ...to, age: 0 };
    else this.key.age++;
    return to;
  }
}

function measureOf(row: Row | undefined): Measure {
  if (!row) return { dx: 0, dy: 0, share: 0, hole: null };
  const [dx, dy, share, x, y, width, height] = row;
  return { dx, dy, share, hole: row.length > 3 ? { x, y, width, height } : null };
}

/** Weave, as a share of the height. */
const WEAVE = 0.0035;
/** Range of the path, as a share of the height, of a camera on its stand. */
const LOCKED = 0.025;
/** No correction is larger, as a share of the picture's side. */
const LARGEST = 0.04;

/** How far each frame of the shot is moved, in pixels of the film; and where its picture lay (the path). */
export interface Course {
  c: { x: number; y: number }[];
  path: { x: number; y: number }[];
  by: 'perforations' | 'picture';
}

/** The correction of every frame of a shot, from the measures of pass one. */
export function courseOf(context: Pick<ShotContext, 'format' | 'shot' | 'analysis'>, params: Params): Course {
  const { format, shot, analysis } = context;
  const stored = analysis.measures.stabilize as { width: number; height: number; rows: Row[] } | null;
  const look = stored ?? { ...lookSize(format.width, format.height), rows: [] };
  const scale = { x: format.width / look.width, y: format.height / look.height };
  const measures = Array.from({ length: shot.last - shot.first + 1 }, (_, i) =>
    measureOf(look.rows[shot.first + i]),
  );
  const path: { x: number; y: number }[] = [];
  let at = { x: 0, y: 0 };
  measures.forEach((m, i) => {
    // What few cells share is not the picture's motion.
    if (i > 0 && m.share > 0.15) at = { x: at.x + m.dx * scale.x, y: at.y + m.dy * scale.y };
    path.push(at);
  });
  const most = { x: LARGEST * format.width, y: LARGEST * format.height };
  const limit = (v: number, end: number): number => Math.max(-end, Math.min(end, v)) * params.strength;
  const holes = params.by === 'picture' ? null : steadyHoles(measures);
  if (holes) {
    const c = holes.map((h) => ({ x: limit(-h.x * scale.x, most.x), y: limit(-h.y * scale.y, most.y) }));
    return { c, path, by: 'perforations' };
  }
  if (params.by === 'perforations') return { c: path.map(() => ({ x: 0, y: 0 })), path, by: 'perforations' };
  const locked = LOCKED * format.height;
  const [slowX, slowY] = (['x', 'y'] as const).map((axis) =>
    slowCourse(
      path.map((p) => p[axis]),
      format.height,
      locked,
    ),
  );
  const c = path.map((p, i) => ({ x: limit(slowX[i] - p.x, most.x), y: limit(slowY[i] - p.y, most.y) }));
  return { c, path, by: 'picture' };
}

/**
 * What the camera meant: a camera that stays within `locked` pixels over a shot stood still (means of seven frames: weave is not to
 * decide it); else what the path says.
 */
function slowCourse(path: number[], height: number, locked: number): number[] {
  const ordered = (v: number[]): ((share: number) => number) => {
    const sorted = v.slice().sort((a, b) => a - b);
    return (share) => sorted[Math.round(share * (sorted.length - 1))];
  };
  const slow = ordered(
    path.map((_, i) => {
      const near = path.slice(Math.max(0, i - 3), i + 4);
      return near.reduce((a, b) => a + b, 0) / near.length;
    }),
  );
  if (path.length >= 12 && slow(0.98) - slow(0.02) < locked) {
    const middle = ordered(path)(0.5);
    return path.map(() => middle);
  }
  return intended(path, WEAVE * height);
}

/** Where the hole lay against its usual place, if nearly every frame shows one of the same size; gaps take the place before. */
function steadyHoles(measures: readonly Measure[]): { x: number; y: number }[] | null {
  const seen = measures.flatMap((m) => (m.hole ? [m.hole] : []));
  if (seen.length < 0.9 * measures.length || seen.length === 0) return null;
  const middle = (list: number[]): number => list.sort((a, b) => a - b)[list.length >> 1];
  const usual = {
    x: middle(seen.map((h) => h.x)),
    y: middle(seen.map((h) => h.y)),
    width: middle(seen.map((h) => h.width)),
    height: middle(seen.map((h) => h.height)),
  };
  const same = seen.filter(
    (h) =>
      Math.abs(h.width / usual.width - 1) < 0.15 &&
      Math.abs(h.height / usual.height - 1) < 0.1 &&
      Math.abs(h.x - usual.x) < usual.width &&
      Math.abs(h.y - usual.y) < usual.height,
  );
  if (same.length < 0.9 * measures.length) return null;
  const good = new Set(same);
  let last = { x: 0, y: 0 };
  return measures.map((m) => {
    if (m.hole && good.has(m.hole)) last = { x: m.hole.x - usual.x, y: m.hole.y - usual.y };
    return last;
  });
}

/** Frames to either side that may lend what comes in at the border. */
const LENDERS = 4;

class StabilizeWork implements ShotWork {
  private readonly format: FrameFormat;
  private readonly params: Params;
  private readonly course: Course;
  private readonly zoom: number;
  private readonly held: (Frame | null)[] = [];
  /** Place in the shot of the first frame that was pushed. */
  private start = 0;
  private readonly first: number;
  private given = 0;
  private moved = 0;
  private farthest = 0;

  constructor(context: ShotContext, params: Params) {
    this.format = context.format;
    this.params = params;
    this.first = context.shot.first;
    this.course = courseOf(context, params);
    const { width, height } = context.format;
    const most = this.course.c.reduce(
      (m, c) => Math.max(m, Math.abs(c.x) / width, Math.abs(c.y) / height),
      0,
    );
    this.zoom = params.border === 'crop' ? 1 / (1 - 2 * most) : 1;
  }

  push(frame: Frame): Frame[] {
    if (this.held.length === 0) this.start = frame.index - this.first;
    this.held.push(frame);
    return this.give(this.held.length - LENDERS);
  }

  end(): Frame[] {
    return this.give(this.held.length);
  }

  report(): Record<string, number> {
    return { moved: this.moved, farthest: Math.round(this.farthest * 100) / 100 };
  }

  private give(to: number): Frame[] {
    const out: Frame[] = [];
    for (; this.given < to; this.given++) {
      out.push(this.move(this.given));
      if (this.given >= LENDERS) this.held[this.given - LENDERS] = null;
    }
    return out;
  }

  private move(at: number): Frame {
    const frame = this.held[at] as Frame;
    const c = this.course.c[at + this.start] ?? { x: 0, y: 0 };
    const { format, zoom } = this;
    // A hundredth of a pixel is nothing, and leaves the frame as it is.
    if (Math.abs(c.x) < 0.01 && Math.abs(c.y) < 0.01 && zoom === 1) return frame;
    this.moved++;
    this.farthest = Math.max(this.farthest, Math.abs(c.x), Math.abs(c.y));
    const top = topSample(format.bits);
    const sizes = planeSizes(format);
    const planes = frame.planes.map((data, p) => {
      const { width, height } = sizes[p];
      const place = (n: number, full: number, by: number) => (i: number) =>
        (i + 0.5 - n / 2) / zoom + n / 2 - 0.5 - (by * n) / full;
      const columns = tapsFor(width, place(width, format.width, c.x));
      const rows = tapsFor(height, place(height, format.height, c.y));
      const out = resample(data, width, height, columns, rows, top);
      if (this.params.border === 'neighbour')
        fillBorder(out, p, { width, height, columns, rows }, this.lenders(at, sizes[0], sizes[p]), top);
      return out;
    });
    return { ...frame, planes };
  }

  /** Frames nearby, nearest first, and where the picture of this frame lies in them. */
  private lenders(
    at: number,
    full: { width: number; height: number },
    plane: { width: number; height: number },
  ): { frame: Frame; x: number; y: number }[] {
    const { c, path } = this.course;
    const here = at + this.start;
    const out: { frame: Frame; x: number; y: number }[] = [];
    for (let away = 1; away <= LENDERS; away++)
      for (const k of [at - away, at + away]) {
        const frame = this.held[k];
        const there = k + this.start;
        if (!frame || k < 0 || there >= path.length) continue;
        out.push({
          frame,
          x: ((-c[here].x + path[there].x - path[here].x) * plane.width) / full.width,
          y: ((-c[here].y + path[there].y - path[here].y) * plane.height) / full.height,
        });
      }
    return out;
  }
}

/** Takes gate weave out. */
export const stabilizeStep: ReelStep<Params> = {
  name: 'stabilize',
  watches: 'motion',
  observe: () => new StabilizeObserver(),
  observes: () => null,
  begin: (context, params) => new StabilizeWork(context, params),
  holds: () => 2 * LENDERS + 1,
  reach: () => ({ before: LENDERS, after: LENDERS }),
};
