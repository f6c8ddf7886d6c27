/**
 * Plans for new melodies. A table of the plans of the melodies that were learnt from (metre, mode, upbeat, length,
 * and of hymns the lines with their notes) says what goes together; a new melody takes one of them, or takes the
 * bars of one and the syllables that were asked for.
 */
import { z } from 'zod';
import type { Random } from '../random.ts';
import type { Neurri } from './neurri.ts';
import { blockOf, planEnd, planOf, type Plan, type PlanPhrase } from './plan.ts';
import { kindOf, recordKinds, type MelodyRecord } from './record.ts';
import { modes, type MelodyKind } from './types.ts';

const whole = z.number().int();
/** Lines are [length in sixteenths, notes]; without them the melody is cut into blocks of bars. */
const entrySchema = z.object({
  kind: z.enum(recordKinds),
  mode: z.enum(modes),
  metre: z.tuple([whole.positive(), whole.positive()]),
  bar: whole.positive(),
  pickup: whole.nonnegative(),
  end: whole.positive(),
  lines: z.array(z.tuple([whole.positive(), whole.positive()])).optional(),
});
export const planTableSchema = z.object({ version: z.literal(1), plans: z.array(entrySchema).min(1) });
export type PlanTable = z.infer<typeof planTableSchema>;
type Entry = PlanTable['plans'][number];

/** The table of a list of melodies. */
export function planTable(records: readonly MelodyRecord[]): PlanTable {
  return {
    version: 1,
    plans: records.map((record): Entry => {
      const plan = planOf(record);
      const { kind, mode, bar, pickup, metre, phrases } = plan;
      return {
        kind,
        mode,
        metre: [metre[0], metre[1]],
        bar,
        pickup,
        end: planEnd(plan),
        ...(record.melody.phraseStarts.length > 0 && {
          lines: phrases.map((p): [number, number] => [p.end - p.start, p.notes]),
        }),
      };
    }),
  };
}

/** Phrases one after the other. */
function inTurn(lines: readonly (readonly [length: number, notes: number])[]): PlanPhrase[] {
  let start = 0;
  return lines.map(([length, notes]) => {
    const phrase = { start, end: start + length, notes };
    start += length;
    return phrase;
  });
}

/** Blocks of bars up to an end, their notes left open. */
function blocks(bar: number, end: number): PlanPhrase[] {
  const block = blockOf(bar);
  const count = Math.max(1, Math.ceil(end / block - 0.5));
  return Array.from({ length: count }, (_, i) => ({
    start: i * block,
    end: i === count - 1 ? end : (i + 1) * block,
    notes: 0,
  }));
}

const planFrom = (entry: Entry, phrases: PlanPhrase[], kind = entry.kind): Plan => ({
  kind,
  mode: entry.mode,
  bar: entry.bar,
  pickup: entry.pickup,
  metre: entry.metre,
  phrases,
});

/** Entries of a kind; all where there are none. */
function ofKind(table: PlanTable, kind: MelodyKind): Entry[] {
  const list = table.plans.filter((e) => kindOf(e.kind) === kind);
  return list.length > 0 ? list : table.plans;
}

/**
 * A plan without syllables: one of the table.
 * @param bars how long it shall be instead, in bars
 */
export function freePlan(table: PlanTable, kind: MelodyKind, random: Random, bars?: number): Plan {
  const entry = random.pick(ofKind(table, kind));
  if (bars !== undefined) return planFrom(entry, blocks(entry.bar, bars * entry.bar));
  return planFrom(entry, entry.lines ? inTurn(entry.lines) : blocks(entry.bar, entry.end));
}

/** The same plan with another number of bars, without lines. */
export const lengthened = (plan: Plan, bars: number): Plan => ({
  ...plan,
  phrases: blocks(plan.bar, bars * plan.bar),
});

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** Sixteenths that a note of a line has at least, on the average, so that it can be sung. */
const LEAST_NOTE = 2;

/**
 * A plan with one note for each syllable. Its bars are those of a sung melody with lines of about as many notes; all
 * lines take as many bars, but for those that are much longer than the rest.
 */
export function neurriPlan(
  table: PlanTable,
  syllables: Neurri['syllables'],
  kind: MelodyKind,
  random: Random,
): Plan {
  const usual = median(syllables);
  const frames = table.plans.flatMap((entry) => {
    if (!entry.lines) return [];
    const bars = median(entry.lines.map(([length]) => length)) / entry.bar;
    const notes = median(entry.lines.map(([, n]) => n));
    return Number.isInteger(bars) && bars > 0 ? [{ entry, bars, notes }] : [];
  });
  const near = frames.filter((f) => Math.abs(f.notes - usual) <= 1);
  const { entry, bars } = random.pick(
    near.length > 0
      ? near
      : frames.length > 0
        ? frames
        : [{ entry: random.pick(table.plans), bars: 2, notes: usual }],
  );
  const lines = syllables.map((n): [number, number] => {
    let length = bars * entry.bar;
    while (n * LEAST_NOTE > length || n > usual * 1.75 * (length / (bars * entry.bar))) length += entry.bar;
    return [length, n];
  });
  // The last line leaves room for the upbeat of a repetition, as real ones do.
  const last = lines[lines.length - 1];
  if (last[0] - entry.pickup >= last[1] * LEAST_NOTE) last[0] -= entry.pickup;
  const wanted = kind === 'tune' ? 'tune' : random.chance(0.5) ? 'song' : 'hymn';
  return planFrom(entry, inTurn(lines), wanted);
}
