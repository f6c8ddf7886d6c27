/**
 * Losses that compare a result with the truth number by number. Each gives a single number, the mean over all
 * elements or, with a mask, the mean over what the mask covers.
 *
 * A mask is [N, 1, H, W] (or any shape that broadcasts), 0 where nothing counts, 1 where all does, between for
 * soft edges. The sum of the errors is divided by the area of the mask times the channels, so that a small mask
 * weighs as much as a large one; of an empty mask the loss and its gradient are 0.
 */
import { fail, sameShape, size, type Tensor } from '../graph.ts';
import { add, broadcast, div, mul, sub } from '../ops/arithmetic.ts';
import { maximum, minimum } from '../ops/compare.ts';
import { abs, sqrt, square } from '../ops/elementwise.ts';
import { mean, sum } from '../ops/reduce.ts';
import { slice } from '../ops/select.ts';

/** Says which pixels count; null or left out: all of them. */
export type Mask = Tensor | null;

/** Mean of `errors` over a mask: sum(errors * mask) / sum of the mask as wide as the errors. */
export function maskedMean(errors: Tensor, mask: Mask = null): Tensor {
  if (!mask) return mean(errors);
  const wide = broadcast(mask.shape, errors.shape);
  if (!wide || !sameShape(wide, errors.shape))
    fail('maskedMean', [errors, mask], 'the mask does not broadcast to the errors');
  const area = mul(sum(mask), size(errors.shape) / size(mask.shape));
  // An empty mask has no errors either: 0 / tiny = 0.
  return div(sum(mul(errors, mask)), maximum(area, 1e-6));
}

function difference(name: string, y: Tensor, target: Tensor): Tensor {
  if (!sameShape(y.shape, target.shape)) fail(name, [y, target], 'both must be of one shape');
  return sub(y, target);
}

/** Mean absolute error. */
export const l1 = (y: Tensor, target: Tensor, mask: Mask = null): Tensor =>
  maskedMean(abs(difference('l1', y, target)), mask);

/** Mean squared error. */
export const mse = (y: Tensor, target: Tensor, mask: Mask = null): Tensor =>
  maskedMean(square(difference('mse', y, target)), mask);

/** Mean of sqrt(d^2 + epsilon^2), a smooth absolute error (Charbonnier et al. 1994; Lai et al. 2017). */
export const charbonnier = (y: Tensor, target: Tensor, mask: Mask = null, epsilon = 1e-3): Tensor =>
  maskedMean(sqrt(add(square(difference('charbonnier', y, target)), epsilon * epsilon)), mask);

/** Mean of d^2 / 2 up to |d| = delta, delta (|d| - delta / 2) beyond (Huber 1964). */
export function huber(y: Tensor, target: Tensor, mask: Mask = null, delta = 1): Tensor {
  const d = abs(difference('huber', y, target));
  const inner = minimum(d, delta);
  return maskedMean(mul(inner, sub(d, mul(inner, 0.5))), mask);
}

/**
 * Total variation: mean absolute difference of neighbours, along rows plus along columns. With a mask [N,1,H,W] a
 * pair counts by the product of both pixels.
 * @param x [N, C, H, W], at least 2 pixels each way
 */
export function totalVariation(x: Tensor, mask: Mask = null): Tensor {
  if (x.shape.length !== 4 || x.shape[2] < 2 || x.shape[3] < 2)
    fail('totalVariation', [x], 'pictures of at least 2 x 2 pixels have neighbours');
  const [, , h, w] = x.shape;
  const pairs = (t: Tensor, down: boolean): [Tensor, Tensor] =>
    down
      ? [slice(t, [null, null, [1, h]]), slice(t, [null, null, [0, h - 1]])]
      : [slice(t, [null, null, null, [1, w]]), slice(t, [null, null, null, [0, w - 1]])];
  const along = (down: boolean) => maskedMean(abs(sub(...pairs(x, down))), mask && mul(...pairs(mask, down)));
  return add(along(true), along(false));
}

/**
 * Feature loss: mean absolute difference of two lists of features, such as the layers of a critic or an encoder
 * given the result and the truth (Wang et al. 2018, equation 4). The target's features are taken as they are: stop
 * their gradient where they depend on weights that are trained.
 * @param weights one for each pair, default 1 / number of pairs
 * @param mask [N,1,H,W] at each feature's own size, or null
 */
export function featureLoss(
  features: readonly Tensor[],
  targets: readonly Tensor[],
  weights: readonly number[] = features.map(() => 1 / features.length),
  masks: readonly Mask[] = [],
): Tensor {
  if (features.length === 0 || features.length !== targets.length || features.length !== weights.length)
    fail('featureLoss', [...features, ...targets], 'there must be as many features as targets and weights');
  return features
    .map((f, i) => mul(l1(f, targets[i], masks[i] ?? null), weights[i]))
    .reduce((a, b) => add(a, b));
}
