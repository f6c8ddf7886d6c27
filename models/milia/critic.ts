/**
 * The critic of `milia`: tells melodies that were sung or printed from those that have been filled in, column by column and
 * as a whole. Weights are divided by their largest singular value (Miyato et al. 2018), for the hinge loss. To each
 * melody's score goes a second one, of the melody as a whole among those of its batch: its pitch-class histogram, how dense its notes
 * are, how much of it is said again and at which distance, and how all that is spread over the batch (Karras et al.
 * 2018, minibatch deviation), so that silence, and one melody for all, are seen at once. For training only.
 */
import type { Tensor } from '../../app/graph/graph.ts';
import type { Scope } from '../../app/graph/scope.ts';
import { leakyRelu } from '../../app/graph/ops/activation.ts';
import { add, div, mul, sub } from '../../app/graph/ops/arithmetic.ts';
import { conv2d } from '../../app/graph/ops/conv.ts';
import { sqrt, square } from '../../app/graph/ops/elementwise.ts';
import { matmul } from '../../app/graph/ops/matmul.ts';
import { mean, sum } from '../../app/graph/ops/reduce.ts';
import { slice } from '../../app/graph/ops/select.ts';
import { concat, expand, reshape } from '../../app/graph/ops/shape.ts';
import { COLUMNS, PLAN_CHANNELS } from '../../app/melody/columns.ts';
import { intervalOf } from '../../app/melody/events.ts';
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
/** Distances in sixteenths at which melodies say a thing again: one to four bars of the metres there are. */
const LAGS = [8, 12, 16, 24, 32, 48, 64] as const;

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
 * Where a melody says again what it said so many sixteenths before: ones at onsets of the same tone.
 * @param onsets [N, tones, 1, T] @returns [N, LAGS, 1, T]
 */
export function echoes(onsets: Tensor): Tensor {
  const [n, , , length] = onsets.shape;
  const zero = (many: number): Tensor =>
    onsets.graph.constant(new Array<number>(n * many).fill(0), [n, 1, 1, many]);
  return concat(
    LAGS.map((lag) => {
      if (lag >= length) return zero(length);
      const now = slice(onsets, [null, null, null, [lag, length]]);
      const then = slice(onsets, [null, null, null, [0, length - lag]]);
      return concat([zero(lag), sum(mul(now, then), [1], true)], 3);
    }),
    1,
  );
}

/**
 * What a melody is made of, each as a share: pitch classes among its onsets (12), onsets and rests among its columns, and
 * onsets that are echoes, by distance.
 * @param classes [N, COLUMNS, 1, T] @param again of `echoes` @returns [N, FACTS, 1, 1]
 */
export function factsOf(classes: Tensor, again: Tensor): Tensor {
  const [n] = classes.shape;
  const each = reshape(sum(classes, [2, 3], true), [n, COLUMNS]);
  const inside = add(sum(each, [1], true), 1e-3);
  const onsets = slice(each, [null, [2, COLUMNS]]);
  const count = add(sum(onsets, [1], true), 1e-3);
  const turn = new Array<number>((COLUMNS - 2) * 12).fill(0);
  for (let k = 0; k < COLUMNS - 2; k++) turn[k * 12 + (((intervalOf(k + 1) % 12) + 12) % 12)] = 1;
  const histogram = div(matmul(onsets, classes.graph.constant(turn, [COLUMNS - 2, 12])), count);
  const density = div(concat([sum(onsets, [1], true), slice(each, [null, [0, 1]])], 1), inside);
  const repeats = div(reshape(sum(again, [2, 3], true), [n, LAGS.length]), count);
  const all = concat([histogram, density, repeats], 1);
  return reshape(all, [n, all.shape[1], 1, 1]);
}

/**
 * Writes the network down.
 * @param x [N, COLUMNS + PLAN_CHANNELS, 1, T] ones at the classes, then the plan
 * @returns score [N, 2, 1, T]: of each place in its melody, and of the whole among its batch; above nought for "real";
 *   features [N, F, 1, 1]: what it goes by, of each melody as a whole
 */
function build(scope: Scope, x: Tensor, width: Width): Record<'score' | 'features', Tensor> {
  const [n, , , length] = x.shape;
  const channels = CHANNELS[width];
  const classes = slice(x, [null, [0, COLUMNS], null, null]);
  const again = echoes(slice(classes, [null, [2, COLUMNS], null, null]));
  let h = activate(convolve(scope, 'stem', concat([x, again], 1), channels));
  DILATIONS.forEach((dilation, b) => {
    h = activate(convolve(scope, `look${b}`, h, channels, 3, dilation));
  });
  const each = concat([mean(h, [2, 3], true), factsOf(classes, again)], 1);
  const common = mean(each, [0], true);
  const among = concat(
    [each, expand(common, each.shape), expand(mul(spread(each, common), 4), each.shape)],
    1,
  );
  const whole = convolve(scope, 'whole', activate(convolve(scope, 'among', among, channels)), 1);
  const places = convolve(scope, 'place', h, 1);
  return {
    score: mul(concat([places, expand(whole, [n, 1, 1, length])], 1), SCALE),
    features: each,
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
