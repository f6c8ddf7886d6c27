/** Sums and means over axes, and `unbroadcast`, the sum that undoes a repetition. */
import { apply, fail, sameShape, size, type Operator, type Shape, type Tensor } from '../graph.ts';
import { broadcastIndex, mul } from './arithmetic.ts';
import { expand, reshape } from './shape.ts';

/** Axes as 0..rank-1, ascending; negative ones count from the end. null = all. */
function normalAxes(name: string, t: Tensor, axes: readonly number[] | null): number[] {
  const rank = t.shape.length;
  const list = axes === null ? t.shape.map((_, i) => i) : axes.map((a) => (a < 0 ? a + rank : a));
  if (list.some((a) => !Number.isInteger(a) || a < 0 || a >= rank) || new Set(list).size !== list.length)
    fail(name, [t], `[${(axes ?? []).join(',')}] are no axes of it`);
  return list.sort((a, b) => a - b);
}

interface ReduceAttributes extends Record<string, readonly number[] | boolean> {
  axes: readonly number[];
  keep: boolean;
}
const keptShape = (shape: Shape, axes: readonly number[]): number[] =>
  shape.map((n, i) => (axes.includes(i) ? 1 : n));

function reducer(name: string, opType: string, mean: boolean): Operator<ReduceAttributes> {
  const factor = (shape: Shape, axes: readonly number[]) =>
    mean ? 1 / axes.reduce((n, a) => n * shape[a], 1) : 1;
  return {
    name,
    infer(inputs, { axes, keep }) {
      if (inputs[0].dtype !== 'float32') fail(name, inputs, 'the operand must be float32');
      const { shape } = inputs[0];
      return [
        {
          shape: keep ? keptShape(shape, axes) : shape.filter((_, i) => !axes.includes(i)),
          dtype: 'float32',
        },
      ];
    },
    emit: (e, { attributes: { axes, keep } }, inputs) =>
      // No axes means all of them to ONNX; here it means none.
      axes.length === 0
        ? e.node('Identity', inputs)
        : e.node(opType, [inputs[0], e.ints(axes)], { keepdims: keep ? 1 : 0 }),
    gradient({ inputs: [x], attributes: { axes } }, [dy]) {
      const kept = reshape(dy as Tensor, keptShape(x.shape, axes));
      const k = factor(x.shape, axes);
      return [expand(k === 1 ? kept : mul(kept, k), x.shape)];
    },
    evaluate([x], { axes }) {
      const shape = keptShape(x.shape, axes);
      const index = broadcastIndex(shape, x.shape);
      const out = new Float64Array(size(shape));
      const k = factor(x.shape, axes);
      index.forEach((target, i) => (out[target] += x.data[i] * k));
      return [out];
    },
  };
}
const sumOperator = reducer('sum', 'ReduceSum', false);
const meanOperator = reducer('mean', 'ReduceMean', true);

/** Sum over axes (all when left out); `keep` leaves them as axes of 1. */
export const sum = (x: Tensor, axes: readonly number[] | null = null, keep = false): Tensor =>
  apply(sumOperator, [x], { axes: normalAxes('sum', x, axes), keep });
/** Mean over axes (all when left out); `keep` leaves them as axes of 1. */
export const mean = (x: Tensor, axes: readonly number[] | null = null, keep = false): Tensor =>
  apply(meanOperator, [x], { axes: normalAxes('mean', x, axes), keep });

/** Sums what broadcasting repeated: from the shape of a result back to the shape of an operand. */
export function unbroadcast(d: Tensor, shape: Shape): Tensor {
  if (sameShape(d.shape, shape)) return d;
  const lead = d.shape.length - shape.length;
  const axes = d.shape.flatMap((n, i) => (i < lead || (shape[i - lead] === 1 && n !== 1) ? [i] : []));
  const out = axes.length > 0 ? sum(d, axes, true) : d;
  return reshape(out, shape);
}
