/**
 * The automatic neutral balance and exposure of one frame, from densities over the base inside the picture.
 *
 * Balance. In density space the greys of a scene lie on a line: each channel's density is an affine function of
 * the scene's log exposure. The line of the stock is the prior; the picture may correct it. Densities are
 * brought to the stock's balance, then level l = mean, u = red - green and v = blue - green; the grey line is
 * u = a_u + b_u·l, v = a_v + b_v·l. It is fitted by a maximum a posteriori estimate with a redescending
 * (Tukey-like) weight that is narrowed step by step, so that it ends on the low-chroma ridge nearest the prior
 * instead of on the mean colour of the scene. So that one big coloured thing (forest, lake, sky, skin) cannot
 * drive it, pixels of like colour are pooled and count by less than the square root of their number, and every
 * level of density has nearly the same say. With a true base the line must also pass near the origin (film base is black in
 * every channel); with a guessed base the offsets are freer.
 *
 * Slopes are first brought near by shading (balance-shading.ts); exposure and contrast are in balance-tone.ts.
 */
import type { Rgb } from '../../../app/picture.ts';
import { shadingSlopes } from './balance-shading.ts';
import { type BalanceSamples, clamp, percentilesOf } from './balance-statistics.ts';
import { autoTone } from './balance-tone.ts';
import type { Rig } from './rig.ts';
import { filmStock, neutralSlopes } from './stocks.ts';
import { straighten, TOE_WIDTH } from './toe.ts';
import type { FilmType } from './types.ts';

export { PERCENTILES, percentilesOf, type BalanceSamples } from './balance-statistics.ts';

export interface FrameBalance {
  balance: { slope: Rgb; offset: Rgb; confidence: number };
  /** Added to log exposure: positive prints the frame brighter. See plan.ts. */
  exposure: number;
  /** Densities over base at [0.1, 1, 5, 25, 50, 75, 95, 99, 99.9] %, per channel. */
  percentiles: [number[], number[], number[]];
}

/** Pools of like colour: mean level, u and v, and weight. */
interface Pools {
  l: Float64Array;
  u: Float64Array;
  v: Float64Array;
  w: Float64Array;
  size: number;
  /** Sum of the weights before what is likely sky or leaves lost a part of its own. */
  total: number;
}

const LEVEL_STEP = 0.05;
const CHROMA_STEP = 0.035;
const LEVELS = 72;
const CHROMAS = 49;

