/**
 * Colours of linear scan values for the screen: the film base as a swatch. Values are linear 0..1 of the
 * scanner's full scale; shown by themselves most bases would be too dark to judge, so the brightest channel
 * is brought to `lift` and the proportions kept.
 */

const encode = (v: number) => (v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055);

/** CSS colour of linear RGB after lifting the brightest channel to `lift` (0..1, linear). */
export function swatchColour(rgb: readonly number[], lift = 0.8): string {
  const top = Math.max(...rgb, 1e-6);
  const part = rgb.map((v) => Math.round(255 * encode(Math.min(1, Math.max(0, (v / top) * lift)))));
  return `rgb(${part[0]} ${part[1]} ${part[2]})`;
}

/** Densities of a base against full scale: log10(1 / v), two decimals' worth of use. */
export function baseDensity(rgb: readonly number[]): number[] {
  return rgb.map((v) => Math.log10(1 / Math.max(v, 1e-6)));
}
