/** Colours made more colourful: as far as was asked, at their own hue, and nothing out of grey. */
import { describe, expect, it } from 'vitest';
import { lift, spreadOf } from './palette.ts';

const chroma = (): { a: Float32Array; b: Float32Array } => ({
  // A warm picture: black and white without colour, ground, skin, and something green.
  a: Float32Array.from([0, 0, 4, 6, 12, 20, -10, 5]),
  b: Float32Array.from([0, 0, 14, 18, 22, 30, 12, 16]),
});

describe('colours lifted', () => {
  it('are spread as wanted', () => {
    const c = chroma();
    const { spread } = spreadOf(c);
    lift(c, 1.2 * spread);
    expect(spreadOf(c).spread / spread).toBeCloseTo(1.2, 2);
  });

  it('grow by no more than is allowed, and never shrink', () => {
    const c = chroma();
    const { spread } = spreadOf(c);
    lift(c, 9 * spread, 1.3);
    expect(spreadOf(c).spread / spread).toBeCloseTo(1.3, 2);
    const same = chroma();
    lift(same, 0.5 * spread);
    expect(same).toEqual(chroma());
  });

  it('keep their hue, and grey stays grey', () => {
    const before = chroma();
    const c = chroma();
    lift(c, 1.3 * spreadOf(c).spread);
    expect([c.a[0], c.b[0], c.a[1], c.b[1]]).toEqual([0, 0, 0, 0]);
    for (let i = 2; i < c.a.length; i++) {
      expect(Math.atan2(c.b[i], c.a[i])).toBeCloseTo(Math.atan2(before.b[i], before.a[i]), 5);
      expect(Math.hypot(c.a[i], c.b[i])).toBeGreaterThanOrEqual(Math.hypot(before.a[i], before.b[i]) - 1e-4);
    }
  });

  it('leaves a picture of one colour as it is', () => {
    const c = { a: new Float32Array(9).fill(7), b: new Float32Array(9).fill(-3) };
    lift(c, 5);
    expect([...c.a, ...c.b]).toEqual([...new Array<number>(9).fill(7), ...new Array<number>(9).fill(-3)]);
  });
});
