import { describe, expect, it } from 'vitest';
import { deltaE2000, deltaE76 } from './deltae.ts';
import { CC, densityOver, EV, fromDensity, SCAN_FLOOR } from './density.ts';
import {
  adaptation,
  chromaHue,
  D50,
  D65,
  labToSrgbLinear,
  labToXyz,
  oklabToSrgbLinear,
  srgbLinearToLab,
  srgbLinearToOklab,
  SRGB_TO_XYZ,
  xyzToLab,
} from './lab.ts';
import { apply3, IDENTITY3, invert3, type Matrix3, mix3, multiply3, near3 } from './matrix3.ts';

/** The published test pairs: L1 a1 b1, L2 a2 b2, dE00 (Sharma et al. 2005, table 1). */
const SHARMA = `
50 2.6772 -79.7751 50 0 -82.7485 2.0425
50 3.1571 -77.2803 50 0 -82.7485 2.8615
50 2.8361 -74.0200 50 0 -82.7485 3.4412
50 -1.3802 -84.2814 50 0 -82.7485 1.0000
50 -1.1848 -84.8006 50 0 -82.7485 1.0000
50 -0.9009 -85.5211 50 0 -82.7485 1.0000
50 0 0 50 -1 2 2.3669
50 -1 2 50 0 0 2.3669
50 2.4900 -0.0010 50 -2.4900 0.0009 7.1792
50 2.4900 -0.0010 50 -2.4900 0.0010 7.1792
50 2.4900 -0.0010 50 -2.4900 0.0011 7.2195
50 2.4900 -0.0010 50 -2.4900 0.0012 7.2195
50 -0.0010 2.4900 50 0.0009 -2.4900 4.8045
50 -0.0010 2.4900 50 0.0010 -2.4900 4.8045
50 -0.0010 2.4900 50 0.0011 -2.4900 4.7461
50 2.5000 0 50 0 -2.5000 4.3065
50 2.5000 0 73 25 -18 27.1492
50 2.5000 0 61 -5 29 22.8977
50 2.5000 0 56 -27 -3 31.9030
50 2.5000 0 58 24 15 19.4535
50 2.5000 0 50 3.1736 0.5854 1.0000
50 2.5000 0 50 3.2972 0 1.0000
50 2.5000 0 50 1.8634 0.5757 1.0000
50 2.5000 0 50 3.2592 0.3350 1.0000
60.2574 -34.0099 36.2677 60.4626 -34.1751 39.4387 1.2644
63.0109 -31.0961 -5.8663 62.8187 -29.7946 -4.0864 1.2630
61.2901 3.7196 -5.3901 61.4292 2.2480 -4.9620 1.8731
35.0831 -44.1164 3.7933 35.0232 -40.0716 1.5901 1.8645
22.7233 20.0904 -46.6940 23.0331 14.9730 -42.5619 2.0373
36.4612 47.8580 18.3852 36.2715 50.5065 21.2231 1.4146
90.8027 -2.0831 1.4410 91.1528 -1.6435 0.0447 1.4441
90.9257 -0.5406 -0.9208 88.6381 -0.8985 -0.7239 1.5381
6.7747 -0.2908 -2.4247 5.8714 -0.0985 -2.2286 0.6377
2.0776 0.0795 -1.1350 0.9033 -0.0636 -0.5514 0.9082`
  .trim()
  .split('\n')
  .map((line) => line.split(' ').map(Number));

describe('CIEDE2000', () => {
  it('agrees with all 34 published pairs to four decimals, both ways round', () => {
    expect(SHARMA).toHaveLength(34);
    for (const [l1, a1, b1, l2, a2, b2, expected] of SHARMA) {
      expect(deltaE2000([l1, a1, b1], [l2, a2, b2])).toBeCloseTo(expected, 4);
      expect(deltaE2000([l2, a2, b2], [l1, a1, b1])).toBeCloseTo(expected, 4);
    }
  });
  it('is zero for equal colours, and the 1976 distance is Euclidean', () => {
    expect(deltaE2000([40, 10, -20], [40, 10, -20])).toBe(0);
    expect(deltaE76([0, 3, 0], [0, 0, 4])).toBe(5);
  });
});

