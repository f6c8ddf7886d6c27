/**
 * The print: one curve from log exposure to reflectance, the same for all three channels, so that a neutral
 * stays neutral at every tone. In log units around mid grey, with y = g·L (g = contrast):
 *
 *   log10(R / 0.18) = y / (1 + |y / a|^p)^(1/p)
 *
 * with a = distance from mid grey to paper white for y > 0 and to paper black for y < 0. The slope at mid grey
 * is exactly g, the curve approaches white and black without ever reaching them, and its tail falls with a
 * power of y and not exponentially: a highlight several stops above white still keeps its steps. The exponent
 * p says how early the roll-off begins: `shoulder` governs the highlights and `toe` the shadows of the
 * *picture* (0 = straight until late, 1 = rolls off early). A bounded S in density with separate ends is the
 * classic Hurter-Driffield shape; this rational form is our choice, for its exact slope and slow tail.
 *
 * For a slide the same curve is used with white put where clear film is, since nothing on the film is brighter.
 */

/** Reflectance of mid grey. */
export const MID_GREY = 0.18;
const LOG_MID = Math.log10(MID_GREY);

export interface PaperCurve {
  /** Contrast at mid grey: change of log10 reflectance per unit of L. */
  contrast: number;
  /** Log10 distance from mid grey to the asymptotes (both positive). */
  white: number;
  black: number;
  /** Roll-off exponents. */
  shoulder: number;
  toe: number;
}

export interface PaperSettings {
  /** 0..5; 2 = normal. */
  grade: number;
  /** 0..1 */
  toe: number;
  shoulder: number;
  /** Paper D-max, 1.2..3, and D-min, 0..0.2. */
  paperBlack: number;
  paperWhite: number;
}

/** Contrast of a grade-2 print per unit of scene log exposure: film and paper together. */
const NORMAL_CONTRAST = 1.25;
/** Step of contrast from grade to grade: paper grades 0..5 cover about 0.7 to 1.7 of normal. */
const GRADE_STEP = 1.2;

/** Roll-off exponent of a toe or shoulder setting 0..1: 10.5 (late) at 0, 5.5 at 0.3, 1.5 (early) at 1. */
function exponent(setting: number): number {
  return 1.5 + 9 * (1 - Math.min(1, Math.max(0, setting))) ** 2.27;
}

/** Curve of a print; `slide` keeps the film's own contrast (grade 2 = 1:1) and puts white at clear film. */
export function paperCurve(s: PaperSettings, slide = false): PaperCurve {
  const contrast = (slide ? 1 : NORMAL_CONTRAST) * GRADE_STEP ** (s.grade - 2);
  const top = -LOG_MID - s.paperWhite;
  const black = Math.max(0.2, s.paperBlack + LOG_MID);
  const shoulder = exponent(s.shoulder);
  let white = top;
  if (slide) {
    // Clear film lies at y0; the asymptote is chosen so that the curve passes exactly through paper white there.
    const y0 = -LOG_MID * contrast;
    white = y0 > top * 1.0001 ? (top ** -shoulder - y0 ** -shoulder) ** (-1 / shoulder) : 1e3;
  }
  return { contrast, white, black, shoulder, toe: exponent(s.toe) };
}

/** Linear reflectance 0..1 for L, log10 exposure relative to mid grey. Strictly increasing. */
export function paperReflectance(curve: PaperCurve, L: number): number {
  const y = curve.contrast * L;
  if (y === 0) return MID_GREY;
  const a = y > 0 ? curve.white : curve.black;
  const p = y > 0 ? curve.shoulder : curve.toe;
  const ratio = Math.abs(y) / a;
  return MID_GREY * 10 ** (y / (1 + ratio ** p) ** (1 / p));
}

/** Inverse of `paperReflectance`: the L that prints as this reflectance; ±Infinity outside the paper's range. */
export function paperExposure(curve: PaperCurve, reflectance: number): number {
  const z = Math.log10(reflectance) - LOG_MID;
  if (z === 0) return 0;
  const a = z > 0 ? curve.white : curve.black;
  const p = z > 0 ? curve.shoulder : curve.toe;
  const ratio = Math.abs(z) / a;
  if (ratio >= 1) return z > 0 ? Infinity : -Infinity;
  return z / (1 - ratio ** p) ** (1 / p) / curve.contrast;
}

/** Range of L that the print table covers, and its size: fine enough that linear interpolation errs under 1/65535. */
export const PAPER_MIN = -6;
export const PAPER_MAX = 6;
export const PAPER_SIZE = 12288;

/** Samples `f(reflectance)` of the curve at PAPER_SIZE + 1 equal steps of L from PAPER_MIN to PAPER_MAX. */
export function paperTable(curve: PaperCurve, f: (reflectance: number) => number = (r) => r): Float32Array {
  const table = new Float32Array(new SharedArrayBuffer((PAPER_SIZE + 2) * 4));
  const step = (PAPER_MAX - PAPER_MIN) / PAPER_SIZE;
  for (let i = 0; i <= PAPER_SIZE; i++) table[i] = f(paperReflectance(curve, PAPER_MIN + i * step));
  table[PAPER_SIZE + 1] = table[PAPER_SIZE] as number;
  return table;
}
