/**
 * What a darkroom worker would try first, in the graph language: the picture inverted, a colour negative read in
 * density, a black-and-white negative, a faded picture stretched, noise held down (`calm.ts`; negatives are turned
 * round only after that). Each is the classical answer (the formulas are
 * those of app/baseline/tone.ts, with two simplifications that are said below), made from quantiles of the picture
 * itself, so `one` has only to choose among them and to correct the choice. Nothing here is learnt, so nothing of it
 * is ever differentiated.
 *
 * Simplified: quantiles come from the picture at a quarter of its size, by a histogram of 64 steps over the root of
 * the encoded value, which noise hardly moves; and the exposure curve with its encoding, 1.9 decades to sRGB, is
 * the cubic 0.76 e - 0.464 e^2 + 0.704 e^3, within 0.01 of it.
 */
import type { Tensor } from '../../app/graph/graph.ts';
import { add, div, mul, sub } from '../../app/graph/ops/arithmetic.ts';
import { clip, maximum } from '../../app/graph/ops/compare.ts';
import { conv2d } from '../../app/graph/ops/conv.ts';
import { exp, log } from '../../app/graph/ops/elementwise.ts';
import { mean } from '../../app/graph/ops/reduce.ts';
import { averagePool } from '../../app/graph/ops/resize.ts';
import { concat, reshape, split } from '../../app/graph/ops/shape.ts';
import { slice } from '../../app/graph/ops/select.ts';
import { calm } from './calm.ts';
import { quantiles } from './quantiles.ts';

/** Which quantiles are told to the network; the first and the last are the ends of a stretch. */
const SHARES = [0.005, 0.05, 0.25, 0.5, 0.75, 0.95, 0.995] as const;
/** Encoded values below this count as it: its density is 3.4 of encoded light. */
const DARKEST = 4e-4;
/** Ranges of density (natural logarithms), and of encoded value, below which a channel is not stretched further. */
const LEAST_DENSITY = 0.1;
const LEAST_RANGE = 0.02;
/** Grey-world exponents stay within these. */
const POWERS = [0.5, 2] as const;

/** Rec. 601 luma of [N, 3, H, W], as [N, 1, H, W]. */
const luma = (x: Tensor): Tensor => conv2d(x, x.graph.constant([0.299, 0.587, 0.114], [1, 3, 1, 1]));

/** Exposure 0..1 on a scale of 1.9 decades, as encoded light. */
const develop = (e: Tensor): Tensor => mul(e, add(mul(e, add(mul(e, 0.704), -0.464)), 0.76));

/** v to a power of its own for each channel. */
const bent = (v: Tensor, power: Tensor): Tensor => exp(mul(log(maximum(v, 1e-4)), power));

/** Exponents that bring the mean of each channel to the mean of all (grey world), from a small picture. */
function balancing(small: Tensor): Tensor {
  const means = (v: Tensor): Tensor => clip(mean(v, [2, 3], true), 1e-3, 0.995);
  const goal = log(mean(means(small), [1], true));
  let power = clip(div(goal, log(means(small))), ...POWERS);
  for (let round = 0; round < 2; round++)
    power = clip(mul(power, div(goal, log(means(bent(small, power))))), ...POWERS);
  return power;
}

export interface Tones {
  /** Pictures to choose from, each [N, 3, H, W]; the first is the picture as it is. */
  ways: Tensor[];
  /** Numbers that tell one kind of picture from another, [N, 31, 1, 1], about -1..1: quantiles, exponents. */
  facts: Tensor;
}
/** The places of answers among the ways, and of all that turn the picture round. */
export const INVERTED = 1;
export const NEGATIVE = 2;
export const GREY_NEGATIVE = 3;
export const STRETCHED = 4;
export const TURNED = [INVERTED, NEGATIVE, GREY_NEGATIVE] as const;

/**
 * @param x [N, 3, H, W] sRGB-encoded 0..1, sides multiples of 4
 * @param calmed the same with its noise held down, which negatives are read from
 */
export function tones(x: Tensor, calmed: Tensor = calm(x)): Tones {
  const [n] = x.shape;
  const four = (t: Tensor): Tensor => concat([t, luma(t)], 1);
  const small = four(averagePool(calmed, 4));
  const roots = quantiles(small, SHARES);
  const end = (k: number): Tensor => slice(roots, [null, null, [k, k + 1]]);
  const darkest = end(0);
  const lightest = end(SHARES.length - 1);
  // Density of encoded light: its lowest where the picture is lightest. sqrt(v) = r, so -ln v = -2 ln r.
  const density = (root: Tensor): Tensor => mul(log(maximum(root, Math.sqrt(DARKEST))), -2);
  const thin = density(lightest);
  const range = maximum(sub(density(darkest), thin), LEAST_DENSITY);
  const exposed = (t: Tensor): Tensor =>
    develop(clip(div(sub(mul(log(maximum(t, DARKEST)), -1), thin), range), 0, 1));
  const low = slice(mul(darkest, darkest), [null, [0, 3]]);
  const room = maximum(sub(slice(mul(lightest, lightest), [null, [0, 3]]), low), LEAST_RANGE);
  const stretched = (t: Tensor): Tensor => clip(div(sub(t, low), room), 0, 1);

  const coloured = (t: Tensor): Tensor => slice(t, [null, [0, 3]]);
  const negative = balancing(coloured(exposed(small)));
  const [colour, grey] = split(exposed(four(calmed)), [3, 1], 1);
  return {
    ways: [x, sub(1, x), bent(colour, negative), concat([grey, grey, grey], 1), stretched(x), calmed],
    facts: concat([sub(mul(reshape(roots, [n, 4 * SHARES.length, 1, 1]), 2), 1), sub(negative, 1)], 1),
  };
}
