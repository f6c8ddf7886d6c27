/**
 * A melody as ABC notation 2.1, the text that engravers read: notes spelled in their key, cut and tied at bar lines and
 * where one note value does not do, beamed by beats, with a breath after each phrase.
 */
import { keyName, sharpsOf } from '../../../../app/melody/key.ts';
import { melodyEnd, type Key, type Melody } from '../../../../app/melody/types.ts';
import { beatOf } from '../../../../app/sound/performance.ts';

const LETTERS = 'CDEFGAB';
const NATURAL = [0, 2, 4, 5, 7, 9, 11] as const;
/** Place of each natural letter in the row of fifths, F = -1. */
const FIFTHS = [0, 2, 4, -1, 1, 3, 5] as const;
const SIGNS: Readonly<Record<number, string>> = { [-2]: '__', [-1]: '_', 0: '=', 1: '^', 2: '^^' };
const MODE_NAMES = {
  major: 'maj',
  minor: 'min',
  dorian: 'dor',
  mixolydian: 'mix',
  phrygian: 'phr',
  lydian: 'lyd',
} as const;

interface Spelled {
  /** Index in CDEFGAB. */
  letter: number;
  /** -1 flat, 0 natural, 1 sharp. */
  alter: number;
  /** 4 is the octave of middle C. */
  octave: number;
}

/** Signature of a key: the alteration of each letter, C to B. */
export function signature(key: Key): number[] {
  const sharps = sharpsOf(key);
  return FIFTHS.map((f) => (sharps > 0 ? Number(f + 1 < sharps) : 5 - f < -sharps ? -1 : 0));
}

/**
 * The spelling of a pitch in a key: of the ways to write it the one nearest on the row of fifths to the middle of the key's
 * own notes (in minor with its raised sixth and seventh).
 */
export function spell(pitch: number, key: Key): Spelled {
  const middle = sharpsOf(key) + (key.mode === 'minor' ? 3.5 : 2);
  let best: Spelled | null = null;
  let least = Infinity;
  for (let letter = 0; letter < 7; letter++)
    for (const alter of [0, 1, -1]) {
      const semitone = NATURAL[letter] + alter;
      if ((pitch - semitone) % 12 !== 0) continue;
      const distance = Math.abs(FIFTHS[letter] + 7 * alter - middle);
      if (distance < least)
        [least, best] = [distance, { letter, alter, octave: (pitch - semitone) / 12 - 1 }];
    }
  if (!best) throw new RangeError(`No spelling of pitch ${pitch}.`);
  return best;
}

/** A letter as ABC writes it: C is middle C, c the octave above. */
function written({ letter, octave }: Spelled): string {
  const name = LETTERS[letter];
  return octave >= 5
    ? name.toLowerCase() + "'".repeat(octave - 5)
    : name + ','.repeat(Math.max(0, 4 - octave));
}

/** Sixteenths that one note or rest can last: plain and dotted values. */
const VALUES = [16, 12, 8, 6, 4, 3, 2, 1] as const;

/** Cuts a length into single values, the longest first. */
function values(length: number): number[] {
  const out: number[] = [];
  for (let rest = length; rest > 0;) {
    const value = VALUES.find((v) => v <= rest) ?? 1;
    out.push(value);
    rest -= value;
  }
  return out;
}

const length = (n: number): string => (n === 1 ? '' : String(n));
/** Text fields of ABC end with the line; a percent sign begins a comment. */
const field = (text: string): string => text.replace(/[\r\n%\\]/g, ' ').trim();

/** The tune as ABC text. @param title printed above it; '' for none */
export function melodyToAbc(melody: Melody, title = ''): string {
  const metre = melody.metre ?? metreOf(melody.bar);
  const own = signature(melody.key);
  const beat = beatOf({ metre, bar: melody.bar });
  const breaths = new Set(melody.phraseStarts.slice(1));
  let altered = new Map<number, number>();
  const bars: string[] = [];
  let bar = '';

  /** Puts a note (null: a rest) into bars from one time on. */
  const put = (pitch: number | null, from: number, duration: number, breath: boolean): void => {
    let at = from;
    const end = from + duration;
    while (at < end) {
      const inBar = (((at - melody.pickup) % melody.bar) + melody.bar) % melody.bar;
      const barEnd = at + melody.bar - inBar;
      for (const value of values(Math.min(end, barEnd) - at)) {
        const place = (((at - melody.pickup) % melody.bar) + melody.bar) % melody.bar;
        // Notes that begin a beat begin a beam.
        if (bar && place % beat === 0) bar += ' ';
        at += value;
        if (pitch === null) bar += `z${length(value)}`;
        else {
          const note = spell(pitch, melody.key);
          // A sign holds to the bar line, in whichever octave: it is written again wherever doubt could be.
          const known = altered.get(note.letter) ?? own[note.letter];
          const sign = known === note.alter && !altered.has(note.letter) ? '' : SIGNS[note.alter];
          if (sign) altered.set(note.letter, note.alter);
          bar += `${at >= end && breath ? '!breath!' : ''}${sign}${written(note)}${length(value)}${at < end ? '-' : ''}`;
        }
      }
      if (at === barEnd) {
        bars.push(bar.trim());
        bar = '';
        altered = new Map();
      }
    }
  };

  let at = 0;
  melody.notes.forEach((note, i) => {
    if (note.onset > at) put(null, at, note.onset - at, false);
    put(note.pitch, note.onset, note.duration, breaths.has(i + 1));
    at = note.onset + note.duration;
  });
  const over = (((melodyEnd(melody) - melody.pickup) % melody.bar) + melody.bar) % melody.bar;
  // The last bar and the upbeat make one whole bar.
  if (over > 0 && melody.notes.length) put(null, at, Math.max(0, melody.bar - over - melody.pickup), false);
  if (bar.trim()) bars.push(bar.trim());

  const head = [
    'X:1',
    ...(field(title) ? [`T:${field(title)}`] : []),
    `M:${metre[0]}/${metre[1]}`,
    'L:1/16',
    ...(melody.tempo === null ? [] : [`Q:1/4=${Math.round(melody.tempo)}`]),
    `K:${keyName(melody.key).split(' ')[0]}${MODE_NAMES[melody.key.mode]}`,
  ];
  return `${head.join('\n')}\n${bars.join(' | ')} |]\n`;
}

/** The usual metre of a bar of so many sixteenths. */
function metreOf(bar: number): readonly [number, number] {
  if (bar === 16) return [4, 4];
  return bar % 4 === 0 ? [bar / 4, 4] : bar % 2 === 0 ? [bar / 2, 8] : [bar, 16];
}
