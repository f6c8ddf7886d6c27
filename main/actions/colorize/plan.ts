/**
 * Preparing the colours of a picture: one look of the network at the whole of it, the picture's own colours where it
 * has some, hints and how far they reach. The plan holds what does not depend on the sliders, so that they answer at
 * once; `gridChroma` puts them together for one set of sliders.
 */
import { bilateralEnlarge, linearModels, reducePlane, type Size } from '../../../app/color/guided.ts';
import { enlargePlane } from '../../../app/color/merge.ts';
import type { Planar } from '../../../app/planar.ts';
import type { Hint } from '../../../app/recipe/marks.ts';
import type { ColourParams } from '../../../app/recipe/restore.ts';
import type { OpenNetwork } from '../picture/networks.ts';
import { calmed, settled } from './calm.ts';
import { placedHints, spreadHints } from './hints.ts';
import { networkColours, workingSize, CELL, type NetworkColours } from './network.ts';
import { coloursOf, ownColours } from './own.ts';
import { tuned, whiteLimit } from './tune.ts';
import type { Chroma, ColourPlan } from './types.ts';
import { colouring } from './variants.ts';

/** Longer side of the picture on which colours are put together. */
export const GRID_SIDE = 1024;

/** The picture reduced to the grid; itself where it is smaller. */
export const onGrid = (picture: Planar): Planar => reducedTo(picture, GRID_SIDE);

/** The picture reduced until its longer side has `side` pixels; itself where it is smaller. */
export function reducedTo(picture: Planar, side: number): Planar {
  const k = Math.min(1, side / Math.max(picture.width, picture.height));
  if (k === 1) return picture;
  const size = {
    width: Math.max(1, Math.round(picture.width * k)),
    height: Math.max(1, Math.round(picture.height * k)),
  };
  const n = picture.width * picture.height;
  const m = size.width * size.height;
  const data = new Float32Array(picture.channels * m);
  for (let c = 0; c < picture.channels; c++)
    data.set(reducePlane(picture.data.subarray(c * n, (c + 1) * n), picture, size), c * m);
  return { ...size, channels: picture.channels, data };
}

/** One plane of the luminance, sRGB-encoded, from L*. */
function greyOf(L: Float32Array, size: Size): Planar {
  const data = L.map((l) => {
    const f = (l + 16) / 116;
    const y = f > 6 / 29 ? f ** 3 : (108 / 841) * (f - 4 / 29);
    return y <= 0.0031308 ? 12.92 * Math.max(0, y) : 1.055 * y ** (1 / 2.4) - 0.055;
  });
  return { ...size, channels: 1, data };
}

/**
 * Everything that colouring a picture needs.
 * @param picture the whole picture, reduced (1000 px on the longer side are enough): one plane, or three where it has
 *   or may have colours of its own; sRGB-encoded 0..1
 * @param hints in fractions of that picture
 * @param network null: only the picture's own colours and hints are used
 * @param params of them only `own` is read here: the others may change without a new plan
 * @throws RevealError 'bad-input' when the network is no colorist; whatever its `run` throws
 */
export async function prepareColour(
  picture: Planar,
  hints: readonly Hint[],
  network: OpenNetwork | null,
  params: Pick<ColourParams, 'own'>,
  signal?: AbortSignal,
): Promise<ColourPlan> {
  const reduced = onGrid(picture);
  const grid = { width: reduced.width, height: reduced.height };
  const colours = coloursOf(reduced);
  const L = colours.lightness;
  const placed = placedHints(hints, grid);
  const base = network ? await networkColours(greyOf(L, grid), placed, network, signal) : noColours(grid);
  const small = cellLightness(L, grid, base.cells);
  const calm = quiet(base, small);
  // What hints spread through must not be their own trace.
  const blind =
    network && placed.length > 0 ? await networkColours(greyOf(L, grid), [], network, signal) : base;
  const guess = blind === base ? calm : quiet(blind, small);
  return {
    version: 1,
    grid,
    lightness: L,
    cells: base.cells,
    base: calm,
    confidence: base.confidence,
    choice: base.choice,
    toning: colours.toning,
    own: picture.channels === 1 ? null : ownColours(colours, grid, params.own),
    hints: placed,
    spread: spreadHints(placed, L, grid, guess, base.cells),
    network: network && { name: network.name, sha256: network.sha256 },
  };
}

/** The network's guess without what it contradicts itself in, from near to far. */
function quiet(guess: NetworkColours, lightness: Float32Array): Chroma {
  const calm = calmed(guess, guess.confidence, lightness, guess.cells);
  return settled(calm, guess.confidence, lightness, guess.cells);
}

function noColours(grid: Size): {
  cells: Size;
  a: Float32Array;
  b: Float32Array;
  confidence: Float32Array;
  choice: null;
} {
  const work = workingSize(grid);
  const cells = { width: work.width / CELL, height: work.height / CELL };
  const n = cells.width * cells.height;
  const zeros = (): Float32Array => new Float32Array(n);
  return { cells, a: zeros(), b: zeros(), confidence: zeros(), choice: null };
}

