/**
 * Grey pictures as old emulsions saw them. Old black and white is not Rec. 709 grey: wet and dry collodion and
 * "ordinary" plates saw blue (and ultraviolet) only, so that skies are white, lips and red cloth black;
 * orthochromatic plates added green; panchromatic film saw all, mostly through a yellow, orange or red filter
 * outdoors. After the spectral weights come the film's own tone curve, the print's contrast, and grain.
 *
 * Sources: C. E. K. Mees, "The Theory of the Photographic Process" (1942), on sensitising; Hurter and Driffield
 * 1890 for the curve; filters as transmissions of linear red, green, blue after Kodak's Wratten numbers (8, 15,
 * 25, 11), rounded.
 */
import { type Planar, planar } from '../planar.ts';
import { type Random, seeded } from '../random.ts';
import { grain } from './noise.ts';
import { clamp, decode, encode, gaussian, threePlanes } from './raster.ts';
import type { Degradation } from './types.ts';

export type Weights = readonly [number, number, number];
export const EMULSIONS = ['blue-sensitive', 'orthochromatic', 'panchromatic'] as const;
export type Emulsion = (typeof EMULSIONS)[number];

/** Transmissions of linear red, green, blue. */
const FILTERS: readonly Weights[] = [
  [1, 1, 1],
  [0.97, 0.88, 0.3],
  [0.96, 0.7, 0.08],
  [0.9, 0.06, 0.02],
  [0.45, 0.85, 0.35],
];

/** Random weights of linear red, green and blue for an emulsion; they are positive and sum to 1. */
export function spectralWeights(emulsion: Emulsion, random: Random): { weights: Weights; filter: number } {
  let w: number[];
  let filter = 0;
  if (emulsion === 'blue-sensitive')
    w = [random.uniform(0, 0.03), random.uniform(0.02, 0.25), random.uniform(0.75, 1)];
  else if (emulsion === 'orthochromatic')
    w = [random.uniform(0.01, 0.07), random.uniform(0.4, 0.65), random.uniform(0.3, 0.6)];
  else {
    filter = random.chance(0.55) ? 0 : 1 + random.int(FILTERS.length - 1);
    const t = FILTERS[filter];
    w = [
      random.uniform(0.2, 0.42) * t[0],
      random.uniform(0.32, 0.6) * t[1],
      random.uniform(0.12, 0.38) * t[2],
    ];
  }
  const sum = w[0] + w[1] + w[2];
  return { weights: [w[0] / sum, w[1] / sum, w[2] / sum], filter };
}

/** Linear grey of a picture: one plane, the weighted sum of linear red, green and blue. Not encoded. */
export function linearGrey(picture: Planar, weights: Weights): Planar {
  const size = picture.width * picture.height;
  const out = planar(picture.width, picture.height, 1);
  const d = picture.data;
  const [r, g, b] = weights;
  for (let i = 0; i < size; i++)
    out.data[i] = r * decode(d[i]) + g * decode(d[size + i]) + b * decode(d[2 * size + i]);
  return out;
}

/** The tone curve of a grey picture from camera to print. */
export interface GreyCurve {
  /** Exposure, stops. */
  exposure: number;
  /** Slope at mid grey, log over log: 1 leaves the contrast. */
  contrast: number;
  /** How early shadows and highlights roll off, 0 (hard) to 1. */
  softness: number;
  /** Reflectance of paper black, and of white. */
  black: number;
  white: number;
}

/** Linear light to encoded grey through a curve: an S in density about mid grey, between paper black and white. */
export function greyTone(curve: GreyCurve): (linear: number) => number {
  const mid = 0.18;
  const low = Math.log10(mid / curve.black);
  const high = Math.log10(curve.white / mid);
  const p = 6 - 4.5 * curve.softness;
  const table = Float32Array.from({ length: 1026 }, (_, i) => {
    const light = (i / 1024) ** 2 * 2 ** curve.exposure;
    const y = curve.contrast * Math.log10(Math.max(1e-5, light) / mid);
    const a = y < 0 ? low : high;
    return encode(mid * 10 ** (y / (1 + Math.abs(y / a) ** p) ** (1 / p)));
  });
  return (linear) => {
    const x = linear <= 0 ? 0 : linear >= 1 ? 1024 : Math.sqrt(linear) * 1024;
    const i = x | 0;
    return table[i] + (table[i + 1] - table[i]) * (x - i);
  };
}

