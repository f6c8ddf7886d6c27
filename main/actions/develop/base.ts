/**
 * The film base (D-min) of a scan in linear scan values. Measured, in this order of trust: from a rectangle a
 * person picked, from the unexposed film around and between the frames, and, when none is in view, guessed
 * from the clearest parts of the picture. Only film counts: perforations and naked light are brighter than the
 * base and are left out with their surroundings (flare), and so is the shadowed rim along a holder.
 *
 * The guess: no pixel of a negative is clearer than its base, so each channel's base is at least its brightest
 * part. Where one channel never comes near (a scene without shadows, or of one strong colour), typical ratios
 * of orange masks (D about 0.25 / 0.60 / 0.85 over clear support in red, green, blue) lift it, never lower it.
 */
import type { Rect, Rgb } from '../../../app/picture.ts';
import type { UnitRect } from '../../../app/recipe/develop.ts';
import { say, type Sentence } from '../../../app/words/sentences.ts';
import type { DecodedScan } from '../../files/types.ts';
import {
  components,
  makeGrid,
  morph,
  percentiles,
  trimmedMean,
  unevenness,
  type Grid,
} from './analyse-grid.ts';
import type { BaseLevel } from './base-level.ts';
import { findBaseLevel } from './base-level.ts';
import { findHolder, findPerforations, type Holder } from './frames-light.ts';
import type { Rig } from './rig.ts';
import type { DevelopAnalysis, FilmType } from './types.ts';

export type FoundBase = DevelopAnalysis['base'];

/** Cells that show unexposed film: smooth, of the base's tone, clear of light, holder and the frames given. */
export function rebateMask(
  grid: Grid,
  level: BaseLevel,
  holder: Holder,
  pictures: Uint8Array | null,
): Uint8Array {
  const { width, height } = grid;
  const reach = Math.max(2, Math.round(Math.max(width, height) * 0.004));
  const nearLight = morph(level.light, width, height, reach, true);
  const nearHolder = morph(holder.mask, width, height, reach, true);
  const nearPicture = pictures ? morph(pictures, width, height, reach, true) : null;
  const mask = new Uint8Array(grid.tone.length);
  for (let p = 0; p < mask.length; p++)
    mask[p] =
      level.like[p] &&
      level.smooth[p] &&
      !grid.clipped[p] &&
      !nearLight[p] &&
      !nearHolder[p] &&
      !(nearPicture && nearPicture[p])
        ? 1
        : 0;
  return mask;
}

/**
 * Base from unexposed film outside the pictures; null when too little of it is in view. `pictures` marks the
 * frames (whole, not inset).
 */
export function baseFromRebate(
  grid: Grid,
  level: BaseLevel,
  holder: Holder,
  pictures: Uint8Array,
): FoundBase | null {
  const mask = rebateMask(grid, level, holder, pictures);
  const mean = trimmedMean(grid, mask);
  if (!mean || mean.count < Math.max(40, 0.0006 * mask.length)) return null;
  const { blobs } = components(mask, grid.width, grid.height);
  blobs.sort((a, b) => b.area - a.area);
  const big = blobs[0];
  const noise = unevenness(grid, mask);
  const confidence =
    Math.min(1, 0.6 + mean.count / (0.02 * mask.length)) * (noise < 0.08 ? 1 : noise < 0.15 ? 0.85 : 0.7);
  return {
    rgb: mean.rgb,
    source: 'rebate',
    confidence,
    rect: { x: big.x0, y: big.y0, w: big.x1 - big.x0 + 1, h: big.y1 - big.y0 + 1 },
  };
}

/** The picture may be clearer than the rebate by this much (uneven light, flare) in all channels alike, and in one alone. */
const CLEARER = 0.14;
const CLEARER_ALONE = 0.12;
/** What a camera's colour matrix may add to that in saturated colours. */
const RENDERED_SLACK = 0.2;

/**
 * Whether what was taken for film base cannot be it: exposure only darkens film, so no part of a picture is
 * clearer than its base in any channel. An even bright part of a bare frame fails here, mostly by its colour:
 * something else on the film is clearer in one channel or another.
 */
export function isRefuted(
  grid: Grid,
  level: BaseLevel,
  base: Rgb,
  picture: Uint8Array,
  linear: boolean,
): boolean {
  const film = picture.map((v, p) => (v && !level.light[p] ? 1 : 0));
  const apart = grid.lin.map((plane, c) =>
    Math.log10(Math.max(1e-6, percentiles(plane, [0.99], film)[0]) / base[c]),
  );
  if (!apart.every(Number.isFinite)) return false;
  const slack = linear ? 0 : RENDERED_SLACK;
  const most = Math.max(...apart);
  return (
    most > CLEARER + slack ||
    (most > CLEARER / 2 + slack && most - Math.min(...apart) > CLEARER_ALONE + slack)
  );
}

/**
 * Typical log10 ratios of green and blue to red in an orange mask, by what saw it, and how far stocks and rigs stray
 * from them. Film scanners set their channels on the empty gate; a camera has one exposure for all.
 */
const MASK_RATIO: Record<Rig, { ratio: Rgb; spread: number }> = {
  scanner: { ratio: [0, -0.34, -0.54], spread: 0.07 },
  camera: { ratio: [0, -0.27, -0.8], spread: 0.1 },
  unknown: { ratio: [0, -0.36, -0.6], spread: 0.35 },
};
/** How unevenly the clearest parts of a picture fall short of the base in the three channels (density). */
const SHORTFALL = 0.13;

