/**
 * The auto-picker of the develop action: looks at one scan and fills in everything a person need not set.
 * In order: what is not film (holder, light, perforations), the level of the film base, the frames, the kind
 * of scan, the base's colour (from a picked rectangle, the roll's reference, the rebate, or a guess), and from
 * the densities inside the frames the neutral balance and the exposure. Nothing outside a frame ever enters a
 * statistic. Works on a decode of about 1500 px; rectangles come out in pixels of the full scan.
 */
import type { Picture, Rgb } from '../../../app/picture.ts';
import type { UnitRect } from '../../../app/recipe/develop.ts';
import { say, type Sentence } from '../../../app/words/sentences.ts';
import type { DecodedScan } from '../../files/types.ts';
import { makeGrid, percentiles, type Grid } from './analyse-grid.ts';
import { balanceFromSamples, type BalanceSamples, type FrameBalance } from './balance.ts';
import { baseFromRebate, estimateBase, isRefuted, sampleGrid, toScan, type FoundBase } from './base.ts';
import { findBaseLevel, type BaseLevel } from './base-level.ts';
import { blackOf, lightAbove } from './black.ts';
import { findFrames, markFrames, wholeSearch, type FrameSearch } from './frames.ts';
import { findHolder, findPerforations, type Holder, type Perforations } from './frames-light.ts';
import { filmOfKind, kindOf } from './kind.ts';
import { baseForScan, type BaseReference, type FlatField } from './reference.ts';
import { type Rig, rigOf } from './rig.ts';
import type { DevelopAnalysis, FilmType } from './types.ts';

export interface AnalyseOptions {
  /** What the person says the film is; 'auto': found from the pixels. */
  film: 'auto' | FilmType;
  /** Where the person says the film base is, as fractions of the scan. */
  baseRect?: UnitRect | null;
  /** Film base of the roll's leader or blank frame (`readBaseReference`). */
  reference?: BaseReference | null;
  /** Light without film (`readFlatField`). */
  flat?: FlatField | null;
  /** Film stock of the recipe, for the prior of the neutral balance. */
  stock?: string;
}

/** Samples taken from the picture area at most. */
const SAMPLES = 40_000;

/** Analyses one scan. `decoded` should measure about 1500 px on its longest side. */
export function analyseScan(decoded: DecodedScan, options: AnalyseOptions): DevelopAnalysis {
  const { info, picture, scale } = decoded;
  const grid = makeGrid(picture, options.flat ?? null);
  const warnings: Sentence[] = [];
  const holder = findHolder(grid);
  const perfs = findPerforations(grid);
  const level = findBaseLevel(grid, holder, perfs);
  const linear = picture.curve.kind === 'linear';
  let search = findFrames(grid, level, holder, perfs);
  let rebate = rebateOf(grid, level, holder, search);
  // Film around perforations is film; what else looks like rebate may be an even part of the picture.
  if (rebate && !perfs && isRefuted(grid, level, rebate.rgb, search.picture, linear)) {
    rebate = null;
    search = wholeSearch(grid, holder);
  }
  const found = kindOf({ grid, holder, perfs, level, search, info, linear });
  const film = options.film === 'auto' ? filmOfKind(found.kind) : options.film;
  const role = film === 'slide' ? 'picture' : roleOf(grid, level, holder, perfs, film);

  const rig = rigOf(info);
  // Grid cells per pixel of the full scan.
  const perPixel = grid.scale * scale;
  const base = findBase(
    grid,
    level,
    search,
    rebate,
    film,
    options,
    info.cameraExposure,
    linear ? rig : 'unknown',
    warnings,
  );
  if (base.rect) base.rect = toScan(base.rect, perPixel);
  const hasTrueBase = base.source !== 'estimate';
  // A rendered scan's black went through somebody's matrix and curve: what the holder shows is not what film adds.
  const black = film === 'slide' || !linear ? null : blackOf(grid, holder, search.picture, base.rgb);
  const silver = film === 'bw' ? silverWeights(grid, search.picture, picture.data) : null;
  const of = (mask: Uint8Array): FrameBalance =>
    balanceFromSamples(
      densities(grid, mask, level, base, black ?? [0, 0, 0], silver),
      film,
      hasTrueBase,
      options.stock ?? 'generic',
      !linear,
      rig,
    );
  const whole = of(search.picture);
  const analysis: DevelopAnalysis = {
    version: 1,
    kind: found.kind,
    reasons: found.reasons,
    film,
    frames: search.frames.map((f) => ({ ...f, rect: toScan(f.rect, perPixel) })),
    base,
    densities: whole.percentiles,
    balance: whole.balance,
    exposure: whole.exposure,
    cameraExposure: info.cameraExposure && info.cameraExposure > 0 ? info.cameraExposure : 1,
    role,
    rig,
    ...(black ? { black } : {}),
    ...(silver ? { silver } : {}),
    warnings,
  };
  if (search.frames.length > 1)
    analysis.perFrame = search.frames.map((f) => {
      const one = of(markFrames(grid, [f], 0.012));
      return { densities: one.percentiles, balance: one.balance, exposure: one.exposure };
    });
  if (role === 'blank') warnings.push(say('role-blank'));
  if (role === 'leader') warnings.push(say('role-leader'));
  if (role === 'flat') warnings.push(say('role-flat'));
  return analysis;
}

