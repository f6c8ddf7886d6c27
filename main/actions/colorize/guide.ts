/**
 * The luminance that chroma follows, freed of grain: without that, every grain would carry a speck of colour. Wiener's
 * filter in a small window (Lee, "Digital image enhancement and noise filtering by use of local statistics", IEEE
 * Transactions on Pattern Analysis and Machine Intelligence 2, 1980): where the variance is that of the grain the mean
 * is taken, where it is larger the pixel itself. Sums are of whole numbers, so that a tile's pixels come out the same,
 * to the last bit, whichever tile they lie in.
 */
import type { Rect } from '../../../app/picture.ts';

/** Steps of L* in which the guide is counted. */
export const GUIDE_STEPS = 64;

/**
 * @param lightness L* in steps of 1/GUIDE_STEPS, of the part `from`
 * @param rect the part that is wanted, within `from`; around it `r` pixels are there, or the picture ends
 * @param variance of the grain, L*²
 * @param out where the answer is written; new memory by default
 * @returns L* of `rect`
 */
export function denoisedGuide(
  lightness: Int32Array,
  from: Rect,
  rect: Rect,
  r: number,
  variance: number,
  out: Float32Array = new Float32Array(rect.w * rect.h),
): Float32Array {
  const noise = variance * GUIDE_STEPS * GUIDE_STEPS;
  const sums = new Float64Array(from.w);
  const squares = new Float64Array(from.w);
  const row = (y: number, sign: 1 | -1): void => {
    if (y < 0 || y >= from.h) return;
    const at = y * from.w;
    for (let x = 0; x < from.w; x++) {
      const v = lightness[at + x];
      sums[x] += sign * v;
      squares[x] += sign * v * v;
    }
  };
  const top = rect.y - from.y;
  const left = rect.x - from.x;
  for (let y = top - r; y < top + r; y++) row(y, 1);
  for (let y = 0; y < rect.h; y++) {
    const centre = top + y;
    row(centre + r, 1);
    if (y > 0) row(centre - r - 1, -1);
    const tall = Math.min(from.h - 1, centre + r) - Math.max(0, centre - r) + 1;
    let sum = 0;
    let square = 0;
    for (let x = Math.max(0, left - r); x < Math.min(from.w, left + r); x++) {
      sum += sums[x];
      square += squares[x];
    }
    for (let x = 0; x < rect.w; x++) {
      const middle = left + x;
      const enter = middle + r;
      const leave = middle - r - 1;
      if (enter < from.w) {
        sum += sums[enter];
        square += squares[enter];
      }
      if (x > 0 && leave >= 0) {
        sum -= sums[leave];
        square -= squares[leave];
      }
      const count = tall * (Math.min(from.w - 1, enter) - Math.max(0, leave + 1) + 1);
      const mean = sum / count;
      const spread = square / count - mean * mean;
      const v = lightness[centre * from.w + middle];
      const kept = spread > noise ? (spread - noise) / spread : 0;
      out[y * rect.w + x] = (mean + kept * (v - mean)) / GUIDE_STEPS;
    }
  }
  return out;
}

/**
 * Standard deviation of grain in a patch of L*, from its second differences, which a slope or an edge of the picture
 * hardly touches (Immerkaer, "Fast noise variance estimation", Computer Vision and Image Understanding 64, 1996),
 * taken where the patch is smoothest.
 */
export function grainOf(L: Float32Array, width: number, height: number): number {
  const values: number[] = [];
  for (let y = 1; y < height - 1; y++)
    for (let x = 1; x < width - 1; x++) {
      const i = y * width + x;
      values.push(
        Math.abs(
          L[i - width - 1] -
            2 * L[i - width] +
            L[i - width + 1] -
            2 * (L[i - 1] - 2 * L[i] + L[i + 1]) +
            L[i + width - 1] -
            2 * L[i + width] +
            L[i + width + 1],
        ),
      );
    }
  if (values.length === 0) return 0;
  values.sort((p, q) => p - q);
  // Median of |N(0, 6 sigma)|.
  return values[values.length >> 1] / (0.6745 * 6);
}
