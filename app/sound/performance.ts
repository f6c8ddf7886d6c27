/**
 * How a melody is played: which key is struck when, how hard and for how long, in seconds, for a synthesiser. Phrases
 * swell and breathe, bar lines lean, repeated notes stay apart, and under the melody lies nothing, a drone, or chords.
 * A melody may be played in passages at tempi of their own (a score that is fitted to a film); a loop is cut so that it
 * sings on without a gap.
 */
import { melodyEnd, sixteenthSeconds, type Melody } from '../melody/types.ts';
import { barStarts, harmonise, type Chord } from './harmony.ts';

export const instruments = ['flute', 'accordion', 'piano', 'guitar', 'strings'] as const;
export type Instrument = (typeof instruments)[number];
export const accompaniments = ['none', 'drone', 'chords'] as const;
export type Accompaniment = (typeof accompaniments)[number];

/** Where nothing says how fast: an easy singing pace, in quarters a minute. */
export const DEFAULT_TEMPO = 96;
/** Tempi that are played; beyond them a file is taken for broken. */
export const TEMPO_LIMITS = { least: 20, most: 300 } as const;

/** Sixteenths `from`..`to` (exclusive) of the melody, played from `at` seconds on, over `seconds`. */
export interface Passage {
  readonly from: number;
  readonly to: number;
  readonly at: number;
  readonly seconds: number;
}

export interface PlayOptions {
  instrument: Instrument;
  accompaniment: Accompaniment;
  /** Quarters a minute; null: the melody's own, else DEFAULT_TEMPO. */
  tempo?: number | null;
  /** Given: exactly these; else the whole melody once at `tempo`. */
  passages?: readonly Passage[];
}

/** One key: voice 0 is the melody, 1 what lies under it, 2 the bass. */
export interface KeyStroke {
  readonly voice: 0 | 1 | 2;
  readonly pitch: number;
  /** Seconds from the beginning. */
  readonly at: number;
  readonly seconds: number;
  /** 1..127. */
  readonly velocity: number;
}

export interface Performance {
  readonly strokes: readonly KeyStroke[];
  /** End of the last bar, without what still rings. */
  readonly seconds: number;
}

/** Quarters a minute that this melody is played at. @throws RangeError outside TEMPO_LIMITS */
export function playedTempo(melody: Pick<Melody, 'tempo'>, wanted: number | null = null): number {
  const tempo = wanted ?? melody.tempo ?? DEFAULT_TEMPO;
  if (!(tempo >= TEMPO_LIMITS.least && tempo <= TEMPO_LIMITS.most))
    throw new RangeError(`A tempo of ${tempo} quarters a minute is none that can be played.`);
  return tempo;
}

/** Length of a beat in sixteenths: three eighths in 6/8, 9/8 and 12/8, else a quarter. */
export function beatOf(melody: Pick<Melody, 'metre' | 'bar'>): number {
  if (!melody.metre) return melody.bar % 4 === 0 ? 4 : 6;
  const [count, unit] = melody.metre;
  return unit === 8 && count % 3 === 0 && count > 3 ? 6 : 4;
}

/** The whole melody once, to the end of its last bar. */
export function wholePassage(melody: Melody, tempo: number): Passage {
  const end = melodyEnd(melody);
  const over = (end - melody.pickup) % melody.bar;
  // An upbeat and the last bar make one bar together, so that a loop keeps its metre.
  const missing = over === 0 ? 0 : melody.bar - over;
  const to = end + Math.max(0, missing - melody.pickup);
  return { from: 0, to, at: 0, seconds: to * sixteenthSeconds(tempo) };
}

/** Plays a melody. An empty melody is silence of no length. */
export function perform(melody: Melody, options: PlayOptions): Performance {
  const tempo = playedTempo(melody, options.tempo ?? null);
  if (!melody.notes.length) return { strokes: [], seconds: 0 };
  const passages = options.passages ?? [wholePassage(melody, tempo)];
  const strokes: KeyStroke[] = [];
  for (const passage of passages) {
    strokes.push(...melodyStrokes(melody, passage));
    if (options.accompaniment === 'drone') strokes.push(...droneStrokes(melody, passage));
    if (options.accompaniment === 'chords')
      strokes.push(...chordStrokes(melody, passage, options.instrument));
  }
  strokes.sort((a, b) => a.at - b.at || a.voice - b.voice || a.pitch - b.pitch);
  return { strokes, seconds: passages.reduce((most, p) => Math.max(most, p.at + p.seconds), 0) };
}

/** Seconds a sixteenth of this passage. */
const pace = ({ from, to, seconds }: Passage): number => seconds / Math.max(1, to - from);

