/** Representation: grid, events, columns and keys; what is exact stays exact. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { BLANK, ColumnReader, CLASS_CHANNELS, fromColumns, toColumns } from './columns.ts';
import { DURATIONS, eventsOf, intervalOf, isExact, notesOf, REST_TONE, toneClass } from './events.ts';
import { FEATURES, featuresOf } from './features.ts';
import { findKey, keyName, parseKey, sharpsOf, tonicPitch } from './key.ts';
import { openPlan, planEnd, planOf } from './plan.ts';
import { readRecord, type MelodyRecord } from './record.ts';
import { fromSoundingSteps, fromTokens, HOLD, onsetToken, REST, soundingSteps, toTokens } from './tokens.ts';
import type { Melody, Note } from './types.ts';

const notes = (...list: [number, number, number][]): Note[] =>
  list.map(([pitch, onset, duration]) => ({ pitch, onset, duration }));
const melody = (list: Note[], more: Partial<Melody> = {}): Melody => ({
  notes: list,
  bar: 16,
  pickup: 0,
  tempo: null,
  key: { tonic: 0, mode: 'major' },
  phraseStarts: [],
  syllables: [],
  neurri: null,
  seed: null,
  metre: [4, 4],
  ...more,
});
/** Two equal notes in a row, a rest, a long note. */
const tune = melody(notes([60, 0, 2], [60, 2, 2], [62, 6, 4], [67, 10, 6], [60, 16, 16]));

describe('grid', () => {
  it('marks onsets, so that repeated notes stay two', () => {
    const tokens = toTokens(tune.notes);
    expect([...tokens.slice(0, 8)]).toEqual([
      onsetToken(60),
      HOLD,
      onsetToken(60),
      HOLD,
      REST,
      REST,
      onsetToken(62),
      HOLD,
    ]);
    expect(fromTokens(tokens)).toEqual(tune.notes);
  });
  it('the older form merges them', () => {
    const back = fromSoundingSteps(soundingSteps(tune.notes));
    expect(back[0]).toEqual({ pitch: 60, onset: 0, duration: 4 });
    expect(back).toHaveLength(tune.notes.length - 1);
  });
  it('a hold after a rest is a rest', () => {
    expect(fromTokens([HOLD, REST, HOLD, onsetToken(64)])).toEqual(notes([64, 3, 1]));
  });
});

describe('events', () => {
  it('hold a melody with its rests', () => {
    expect(tonicPitch(tune.notes, 0)).toBe(60);
    const events = eventsOf(tune);
    expect(events.map((e) => (e.tone === REST_TONE ? 'rest' : intervalOf(e.tone)))).toEqual([
      0,
      0,
      'rest',
      2,
      7,
      0,
    ]);
    expect(events.map((e) => DURATIONS[e.duration])).toEqual([2, 2, 2, 4, 6, 16]);
    expect(notesOf(events, 60)).toEqual(tune.notes);
    expect(isExact(tune)).toBe(true);
    expect(isExact(melody(notes([60, 0, 13])))).toBe(false);
  });
  it('moves far tones by octaves', () => {
    expect(intervalOf(toneClass(27))).toBe(15);
    expect(intervalOf(toneClass(-17))).toBe(-5);
    expect(intervalOf(toneClass(26))).toBe(26);
  });
  it('do not change with the key that a melody is in', () => {
    const up = melody(
      tune.notes.map((n) => ({ ...n, pitch: n.pitch + 5 })),
      { key: { tonic: 5, mode: 'major' } },
    );
    expect(eventsOf(up)).toEqual(eventsOf(tune));
  });
});

describe('features and columns', () => {
  const record = {
    melody: melody([...tune.notes, ...tune.notes.map((n) => ({ ...n, onset: n.onset + 32 }))]),
    kind: 'song',
  } as const;
  const plan = planOf(record);

  it('know the phrases', () => {
    expect(plan.phrases).toEqual([
      { start: 0, end: 32, notes: 5 },
      { start: 32, end: 64, notes: 5 },
    ]);
    expect(planEnd(plan)).toBe(64);
    expect(openPlan(plan).phrases[0].notes).toBe(0);
  });
  it('tell of each event only what was before it', () => {
    const events = eventsOf(record.melody);
    const all = featuresOf(plan, events);
    expect(all.flat().every((i) => i >= 0 && i < FEATURES)).toBe(true);
    const other = events.map((e, i) => (i < 8 ? e : { ...e, tone: 5 }));
    expect(featuresOf(plan, other).slice(0, 9)).toEqual(all.slice(0, 9));
    expect(featuresOf(plan, other)[9]).not.toEqual(all[9]);
  });
  it('columns go there and back', () => {
    const columns = toColumns(record.melody.notes, 60, 64);
    expect(fromColumns(columns, 60)).toEqual(record.melody.notes);
  });
  it('what is blank is not seen', () => {
    const reader = new ColumnReader(plan);
    const columns = toColumns(record.melody.notes, 60, 64);
    const other = toColumns(
      record.melody.notes.map((n) => ({ ...n, pitch: n.pitch + 2 })),
      60,
      64,
    );
    for (const c of [columns, other]) c.fill(BLANK, 32);
    columns.set(other.subarray(0, 32));
    for (const t of [0, 31, 32, 63]) expect(reader.channels(columns, t)).toEqual(reader.channels(other, t));
    expect(Math.max(...reader.channels(columns, 5))).toBeGreaterThanOrEqual(CLASS_CHANNELS);
  });
});

describe('keys', () => {
  it.each([
    ['G major', 1],
    ['Bb major', -2],
    ['E minor', 1],
    ['A dorian', 1],
    ['D mixolydian', 1],
    ['F# major', 6],
  ])('%s has %i sharps', (text, sharps) => {
    const key = parseKey(text);
    expect(key && sharpsOf(key)).toBe(sharps);
    expect(key && keyName(key)).toBe(text);
  });
  it('are found by their notes', () => {
    expect(
      findKey(notes([67, 0, 4], [69, 4, 2], [71, 6, 2], [72, 8, 2], [74, 10, 2], [78, 12, 2], [79, 14, 8])),
    ).toEqual({
      tonic: 7,
      mode: 'major',
    });
  });
});

const file = path.resolve('../shared/data/melodies/melodies.jsonl');
describe.skipIf(!existsSync(file))('the melodies that are learnt from (skipped without them)', () => {
  const records = existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map(readRecord)
    : [];
  it('are all read, and stay what they are on the grid', () => {
    expect(records).toHaveLength(3392);
    for (const record of records as MelodyRecord[])
      expect(fromTokens(toTokens(record.melody.notes))).toEqual(record.melody.notes);
  });
  it('are nearly all exact as events', () => {
    const exact = (records as MelodyRecord[]).filter((r) => isExact(r.melody)).length;
    expect(exact / records.length).toBeGreaterThan(0.97);
  });
});

describe('records', () => {
  it.each([
    ['', 'empty'],
    ['{}', 'no notes'],
    ['{"bar":16,"notes":[[60,0,2],[62,1,2]]}', 'two at once'],
    ['{"bar":16,"notes":[[60,0,0]]}', 'no duration'],
    ['{"bar":16,"notes":[[60.5,0,1]]}', 'no pitch'],
    ['{"bar":0,"notes":[[60,0,1]]}', 'no bar'],
  ])('%s is none: %s', (line) => expect(readRecord(line)).toBeNull());
});
