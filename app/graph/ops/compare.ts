/**
 * Comparing and choosing: greater, less, equal give booleans, `where` chooses by them, maximum, minimum and clip
 * choose by themselves. Gradients flow to what was chosen; where both operands are equal, to the first.
 */
import { apply, fail, size, type Operand, type Operator, type Tensor } from '../graph.ts';
import { broadcast, broadcastIndex, mul } from './arithmetic.ts';
import { cast, needFloats, unary } from './elementwise.ts';
import { unbroadcast } from './reduce.ts';

function binary(
  name: string,
  opType: string,
  dtype: 'bool' | 'float32',
  f: (a: number, b: number) => number,
  chosen: ((a: Tensor, b: Tensor, y: Tensor) => Tensor) | null,
): Operator {
  return {
    name,
    infer(inputs) {
      const [a, b] = inputs;
      if (a.dtype !== b.dtype || a.dtype === 'bool' || (dtype === 'float32' && a.dtype !== 'float32'))
        fail(name, inputs, 'both operands must be float32 (or, to be compared, int64)');
      const shape = broadcast(a.shape, b.shape);
      if (!shape) fail(name, inputs, 'the shapes do not broadcast');
      return [{ shape, dtype }];
    },
    emit: (e, _node, inputs) => e.node(opType, inputs),
    gradient({ inputs: [a, b], outputs: [y] }, [dOut]) {
      if (!chosen) return [null, null];
      const dy = dOut as Tensor;
      const first = chosen(a, b, y);
      return [unbroadcast(where(first, dy, 0), a.shape), unbroadcast(where(first, 0, dy), b.shape)];
    },
    evaluate([a, b], _attributes, [out]) {
      const ia = broadcastIndex(a.shape, out.shape);
      const ib = broadcastIndex(b.shape, out.shape);
      return [Float64Array.from(ia, (_, k) => f(a.data[ia[k]], b.data[ib[k]]))];
    },
  };
}
const greaterOperator = binary('greater', 'Greater', 'bool', (a, b) => Number(a > b), null);
const lessOperator = binary('less', 'Less', 'bool', (a, b) => Number(a < b), null);
const equalOperator = binary('equal', 'Equal', 'bool', (a, b) => Number(a === b), null);
const maximumOperator = binary('maximum', 'Max', 'float32', Math.max, (a, _b, y) => equal(a, y));
const minimumOperator = binary('minimum', 'Min', 'float32', Math.min, (a, _b, y) => equal(a, y));

/** a > b, as booleans */
export const greater = (a: Operand, b: Operand): Tensor => apply(greaterOperator, [a, b], {});
/** a < b, as booleans */
export const less = (a: Operand, b: Operand): Tensor => apply(lessOperator, [a, b], {});
/** a = b, as booleans */
export const equal = (a: Operand, b: Operand): Tensor => apply(equalOperator, [a, b], {});
/** The larger of the two, element by element */
export const maximum = (a: Operand, b: Operand): Tensor => apply(maximumOperator, [a, b], {});
/** The smaller of the two, element by element */
export const minimum = (a: Operand, b: Operand): Tensor => apply(minimumOperator, [a, b], {});

const whereOperator: Operator = {
  name: 'where',
  infer(inputs) {
    const [condition, a, b] = inputs;
    if (condition.dtype !== 'bool') fail('where', inputs, 'the condition must be bool');
    if (a.dtype !== b.dtype) fail('where', inputs, 'both choices must be of one type');
    const choices = broadcast(a.shape, b.shape);
    const shape = choices && broadcast(condition.shape, choices);
    if (!shape) fail('where', inputs, 'the shapes do not broadcast');
    return [{ shape, dtype: a.dtype }];
  },
  emit: (e, _node, inputs) => e.node('Where', inputs),
  gradient({ inputs: [condition, a, b] }, [dy]) {
    const d = dy as Tensor;
    return [null, unbroadcast(where(condition, d, 0), a.shape), unbroadcast(where(condition, 0, d), b.shape)];
  },
  evaluate([condition, a, b], _attributes, [out]) {
    const ic = broadcastIndex(condition.shape, out.shape);
    const ia = broadcastIndex(a.shape, out.shape);
    const ib = broadcastIndex(b.shape, out.shape);
    const data = new Float64Array(size(out.shape));
    for (let k = 0; k < data.length; k++) data[k] = condition.data[ic[k]] ? a.data[ia[k]] : b.data[ib[k]];
    return [data];
  },
};
/** a where the condition holds, else b; with broadcasting. What is not chosen gets a gradient of exactly 0. */
export const where = (condition: Tensor, a: Operand, b: Operand): Tensor =>
  apply(whereOperator, [condition, a, b], {});

const clipOperator = unary<{ low: number; high: number }>(
  'clip',
  (e, { attributes: { low, high } }, [x]) => e.node('Clip', [x, e.floats([low]), e.floats([high])]),
  (x, { low, high }) => Math.min(Math.max(x, low), high),
  (x, y, dy) => mul(dy, cast(equal(x, y), 'float32')),
);
/** Numbers below `low` become `low`, above `high` become `high`; no gradient flows through those. */
export function clip(x: Tensor, low: number, high: number): Tensor {
  needFloats('clip', [x]);
  if (!(low <= high)) fail('clip', [x], `${low} is above ${high}`);
  return apply(clipOperator, [x], { low: Math.fround(low), high: Math.fround(high) });
}
