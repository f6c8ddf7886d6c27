/** Time stamps of finished films, by hand. */
import { describe, expect, it } from 'vitest';
import { outputBase, outputEnd, outputPts } from './times.ts';

const facts = {
  timeBase: { num: 1, den: 90_000 },
  times: { kind: 'list' as const, pts: [0, 3003, 6006, 12_012] },
  lastDuration: 3003,
};

describe('times of a finished film', () => {
  it('are the source’s own, to the tick', () => {
    const plan = { ticks: 1, tempo: 0, frames: 4 };
    expect(outputBase(plan, facts)).toEqual({ num: 1, den: 90_000 });
    expect(
      [0, 1, 2, 3].map((index) => outputPts(plan, facts, { index, pts: facts.times.pts[index] })),
    ).toEqual(facts.times.pts);
    expect(outputEnd(plan, facts)).toBe(15_015);
  });

  it('get finer where frames are put in between', () => {
    const plan = { ticks: 2, tempo: 0, frames: 4 };
    expect(outputBase(plan, facts)).toEqual({ num: 1, den: 180_000 });
    expect(outputPts(plan, facts, { index: 0, pts: 3003 })).toBe(3003);
    expect(outputEnd(plan, facts)).toBe(30_030);
  });

  it('are frame after frame at a true tempo, whatever the file said', () => {
    const plan = { ticks: 1, tempo: 18, frames: 4 };
    const { num, den } = outputBase(plan, facts);
    const seconds = [0, 1, 2, 3].map(
      (index) => (outputPts(plan, facts, { index, pts: facts.times.pts[index] }) * num) / den,
    );
    seconds.forEach((s, k) => expect(s).toBeCloseTo(k / 18, 9));
    expect((outputEnd(plan, facts) * num) / den).toBeCloseTo(4 / 18, 9);
    // Between two frames that stand for two ticks' time, a frame in the middle stays in the middle.
    const between = { ticks: 2, tempo: 18, frames: 4 };
    const base = outputBase(between, facts);
    expect((outputPts(between, facts, { index: 2, pts: 2 * 9009 }) * base.num) / base.den).toBeCloseTo(
      2.5 / 18,
      9,
    );
  });
});
