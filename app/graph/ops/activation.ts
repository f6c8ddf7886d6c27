/**
 * Activations. Each derivative is written by the output where that saves memory and passes over it: the output is
 * kept anyway, for the next layer's own gradient.
 */
import { apply, fail, type Attributes, type Operator, type Tensor } from '../graph.ts';
import { add, mul, sub } from './arithmetic.ts';
import { clip } from './compare.ts';
import { unary } from './elementwise.ts';

const plain = (
  name: string,
  opType: string,
  f: (x: number) => number,
  derivative: (x: Tensor, y: Tensor, dy: Tensor) => Tensor,
): Operator => unary<Attributes>(name, (e, _node, inputs) => e.node(opType, inputs), f, derivative);

const logistic = (x: number) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));

/**
 * 1 where y is above zero, else `slope`: what a rectifier multiplies by, and so its derivative. Written as
 * max(clip(1e30 y, 0, 1), slope), since onnxruntime runs HardSigmoid and Max vectorised and in place: 1.2 ms for
 * 2^20 numbers with the product, where Greater and Where take 2.0 ms. Only 0 < y < 1e-30 comes out between.
 */
const rectifierFactorOperator: Operator<{ slope: number }> = {
  name: 'rectifierFactor',
  infer: ([y]) => [y],
  emit(e, { attributes: { slope } }, [y]) {
    const step = e.node('HardSigmoid', [y], { alpha: { float: 1e30 }, beta: { float: 0 } });
    return slope === 0 ? step : e.node('Max', [step[0], e.floats([slope])]);
  },
  gradient: () => [null],
  evaluate: ([y], { slope }) => [y.data.map((v) => (v > 0 ? 1 : Math.fround(slope)))],
};
const rectifierFactor = (y: Tensor, slope: number): Tensor => apply(rectifierFactorOperator, [y], { slope });

