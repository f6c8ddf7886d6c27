/**
 * How weights start. Every function draws from the stream that belongs to the weight, so a network starts the same
 * way whatever else is in it. Shapes are [out, in per group, kernel height, kernel width] or [out, in].
 */
import type { Initial } from '../app/graph/scope.ts';
import type { Shape } from '../app/graph/graph.ts';
import type { Random } from '../app/random.ts';

const size = (shape: Shape): number => shape.reduce((product, n) => product * n, 1);
/** How many numbers are summed for one output. */
const fanIn = (shape: Shape): number => size(shape.slice(1));

export const zeros: Initial = (shape) => new Float32Array(size(shape));
/** The same number everywhere. */
export const filled =
  (value: number): Initial =>
  (shape) =>
    new Float32Array(size(shape)).fill(value);

/**
 * Normal with variance 2 / ((1 + slope^2) fan-in), which keeps the size of activations through rectifiers of that
 * slope (He et al. 2015, arXiv 1502.01852, equation 15).
 */
export const he =
  (slope = 0.1): Initial =>
  (shape, random) => {
    const sigma = Math.sqrt(2 / ((1 + slope * slope) * fanIn(shape)));
    return Float32Array.from({ length: size(shape) }, () => random.normal(0, sigma));
  };

/** Rows (or columns, where there are fewer) of length 1 and at right angles: Gram and Schmidt, twice for accuracy. */
function orthonormal(rows: number, columns: number, random: Random): Float64Array[] {
  const made: Float64Array[] = [];
  while (made.length < rows) {
    const row = Float64Array.from({ length: columns }, () => random.normal());
    for (let pass = 0; pass < 2; pass++)
      for (const other of made) {
        let dot = 0;
        for (let i = 0; i < columns; i++) dot += row[i] * other[i];
        for (let i = 0; i < columns; i++) row[i] -= dot * other[i];
      }
    const length = Math.hypot(...row);
    if (length > 1e-6) made.push(row.map((v) => v / length));
  }
  return made;
}

/**
 * Orthogonal times `gain` (Saxe et al. 2013, arXiv 1312.6120): for matrices and 1 x 1 convolutions, whose inputs
 * should neither be mixed up nor lost.
 */
export const orthogonal =
  (gain = 1): Initial =>
  (shape, random) => {
    const rows = shape[0];
    const columns = fanIn(shape);
    const few = Math.min(rows, columns);
    const many = Math.max(rows, columns);
    const basis = orthonormal(few, many, random);
    const out = new Float32Array(rows * columns);
    for (let r = 0; r < rows; r++)
      for (let c = 0; c < columns; c++)
        out[r * columns + c] = gain * (rows <= columns ? basis[r][c] : basis[c][r]);
    return out;
  };

/**
 * For a convolution that is followed by a sub-pixel rearrangement of step `r`: the r * r channels that become
 * neighbours start equal, so that up-sampling starts without a checkerboard (Aitken et al. 2017, arXiv 1707.02937).
 * They follow each other, as `depthToSpace` takes them.
 */
export const subPixel =
  (r: number, inner: Initial): Initial =>
  (shape, random) => {
    const outputs = shape[0] / (r * r);
    const one = inner([outputs, ...shape.slice(1)], random);
    const row = one.length / outputs;
    const all = new Float32Array(size(shape));
    for (let k = 0; k < shape[0]; k++) {
      const from = Math.floor(k / (r * r)) * row;
      all.set(one.subarray(from, from + row), k * row);
    }
    return all;
  };
