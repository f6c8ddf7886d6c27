/** Segments: every frame once, shots whole where they can be, long shots in spans that see their surroundings. */
import { describe, expect, it } from 'vitest';
import { seeded } from '../random.ts';
import { cutSegments, LONGEST, segmentLength } from './segments.ts';
import type { ReelShot } from './step.ts';

const shotsOf = (lengths: readonly number[]): ReelShot[] => {
  let first = 0;
  return lengths.map((length, index) => {
    const shot: ReelShot = { index, first, last: first + length - 1, opening: index === 0 ? 'start' : 'cut' };
    first += length;
    return shot;
  });
};
const none = () => ({ before: 0, after: 0 });

describe('cutSegments', () => {
  it('covers every frame once, in order, and never leaves a shot while it works on it', () => {
    const random = seeded('segments', 1);
    for (let round = 0; round < 40; round++) {
      const shots = shotsOf(
        Array.from({ length: 1 + Math.floor(random.uniform(0, 30)) }, () =>
          Math.ceil(random.uniform(0, 1) ** 4 * 5000),
        ),
      );
      const reach = { before: Math.floor(random.uniform(0, 20)), after: Math.floor(random.uniform(0, 20)) };
      const segments = cutSegments(shots, () => reach);
      let next = 0;
      for (const [at, segment] of segments.entries()) {
        expect(segment.index).toBe(at);
        expect(segment.first).toBe(next);
        for (const part of segment.parts) {
          const shot = shots[part.shot];
          expect(part.first).toBe(next);
          next = part.last + 1;
          expect(part.last).toBeGreaterThanOrEqual(part.first);
          expect(part.from).toBe(Math.max(shot.first, part.first - reach.before));
          expect(part.to).toBe(Math.min(shot.last, part.last + reach.after));
        }
        expect(segment.last).toBe(next - 1);
        expect(segment.last + 1 - segment.first).toBeLessThanOrEqual(1.5 * Math.max(LONGEST, 240));
      }
      expect(next).toBe(shots[shots.length - 1].last + 1);
    }
  });

  it('puts short shots together and cuts long ones', () => {
    const segments = cutSegments(shotsOf([20, 30, 40, 5000, 10]), none);
    expect(segments[0].parts.map((p) => p.shot)).toEqual([0, 1, 2]);
    expect(segments.slice(1, -1).every((s) => s.parts.length === 1 && s.parts[0].shot === 3)).toBe(true);
    expect(segments.length).toBe(1 + 8 + 1);
  });

  it('cuts a short reel in two where that is worth while, and between shots wherever it can', () => {
    const clean = () => ({ before: 8, after: 8 });
    const colour = () => ({ before: 60, after: 28 });
    const lengths = (frames: readonly number[], reach: () => { before: number; after: number }): number[] =>
      cutSegments(shotsOf(frames), reach).map((s) => s.last + 1 - s.first);
    expect(lengths([70], clean)).toEqual([35, 35]);
    expect(lengths([40], clean)).toEqual([40]);
    expect(lengths([150], colour)).toEqual([150]);
    expect(lengths([360], colour)).toEqual([180, 180]);
    expect(lengths([44, 90, 165, 61], colour)).toEqual([134, 165, 61]);
    expect(lengths([1440], clean)).toEqual(Array(8).fill(180));
  });

  it('a reel of one frame is one segment, of none is none; two hours are some hundreds', () => {
    expect(cutSegments(shotsOf([1]), none)).toEqual([
      { index: 0, first: 0, last: 0, parts: [{ shot: 0, first: 0, last: 0, from: 0, to: 0 }] },
    ]);
    expect(cutSegments([], none)).toEqual([]);
    const two = cutSegments(shotsOf(Array.from({ length: 1440 }, () => 120)), none);
    expect(two.length).toBeGreaterThan(200);
    expect(two.length).toBeLessThan(300);
  });

  it('steps that look far get long spans: what is seen twice stays small', () => {
    expect(segmentLength(240, { before: 2, after: 2 })).toBe(60);
    expect(segmentLength(240, { before: 40, after: 10 })).toBe(480);
    expect(segmentLength(172_800, { before: 2, after: 2 })).toBe(LONGEST);
  });
});
