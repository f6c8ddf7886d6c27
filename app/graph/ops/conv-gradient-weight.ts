/**
 * The weight gradient of a convolution, dW[o,c,i,j] = sum over pixels of dy[o, pixel] * x[c, pixel moved by (i,j)],
 * in the ONNX forms that onnxruntime runs fastest:
 *
 *  - 1 x 1 kernels: a matrix product of dy and x over all pixels.
 *  - In general a Conv whose *kernel* is dy, all images as its channels, and whose picture is x with the channels
 *    of a pixel beside each other, so that a column is `Cin` wide and the kernel steps by as much (its dilation).
 *    The output is then as high as the kernel of the forward convolution and `Cin` times as wide: a matrix product
 *    of Cout rows, Cin * kh * kw columns and all pixels between, for which onnxruntime gathers the moved pixels a
 *    little at a time, in the cache and on all threads. (Nine slices and nine products, or a Conv that has the
 *    images as channels and nothing else, take 1.1 to 2 times as long and much more memory.) At stride 1, x may be
 *    the kernel and dy the picture just as well: the product should have its many rows from the wider of the two.
 *  - Depthwise kernels: see `depthwise`; in the CPU's own layout a convolution again (conv-blocked.ts).
 */
import type { Emitter, Shape } from '../graph.ts';
import { emitBlockedDepthwiseGradient } from './conv-blocked.ts';
import type { ConvAttributes } from './conv-shape.ts';

/** A tensor of the file that is being written. */
export interface Named {
  readonly name: string;
  readonly shape: Shape;
}
const MICROSOFT = { domain: 'com.microsoft' } as const;
/** Up to as many pairs of an output and an input pixel, all are made (depthwise kernels). */
const FEW_PAIRS = 512;
/** The same where there is the CPU's own layout for more. */
const FEWER_PAIRS = 64;
/** Up to as many pixels an image, channels are made the last axis for it; with more, images are joined by rows. */
const TINY = 16;
/** Up to as many pixels an image, a product over all images at once is faster than one for each. */
const FEW_PIXELS = 512;

const one = (
  e: Emitter,
  type: string,
  inputs: string[],
  attributes: Parameters<Emitter['node']>[2] = {},
): string => e.node(type, inputs, attributes)[0];
const reshape = (e: Emitter, name: string, shape: Shape): string => one(e, 'Reshape', [name, e.ints(shape)]);
/** Shared, since x feeds the gradients of several convolutions now and then. */
const transpose = (e: Emitter, name: string, perm: readonly number[]): string =>
  e.once(`transpose:${name}:${perm.join(',')}`, () => one(e, 'Transpose', [name], { perm }));
/** Zeros around the last two axes, [top, left, bottom, right]. */
const pad = (e: Emitter, name: string, sides: readonly number[]): string =>
  sides.every((n) => n === 0)
    ? name
    : e.once(`pad:${name}:${sides.join(',')}`, () =>
        one(e, 'Pad', [name, e.ints([0, 0, sides[0], sides[1], 0, 0, sides[2], sides[3]])]),
      );

/** Each pixel by itself. */
export const isPointwise = ([, , kh, kw]: Shape, a: ConvAttributes): boolean =>
  kh * kw === 1 && a.stride === 1 && a.groups === 1 && a.padding.every((p) => p === 0);

/** Names the gradient [Cout, Cin / groups, kh, kw]. */
export function emitWeightGradient(
  e: Emitter,
  x: Named,
  dy: Named,
  weight: Shape,
  a: ConvAttributes,
): string {
  const [cout, perGroup, kh, kw] = weight;
  if (isPointwise(weight, a)) return pointwise(e, x, dy, weight);
  if (perGroup === 1 && cout === a.groups && cout > 1) return depthwise(e, x, dy, weight, a);
  if (a.dilation > 1) return dilated(e, x, dy, weight, a);
  const fits = a.padding[0] < kh && a.padding[2] < kh && a.padding[1] < kw && a.padding[3] < kw;
  return a.stride === 1 && a.groups === 1 && fits && perGroup > cout
    ? inputAsKernel(e, x, dy, weight, a)
    : outputAsKernel(e, x, dy, weight, a);
}

/** [N, C, H, W] as rows [C, N * H * W]. */
const channelRows = (e: Emitter, { name, shape: [n, c, h, w] }: Named): string =>
  reshape(e, n === 1 ? name : transpose(e, name, [1, 0, 2, 3]), [c, n * h * w]);