function melodyStrokes(melody: Melody, passage: Passage): KeyStroke[] {
  const unit = pace(passage);
  const bars = new Set(barStarts(melody));
  const beat = beatOf(melody);
  const firsts = new Set(melody.phraseStarts);
  const strokes: KeyStroke[] = [];
  melody.notes.forEach((note, i) => {
    if (note.onset < passage.from || note.onset >= passage.to) return;
    const next = melody.notes.at(i + 1);
    const closes = i === melody.notes.length - 1 || firsts.has(i + 1);
    const length = Math.min(note.duration, passage.to - note.onset) * unit;
    // A breath at the end of a phrase; the tongue between two notes of one pitch; else nearly bound.
    const touching = next && next.onset === note.onset + note.duration;
    const gap = closes
      ? Math.min(0.25 * length, 0.22)
      : touching && next.pitch === note.pitch
        ? Math.min(0.35 * length, 0.07)
        : Math.min(0.08 * length, 0.03);
    const lean = bars.has(note.onset) ? 8 : (note.onset - melody.pickup) % beat === 0 ? 3 : 0;
    strokes.push({
      voice: 0,
      pitch: note.pitch,
      at: passage.at + (note.onset - passage.from) * unit,
      seconds: length - gap,
      velocity: Math.round(Math.min(118, 80 + lean + 12 * swell(melody, i))),
    });
  });
  return strokes;
}

/** 0 at both ends of a phrase, 1 a little after its middle; without phrases level. */
function swell(melody: Melody, note: number): number {
  const starts = melody.phraseStarts;
  if (!starts.length) return 0.5;
  let p = 0;
  while (p + 1 < starts.length && starts[p + 1] <= note) p++;
  const first = starts[p];
  const last = (starts[p + 1] ?? melody.notes.length) - 1;
  const x = last > first ? (note - first) / (last - first) : 0.5;
  return Math.sin(Math.PI * x ** 0.8);
}

/** A pitch of this class, the highest at or below `top`. */
const below = (pitchClass: number, top: number): number => top - ((((top - pitchClass) % 12) + 12) % 12);

/** Tonic and fifth under the melody, struck anew where a phrase begins and let go before the next. */
function droneStrokes(melody: Melody, passage: Passage): KeyStroke[] {
  const unit = pace(passage);
  const onsets = melody.phraseStarts
    .map((i) => melody.notes[i].onset)
    .filter((t) => t > passage.from && t < passage.to);
  const edges = [passage.from, ...onsets, passage.to];
  const root = below(melody.key.tonic, 55);
  return edges.slice(0, -1).flatMap((from, i) => {
    const at = passage.at + (from - passage.from) * unit;
    const seconds = Math.max(0.05, (edges[i + 1] - from) * unit - 0.06);
    return [
      { voice: 2, pitch: root - 12, at, seconds, velocity: 62 } as const,
      { voice: 1, pitch: root, at, seconds, velocity: 50 } as const,
      { voice: 1, pitch: root + 7 > 60 ? root - 5 : root + 7, at, seconds, velocity: 46 } as const,
    ];
  });
}

/** Root, third and fifth near the last chord's keys, between E3 and C5 so that they stay under a singing voice. */
function voiced(chord: Chord, last: readonly number[]): number[] {
  const bottom = last.length ? last[0] : 55;
  const inversions = chord.classes.map((_, i) => {
    const order = [0, 1, 2].map((k) => chord.classes[(i + k) % 3]);
    const keys: number[] = [];
    let at = below(order[0], 59);
    for (const c of order) {
      at = keys.length ? at + ((((c - at) % 12) + 12) % 12) : at;
      keys.push(at);
    }
    return keys;
  });
  return inversions.reduce((a, b) => (Math.abs(b[0] - bottom) < Math.abs(a[0] - bottom) ? b : a));
}

function chordStrokes(melody: Melody, passage: Passage, instrument: Instrument): KeyStroke[] {
  const unit = pace(passage);
  const beat = beatOf(melody);
  // Plucked and struck instruments mark the beats, bellows and bows hold.
  const held = instrument === 'flute' || instrument === 'strings';
  const strokes: KeyStroke[] = [];
  let last: number[] = [];
  for (const { from, to, chord } of harmonise(melody)) {
    if (to <= passage.from || from >= passage.to) continue;
    const keys = voiced(chord, last);
    last = keys;
    const bass = below(chord.root, 47);
    const stroke = (
      voice: 1 | 2,
      pitch: number,
      start: number,
      end: number,
      velocity: number,
      hold: number,
    ): void => {
      const [a, b] = [Math.max(start, passage.from), Math.min(end, passage.to)];
      if (b <= a) return;
      const at = passage.at + (a - passage.from) * unit;
      strokes.push({ voice, pitch, at, seconds: Math.max(0.04, (b - a) * unit * hold), velocity });
    };
    if (held) {
      stroke(2, bass, from, to, 58, 0.97);
      for (const key of keys) stroke(1, key, from, to, 46, 0.97);
      continue;
    }
    // An upbeat shorter than a beat gets its bass only with the bar that follows.
    if (to - from < beat) continue;
    stroke(2, bass, from, Math.min(to, from + beat), 66, 0.9);
    for (let at = from + beat; at < to; at += beat)
      for (const key of keys) stroke(1, key, at, Math.min(to, at + beat), 48, 0.7);
    if (to - from === beat) for (const key of keys) stroke(1, key, from, to, 46, 0.8);
  }
  return strokes;
}
