/**
 * A print as it was before it aged. Everything is pointwise and in density: paper and stain are taken off, each layer
 * gets back what it lost, the tone scale what contrast it lost; then light again. Curves bend into paper white and
 * the deepest black instead of being cut there, so nothing clips. At strength 0 samples pass untouched.
 */
import { spaces, type SpaceName } from '../../../app/color/spaces.ts';
import { apply3, diagonal3, multiply3, type Matrix3 } from '../../../app/color/matrix3.ts';
import type { Rgb } from '../../../app/picture.ts';
import { planar, type Planar } from '../../../app/planar.ts';
import type { AgeingParams } from '../../../app/recipe/restore.ts';
import type { PictureSource } from '../picture/source.ts';
import { DEEPEST, DYES, DYES_INVERSE, scaleDensity, scaleLight } from './density.ts';
import { FRESH_RANGE } from './analyse.ts';
import type { AgeingAnalysis } from './types.ts';

type Sliders = Omit<AgeingParams, 'on'>;

/** The correction as numbers: D' = tone(matrix * (D - paper) + tint). */
export interface AgeingPlan {
  paper: Rgb;
  matrix: Matrix3;
  /** Density that the paper keeps, per channel. */
  tint: Rgb;
  /** What densities are multiplied by to have the contrast of a fresh print. */
  contrast: number;
}

const MOST_CONTRAST = 2.2;
/** Density of fresh paper white in a scan. */
const PAPER = 0.03;
/** Share of a toned print's paper colour that is kept: it may be the toning's as well as age's. */
const KEPT_PAPER = 0.8;

/** What the analysis asks for with these sliders. Exact identity at strength 0. */
export function ageingPlan(analysis: AgeingAnalysis, params: Sliders): AgeingPlan {
  const { strength } = params;
  const mix = (v: number, to: number): number => v + strength * (to - v);
  const range = Math.max(0.2, analysis.black - analysis.white);
  const wanted = Math.min(MOST_CONTRAST, Math.max(1, FRESH_RANGE / range));
  const paper = analysis.stain.map((v) => strength * v) as unknown as Rgb;
  if (analysis.kind === 'mono') {
    const neutral = params.toning === 'neutral';
    const toned = analysis.toning !== 'none';
    const share = neutral ? 1 : (analysis.share ?? 1);
    const hue = analysis.hue.map((h) => mix(1, h ** -share));
    const least = Math.min(...analysis.stain);
    const keep = neutral ? 0 : toned ? KEPT_PAPER : 1 - share;
    return {
      paper,
      matrix: neutral || !toned ? diagonal3(hue[0], hue[1], hue[2]) : diagonal3(1, 1, 1),
      tint: analysis.stain.map((v) => strength * (keep * (v - least) + PAPER)) as unknown as Rgb,
      contrast: mix(1, 1 + params.contrast * (wanted - 1)),
    };
  }
  // What all dyes lost alike is contrast: none of it is given back at 0, all that was found at 1/2, more beyond.
  const least = Math.max(0, Math.min(...analysis.loss));
  const common = (1 - least) ** Math.max(0, 1 - 2 * params.contrast);
  const gain = analysis.loss.map((f) => mix(1, common / (1 - f)));
  return {
    paper,
    matrix: multiply3(DYES, multiply3(diagonal3(gain[0], gain[1], gain[2]), DYES_INVERSE)),
    tint: [0, 0, 0],
    contrast: mix(1, 1 + Math.max(0, 2 * params.contrast - 1) * (wanted - 1)),
  };
}

/** Densities in which nothing is bent: lighter and darker ones make room for what would fall off the scale. */
const LIGHT = 0.12;
const DARK = 2.2;

/** How far the correction would take the whitest and the blackest sample, at least 0 and the scale's end. */
interface Reach {
  least: number;
  most: number;
}

