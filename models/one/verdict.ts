/**
 * The last word of `one`: how much of each answer the picture is made from, of those that nothing had to be learnt for (as
 * it is, without noise, sharpened, stretched, turned round) and of those that the network made. Told from what both
 * encoders saw, from the choice of way, and from signs of what is wrong: noise, detail at four scales, JPEG's blocks,
 * how much every answer changes. Shares below a fiftieth are none, so that a picture that needs nothing comes out as it
 * is. Its two layers are fitted on whole pictures (build/fit-verdict.ts), beside what they cost in PSNR: in a training
 * run they would see too few.
 */
import type { Tensor } from '../../app/graph/graph.ts';
import type { Scope } from '../../app/graph/scope.ts';
import { relu } from '../../app/graph/ops/activation.ts';
import { add, div, mul, sub } from '../../app/graph/ops/arithmetic.ts';
import { clip } from '../../app/graph/ops/compare.ts';
import { abs, log } from '../../app/graph/ops/elementwise.ts';
import { mean, sum } from '../../app/graph/ops/reduce.ts';
import { averagePool } from '../../app/graph/ops/resize.ts';
import { slice } from '../../app/graph/ops/select.ts';
import { concat, reshape, split } from '../../app/graph/ops/shape.ts';
import { softmax } from '../../app/graph/ops/softmax.ts';
import { activate, convolution, finePart, opponent } from '../blocks.ts';
import { filled, zeros } from '../initial.ts';

/** Numbers between the two layers. */
export const VERDICT_WIDTH = 48;
/** Shares below this are none. */
export const LEAST_SHARE = 0.02;
/** Facts further from their mean than this many deviations count as that. */
export const FARTHEST = 4;
/** The network's own answer, the last one, is ahead of the others by this at the start. */
export const AHEAD = 6;
/** Pixels of a block of JPEG. */
const BLOCK = 8;

/** Logarithm of a size of 0..1, as about -1..1. */
const size = (t: Tensor): Tensor => add(mul(log(add(t, 1e-4)), 0.25), 1.25);

/** How much larger steps to the right are at the borders of JPEG's blocks than on the mean, as a logarithm. [N, 1, 1, 1] */
function blocks(x: Tensor): Tensor {
  const [, , , w] = x.shape;
  const step = abs(sub(slice(x, [null, null, null, [1, w]]), slice(x, [null, null, null, [0, w - 1]])));
  const border = mean(slice(step, [null, null, null, [BLOCK - 1, w - 1, BLOCK]]), [1, 2, 3], true);
  return log(div(add(border, 1e-3), add(mean(step, [1, 2, 3], true), 1e-3)));
}

/**
 * Signs of what is wrong with a picture.
 * @param x [N, 3, H, W], sides multiples of 32
 * @param sigma [N, 3, 1, 1], its noise
 * @param answers each [N, 3, H, W]
 * @returns [N, 16 + answers, 1, 1], about -1..1
 */
export function signs(x: Tensor, sigma: Tensor, answers: readonly Tensor[]): Tensor {
  let level = opponent(x);
  const scales: Tensor[] = [];
  for (let k = 0; k < 4; k++) {
    scales.push(mean(abs(finePart(level)), [2, 3], true));
    level = averagePool(level, 2);
  }
  const changes = answers.map((answer) => size(mean(abs(sub(answer, x)), [1, 2, 3], true)));
  return concat([size(sigma), ...scales.map(size), blocks(x), ...changes], 1);
}

/**
 * The mixture of the answers.
 * @param answers each [N, 3, H, W]; the last is the network's own
 * @param known [N, n, 1, 1]
 */
export function verdict(scope: Scope, answers: readonly Tensor[], known: Tensor): Tensor {
  const [n, facts] = known.shape;
  const mid = scope.parameter('mean', [1, facts, 1, 1], zeros);
  const scale = scope.parameter('scale', [1, facts, 1, 1], filled(1));
  const even = clip(mul(sub(known, mid), scale), -FARTHEST, FARTHEST);
  const inner = activate(convolution(scope, 'first', even, VERDICT_WIDTH));
  const said = convolution(scope, 'last', inner, answers.length, { initial: zeros });
  const start = known.graph.constant(
    answers.map((_, k) => (k === answers.length - 1 ? AHEAD : 0)),
    [1, answers.length, 1, 1],
  );
  const likely = relu(sub(softmax(add(said, start), 1), LEAST_SHARE));
  const shares = split(
    div(likely, sum(likely, [1], true)),
    answers.map(() => 1),
    1,
  );
  return answers
    .map((answer, k) => mul(answer, reshape(shares[k], [n, 1, 1, 1])))
    .reduce((a, b) => add(a, b));
}
