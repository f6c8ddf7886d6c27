/** Only sound melodies cross the border. */
import { describe, expect, it } from 'vitest';
import { melodySchema, parseMelody } from './schema.ts';

const good = {
  notes: [
    { pitch: 60, onset: 0, duration: 4 },
    { pitch: 60, onset: 4, duration: 4 },
  ],
  bar: 16,
  pickup: 0,
  tempo: null,
  key: { tonic: 0, mode: 'major' },
  phraseStarts: [0],
  syllables: [2],
  neurri: null,
  seed: 7,
  metre: [4, 4],
};

describe('melodySchema', () => {
  it('takes a melody as it is', () => {
    expect(parseMelody(good)).toEqual(good);
  });
  it.each([
    ['two notes at once', { notes: [good.notes[0], { pitch: 62, onset: 3, duration: 4 }] }],
    ['phrases beyond the notes', { phraseStarts: [0, 2], syllables: [1, 1] }],
    ['phrases that do not rise', { phraseStarts: [0, 0], syllables: [1, 1] }],
    ['a first phrase that begins later', { phraseStarts: [1] }],
    ['syllables of another number of phrases', { syllables: [1, 1] }],
    ['a pitch that is none', { notes: [{ pitch: 128, onset: 0, duration: 1 }] }],
    ['a note without length', { notes: [{ pitch: 60, onset: 0, duration: 0 }] }],
  ])('refuses %s', (_, wrong) => {
    expect(melodySchema.safeParse({ ...good, ...wrong }).success).toBe(false);
  });
});
