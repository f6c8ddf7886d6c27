/**
 * The automatic neutral balance and exposure of one frame, from densities over the base inside the picture.
 *
 * Balance. In density space the greys of a scene lie on a line: each channel's density is an affine function of
 * the scene's log exposure. The line of the stock is the prior; the picture may correct it. Densities are
 * brought to the stock's balance, then level l = mean, u = red - green and v = blue - green; the grey line is
 * u = a_u + b_u·l, v = a_v + b_v·l. It is fitted by a maximum a posteriori estimate with a redescending
 * (Tukey-like) weight that is narrowed step by step, so that it ends on the low-chroma ridge nearest the prior
 * instead of on the mean colour of the scene. So that one big coloured thing (forest, lake, sky, skin) cannot
 * drive it, pixels of like colour are pooled and count by the square root of their number, and every level of
 * density has the same say. With a true base the line must also pass near the origin (film base is black in
 * every channel); with a guessed base the offsets are freer.
 *
 * Exposure. The anchor is the stock's fixed print; the frame's own distribution pulls it only part of the way,
 * more for a dense negative (overexposure is common and harmless) than for a thin one (night is night), and
 * never so far that film base prints as grey.
 */
import type { Rgb } from '../../../app/picture.ts';
import { filmStock, neutralSlopes } from './stocks.ts';
import type { FilmType } from './types.ts';

/** Densities over the base of the picture area, one entry a sample in each array, in any order. */
export interface BalanceSamples {
  r: Float32Array;
  g: Float32Array;
  b: Float32Array;
}

export interface FrameBalance {
  balance: { slope: Rgb; offset: Rgb; confidence: number };
  /** Added to log exposure: positive prints the frame brighter. See plan.ts. */
  exposure: number;
  /** Densities over base at [0.1, 1, 5, 25, 50, 75, 95, 99, 99.9] %, per channel. */
  percentiles: [number[], number[], number[]];
}

/** The percentiles kept of each channel. */
export const PERCENTILES = [0.1, 1, 5, 25, 50, 75, 95, 99, 99.9] as const;

const clamp = (v: number, lo: number, hi: number) => Math.min(hi, Math.max(lo, v));

/** Values at PERCENTILES of an array (sorted copy; linear interpolation). Zeros for an empty array. */
export function percentilesOf(values: Float32Array): number[] {
  if (values.length === 0) return PERCENTILES.map(() => 0);
  const sorted = values.slice().sort();
  return PERCENTILES.map((p) => quantile(sorted, p / 100));
}
function quantile(sorted: Float32Array, q: number): number {
  const x = q * (sorted.length - 1);
  const i = Math.min(sorted.length - 1, Math.floor(x));
  const j = Math.min(sorted.length - 1, i + 1);
  return sorted[i] + (sorted[j] - sorted[i]) * (x - i);
}

/** Pools of like colour: mean level, u and v, and weight. */
interface Pools {
  l: Float64Array;
  u: Float64Array;
  v: Float64Array;
  w: Float64Array;
  size: number;
}

const LEVEL_STEP = 0.05;
const CHROMA_STEP = 0.035;
const LEVELS = 72;
const CHROMAS = 49;

