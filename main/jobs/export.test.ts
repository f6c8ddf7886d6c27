/** Exports over the whole services: names, refusals, resuming after a death, disk full, records; and the template itself. */
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RevealError } from '../../app/contract/messages.ts';
import { openDatabase } from '../library/database.ts';
import { makeHouse, until, type House } from '../library/fixture.ts';
import { freeName, outputStem, type NameParts } from './template.ts';

describe('templates', () => {
  const parts: NameParts = {
    name: 'scan 7',
    roll: 'Beach/1962',
    frame: 2,
    frames: 12,
    date: '1962-07-14T10:00:00',
    n: 3,
    total: 120,
  };
  it('fill in every token', () => {
    expect(outputStem('{roll}_{date}_{n}_{frame}_{name}', parts)).toBe('Beach_1962_1962-07-14_003_03_scan 7');
    expect(outputStem('{name}', { ...parts, frames: 1 })).toBe('scan 7');
    expect(outputStem('{roll} {date}', { ...parts, roll: null, date: null, frames: 1 })).toBe('scan 7');
    expect(outputStem('{unknown}', { ...parts, frames: 1 })).toBe('{unknown}');
  });
  it('tell the frames of one scan apart even when the template does not', () => {
    expect(outputStem('{name}', parts)).toBe('scan 7-03');
    expect(outputStem('{name}-{n}', parts)).toBe('scan 7-003');
  });
  it('never lead out of the folder, never end in what a system refuses', () => {
    const one = { ...parts, frames: 1 };
    expect(outputStem('../../{name}', one)).toBe('__.._scan 7');
    expect(outputStem('a/b\\c:d*e?"<>|', one)).toBe('a_b_c_d_e_____');
    expect(outputStem('name. . ', one)).toBe('name');
    expect(outputStem('CON', one)).toBe('CON_');
    expect(outputStem('...', one)).not.toMatch(/^\./);
    expect(Buffer.byteLength(outputStem('ñ'.repeat(300), one))).toBeLessThanOrEqual(200);
    expect(outputStem('\n\t', one)).not.toBe('');
  });
  it('number what would collide, whatever the case', () => {
    const taken = new Set<string>();
    const none = () => false;
    expect(['A', 'a', 'A'].map((s) => freeName(s, '.tif', taken, none))).toEqual([
      'A.tif',
      'a-2.tif',
      'A-3.tif',
    ]);
    expect(freeName('b', '.tif', taken, (n) => n === 'b.tif')).toBe('b-2.tif');
  });
});

