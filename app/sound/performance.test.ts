/** How melodies are played and harmonised, on tunes small enough to check by ear and by hand. */
import { describe, expect, it } from 'vitest';
import type { Melody } from '../melody/types.ts';
import { barStarts, harmonise, triads } from './harmony.ts';
import { beatOf, perform, playedTempo, wholePassage } from './performance.ts';

const C = { tonic: 0, mode: 'major' } as const;
/** Quarters on these pitches, 4/4, two phrases of four. */
const tune = (pitches: readonly number[], more: Partial<Melody> = {}): Melody => ({
  notes: pitches.map((pitch, i) => ({ pitch, onset: 4 * i, duration: 4 })),
  bar: 16,
  pickup: 0,
  tempo: 60,
  key: C,
  phraseStarts: [0, 4],
  syllables: [4, 4],
  neurri: null,
  seed: null,
  metre: [4, 4],
  ...more,
});
const plain = { instrument: 'flute', accompaniment: 'none' } as const;

describe('harmony', () => {
  it('has six triads in C major and a leading note in minor', () => {
    expect(triads(C).map((c) => c.classes)).toEqual([
      [0, 4, 7],
      [2, 5, 9],
      [4, 7, 11],
      [5, 9, 0],
      [7, 11, 2],
      [9, 0, 4],
    ]);
    const dominant = triads({ tonic: 9, mode: 'minor' }).find((c) => c.degree === 4);
    expect(dominant?.classes).toEqual([4, 8, 11]);
  });

  it('sets tonic, subdominant, dominant and tonic under the tune that spells them', () => {
    const melody = tune([60, 64, 67, 64, 65, 69, 72, 69, 67, 71, 74, 71, 72, 67, 64, 60]);
    expect(harmonise(melody).map(({ chord }) => chord.degree)).toEqual([0, 3, 4, 0]);
    expect(harmonise(melody).map(({ from, to }) => [from, to])).toEqual([
      [0, 16],
      [16, 32],
      [32, 48],
      [48, 64],
    ]);
  });

  it('gives the upbeat a bar of its own', () => {
    expect(barStarts(tune([60, 62, 64, 65, 67], { pickup: 4 }))).toEqual([0, 4]);
    expect(harmonise(tune([]))).toEqual([]);
  });
});

describe('performance', () => {
  it('strikes each key at its time, at the tempo asked for', () => {
    const { strokes, seconds } = perform(tune([60, 62, 64, 65, 67, 65, 62, 60]), { ...plain, tempo: 120 });
    expect(strokes.map((s) => [s.pitch, s.at])).toEqual([
      [60, 0],
      [62, 0.5],
      [64, 1],
      [65, 1.5],
      [67, 2],
      [65, 2.5],
      [62, 3],
      [60, 3.5],
    ]);
    expect(seconds).toBe(4);
  });

  it('keeps repeated notes apart, breathes between phrases, binds the rest', () => {
    const { strokes } = perform(tune([60, 60, 62, 64, 65, 64, 62, 60]), plain);
    const gap = (i: number): number => strokes[i + 1].at - strokes[i].at - strokes[i].seconds;
    expect(gap(0)).toBeCloseTo(0.07, 6);
    expect(gap(1)).toBeCloseTo(0.03, 6);
    expect(gap(3)).toBeCloseTo(0.22, 6);
  });

  it('swells within a phrase and leans on the bar line', () => {
    const { strokes } = perform(tune([60, 62, 64, 65, 67, 65, 62, 60]), plain);
    expect(strokes[2].velocity).toBeGreaterThan(strokes[3].velocity);
    expect(strokes[0].velocity).toBe(88);
  });

  it('fills the bar that upbeat and last bar share, so that a loop keeps its metre', () => {
    const melody = tune([60, 62, 64, 65, 67], { pickup: 4, phraseStarts: [0], syllables: [5] });
    expect(wholePassage(melody, 60)).toEqual({ from: 0, to: 20, at: 0, seconds: 5 });
    expect(wholePassage(tune([60, 62, 64]), 60).to).toBe(16);
  });

  it('lays tonic and fifth under each phrase as a drone', () => {
    const { strokes } = perform(tune([60, 62, 64, 65, 67, 65, 62, 60]), { ...plain, accompaniment: 'drone' });
    const under = strokes.filter((s) => s.voice !== 0);
    expect(under.map((s) => [s.voice, s.pitch, s.at])).toEqual([
      [1, 48, 0],
      [1, 55, 0],
      [2, 36, 0],
      [1, 48, 4],
      [1, 55, 4],
      [2, 36, 4],
    ]);
    for (const s of under) expect(s.seconds).toBeCloseTo(3.94, 6);
  });

  it.each(['flute', 'piano'] as const)(
    'plays chords under the bar (%s) and no note beyond the passage',
    (instrument) => {
      const melody = tune([60, 64, 67, 64, 67, 71, 72, 60]);
      const { strokes, seconds } = perform(melody, { instrument, accompaniment: 'chords' });
      const bass = strokes.filter((s) => s.voice === 2);
      expect(bass.map((s) => s.pitch % 12)).toEqual([0, 0]);
      for (const s of strokes) expect(s.at + s.seconds).toBeLessThanOrEqual(seconds + 1e-9);
      const classes = new Set(strokes.filter((s) => s.voice === 1 && s.at < 4).map((s) => s.pitch % 12));
      expect([...classes].sort((a, b) => a - b)).toEqual([0, 4, 7]);
    },
  );

  it('plays passages at their own pace, from their own time', () => {
    const passages = [
      { from: 16, to: 32, at: 10, seconds: 2 },
      { from: 0, to: 16, at: 12, seconds: 8 },
    ];
    const { strokes, seconds } = perform(tune([60, 62, 64, 65, 67, 65, 62, 60]), { ...plain, passages });
    expect(strokes.map((s) => [s.pitch, s.at])).toEqual([
      [67, 10],
      [65, 10.5],
      [62, 11],
      [60, 11.5],
      [60, 12],
      [62, 14],
      [64, 16],
      [65, 18],
    ]);
    expect(seconds).toBe(20);
  });

  it('refuses tempi that nobody can play', () => {
    expect(() => playedTempo({ tempo: 5 })).toThrow(RangeError);
    expect(() => playedTempo({ tempo: null }, 1000)).toThrow(RangeError);
    expect(playedTempo({ tempo: null })).toBe(96);
  });

  it('counts three eighths in 6/8 and a quarter in 3/4', () => {
    expect(beatOf({ metre: [6, 8], bar: 12 })).toBe(6);
    expect(beatOf({ metre: [3, 4], bar: 12 })).toBe(4);
  });
});
