/**
 * Other colourings of the same picture, out of the network's own choice. The network says for every cell how likely
 * each chroma is; one picture is made of it by the annealed mean (the default). The others take another mode of that
 * distribution, not cell by cell, which gives patches, but for whole kinds of things: cells that look alike are put
 * into groups, each group agrees on one mode, and every cell then moves to its own likeliest colour near that mode.
 */
import type { Size } from '../../../app/color/guided.ts';
import { COLOUR_BINS } from '../../../models/colorist/bins.ts';
import { ANNEAL } from '../../../models/colorist/colour.ts';
import type { Chroma } from './types.ts';

const GROUPS = 7;
/** Modes nearer than this in a*b* are one. */
const APART = 17;
/** A mode with a smaller share of the group's choice is not plausible. */
const PLAUSIBLE = 0.06;
/** How far from its group's mode a cell's colour may be, as a standard deviation in a*b*. */
const WIDTH = 14;

export interface Mode {
  a: number;
  b: number;
  /** Of the distribution, 0..1. */
  share: number;
}

/** Modes of a distribution over the bins, the likeliest first, at least APART from each other. */
export function modesOf(distribution: Float64Array | Float32Array, most = 6): Mode[] {
  const left = Float64Array.from(distribution);
  const out: Mode[] = [];
  let all = 0;
  for (const v of left) all += v;
  if (!(all > 0)) return [];
  while (out.length < most) {
    // The bin with the most around it; the neighbours' mass makes the choice robust.
    let best = -1;
    let bestMass = 0;
    for (let k = 0; k < left.length; k++) {
      if (left[k] === 0) continue;
      let mass = 0;
      for (let j = 0; j < left.length; j++) {
        const d2 =
          (COLOUR_BINS[j][0] - COLOUR_BINS[k][0]) ** 2 + (COLOUR_BINS[j][1] - COLOUR_BINS[k][1]) ** 2;
        if (d2 <= 200) mass += left[j] * Math.exp(-d2 / 120);
      }
      if (mass > bestMass) [best, bestMass] = [k, mass];
    }
    if (best < 0) break;
    let share = 0;
    let a = 0;
    let b = 0;
    let core = 0;
    for (let j = 0; j < left.length; j++) {
      const [x, y] = COLOUR_BINS[j];
      const d2 = (x - COLOUR_BINS[best][0]) ** 2 + (y - COLOUR_BINS[best][1]) ** 2;
      if (d2 > APART * APART) continue;
      const w = left[j] * Math.exp(-d2 / 120);
      a += w * x;
      b += w * y;
      core += w;
      share += left[j];
      left[j] = 0;
    }
    out.push({ a: a / core, b: b / core, share: share / all });
  }
  return out.sort((p, q) => q.share - p.share);
}

/** Soft membership of cells in groups of alike ones: k-means on chroma, lightness and, weakly, place. */
function groupsOf(base: Chroma, lightness: Float32Array, { width, height }: Size): Float32Array[] {
  const n = width * height;
  const features: number[][] = Array.from({ length: n }, (_, i) => [
    base.a[i] / 9,
    base.b[i] / 9,
    lightness[i] / 22,
    (1.2 * (i % width)) / width,
    (1.8 * Math.floor(i / width)) / height,
  ]);
  const distance = (p: readonly number[], q: readonly number[]): number =>
    p.reduce((s, v, k) => s + (v - q[k]) ** 2, 0);
  // The first centre is the mean, each further one the cell that lies furthest from all.
  const mean = features[0].map((_, k) => features.reduce((s, f) => s + f[k], 0) / n);
  let centres = [mean];
  while (centres.length < Math.min(GROUPS, n)) {
    let far = 0;
    let most = -1;
    for (let i = 0; i < n; i++) {
      const d = Math.min(...centres.map((c) => distance(features[i], c)));
      if (d > most) [far, most] = [i, d];
    }
    centres.push(features[far]);
  }
  for (let round = 0; round < 10; round++) {
    const sums = centres.map((c) => ({ total: c.map(() => 0), count: 0 }));
    for (const f of features) {
      let best = 0;
      for (let k = 1; k < centres.length; k++)
        if (distance(f, centres[k]) < distance(f, centres[best])) best = k;
      sums[best].count++;
      f.forEach((v, k) => (sums[best].total[k] += v));
    }
    centres = sums.map(({ total, count }, k) => (count > 0 ? total.map((v) => v / count) : centres[k]));
  }
  const out = centres.map(() => new Float32Array(n));
  for (let i = 0; i < n; i++) {
    const d = centres.map((c) => distance(features[i], c));
    const least = Math.min(...d);
    const w = d.map((v) => Math.exp(-2 * (v - least)));
    const all = w.reduce((s, v) => s + v, 0);
    w.forEach((v, k) => (out[k][i] = v / all));
  }
  return out;
}

