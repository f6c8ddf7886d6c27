/**
 * How a score meets a film: the phrases of its melodies one after another, each a little slower or faster, so that phrases
 * end where shots do and the last note ends with the last frame. The order of phrases is chosen first (whole verses where
 * they fit, else the last verse is shortened in its middle: it still begins and closes as it should), then all ends of
 * phrases together, by dynamic programming: stretching costs the square of its logarithm, an end beside every cut a little.
 */
import { melodyEnd, sixteenthSeconds, type Melody } from '../melody/types.ts';
import { playedTempo, type Passage } from './performance.ts';

/** A passage of one of several melodies (verses take them in turn). */
export interface FittedPassage extends Passage {
  /** Index of the melody. */
  readonly melody: number;
}

export interface FitOptions {
  /** Length of the film. */
  seconds: number;
  /** When shots begin, in seconds, without the first. */
  cuts: readonly number[];
  /** Quarters a minute that the fit starts from; null: the melody's own. */
  tempo?: number | null;
}

export interface Fit {
  readonly passages: readonly FittedPassage[];
  /** Least and most that a phrase is played slower (over 1) or faster than at the tempo asked for. */
  readonly stretch: readonly [number, number];
  /** How many ends of phrases lie on a cut, of how many. */
  readonly met: number;
  readonly ends: number;
}

/** A phrase may be played this much slower, or faster by its inverse; beyond it tunes sound wrong. */
export const STRETCH = 1.25;
/** What it costs when a phrase ends beside the cuts: as much as playing two phrases a tenth too fast. */
const BESIDE = 2 * Math.log(1.1) ** 2;

interface Span {
  melody: number;
  from: number;
  to: number;
}

/** Phrases of a melody in sixteenths: each reaches to the beginning of the next; without phrases, four bars at a time. */
export function phraseSpans(melody: Melody): { from: number; to: number }[] {
  const end = melodyEnd(melody);
  const starts =
    melody.phraseStarts.length > 0
      ? melody.phraseStarts.map((i) => melody.notes[i].onset)
      : Array.from({ length: Math.max(1, Math.round(end / (4 * melody.bar))) }, (_, i) => 4 * melody.bar * i);
  starts[0] = 0;
  return starts.map((from, i) => ({ from, to: starts[i + 1] ?? end }));
}

/** `count` of a verse's phrases that begin and close as the verse does: pairs are left out from its middle. */
function shortened(spans: readonly Span[], count: number): Span[] {
  if (count >= spans.length) return [...spans];
  const closing = Math.max(1, Math.floor(count / 2));
  return [...spans.slice(0, count - closing), ...spans.slice(spans.length - closing)];
}

/** The closing notes of a melody that can be played in so short a time, as slowly as they come closest to it. */
function closing(melody: Melody, seconds: number, unit: number): FittedPassage[] {
  const end = melodyEnd(melody);
  const last = phraseSpans(melody).at(-1);
  const onsets = melody.notes.map((n) => n.onset).filter((t) => t >= (last?.from ?? 0));
  const from = onsets.find((t) => (end - t) * unit <= STRETCH * seconds) ?? onsets.at(-1) ?? 0;
  return [{ melody: 0, from, to: end, at: 0, seconds }];
}

/**
 * Fits melodies to a film.
 * @param melodies one, or several that take turns verse by verse; all need notes
 * @throws RangeError for a film without length, a melody without notes, a tempo that cannot be played
 */
