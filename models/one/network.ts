/**
 * `one`: a single network that turns any degraded picture into the picture, without being told what is wrong with
 * it: B&W, colour and B&W negatives, noise, blur, JPEG, salt and pepper, fading, scratches, stains, missing
 * regions. A residual U-Net on a quarter of the size (ResNet-34's stages of 3, 4, 6 and 3 blocks), with attention
 * on the coarsest level and sub-pixel up-sampling. Beside its own encoder it has the pre-trained one
 * (`../backbone`): what a picture shows decides whether it is a negative and what colours it may have, and no training
 * on a processor learns that from nothing. It looks at the picture and at its grey negative. Before anything looks,
 * impulses are taken out (`restorer/impulses.ts`) and sharply bounded areas of one colour filled (`holes.ts`, `fill.ts`). Four paths
 * make the network's own answer, and a last word (`verdict.ts`) weighs it against those that nothing had to be learnt for:
 *
 *  - global: a choice among the classical answers for the whole picture (`tones.ts`: as it is, a negative turned
 *    round in several ways, stretched), then curves and a colour matrix, all chosen from what the coarsest level saw
 *    and from the picture's quantiles. It starts as "leave it as it is";
 *  - residual: what the decoder adds to that at native resolution, with cheap branches from it for detail;
 *  - holes: a map of what is missing or covered, filled from its surroundings (`filler/membrane.ts`);
 *  - gates: how much of the curves is wanted, and of the residual, pixel by pixel, so that a clean picture can come
 *    out untouched.
 */
import type { Tensor } from '../../app/graph/graph.ts';
import type { Scope } from '../../app/graph/scope.ts';
import { relu, sigmoid } from '../../app/graph/ops/activation.ts';
import { add, div, mul, sub } from '../../app/graph/ops/arithmetic.ts';
import { less, maximum } from '../../app/graph/ops/compare.ts';
import { conv2d } from '../../app/graph/ops/conv.ts';
import { cast, log, stopGradient } from '../../app/graph/ops/elementwise.ts';
import { matmul } from '../../app/graph/ops/matmul.ts';
import { mean } from '../../app/graph/ops/reduce.ts';
import { depthToSpace, spaceToDepth } from '../../app/graph/ops/resize.ts';
import { padPicture } from '../../app/graph/ops/select.ts';
import { concat, reshape, split } from '../../app/graph/ops/shape.ts';
import { softmax } from '../../app/graph/ops/softmax.ts';
import { FEATURE_SIZES } from '../backbone/architecture.ts';
import { backbone } from '../backbone/network.ts';
import { activate, attention, convolution, enlarge, finePart, halve, residuals } from '../blocks.ts';
import { membrane } from '../filler/membrane.ts';
import { he, zeros } from '../initial.ts';
import type { Network, Width } from '../network.ts';
import { withoutImpulses } from '../restorer/impulses.ts';
import { fill } from './fill.ts';
import { holes } from './holes.ts';
import { quiet } from './quiet.ts';
import { GREY_NEGATIVE, INVERTED, NEGATIVE, STRETCHED, tones, TURNED, type Tones } from './tones.ts';
import { signs, verdict } from './verdict.ts';

/** Channels at strides 4, 8, 16, 32, and of the detail branch at stride 2. */
const CHANNELS: Record<Width, { levels: readonly [number, number, number, number]; detail: number }> = {
  small: { levels: [32, 64, 96, 128], detail: 32 },
  base: { levels: [64, 128, 256, 288], detail: 64 },
  large: { levels: [96, 192, 384, 480], detail: 96 },
};
const ENCODER = [3, 4, 6, 3] as const;
const DECODER = [2, 2, 2] as const;
const DETAIL = 4;
/** Bends that the curves may have, beside a straight line, for each of the three channels. */
const BENDS = 3;
/** Numbers that the network remembers about a picture as a whole. */
export const THOUGHTS = 96;
/** By how much "as it is" is ahead of each other way at the start, in the logarithm: others are half a per cent as likely. */
const AHEAD = 5;
/** Likelihoods of answers of one kind (a negative's, a positive's) are taken to this power for their mixture. */
const DECIDED = 2;
/** And those of the two kinds: half a picture and half its negative is mud. */
const DECIDED_KIND = 4;
const LEAST_SHARE = 1e-12;

