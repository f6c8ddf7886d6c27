/** Time stamps: the compact form says the same, scaling rounds as a container does, a new tempo is exact. */
import { describe, expect, it } from 'vitest';
import { allTimes, compactTimes, frameCount, ptsOf, reduced, rescaleTimes, retimed } from './probe.ts';

describe('times of frames', () => {
  it('are three numbers where they are constant, and a list where one frame is not', () => {
    expect(compactTimes([3, 5, 7])).toEqual({ kind: 'constant', first: 3, step: 2, count: 3 });
    expect(compactTimes([9])).toEqual({ kind: 'constant', first: 9, step: 0, count: 1 });
    expect(compactTimes([0, 2, 5])).toEqual({ kind: 'list', pts: [0, 2, 5] });
    expect(compactTimes([])).toEqual({ kind: 'list', pts: [] });
    for (const pts of [[3, 5, 7], [0, 2, 5], [9]]) {
      const facts = { times: compactTimes(pts) };
      expect(allTimes(facts)).toEqual(pts);
      expect(frameCount(facts)).toBe(pts.length);
      expect(pts.map((_, k) => ptsOf(facts, k))).toEqual(pts);
    }
  });

  it('are rounded to a container’s ticks, half up, also before zero', () => {
    // 23.976 frames a second in milliseconds: 41.7, 83.4, 125.1.
    const film = { num: 1001, den: 24000 };
    expect(rescaleTimes([0, 1, 2, 3], film, { num: 1, den: 1000 })).toEqual([0, 42, 83, 125]);
    expect(rescaleTimes([-3, -1, 1, 3], { num: 1, den: 2 }, { num: 1, den: 1 })).toEqual([-1, 0, 1, 2]);
    // Hours in a fine base: beyond what a product of doubles holds.
    const late = 90_000 * 3600 * 40 + 1;
    expect(rescaleTimes([late], { num: 1, den: 90_000 }, { num: 1, den: 1_000_000_007 })).toEqual([
      Number((BigInt(late) * 1_000_000_007n * 2n + 90_000n) / 180_000n),
    ]);
  });

  it('never fall together', () => {
    expect(rescaleTimes([0, 1, 2, 30], { num: 1, den: 30 }, { num: 1, den: 1 })).toEqual([0, 1, 2, 3]);
  });

  it('follow a true tempo frame by frame', () => {
    const { timeBase, times } = retimed(32, 16);
    expect(ptsOf({ times }, 16) * (timeBase.num / timeBase.den)).toBe(1);
    const odd = retimed(10, 16.667);
    expect(odd.timeBase).toEqual({ num: 1, den: 16667 });
    expect(ptsOf(odd, 1)).toBe(1000);
    expect(reduced({ num: 50, den: -20 })).toEqual({ num: -5, den: 2 });
  });
});
