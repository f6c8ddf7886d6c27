/**
 * What a picture is worth for learning colour, measured on its pixels: how colourful it is, how sharp, how much
 * of it is of one flat tone, and a perceptual hash by which near-duplicates are found. The thresholds that make
 * a rejection of these figures are here too, with the reason in a person's words.
 */
import { srgbDecode } from '../../../app/color/curve.ts';
import { D65, SRGB_TO_XYZ } from '../../../app/color/lab.ts';
import type { Rgb8 } from '../../files/rgb.ts';
import { flatShare, sharpness } from './looks.ts';

export interface ColourFigures {
  /** Mean CIE Lab chroma (D65). */
  chroma: number;
  /** Standard deviations of a* and b* together: sqrt(var a + var b). A toned picture has chroma but no spread. */
  spread: number;
}

const LINEAR = Float64Array.from({ length: 256 }, (_, i) => srgbDecode(i / 255));

/** a* and b* (D65) of 8-bit sRGB. */
export function abOf(r: number, g: number, b: number): [number, number] {
  const m = SRGB_TO_XYZ;
  const [lr, lg, lb] = [LINEAR[r], LINEAR[g], LINEAR[b]];
  const f = (t: number): number => (t > 216 / 24389 ? Math.cbrt(t) : ((24389 / 27) * t + 16) / 116);
  const x = f((m[0] * lr + m[1] * lg + m[2] * lb) / D65[0]);
  const y = f(m[3] * lr + m[4] * lg + m[5] * lb);
  const z = f((m[6] * lr + m[7] * lg + m[8] * lb) / D65[2]);
  return [500 * (x - y), 200 * (y - z)];
}

/** Colour figures from at most about 4,000 pixels spread evenly over the picture. */
export function colourOf(picture: Rgb8): ColourFigures {
  const { width, height, data } = picture;
  const step = Math.max(1, Math.floor(Math.sqrt((width * height) / 4000)));
  let n = 0;
  let chroma = 0;
  let sumA = 0;
  let sumB = 0;
  let squares = 0;
  for (let y = step >> 1; y < height; y += step)
    for (let x = step >> 1; x < width; x += step) {
      const i = (y * width + x) * 3;
      const [a, b] = abOf(data[i], data[i + 1], data[i + 2]);
      chroma += Math.hypot(a, b);
      sumA += a;
      sumB += b;
      squares += a * a + b * b;
      n++;
    }
  const variance = squares / n - (sumA / n) ** 2 - (sumB / n) ** 2;
  return { chroma: chroma / n, spread: Math.sqrt(Math.max(0, variance)) };
}

/** Mean chroma below which a picture counts as black and white when a dataset is built. */
export const GREY_CHROMA = 4;
/** Spread of a* and b* below which it has but one tint (sepia, a cyanotype, a faded slide). */
export const ONE_TINT = 3;
/** The loader lets borderline pictures of finished datasets pass: its thresholds are this share of those. */
export const LENIENT = 0.7;

/** Why this is no colour picture, or null. */
export function greyReason(figures: ColourFigures, share = 1): string | null {
  if (figures.chroma < GREY_CHROMA * share) return 'black and white';
  return figures.spread < ONE_TINT * share ? 'black and white with one tint' : null;
}

/** Reasons for which pictures are left out, in the order in which they are looked for. */
export const rejections = [
  'unreadable',
  'tiny',
  'flat graphic',
  'black and white',
  'blurred',
  'near-duplicate',
] as const;
export type Rejection = (typeof rejections)[number];

export const limits = {
  /** Shorter side, as a share of the standard size: a little smaller is enlarged. */
  tiny: 15 / 16,
  /** Share of pixels of one grey level. */
  flat: 0.55,
  /** `sharpness`: photographs of 256 px lie above 0.31, blurred by a Gaussian of 2 px below. */
  blurred: 0.24,
  /** Bits of 64 in which hashes of near-duplicates differ at most; unrelated photographs differ in 14 and more. */
  near: 8,
} as const;

/** Why a picture of standard size is left out, by its pixels alone; null when it may stay. */
export function rejectionOf(picture: Rgb8): { reason: Rejection; detail: string } | null {
  const flat = flatShare(picture);
  if (flat > limits.flat)
    return { reason: 'flat graphic', detail: `${Math.round(flat * 100)} % of it has one tone` };
  const grey = greyReason(colourOf(picture));
  if (grey) return { reason: 'black and white', detail: grey };
  const sharp = sharpness(picture);
  if (sharp < limits.blurred)
    return {
      reason: 'blurred',
      detail: `sharpness ${sharp.toFixed(2)}, at least ${limits.blurred} is needed`,
    };
  return null;
}
