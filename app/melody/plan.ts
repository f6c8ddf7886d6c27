/**
 * The plan of a melody: what is decided before its first note. Kind, mode, metre, upbeat, and where each phrase begins
 * and ends, with its number of notes where that is known (the syllables of a sung line). The networks are given it as
 * a condition; of a real melody it is read off, for a new one it is made from a neurri or drawn from the plans of the
 * melodies that were learnt from.
 */
import type { MelodyRecord, RecordKind } from './record.ts';
import { melodyEnd, type Melody, type Mode } from './types.ts';

export interface PlanPhrase {
  /** Sixteenths from the start of the melody; the first phrase begins at 0. */
  readonly start: number;
  readonly end: number;
  /** How many notes it has; 0: not known, or left to the network. */
  readonly notes: number;
}

export interface Plan {
  readonly kind: RecordKind;
  readonly mode: Mode;
  /** Sixteenths. */
  readonly bar: number;
  readonly pickup: number;
  readonly metre: readonly [number, number];
  readonly phrases: readonly PlanPhrase[];
}

/** Metres that the networks tell apart; the last stands for all others. */
export const METRES = [
  '2/2',
  '4/4',
  '2/4',
  '3/4',
  '6/8',
  '9/8',
  '3/8',
  '6/4',
  '3/2',
  '12/8',
  'other',
] as const;
export const metreClass = ([beats, unit]: readonly [number, number]): number => {
  const at = METRES.indexOf(`${beats}/${unit}` as (typeof METRES)[number]);
  return at < 0 ? METRES.length - 1 : at;
};
/** A metre for a bar of this length where nothing says which. */
export function metreOf(bar: number): [number, number] {
  if (bar % 4 === 0 && bar !== 12) return [bar / 4, 4];
  if (bar === 12) return [3, 4];
  return bar % 2 === 0 ? [bar / 2, 8] : [bar, 16];
}

/** Length of phrases where nothing says where they begin: as many bars, a power of two, as last three half notes at most. */
export function blockOf(bar: number): number {
  let length = bar;
  while (length * 2 <= 48) length *= 2;
  return length;
}

/** End of a plan in sixteenths. */
export const planEnd = (plan: Plan): number => plan.phrases.at(-1)?.end ?? 0;

/** The phrases of a melody: its own, or blocks of bars, with the notes that begin in each. */
export function phrasesOf(melody: Melody): PlanPhrase[] {
  const { notes, phraseStarts } = melody;
  const end = melodyEnd(melody);
  const block = blockOf(melody.bar);
  const starts =
    phraseStarts.length > 0
      ? phraseStarts.map((index, i) => (i === 0 ? 0 : notes[index].onset))
      : Array.from({ length: Math.max(1, Math.ceil((end - melody.pickup) / block)) }, (_, i) => i * block);
  return starts.map((start, i) => {
    const stop = starts[i + 1] ?? end;
    return { start, end: stop, notes: notes.filter((n) => n.onset >= start && n.onset < stop).length };
  });
}

/** The plan that a real melody follows. */
export function planOf({ melody, kind }: Pick<MelodyRecord, 'melody' | 'kind'>): Plan {
  return {
    kind,
    mode: melody.key.mode,
    bar: melody.bar,
    pickup: melody.pickup,
    metre: melody.metre ?? metreOf(melody.bar),
    phrases: phrasesOf(melody),
  };
}

/** The same plan with the number of notes left open. */
export const openPlan = (plan: Plan): Plan => ({
  ...plan,
  phrases: plan.phrases.map((p) => ({ ...p, notes: 0 })),
});

/** A melody written to a plan: its notes with the plan's metre, upbeat and mode, on C. */
export const plannedMelody = (plan: Plan, notes: Melody['notes']): Melody => ({
  notes,
  bar: plan.bar,
  pickup: plan.pickup,
  tempo: null,
  key: { tonic: 0, mode: plan.mode },
  phraseStarts: [],
  syllables: [],
  neurri: null,
  seed: null,
  metre: plan.metre,
});
