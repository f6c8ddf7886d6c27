/**
 * The palette of a dataset: how much of its pictures has which hue at which chroma (CIE Lab, D65), which hues
 * are missing, and which pictures hold the rare ones. A network cannot learn colours it has not seen; the
 * report names what to photograph or scan more of.
 */
import type { Rgb8 } from '../../files/rgb.ts';
import { say } from '../../../app/words/sentences.ts';
import { abOf } from './screen.ts';

/** Twelve sectors of 30 degrees, the first from 345 to 15 (CIE Lab hue, where skin is near 58 and sky near 260), with what usually has that colour. */
export const SECTORS = [
  { name: 'pink and rose', examples: 'roses, pink cloth, evening clouds', advice: say('gap-pink') },
  { name: 'red and brick', examples: 'red cars, tomatoes, brick walls, uniforms', advice: say('gap-red') },
  { name: 'orange and skin', examples: 'faces, oranges, wood, autumn leaves', advice: say('gap-orange') },
  { name: 'yellow', examples: 'lemons, sunflowers, ripe corn, taxis', advice: say('gap-yellow') },
  { name: 'yellow green', examples: 'meadows, grass, young leaves', advice: say('gap-yellow-green') },
  { name: 'green', examples: 'trees, billiard cloth, painted doors', advice: say('gap-green') },
  { name: 'blue green', examples: 'pine woods, turquoise, old copper roofs', advice: say('gap-blue-green') },
  { name: 'cyan', examples: 'swimming pools, shallow sea, glazed tiles', advice: say('gap-cyan') },
  { name: 'pale blue', examples: 'ice, hazy skies, washed paint', advice: say('gap-pale-blue') },
  { name: 'sky blue', examples: 'clear skies, denim, distant mountains', advice: say('gap-sky-blue') },
  { name: 'blue and violet', examples: 'dusk, lavender, irises, workwear', advice: say('gap-violet') },
  { name: 'purple and magenta', examples: 'heather, plums, beetroot, fuchsias', advice: say('gap-purple') },
] as const;

/** Lower bounds of the chroma bins; under the first a pixel is neutral. */
export const CHROMA_BINS = [10, 25, 45] as const;

/** A hue is present in a picture that has it, at a chroma of 25 or more, in at least this share of its pixels. */
const PRESENT = 0.01;
/** A hue that fewer pictures hold, as a share of all, is a gap. */
const GAP = 0.02;
/** Pictures named for a rare hue. */
const NAMED = 5;

export interface HueReport {
  pictures: number;
  /** Share of pixels with a chroma under 10. */
  neutral: number;
  sectors: {
    name: string;
    /** Hue angles in degrees. */
    from: number;
    to: number;
    /** Share of all pixels by chroma: 10 to 25, 25 to 45, over 45. */
    pixels: number[];
    /** Share of pictures that hold the hue. */
    pictures: number;
    gap: boolean;
  }[];
  gaps: {
    name: string;
    /** What would fill it. */
    wanted: string;
    /** The same as a sentence for a person. */
    advice: string;
    /** Pictures of the dataset that hold most of it: more like these. */
    like: string[];
  }[];
}

/** Adds up the palette of picture after picture. */
export class HueCoverage {
  private readonly pixels = new Float64Array(SECTORS.length * CHROMA_BINS.length);
  private readonly holders = new Float64Array(SECTORS.length);
  private readonly best: { id: string; share: number }[][] = SECTORS.map(() => []);
  private neutral = 0;
  private pictures = 0;

  add(id: string, picture: Rgb8): void {
    const { width, height, data } = picture;
    const step = Math.max(1, Math.floor(Math.sqrt((width * height) / 4000)));
    const mine = new Float64Array(SECTORS.length);
    const bins = new Float64Array(this.pixels.length);
    let neutral = 0;
    let n = 0;
    for (let y = step >> 1; y < height; y += step)
      for (let x = step >> 1; x < width; x += step) {
        const i = (y * width + x) * 3;
        const [a, b] = abOf(data[i], data[i + 1], data[i + 2]);
        const chroma = Math.hypot(a, b);
        n++;
        if (chroma < CHROMA_BINS[0]) {
          neutral++;
          continue;
        }
        const sector = sectorOf(a, b);
        const bin = chroma < CHROMA_BINS[1] ? 0 : chroma < CHROMA_BINS[2] ? 1 : 2;
        bins[sector * CHROMA_BINS.length + bin]++;
        if (bin > 0) mine[sector]++;
      }
    this.pictures++;
    this.neutral += neutral / n;
    for (let k = 0; k < bins.length; k++) this.pixels[k] += bins[k] / n;
    for (let s = 0; s < mine.length; s++) {
      const share = mine[s] / n;
      if (share < PRESENT) continue;
      this.holders[s]++;
      const list = this.best[s];
      list.push({ id, share });
      list.sort((one, two) => two.share - one.share || (one.id < two.id ? -1 : 1));
      list.length = Math.min(list.length, NAMED);
    }
  }

  report(): HueReport {
    const n = Math.max(1, this.pictures);
    const round = (v: number): number => Math.round(v * 1e5) / 1e5;
    const sectors = SECTORS.map((sector, s) => ({
      name: sector.name,
      from: (s * 30 + 345) % 360,
      to: (s * 30 + 15) % 360,
      pixels: CHROMA_BINS.map((_, bin) => round(this.pixels[s * CHROMA_BINS.length + bin] / n)),
      pictures: round(this.holders[s] / n),
      gap: this.holders[s] / n < GAP,
    }));
    return {
      pictures: this.pictures,
      neutral: round(this.neutral / n),
      sectors,
      gaps: sectors.flatMap((sector, s) =>
        sector.gap
          ? [
              {
                name: sector.name,
                wanted: `pictures of ${SECTORS[s].examples}`,
                advice: SECTORS[s].advice,
                like: this.best[s].map((one) => one.id),
              },
            ]
          : [],
      ),
    };
  }
}

/** The sector of a hue. */
export function sectorOf(a: number, b: number): number {
  const degrees = (Math.atan2(b, a) * 180) / Math.PI;
  return Math.floor((((degrees + 15) % 360) + 360) / 30) % SECTORS.length;
}
