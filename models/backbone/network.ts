/**
 * The pre-trained encoder in the graph language: a picture to features at strides 4, 8, 16 and 32. It has a mean
 * over the whole picture in its squeeze-and-excite gates, so networks on top of it see pictures whole, not in
 * tiles.
 */
import { GraphError, type Tensor } from '../../app/graph/graph.ts';
import type { Scope } from '../../app/graph/scope.ts';
import { hardSigmoid, hardSwish, relu } from '../../app/graph/ops/activation.ts';
import { add, mul } from '../../app/graph/ops/arithmetic.ts';
import { conv2d } from '../../app/graph/ops/conv.ts';
import { mean, sum } from '../../app/graph/ops/reduce.ts';
import { he, zeros } from '../initial.ts';
import {
  BACKBONE_BLOCKS,
  BACKBONE_FEATURES,
  BACKBONE_MULTIPLE,
  BACKBONE_STEM,
  samePadding,
  type BackboneActivation,
} from './architecture.ts';

/** It was trained on pictures of 0..255. */
const RANGE = 255;

function convolve(
  scope: Scope,
  name: string,
  x: Tensor,
  out: number,
  kernel = 1,
  stride = 1,
  groups = 1,
): Tensor {
  const [, channels, height, width] = x.shape;
  const weight = scope.parameter(`${name}.weight`, [out, channels / groups, kernel, kernel], he(0));
  const bias = scope.parameter(`${name}.bias`, [out], zeros);
  const [top, bottom] = samePadding(height, kernel, stride);
  const [left, right] = samePadding(width, kernel, stride);
  return conv2d(x, weight, { bias, stride, groups, padding: [top, left, bottom, right] });
}

const bend = (x: Tensor, activation: BackboneActivation): Tensor =>
  activation === 'relu' ? relu(x) : hardSwish(x);

/**
 * Features of a picture, finest first (see BACKBONE_FEATURES).
 *
 * @param scope where its weights lie: names begin with "stem" and "block"
 * @param picture [N, 3, H, W] sRGB-encoded 0..1, or [N, 1, H, W] grey, which stands for three equal channels
 * @throws GraphError when a side is no multiple of 32
 */
export function backbone(scope: Scope, picture: Tensor): Tensor[] {
  const [, channels, height, width] = picture.shape;
  if (height % BACKBONE_MULTIPLE || width % BACKBONE_MULTIPLE || (channels !== 3 && channels !== 1))
    throw new GraphError(
      `backbone: [${picture.shape.join(',')}] must have 1 or 3 channels and sides that are multiples of ${BACKBONE_MULTIPLE}`,
    );
  const { kernel, stride, out } = BACKBONE_STEM;
  let weight = scope.parameter('stem.weight', [out, 3, kernel, kernel], he(0));
  // Three equal channels meet the sum of their kernels.
  if (channels === 1) weight = sum(weight, [1], true);
  const bias = scope.parameter('stem.bias', [out], zeros);
  const [top, bottom] = samePadding(height, kernel, stride);
  const [left, right] = samePadding(width, kernel, stride);
  let x = conv2d(picture, mul(weight, RANGE), { bias, stride, padding: [top, left, bottom, right] });
  x = hardSwish(x);
  const features: Tensor[] = [];
  BACKBONE_BLOCKS.forEach((b, index) => {
    const inner = scope.within(`block${index}`);
    const before = x.shape[1];
    let y = x;
    if (b.wide !== before) y = bend(convolve(inner, 'expand', y, b.wide), b.activation);
    y = bend(convolve(inner, 'depthwise', y, b.wide, b.kernel, b.stride, b.wide), b.activation);
    if (b.squeeze > 0) {
      const squeezed = relu(convolve(inner, 'squeeze', mean(y, [2, 3], true), b.squeeze));
      y = mul(y, hardSigmoid(convolve(inner, 'excite', squeezed, b.wide)));
    }
    y = convolve(inner, 'project', y, b.out);
    x = b.stride === 1 && b.out === before ? add(y, x) : y;
    if (BACKBONE_FEATURES.some((f) => f.block === index)) features.push(x);
  });
  return features;
}
