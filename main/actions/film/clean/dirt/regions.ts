/**
 * Dirt found as pieces: pixels that differ from both neighbours, moved along, in the same direction (the rank-order
 * detector in its simple form, sROD: van Roosmalen 1999; SDIp: Kokaram 1998), by more than what the neighbours differ
 * from each other around there, grown to all that hangs together at a lower threshold. Whether a piece is dirt is
 * asked afterwards (judge.ts).
 *
 *   s = I - max(r)  if positive (light),  min(r) - I  if positive (dark),  r over both neighbours and their four beside
 *   seed: s > T,  T = max(T0, k A);  A: mean |P - N| of the block, what grain and failing motion leave
 *   grown: |I - (P + N) / 2| > T / 2.2 of the same sign, and |P - N| smaller than that
 */
import type { DirtTuning } from './tuning.ts';

/** One connected piece that differs from both neighbours. */
export interface Region {
  /** Indices into the plane. */
  pixels: Int32Array;
  /** +1 light, -1 dark. */
  sign: number;
  x: number;
  y: number;
  x0: number;
  y0: number;
  x1: number;
  y1: number;
  /** Mean difference from the neighbours, grey levels. */
  contrast: number;
  /** Largest difference. */
  peak: number;
  /** Log of the odds that it is dirt. */
  odds: number;
  /** Kept as dirt; else only remembered as a thing that may be followed. */
  kept: boolean;
}

const BLOCK = 8;

/** Larger than dirt is (`largest`, pixels). A thread may be long where a patch may not. */
export function tooLarge(r: Region, largest: number): boolean {
  const long = Math.max(r.x1 - r.x0, r.y1 - r.y0) + 1;
  const thin = r.pixels.length * 6 < long * long;
  return long > (thin ? 3 * largest : largest);
}

/** Mean |P - N| by blocks, each with its eight neighbours; and a quarter quantile of it, the frame's grain. */
function unrest(p: Uint8Array, n: Uint8Array, width: number, height: number): Float32Array {
  const columns = Math.ceil(width / BLOCK);
  const rows = Math.ceil(height / BLOCK);
  const sums = new Float32Array(columns * rows);
  const counts = new Float32Array(columns * rows);
  for (let y = 0, i = 0; y < height; y++) {
    const row = (y >> 3) * columns;
    for (let x = 0; x < width; x++, i++) {
      const d = p[i] - n[i];
      sums[row + (x >> 3)] += d < 0 ? -d : d;
      counts[row + (x >> 3)]++;
    }
  }
  for (let k = 0; k < sums.length; k++) sums[k] /= counts[k];
  const out = new Float32Array(columns * rows);
  for (let r = 0, k = 0; r < rows; r++)
    for (let c = 0; c < columns; c++, k++) {
      let total = 0;
      let weight = 0;
      for (let j = Math.max(0, r - 1); j <= Math.min(rows - 1, r + 1); j++)
        for (let i = Math.max(0, c - 1); i <= Math.min(columns - 1, c + 1); i++) {
          const w = j === r && i === c ? 2 : 1;
          total += w * sums[j * columns + i];
          weight += w;
        }
      out[k] = total / weight;
    }
  return out;
}

const ordered = (values: Float32Array): Float32Array => Float32Array.from(values).sort();

/** Pixels that may be flooded looking for the borders of pieces, in frames. */
const FLOODS = 4;

/** Specks of a pixel or two are mostly gone once softened: they are looked for in the frame as it is. */
export interface Specks {
  luma: Uint8Array;
  /** By how much the pixel (x, y) is lighter (darker) than all of both neighbours, moved along, within a pixel of its place. */
  beyond(x: number, y: number, sign: number): number;
}

/**
 * Pieces of a frame. `c`, `p`, `n`: the frame and its neighbours moved along, all softened alike; `scale`: thresholds are
 * multiplied by it (frames with neighbours on one side only are judged more warily); `specks`: the frame as it is.
 */
