/**
 * The output colour spaces: primaries, white points, transfer curves, and the matrices between them and
 * linear sRGB. A positive is computed in linear light with sRGB primaries, unclipped, and goes through one of
 * these at the very end. Where the white points differ (ProPhoto is D50) the linear Bradford adaptation of
 * ICC.1:2022 annex E is used, so that a colour-managed viewer shows the same colour for every space.
 *
 * Sources: IEC 61966-2-1 (sRGB), Adobe RGB (1998) Color Image Encoding 2005-05, SMPTE EG 432-1 with the sRGB
 * curve (Display P3), ISO 22028-2 (ROMM RGB, known as ProPhoto).
 */
import { srgbDecode, srgbEncode } from './curve.ts';

export const spaceNames = ['srgb', 'adobe-rgb', 'display-p3', 'prophoto'] as const;
export type SpaceName = (typeof spaceNames)[number];

/** Row-major 3x3. */
export type Matrix = readonly [number, number, number, number, number, number, number, number, number];

/** ICC parametric curve type 3: Y = (aX + b)^g for X >= d, else cX. */
export interface ParametricCurve {
  g: number;
  a: number;
  b: number;
  c: number;
  d: number;
}

export interface ColorSpace {
  name: SpaceName;
  label: string;
  /** Linear sRGB (D65) to this space's linear values, white to white. */
  fromSrgb: Matrix;
  /** This space's linear values to linear sRGB (D65). */
  toSrgb: Matrix;
  /** This space's linear values to XYZ under the ICC profile connection white (D50): the profile's colorants. */
  toPcs: Matrix;
  /** From the space's own white to D50 (the profile's `chad`). */
  adaptation: Matrix;
  /** XYZ of the space's white, Y = 1. */
  white: readonly [number, number, number];
  curve: ParametricCurve;
  /** Linear 0..1 to code value 0..1. Below zero gives 0; above one is continued. */
  encode(linear: number): number;
  /** Code value 0..1 to linear 0..1. */
  decode(code: number): number;
}

/** a·b for row-major 3x3 matrices. */
export function multiply(a: Matrix, b: Matrix): Matrix {
  const out: number[] = [];
  for (let r = 0; r < 3; r++)
    for (let c = 0; c < 3; c++) out.push(a[r * 3] * b[c] + a[r * 3 + 1] * b[3 + c] + a[r * 3 + 2] * b[6 + c]);
  return out as unknown as Matrix;
}

/** Inverse of a row-major 3x3 matrix (all matrices here are far from singular). */
export function invert(m: Matrix): Matrix {
  const [a, b, c, d, e, f, g, h, i] = m;
  const det = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  return [
    (e * i - f * h) / det,
    (c * h - b * i) / det,
    (b * f - c * e) / det,
    (f * g - d * i) / det,
    (a * i - c * g) / det,
    (c * d - a * f) / det,
    (d * h - e * g) / det,
    (b * g - a * h) / det,
    (a * e - b * d) / det,
  ];
}

/** Matrix times column vector. */
export function apply(m: Matrix, v: readonly [number, number, number]): [number, number, number] {
  return [
    m[0] * v[0] + m[1] * v[1] + m[2] * v[2],
    m[3] * v[0] + m[4] * v[1] + m[5] * v[2],
    m[6] * v[0] + m[7] * v[1] + m[8] * v[2],
  ];
}

/** The ICC profile connection white, exactly as a profile header stores it (s15Fixed16). */
export const D50: readonly [number, number, number] = [0xf6d6 / 65536, 1, 0xd32d / 65536];

const BRADFORD: Matrix = [0.8951, 0.2664, -0.1614, -0.7502, 1.7135, 0.0367, 0.0389, -0.0685, 1.0296];

/** Linear Bradford adaptation between two whites given as XYZ. */
export function bradford(
  from: readonly [number, number, number],
  to: readonly [number, number, number],
): Matrix {
  const f = apply(BRADFORD, from);
  const t = apply(BRADFORD, to);
  const scale: Matrix = [t[0] / f[0], 0, 0, 0, t[1] / f[1], 0, 0, 0, t[2] / f[2]];
  return multiply(invert(BRADFORD), multiply(scale, BRADFORD));
}

