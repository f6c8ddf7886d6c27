/**
 * The few building blocks that our networks share. None of them normalises: residual branches start small
 * (a quarter of what comes in), so a deep network starts nearly as a shallow one and needs no statistics of batch or
 * picture, which would cost time on a slow machine and break up at tile borders. Most of the work is in 1 x 1
 * convolutions, whose weight gradient is a single matrix product.
 */
import type { Tensor } from '../app/graph/graph.ts';
import type { Initial, Scope } from '../app/graph/scope.ts';
import { leakyRelu } from '../app/graph/ops/activation.ts';
import { add, div, mul, sub } from '../app/graph/ops/arithmetic.ts';
import { conv2d } from '../app/graph/ops/conv.ts';
import { sqrt, square } from '../app/graph/ops/elementwise.ts';
import { matmul } from '../app/graph/ops/matmul.ts';
import { mean } from '../app/graph/ops/reduce.ts';
import { depthToSpace } from '../app/graph/ops/resize.ts';
import { padPicture } from '../app/graph/ops/select.ts';
import { reshape, split, transpose } from '../app/graph/ops/shape.ts';
import { softmax } from '../app/graph/ops/softmax.ts';
import { filled, he, orthogonal, subPixel, zeros } from './initial.ts';

/** Runtimes compute channels in groups of up to this many: channels should be multiples of it, also when halved. */
const LANES = 16;
/** Slope of the rectifier below nought, everywhere. */
const SLOPE = 0.1;
export const activate = (x: Tensor): Tensor => leakyRelu(x, SLOPE);

export interface ConvolutionOptions {
  /** Side of the kernel, odd (or equal to the stride). Default 1. */
  kernel?: number;
  stride?: number;
  dilation?: number;
  /** How the kernel starts; by default He for kernels above 1, orthogonal for 1 x 1. */
  initial?: Initial;
}

/** Convolution with bias; an odd kernel at stride 1 keeps the size of the picture. */
export function convolution(
  scope: Scope,
  name: string,
  x: Tensor,
  out: number,
  { kernel = 1, stride = 1, dilation = 1, initial }: ConvolutionOptions = {},
): Tensor {
  const weight = scope.parameter(
    `${name}.weight`,
    [out, x.shape[1], kernel, kernel],
    initial ?? (kernel > 1 ? he(SLOPE) : orthogonal()),
  );
  const bias = scope.parameter(`${name}.bias`, [out], zeros);
  const padding = kernel % 2 === 1 ? (dilation * (kernel - 1)) / 2 : 0;
  return conv2d(x, weight, { bias, stride, dilation, padding });
}

/**
 * x + W2 f(W1 * x): a 3 x 3 convolution to half the channels, a rectifier, and a 1 x 1 convolution back. 5 C^2
 * multiply-adds a pixel where the block of ResNet-34 takes 18 C^2, and one 3 x 3 to differentiate instead of two.
 */
export function residual(scope: Scope, name: string, x: Tensor, dilation = 1): Tensor {
  const inner = scope.within(name);
  const channels = x.shape[1];
  const half = Math.max(LANES, channels / 2);
  const narrow = activate(convolution(inner, 'narrow', x, half, { kernel: 3, dilation }));
  return add(x, convolution(inner, 'widen', narrow, channels, { initial: orthogonal(0.25) }));
}

/** `count` residual blocks, with these dilations in turn. */
export function residuals(
  scope: Scope,
  name: string,
  x: Tensor,
  count: number,
  dilations: readonly number[] = [1],
): Tensor {
  let y = x;
  for (let i = 0; i < count; i++) y = residual(scope, `${name}.${i}`, y, dilations[i % dilations.length]);
  return y;
}

/** Half the size: every 2 x 2 pixels become one, linearly. */
export const halve = (scope: Scope, name: string, x: Tensor, out: number): Tensor =>
  convolution(scope, name, x, out, { kernel: 2, stride: 2, initial: orthogonal() });

/** Twice the size (or `r` times): a 1 x 1 convolution whose channels become pixels. */
export const enlarge = (
  scope: Scope,
  name: string,
  x: Tensor,
  out: number,
  r = 2,
  initial: Initial = orthogonal(),
): Tensor => depthToSpace(convolution(scope, name, x, out * r * r, { initial: subPixel(r, initial) }), r);

const [R3, R2, R6] = [3, 2, 6].map((v) => 1 / Math.sqrt(v));
/** Lightness and two differences of colour, of equal weight: an orthonormal turn of red, green and blue. */
const OPPONENT = [
  [R3, R3, R3],
  [R2, 0, -R2],
  [R6, -2 * R6, R6],
] as const;
/**
 * Red, green and blue as lightness and two differences of colour ([N, 3, H, W]), or back: noise and JPEG treat the two
 * differently. It hardly changes how fast a network learns (400 steps on coloured Gaussian noise left 0.09 of its colour
 * part's energy with it, 0.11 without).
 */
export function opponent(x: Tensor, back = false): Tensor {
  const matrix = OPPONENT.flatMap((row, r) => row.map((_, c) => (back ? OPPONENT[c][r] : OPPONENT[r][c])));
  return conv2d(x, x.graph.constant(matrix, [3, 3, 1, 1]));
}

/** What a picture differs from itself smoothed, times this, is about 1. */
const FINE = 8;
/**
 * The fine part of a picture, made large: what it differs from itself smoothed (5 x 5 binomial). Noise is a twentieth
 * of a picture's own range, and a network that is shown both as they are spends its first thousands of steps on
 * telling them apart.
 */
export function finePart(x: Tensor): Tensor {
  const channels = x.shape[1];
  const row = [1, 4, 6, 4, 1];
  const kernel = row.flatMap((v) => row.map((w) => (v * w) / 256));
  const weight = x.graph.constant(Array.from({ length: channels }, () => kernel).flat(), [channels, 1, 5, 5]);
  const smooth = conv2d(padPicture(x, [2, 2, 2, 2], 'edge'), weight, { groups: channels });
  return mul(sub(x, smooth), FINE);
}

/** Heads of attention; channels must be a multiple of it. */
const HEADS = 4;

/** Root of the mean square over the channels becomes 1, times a learned scale. */
function evenOut(scope: Scope, x: Tensor): Tensor {
  const scale = scope.parameter('scale', [1, x.shape[1], 1, 1], filled(1));
  return mul(div(x, sqrt(add(mean(square(x), [1], true), 1e-6))), scale);
}

/** x + what every place takes from all others (Vaswani et al. 2017), places being the pixels of this level. */
export function attention(scope: Scope, x: Tensor): Tensor {
  const [n, c, h, w] = x.shape;
  const places = h * w;
  const seen = evenOut(scope, x);
  const wide = convolution(scope, 'ask', seen, 3 * c);
  const [q, k, v] = split(wide, [c, c, c], 1).map((t) => reshape(t, [n, HEADS, c / HEADS, places]));
  const turned = (t: Tensor): Tensor => transpose(t, [0, 1, 3, 2]);
  // [n, heads, places asking, places asked]
  const scores = mul(matmul(turned(q), k), 1 / Math.sqrt(c / HEADS));
  const taken = turned(matmul(softmax(scores, 3), turned(v)));
  return add(x, convolution(scope, 'take', reshape(taken, x.shape), c, { initial: zeros }));
}
