/**
 * How far a colour hint reaches, besides what the network makes of it: to what is alike and connected. The distance
 * from a hint to a pixel is the cheapest path between them, where every change of lightness on the way, and of what
 * the network takes a place for, costs and mere length costs little (Yatziv and Sapiro, "Fast image and video colorization using chrominance
 * blending", IEEE Transactions on Image Processing 15, 2006). Near in that sense a hint rules, far away the network
 * does; between hints each pixel takes the nearer ones' colours, weighted by a power of the distance.
 */
import { labSpace } from '../../../app/color/gamut.ts';
import {
  bilateralEnlarge,
  boxMean,
  linearModels,
  reducePlane,
  type Size,
} from '../../../app/color/guided.ts';
import { enlargePlane } from '../../../app/color/merge.ts';
import type { Hint } from '../../../app/recipe/marks.ts';
import { smoothstep } from './tune.ts';
import type { Chroma, HintSpread, PlacedHint } from './types.ts';

/** Longer side of the picture on which hints spread. */
const SPREAD_SIDE = 400;
/** What costs 1: a change of this many units of L*, of this much of the network's own chroma, or the longer side. */
const PER_LIGHTNESS = 30;
const PER_CHROMA = 24;
const PER_LENGTH = 1.3;
/** Texture with a variance of L* below this is no edge: leaves, folds and patterns belong to one thing. */
const TEXTURE = 120;
/** Within `NEAR` a hint rules alone, beyond `FAR` it has no say. */
const NEAR = 0.65;
const FAR = 1.5;
/** Hints whose chroma differs by less are one. */
const SAME = 3;

/**
 * Hints as they can be used: off the picture or not finite they are left out, and of several on one point of the
 * grid the last one counts.
 */
export function placedHints(hints: readonly Hint[], grid: Size): PlacedHint[] {
  const space = labSpace('srgb');
  const byPlace = new Map<number, PlacedHint>();
  for (const { x, y, colour } of hints) {
    if (!(x >= 0 && x <= 1 && y >= 0 && y <= 1) || !colour.every(Number.isFinite)) continue;
    space.get(...(colour.map((v) => Math.min(1, Math.max(0, v))) as [number, number, number]));
    const place = { x, y, a: space.lab[1], b: space.lab[2] };
    const at = indexOf(place, grid);
    byPlace.delete(at);
    byPlace.set(at, place);
  }
  return [...byPlace.values()];
}

const indexOf = ({ x, y }: { x: number; y: number }, { width, height }: Size): number =>
  Math.min(height - 1, Math.floor(y * height)) * width + Math.min(width - 1, Math.floor(x * width));

/** Cheapest paths from any of `seeds` to every pixel. @param features what each change on the way costs */
function distances(seeds: readonly number[], size: Size, features: readonly Float32Array[]): Float32Array {
  const { width, height } = size;
  const out = new Float32Array(width * height).fill(1e9);
  for (const seed of seeds) out[seed] = 0;
  const straight = PER_LENGTH / Math.max(width, height);
  const across = straight * Math.SQRT2;
  const [lights, as, bs] = features;
  let changed = true;
  const relax = (i: number, j: number, length: number): void => {
    const d =
      out[j] + length + Math.abs(lights[i] - lights[j]) + Math.abs(as[i] - as[j]) + Math.abs(bs[i] - bs[j]);
    if (d < out[i] - 1e-6) {
      out[i] = d;
      changed = true;
    }
  };
  for (let round = 0; changed && round < 12; round++) {
    changed = false;
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const i = y * width + x;
        if (x > 0) relax(i, i - 1, straight);
        if (y === 0) continue;
        relax(i, i - width, straight);
        if (x > 0) relax(i, i - width - 1, across);
        if (x < width - 1) relax(i, i - width + 1, across);
      }
    for (let y = height - 1; y >= 0; y--)
      for (let x = width - 1; x >= 0; x--) {
        const i = y * width + x;
        if (x < width - 1) relax(i, i + 1, straight);
        if (y === height - 1) continue;
        relax(i, i + width, straight);
        if (x > 0) relax(i, i + width - 1, across);
        if (x < width - 1) relax(i, i + width + 1, across);
      }
  }
  return out;
}

/**
 * The colours of hints and how far they reach, on the grid. Null without hints.
 * @param lightness L* of the grid
 * @param guess the network's colours on the cells before it knew of hints: what it takes for one thing is coloured as one
 */
export function spreadHints(
  hints: readonly PlacedHint[],
  lightness: Float32Array,
  grid: Size,
  guess: Chroma,
  cells: Size,
): HintSpread | null {
  if (hints.length === 0) return null;
  const k = Math.min(1, SPREAD_SIDE / Math.max(grid.width, grid.height));
  const size = {
    width: Math.max(1, Math.round(grid.width * k)),
    height: Math.max(1, Math.round(grid.height * k)),
  };
  const L = reducePlane(lightness, grid, size);
  const n = L.length;
  // Grain and texture off, edges kept; twice, since what is left of a coarse texture adds up along a path.
  const smoothed = (plane: Float32Array): Float32Array => {
    const [{ slope, offset }] = linearModels(plane, [plane], size, 4, TEXTURE);
    return plane.map((v, i) => slope[i] * v + offset[i]);
  };
  const chroma = (plane: Float32Array): Float32Array =>
    enlargePlane(boxMean(plane, cells, 1), cells, size).map((v) => v / PER_CHROMA);
  const features = [smoothed(smoothed(L)).map((v) => v / PER_LIGHTNESS), chroma(guess.a), chroma(guess.b)];
  const groups: { a: number; b: number; members: PlacedHint[] }[] = [];
  for (const hint of hints) {
    const group = groups.find((g) => Math.hypot(g.a - hint.a, g.b - hint.b) < SAME);
    if (group) group.members.push(hint);
    else groups.push({ a: hint.a, b: hint.b, members: [hint] });
  }
  const weight = new Float32Array(n);
  const all = new Float32Array(n);
  const sumA = new Float32Array(n);
  const sumB = new Float32Array(n);
  for (const { a, b, members } of groups) {
    const d = distances(
      members.map((hint) => indexOf(hint, size)),
      size,
      features,
    );
    for (let i = 0; i < n; i++) {
      if (d[i] >= FAR) continue;
      const reach = 1 - smoothstep(NEAR, FAR, d[i]);
      const w = reach / (d[i] + 0.02) ** 4;
      all[i] += w;
      sumA[i] += w * a;
      sumB[i] += w * b;
      if (reach > weight[i]) weight[i] = reach;
    }
  }
  for (let i = 0; i < n; i++)
    if (all[i] > 0) {
      sumA[i] *= weight[i] / all[i];
      sumB[i] *= weight[i] / all[i];
    }
  const [large, largeA, largeB] =
    k === 1
      ? [weight, sumA, sumB]
      : bilateralEnlarge([weight, sumA, sumB], L, size, lightness, grid, { reach: 1, space: 0.7, range: 6 });
  return {
    weight: large,
    a: largeA.map((v, i) => (large[i] > 1e-6 ? v / large[i] : 0)),
    b: largeB.map((v, i) => (large[i] > 1e-6 ? v / large[i] : 0)),
  };
}