/** [N, C, H, W] as rows [N * H * W, C]. */
export const pixelRows = (e: Emitter, { name, shape: [n, c, h, w] }: Named): string =>
  reshape(e, h * w === 1 ? name : transpose(e, name, [0, 2, 3, 1]), [n * h * w, c]);
/** The way back from `pixelRows` to a tensor of that shape. */
export function fromPixelRows(e: Emitter, rows: string, [n, c, h, w]: Shape): string {
  if (h * w === 1) return reshape(e, rows, [n, c, h, w]);
  return one(e, 'Transpose', [reshape(e, rows, [n, h, w, c])], { perm: [0, 3, 1, 2] });
}

function pointwise(e: Emitter, x: Named, dy: Named, weight: Shape): string {
  const [n, cin, h, w] = x.shape;
  const [cout] = weight;
  const pixels = h * w;
  const product = (a: string, b: string) => e.node('FusedMatMul', [a, b], { transB: 1 }, MICROSOFT)[0];
  if (n > 1 && pixels >= FEW_PIXELS) {
    const each = product(reshape(e, dy.name, [n, cout, pixels]), reshape(e, x.name, [n, cin, pixels]));
    return reshape(e, one(e, 'ReduceSum', [each, e.ints([0])], { keepdims: 0 }), weight);
  }
  if (n > 1 && pixels <= TINY)
    return reshape(
      e,
      e.node('FusedMatMul', [pixelRows(e, dy), pixelRows(e, x)], { transA: 1 }, MICROSOFT)[0],
      weight,
    );
  return reshape(e, product(channelRows(e, dy), channelRows(e, x)), weight);
}

/**
 * The *input* gradient of a 1 x 1 kernel, dx = W^T dy for each pixel: a product that reads W as it lies, over all images at
 * once where they have few pixels (dy turned for that serves the weight gradient too).
 */
export function emitPointwiseInputGradient(e: Emitter, w: string, dy: Named, shape: Shape): string {
  const [n, cout, h, wide] = dy.shape;
  const cin = shape[1];
  const pixels = h * wide;
  const matrix = reshape(e, w, [cout, cin]);
  const product = (rows: string) => e.node('FusedMatMul', [matrix, rows], { transA: 1 }, MICROSOFT)[0];
  if (n === 1 || pixels >= FEW_PIXELS)
    return reshape(e, product(reshape(e, dy.name, [n, cout, pixels])), shape);
  if (pixels <= TINY) return fromPixelRows(e, one(e, 'MatMul', [pixelRows(e, dy), matrix]), shape);
  return one(e, 'Transpose', [reshape(e, product(channelRows(e, dy)), [cin, n, h, wide])], {
    perm: [1, 0, 2, 3],
  });
}

/**
 * The sum of dy over images and pixels, [C]: as products with ones, first over images, then over pixels, which read dy
 * once from end to end. (ReduceSum over the outer and the inner axes takes two to five times as long.)
 */
export function emitBiasGradient(e: Emitter, { name, shape: [n, c, h, w] }: Named): string {
  const ones = (...shape: number[]) => e.floats(new Float32Array(shape[0]).fill(1), shape);
  const pixels = h * w;
  const image = n === 1 ? name : one(e, 'MatMul', [ones(n), reshape(e, name, [n, c * pixels])]);
  if (pixels > 1) return reshape(e, one(e, 'MatMul', [reshape(e, image, [c, pixels]), ones(pixels, 1)]), [c]);
  return n === 1 ? reshape(e, image, [c]) : image;
}

/** [1, groups * N, H, W * channels of a group]: the picture of the second form. */
function channelsBeside(e: Emitter, t: Named, groups: number): string {
  const [n, c, h, w] = t.shape;
  const each = c / groups;
  const last =
    groups === 1
      ? transpose(e, t.name, [0, 2, 3, 1])
      : transpose(e, reshape(e, t.name, [n, groups, each, h, w]), [1, 0, 3, 4, 2]);
  return reshape(e, last, [1, groups * n, h, w * each]);
}

