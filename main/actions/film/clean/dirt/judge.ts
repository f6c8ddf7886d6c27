/**
 * Whether a piece that differs from both neighbours is dirt. What speaks for and against it is measured (`Evidence`) and weighed
 * together (`odds`): no single measure decides, since each of them fails somewhere.
 */
import type { Flow } from '../motion/index.ts';
import type { Region } from './regions.ts';
import type { DirtTuning } from './tuning.ts';

/** A frame and its neighbours, all softened, the neighbours moved along. */
export interface Scene {
  width: number;
  height: number;
  c: Uint8Array;
  p: Uint8Array;
  n: Uint8Array;
  /** Motion to the two neighbours, and by how much frames were reduced for it. */
  a: Flow;
  b: Flow;
  factor: number;
  /** Both neighbours lie on the same side. */
  oneSided: boolean;
}

/** What is measured of a piece; differences as shares of its contrast. */
export interface Evidence {
  contrast: number;
  pixels: number;
  /** Mean difference of the neighbours inside. */
  apart: number;
  /** Quantiles of how much the ring around it differs from the neighbours. */
  ring: [number, number, number];
  /** How much of the band next to it is as light or dark as the piece: it hangs on something. */
  hangs: number;
  /** Unevenness of the motion around it, pixels of the compared size. */
  jolt: number;
  /** Share of the piece that stands nearby in the one neighbour, and about as far opposite in the other. */
  passes: number;
  /** What patches of the ring are off by in both neighbours. */
  unrest: number;
}

/** The ring reaches so far from the piece, pixels. */
const REACH = 5;

const at = (sorted: readonly number[], share: number): number =>
  sorted.length > 0 ? sorted[Math.floor(share * (sorted.length - 1))] : 1;

/** What speaks for and against a piece; `tuning` says how far to look for what passes by. */
export function evidenceOf(region: Region, scene: Scene, tuning: DirtTuning): Evidence {
  const { width, height, c, p, n } = scene;
  const { x0, y0, x1, y1, pixels, contrast, sign } = region;
  let apart = 0;
  let tone = 0;
  for (const i of pixels) {
    apart += Math.abs(p[i] - n[i]);
    tone += c[i];
  }
  tone /= pixels.length;
  // How far each pixel of the box lies from the piece, by kings' moves.
  const left = Math.max(0, x0 - REACH);
  const top = Math.max(0, y0 - REACH);
  const w = Math.min(width - 1, x1 + REACH) - left + 1;
  const h = Math.min(height - 1, y1 + REACH) - top + 1;
  const away = distances(pixels, width, left, top, w, h);
  const off: number[] = [];
  let hangs = 0;
  let band = 0;
  for (let y = 0, o = 0; y < h; y++)
    for (let x = 0, i = (top + y) * width + left; x < w; x++, i++, o++) {
      if (away[o] < 2 || away[o] > REACH) continue;
      off.push(Math.max(Math.abs(c[i] - p[i]), Math.abs(c[i] - n[i])));
      if (away[o] > 2) continue;
      band++;
      if (sign * (tone - c[i]) < 0.35 * contrast) hangs++;
    }
  off.sort((q, r) => q - r);
  const { jolt, unrest } = around(region, scene);
  return {
    contrast,
    pixels: pixels.length,
    apart: apart / pixels.length / contrast,
    ring: [at(off, 0.5) / contrast, at(off, 0.7) / contrast, at(off, 0.9) / contrast],
    hangs: band > 0 ? hangs / band : 1,
    ...{ jolt, unrest: unrest / contrast },
    passes: passes(region, scene, tuning, tone),
  };
}

/**
 * How unevenly the surroundings of a piece move: |v before + v after| over cells around it whose patches the piece does not
 * touch (in those it has misled the search itself), of which three fifths are smaller.
 */
function around(r: Region, scene: Scene): { jolt: number; unrest: number } {
  const { a, b, factor, oneSided } = scene;
  const cell = a.step * factor;
  const margin = 6 * cell;
  const touched = 1.5 * cell;
  const c0 = Math.max(0, Math.floor((r.x0 - margin) / cell));
  const c1 = Math.min(a.columns - 1, Math.floor((r.x1 + margin) / cell));
  const r0 = Math.max(0, Math.floor((r.y0 - margin) / cell));
  const r1 = Math.min(a.rows - 1, Math.floor((r.y1 + margin) / cell));
  const off: number[] = [];
  const error: number[] = [];
  // On one side the second flow leads two frames away: even motion is twice the first.
  const k = oneSided ? -0.5 : 1;
  for (let y = r0; y <= r1; y++)
    for (let x = c0; x <= c1; x++) {
      const px = (x + 0.5) * cell;
      const py = (y + 0.5) * cell;
      if (px > r.x0 - touched && px < r.x1 + touched && py > r.y0 - touched && py < r.y1 + touched) continue;
      const i = y * a.columns + x;
      const l = Math.abs(a.dx[i]) + Math.abs(a.dy[i]);
      off.push(Math.hypot(a.dx[i] + k * b.dx[i], a.dy[i] + k * b.dy[i]) / (1 + 0.1 * l));
      error.push(Math.min(a.error[i], b.error[i]));
    }
  for (const l of [off, error]) l.sort((p, q) => p - q);
  return off.length > 0 ? { jolt: at(off, 0.6), unrest: at(error, 0.7) } : { jolt: 0, unrest: 0 };
}

/**
 * A thing that moves faster than the search can follow leaves its place free in both neighbours, as dirt does; but nearby it
 * stands in the one and not in the other, on either side. The greatest share of the piece that does so.
 */
