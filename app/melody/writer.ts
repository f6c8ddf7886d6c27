/**
 * Writes one melody event by event, from what a network says of the next one: masks what the plan forbids, draws from
 * what is left, and knows when the melody is done. Segments are binding: a segment with a number of notes gets
 * exactly that many, and no note crosses its end, so that the syllables that were asked for are met whatever the
 * network would like. The last note of all is the tonic, or, of a melody without
 * syllables, a step of its chord.
 */
import type { Random } from '../random.ts';
import { durationClass, DURATIONS, intervalOf, REST_TONE, TONES, type MelodyEvent } from './events.ts';
import { Follower } from './features.ts';
import { MODE_STEPS } from './key.ts';
import { planEnd, type Plan } from './plan.ts';

/** A stretch of the melody. Segments follow each other without a gap, from 0 to the end of the plan. */
export interface Segment {
  readonly start: number;
  readonly end: number;
  /** Notes that it has; null: as many as it likes, and the last may sound beyond its end. */
  readonly notes: number | null;
  /** Events that it is made of, instead of new ones. */
  readonly given?: readonly MelodyEvent[];
}

export interface Choice {
  /** Above 1 more daring, below 1 more likely; 0 always the most likely. */
  readonly temperature: number;
  /** Only the most likely choices that together have this share are drawn from (Holtzman et al. 2020); 1: all. */
  readonly nucleus: number;
}

/** One segment for each phrase whose notes are known, else one for all. */
export const segmentsOf = (plan: Plan): Segment[] =>
  plan.phrases.every((p) => p.notes > 0)
    ? plan.phrases.map((p) => ({ start: p.start, end: p.end, notes: p.notes }))
    : [{ start: 0, end: planEnd(plan), notes: null }];

/**
 * Draws an index.
 * @param logits one number for each
 * @param allowed which may be drawn, at least one
 */
export function draw(
  logits: ArrayLike<number>,
  allowed: (index: number) => boolean,
  { temperature, nucleus }: Choice,
  random: Random,
): number {
  const list: { index: number; logit: number }[] = [];
  for (let index = 0; index < logits.length; index++)
    if (allowed(index)) list.push({ index, logit: logits[index] });
  list.sort((a, b) => b.logit - a.logit || a.index - b.index);
  if (temperature <= 0 || list.length === 1) return list[0].index;
  const weights = list.map(({ logit }) => Math.exp((logit - list[0].logit) / temperature));
  const total = weights.reduce((s, w) => s + w, 0);
  let kept = 0;
  let count = 0;
  while (count < weights.length && kept < nucleus * total) kept += weights[count++];
  let at = random.next() * kept;
  for (let k = 0; k < count; k++) {
    at -= weights[k];
    if (at < 0) return list[k].index;
  }
  return list[count - 1].index;
}

export class Writer {
  readonly follower: Follower;
  /** Features before each event so far and before the next: what the network is shown. */
  readonly shown: number[][] = [];
  private readonly segments: readonly Segment[];
  private readonly stable: ReadonlySet<number>;
  private segment = 0;
  /** Notes of the segment so far. */
  private written = 0;

  constructor(plan: Plan, segments: readonly Segment[] = segmentsOf(plan)) {
    this.follower = new Follower(plan);
    this.segments = segments;
    const steps = MODE_STEPS[plan.mode];
    this.stable = new Set([steps[0], steps[2], steps[4]]);
    this.look();
  }

  get done(): boolean {
    return this.segment >= this.segments.length;
  }
  get events(): readonly MelodyEvent[] {
    return this.follower.events;
  }

  /** Puts in what is given and shows the features of the next event. */
  private look(): void {
    for (;;) {
      while (!this.done && this.follower.time >= this.segments[this.segment].end) {
        this.segment++;
        this.written = 0;
      }
      if (this.done) return;
      const { given } = this.segments[this.segment];
      if (!given) break;
      const { follower } = this;
      given.forEach((event, i) => {
        this.shown.push(follower.features());
        follower.take(event.tone, event.duration, given[i + 1]?.onset ?? this.segments[this.segment].end);
      });
      // Given events may be none, or may not fill their segment.
      follower.moveTo(Math.max(follower.time, this.segments[this.segment].end));
    }
    this.shown.push(this.follower.features());
  }

  private isStable(tone: number): boolean {
    return tone !== REST_TONE && this.stable.has(((intervalOf(tone) % 12) + 12) % 12);
  }

  /** Whether the next event may be this tone for so long. */
  private fits(tone: number, duration: number): boolean {
    const { follower, segments } = this;
    const { end, notes } = segments[this.segment];
    const length = DURATIONS[duration];
    const all = planEnd(follower.plan) - follower.time;
    const last = this.segment === segments.length - 1;
    if (length > all) return false;
    const isRest = tone === REST_TONE;
    const { plan } = follower;
    // A bar of silence is none of a melody's; one rest follows another only where nothing else is allowed.
    if (isRest && length > plan.bar / 2) return false;
    if (notes === null) {
      const free = last ? all : end - follower.time;
      if (last) {
        if (isRest) return length < all && !this.afterRest && follower.events.length > 0;
        return length < all || this.isStable(tone);
      }
      return length <= free && !(isRest && (this.afterRest || follower.events.length === 0));
    }
    const left = notes - this.written;
    const room = end - follower.time;
    if (left === 0) return isRest && length <= room;
    if (isRest)
      return !this.afterRest && follower.events.length > 0 && length <= room - left && length < room;
    if (left > 1) return length <= room - (left - 1);
    if (!last) return length <= room && room - length <= plan.bar / 2;
    // The last note of all holds to the end.
    return duration === durationClass(room) && tone !== REST_TONE && intervalOf(tone) % 12 === 0;
  }
  private get afterRest(): boolean {
    return this.follower.events.at(-1)?.tone === REST_TONE;
  }

  /**
   * Chooses the next event.
   * @param tones logits, TONES of them
   * @param lengths logits of the durations of each tone, TONES x DURATIONS.length
   */
  take(tones: ArrayLike<number>, lengths: ArrayLike<number>, choice: Choice, random: Random): void {
    const classes = DURATIONS.length;
    const possible = (tone: number): boolean => DURATIONS.some((_, d) => this.fits(tone, d));
    const open = Array.from({ length: TONES }, (_, tone) => possible(tone));
    if (!open.includes(true)) {
      // No class is as short as what is left: the note before it is the last of its segment.
      this.follower.moveTo(this.segments[this.segment].end);
    } else {
      const tone = draw(tones, (t) => open[t], choice, random);
      const own = Array.from({ length: classes }, (_, d) => lengths[tone * classes + d]);
      const duration = draw(own, (d) => this.fits(tone, d), choice, random);
      if (tone !== REST_TONE) this.written++;
      this.follower.take(tone, duration);
      const { end, notes } = this.segments[this.segment];
      // What a class cannot hold of the last note of all is left out.
      if (this.segment === this.segments.length - 1 && notes !== null && this.written === notes)
        this.follower.moveTo(end);
    }
    this.look();
  }
}
