/**
 * A first filling of holes in the graph language, for the network to improve on: what lies around a hole, continued
 * smoothly into it. It stands in for Laplace's equation (the classical answer, app/baseline/pde.ts), which has no
 * end in sight, by a pyramid (pull and push, Gortler et al. 1996, "The Lumigraph"): known pixels are summed up to an
 * eighth of the size, there with kernels whose taps lie 1, 2 and 4 apart, and each finer level takes what it knows
 * itself and the rest from the coarser one. A few rounds of smoothing on each level smooth the joints. Everything is
 * local, so tiles join. Nothing here is learnt, so nothing of it is ever differentiated.
 */
import type { Tensor } from '../../app/graph/graph.ts';
import { add, div, mul, sub } from '../../app/graph/ops/arithmetic.ts';
import { clip, maximum } from '../../app/graph/ops/compare.ts';
import { conv2d } from '../../app/graph/ops/conv.ts';
import { averagePool, upsample } from '../../app/graph/ops/resize.ts';
import { padPicture } from '../../app/graph/ops/select.ts';
import { concat, split } from '../../app/graph/ops/shape.ts';

/** Distances between taps at an eighth of the size: as far as 56 pixels into a hole. */
const SPREADS = [1, 2, 4] as const;
/** Rounds of smoothing at each of the strides 1, 2, 4 and 8. */
const ROUNDS = 4;
/** Share of a pixel of a level that must be known for the pixel to count as known. */
const ENOUGH = 1 / 16;
/** Where nothing is known as far as the kernels reach: middle grey. */
const MIDDLE = 0.45;
const NOTHING = 1e-4;

/** Each channel by the 3 x 3 binomial kernel, with nothing beyond the picture, or its edge continued. */
function binomial(x: Tensor, beyond: 'nothing' | 'edge', dilation = 1): Tensor {
  const channels = x.shape[1];
  const row = [1, 2, 1];
  const kernel = row.flatMap((v) => row.map((w) => (v * w) / 16));
  const weight = x.graph.constant(Array.from({ length: channels }, () => kernel).flat(), [channels, 1, 3, 3]);
  const options = { groups: channels, dilation };
  return beyond === 'nothing'
    ? conv2d(x, weight, { ...options, padding: dilation })
    : conv2d(padPicture(x, [dilation, dilation, dilation, dilation], 'edge'), weight, options);
}

/** A level: the mean colour of what is known, and how far that is to be believed, 0..1. */
interface Level {
  colours: Tensor;
  weight: Tensor;
}
/** @param sums [N, 4, h, w]: colours times how much of each pixel is known, and that share */
function level(sums: Tensor): Level {
  const [colours, known] = split(sums, [sums.shape[1] - 1, 1], 1);
  return { colours: div(colours, maximum(known, NOTHING)), weight: clip(mul(known, 1 / ENOUGH), 0, 1) };
}
/** What the level knows, and the rest from `coarser`. */
const over = ({ colours, weight }: Level, coarser: Tensor): Tensor =>
  add(mul(colours, weight), mul(coarser, sub(1, weight)));

/** Smoothed, and known again what is known. */
function smoothed(at: Level, filled: Tensor): Tensor {
  let y = filled;
  for (let round = 0; round < ROUNDS; round++) y = over(at, binomial(y, 'edge'));
  return y;
}

/**
 * @param x [N, 3, H, W], anything in the holes; sides multiples of 8
 * @param known [N, 1, H, W], 0 in holes, 1 elsewhere
 * @returns [N, 3, H, W], x where it is known
 */
export function membrane(x: Tensor, known: Tensor): Tensor {
  const pyramid = [concat([mul(x, known), known], 1)];
  for (let k = 0; k < 3; k++) pyramid.push(averagePool(pyramid[k], 2));
  const wide = [pyramid[3]];
  for (const spread of SPREADS) wide.push(binomial(wide[wide.length - 1], 'nothing', spread));
  const last = level(wide[wide.length - 1]);
  // Beyond the reach of all kernels middle grey.
  let filled = add(mul(last.colours, last.weight), mul(sub(1, last.weight), MIDDLE));
  for (const t of wide.slice(0, -1).reverse()) filled = over(level(t), filled);
  for (const [k, sums] of [...pyramid.entries()].reverse()) {
    const at = level(sums);
    if (k < 3) filled = over(at, upsample(filled, 2, 'bilinear'));
    filled = smoothed(at, filled);
  }
  return filled;
}
