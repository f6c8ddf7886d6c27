/**
 * `milia`: fills the blank columns of a melody all at once; from nothing but blanks it writes a whole one, in a few
 * rounds (main/actions/compose/milia.ts). It is the generator of a GAN: what it fills in is drawn by noise that is an
 * input (Gumbel-softmax with a straight-through gradient, Jang et al. 2017), so that the critic (critic.ts) sees whole
 * melodies in ones and zeros and its opinion reaches the generator (filling blanks against a critic: MaskGAN,
 * Fedus et al. 2018). Dilated convolutions over time with pointers to the echoes, as in `bertso`.
 */
import type { Tensor } from '../../app/graph/graph.ts';
import type { Scope } from '../../app/graph/scope.ts';
import { gelu } from '../../app/graph/ops/activation.ts';
import { add, div, mul, sub } from '../../app/graph/ops/arithmetic.ts';
import { conv2d } from '../../app/graph/ops/conv.ts';
import { stopGradient } from '../../app/graph/ops/elementwise.ts';
import { argMax, oneHot } from '../../app/graph/ops/gather.ts';
import { sum } from '../../app/graph/ops/reduce.ts';
import { slice } from '../../app/graph/ops/select.ts';
import { reshape, transpose } from '../../app/graph/ops/shape.ts';
import { softmax } from '../../app/graph/ops/softmax.ts';
import {
  CLASS_CHANNELS,
  COLUMN_CHANNELS,
  COLUMN_ECHOES,
  COLUMNS,
  ECHO_CHANNELS,
  ECHOES_END,
} from '../../app/melody/columns.ts';
import { zeros } from '../initial.ts';
import type { Network, Width } from '../network.ts';

const CHANNELS: Record<Width, { channels: number; blocks: number }> = {
  small: { channels: 96, blocks: 8 },
  base: { channels: 144, blocks: 8 },
  large: { channels: 208, blocks: 10 },
};
const DILATIONS = [1, 2, 4, 8, 16, 1, 2, 4, 8, 1] as const;

/** Convolution over time of [N, C, 1, T] that keeps the length. */
export function convolve(
  scope: Scope,
  name: string,
  x: Tensor,
  out: number,
  { taps = 1, dilation = 1, gain = 1 } = {},
): Tensor {
  const rows = x.shape[1] * taps;
  const sigma = Math.sqrt(gain / rows);
  const weight = scope.parameter(`${name}.weight`, [out, x.shape[1], 1, taps], (_shape, random) =>
    Float32Array.from({ length: out * rows }, () => random.normal(0, sigma)),
  );
  const reach = (dilation * (taps - 1)) / 2;
  return conv2d(x, weight, {
    bias: scope.parameter(`${name}.bias`, [out], zeros),
    dilation,
    padding: [0, reach, 0, reach],
  });
}

/** Logits of every column. @param x [N, COLUMN_CHANNELS, 1, T] @returns [N, COLUMNS, 1, T] */
function columnLogits(scope: Scope, x: Tensor, width: Width): Tensor {
  const [n, , , length] = x.shape;
  const { channels, blocks } = CHANNELS[width];
  // Twenty-four of the channels are one.
  let h = gelu(convolve(scope, 'channels', x, channels, { gain: COLUMN_CHANNELS / 24 }));
  for (let b = 0; b < blocks; b++) {
    const inner = scope.within(`block${b}`);
    const seen = gelu(convolve(inner, 'look', h, channels, { taps: 3, dilation: DILATIONS[b], gain: 2 }));
    h = add(h, convolve(inner, 'take', seen, channels, { gain: 0.3 }));
  }
  const all = reshape(slice(x, [null, [ECHO_CHANNELS, ECHOES_END], null, null]), [
    n,
    COLUMN_ECHOES,
    ECHO_CHANNELS,
    length,
  ]);
  const echoes = slice(all, [null, null, [0, COLUMNS], null]);
  const gates = reshape(convolve(scope, 'pointer', h, COLUMN_ECHOES, { gain: 0.1 }), [
    n,
    COLUMN_ECHOES,
    1,
    length,
  ]);
  const pointed = reshape(sum(mul(gates, echoes), [1]), [n, COLUMNS, 1, length]);
  // What follows what, as a table: the onsets on either side to the classes.
  const sides = slice(x, [null, [ECHOES_END, CLASS_CHANNELS], null, null]);
  const direct = convolve(scope, 'sides', sides, COLUMNS, { gain: 0.01 });
  return add(add(convolve(scope, 'column', h, COLUMNS, { gain: 0.1 }), direct), pointed);
}

/**
 * Ones at the largest of logits + noise in each column; the gradient is that of the softmax of the same over a temperature
 * (straight through): a high one tells of all classes, a low one of what was drawn.
 * @param noise [N, COLUMNS, 1, T] Gumbel
 * @param heat the temperature, a single number above nought
 */
export function drawn(logits: Tensor, noise: Tensor, heat: Tensor): Tensor {
  const scores = add(logits, noise);
  const soft = softmax(div(scores, heat), 1);
  // [N, 1, T] classes become [N, 1, T, COLUMNS], then channels again.
  const hard = transpose(oneHot(argMax(scores, 1), COLUMNS), [0, 3, 1, 2]);
  return add(soft, stopGradient(sub(hard, soft)));
}

export const milia: Network = {
  name: 'milia',
  task: 'Fills the blanks of a melody, or writes a whole one, all notes at once; learnt against a critic.',
  multiple: 8,
  margin: null,
  freezable: [],
  state: [],
  inputs: ({ batch, width }) => [
    {
      name: 'columns',
      shape: [batch, COLUMN_CHANNELS, 1, width],
      meaning: 'ones and zeros for each sixteenth: class or blank, echoes, plan (app/melody/columns.ts)',
    },
  ],
  build: (scope, { columns }, width) => ({ logits: columnLogits(scope, columns, width) }),
};