/** `cold`: how far something may lean to blue or green before it is more likely sky or leaves than a grey (density). */
function poolColours(s: BalanceSamples, prior: Rgb, cold: number): Pools {
  const cells = LEVELS * CHROMAS * CHROMAS;
  const count = new Uint32Array(cells);
  const sums = new Float32Array(cells * 3);
  const half = (CHROMAS - 1) / 2;
  for (let i = 0; i < s.g.length; i++) {
    const r = straighten(s.r[i] * prior[0], TOE_WIDTH);
    const g = straighten(s.g[i] * prior[1], TOE_WIDTH);
    const b = straighten(s.b[i] * prior[2], TOE_WIDTH);
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
    total: 0,
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
      pools.w[k] = n ** 0.4;
      total += pools.w[k];
      k++;
    }
    // Every level gets a say that grows slowly with what was seen there.
    const level = total > 0 ? total ** -0.75 : 0;
    for (let j = start; j < k; j++) {
      const lean = Math.max(0, pools.v[j] - pools.u[j], -pools.u[j] - pools.v[j]) / cold;
      pools.w[j] *= level;
      pools.total += pools.w[j];
      pools.w[j] /= 1 + lean * lean;
    }
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
const WITH_BASE: Prior = { offset: 0.02, slope: 0.1 };
const WITHOUT_BASE: Prior = { offset: 0.055, slope: 0.12 };
/** A rendered scan went through somebody's colour matrix and tone curve: film base is no longer a sure black. */
const RENDERED: Prior = { offset: 0.08, slope: 0.1 };

/**
 * What a camera's or scanner's program does to the channels on the average, on top of the stock's slopes: its
 * colour matrix steepens blue, least of all red, and takes the crosstalk's part that lies in the greys with it.
 */
const RENDERED_SLOPES: Rgb = [1.035, 1, 0.93];

/**
 * What the bands of a device do to the slopes of a linear scan, on top of the stock's: a camera's broad red sees
 * less of the cyan dye, its blue a little of the magenta. Film scanners differ among themselves, either way.
 */
const RIG_SLOPES: Record<Rig, Rgb> = {
  unknown: [1, 1, 1],
  scanner: [0.975, 1, 1.03],
  camera: [1.04, 1, 0.985],
};

/**
 * Over a true base the grey line is known well enough to tell sky, shade and leaves from greys: what leans to
 * blue or green by this much (density, on the stock's line) counts half, and what it loses goes to the prior.
 */
const COLD = 0.2;

/** Over a true base, contrasts read from shading are believed as far as this from the stock's (natural logarithm). */
const SHADING_FAR = 0.2;

/** Widths of the redescending weight, in density of chroma. */
const WIDTHS = [0.28, 0.21, 0.155, 0.11, 0.085, 0.07];
/** Spread of honest greys about the line, and how many independent observations a picture is worth. */
const GREY_SPREAD = 0.05;
const WORTH = 30;

/** A neutral that is only presumed: the ends of the picture's range, channel by channel. */
interface Anchor {
  l: number;
  u: number;
  v: number;
  /** Inverse variance. */
  weight: number;
}

/** Trust in the darkest and the densest places being neutral: standard deviation in density. */
const BLACK_SPREAD = 0.1;
const WHITE_SPREAD = 0.12;
/** In a rendered scan the darkest places of the picture are as good a witness of black as the film base. */
const RENDERED_BLACK = 0.04;
/** Over a true base the darkest places count as black only where they come as near to it as this (density). */
const BLACK_LEVEL = 0.08;
/** Ends that are further from neutral than this are colours, not greys. */
const END_CHROMA = 0.2;

/** Presumed neutral from the end `d` of the picture's range; what lies far above `level` (density) says less and less. */
function anchorOf(d: Rgb, prior: Rgb, spread: number, level = Infinity): Anchor {
  const x = d.map((v, c) => straighten(v * prior[c], TOE_WIDTH));
  const steep = Math.max(...d.map((v, c) => (straighten(v * prior[c] + 0.01, TOE_WIDTH) - x[c]) / 0.01));
  const u = x[0] - x[1];
  const v = x[2] - x[1];
  const chroma = (u * u + v * v - u * v) / (END_CHROMA * END_CHROMA);
  const l = (x[0] + x[1] + x[2]) / 3;
  const above = (Math.max(0, l) / level) ** 2;
  return { l, u, v, weight: 1 / ((spread * steep) ** 2 * (1 + chroma) * (1 + above)) };
}

/** A grey line and how good it is. */
interface Fit {
  line: Line;
  support: number;
  /** Log posterior up to a constant. */
  score: number;
}

/** Slopes (u, v) from which the search for the ridge starts: cameras and scanners lie on either side of the stock. */
const STARTS: readonly (readonly [number, number])[] = [
  [0, 0],
  [-0.08, 0.03],
  [0.08, -0.03],
];

/** The best of the ridges that are reached from several starts. */
function fitGreyLine(p: Pools, prior: Prior, anchors: readonly Anchor[]): Fit {
  let best: Fit | null = null;
  for (const [bu, bv] of STARTS) {
    const fit = followRidge(p, prior, anchors, { au: 0, bu, av: 0, bv });
    if (!best || fit.score > best.score + 1e-6) best = fit;
  }
  return best!;
}

function followRidge(p: Pools, prior: Prior, anchors: readonly Anchor[], start: Line): Fit {
  const line = { ...start };
  const { total } = p;
  if (!(total > 0)) return { line: { au: 0, bu: 0, av: 0, bv: 0 }, support: 0, score: 0 };
  let support = 0;
  const k = WORTH / total / (GREY_SPREAD * GREY_SPREAD);
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
      s0 *= k;
      s1 *= k;
      s2 *= k;
      tu0 *= k;
      tu1 *= k;
      tv0 *= k;
      tv1 *= k;
      for (const a of anchors) {
        s0 += a.weight;
        s1 += a.weight * a.l;
        s2 += a.weight * a.l * a.l;
        tu0 += a.weight * a.u;
        tu1 += a.weight * a.u * a.l;
        tv0 += a.weight * a.v;
        tv1 += a.weight * a.v * a.l;
      }
      const m00 = s0 + 1 / (prior.offset * prior.offset);
      const m11 = s2 + 1 / (prior.slope * prior.slope);
      const m01 = s1;
      const det = m00 * m11 - m01 * m01;
      line.au = (tu0 * m11 - tu1 * m01) / det;
      line.bu = (tu1 * m00 - tu0 * m01) / det;
      line.av = (tv0 * m11 - tv1 * m01) / det;
      line.bv = (tv1 * m00 - tv0 * m01) / det;
    }
  }
  return { line, support, score: -cost(p, prior, anchors, line, k) };
}

