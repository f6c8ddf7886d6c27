/** Structural similarity (Wang et al. 2004) as a loss. */
import { fail, sameShape, type Tensor } from '../graph.ts';
import { add, div, mul, sub } from '../ops/arithmetic.ts';
import { square } from '../ops/elementwise.ts';
import { contractAxis, slice } from '../ops/select.ts';
import { concat, split } from '../ops/shape.ts';
import { maskedMean, type Mask } from './pixel.ts';

export interface SsimOptions {
  /** Side of the Gaussian window, odd; made smaller for pictures that are smaller. Default 11. */
  window?: number;
  /** Standard deviation of the window in pixels. Default 1.5. */
  sigma?: number;
  /** Difference between black and white. Default 1. */
  range?: number;
  /** [N, 1, H, W]: windows count by their middle pixel. */
  mask?: Mask;
}

/** The matrix [n - window + 1, n] of a weighted mean over every window that lies inside a line of n. */
function windows(n: number, window: number, sigma: number): Float32Array {
  const half = (window - 1) / 2;
  const kernel = Array.from({ length: window }, (_, i) => Math.exp(-((i - half) ** 2) / (2 * sigma * sigma)));
  const total = kernel.reduce((a, b) => a + b);
  const rows = n - window + 1;
  const matrix = new Float32Array(rows * n);
  for (let r = 0; r < rows; r++) kernel.forEach((k, i) => (matrix[r * n + r + i] = k / total));
  return matrix;
}

/**
 * Mean structural similarity of two pictures [N, C, H, W], each channel by itself: 1 when they are equal. The
 * Gaussian means are matrix products with banded matrices, which at the sizes one trains at runs faster than a
 * convolution of each channel. Only windows that lie inside count, as in the paper.
 */
export function ssim(x: Tensor, y: Tensor, options: SsimOptions = {}): Tensor {
  const { sigma = 1.5, range = 1, mask = null } = options;
  if (x.shape.length !== 4 || !sameShape(x.shape, y.shape))
    fail('ssim', [x, y], 'both must be pictures of one shape');
  const [n, , h, w] = x.shape;
  const most = Math.min(h, w, options.window ?? 11);
  const window = most % 2 === 1 ? most : most - 1;
  const [rows, columns] = [h - window + 1, w - window + 1];
  const blur = (t: Tensor) =>
    contractAxis(contractAxis(t, windows(w, window, sigma), columns, 3), windows(h, window, sigma), rows, 2);
  const maps = blur(concat([x, y, square(x), square(y), mul(x, y)], 0));
  const [mx, my, xx, yy, xy] = split(maps, [n, n, n, n, n], 0);
  const [c1, c2] = [(0.01 * range) ** 2, (0.03 * range) ** 2];
  const product = mul(mx, my);
  const squares = add(square(mx), square(my));
  const top = mul(add(mul(product, 2), c1), add(mul(sub(xy, product), 2), c2));
  const bottom = mul(add(squares, c1), add(sub(add(xx, yy), squares), c2));
  const half = (window - 1) / 2;
  const middle = mask && slice(mask, [null, null, [half, half + rows], [half, half + columns]]);
  return maskedMean(div(top, bottom), middle);
}

/** 1 - `ssim`; of an empty mask 1, with a gradient of 0. */
export const ssimLoss = (x: Tensor, y: Tensor, options: SsimOptions = {}): Tensor =>
  sub(1, ssim(x, y, options));