/** The analysis as it holds for one frame of a scan with several; the same object when there is only one. */
export function analysisOfFrame(analysis: DevelopAnalysis, frame: number): DevelopAnalysis {
  const own = analysis.perFrame?.[frame];
  return own ? { ...analysis, ...own } : analysis;
}

/** Weights of red, green and blue of a black-and-white film scanned in colour: green is sharpest, blue noisiest. */
const SILVER: Rgb = [0.3, 0.5, 0.2];

/**
 * Weights of the channels of a black-and-white film: what clips in the clear parts or drowns in the steps of
 * the file in the dense parts counts less or not at all.
 */
function silverWeights(grid: Grid, picture: Uint8Array, data: Picture['data']): Rgb {
  if (grid.grey) return SILVER;
  // One step of the file near black, in linear light: 8-bit files are nearly always encoded like sRGB.
  const step = data instanceof Uint8Array ? 1 / 255 / 12.92 : 1 / 65535;
  const weights = grid.lin.map((plane, c) => {
    const [dense, clear] = percentiles(plane, [0.05, 0.99], picture);
    const deep = Math.min(1, Math.max(0, (Math.log2(Math.max(dense, 1e-6) / step) - 1.5) / 3));
    return SILVER[c] * deep * (clear > 0.985 ? 0.3 : 1);
  });
  const sum = weights[0] + weights[1] + weights[2];
  return sum > 1e-3 ? [weights[0] / sum, weights[1] / sum, weights[2] / sum] : SILVER;
}

/**
 * Densities over the base at up to 40,000 cells of a mask; naked light inside it is left out. With `silver`
 * weights all three are the film's one density.
 */
function densities(
  grid: Grid,
  mask: Uint8Array,
  level: BaseLevel,
  base: FoundBase,
  black: Rgb,
  silver: Rgb | null,
): BalanceSamples {
  const logBase = base.rgb.map((v, c) => Math.log10(lightAbove(v, black[c])));
  let count = 0;
  for (let p = 0; p < mask.length; p++) if (mask[p] && !level.light[p]) count++;
  const step = Math.max(1, count / SAMPLES);
  const size = count === 0 ? 0 : Math.ceil(count / step);
  const out = [new Float32Array(size), new Float32Array(size), new Float32Array(size)];
  let k = 0;
  let seen = 0;
  let next = 0;
  for (let p = 0; p < mask.length && k < size; p++) {
    if (!mask[p] || level.light[p]) continue;
    if (seen >= next) {
      for (let c = 0; c < 3; c++) out[c][k] = logBase[c] - Math.log10(lightAbove(grid.lin[c][p], black[c]));
      if (silver) {
        const d = silver[0] * out[0][k] + silver[1] * out[1][k] + silver[2] * out[2][k];
        out[0][k] = out[1][k] = out[2][k] = d;
      }
      k++;
      next += step;
    }
    seen++;
  }
  return { r: out[0].subarray(0, k), g: out[1].subarray(0, k), b: out[2].subarray(0, k) };
}

/** Film base from the rebate around the frames that are sure; null when there is none. */
function rebateOf(grid: Grid, level: BaseLevel, holder: Holder, search: FrameSearch): FoundBase | null {
  const sure = search.frames.filter((f) => f.confidence >= 0.5);
  return sure.length > 0 ? baseFromRebate(grid, level, holder, markFrames(grid, sure, -0.004)) : null;
}