/** Twice the negative log posterior of a line at the narrowest width; the metric of chroma is that of the weights. */
function cost(p: Pools, prior: Prior, anchors: readonly Anchor[], line: Line, k: number): number {
  const width = WIDTHS[WIDTHS.length - 1];
  const square = (u: number, v: number): number => u * u + v * v - u * v;
  let sum = 0;
  for (let i = 0; i < p.size; i++) {
    const q = square(p.u[i] - line.au - line.bu * p.l[i], p.v[i] - line.av - line.bv * p.l[i]) / width ** 2;
    sum += p.w[i] * (q >= 1 ? 1 : 1 - (1 - q) ** 3);
  }
  sum *= (k * width ** 2) / 3;
  for (const a of anchors)
    sum += a.weight * square(a.u - line.au - line.bu * a.l, a.v - line.av - line.bv * a.l);
  return sum + square(line.au, line.av) / prior.offset ** 2 + square(line.bu, line.bv) / prior.slope ** 2;
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

/**
 * Balance and exposure of a frame. `samples` are densities over the base inside the picture (a few ten
 * thousand are plenty), `hasTrueBase` says that the base was measured (rebate, rectangle, leader) and not
 * guessed from the picture, `stock` is an id of stocks.ts, `rendered` says that the scan is tone-curved, so that
 * a camera or scanner program had its own say in tones and colours, `rig` what kind of device made it. A slide's densities are over clear film; it gets
 * no slopes and only a gentle exposure.
 */
export function balanceFromSamples(
  samples: BalanceSamples,
  film: FilmType,
  hasTrueBase: boolean,
  stock = 'generic',
  rendered = false,
  rig: Rig = 'unknown',
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
  let prior = neutralSlopes(known);
  let balance: { slope: Rgb; offset: Rgb } = { slope: prior, offset: [0, 0, 0] };
  let confidence = 1;
  if (film === 'c41') {
    const device = rendered ? RENDERED_SLOPES : RIG_SLOPES[rig];
    prior = [prior[0] * device[0], prior[1], prior[2] * device[2]];
    const shading = shadingSlopes(samples, prior);
    // A peak far from the stock is more likely light of two colours in one scene than a contrast.
    const far = Math.hypot(Math.log(shading.red), Math.log(shading.blue)) / SHADING_FAR;
    const seen = hasTrueBase ? clamp((shading.weight - 0.2) / 0.4, 0, 1) : shading.weight;
    const trust = seen / (1 + (hasTrueBase ? far ** 4 : 0));
    prior = [prior[0] * shading.red ** trust, prior[1], prior[2] * shading.blue ** trust];
    const end = (i: number): Rgb => [percentiles[0][i], percentiles[1][i], percentiles[2][i]];
    const black = rendered ? RENDERED_BLACK : BLACK_SPREAD;
    const near = hasTrueBase ? BLACK_LEVEL : Infinity;
    const anchors = [anchorOf(end(1), prior, black, near), anchorOf(end(7), prior, WHITE_SPREAD)];
    const freedom = rendered ? RENDERED : hasTrueBase ? WITH_BASE : WITHOUT_BASE;
    const fit = fitGreyLine(poolColours(samples, prior, hasTrueBase ? COLD : Infinity), freedom, anchors);
    balance = balanceOf(fit.line, prior);
    confidence = clamp(fit.support * 1.5, 0, 1) * (hasTrueBase ? 1 : 0.6);
  }
  const n = new Float32Array(count);
  const { slope, offset } = balance;
  for (let i = 0; i < count; i++)
    n[i] =
      k *
      (0.3 * (straighten(slope[0] * samples.r[i], TOE_WIDTH) + offset[0]) +
        0.6 * (straighten(slope[1] * samples.g[i], TOE_WIDTH) + offset[1]) +
        0.1 * (straighten(slope[2] * samples.b[i], TOE_WIDTH) + offset[2]));
  const tone = autoTone(n, -k * known.midDensity, hasTrueBase);
  const harder = (v: Rgb): Rgb => [v[0] * tone.contrast, v[1] * tone.contrast, v[2] * tone.contrast];
  return {
    balance: { slope: harder(slope), offset: harder(offset), confidence },
    exposure: tone.exposure,
    percentiles,
  };
}
