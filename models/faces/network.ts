/**
 * The face detector in the graph language: a picture to candidates on two maps. All convolution: it takes any size, of
 * which faces of some 20 to 200 pixels are found; so a picture is looked at in several sizes
 * (main/actions/faces). It tells where faces are so that other steps hold back there; it changes no pixel.
 */
import type { Tensor } from '../../app/graph/graph.ts';
import { relu } from '../../app/graph/ops/activation.ts';
import { add, mul, sub } from '../../app/graph/ops/arithmetic.ts';
import { conv2d } from '../../app/graph/ops/conv.ts';
import { maxPool } from '../../app/graph/ops/resize.ts';
import { pad } from '../../app/graph/ops/select.ts';
import type { Scope } from '../../app/graph/scope.ts';
import { samePadding } from '../backbone/architecture.ts';
import { he, zeros } from '../initial.ts';
import type { Network } from '../network.ts';
import { FACE_NUMBERS, FACES_BLOCKS, FACES_MAPS, FACES_MULTIPLE, FACES_STEM } from './architecture.ts';

function convolve(
  scope: Scope,
  name: string,
  x: Tensor,
  out: number,
  kernel: number,
  stride: number,
  depthwise = false,
): Tensor {
  const [, channels, height, width] = x.shape;
  const groups = depthwise ? channels : 1;
  const weight = scope.parameter(`${name}.weight`, [out, channels / groups, kernel, kernel], he(0));
  const [top, bottom] = samePadding(height, kernel, stride);
  const [left, right] = samePadding(width, kernel, stride);
  const bias = depthwise ? {} : { bias: scope.parameter(`${name}.bias`, [out], zeros) };
  return conv2d(x, weight, { ...bias, stride, groups, padding: [top, left, bottom, right] });
}

/** Depthwise 3x3, then 1x1. */
function separable(scope: Scope, name: string, x: Tensor, out: number, stride: number): Tensor {
  const inner = scope.within(name);
  const spread = convolve(inner, 'depthwise', x, x.shape[1], 3, stride, true);
  return convolve(inner, 'project', spread, out, 1, 1);
}

/**
 * Writes the network down.
 * @param picture [N, 3, H, W] sRGB-encoded 0..1, sides multiples of 32
 * @returns for each map its `scores` [N, candidates, h, w] before the sigmoid, and `places`
 *   [N, candidates * 16, h, w] in pixels from the middle of the cell
 */
function build(scope: Scope, picture: Tensor): Record<string, Tensor> {
  const { out, kernel, stride } = FACES_STEM;
  let x = relu(convolve(scope, 'stem', sub(mul(picture, 2), 1), out, kernel, stride));
  FACES_BLOCKS.forEach((block, i) => {
    const y = separable(scope, `block${i}`, x, block.out, block.stride);
    let side = block.stride === 1 ? x : maxPool(x, 2);
    // Channels that the block adds begin at nought.
    const more = block.out - side.shape[1];
    if (more > 0) side = pad(side, [0, 0, 0, 0], [0, more, 0, 0]);
    x = relu(add(y, side));
  });
  const answers: Record<string, Tensor> = {};
  FACES_MAPS.forEach(({ candidates }, i) => {
    if (i > 0) x = relu(separable(scope, 'coarse', x, x.shape[1], 2));
    answers[`scores${i}`] = convolve(scope, `scores${i}`, x, candidates, 1, 1);
    answers[`places${i}`] = convolve(scope, `places${i}`, x, candidates * FACE_NUMBERS, 1, 1);
  });
  return answers;
}

export const faces: Network = {
  name: 'faces',
  task: 'Finds faces, their eyes and mouths.',
  multiple: FACES_MULTIPLE,
  margin: null,
  freezable: [],
  state: [],
  inputs: ({ batch, height, width }) => [
    { name: 'x', shape: [batch, 3, height, width], meaning: 'picture, sRGB-encoded 0..1' },
  ],
  build: (scope, { x }) => build(scope, x),
};
