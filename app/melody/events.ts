/**
 * A melody as events, what the network `bertso` reads and writes: a tone (counted from the tonic) or a rest, and how
 * long it lasts. Made from the grid's notes and exact for all that the classes hold: tones of three octaves and a
 * half round the tonic (others are moved by octaves), durations up to half a note of each length that is met
 * (others are shortened to the next).
 */
import { tonicPitch } from './key.ts';
import { melodyEnd, type Melody, type Note } from './types.ts';

/** Lowest and highest tone in semitones above the tonic that a melody is measured from. */
export const LOWEST_TONE = -15;
export const HIGHEST_TONE = 26;
/** Classes of tones: 0 is a rest. */
export const TONES = HIGHEST_TONE - LOWEST_TONE + 2;
export const REST_TONE = 0;

/** Durations of the classes, in sixteenths. */
export const DURATIONS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 16, 18, 20, 24, 32] as const;

/** The longest class that is no longer than this. */
export function durationClass(duration: number): number {
  let at = 0;
  while (at + 1 < DURATIONS.length && DURATIONS[at + 1] <= duration) at++;
  return at;
}

export interface MelodyEvent {
  /** Sixteenths. */
  readonly onset: number;
  /** Class 0..TONES-1. */
  readonly tone: number;
  /** Class 0..DURATIONS.length-1. */
  readonly duration: number;
}

/** The class of an interval above the tonic's pitch. */
export function toneClass(interval: number): number {
  let tone = interval;
  while (tone < LOWEST_TONE) tone += 12;
  while (tone > HIGHEST_TONE) tone -= 12;
  return tone - LOWEST_TONE + 1;
}
/** Semitones above the tonic of a class that is no rest. */
export const intervalOf = (tone: number): number => tone - 1 + LOWEST_TONE;

/** Events of a melody, rests between notes (and before the first) among them; a long rest is several. */
export function eventsOf(melody: Melody, tonic = tonicPitch(melody.notes, melody.key.tonic)): MelodyEvent[] {
  const events: MelodyEvent[] = [];
  let time = 0;
  const restTo = (onset: number): void => {
    while (time < onset) {
      const duration = durationClass(onset - time);
      events.push({ onset: time, tone: REST_TONE, duration });
      time += DURATIONS[duration];
    }
  };
  for (const { pitch, onset, duration } of melody.notes) {
    restTo(onset);
    events.push({ onset, tone: toneClass(pitch - tonic), duration: durationClass(duration) });
    // What a class cuts off a long note is no rest.
    time = onset + duration;
  }
  return events;
}

/** Notes of events. @param tonic MIDI pitch of the tonic that tones are counted from */
export function notesOf(events: readonly MelodyEvent[], tonic: number): Note[] {
  return events
    .filter((e) => e.tone !== REST_TONE)
    .map((e) => ({
      pitch: tonic + intervalOf(e.tone),
      onset: e.onset,
      duration: DURATIONS[e.duration],
    }));
}

/** Whether events hold all that a melody is: no tone was moved, no duration shortened. */
export function isExact(melody: Melody): boolean {
  const tonic = tonicPitch(melody.notes, melody.key.tonic);
  const back = notesOf(eventsOf(melody, tonic), tonic);
  return (
    back.length === melody.notes.length &&
    melodyEnd({ notes: back }) === melodyEnd(melody) &&
    back.every((n, i) => n.pitch === melody.notes[i].pitch && n.duration === melody.notes[i].duration)
  );
}
