/**
 * `filler`: makes up what is missing under a mask. It begins with the surroundings continued smoothly into the hole
 * (`membrane.ts`) and adds to that what a smooth continuation lacks: edges, texture, what a thing looks like. Holes are
 * wide, so most of the work is done at an eighth of the size with dilated convolutions (Yu and Koltun 2016,
 * arXiv 1511.07122), each followed by a plain block that fills the gaps between its taps. No statistics of the whole
 * picture. What is not masked comes out as it went in, bit for bit.
 */
import type { Tensor } from '../../app/graph/graph.ts';
import type { Scope } from '../../app/graph/scope.ts';
import { add, mul, sub } from '../../app/graph/ops/arithmetic.ts';
import { less } from '../../app/graph/ops/compare.ts';
import { cast } from '../../app/graph/ops/elementwise.ts';
import { depthToSpace, spaceToDepth } from '../../app/graph/ops/resize.ts';
import { concat } from '../../app/graph/ops/shape.ts';
import { activate, convolution, enlarge, finePart, halve, residuals } from '../blocks.ts';
import { zeros } from '../initial.ts';
import type { Network, Width } from '../network.ts';
import { membrane } from './membrane.ts';

/** Channels at strides 2, 4 and 8. */
const CHANNELS: Record<Width, readonly [number, number, number]> = {
  small: [16, 32, 96],
  base: [32, 64, 160],
  large: [32, 96, 256],
};
const DILATIONS = [2, 1, 4, 1, 8, 1, 2, 1, 4, 1] as const;
const ENCODER = [1, 2] as const;
const DECODER = [2, 3] as const;
/** How far an output pixel sees, rounded up to the multiple; a test measures it. */
const MARGIN = 296;

/**
 * Writes the network down.
 * @param x [N, 3, H, W] sRGB-encoded 0..1, anything under the mask
 * @param mask [N, 1, H, W], 1 = to be filled; values between mix
 * @returns y [N, 3, H, W], not clipped, equal to x where the mask is 0
 */
function build(scope: Scope, x: Tensor, mask: Tensor, width: Width): { y: Tensor } {
  const levels = CHANNELS[width];
  // What lies under the mask cannot matter: the membrane does not look there.
  const smooth = membrane(x, cast(less(mask, 0.5), 'float32'));
  const skips: Tensor[] = [];
  let z = activate(
    convolution(
      scope,
      'stem',
      spaceToDepth(concat([sub(smooth, 0.5), finePart(smooth), mask], 1), 2),
      levels[0],
      {
        kernel: 3,
      },
    ),
  );
  for (let level = 0; level < 2; level++) {
    z = residuals(scope, `encoder${level}`, z, ENCODER[level]);
    skips.push(z);
    z = halve(scope, `down${level + 1}`, z, levels[level + 1]);
  }
  z = residuals(scope, 'wide', z, DILATIONS.length, DILATIONS);
  for (let level = 1; level >= 0; level--) {
    z = add(enlarge(scope, `up${level}`, z, levels[level]), skips[level]);
    z = residuals(scope, `decoder${level}`, z, DECODER[level]);
  }
  const more = depthToSpace(convolution(scope, 'out', activate(z), 12, { initial: zeros }), 2);
  return { y: add(mul(x, sub(1, mask)), mul(add(smooth, more), mask)) };
}

export const filler: Network = {
  name: 'filler',
  task: 'Fills masked regions of a picture from their surroundings.',
  multiple: 8,
  margin: MARGIN,
  freezable: [],
  state: [],
  inputs: ({ batch, height, width }) => [
    { name: 'x', shape: [batch, 3, height, width], meaning: 'picture, sRGB-encoded 0..1' },
    { name: 'mask', shape: [batch, 1, height, width], meaning: '1 = to be filled, 0 = to be kept' },
  ],
  build: (scope, { x, mask }, width) => build(scope, x, mask, width),
};
