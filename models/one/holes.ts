/**
 * Missing regions found by what they are: areas of exactly one colour, bounded sharply. Nothing that a lens drew is so: what
 * is clipped, and what a compression made flat, runs into its surroundings by degrees. So a few colours are asked, black,
 * white, and the one between them whose flat areas look most like holes: of all pixels that border on flat areas of that
 * colour anywhere in the picture, how many differ from it clearly? In 600 training photographs never more than a fifth, in 300
 * with holes less than a third once in fifty. A colour is none when it frames the picture with a straight edge (the
 * black border of a scan, white paper), nor when its areas are as ragged as clipped
 * foliage, nor one between when there is more of other flat colours (blocks of JPEG come out flat too), unless it is
 * hardly bounded otherwise than sharply.
 *
 * A region that was cut out ends from one pixel to the next; one that was torn or has a soft edge goes on under it: pixels
 * at its border then differ more from those two further out than these do among themselves, and a margin belongs to it.
 * In the graph language; nothing here is learnt.
 */
import type { Tensor } from '../../app/graph/graph.ts';
import { relu } from '../../app/graph/ops/activation.ts';
import { add, div, mul, sub } from '../../app/graph/ops/arithmetic.ts';
import { clip, less, maximum } from '../../app/graph/ops/compare.ts';
import { conv2d } from '../../app/graph/ops/conv.ts';
import { abs, cast, sqrt, square } from '../../app/graph/ops/elementwise.ts';
import { argMax, oneHot } from '../../app/graph/ops/gather.ts';
import { matmulTransposed } from '../../app/graph/ops/matmul.ts';
import { mean, sum } from '../../app/graph/ops/reduce.ts';
import { padPicture } from '../../app/graph/ops/select.ts';
import { concat, reshape, split } from '../../app/graph/ops/shape.ts';

/** Sums of differences over the channels below this are none: a quarter of a step of 8 bits. */
const EQUAL = 1e-3;
/** Pixels to each side that must be flat, in the middle of a flat area. */
const FLAT = 2;
/** Slivers of a region, three pixels wide, lie at most so far from it. */
const REACH = 8;
/** Differences (sums over the channels) from which on a border is sharp, and the share of it that must be. */
const SHARP = 0.08;
const BOUNDED = 0.3;
/** A little less is enough where most of what lies four pixels on differs more: light paper shows along a tear. */
const FAR = 4;
const FAR_SHARP = 0.3;
const FAR_MOST = 0.6;
const FAR_COUNTS = 0.4;
/** As far around a flat pixel borders speak for its colour or against it. */
const HEARD = 10;
/** A colour frames the picture when this share of a side has it, and at most so many pixels on (or this share) hardly any. */
const FRAMED = 0.97;
const ENDED = 0.25;
const STRAIGHT = [2, 0.015] as const;
/**
 * The colour between is believed to be a hole's while other flat areas are at most this many times its own, or when
 * this share of its border is sharp.
 */
const OTHERS = 0.5;
const CERTAIN = 0.9;
/** Pixels of the border over the root of the area: 4 for a square, 8 for four of them; more is what light drew. */
const RAGGED = 11;
/** Border pixels differ this many times more from what is two pixels on than pixels further out: the border is no cut. */
const SOFT = 1.55;
const NOISE = 0.03;
/** This share of the way from what lies beyond to the colour of a hole: the pixel was half cut. */
const HALF = 0.4;
const ASIDE = 0.05;
const RARE = 0.3;
/** Pixels that belong to such a border. */
const MARGIN = 3;

const truth = (t: Tensor): Tensor => cast(t, 'float32');
const no = (t: Tensor): Tensor => sub(1, t);
const total = (t: Tensor): Tensor => sum(t, [2, 3], true);

/** Means over windows of `2 r + 1` pixels. */
function box(x: Tensor, r: number): Tensor {
  const side = 2 * r + 1;
  const channels = x.shape[1];
  const weights = new Float32Array(channels * side).fill(1 / side);
  const down = x.graph.constant(weights, [channels, 1, side, 1]);
  const across = x.graph.constant(weights, [channels, 1, 1, side]);
  const once = conv2d(padPicture(x, [r, 0, r, 0], 'edge'), down, { groups: channels });
  return conv2d(padPicture(once, [0, r, 0, r], 'edge'), across, { groups: channels });
}
/** Whether anything of a mask is within r pixels, and whether everything is. */
const near = (mask: Tensor, r: number): Tensor => truth(less(0.5 / (2 * r + 1) ** 2, box(mask, r)));
const whole = (mask: Tensor, r: number): Tensor => truth(less(1 - 0.5 / (2 * r + 1) ** 2, box(mask, r)));
/** Means over windows, of what a mask lets through. */
const meanOf = (x: Tensor, mask: Tensor, r: number): Tensor =>
  div(box(mul(x, mask), r), maximum(box(mask, r), 1e-6));
const apart = (a: Tensor, b: Tensor | number): Tensor => sum(abs(sub(a, b)), [1], true);

/** Pixels in the middle of areas of one colour, whichever it is. [N, 1, H, W] */
function flatCore(x: Tensor): Tensor {
  const channels = x.shape[1];
  const kernel = Array.from({ length: channels }, () => [1, -1, 0, 0, 1, 0, -1, 0]).flat();
  const steps = conv2d(
    padPicture(x, [0, 0, 1, 1], 'edge'),
    x.graph.constant(kernel, [2 * channels, 1, 2, 2]),
    { groups: channels },
  );
  return truth(less(box(sum(abs(steps), [1], true), FLAT), EQUAL / (2 * FLAT + 1) ** 2));
}

