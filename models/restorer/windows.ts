/**
 * Noise told from detail in sliding windows, in the graph language: the discrete cosine transform of 8 x 8 windows, two
 * pixels apart, in lightness and two differences of colour. `noiseOf` asks the flattest windows round about how strong
 * the noise is; `refined` weighs each coefficient of the noisy picture by what a first answer says of it (the empirical
 * Wiener filter: K. Dabov, A. Foi, V. Katkovnik, K. Egiazarian, "Image denoising by sparse 3-D transform-domain
 * collaborative filtering", 2007, second step), so that what a network smoothed away with the noise comes back. Windows
 * that need few coefficients count more (O. G. Guleryuz, "Weighted averaging for denoising with overcomplete
 * dictionaries", 2007). Nothing here is learnt, and nothing reaches further than about 50 pixels, so tiles join.
 */
import type { Graph, Tensor } from '../../app/graph/graph.ts';
import { add, div, mul, sub } from '../../app/graph/ops/arithmetic.ts';
import { clip, maximum } from '../../app/graph/ops/compare.ts';
import { conv2d, convTranspose2d } from '../../app/graph/ops/conv.ts';
import { pow, sqrt, square } from '../../app/graph/ops/elementwise.ts';
import { sum } from '../../app/graph/ops/reduce.ts';
import { averagePool, resize } from '../../app/graph/ops/resize.ts';
import { padPicture, slice } from '../../app/graph/ops/select.ts';
import { concat, split } from '../../app/graph/ops/shape.ts';
import { opponent } from '../blocks.ts';

/** Side of a window, and pixels from one window to the next. */
const SIDE = 8;
const STEP = 2;
export const COEFFICIENTS = SIDE * SIDE;

/** The orthonormal DCT-II: of each coefficient, the coarsest first, its picture. */
const BASIS = ((): number[][] => {
  const wave = (k: number, n: number): number =>
    Math.sqrt((k > 0 ? 2 : 1) / SIDE) * Math.cos((Math.PI * (2 * n + 1) * k) / (2 * SIDE));
  const places = Array.from({ length: SIDE }, (_, n) => n);
  const rows = places.map((k) => places.map((n) => wave(k, n)));
  return rows.flatMap((a) => rows.map((b) => a.flatMap((v) => b.map((w) => v * w))));
})();
/** Coefficients of waves that are fine along one axis or both. */
const FINE = BASIS.map((_, k) => Number(Math.floor(k / SIDE) + (k % SIDE) >= SIDE));
const OF_FINE = FINE.reduce((a, b) => a + b);

const basis = (graph: Graph): Tensor => graph.constant(BASIS.flat(), [COEFFICIENTS, 1, SIDE, SIDE]);

/** Coefficients of the windows of one plane [N, 1, H, W]: [N, 64, H / 2 + 5, W / 2 + 5], with a window beyond each edge. */
export const analyse = (x: Tensor): Tensor =>
  conv2d(padPicture(x, [SIDE, SIDE, SIDE, SIDE], 'reflect'), basis(x.graph), { stride: STEP });

/** The plane [N, 1, h, w] whose windows have these coefficients, on the mean by `weight` [N, 1, ...]. */
export function synthesise(bands: Tensor, weight: Tensor, [h, w]: readonly [number, number]): Tensor {
  const { graph } = bands;
  const options = { stride: STEP };
  const sums = convTranspose2d(mul(bands, weight), basis(graph), options);
  const ones = graph.constant(new Float32Array(COEFFICIENTS).fill(1), [1, 1, SIDE, SIDE]);
  const all = div(sums, convTranspose2d(weight, ones, options));
  return slice(all, [null, null, [SIDE, SIDE + h], [SIDE, SIDE + w]]);
}

/** Mean power of the fine half of a window, [N, 1, ...]. */
export function finePower(bands: Tensor): Tensor {
  const fine = FINE.map((v) => v / OF_FINE);
  return conv2d(square(bands), bands.graph.constant(fine, [1, COEFFICIENTS, 1, 1]));
}

/** Windows are asked by pools of this many on a side (8 pixels), those of so many pools to each side together. */
const POOL = 4;
const AROUND = 4;
/** The mean over them leans to the least power by this exponent. */
const LEAN = 3;
/** By that noise alone comes out too weak by this, in its variance (measured on white noise of sigma 15 to 50). */
const EXCESS = 1.2;
/** Power that no sample of 8 bits tells from none. */
const NOTHING = (0.2 / 255) ** 2;

/** Variance of the noise at each window of `analyse`, [N, 1, ...], from the flattest windows within about 36 pixels. */
export function noiseOf(bands: Tensor): Tensor {
  const [, , h, w] = bands.shape;
  const inverse = pow(div(NOTHING, add(finePower(bands), NOTHING)), LEAN);
  const pools = averagePool(slice(inverse, [null, null, [0, h - (h % POOL)], [0, w - (w % POOL)]]), POOL);
  const side = 2 * AROUND + 1;
  const box = bands.graph.constant(new Float32Array(side ** 2).fill(1 / side ** 2), [1, 1, side, side]);
  const near = conv2d(padPicture(pools, [AROUND, AROUND, AROUND, AROUND], 'edge'), box);
  return mul(div(NOTHING, pow(resize(near, [h, w], 'nearest'), 1 / LEAN)), EXCESS);
}

/** Noise from which on the refined picture begins to be taken, and above which it is taken alone, in lightness. */
const WORTH = [1 / 255, 3 / 255] as const;
/** Keeps quotients finite where there is nothing. */
const LEAST = 1e-9;

/** How far the picture is noisy, at each pixel: 0 to 1. @param variance [N, 1, ...] at the windows of a picture of h x w */
function worth(variance: Tensor, [h, w]: readonly [number, number]): Tensor {
  const share = clip(mul(sub(sqrt(variance), WORTH[0]), 1 / (WORTH[1] - WORTH[0])), 0, 1);
  // The window in the middle of a pixel: its corner lies half a window before it, after the window beyond the edge.
  const first = SIDE / STEP / 2;
  return resize(
    slice(share, [null, null, [first, first + h / 2], [first, first + w / 2]]),
    [h, w],
    'bilinear',
  );
}

/**
 * @param x [N, 3, H, W], the noisy picture, sides even and at least 16
 * @param first the same without noise, as a network has it
 * @returns `first` with what it lost of the picture's detail, where the picture is noisy; elsewhere `first`
 */
export function refined(x: Tensor, first: Tensor): Tensor {
  const [, , h, w] = x.shape;
  const said = split(opponent(first), [1, 1, 1], 1);
  const planes = split(opponent(x), [1, 1, 1], 1).map((plane, k) => {
    const bands = analyse(plane);
    const variance = noiseOf(bands);
    const power = square(analyse(said[k]));
    const kept = div(power, add(power, add(variance, LEAST)));
    // Where nothing is kept a window still counts no more than where its mean is.
    const weight = div(1, maximum(sum(square(kept), [1], true), 1));
    const better = synthesise(mul(bands, kept), weight, [h, w]);
    return { better, variance };
  });
  const all = opponent(
    concat(
      planes.map(({ better }) => better),
      1,
    ),
    true,
  );
  return add(first, mul(worth(planes[0].variance, [h, w]), sub(all, first)));
}
