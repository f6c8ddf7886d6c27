/**
 * The two gradients of a convolution as operators, each of whose emitters chooses the ONNX form that onnxruntime
 * runs fastest. They have no gradient of their own: first-order gradients are all that training here needs.
 *
 * Input gradient: of 1 x 1 kernels a matrix product that reads the kernel as it lies; at stride 1 an ordinary Conv of
 * dy with the kernel's taps reversed and its channels exchanged (taps reversed by a product with a matrix of ones
 * across the corner, which is exact and, for kernels, ten times as fast as Gather or a Slice with step -1); at other
 * strides ConvTranspose, but for kernels of one channel each (conv-blocked.ts). Weight gradient: see
 * conv-gradient-weight.ts.
 */
import { apply, fail, size, type Operator, type Shape, type Tensor } from '../graph.ts';
import { emitBlockedConv, emitSpacedConv } from './conv-blocked.ts';
import {
  emitBiasGradient,
  emitPointwiseInputGradient,
  emitWeightGradient,
  isPointwise,
} from './conv-gradient-weight.ts';
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
    if (isPointwise(wt.shape, attributes))
      return [emitPointwiseInputGradient(e, w, { name: dy, shape: dyt.shape }, shape)];
    // dy is padded so that every input pixel meets all its taps.
    const top = reach[0] - padding[0];
    const left = reach[1] - padding[1];
    const mirrored = [top, left, shape[2] - ho + reach[0] - top, shape[3] - wo + reach[1] - left];
    if (stride === 1 && mirrored.every((p) => p >= 0)) {
      const blocked = emitBlockedConv(e, {
        x: dy,
        inShape: dyt.shape,
        outShape: shape,
        w,
        adjoint: true,
        kernel: [kh, kw],
        attributes: { ...attributes, padding: mirrored },
      });
      if (blocked !== null) return [blocked];
      const taps = kh * kw;
      let kernel = e.node('Reshape', [w, e.ints([groups, cout / groups, perGroup, taps])])[0];
      kernel = e.node('Transpose', [kernel], { perm: [0, 2, 1, 3] })[0];
      if (taps > 1) {
        const reversal = Float32Array.from({ length: taps * taps }, (_, i) =>
          Math.floor(i / taps) + (i % taps) === taps - 1 ? 1 : 0,
        );
        const swap = e.once(`reversal of ${taps}`, () => e.floats(reversal, [taps, taps]));
        kernel = e.node('MatMul', [kernel, swap])[0];
      }
      kernel = e.node('Reshape', [kernel, e.ints([groups * perGroup, cout / groups, kh, kw])])[0];
      return e.node('Conv', [dy, kernel], onnxConv(wt.shape, { ...attributes, padding: mirrored }));
    }
    const spaced = emitSpacedConv(e, { dy, dyShape: dyt.shape, shape, w, wShape: wt.shape, attributes });
    if (spaced !== null) return [spaced];
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
  emit: (e, { attributes, inputs: [x, dy] }, names) => [
    emitWeightGradient(
      e,
      { name: names[0], shape: x.shape },
      { name: names[1], shape: dy.shape },
      attributes.shape,
      attributes,
    ),
  ],
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

const biasGradientOperator: Operator = {
  name: 'conv2dBiasGradient',
  infer(inputs) {
    const [dy] = inputs;
    if (dy.dtype !== 'float32' || dy.shape.length !== 4)
      fail('conv2dBiasGradient', inputs, 'dy must be [N, C, H, W]');
    return [{ shape: [dy.shape[1]], dtype: 'float32' }];
  },
  emit: (e, { inputs: [dy] }, [name]) => [emitBiasGradient(e, { name, shape: dy.shape })],
  evaluate([dy]) {
    const [, channels, h, w] = dy.shape;
    const db = new Float64Array(channels);
    dy.data.forEach((d, i) => (db[Math.floor(i / (h * w)) % channels] += d));
    return [db];
  },
};

/** dLoss/dbias of `conv2d`: the sum over images and pixels, [C]. */
export const conv2dBiasGradient = (dy: Tensor): Tensor => apply(biasGradientOperator, [dy], {});
