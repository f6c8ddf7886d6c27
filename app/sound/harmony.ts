/**
 * Chords for a melody: one triad of the key to a bar, the sequence found as a whole (Viterbi) between what fits the notes
 * and how chords like to follow each other, as hymn and folk accompaniments have it: the tonic at the end, dominants that
 * resolve. In minor the dominant has its leading note.
 */
import { MODE_STEPS } from '../melody/key.ts';
import { melodyEnd, type Key, type Melody } from '../melody/types.ts';

export interface Chord {
  /** Degree of the scale, 0 = tonic. */
  readonly degree: number;
  /** Pitch class of the root, and of root, third and fifth. */
  readonly root: number;
  readonly classes: readonly [number, number, number];
}

/** One chord over sixteenths `from`..`to` (exclusive). */
export interface ChordSpan {
  readonly from: number;
  readonly to: number;
  readonly chord: Chord;
}

/** The triads of a key that folk accompaniments use; diminished ones are none of them. */
export function triads(key: Key): Chord[] {
  const steps = MODE_STEPS[key.mode];
  const at = (i: number): number => (key.tonic + steps[i % 7]) % 12;
  const list: Chord[] = [];
  for (let degree = 0; degree < 7; degree++) {
    const root = at(degree);
    let third = at(degree + 2);
    const fifth = at(degree + 4);
    if (key.mode === 'minor' && degree === 4) third = (key.tonic + 11) % 12;
    if ((fifth - root + 12) % 12 === 7) list.push({ degree, root, classes: [root, third, fifth] });
  }
  return list;
}

/** How welcome a degree is by itself: tonic, subdominant and dominant carry a tune. */
const PLACE = [0.25, 0.05, -0.15, 0.2, 0.2, 0.05, -0.1] as const;

/** How one chord follows another: by their degrees. */
function follows(a: Chord, b: Chord): number {
  if (a.degree === b.degree) return 0.1;
  const step = (b.degree - a.degree + 7) % 7;
  // Down a fifth (II V I), then up a second (IV V); from the dominant back to the subdominant is a step nobody takes.
  if (a.degree === 4 && b.degree === 3) return -0.4;
  if (a.degree === 4 && b.degree === 0) return 0.35;
  return step === 3 ? 0.25 : step === 1 || step === 5 ? 0.1 : 0;
}

/** Bar lines of a melody in sixteenths: 0 (with an upbeat), then every bar to the end of the last one. */
export function barStarts(melody: Melody): number[] {
  const end = melodyEnd(melody);
  const starts = melody.pickup > 0 ? [0] : [];
  for (let at = melody.pickup; at < end || starts.length === 0; at += melody.bar) starts.push(at);
  return starts;
}

/** One chord to each bar of the melody. A melody without notes has none. */
export function harmonise(melody: Melody): ChordSpan[] {
  if (!melody.notes.length) return [];
  const chords = triads(melody.key);
  const starts = barStarts(melody);
  const end = melodyEnd(melody);
  const spans = starts.map((from, i) => ({ from, to: starts[i + 1] ?? Math.max(end, from + 1) }));
  const cadences = new Set(
    melody.phraseStarts.slice(1).map((first) => {
      const before = melody.notes[first - 1].onset;
      return spans.findIndex(({ from, to }) => before >= from && before < to);
    }),
  );
  const fit = spans.map(({ from, to }, bar) => {
    const sounding = melody.notes.filter((n) => n.onset < to && n.onset + n.duration > from);
    const total = sounding.reduce((sum, n) => sum + weight(n.onset, n.duration, from, to), 0) || 1;
    return chords.map((chord) => {
      let score = PLACE[chord.degree];
      for (const n of sounding) {
        const part = weight(n.onset, n.duration, from, to) / total;
        const pitchClass = n.pitch % 12;
        const leading = chord.degree === 4 && pitchClass === (chord.root + 10) % 12;
        score += part * (chord.classes.includes(pitchClass) ? 1 : leading ? 0.3 : -0.6);
      }
      if (cadences.has(bar) && (chord.degree === 0 || chord.degree === 4)) score += 0.2;
      if (bar === spans.length - 1 && chord.degree === 0) score += 1;
      return score;
    });
  });
  // The best sum over the whole melody.
  const best = fit.map((row) => row.slice());
  const from: number[][] = fit.map((row) => row.map(() => 0));
  for (let bar = 1; bar < fit.length; bar++)
    chords.forEach((chord, c) => {
      let top = -Infinity;
      chords.forEach((before, b) => {
        const sum = best[bar - 1][b] + follows(before, chord);
        if (sum > top) [top, from[bar][c]] = [sum, b];
      });
      best[bar][c] = fit[bar][c] + top;
    });
  let at = best[best.length - 1].reduce((top, v, c, row) => (v > row[top] ? c : top), 0);
  const path: number[] = [];
  for (let bar = fit.length - 1; bar >= 0; bar--) {
    path.unshift(at);
    at = from[bar][at];
  }
  return spans.map((span, bar) => ({ ...span, chord: chords[path[bar]] }));
}

/** Length within the bar, the beginning of the bar counting twice. */
function weight(onset: number, duration: number, from: number, to: number): number {
  const length = Math.min(onset + duration, to) - Math.max(onset, from);
  return onset <= from ? 2 * length : length;
}
