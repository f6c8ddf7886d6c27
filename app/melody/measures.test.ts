/** Measures on melodies of a few notes, by hand; overlaps of samples whose overlap is known. */
import { describe, expect, it } from 'vitest';
import { seeded } from '../random.ts';
import {
  copiedShare,
  emptyBars,
  groove,
  majorScale,
  melodyFeatures,
  pitchEntropy,
  repeatedRuns,
  runSet,
  scaleConsistency,
} from './measures.ts';
import { overlapOf } from './overlap.ts';
import type { Melody } from './types.ts';

const melody = (list: readonly [number, number, number][], bar = 8, pickup = 0): Melody => ({
  notes: list.map(([pitch, onset, duration]) => ({ pitch, onset, duration })),
  bar,
  pickup,
  tempo: null,
  key: { tonic: 0, mode: 'major' },
  phraseStarts: [],
  syllables: [],
  neurri: null,
  seed: null,
  metre: null,
});
/** The same two beats again and again. */
const ostinato = (count: number): Melody =>
  melody(Array.from({ length: count }, (_, i) => [i % 2 ? 64 : 60, i * 4, 4]));

describe('measures', () => {
  it('finds the major scale and the share of its notes', () => {
    expect(majorScale([67, 69, 71, 72, 74, 76, 78])).toEqual({ tonic: 7, share: 1 });
    expect(
      scaleConsistency(
        melody([
          [60, 0, 4],
          [61, 4, 4],
          [62, 8, 4],
          [64, 12, 4],
          [65, 16, 4],
        ]),
      ),
    ).toBe(0.8);
  });
  it('counts histograms and transitions', () => {
    const f = melodyFeatures(
      melody([
        [60, 0, 2],
        [62, 2, 2],
        [60, 4, 4],
        [67, 8, 8],
      ]),
    );
    expect(f.PCH[0]).toBeCloseTo(0.5);
    expect(f.PCTM[2]).toBeCloseTo(1 / 3);
    expect(f.PCTM[2 * 12]).toBeCloseTo(1 / 3);
    expect(f.NLH).toEqual([0, 0.5, 0, 0.25, 0, 0.25, 0, 0]);
    expect(f.NLTM.reduce((a, b) => a + b)).toBeCloseTo(1);
    expect([f.PR, f.PS, f.IOI]).toEqual([7, (2 + 2 + 7) / 3, (2 + 2 + 4) / 3]);
  });
  it('does not depend on the key', () => {
    const a = melody([
      [60, 0, 2],
      [64, 2, 2],
      [67, 4, 4],
      [71, 8, 2],
      [65, 10, 2],
      [62, 12, 4],
      [69, 16, 4],
    ]);
    const b = { ...a, notes: a.notes.map((n) => ({ ...n, pitch: n.pitch + 5 })) };
    expect(melodyFeatures(b)).toEqual(melodyFeatures(a));
  });
  it('repeated runs: all but two of an ostinato of ten', () => {
    // Nine pairs, six runs, of two kinds.
    expect(repeatedRuns(ostinato(10))).toBeCloseTo(1 - 2 / 6);
    expect(repeatedRuns(melody([[60, 0, 1]]))).toBe(0);
  });
  it('groove: the same bars 1, one onset moved by a place a quarter off', () => {
    expect(groove(ostinato(8))).toBe(1);
    expect(
      groove(
        melody([
          [60, 0, 4],
          [60, 4, 4],
          [60, 8, 5],
          [60, 13, 3],
        ]),
      ),
    ).toBeCloseTo(1 - 2 / 8);
  });
  it('empty bars: a note that goes on sounds', () => {
    expect(
      emptyBars(
        melody([
          [60, 0, 4],
          [60, 16, 8],
        ]),
      ),
    ).toBeCloseTo(1 / 3);
    expect(emptyBars(melody([[60, 0, 17]]))).toBe(0);
    expect(emptyBars(melody([]))).toBe(1);
  });
  it('entropy of two equal classes is one bit', () => expect(pitchEntropy(ostinato(8))).toBeCloseTo(1));
  it('copies: runs of twelve pairs in any key', () => {
    const random = seeded('copies');
    const long = melody(Array.from({ length: 30 }, (_, i) => [60 + random.int(12), i * 2, 2]));
    const up = { ...long, notes: long.notes.map((n) => ({ ...n, pitch: n.pitch + 3 })) };
    expect(copiedShare([up], runSet([long]))).toBe(1);
    const changed = { ...up, notes: up.notes.map((n, i) => (i === 15 ? { ...n, pitch: n.pitch + 1 } : n)) };
    // Of 18 runs those with the interval to note 15 or from it are others: the first three and the last two are left.
    expect(copiedShare([changed], runSet([long]))).toBeCloseTo(5 / 18);
  });
});

describe('overlap', () => {
  const sample = (mean: number, sigma: number, ...key: string[]): Float64Array => {
    const random = seeded(...key);
    return Float64Array.from({ length: 4000 }, () => random.normal(mean, sigma));
  };
  it('is 1 for the same, 0 for what is far away, and 2 F(-1) for a shift by two deviations', () => {
    expect(overlapOf(sample(0, 1, 'a'), sample(0, 1, 'b')).area).toBeGreaterThan(0.96);
    expect(overlapOf(sample(0, 1, 'a'), sample(40, 1, 'b')).area).toBeLessThan(0.001);
    // Smoothing widens both a little.
    expect(overlapOf(sample(0, 1, 'a'), sample(2, 1, 'b')).area).toBeCloseTo(0.317, 1);
    expect(overlapOf(sample(0, 1, 'a'), sample(2, 1, 'b')).divergence).toBeGreaterThan(1);
  });
});