function poolColours(s: BalanceSamples, prior: Rgb): Pools {
  const cells = LEVELS * CHROMAS * CHROMAS;
  const count = new Uint32Array(cells);
  const sums = new Float32Array(cells * 3);
  const half = (CHROMAS - 1) / 2;
  for (let i = 0; i < s.g.length; i++) {
    const r = s.r[i] * prior[0];
    const g = s.g[i] * prior[1];
    const b = s.b[i] * prior[2];
    const l = (r + g + b) / 3;
    const u = r - g;
    const v = b - g;
    const li = Math.floor((l + 0.3) / LEVEL_STEP);
    const ui = Math.round(u / CHROMA_STEP) + half;
    const vi = Math.round(v / CHROMA_STEP) + half;
    if (!(li >= 0 && li < LEVELS && ui >= 0 && ui < CHROMAS && vi >= 0 && vi < CHROMAS)) continue;
    const cell = (li * CHROMAS + ui) * CHROMAS + vi;
    count[cell]++;
    sums[cell * 3] += l;
    sums[cell * 3 + 1] += u;
    sums[cell * 3 + 2] += v;
  }
  let size = 0;
  for (let c = 0; c < cells; c++) if (count[c] > 0) size++;
  const pools: Pools = {
    l: new Float64Array(size),
    u: new Float64Array(size),
    v: new Float64Array(size),
    w: new Float64Array(size),
    size,
  };
  const perLevel = CHROMAS * CHROMAS;
  let k = 0;
  for (let li = 0; li < LEVELS; li++) {
    const start = k;
    let total = 0;
    for (let c = li * perLevel; c < (li + 1) * perLevel; c++) {
      const n = count[c];
      if (n === 0) continue;
      pools.l[k] = sums[c * 3] / n;
      pools.u[k] = sums[c * 3 + 1] / n;
      pools.v[k] = sums[c * 3 + 2] / n;
      pools.w[k] = Math.sqrt(n);
      total += pools.w[k];
      k++;
    }
    // Every level gets a say that grows with the square root of what was seen there.
    const level = total > 0 ? 1 / Math.sqrt(total) : 0;
    for (let j = start; j < k; j++) pools.w[j] *= level;
  }
  return pools;
}

interface Line {
  au: number;
  bu: number;
  av: number;
  bv: number;
}

/** How far the grey line may stray from the stock's: standard deviations of offset and slope. */
interface Prior {
  offset: number;
  slope: number;
}
const WITH_BASE: Prior = { offset: 0.035, slope: 0.07 };
const WITHOUT_BASE: Prior = { offset: 0.12, slope: 0.08 };

/** Widths of the redescending weight, in density of chroma. */
const WIDTHS = [0.22, 0.18, 0.15, 0.12, 0.1, 0.1];
/** Spread of honest greys about the line, and how many independent observations a picture is worth. */
const GREY_SPREAD = 0.06;
const WORTH = 12;

function fitGreyLine(p: Pools, prior: Prior): { line: Line; support: number } {
  const line: Line = { au: 0, bu: 0, av: 0, bv: 0 };
  let total = 0;
  for (let i = 0; i < p.size; i++) total += p.w[i];
  if (!(total > 0)) return { line, support: 0 };
  let support = 0;
  for (const width of WIDTHS) {
    for (let pass = 0; pass < 3; pass++) {
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let tu0 = 0;
      let tu1 = 0;
      let tv0 = 0;
      let tv1 = 0;
      for (let i = 0; i < p.size; i++) {
        const l = p.l[i];
        const du = p.u[i] - line.au - line.bu * l;
        const dv = p.v[i] - line.av - line.bv * l;
        const q = (du * du + dv * dv - du * dv) / (width * width);
        if (q >= 1) continue;
        const w = p.w[i] * (1 - q) * (1 - q);
        s0 += w;
        s1 += w * l;
        s2 += w * l * l;
        tu0 += w * p.u[i];
        tu1 += w * p.u[i] * l;
        tv0 += w * p.v[i];
        tv1 += w * p.v[i] * l;
      }
      support = s0 / total;
      const k = WORTH / total / (GREY_SPREAD * GREY_SPREAD);
      const m00 = s0 * k + 1 / (prior.offset * prior.offset);
      const m11 = s2 * k + 1 / (prior.slope * prior.slope);
      const m01 = s1 * k;
      const det = m00 * m11 - m01 * m01;
      line.au = (tu0 * k * m11 - tu1 * k * m01) / det;
      line.bu = (tu1 * k * m00 - tu0 * k * m01) / det;
      line.av = (tv0 * k * m11 - tv1 * k * m01) / det;
      line.bv = (tv1 * k * m00 - tv0 * k * m01) / det;
    }
  }
  return { line, support };
}