/** A plane of the grid on the cells, also where the grid is the coarser of the two. */
export function cellLightness(plane: Float32Array, grid: Size, cells: Size): Float32Array {
  return cells.width <= grid.width && cells.height <= grid.height
    ? reducePlane(plane, grid, cells)
    : enlargePlane(plane, grid, cells);
}

/** Variance of L* under which the guide is noise, and how often the mean of each cell is set right again. */
const NOISE = 16;
const RETURNS = 2;

/**
 * Planes from the cells to the grid: bilinear, plus the detail that goes with the luminance (a local linear model of
 * the cells), plus what is missing for each cell to have its own mean again (back-projection).
 */
export function toGrid(
  planes: readonly Float32Array[],
  lightness: Float32Array,
  cells: Size,
  grid: Size,
): Float32Array[] {
  if (cells.width > grid.width || cells.height > grid.height)
    return planes.map((plane) => reduceOrEnlarge(plane, cells, grid));
  const low = reducePlane(lightness, grid, cells);
  const up = (plane: Float32Array): Float32Array => enlargePlane(plane, cells, grid);
  const smooth = up(low);
  return linearModels(low, planes, cells, 1, NOISE).map(({ slope }, c) => {
    const out = up(planes[c]);
    const detail = up(slope);
    for (let i = 0; i < out.length; i++) out[i] += detail[i] * (lightness[i] - smooth[i]);
    for (let k = 0; k < RETURNS; k++) {
      const got = reducePlane(out, grid, cells);
      const missing = up(got.map((v, i) => planes[c][i] - v));
      for (let i = 0; i < out.length; i++) out[i] += missing[i];
    }
    return out;
  });
}

function reduceOrEnlarge(plane: Float32Array, from: Size, to: Size): Float32Array {
  const mid = { width: Math.min(from.width, to.width), height: Math.min(from.height, to.height) };
  return enlargePlane(reducePlane(plane, from, mid), mid, to);
}

/** What was enlarged before, by plan: sliders ask for the same planes again and again. */
const enlarged = new WeakMap<ColourPlan, Map<string, Chroma>>();
const sure = new WeakMap<ColourPlan, Float32Array>();

/** Confidence on the grid, 0..1. */
export function gridConfidence(plan: ColourPlan): Float32Array {
  let plane = sure.get(plan);
  if (!plane) {
    const { cells, grid } = plan;
    plane =
      cells.width > grid.width || cells.height > grid.height
        ? reduceOrEnlarge(plan.confidence, cells, grid)
        : bilateralEnlarge(
            [plan.confidence],
            reducePlane(plan.lightness, grid, cells),
            cells,
            plan.lightness,
            grid,
            { reach: 1, space: 0.7, range: 8 },
          )[0];
    sure.set(plan, plane);
  }
  return plane;
}

/** One of the four colourings on the cells. */
export function variantOf(plan: ColourPlan, variant: ColourParams['variant']): Chroma {
  const { base, choice, cells } = plan;
  const small = cellLightness(plan.lightness, plan.grid, cells);
  return colouring(Number(variant) as 1 | 2 | 3 | 4, base, choice, small, cells);
}

function variantChroma(plan: ColourPlan, variant: ColourParams['variant']): Chroma {
  let made = enlarged.get(plan);
  if (!made) enlarged.set(plan, (made = new Map()));
  let chroma = made.get(variant);
  if (!chroma) {
    const { a, b } = variantOf(plan, variant);
    const [ga, gb] = toGrid([a, b], plan.lightness, plan.cells, plan.grid);
    // Two variants are enough to compare by switching; each is 8 MB.
    if (made.size >= 2) made.delete([...made.keys()][0]);
    made.set(variant, (chroma = { a: ga, b: gb }));
  }
  return chroma;
}

/** Chroma of the coloured picture on the grid: network and own colours, sliders, hints. */
export function gridChroma(plan: ColourPlan, params: Omit<ColourParams, 'on' | 'hints' | 'model'>): Chroma {
  const base = variantChroma(plan, params.variant);
  const { own, spread, lightness } = plan;
  const sureness = gridConfidence(plan);
  const n = lightness.length;
  const made = { a: new Float32Array(n), b: new Float32Array(n) };
  for (let i = 0; i < n; i++) {
    const keep = whiteLimit(lightness[i], sureness[i]);
    let a = base.a[i] * keep;
    let b = base.b[i] * keep;
    if (own) {
      const t = own.trust[i];
      a = t * own.gain * own.a[i] + (1 - t) * a;
      b = t * own.gain * own.b[i] + (1 - t) * b;
    }
    made.a[i] = a;
    made.b[i] = b;
  }
  const out = tuned(made, lightness, params);
  // What a person set stays as it was set, whatever the sliders say.
  if (spread)
    for (let i = 0; i < n; i++) {
      const w = spread.weight[i];
      out.a[i] += w * (spread.a[i] - out.a[i]);
      out.b[i] += w * (spread.b[i] - out.b[i]);
    }
  return out;
}
