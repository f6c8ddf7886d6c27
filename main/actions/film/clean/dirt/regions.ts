/**
 * Dirt found as pieces: pixels that differ from both neighbours, moved along, in the same direction (the rank-order
 * detector in its simple form, sROD: van Roosmalen 1999; SDIp: Kokaram 1998), by more than what the neighbours differ
 * from each other around there, grown to all that hangs together at a lower threshold. Then each piece is asked
 * whether its surroundings moved as they were said to.
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
  /** Kept as dirt; else only remembered as a thing that may be followed. */
  kept: boolean;
}

const BLOCK = 8;

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
        regions.push(grow(c, p, n, i, sign, threshold / tuning.hysteresis, size, label, stack));
      } else if (specks && beyond > tuning.speckSoft * threshold) {
        const sharp = tuning.speck * threshold;
        if (sign * (specks.luma[i] - (a + b) / 2) <= sharp || specks.beyond(x, y, sign) <= sharp) continue;
        regions.push(grow(c, p, n, i, sign, beyond / tuning.hysteresis, size, label, stack));
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
  let [sx, sy, contrast] = [0, 0, 0];
  stack.push(seed);
  label[seed] = 1;
  while (stack.length > 0) {
    const i = stack.pop() as number;
    const y = Math.floor(i / width);
    const x = i - y * width;
    const d = sign * (c[i] - (p[i] + n[i]) / 2);
    pixels.push(i);
    contrast += d;
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
    ...{ contrast: contrast / area, kept: false },
  };
}

/**
 * Whether a piece may be dirt: neither too small to matter nor too large, its neighbours agree about what lies under it,
 * and around it, where there is no dirt, the frame and its neighbours agree.
 */
export function looksLikeDirt(
  region: Region,
  c: Uint8Array,
  p: Uint8Array,
  n: Uint8Array,
  size: { width: number; height: number },
  tuning: DirtTuning,
  largest: number,
  jolt: number,
): boolean {
  // Where motion breaks off or turns from one frame to the next, nothing is known about what should be there.
  if (jolt > tuning.jolt) return false;
  const { width, height } = size;
  const { x0, y0, x1, y1, pixels, contrast } = region;
  // A thread may be long where a patch may not.
  const long = Math.max(x1 - x0, y1 - y0) + 1;
  const thin = pixels.length * 6 < long * long;
  if (pixels.length < tuning.fewest || long > (thin ? 3 * largest : largest)) return false;
  let apart = 0;
  for (const i of pixels) apart += Math.abs(p[i] - n[i]);
  if (apart / pixels.length > tuning.agree * contrast) return false;
  // The ring: beside the piece by two to five pixels. Other pieces of dirt lie there too: the lower three quarters count.
  const inside = new Set(pixels);
  const off: number[] = [];
  const reach = 5;
  for (let y = Math.max(0, y0 - reach); y <= Math.min(height - 1, y1 + reach); y++)
    for (let x = Math.max(0, x0 - reach); x <= Math.min(width - 1, x1 + reach); x++) {
      const i = y * width + x;
      if (inside.has(i) || touches(inside, i, width)) continue;
      off.push(Math.max(Math.abs(c[i] - p[i]), Math.abs(c[i] - n[i])));
    }
  if (off.length === 0) return false;
  off.sort((a, b) => a - b);
  if (off[Math.floor(off.length * 0.7)] > tuning.ring * contrast) return false;
  return !passesBy(region, c, p, n, size, tuning, jolt);
}

/**
 * A thing that moves faster than the search can follow leaves its place free in both neighbours, as dirt does; but nearby it
 * stands in the one and not in the other, on either side. So much of both around a piece says that something passes by.
 */
function passesBy(
  region: Region,
  c: Uint8Array,
  p: Uint8Array,
  n: Uint8Array,
  size: { width: number; height: number },
  tuning: DirtTuning,
  jolt: number,
): boolean {
  const { width, height } = size;
  const reach = Math.round(tuning.passing * width);
  const left = Math.max(0, region.x0 - reach);
  const top = Math.max(0, region.y0 - reach);
  const right = Math.min(width - 1, region.x1 + reach);
  const bottom = Math.min(height - 1, region.y1 + reach);
  // As strong as the piece, neither weaker nor stronger: an edge beside a faint speck is not the speck.
  const level = tuning.passingLevel * region.contrast;
  const most = region.contrast / tuning.passingLevel;
  let tone = 0;
  for (const i of region.pixels) tone += c[i];
  tone /= region.pixels.length;
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
  // Where everything moves evenly it takes more to believe that something passes.
  const calm = jolt < 0.35 ? 1 : jolt < 0.8 ? 0.6 : jolt < 2 ? 0.4 : 0.25;
  const full = Math.max(5, calm * tuning.passingShare * region.pixels.length);
  // Middles of full boxes, against the piece's own.
  const boxes = (sums: Int32Array): { x: number; y: number }[] => {
    const out: { x: number; y: number }[] = [];
    for (let y = 0; y + h <= bottom - top + 1; y += 2)
      for (let x = 0; x + w < stride; x += 2) {
        const o = y * stride + x;
        const e = o + h * stride;
        if (sums[e + w] - sums[e] - sums[o + w] + sums[o] > full)
          out.push({ x: left + x + w / 2 - region.x, y: top + y + h / 2 - region.y });
      }
    return out;
  };
  const came = boxes(before);
  if (came.length === 0) return false;
  const went = boxes(after);
  // What comes from one side goes to the other, though not always straight on nor at the same pace.
  return came.some((a) => {
    const slack = tuning.passingSlack * Math.hypot(a.x, a.y) + 3;
    return went.some((b) => Math.hypot(a.x + b.x, a.y + b.y) < slack);
  });
}

const touches = (inside: Set<number>, i: number, width: number): boolean =>
  inside.has(i - 1) || inside.has(i + 1) || inside.has(i - width) || inside.has(i + width);
