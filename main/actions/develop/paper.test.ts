import { describe, expect, it } from 'vitest';
import {
  MID_GREY,
  PAPER_MAX,
  PAPER_MIN,
  PAPER_SIZE,
  paperCurve,
  paperExposure,
  paperReflectance,
  paperTable,
} from './paper.ts';

const normal = { grade: 2, toe: 0.3, shoulder: 0.3, paperBlack: 2.2, paperWhite: 0.02 };
const WHITE = Math.log10(1 / MID_GREY);
const STOP = Math.log10(2);

describe('paper', () => {
  it('prints mid grey as mid grey with the slope of its grade, whatever toe and shoulder', () => {
    for (const grade of [0, 2, 5])
      for (const soft of [0, 0.3, 1]) {
        const curve = paperCurve({ ...normal, grade, toe: soft, shoulder: soft });
        expect(paperReflectance(curve, 0)).toBe(MID_GREY);
        const h = 1e-4;
        const slope =
          (Math.log10(paperReflectance(curve, h)) - Math.log10(paperReflectance(curve, -h))) / (2 * h);
        expect(slope).toBeCloseTo(1.25 * 1.2 ** (grade - 2), 2);
      }
  });
  it('stays between paper black and paper white and never reaches them', () => {
    const curve = paperCurve(normal);
    expect(paperReflectance(curve, 4)).toBeLessThan(10 ** -0.02);
    expect(paperReflectance(curve, 4)).toBeGreaterThan(0.99 * 10 ** -0.02);
    expect(paperReflectance(curve, -4)).toBeGreaterThan(10 ** -2.2);
    expect(paperReflectance(curve, -4)).toBeLessThan(1.02 * 10 ** -2.2);
  });
  it('keeps rising in 16-bit steps to three stops above diffuse white, at every shoulder up to the default', () => {
    for (const shoulder of [0.3, 0.6, 1])
      for (const grade of [1, 2, 3]) {
        const curve = paperCurve({ ...normal, shoulder, grade });
        let last = -1;
        // A sixth of a stop must always be at least one code further.
        for (let L = -2; L <= WHITE + 3 * STOP + 1e-9; L += STOP / 6) {
          const code = Math.round(65535 * paperReflectance(curve, L));
          expect(code).toBeGreaterThan(last);
          last = code;
        }
      }
  });
  it('rolls off without a corner: contrast falls steadily above mid grey', () => {
    const curve = paperCurve(normal);
    let last = Infinity;
    for (let L = 0; L < 2; L += 0.02) {
      const slope = Math.log10(paperReflectance(curve, L + 0.02) / paperReflectance(curve, L));
      expect(slope).toBeLessThanOrEqual(last + 1e-9);
      last = slope;
    }
  });
  it('is near the standard print: 90 % white at L* 94..96, black patch at L* 14..17', () => {
    const curve = paperCurve(normal);
    const lightness = (y: number) => 116 * Math.cbrt(y) - 16;
    expect(lightness(paperReflectance(curve, Math.log10(0.9 / 0.18)))).toBeGreaterThan(94);
    expect(lightness(paperReflectance(curve, Math.log10(0.9 / 0.18)))).toBeLessThan(96);
    expect(lightness(paperReflectance(curve, Math.log10(0.031 / 0.18)))).toBeGreaterThan(14);
    expect(lightness(paperReflectance(curve, Math.log10(0.031 / 0.18)))).toBeLessThan(17);
  });
  it('shows clear film of a slide as paper white, and mid grey as it is', () => {
    const curve = paperCurve(normal, true);
    expect(paperReflectance(curve, WHITE)).toBeCloseTo(10 ** -0.02, 6);
    expect(paperReflectance(curve, -0.3) / MID_GREY).toBeCloseTo(10 ** -0.3, 2);
  });
  it('inverts', () => {
    const curve = paperCurve({ ...normal, grade: 3.3 });
    for (const L of [-1.2, -0.3, 0, 0.2, 0.9])
      expect(paperExposure(curve, paperReflectance(curve, L))).toBeCloseTo(L, 8);
    expect(paperExposure(curve, 1)).toBe(Infinity);
    expect(paperExposure(curve, 0.001)).toBe(-Infinity);
  });
  it('is tabulated finely enough for 16 bits', () => {
    for (const grade of [2, 5]) {
      const curve = paperCurve({ ...normal, grade });
      const table = paperTable(curve);
      const scale = PAPER_SIZE / (PAPER_MAX - PAPER_MIN);
      let worst = 0;
      for (let L = -5.99; L < 5.99; L += 0.000817) {
        const p = (L - PAPER_MIN) * scale;
        const i = Math.floor(p);
        const value = table[i] + (table[i + 1] - table[i]) * (p - i);
        worst = Math.max(worst, Math.abs(value - paperReflectance(curve, L)));
      }
      expect(worst).toBeLessThan(1 / 65535);
    }
  });
});
