/**
 * Least squares whose unknowns touch near neighbours alone: normal equations with few diagonals, solved by LDL'.
 */

/** One row: `weight` (sum of coefficient x unknown - target)^2. Places `at` ascend and lie at most the band apart. */
export type AddRow = (
  at: readonly number[],
  coefficient: readonly number[],
  target: number,
  weight: number,
) => void;

/** The `n` unknowns that cost least over the rows that `rows` adds; `band`: how far apart unknowns of one row lie at most. */
export function solveBanded(n: number, band: number, rows: (add: AddRow) => void): Float64Array {
  const width = band + 1;
  // Row i holds its diagonal and the `band` places left of it.
  const m = new Float64Array(n * width);
  const b = new Float64Array(n);
  rows((at, coefficient, target, weight) => {
    for (let i = 0; i < at.length; i++) {
      b[at[i]] += weight * coefficient[i] * target;
      for (let j = 0; j <= i; j++)
        m[at[i] * width + at[i] - at[j]] += weight * coefficient[i] * coefficient[j];
    }
  });
  for (let i = 0; i < n; i++) {
    for (let k = Math.min(band, i); k >= 1; k--) {
      const j = i - k;
      let s = m[i * width + k];
      for (let l = 1; l + k <= band && l <= j; l++)
        s -= m[i * width + k + l] * m[j * width + l] * m[(j - l) * width];
      m[i * width + k] = s / m[j * width];
    }
    // A place that nothing holds stays at nought.
    let d = m[i * width] + 1e-9;
    for (let k = 1; k <= band && k <= i; k++) {
      d -= m[i * width + k] ** 2 * m[(i - k) * width];
      b[i] -= m[i * width + k] * b[i - k];
    }
    m[i * width] = d;
  }
  for (let i = 0; i < n; i++) b[i] /= m[i * width];
  for (let i = n - 1; i >= 0; i--)
    for (let k = 1; k <= band && i + k < n; k++) b[i] -= m[(i + k) * width + k] * b[i + k];
  return b;
}
