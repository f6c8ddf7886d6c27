/** Tensors of a batch of melodies, for each network: what it is given and what would have been right. */
import {
  BLANK,
  COLUMN_CHANNELS,
  COLUMNS,
  ColumnReader,
  PLAN_CHANNELS,
  toColumns,
} from '../../../../app/melody/columns.ts';
import { DURATIONS, eventsOf, TONES } from '../../../../app/melody/events.ts';
import { FEATURES, featuresOf } from '../../../../app/melody/features.ts';
import { tonicPitch } from '../../../../app/melody/key.ts';
import { openPlan, planOf } from '../../../../app/melody/plan.ts';
import type { MelodyRecord } from '../../../../app/melody/record.ts';
import type { Random } from '../../../../app/random.ts';
import type { BatchTensor } from '../../dataset/types.ts';
import type { MakeTensors } from './melody-data.ts';
import type { OwnMelody } from './melody-own.ts';

/** Shares of melodies whose phrases' notes the network is told: it must write with and without. */
const TOLD = { sung: 0.6, played: 0.25 } as const;
/** Share of the features before an event that are left out: few sung melodies are soon learnt by heart. */
const FORGOTTEN = 0.08;

/** Share of melodies of which a beginning is known and nothing else. */
const UNWRITTEN = 0.5;

const isSung = (r: MelodyRecord): boolean => r.kind !== 'tune';
const isTold = (r: MelodyRecord, random: Random, held: boolean): boolean =>
  held ? isSung(r) : random.chance(isSung(r) ? TOLD.sung : TOLD.played);

function empty(shapes: Readonly<Record<string, readonly number[]>>): Record<string, BatchTensor> {
  return Object.fromEntries(
    Object.entries(shapes).map(([name, dims]) => [
      name,
      { dims: [...dims], data: new Float32Array(dims.reduce((a, b) => a * b, 1)) },
    ]),
  );
}

/** @param length events a melody; of longer ones a part. @param shapes of `bertsoObjective.tensors` */
export function bertsoTensors(
  length: number,
  shapes: Readonly<Record<string, readonly number[]>>,
): MakeTensors {
  return (records, random, held) => {
    const tensors = empty(shapes);
    const { features, tone, length: duration, counts } = tensors;
    records.forEach((record, i) => {
      const events = eventsOf(record.melody);
      const plan = planOf(record);
      const shown = featuresOf(isTold(record, random, held) ? plan : openPlan(plan), events);
      const from = held || events.length <= length ? 0 : random.int(events.length - length + 1);
      for (let t = 0; t < length && from + t < events.length; t++) {
        const at = i * length + t;
        for (const one of shown[from + t])
          if (held || !random.chance(FORGOTTEN)) features.data[at * FEATURES + one] = 1;
        tone.data[at * TONES + events[from + t].tone] = 1;
        duration.data[at * DURATIONS.length + events[from + t].duration] = 1;
        counts.data[at] = 1;
      }
    });
    return tensors;
  };
}

/** Makes spans of a melody's columns blank. @param share of spans */
function blanked(columns: Uint8Array, share: number, span: number, random: Random): Uint8Array {
  const masked = Uint8Array.from(columns);
  for (let start = -random.int(span); start < columns.length; start += span)
    if (random.chance(share)) masked.fill(BLANK, Math.max(0, start), Math.min(columns.length, start + span));
  return masked;
}

/** Places after the beginning that is known which the next rounds of writing keep (app/melody/filling.ts). */
const NEXT = 4;
/** Their part in the loss of a melody whose rest is blank; the other half lies on all that comes later. */
const NEXT_SHARE = 0.5;

/**
 * How much each blank counts: all melodies alike, however much of them is blank (orderless training: Uria et al.
 * 2014), and where a beginning is known, what comes next counts most, for that is what is then kept.
 * @param now place at which the unwritten begins; Infinity: blanks lie anywhere
 */
function weigh(blank: Float32Array, weight: Float32Array, from: number, length: number, now: number): void {
  const places: number[] = [];
  for (let t = 0; t < length; t++) if (blank[from + t] > 0) places.push(t);
  const next = places.filter((t) => t >= now && t < now + NEXT);
  const share = next.length === 0 ? 0 : next.length === places.length ? 1 : NEXT_SHARE;
  for (const t of places) weight[from + t] = (1 - share) / Math.max(1, places.length - next.length);
  for (const t of next) weight[from + t] = share / next.length;
}

