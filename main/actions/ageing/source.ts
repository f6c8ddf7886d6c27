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
import { DYES, DYES_INVERSE, densityOf } from './density.ts';
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
    const hue = analysis.hue.map((h) => mix(1, 1 / h));
    const least = Math.min(...analysis.stain);
    const keep = neutral ? 0 : toned ? KEPT_PAPER : 0;
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

/** Density of the corrected picture never leaves these; it bends towards them within the last `KNEE`. */
const DEEPEST = 2.6;
const KNEE = 0.08;

/** Bends a value that would fall under 0 towards it: the identity from KNEE on, its slope never nought. */
function soft(d: number): number {
  return d >= KNEE ? d : KNEE * Math.exp(d / KNEE - 1);
}

function bent(d: number): number {
  const low = soft(d);
  return low <= DEEPEST - 0.5 ? low : DEEPEST - 0.5 * Math.exp(-(low - DEEPEST + 0.5) / 0.5);
}

const STEPS = 65535;

interface Tables {
  decode: Float32Array;
  encode: Float32Array;
}
const tables = new Map<SpaceName, Tables>();
/** Densities 0..ENCODED in the encoding table. */
const ENCODED = 3;
const ENCODE_STEPS = 16384;

function tablesOf(name: SpaceName): Tables {
  let found = tables.get(name);
  if (!found) {
    const space = spaces[name];
    found = {
      decode: Float32Array.from({ length: STEPS + 2 }, (_, i) => densityOf(space.decode(i / STEPS))),
      encode: Float32Array.from({ length: ENCODE_STEPS + 2 }, (_, i) =>
        space.encode(10 ** ((-i * ENCODED) / ENCODE_STEPS)),
      ),
    };
    tables.set(name, found);
  }
  return found;
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
  const light = (d: number): number => {
    const x = (bent(d) * ENCODE_STEPS) / ENCODED;
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
