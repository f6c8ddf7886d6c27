/**
 * Taking parts and putting them back: slice, pad, take (indices known when the graph is built), gather and one-hot
 * (indices given at run time), embedding. The gradient of each is its adjoint: what was taken from a place is
 * summed into that place.
 */
import { apply, fail, size, type Operator, type Shape, type Tensor } from '../graph.ts';
import { needFloats } from './elementwise.ts';
import { matmul } from './matmul.ts';
import { normalAxis, reshape, strides, transpose } from './shape.ts';

/** Copies elements: element k of the result is element `from(position of k)` of x, or `fill` where that is null. */
function copied(
  x: { shape: Shape; data: Float64Array },
  out: Shape,
  from: (position: readonly number[]) => readonly number[] | null,
  fill = 0,
): Float64Array {
  const at = strides(x.shape);
  const to = strides(out);
  return Float64Array.from({ length: size(out) }, (_, k) => {
    const source = from(to.map((stride, i) => Math.floor(k / stride) % out[i]));
    return source ? x.data[source.reduce((sum, p, i) => sum + p * at[i], 0)] : fill;
  });
}

type SliceAttributes = {
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  readonly steps: readonly number[];
};
const sliceOperator: Operator<SliceAttributes> = {
  name: 'slice',
  infer(inputs, { starts, ends, steps }) {
    const { shape, dtype } = inputs[0];
    if (starts.some((s, i) => s < 0 || ends[i] > shape[i] || s >= ends[i] || !(steps[i] >= 1)))
      fail('slice', inputs, `from [${starts.join(',')}] to [${ends.join(',')}] is not inside it`);
    return [{ shape: shape.map((_, i) => Math.ceil((ends[i] - starts[i]) / steps[i])), dtype }];
  },
  emit(e, { attributes: { starts, ends, steps }, inputs: [x] }, [name]) {
    const axes = x.shape.flatMap((n, i) => (starts[i] > 0 || ends[i] < n || steps[i] > 1 ? [i] : []));
    const of = (list: readonly number[]) => e.ints(axes.map((i) => list[i]));
    const plain = axes.every((i) => steps[i] === 1);
    return e.node('Slice', [name, of(starts), of(ends), e.ints(axes), ...(plain ? [] : [of(steps)])]);
  },
  gradient({ inputs: [x], attributes: { starts, steps } }, [dOut]) {
    let d = dOut as Tensor;
    const rank = x.shape.length;
    // Steps: every element is followed by step - 1 zeros, then what is too long is cut.
    for (let i = 0; i < rank; i++) {
      if (steps[i] === 1) continue;
      const { shape } = d;
      const spread = [...shape.slice(0, i + 1), 1, ...shape.slice(i + 1)];
      const after = spread.map((_, k) => (k === i + 1 ? steps[i] - 1 : 0));
      d = pad(
        reshape(d, spread),
        spread.map(() => 0),
        after,
      );
      d = reshape(d, [...shape.slice(0, i), shape[i] * steps[i], ...shape.slice(i + 1)]);
      const length = Math.min(d.shape[i], x.shape[i] - starts[i]);
      d = slice(
        d,
        d.shape.map((n, k) => [0, k === i ? length : n]),
      );
    }
    const after = x.shape.map((n, i) => n - starts[i] - d.shape[i]);
    return [pad(d, starts, after)];
  },
  evaluate: ([x], { starts, steps }, [out]) => [
    copied(x, out.shape, (position) => position.map((p, i) => starts[i] + p * steps[i])),
  ],
};
/** [start, end) of an axis, every `step`-th; negative numbers count from the end. */
export type Range = readonly [start: number, end: number, step?: number];
/**
 * A block of a tensor: `slice(x, [null, [0, 3]])` is the first three channels of all pictures.
 * @param ranges one for each axis from the first; null, or nothing, means all of it
 */
export function slice(x: Tensor, ranges: readonly (Range | null)[]): Tensor {
  const bound = (n: number, v: number) => (v < 0 ? v + n : Math.min(v, n));
  const starts = x.shape.map((n, i) => bound(n, ranges[i]?.[0] ?? 0));
  const ends = x.shape.map((n, i) => bound(n, ranges[i]?.[1] ?? n));
  const steps = x.shape.map((_, i) => ranges[i]?.[2] ?? 1);
  if (ranges.length > x.shape.length) fail('slice', [x], `${ranges.length} ranges are too many`);
  if (x.shape.every((n, i) => starts[i] === 0 && ends[i] === n && steps[i] === 1)) return x;
  return apply(sliceOperator, [x], { starts, ends, steps });
}