describe('Lab and OKLab', () => {
  it('puts the sRGB matrix of CSS Color 4 and whites in place', () => {
    const published = [
      0.41239079926595934, 0.357584339383878, 0.1804807884018343, 0.21263900587151027, 0.715168678767756,
      0.07219231536073371, 0.01933081871559182, 0.11919477979462598, 0.9505321522496607,
    ];
    published.forEach((v, k) => expect(SRGB_TO_XYZ[k]).toBeCloseTo(v, 12));
    apply3(adaptation(D65, D50), D65).forEach((v, k) => expect(v).toBeCloseTo(D50[k], 6));
  });
  it('reads sRGB white as L* 100 and every grey as neutral', () => {
    for (const grey of [1e-4, 0.01, 0.18, 0.5, 1]) {
      const lab = srgbLinearToLab([grey, grey, grey]);
      expect(Math.hypot(lab[1], lab[2])).toBeLessThan(1e-9);
      const ok = srgbLinearToOklab([grey, grey, grey]);
      expect(Math.hypot(ok[1], ok[2])).toBeLessThan(1e-6);
    }
    expect(srgbLinearToLab([1, 1, 1])[0]).toBeCloseTo(100, 9);
    expect(srgbLinearToLab([0.18418651851, 0.18418651851, 0.18418651851])[0]).toBeCloseTo(50, 2);
  });
  it('reads the red primary of sRGB as the well known Lab D50 value', () => {
    const lab = srgbLinearToLab([1, 0, 0]);
    expect(lab[0]).toBeCloseTo(54.29, 1);
    expect(lab[1]).toBeCloseTo(80.8, 1);
    expect(lab[2]).toBeCloseTo(69.9, 1);
  });
  it('gives OKLab as published for D65 white and the X axis', () => {
    const white = srgbLinearToOklab([1, 1, 1]);
    expect(white[0]).toBeCloseTo(1, 4);
  });
  it('goes there and back', () => {
    for (const rgb of [
      [0.001, 0.5, 0.9],
      [0.8, 0.2, 0.05],
      [0.3, 0.3, 0.31],
    ] as const) {
      labToSrgbLinear(srgbLinearToLab(rgb)).forEach((v, k) => expect(v).toBeCloseTo(rgb[k], 9));
      oklabToSrgbLinear(srgbLinearToOklab(rgb)).forEach((v, k) => expect(v).toBeCloseTo(rgb[k], 9));
      labToXyz(xyzToLab(rgb, D65), D65).forEach((v, k) => expect(v).toBeCloseTo(rgb[k], 12));
    }
  });
  it('measures hue counter-clockwise from red', () => {
    expect(chromaHue([50, 0, -3])).toEqual({ chroma: 3, hue: 270 });
  });
});

describe('density', () => {
  it('knows its units', () => {
    expect(densityOver(0.5, 0.05)).toBeCloseTo(1, 12);
    expect(fromDensity(2)).toBeCloseTo(0.01, 12);
    expect(densityOver(1, 0)).toBeCloseTo(-Math.log10(SCAN_FLOOR), 12);
    expect(EV).toBeCloseTo(0.30103, 6);
    expect(CC).toBe(0.01);
  });
});

describe('matrices', () => {
  const m: Matrix3 = [2, 1, 0, -1, 3, 0.5, 0, 0.25, 1];
  it('inverts', () => {
    expect(near3(multiply3(m, invert3(m)), IDENTITY3, 1e-12)).toBe(true);
    expect(() => invert3([1, 2, 3, 2, 4, 6, 0, 0, 1])).toThrow(RangeError);
  });
  it('applies the right-hand factor first', () => {
    const v = [1, 2, 3] as const;
    expect(apply3(multiply3(m, m), v)).toEqual(apply3(m, apply3(m, v)));
    expect(apply3(m, v)).toEqual([4, 6.5, 3.5]);
    expect(mix3(IDENTITY3, m, 0.5)[0]).toBe(1.5);
  });
});
