/**
 * The two gradients of a convolution as operators, each of whose emitters chooses the ONNX form that onnxruntime
 * runs fastest. They have no gradient of their own: first-order gradients are all that training here needs.
 *
 * Input gradient: at stride 1 an ordinary Conv of dy with the kernel's taps reversed and its channels exchanged
 * (taps reversed by a Gather along one flattened axis; a Slice with step -1 is slow); at other strides
 * ConvTranspose.
 *
 * Weight gradient: dW[o,c,i,j] = sum over pixels of dy[o, pixel] * x[c, pixel moved by (i,j)]. Both are stored with
 * one common row length, so that each move is one contiguous slice, and each tap is one matrix product over all
 * pixels. At stride s, s x s pixels become channels first, which makes it a stride-1 problem with a kernel of
 * ceil(k / s) taps.
 */
import { apply, fail, size, type Emitter, type Operator, type Shape, type Tensor } from '../graph.ts';
import { checkConv, convOutput, eachTap, onnxConv, type ConvAttributes } from './conv-shape.ts';

type GradientAttributes = ConvAttributes & {
  /** The shape to come out: that of the input or of the weight. */
  readonly shape: Shape;
};

const inputGradientOperator: Operator<GradientAttributes> = {
  name: 'conv2dInputGradient',
  infer([w, dy], attributes) {
    const x = { shape: attributes.shape, dtype: 'float32' } as const;
    checkConv('conv2dInputGradient', [x, w], x.shape, attributes);
    const [h, width] = convOutput(x.shape, w.shape, attributes);
    if ([x.shape[0], w.shape[0], h, width].join() !== dy.shape.join())
      fail('conv2dInputGradient', [x, w, dy], 'dy is not the shape of the convolution of the others');
    return [x];
  },
  emit(e, { attributes, inputs: [wt, dyt] }, [w, dy]) {
    const [cout, perGroup, kh, kw] = wt.shape;
    const { stride, padding, groups, dilation, shape } = attributes;
    const reach = [dilation * (kh - 1), dilation * (kw - 1)];
    const [, , ho, wo] = dyt.shape;
    // dy is padded so that every input pixel meets all its taps.
    const top = reach[0] - padding[0];
    const left = reach[1] - padding[1];
    const mirrored = [top, left, shape[2] - ho + reach[0] - top, shape[3] - wo + reach[1] - left];
    if (stride === 1 && mirrored.every((p) => p >= 0)) {
      const taps = kh * kw;
      let kernel = e.node('Reshape', [w, e.ints([groups, cout / groups, perGroup, taps])])[0];
      kernel = e.node('Transpose', [kernel], { perm: [0, 2, 1, 3] })[0];
      if (taps > 1)
        kernel = e.node('Gather', [kernel, e.ints(Array.from({ length: taps }, (_, i) => taps - 1 - i))], {
          axis: 3,
        })[0];
      kernel = e.node('Reshape', [kernel, e.ints([groups * perGroup, cout / groups, kh, kw])])[0];
      return e.node('Conv', [dy, kernel], onnxConv(wt.shape, { ...attributes, padding: mirrored }));
    }
    // What the stride left over at the bottom and right is output padding.
    const over = (n: number, out: number, r: number, pads: number) => n - ((out - 1) * stride + r + 1 - pads);
    return e.node('ConvTranspose', [dy, w], {
      ...onnxConv(wt.shape, attributes),
      output_padding: [
        over(shape[2], ho, reach[0], padding[0] + padding[2]),
        over(shape[3], wo, reach[1], padding[1] + padding[3]),
      ],
    });
  },
  evaluate([w, dy], attributes) {
    const dx = new Float64Array(size(attributes.shape));
    eachTap(attributes.shape, w.shape, dy.shape, attributes, (ix, iw, iy) => {
      dx[ix] += dy.data[iy] * w.data[iw];
    });
    return [dx];
  },
};

/** dLoss/dx of `conv2d`, for x of `shape`. */
export const conv2dInputGradient = (
  w: Tensor,
  dy: Tensor,
  shape: Shape,
  attributes: ConvAttributes,
): Tensor => apply(inputGradientOperator, [w, dy], { ...attributes, shape: [...shape] });

/** A tensor of the file that is being written. */
interface Named {
  readonly name: string;
  readonly shape: Shape;
}
const reshaped = (e: Emitter, t: Named, shape: Shape): Named => ({
  name: e.node('Reshape', [t.name, e.ints(shape)])[0],
  shape,
});
/** Zeros before and after each of the last two axes; a negative number cuts. */
function padded(e: Emitter, t: Named, [top, left, bottom, right]: readonly number[]): Named {
  if (top === 0 && left === 0 && bottom === 0 && right === 0) return t;
  const [n, c, h, w] = t.shape;
  return {
    // Paddings of one activation are shared by all that need the same.
    name: e.once(
      `pad:${t.name}:${top},${left},${bottom},${right}`,
      () => e.node('Pad', [t.name, e.ints([0, 0, top, left, 0, 0, bottom, right])])[0],
    ),
    shape: [n, c, h + top + bottom, w + left + right],
  };
}

