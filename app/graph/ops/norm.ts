/**
 * Normalisations. Group normalisation (and instance normalisation, its case of one channel a group) is an operator
 * with a gradient rule of few passes over the picture: with mean m and r = 1 / sqrt(variance + epsilon) of each
 * group,
 *
 *     y  = x a + b             a = scale r,  b = offset - m a            (a, b: one number a channel)
 *     S1 = sum dy,  S2 = sum dy x                                        (over the pixels of a channel)
 *     doffset = S1,  dscale = r (S2 - m S1)                              (summed over the batch)
 *     dx = dy a - (x - m) r^2 Q - P,  P = mean of dy a, Q = mean of dy a (x - m)   (over the group)
 *
 * so that the backward pass reads the picture three times and writes it once or twice. The others are composed.
 */
import { apply, fail, size, type Operator, type Shape, type Tensor } from '../graph.ts';
import { add, div, mul, sub } from './arithmetic.ts';
import { needFloats, pow, sqrt, square, stopGradient } from './elementwise.ts';
import { matmul, matmulTransposed } from './matmul.ts';
import { mean, sum } from './reduce.ts';
import { reshape, transpose } from './shape.ts';

type GroupAttributes = { readonly groups: number; readonly epsilon: number };

const groupNormOperator: Operator<GroupAttributes> = {
  name: 'groupNorm',
  infer(inputs, { groups }) {
    const [x, scale, offset] = inputs;
    needFloats('groupNorm', inputs);
    const c = x.shape[1];
    if (x.shape.length !== 4) fail('groupNorm', inputs, 'pictures have four axes');
    if (!Number.isInteger(groups) || groups < 1 || c % groups !== 0)
      fail('groupNorm', inputs, `${c} channels cannot be divided into ${groups} groups`);
    if (scale.shape.join() !== `${c}` || offset.shape.join() !== `${c}`)
      fail('groupNorm', inputs, `scale and offset must be [${c}]`);
    const each = { shape: [x.shape[0], groups, 1], dtype: 'float32' } as const;
    // Mean and 1 / standard deviation come out too, for the gradient.
    return [{ shape: x.shape, dtype: 'float32' }, each, each];
  },
  emit(e, { attributes: { groups, epsilon }, inputs: [x] }, [name, scale, offset]) {
    const [n, c, h, w] = x.shape;
    const length = size(x.shape) / n / groups;
    const lines = e.node('Reshape', [name, e.ints([n, groups, length])])[0];
    const ones = e.once(`ones:${length}`, () => e.node('Expand', [e.floats([1]), e.ints([length])])[0]);
    const [normal, m, r] = e.node(
      'LayerNormalization',
      [lines, ones],
      { axis: -1, epsilon: { float: epsilon } },
      { outputs: 3 },
    );
    const picture = e.node('Reshape', [normal, e.ints([n, c, h, w])])[0];
    const channels = (v: string) => e.node('Reshape', [v, e.ints([c, 1, 1])])[0];
    const scaled = e.node('Mul', [picture, channels(scale)])[0];
    return [e.node('Add', [scaled, channels(offset)])[0], m, r];
  },
  gradient({ inputs: [x, scale], outputs: [, m, r], attributes: { groups } }, [dOut, dm, dr]) {
    if (dm || dr) fail('groupNorm', [x], 'its statistics have no gradient');
    const dy = dOut as Tensor;
    const [n, c, h, w] = x.shape;
    const [inGroup, pixels] = [c / groups, h * w];
    const count = inGroup * pixels;
    const s1 = reshape(sum(dy, [2, 3]), [n, groups, inGroup]);
    // Products of rows with rows: read as row times column they would take six times as long.
    const rows = (t: Tensor) => reshape(t, [n, c, 1, pixels]);
    const s2 = reshape(matmulTransposed(rows(dy), rows(x), false, true), [n, groups, inGroup]);
    const dScale = reshape(sum(mul(sub(s2, mul(s1, m)), r), [0]), [c]);
    const a = mul(reshape(scale, [groups, inGroup]), r);
    const p = mul(sum(mul(a, s1), [2], true), 1 / count);
    const q = mul(sub(mul(sum(mul(a, s2), [2], true), 1 / count), mul(m, p)), mul(r, r));
    // dx = dy a - (x q + (p - m q))
    const spread = (t: Tensor) =>
      reshape(mul(t, x.graph.constant(new Float32Array(inGroup).fill(1), [inGroup])), [n, c, 1, 1]);
    const dx = sub(mul(dy, spread(a)), add(mul(x, spread(q)), spread(sub(p, mul(m, q)))));
    return [dx, dScale, reshape(sum(s1, [0]), [c])];
  },
  evaluate([x, scale, offset], { groups, epsilon }) {
    const [n, c, h, w] = x.shape;
    const length = (c / groups) * h * w;
    const y = new Float64Array(x.data.length);
    const [means, factors] = [new Float64Array(n * groups), new Float64Array(n * groups)];
    for (let g = 0; g < n * groups; g++) {
      const line = x.data.subarray(g * length, (g + 1) * length);
      const m = line.reduce((t, v) => t + v, 0) / length;
      const variance = line.reduce((t, v) => t + (v - m) ** 2, 0) / length;
      const r = 1 / Math.sqrt(variance + Math.fround(epsilon));
      line.forEach((v, k) => {
        const channel = Math.floor((g * length + k) / (h * w)) % c;
        y[g * length + k] = (v - m) * r * scale.data[channel] + offset.data[channel];
      });
      means[g] = m;
      factors[g] = r;
    }
    return [y, means, factors];
  },
};

