/**
 * Keys: reading them as they are written (`G major`, `A dorian`), finding one where none is written, and the tonic
 * that a melody is measured from.
 */
import { modes, type Key, type Mode, type Note } from './types.ts';

const LETTERS: Readonly<Record<string, number>> = { C: 0, D: 2, E: 4, F: 5, G: 7, A: 9, B: 11 };
const SHARP_NAMES = ['C', 'C#', 'D', 'D#', 'E', 'F', 'F#', 'G', 'G#', 'A', 'A#', 'B'] as const;
const FLAT_NAMES = ['C', 'Db', 'D', 'Eb', 'E', 'F', 'Gb', 'G', 'Ab', 'A', 'Bb', 'B'] as const;
/** Steps of a mode's scale above its tonic. */
export const MODE_STEPS: Readonly<Record<Mode, readonly number[]>> = {
  major: [0, 2, 4, 5, 7, 9, 11],
  minor: [0, 2, 3, 5, 7, 8, 10],
  dorian: [0, 2, 3, 5, 7, 9, 10],
  mixolydian: [0, 2, 4, 5, 7, 9, 10],
  phrygian: [0, 1, 3, 5, 7, 8, 10],
  lydian: [0, 2, 4, 6, 7, 9, 11],
};
/** Semitones from the tonic of a mode down to the tonic of the major scale with the same notes. */
const MAJOR_BELOW: Readonly<Record<Mode, number>> = {
  major: 0,
  minor: 9,
  dorian: 2,
  mixolydian: 7,
  phrygian: 4,
  lydian: 5,
};

/** Sharps (above nought) or flats of the key signature, -6..6. */
export function sharpsOf(key: Key): number {
  const major = (key.tonic - MAJOR_BELOW[key.mode] + 12) % 12;
  const fifths = (major * 7) % 12;
  return fifths > 6 ? fifths - 12 : fifths;
}

/** `G major`, with the flats or sharps that its signature has. */
export function keyName(key: Key): string {
  return `${(sharpsOf(key) < 0 ? FLAT_NAMES : SHARP_NAMES)[key.tonic]} ${key.mode}`;
}

/** Reads `G major`, `Bb minor`, `F# dorian`; null when it is no key. */
export function parseKey(text: string): Key | null {
  const match = /^([A-G])([#b♯♭]?)\s+(\w+)$/.exec(text.trim());
  const mode = modes.find((m) => m === match?.[3]);
  if (!match || !mode) return null;
  const shift = match[2] === '' ? 0 : '#♯'.includes(match[2]) ? 1 : -1;
  return { tonic: (LETTERS[match[1]] + shift + 12) % 12, mode };
}

/** How often each step above the tonic sounds: Krumhansl and Kessler 1982, for major and minor. */
const PROFILES: Readonly<Record<'major' | 'minor', readonly number[]>> = {
  major: [6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88],
  minor: [6.33, 2.68, 3.52, 5.38, 2.6, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17],
};

function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (v: readonly number[]): number => v.reduce((s, x) => s + x, 0) / v.length;
  const [ma, mb] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  a.forEach((x, i) => {
    ab += (x - ma) * (b[i] - mb);
    aa += (x - ma) ** 2;
    bb += (b[i] - mb) ** 2;
  });
  return aa === 0 || bb === 0 ? 0 : ab / Math.sqrt(aa * bb);
}

/**
 * The key whose profile the sounding time of each pitch class follows best (Krumhansl 1990), with a little more for a
 * tonic that the melody ends on. C major for no notes.
 */
export function findKey(notes: readonly Note[]): Key {
  const weight = new Array<number>(12).fill(0);
  for (const { pitch, duration } of notes) weight[pitch % 12] += duration;
  const last = notes.at(-1);
  let best: Key = { tonic: 0, mode: 'major' };
  let most = -Infinity;
  for (const mode of ['major', 'minor'] as const)
    for (let tonic = 0; tonic < 12; tonic++) {
      const turned = PROFILES[mode].map((_, i) => weight[(i + tonic) % 12]);
      const score = correlation(turned, PROFILES[mode]) + (last && last.pitch % 12 === tonic ? 0.1 : 0);
      if (score > most + 1e-9) {
        most = score;
        best = { tonic, mode };
      }
    }
  return best;
}

/**
 * The pitch of the tonic that a melody is measured from: the one that its mean pitch lies 2 semitones below to 10
 * above of, so that a melody from tonic to tonic and one from fifth to fifth both lie round the middle.
 */
export function tonicPitch(notes: readonly Note[], tonic: number): number {
  if (notes.length === 0) return 60 + tonic;
  const mean = notes.reduce((s, n) => s + n.pitch, 0) / notes.length;
  return tonic + 12 * Math.floor((mean + 2 - tonic) / 12);
}
