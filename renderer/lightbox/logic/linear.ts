/** Two-by-two matrices, row by row: all the linear algebra that a neutral picker needs. */

export type Matrix2 = readonly [number, number, number, number];

/** The inverse, or null when the matrix is singular (determinant below 1e-12). */
export function invert2(m: Matrix2): Matrix2 | null {
  const det = m[0] * m[3] - m[1] * m[2];
  if (!Number.isFinite(det) || Math.abs(det) < 1e-12) return null;
  return [m[3] / det, -m[1] / det, -m[2] / det, m[0] / det];
}
