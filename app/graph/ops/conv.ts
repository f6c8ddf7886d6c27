/**
 * Convolution (as networks mean it: correlation) and its transpose. The two gradients of a convolution are
 * operators of their own (conv-gradient.ts), because their fastest ONNX forms depend on the geometry; the
 * transposed convolution *is* the input gradient with the roles changed, so its rules come from the same three.
 */
import { apply, fail, size, type Operator, type Tensor } from '../graph.ts';
import { emitBlockedConv } from './conv-blocked.ts';
import { conv2dBiasGradient, conv2dInputGradient, conv2dWeightGradient } from './conv-gradient.ts';
import {
  checkConv,
  convAttributes,
  convOutput,
  eachTap,
  onnxConv,
  type Conv2dOptions,
  type ConvAttributes,
} from './conv-shape.ts';

const convOperator: Operator<ConvAttributes> = {
  name: 'conv2d',
  infer(inputs, attributes) {
    const [x, w] = inputs;
    checkConv('conv2d', inputs, x.shape, attributes);
    const [h, width] = convOutput(x.shape, w.shape, attributes);
    return [{ shape: [x.shape[0], w.shape[0], h, width], dtype: 'float32' }];
  },
  emit(e, { attributes, inputs: [x, w], outputs: [y] }, names) {
    const blocked = emitBlockedConv(e, {
      x: names[0],
      inShape: x.shape,
      outShape: y.shape,
      w: names[1],
      adjoint: false,
      kernel: [w.shape[2], w.shape[3]],
      bias: names[2],
      attributes,
    });
    return blocked === null ? e.node('Conv', names, onnxConv(w.shape, attributes)) : [blocked];
  },
  gradient({ inputs: [x, w, bias], attributes }, [dOut]) {
    const dy = dOut as Tensor;
    const gradients = [
      conv2dInputGradient(w, dy, x.shape, attributes),
      conv2dWeightGradient(x, dy, w.shape, attributes),
    ];
    return bias ? [...gradients, conv2dBiasGradient(dy)] : gradients;
  },
  evaluate([x, w, bias], attributes, [out]) {
    const pixels = out.shape[2] * out.shape[3];
    const y = new Float64Array(size(out.shape));
    if (bias) for (let k = 0; k < y.length; k++) y[k] = bias.data[Math.floor(k / pixels) % out.shape[1]];
    eachTap(x.shape, w.shape, out.shape, attributes, (ix, iw, iy) => (y[iy] += x.data[ix] * w.data[iw]));
    return [y];
  },
};

/**
 * y[n,o,r,s] = bias[o] + sum over c, i, j of w[o,c,i,j] * x[n, c, r*stride - top + i*dilation, s*stride - left + j*dilation],
 * zero outside of x.
 * @param x [N, Cin, H, W]
 * @param w [Cout, Cin / groups, kernel height, kernel width]
 * @returns [N, Cout, floor((H + top + bottom - dilation*(kh-1) - 1) / stride) + 1, ...]
 */
export function conv2d(x: Tensor, w: Tensor, options: Conv2dOptions = {}): Tensor {
  const { bias } = options;
  return apply(convOperator, bias ? [x, w, bias] : [x, w], convAttributes(options));
}

type TransposeAttributes = ConvAttributes & { readonly outputPadding: number };

const convTransposeOperator: Operator<TransposeAttributes> = {
  name: 'convTranspose2d',
  infer(inputs, attributes) {
    const [x, w, b] = inputs;
    const { stride, padding, groups, dilation, outputPadding } = attributes;
    // The weight is that of the convolution which goes the other way: [Cin, Cout / groups, kh, kw].
    checkConv('convTranspose2d', [x, w], [0, (w.shape[1] ?? 0) * groups], attributes);
    if (x.shape[1] !== w.shape[0])
      fail('convTranspose2d', inputs, `the weight is for ${w.shape[0]} channels`);
    if (b && (b.shape.length !== 1 || b.shape[0] !== w.shape[1] * groups))
      fail('convTranspose2d', inputs, `the bias must be [${w.shape[1] * groups}]`);
    if (outputPadding < 0 || outputPadding >= Math.max(stride, dilation))
      fail('convTranspose2d', inputs, `output padding ${outputPadding} must be below the stride`);
    const along = (n: number, k: number, pads: number) =>
      (n - 1) * stride + dilation * (k - 1) + 1 + outputPadding - pads;
    return [
      {
        shape: [
          x.shape[0],
          w.shape[1] * groups,
          along(x.shape[2], w.shape[2], padding[0] + padding[2]),
          along(x.shape[3], w.shape[3], padding[1] + padding[3]),
        ],
        dtype: 'float32',
      },
    ];
  },
  emit: (e, { attributes, inputs: [, w] }, names) =>
    e.node('ConvTranspose', names, {
      ...onnxConv(w.shape, attributes),
      output_padding: [attributes.outputPadding, attributes.outputPadding],
    }),
  gradient({ inputs: [x, w, bias], attributes: { stride, padding, groups, dilation } }, [dOut]) {
    const dy = dOut as Tensor;
    const a = { stride, padding, groups, dilation };
    const gradients = [apply(convOperator, [dy, w], a), conv2dWeightGradient(dy, x, w.shape, a)];
    return bias ? [...gradients, conv2dBiasGradient(dy)] : gradients;
  },
  evaluate([x, w, bias], attributes, [out]) {
    const pixels = out.shape[2] * out.shape[3];
    const y = new Float64Array(size(out.shape));
    if (bias) for (let k = 0; k < y.length; k++) y[k] = bias.data[Math.floor(k / pixels) % out.shape[1]];
    eachTap(out.shape, w.shape, x.shape, attributes, (iy, iw, ix) => (y[iy] += x.data[ix] * w.data[iw]));
    return [y];
  },
};

/**
 * The adjoint of `conv2d`: spreads every input pixel over the kernel.
 * @param x [N, Cin, H, W]
 * @param w [Cin, Cout / groups, kernel height, kernel width]
 * @param options.outputPadding rows and columns added at the bottom and right, below the stride. Default 0
 * @returns [N, Cout, (H - 1) * stride + dilation * (kh - 1) + 1 - top - bottom + outputPadding, ...]
 */
export function convTranspose2d(
  x: Tensor,
  w: Tensor,
  options: Conv2dOptions & { outputPadding?: number } = {},
): Tensor {
  const { bias, outputPadding = 0 } = options;
  const attributes = { ...convAttributes(options), outputPadding };
  return apply(convTransposeOperator, bias ? [x, w, bias] : [x, w], attributes);
}
