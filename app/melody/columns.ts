/**
 * A melody as columns, what the network `milia` reads and writes: for each sixteenth one class, a rest, a hold, or the
 * onset of a tone (counted from the tonic). Some columns may be blank: those are to be filled. Beside the classes stand
 * the plan at that place, the onsets that are known before and after it, and the *echoes*, the columns one and two bars and
 * one, two and four phrases away on both sides.
 */
import { intervalOf, REST_TONE, toneClass, TONES } from './events.ts';
import { METRES, metreClass, planEnd, type Plan } from './plan.ts';
import { recordKinds } from './record.ts';
import { modes, type Note } from './types.ts';

export const COLUMN_REST = 0;
export const COLUMN_HOLD = 1;
/** Classes that are written; the onset of tone class k is k + 1. */
export const COLUMNS = TONES + 1;
/** To be filled. */
export const BLANK = COLUMNS;
/** Before the beginning or after the end. */
const OUTSIDE = COLUMNS + 1;
const KINDS = COLUMNS + 2;

/** Distances of echoes, in bars and in phrases. */
const BARS = [-2, -1, 1, 2] as const;
const PHRASES = [-4, -2, -1, 1, 2, 4] as const;
export const COLUMN_ECHOES = BARS.length + PHRASES.length;
/** Channels of one echo; the column's own come first, then those of each echo. */
export const ECHO_CHANNELS = KINDS;

const MOST_PLACE = 48;
const MOST_NOTES = 24;
const MOST_PHRASES = 11;
const sizes = [
  recordKinds.length,
  modes.length,
  METRES.length,
  MOST_PLACE,
  4,
  MOST_PLACE + 1,
  MOST_NOTES + 1,
  MOST_PHRASES + 1,
  MOST_PHRASES + 1,
];
/** Channels of the plan, which the critic is shown too. */
export const PLAN_CHANNELS = sizes.reduce((a, b) => a + b, 0);
/** Onsets on either side of a column that are told one by one, each with whether blanks lie between. */
const NEIGHBOURS = 2;
const NEIGHBOUR_CHANNELS = 2 * (TONES + 1);
/** Channels of the classes, echoes and neighbours, before those of the plan. */
export const CLASS_CHANNELS = (1 + COLUMN_ECHOES) * KINDS + 2 * NEIGHBOURS * NEIGHBOUR_CHANNELS;
/** End of the channels of the echoes. */
export const ECHOES_END = (1 + COLUMN_ECHOES) * KINDS;
/** All channels. */
export const COLUMN_CHANNELS = CLASS_CHANNELS + PLAN_CHANNELS;

/** Columns of notes. @param tonic MIDI pitch that tones are counted from @param length sixteenths */
export function toColumns(notes: readonly Note[], tonic: number, length: number): Uint8Array {
  const columns = new Uint8Array(length).fill(COLUMN_REST);
  for (const { pitch, onset, duration } of notes) {
    columns[onset] = toneClass(pitch - tonic) + 1;
    columns.fill(COLUMN_HOLD, onset + 1, Math.min(length, onset + duration));
  }
  return columns;
}

/** Notes of columns; a hold after a rest or at the beginning prolongs nothing. */
export function fromColumns(columns: ArrayLike<number>, tonic: number): Note[] {
  const notes: { pitch: number; onset: number; duration: number }[] = [];
  let open = false;
  for (let t = 0; t < columns.length; t++) {
    if (isOnset(columns[t])) {
      notes.push({ pitch: tonic + intervalOf(columns[t] - 1), onset: t, duration: 1 });
      open = true;
    } else if (columns[t] === COLUMN_HOLD && open) notes[notes.length - 1].duration++;
    else open = false;
  }
  return notes;
}
/** Whether a class is the onset of a tone. */
export const isOnset = (column: number): boolean => column > REST_TONE + 1 && column < COLUMNS;

/** Tells the channels of a melody's columns. */
export class ColumnReader {
  readonly plan: Plan;
  /** Sixteenths. */
  readonly length: number;
  private readonly phraseAt: Uint16Array;

  constructor(plan: Plan) {
    this.plan = plan;
    this.length = planEnd(plan);
    this.phraseAt = new Uint16Array(this.length);
    plan.phrases.forEach((p, i) => this.phraseAt.fill(i, p.start, p.end));
  }

  /** Places of the echoes of a column; outside the melody: null. */
  private sources(t: number): (number | null)[] {
    const { plan, length } = this;
    const phrase = this.phraseAt[t];
    const within = (s: number): number | null => (s < 0 || s >= length ? null : s);
    return [
      ...BARS.map((bars) => within(t + bars * plan.bar)),
      ...PHRASES.map((by) => {
        const other = plan.phrases[phrase + by] as Plan['phrases'][number] | undefined;
        return other ? within(t - plan.phrases[phrase].start + other.start) : null;
      }),
    ];
  }

  /** Channels of the plan that are one at column t, counted from the first of the plan's. */
  planChannels(t: number): number[] {
    const { plan } = this;
    const phrase = this.phraseAt[t];
    const { end, notes } = plan.phrases[phrase];
    const sinceBar = t - plan.pickup;
    const bar = Math.floor(sinceBar / plan.bar);
    const values = [
      recordKinds.indexOf(plan.kind),
      modes.indexOf(plan.mode),
      metreClass(plan.metre),
      Math.min(MOST_PLACE - 1, sinceBar - bar * plan.bar),
      (bar + 4) % 4,
      Math.min(MOST_PLACE, end - t),
      Math.min(MOST_NOTES, notes),
      Math.min(MOST_PHRASES, phrase),
      Math.min(MOST_PHRASES, plan.phrases.length - 1 - phrase),
    ];
    let from = 0;
    return values.map((value, slot) => {
      const channel = from + value;
      from += sizes[slot];
      return channel;
    });
  }

  /** Channels of the onsets before and after a column. */
  private neighbours(columns: ArrayLike<number>, t: number): number[] {
    const ones: number[] = [];
    for (const [side, step] of [-1, 1].entries()) {
      let found = 0;
      let blank = 0;
      for (let s = t + step; s >= 0 && s < this.length && found < NEIGHBOURS; s += step) {
        if (columns[s] === BLANK) blank = 1;
        if (!isOnset(columns[s])) continue;
        const slot = ECHOES_END + (side * NEIGHBOURS + found++) * NEIGHBOUR_CHANNELS;
        ones.push(slot + blank * (TONES + 1) + columns[s] - 1);
      }
      for (; found < NEIGHBOURS; found++)
        ones.push(
          ECHOES_END + (side * NEIGHBOURS + found) * NEIGHBOUR_CHANNELS + blank * (TONES + 1) + TONES,
        );
    }
    return ones;
  }

  /** All channels that are one at column t. @param columns classes, some of them BLANK */
  channels(columns: ArrayLike<number>, t: number): number[] {
    const ones = [columns[t]];
    this.sources(t).forEach((source, k) =>
      ones.push((k + 1) * KINDS + (source === null ? OUTSIDE : columns[source])),
    );
    ones.push(...this.neighbours(columns, t));
    for (const channel of this.planChannels(t)) ones.push(CLASS_CHANNELS + channel);
    return ones;
  }
}
