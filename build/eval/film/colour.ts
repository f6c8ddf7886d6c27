/**
 * Colour arithmetic of the film simulation and of the accuracy script, written apart from the product's own
 * (`app/color`), so that a mistake there cannot hide here: XYZ, Bradford adaptation, sRGB, CIE L*a*b*, and
 * CIEDE2000 (Sharma, Wu, Dalal, "The CIEDE2000 Color-Difference Formula", 2005).
 */
import { integrate, observer, type Spectrum, type Triple } from './spectra.ts';

export interface Lab {
  L: number;
  a: number;
  b: number;
}
type Matrix = readonly [Triple, Triple, Triple];

function apply(m: Matrix, v: Triple): Triple {
  return m.map((row) => row[0] * v[0] + row[1] * v[1] + row[2] * v[2]) as Triple;
}

/** Inverse by cofactors. */
function inverse(m: Matrix): Matrix {
  const [[a, b, c], [d, e, f], [g, h, i]] = m;
  const det = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  return [
    [(e * i - f * h) / det, (c * h - b * i) / det, (b * f - c * e) / det],
    [(f * g - d * i) / det, (a * i - c * g) / det, (c * d - a * f) / det],
    [(d * h - e * g) / det, (b * g - a * h) / det, (a * e - b * d) / det],
  ];
}

/** White of D65 for the 2° observer, Y = 1. */
export const WHITE_D65: Triple = [0.95047, 1, 1.08883];

const SRGB_TO_XYZ: Matrix = [
  [0.4124564, 0.3575761, 0.1804375],
  [0.2126729, 0.7151522, 0.072175],
  [0.0193339, 0.119192, 0.9503041],
];
const XYZ_TO_SRGB = inverse(SRGB_TO_XYZ);

const BRADFORD: Matrix = [
  [0.8951, 0.2664, -0.1614],
  [-0.7502, 1.7135, 0.0367],
  [0.0389, -0.0685, 1.0296],
];
const BRADFORD_INVERSE = inverse(BRADFORD);

/** XYZ of a reflectance (or of white, when null) under a light; a perfect white has Y = 1. */
export function xyzOf(light: Spectrum, reflectance: Spectrum | null): Triple {
  const k = integrate(light, observer[1]);
  return observer.map(
    (o) => (reflectance ? integrate(light, reflectance, o) : integrate(light, o)) / k,
  ) as Triple;
}

/** Adapts XYZ seen under `white` to D65. */
export function toD65(xyz: Triple, white: Triple): Triple {
  const from = apply(BRADFORD, white);
  const to = apply(BRADFORD, WHITE_D65);
  const v = apply(BRADFORD, xyz);
  return apply(BRADFORD_INVERSE, v.map((x, i) => (x * to[i]) / from[i]) as Triple);
}

/** XYZ (D65) to linear sRGB, unclipped. */
export function fromXyzToLinear(xyz: Triple): Triple {
  return apply(XYZ_TO_SRGB, xyz);
}

/** sRGB's curve, 0..1 to linear 0..1 (IEC 61966-2-1). */
export function srgbDecode(v: number): number {
  return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
}

/** Linear 0..1 to sRGB's curve. */
export function srgbEncode(v: number): number {
  return v <= 0.0031308 ? v * 12.92 : 1.055 * v ** (1 / 2.4) - 0.055;
}

/** Linear sRGB to CIE L*a*b* relative to D65. */
export function labFromLinear(rgb: Triple): Lab {
  const xyz = apply(SRGB_TO_XYZ, rgb);
  const [x, y, z] = xyz.map((v, i) => {
    const t = v / WHITE_D65[i];
    return t > 216 / 24389 ? Math.cbrt(t) : (24389 / 27) * (t / 116) + 16 / 116;
  });
  return { L: 116 * y - 16, a: 500 * (x - y), b: 200 * (y - z) };
}

/** C*ab. */
export function chroma(lab: Lab): number {
  return Math.hypot(lab.a, lab.b);
}

/** CIEDE2000 with kL = kC = kH = 1. */
export function deltaE2000(p: Lab, q: Lab): number {
  const rad = Math.PI / 180;
  const meanC = (chroma(p) + chroma(q)) / 2;
  const g = 0.5 * (1 - Math.sqrt(meanC ** 7 / (meanC ** 7 + 25 ** 7)));
  const a1 = (1 + g) * p.a;
  const a2 = (1 + g) * q.a;
  const c1 = Math.hypot(a1, p.b);
  const c2 = Math.hypot(a2, q.b);
  const hue = (a: number, b: number) => (a === 0 && b === 0 ? 0 : (Math.atan2(b, a) / rad + 360) % 360);
  const h1 = hue(a1, p.b);
  const h2 = hue(a2, q.b);
  let dh = h2 - h1;
  if (c1 * c2 === 0) dh = 0;
  else if (dh > 180) dh -= 360;
  else if (dh < -180) dh += 360;
  let meanH = h1 + h2;
  if (c1 * c2 !== 0) {
    if (Math.abs(h1 - h2) <= 180) meanH /= 2;
    else meanH = meanH < 360 ? (meanH + 360) / 2 : (meanH - 360) / 2;
  }
  const dL = q.L - p.L;
  const dC = c2 - c1;
  const dH = 2 * Math.sqrt(c1 * c2) * Math.sin((dh / 2) * rad);
  const L = (p.L + q.L) / 2;
  const C = (c1 + c2) / 2;
  const t =
    1 -
    0.17 * Math.cos((meanH - 30) * rad) +
    0.24 * Math.cos(2 * meanH * rad) +
    0.32 * Math.cos((3 * meanH + 6) * rad) -
    0.2 * Math.cos((4 * meanH - 63) * rad);
  const sL = 1 + (0.015 * (L - 50) ** 2) / Math.sqrt(20 + (L - 50) ** 2);
  const sC = 1 + 0.045 * C;
  const sH = 1 + 0.015 * C * t;
  const turn = 30 * Math.exp(-(((meanH - 275) / 25) ** 2));
  const rC = 2 * Math.sqrt(C ** 7 / (C ** 7 + 25 ** 7));
  const rT = -Math.sin(2 * turn * rad) * rC;
  const l = dL / sL;
  const c = dC / sC;
  const h = dH / sH;
  return Math.sqrt(l * l + c * c + h * h + rT * c * h);
}
