/**
 * Changing the size of pictures: interpolation (nearest, bilinear), pooling, and the exchange of channels and
 * pixels. Interpolation is linear in the picture, so its gradient is its exact adjoint: block sums for nearest by
 * whole factors, otherwise the transposed interpolation matrices, one along each axis.
 */
import { apply, fail, size, type Operator, type Shape, type Tensor } from '../graph.ts';
import { mul } from './arithmetic.ts';
import { conv2dInputGradient } from './conv-gradient.ts';
import { needFloats } from './elementwise.ts';
import { contractAxis, pad } from './select.ts';

export type ResizeMode = 'nearest' | 'bilinear';

/**
 * The interpolation matrix [to, from] along one axis, pixel centres at half steps (`half_pixel` of ONNX,
 * `align_corners = false` of PyTorch). Nearest takes the pixel whose area the new centre falls on. There is no
 * smoothing before a reduction: use `averagePool`.
 */
function interpolation(from: number, to: number, mode: ResizeMode): Float32Array {
  const matrix = new Float32Array(to * from);
  for (let k = 0; k < to; k++) {
    if (mode === 'nearest') {
      matrix[k * from + Math.floor((k * from) / to)] = 1;
      continue;
    }
    const at = ((k + 0.5) * from) / to - 0.5;
    const low = Math.floor(at);
    matrix[k * from + Math.min(Math.max(low, 0), from - 1)] += 1 - (at - low);
    matrix[k * from + Math.min(Math.max(low + 1, 0), from - 1)] += at - low;
  }
  return matrix;
}

/** For each of `to` pixels the one of `from` that nearest takes. */
const nearest = (from: number, to: number): number[] =>
  Array.from({ length: to }, (_, k) => Math.floor((k * from) / to));

type ResizeAttributes = { readonly height: number; readonly width: number; readonly mode: ResizeMode };
const resizeOperator: Operator<ResizeAttributes> = {
  name: 'resize',
  infer(inputs, { height, width }) {
    needFloats('resize', inputs);
    if (inputs[0].shape.length !== 4) fail('resize', inputs, 'pictures have four axes');
    return [{ shape: [...inputs[0].shape.slice(0, 2), height, width], dtype: 'float32' }];
  },
  emit(e, { attributes: { height, width, mode }, inputs: [xt], outputs: [out] }, [x]) {
    const [n, c, h, w] = xt.shape;
    const to = e.ints([n, c, height, width]);
    if (mode === 'bilinear')
      return e.node('Resize', [x, '', '', to], {
        mode: 'linear',
        coordinate_transformation_mode: 'half_pixel',
      });
    if (out.shape[2] % h === 0 && out.shape[3] % w === 0)
      return e.node('Resize', [x, '', '', to], {
        mode: 'nearest',
        coordinate_transformation_mode: 'asymmetric',
        nearest_mode: 'floor',
      });
    // At other factors runtimes round the place in single precision, some to the wrong side of a whole number.
    const rows = e.node('Gather', [x, e.ints(nearest(h, height))], { axis: 2 });
    return e.node('Gather', [rows[0], e.ints(nearest(w, width))], { axis: 3 });
  },
  gradient({ inputs: [x], attributes: { height, width, mode } }, [dOut]) {
    const dy = dOut as Tensor;
    const [, , h, w] = x.shape;
    const [fy, fx] = [height / h, width / w];
    if (mode === 'nearest' && Number.isInteger(fy) && fx === fy) return [mul(averagePool(dy, fy), fy * fy)];
    const back = (d: Tensor, from: number, to: number, axis: number) => {
      const matrix = interpolation(from, to, mode);
      const transposed = Float32Array.from(matrix, (_, k) => matrix[(k % to) * from + Math.floor(k / to)]);
      return from === to ? d : contractAxis(d, transposed, from, axis);
    };
    // The axis that shrinks first leaves less to do for the other.
    return [back(back(dy, w, width, 3), h, height, 2)];
  },
  evaluate([x], { height, width, mode }, [out]) {
    const [n, c, h, w] = x.shape;
    const [my, mx] = [interpolation(h, height, mode), interpolation(w, width, mode)];
    const y = new Float64Array(size(out.shape));
    for (let p = 0; p < n * c; p++)
      for (let r = 0; r < height; r++)
        for (let s = 0; s < width; s++)
          for (let i = 0; i < h; i++)
            for (let j = 0; j < w; j++)
              y[(p * height + r) * width + s] += my[r * h + i] * mx[s * w + j] * x.data[(p * h + i) * w + j];
    return [y];
  },
};
/** Pictures [N, C, H, W] at another height and width, any factors; see `interpolation` for where pixels lie. */
export const resize = (x: Tensor, [height, width]: readonly [number, number], mode: ResizeMode): Tensor =>
  x.shape[2] === height && x.shape[3] === width ? x : apply(resizeOperator, [x], { height, width, mode });
