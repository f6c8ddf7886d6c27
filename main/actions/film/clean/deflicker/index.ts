/**
 * Exposure that pumps, taken out shot by shot. Pass one measures by how much each frame is brighter than the one before, over
 * places of the picture that moved along (so that what enters the picture does not count), as a whole and on a coarse grid.
 * Added up that is the course of exposure; its slow part, followed with the corners of fades (trend.ts), is meant, the rest is
 * flicker:
 *
 *   L_n = sum of log gains since the shot began,  g_n = exp(strength (trend(L)_n - L_n)),  out = black + g_n(x) (in - black)
 *
 * The model is van Roosmalen's (1999) without its offset term, matched between neighbours instead of to a corrected frame, so that
 * errors do not drift. Flashes (lightning) are left as they are, and nothing is carried over a cut.
 */
import {
  chromaZero,
  lumaLevels,
  planeSizes,
  type Frame,
  type FrameFormat,
} from '../../../../../app/film/frame.ts';
import type { Observer, ReelStep, ShotContext, ShotWork } from '../../../../../app/film/step.ts';
import type { FilmParams } from '../../../../../app/recipe/film.ts';
import { motionBetween, pyramidOf } from '../motion/look.ts';
import type { Flow, Pyramid } from '../motion/index.ts';
import { topSample } from '../planes.ts';
import { trend } from '../trend.ts';
import { measureGains, GRID } from './gains.ts';

type Params = FilmParams['deflicker'];

/** By frame: log gain against the frame before, share of the picture it was measured on; then the grid's own part of it. */
type Row = number[];

class DeflickerObserver implements Observer {
  private last: Pyramid | null = null;
  private readonly rows: Row[] = [];
  private readonly black: number;

  constructor(format: FrameFormat) {
    this.black = lumaLevels(format).black / 2 ** (format.bits - 8);
  }

  see(frame: { index: number; luma: Uint8Array; width: number; height: number }): void {
    const pyramid = pyramidOf(frame);
    if (this.last) {
      const flow: Flow = motionBetween(this.last, pyramid);
      const { gain, share, grid } = measureGains(this.last, pyramid, flow, this.black);
      this.rows.push([gain, share, ...grid].map((v) => Math.round(v * 1e5) / 1e5));
    } else this.rows.push([0, 0]);
    this.last = pyramid;
  }

  finish(): unknown {
    return { rows: this.rows };
  }
}

/** Amplitude (log) and period (frames) of exposure that is flicker however slow. */
const FLICKER = 0.15;
const PERIOD = 40;
/**
 * Light whose slow course stays within the first (log) over a shot is even, and what slope it seems to have is mostly what
 * flicker left in the sum; from the second on it is followed wholly.
 */
const EVEN = [0.06, 0.12] as const;
/** A change by so much (log) in a few frames, one way, is meant: a fade, or light that is switched. */
const MEANT = 0.35;
const WITHIN = 12;
/** No frame is made brighter or darker by more. */
const LARGEST = 0.6;

/** Log gains for each frame of a shot: over the whole picture, and by cell of the grid on top of that. */
export interface Exposure {
  whole: number[];
  cells: number[][];
}

/** The correction of every frame of a shot, from the measures of pass one. */
export function exposureOf(context: Pick<ShotContext, 'shot' | 'analysis'>, params: Params): Exposure {
  const { shot, analysis } = context;
  const rows = (analysis.measures.deflicker as { rows: Row[] } | null)?.rows ?? [];
  const n = shot.last - shot.first + 1;
  const own = Array.from({ length: n }, (_, i) => (i === 0 ? [0, 1] : (rows[shot.first + i] ?? [0, 0])));
  const course: number[] = [];
  let level = 0;
  for (const [i, row] of own.entries()) {
    if (i > 0) level += row[0];
    course.push(level);
  }
  const flash = own.map((_, i) => isFlash(analysis.flashes, shot.first + i) || spikes(course, i));
  const trusted = own.map((row, i) => (flash[i] || (i > 0 && row[1] < 0.02) ? 0 : 1));
  const bend = FLICKER * (PERIOD / (2 * Math.PI)) ** 2;
  // Around a fade the course is followed closely; elsewhere it is stiff.
  const stiff = course.map((_, i) => (fades(course, flash, i) ? bend / 400 : bend));
  const correction = (values: number[]): number[] => {
    const slow = meant(trend(values, stiff, trusted), values, trusted);
    return between(
      values.map((v, i) => Math.max(-LARGEST, Math.min(LARGEST, slow[i] - v)) * params.strength),
      trusted,
    );
  };
  const whole = correction(course);
  const cells: number[][] = [];
  if (params.local)
    for (let c = 0; c < GRID.columns * GRID.rows; c++) {
      let sum = 0;
      cells.push(correction(own.map((row, i) => (sum += i > 0 ? (row[2 + c] ?? 0) : 0))));
    }
  return { whole, cells };
}

/** The slow course, or as much of it as is more than an even light would show. */
function meant(slow: number[], values: readonly number[], trusted: readonly number[]): number[] {
  const count = trusted.reduce((a, b) => a + b, 0);
  if (count === 0) return slow;
  const range =
    slow.reduce((a, b) => Math.max(a, b), -Infinity) - slow.reduce((a, b) => Math.min(a, b), Infinity);
  const share = Math.max(0, Math.min(1, (range - EVEN[0]) / (EVEN[1] - EVEN[0])));
  if (share === 1) return slow;
  const level = values.reduce((s, v, i) => s + v * trusted[i], 0) / count;
  return slow.map((v) => level + share * (v - level));
}

const isFlash = (flashes: readonly { first: number; last: number }[], frame: number): boolean =>
  flashes.some((f) => frame >= f.first && frame <= f.last);

