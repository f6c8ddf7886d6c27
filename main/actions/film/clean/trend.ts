/**
 * The slow course under a wandering measurement: l1 trend filtering (Kim, Koh, Boyd and Gorinevsky 2009), a line broken as
 * seldom as it pays. Wobble whose double integral stays under lambda vanishes whole (a sine of amplitude A and period P:
 * A (P / 2 pi)^2), while a pan or a fade, which goes on and on in one direction, is followed with its corners.
 *
 *   min over x:  1/2 sum w_i (y_i - x_i)^2  +  lambda sum |x_(i-1) - 2 x_i + x_(i+1)|
 *
 * solved by reweighting (|d| ~ d^2 / (2 |d0| + e) around the last solution): each round is a five-diagonal system.
 */

/**
 * `weights` 0: the measurement says nothing; `lambda`: one number, or one for each value. Answers `y` itself where there
 * are fewer than three values.
 */
export function trend(
  y: readonly number[],
  lambda: number | readonly number[],
  weights?: readonly number[],
): number[] {
  const n = y.length;
  if (n < 3) return y.slice();
  const w = Float64Array.from({ length: n }, (_, i) => Math.max(1e-9, weights?.[i] ?? 1));
  let x: Float64Array = Float64Array.from(y);
  // Begin from a straight line through all: the least broken answer.
  const bends = new Float64Array(n).fill(1e-9);
  const size = spread(y);
  // A level course has nothing to bend.
  if (size < 1e-9) return y.slice();
  for (let round = 0; round < 60; round++) {
    const next = solve(y, w, bends, lambda);
    const least = Math.max(1e-10 * size, size * 0.02 * 0.8 ** round);
    for (let i = 1; i < n - 1; i++) bends[i] = Math.abs(next[i - 1] - 2 * next[i] + next[i + 1]) + least;
    if (round === 0) for (let i = 1; i < n - 1; i++) bends[i] = Math.max(bends[i], size * 0.02);
    x = next;
  }
  return [...x];
}

function spread(y: readonly number[]): number {
  let low = Infinity;
  let high = -Infinity;
  for (const v of y) {
    low = Math.min(low, v);
    high = Math.max(high, v);
  }
  return high - low;
}

/** (W + lambda D' diag(1 / bends) D) x = W y by LDL' of a matrix with two diagonals beside the main one. */
function solve(
  y: readonly number[],
  w: Float64Array,
  bends: Float64Array,
  lambda: number | readonly number[],
): Float64Array {
  const n = y.length;
  const main = Float64Array.from(w);
  const one = new Float64Array(n);
  const two = new Float64Array(n);
  for (let i = 1; i < n - 1; i++) {
    const k = (typeof lambda === 'number' ? lambda : lambda[i]) / bends[i];
    main[i - 1] += k;
    main[i] += 4 * k;
    main[i + 1] += k;
    one[i - 1] -= 2 * k;
    one[i] -= 2 * k;
    two[i - 1] += k;
  }
  const x = Float64Array.from({ length: n }, (_, i) => w[i] * y[i]);
  const l1 = new Float64Array(n);
  const l2 = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const a = i > 0 ? l1[i - 1] : 0;
    const b = i > 1 ? l2[i - 2] : 0;
    const d = main[i] - (i > 0 ? a * a * main[i - 1] : 0) - (i > 1 ? b * b * main[i - 2] : 0);
    main[i] = d;
    l1[i] = (one[i] - (i > 0 ? l2[i - 1] * l1[i - 1] * main[i - 1] : 0)) / d;
    l2[i] = two[i] / d;
    x[i] -= (i > 0 ? a * x[i - 1] : 0) + (i > 1 ? b * x[i - 2] : 0);
  }
  for (let i = 0; i < n; i++) x[i] /= main[i];
  for (let i = n - 2; i >= 0; i--) x[i] -= l1[i] * x[i + 1] + (i + 2 < n ? l2[i] * x[i + 2] : 0);
  return x;
}
