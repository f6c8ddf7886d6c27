/**
 * Noise held down before a picture is turned round, in the graph language: an adaptive Wiener filter (J.-S. Lee,
 * "Digital image enhancement and noise filtering by use of local statistics", 1980) with the overlapping windows of
 * the guided filter (K. He, J. Sun, X. Tang, "Guided image filtering", 2013). Read in density, the noise of a
 * negative's dense parts grows many times over and no longer averages out, so it is too late to take it out of the
 * positive. What of a window's variance is not noise says how much of the window's detail is kept: a picture without
 * noise comes out as it is. Nothing here is learnt.
 */
import type { Tensor } from '../../app/graph/graph.ts';
import { add, div, mul, sub } from '../../app/graph/ops/arithmetic.ts';
import { maximum } from '../../app/graph/ops/compare.ts';
import { conv2d } from '../../app/graph/ops/conv.ts';
import { sqrt, square } from '../../app/graph/ops/elementwise.ts';
import { averagePool } from '../../app/graph/ops/resize.ts';
import { padPicture } from '../../app/graph/ops/select.ts';
import { quantiles } from './quantiles.ts';

/** Pixels from the middle of a window to its edge. */
const RADIUS = 2;
/** This share of the windows is taken to hold nothing but noise, and their variance, times this, for the noise's. */
const FLAT = 0.15;
const EXCESS = 1.6;
/** Deviations of 0..1/2 fill the histogram of quantiles, whose steps are even in the root. */
const SCALE = 2;
/** Variance under a third of a step of 8 bits, squared, is none. */
const LEAST = 1e-6;

/** Means over windows of each channel. */
function windows(x: Tensor): Tensor {
  const side = 2 * RADIUS + 1;
  const channels = x.shape[1];
  const kernel = x.graph.constant(new Float32Array(channels * side * side).fill(1 / side ** 2), [
    channels,
    1,
    side,
    side,
  ]);
  return conv2d(padPicture(x, [RADIUS, RADIUS, RADIUS, RADIUS], 'edge'), kernel, { groups: channels });
}

/** @param x [N, C, H, W] of 0..1, sides multiples of 4 @returns the same with less noise */
export function calm(x: Tensor): Tensor {
  const mean = windows(x);
  const variance = maximum(sub(windows(square(x)), square(mean)), 0);
  const deviation = mul(sqrt(add(averagePool(variance, 4), LEAST)), SCALE);
  const flat = square(quantiles(deviation, [FLAT]));
  const noise = mul(square(flat), EXCESS / SCALE ** 2);
  const kept = div(maximum(sub(variance, noise), 0), maximum(variance, LEAST));
  return add(mul(windows(kept), x), windows(mul(mean, sub(1, kept))));
}
