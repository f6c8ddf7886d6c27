/**
 * How much of what a sharpener would raise is noise: the size of its own band (lightness less its smoothed copy) in the
 * quietest places of the picture, by tone. Measured in the band itself, so that coarse grain, which neighbouring pixels
 * share, counts as what it does there.
 */
import type { Size } from '../../../app/color/guided.ts';

/** Tones for which noise is told apart: at k / (TONES - 1). */
const TONES = 7;
const BLOCK = 8;
/** Share of the blocks of a tone that are taken for flat. */
const FLAT = 0.35;
/** What the lower values of a block's deviation fall short of the true one, for grain that neighbours share. */
const SHORT = 1.12;
/** Blocks that a tone needs to speak for itself. */
const ENOUGH = 12;

/** Standard deviation of the band where the picture is flat, at TONES tones from 0 to 1. */
export type BandNoise = readonly number[];

/** Collects blocks of parts of a picture. */
export class BandMeter {
  private readonly tones: number[][] = Array.from({ length: TONES }, () => []);

  /** @param margin pixels at the border of the part that are not looked at */
  add(luma: Float32Array, band: Float32Array, { width, height }: Size, margin: number): void {
    for (let y = margin; y + BLOCK + margin <= height; y += BLOCK)
      for (let x = margin; x + BLOCK + margin <= width; x += BLOCK) {
        let level = 0;
        let energy = 0;
        for (let j = 0; j < BLOCK; j++)
          for (let i = 0; i < BLOCK; i++) {
            const at = (y + j) * width + x + i;
            level += luma[at];
            energy += band[at] * band[at];
          }
        const tone = Math.round(Math.min(1, Math.max(0, level / BLOCK ** 2)) * (TONES - 1));
        this.tones[tone].push(Math.sqrt(energy) / BLOCK);
      }
  }

  /** The noise so far; tones without blocks of their own take what all have. */
  result(): BandNoise {
    const quiet = (values: number[]): number => {
      const sorted = Float64Array.from(values).sort();
      return sorted.length ? SHORT * sorted[Math.floor(FLAT * (sorted.length - 1))] : 0;
    };
    const all = quiet(this.tones.flat());
    return this.tones.map((values) => (values.length >= ENOUGH ? quiet(values) : all));
  }
}

/** Noise at a tone. */
export function noiseAt(noise: BandNoise, tone: number): number {
  const at = Math.min(1, Math.max(0, tone)) * (TONES - 1);
  const k = Math.min(TONES - 2, Math.floor(at));
  return noise[k] + (noise[k + 1] - noise[k]) * (at - k);
}
