import { describe, expect, it } from 'vitest';
import { seeded } from '../random.ts';
import { labSpace } from './gamut.ts';
import { srgbDecode } from './curve.ts';
import { apply, spaceNames, spaces } from './spaces.ts';
import { D65, SRGB_TO_XYZ, xyzToLab } from './lab.ts';

describe.each(spaceNames)('Lab of %s', (name) => {
  const lab = labSpace(name);
  const random = seeded('gamut', name);

  it('is that of CIE', () => {
    for (let i = 0; i < 200; i++) {
      const rgb = [random.next(), random.next(), random.next()] as const;
      lab.get(...rgb);
      const linear = apply(
        spaces[name].toSrgb,
        rgb.map((v) => spaces[name].decode(v)) as [number, number, number],
      );
      const want = xyzToLab(apply(SRGB_TO_XYZ, linear), D65);
      want.forEach((v, k) => expect(lab.lab[k]).toBeCloseTo(v, 3));
    }
  });
  it('goes there and back', () => {
    for (let i = 0; i < 200; i++) {
      const rgb = [random.next(), random.next(), random.next()] as const;
      lab.get(...rgb);
      const [L, a, b] = lab.lab;
      // A colour on the very surface may be out by rounding.
      expect(lab.put((L + 16) / 116, a, b)).toBeGreaterThan(0.999);
      rgb.forEach((v, c) => expect(lab.rgb[c]).toBeCloseTo(v, 3));
    }
  });
  it('brings colours in at their lightness and hue, and no further than needed', () => {
    let moved = 0;
    for (let i = 0; i < 3000; i++) {
      const L = random.uniform(0.5, 99.5);
      const a = random.uniform(-130, 130);
      const b = random.uniform(-130, 130);
      const share = lab.put((L + 16) / 116, a, b);
      const [red, green, blue] = lab.rgb;
      for (const v of lab.rgb) expect(v >= 0 && v <= 1).toBe(true);
      lab.get(red, green, blue);
      expect(Math.abs(lab.lab[0] - L)).toBeLessThan(2e-3);
      expect(Math.abs(lab.lab[1] - share * a)).toBeLessThan(0.06);
      expect(Math.abs(lab.lab[2] - share * b)).toBeLessThan(0.06);
      if (share === 1) continue;
      moved++;
      // A little more and it would be out again.
      if (share * Math.hypot(a, b) > 1)
        expect(lab.put((L + 16) / 116, 1.03 * share * a, 1.03 * share * b)).toBeLessThan(1);
    }
    expect(moved).toBeGreaterThan(500);
  });
  it('writes into planes what it writes for one pixel, to the last bit', () => {
    const out = new Float32Array(9);
    let outside = 0;
    for (let i = 0; i < 3000; i++) {
      const fy = random.uniform(4 / 29, 1);
      const a = random.uniform(-90, 90);
      const b = random.uniform(-90, 90);
      if (lab.put(fy, a, b) < 1) outside++;
      const want = Float32Array.from(lab.rgb);
      lab.putInto(fy, a, b, out, 1, 3);
      expect([out[1], out[4], out[7]]).toEqual([...want]);
    }
    expect(outside).toBeGreaterThan(300);
    expect(outside).toBeLessThan(2900);
  });
  it('takes roots from a table closely enough', () => {
    for (let i = 0; i <= 4000; i++) {
      const v = spaces[name].encode(i / 4000);
      const y = lab.decode(v);
      const want = y > (6 / 29) ** 3 ? Math.cbrt(y) : y / (3 * (6 / 29) ** 2) + 4 / 29;
      expect(Math.abs(lab.fOf(v, v, v) - want)).toBeLessThan(1e-7);
    }
  });
  it('gives neutrals their own value', () => {
    for (const v of [0, 1 / 255, 0.5, 254 / 255, 1]) {
      lab.put(lab.fOfGrey(v), 0, 0);
      for (const c of lab.rgb) expect(c).toBeCloseTo(v, 6);
    }
    // White has no room for chroma.
    expect(lab.put(1, 40, 40)).toBe(0);
  });
});

describe('the boundary table', () => {
  it('knows the primaries of sRGB', () => {
    const lab = labSpace('srgb');
    lab.get(1, 0, 0);
    const [L, a, b] = lab.lab;
    // Between the lines of the table the cusp is cut off a little.
    expect(lab.largest((L + 16) / 116, a, b)).toBeGreaterThan(0.95 * Math.hypot(a, b));
    expect(lab.largest((L + 16) / 116, a, b)).toBeLessThan(1.02 * Math.hypot(a, b));
    expect(L).toBeCloseTo(116 * Math.cbrt(0.2126 * srgbDecode(1)) - 16, 1);
  });
});
