/**
 * Chroma as a choice among bins (Zhang et al. 2016, "Colorful image colorization", arXiv 1603.08511): soft targets
 * and the weights that make up for how much of the world is grey, for training; and the way back from the
 * network's choice to chroma and a confidence. Chroma is a*, b* of CIE Lab (D65) divided by 110 in all tensors.
 */
import type { Tensor } from '../../app/graph/graph.ts';
import { add, div, mul, sub } from '../../app/graph/ops/arithmetic.ts';
import { clip } from '../../app/graph/ops/compare.ts';
import { conv2d } from '../../app/graph/ops/conv.ts';
import { square } from '../../app/graph/ops/elementwise.ts';
import { matmul } from '../../app/graph/ops/matmul.ts';
import { reshape, split, transpose } from '../../app/graph/ops/shape.ts';
import { averagePool, maxPool } from '../../app/graph/ops/resize.ts';
import { softmax } from '../../app/graph/ops/softmax.ts';
import { sum } from '../../app/graph/ops/reduce.ts';
import { COLOUR_BINS } from './bins.ts';

/** What a* and b* are divided by. */
export const CHROMA_SCALE = 110;
/** Width of the soft target around the true chroma, in a*b* units. */
const SOFTNESS = 5;
/** Share of the uniform distribution that is mixed into that of photographs before weights are taken from it. */
const UNIFORM = 0.5;
/** Temperature of the mean: 1 is the plain mean (dull), 0 the likeliest bin (blotchy). */
export const ANNEAL = 0.42;
/** How much livelier than its mean an unsure choice is made: 1 + this * (1 - confidence) times. */
export const BOLD = 0.6;
/** Spread of the choice, in a*b* units, at which the confidence is one half. */
const UNSURE = 20;

/**
 * How much the error of a pixel of each bin counts: 1 / ((1 - u) p + u / bins), p being the share of the bin in
 * photographs smoothed over its neighbours, scaled so that the mean over photographs is 1.
 */
export function binWeights(): Float64Array {
  const smooth = COLOUR_BINS.map(([a, b]) => {
    let total = 0;
    let norm = 0;
    for (const [x, y, share] of COLOUR_BINS) {
      const k = Math.exp(-((a - x) ** 2 + (b - y) ** 2) / (2 * SOFTNESS ** 2));
      total += k * share;
      norm += k;
    }
    return total / norm;
  });
  const all = smooth.reduce((s, p) => s + p, 0);
  const raw = smooth.map((p) => 1 / (((1 - UNIFORM) * p) / all + UNIFORM / COLOUR_BINS.length));
  const mean = COLOUR_BINS.reduce((s, [, , share], i) => s + share * raw[i], 0);
  return Float64Array.from(raw, (w) => w / mean);
}

/**
 * The choice with its pixels first, [N, bins, h, w] to [N, h * w, bins]: the runtime's softmax is fast along the last
 * axis only (along another it took a third of a training step).
 */
export function pixelRows(t: Tensor): Tensor {
  const [n, channels, h, w] = t.shape;
  return transpose(reshape(t, [n, channels, h * w]), [0, 2, 1]);
}

/**
 * What the network is asked to say about pictures of known chroma.
 * @param ab [N, 2, h, w], a* and b* / 110
 * @returns target [N, h * w, bins], a distribution over the bins at each pixel; weight [N, h * w, 1], mean about 1
 */
export function colourTargets(ab: Tensor): { target: Tensor; weight: Tensor } {
  const { graph } = ab;
  const bins = COLOUR_BINS.length;
  // -|ab - bin|^2 / (2 s^2), less what is the same for all bins.
  const k = 1 / (2 * SOFTNESS ** 2);
  const centres = graph.constant(
    [0, 1].flatMap((axis) => COLOUR_BINS.map((bin) => 2 * k * bin[axis] * CHROMA_SCALE)),
    [2, bins],
  );
  const bias = graph.constant(
    COLOUR_BINS.map(([a, b]) => -k * (a * a + b * b)),
    [1, 1, bins],
  );
  const target = softmax(add(matmul(pixelRows(ab), centres), bias), 2);
  const weight = matmul(target, graph.constant(binWeights(), [bins, 1]));
  return { target, weight };
}