/**
 * Base guessed from the clearest parts of the picture; confidence is low by nature. `rig` is what made a linear
 * scan; a rendered one has had its channels mixed and says nothing of masks ('unknown').
 */
export function estimateBase(
  grid: Grid,
  picture: Uint8Array,
  light: Uint8Array,
  film: FilmType,
  rig: Rig = 'unknown',
): FoundBase {
  const mask = new Uint8Array(picture.length);
  for (let p = 0; p < mask.length; p++) mask[p] = picture[p] && !light[p] ? 1 : 0;
  const top = grid.lin.map((plane) => percentiles(plane, [0.998, 0.99], mask));
  if (!top.every((t) => Number.isFinite(t[0]) && t[0] > 0))
    return { rgb: [1, 1, 1], source: 'estimate', confidence: 0 };
  const logs = top.map((t) => Math.log10(t[0]));
  if (film === 'c41') {
    // The channel that comes nearest says what the others should reach: they are lifted, never lowered.
    const { ratio, spread } = MASK_RATIO[rig];
    const nearest = Math.max(...logs.map((v, c) => v - ratio[c]));
    const share = SHORTFALL ** 2 / (SHORTFALL ** 2 + spread ** 2);
    for (const c of [0, 1, 2]) logs[c] += share * (nearest + ratio[c] - logs[c]);
  }
  // Where the clearest parts form a plateau (0.2 % and 1 % agree) they are likely to be base itself.
  const flatness = Math.max(...top.map((t) => Math.log10(t[0] / Math.max(t[1], 1e-9))));
  return {
    rgb: [10 ** logs[0], 10 ** logs[1], 10 ** logs[2]],
    source: 'estimate',
    confidence: flatness < 0.02 ? 0.45 : flatness < 0.06 ? 0.35 : 0.2,
  };
}

export interface BaseSample {
  /** Mean linear scan value per channel, outliers trimmed. */
  rgb: Rgb;
  /** Robust standard deviation per channel in density. */
  sigma: Rgb;
  /** Why this may not be film base; null when nothing speaks against it. */
  warning: Sentence | null;
}

/**
 * Film base from a rectangle that a person picked, as fractions of the scan. `decoded` is best the whole scan,
 * reduced (about 1500 px), since only its surroundings tell film base from a perforation. Always gives the
 * mean of what is there; `warning` says when it does not look like film base.
 */
export function sampleBase(decoded: Pick<DecodedScan, 'picture'>, rect: UnitRect): BaseSample {
  const grid = makeGrid(decoded.picture);
  const { width, height } = grid;
  return sampleGrid(grid, { x: rect.x * width, y: rect.y * height, w: rect.w * width, h: rect.h * height });
}

/** The same on a grid that is already made; the rectangle is in its cells. */
export function sampleGrid(grid: Grid, rect: Rect): BaseSample {
  const { width, height } = grid;
  const x0 = Math.min(width - 1, Math.max(0, Math.round(rect.x)));
  const y0 = Math.min(height - 1, Math.max(0, Math.round(rect.y)));
  const x1 = Math.min(width, Math.max(x0 + 1, Math.round(rect.x + rect.w)));
  const y1 = Math.min(height, Math.max(y0 + 1, Math.round(rect.y + rect.h)));
  const mask = new Uint8Array(width * height);
  let clipped = 0;
  for (let y = y0; y < y1; y++)
    for (let x = x0; x < x1; x++) {
      mask[y * width + x] = 1;
      clipped += grid.clipped[y * width + x];
    }
  const mean = trimmedMean(grid, mask);
  const area = (x1 - x0) * (y1 - y0);
  const rgb: Rgb = mean?.rgb ?? [1, 1, 1];
  const sigma: Rgb = mean?.sigma ?? [0, 0, 0];
  return { rgb, sigma, warning: baseWarning(grid, mask, mean?.count ?? 0, area, clipped, rgb, sigma) };
}

function baseWarning(
  grid: Grid,
  mask: Uint8Array,
  kept: number,
  area: number,
  clipped: number,
  rgb: Rgb,
  sigma: Rgb,
): Sentence | null {
  if (clipped > 0.02 * area) return say('base-clipped');
  if (unevenness(grid, mask) > 0.05 || Math.max(...sigma) > 0.12 || kept < 0.7 * area)
    return say('base-uneven');
  const holder = findHolder(grid);
  const perfs = findPerforations(grid);
  const level = findBaseLevel(grid, holder, perfs);
  let light = 0;
  let darker = 0;
  let dark = 0;
  for (let p = 0; p < mask.length; p++) {
    if (!mask[p]) continue;
    light += level.light[p];
    dark += holder.mask[p];
    if (grid.tone[p] < level.surface[p] - Math.max(0.08, level.tolerance)) darker++;
  }
  if (dark > 0.3 * area) return say('base-holder');
  if (light > 0.5 * area) return say('base-light');
  if (darker > 0.5 * area) return say('base-exposed');
  if (Math.max(...rgb) < 0.02) return say('base-black');
  return null;
}

/** A rectangle of the grid in pixels of the full scan. */
export function toScan(rect: Rect, perPixel: number): Rect {
  return { x: rect.x / perPixel, y: rect.y / perPixel, w: rect.w / perPixel, h: rect.h / perPixel };
}
