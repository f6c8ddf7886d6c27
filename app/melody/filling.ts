/**
 * Fills the blanks of one melody in rounds, from what the network `milia` says of every column at once. Phrase by phrase,
 * in the order of time: all its blanks are drawn, the first of them stay filled and the rest is drawn again beside them,
 * until none is left; at the end a few places of the whole are drawn again a few times (Gibbs sampling in blocks: Huang et al.,
 * Coconet, ISMIR 2017). Where a phrase has so many notes, so many onsets are drawn, the best by noise and opinion
 * together (Gumbel top-k, Kool et al. 2019), in each round, so that the syllables that were asked for are always met.
 */
import type { Random } from '../random.ts';
import { BLANK, COLUMN_HOLD, COLUMN_REST, ColumnReader, COLUMNS, isOnset } from './columns.ts';
import { intervalOf } from './events.ts';
import { MODE_STEPS } from './key.ts';
import type { Plan } from './plan.ts';

/**
 * Of the classes of a column, only the likeliest that have this share together are drawn from (Holtzman et al. 2020). Found on
 * melodies that were held out of training: of the few sung ones less is learnt, and what is unlikely is more often wrong.
 */
const NUCLEUS = { sung: 0.8, played: 0.9 } as const;
/** Columns of a phrase that stay filled in each round, from the left. */
const AT_A_TIME = 2;
/** Columns on either side of a phrase that the network is shown while it is filled (echoes come from anywhere). */
const AROUND = 32;
/** Rounds in which places of the whole are drawn again, and their share in the first and the last of these. */
const WHOLE_ROUNDS = 12;
const WHOLE_SHARE = [0.2, 0.05] as const;

interface Round {
  readonly from: number;
  readonly to: number;
  /** Share of the columns that is made blank before. */
  readonly blank: number;
  /** Columns from here on are made blank again afterwards. */
  readonly until: number;
}

export interface FillingOptions {
  temperature: number;
  /** Columns (true) that are kept as they are in `columns`. */
  kept?: { columns: Uint8Array; keep: readonly boolean[] };
}

const gumbel = (random: Random): number => -Math.log(-Math.log(random.next() + 1e-12) + 1e-12);

/** One of some classes by their logits, of the likeliest that together have the share `nucleus`. @returns its index */
function drawnOf(logits: readonly number[], nucleus: number, random: Random): number {
  const most = Math.max(...logits);
  const order = logits.map((v, k) => ({ k, weight: Math.exp(v - most) })).sort((a, b) => b.weight - a.weight);
  const all = order.reduce((sum, { weight }) => sum + weight, 0);
  let size = 0;
  let held = 0;
  while (size < order.length && held < nucleus * all) held += order[size++].weight;
  let at = random.next() * held;
  for (const { k, weight } of order.slice(0, size)) {
    at -= weight;
    if (at <= 0) return k;
  }
  return order[0].k;
}

export class Filling {
  readonly reader: ColumnReader;
  readonly columns: Uint8Array;
  private readonly plan: Plan;
  private readonly free: boolean[];
  private readonly random: Random;
  private readonly temperature: number;
  private readonly nucleus: number;
  private readonly rounds: Round[] = [];
  private round = 0;

  constructor(plan: Plan, random: Random, { temperature, kept }: FillingOptions) {
    this.plan = plan;
    this.random = random;
    this.temperature = temperature;
    this.nucleus = plan.kind === 'tune' ? NUCLEUS.played : NUCLEUS.sung;
    this.reader = new ColumnReader(plan);
    const { length } = this.reader;
    this.columns = kept ? Uint8Array.from(kept.columns.subarray(0, length)) : new Uint8Array(length);
    this.free = Array.from({ length }, (_, t) => !(kept?.keep[t] ?? false));
    for (let t = 0; t < length; t++) if (this.free[t]) this.columns[t] = BLANK;
    for (const { start, end } of plan.phrases)
      if (this.free.slice(start, end).includes(true))
        for (let t = start; t < end; t += AT_A_TIME)
          this.rounds.push({ from: start, to: end, blank: 0, until: t + AT_A_TIME });
    for (let k = 0; k < WHOLE_ROUNDS; k++) {
      const at = k / (WHOLE_ROUNDS - 1);
      const blank = WHOLE_SHARE[0] * (1 - at) + WHOLE_SHARE[1] * at;
      this.rounds.push({ from: 0, to: length, blank, until: length });
    }
    this.blankNext();
  }

  get done(): boolean {
    return this.round >= this.rounds.length;
  }

  /** Columns that the next round looks at: [from, to). */
  get window(): readonly [number, number] {
    if (this.done) return [0, 0];
    const { from, to, blank } = this.rounds[this.round];
    if (blank > 0) return [0, this.columns.length];
    return [Math.max(0, from - AROUND), Math.min(this.columns.length, to + AROUND)];
  }

