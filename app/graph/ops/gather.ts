/**
 * Look-ups whose indices are given at run time as int64: gather, embedding, one-hot, and the place of the largest
 * element.
 */
import { apply, fail, size, type Operator, type Shape, type Tensor } from '../graph.ts';
import { needFloats } from './elementwise.ts';
import { normalAxis } from './shape.ts';

const before = (shape: Shape, axis: number): number => size(shape.slice(0, axis));
const behind = (shape: Shape, axis: number): number => size(shape.slice(axis + 1));

const gatherOperator: Operator<{ axis: number }> = {
  name: 'gather',
  infer(inputs, { axis }) {
    const [x, indices] = inputs;
    if (indices.dtype !== 'int64') fail('gather', inputs, 'the indices must be int64');
    return [
      { shape: [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)], dtype: x.dtype },
    ];
  },
  emit: (e, { attributes: { axis } }, inputs) => e.node('Gather', inputs, { axis }),
  gradient: ({ inputs: [x, indices], attributes: { axis } }, [dy]) => [
    apply(scatterOperator, [indices, dy as Tensor], { axis, shape: x.shape }),
    null,
  ],
  evaluate([x, indices], { axis }, [out]) {
    const data = new Float64Array(size(out.shape));
    const [inner, n] = [behind(x.shape, axis), indices.data.length];
    for (let o = 0; o < before(x.shape, axis); o++)
      indices.data.forEach((index, k) => {
        const from = (o * x.shape[axis] + index) * inner;
        data.set(x.data.subarray(from, from + inner), (o * n + k) * inner);
      });
    return [data];
  },
};

/** The adjoint of gather: sums each piece of dy into the place it was taken from. */
const scatterOperator: Operator<{ axis: number; shape: Shape }> = {
  name: 'gatherGradient',
  infer: (_inputs, { shape }) => [{ shape: [...shape], dtype: 'float32' }],
  emit(e, { attributes: { axis, shape }, inputs: [indices] }, names) {
    const [outer, inner, n] = [before(shape, axis), behind(shape, axis), size(indices.shape)];
    const flat = e.node('Reshape', [names[0], e.ints([n, 1])])[0];
    let d = e.node('Reshape', [names[1], e.ints([outer, n, inner])])[0];
    if (outer > 1) d = e.node('Transpose', [d], { perm: [1, 0, 2] })[0];
    d = e.node('Reshape', [d, e.ints([n, outer * inner])])[0];
    const zero = e.node('Expand', [e.floats([0]), e.ints([shape[axis], outer * inner])])[0];
    let out = e.node('ScatterND', [zero, flat, d], { reduction: 'add' })[0];
    if (outer > 1) {
      out = e.node('Reshape', [out, e.ints([shape[axis], outer, inner])])[0];
      out = e.node('Transpose', [out], { perm: [1, 0, 2] })[0];
    }
    return e.node('Reshape', [out, e.ints(shape)]);
  },
  evaluate([indices, dy], { axis, shape }) {
    const data = new Float64Array(size(shape));
    const [inner, n] = [behind(shape, axis), indices.data.length];
    for (let o = 0; o < before(shape, axis); o++)
      indices.data.forEach((index, k) => {
        for (let i = 0; i < inner; i++)
          data[(o * shape[axis] + index) * inner + i] += dy.data[(o * n + k) * inner + i];
      });
    return [data];
  },
};

/** x with `axis` replaced by the axes of `indices` (int64, each 0 .. length of the axis - 1). */
export const gather = (x: Tensor, indices: Tensor, axis = 0): Tensor =>
  apply(gatherOperator, [x, indices], { axis: normalAxis('gather', x, axis) });
/** Rows of a table [count, width] by number: [...indices, width]. */
export function embedding(table: Tensor, indices: Tensor): Tensor {
  if (table.shape.length !== 2) fail('embedding', [table, indices], 'the table must be [count, width]');
  return gather(table, indices, 0);
}

const oneHotOperator: Operator<{ depth: number }> = {
  name: 'oneHot',
  infer(inputs, { depth }) {
    if (inputs[0].dtype !== 'int64') fail('oneHot', inputs, 'the indices must be int64');
    return [{ shape: [...inputs[0].shape, depth], dtype: 'float32' }];
  },
  emit: (e, { attributes: { depth } }, [x]) =>
    e.node('OneHot', [x, e.ints([depth]), e.floats([0, 1])], { axis: -1 }),
  gradient: () => [null],
  evaluate([x], { depth }) {
    const data = new Float64Array(x.data.length * depth);
    x.data.forEach((index, k) => {
      if (index >= 0 && index < depth) data[k * depth + index] = 1;
    });
    return [data];
  },
};
/** 1 at each index and 0 elsewhere, along a new last axis of `depth`. */
export const oneHot = (indices: Tensor, depth: number): Tensor => apply(oneHotOperator, [indices], { depth });

const argMaxOperator: Operator<{ axis: number; keep: boolean }> = {
  name: 'argMax',
  infer(inputs, { axis, keep }) {
    needFloats('argMax', inputs);
    const { shape } = inputs[0];
    return [
      {
        shape: keep ? shape.map((n, i) => (i === axis ? 1 : n)) : shape.filter((_, i) => i !== axis),
        dtype: 'int64',
      },
    ];
  },
  emit: (e, { attributes: { axis, keep } }, inputs) =>
    e.node('ArgMax', inputs, { axis, keepdims: Number(keep) }),
  gradient: () => [null],
  evaluate([x], { axis }) {
    const [inner, length] = [behind(x.shape, axis), x.shape[axis]];
    return [
      Float64Array.from({ length: x.data.length / length }, (_, k) => {
        const at = Math.floor(k / inner) * length * inner + (k % inner);
        let best = 0;
        for (let i = 1; i < length; i++) if (x.data[at + i * inner] > x.data[at + best * inner]) best = i;
        return best;
      }),
    ];
  },
};
/** The place (int64) of the largest element along an axis, the first of several; no gradient. */
export const argMax = (x: Tensor, axis: number, keep = false): Tensor =>
  apply(argMaxOperator, [x], { axis: normalAxis('argMax', x, axis), keep });