function outputAsKernel(e: Emitter, x: Named, dy: Named, weight: Shape, a: ConvAttributes): string {
  const [cout, perGroup, kh, kw] = weight;
  const { stride, groups, padding } = a;
  const [, , h, w] = x.shape;
  const [, , ho, wo] = dy.shape;
  // As much below and to the right that as many positions come out as the forward kernel has taps; where the input
  // has rows or columns left over, more come out, and are cut off.
  const below = kh - h - padding[0] + stride * (ho - 1);
  const beside = kw - w - padding[1] + stride * (wo - 1);
  const rows = kh + Math.max(0, -below);
  const columns = kw + Math.max(0, -beside);
  const pads = [padding[0], padding[1], Math.max(0, below), Math.max(0, beside)];
  const conv = one(e, 'Conv', [channelsBeside(e, x, groups), transpose(e, dy.name, [1, 0, 2, 3])], {
    kernel_shape: [ho, wo],
    dilations: [stride, stride * perGroup],
    pads: [pads[0], pads[1] * perGroup, pads[2], pads[3] * perGroup],
    group: groups,
  });
  let taps = reshape(e, conv, [cout, rows, columns, perGroup]);
  if (rows > kh || columns > kw)
    taps = one(e, 'Slice', [taps, e.ints([0, 0]), e.ints([kh, kw]), e.ints([1, 2])]);
  return one(e, 'Transpose', [taps], { perm: [0, 3, 1, 2] });
}

/** Stride 1, one group. The positions of dy in x run the other way: the taps come out reversed. */
function inputAsKernel(e: Emitter, x: Named, dy: Named, weight: Shape, a: ConvAttributes): string {
  const [cout, cin, kh, kw] = weight;
  const [top, left, bottom, right] = a.padding;
  const [, , h, w] = x.shape;
  const conv = one(e, 'Conv', [channelsBeside(e, dy, 1), transpose(e, x.name, [1, 0, 2, 3])], {
    kernel_shape: [h, w],
    dilations: [1, cout],
    pads: [kh - 1 - top, (kw - 1 - left) * cout, kh - 1 - bottom, (kw - 1 - right) * cout],
  });
  const taps = kh * kw;
  const reversed = e.ints(Array.from({ length: taps }, (_, i) => taps - 1 - i));
  const forward = one(e, 'Gather', [reshape(e, conv, [cin, taps, cout]), reversed], { axis: 1 });
  return reshape(e, one(e, 'Transpose', [forward], { perm: [2, 0, 1] }), weight);
}

/**
 * Dilation d divides the pixels into d x d combs that do not meet: they become d * d times as many images, on
 * which the kernel is dense. A stride is undone first, by zeros between the pixels of dy.
 */
function dilated(e: Emitter, x: Named, dyGiven: Named, weight: Shape, a: ConvAttributes): string {
  const { dilation: d, stride, groups, padding } = a;
  const [, , kh, kw] = weight;
  const [n, cin, h, w] = x.shape;
  const dy = stride > 1 ? spread(e, dyGiven, stride) : dyGiven;
  const [, cout, ho, wo] = dy.shape;
  const [rows, columns] = [Math.ceil(ho / d), Math.ceil(wo / d)];
  const [tall, wide] = [rows + kh - 1, columns + kw - 1];
  const comb = (name: string, c: number, height: number, width: number): Named => ({
    name: reshape(e, transpose(e, reshape(e, name, [n, c, height, d, width, d]), [0, 3, 5, 1, 2, 4]), [
      n * d * d,
      c,
      height,
      width,
    ]),
    shape: [n * d * d, c, height, width],
  });
  const dyCombed = comb(pad(e, dy.name, [0, 0, rows * d - ho, columns * d - wo]), cout, rows, columns);
  const sides = [padding[0], padding[1], tall * d - h - padding[0], wide * d - w - padding[1]];
  const xCombed = comb(pad(e, x.name, sides), cin, tall, wide);
  return outputAsKernel(e, xCombed, dyCombed, weight, {
    stride: 1,
    dilation: 1,
    groups,
    padding: [0, 0, 0, 0],
  });
}

/** Zeros between (and after) the pixels: [N, C, H * stride, W * stride]. */
function spread(e: Emitter, t: Named, stride: number): Named {
  const [n, c, h, w] = t.shape;
  const cells = reshape(e, t.name, [n, c, h, 1, w, 1]);
  const between = [0, 0, 0, stride - 1, 0, stride - 1];
  const wide = one(e, 'Pad', [cells, e.ints([0, 0, 0, 0, 0, 0, ...between])]);
  const shape = [n, c, h * stride, w * stride];
  return { name: reshape(e, wide, shape), shape };
}

