/** Melodies to files and back, and files that hold none. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { MIDIBuilder } from 'spessasynth_core';
import { afterAll, describe, expect, it } from 'vitest';
import { readRecord } from '../../app/melody/record.ts';
import { fromTokens, toTokens } from '../../app/melody/tokens.ts';
import type { Melody } from '../../app/melody/types.ts';
import { melodyOfBytes, readMelodyFile, writeMidiFile } from './melody-file.ts';
import { readMidi, writeMidi } from './midi.ts';

const dir = mkdtempSync(path.join(os.tmpdir(), 'melody-'));
afterAll(() => rmSync(dir, { recursive: true }));

const melody: Melody = {
  notes: [
    [62, 0, 2],
    [67, 2, 4],
    [67, 6, 2],
    [71, 10, 3],
    [69, 13, 1],
    [67, 14, 8],
  ].map(([pitch, onset, duration]) => ({ pitch, onset, duration })),
  bar: 12,
  pickup: 2,
  tempo: 100,
  key: { tonic: 9, mode: 'dorian' },
  phraseStarts: [0, 3],
  syllables: [3, 3],
  neurri: '3-3',
  seed: 7,
  metre: [6, 8],
};

/** A file of some notes [channel, pitch, from, to] in ticks of 480 a quarter. */
function file(notes: readonly [number, number, number, number][], tempo = 120): Uint8Array {
  const builder = new MIDIBuilder({ name: 'test', timeDivision: 480, initialTempo: tempo, format: 0 });
  if (builder.tracks.length === 0) builder.addTrack('test');
  const events = notes.flatMap(([channel, pitch, from, to]) => [
    { at: from, on: true, channel, pitch },
    { at: to, on: false, channel, pitch },
  ]);
  for (const e of events.sort((a, b) => a.at - b.at || Number(a.on) - Number(b.on)))
    if (e.on) builder.noteOn(e.at, 0, e.channel, e.pitch, 80);
    else builder.noteOff(e.at, 0, e.channel, e.pitch);
  builder.flush();
  return new Uint8Array(builder.writeMIDI());
}
const said = async (work: () => unknown): Promise<string> => {
  try {
    await work();
    return 'nothing';
  } catch (error) {
    return (error as Error).message;
  }
};
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

describe('MIDI', () => {
  it('gives back all that a melody is', () => {
    expect(readMidi(writeMidi(melody), 'a.mid')).toEqual(melody);
  });
  it('is written to a file and read from it', async () => {
    const out = path.join(dir, 'tune.mid');
    await writeMidiFile(out, melody);
    expect(await readMelodyFile(out)).toEqual(melody);
    expect(await said(() => writeMidiFile(out, melody))).toContain('tune.mid');
  });
  it('of strangers is put on the grid: played late, legato, after a bar of silence', () => {
    const read = readMidi(
      file([
        [0, 60, 1930, 2170],
        [0, 62, 2155, 2400],
        [0, 64, 2405, 2880],
        [9, 36, 0, 200],
      ]),
      'a.mid',
    );
    expect(read.notes).toEqual([
      { pitch: 60, onset: 0, duration: 2 },
      { pitch: 62, onset: 2, duration: 2 },
      { pitch: 64, onset: 4, duration: 4 },
    ]);
    expect([read.bar, read.pickup, read.tempo]).toEqual([16, 0, 120]);
  });
  it('of several voices: the melody is read, not the chords', () => {
    const chords = [0, 480, 960, 1440].flatMap((t): [number, number, number, number][] =>
      [48, 52, 55].map((p) => [1, p, t, t + 480]),
    );
    const tune = [60, 62, 64, 65].map((p, i): [number, number, number, number] => [
      0,
      p,
      i * 480,
      i * 480 + 480,
    ]);
    expect(readMidi(file([...chords, ...tune]), 'a.mid').notes.map((n) => n.pitch)).toEqual([60, 62, 64, 65]);
  });
  it.each([
    ['empty', new Uint8Array(0), 'no notes'],
    ['cut off', writeMidi(melody).slice(0, 60), 'breaks off in the middle'],
    ['without notes', file([]), 'no notes'],
    ['drums', file([[9, 38, 0, 100]]), 'drums only'],
    ['chords', file([48, 52, 55].map((p) => [0, p, 0, 480])), 'several notes at a time (67 %'],
    ['too slow', file([[0, 60, 0, 480]], 5), 'tempo of 5 quarter notes'],
  ])('%s: says what is wrong', async (_name, bytes, words) => {
    const message = await said(() => readMidi(bytes, 'bad.mid'));
    expect(message).toContain('bad.mid');
    expect(message).toContain(words);
  });
});

describe('printed music', () => {
  it('ABC with its upbeat, tempo and key', async () => {
    const read = await melodyOfBytes(
      text('X:1\nM:6/8\nL:1/8\nQ:3/8=110\nK:D\nA|d2d dcd|e2d B2A|d3|]\n'),
      'a.abc',
    );
    expect(read.notes.slice(0, 4)).toEqual([
      { pitch: 69, onset: 0, duration: 2 },
      { pitch: 74, onset: 2, duration: 4 },
      { pitch: 74, onset: 6, duration: 2 },
      { pitch: 74, onset: 8, duration: 2 },
    ]);
    expect([read.pickup, read.bar, read.tempo, read.key]).toEqual([2, 12, 165, { tonic: 2, mode: 'major' }]);
  });
  it('what is no music', async () => {
    expect(await said(() => melodyOfBytes(text('hello'), 'a.txt'))).toBe(
      'a.txt is no MIDI, ABC or MusicXML file.',
    );
    expect(await said(() => melodyOfBytes(text('X:1\nK:C\n'), 'a.abc'))).toBe('a.abc has no notes.');
  });
  it('a file that is not there', async () => {
    expect(await said(() => readMelodyFile(path.join(dir, 'gone.mid')))).toContain('gone.mid');
    writeFileSync(path.join(dir, 'x.mid'), '');
    expect(await said(() => readMelodyFile(path.join(dir, 'x.mid')))).toContain('x.mid');
  });
});

const data = path.resolve('../shared/data/melodies/melodies.jsonl');
describe.skipIf(!existsSync(data))(
  'round trip of the melodies that are learnt from (skipped without them)',
  () => {
    it('file to tokens to file: pitches, onsets and durations equal', () => {
      const lines = readFileSync(data, 'utf8').split('\n');
      let count = 0;
      for (const line of lines) {
        const record = readRecord(line);
        if (!record) continue;
        count++;
        const there = readMidi(writeMidi(record.melody), record.id);
        const back = readMidi(writeMidi({ ...there, notes: fromTokens(toTokens(there.notes)) }), record.id);
        expect(back.notes).toEqual(record.melody.notes);
      }
      expect(count).toBe(3392);
    });
  },
);
