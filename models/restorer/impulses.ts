/**
 * Impulses (salt and pepper, dead pixels, dust of a pixel) taken out before the network looks, in the graph language. A
 * sample that is quite black or quite white in its channel, and far from what the other samples around it say, is
 * replaced by their mean (R. H. Chan, C.-W. Ho, M. Nikolova, "Salt-and-pepper noise removal by median-type noise
 * detectors and detail-preserving regularization", 2005, with a mean of those that are not extreme in place of the
 * median). How far is far follows from how much the others differ among themselves, so that clipped noise and texture
 * are left to the network. A small network learns this badly beside all else: it took impulses for lights. Nothing
 * of it is learnt.
 */
import type { Tensor } from '../../app/graph/graph.ts';
import { add, div, mul, sub } from '../../app/graph/ops/arithmetic.ts';
import { less, maximum } from '../../app/graph/ops/compare.ts';
import { conv2d } from '../../app/graph/ops/conv.ts';
import { abs, cast, sqrt, square } from '../../app/graph/ops/elementwise.ts';
import { padPicture } from '../../app/graph/ops/select.ts';

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
  const mean = div(around(seen), weight);
  const variance = maximum(sub(div(around(mul(seen, x)), weight), square(mean)), 0);
  const distance = sub(abs(sub(x, mean)), APART);
  const far = truth(less(mul(sqrt(variance), DEVIATIONS), distance));
  // What of the others is nearly as white, or as black, as this one.
  const [light, dark] = [less(1 - NEAR, x), less(x, NEAR)].map((t) => around(mul(ordinary, truth(t))));
  const near = add(dark, mul(truth(less(0.5, x)), sub(light, dark)));
  const alone = mul(truth(less(near, ALONE)), truth(less(0, distance)));
  const impulse = mul(mul(sub(1, ordinary), maximum(far, alone)), truth(less(ENOUGH, known)));
  return add(x, mul(impulse, sub(mean, x)));
}