/** `resize` by a whole factor. */
export const upsample = (x: Tensor, factor: number, mode: ResizeMode = 'nearest'): Tensor =>
  resize(x, [x.shape[2] * factor, x.shape[3] * factor], mode);

type PoolAttributes = { readonly size: number; readonly stride: number };
const pooled = (
  name: string,
  inputs: readonly { shape: Shape; dtype: 'float32' | 'int64' | 'bool' }[],
  a: PoolAttributes,
) => {
  const [x] = inputs;
  if (x.shape.length !== 4) fail(name, inputs, 'pictures have four axes');
  if (!(a.size >= 1) || !(a.stride >= 1)) fail(name, inputs, `size ${a.size}, stride ${a.stride}`);
  const along = (n: number) => Math.floor((n - a.size) / a.stride) + 1;
  return [...x.shape.slice(0, 2), along(x.shape[2]), along(x.shape[3])];
};
/** Calls `visit` for each output pixel and each input pixel under its window. */
function eachWindow(x: Shape, y: Shape, a: PoolAttributes, visit: (iy: number, ix: number) => void): void {
  for (let p = 0; p < x[0] * x[1]; p++)
    for (let r = 0; r < y[2]; r++)
      for (let s = 0; s < y[3]; s++)
        for (let i = 0; i < a.size; i++)
          for (let j = 0; j < a.size; j++)
            visit((p * y[2] + r) * y[3] + s, (p * x[2] + r * a.stride + i) * x[3] + s * a.stride + j);
}

const averagePoolOperator: Operator<PoolAttributes> = {
  name: 'averagePool',
  infer(inputs, attributes) {
    needFloats('averagePool', inputs);
    return [{ shape: pooled('averagePool', inputs, attributes), dtype: 'float32' }];
  },
  emit: (e, { attributes: { size: k, stride } }, inputs) =>
    e.node('AveragePool', inputs, { kernel_shape: [k, k], strides: [stride, stride] }),
  gradient({ inputs: [x], attributes: { size: k, stride } }, [dOut]) {
    const dy = dOut as Tensor;
    const [, c, h, w] = x.shape;
    if (k === stride) {
      const spread = upsample(mul(dy, 1 / (k * k)), k);
      return [pad(spread, [0, 0, 0, 0], [0, 0, h - spread.shape[2], w - spread.shape[3]])];
    }
    // Overlapping windows: a convolution of each channel with a constant kernel.
    const kernel = x.graph.constant(new Float32Array(c * k * k).fill(1 / (k * k)), [c, 1, k, k]);
    const a = { stride, padding: [0, 0, 0, 0], groups: c, dilation: 1 };
    return [conv2dInputGradient(kernel, dy, x.shape, a)];
  },
  evaluate([x], attributes, [out]) {
    const y = new Float64Array(size(out.shape));
    const area = attributes.size ** 2;
    eachWindow(x.shape, out.shape, attributes, (iy, ix) => (y[iy] += x.data[ix] / area));
    return [y];
  },
};
/** Means of `window` x `window` pixels, every `stride` (default: side by side); what is left over is dropped. */
export const averagePool = (x: Tensor, window: number, stride = window): Tensor =>
  window === 1 && stride === 1 ? x : apply(averagePoolOperator, [x], { size: window, stride });

const maxPoolOperator: Operator<PoolAttributes> = {
  name: 'maxPool',
  infer(inputs, attributes) {
    needFloats('maxPool', inputs);
    const shape = pooled('maxPool', inputs, attributes);
    // The second output says where each maximum was: its index in the whole of x.
    return [
      { shape, dtype: 'float32' },
      { shape, dtype: 'int64' },
    ];
  },
  emit: (e, { attributes: { size: k, stride } }, inputs) =>
    e.node('MaxPool', inputs, { kernel_shape: [k, k], strides: [stride, stride] }, { outputs: 2 }),
  gradient: ({ inputs: [x], outputs: [, where] }, [dy]) => [
    dy && apply(unpoolOperator, [where, dy], { shape: x.shape }),
  ],
  evaluate([x], attributes, [out]) {
    const y = new Float64Array(size(out.shape)).fill(-Infinity);
    const at = new Float64Array(y.length);
    eachWindow(x.shape, out.shape, attributes, (iy, ix) => {
      if (x.data[ix] > y[iy]) {
        y[iy] = x.data[ix];
        at[iy] = ix;
      }
    });
    return [y, at];
  },
};
const unpoolOperator: Operator<{ shape: Shape }> = {
  name: 'maxPoolGradient',
  infer: (_inputs, { shape }) => [{ shape: [...shape], dtype: 'float32' }],
  emit(e, { attributes: { shape } }, names) {
    const [where, dy] = names.map((name) => e.node('Reshape', [name, e.ints([-1])])[0]);
    const zero = e.node('Expand', [e.floats([0]), e.ints([size(shape)])])[0];
    const sum = e.node('ScatterElements', [zero, where, dy], { axis: 0, reduction: 'add' })[0];
    return e.node('Reshape', [sum, e.ints(shape)]);
  },
  evaluate([where, dy], { shape }) {
    const dx = new Float64Array(size(shape));
    where.data.forEach((at, k) => (dx[at] += dy.data[k]));
    return [dx];
  },
};
/** Maxima of `window` x `window` pixels, every `stride`; pad first (with a low value) for a window at the border. */
export const maxPool = (x: Tensor, window: number, stride = window): Tensor =>
  apply(maxPoolOperator, [x], { size: window, stride });