type Xy = readonly [number, number];
const toXyz = ([x, y]: Xy): [number, number, number] => [x / y, 1, (1 - x - y) / y];

/** RGB to XYZ from primaries' chromaticities and white: columns scaled so that R = G = B = 1 is the white. */
function primariesToXyz(r: Xy, g: Xy, b: Xy, white: readonly [number, number, number]): Matrix {
  const [R, G, B] = [toXyz(r), toXyz(g), toXyz(b)];
  const m: Matrix = [R[0], G[0], B[0], R[1], G[1], B[1], R[2], G[2], B[2]];
  const s = apply(invert(m), white);
  return m.map((v, i) => v * s[i % 3]) as unknown as Matrix;
}

const D65 = toXyz([0.3127, 0.329]);
const SRGB_CURVE: ParametricCurve = { g: 2.4, a: 1 / 1.055, b: 0.055 / 1.055, c: 1 / 12.92, d: 0.04045 };

const SRGB_TO_PCS = multiply(bradford(D65, D50), primariesToXyz([0.64, 0.33], [0.3, 0.6], [0.15, 0.06], D65));

function define(
  name: SpaceName,
  label: string,
  primaries: readonly [Xy, Xy, Xy],
  white: readonly [number, number, number],
  curve: ParametricCurve,
  encode: (v: number) => number,
  decode: (v: number) => number,
): ColorSpace {
  const adaptation = bradford(white, D50);
  const toPcs = multiply(adaptation, primariesToXyz(...primaries, white));
  const toSrgb = multiply(invert(SRGB_TO_PCS), toPcs);
  const fromSrgb =
    name === 'srgb' ? ([1, 0, 0, 0, 1, 0, 0, 0, 1] as const) : multiply(invert(toPcs), SRGB_TO_PCS);
  return {
    name,
    label,
    fromSrgb,
    toSrgb: name === 'srgb' ? fromSrgb : toSrgb,
    toPcs,
    adaptation,
    white,
    curve,
    encode: (v) => (v <= 0 ? 0 : encode(v)),
    decode: (v) => (v <= 0 ? 0 : decode(v)),
  };
}

/** Adobe RGB (1998): the exponent is 2 + 51/256. */
const ADOBE_GAMMA = 563 / 256;

export const spaces: Readonly<Record<SpaceName, ColorSpace>> = {
  srgb: define(
    'srgb',
    'sRGB',
    [
      [0.64, 0.33],
      [0.3, 0.6],
      [0.15, 0.06],
    ],
    D65,
    SRGB_CURVE,
    srgbEncode,
    srgbDecode,
  ),
  'adobe-rgb': define(
    'adobe-rgb',
    'Adobe RGB (1998) compatible',
    [
      [0.64, 0.33],
      [0.21, 0.71],
      [0.15, 0.06],
    ],
    D65,
    { g: ADOBE_GAMMA, a: 1, b: 0, c: 0, d: 0 },
    (v) => v ** (1 / ADOBE_GAMMA),
    (v) => v ** ADOBE_GAMMA,
  ),
  'display-p3': define(
    'display-p3',
    'Display P3',
    [
      [0.68, 0.32],
      [0.265, 0.69],
      [0.15, 0.06],
    ],
    D65,
    SRGB_CURVE,
    srgbEncode,
    srgbDecode,
  ),
  // ISO 22028-2: slope 16 up to a linear value of 1/512, then gamma 1.8.
  prophoto: define(
    'prophoto',
    'ProPhoto (ROMM RGB)',
    [
      [0.7347, 0.2653],
      [0.1596, 0.8404],
      [0.0366, 0.0001],
    ],
    D50,
    { g: 1.8, a: 1, b: 0, c: 1 / 16, d: 16 / 512 },
    (v) => (v < 1 / 512 ? 16 * v : v ** (1 / 1.8)),
    (v) => (v < 16 / 512 ? v / 16 : v ** 1.8),
  ),
};
