/** Halving: sums, straight lines, edges, and samples that depend on their seed alone. */
import { describe, expect, it } from 'vitest';
import { planar } from '../planar.ts';
import { seeded } from '../random.ts';
import { shrink, SHRINKINGS, shrunk } from './shrink.ts';

const ramp = (width: number, height: number) => {
  const p = planar(width, height, 3);
  for (let c = 0; c < 3; c++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        p.data[(c * height + y) * width + x] = 0.1 + 0.02 * x + 0.03 * y + 0.1 * c;
  return p;
};

describe('shrink', () => {
  it.each(SHRINKINGS)('%s keeps what is even and straight, and halves each plane by itself', (filter) => {
    const small = shrink(ramp(16, 12), filter);
    expect([small.width, small.height, small.channels]).toEqual([8, 6, 3]);
    // Away from the border a pixel is the value in the middle of its four.
    for (let c = 0; c < 3; c++)
      for (let y = 2; y < 4; y++)
        for (let x = 2; x < 6; x++)
          expect(small.data[(c * 6 + y) * 8 + x]).toBeCloseTo(
            0.1 + 0.02 * (2 * x + 0.5) + 0.03 * (2 * y + 0.5) + 0.1 * c,
            6,
          );
  });

  it('takes means of 2 x 2 pixels, to the bit', () => {
    const p = { width: 4, height: 2, channels: 1, data: Float32Array.of(1, 0, 0.5, 0.5, 0, 1, 0, 1) };
    expect([...shrink(p, 'mean').data]).toEqual([0.5, 0.5]);
  });

  it('the cubic overshoots at an edge, the others do not', () => {
    const p = planar(16, 2, 1);
    p.data.fill(1, 8, 16);
    p.data.fill(1, 24, 32);
    expect(Math.min(...shrink(p, 'cubic').data)).toBeLessThan(-0.01);
    for (const filter of ['mean', 'binomial'] as const)
      expect(Math.min(...shrink(p, filter).data)).toBeGreaterThanOrEqual(0);
  });

  it('refuses odd sides', () => expect(() => shrink(planar(3, 2, 1), 'mean')).toThrow(/3 x 2/));

  it('is the same for the same seed, otherwise for another, and stays within 0..1', () => {
    const p = ramp(16, 16);
    const made = (seed: number) => [...shrunk(p, seeded('shrink', seed)).data];
    expect(made(1)).toEqual(made(1));
    const all = Array.from({ length: 12 }, (_, seed) => made(seed));
    expect(new Set(all.map((d) => d.join())).size).toBeGreaterThan(4);
    expect(all.flat().every((v) => v >= 0 && v <= 1)).toBe(true);
  });
});