/** How many logits under nought the map of holes starts. */
const RARELY = 4;

/** The pre-trained encoder's features of the picture and of its grey negative, each of size about 1, finest first. */
function recognise(scope: Scope, x: Tensor, negative: Tensor): { asItIs: Tensor[]; turned: Tensor[] } {
  const [n] = x.shape;
  const both = backbone(scope.within('backbone'), concat([x, negative], 0)).map((feature, level) =>
    split(mul(feature, 1 / FEATURE_SIZES[level]), [n, n], 0),
  );
  return { asItIs: both.map(([first]) => first), turned: both.map(([, second]) => second) };
}

/** What is known of the whole picture: what the coarsest level saw on the mean, and facts. [N, THOUGHTS, 1, 1] */
function think(scope: Scope, deepest: Tensor, facts: Tensor): Tensor {
  const first = convolution(scope, 'think', concat([mean(deepest, [2, 3], true), facts], 1), THOUGHTS, {
    initial: he(),
  });
  return activate(convolution(scope, 'again', activate(first), THOUGHTS, { initial: he() }));
}

const total = (list: readonly Tensor[]): Tensor => list.reduce((a, b) => add(a, b));

/**
 * Shares in the mixture, each [N, 1]. Whether the picture is a negative is decided first, by what all answers of a kind
 * have together: the two ways to read a grey negative are nearly the same picture, and neither of them alone has much.
 */
function decide(way: Tensor): Tensor[] {
  const ones = Array.from({ length: way.shape[1] }, () => 1);
  const likely = split(softmax(way, 1), ones, 1);
  const within = split(softmax(mul(way, DECIDED), 1), ones, 1);
  const kind = ones.map((_, k) => Number(TURNED.some((t) => t === k)));
  const together = (shares: readonly Tensor[], of: number): Tensor =>
    maximum(total(shares.filter((_, k) => kind[k] === of)), LEAST_SHARE);
  const logs = [0, 1].map((of) => log(together(likely, of)));
  const kinds = split(softmax(mul(concat(logs, 1), DECIDED_KIND), 1), [1, 1], 1);
  const totals = [0, 1].map((of) => together(within, of));
  return within.map((share, k) => mul(div(share, totals[kind[k]]), kinds[kind[k]]));
}

/** The mixture of the ways, mostly one of them, the logarithms of their shares, and the share of negatives [N, 1, 1, 1]. */
function choose(
  scope: Scope,
  ways: readonly Tensor[],
  thoughts: Tensor,
  facts: Tensor,
): { chosen: Tensor; way: Tensor; turned: Tensor } {
  const [n] = thoughts.shape;
  // The facts once more as they are: from features of a trained encoder the choice is nearly linear.
  const known = concat([thoughts, facts], 1);
  const logits = reshape(convolution(scope, 'way', known, ways.length, { initial: zeros }), [n, ways.length]);
  const first = thoughts.graph.constant([AHEAD, ...ways.slice(1).map(() => 0)], [1, ways.length]);
  const way = add(logits, first);
  const shares = decide(way);
  const chosen = total(ways.map((one, k) => mul(one, reshape(shares[k], [n, 1, 1, 1]))));
  const turned = total(TURNED.map((k) => shares[k]));
  return { chosen, way, turned: reshape(turned, [n, 1, 1, 1]) };
}

/**
 * The picture through curves and a matrix of its own: rows of [3, 12] numbers, the first three columns applied to
 * the channels as they are, the others to rectified copies of them (bends), and an offset; all of it is added to the
 * picture as far as a gate lets it through.
 */
