/**
 * The reference print: what the develop action's automatic result is compared with. It is defined from the
 * scene alone; no property of any film or scanner enters.
 *
 *  1. The scene's XYZ under the taking light (perfect white: Y = 1), adapted to D65 (Bradford).
 *  2. Linear sRGB; negative components (outside the print's gamut) are set to 0.
 *  3. Each channel through the paper curve below, with h = log10(E / 0.18):
 *         d  = 0.7351 - 1.25 h                                   straight line, gradient 1.25
 *         D1 = 0.35 log10(1 + 10^(d / 0.35))                     highlights roll off towards paper white
 *         D  = 2.2 - 0.25 log10(1 + 10^((2.2 - D1) / 0.25))      shadows end in paper black, D = 2.2
 *         print = 10^-D                                          relative to paper white = 1
 *
 * So 18 % grey prints to L* 50, a 90 % white to L* 95.6, a grey of 59 % to L* 87, 36 % to 71, 9 % to 33, the
 * black patch (3.1 %) to 15, a shadow of 0.3 % to about 6; light above the white runs into paper white with
 * no corner. A mid-tone gradient of 1.25 is what photographs are commonly printed with over the scene's own
 * contrast to look right in an ordinary surround (Bartleson and Breneman 1967; Hunt, "The Reproduction of
 * Colour", ch. 6). Chroma follows the curve, as in any print made through three layers.
 */
import { fromXyzToLinear, type Lab, labFromLinear } from './colour.ts';
import type { Triple } from './spectra.ts';

export const PRINT = {
  grey: 0.18,
  midDensity: 0.7351,
  gradient: 1.25,
  toe: 0.35,
  shoulder: 0.25,
  black: 2.2,
};

/** Scene light relative to a perfect white (>= 0) to print reflectance relative to paper white (0..1). */
export function paper(light: number): number {
  const h = Math.log10(Math.max(light, 1e-6) / PRINT.grey);
  const straight = PRINT.midDensity - PRINT.gradient * h;
  const toed = PRINT.toe * Math.log10(1 + 10 ** (straight / PRINT.toe));
  const density =
    PRINT.black - PRINT.shoulder * Math.log10(1 + 10 ** ((PRINT.black - toed) / PRINT.shoulder));
  return 10 ** -density;
}

/** Scene XYZ already adapted to D65 to the linear sRGB of the reference print. */
export function printLinear(xyzD65: Triple): Triple {
  return fromXyzToLinear(xyzD65).map((v) => paper(Math.max(0, v))) as Triple;
}

/** Scene XYZ already adapted to D65 to the CIE L*a*b* (D65) of the reference print. */
export function printLab(xyzD65: Triple): Lab {
  return labFromLinear(printLinear(xyzD65));
}