/** Share of a melody of its own that is drawn again, and the spans it is drawn in: short ones, since a span is drawn at once. */
const AGAIN = [0.15, 0.5] as const;
const AGAIN_SPANS = [1, 2, 4] as const;
/** Temperature of what the critic's opinion comes back through: from the first to the last, falling by half in so many steps. */
const HEAT = { first: 2, last: 0.5, half: 150 } as const;
/** At a step of a run against a critic. */
export const heatAt = (step: number): number =>
  HEAT.last + (HEAT.first - HEAT.last) * 0.5 ** (step / HEAT.half);

/** A melody with blanks, as it is shown. */
interface Shown {
  readonly whole: Uint8Array;
  readonly masked: Uint8Array;
  readonly reader: ColumnReader;
  readonly bar: number;
  /** See `weigh`; null: nothing of it counts. */
  readonly now: number | null;
}

function realOne(record: MelodyRecord, random: Random, held: boolean): Shown {
  const { melody } = record;
  const plan = planOf(record);
  const reader = new ColumnReader(isTold(record, random, held) ? plan : openPlan(plan));
  const whole = toColumns(melody.notes, tonicPitch(melody.notes, melody.key.tonic), reader.length);
  const share = random.chance(0.15) ? 1 : random.next();
  const masked = blanked(whole, share, random.pick([1, 2, 4, 8, plan.bar, 2 * plan.bar]), random);
  // A melody is filled from its beginning: often all that comes later is blank, and all before is known.
  let now = Infinity;
  if (random.chance(UNWRITTEN)) {
    now = random.int(whole.length);
    masked.set(whole.subarray(0, now));
    masked.fill(BLANK, now);
  }
  return { whole, masked, reader, bar: plan.bar, now };
}

function ownOne({ plan, columns }: OwnMelody, random: Random): Shown {
  const told = random.chance(plan.kind === 'tune' ? TOLD.played : TOLD.sung);
  const masked = blanked(columns, random.uniform(...AGAIN), random.pick([...AGAIN_SPANS]), random);
  return {
    whole: columns,
    masked,
    reader: new ColumnReader(told ? plan : openPlan(plan)),
    bar: plan.bar,
    now: null,
  };
}

/**
 * @param length columns a melody; of longer ones some bars
 * @param own melodies that the network wrote, for learning against a critic: they take the second half of each batch. None:
 *   all of it is real
 */
export function miliaTensors(
  length: number,
  shapes: Readonly<Record<string, readonly number[]>>,
  own: readonly OwnMelody[],
): MakeTensors {
  return (records, random, held, step) => {
    const tensors = empty(shapes);
    const { columns, truth, blank, weight, inside, noise, heat, plan: plans } = tensors;
    records.forEach((record, i) => {
      const isOwn = own.length > 0 && !held && i >= records.length / 2;
      const { whole, masked, reader, bar, now } = isOwn
        ? ownOne(random.pick([...own]), random)
        : realOne(record, random, held);
      const spare = Math.max(0, Math.floor((whole.length - length) / bar) + 1);
      const from = whole.length <= length ? 0 : random.int(spare + 1) * bar;
      for (let t = 0; t < length && from + t < whole.length; t++) {
        const s = from + t;
        for (const c of reader.channels(masked, s)) columns.data[(i * COLUMN_CHANNELS + c) * length + t] = 1;
        for (const c of reader.planChannels(s)) plans.data[(i * PLAN_CHANNELS + c) * length + t] = 1;
        truth.data[(i * COLUMNS + whole[s]) * length + t] = 1;
        inside.data[i * length + t] = 1;
        blank.data[i * length + t] = Number(masked[s] === BLANK);
      }
      if (now !== null) weigh(blank.data, weight.data, i * length, length, now - from);
    });
    heat.data[0] = heatAt(step);
    for (let k = 0; k < noise.data.length; k++)
      noise.data[k] = -Math.log(-Math.log(random.next() + 1e-12) + 1e-12);
    return tensors;
  };
}
