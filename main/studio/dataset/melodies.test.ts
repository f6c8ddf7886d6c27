import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readRecord, recordLine, type MelodyRecord } from '../../../app/melody/record.ts';
import type { Melody } from '../../../app/melody/types.ts';
import { seeded } from '../../../app/random.ts';
import { writeMidi } from '../../files/midi.ts';
import { readMelodyData } from '../run/objectives/melody-data.ts';
import { buildMelodies, findMelodies, heldOut, LEAST_MELODIES } from './melodies.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), 'revelado-melodies-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** A melody of its own for each number. */
function melody(n: number, notes = 24): Melody {
  const random = seeded('melody', n);
  return {
    notes: Array.from({ length: notes }, (_, i) => ({
      pitch: 60 + random.int(12),
      onset: 4 * i,
      duration: 3,
    })),
    bar: 16,
    pickup: 0,
    tempo: 100,
    key: { tonic: 0, mode: 'major' },
    phraseStarts: [0, 6],
    syllables: [6, notes - 6],
    neurri: null,
    seed: null,
    metre: [4, 4],
  };
}
const record = (n: number, more: Partial<MelodyRecord> = {}): MelodyRecord => ({
  ...{ id: `m${n}`, split: 'train', kind: 'song', title: `M ${n}`, source: 'own', melody: melody(n) },
  ...more,
});
const midi = (name: string, n: number, notes?: number): void => {
  mkdirSync(path.dirname(path.join(dir, name)), { recursive: true });
  writeFileSync(path.join(dir, name), writeMidi(melody(n, notes)));
};

describe('a record', () => {
  it('is read from its line as it was', () => {
    expect(readRecord(recordLine(record(3)))).toEqual(record(3));
  });
});

describe('a dataset of melodies', () => {
  it('is made of the files of a folder and all folders in it, each melody once, with what was left out', async () => {
    for (let n = 0; n < 22; n++) midi(`${n % 2 ? 'deeper/' : ''}tune-${n}.mid`, n);
    midi('again.mid', 4);
    midi('short.mid', 90, 9);
    writeFileSync(path.join(dir, 'broken.mid'), 'MThd and no more');
    writeFileSync(path.join(dir, 'notes.txt'), 'no melody');
    const out = path.join(dir, 'out');
    const seen: string[] = [];
    const report = await buildMelodies([dir], out, { onProgress: (_d, _t, label) => seen.push(label) });
    expect(report).toMatchObject({
      kind: 'melodies',
      counts: { unreadable: 1, short: 1, double: 1 },
      sources: [{ melodies: 22 }],
    });
    expect(report.train + report.test).toBe(22);
    expect(report.test).toBeGreaterThan(0);
    expect(report.warnings[0]).toMatch(/^22 melodies to learn from are few/);
    expect(report.warnings[1]).toContain('broken.mid');
    expect(seen).toContain(path.join('deeper', 'tune-1.mid'));
    expect(JSON.parse(readFileSync(path.join(out, 'report.json'), 'utf8'))).toEqual(report);
    // What a run then learns from is what was counted.
    const data = await readMelodyData(out);
    expect([data.train.length, data.held.length]).toEqual([report.train, report.test]);
    expect(data.train[0].melody.notes).toHaveLength(24);
  });
  it('takes files of records, with their kinds and phrases, and tells melodies of two sources apart', async () => {
    for (const source of ['one', 'two']) {
      mkdirSync(path.join(dir, source));
      const lines = Array.from({ length: 15 }, (_, n) =>
        recordLine(record(n, { melody: melody(n + (source === 'one' ? 0 : 100)) })),
      );
      writeFileSync(path.join(dir, source, 'melodies.jsonl'), `${lines.join('\n')}\nno json\n`);
    }
    const out = path.join(dir, 'out');
    await buildMelodies([path.join(dir, 'one'), path.join(dir, 'two')], out);
    const { records, counts } = await findMelodies(out);
    expect(counts.unreadable).toBe(0);
    expect(records).toHaveLength(30);
    expect(new Set(records.map((r) => r.id)).size).toBe(30);
    expect(records[0]).toMatchObject({ id: 'one/m0', kind: 'song', melody: { phraseStarts: [0, 6] } });
  });
  it('is refused where there are too few, naming the folder and the first fault, and leaves nothing behind', async () => {
    for (let n = 0; n < LEAST_MELODIES - 1; n++) midi(`tune-${n}.mid`, n);
    writeFileSync(path.join(dir, 'broken.mid'), 'MThd and no more');
    const out = path.join(dir, 'out');
    await expect(buildMelodies([dir], out)).rejects.toThrow(/holds 19 melodies[^]*broken\.mid/);
    await expect(findMelodies(out)).rejects.toThrow(/out/);
    await expect(buildMelodies([path.join(dir, 'gone')], out)).rejects.toThrow(/gone/);
  });
  it('holds the same melodies out each time, and some even where chance would hold out none', () => {
    const all = Array.from({ length: 200 }, (_, n) => record(n));
    const { train, held } = heldOut(all);
    expect(held.length).toBeGreaterThan(8);
    expect(
      heldOut([...all].reverse())
        .held.map((r) => r.id)
        .sort(),
    ).toEqual(held.map((r) => r.id).sort());
    const unlucky = heldOut(train.slice(0, 20));
    expect([unlucky.train.length, unlucky.held.length]).toEqual([18, 2]);
  });
});