describe('export', () => {
  let house: House;
  let free = 1e12;
  beforeEach(async () => {
    free = 1e12;
    house = await makeHouse({
      tools: {
        rollBaseline: (await import('../library/fake-engine.ts')).fakeBaseline,
        freeSpace: async () => free,
      },
    });
  });
  afterEach(() => house.close());
  const out = (...parts: string[]) => path.join(house.dir, 'exports', ...parts);
  const take = async (...files: [string, string][]) => {
    await house.import(...(await house.files(...files)));
    return house.items({ sort: 'name' });
  };
  const outputs = async (jobId: number) =>
    (await house.ask('jobs.items', { jobId })).items.map((i) => i.output && path.basename(i.output));

  it('writes one file a picture, marks it exported and keeps its record', async () => {
    const [a] = await take(['scans/a.tif', 'one']);
    const { jobId } = await house.ask('export.start', {
      ids: [a.id],
      recipe: { template: '{roll}-{n}-{name}' },
    });
    expect(await house.settled(jobId)).toMatchObject({
      type: 'export',
      state: 'done',
      done: 1,
      title: 'Export a.tif',
    });
    expect(await outputs(jobId)).toEqual(['scans-1-a.tif']);
    expect(existsSync(out('scans-1-a.tif'))).toBe(true);
    expect((await house.ask('library.item', { id: a.id })).state).toBe('exported');
    expect(await house.ask('jobs.record', { jobId, index: 0 })).toEqual({
      record: { input: 'a.tif', file: out('scans-1-a.tif.revelado.json') },
    });
    expect(await house.ask('jobs.openFolder', { jobId })).toEqual({ shown: false, folder: out() });
    await expect(house.ask('jobs.record', { jobId, index: 5 })).rejects.toThrow(/no such item/);
  });

  it('gives same stems different names and never touches a file that is there', async () => {
    const items = await take(['one/a.tif', '1'], ['two/a.tif', '2'], ['scans/b.tif', '3']);
    await mkdir(out(), { recursive: true });
    await writeFile(out('B.TIF'), 'mine');
    const { jobId } = await house.ask('export.start', { ids: items.map((i) => i.id), recipe: {} });
    await house.settled(jobId);
    expect(await outputs(jobId)).toEqual(['a.tif', 'a-2.tif', 'b-2.tif']);
    expect(await readFile(out('B.TIF'), 'utf8')).toBe('mine');
    // Told to, it does.
    const again = await house.ask('export.start', { ids: [items[0].id], recipe: { overwrite: true } });
    await house.settled(again.jobId);
    expect(await outputs(again.jobId)).toEqual(['a.tif']);
  });

  it('gives way when a name is taken between the asking and the writing', async () => {
    const items = await take(['scans/a.tif', '1'], ['scans/b.tif', '2']);
    house.batch.before = async (method, name) => {
      if (method === 'develop' && name === 'a.tif') await writeFile(out('b.tif'), 'somebody else');
    };
    const { jobId } = await house.ask('export.start', { ids: items.map((i) => i.id), recipe: {} });
    expect(await house.settled(jobId)).toMatchObject({ done: 2, failed: 0 });
    expect(await outputs(jobId)).toEqual(['a.tif', 'b-2.tif']);
    expect(await readFile(out('b.tif'), 'utf8')).toBe('somebody else');
  });

  it('refuses the source profile for negatives, 16 bits for JPEG, unknown folders, nothing at all', async () => {
    const [a, p] = await take(['scans/a.tif', '1'], ['scans/print.tif', '2']);
    const start = (ids: number[], recipe: object) => house.ask('export.start', { ids, recipe });
    await expect(start([a.id], { icc: 'source' })).rejects.toThrow(
      /a\.tif: a negative's positive cannot keep/,
    );
    await expect(start([a.id], { format: 'jpeg', bits: 16 })).rejects.toThrow(/8 bits/);
    await expect(start([a.id], { folderId: 'source-1' })).rejects.toThrow(/not a folder for exports/);
    await expect(start([a.id], { folderId: 'x' })).rejects.toThrow(/not known/);
    await expect(start([], {})).rejects.toThrow(/Choose the pictures/);
    const { jobId } = await start([p.id], { icc: 'source' });
    expect(await house.settled(jobId)).toMatchObject({ done: 1 });
  });

  it('names the original that is gone, and does the rest', async () => {
    const items = await take(['scans/a.tif', '1'], ['scans/b.tif', '2']);
    await rm(path.join(house.dir, 'scans', 'a.tif'));
    const { jobId } = await house.ask('export.start', { ids: items.map((i) => i.id), recipe: {} });
    expect(await house.settled(jobId)).toMatchObject({ done: 1, failed: 1 });
    const { items: rows } = await house.ask('jobs.items', { jobId });
    expect(rows[0].error).toMatch(/a\.tif: the original is not at .* any more/);
    await writeFile(path.join(house.dir, 'scans', 'a.tif'), '1');
    await house.ask('jobs.retry', { jobId });
    expect(await house.settled(jobId)).toMatchObject({ done: 2, failed: 0 });
  });

  it('does not develop other bytes under a recipe that was made for the old ones', async () => {
    const [a, b] = await take(['scans/a.tif', 'one'], ['scans/b.tif', 'two']);
    await writeFile(path.join(house.dir, 'scans', 'a.tif'), 'another picture by now');
    const { jobId } = await house.ask('export.start', { ids: [a.id, b.id], recipe: {} });
    expect(await house.settled(jobId)).toMatchObject({ state: 'done', done: 1, failed: 1 });
    const { items } = await house.ask('jobs.items', { jobId });
    expect(items[0].error).toMatch(/a\.tif.*changed since/);
    expect(await readdir(out())).toEqual(['b.tif']);
    // The person is told where the picture is, too.
    await until(async () => (await house.ask('library.item', { id: a.id })).originalChanged);
    expect((await house.ask('library.item', { id: b.id })).originalChanged).toBe(false);
  });

  it('gives way when a name is taken while the picture is made', async () => {
    const [a] = await take(['scans/a.tif', 'one']);
    house.batch.before = async (method, _name, args) => {
      if (method === 'develop' && !existsSync(out('a.tif')))
        await writeFile((args as { output: string }).output, 'precious');
    };
    const { jobId } = await house.ask('export.start', { ids: [a.id], recipe: {} });
    expect(await house.settled(jobId)).toMatchObject({ state: 'done', done: 1, failed: 0 });
    expect((await readdir(out())).sort()).toEqual(['a-2.tif', 'a.tif']);
    expect(await readFile(out('a.tif'), 'utf8')).toBe('precious');
    expect(await outputs(jobId)).toEqual(['a-2.tif']);
  });

  it('resumed after a death, does not write over what another job has finished meanwhile', async () => {
    const [a] = await take(['scans/a.tif', 'one']);
    const stuck = new Promise<void>(() => undefined);
    house.batch.before = (method) => (method === 'develop' ? stuck : undefined);
    const first = await house.ask('export.start', { ids: [a.id], recipe: {} });
    await until(() => house.batch.calls.some((c) => c.startsWith('develop')));
    house.batch.before = () => undefined;
    await writeFile(out('a.tif'), 'of the other job');
    const db = openDatabase(path.join(house.dir, 'data', 'library.db'));
    db.run(
      `INSERT INTO job_items (job_id, idx, input, output, state)
       VALUES ((SELECT MIN(id) FROM jobs WHERE id <> ?), 900, 'x', ?, 'done')`,
      [first.jobId, out('a.tif')],
    );
    db.close();
    await house.restart();
    expect(await house.settled(first.jobId)).toMatchObject({ state: 'done', done: 1, failed: 0 });
    expect(await readFile(out('a.tif'), 'utf8')).toBe('of the other job');
    expect(await readdir(out())).toContain('a-2.tif');
  });

  it('writes over earlier exports when told, never over a scan of the library', async () => {
    const [a] = await take(['scans/a.tif', 'one']);
    await symlink(path.join(house.dir, 'scans'), out());
    const { jobId } = await house.ask('export.start', { ids: [a.id], recipe: { overwrite: true } });
    expect(await house.settled(jobId)).toMatchObject({ state: 'failed', failed: 1 });
    const { items } = await house.ask('jobs.items', { jobId });
    expect(items[0].error).toMatch(/a\.tif is a scan of the library/);
    expect(await readFile(path.join(house.dir, 'scans', 'a.tif'), 'utf8')).toBe('one');
  });

  it('pauses when the disk is full, before and during, and goes on when there is room', async () => {
    const items = await take(['scans/a.tif', '1'], ['scans/b.tif', '2']);
    free = 1000;
    const { jobId } = await house.ask('export.start', { ids: items.map((i) => i.id), recipe: {} });
    const paused = await house.settled(jobId);
    expect(paused).toMatchObject({ state: 'paused', done: 0, failed: 0 });
    expect(paused.error).toMatch(
      /The disk of .*exports is full: a\.tif needs about 2 MB and 0 MB are free\. Make room/,
    );
    free = 1e12;
    let once = true;
    house.batch.before = (method) => {
      if (method !== 'develop' || !once) return;
      once = false;
      free = 0;
      throw new RevealError('disk', 'write failed');
    };
    await house.ask('jobs.resume', { jobId });
    expect(await house.settled(jobId)).toMatchObject({ state: 'paused', done: 0 });
    free = 1e12;
    await house.ask('jobs.resume', { jobId });
    expect(await house.settled(jobId)).toMatchObject({ state: 'done', done: 2, failed: 0 });
  });

  it('goes on after the program ended: done files are verified, a tampered one is put aside and made again', async () => {
    const names = ['a', 'b', 'c', 'd'];
    const items = await take(...names.map((n): [string, string] => [`scans/${n}.tif`, n]));
    let hold: () => void = () => undefined;
    house.batch.before = (method, name) => {
      if (method === 'develop' && name === 'd.tif') return new Promise<void>((resolve) => (hold = resolve));
    };
    const { jobId } = await house.ask('export.start', { ids: items.map((i) => i.id), recipe: {} });
    await until(async () => (await house.ask('jobs.list', {})).jobs.find((j) => j.id === jobId)?.done === 3);
    const good = await readFile(out('b.tif'), 'utf8');
    await rm(out('a.tif'));
    await writeFile(out('b.tif'), 'painted over');
    house.batch.calls.length = 0;
    house.batch.before = () => undefined;
    await house.restart();
    hold();
    expect(await house.settled(jobId)).toMatchObject({ state: 'done', done: 4, failed: 0 });
    expect(house.batch.calls.filter((c) => c.startsWith('develop'))).toEqual([
      'develop a.tif',
      'develop b.tif',
      'develop d.tif',
    ]);
    expect((await readdir(out())).sort()).toEqual(['a.tif', 'b (changed).tif', 'b.tif', 'c.tif', 'd.tif']);
    expect(await readFile(out('b.tif'), 'utf8')).toBe(good);
    expect(await readFile(out('b (changed).tif'), 'utf8')).toBe('painted over');
  });

  it('makes the file of an item anew that was written but not yet marked when the process died', async () => {
    const [a] = await take(['scans/a.tif', 'one']);
    // The engine wrote the file, then everything died before the answer came.
    house.batch.before = async (method, _name, args) => {
      if (method !== 'develop') return;
      await writeFile((args as { output: string }).output, 'written in the last moment');
      await new Promise(() => undefined);
    };
    const { jobId } = await house.ask('export.start', { ids: [a.id], recipe: {} });
    await until(() => existsSync(out('a.tif')));
    house.batch.before = () => undefined;
    await house.restart();
    expect(await house.settled(jobId)).toMatchObject({ state: 'done', done: 1, failed: 0 });
    expect(await readdir(out())).toEqual(['a.tif']);
    expect(await readFile(out('a.tif'), 'utf8')).toMatch(/^developed/);
  });

  it('keeps presets of the person beside those that ship', async () => {
    const shipped = (await house.ask('export.presets', {})).presets;
    expect(shipped.length).toBeGreaterThan(1);
    await house.ask('export.savePreset', { preset: { name: 'Web', format: 'webp', bits: 8 } });
    await house.ask('export.savePreset', { preset: { name: 'Web', format: 'jpeg', bits: 8 } });
    const { presets } = await house.ask('export.presets', {});
    expect(presets.slice(shipped.length).map((p) => [p.name, p.format])).toEqual([['Web', 'jpeg']]);
    await expect(house.ask('export.savePreset', { preset: { name: '  ' } })).rejects.toThrow(/needs a name/);
  });
});
