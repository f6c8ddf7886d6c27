/**
 * The foot of the film's characteristic curve. Near the base, density no longer follows log exposure: shadows
 * are compressed, and all channels run together into D = 0. With the smooth toe D = t·ln(1 + e^(X/t)) (X = the
 * density that the straight line would have had, t = width in density) the inverse is
 *
 *   X = t·ln(e^(D/t) - 1)
 *
 * Straightening this before the channels are balanced keeps a balance found in the mid tones right in the
 * shadows, and lets film base fall to paper black by itself, in every channel. Close to D = 0 the inverse is
 * steep and would amplify grain without end, so below GUARD·t it goes on as a straight line.
 */

/** Width of the toe in density: data-sheet curves of negative films lie between 0.05 and 0.1. */
export const TOE_WIDTH = 0.06;
const GUARD = 0.35;
/** Value and slope of the inverse at the guard, for t = 1. */
const GUARD_VALUE = Math.log(Math.expm1(GUARD));
const GUARD_SLOPE = -Math.expm1(-GUARD);

/** Density on the extended straight line for a density over the base. Strictly increasing; equal to `density` well above the toe. */
export function straighten(density: number, width: number): number {
  if (!(width > 0)) return density;
  const z = density / width;
  if (z > 20) return density;
  if (z >= GUARD) return width * Math.log(Math.expm1(z));
  return width * (GUARD_VALUE + (z - GUARD) / GUARD_SLOPE);
}
