/**
 * `critic`: tells photographs from what a network made, patch by patch (Isola et al. 2017, arXiv 1611.07004). It is
 * for training only: the generator learns from its verdicts and from its features. Its weights are divided by
 * their largest singular value (Miyato et al. 2018, arXiv 1802.05957), so that it stays smooth under a hinge loss;
 * the value is found anew at each step by a few rounds of power iteration from a fixed vector, so nothing but
 * weights has to be kept and a resumed run goes on exactly.
 */
import type { Tensor } from '../../app/graph/graph.ts';
import type { Scope } from '../../app/graph/scope.ts';
import { leakyRelu } from '../../app/graph/ops/activation.ts';
import { div, mul, sub } from '../../app/graph/ops/arithmetic.ts';
import { conv2d } from '../../app/graph/ops/conv.ts';
import { sqrt, square, stopGradient } from '../../app/graph/ops/elementwise.ts';
import { matmul } from '../../app/graph/ops/matmul.ts';
import { sum } from '../../app/graph/ops/reduce.ts';
import { spaceToDepth } from '../../app/graph/ops/resize.ts';
import { reshape, transpose } from '../../app/graph/ops/shape.ts';
import { add } from '../../app/graph/ops/arithmetic.ts';
import { seeded } from '../../app/random.ts';
import { he, zeros } from '../initial.ts';
import type { Network, Width } from '../network.ts';

/** Channels at strides 2, 4, 8 and 16. */
const CHANNELS: Record<Width, readonly [number, number, number, number]> = {
  small: [16, 32, 64, 128],
  base: [32, 64, 128, 192],
  large: [48, 96, 192, 320],
};
const SLOPE = 0.2;
const ROUNDS = 4;

const unit = (v: Tensor): Tensor => div(v, sqrt(add(sum(square(v), null, true), 1e-12)));

/** The largest singular value of a kernel seen as a matrix [out, in * kh * kw]; its vectors carry no gradient. */
export function spectralNorm(weight: Tensor): Tensor {
  const rows = weight.shape[0];
  const matrix = reshape(weight, [rows, -1]);
  const fixed = stopGradient(matrix);
  const turned = transpose(fixed, [1, 0]);
  const random = seeded(rows, 'power iteration');
  let u = weight.graph.constant(
    Array.from({ length: rows }, () => random.normal()),
    [rows, 1],
  );
  let v = unit(matmul(turned, u));
  for (let round = 1; round < ROUNDS; round++) {
    u = unit(matmul(fixed, v));
    v = unit(matmul(turned, u));
  }
  u = unit(matmul(fixed, v));
  return reshape(sum(mul(u, matmul(matrix, v))), [1, 1, 1, 1]);
}

function convolve(scope: Scope, name: string, x: Tensor, out: number, kernel: number, stride = 1): Tensor {
  const weight = scope.parameter(`${name}.weight`, [out, x.shape[1], kernel, kernel], he(SLOPE));
  const bias = scope.parameter(`${name}.bias`, [out], zeros);
  const padding = kernel % 2 === 1 ? (kernel - 1) / 2 : 0;
  return conv2d(x, div(weight, spectralNorm(weight)), { bias, stride, padding });
}

/**
 * Writes the network down.
 * @param x [N, 3, H, W] sRGB-encoded 0..1
 * @returns score [N, 1, H/16, W/16], above nought for "a photograph"; f0, f1, f2: features at strides 4, 8, 16
 */
function build(scope: Scope, x: Tensor, width: Width): Record<'score' | 'f0' | 'f1' | 'f2', Tensor> {
  const levels = CHANNELS[width];
  const cells = spaceToDepth(mul(sub(x, 0.5), 2), 2);
  let z = leakyRelu(convolve(scope, 'stem', cells, levels[0], 3), SLOPE);
  const features: Tensor[] = [];
  for (let level = 1; level < levels.length; level++) {
    z = leakyRelu(convolve(scope, `down${level}`, z, levels[level], 2, 2), SLOPE);
    z = leakyRelu(convolve(scope, `mix${level}`, z, levels[level], 3), SLOPE);
    features.push(z);
  }
  const [f0, f1, f2] = features;
  return { score: convolve(scope, 'score', z, 1, 3), f0, f1, f2 };
}

export const critic: Network = {
  name: 'critic',
  task: 'Tells photographs from made-up pictures, patch by patch; for training only.',
  multiple: 16,
  margin: null,
  freezable: [],
  state: [],
  inputs: ({ batch, height, width }) => [
    { name: 'x', shape: [batch, 3, height, width], meaning: 'picture, sRGB-encoded 0..1' },
  ],
  build: (scope, { x }, width) => build(scope, x, width),
};