function findBase(
  grid: Grid,
  level: BaseLevel,
  search: FrameSearch,
  rebate: FoundBase | null,
  film: FilmType,
  options: AnalyseOptions,
  cameraExposure: number | null,
  rig: Rig,
  warnings: Sentence[],
): FoundBase {
  if (options.baseRect) {
    const { x, y, w, h } = options.baseRect;
    const rect = { x: x * grid.width, y: y * grid.height, w: w * grid.width, h: h * grid.height };
    const sample = sampleGrid(grid, rect);
    if (sample.warning) warnings.push(sample.warning);
    return { rgb: sample.rgb, source: 'rect', confidence: sample.warning ? 0.4 : 0.95, rect };
  }
  if (options.reference) {
    if (options.reference.warning) warnings.push(options.reference.warning);
    return {
      rgb: alignReference(options.reference, cameraExposure, rebate, warnings),
      source: 'file',
      confidence: options.reference.warning ? 0.5 : 0.95,
    };
  }
  if (film === 'slide') return clearSlide(grid, search.picture);
  return rebate ?? estimateBase(grid, search.picture, level.light, film, rig);
}

/**
 * The reference's base in this scan's values. Where the files do not both tell their camera exposure, the
 * scan's own rebate (small, perhaps, but there) says how much more or less light this scan got; the colour
 * stays the reference's.
 */
function alignReference(
  reference: BaseReference,
  cameraExposure: number | null,
  own: FoundBase | null,
  warnings: Sentence[],
): Rgb {
  const rgb = baseForScan(reference, cameraExposure);
  if (!own) return rgb;
  const apart = own.rgb.map((v, c) => Math.log10(v / rgb[c]));
  const shift = (apart[0] + apart[1] + apart[2]) / 3;
  if (Math.max(...apart.map((a) => Math.abs(a - shift))) > 0.12) warnings.push(say('reference-other-roll'));
  if ((reference.cameraExposure && cameraExposure) || Math.abs(shift) > 0.5) return rgb;
  const k = 10 ** shift;
  return [rgb[0] * k, rgb[1] * k, rgb[2] * k];
}

/** The clearest part of a slide stands for clear film: white, where the scene had any. */
function clearSlide(grid: Grid, picture: Uint8Array): FoundBase {
  const top = grid.lin.map((plane) => percentiles(plane, [0.998], picture)[0]);
  const white = Math.max(...top.filter(Number.isFinite), 1e-4);
  return { rgb: [white, white, white], source: 'estimate', confidence: 0.3 };
}

/**
 * What the scan is to its roll. A scan without picture content is blank when film is seen (mask colour or
 * perforations), a flat field when only light is; clear film beside densely exposed film is a leader.
 */
function roleOf(
  grid: Grid,
  level: BaseLevel,
  holder: Holder,
  perfs: Perforations | null,
  film: FilmType,
): DevelopAnalysis['role'] {
  const n = grid.tone.length;
  let open = 0;
  let clear = 0;
  let between = 0;
  let dense = 0;
  let red = 0;
  let blue = 0;
  let peak = 0;
  for (let p = 0; p < n; p++) {
    const d = level.surface[p] - grid.tone[p];
    if (d > 1.2) dense++;
    if (holder.mask[p] || level.light[p]) continue;
    open++;
    if (level.like[p]) {
      clear++;
      red += grid.log[0][p];
      blue += grid.log[2][p];
      peak += Math.max(grid.lin[0][p], grid.lin[1][p], grid.lin[2][p]);
    } else if (d > 0.12 && d <= 1.2) between++;
  }
  if (open < 0.05 * n || clear < 0.1 * n) return 'picture';
  const [l, t, r, b] = holder.depth;
  const lopsided = Math.max(Math.abs(l - r) / grid.width, Math.abs(t - b) / grid.height);
  if (between < 0.12 * open && clear > 0.15 * n && (dense - open + clear > 0.15 * n || lopsided > 0.2)) {
    if (lopsided > 0.2 || dense > 0.3 * n) return 'leader';
  }
  if (clear > 0.93 * open) {
    const masked = (red - blue) / Math.max(1, clear) > 0.2;
    if (masked || perfs) return 'blank';
    return film === 'bw' && peak / Math.max(1, clear) < 0.6 ? 'blank' : 'flat';
  }
  return 'picture';
}
