/** Losses of decisions: classes (colour bins), yes and no (damage masks), and the two sides of a critic. */
import { fail, sameShape, type Tensor } from '../graph.ts';
import { add, mul, neg, sub } from '../ops/arithmetic.ts';
import { relu, softplus } from '../ops/activation.ts';
import { mean, sum } from '../ops/reduce.ts';
import { reshape } from '../ops/shape.ts';
import { logSoftmax } from '../ops/softmax.ts';
import { maskedMean, type Mask } from './pixel.ts';

/**
 * Cross-entropy over the channel axis: mean over pixels of -sum over k of weight_k t_k log softmax(x)_k. With
 * weights that grow with the rarity of a class this is the rebalanced colour loss of Zhang et al. (2016), with the
 * weights applied to each class of a soft target.
 * @param logits [N, K, H, W] (or [N, K]), before any softmax
 * @param target probabilities of the same shape, adding up to 1 over the channels; soft or one-hot
 * @param options.weights [K], default 1
 * @param options.mask [N, 1, H, W]
 */
export function crossEntropy(
  logits: Tensor,
  target: Tensor,
  options: { weights?: Tensor | null; mask?: Mask } = {},
): Tensor {
  const { weights = null, mask = null } = options;
  const inputs = weights ? [logits, target, weights] : [logits, target];
  if (!sameShape(logits.shape, target.shape)) fail('crossEntropy', inputs, 'both must be of one shape');
  const k = logits.shape[1];
  if (weights && weights.shape.join() !== `${k}`) fail('crossEntropy', inputs, `the weights must be [${k}]`);
  const ones = logits.shape.slice(2).map(() => 1);
  const weighted = weights ? mul(target, reshape(weights, [k, ...ones])) : target;
  return neg(maskedMean(sum(mul(weighted, logSoftmax(logits, 1)), [1], true), mask));
}

/**
 * Binary cross-entropy of a yes-or-no answer given as logits, mean over elements: softplus(x) - x t, which is
 * -t log s - (1 - t) log(1 - s) for s = sigmoid(x), and finite for every x.
 * @param target 0..1, same shape
 * @param options.positiveWeight counts a missed yes that many times (damage is rare). Default 1
 */
export function bceWithLogits(
  logits: Tensor,
  target: Tensor,
  options: { positiveWeight?: number; mask?: Mask } = {},
): Tensor {
  const { positiveWeight = 1, mask = null } = options;
  if (!sameShape(logits.shape, target.shape))
    fail('bceWithLogits', [logits, target], 'both must be of one shape');
  if (positiveWeight === 1) return maskedMean(sub(softplus(logits), mul(logits, target)), mask);
  // p t softplus(-x) + (1 - t) softplus(x), with softplus(-x) = softplus(x) - x
  const plus = softplus(logits);
  const missed = mul(mul(target, positiveWeight), sub(plus, logits));
  return maskedMean(add(missed, mul(sub(1, target), plus)), mask);
}

/**
 * The critic's hinge loss: mean max(0, 1 - D(real)) + mean max(0, 1 + D(made)) (Lim and Ye 2017; Miyato et al.
 * 2018, equation 16).
 * @param onReal scores of real pictures @param onMade scores of made ones, both of any shape
 * @param mask which scores count (for patches that were repaired), for both
 */
export const hingeCritic = (onReal: Tensor, onMade: Tensor, mask: Mask = null): Tensor =>
  add(maskedMean(relu(sub(1, onReal)), mask), maskedMean(relu(add(onMade, 1)), mask));

/** The generator's side of it: -mean D(made). */
export const hingeGenerator = (onMade: Tensor, mask: Mask = null): Tensor =>
  neg(mask ? maskedMean(onMade, mask) : mean(onMade));
