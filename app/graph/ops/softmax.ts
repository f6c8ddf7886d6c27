/** Softmax and its logarithm along an axis, both computed with the maximum taken off first, so never overflowing. */
import { apply, size, type Operator, type Shape, type Tensor } from '../graph.ts';
import { mul, sub } from './arithmetic.ts';
import { exp, needFloats } from './elementwise.ts';
import { sum } from './reduce.ts';
import { normalAxis } from './shape.ts';

/** Calls `visit` with the indices of the elements of each line along an axis. */
function eachLine(shape: Shape, axis: number, visit: (line: number[]) => void): void {
  const inner = size(shape.slice(axis + 1));
  const length = shape[axis];
  for (let o = 0; o < size(shape.slice(0, axis)); o++)
    for (let i = 0; i < inner; i++) visit(Array.from({ length }, (_, k) => (o * length + k) * inner + i));
}

function normaliser(
  name: string,
  opType: string,
  finish: (x: number, largest: number, total: number) => number,
  rule: (y: Tensor, dy: Tensor, axis: number) => Tensor,
): Operator<{ axis: number }> {
  return {
    name,
    infer(inputs) {
      needFloats(name, inputs);
      return [inputs[0]];
    },
    emit: (e, { attributes: { axis } }, inputs) => e.node(opType, inputs, { axis }),
    gradient: ({ outputs: [y], attributes: { axis } }, [dy]) => [rule(y, dy as Tensor, axis)],
    evaluate([x], { axis }) {
      const y = new Float64Array(x.data.length);
      eachLine(x.shape, axis, (line) => {
        const largest = Math.max(...line.map((k) => x.data[k]));
        const total = line.reduce((t, k) => t + Math.exp(x.data[k] - largest), 0);
        for (const k of line) y[k] = finish(x.data[k], largest, total);
      });
      return [y];
    },
  };
}
const softmaxOperator = normaliser(
  'softmax',
  'Softmax',
  (x, largest, total) => Math.exp(x - largest) / total,
  (y, dy, axis) => {
    const weighted = mul(dy, y);
    return sub(weighted, mul(y, sum(weighted, [axis], true)));
  },
);
const logSoftmaxOperator = normaliser(
  'logSoftmax',
  'LogSoftmax',
  (x, largest, total) => x - largest - Math.log(total),
  (y, dy, axis) => sub(dy, mul(exp(y), sum(dy, [axis], true))),
);

/** e^x divided by its sum along an axis. */
export const softmax = (x: Tensor, axis: number): Tensor =>
  apply(softmaxOperator, [x], { axis: normalAxis('softmax', x, axis) });
/** log(softmax(x)), finite where softmax itself is too small for a float. */
export const logSoftmax = (x: Tensor, axis: number): Tensor =>
  apply(logSoftmaxOperator, [x], { axis: normalAxis('logSoftmax', x, axis) });
