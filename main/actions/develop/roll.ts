/**
 * What the frames of one roll share. Film base, slopes and offsets belong to the film and the scanner, so the
 * roll's are a robust middle of its frames' (weighted by how well each frame knew them); exposure belongs to
 * the frame, and the roll keeps only its median as an anchor. Leaders, blank frames and flat fields say
 * nothing of pictures, but a leader or blank frame knows the base best. Only the analyses that are handed in
 * count: nothing is remembered from one roll to the next.
 */
import type { Rgb } from '../../../app/picture.ts';
import { median, spread } from './analyse-grid.ts';
import type { DevelopAnalysis, FilmType, RollBaseline } from './types.ts';

/** A base further than this (density, any channel) from the roll's makes a frame an outlier. */
export const BASE_OUTLIER = 0.05;
/** Slopes further than this (ratio) from the roll's make a frame an outlier. */
export const SLOPE_OUTLIER = 0.12;

/**
 * The baseline of a roll from its frames' analyses; `ids` name the frames in `outliers`, in the same order.
 * Throws a RangeError when there is no frame or the lists differ in length.
 */
export function rollBaseline(analyses: readonly DevelopAnalysis[], ids: readonly string[]): RollBaseline {
  if (analyses.length === 0 || analyses.length !== ids.length)
    throw new RangeError('A roll needs at least one frame, and one id for each.');
  const film = commonFilm(analyses);
  const known = analyses.map((a) => a.cameraExposure).filter((e) => e > 0);
  const reference = known.length === analyses.length ? median(known) : 1;
  const norm = (a: DevelopAnalysis): number =>
    known.length === analyses.length ? reference / a.cameraExposure : 1;
  const logBase = (a: DevelopAnalysis): number[] =>
    a.base.rgb.map((v) => Math.log10(Math.max(v * norm(a), 1e-6)));

  const withBase = analyses.filter((a) => a.film === film && a.role !== 'flat');
  const { base, baseSpread } = sharedBase(withBase.length > 0 ? withBase : analyses, logBase);

  const pictures = analyses.filter((a) => a.role === 'picture' && a.film === film);
  const voices = pictures.length > 0 ? pictures : [...analyses];
  // Frames whose base was given by the roll's own reference judge their balance better than guessers.
  const weight = (a: DevelopAnalysis): number => 0.05 + a.balance.confidence;
  const triple = (f: (a: DevelopAnalysis, c: 0 | 1 | 2) => number): Rgb => {
    const at = (c: 0 | 1 | 2): number =>
      weightedTrimmedMean(voices.map((a) => [f(a, c), weight(a)] as const));
    return [at(0), at(1), at(2)];
  };
  const slope = triple((a, c) => a.balance.slope[c]);
  const offset = triple((a, c) => a.balance.offset[c]);
  const exposure = median(voices.map((a) => a.exposure));

  const found = {
    version: 1 as const,
    film,
    base,
    balance: { slope, offset },
    exposure,
    baseSpread,
    cameraExposure: reference,
  };
  const outliers = ids.filter((_, i) => {
    const a = analyses[i];
    if (a.role !== 'picture' || a.film !== film) return true;
    const far = strays(a, found);
    return far.base || far.slope;
  });
  return { ...found, outliers };
}

/**
 * Whether a frame's base, and the slopes of its grey line, are far from its roll's: another film, another light,
 * or a frame read wrongly. A guessed base may be further off than a measured one, and slopes count only where the
 * frame was sure of them.
 */
export function strays(
  a: DevelopAnalysis,
  roll: Pick<RollBaseline, 'base' | 'balance' | 'cameraExposure'>,
): { base: boolean; slope: boolean } {
  const k = roll.cameraExposure ? roll.cameraExposure / a.cameraExposure : 1;
  const slack = a.base.source === 'estimate' ? 3 * BASE_OUTLIER : BASE_OUTLIER;
  return {
    base: a.base.rgb.some((v, c) => Math.abs(Math.log10(Math.max(v * k, 1e-6) / roll.base[c])) > slack),
    slope:
      a.balance.confidence > 0.5 &&
      a.balance.slope.some((s, c) => Math.abs(s / roll.balance.slope[c] - 1) > SLOPE_OUTLIER),
  };
}

function commonFilm(analyses: readonly DevelopAnalysis[]): FilmType {
  const count = new Map<FilmType, number>();
  for (const a of analyses) if (a.role !== 'flat') count.set(a.film, (count.get(a.film) ?? 0) + 1);
  return [...count].sort((a, b) => b[1] - a[1])[0]?.[0] ?? analyses[0].film;
}

/** How far each source of a base is to be trusted; leaders and blank frames show it over a large area. */
function trust(a: DevelopAnalysis): number {
  const source = { file: 4, rect: 4, roll: 2, rebate: 2, estimate: 0.1 }[a.base.source];
  return source * (a.role === 'picture' ? 1 : 3) * Math.max(0.1, a.base.confidence);
}

function sharedBase(
  frames: readonly DevelopAnalysis[],
  logBase: (a: DevelopAnalysis) => number[],
): { base: Rgb; baseSpread: Rgb } {
  const measured = frames.filter((a) => a.base.source !== 'estimate');
  const used = measured.length > 0 ? measured : frames;
  const at = (c: number): number => {
    const values = used.map((a) => [logBase(a)[c], trust(a)] as const);
    // Guesses from pictures only ever fall short of the base: lean to their clear side.
    if (measured.length === 0)
      return [...values].sort((x, y) => x[0] - y[0])[Math.floor(0.8 * (values.length - 1) + 0.5)][0];
    return weightedTrimmedMean(values);
  };
  const wide = (c: number): number => spread(used.map((a) => logBase(a)[c])) || 0;
  return {
    base: [10 ** at(0), 10 ** at(1), 10 ** at(2)],
    baseSpread: [wide(0), wide(1), wide(2)],
  };
}

/** Weighted mean of what lies within 3 robust sigma of the weighted median (at least 0.01). */
export function weightedTrimmedMean(values: readonly (readonly [number, number])[]): number {
  const sorted = [...values].sort((a, b) => a[0] - b[0]);
  const total = sorted.reduce((s, [, w]) => s + w, 0);
  let run = 0;
  let mid = sorted[0][0];
  for (const [v, w] of sorted) {
    run += w;
    mid = v;
    if (run >= total / 2) break;
  }
  const limit = Math.max(0.01, 3 * 1.4826 * median(sorted.map(([v]) => Math.abs(v - mid))));
  let sum = 0;
  let weight = 0;
  for (const [v, w] of sorted)
    if (Math.abs(v - mid) <= limit) {
      sum += v * w;
      weight += w;
    }
  return weight > 0 ? sum / weight : mid;
}
