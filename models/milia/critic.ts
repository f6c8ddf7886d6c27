/**
 * The critic of `milia`: tells melodies that were sung or printed from those that have been filled in, column by column and
 * as a whole. Weights are divided by their largest singular value (Miyato et al. 2018), for the hinge loss. To each
 * melody's score goes a second one, from what the melodies of the batch have in common: how often each class occurs on
 * the average and how much that differs from one to the next (Karras et al. 2018, minibatch deviation), so that
 * silence, and one melody for all, are seen at once. For training only.
 */
import type { Tensor } from '../../app/graph/graph.ts';
import type { Scope } from '../../app/graph/scope.ts';
import { leakyRelu } from '../../app/graph/ops/activation.ts';
import { add, div, mul, sub } from '../../app/graph/ops/arithmetic.ts';
import { conv2d } from '../../app/graph/ops/conv.ts';
import { sqrt, square } from '../../app/graph/ops/elementwise.ts';
import { mean } from '../../app/graph/ops/reduce.ts';
import { concat, expand } from '../../app/graph/ops/shape.ts';
import { COLUMNS, PLAN_CHANNELS } from '../../app/melody/columns.ts';
import { spectralNorm } from '../critic/network.ts';
import { he, zeros } from '../initial.ts';
import type { Network, Width } from '../network.ts';

const CHANNELS: Record<Width, number> = { small: 64, base: 96, large: 128 };
const SLOPE = 0.2;
/** Keeps the size of activations behind a rectifier of that slope, which a norm of one alone would not. */
const GAIN = Math.sqrt(2 / (1 + SLOPE * SLOPE));
/** The judgement, in units that a hinge at one suits. */
const SCALE = 8;
const activate = (x: Tensor): Tensor => mul(leakyRelu(x, SLOPE), GAIN);
const DILATIONS = [1, 2, 4, 8] as const;

function convolve(scope: Scope, name: string, x: Tensor, out: number, taps = 1, dilation = 1): Tensor {
  const weight = scope.parameter(`${name}.weight`, [out, x.shape[1], 1, taps], he(SLOPE));
  const reach = (dilation * (taps - 1)) / 2;
  return conv2d(x, div(weight, spectralNorm(weight)), {
    bias: scope.parameter(`${name}.bias`, [out], zeros),
    dilation,
    padding: [0, reach, 0, reach],
  });
}

/** Deviation over the batch of each channel's mean over time. @param x [N, C, 1, T] @returns [1, C, 1, 1] */
function spread(each: Tensor, common: Tensor): Tensor {
  return sqrt(add(mean(square(sub(each, common)), [0], true), 1e-6));
}

/**
 * Writes the network down.
 * @param x [N, COLUMNS + PLAN_CHANNELS, 1, T] ones at the classes, then the plan
 * @returns score [N, 2, 1, T]: of each place in its melody, and of the whole among its batch; above nought for "real"
 */
function build(scope: Scope, x: Tensor, width: Width): Record<'score', Tensor> {
  const [n, , , length] = x.shape;
  const channels = CHANNELS[width];
  let h = activate(convolve(scope, 'stem', x, channels));
  DILATIONS.forEach((dilation, b) => {
    h = activate(convolve(scope, `look${b}`, h, channels, 3, dilation));
  });
  const each = mean(h, [2, 3], true);
  const common = mean(each, [0], true);
  const among = concat(
    [each, expand(common, each.shape), expand(mul(spread(each, common), 4), each.shape)],
    1,
  );
  const whole = convolve(scope, 'whole', activate(convolve(scope, 'among', among, channels)), 1);
  const places = convolve(scope, 'place', h, 1);
  return {
    score: mul(concat([places, expand(whole, [n, 1, 1, length])], 1), SCALE),
  };
}

export const miliaCritic: Network = {
  name: 'milia-critic',
  task: 'Tells real melodies from those that were filled in; for training only.',
  multiple: 8,
  margin: null,
  freezable: [],
  state: [],
  inputs: ({ batch, width }) => [
    {
      name: 'x',
      shape: [batch, COLUMNS + PLAN_CHANNELS, 1, width],
      meaning: 'ones at the class of each column, then the channels of the plan',
    },
  ],
  build: (scope, { x }, width) => build(scope, x, width),
};
