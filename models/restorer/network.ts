/**
 * `restorer`: noise, grain, blur and JPEG taken out of a picture at its native resolution, and a map of damage
 * (scratches, dust, stains, holes) for a person to check and the filler to fill. Everything is local: convolutions
 * only, no statistics of the picture, so tiles that overlap by `margin` join exactly. Impulses (salt and pepper) are
 * taken out before (`impulses.ts`). A residual U-Net on half the size, two levels deep. What it adds to the picture starts
 * small, not at nought: from nought it took thousands of steps to move. Where a picture is noisy, the answer is refined
 * once more by what it says of the noise (`windows.ts`).
 */
import type { Tensor } from '../../app/graph/graph.ts';
import type { Scope } from '../../app/graph/scope.ts';
import { sigmoid } from '../../app/graph/ops/activation.ts';
import { add, sub } from '../../app/graph/ops/arithmetic.ts';
import { depthToSpace, spaceToDepth } from '../../app/graph/ops/resize.ts';
import { concat, split } from '../../app/graph/ops/shape.ts';
import { activate, convolution, enlarge, finePart, halve, opponent, residuals } from '../blocks.ts';
import { zeros } from '../initial.ts';
import type { Network, Width } from '../network.ts';
import { withoutImpulses } from './impulses.ts';
import { refined } from './windows.ts';

/** Channels at strides 2, 4 and 8. */
const CHANNELS: Record<Width, readonly [number, number, number]> = {
  small: [32, 64, 96],
  base: [64, 96, 160],
  large: [96, 160, 256],
};
const ENCODER = [2, 4, 4] as const;
const DECODER = [2, 3] as const;

/** How far an output pixel sees, rounded up to the multiple; a test measures it. */
const MARGIN = 80;

/**
 * Writes the network down.
 * @param picture [N, 3, H, W] sRGB-encoded 0..1
 * @returns y [N, 3, H, W], not clipped; first, the same as the layers have it, which learns; damageLogits and damage [N, 1, H, W], damage being their sigmoid 0..1
 */
function build(
  scope: Scope,
  picture: Tensor,
  width: Width,
): { y: Tensor; first: Tensor; damageLogits: Tensor; damage: Tensor } {
  const x = withoutImpulses(picture);
  const levels = CHANNELS[width];
  const skips: Tensor[] = [];
  const shown = opponent(sub(x, 0.5));
  let z = activate(
    convolution(scope, 'stem', spaceToDepth(concat([shown, finePart(shown)], 1), 2), levels[0], {
      kernel: 3,
    }),
  );
  levels.forEach((channels, level) => {
    if (level > 0) {
      skips.push(z);
      z = halve(scope, `down${level}`, z, channels);
    }
    z = residuals(scope, `encoder${level}`, z, ENCODER[level]);
  });
  for (let level = 1; level >= 0; level--) {
    z = add(enlarge(scope, `up${level}`, z, levels[level]), skips[level]);
    z = residuals(scope, `decoder${level}`, z, DECODER[level]);
  }
  const out = depthToSpace(convolution(scope, 'out', activate(z), 16, { initial: zeros }), 2);
  const [change, damageLogits] = split(out, [3, 1], 1);
  const first = add(x, opponent(change, true));
  return { y: refined(x, first), first, damageLogits, damage: sigmoid(damageLogits) };
}

export const restorer: Network = {
  name: 'restorer',
  task: 'Takes noise, grain, blur and JPEG out of a picture and marks damage.',
  multiple: 8,
  margin: MARGIN,
  freezable: [],
  state: [],
  inputs: ({ batch, height, width }) => [
    { name: 'x', shape: [batch, 3, height, width], meaning: 'picture, sRGB-encoded 0..1' },
  ],
  build: (scope, { x }, width) => build(scope, x, width),
};
