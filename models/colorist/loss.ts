/**
 * What the colorist learns by: the choice among colour bins, rare colours weighted up (Zhang et al. 2016), and the
 * distance between the mean of the choice and the true chroma, which is what it is judged by. Weighted up in full, or
 * without the distance, it learnt more slowly (models/README.md has the comparison).
 */
import type { Tensor } from '../../app/graph/graph.ts';
import { add, mul, neg, sub } from '../../app/graph/ops/arithmetic.ts';
import { sqrt, square } from '../../app/graph/ops/elementwise.ts';
import { matmul } from '../../app/graph/ops/matmul.ts';
import { mean, sum } from '../../app/graph/ops/reduce.ts';
import { logSoftmax, softmax } from '../../app/graph/ops/softmax.ts';
import { COLOUR_BINS } from './bins.ts';
import { binWeights, CHROMA_SCALE, colourTargets, pixelRows } from './colour.ts';

export interface ColoristLoss {
  /** choice + weight of the distance * distance. */
  total: Tensor;
  choice: Tensor;
  distance: Tensor;
  /** [N, pixels, 2]: the plain mean of the choice, a* and b* / 110. */
  middle: Tensor;
}

/**
 * @param rows [N, pixels, bins], the network's choice before softmax (`pixelRows` of its logits)
 * @param ab [N, 2, h, w], true a* and b* / 110; h * w = pixels
 * @param options tilt: the power to which a colour's weight is taken, 0 all colours alike, 1 in full; distance: weight of the
 *   distance beside the choice
 */
export function coloristLoss(
  rows: Tensor,
  ab: Tensor,
  { tilt = 0.5, distance: share = 4 }: { tilt?: number; distance?: number } = {},
): ColoristLoss {
  const { graph } = rows;
  const bins = COLOUR_BINS.length;
  const raw = binWeights().map((w) => w ** tilt);
  const usual = COLOUR_BINS.reduce((total, [, , p], i) => total + p * raw[i], 0);
  const { target } = colourTargets(ab);
  const weight = matmul(
    target,
    graph.constant(
      raw.map((w) => w / usual),
      [bins, 1],
    ),
  );
  // Of each pixel -sum t log p, times the weight of its own true colour.
  const choice = mean(mul(neg(sum(mul(target, logSoftmax(rows, 2)), [2], true)), weight));
  const chroma = graph.constant(
    COLOUR_BINS.flatMap(([a, b]) => [a / CHROMA_SCALE, b / CHROMA_SCALE]),
    [bins, 2],
  );
  const middle = matmul(softmax(rows, 2), chroma);
  const away = sqrt(add(sum(square(sub(middle, pixelRows(ab))), [2], true), 1e-5));
  const distance = mean(mul(away, weight));
  return { total: add(choice, mul(distance, share)), choice, distance, middle };
}
