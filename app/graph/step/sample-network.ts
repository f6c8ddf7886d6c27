/**
 * A small U-Net for the tests and the benchmark of the step graph: three levels, two convolutions a level, leaky
 * rectifiers, nearest up-sampling, residual output. With `width` 32 it has half a million weights.
 */
import type { Tensor } from '../graph.ts';
import { leakyRelu } from '../ops/activation.ts';
import { add } from '../ops/arithmetic.ts';
import { conv2d } from '../ops/conv.ts';
import { averagePool, upsample } from '../ops/resize.ts';
import { concat } from '../ops/shape.ts';
import type { Initial, Scope } from '../scope.ts';

/** Normal with the standard deviation that keeps the size of activations (He et al. 2015), times `gain`. */
const he =
  (gain: number): Initial =>
  (shape, random) => {
    const sigma = gain * Math.sqrt(2 / (shape[1] * shape[2] * shape[3]));
    return Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal(0, sigma));
  };
const zeros: Initial = (shape) => new Float32Array(shape.reduce((a, b) => a * b, 1));

/** x [N, 3, H, W], H and W multiples of 4 -> the same shape. */
export function sampleNetwork(scope: Scope, x: Tensor, width: number): Tensor {
  const convolve = (name: string, t: Tensor, out: number, gain = 1): Tensor => {
    const inner = scope.within(name);
    const weight = inner.parameter('weight', [out, t.shape[1], 3, 3], he(gain));
    return conv2d(t, weight, { bias: inner.parameter('bias', [out], zeros), padding: 1 });
  };
  const block = (name: string, t: Tensor, out: number): Tensor =>
    leakyRelu(convolve(`${name}.b`, leakyRelu(convolve(`${name}.a`, t, out), 0.1), out), 0.1);
  const up = (name: string, t: Tensor, skip: Tensor): Tensor => {
    const narrow = leakyRelu(convolve(`${name}.narrow`, upsample(t, 2), skip.shape[1]), 0.1);
    return leakyRelu(convolve(`${name}.join`, concat([narrow, skip], 1), skip.shape[1]), 0.1);
  };
  const fine = block('fine', x, width);
  const middle = block('middle', averagePool(fine, 2), 2 * width);
  const coarse = block('coarse', averagePool(middle, 2), 4 * width);
  const decoded = up('toFine', up('toMiddle', coarse, middle), fine);
  return add(x, convolve('out', decoded, 3, 0.1));
}
