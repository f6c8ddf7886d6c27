/** Centimetres and dots per inch, as an export takes them. */
import { describe, expect, it } from 'vitest';
import { resolutionFor, sideFor } from './print-size.ts';

const wish = { longSide: null, printCm: 10, dpi: 254 };

describe('a print of so many centimetres', () => {
  it('is reduced to what it needs, and never enlarged', () => {
    expect(sideFor(wish, 5000)).toBe(1000);
    expect(sideFor(wish, 800)).toBeNull();
    expect(sideFor({ ...wish, dpi: null }, 5000)).toBe(1181);
    expect(sideFor({ longSide: 700, printCm: null, dpi: 254 }, 5000)).toBe(700);
    // What is enlarged afterwards is not made small before.
    expect(sideFor(wish, 5000, true)).toBeNull();
  });
  it('comes out at its size whatever its pixels', () => {
    expect(resolutionFor(wish, 1000, 700, 72)).toBe(254);
    expect(resolutionFor(wish, 400, 300, 72)).toBe(101.6);
    expect(resolutionFor({ longSide: null, printCm: null, dpi: 300 }, 400, 300, 72)).toBe(300);
    expect(resolutionFor({ longSide: null, printCm: null, dpi: null }, 400, 300, 72)).toBe(72);
  });
});