/**
 * Chroma and confidence from the network's choice. A mean of many colours is duller than any of them; made livelier by one
 * factor, what is sure (a hint above all) would get too much, so the factor grows with doubt: that also left chroma nearer to
 * the truth (at a colourfulness of 0.85 0.903 of grey's distance, by one factor 0.908; 120 test pictures that no figure is
 * quoted on, a quarter of the size).
 * @param logits [N, bins, h, w]
 * @returns ab [N, 2, h, w], the annealed mean / 110, made livelier where the choice is unsure; confidence [N, 1, h, w] in 0..1, 1 where all of the choice is
 *   in one bin, 1/2 where it spreads over 20 units of a*b*
 */
export function chooseColour(logits: Tensor): { ab: Tensor; confidence: Tensor } {
  const { graph } = logits;
  const [n, bins, h, w] = logits.shape;
  const rows = pixelRows(logits);
  const chroma = graph.constant(
    COLOUR_BINS.flatMap(([a, b]) => [a / CHROMA_SCALE, b / CHROMA_SCALE]),
    [bins, 2],
  );
  const annealed = matmul(softmax(mul(rows, 1 / ANNEAL), 2), chroma);
  const moments = graph.constant(
    COLOUR_BINS.flatMap(([a, b]) => [a / UNSURE, b / UNSURE, (a * a + b * b) / UNSURE ** 2]),
    [bins, 3],
  );
  const [centre, power] = split(matmul(softmax(rows, 2), moments), [2, 1], 2);
  const spread = sub(power, sum(square(centre), [2], true));
  const confidence = div(1, add(spread, 1));
  const picture = (t: Tensor, channels: number): Tensor =>
    reshape(transpose(t, [0, 2, 1]), [n, channels, h, w]);
  const bold = add(mul(sub(1, confidence), BOLD), 1);
  return { ab: picture(mul(annealed, bold), 2), confidence: picture(confidence, 1) };
}

/** From this far under the picture's own white, of encoded 0..1, chroma is held back; in white there is none. */
const BRIGHT = 0.1;
/** White is the brightest part of a picture, but nothing darker than this: a night has none. */
const LEAST_WHITE = 0.8;
/** How exclusively white is that of the brightest parts: their mean by exp(this * grey). */
const EXCLUSIVE = 150;
/** Around a hint, this many pixels of chroma to each side, a person has said what is wanted. */
const HINT_REACH = 8;

/**
 * How much of the chosen chroma is used: less where a picture is nearly as bright as its brightest part, by the brightest
 * pixel of four by four. What is nearly white in a grey picture has hardly any room for colour, and a guess there is mostly
 * wrong. White is the picture's own, since old paper is not white. On 120 test pictures that no figure is quoted on (a quarter
 * of the size, at a colourfulness of 0.85) the error of chroma where the truth is bright (L* over 95) was 1.38 of grey's with
 * nothing held back, 1.06 when held back by distance from 1 (from 0.65 up, as before), 0.98 so, at the same distance of
 * chroma over all (0.901, 0.907, 0.911). Around hints nothing is held back.
 * @param l [N, 1, H, W], encoded 0..1; hinted [N, 1, H/4, W/4], 1 at hints
 * @returns [N, 1, H/4, W/4], 0..1
 */
export function restraint(l: Tensor, hinted: Tensor): Tensor {
  const [n, , h, w] = hinted.shape;
  const parts = reshape(averagePool(l, 4), [n, h * w]);
  const brightest = sum(mul(parts, softmax(mul(parts, EXCLUSIVE), 1)), [1], true);
  const white = reshape(clip(brightest, LEAST_WHITE, 1), [n, 1, 1, 1]);
  const side = 2 * HINT_REACH + 1;
  const around = l.graph.constant(new Float32Array(side * side).fill(1), [1, 1, side, side]);
  const near = conv2d(hinted, around, { padding: HINT_REACH });
  const used = clip(mul(sub(white, maxPool(l, 4)), 1 / BRIGHT), 0, 1);
  return clip(add(used, near), 0, 1);
}
