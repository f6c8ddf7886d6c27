/**
 * A picture without its noise, in the graph language: windows of the discrete cosine transform that slide over it, small
 * coefficients dropped, lightness and two differences of colour each for itself (G. Yu, G. Sapiro, "DCT image denoising: a
 * simple and effective image denoising algorithm", Image Processing On Line 1, 2011). How strong the noise is, is asked
 * of the flattest windows of the whole picture: one without noise comes out as it is. Nothing here is learnt.
 */
import type { Tensor } from '../../app/graph/graph.ts';
import { add, div, mul } from '../../app/graph/ops/arithmetic.ts';
import { less, maximum } from '../../app/graph/ops/compare.ts';
import { cast, sqrt, square } from '../../app/graph/ops/elementwise.ts';
import { sum } from '../../app/graph/ops/reduce.ts';
import { concat, split } from '../../app/graph/ops/shape.ts';
import { opponent } from '../blocks.ts';
import { analyse, COEFFICIENTS, finePower, synthesise } from '../restorer/windows.ts';
import { quantiles } from './quantiles.ts';

/** Coefficients are kept from this many standard deviations of the noise on. */
const KEPT = 2.7;
/** This share of the windows is taken to hold nothing but noise in its fine half; their least deviations are too small by this. */
const FLAT = 0.2;
const EXCESS = 1.118;
/** Deviations of 0..1/2 fill the histogram of quantiles, whose steps are even in the root. */
const SCALE = 2;
/** Less noise than this is none. */
const LEAST = 0.6 / 255;

/** One plane [N, 1, H, W], and the standard deviation of its noise [N, 1, 1, 1]. */
function plane(x: Tensor): { quieted: Tensor; sigma: Tensor } {
  const [, , h, w] = x.shape;
  const bands = analyse(x);
  const deviation = mul(sqrt(add(finePower(bands), 1e-12)), SCALE);
  const sigma = mul(square(quantiles(deviation, [FLAT])), EXCESS / SCALE);
  const limit = mul(square(mul(sigma, KEPT)), cast(less(LEAST, sigma), 'float32'));
  // The mean of a window always stays.
  const mean = x.graph.constant(
    Float32Array.from({ length: COEFFICIENTS }, (_, k) => Number(k === 0)),
    [1, COEFFICIENTS, 1, 1],
  );
  const kept = maximum(cast(less(limit, add(square(bands), 1e-20)), 'float32'), mean);
  return { quieted: synthesise(mul(bands, kept), div(1, sum(kept, [1], true)), [h, w]), sigma };
}

/**
 * @param x [N, 3, H, W] of 0..1, sides even and at least 16
 * @returns the picture without noise, and the noise's deviation in each plane [N, 3, 1, 1]
 */
export function quiet(x: Tensor): { quieted: Tensor; sigma: Tensor } {
  const planes = split(opponent(x), [1, 1, 1], 1).map(plane);
  const together = (which: 'quieted' | 'sigma'): Tensor =>
    concat(
      planes.map((p) => p[which]),
      1,
    );
  return { quieted: opponent(together('quieted'), true), sigma: together('sigma') };
}
