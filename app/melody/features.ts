/**
 * What the network `bertso` is told before each event, as indices into one long vector of zeros and ones: the plan (kind,
 * mode, metre, place in the bar, in the phrase and in the whole, notes that the phrase still has), the events just
 * before, and *echoes*: what stood at the same place one and two bars, and one to eight phrases earlier, and for
 * how long the melody has been following it. Melodies repeat themselves; a network that sees the earlier place need
 * not find it.
 */
import { DURATIONS, TONES, type MelodyEvent } from './events.ts';
import { METRES, metreClass, planEnd, type Plan } from './plan.ts';
import { recordKinds } from './record.ts';
import { modes } from './types.ts';

/** Events before that are told one by one. */
const RECENT = 4;
/** Distances of echoes: in bars, then in phrases. */
const BAR_ECHOES = [1, 2] as const;
const PHRASE_ECHOES = [1, 2, 3, 4, 8] as const;
export const ECHOES = BAR_ECHOES.length + PHRASE_ECHOES.length;

const MOST_PLACE = 48;
const MOST_BARS = 32;
const MOST_NOTES = 24;
const MOST_PHRASES = 15;
/** Lengths of an echo's run that are told apart. */
const RUNS = [0, 1, 2, 3, 4, 6, 9] as const;
/** Echo tones: all tones, nothing begins there, before the beginning. */
const NOTHING = TONES;
const BEFORE = TONES + 1;

const sizes = [
  recordKinds.length,
  modes.length,
  METRES.length,
  MOST_PLACE,
  8,
  MOST_BARS + 1,
  MOST_BARS + 1,
  MOST_PLACE + 1,
  MOST_NOTES + 1,
  MOST_PHRASES + 1,
  MOST_PHRASES + 1,
  ...Array.from({ length: RECENT }, () => TONES + 1),
  ...Array.from({ length: RECENT }, () => DURATIONS.length + 1),
];
const offsets: number[] = [];
let total = 0;
for (const size of sizes) {
  offsets.push(total);
  total += size;
}
/** Echo tones of echo k begin at ECHO_TONES + k * ECHO_TONE_CLASSES. */
export const ECHO_TONES = total;
export const ECHO_TONE_CLASSES = TONES + 2;
export const ECHO_DURATIONS = ECHO_TONES + ECHOES * ECHO_TONE_CLASSES;
export const ECHO_DURATION_CLASSES = DURATIONS.length + 1;
const ECHO_RUNS = ECHO_DURATIONS + ECHOES * ECHO_DURATION_CLASSES;
/** Length of the vector. */
export const FEATURES = ECHO_RUNS + ECHOES * RUNS.length;

const runClass = (run: number): number => {
  let at = 0;
  while (at + 1 < RUNS.length && RUNS[at + 1] <= run) at++;
  return at;
};

/** Follows a melody event by event and tells the features before each. */
export class Follower {
  readonly plan: Plan;
  readonly events: MelodyEvent[] = [];
  /** When the next event begins, in sixteenths. */
  time = 0;
  /** Phrase that `time` lies in. */
  phrase = 0;
  /** Notes of that phrase so far. */
  notes = 0;
  private readonly at = new Map<number, MelodyEvent>();
  private readonly runs = new Array<number>(ECHOES).fill(0);

  constructor(plan: Plan) {
    this.plan = plan;
  }

  /** Where the echoes of a time lie; null before the beginning. */
  private sources(): (number | null)[] {
    const { plan, time, phrase } = this;
    return [
      ...BAR_ECHOES.map((bars) => time - bars * plan.bar),
      ...PHRASE_ECHOES.map((back) =>
        phrase < back ? null : time - plan.phrases[phrase].start + plan.phrases[phrase - back].start,
      ),
    ].map((t) => (t === null || t < 0 ? null : t));
  }

  /** Sixteenths to the end of the phrase. */
  get phraseLeft(): number {
    return this.plan.phrases[this.phrase].end - this.time;
  }
  /** Notes that the phrase still has; 0: not known. */
  get notesLeft(): number {
    const { notes } = this.plan.phrases[this.phrase];
    return notes === 0 ? 0 : Math.max(1, notes - this.notes);
  }

  /** Indices of the ones. */
  features(): number[] {
    const { plan, time, events } = this;
    const sinceBar = time - plan.pickup;
    const bar = Math.floor(sinceBar / plan.bar);
    const left = Math.ceil((planEnd(plan) - time) / plan.bar);
    const values = [
      recordKinds.indexOf(plan.kind),
      modes.indexOf(plan.mode),
      metreClass(plan.metre),
      Math.min(MOST_PLACE - 1, sinceBar - bar * plan.bar),
      (bar + 8) % 8,
      Math.min(MOST_BARS, bar + 1),
      Math.min(MOST_BARS, Math.max(0, left)),
      Math.min(MOST_PLACE, Math.max(0, this.phraseLeft)),
      Math.min(MOST_NOTES, this.notesLeft),
      Math.min(MOST_PHRASES, this.phrase),
      Math.min(MOST_PHRASES, plan.phrases.length - 1 - this.phrase),
    ];
    for (let k = 1; k <= RECENT; k++) values.push(events.at(-k)?.tone ?? TONES);
    for (let k = 1; k <= RECENT; k++) values.push(events.at(-k)?.duration ?? DURATIONS.length);
    const ones = values.map((value, slot) => offsets[slot] + value);
    this.sources().forEach((source, k) => {
      const echo = source === null ? undefined : this.at.get(source);
      ones.push(
        ECHO_TONES + k * ECHO_TONE_CLASSES + (echo?.tone ?? (source === null ? BEFORE : NOTHING)),
        ECHO_DURATIONS + k * ECHO_DURATION_CLASSES + (echo?.duration ?? DURATIONS.length),
        ECHO_RUNS + k * RUNS.length + runClass(this.runs[k]),
      );
    });
    return ones;
  }

  /**
   * Takes the next event.
   * @param next when the one after it begins; by default where this one ends
   */
  take(tone: number, duration: number, next = this.time + DURATIONS[duration]): void {
    const event = { onset: this.time, tone, duration };
    this.sources().forEach((source, k) => {
      const echo = source === null ? undefined : this.at.get(source);
      this.runs[k] = echo && echo.tone === tone && echo.duration === duration ? this.runs[k] + 1 : 0;
    });
    this.events.push(event);
    this.at.set(this.time, event);
    if (tone !== 0) this.notes++;
    this.moveTo(next);
  }

  /** The next event begins at this time. */
  moveTo(time: number): void {
    this.time = time;
    const { phrases } = this.plan;
    while (this.phrase + 1 < phrases.length && this.time >= phrases[this.phrase + 1].start) {
      this.phrase++;
      this.notes = 0;
    }
  }
}

/** Features before each of a melody's events. */
export function featuresOf(plan: Plan, events: readonly MelodyEvent[]): number[][] {
  const follower = new Follower(plan);
  return events.map((event, i) => {
    // What a class cut off the event before is passed over.
    follower.time = event.onset;
    const ones = follower.features();
    follower.take(event.tone, event.duration, events[i + 1]?.onset);
    return ones;
  });
}
