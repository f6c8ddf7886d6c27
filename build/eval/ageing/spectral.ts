/**
 * A colour print that ages, by its spectra: three dyes over white paper, looked at and scanned under daylight. Known
 * truth for the ageing step, with which it shares neither code nor numbers: there densities are three, here they are
 * curves over the wavelength; here thin layers fade a little more than thick ones (light), the surface mirrors some
 * light, stain is a spectrum of its own. A photograph is first taken apart into the dyes whose print looks like it.
 *
 * Dyes: peaks and widths about those of azomethine and indoaniline dyes of chromogenic papers; which dye goes first
 * and how far after H. Wilhelm, "The Permanence and Care of Color Photographs", 1993 (papers of the seventies kept in
 * the dark lose cyan, displayed ones magenta, later ones yellow).
 */
import type { Planar } from '../../../app/planar.ts';
import { planar } from '../../../app/planar.ts';
import type { Random } from '../../../app/random.ts';
import { fromXyzToLinear, srgbDecode, srgbEncode, toD65, xyzOf } from '../film/colour.ts';
import { BANDS, lobe, spectrum, type Spectrum, type Triple } from '../film/spectra.ts';

const DAYLIGHT: Spectrum = spectrum((nm) => 1 + 0.12 * lobe(nm, 460, 60) - 0.0004 * (nm - 560));
const CYAN = spectrum((nm) => lobe(nm, 662, 62, 55) + 0.09 * lobe(nm, 420, 60) + 0.03);
const MAGENTA = spectrum((nm) => lobe(nm, 544, 38, 31) + 0.11 * lobe(nm, 430, 50) + 0.02);
const YELLOW = spectrum((nm) => lobe(nm, 442, 45, 40) + 0.01);
const PAPER = spectrum((nm) => 0.93 - 0.05 * lobe(nm, 390, 30));
const STAIN = spectrum((nm) => Math.exp((430 - nm) / 55));
const SURFACE = 0.006;

/** What age does: share lost of cyan, magenta, yellow; density of stain at 430 nm. */
export interface Age {
  loss: Triple;
  stain: number;
}

const white = xyzOf(DAYLIGHT, null);
const reflectance = spectrum(() => 0);
/** XYZ under D65 to linear sRGB is linear: three weights a band and channel. */
const WEIGHTS: Triple[] = Array.from({ length: BANDS }, (_, k) => {
  reflectance.fill(0);
  reflectance[k] = 1;
  return fromXyzToLinear(toD65(xyzOf(DAYLIGHT, reflectance), white));
});

/** Linear sRGB of a print with these amounts of dye, seen against its fresh paper. */
function seen(c: number, m: number, y: number, stain: number, out: Triple): void {
  let r = 0;
  let g = 0;
  let b = 0;
  for (let k = 0; k < BANDS; k++) {
    const d = c * CYAN[k] + m * MAGENTA[k] + y * YELLOW[k] + stain * STAIN[k];
    const light = (PAPER[k] * Math.exp(-Math.LN10 * d) + SURFACE) * PAPER_SCALE;
    r += WEIGHTS[k][0] * light;
    g += WEIGHTS[k][1] * light;
    b += WEIGHTS[k][2] * light;
  }
  out[0] = r;
  out[1] = g;
  out[2] = b;
}
const PAPER_SCALE = 1 / 0.936;

/** Amounts of dye of each pixel, so that the fresh print looks like the photograph (as far as dyes can). */
export function dyesOf(picture: Planar): Float32Array {
  const n = picture.width * picture.height;
  const out = new Float32Array(3 * n);
  const at: Triple = [0, 0, 0];
  const near: Triple = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const want = [0, 1, 2].map((c) => Math.log10(Math.max(0.009, srgbDecode(picture.data[c * n + i]))));
    const dyes = want.map((v) => Math.min(2.2, Math.max(0.005, -v)));
    for (let round = 0; round < 5; round++) {
      seen(dyes[0], dyes[1], dyes[2], 0, at);
      const off = [0, 1, 2].map((c) => want[c] - Math.log10(Math.max(1e-3, at[c])));
      if (Math.max(...off.map(Math.abs)) < 0.004) break;
      const j: number[][] = [];
      for (let k = 0; k < 3; k++) {
        const moved = dyes.slice();
        moved[k] += 0.02;
        seen(moved[0], moved[1], moved[2], 0, near);
        j.push(
          [0, 1, 2].map(
            (c) => (Math.log10(Math.max(1e-3, near[c])) - Math.log10(Math.max(1e-3, at[c]))) / 0.02,
          ),
        );
      }
      const step = solve(j, off);
      for (let k = 0; k < 3; k++)
        dyes[k] = Math.min(2.4, Math.max(0, dyes[k] + Math.max(-0.4, Math.min(0.4, step[k]))));
    }
    for (let k = 0; k < 3; k++) out[k * n + i] = dyes[k];
  }
  return out;
}

/** Cramer's rule; j[k][c] is the change of channel c with dye k. */
function solve(j: readonly number[][], off: readonly number[]): number[] {
  const det = (a: readonly number[], b: readonly number[], c: readonly number[]): number =>
    a[0] * (b[1] * c[2] - b[2] * c[1]) -
    a[1] * (b[0] * c[2] - b[2] * c[0]) +
    a[2] * (b[0] * c[1] - b[1] * c[0]);
  const all = det(j[0], j[1], j[2]);
  if (Math.abs(all) < 1e-6) return [0, 0, 0];
  return [det(off, j[1], j[2]) / all, det(j[0], off, j[2]) / all, det(j[0], j[1], off) / all];
}

/** The print at an age, sRGB-encoded as a scanner gives it, clipped to 0..1. */
export function printAt(dyes: Float32Array, width: number, height: number, { loss, stain }: Age): Planar {
  const n = width * height;
  const out = planar(width, height, 3);
  const rgb: Triple = [0, 0, 0];
  // Light takes a larger share of thin layers.
  const left = (d: number, f: number): number => d * (1 - f * (0.9 + 0.2 * Math.exp(-d / 0.6)));
  for (let i = 0; i < n; i++) {
    seen(left(dyes[i], loss[0]), left(dyes[n + i], loss[1]), left(dyes[2 * n + i], loss[2]), stain, rgb);
    for (let c = 0; c < 3; c++) out.data[c * n + i] = srgbEncode(Math.min(1, Math.max(0, rgb[c])));
  }
  return out;
}

/** An age at random; one print in five is fresh. */
export function someAge(random: Random): Age {
  if (random.chance(0.2)) return { loss: [0, 0, 0], stain: 0 };
  const all = random.uniform(0, 0.2);
  const first = random.next() < 0.5 ? 0 : random.next() < 0.6 ? 1 : 2;
  const loss = [0, 1, 2].map(
    (k) => all + (k === first ? random.uniform(0.1, 0.45) : random.uniform(0, 0.12)),
  ) as Triple;
  return { loss, stain: 0.5 * random.next() ** 1.5 };
}
