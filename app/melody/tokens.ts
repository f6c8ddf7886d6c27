/**
 * The grid: a melody as one token for each sixteenth, `REST`, `HOLD` (the note goes on) or the onset of a pitch. A
 * repeated note has an onset of its own and so stays two notes; a list of "the sounding pitch at each step" cannot
 * tell it from one long note (`soundingSteps`, the older system's form, kept for comparison). From here the
 * networks' forms are made: events for the one that writes note by note (events.ts), one-hot columns for the one
 * that writes all at once.
 */
import type { Note } from './types.ts';

export const REST = 0;
export const HOLD = 1;
/** Token of the onset of MIDI pitch 0. */
const FIRST = 2;
export const onsetToken = (pitch: number): number => FIRST + pitch;
/** Pitch of an onset; null for rests and holds. */
export const pitchOf = (token: number): number | null => (token >= FIRST ? token - FIRST : null);

/**
 * Tokens of notes that do not overlap.
 * @param length sixteenths in all; default to the end of the last note
 */
export function toTokens(notes: readonly Note[], length?: number): Uint8Array {
  const last = notes.at(-1);
  const tokens = new Uint8Array(length ?? (last ? last.onset + last.duration : 0)).fill(REST);
  for (const { pitch, onset, duration } of notes) {
    tokens[onset] = onsetToken(pitch);
    tokens.fill(HOLD, onset + 1, onset + duration);
  }
  return tokens;
}

/** Notes of tokens. A hold after a rest, or at the very beginning, prolongs nothing and is a rest. */
export function fromTokens(tokens: ArrayLike<number>): Note[] {
  const notes: { pitch: number; onset: number; duration: number }[] = [];
  let open = false;
  for (let t = 0; t < tokens.length; t++) {
    const pitch = pitchOf(tokens[t]);
    if (pitch !== null) {
      notes.push({ pitch, onset: t, duration: 1 });
      open = true;
    } else if (tokens[t] === HOLD && open) notes[notes.length - 1].duration++;
    else open = false;
  }
  return notes;
}

/** The older system's form: MIDI pitch sounding at each sixteenth, -1 for silence. */
export function soundingSteps(notes: readonly Note[]): number[] {
  const last = notes.at(-1);
  const steps = new Array<number>(last ? last.onset + last.duration : 0).fill(-1);
  for (const { pitch, onset, duration } of notes) steps.fill(pitch, onset, onset + duration);
  return steps;
}
/** Notes as that form gives them back: what repeats a pitch without a gap has become one note. */
export function fromSoundingSteps(steps: readonly number[]): Note[] {
  const notes: { pitch: number; onset: number; duration: number }[] = [];
  steps.forEach((pitch, t) => {
    if (pitch < 0) return;
    const last = notes.at(-1);
    if (last && t > 0 && steps[t - 1] === pitch) last.duration++;
    else notes.push({ pitch, onset: t, duration: 1 });
  });
  return notes;
}
