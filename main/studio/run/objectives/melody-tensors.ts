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

/**
 * @param length columns a melody; of longer ones some bars
 * @param adversarial in the GAN phase more is blank, since the critic judges what was filled in
 */
export function miliaTensors(
  length: number,
  shapes: Readonly<Record<string, readonly number[]>>,
  adversarial: boolean,
): MakeTensors {
  return (records, random, held) => {
    const tensors = empty(shapes);
    const { columns, truth, blank, inside, noise, plan: plans } = tensors;
    records.forEach((record, i) => {
      const { melody } = record;
      const plan = planOf(record);
      const reader = new ColumnReader(isTold(record, random, held) ? plan : openPlan(plan));
      const whole = toColumns(melody.notes, tonicPitch(melody.notes, melody.key.tonic), reader.length);
      const share = adversarial && !held ? random.uniform(0.5, 1) : random.chance(0.15) ? 1 : random.next();
      const masked = blanked(whole, share, random.pick([1, 2, 4, 8, plan.bar, 2 * plan.bar]), random);
      // A melody is filled from its beginning: often all that comes later is blank, and all before is known.
      if (random.chance(UNWRITTEN)) {
        const now = random.int(whole.length);
        masked.set(whole.subarray(0, now));
        masked.fill(BLANK, now);
      }
      const spare = Math.max(0, Math.floor((whole.length - length) / plan.bar) + 1);
      const from = whole.length <= length ? 0 : random.int(spare + 1) * plan.bar;
      for (let t = 0; t < length && from + t < whole.length; t++) {
        const s = from + t;
        for (const c of reader.channels(masked, s)) columns.data[(i * COLUMN_CHANNELS + c) * length + t] = 1;
        for (const c of reader.planChannels(s)) plans.data[(i * PLAN_CHANNELS + c) * length + t] = 1;
        truth.data[(i * COLUMNS + whole[s]) * length + t] = 1;
        inside.data[i * length + t] = 1;
        blank.data[i * length + t] = Number(masked[s] === BLANK);
      }
    });
    for (let k = 0; k < noise.data.length; k++)
      noise.data[k] = -Math.log(-Math.log(random.next() + 1e-12) + 1e-12);
    return tensors;
  };
}
