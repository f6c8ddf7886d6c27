/**
 * Faded dyes. A dye that has lost a part of itself still has the shape of its curve: every density shrank by
 * about the same factor. Restoring is therefore a slope per channel, and stain (a veil that grew over clear
 * film) a density taken off first. How much each dye lost is read from the picture where it can be: in an
 * unfaded film the deepest places reach similar (slide) or proportionate (negative) densities in all
 * channels, so the channel that falls short of the strongest one has faded. Only shortfalls are made good.
 */
import type { Rgb } from '../../../app/picture.ts';
import type { DevelopAnalysis, FilmType } from './types.ts';

export interface Fade {
  slope: Rgb;
  /** Density over base to take off before the slope. */
  stain: Rgb;
}

/** Index of percentiles in `DevelopAnalysis.densities`: 1 % and 99 %. */
const LOW = 1;
const HIGH = 7;
/** No dye is restored by more than this: beyond it only grain and noise come back. */
const MOST = 2.2;

/** Dark fading as usual when nothing was measured: the cyan dye goes first, then the yellow; the magenta lasts. */
const USUAL: Record<FilmType, Rgb> = { c41: [1.35, 1, 1.15], slide: [1.4, 1, 1.2], bw: [1, 1, 1] };

/** Restoration for a `fade` setting of 0 (none) to 1 (all that the measurement says was lost). */
export function fadeRestoration(film: FilmType, amount: number, analysis: DevelopAnalysis | null): Fade {
  const none: Fade = { slope: [1, 1, 1], stain: [0, 0, 0] };
  if (!(amount > 0)) return none;
  let full = USUAL[film];
  let stain: Rgb = [0, 0, 0];
  if (analysis && film !== 'bw') {
    const { densities, balance } = analysis;
    // On a negative the channels are compared after the balance of the stock, on a slide as they are.
    const scale: Rgb = film === 'slide' ? [1, 1, 1] : balance.slope;
    const low = [0, 1, 2].map((c) => densities[c][LOW] * scale[c]);
    const span = [0, 1, 2].map((c) => Math.max(0.05, densities[c][HIGH] * scale[c] - low[c]));
    const strongest = Math.max(...span);
    full = [0, 1, 2].map((c) => Math.min(MOST, strongest / span[c])) as unknown as Rgb;
    // What is left over clear film once the dyes are restored, and not common to all channels, is stain.
    const restored = low.map((d, c) => d * full[c]);
    const floor = Math.min(...restored);
    if (film === 'slide')
      stain = restored.map((d, c) => Math.min(0.25, Math.max(0, (d - floor) / full[c]))) as unknown as Rgb;
  }
  return {
    slope: full.map((v) => 1 + amount * (v - 1)) as unknown as Rgb,
    stain: stain.map((v) => amount * v) as unknown as Rgb,
  };
}
