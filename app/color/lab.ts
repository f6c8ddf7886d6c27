/**
 * Colour coordinates: linear sRGB, CIE XYZ, CIE L*a*b* (CIE 15:2004) and OKLab (Björn Ottosson, 2020).
 * XYZ is scaled so that white has Y = 1. Lab takes its white explicitly: D50 is the white of ICC profiles and
 * of printed charts, D65 that of sRGB; a colour under one white is carried to the other by Bradford adaptation.
 */
import { apply3, invert3, type Matrix3, multiply3 } from './matrix3.ts';
import type { Rgb } from '../picture.ts';

export type Triple = [number, number, number];

/** CIE 2° white points, Y = 1. D50 as in the ICC specification, D65 from the chromaticity 0.3127, 0.3290. */
export const D50: Triple = [0.9642, 1, 0.8249];
export const D65: Triple = [0.3127 / 0.329, 1, (1 - 0.3127 - 0.329) / 0.329];

/** Linear RGB to XYZ for primaries given as xy chromaticities and a white in XYZ. */
export function primariesToXyz(
  red: readonly [number, number],
  green: readonly [number, number],
  blue: readonly [number, number],
  white: Rgb,
): Matrix3 {
  const column = ([x, y]: readonly [number, number]): Triple => [x / y, 1, (1 - x - y) / y];
  const r = column(red);
  const g = column(green);
  const b = column(blue);
  const p: Matrix3 = [r[0], g[0], b[0], r[1], g[1], b[1], r[2], g[2], b[2]];
  const s = apply3(invert3(p), white);
  return multiply3(p, [s[0], 0, 0, 0, s[1], 0, 0, 0, s[2]]);
}

/** Linear sRGB (IEC 61966-2-1) to XYZ under D65, and back. */
export const SRGB_TO_XYZ: Matrix3 = primariesToXyz([0.64, 0.33], [0.3, 0.6], [0.15, 0.06], D65);
export const XYZ_TO_SRGB: Matrix3 = invert3(SRGB_TO_XYZ);

const BRADFORD: Matrix3 = [0.8951, 0.2664, -0.1614, -0.7502, 1.7135, 0.0367, 0.0389, -0.0685, 1.0296];

/** Bradford adaptation of XYZ from one white to another. */
export function adaptation(from: Rgb, to: Rgb): Matrix3 {
  const a = apply3(BRADFORD, from);
  const b = apply3(BRADFORD, to);
  const gain: Matrix3 = [b[0] / a[0], 0, 0, 0, b[1] / a[1], 0, 0, 0, b[2] / a[2]];
  return multiply3(invert3(BRADFORD), multiply3(gain, BRADFORD));
}

const SRGB_TO_XYZ_D50 = multiply3(adaptation(D65, D50), SRGB_TO_XYZ);
const XYZ_D50_TO_SRGB = invert3(SRGB_TO_XYZ_D50);

const EPSILON = 216 / 24389;
const KAPPA = 24389 / 27;

/** XYZ (white Y = 1) to L* 0..100, a*, b*. */
export function xyzToLab(xyz: Rgb, white: Rgb = D50): Triple {
  const f = (t: number) => (t > EPSILON ? Math.cbrt(t) : (KAPPA * t + 16) / 116);
  const x = f(xyz[0] / white[0]);
  const y = f(xyz[1] / white[1]);
  const z = f(xyz[2] / white[2]);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** Inverse of `xyzToLab`. */
export function labToXyz(lab: Rgb, white: Rgb = D50): Triple {
  const y = (lab[0] + 16) / 116;
  const inverse = (t: number) => (t ** 3 > EPSILON ? t ** 3 : (116 * t - 16) / KAPPA);
  return [
    inverse(lab[1] / 500 + y) * white[0],
    (lab[0] > KAPPA * EPSILON ? y ** 3 : lab[0] / KAPPA) * white[1],
    inverse(y - lab[2] / 200) * white[2],
  ];
}

/** Linear sRGB (0..1, unclipped) to Lab under D50, the way a colour-managed program reads it. */
export function srgbLinearToLab(rgb: Rgb): Triple {
  return xyzToLab(apply3(SRGB_TO_XYZ_D50, rgb), D50);
}

/** Inverse of `srgbLinearToLab`; the result may leave 0..1. */
export function labToSrgbLinear(lab: Rgb): Triple {
  return apply3(XYZ_D50_TO_SRGB, labToXyz(lab, D50));
}

/** Chroma and hue (degrees, 0..360) of Lab or OKLab. */
export function chromaHue(lab: Rgb): { chroma: number; hue: number } {
  const hue = (Math.atan2(lab[2], lab[1]) * 180) / Math.PI;
  return { chroma: Math.hypot(lab[1], lab[2]), hue: hue < 0 ? hue + 360 : hue };
}

const OK_LMS: Matrix3 = [
  0.4122214708, 0.5363325363, 0.0514459929, 0.2119034982, 0.6806995451, 0.1073969566, 0.0883024619,
  0.2817188376, 0.6299787005,
];
const OK_LAB: Matrix3 = [
  0.2104542553, 0.793617785, -0.0040720468, 1.9779984951, -2.428592205, 0.4505937099, 0.0259040371,
  0.7827717662, -0.808675766,
];
const OK_LMS_INVERSE = invert3(OK_LMS);
const OK_LAB_INVERSE = invert3(OK_LAB);

/** Linear sRGB to OKLab: L 0..1, a and b about -0.4..0.4. */
export function srgbLinearToOklab(rgb: Rgb): Triple {
  const lms = apply3(OK_LMS, rgb);
  return apply3(OK_LAB, [Math.cbrt(lms[0]), Math.cbrt(lms[1]), Math.cbrt(lms[2])]);
}

/** Inverse of `srgbLinearToOklab`; the result may leave 0..1. */
export function oklabToSrgbLinear(lab: Rgb): Triple {
  const c = apply3(OK_LAB_INVERSE, lab);
  return apply3(OK_LMS_INVERSE, [c[0] ** 3, c[1] ** 3, c[2] ** 3]);
}
