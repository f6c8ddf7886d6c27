/**
 * Arithmetic, element by element, with the broadcasting of ONNX and numpy: shapes are aligned at their last axes
 * and an axis of 1 is repeated. The gradient of a repeated operand is the sum over its repetitions
 * (`unbroadcast`). Operands may be plain numbers.
 */
import {
  apply,
  fail,
  operands,
  sameShape,
  size,
  type Emitter,
  type Operand,
  type Operator,
  type Shape,
  type Tensor,
  type TensorType,
} from '../graph.ts';
import { unbroadcast } from './reduce.ts';

/** The common shape, or null when the shapes do not fit. */
export function broadcast(a: Shape, b: Shape): number[] | null {
  const rank = Math.max(a.length, b.length);
  const out: number[] = [];
  for (let i = 0; i < rank; i++) {
    const x = a[a.length - rank + i] ?? 1;
    const y = b[b.length - rank + i] ?? 1;
    if (x !== y && x !== 1 && y !== 1) return null;
    out.push(Math.max(x, y));
  }
  return out;
}

/** For each element of `out`, the index of the element of an operand of shape `from` that is repeated there. */
export function broadcastIndex(from: Shape, out: Shape): Int32Array {
  const strides = new Array<number>(out.length).fill(0);
  let stride = 1;
  for (let i = out.length - 1, j = from.length - 1; j >= 0; i--, j--) {
    strides[i] = from[j] === 1 ? 0 : stride;
    stride *= from[j];
  }
  const index = new Int32Array(size(out));
  for (let k = 0; k < index.length; k++) {
    let rest = k;
    for (let i = out.length - 1; i >= 0; i--) {
      index[k] += (rest % out[i]) * strides[i];
      rest = Math.floor(rest / out[i]);
    }
  }
  return index;
}

/**
 * A single number beside a tensor whose last axis is 1 gets as many axes: onnxruntime then takes the tensor in one go,
 * where it would go from element to element (ten times as long).
 */
function ranked(e: Emitter, name: string, number: TensorType, beside: TensorType): string {
  const rank = beside.shape.length;
  if (number.shape.length > 0 || rank === 0 || beside.shape[rank - 1] !== 1) return name;
  const axes = e.ints(beside.shape.map(() => 1));
  return e.once(`ranked:${name}:${rank}`, () => e.node('Reshape', [name, axes])[0]);
}

type Rule = (a: Tensor, b: Tensor, dy: Tensor, y: Tensor) => [Tensor | null, Tensor | null];

/** A binary operator from its formula and the gradients of both operands (before un-broadcasting). */
function binary(name: string, opType: string, f: (a: number, b: number) => number, rule: Rule): Operator {
  return {
    name,
    infer(inputs) {
      const [a, b] = inputs;
      if (a.dtype !== 'float32' || b.dtype !== 'float32') fail(name, inputs, 'both operands must be float32');
      const shape = broadcast(a.shape, b.shape);
      if (!shape) fail(name, inputs, 'the shapes do not broadcast');
      return [{ shape, dtype: 'float32' }];
    },
    emit: (e, { inputs: [a, b] }, [x, y]) => e.node(opType, [ranked(e, x, a, b), ranked(e, y, b, a)]),
    gradient(node, [dy]) {
      const [a, b] = node.inputs;
      const [da, db] = rule(a, b, dy as Tensor, node.outputs[0]);
      return [da && unbroadcast(da, a.shape), db && unbroadcast(db, b.shape)];
    },
    evaluate([a, b], _attributes, [out]) {
      const ia = broadcastIndex(a.shape, out.shape);
      const ib = broadcastIndex(b.shape, out.shape);
      return [Float64Array.from(ia, (_, k) => f(a.data[ia[k]], b.data[ib[k]]))];
    },
  };
}

const addOperator = binary(
  'add',
  'Add',
  (a, b) => a + b,
  (_a, _b, dy) => [dy, dy],
);
const subOperator = binary(
  'sub',
  'Sub',
  (a, b) => a - b,
  (_a, _b, dy) => [dy, neg(dy)],
);
const mulOperator = binary(
  'mul',
  'Mul',
  (a, b) => a * b,
  (a, b, dy) => [mul(dy, b), mul(dy, a)],
);
// d(a/b)/db = -a/b^2 = -y/b
const divOperator = binary(
  'div',
  'Div',
  (a, b) => a / b,
  (_a, b, dy, y) => {
    const da = div(dy, b);
    return [da, neg(mul(da, y))];
  },
);

/**
 * What an operand repeats (see `expand` in shape.ts), where the other operand alone makes the result as large: the
 * runtime then repeats while it computes, and nothing is written out. Gradients of means are full of these.
 */
function lean(t: Tensor, other: Tensor): Tensor {
  if (t.origin.kind !== 'node' || t.origin.node.operator.name !== 'expand') return t;
  const [repeated] = t.origin.node.inputs;
  const whole = broadcast(t.shape, other.shape);
  const without = broadcast(repeated.shape, other.shape);
  return whole && without && sameShape(whole, without) ? repeated : t;
}
function applyLean(operator: Operator, left: Operand, right: Operand): Tensor {
  const [a, b] = operands(operator.name, [left, right]).tensors;
  const thin = lean(a, b);
  return apply(operator, [thin, lean(b, thin)], {});
}

/** a + b */
export const add = (a: Operand, b: Operand): Tensor => applyLean(addOperator, a, b);
/** a - b */
export const sub = (a: Operand, b: Operand): Tensor => applyLean(subOperator, a, b);
/** a * b, element by element */
export const mul = (a: Operand, b: Operand): Tensor => applyLean(mulOperator, a, b);
/** a / b, element by element; b = 0 gives an infinity, as in ONNX */
export const div = (a: Operand, b: Operand): Tensor => applyLean(divOperator, a, b);

const negOperator: Operator = {
  name: 'neg',
  infer(inputs) {
    if (inputs[0].dtype !== 'float32') fail('neg', inputs, 'the operand must be float32');
    return [inputs[0]];
  },
  emit: (e, _node, inputs) => e.node('Neg', inputs),
  gradient: (_node, [dy]) => [neg(dy as Tensor)],
  evaluate: ([a]) => [a.data.map((v) => -v)],
};
/** -a */
export const neg = (a: Operand): Tensor => apply(negOperator, [a], {});