/** Weight gradient at stride 1: [Cout, Cin / groups, kh, kw]. */
function denseWeightGradient(e: Emitter, x: Named, dy: Named, kernel: Shape, a: ConvAttributes): Named {
  const { groups, dilation, padding } = a;
  const [n, cout, ho, wo] = dy.shape;
  const [kh, kw] = kernel;
  const cin = x.shape[1];
  const taps = kh * kw;
  const row = wo + dilation * (kw - 1);
  const length = ho * row;
  // One spare row at the end (where the kernel is wider than one), so that the last move stays inside.
  const spare = kw > 1 ? 1 : 0;
  const rows = ho + dilation * (kh - 1) + spare;
  const xp = padded(e, x, [
    padding[0],
    padding[1],
    rows - x.shape[2] - padding[0],
    row - x.shape[3] - padding[1],
  ]);
  const flatX = reshaped(e, xp, [n, groups, cin / groups, rows * row]);
  const dyp = padded(e, dy, [0, 0, 0, row - wo]);
  const flatDy = reshaped(e, dyp, [n, groups, cout / groups, length]);
  const products: string[] = [];
  for (let i = 0; i < kh; i++)
    for (let j = 0; j < kw; j++) {
      const from = dilation * (i * row + j);
      const moved =
        taps === 1
          ? flatX.name
          : e.node('Slice', [flatX.name, e.ints([from]), e.ints([from + length]), e.ints([3])])[0];
      products.push(
        e.node('FusedMatMul', [flatDy.name, moved], { transB: 1 }, { domain: 'com.microsoft' })[0],
      );
    }
  const block = [groups, cout / groups, cin / groups];
  const shape = [cout, cin / groups, kh, kw];
  if (taps === 1)
    return reshaped(
      e,
      { name: e.node('ReduceSum', [products[0], e.ints([0])], { keepdims: 0 })[0], shape: block },
      shape,
    );
  const stacked = { name: e.node('Concat', products, { axis: 0 })[0], shape: [taps * n, ...block] };
  const separate = reshaped(e, stacked, [taps, n, ...block]);
  const summed = e.node('ReduceSum', [separate.name, e.ints([1])], { keepdims: 0 })[0];
  const tapsLast = e.node('Transpose', [summed], { perm: [1, 2, 3, 0] })[0];
  return reshaped(e, { name: tapsLast, shape: [...block, taps] }, shape);
}

/** Weight gradient at stride s by way of the stride-1 form on s x s times as many channels. */
function stridedWeightGradient(e: Emitter, x: Named, dy: Named, kernel: Shape, a: ConvAttributes): Named {
  const { stride: s, groups, padding } = a;
  const [n, cout, ho, wo] = dy.shape;
  const [kh, kw] = kernel;
  const cin = x.shape[1];
  const perGroup = cin / groups;
  const [th, tw] = [Math.ceil(kh / s), Math.ceil(kw / s)];
  const [h, w] = [ho + th - 1, wo + tw - 1];
  const xp = padded(e, x, [
    padding[0],
    padding[1],
    h * s - x.shape[2] - padding[0],
    w * s - x.shape[3] - padding[1],
  ]);
  // Each channel by itself, so that the s x s numbers of one channel stay together, and with them its group.
  const planes = reshaped(e, xp, [n * cin, 1, h * s, w * s]);
  const cells = e.node('SpaceToDepth', [planes.name], { blocksize: s })[0];
  const wide = reshaped(e, { name: cells, shape: [] }, [n, cin * s * s, h, w]);
  const dw = denseWeightGradient(e, wide, dy, [th, tw], { ...a, stride: 1, padding: [0, 0, 0, 0] });
  const split = reshaped(e, dw, [cout, perGroup, s, s, th, tw]);
  const joined = e.node('Transpose', [split.name], { perm: [0, 1, 4, 2, 5, 3] })[0];
  const full = reshaped(e, { name: joined, shape: [] }, [cout, perGroup, th * s, tw * s]);
  return { name: padded(e, full, [0, 0, kh - th * s, kw - tw * s]).name, shape: [cout, perGroup, kh, kw] };
}

const weightGradientOperator: Operator<GradientAttributes> = {
  name: 'conv2dWeightGradient',
  infer([x, dy], attributes) {
    const w = { shape: attributes.shape, dtype: 'float32' } as const;
    checkConv('conv2dWeightGradient', [x, w], x.shape, attributes);
    const [h, width] = convOutput(x.shape, w.shape, attributes);
    if ([x.shape[0], w.shape[0], h, width].join() !== dy.shape.join())
      fail('conv2dWeightGradient', [x, w, dy], 'dy is not the shape of the convolution of the others');
    return [w];
  },
  emit(e, { attributes, inputs: [xt, dyt] }, names) {
    const x = { name: names[0], shape: xt.shape };
    const dy = { name: names[1], shape: dyt.shape };
    const { stride, dilation, shape } = attributes;
    const kernel = shape.slice(2);
    if (stride === 1) return [denseWeightGradient(e, x, dy, kernel, attributes).name];
    if (dilation === 1) return [stridedWeightGradient(e, x, dy, kernel, attributes).name];
    // Strided and dilated at once is rare: dy is spread out to the grid of the input, then all is stride 1.
    const [n, cout, ho, wo] = dyt.shape;
    const cells = reshaped(e, dy, [n, cout, ho, 1, wo, 1]);
    const after = [0, 0, 0, stride - 1, 0, stride - 1];
    const spread = e.node('Pad', [cells.name, e.ints([0, 0, 0, 0, 0, 0, ...after])])[0];
    const wide = reshaped(e, { name: spread, shape: [] }, [n, cout, ho * stride, wo * stride]);
    return [denseWeightGradient(e, x, wide, kernel, { ...attributes, stride: 1 }).name];
  },
  evaluate([x, dy], attributes) {
    const dw = new Float64Array(size(attributes.shape));
    eachTap(x.shape, attributes.shape, dy.shape, attributes, (ix, iw, iy) => {
      dw[iw] += dy.data[iy] * x.data[ix];
    });
    return [dw];
  },
};

/** dLoss/dw of `conv2d`, for w of `shape`. */
export const conv2dWeightGradient = (
  x: Tensor,
  dy: Tensor,
  shape: Shape,
  attributes: ConvAttributes,
): Tensor => apply(weightGradientOperator, [x, dy], { ...attributes, shape: [...shape] });
