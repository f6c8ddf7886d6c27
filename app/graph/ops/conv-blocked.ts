/**
 * Convolution in the layout that onnxruntime's CPU kernels prefer: channels in blocks of 8 or 16 (as the processor
 * has registers) that lie beside each other for each pixel, [N, C / block, H, W, block]. With constant weights
 * onnxruntime changes to it by itself; where weights change at every step it does not, and a step would be a third
 * slower than inference for this alone. So a graph that is made for the CPU (`Emitter.block`) says it outright,
 * in the operators that onnxruntime would have put there.
 */
import type { Emitter, Shape } from '../graph.ts';
import { onnxConv, type ConvAttributes } from './conv-shape.ts';

const BLOCKED = { domain: 'com.microsoft.nchwc' } as const;
/** With fewer pixels (in and out) turning the kernels round costs what the layout saves. */
const MANY_PIXELS = 200;
/** Channels are brought into the layout by so many at a time. */
const REORDERED = 4;

export interface BlockedConv {
  /** [N, Cin, H, W] */
  readonly x: string;
  readonly inShape: Shape;
  readonly outShape: Shape;
  /** As stored: [Cout, Cin, kh, kw]; of the adjoint [Cin, Cout, kh, kw], taps in reverse. */
  readonly w: string;
  readonly adjoint: boolean;
  readonly kernel: readonly [number, number];
  readonly bias?: string;
  readonly attributes: ConvAttributes;
}

const one = (
  e: Emitter,
  type: string,
  inputs: string[],
  attributes: Parameters<Emitter['node']>[2] = {},
): string => e.node(type, inputs, attributes)[0];
const reversed = (e: Emitter, name: string, taps: number, axis: number): string =>
  one(e, 'Gather', [name, e.ints(Array.from({ length: taps }, (_, i) => taps - 1 - i))], { axis });
const intoBlocks = (e: Emitter, x: string): string =>
  e.once(`blocked:${x}`, () => e.node('ReorderInput', [x], {}, BLOCKED)[0]);

/**
 * Kernels of one channel each. In the plain layout each would be a product with a single row; here as many channels are
 * computed together as there are in a block, so it pays however few pixels there are. The layout's own channels are
 * filled up to whole blocks with zeros by onnxruntime, the kernels here.
 */
function depthwise(e: Emitter, c: BlockedConv, b: number, x = intoBlocks(e, c.x)): string {
  const channels = c.inShape[1];
  const [kh, kw] = c.kernel;
  const taps = kh * kw;
  const blocks = Math.ceil(channels / b);
  const more = blocks * b - channels;
  const filled = (name: string, sides: number[]): string =>
    more === 0 ? name : one(e, 'Pad', [name, e.ints(sides)]);
  const kernel = e.once(`blocked depthwise kernel:${c.w}:${c.adjoint}`, () => {
    const all = filled(one(e, 'Reshape', [c.w, e.ints([channels, taps])]), [0, 0, more, 0]);
    // To [blocks, taps, b].
    const cut = one(e, 'Reshape', [all, e.ints([blocks, b, taps])]);
    const arranged = one(e, 'Transpose', [cut], { perm: [0, 2, 1] });
    return one(e, 'Reshape', [
      c.adjoint ? reversed(e, arranged, taps, 1) : arranged,
      e.ints([blocks * b, 1, kh, kw]),
    ]);
  });
  const inputs = [x, kernel, ...(c.bias === undefined ? [] : [filled(c.bias, [0, more])])];
  const attributes = onnxConv([blocks * b, 1, kh, kw], { ...c.attributes, groups: blocks * b });
  const [y] = e.node('Conv', inputs, attributes, BLOCKED);
  return e.node('ReorderOutput', [y], { channels }, BLOCKED)[0];
}

/** Names the output, or gives null where the plain form is better or the only one. */
export function emitBlockedConv(e: Emitter, c: BlockedConv): string | null {
  const b = e.block;
  const [, cin, h, w] = c.inShape;
  const [, cout, ho, wo] = c.outShape;
  const [kh, kw] = c.kernel;
  const taps = kh * kw;
  if (b === null || taps === 1) return null;
  if (c.attributes.groups === cin && cin === cout && cin % REORDERED === 0) return depthwise(e, c, b);
  if (c.attributes.groups !== 1 || cin % b !== 0 || cout % b !== 0) return null;
  if (Math.min(h * w, ho * wo) < MANY_PIXELS) return null;
  const full = [cout, cin, kh, kw];
  // To [Cout / b, Cin / b, taps, b of Cin, b of Cout].
  const kernel = e.once(`blocked kernel:${c.w}:${c.adjoint}`, () => {
    const [first, second] = c.adjoint ? [cin, cout] : [cout, cin];
    const cut = one(e, 'Reshape', [c.w, e.ints([first / b, b, second / b, b, taps])]);
    let arranged = one(e, 'Transpose', [cut], { perm: c.adjoint ? [2, 0, 4, 1, 3] : [0, 2, 4, 3, 1] });
    if (c.adjoint) arranged = reversed(e, arranged, taps, 2);
    return one(e, 'Reshape', [arranged, e.ints(full)]);
  });
  const inputs = [intoBlocks(e, c.x), kernel, ...(c.bias === undefined ? [] : [c.bias])];
  const [y] = e.node('Conv', inputs, onnxConv(full, c.attributes), BLOCKED);
  const [plain] = e.node('ReorderOutput', [y], { channels: cout }, BLOCKED);
  return plain;
}

