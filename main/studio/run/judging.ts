/** How often a critic is right, as part of a graph: the numbers that the switcher goes by. */
import type { Tensor } from '../../../app/graph/graph.ts';
import { add, mul } from '../../../app/graph/ops/arithmetic.ts';
import { greater, less, where } from '../../../app/graph/ops/compare.ts';
import { mean } from '../../../app/graph/ops/reduce.ts';

/** Share of the scores of made pictures that are below nought: seen through. Single number, 0..1. */
export const recognised = (onMade: Tensor): Tensor => mean(where(less(onMade, 0), 1, 0));

/** Share of right judgements, of real (score above nought) and made pictures (below) together. */
export const criticAccuracy = (onReal: Tensor, onMade: Tensor): Tensor =>
  mul(add(mean(where(greater(onReal, 0), 1, 0)), recognised(onMade)), 0.5);