const depthToSpaceOperator: Operator<{ block: number }> = {
  name: 'depthToSpace',
  infer(inputs, { block }) {
    needFloats('depthToSpace', inputs);
    const [n, c, h, w] = inputs[0].shape;
    if (inputs[0].shape.length !== 4 || c % (block * block) !== 0)
      fail('depthToSpace', inputs, `the channels cannot be divided by ${block} x ${block}`);
    return [{ shape: [n, c / block / block, h * block, w * block], dtype: 'float32' }];
  },
  // First columns, then rows: two transpositions of few axes run two to four times as fast as DepthToSpace.
  emit(e, { attributes: { block: b }, inputs: [x], outputs: [out] }, [name]) {
    const [n, c, h, w] = x.shape;
    let t = e.node('Reshape', [name, e.ints([(n * c) / b, b, h * w])])[0];
    t = e.node('Transpose', [t], { perm: [0, 2, 1] })[0];
    t = e.node('Reshape', [t, e.ints([(n * c) / b / b, b, h, w * b])])[0];
    t = e.node('Transpose', [t], { perm: [0, 2, 1, 3] })[0];
    return e.node('Reshape', [t, e.ints(out.shape)]);
  },
  gradient: ({ attributes: { block } }, [dy]) => [spaceToDepth(dy as Tensor, block)],
  evaluate([x], { block: b }, [out]) {
    const [, c, h, w] = out.shape;
    return [
      Float64Array.from({ length: size(out.shape) }, (_, k) => {
        const [column, row] = [k % w, Math.floor(k / w) % h];
        const plane = Math.floor(k / w / h);
        const channel = (plane % c) * b * b + (row % b) * b + (column % b);
        const at = Math.floor(plane / c) * c * b * b + channel;
        return x.data[(at * (h / b) + Math.floor(row / b)) * (w / b) + Math.floor(column / b)];
      }),
    ];
  },
};
/**
 * Channels become pixels: [N, C*b*b, H, W] to [N, C, H*b, W*b], the b*b numbers of one pixel lying side by side in
 * the channels ("pixel shuffle", Shi et al. 2016; the CRD mode of ONNX).
 */
export const depthToSpace = (x: Tensor, block: number): Tensor =>
  block === 1 ? x : apply(depthToSpaceOperator, [x], { block });

const spaceToDepthOperator: Operator<{ block: number }> = {
  name: 'spaceToDepth',
  infer(inputs, { block }) {
    needFloats('spaceToDepth', inputs);
    const [n, c, h, w] = inputs[0].shape;
    if (inputs[0].shape.length !== 4 || h % block !== 0 || w % block !== 0)
      fail('spaceToDepth', inputs, `height and width cannot be divided by ${block}`);
    return [{ shape: [n, c * block * block, h / block, w / block], dtype: 'float32' }];
  },
  // ONNX puts the channels last among the new ones; each channel by itself gives the order of depthToSpace.
  emit(e, { attributes: { block }, inputs: [x], outputs: [out] }, [name]) {
    const [n, c, h, w] = x.shape;
    const planes = e.node('Reshape', [name, e.ints([n * c, 1, h, w])])[0];
    const cells = e.node('SpaceToDepth', [planes], { blocksize: block })[0];
    return e.node('Reshape', [cells, e.ints(out.shape)]);
  },
  gradient: ({ attributes: { block } }, [dy]) => [depthToSpace(dy as Tensor, block)],
  evaluate([x], { block: b }, [out]) {
    const [, c, h, w] = x.shape;
    const y = new Float64Array(x.data.length);
    x.data.forEach((v, k) => {
      const [column, row] = [k % w, Math.floor(k / w) % h];
      const [channel, n] = [Math.floor(k / w / h) % c, Math.floor(k / w / h / c)];
      const plane = (n * c + channel) * b * b + (row % b) * b + (column % b);
      y[(plane * out.shape[2] + Math.floor(row / b)) * out.shape[3] + Math.floor(column / b)] = v;
    });
    return [y];
  },
};
/** Pixels become channels: the inverse of `depthToSpace`. */
export const spaceToDepth = (x: Tensor, block: number): Tensor =>
  block === 1 ? x : apply(spaceToDepthOperator, [x], { block });
