/**
 * What a melody is to the whole program: single notes in sixteenths with their bar, upbeat, key and phrases. Reading
 * and writing files (main/files/midi*.ts), the networks (models/bertso, models/milia), the synthesiser and the
 * engraver all speak of this and of nothing else.
 */

/** One sounding note. Times in sixteenth notes from the start of the first bar (an upbeat begins within that bar). */
export interface Note {
  /** MIDI pitch, 60 = middle C. */
  readonly pitch: number;
  /** Whole number of sixteenths, 0 or later. */
  readonly onset: number;
  /** Whole number of sixteenths, at least 1. */
  readonly duration: number;
}

export const modes = ['major', 'minor', 'dorian', 'mixolydian', 'phrygian', 'lydian'] as const;
export type Mode = (typeof modes)[number];
export interface Key {
  /** Pitch class of the tonic, 0 = C. */
  readonly tonic: number;
  readonly mode: Mode;
}

/** Kinds that the networks know: sung (hymns and songs) and played (dances and marches). */
export const melodyKinds = ['vocal', 'tune'] as const;
export type MelodyKind = (typeof melodyKinds)[number];

/** A melody: one note at a time, in the order of their onsets, none of them overlapping. A gap is a rest. */
export interface Melody {
  readonly notes: readonly Note[];
  /** Length of a bar in sixteenths: 16 for 4/4, 12 for 3/4 and 6/8. */
  readonly bar: number;
  /**
   * Sixteenths of upbeat: 0, or how far before the first bar line the melody begins. Bar lines stand at `pickup`,
   * `pickup + bar`, `pickup + 2 bar` …; the first note begins at 0 (or later, after a rest).
   */
  readonly pickup: number;
  /** Quarter notes a minute; null where nothing says. */
  readonly tempo: number | null;
  readonly key: Key;
  /** Index of the first note of each phrase (verse line), rising from 0; empty where phrases are not known. */
  readonly phraseStarts: readonly number[];
  /** Syllables of each phrase, of the same length as `phraseStarts`; one note to a syllable in what is composed. */
  readonly syllables: readonly number[];
  /** Name of the preset or the pattern (`7-6-7-6`) that was asked for. */
  readonly neurri: string | null;
  /** What it was drawn from; null for a melody that was read from a file. */
  readonly seed: number | null;
  /** Grouping of the bar where it is known, e.g. [6, 8] beside [3, 4]: both have 12 sixteenths. */
  readonly metre: readonly [number, number] | null;
}

/** End of the last note, in sixteenths; 0 for a melody without notes. */
export const melodyEnd = (melody: Pick<Melody, 'notes'>): number => {
  const last = melody.notes.at(-1);
  return last ? last.onset + last.duration : 0;
};

/** Seconds of a sixteenth at a tempo. @param tempo quarter notes a minute */
export const sixteenthSeconds = (tempo: number): number => 15 / tempo;
