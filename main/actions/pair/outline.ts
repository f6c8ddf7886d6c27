/**
 * The outline of a sheet on the lid: how far the paper stays behind its ideal rectangle all the way round. A sheet that is
 * turned over shows the same outline run through backwards, begun at another corner.
 */
import type { Planar } from '../../../app/planar.ts';
import { eachRegion } from '../repair/components.ts';
import { hullOf, leastRect, type Point, type TurnedRect } from '../split/hull.ts';
import { lidColours, lidOf } from '../split/lid.ts';

/** Places along each side. */
export const ALONG = 96;

export interface Outline {
  /** The sheet; the whole scan where no lid is seen. Centre of the first pixel at 0.5. */
  rect: TurnedRect;
  /**
   * Clockwise from the upper left corner, ALONG places a side: what is missing there, in shares of the shorter side;
   * null where no lid is seen, so that nothing can be said.
   */
  missing: Float32Array | null;
}

/** Share of the scan that the sheet covers at least, and that the lid does. */
const SHEET = 0.05;
const LID = 0.01;
/** Deepest loss that is looked for, in shares of the shorter side. */
const DEEP = 0.2;

/** Reads the outline of the largest sheet on a scan. */
export function outlineOf(picture: Planar): Outline {
  const { width, height } = picture;
  const n = width * height;
  const all = { cx: width / 2, cy: height / 2, w: width, h: height, angle: 0 };
  const [colour] = lidColours(picture, 1);
  if (!colour) return { rect: all, missing: null };
  const lid = lidOf(picture, colour);
  const share = lid.reduce((sum, v) => sum + v, 0) / n;
  if (share < LID) return { rect: all, missing: null };
  const rest = lid.map((v) => 1 - v);
  let sheet = new Int32Array(0);
  eachRegion(rest, width, height, (pixels) => {
    if (pixels.length > sheet.length) sheet = pixels.slice();
  });
  if (sheet.length < SHEET * n) return { rect: all, missing: null };
  const on = new Uint8Array(n);
  for (const i of sheet) on[i] = 1;
  const rim: Point[] = [];
  for (const i of sheet) {
    const x = i % width;
    const y = (i - x) / width;
    if (
      x === 0 ||
      y === 0 ||
      x === width - 1 ||
      y === height - 1 ||
      !on[i - 1] ||
      !on[i + 1] ||
      !on[i - width] ||
      !on[i + width]
    )
      rim.push({ x, y });
  }
  const { cx, cy, w, h, angle } = leastRect(hullOf(rim));
  const rect = { cx: cx + 0.5, cy: cy + 0.5, w, h, angle };
  return { rect, missing: missingOf(on, width, height, rect) };
}

function missingOf(on: Uint8Array, width: number, height: number, rect: TurnedRect): Float32Array {
  const c = Math.cos(rect.angle);
  const s = Math.sin(rect.angle);
  const short = Math.min(rect.w, rect.h);
  const out = new Float32Array(4 * ALONG);
  for (let side = 0; side < 4; side++)
    for (let k = 0; k < ALONG; k++) {
      const t = (k + 0.5) / ALONG - 0.5;
      let depth = 0;
      for (; depth < DEEP * short; depth += 0.5) {
        // Top left to right, right downwards, bottom right to left, left upwards.
        const u = [t * rect.w, rect.w / 2 - depth, -t * rect.w, depth - rect.w / 2][side];
        const v = [depth - rect.h / 2, t * rect.h, rect.h / 2 - depth, -t * rect.h][side];
        const x = Math.floor(rect.cx + u * c - v * s);
        const y = Math.floor(rect.cy + u * s + v * c);
        if (x >= 0 && y >= 0 && x < width && y < height && on[y * width + x]) break;
      }
      out[side * ALONG + k] = depth / short;
    }
  return out;
}

/** Spread of an outline (shares of the shorter side) that begins to be a mark of its own, and that surely is one. */
const PLAIN = 0.0015;
const MARKED = 0.005;
/** Logarithm of the sides' ratio under which a sheet may be a square. */
const SQUARE = 0.04;

/**
 * How well the second outline is the mirror image of the first, at any of the four turns that fit.
 * @returns 1 where they are the same, 0 where they have nothing in common, and how far the outlines have marks to be compared by, 0..1
 */
export function matchMirrored(one: Outline, two: Outline): { agreement: number; marked: number } {
  if (!one.missing || !two.missing) return { agreement: 0, marked: 0 };
  const a = centred(one.missing);
  // Along one way round the sheet, against it on its other side.
  const b = centred(Float32Array.from(two.missing).reverse());
  const spread = Math.max(a.spread, b.spread);
  const marked = Math.min(1, Math.max(0, (spread - PLAIN) / (MARKED - PLAIN)));
  const n = a.values.length;
  let agreement = -1;
  // A long side lies on a long side: with the sheets the same way up, run backwards they begin a quarter later.
  const level = ({ rect }: Outline): number => Math.log(rect.w / rect.h);
  const square = Math.min(Math.abs(level(one)), Math.abs(level(two))) < SQUARE;
  const alike = level(one) * level(two) > 0;
  for (const turn of square ? [0, 1, 2, 3] : alike ? [1, 3] : [0, 2])
    // The rectangle around a torn sheet is not quite the same from behind.
    for (let slip = -3; slip <= 3; slip++) {
      let dot = 0;
      for (let k = 0; k < n; k++) dot += a.values[k] * b.values[(k + turn * ALONG + slip + n) % n];
      agreement = Math.max(agreement, (2 * dot) / (n * Math.max(1e-12, a.spread ** 2 + b.spread ** 2)));
    }
  return { agreement, marked };
}

function centred(values: Float32Array): { values: Float32Array; spread: number } {
  const n = values.length;
  // A place is as wide as a few pixels: what is one pixel wide is noise.
  const soft = values.map((_, k) => (values[(k + n - 1) % n] + 2 * values[k] + values[(k + 1) % n]) / 4);
  const mean = soft.reduce((s, v) => s + v, 0) / n;
  const out = soft.map((v) => v - mean);
  return { values: out, spread: Math.sqrt(out.reduce((s, v) => s + v * v, 0) / n) };
}
