/**
 * 3x3 matrices, row-major in nine numbers, as the colour work needs them: product, inverse, application to a
 * colour. Small and allocation-light, but not meant for pixel loops (those inline the nine products).
 */
import type { Rgb } from '../picture.ts';

/** Row-major: [m00, m01, m02, m10, …, m22]. */
export type Matrix3 = readonly [number, number, number, number, number, number, number, number, number];

export const IDENTITY3: Matrix3 = [1, 0, 0, 0, 1, 0, 0, 0, 1];

/** Diagonal matrix. */
export function diagonal3(a: number, b: number, c: number): Matrix3 {
  return [a, 0, 0, 0, b, 0, 0, 0, c];
}

/** a · b: b is applied first. */
export function multiply3(a: Matrix3, b: Matrix3): Matrix3 {
  return [
    a[0] * b[0] + a[1] * b[3] + a[2] * b[6],
    a[0] * b[1] + a[1] * b[4] + a[2] * b[7],
    a[0] * b[2] + a[1] * b[5] + a[2] * b[8],
    a[3] * b[0] + a[4] * b[3] + a[5] * b[6],
    a[3] * b[1] + a[4] * b[4] + a[5] * b[7],
    a[3] * b[2] + a[4] * b[5] + a[5] * b[8],
    a[6] * b[0] + a[7] * b[3] + a[8] * b[6],
    a[6] * b[1] + a[7] * b[4] + a[8] * b[7],
    a[6] * b[2] + a[7] * b[5] + a[8] * b[8],
  ];
}

/** m · v. */
export function apply3(m: Matrix3, v: Rgb): [number, number, number] {
  return [
    m[0] * v[0] + m[1] * v[1] + m[2] * v[2],
    m[3] * v[0] + m[4] * v[1] + m[5] * v[2],
    m[6] * v[0] + m[7] * v[1] + m[8] * v[2],
  ];
}

/** Inverse by the adjugate. Throws a RangeError for a singular matrix. */
export function invert3(m: Matrix3): Matrix3 {
  const [a, b, c, d, e, f, g, h, i] = m;
  const A = e * i - f * h;
  const B = f * g - d * i;
  const C = d * h - e * g;
  const det = a * A + b * B + c * C;
  if (!(Math.abs(det) > 1e-12)) throw new RangeError('The matrix cannot be inverted (determinant 0).');
  const k = 1 / det;
  return [
    A * k,
    (c * h - b * i) * k,
    (b * f - c * e) * k,
    B * k,
    (a * i - c * g) * k,
    (c * d - a * f) * k,
    C * k,
    (b * g - a * h) * k,
    (a * e - b * d) * k,
  ];
}

/** a + t·(b − a), element by element. */
export function mix3(a: Matrix3, b: Matrix3, t: number): Matrix3 {
  return a.map((v, k) => v + t * ((b[k] as number) - v)) as unknown as Matrix3;
}

/** True when the nine numbers agree within `tolerance`. */
export function near3(a: Matrix3, b: Matrix3, tolerance = 1e-12): boolean {
  return a.every((v, k) => Math.abs(v - (b[k] as number)) <= tolerance);
}