/**
 * The input gradient of kernels of one channel each at a stride: dy with zeros between its pixels, then as at stride 1.
 * (onnxruntime's ConvTranspose takes three times as long.) Null where the plain form is better or the only one.
 * @param c.w as stored, [C, 1, kh, kw]; c.shape of the gradient
 */
export function emitSpacedConv(
  e: Emitter,
  c: { dy: string; dyShape: Shape; shape: Shape; w: string; wShape: Shape; attributes: ConvAttributes },
): string | null {
  const b = e.block;
  const { stride, padding, dilation, groups } = c.attributes;
  const [n, channels, ho, wo] = c.dyShape;
  const [, perGroup, kh, kw] = c.wShape;
  if (b === null || perGroup !== 1 || groups !== channels || channels % REORDERED !== 0) return null;
  const [tall, wide] = [ho * stride, wo * stride];
  const [top, left] = [dilation * (kh - 1) - padding[0], dilation * (kw - 1) - padding[1]];
  const below = c.shape[2] - tall + padding[0];
  const beside = c.shape[3] - wide + padding[1];
  if (stride === 1 || Math.min(top, left, below, beside) < 0) return null;
  // Every pixel becomes a square of its own, of which all but the first corner are then struck out.
  const squares = e.node('Upsample', [intoBlocks(e, c.dy)], { scales: [1, 1, stride, stride] }, BLOCKED)[0];
  const filled = Math.ceil(channels / b) * b;
  const corners = e.once(`corners:${filled},${tall},${wide},${stride}`, () =>
    e.floats(
      Float32Array.from({ length: filled * tall * wide }, (_, i) => {
        const pixel = Math.floor(i / b) % (tall * wide);
        return Number(Math.floor(pixel / wide) % stride === 0 && (pixel % wide) % stride === 0);
      }),
      [1, filled, tall, wide],
    ),
  );
  const conv: BlockedConv = {
    x: c.dy,
    inShape: [n, channels, tall, wide],
    outShape: c.shape,
    w: c.w,
    adjoint: true,
    kernel: [kh, kw],
    attributes: { ...c.attributes, stride: 1, padding: [top, left, below, beside] },
  };
  return depthwise(e, conv, b, one(e, 'Mul', [squares, corners]));
}

/**
 * The weight gradient of kernels of one channel each is such a convolution too, of x with dy for its kernels, an image's
 * channels beside those of the others: what the layout calls a picture of N * C channels, and dy in it is a kernel as
 * it lies. Nothing is moved but what the other two convolutions have brought into the layout already. Null where there
 * is no layout.
 */
export function emitBlockedDepthwiseGradient(
  e: Emitter,
  x: { name: string; shape: Shape },
  dy: { name: string; shape: Shape },
  [channels, , kh, kw]: Shape,
  { stride, dilation, padding }: ConvAttributes,
): string | null {
  const b = e.block;
  if (b === null || channels % REORDERED !== 0) return null;
  const [n, , h, w] = x.shape;
  const [, , ho, wo] = dy.shape;
  const all = Math.ceil(channels / b) * b;
  // As much below and to the right as brings out a place for each tap; where rows are left over there are more.
  const [tall, wide] = [stride * (ho - 1) + 1, stride * (wo - 1) + 1];
  const below = Math.max(0, dilation * (kh - 1) + tall - h - padding[0]);
  const beside = Math.max(0, dilation * (kw - 1) + wide - w - padding[1]);
  const rows = Math.floor((h + padding[0] + below - tall) / dilation) + 1;
  const columns = Math.floor((w + padding[1] + beside - wide) / dilation) + 1;
  const picture = one(e, 'Reshape', [intoBlocks(e, x.name), e.ints([1, n * all, h, w])]);
  const kernel = one(e, 'Reshape', [intoBlocks(e, dy.name), e.ints([n * all, 1, ho, wo])]);
  const each = e.node(
    'Conv',
    [picture, kernel],
    {
      kernel_shape: [ho, wo],
      strides: [dilation, dilation],
      dilations: [stride, stride],
      pads: [padding[0], padding[1], below, beside],
      group: n * all,
    },
    BLOCKED,
  )[0];
  const images = one(e, 'Reshape', [each, e.ints([n, all * rows * columns])]);
  const sum = one(e, 'MatMul', [e.floats(new Float32Array(n).fill(1), [n]), images]);
  const blocks = one(e, 'Reshape', [sum, e.ints([1, all, rows, columns])]);
  let taps = e.node('ReorderOutput', [blocks], { channels }, BLOCKED)[0];
  if (rows > kh || columns > kw)
    taps = one(e, 'Slice', [taps, e.ints([0, 0]), e.ints([kh, kw]), e.ints([2, 3])]);
  return one(e, 'Reshape', [taps, e.ints([channels, 1, kh, kw])]);
}