/** What `greyRendering` drew. */
export interface GreyRendering {
  /** One plane, encoded 0..1. */
  picture: Planar;
  params: Record<string, number>;
}

/** Ranges of everything a grey rendering draws; `emulsion` and `filter` are indices of the lists above. */
export const GREY_RANGES = {
  emulsion: [0, 2],
  filter: [0, 4],
  red: [0, 0.95],
  green: [0, 0.95],
  blue: [0, 0.99],
  exposure: [-0.7, 0.6],
  contrast: [0.75, 1.35],
  softness: [0, 1],
  black: [0.004, 0.05],
  white: [0.75, 1],
  softening: [0, 0.7],
  grain: [0, 0.09],
} as const;

/** Draws an emulsion, its curve and its grain and renders the picture with them. `grainless` leaves grain and softening out. */
export function greyRendering(picture: Planar, random: Random, grainless = false): GreyRendering {
  const kind = random.next();
  const emulsion = kind < 0.15 ? 0 : kind < 0.4 ? 1 : 2;
  const { weights, filter } = spectralWeights(EMULSIONS[emulsion], random);
  const softness = random.next();
  const curve: GreyCurve = {
    exposure: clamp(random.normal(0, 0.25), -0.7, 0.6),
    contrast: random.uniform(0.75, 1.35),
    softness,
    black: 0.004 * 12.5 ** random.next(),
    white: random.uniform(0.75, 1),
  };
  let out = linearGrey(picture, weights);
  // Narrow weights leave mid grey elsewhere; a photographer exposed (and the printer printed) for the plate.
  // A sample of the pixels tells both means.
  const size = out.data.length;
  const stride = size > 2048 ? 7 : 1;
  let mean = 0;
  let all = 0;
  for (let i = 0; i < size; i += stride) {
    mean += out.data[i];
    all +=
      0.2126 * decode(picture.data[i]) +
      0.7152 * decode(picture.data[size + i]) +
      0.0722 * decode(picture.data[2 * size + i]);
  }
  const floor = 0.01 * Math.ceil(size / stride);
  const meter = clamp(Math.sqrt((all + floor) / (mean + floor)), 0.5, 2);
  const tone = greyTone({ ...curve, exposure: curve.exposure + Math.log2(meter) });
  for (let i = 0; i < out.data.length; i++) out.data[i] = tone(out.data[i]);
  let softening = 0;
  let sigma = 0;
  if (!grainless) {
    if (random.chance(0.3)) {
      softening = random.uniform(0.3, 0.7);
      out = gaussian(out, softening);
    }
    if (random.chance(0.7)) {
      sigma = 0.09 * random.next() ** 2;
      out = firstPlane(grain(threePlanes(out), sigma, random, random.uniform(0, 0.8)));
    }
  }
  const [red, green, blue] = weights;
  return {
    picture: out,
    params: { emulsion, filter, red, green, blue, ...curve, softening, grain: sigma },
  };
}

function firstPlane(picture: Planar): Planar {
  const size = picture.width * picture.height;
  return { ...picture, channels: 1, data: picture.data.slice(0, size) };
}

/**
 * A grey rendering of a picture (three planes) with random spectral weights (blue-sensitive, orthochromatic or
 * panchromatic with a random filter), tone curve and grain: one plane, encoded 0..1. The same seed and picture
 * give the same bits.
 */
export function greyInput(picture: Planar, seed: readonly (number | string)[]): Planar {
  return greyRendering(picture, seeded('grey-input', ...seed)).picture;
}

/** Black and white as old material saw it. */
export const oldGrey: Degradation = {
  name: 'grey',
  family: 'bw',
  ranges: GREY_RANGES,
  source: 'Mees 1942; Hurter and Driffield 1890',
  apply(picture, random) {
    const grey = greyRendering(picture, random);
    return { picture: threePlanes(grey.picture), params: grey.params };
  },
};

/** Plain grey as television and most programs make it, of encoded values: 0.299, 0.587, 0.114 (ITU-R BT.601). */
export const plainGrey: Degradation = {
  name: 'plain-grey',
  family: 'bw',
  ranges: {},
  source: 'ITU-R BT.601',
  apply(picture) {
    const size = picture.width * picture.height;
    const out = planar(picture.width, picture.height, 1);
    const d = picture.data;
    for (let i = 0; i < size; i++) out.data[i] = 0.299 * d[i] + 0.587 * d[size + i] + 0.114 * d[2 * size + i];
    return { picture: threePlanes(out), params: {} };
  },
};
