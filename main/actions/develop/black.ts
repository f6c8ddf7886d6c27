/**
 * The black of a scan: what the device reads where no light comes through. Flare of lens and film stage and the
 * offset of the sensor add the same little light everywhere. Clear film does not notice; in dense film it is a
 * good part of what is read, most of all in blue, where the mask leaves least light: densities end too low
 * there, and the grey line bends. Where the opaque holder is in view it shows this level, channel by channel.
 *
 *   D = log10((base - black) / (x - black))
 */
import { SCAN_FLOOR } from '../../../app/color/density.ts';
import type { Rgb } from '../../../app/picture.ts';
import { morph, percentiles, type Grid } from './analyse-grid.ts';
import type { Holder } from './frames-light.ts';

/** Black is at most this share of the base: what is brighter is light that leaks round a holder. */
const MOST = 0.01;
/** The densest places of the picture let some light through: black is at most this share of what they show. */
const BELOW_PICTURE = 0.7;
/** Cells of holder that are enough to read it from. */
const ENOUGH = 200;
/** At least this share of a value counts as light that came through the film. */
const LEAST_LIGHT = 0.25;

/** Light that came through the film in a linear scan value; rises with it, never under SCAN_FLOOR. */
export function lightAbove(value: number, black: number): number {
  const above = value - black;
  const least = LEAST_LIGHT * value;
  const light = above > least ? above : least;
  return light > SCAN_FLOOR ? light : SCAN_FLOOR;
}

/**
 * Black per channel (linear scan values) from the inner part of the holder; null when too little of it is in
 * view. `picture` marks the cells of the picture.
 */
export function blackOf(grid: Grid, holder: Holder, picture: Uint8Array, base: Rgb): Rgb | null {
  if (holder.share * grid.tone.length < ENOUGH) return null;
  const reach = Math.max(2, Math.round(Math.max(grid.width, grid.height) * 0.004));
  const inner = morph(holder.mask, grid.width, grid.height, reach, false);
  let cells = 0;
  for (let p = 0; p < inner.length; p++) cells += inner[p];
  if (cells < ENOUGH) return null;
  const at = (c: 0 | 1 | 2): number => {
    const [dark] = percentiles(grid.lin[c], [0.5], inner);
    const [densest] = percentiles(grid.lin[c], [0.001], picture);
    const most = Math.min(MOST * base[c], Number.isFinite(densest) ? BELOW_PICTURE * densest : Infinity);
    return Math.max(0, Math.min(dark, most));
  };
  return [at(0), at(1), at(2)];
}
