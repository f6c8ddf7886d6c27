/**
 * Moving numbers about without changing them: reshape, transpose, expand, split, concat, slice. Their gradients
 * move the numbers back.
 */
import { apply, fail, operands, sameShape, size, type Operator, type Shape, type Tensor } from '../graph.ts';
import { broadcast, broadcastIndex } from './arithmetic.ts';
import { unbroadcast } from './reduce.ts';

/** Distance between neighbours along each axis. */
export function strides(shape: Shape): number[] {
  const out = new Array<number>(shape.length).fill(1);
  for (let i = shape.length - 2; i >= 0; i--) out[i] = out[i + 1] * shape[i + 1];
  return out;
}

const reshapeOperator: Operator<{ shape: Shape }> = {
  name: 'reshape',
  infer(inputs, { shape }) {
    if (size(shape) !== size(inputs[0].shape))
      fail('reshape', inputs, `[${shape.join(',')}] holds another number of elements`);
    return [{ shape: [...shape], dtype: inputs[0].dtype }];
  },
  emit: (e, { attributes }, inputs) => e.node('Reshape', [inputs[0], e.ints(attributes.shape)]),
  gradient: ({ inputs: [x] }, [dy]) => [reshape(dy as Tensor, x.shape)],
  evaluate: ([x]) => [x.data],
};
/** The same numbers under another shape of equal size; one axis may be -1 (found by itself). */
export function reshape(x: Tensor, shape: Shape): Tensor {
  const free = shape.indexOf(-1);
  const known = shape.reduce((n, d) => (d === -1 ? n : n * d), 1);
  const full = free < 0 ? [...shape] : shape.map((d, i) => (i === free ? size(x.shape) / known : d));
  return sameShape(full, x.shape) ? x : apply(reshapeOperator, [x], { shape: full });
}

const transposeOperator: Operator<{ order: readonly number[] }> = {
  name: 'transpose',
  infer(inputs, { order }) {
    const { shape, dtype } = inputs[0];
    if ([...order].sort((a, b) => a - b).some((a, i) => a !== i) || order.length !== shape.length)
      fail('transpose', inputs, `[${order.join(',')}] is no order of its axes`);
    return [{ shape: order.map((a) => shape[a]), dtype }];
  },
  emit: (e, { attributes }, inputs) => e.node('Transpose', inputs, { perm: attributes.order }),
  gradient: ({ attributes: { order } }, [dy]) => [
    transpose(
      dy as Tensor,
      order.map((_, i) => order.indexOf(i)),
    ),
  ],
  evaluate([x], { order }, [out]) {
    const from = strides(x.shape);
    const to = strides(out.shape);
    const data = new Float64Array(x.data.length);
    for (let k = 0; k < data.length; k++) {
      let index = 0;
      order.forEach((axis, i) => (index += (Math.floor(k / to[i]) % out.shape[i]) * from[axis]));
      data[k] = x.data[index];
    }
    return [data];
  },
};
/** Axes in another order: axis i of the result is axis order[i] of x. */
export const transpose = (x: Tensor, order: readonly number[]): Tensor =>
  order.every((a, i) => a === i) && order.length === x.shape.length
    ? x
    : apply(transposeOperator, [x], { order: [...order] });

const expandOperator: Operator<{ shape: Shape }> = {
  name: 'expand',
  infer(inputs, { shape }) {
    const common = broadcast(inputs[0].shape, shape);
    if (!common || !sameShape(common, shape))
      fail('expand', inputs, `cannot be repeated to [${shape.join(',')}]`);
    return [{ shape: [...shape], dtype: inputs[0].dtype }];
  },
  emit: (e, { attributes }, inputs) => e.node('Expand', [inputs[0], e.ints(attributes.shape)]),
  gradient: ({ inputs: [x] }, [dy]) => [unbroadcast(dy as Tensor, x.shape)],
  evaluate: ([x], { shape }) => [Float64Array.from(broadcastIndex(x.shape, shape), (i) => x.data[i])],
};
/** Repeats axes of 1 (and adds leading axes) until the shape is reached. */
export const expand = (x: Tensor, shape: Shape): Tensor =>
  sameShape(x.shape, shape) ? x : apply(expandOperator, [x], { shape: [...shape] });

