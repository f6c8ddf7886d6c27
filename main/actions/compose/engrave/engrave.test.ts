/** What is printed is what was composed: spelling, bars and ties, read back through the engraver's own clock. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseKey } from '../../../../app/melody/key.ts';
import type { Key, Melody } from '../../../../app/melody/types.ts';
import { melodyToAbc, signature, spell } from './abc.ts';
import { engrave } from './index.ts';

const key = (text: string): Key => {
  const found = parseKey(text);
  if (!found) throw new Error(text);
  return found;
};
const tune = (notes: readonly [number, number, number][], more: Partial<Melody> = {}): Melody => ({
  notes: notes.map(([pitch, onset, duration]) => ({ pitch, onset, duration })),
  bar: 16,
  pickup: 0,
  tempo: null,
  key: key('C major'),
  phraseStarts: [],
  syllables: [],
  neurri: null,
  seed: null,
  metre: [4, 4],
  ...more,
});
const body = (melody: Melody): string => melodyToAbc(melody).split('\n').at(-2) ?? '';

describe('ABC', () => {
  it('knows the signatures', () => {
    expect(signature(key('C major'))).toEqual([0, 0, 0, 0, 0, 0, 0]);
    expect(signature(key('D major'))).toEqual([1, 0, 0, 1, 0, 0, 0]);
    expect(signature(key('Eb major'))).toEqual([0, 0, -1, 0, 0, -1, -1]);
    expect(signature(key('E minor'))).toEqual([0, 0, 0, 1, 0, 0, 0]);
    expect(signature(key('D dorian'))).toEqual([0, 0, 0, 0, 0, 0, 0]);
  });

  it('spells in the key: a leading note is a sharp even where the signature has flats', () => {
    const name = (pitch: number, k: string): string => {
      const { letter, alter, octave } = spell(pitch, key(k));
      return `${'CDEFGAB'[letter]}${alter > 0 ? '#' : alter < 0 ? 'b' : ''}${octave}`;
    };
    expect(name(60, 'C major')).toBe('C4');
    expect(name(66, 'C major')).toBe('F#4');
    expect(name(70, 'C major')).toBe('Bb4');
    expect(name(66, 'G minor')).toBe('F#4');
    expect(name(61, 'D minor')).toBe('C#4');
    expect(name(63, 'G minor')).toBe('Eb4');
    expect(name(68, 'A minor')).toBe('G#4');
    expect(name(71, 'F# major')).toBe('B4');
    expect(name(65, 'F# major')).toBe('E#4');
  });

  it('writes octaves, lengths, beams and the bar line', () => {
    expect(
      body(
        tune([
          [60, 0, 4],
          [72, 4, 2],
          [74, 6, 2],
          [59, 8, 8],
          [84, 16, 16],
        ]),
      ),
    ).toBe("C4 c2d2 B,8 | c'16 |]");
  });

  it('ties over the bar line and where one value does not do', () => {
    expect(
      body(
        tune([
          [64, 0, 4],
          [65, 4, 14],
          [67, 18, 14],
        ]),
      ),
    ).toBe('E4 F12- | F2G12-G2 |]');
    expect(
      body(
        tune([
          [64, 0, 5],
          [65, 5, 11],
        ]),
      ),
    ).toBe('E4- EF8-F3 |]');
  });

  it('writes rests, upbeats and a sign once more when there is doubt', () => {
    const melody = tune(
      [
        [67, 0, 4],
        [66, 4, 4],
        [66, 12, 4],
        [65, 16, 4],
      ],
      { pickup: 4 },
    );
    expect(body(melody)).toBe('G4 | ^F4 z4 ^F4 =F4 |]');
    const up = tune(
      [
        [67, 0, 4],
        [72, 4, 16],
        [72, 20, 12],
      ],
      { pickup: 4 },
    );
    expect(body(up)).toBe('G4 | c16 | c12 |]');
  });
});

describe('engraving', () => {
  it('makes the same SVG twice, and says which note is which', async () => {
    const melody = tune([
      [60, 0, 4],
      [62, 4, 20],
      [62, 24, 8],
    ]);
    const a = await engrave(melody, { title: 'Doinu bat' });
    const b = await engrave(melody, { title: 'Doinu bat' });
    expect(a.svg).toBe(b.svg);
    expect(a.svg.startsWith('<svg')).toBe(true);
    // The second note lasts over the bar line: two heads of one note.
    expect(a.notes.map((n) => n.note)).toEqual([0, 1, 1, 2]);
    expect(a.svg).not.toMatch(/<script|href="http/);
  }, 60_000);

  const file = path.resolve('../shared/data/melodies/melodies.jsonl');
  it.skipIf(!existsSync(file))(
    'prints real melodies note for note (needs ../shared)',
    async () => {
      const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
      let seen = 0;
      for (let i = 7; i < lines.length && seen < 4; i += 611) {
        const m = JSON.parse(lines[i]) as {
          key: string;
          metre: string;
          bar: number;
          pickup: number;
          notes: [number, number, number][];
        };
        const k = parseKey(m.key);
        const first = m.notes[0][1];
        if (!k || first !== 0) continue;
        seen++;
        const [a, b] = m.metre.split('/').map(Number);
        const melody = tune(m.notes, { bar: m.bar, pickup: m.pickup, key: k, metre: [a, b] });
        const { notes } = await engrave(melody);
        expect(new Set(notes.map((n) => n.note)).size).toBe(m.notes.length);
        expect(notes.every((n, j) => j === 0 || n.note >= notes[j - 1].note)).toBe(true);
      }
      expect(seen).toBe(4);
    },
    60_000,
  );
});
