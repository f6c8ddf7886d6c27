/** What the camera meant, found under planted weave: stands, pans with their corners, and a camera led by hand. */
import { describe, expect, it } from 'vitest';
import { intended } from './intent.ts';

const H = 1;
/** Weave of 1.7 pixels: two slow waves and what jumps from frame to frame. */
const weave = (i: number): number =>
  1.6 * Math.sin(i / 4.3) + 1.2 * Math.sin(i / 3.1 + 1) + 1.3 * Math.sin(2.7 * i * i);
const make = (n: number, f: (i: number) => number): number[] => Array.from({ length: n }, (_, i) => f(i));
const farthest = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((v, i) => Math.abs(v - b[i])));

describe('intended', () => {
  it('is level where the camera stands', () => {
    const got = intended(make(96, weave), H);
    expect(Math.max(...got) - Math.min(...got)).toBeLessThan(1e-6);
    expect(Math.abs(got[0])).toBeLessThan(0.5);
  });
  it('keeps a pan between two stands, corners and all', () => {
    const meant = make(96, (i) => 4 * Math.max(0, Math.min(46, i - 25)));
    expect(farthest(intended(meant, H), meant)).toBeLessThan(0.01);
    const got = intended(
      meant.map((v, i) => v + weave(i)),
      H,
    );
    const off = got.map((v, i) => v - meant[i]);
    // A corner may be found one frame off, which is a step of four pixels.
    expect(Math.max(...off.map(Math.abs))).toBeLessThan(4);
    expect(Math.sqrt(off.reduce((s, v) => s + v * v, 0) / 96)).toBeLessThan(0.6);
    // Stands are stands.
    expect(got[20] - got[0]).toBeCloseTo(0, 6);
    expect(got[95] - got[80]).toBeCloseTo(0, 6);
  });
  it('keeps a pan that begins and ends softly', () => {
    const soft = (i: number): number => 90 - 90 * Math.cos(Math.PI * Math.max(0, Math.min(1, (i - 20) / 50)));
    const meant = make(96, soft);
    expect(farthest(intended(meant, H), meant)).toBeLessThan(0.3);
    const jumps = make(96, (i) => 0.8 * Math.sin(2.7 * i * i) + 0.4 * Math.sin(i / 2));
    const got = intended(
      meant.map((v, i) => v + jumps[i]),
      H,
    );
    const off = got.map((v, i) => v - meant[i]);
    expect(Math.sqrt(off.reduce((s, v) => s + v * v, 0) / 96)).toBeLessThan(0.25);
    expect(got[15] - got[0]).toBeCloseTo(0, 3);
    expect(got[95] - got[80]).toBeCloseTo(0, 3);
  });
  it('follows a slow pan evenly, not by steps', () => {
    const got = intended(
      make(120, (i) => 0.3 * i + weave(i)),
      H,
    );
    const steps = got.slice(1).map((v, i) => v - got[i]);
    expect(Math.min(...steps)).toBeGreaterThan(0.2);
    expect(Math.max(...steps)).toBeLessThan(0.4);
  });
  it('follows a hand, and answers the shortest shots', () => {
    const hand = make(80, (i) => 30 * Math.sin(i / 9) + 18 * Math.sin(i / 4));
    expect(farthest(intended(hand, H), hand)).toBeLessThan(16);
    expect(intended([3, 4], H)).toEqual([3, 4]);
    for (const v of intended([3, 3, 3], H)) expect(v).toBeCloseTo(3, 6);
  });
});
