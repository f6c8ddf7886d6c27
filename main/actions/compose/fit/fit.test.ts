/** The score of a film is exactly as long as the film, closes with it, and stays under the ceiling at any volume. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Melody } from '../../../../app/melody/types.ts';
import { reelScoreSchema, type ReelScore } from '../../../../app/recipe/film.ts';
import { truePeak } from '../../../../app/sound/loudness.ts';
import { scoreFilm, writeFilmScore } from './index.ts';

const melody: Melody = {
  notes: [60, 62, 64, 65, 67, 65, 62, 60].map((pitch, i) => ({ pitch, onset: 4 * i, duration: 4 })),
  bar: 16,
  pickup: 0,
  tempo: 120,
  key: { tonic: 0, mode: 'major' },
  phraseStarts: [0, 4],
  syllables: [4, 4],
  neurri: null,
  seed: null,
  metre: [4, 4],
};
const score = (more: Partial<ReelScore> = {}): ReelScore =>
  reelScoreSchema.parse({
    neurri: 'zortziko-txikia',
    seed: 1,
    melody,
    instrument: 'guitar',
    accompaniment: 'none',
    fadeIn: 0,
    fadeOut: 0.2,
    ...more,
  });
const folder = mkdtempSync(path.join(tmpdir(), 'revelado-score-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the score of a film', () => {
  it('ends a phrase on the cut and the last note on the last frame', async () => {
    const seconds = 101 / 24;
    const { fit, sound, notes } = await scoreFilm(score(), { seconds, cuts: [2.2] });
    expect(sound.left.length).toBe(Math.round(seconds * 48000));
    expect(fit.passages.map((p) => p.at)).toEqual([0, 2.2]);
    expect(fit.met).toBe(1);
    expect(notes).toEqual([]);
    const late = sound.left.subarray(Math.round((seconds - 0.3) * 48000));
    expect(Math.max(...late)).toBeGreaterThan(0.01);
    expect(Math.abs(sound.left[sound.left.length - 1])).toBeLessThan(1e-3);
  });

  it('gives a blink of a film its closing note, and says so', async () => {
    const { fit, notes, sound } = await scoreFilm(score(), { seconds: 0.4, cuts: [] });
    expect(fit.passages).toEqual([{ melody: 0, from: 28, to: 32, at: 0, seconds: 0.4 }]);
    expect(sound.left.length).toBe(19200);
    expect(notes[0]).toMatch(/0\.40 s, less than one phrase/);
  });

  it('is refused for what nobody would listen to, and for a tempo that nobody plays', async () => {
    await expect(scoreFilm(score(), { seconds: 7201, cuts: [] })).rejects.toThrow(/at most 2 hours/);
  });

  it('keeps under -1 dBTP at double volume', async () => {
    const { sound } = await scoreFilm(score({ volume: 2 }), { seconds: 4, cuts: [] });
    expect(truePeak([sound.left, sound.right])).toBeLessThanOrEqual(-0.95);
  });

  it('writes the same file every time', async () => {
    const a = path.join(folder, 'a.wav');
    const b = path.join(folder, 'sub', 'b.wav');
    await writeFilmScore(score(), { seconds: 1.5, cuts: [] }, a);
    await writeFilmScore(score(), { seconds: 1.5, cuts: [] }, b);
    expect(readFileSync(a).equals(readFileSync(b))).toBe(true);
    expect(readFileSync(a).length).toBe(44 + 6 * 72000);
  });
});