export function fitToFilm(melodies: readonly Melody[], options: FitOptions): Fit {
  const { seconds } = options;
  if (!(seconds > 0) || !Number.isFinite(seconds)) throw new RangeError('The film has no length.');
  if (!melodies.length || melodies.some((m) => !m.notes.length))
    throw new RangeError('A melody without notes.');
  const tempo = playedTempo(melodies[0], options.tempo ?? null);
  const unit = sixteenthSeconds(tempo);
  const verses = melodies.map((m, melody) => phraseSpans(m).map((span) => ({ melody, ...span })));
  const shortest = Math.min(...verses.map((v) => (v[v.length - 1].to - v[v.length - 1].from) * unit));
  if (seconds < shortest / STRETCH) {
    const passages = closing(melodies[0], seconds, unit);
    const ratio = seconds / ((passages[0].to - passages[0].from) * unit);
    return { passages, stretch: [ratio, ratio], met: 0, ends: 0 };
  }
  const order = phraseOrder(verses, seconds, unit);
  const lengths = order.map(({ from, to }) => (to - from) * unit);
  const ends = phraseEnds(lengths, seconds, options.cuts);
  const passages = order.map((span, i) => {
    const at = i === 0 ? 0 : ends[i - 1];
    return { ...span, at, seconds: ends[i] - at };
  });
  const ratios = passages.map((p, i) => p.seconds / lengths[i]);
  const cuts = new Set(options.cuts);
  return {
    passages,
    stretch: [Math.min(...ratios), Math.max(...ratios)],
    met: ends.slice(0, -1).filter((t) => cuts.has(t)).length,
    ends: ends.length - 1,
  };
}

/** Verses in turn, the last one whole or shortened, so that together they come closest to the film's length. */
function phraseOrder(verses: readonly (readonly Span[])[], seconds: number, unit: number): Span[] {
  const length = (spans: readonly Span[]): number =>
    spans.reduce((s, { from, to }) => s + (to - from) * unit, 0);
  const whole: Span[] = [];
  let best: Span[] = [];
  let least = Infinity;
  for (let verse = 0; ; verse++) {
    const next = verses[verse % verses.length];
    for (let count = 1; count <= next.length; count++) {
      const order = [...whole, ...shortened(next, count)];
      // A whole verse is worth a little stretching; half a line is not wanted.
      const ragged = count === next.length ? 0 : count % 2 === 0 ? 0.03 : 0.06;
      const cost = Math.abs(Math.log(seconds / length(order))) + ragged;
      if (cost < least) [least, best] = [cost, order];
    }
    whole.push(...next);
    if (length(whole) > STRETCH * seconds + 1e-9) return best;
  }
}

/**
 * When each phrase ends, in seconds; the last at the end of the film. Between two ends lies at least the phrase at its
 * fastest and at most at its slowest, as far as the film's length leaves that open.
 */
function phraseEnds(lengths: readonly number[], seconds: number, cuts: readonly number[]): number[] {
  const all = lengths.reduce((a, b) => a + b, 0);
  const scale = seconds / all;
  // The film's length may ask for more than STRETCH as a whole; phrases then differ from that, not from the tempo.
  const slowest = Math.max(STRETCH, scale * 1.05);
  const fastest = Math.min(1 / STRETCH, scale / 1.05);
  interface Way {
    time: number;
    cost: number;
    before: number;
  }
  const columns: Way[][] = [[{ time: 0, cost: 0, before: -1 }]];
  let nominal = 0;
  lengths.forEach((length, k) => {
    nominal += length * scale;
    const isLast = k === lengths.length - 1;
    const reach = 0.45 * length * scale;
    const near = isLast ? [] : cuts.filter((t) => Math.abs(t - nominal) <= reach && t > 0 && t < seconds);
    const times = isLast ? [seconds] : [...new Set([nominal, ...near])];
    const previous = columns[k];
    columns.push(
      times.flatMap((time) => {
        let found: Way | null = null;
        previous.forEach((way, before) => {
          const ratio = (time - way.time) / length;
          if (!(ratio >= fastest - 1e-9 && ratio <= slowest + 1e-9)) return;
          const beside = isLast || near.includes(time) ? 0 : BESIDE;
          const cost = way.cost + Math.log(ratio) ** 2 + beside;
          if (!found || cost < found.cost) found = { time, cost, before };
        });
        return found ? [found] : [];
      }),
    );
  });
  // Even tempo throughout is always a way, so each column holds one at least.
  const ends: number[] = [];
  let at = 0;
  for (let k = lengths.length; k > 0; k--) {
    const way = columns[k][at];
    ends.unshift(way.time);
    at = way.before;
  }
  return ends;
}