function correct(scope: Scope, picture: Tensor, thoughts: Tensor): Tensor {
  const [n, , h, w] = picture.shape;
  const basis = 3 * (1 + BENDS);
  // relu(x - 1/4), relu(x - 1/2), relu(x - 3/4) of each channel to begin with.
  const kernel = scope.parameter('bends.weight', [3 * BENDS, 3, 1, 1], () =>
    Float32Array.from({ length: 9 * BENDS }, (_, i) => (Math.floor(i / 3) % 3 === i % 3 ? 1 : 0)),
  );
  const knees = scope.parameter('bends.bias', [3 * BENDS], () =>
    Float32Array.from({ length: 3 * BENDS }, (_, i) => -(Math.floor(i / 3) + 1) / (BENDS + 1)),
  );
  const bends = relu(conv2d(picture, kernel, { bias: knees }));
  const numbers = convolution(scope, 'choose', thoughts, 3 * basis + 4, { initial: zeros });
  const [rows, offset, gate] = split(reshape(numbers, [n, 3 * basis + 4]), [3 * basis, 3, 1], 1);
  const matrix = reshape(rows, [n, 3, basis]);
  const flat = reshape(concat([picture, bends], 1), [n, basis, h * w]);
  const change = add(matmul(matrix, flat), reshape(offset, [n, 3, 1]));
  return add(picture, mul(reshape(change, [n, 3, h, w]), reshape(sigmoid(gate), [n, 1, 1, 1])));
}

/**
 * What is missing or covered, filled from what lies around it.
 * @param logits [N, 1, H, W] of how likely a pixel is to be missing
 */
export function mend(picture: Tensor, logits: Tensor): Tensor {
  const missing = sigmoid(logits);
  // A pixel beside a hole is not to be trusted.
  const known = cast(less(missing, 0.5), 'float32');
  const box = picture.graph.constant(new Float32Array(9).fill(1), [1, 1, 3, 3]);
  const sure = cast(less(8.5, conv2d(padPicture(known, [1, 1, 1, 1], 'edge'), box)), 'float32');
  // What the holes take from around them is given, but only there: elsewhere the filling is the picture itself, and
  // held fast too it would take the share of `missing` from the picture's gradient.
  const filled = stopGradient(membrane(picture, sure));
  return add(picture, mul(mul(missing, sub(1, sure)), sub(filled, picture)));
}

/** How much of the fine part is added to sharpen: 0.8 of what a binomial blur takes away (`finePart` is 8 times that). */
const SHARPENED = 0.1;

/** What the network knows of a picture before it decides what kind of picture it is. */
export interface Look extends Tones {
  /** Features of both encoders: the pre-trained one's of the picture and of its grey negative, our own by level. */
  asItIs: Tensor[];
  asNegative: Tensor[];
  skips: Tensor[];
  deepest: Tensor;
  /** Of the picture as a whole, [N, n, 1, 1]: what is known, and what was made of it. */
  all: Tensor;
  thoughts: Tensor;
}

/** The first half of the network: both encoders. @param x [N, 3, H, W] sRGB-encoded 0..1 */
export function look(scope: Scope, x: Tensor, width: Width): Look {
  const { levels } = CHANNELS[width];
  const { ways, facts } = tones(x);
  const { asItIs, turned: asNegative } = recognise(scope, x, ways[GREY_NEGATIVE]);
  const skips: Tensor[] = [];
  // Beside the picture, what it would be as a colour negative: a thin or dark scan says little as it is.
  const seen = spaceToDepth(concat([x, ways[NEGATIVE]], 1), 4);
  let z = activate(convolution(scope, 'stem', seen, levels[0], { initial: he() }));
  levels.forEach((channels, level) => {
    if (level > 0) {
      skips.push(z);
      z = halve(scope, `down${level}`, z, channels);
    }
    z = residuals(scope, `encoder${level}`, z, ENCODER[level]);
  });
  z = attention(scope.within('attention'), z);
  const known = [2, 3].flatMap((level) => [asItIs[level], asNegative[level]]);
  const all = concat([facts, ...known.map((t) => mean(t, [2, 3], true))], 1);
  const thoughts = think(scope.within('global'), z, all);
  return { ways, facts, asItIs, asNegative, skips, deepest: z, all, thoughts };
}

