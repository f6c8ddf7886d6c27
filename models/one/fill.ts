/**
 * Fills holes as a thin plate under tension does (slopes at the border go on for two or three pixels, further in it is the
 * soap film of Laplace's equation): the picture u that makes the sum of |Δu|² + τ|∇u|² over a hole least (W. H. F. Smith,
 * P. Wessel, "Gridding with continuous curvature splines in tension", Geophysics, 1990). On photographs that is half a
 * decibel better than either limit. Solved by multigrid in the graph language: each level begins with what the coarser
 * one found, and on the finest a cycle of corrections follows. Smoothing is by Richardson steps whose lengths are
 * Chebyshev's (E. L. Wachspress, "Iterative Solution of Elliptic Systems", 1966). Nothing here is learnt.
 */
import type { Tensor } from '../../app/graph/graph.ts';
import { add, div, mul, sub } from '../../app/graph/ops/arithmetic.ts';
import { less, maximum } from '../../app/graph/ops/compare.ts';
import { conv2d } from '../../app/graph/ops/conv.ts';
import { cast } from '../../app/graph/ops/elementwise.ts';
import { sum } from '../../app/graph/ops/reduce.ts';
import { averagePool, upsample } from '../../app/graph/ops/resize.ts';
import { padPicture } from '../../app/graph/ops/select.ts';
import { concat, split } from '../../app/graph/ops/shape.ts';

/** Tension, in units of the finest level's pixels. */
const TENSION = 0.3;
/** Levels that feel the plate's stiffness; coarser ones are a film. */
const STIFF = 3;
/** Levels below the picture: 1 / 32 of its size. */
const LEVELS = 5;
/** Steps on each level, and on the coarsest; errors down to this part of the largest eigenvalue are smoothed out. */
const STEPS = 4;
const COARSEST = 16;
const RANGE = 16;
const COARSEST_RANGE = 32;
/** Share of a coarse pixel that must be known for it to count as known. */
const ENOUGH = 1 / 32;

/** -Δ on a grid of unit distance, and its square. */
const FILM = [0, 0, 0, 0, 0, 0, 0, -1, 0, 0, 0, -1, 4, -1, 0, 0, 0, -1, 0, 0, 0, 0, 0, 0, 0] as const;
const PLATE = [0, 0, 1, 0, 0, 0, 2, -8, 2, 0, 1, -8, 20, -8, 1, 0, 2, -8, 2, 0, 0, 0, 1, 0, 0] as const;

/** The operator of a level as a kernel (3 x 3 for a film, 5 x 5 for a plate), and its largest eigenvalue. */
function operator(level: number): { kernel: number[]; side: 3 | 5; largest: number } {
  const scale = 4 ** -level;
  const film = FILM.map((v) => v * TENSION * scale);
  const largest = 8 * TENSION * scale;
  if (level < STIFF)
    return {
      kernel: film.map((v, i) => v + PLATE[i] * scale ** 2),
      side: 5,
      largest: largest + 64 * scale ** 2,
    };
  const inner = film.filter((_, i) => Math.floor(i / 5) % 4 !== 0 && (i % 5) % 4 !== 0);
  return { kernel: inner, side: 3, largest };
}

/** Lengths of Richardson steps that together hold down errors of eigenvalues from..to; long and short ones in turn. */
function lengths(from: number, to: number, count: number): number[] {
  const all = Array.from(
    { length: count },
    (_, k) => 1 / ((to + from) / 2 + ((to - from) / 2) * Math.cos((Math.PI * (2 * k + 1)) / (2 * count))),
  );
  return all.map((_, k) => all[(k * 3) % count]);
}

/** The operator of a level, times a number, applied to every channel. */
function applied(u: Tensor, level: number, times: number): Tensor {
  const { kernel, side } = operator(level);
  const channels = u.shape[1];
  const weight = Array.from({ length: channels }, () => kernel.map((v) => v * times)).flat();
  const r = (side - 1) / 2;
  return conv2d(padPicture(u, [r, r, r, r], 'edge'), u.graph.constant(weight, [channels, 1, side, side]), {
    groups: channels,
  });
}

/** Steps towards operator(u) = f in the holes; f null is nought. */
function smoothed(u: Tensor, f: Tensor | null, hole: Tensor, level: number): Tensor {
  const { largest } = operator(level);
  const last = level === LEVELS;
  const steps = lengths(largest / (last ? COARSEST_RANGE : RANGE), largest, last ? COARSEST : STEPS);
  let y = u;
  for (const step of steps) {
    const change = applied(y, level, -step);
    y = add(y, mul(f ? add(change, mul(f, step)) : change, hole));
  }
  return y;
}

/** One V cycle: smoothed, corrected by the coarser level's answer to what is left, smoothed. */
function cycle(u: Tensor, f: Tensor | null, hole: Tensor, level: number): Tensor {
  if (level === LEVELS) return smoothed(u, f, hole, level);
  const before = smoothed(u, f, hole, level);
  const change = applied(before, level, -1);
  const left = averagePool(mul(f ? add(change, f) : change, hole), 2);
  const coarse = cast(less(1 - 1e-3, averagePool(hole, 2)), 'float32');
  const correction = cycle(mul(left, 0), left, coarse, level + 1);
  return smoothed(add(before, mul(upsample(correction, 2, 'bilinear'), hole)), f, hole, level);
}

/**
 * @param x [N, C, H, W], anything in the holes; sides multiples of 32
 * @param hole [N, 1, H, W], 1 in holes, 0 elsewhere
 * @returns [N, C, H, W], x where it is no hole
 */
export function fill(x: Tensor, hole: Tensor): Tensor {
  const channels = x.shape[1];
  const known = sub(1, hole);
  const pyramid = [concat([mul(x, known), known], 1)];
  for (let k = 0; k < LEVELS; k++) pyramid.push(averagePool(pyramid[k], 2));
  let u: Tensor | null = null;
  for (const [level, sums] of [...pyramid.entries()].reverse()) {
    const [colours, share] = split(sums, [channels, 1], 1);
    // Begins with the mean of all that is known.
    const from: Tensor = u
      ? upsample(u, 2, 'bilinear')
      : div(sum(colours, [2, 3], true), maximum(sum(share, [2, 3], true), 1e-6));
    if (level === 0) {
      u = cycle(add(colours, mul(from, hole)), null, hole, 0);
      continue;
    }
    const open = cast(less(share, ENOUGH), 'float32');
    const mean = div(colours, maximum(share, 1e-6));
    u = smoothed(add(mean, mul(sub(from, mean), open)), null, open, level);
  }
  return u!;
}