const reluOperator = plain(
  'relu',
  'Relu',
  (x) => Math.max(x, 0),
  (_x, y, dy) => mul(dy, rectifierFactor(y, 0)),
);
const leakyReluOperator = unary<{ slope: number }>(
  'leakyRelu',
  (e, { attributes: { slope } }, inputs) => e.node('LeakyRelu', inputs, { alpha: { float: slope } }),
  (x, { slope }) => (x > 0 ? x : Math.fround(slope) * x),
  // The sign of y is that of x, since the slope is positive.
  (_x, y, dy, { slope }) => mul(dy, rectifierFactor(y, slope)),
);
const sigmoidOperator = plain('sigmoid', 'Sigmoid', logistic, (_x, y, dy) => mul(mul(dy, y), sub(1, y)));
const tanhOperator = plain('tanh', 'Tanh', Math.tanh, (_x, y, dy) => mul(dy, sub(1, mul(y, y))));
// log(1 + e^x) overflows as written; ONNX runtimes compute max(x, 0) + log(1 + e^-|x|).
const softplusOperator = plain(
  'softplus',
  'Softplus',
  (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  (x, _y, dy) => mul(dy, sigmoid(x)),
);
/**
 * Slope of hardSigmoid by its output: 1/6 where 0 < y < 1, else 0. By operators on one tensor, since onnxruntime takes
 * six times as long for a comparison with a number and for Where.
 */
const hardSigmoidSlopeOperator: Operator = {
  name: 'hardSigmoidSlope',
  infer: ([y]) => [y],
  emit(e, _node, [y]) {
    const [above] = e.node('HardSigmoid', [y], { alpha: { float: 1e30 }, beta: { float: 0 } });
    const [below] = e.node('HardSigmoid', [y], { alpha: { float: -1e30 }, beta: { float: 1e30 } });
    const [inside] = e.node('Mul', [above, below]);
    return e.node('HardSigmoid', [inside], { alpha: { float: 1 / 6 }, beta: { float: 0 } });
  },
  gradient: () => [null],
  evaluate: ([y]) => [y.data.map((v) => (v > 0 && v < 1 ? 1 / 6 : 0))],
};
// clip(x / 6 + 1/2, 0, 1)
const hardSigmoidOperator = unary<Attributes>(
  'hardSigmoid',
  (e, _node, inputs) => e.node('HardSigmoid', inputs, { alpha: { float: 1 / 6 }, beta: { float: 0.5 } }),
  (x) => Math.min(Math.max(x / 6 + 0.5, 0), 1),
  (_x, y, dy) => mul(dy, apply(hardSigmoidSlopeOperator, [y], {})),
);
/**
 * Slope of hardSwish: 0 below -3, 1 above 3, x/3 + 1/2 between; that is hardSigmoid(x) + x/6 where |x| < 3. Written
 * without Less and Where, which onnxruntime runs slowly.
 */
const hardSwishSlopeOperator: Operator = {
  name: 'hardSwishSlope',
  infer: ([x]) => [x],
  emit(e, _node, [x]) {
    const [gate] = e.node('HardSigmoid', [x], { alpha: { float: 1 / 6 }, beta: { float: 0.5 } });
    const [size] = e.node('Abs', [x]);
    const [inside] = e.node('HardSigmoid', [size], { alpha: { float: -1e30 }, beta: { float: 3e30 } });
    const [sixth] = e.node('Mul', [x, e.floats([1 / 6])]);
    return e.node('Add', [gate, e.node('Mul', [sixth, inside])[0]]);
  },
  gradient: () => [null],
  evaluate: ([x]) => [x.data.map((v) => (v <= -3 ? 0 : v >= 3 ? 1 : v / 3 + 0.5))],
};
const hardSwishOperator = plain(
  'hardSwish',
  'HardSwish',
  (x) => x * Math.min(Math.max(x / 6 + 0.5, 0), 1),
  (x, _y, dy) => mul(dy, apply(hardSwishSlopeOperator, [x], {})),
);

/** max(x, 0) */
export const relu = (x: Tensor): Tensor => apply(reluOperator, [x], {});
/** x above zero, slope * x below. @param slope above 0, at most 1 */
export function leakyRelu(x: Tensor, slope = 0.1): Tensor {
  if (!(slope > 0 && slope <= 1)) fail('leakyRelu', [x], `a slope of ${slope} is not in 0..1`);
  return apply(leakyReluOperator, [x], { slope });
}
/** 1 / (1 + e^-x) */
export const sigmoid = (x: Tensor): Tensor => apply(sigmoidOperator, [x], {});
/** Hyperbolic tangent */
export const tanh = (x: Tensor): Tensor => apply(tanhOperator, [x], {});
/** log(1 + e^x), finite for every x */
export const softplus = (x: Tensor): Tensor => apply(softplusOperator, [x], {});
/** clip(x / 6 + 1/2, 0, 1) */
export const hardSigmoid = (x: Tensor): Tensor => apply(hardSigmoidOperator, [x], {});
/** x * hardSigmoid(x) (Howard et al. 2019, MobileNetV3) */
export const hardSwish = (x: Tensor): Tensor => apply(hardSwishOperator, [x], {});
/** clip(x, 0, 6) */
export const relu6 = (x: Tensor): Tensor => clip(x, 0, 6);

/** Two ONNX nodes, Sigmoid and Mul, which runtimes fuse. */
const siluOperator: Operator = unary<Attributes>(
  'silu',
  (e, _node, [x]) => e.node('Mul', [x, e.node('Sigmoid', [x])[0]]),
  (x) => x * logistic(x),
  (x, y, dy) => {
    // d(x s)/dx = s + x s (1 - s) = s + y (1 - s) = y + s (1 - y)
    const s = sigmoid(x);
    return mul(dy, add(y, mul(s, sub(1, y))));
  },
);
/** x * sigmoid(x), also called swish (Elfwing et al. 2017) */
export const silu = (x: Tensor): Tensor => apply(siluOperator, [x], {});

/**
 * The Gaussian error linear unit in its tanh form (Hendrycks and Gimpel 2016, equation 2):
 * x/2 * (1 + tanh(sqrt(2/pi) * (x + 0.044715 x^3))). It differs from the form with erf by less than 5e-4.
 */
export function gelu(x: Tensor): Tensor {
  const inner = mul(mul(x, Math.sqrt(2 / Math.PI)), add(mul(mul(x, x), 0.044715), 1));
  return mul(mul(x, 0.5), add(tanh(inner), 1));
}