/**
 * Writes the network down.
 * @param picture [N, 3, H, W] sRGB-encoded 0..1
 * @returns y of the same shape, not clipped; way [N, 6], which of `tones` it was made from, before softmax; missing
 *   [N, 1, H, W], what was filled, before sigmoid; bare [N, 3, H, W], the picture before it was filled; and what the
 *   last word is fitted on (build/fit-verdict.ts): answers [N, 30, H, W], ten pictures, and known [N, n, 1, 1]
 */
function build(
  scope: Scope,
  picture: Tensor,
  width: Width,
): Record<'y' | 'way' | 'missing' | 'bare' | 'answers' | 'known', Tensor> {
  const struck = withoutImpulses(picture);
  const x = fill(struck, holes(struck));
  const { levels, detail } = CHANNELS[width];
  const { ways, asItIs, asNegative, skips, deepest, all, thoughts } = look(scope, x, width);
  const global = scope.within('global');
  const { chosen, way, turned } = choose(global, ways, thoughts, all);
  const whole = correct(global, chosen, thoughts);
  // Features of what the picture is thought to be.
  const share = stopGradient(turned);
  const feature = (level: number): Tensor =>
    convolution(
      scope,
      `feature${level}`,
      add(asItIs[level], mul(share, sub(asNegative[level], asItIs[level]))),
      levels[level],
      { initial: zeros },
    );
  // The decoder adds to the picture as the global path left it: it is told what that did, and sees the result.
  let z = add(add(deepest, convolution(scope, 'told', thoughts, levels[3], { initial: zeros })), feature(3));
  for (let level = 2; level >= 0; level--) {
    z = add(add(enlarge(scope, `up${level}`, z, levels[level]), skips[level]), feature(level));
    if (level === 0)
      z = add(z, convolution(scope, 'result', spaceToDepth(whole, 4), levels[0], { initial: he() }));
    z = residuals(scope, `decoder${level}`, z, DECODER[level]);
  }
  // Native detail at half the size: four pixels are twelve channels, and twelve more of what is fine in them.
  const near = spaceToDepth(concat([whole, finePart(whole)], 1), 2);
  const fine = convolution(scope, 'fine', near, detail, { kernel: 3 });
  z = activate(add(enlarge(scope, 'up', z, detail), fine));
  z = residuals(scope, 'detail', z, DETAIL);
  // Three channels of residual, which start at nought, and the gate, which starts half open.
  const out = depthToSpace(convolution(scope, 'out', z, 16, { initial: zeros }), 2);
  const [change, gate] = split(out, [3, 1], 1);
  const bare = add(whole, mul(change, sigmoid(gate)));
  const missing = sub(depthToSpace(convolution(scope, 'missing', z, 4, { initial: zeros }), 2), RARELY);
  const { quieted, sigma } = quiet(x);
  const classical = tones(x, quieted).ways;
  const answers = [
    x,
    quieted,
    add(x, mul(finePart(x), SHARPENED)),
    ...[STRETCHED, INVERTED, NEGATIVE, GREY_NEGATIVE].map((k) => classical[k]),
    ways[NEGATIVE],
    whole,
    mend(bare, missing),
  ];
  const said = reshape(way, [...way.shape, 1, 1]);
  const known = concat([thoughts, all, signs(x, sigma, answers.slice(1)), said], 1);
  const y = verdict(scope.within('verdict'), answers, known);
  return { y, way, missing, bare, answers: concat(answers, 1), known };
}

export const one: Network = {
  name: 'one',
  task: 'Turns any degraded picture (B&W, negative, noisy, blurred, compressed, faded, damaged) into the picture.',
  multiple: 32,
  margin: null,
  freezable: ['backbone.*'],
  state: [],
  inputs: ({ batch, height, width }) => [
    { name: 'x', shape: [batch, 3, height, width], meaning: 'degraded picture, sRGB-encoded 0..1' },
  ],
  build: (scope, { x }, width) => build(scope, x, width),
};