export function findRegions(
  c: Uint8Array,
  p: Uint8Array,
  n: Uint8Array,
  size: { width: number; height: number },
  tuning: DirtTuning,
  largest: number,
  scale = 1,
  specks?: Specks,
): Region[] {
  const { width, height } = size;
  const around = unrest(p, n, width, height);
  const columns = Math.ceil(width / BLOCK);
  const grain = ordered(around)[around.length >> 2];
  const seedAt = around.map((a) => scale * Math.max(tuning.least, tuning.grain * grain, tuning.unrest * a));
  const label = new Uint8Array(width * height);
  const regions: Region[] = [];
  const stack: number[] = [];
  // In a frame that is lighter or darker all over everything runs over: such floods are not begun again and again.
  let spared = FLOODS * width * height;
  // A strong piece has a halo, and where it runs over into what is around it it is cut off higher.
  const fitting = (seed: number, sign: number, low: number): Region => {
    let level = low;
    let halo: Int32Array | null = null;
    for (let round = 0; ; round++) {
      const r = grow(c, p, n, seed, sign, level, size, label, stack);
      const next = Math.max(round === 0 ? 0 : 1.5 * level, r.peak * tuning.halo);
      const fits = !tooLarge(r, largest);
      spared -= r.pixels.length;
      if (spared < 0 || (fits && (round > 0 || level >= next)) || round === 4 || next > 0.6 * r.peak) {
        // A halo is part of its piece; what ran over may hold pieces of its own.
        if (halo) for (const i of halo) label[i] = 1;
        return r;
      }
      for (const i of r.pixels) label[i] = 0;
      if (fits) halo = r.pixels;
      level = next;
    }
  };
  for (let y = 1; y < height - 1; y++) {
    const row = (y >> 3) * columns;
    for (let x = 1, i = y * width + 1; x < width - 1; x++, i++) {
      const v = c[i];
      const a = p[i];
      const b = n[i];
      const above = v - (a > b ? a : b);
      const below = (a < b ? a : b) - v;
      const threshold = seedAt[row + (x >> 3)];
      const sign = above > below ? 1 : -1;
      const beyond = sign > 0 ? above : below;
      if (label[i]) continue;
      if (beyond > threshold) {
        if (beyondAll(c, p, n, i, width, sign) < threshold * tuning.beside) continue;
        regions.push(fitting(i, sign, threshold / tuning.hysteresis));
      } else if (specks && beyond > tuning.speckSoft * threshold) {
        const sharp = tuning.speck * threshold;
        if (sign * (specks.luma[i] - (a + b) / 2) <= sharp || specks.beyond(x, y, sign) <= sharp) continue;
        regions.push(fitting(i, sign, beyond / tuning.hysteresis));
      }
    }
  }
  return regions;
}

/** By how much the pixel is lighter (darker) than every reference: both neighbours at its place and the four beside it. */
function beyondAll(
  c: Uint8Array,
  p: Uint8Array,
  n: Uint8Array,
  i: number,
  width: number,
  sign: number,
): number {
  let least = Infinity;
  for (const r of [p, n])
    for (const at of [i, i - 1, i + 1, i - width, i + width]) least = Math.min(least, sign * (c[i] - r[at]));
  return least;
}

function grow(
  c: Uint8Array,
  p: Uint8Array,
  n: Uint8Array,
  seed: number,
  sign: number,
  low: number,
  size: { width: number; height: number },
  label: Uint8Array,
  stack: number[],
): Region {
  const { width, height } = size;
  const pixels: number[] = [];
  let [x0, y0, x1, y1] = [width, height, 0, 0];
  let [sx, sy, contrast, peak] = [0, 0, 0, 0];
  stack.push(seed);
  label[seed] = 1;
  while (stack.length > 0) {
    const i = stack.pop() as number;
    const y = Math.floor(i / width);
    const x = i - y * width;
    const d = sign * (c[i] - (p[i] + n[i]) / 2);
    pixels.push(i);
    contrast += d;
    if (d > peak) peak = d;
    sx += x;
    sy += y;
    if (x < x0) x0 = x;
    if (x > x1) x1 = x;
    if (y < y0) y0 = y;
    if (y > y1) y1 = y;
    for (let dy = -1; dy <= 1; dy++)
      for (let dx = -1; dx <= 1; dx++) {
        const nx = x + dx;
        const ny = y + dy;
        if (nx < 0 || ny < 0 || nx >= width || ny >= height) continue;
        const k = ny * width + nx;
        if (label[k]) continue;
        const e = sign * (c[k] - (p[k] + n[k]) / 2);
        if (e <= low || Math.abs(p[k] - n[k]) > e) continue;
        label[k] = 1;
        stack.push(k);
      }
  }
  const area = pixels.length;
  return {
    pixels: Int32Array.from(pixels),
    ...{ sign, x: sx / area, y: sy / area, x0, y0, x1, y1 },
    ...{ contrast: contrast / area, peak, odds: 0, kept: false },
  };
}
