/**
 * Density, the photographer's log10 scale. D = log10(base / pixel): 0 is the film base, every 1.0 holds back
 * nine tenths of the light. One CC of printer light is 0.01 of density, one stop (EV) is log10(2) = 0.30103 of
 * log exposure.
 */

/** One stop in log10 exposure. */
export const EV = Math.log10(2);
/** One CC (colour compensating unit) in density. */
export const CC = 0.01;
/**
 * Smallest linear scan value that is still a measurement: half the last step of a 16-bit scan. Anything below
 * is noise or clipping and must not become an infinite density.
 */
export const SCAN_FLOOR = 0.5 / 65535;

/** Density of a linear scan value over the base (both 0..1, linear). Values under SCAN_FLOOR count as SCAN_FLOOR. */
export function densityOver(base: number, value: number): number {
  return Math.log10(Math.max(base, SCAN_FLOOR) / Math.max(value, SCAN_FLOOR));
}

/** Transmittance or reflectance, 0..1, of a density. */
export function fromDensity(density: number): number {
  return 10 ** -density;
}
