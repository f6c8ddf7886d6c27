/**
 * The geometry that convolutions share: what a caller may say (`Conv2dOptions`), what the operators keep
 * (`ConvAttributes`), output sizes, and the walk over all (output pixel, kernel tap, input pixel) triples from
 * which the naive references of the convolution and both of its gradients are written.
 */
import { fail, type Shape, type Tensor, type TensorType } from '../graph.ts';

/** A number for all sides, or [top, left, bottom, right]. */
export type Padding = number | readonly [number, number, number, number];
export interface Conv2dOptions {
  /** One number for each output channel, [Cout]. */
  bias?: Tensor | null;
  /** Step between output pixels, both directions. Default 1. */
  stride?: number;
  /** Zeros around the input. Default 0. */
  padding?: Padding;
  /** Channels are divided into this many groups that do not see each other. Default 1. */
  groups?: number;
  /** Distance between kernel taps. Default 1. */
  dilation?: number;
}

export type ConvAttributes = {
  readonly stride: number;
  /** [top, left, bottom, right], the order of ONNX. */
  readonly padding: readonly number[];
  readonly groups: number;
  readonly dilation: number;
};

export function convAttributes(o: Conv2dOptions): ConvAttributes {
  const p = o.padding ?? 0;
  return {
    stride: o.stride ?? 1,
    padding: typeof p === 'number' ? [p, p, p, p] : [...p],
    groups: o.groups ?? 1,
    dilation: o.dilation ?? 1,
  };
}

/** Refuses what is not a float32 input, weight (and bias), or an impossible geometry. */
export function checkConv(
  name: string,
  inputs: readonly TensorType[],
  [, c]: Shape,
  { stride, padding, groups, dilation }: ConvAttributes,
): void {
  const [x, w, b] = inputs;
  const whole = (n: number, least: number) => Number.isInteger(n) && n >= least;
  if (inputs.some((t) => t.dtype !== 'float32')) fail(name, inputs, 'all operands must be float32');
  if (x.shape.length !== 4 || w.shape.length !== 4)
    fail(name, inputs, 'the input and the weight must have four axes');
  if (!whole(stride, 1) || !whole(groups, 1) || !whole(dilation, 1) || !padding.every((p) => whole(p, 0)))
    fail(
      name,
      inputs,
      `stride ${stride}, padding [${padding.join(',')}], groups ${groups}, dilation ${dilation}: not whole numbers that make sense`,
    );
  if (w.shape[1] * groups !== c)
    fail(
      name,
      inputs,
      `${c} channels in ${groups} groups do not fit a weight for ${w.shape[1]} channels a group`,
    );
  if (w.shape[0] % groups !== 0)
    fail(name, inputs, `${w.shape[0]} output channels cannot be divided into ${groups} groups`);
  if (b && (b.shape.length !== 1 || b.shape[0] !== w.shape[0]))
    fail(name, inputs, `the bias must be [${w.shape[0]}]`);
}

/** Height and width of the result for an input of `x` and a kernel of `w`. */
export function convOutput(
  x: Shape,
  w: Shape,
  { stride, padding, dilation }: ConvAttributes,
): [number, number] {
  const along = (n: number, k: number, before: number, after: number) =>
    Math.floor((n + before + after - dilation * (k - 1) - 1) / stride) + 1;
  return [along(x[2], w[2], padding[0], padding[2]), along(x[3], w[3], padding[1], padding[3])];
}

/**
 * Calls `visit` with the flat indices of every input pixel, weight and output pixel that meet in a convolution:
 * y[iy] = sum of x[ix] * w[iw]. Taps that fall on the padding are left out.
 */
export function eachTap(
  x: Shape,
  w: Shape,
  y: Shape,
  { stride, padding, groups, dilation }: ConvAttributes,
  visit: (ix: number, iw: number, iy: number) => void,
): void {
  const [n, cin, h, width] = x;
  const [cout, perGroup, kh, kw] = w;
  const [, , ho, wo] = y;
  for (let b = 0; b < n; b++)
    for (let o = 0; o < cout; o++)
      for (let c = 0; c < perGroup; c++) {
        const channel = Math.floor(o / (cout / groups)) * perGroup + c;
        for (let i = 0; i < kh; i++)
          for (let j = 0; j < kw; j++)
            for (let r = 0; r < ho; r++) {
              const row = r * stride - padding[0] + i * dilation;
              if (row < 0 || row >= h) continue;
              for (let s = 0; s < wo; s++) {
                const column = s * stride - padding[1] + j * dilation;
                if (column < 0 || column >= width) continue;
                visit(
                  ((b * cin + channel) * h + row) * width + column,
                  ((o * perGroup + c) * kh + i) * kw + j,
                  ((b * cout + o) * ho + r) * wo + s,
                );
              }
            }
      }
}

/** Attributes of the ONNX operators Conv and ConvTranspose. */
export const onnxConv = (w: Shape, a: ConvAttributes) => ({
  kernel_shape: [w[2], w[3]],
  strides: [a.stride, a.stride],
  pads: a.padding,
  group: a.groups,
  dilations: [a.dilation, a.dilation],
});
