/**
 * Densities of a print: D = -log10 of reflectance, per channel of linear light. A colour print's image is three dyes;
 * each holds back some of its neighbours' light as well, so densities are first split into amounts of dye.
 */
import { srgbDecode } from '../../../app/color/curve.ts';
import { invert3, type Matrix3 } from '../../../app/color/matrix3.ts';
import type { Planar } from '../../../app/planar.ts';

/** Reflectance under which a scan says nothing any more. */
export const FLOOR = 1e-3;
/** Density of no light at all on a scale that ends there without a corner. */
export const DEEPEST = -Math.log10(FLOOR / (1 + FLOOR));

/** Density 0..DEEPEST of linear light 0..1; light is told apart down to nought. */
export function scaleDensity(linear: number): number {
  return -Math.log10((Math.max(0, linear) + FLOOR) / (1 + FLOOR));
}

/** Inverse of `scaleDensity`. */
export function scaleLight(density: number): number {
  return (1 + FLOOR) * 10 ** -density - FLOOR;
}

/**
 * Density of cyan, magenta and yellow dye (columns) in red, green and blue light (rows), each 1 in its own: about
 * what status A densities of chromogenic papers of different makers have in common.
 */
export const DYES: Matrix3 = [1, 0.07, 0.01, 0.26, 1, 0.06, 0.12, 0.27, 1];
export const DYES_INVERSE: Matrix3 = invert3(DYES);

const TABLE = Float32Array.from({ length: 4097 }, (_, i) => scaleDensity(srgbDecode(i / 4096)));

/** Density of an sRGB-encoded value 0..1. */
export function codeDensity(v: number): number {
  const x = Math.min(1, Math.max(0, v)) * 4096;
  const i = Math.min(4095, x | 0);
  return TABLE[i] + (TABLE[i + 1] - TABLE[i]) * (x - i);
}

/** Densities of the three channels (a grey picture's three are the same plane). */
export function densityPlanes(picture: Planar): [Float32Array, Float32Array, Float32Array] {
  const n = picture.width * picture.height;
  const plane = (c: number): Float32Array =>
    Float32Array.from(picture.data.subarray(c * n, (c + 1) * n), codeDensity);
  const red = plane(0);
  return picture.channels === 1 ? [red, red, red] : [red, plane(1), plane(2)];
}

/** Value below which a share of the samples lies. `sorted` ascending. */
export function percentile(sorted: Float32Array, share: number): number {
  const x = share * (sorted.length - 1);
  const i = Math.floor(x);
  const j = Math.min(sorted.length - 1, i + 1);
  return sorted[i] + (sorted[j] - sorted[i]) * (x - i);
}

/** Amounts of cyan, magenta and yellow dye from densities of red, green and blue. */
export function dyePlanes(planes: readonly Float32Array[]): [Float32Array, Float32Array, Float32Array] {
  const m = DYES_INVERSE;
  const [r, g, b] = planes;
  const dye = (row: number): Float32Array =>
    r.map((v, i) => m[row * 3] * v + m[row * 3 + 1] * g[i] + m[row * 3 + 2] * b[i]);
  return [dye(0), dye(1), dye(2)];
}