/** The colour, neither black nor white, whose flat areas have most of a sharp border near: [N, 3, 1, 1]. */
function suspected(x: Tensor, core: Tensor): Tensor {
  const [n, channels, h, w] = x.shape;
  const flat = mul(near(core, FLAT + 1), truth(less(apart(x, meanOf(x, core, FLAT + 1)), EQUAL)));
  const ring = mul(near(flat, 1), no(flat));
  const sharp = truth(less(SHARP, apart(x, meanOf(x, flat, 1))));
  const votes = box(mul(ring, sub(mul(sharp, 2), 1)), HEARD);
  // Of equal votes those of one colour win, not some of each.
  const even = conv2d(x, x.graph.constant([3.7e-5, 6.1e-5, 8.3e-5], [1, 3, 1, 1]));
  const score = sub(add(votes, even), mul(no(core), 9));
  const best = argMax(reshape(score, [n, h * w]), 1);
  const pixel = reshape(oneHot(best, h * w), [n, 1, h * w]);
  return reshape(matmulTransposed(reshape(x, [n, channels, h * w]), pixel, false, true), [n, channels, 1, 1]);
}

/** Which of the colours frames the picture, on any side, with a straight edge. @param area [N, C, H, W] @returns [N, C, 1, 1] */
function frames(area: Tensor): Tensor {
  const [, , h, w] = area.shape;
  return ([2, 3] as const)
    .flatMap((across) => {
      const length = across === 2 ? w : h;
      const lines = split(mean(area, [across], true), [length / 2, length / 2], across === 2 ? 3 : 2);
      const straight = 0.5 + Math.max(STRAIGHT[0], STRAIGHT[1] * length);
      return lines.map((half) => {
        const [full, some] = [FRAMED, ENDED].map((v) => total(truth(less(v, half))));
        return mul(truth(less(0.5, full)), truth(less(sub(some, full), straight)));
      });
    })
    .reduce((a, b) => maximum(a, b));
}

/** The flat areas of colours that are no part of the picture, and all pixels of these colours. Each [N, 1, H, W] */
function cut(x: Tensor): { found: Tensor; alike: Tensor } {
  const core = flatCore(x);
  const distance = concat([sum(x, [1], true), apart(x, 1), apart(x, suspected(x, core))], 1);
  const equal = truth(less(distance, EQUAL));
  const middle = whole(equal, FLAT);
  const large = mul(equal, near(middle, FLAT + 1));
  // A region may end in points, and leave slivers.
  const slivers = mul(whole(equal, 1), near(large, REACH));
  const area = mul(equal, near(maximum(large, slivers), FLAT + 1));
  const ring = mul(near(area, 1), no(area));
  const far = sub(near(area, FAR), near(area, FAR - 1));
  const shareOf = (at: Tensor, least: number): Tensor =>
    div(total(mul(at, truth(less(least, distance)))), add(total(at), 1));
  const paper = relu(mul(sub(shareOf(far, FAR_SHARP), FAR_MOST), FAR_COUNTS));
  const share = add(shareOf(ring, SHARP), paper);
  const shape = truth(less(total(ring), mul(sqrt(total(area)), RAGGED)));
  const decided = mul(mul(truth(less(BOUNDED, share)), shape), no(frames(area)));
  const holes = mul(area, decided);
  const [black, white, other] = split(holes, [1, 1, 1], 1);
  const [blacks, whites, own] = split(total(middle), [1, 1, 1], 1);
  const others = sub(sub(sub(total(core), blacks), whites), own);
  const few = truth(less(others, mul(own, OTHERS)));
  const [, , certain] = split(truth(less(CERTAIN, share)), [1, 1, 1], 1);
  return {
    found: maximum(maximum(black, white), mul(other, maximum(certain, few))),
    alike: clip(sum(mul(equal, decided), [1], true), 0, 1),
  };
}

/** @param x [N, 3, H, W] of 0..1, sides multiples of 8 @returns [N, 1, H, W], 1 where the picture is missing, else 0 */
export function holes(x: Tensor): Tensor {
  const { found, alike } = cut(x);
  const within = [found, ...[1, 2, 3, 4, 5, 6].map((r) => near(found, r))];
  const ring = (k: number): Tensor => sub(within[k], within[k - 1]);
  /** How much the pixels of a ring differ from those of the second next on the mean. */
  const change = (k: number): Tensor => {
    const beyond = ring(k + 2);
    const here = mul(ring(k), near(beyond, 2));
    return div(total(mul(here, apart(x, meanOf(x, beyond, 2)))), maximum(total(here), 1));
  };
  const soft = truth(less(mul(add(change(4), NOISE), SOFT), change(1)));
  // Single pixels that a cut went through: much nearer to its colour than what lies beyond.
  const beyond = meanOf(x, sub(within[3], within[1]), 2);
  const across = sub(meanOf(x, found, 1), beyond);
  const way = sum(mul(sub(x, beyond), across), [1], true);
  const long = sum(square(across), [1], true);
  const off = sub(mul(sum(square(sub(x, beyond)), [1], true), long), square(way));
  const likely = mul(truth(less(mul(add(long, 0.1), HALF), way)), truth(less(off, mul(square(way), ASIDE))));
  const half = mul(mul(ring(1), likely), truth(less(meanOf(likely, ring(1), 3), RARE)));
  // Slivers of what was torn may lie far from it.
  const torn = near(maximum(found, mul(alike, near(whole(alike, 1), 1))), MARGIN);
  return maximum(maximum(found, half), mul(soft, torn));
}
