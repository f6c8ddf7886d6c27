/** A score meets its film: ends of phrases on cuts, the last note on the last frame, nothing stretched out of shape. */
import { describe, expect, it } from 'vitest';
import { seeded } from '../random.ts';
import type { Melody } from '../melody/types.ts';
import { fitToFilm, phraseSpans, STRETCH } from './fit.ts';

/** Phrases of these lengths in quarters, one note each quarter; 4 s a phrase of four at 60. */
function melody(lengths: readonly number[], tempo = 60): Melody {
  const phraseStarts: number[] = [];
  let at = 0;
  for (const n of lengths) {
    phraseStarts.push(at);
    at += n;
  }
  return {
    notes: Array.from({ length: at }, (_, i) => ({ pitch: 60 + (i % 5), onset: 4 * i, duration: 4 })),
    bar: 16,
    pickup: 0,
    tempo,
    key: { tonic: 0, mode: 'major' },
    phraseStarts,
    syllables: [...lengths],
    neurri: null,
    seed: null,
    metre: [4, 4],
  };
}
const four = melody([4, 4, 4, 4]);

describe('fitting', () => {
  it('plays one verse as it is where the film is as long', () => {
    const fit = fitToFilm([four], { seconds: 16, cuts: [] });
    expect(fit.passages.map((p) => [p.from, p.to, p.at, p.seconds])).toEqual([
      [0, 16, 0, 4],
      [16, 32, 4, 4],
      [32, 48, 8, 4],
      [48, 64, 12, 4],
    ]);
    expect(fit.stretch).toEqual([1, 1]);
  });

  it('ends phrases on cuts that lie near, and not on those that lie far', () => {
    const fit = fitToFilm([four], { seconds: 16, cuts: [4.3, 8.2, 10] });
    const ends = fit.passages.map((p) => p.at + p.seconds);
    expect(ends[0]).toBe(4.3);
    expect(ends[1]).toBe(8.2);
    expect(ends[2]).not.toBe(10);
    expect(ends[3]).toBe(16);
    expect(fit.met).toBe(2);
  });

  it('repeats verses for a longer film, different ones in turn', () => {
    const fit = fitToFilm([four, melody([4, 4, 4, 4])], { seconds: 49, cuts: [] });
    expect(fit.passages.map((p) => p.melody)).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0]);
    const last = fit.passages[11];
    expect(last.at + last.seconds).toBe(49);
  });

  it('shortens a verse in its middle, so that it begins and closes as it should', () => {
    const fit = fitToFilm([four], { seconds: 8.2, cuts: [] });
    expect(fit.passages.map((p) => p.from)).toEqual([0, 48]);
    const six = fitToFilm([four], { seconds: 24, cuts: [] });
    expect(six.passages.map((p) => p.from)).toEqual([0, 16, 32, 48, 0, 48]);
  });

  it('gives a film shorter than a phrase the closing notes', () => {
    const fit = fitToFilm([four], { seconds: 1.5, cuts: [] });
    expect(fit.passages).toEqual([{ melody: 0, from: 60, to: 64, at: 0, seconds: 1.5 }]);
    const second = fitToFilm([four], { seconds: 1.9, cuts: [] });
    expect(second.passages).toEqual([{ melody: 0, from: 56, to: 64, at: 0, seconds: 1.9 }]);
    const blink = fitToFilm([four], { seconds: 0.04, cuts: [] });
    expect(blink.passages[0]).toMatchObject({ to: 64, at: 0, seconds: 0.04 });
  });

  it('never leaves a gap, never plays a phrase too fast or too slow, always ends on the last frame', () => {
    const random = seeded('fit');
    for (let round = 0; round < 200; round++) {
      const lengths = Array.from({ length: 2 + random.int(7) }, () => 3 + random.int(8));
      const seconds = random.uniform(4, 400);
      const cuts = Array.from({ length: random.int(60) }, () => random.uniform(0, seconds)).sort(
        (a, b) => a - b,
      );
      const tune = melody(lengths, random.uniform(60, 160));
      const { passages, stretch } = fitToFilm([tune], { seconds, cuts });
      passages.forEach((p, i) => {
        const before = passages.at(i - 1);
        expect(p.at).toBeCloseTo(i === 0 ? 0 : (before?.at ?? 0) + (before?.seconds ?? 0), 9);
      });
      const last = passages[passages.length - 1];
      expect(last.at + last.seconds).toBeCloseTo(seconds, 9);
      expect(last.to).toBe(phraseSpans(tune).at(-1)?.to);
      if (passages.length > 2) {
        expect(stretch[1]).toBeLessThanOrEqual(STRETCH * 1.12);
        expect(stretch[0]).toBeGreaterThanOrEqual(1 / STRETCH / 1.12);
      }
    }
  });

  it('takes four bars at a time where phrases are not known', () => {
    const plain = { ...melody([16, 16, 16]), phraseStarts: [], syllables: [] };
    expect(phraseSpans(plain)).toEqual([
      { from: 0, to: 64 },
      { from: 64, to: 128 },
      { from: 128, to: 192 },
    ]);
  });

  it('refuses what has no length and no notes', () => {
    expect(() => fitToFilm([four], { seconds: 0, cuts: [] })).toThrow(RangeError);
    expect(() => fitToFilm([{ ...four, notes: [] }], { seconds: 5, cuts: [] })).toThrow(RangeError);
  });
});