export type PadMode = 'constant' | 'reflect' | 'edge';
type PadAttributes = {
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly mode: PadMode;
  readonly value: number;
};
/** Where the element at `p` of an axis of `n` comes from; null: from outside. */
function padSource(p: number, n: number, mode: PadMode): number | null {
  if (p >= 0 && p < n) return p;
  if (mode === 'constant') return null;
  if (mode === 'edge') return p < 0 ? 0 : n - 1;
  return p < 0 ? -p : 2 * (n - 1) - p;
}
const padOperator: Operator<PadAttributes> = {
  name: 'pad',
  infer(inputs, { before, after, mode }) {
    const { shape } = inputs[0];
    needFloats('pad', inputs);
    const widths = [...before, ...after];
    if (before.length !== shape.length || after.length !== shape.length)
      fail('pad', inputs, `[${before.join(',')}] and [${after.join(',')}] must name every axis`);
    if (widths.some((p) => !Number.isInteger(p) || p < 0))
      fail('pad', inputs, `[${widths.join(',')}] must be whole numbers from 0 on; slice cuts`);
    if (mode === 'reflect' && shape.some((n, i) => Math.max(before[i], after[i]) >= n))
      fail('pad', inputs, `a reflection is shorter than [${widths.join(',')}]`);
    return [{ shape: shape.map((n, i) => n + before[i] + after[i]), dtype: 'float32' }];
  },
  emit(e, { attributes: { before, after, mode, value } }, [x]) {
    const widths = e.ints([...before, ...after]);
    return e.node('Pad', value === 0 ? [x, widths] : [x, widths, e.floats([value])], { mode });
  },
  gradient({ inputs: [x], attributes: { before, after, mode } }, [dOut]) {
    let d = dOut as Tensor;
    if (mode === 'constant')
      return [
        slice(
          d,
          x.shape.map((n, i) => [before[i], before[i] + n]),
        ),
      ];
    x.shape.forEach((n, axis) => {
      if (before[axis] === 0 && after[axis] === 0) return;
      const sources = Array.from({ length: d.shape[axis] }, (_, k) => padSource(k - before[axis], n, mode));
      d = contractAxis(d, adjoint(sources as number[], n), n, axis);
    });
    return [d];
  },
  evaluate: ([x], { before, mode, value }, [out]) => [
    copied(
      x,
      out.shape,
      (position) => {
        const from = position.map((p, i) => padSource(p - before[i], x.shape[i], mode));
        return from.includes(null) ? null : (from as number[]);
      },
      value,
    ),
  ],
};
/**
 * Wider by `before` and `after` elements along each axis.
 * @param mode what stands there: `value`, the mirror image without the edge itself, or the edge repeated
 */
export const pad = (
  x: Tensor,
  before: readonly number[],
  after: readonly number[],
  mode: PadMode = 'constant',
  value = 0,
): Tensor =>
  [...before, ...after].every((p) => p === 0)
    ? x
    : apply(padOperator, [x], { before: [...before], after: [...after], mode, value });
/** `pad` of the two picture axes: [top, left, bottom, right]. */
export const padPicture = (
  x: Tensor,
  [top, left, bottom, right]: readonly [number, number, number, number],
  mode: PadMode = 'constant',
  value = 0,
): Tensor => pad(x, [0, 0, top, left], [0, 0, bottom, right], mode, value);

/** The 0/1 matrix [n, sources] that sums elements back to where they were taken from. */
function adjoint(sources: readonly number[], n: number): Float32Array {
  const matrix = new Float32Array(n * sources.length);
  sources.forEach((source, k) => (matrix[source * sources.length + k] = 1));
  return matrix;
}

/** Multiplies along one axis with a constant matrix [rows, length of the axis], which becomes `rows` long. */
export function contractAxis(x: Tensor, matrix: Float32Array, rows: number, axis: number): Tensor {
  const rank = x.shape.length;
  const columns = x.shape[axis];
  if (axis === rank - 1) {
    const across = new Float32Array(matrix.length);
    for (let r = 0; r < rows; r++)
      for (let c = 0; c < columns; c++) across[c * rows + r] = matrix[r * columns + c];
    return rank === 1
      ? reshape(matmul(reshape(x, [1, columns]), x.graph.constant(across, [columns, rows])), [rows])
      : matmul(x, x.graph.constant(across, [columns, rows]));
  }
  if (axis === rank - 2) return matmul(x.graph.constant(matrix, [rows, columns]), x);
  const last = x.shape.map((_, i) => (i === axis ? rank - 1 : i === rank - 1 ? axis : i));
  return transpose(contractAxis(transpose(x, last), matrix, rows, rank - 1), last);
}

type TakeAttributes = { readonly indices: readonly number[]; readonly axis: number };
const takeOperator: Operator<TakeAttributes> = {
  name: 'take',
  infer(inputs, { indices, axis }) {
    const { shape, dtype } = inputs[0];
    if (indices.some((i) => !Number.isInteger(i) || i < 0 || i >= shape[axis]))
      fail('take', inputs, `axis ${axis} has no places [${indices.join(',')}]`);
    return [{ shape: shape.map((n, i) => (i === axis ? indices.length : n)), dtype }];
  },
  emit: (e, { attributes: { indices, axis } }, [x]) => e.node('Gather', [x, e.ints(indices)], { axis }),
  gradient: ({ inputs: [x], attributes: { indices, axis } }, [dy]) => [
    contractAxis(dy as Tensor, adjoint(indices, x.shape[axis]), x.shape[axis], axis),
  ],
  evaluate: ([x], { indices, axis }, [out]) => [
    copied(x, out.shape, (position) => position.map((p, i) => (i === axis ? indices[p] : p))),
  ],
};
/** The elements at `indices` along an axis, in that order; places may be repeated or left out. */
export const take = (x: Tensor, indices: readonly number[], axis: number): Tensor =>
  apply(takeOperator, [x], { indices: [...indices], axis: normalAxis('take', x, axis) });