export interface NormOptions {
  /** One factor a channel, [C]. Default ones. */
  scale?: Tensor;
  /** One number a channel, [C]. Default zeros. */
  offset?: Tensor;
  /** Added to the variance. Default 1e-5. */
  epsilon?: number;
}
const perChannel = (x: Tensor, given: Tensor | undefined, value: number): Tensor =>
  given ?? x.graph.constant(new Float32Array(x.shape[1]).fill(value), [x.shape[1]]);

/** (x - mean) / sqrt(variance + epsilon) over each group of channels of each picture (Wu and He 2018). */
export function groupNorm(x: Tensor, groups: number, options: NormOptions = {}): Tensor {
  const { epsilon = 1e-5 } = options;
  const inputs = [x, perChannel(x, options.scale, 1), perChannel(x, options.offset, 0)];
  return apply(groupNormOperator, inputs, { groups, epsilon });
}
/** Group normalisation with every channel a group of its own (Ulyanov et al. 2016). */
export const instanceNorm = (x: Tensor, options: NormOptions = {}): Tensor =>
  groupNorm(x, x.shape[1], options);

const asChannels = (x: Tensor, v: Tensor): Tensor =>
  reshape(v, [v.shape[0], ...x.shape.slice(2).map(() => 1)]);
function scaled(x: Tensor, normal: Tensor, { scale, offset }: NormOptions): Tensor {
  const y = scale ? mul(normal, asChannels(x, scale)) : normal;
  return offset ? add(y, asChannels(x, offset)) : y;
}

/** Normalises the channels of each pixel by themselves (layer normalisation as transformers have it). */
export function layerNorm(x: Tensor, options: NormOptions = {}): Tensor {
  const centred = sub(x, mean(x, [1], true));
  const variance = mean(square(centred), [1], true);
  return scaled(x, div(centred, sqrt(add(variance, options.epsilon ?? 1e-5))), options);
}

/**
 * Batch normalisation with the statistics of this batch, as in training (Ioffe and Szegedy 2015).
 * @returns y, and the mean and (biased) variance [C] of the batch, through which no gradient flows, for the moving
 *   averages
 */
export function batchNormTraining(
  x: Tensor,
  options: NormOptions = {},
): { y: Tensor; mean: Tensor; variance: Tensor } {
  const m = mean(x, [0, 2, 3], true);
  const centred = sub(x, m);
  const variance = mean(square(centred), [0, 2, 3], true);
  const c = [x.shape[1]];
  return {
    y: scaled(x, div(centred, sqrt(add(variance, options.epsilon ?? 1e-5))), options),
    mean: reshape(stopGradient(m), c),
    variance: reshape(stopGradient(variance), c),
  };
}

/** Batch normalisation with stored statistics [C], as in use: one factor and one sum a channel. */
export function batchNormInference(
  x: Tensor,
  statistics: { mean: Tensor; variance: Tensor },
  options: NormOptions = {},
): Tensor {
  const { scale, offset, epsilon = 1e-5 } = options;
  const r = pow(add(statistics.variance, epsilon), -0.5);
  const a = scale ? mul(scale, r) : r;
  const shift = mul(statistics.mean, a);
  const b = offset ? sub(offset, shift) : mul(shift, -1);
  return add(mul(x, asChannels(x, a)), asChannels(x, b));
}

/**
 * Spectral normalisation: the weight divided by an estimate of its largest singular value, one step of power
 * iteration better at each use (Miyato et al. 2018, algorithm 1).
 * @param w a weight whose first axis is the output, seen as a matrix [Cout, rest]
 * @param u [Cout], carried from step to step; start from a random direction
 * @returns the normalised weight, the new u (to be stored), and the estimate sigma (shape []). Gradients flow
 *   through the weight and sigma, not through u.
 */
export function spectralNorm(
  w: Tensor,
  u: Tensor,
  epsilon = 1e-12,
): { weight: Tensor; u: Tensor; sigma: Tensor } {
  const rows = w.shape[0];
  if (u.shape.join() !== `${rows}`) fail('spectralNorm', [w, u], `u must be [${rows}]`);
  const matrix = reshape(w, [rows, -1]);
  const frozen = stopGradient(matrix);
  const unit = (t: Tensor) => div(t, sqrt(add(sum(square(t)), epsilon)));
  const v = unit(matmul(reshape(stopGradient(u), [1, rows]), frozen));
  const next = unit(matmul(frozen, transpose(v, [1, 0])));
  const sigma = reshape(matmul(matmul(transpose(next, [1, 0]), matrix), transpose(v, [1, 0])), [] as Shape);
  return { weight: div(w, sigma), u: reshape(next, [rows]), sigma };
}
