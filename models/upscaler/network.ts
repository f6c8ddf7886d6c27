/**
 * `upscaler`: a picture enlarged twice. All convolutions work at the picture's own size, where a pixel costs a quarter
 * of what it costs enlarged (Shi et al. 2016, "Real-Time Single Image and Video Super-Resolution Using an Efficient
 * Sub-Pixel Convolutional Neural Network"), and what they give is added to the enlargement by Catmull and Rom's cubic: a
 * network that has learnt nothing gives that. Everything is local, so tiles that overlap by `margin` join exactly.
 */
import type { Tensor } from '../../app/graph/graph.ts';
import type { Scope } from '../../app/graph/scope.ts';
import { add, sub } from '../../app/graph/ops/arithmetic.ts';
import { conv2d } from '../../app/graph/ops/conv.ts';
import { depthToSpace } from '../../app/graph/ops/resize.ts';
import { padPicture } from '../../app/graph/ops/select.ts';
import { concat } from '../../app/graph/ops/shape.ts';
import { activate, convolution, finePart, opponent, residuals } from '../blocks.ts';
import { zeros } from '../initial.ts';
import type { Network, Width } from '../network.ts';

const CHANNELS: Record<Width, number> = { small: 32, base: 48, large: 96 };
const BLOCKS = 8;
/** How far an output pixel sees, in pixels of the input: the fine part 2, the stem 1, a block 1 each, the last convolution 1. */
const MARGIN = 2 + 1 + BLOCKS + 1;
const FACTOR = 2;

/** Weights of the cubic (a = -1/2) a quarter of a pixel before and after a pixel's centre, over the pixels -2..2. */
const PHASES = [[-3, 29, 111, -9, 0].map((v) => v / 128), [0, -9, 111, 29, -3].map((v) => v / 128)] as const;

/** The picture twice as large by the cubic; its border is continued. [N, 3, H, W] to [N, 3, 2H, 2W] */
function cubic(x: Tensor): Tensor {
  const channels = x.shape[1];
  const kernels = Array.from({ length: channels }, () =>
    PHASES.flatMap((down) => PHASES.flatMap((across) => down.flatMap((v) => across.map((w) => v * w)))),
  );
  const weight = x.graph.constant(kernels.flat(), [channels * FACTOR * FACTOR, 1, 5, 5]);
  return depthToSpace(conv2d(padPicture(x, [2, 2, 2, 2], 'edge'), weight, { groups: channels }), FACTOR);
}

/**
 * Writes the network down.
 * @param x [N, 3, H, W] sRGB-encoded 0..1
 * @returns y [N, 3, 2H, 2W], not clipped
 */
function build(scope: Scope, x: Tensor, width: Width): { y: Tensor } {
  const shown = opponent(sub(x, 0.5));
  const stem = convolution(scope, 'stem', concat([shown, finePart(shown)], 1), CHANNELS[width], {
    kernel: 3,
  });
  const body = activate(residuals(scope, 'body', activate(stem), BLOCKS));
  const out = convolution(scope, 'out', body, 3 * FACTOR * FACTOR, { kernel: 3, initial: zeros });
  return { y: add(cubic(x), opponent(depthToSpace(out, FACTOR), true)) };
}

export const upscaler: Network = {
  name: 'upscaler',
  task: 'Enlarges a picture twice.',
  multiple: 1,
  margin: MARGIN,
  freezable: [],
  state: [],
  inputs: ({ batch, height, width }) => [
    { name: 'x', shape: [batch, 3, height, width], meaning: 'picture, sRGB-encoded 0..1' },
  ],
  build: (scope, { x }, width) => build(scope, x, width),
};
