/**
 * The optimiser as part of the graph: AdamW (Loshchilov and Hutter 2019, "Decoupled weight decay regularization",
 * on Kingma and Ba 2015, "Adam"), clipping of the global gradient norm, and an exponential moving average of the
 * weights. What changes from step to step comes in as single numbers that `adamScalars` computes:
 *
 *     m'     = beta1 m + (1 - beta1) s g            s = min(1, clip / |g|), the same for all weights
 *     v'     = beta2 v + (1 - beta2) s^2 g^2
 *     theta' = keep theta - rate m' / (sqrt(v') + epsilon')
 *     keep   = 1 - lr decay                         (1 for weights that do not decay)
 *     rate   = lr sqrt(1 - beta2^t) / (1 - beta1^t),  epsilon' = epsilon sqrt(1 - beta2^t),  t = 1, 2, ...
 *
 * which is AdamW with both bias corrections, exactly: they are drawn out of the vectors into the numbers. Each
 * formula is one operator here, since a pass over all weights costs memory traffic and their order decides how
 * many passes there are.
 */
import { apply, fail, sameShape, type Operator, type Tensor, type TensorType } from '../graph.ts';

/** Numbers of the optimiser that stay the same throughout a run. */
export interface AdamW {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}
export const ADAMW: AdamW = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

/**
 * The step's numbers for one part.
 * @param t how many steps these moments have seen, this one included: 1 at the first
 * @param lr learning rate; decay: decoupled weight decay, per step `lr * decay` of the weight
 */
export function adamScalars(
  adam: AdamW,
  t: number,
  lr: number,
  decay: number,
): { rate: number; epsilon: number; keep: number } {
  const second = Math.sqrt(1 - adam.beta2 ** t);
  return {
    rate: (lr * second) / (1 - adam.beta1 ** t),
    epsilon: adam.epsilon * second,
    keep: 1 - lr * decay,
  };
}

const allFloat = (name: string, inputs: readonly TensorType[]): void => {
  if (inputs.some((t) => t.dtype !== 'float32')) fail(name, inputs, 'all operands must be float32');
};
const alike = (name: string, inputs: readonly TensorType[], vectors: number): void => {
  allFloat(name, inputs);
  if (inputs.slice(1, vectors).some((t) => !sameShape(t.shape, inputs[0].shape)))
    fail(name, inputs, 'the vectors differ in length');
  if (inputs.slice(vectors).some((t) => t.shape.length !== 0))
    fail(name, inputs, `all but the first ${vectors} must be single numbers`);
};

// Inputs: theta, g, m, v, s, rate, epsilon [, keep]. Outputs: theta', m', v'.
const adamwOperator: Operator<{ beta1: number; beta2: number }> = {
  name: 'adamw',
  infer(inputs) {
    alike('adamw', inputs, 4);
    return [inputs[0], inputs[0], inputs[0]];
  },
  emit(e, { attributes: { beta1, beta2 } }, [theta, g, m, v, s, rate, epsilon, keep]) {
    const op = (type: string, ...inputs: string[]): string => e.node(type, inputs)[0];
    const toFirst = e.once(`adamw first ${s} ${beta1}`, () => op('Mul', s, e.floats([1 - beta1])));
    const toSecond = e.once(`adamw second ${s} ${beta2}`, () =>
      op('Mul', op('Mul', s, s), e.floats([1 - beta2])),
    );
    const m2 = op('Add', op('Mul', m, e.floats([beta1])), op('Mul', g, toFirst));
    const v2 = op('Add', op('Mul', v, e.floats([beta2])), op('Mul', op('Mul', g, g), toSecond));
    const change = op('Div', op('Mul', m2, rate), op('Add', op('Sqrt', v2), epsilon));
    return [op('Sub', keep ? op('Mul', theta, keep) : theta, change), m2, v2];
  },
  evaluate([theta, g, m, v, s, rate, epsilon, keep], { beta1, beta2 }) {
    const k = keep?.data[0] ?? 1;
    const m2 = m.data.map((x, i) => beta1 * x + (1 - beta1) * s.data[0] * g.data[i]);
    const v2 = v.data.map((x, i) => beta2 * x + (1 - beta2) * (s.data[0] * g.data[i]) ** 2);
    return [
      theta.data.map((x, i) => k * x - (rate.data[0] * m2[i]) / (Math.sqrt(v2[i]) + epsilon.data[0])),
      m2,
      v2,
    ];
  },
};

export interface AdamScalars {
  /** Factor on the gradient, from `clipFactor`. */
  readonly scale: Tensor;
  readonly rate: Tensor;
  readonly epsilon: Tensor;
  /** null: these weights do not decay. */
  readonly keep: Tensor | null;
}

/** One update of a vector of weights. All vectors [n], all scalars []. */
export function adamw(
  theta: Tensor,
  g: Tensor,
  m: Tensor,
  v: Tensor,
  { scale, rate, epsilon, keep }: AdamScalars,
  { beta1, beta2 }: AdamW = ADAMW,
): { theta: Tensor; m: Tensor; v: Tensor } {
  const inputs = [theta, g, m, v, scale, rate, epsilon, ...(keep ? [keep] : [])];
  const [theta2, m2, v2] = theta.graph.apply(adamwOperator, inputs, { beta1, beta2 });
  return { theta: theta2, m: m2, v: v2 };
}

// Inputs: the vectors. Output: the root of the sum of all squares.
const globalNormOperator: Operator = {
  name: 'globalNorm',
  infer(inputs) {
    allFloat('globalNorm', inputs);
    return [{ shape: [], dtype: 'float32' }];
  },
  emit(e, _node, inputs) {
    const squares = inputs.map((x) => e.node('ReduceSumSquare', [x], { keepdims: 0 })[0]);
    const total = squares.length > 1 ? e.node('Sum', squares)[0] : squares[0];
    return e.node('Sqrt', [total]);
  },
  evaluate: (inputs) => [
    Float64Array.of(
      Math.sqrt(inputs.reduce((sum, x) => sum + x.data.reduce((a, value) => a + value * value, 0), 0)),
    ),
  ],
};
/** Length of all vectors taken together: sqrt of the sum of all squares, []. */
export const globalNorm = (vectors: readonly Tensor[]): Tensor => apply(globalNormOperator, vectors, {});

const clipFactorOperator: Operator = {
  name: 'clipFactor',
  infer(inputs) {
    alike('clipFactor', inputs, 0);
    return [inputs[0]];
  },
  emit: (e, _node, [norm, limit]) => e.node('Min', [e.node('Div', [limit, norm])[0], e.floats([1])]),
  evaluate: ([norm, limit]) => [Float64Array.of(Math.min(1, limit.data[0] / norm.data[0]))],
};
/** min(1, limit / norm): the factor that shortens a gradient of length `norm` to `limit` at most. Both []. */
export const clipFactor = (norm: Tensor, limit: Tensor): Tensor =>
  apply(clipFactorOperator, [norm, limit], {});

const towardsOperator: Operator = {
  name: 'towards',
  infer(inputs) {
    alike('towards', inputs, 2);
    return [inputs[0]];
  },
  emit(e, _node, [from, to, share]) {
    const [way] = e.node('Sub', [to, from]);
    return e.node('Add', [from, e.node('Mul', [way, share])[0]]);
  },
  evaluate: ([from, to, share]) => [from.data.map((x, i) => x + share.data[0] * (to.data[i] - x))],
};
/** from + share (to - from): a moving average takes this share of the new value. Vectors alike, share []. */
export const towards = (from: Tensor, to: Tensor, share: Tensor): Tensor =>
  apply(towardsOperator, [from, to, share], {});
