/**
 * Functions of one number, applied to each element: exp, log, powers, abs, sign, rounding away of gradients.
 * Each is its formula, its ONNX operator and its derivative.
 */
import {
  apply,
  fail,
  type Attributes,
  type DType,
  type Operator,
  type Tensor,
  type TensorType,
} from '../graph.ts';
import { div, mul, neg } from './arithmetic.ts';

/** Refuses operands that are not float32. */
export function needFloats(name: string, inputs: readonly TensorType[]): void {
  if (inputs.some((t) => t.dtype !== 'float32')) fail(name, inputs, 'the operand must be float32');
}

/**
 * An operator on each element.
 * @param derivative dLoss/dx from x, y and dLoss/dy; null where it is zero almost everywhere
 */
export function unary<A extends Attributes>(
  name: string,
  emit: Operator<A>['emit'],
  f: (x: number, attributes: A) => number,
  derivative: (x: Tensor, y: Tensor, dy: Tensor, attributes: A) => Tensor | null,
): Operator<A> {
  return {
    name,
    infer(inputs) {
      needFloats(name, inputs);
      return [inputs[0]];
    },
    emit,
    gradient: ({ inputs: [x], outputs: [y], attributes }, [dy]) => [
      derivative(x, y, dy as Tensor, attributes),
    ],
    evaluate: ([x], attributes) => [x.data.map((v) => f(v, attributes))],
  };
}
/** The usual case: one ONNX node without attributes. */
const plain = (
  name: string,
  opType: string,
  f: (x: number) => number,
  derivative: (x: Tensor, y: Tensor, dy: Tensor) => Tensor | null,
) => unary<Attributes>(name, (e, _node, inputs) => e.node(opType, inputs), f, derivative);

const expOperator = plain('exp', 'Exp', Math.exp, (_x, y, dy) => mul(dy, y));
const logOperator = plain('log', 'Log', Math.log, (x, _y, dy) => div(dy, x));
const sqrtOperator = plain('sqrt', 'Sqrt', Math.sqrt, (_x, y, dy) => div(mul(dy, 0.5), y));
const reciprocalOperator = plain(
  'reciprocal',
  'Reciprocal',
  (x) => 1 / x,
  (_x, y, dy) => neg(mul(dy, mul(y, y))),
);
const absOperator = plain('abs', 'Abs', Math.abs, (x, _y, dy) => mul(dy, sign(x)));
const signOperator = plain('sign', 'Sign', Math.sign, () => null);
const squareOperator = unary<Attributes>(
  'square',
  (e, _node, [x]) => e.node('Mul', [x, x]),
  (x) => x * x,
  (x, _y, dy) => mul(mul(dy, 2), x),
);
const powOperator = unary<{ exponent: number }>(
  'pow',
  (e, { attributes }, [x]) => e.node('Pow', [x, e.floats([attributes.exponent])]),
  (x, { exponent }) => x ** exponent,
  (x, _y, dy, { exponent }) => mul(mul(dy, exponent), pow(x, exponent - 1)),
);
const stopOperator = unary<Attributes>(
  'stopGradient',
  (e, _node, inputs) => e.node('Identity', inputs),
  (x) => x,
  () => null,
);

/** e^x */
export const exp = (x: Tensor): Tensor => apply(expOperator, [x], {});
/** Natural logarithm; of 0 it is -Infinity, of less NaN: add or `maximum` a small number first. */
export const log = (x: Tensor): Tensor => apply(logOperator, [x], {});
/** Square root. Its gradient at 0 is infinite: add a small number first where x can be 0. */
export const sqrt = (x: Tensor): Tensor => apply(sqrtOperator, [x], {});
/** 1 / x */
export const reciprocal = (x: Tensor): Tensor => apply(reciprocalOperator, [x], {});
/** |x|; gradient 0 at 0 */
export const abs = (x: Tensor): Tensor => apply(absOperator, [x], {});
/** -1, 0 or 1; no gradient */
export const sign = (x: Tensor): Tensor => apply(signOperator, [x], {});
/** x * x */
export const square = (x: Tensor): Tensor => apply(squareOperator, [x], {});
/** x to a constant power. Of a negative x only whole powers are numbers. */
export function pow(x: Tensor, exponent: number): Tensor {
  if (exponent === 1) return x;
  if (exponent === 2) return square(x);
  return apply(powOperator, [x], { exponent });
}
/** The same numbers, through which no gradient flows. */
export const stopGradient = (x: Tensor): Tensor => apply(stopOperator, [x], {});

const castOperator: Operator<{ to: DType }> = {
  name: 'cast',
  infer: ([x], { to }) => [{ shape: x.shape, dtype: to }],
  // TensorProto.DataType: FLOAT 1, INT64 7, BOOL 9
  emit: (e, { attributes: { to } }, inputs) =>
    e.node('Cast', inputs, { to: to === 'float32' ? 1 : to === 'int64' ? 7 : 9 }),
  gradient: () => [null],
  evaluate: ([x], { to }) => [
    x.data.map((v) => (to === 'int64' ? Math.trunc(v) : to === 'bool' ? Number(v !== 0) : v)),
  ],
};
/** Another number type: float32 to int64 cuts towards zero, anything to bool is `!= 0`, true is 1. No gradient. */
export const cast = (x: Tensor, to: DType): Tensor => (x.dtype === to ? x : apply(castOperator, [x], { to }));
