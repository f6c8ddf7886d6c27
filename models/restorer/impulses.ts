/**
 * Impulses (salt and pepper, dead pixels, dust of a pixel) taken out before the network looks, in the graph language. A
 * sample that is quite black or quite white in its channel, and far from what the other samples around it say, is
 * replaced by what they say (R. H. Chan, C.-W. Ho, M. Nikolova, "Salt-and-pepper noise removal by median-type noise
 * detectors and detail-preserving regularization", 2005). How far is far follows from how much the others differ among
 * themselves, so that clipped noise and texture are left to the network. Where such impulses are certain and most of the
 * extreme samples round about, every extreme sample counts as one, as the adaptive median has it (Hwang and Haddad 1995).
 * The new value is the mean of opposite neighbours, those pairs leading that are alike: along an edge, not across it. A
 * small network learns this badly beside all else: it took impulses for lights. Nothing of it is learnt.
 */
import type { Tensor } from '../../app/graph/graph.ts';
import { add, div, mul, sub } from '../../app/graph/ops/arithmetic.ts';
import { less, maximum } from '../../app/graph/ops/compare.ts';
import { conv2d } from '../../app/graph/ops/conv.ts';
import { abs, cast, sqrt, square } from '../../app/graph/ops/elementwise.ts';
import { averagePool, upsample } from '../../app/graph/ops/resize.ts';
import { padPicture } from '../../app/graph/ops/select.ts';
import { concat, reshape, split } from '../../app/graph/ops/shape.ts';
import { mean, sum } from '../../app/graph/ops/reduce.ts';

/** Samples within half a step of 8 bits of nought or one are extreme. */
const EXTREME = 0.5 / 255;
/** Weights of neighbours 0, 1 and 2 pixels away, along each axis. */
const REACH = [1, 0.6, 0.13] as const;
/**
 * Share of the neighbours, by weight, that must not be extreme: a single impulse leaves 0.83, two beside each other
 * 0.74; a line of one pixel would leave 0.59, the corner of a white wall 0.51.
 */
const ENOUGH = 0.62;
/** Others that are as near to the extreme as this make it likely that it is the end of a slope, or noise that was cut off. */
const NEAR = 0.12;
const ALONE = 1e-4;
/** Where this share of the samples around are certain impulses, and this share of the extreme ones, every extreme sample is one. */
const OFTEN = 2e-4;
const MOSTLY = 0.2;
/** As long as this share of the neighbours is not extreme. */
const ENOUGH_AMONG_OTHERS = 0.2;
/** Far: by this much more than this many standard deviations of the others. */
const APART = 0.1;
const DEVIATIONS = 2.5;

const truth = (t: Tensor): Tensor => cast(t, 'float32');

/** @param x [N, C, H, W] of 0..1 @returns the same without impulses */
export function withoutImpulses(x: Tensor): Tensor {
  const channels = x.shape[1];
  const row = [REACH[2], REACH[1], REACH[0], REACH[1], REACH[2]];
  const total = row.reduce((a, b) => a + b, 0) ** 2;
  const weights = row.flatMap((v) => row.map((w) => (v * w) / total));
  const kernel = x.graph.constant(Array.from({ length: channels }, () => weights).flat(), [
    channels,
    1,
    5,
    5,
  ]);
  const around = (t: Tensor): Tensor =>
    conv2d(padPicture(t, [2, 2, 2, 2], 'reflect'), kernel, { groups: channels });
  const ordinary = truth(less(abs(sub(x, 0.5)), 0.5 - EXTREME));
  const known = around(ordinary);
  const weight = maximum(known, 1e-3);
  const seen = mul(ordinary, x);
  const average = div(around(seen), weight);
  const variance = maximum(sub(div(around(mul(seen, x)), weight), square(average)), 0);
  const distance = sub(abs(sub(x, average)), APART);
  const far = truth(less(mul(sqrt(variance), DEVIATIONS), distance));
  // What of the others is nearly as white, or as black, as this one.
  const [light, dark] = [less(1 - NEAR, x), less(x, NEAR)].map((t) => around(mul(ordinary, truth(t))));
  const near = add(dark, mul(truth(less(0.5, x)), sub(light, dark)));
  const alone = mul(truth(less(near, ALONE)), truth(less(0, distance)));
  const extreme = sub(1, ordinary);
  const certain = mul(mul(extreme, maximum(far, alone)), truth(less(ENOUGH, known)));
  const doubtful = mul(extreme, truth(less(ENOUGH_AMONG_OTHERS, known)));
  const [found, asked] = split(nearby(concat([certain, doubtful], 1)), [1, 1], 1);
  const many = mul(truth(less(OFTEN, found)), truth(less(mul(asked, MOSTLY), found)));
  const impulse = maximum(certain, mul(doubtful, many));
  return add(x, mul(impulse, sub(along(seen, ordinary, average), x)));
}

/** Opposite neighbours of the middle of 3 x 3, as places in the kernel. */
const OPPOSITE = [
  [3, 5],
  [1, 7],
  [0, 8],
  [2, 6],
] as const;
/** Opposite neighbours that differ by as much as this say as little as the mean of all around. */
const DIFFERENT = 0.1;
const EQUAL = 0.012;

/** In each channel the mean of opposite neighbours, those that are alike counting most. */
function along(seen: Tensor, ordinary: Tensor, average: Tensor): Tensor {
  const [n, c, h, w] = seen.shape;
  const kernel = (sign: number): Tensor =>
    seen.graph.constant(
      Array.from({ length: c }, () =>
        OPPOSITE.flatMap(([a, b]) => Array.from({ length: 9 }, (_, k) => (k === a ? 1 : k === b ? sign : 0))),
      ).flat(),
      [4 * c, 1, 3, 3],
    );
  const pairs = (t: Tensor, sign: number): Tensor =>
    reshape(conv2d(padPicture(t, [1, 1, 1, 1], 'reflect'), kernel(sign), { groups: c }), [n, c, 4, h, w]);
  const both = truth(less(1.5, pairs(ordinary, 1)));
  const weights = div(both, add(square(pairs(seen, -1)), EQUAL ** 2));
  const least = 1 / DIFFERENT ** 2;
  const total = add(sum(weights, [2]), least);
  return div(add(mul(sum(mul(weights, pairs(seen, 1)), [2]), 0.5), mul(average, least)), total);
}

/** Of the two halves of the channels the mean over about 40 x 40 pixels and all channels. [N, 2C, H, W] to [N, 2, H, W] */
function nearby(x: Tensor): Tensor {
  const [n, c, h, w] = x.shape;
  const counts = mean(reshape(averagePool(x, 8), [n, 2, c / 2, (h / 8) * (w / 8)]), [2]);
  const box = x.graph.constant(new Float32Array(50).fill(1 / 25), [2, 1, 5, 5]);
  const wide = conv2d(padPicture(reshape(counts, [n, 2, h / 8, w / 8]), [2, 2, 2, 2], 'edge'), box, {
    groups: 2,
  });
  return upsample(wide, 8);
}