/** Whether the frame stands out from both sides, which agree with each other within six frames: lightning. */
function spikes(course: readonly number[], i: number): boolean {
  for (let a = 1; a <= 5; a++)
    for (let b = 1; b <= 6 - a; b++) {
      const before = course[i - a];
      const after = course[i + b];
      if (before === undefined || after === undefined) continue;
      const side = Math.min(course[i] - before, course[i] - after);
      const other = Math.min(before - course[i], after - course[i]);
      if (Math.max(side, other) > MEANT && Math.abs(before - after) < 0.35 * Math.max(side, other))
        return true;
    }
  return false;
}

/** Whether the course goes one way by more than flicker does, around frame i. */
function fades(course: readonly number[], flash: readonly boolean[], i: number): boolean {
  const usable = course.flatMap((v, k) => (flash[k] || Math.abs(k - i) > WITHIN ? [] : [[k, v] as const]));
  for (const [k, v] of usable)
    for (const [m, w] of usable) {
      if (m <= k || m - k > WITHIN || i < k - 2 || i > m + 2 || Math.abs(w - v) <= MEANT) continue;
      // One way: no part of it turns back by more than a third.
      const way = Math.sign(w - v);
      let furthest = 0;
      let back = 0;
      for (const [j, u] of usable)
        if (j >= k && j <= m) {
          furthest = Math.max(furthest, way * (u - v));
          back = Math.max(back, furthest - way * (u - v));
        }
      if (back < MEANT / 3) return true;
    }
  return false;
}

/** Frames that are not trusted get what lies between their neighbours. */
function between(values: number[], trusted: readonly number[]): number[] {
  const good = values.flatMap((_, i) => (trusted[i] ? [i] : []));
  if (good.length === 0) return values.map(() => 0);
  return values.map((v, i) => {
    if (trusted[i]) return v;
    const left = good.findLast((k) => k < i) ?? good[0];
    const right = good.find((k) => k > i) ?? good[good.length - 1];
    const t = right > left ? Math.max(0, Math.min(1, (i - left) / (right - left))) : 0;
    return values[left] + (values[right] - values[left]) * t;
  });
}

class DeflickerWork implements ShotWork {
  private readonly format: FrameFormat;
  private readonly first: number;
  private readonly exposure: Exposure;
  private changed = 0;
  private most = 0;

  constructor(context: ShotContext, params: Params) {
    this.format = context.format;
    this.first = context.shot.first;
    this.exposure = exposureOf(context, params);
  }

  push(frame: Frame): Frame[] {
    const i = frame.index - this.first;
    const whole = this.exposure.whole[i] ?? 0;
    const cells = this.exposure.cells.map((c) => c[i] ?? 0);
    if (Math.abs(whole) < 5e-4 && cells.every((c) => Math.abs(c) < 5e-4)) return [frame];
    this.changed++;
    this.most = Math.max(this.most, Math.abs(whole));
    const sizes = planeSizes(this.format);
    const { black } = lumaLevels(this.format);
    const top = topSample(this.format.bits);
    const rgb = this.format.sampling === 'rgb';
    const planes = frame.planes.map((data, p) => {
      const { width, height } = sizes[p];
      const zero = p === 0 || rgb ? black : chromaZero(this.format.bits);
      const out = data instanceof Uint16Array ? new Uint16Array(data.length) : new Uint8Array(data.length);
      const row = new Float32Array(width);
      const across = columnsOf(width);
      for (let y = 0, o = 0; y < height; y++) {
        gainRow(whole, cells, (y + 0.5) / height, across, row);
        for (let x = 0; x < width; x++, o++) {
          const v = zero + (data[o] - zero) * row[x] + 0.5;
          out[o] = v < 0 ? 0 : v > top ? top : v;
        }
      }
      return out;
    });
    return [{ ...frame, planes }];
  }

  end(): Frame[] {
    return [];
  }

  report(): Record<string, number> {
    return { changed: this.changed, most: Math.round(this.most * 1000) / 1000 };
  }
}

interface Across {
  cell: Int32Array;
  part: Float32Array;
}

/** For each column the cell left of it and how far it is towards the next; beyond the outer centres the last slope goes on. */
function columnsOf(width: number): Across {
  const cell = new Int32Array(width);
  const part = new Float32Array(width);
  for (let x = 0; x < width; x++) {
    const g = ((x + 0.5) / width) * GRID.columns - 0.5;
    cell[x] = Math.max(0, Math.min(GRID.columns - 2, Math.floor(g)));
    part[x] = g - cell[x];
  }
  return { cell, part };
}

/** Gains of one row of pixels; `v`: 0..1 down the picture. */
function gainRow(
  whole: number,
  cells: readonly number[],
  v: number,
  across: Across,
  out: Float32Array,
): void {
  if (cells.length === 0) {
    out.fill(Math.exp(whole));
    return;
  }
  const g = v * GRID.rows - 0.5;
  const r = Math.max(0, Math.min(GRID.rows - 2, Math.floor(g)));
  const t = g - r;
  const line = Array.from(
    { length: GRID.columns },
    (_, c) => cells[r * GRID.columns + c] * (1 - t) + cells[(r + 1) * GRID.columns + c] * t,
  );
  for (let x = 0; x < out.length; x++) {
    const c = across.cell[x];
    out[x] = Math.exp(whole + line[c] + (line[c + 1] - line[c]) * across.part[x]);
  }
}

/** Takes flicker out. */
export const deflickerStep: ReelStep<Params> = {
  name: 'deflicker',
  watches: 'motion',
  observe: (format) => new DeflickerObserver(format),
  observes: () => null,
  begin: (context, params) => new DeflickerWork(context, params),
  holds: () => 1,
  reach: () => ({ before: 0, after: 0 }),
};
