import { describe, expect, it } from 'vitest';
import { toLab } from '../metrics/lab.ts';
import { planar, type Planar } from '../planar.ts';
import { seeded } from '../random.ts';
import { enlargePlane, lightness, mergeChroma } from './merge.ts';

const plane = (width: number, height: number, channels: number, f: (i: number) => number): Planar => {
  const p = planar(width, height, channels);
  p.data.forEach((_, i) => (p.data[i] = f(i)));
  return p;
};

describe('grey and chroma put together', () => {
  it('without chroma gives the grey back', () => {
    const grey = plane(3, 2, 1, (i) => i / 5);
    const out = mergeChroma(grey, planar(1, 1, 2));
    for (let c = 0; c < 3; c++)
      for (let i = 0; i < 6; i++) expect(out.data[c * 6 + i]).toBeCloseTo(grey.data[i], 4);
  });
  it('gives back the Lab of a colour that fits', () => {
    const grey = plane(2, 2, 1, () => 0.5);
    const out = mergeChroma(
      grey,
      plane(2, 2, 2, (i) => (i < 4 ? 20 / 110 : -15 / 110)),
    );
    const lab = toLab(out);
    expect(lab.L[0]).toBeCloseTo(lightness(0.5), 2);
    expect(lab.a[0]).toBeCloseTo(20, 2);
    expect(lab.b[0]).toBeCloseTo(-15, 2);
  });
  it('keeps lightness and hue of colours that do not fit, and stays within 0..1', () => {
    const random = seeded('merge');
    const grey = plane(8, 8, 1, () => random.next());
    const out = mergeChroma(
      grey,
      plane(8, 8, 2, () => random.uniform(-1, 1)),
    );
    const lab = toLab(out);
    expect(Math.min(...out.data)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...out.data)).toBeLessThanOrEqual(1);
    grey.data.forEach((g, i) => expect(Math.abs(lab.L[i] - lightness(g))).toBeLessThan(0.1));
  });
  it('enlarges with aligned pixel centres and repeated edges', () => {
    const out = enlargePlane(Float32Array.of(0, 4), { width: 2, height: 1 }, { width: 4, height: 2 });
    expect([...out]).toEqual([0, 1, 3, 4, 0, 1, 3, 4]);
  });
});
