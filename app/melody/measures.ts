/**
 * Measures of melodies, and of sets of melodies against each other: the features and overlapped areas of Yang and Lerch
 * (On the evaluation of generative models in music, Neural Computing and Applications 2018), scale consistency
 * (Mogren 2016), groove (Wu and Yang, ISMIR 2020), empty bars (Dong et al., MuseGAN, AAAI 2018), repeated and copied runs
 * of notes. The formulas are those of the README of the project's melodies, whose table they reproduce.
 */
import type { Melody } from './types.ts';
import { melodyEnd } from './types.ts';

/** Features of one melody by name: a number, or a histogram. */
export interface MelodyFeatures {
  /** Share of each pitch class [12], the best-fitting major scale at bin 0. */
  readonly PCH: readonly number[];
  /** Share of each step from pitch class to pitch class [144], turned likewise. */
  readonly PCTM: readonly number[];
  /** Share of each class of duration. */
  readonly NLH: readonly number[];
  /** Share of each step from duration to duration. */
  readonly NLTM: readonly number[];
  /** Range in semitones. */
  readonly PR: number;
  /** Mean absolute interval in semitones. */
  readonly PS: number;
  /** Mean time between onsets in sixteenths. */
  readonly IOI: number;
  /** 1 - distinct / all runs of four (interval, duration) pairs. */
  readonly rep4: number;
  /** 1 - mean Hamming distance of neighbouring bars' onsets over the bar's length. */
  readonly groove: number;
}
export const featureNames = ['PCH', 'PCTM', 'NLH', 'NLTM', 'PR', 'PS', 'IOI', 'rep4', 'groove'] as const;
export type FeatureName = (typeof featureNames)[number];

const MAJOR = [0, 2, 4, 5, 7, 9, 11] as const;
const LENGTH_CLASSES = [1, 2, 3, 4, 6, 8, 12, 16] as const;

/** The tonic 0..11 of the major scale that holds most notes, and the share of them that it holds. */
export function majorScale(pitches: readonly number[]): { tonic: number; share: number } {
  const count = new Array<number>(12).fill(0);
  for (const p of pitches) count[((p % 12) + 12) % 12]++;
  let best = { tonic: 0, share: -1 };
  for (let tonic = 0; tonic < 12; tonic++) {
    const share =
      MAJOR.reduce<number>((s, step) => s + count[(tonic + step) % 12], 0) / Math.max(1, pitches.length);
    if (share > best.share + 1e-12) best = { tonic, share };
  }
  return best;
}

/** Share of notes in the best of the 12 major scales (each natural minor scale has the notes of one of them). */
export const scaleConsistency = ({ notes }: Pick<Melody, 'notes'>): number =>
  majorScale(notes.map((n) => n.pitch)).share;

/** Class of a duration: the nearest, the shorter of two. */
function lengthClass(duration: number): number {
  let best = 0;
  LENGTH_CLASSES.forEach((c, i) => {
    if (Math.abs(c - duration) < Math.abs(LENGTH_CLASSES[best] - duration)) best = i;
  });
  return best;
}

function histogram(indices: readonly number[], size: number): number[] {
  const bins = new Array<number>(size).fill(0);
  for (const i of indices) bins[i] += 1 / indices.length;
  return bins;
}
const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((s, v) => s + v, 0) / values.length;
const steps = <T>(list: readonly T[]): [T, T][] => list.slice(1).map((v, i) => [list[i], v]);

/** (interval, duration) of each note but the first, as words. */
function pairs({ notes }: Pick<Melody, 'notes'>): string[] {
  return steps(notes).map(([a, b]) => `${b.pitch - a.pitch},${b.duration}`);
}
function runs(words: readonly string[], length: number): string[] {
  return words.slice(length - 1).map((_, i) => words.slice(i, i + length).join(' '));
}

/** Repeated runs of four: 1 - distinct / all; 0 for melodies of fewer than five notes. */
export function repeatedRuns(melody: Pick<Melody, 'notes'>): number {
  const all = runs(pairs(melody), 4);
  return all.length === 0 ? 0 : 1 - new Set(all).size / all.length;
}

/** Bars of a melody as [start, end) in sixteenths, from the first bar line; the upbeat is not one. */
function bars({ notes, bar, pickup }: Pick<Melody, 'notes' | 'bar' | 'pickup'>): [number, number][] {
  const end = melodyEnd({ notes });
  const list: [number, number][] = [];
  for (let start = pickup; start < end; start += bar) list.push([start, start + bar]);
  return list;
}

/** 1 - mean share of the places in which the onsets of neighbouring bars differ; 1 for a single bar. */
export function groove(melody: Pick<Melody, 'notes' | 'bar' | 'pickup'>): number {
  const onsets = new Set(melody.notes.map((n) => n.onset));
  const list = bars(melody).map(([start]) =>
    Array.from({ length: melody.bar }, (_, i) => onsets.has(start + i)),
  );
  const distances = steps(list).map(([a, b]) => a.filter((v, i) => v !== b[i]).length / melody.bar);
  return 1 - mean(distances);
}

/** Bars in which nothing sounds, over all bars; 1 for a melody without notes. */
export function emptyBars(melody: Pick<Melody, 'notes' | 'bar' | 'pickup'>): number {
  const list = bars(melody);
  if (list.length === 0) return 1;
  const empty = list.filter(
    ([start, end]) => !melody.notes.some((n) => n.onset < end && n.onset + n.duration > start),
  );
  return empty.length / list.length;
}

/** -sum p log2 p over the pitch classes. */
export function pitchEntropy({ notes }: Pick<Melody, 'notes'>): number {
  return histogram(
    notes.map((n) => n.pitch % 12),
    12,
  ).reduce((s, p) => (p > 0 ? s - p * Math.log2(p) : s), 0);
}

/** Features of a melody of two notes or more. */
export function melodyFeatures(melody: Melody): MelodyFeatures {
  const { notes } = melody;
  const pitches = notes.map((n) => n.pitch);
  const { tonic } = majorScale(pitches);
  const classes = pitches.map((p) => (((p - tonic) % 12) + 12) % 12);
  const lengths = notes.map((n) => lengthClass(n.duration));
  const size = LENGTH_CLASSES.length;
  return {
    PCH: histogram(classes, 12),
    PCTM: histogram(
      steps(classes).map(([a, b]) => a * 12 + b),
      144,
    ),
    NLH: histogram(lengths, size),
    NLTM: histogram(
      steps(lengths).map(([a, b]) => a * size + b),
      size * size,
    ),
    PR: Math.max(...pitches) - Math.min(...pitches),
    PS: mean(steps(pitches).map(([a, b]) => Math.abs(b - a))),
    IOI: mean(steps(notes).map(([a, b]) => b.onset - a.onset)),
    rep4: repeatedRuns(melody),
    groove: groove(melody),
  };
}

/** Runs of 12 (interval, duration) pairs of a set of melodies, to look copies up in. */
export const runSet = (melodies: readonly Pick<Melody, 'notes'>[]): ReadonlySet<string> =>
  new Set(melodies.flatMap((m) => runs(pairs(m), 12)));

/** Share of all runs of 12 pairs of some melodies that are in a set. */
export function copiedShare(melodies: readonly Pick<Melody, 'notes'>[], known: ReadonlySet<string>): number {
  const all = melodies.flatMap((m) => runs(pairs(m), 12));
  return all.length === 0 ? 0 : all.filter((r) => known.has(r)).length / all.length;
}