/** An axis as 0..rank-1; negative ones count from the end. */
export function normalAxis(name: string, t: Tensor, axis: number): number {
  const found = axis < 0 ? axis + t.shape.length : axis;
  if (!Number.isInteger(found) || found < 0 || found >= t.shape.length)
    fail(name, [t], `it has no axis ${axis}`);
  return found;
}

const concatOperator: Operator<{ axis: number }> = {
  name: 'concat',
  infer(inputs, { axis }) {
    const [first] = inputs;
    for (const t of inputs)
      if (
        t.dtype !== first.dtype ||
        t.shape.length !== first.shape.length ||
        t.shape.some((n, i) => i !== axis && n !== first.shape[i])
      )
        fail('concat', inputs, `they must agree in all but axis ${axis}`);
    const length = inputs.reduce((n, t) => n + t.shape[axis], 0);
    return [{ shape: first.shape.map((n, i) => (i === axis ? length : n)), dtype: first.dtype }];
  },
  emit: (e, { attributes }, inputs) => e.node('Concat', inputs, { axis: attributes.axis }),
  gradient: ({ inputs, attributes: { axis } }, [dy]) =>
    split(
      dy as Tensor,
      inputs.map((t) => t.shape[axis]),
      axis,
    ),
  evaluate(inputs, { axis }, [out]) {
    const outer = size(out.shape.slice(0, axis));
    const data = new Float64Array(size(out.shape));
    let at = 0;
    for (let o = 0; o < outer; o++)
      for (const x of inputs) {
        const run = x.data.length / outer;
        data.set(x.data.subarray(o * run, (o + 1) * run), at);
        at += run;
      }
    return [data];
  },
};
/** Puts tensors one after the other along an axis. */
export function concat(list: readonly Tensor[], axis: number): Tensor {
  const { tensors } = operands('concat', list);
  return tensors.length === 1
    ? tensors[0]
    : apply(concatOperator, tensors, { axis: normalAxis('concat', tensors[0], axis) });
}

const splitOperator: Operator<{ sizes: readonly number[]; axis: number }> = {
  name: 'split',
  infer(inputs, { sizes, axis }) {
    const { shape, dtype } = inputs[0];
    if (sizes.reduce((a, b) => a + b, 0) !== shape[axis])
      fail('split', inputs, `[${sizes.join(',')}] does not add up to axis ${axis}`);
    return sizes.map((n) => ({ shape: shape.map((d, i) => (i === axis ? n : d)), dtype }));
  },
  emit: (e, { attributes: { sizes, axis } }, inputs) =>
    e.node('Split', [inputs[0], e.ints(sizes)], { axis }, { outputs: sizes.length }),
  gradient({ outputs, inputs: [x], attributes: { axis } }, dOutputs) {
    const parts = dOutputs.map((d, i) => d ?? expand(x.graph.constant([0], []), outputs[i].shape));
    return [concat(parts, axis)];
  },
  evaluate([x], { sizes, axis }) {
    const inner = size(x.shape.slice(axis + 1));
    const outer = size(x.shape.slice(0, axis));
    let start = 0;
    return sizes.map((n) => {
      const data = new Float64Array(outer * n * inner);
      for (let o = 0; o < outer; o++) {
        const from = (o * x.shape[axis] + start) * inner;
        data.set(x.data.subarray(from, from + n * inner), o * n * inner);
      }
      start += n;
      return data;
    });
  },
};
/** Cuts a tensor along an axis into parts of the given sizes. */
export function split(x: Tensor, sizes: readonly number[], axis: number): Tensor[] {
  if (sizes.length === 1 && sizes[0] === x.shape[normalAxis('split', x, axis)]) return [x];
  return x.graph.apply(splitOperator, [x], { sizes: [...sizes], axis: normalAxis('split', x, axis) });
}