/**
 * One channel at a time, dW[c,i,j] = sum over images and pixels of dy[c, p] x[c, p moved by (i,j)]. A slice, a product and a
 * sum for each tap would read dy and x as often as there are taps. Instead products of matrices, one for each channel,
 * whose inner dimension is what all taps (or all taps of a row) share, give more than is wanted: every pixel (or column)
 * of dy with every pixel (or column) of x. A product with noughts and ones then adds up those that meet at each tap.
 */
function depthwise(e: Emitter, x: Named, dy: Named, weight: Shape, a: ConvAttributes): string {
  const [, , h, w] = x.shape;
  const [, , ho, wo] = dy.shape;
  const pairs = h * w * ho * wo;
  if (pairs <= (e.block === null ? FEW_PAIRS : FEWER_PAIRS)) return depthwisePixels(e, x, dy, weight, a);
  return emitBlockedDepthwiseGradient(e, x, dy, weight, a) ?? depthwiseRows(e, x, dy, weight, a);
}

/** [pairs of a place in dy and one in x, taps]: 1 where the tap brings the two together. */
function meeting(
  outputs: number,
  inputs: number,
  taps: number,
  { stride, dilation }: ConvAttributes,
  before: number,
): number[][] {
  return Array.from({ length: outputs * inputs }, (_, pair) =>
    Array.from({ length: taps }, (__, tap) =>
      Number(pair % inputs === Math.floor(pair / inputs) * stride - before + tap * dilation),
    ),
  );
}

/** Few pixels: for each channel all pairs of pixels, over the images. */
function depthwisePixels(e: Emitter, x: Named, dy: Named, weight: Shape, a: ConvAttributes): string {
  const [channels, , kh, kw] = weight;
  const [n, , h, w] = x.shape;
  const [, , ho, wo] = dy.shape;
  // [C, pixels, N] x [C, N, pixels]
  const of = (t: Named, pixels: number) =>
    reshape(e, transpose(e, t.name, [1, 0, 2, 3]), [channels, n, pixels]);
  const pairs = e.node('FusedMatMul', [of(dy, ho * wo), of(x, h * w)], { transA: 1 }, MICROSOFT)[0];
  const vertical = meeting(ho, h, kh, a, a.padding[0]);
  const horizontal = meeting(wo, w, kw, a, a.padding[1]);
  const table = Array.from({ length: ho * wo * h * w }, (_, pair) => {
    const [q, p] = [Math.floor(pair / (h * w)), pair % (h * w)];
    const rows = vertical[Math.floor(q / wo) * h + Math.floor(p / w)];
    const columns = horizontal[(q % wo) * w + (p % w)];
    return rows.flatMap((r) => columns.map((c) => r * c));
  });
  const sums = one(e, 'MatMul', [
    reshape(e, pairs, [channels, ho * wo * h * w]),
    e.floats(table.flat(), [table.length, kh * kw]),
  ]);
  return reshape(e, sums, weight);
}

/** For each channel and each row of taps all pairs of columns, over images and rows. */
function depthwiseRows(e: Emitter, x: Named, dy: Named, weight: Shape, a: ConvAttributes): string {
  const [channels, , kh, kw] = weight;
  const { stride, dilation, padding } = a;
  const [n, , h, w] = x.shape;
  const [, , ho, wo] = dy.shape;
  const reach = (ho - 1) * stride + 1;
  const below = Math.max(0, reach + dilation * (kh - 1) - h - padding[0]);
  const tall = pad(e, x.name, [padding[0], 0, below, 0]);
  const beside = (name: string, rows: number, columns: number): string =>
    reshape(e, transpose(e, name, [1, 0, 2, 3]), [channels, n * rows, columns]);
  const across = beside(dy.name, ho, wo);
  const rows = Array.from({ length: kh }, (_, i) => {
    const from = i * dilation;
    const moved = one(e, 'Slice', [
      tall,
      e.ints([from]),
      e.ints([from + reach]),
      e.ints([2]),
      e.ints([stride]),
    ]);
    const pairs = e.node('FusedMatMul', [across, beside(moved, ho, w)], { transA: 1 }, MICROSOFT)[0];
    return reshape(e, pairs, [channels, 1, wo * w]);
  });
  const all = rows.length > 1 ? one(e, 'Concat', rows, { axis: 1 }) : rows[0];
  const table = meeting(wo, w, kw, a, padding[1]);
  const sums = one(e, 'MatMul', [
    reshape(e, all, [channels * kh, wo * w]),
    e.floats(table.flat(), [table.length, kw]),
  ]);
  return reshape(e, sums, weight);
}