/** Slopes (relative to green) and offsets that carry the grey line to equal densities, green unchanged. */
function balanceOf(line: Line, prior: Rgb): { slope: Rgb; offset: Rgb } {
  // On the line x_g = l - (u + v) / 3, x_r = x_g + u, x_b = x_g + v: all of the form p + q·l.
  const pg = -(line.au + line.av) / 3;
  const qg = 1 - (line.bu + line.bv) / 3;
  const red = qg / (qg + line.bu);
  const blue = qg / (qg + line.bv);
  const slope: Rgb = [prior[0] * clamp(red, 0.75, 1.33), prior[1], prior[2] * clamp(blue, 0.75, 1.33)];
  return {
    slope,
    offset: [
      clamp(pg - (slope[0] / prior[0]) * (pg + line.au), -0.4, 0.4),
      0,
      clamp(pg - (slope[2] / prior[2]) * (pg + line.av), -0.4, 0.4),
    ],
  };
}

/** Mean log exposure of a well exposed scene, and of its brightest hundredth, relative to mid grey. */
const SCENE_MEAN = -0.1;
const SCENE_WHITE = 0.75;
/** Film base prints at least this far below mid grey. */
const BASE_BLACK = -0.8;

function autoExposure(n: Float32Array, fixed: number, hasTrueBase: boolean): number {
  if (n.length === 0) return fixed;
  const sorted = n.slice().sort();
  const from = Math.floor(sorted.length * 0.02);
  const to = Math.max(from + 1, Math.ceil(sorted.length * 0.98));
  let sum = 0;
  for (let i = from; i < to; i++) sum += sorted[i];
  const mean = sum / (to - from);
  const white = quantile(sorted, 0.99);
  const wanted = 0.65 * (SCENE_MEAN - mean) + 0.35 * (SCENE_WHITE - white);
  const pull = wanted < fixed ? 0.8 : hasTrueBase ? 0.6 : 0.75;
  let exposure = fixed + pull * (wanted - fixed);
  exposure = Math.min(exposure, BASE_BLACK);
  return exposure;
}

/**
 * Balance and exposure of a frame. `samples` are densities over the base inside the picture (a few ten
 * thousand are plenty), `hasTrueBase` says that the base was measured (rebate, rectangle, leader) and not
 * guessed from the picture, `stock` is an id of stocks.ts. A slide's densities are over clear film; it gets
 * no slopes and only a gentle exposure.
 */
export function balanceFromSamples(
  samples: BalanceSamples,
  film: FilmType,
  hasTrueBase: boolean,
  stock = 'generic',
): FrameBalance {
  const known = filmStock(stock, film);
  const percentiles: FrameBalance['percentiles'] = [
    percentilesOf(samples.r),
    percentilesOf(samples.g),
    percentilesOf(samples.b),
  ];
  const count = samples.g.length;
  if (film === 'slide') {
    // A slide is exposed for itself; only a frame that is far off is brought back, by less than a stop.
    const median = percentiles[1][4];
    const exposure = count === 0 ? 0 : clamp((median - known.midDensity) * 0.3, -0.1, 0.25);
    return {
      balance: { slope: [1, 1, 1], offset: [0, 0, 0], confidence: 0 },
      exposure,
      percentiles,
    };
  }
  const k = 1 / known.gamma[1];
  const prior = neutralSlopes(known);
  let balance: { slope: Rgb; offset: Rgb } = { slope: prior, offset: [0, 0, 0] };
  let confidence = 1;
  if (film === 'c41') {
    const fit = fitGreyLine(poolColours(samples, prior), hasTrueBase ? WITH_BASE : WITHOUT_BASE);
    balance = balanceOf(fit.line, prior);
    confidence = clamp(fit.support * 1.5, 0, 1) * (hasTrueBase ? 1 : 0.6);
  }
  const n = new Float32Array(count);
  const { slope, offset } = balance;
  for (let i = 0; i < count; i++)
    n[i] =
      k *
      (0.3 * (slope[0] * samples.r[i] + offset[0]) +
        0.6 * (slope[1] * samples.g[i] + offset[1]) +
        0.1 * (slope[2] * samples.b[i] + offset[2]));
  return {
    balance: { ...balance, confidence },
    exposure: autoExposure(n, -k * known.midDensity, hasTrueBase),
    percentiles,
  };
}
