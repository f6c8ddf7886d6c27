/** Quantiles of a picture in the graph language, by a histogram. */
import type { Tensor } from '../../app/graph/graph.ts';
import { div, mul, sub } from '../../app/graph/ops/arithmetic.ts';
import { clip, maximum } from '../../app/graph/ops/compare.ts';
import { sqrt } from '../../app/graph/ops/elementwise.ts';
import { mean, sum } from '../../app/graph/ops/reduce.ts';
import { reshape } from '../../app/graph/ops/shape.ts';
import { slice } from '../../app/graph/ops/select.ts';

/** Steps of the histogram. */
const STEPS = 64;

/** Quantiles of each channel of [N, C, h, w], of the square root of its values: [N, C, shares, 1]. */
export function quantiles(x: Tensor, shares: readonly number[]): Tensor {
  const [n, c, h, w] = x.shape;
  const { graph } = x;
  const roots = reshape(sqrt(clip(x, 1e-6, 1)), [n, c, 1, h * w]);
  const at = graph.constant(
    Array.from({ length: STEPS + 1 }, (_, k) => k + 0.5),
    [1, 1, STEPS + 1, 1],
  );
  // How much of the picture lies below each step, every pixel being spread over one step.
  const below = reshape(mean(clip(sub(at, mul(roots, STEPS)), 0, 1), [3]), [n, c, 1, STEPS + 1]);
  const low = slice(below, [null, null, null, [0, STEPS]]);
  const high = slice(below, [null, null, null, [1, STEPS + 1]]);
  const wanted = graph.constant(shares, [1, 1, shares.length, 1]);
  // The inverse of a line through the counts: every step that lies wholly below the share adds its width.
  const passed = clip(div(sub(wanted, low), maximum(sub(high, low), 1e-5)), 0, 1);
  return mul(sum(passed, [3], true), 1 / STEPS);
}