function passes(region: Region, scene: Scene, tuning: DirtTuning, tone: number): number {
  const { width, height, p, n } = scene;
  const reach = Math.round(tuning.passing * width);
  const left = Math.max(0, region.x0 - reach);
  const top = Math.max(0, region.y0 - reach);
  const right = Math.min(width - 1, region.x1 + reach);
  const bottom = Math.min(height - 1, region.y1 + reach);
  // As strong as the piece, neither weaker nor stronger: an edge beside a faint speck is not the speck.
  const level = tuning.passingLevel * region.contrast;
  const most = region.contrast / tuning.passingLevel;
  const near = Math.max(8, 0.6 * region.contrast);
  const stride = right - left + 2;
  // Summed areas of the two kinds of pixels; then the fullest box of the piece's own size, a little larger.
  const before = new Int32Array(stride * (bottom - top + 2));
  const after = new Int32Array(before.length);
  for (let y = top, o = stride + 1; y <= bottom; y++, o++) {
    let b = 0;
    let a = 0;
    for (let x = left, i = y * width + left; x <= right; x++, i++, o++) {
      const d = region.sign * (p[i] - n[i]);
      // And as light or dark: it is the same thing.
      if (d > level && d < most && Math.abs(p[i] - tone) < near) b++;
      else if (-d > level && -d < most && Math.abs(n[i] - tone) < near) a++;
      before[o] = before[o - stride] + b;
      after[o] = after[o - stride] + a;
    }
  }
  const w = Math.min(stride - 1, region.x1 - region.x0 + 3);
  const h = Math.min(bottom - top + 1, region.y1 - region.y0 + 3);
  const least = Math.max(5, 0.1 * region.pixels.length);
  const boxes = (sums: Int32Array): { x: number; y: number; full: number }[] => {
    const out: { x: number; y: number; full: number }[] = [];
    for (let y = 0; y + h <= bottom - top + 1; y += 2)
      for (let x = 0; x + w < stride; x += 2) {
        const o = y * stride + x;
        const e = o + h * stride;
        const full = sums[e + w] - sums[e] - sums[o + w] + sums[o];
        if (full > least) out.push({ x: left + x + w / 2 - region.x, y: top + y + h / 2 - region.y, full });
      }
    return out;
  };
  const came = boxes(before);
  if (came.length === 0) return 0;
  const went = boxes(after);
  let best = 0;
  // What comes from one side goes to the other, though not always straight on nor at the same pace.
  for (const a of came) {
    if (a.full <= best) continue;
    const slack = tuning.passingSlack * Math.hypot(a.x, a.y) + 3;
    for (const b of went)
      if (b.full > best && Math.hypot(a.x + b.x, a.y + b.y) < slack) best = Math.min(a.full, b.full);
  }
  return best / region.pixels.length;
}

/** By pixel of a box of w x h at (left, top): the distance to the nearest of `pixels`, by kings' moves; two sweeps. */
function distances(
  pixels: Int32Array,
  width: number,
  left: number,
  top: number,
  w: number,
  h: number,
): Uint8Array {
  const out = new Uint8Array(w * h).fill(REACH + 1);
  for (const i of pixels) {
    const y = Math.floor(i / width);
    out[(y - top) * w + (i - y * width - left)] = 0;
  }
  const from = (o: number, x: number, row: boolean, step: number): void => {
    let least = out[o];
    if (x - step >= 0 && x - step < w) least = Math.min(least, out[o - step] + 1);
    if (row)
      for (let k = -1; k <= 1; k++)
        if (x + k >= 0 && x + k < w) least = Math.min(least, out[o - step * w + k] + 1);
    out[o] = least;
  };
  for (let y = 0, o = 0; y < h; y++) for (let x = 0; x < w; x++, o++) from(o, x, y > 0, 1);
  for (let y = h - 1, o = w * h - 1; y >= 0; y--)
    for (let x = w - 1; x >= 0; x--, o--) from(o, x, y < h - 1, -1);
  return out;
}

const clamp = (v: number, low: number, high: number): number => (v < low ? low : v > high ? high : v);

/**
 * What each measure counts: logistic regression over 8,566 pieces, planted and not, of three films under grain (seeds 1 to 8, of the
 * cockatoo other frames than those that figures are taken on).
 */
const WEIGHTS = {
  bias: 12.83,
  contrast: -1.44,
  pixels: -0.56,
  apart: -4.48,
  ring: [-4.67, -2.29, -2.38],
  jolt: -0.29,
  passes: -1.19,
  unrest: -4.48,
  hangs: -3.15,
  oneSided: -1.98,
} as const;

/** Log of the odds that a piece is dirt. */
export function odds(e: Evidence, oneSided: boolean): number {
  const w = WEIGHTS;
  return (
    w.bias +
    w.contrast * clamp(Math.log(e.contrast), 2, 5) +
    w.pixels * clamp(Math.log(e.pixels), 1, 6) +
    w.apart * clamp(e.apart, 0, 1) +
    w.ring[0] * clamp(e.ring[0], 0, 1) +
    w.ring[1] * clamp(e.ring[1], 0, 1.2) +
    w.ring[2] * clamp(e.ring[2], 0, 2) +
    w.jolt * clamp(Math.log(0.2 + e.jolt), -2, 2.5) +
    w.passes * clamp(e.passes, 0, 1) +
    w.unrest * clamp(e.unrest, 0, 1) +
    w.hangs * e.hangs +
    (oneSided ? w.oneSided : 0)
  );
}