/** Each cell's annealed mean within reach of a mode. */
function towards(choice: Float32Array, n: number, mode: Mode): Chroma {
  const out = { a: new Float32Array(n), b: new Float32Array(n) };
  const near = COLOUR_BINS.map(([x, y]) =>
    Math.exp(-((x - mode.a) ** 2 + (y - mode.b) ** 2) / (2 * WIDTH * WIDTH)),
  );
  const used = near.flatMap((w, k) => (w > 1e-3 ? [k] : []));
  for (let i = 0; i < n; i++) {
    // A cell that thinks the mode unlikely still goes there: the group decides. Hence the constant.
    let all = 0;
    let a = 0;
    let b = 0;
    for (const k of used) {
      const w = near[k] * (choice[k * n + i] + 1e-3) ** (0.5 / ANNEAL);
      all += w;
      a += w * COLOUR_BINS[k][0];
      b += w * COLOUR_BINS[k][1];
    }
    out.a[i] = a / all;
    out.b[i] = b / all;
  }
  return out;
}

type Groups = { groups: Float32Array[]; modes: Mode[][] };
/** Groups and their modes by plan: the second and later variants of a picture share them. */
const grouped = new WeakMap<Float32Array, Groups>();

function groupedModes(base: Chroma, choice: Float32Array, lightness: Float32Array, cells: Size): Groups {
  const known = grouped.get(choice);
  if (known) return known;
  const n = cells.width * cells.height;
  const groups = groupsOf(base, lightness, cells);
  const modes = groups.map((member) => {
    const squared = member.map((v) => v * v);
    const pooled = new Float64Array(COLOUR_BINS.length);
    for (let k = 0; k < pooled.length; k++) {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += squared[i] * choice[k * n + i];
      pooled[k] = sum;
    }
    return modesOf(pooled);
  });
  const made = { groups, modes };
  grouped.set(choice, made);
  return made;
}

/**
 * One of four colourings on the cells: 1 the network's own, 2 each group's likeliest mode (livelier), 3 and 4 its
 * second and third where they are plausible.
 * @param choice probabilities, bins x cells; null: the others differ in strength and warmth only
 * @param lightness L* of the cells
 */
export function colouring(
  rank: 1 | 2 | 3 | 4,
  base: Chroma,
  choice: Float32Array | null,
  lightness: Float32Array,
  cells: Size,
): Chroma {
  if (rank === 1) return base;
  if (!choice) {
    if (rank === 2) return { a: base.a.map((v) => 1.3 * v), b: base.b.map((v) => 1.3 * v) };
    const warm = rank === 3 ? 80 : -80;
    return {
      a: base.a.map((v, i) => 0.9 * v + 0.03 * warm * midtone(lightness[i])),
      b: base.b.map((v, i) => 0.9 * v + 0.1 * warm * midtone(lightness[i])),
    };
  }
  const n = cells.width * cells.height;
  const { groups, modes } = groupedModes(base, choice, lightness, cells);
  const out = { a: new Float32Array(n), b: new Float32Array(n) };
  groups.forEach((member, g) => {
    const mode = modes[g].at(rank - 2);
    const colour = mode && (rank === 2 || mode.share >= PLAUSIBLE) ? towards(choice, n, mode) : base;
    for (let i = 0; i < n; i++) {
      out.a[i] += member[i] * colour.a[i];
      out.b[i] += member[i] * colour.b[i];
    }
  });
  return out;
}

const midtone = (L: number): number => 4 * (L / 100) * (1 - L / 100);