  /** Makes the columns blank that the next round draws. */
  private blankNext(): void {
    if (this.done) return;
    const { from, to, blank } = this.rounds[this.round];
    if (blank === 0) return;
    const span = this.random.pick([1, 1, 2, 4]);
    for (let start = from - this.random.int(span); start < to; start += span) {
      if (!this.random.chance(blank)) continue;
      for (let t = Math.max(from, start); t < Math.min(to, start + span); t++)
        if (this.free[t]) this.columns[t] = BLANK;
    }
  }

  /**
   * Draws the blanks of this round.
   * @param logit of a class at a column
   */
  take(logit: (column: number, t: number) => number): void {
    const { from, to, until } = this.rounds[this.round];
    const { plan, columns, random } = this;
    const heat = Math.max(1e-3, this.temperature);
    /** Draws one of the classes [from, to) of a column. */
    const best = (t: number, from: number, to: number): number =>
      drawnOf(
        Array.from({ length: to - from }, (_, k) => logit(from + k, t) / heat),
        this.nucleus,
        random,
      ) + from;
    for (const phrase of plan.phrases) {
      if (phrase.end <= from || phrase.start >= to) continue;
      const blanks: number[] = [];
      let fixed = 0;
      for (let t = phrase.start; t < phrase.end; t++)
        if (columns[t] === BLANK) {
          // What no round has come to yet stays blank.
          if (t >= from && t < to) blanks.push(t);
        } else if (isOnset(columns[t])) fixed++;
      if (blanks.length === 0) continue;
      const reblank = (): void => {
        for (const t of blanks) if (t >= until) columns[t] = BLANK;
      };
      const isFirst = (t: number): boolean => t === 0 || (phrase.notes > 0 && t === phrase.start);
      if (phrase.notes === 0) {
        for (const t of blanks)
          columns[t] =
            t === 0
              ? best(t, 2, COLUMNS)
              : best(t, t === columns.length - 1 ? COLUMN_HOLD : COLUMN_REST, COLUMNS);
        reblank();
        continue;
      }
      const wanted = Math.max(0, Math.min(blanks.length, phrase.notes - fixed));
      const odds = blanks.map((t) => {
        let onset = 0;
        for (let c = 2; c < COLUMNS; c++) onset += Math.exp(logit(c, t));
        const rest = Math.exp(logit(COLUMN_REST, t)) + Math.exp(logit(COLUMN_HOLD, t));
        const first = isFirst(t) ? 1e3 : 0;
        return { t, score: Math.log(onset / rest) / heat + gumbel(random) + first };
      });
      const onsets = new Set(
        odds
          .sort((a, b) => b.score - a.score)
          .slice(0, wanted)
          .map((o) => o.t),
      );
      for (const t of blanks)
        columns[t] = onsets.has(t) ? best(t, 2, COLUMNS) : best(t, COLUMN_REST, COLUMN_HOLD + 1);
      reblank();
    }
    this.round++;
    if (this.done) this.settle(logit);
    else this.blankNext();
  }

  /** The last note on a stable degree and held to the end, no silent bar. */
  private settle(logit: (column: number, t: number) => number): void {
    const { columns, plan, free } = this;
    let last = columns.length - 1;
    while (last > 0 && !isOnset(columns[last])) last--;
    for (let t = last + 1; t < columns.length; t++) if (free[t]) columns[t] = COLUMN_HOLD;
    const steps = MODE_STEPS[plan.mode];
    const sung = plan.phrases.every((p) => p.notes > 0);
    const stable = sung ? [0] : [steps[0], steps[2], steps[4]];
    const isStable = (c: number): boolean => stable.includes(((intervalOf(c - 1) % 12) + 12) % 12);
    if (free[last] && !isStable(columns[last])) {
      let [choice, most] = [columns[last], -Infinity];
      for (let c = 2; c < COLUMNS; c++)
        if (isStable(c) && logit(c, last) > most) [choice, most] = [c, logit(c, last)];
      columns[last] = choice;
    }
    // A hold after a rest prolongs nothing: what should have sounded through a whole bar does.
    let open = false;
    for (let bar = plan.pickup; bar < columns.length; bar += plan.bar) {
      const end = Math.min(columns.length, bar + plan.bar);
      let sounds = false;
      for (let t = bar; t < end; t++) {
        if (isOnset(columns[t])) open = true;
        else if (columns[t] === COLUMN_REST) open = false;
        sounds ||= open;
      }
      if (sounds) continue;
      for (let t = bar; t >= 0 && t < end && !isOnset(columns[t]); t++) columns[t] = COLUMN_HOLD;
      // Back to the note that goes on through it.
      for (let t = bar - 1; t > 0 && !isOnset(columns[t]); t--) columns[t] = COLUMN_HOLD;
      open = true;
    }
  }
}