/** What the tone of density `d` becomes: the identity from LIGHT to DARK, bent with slope 1 there to end on the scale. */
function bent(d: number, { least, most }: Reach): number {
  if (d < LIGHT) return LIGHT - squeezed(LIGHT - d, LIGHT - least, LIGHT);
  if (d > DARK) return DARK + squeezed(d - DARK, most - DARK, DEEPEST - DARK);
  return d;
}

/** t / (1 + k t), which takes `from` to `to` and has slope 1 at nought. */
function squeezed(t: number, from: number, to: number): number {
  return t / (1 + Math.max(0, 1 / to - 1 / from) * t);
}

const STEPS = 65535;

interface Tables {
  /** Density of each code; the scale ends at DEEPEST without a corner. */
  decode: Float32Array;
  /** Code of each density. */
  encode: Float32Array;
}
const tables = new Map<SpaceName, Tables>();
const ENCODE_STEPS = 16384;

function tablesOf(name: SpaceName): Tables {
  let found = tables.get(name);
  if (!found) {
    const space = spaces[name];
    found = {
      decode: Float32Array.from({ length: STEPS + 2 }, (_, i) => scaleDensity(space.decode(i / STEPS))),
      encode: Float32Array.from({ length: ENCODE_STEPS + 2 }, (_, i) =>
        space.encode(scaleLight((i * DEEPEST) / ENCODE_STEPS)),
      ),
    };
    tables.set(name, found);
  }
  return found;
}

function reachOf({ paper, matrix, tint, contrast }: AgeingPlan): Reach {
  const at = (d: number): number[] =>
    apply3(matrix, paper.map((p) => contrast * (d - p)) as unknown as Rgb).map((v, c) => v + tint[c]);
  return { least: Math.min(0, ...at(0)), most: Math.max(DEEPEST, ...at(DEEPEST)) };
}

/** The picture with what age took given back. Three planes come out of three, one of one. */
export function agedSource(source: PictureSource, analysis: AgeingAnalysis, params: Sliders): PictureSource {
  if (params.strength === 0) return source;
  const plan = ageingPlan(analysis, params);
  const { decode, encode } = tablesOf(source.space);
  const density = (v: number): number => {
    const x = v <= 0 ? 0 : v >= 1 ? STEPS : v * STEPS;
    const i = x | 0;
    return decode[i] + (decode[i + 1] - decode[i]) * (x - i);
  };
  const encodeExact = (d: number): number => spaces[source.space].encode(scaleLight(d));
  const reach = reachOf(plan);
  const light = (d: number): number => {
    const toned = bent(d, reach);
    if (toned < 0 || toned >= DEEPEST) return encodeExact(toned);
    const x = (toned * ENCODE_STEPS) / DEEPEST;
    const i = x | 0;
    return encode[i] + (encode[i + 1] - encode[i]) * (x - i);
  };
  const { paper, matrix: m, tint, contrast: k } = plan;
  const process = (picture: Planar): Planar => {
    const n = picture.width * picture.height;
    const out = planar(picture.width, picture.height, picture.channels);
    const d = picture.data;
    if (picture.channels === 1) {
      const [grey] = apply3(m, [1, 1, 1]);
      for (let i = 0; i < n; i++) out.data[i] = light(k * grey * (density(d[i]) - paper[1]) + tint[1]);
      return out;
    }
    for (let i = 0; i < n; i++) {
      const r = k * (density(d[i]) - paper[0]);
      const g = k * (density(d[n + i]) - paper[1]);
      const b = k * (density(d[2 * n + i]) - paper[2]);
      out.data[i] = light(m[0] * r + m[1] * g + m[2] * b + tint[0]);
      out.data[n + i] = light(m[3] * r + m[4] * g + m[5] * b + tint[1]);
      out.data[2 * n + i] = light(m[6] * r + m[7] * g + m[8] * b + tint[2]);
    }
    return out;
  };
  return {
    width: source.width,
    height: source.height,
    channels: source.channels,
    space: source.space,
    scale: source.scale,
    read: async (rect, signal) => process(await source.read(rect, signal)),
  };
}
