/** Import over the whole services: kinds, frames, idempotence, duplicates, lost and found originals, rolls, watched folders. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defaultDevelopParams } from '../../app/recipe/develop.ts';
import { makeHouse, until, type House } from './fixture.ts';

let house: House;
beforeEach(async () => {
  house = await makeHouse();
});
afterEach(() => house.close());

const recipeWith = (exposure: number) => {
  const params = defaultDevelopParams();
  params.lights.exposure = exposure;
  return { action: 'develop' as const, version: 1 as const, params };
};

describe('import', () => {
  it('takes good files in, names bad ones with their reason, and counts both', async () => {
    await house.files(['scans/a.tif', 'one'], ['scans/bad.tif', 'two'], ['scans/c.tif', 'three']);
    const job = await house.import(path.join(house.dir, 'scans'));
    expect(job).toMatchObject({ state: 'done', done: 2, failed: 1, total: 3 });
    expect(job.error).toBe('1 of 3 could not be done; 2 done.');
    const { items } = await house.ask('jobs.items', { jobId: job.id });
    expect(items.map((i) => [path.basename(i.input), i.state, i.error])).toEqual([
      ['a.tif', 'done', null],
      ['bad.tif', 'failed', 'bad.tif: not a picture.'],
      ['c.tif', 'done', null],
    ]);
    const library = await house.items();
    expect(library.map((i) => i.name)).toEqual(['a.tif', 'c.tif']);
    expect(library[0]).toMatchObject({
      kind: 'colour-negative',
      kindReasons: ['The scanner software calls it a negative.'],
      state: 'analysed',
      camera: 'EPSON Perfection V700',
      scanDate: '2024-05-06T10:00:00',
      width: 600,
      height: 400,
    });
    expect(library[0].aspect).toBeCloseTo(512 / 341, 6);
    expect(library[0].thumbVersion).toBeGreaterThan(0);
    expect(existsSync(house.services.thumbPath(library[0].id)!)).toBe(true);
  });

  it('gives the same result with an engine that knows no ingest', async () => {
    house.interactive.knowsIngest = false;
    await house.files(['scans/a.tif', 'one'], ['scans/b.tif', 'two']);
    const job = await house.import(path.join(house.dir, 'scans'));
    expect(job).toMatchObject({ state: 'done', done: 2, failed: 0 });
    const items = await house.items();
    expect(items.every((i) => i.thumbVersion > 0 && i.kind === 'colour-negative')).toBe(true);
    // Asked once in vain, by each of the two workers at most.
    expect(house.interactive.count('ingest')).toBeLessThanOrEqual(2);
  });

  it('is idempotent: the same path again decodes nothing and changes nothing', async () => {
    await house.files(['scans/a.tif', 'one'], ['scans/b.tif', 'two']);
    await house.import(path.join(house.dir, 'scans'));
    const before = await house.items();
    await house.ask('recipe.set', { itemId: before[0].id, recipe: recipeWith(1), label: 'Exposure' });
    house.interactive.calls.length = 0;
    const again = await house.import(path.join(house.dir, 'scans'));
    expect(again).toMatchObject({ done: 2, failed: 0 });
    expect(house.interactive.calls.filter((c) => !c.startsWith('thumbnail'))).toEqual([]);
    const after = await house.items();
    expect(after.map((i) => i.id)).toEqual(before.map((i) => i.id));
    expect((await house.ask('recipe.get', { itemId: before[0].id })).recipe?.params.lights.exposure).toBe(1);
  });

  it('recognises duplicates by content and does not decode them', async () => {
    await house.files(['scans/a.tif', 'same'], ['copies/b.tif', 'same']);
    await house.import(path.join(house.dir, 'scans'));
    house.interactive.calls.length = 0;
    await house.import(path.join(house.dir, 'copies'));
    expect(house.interactive.count('ingest') + house.interactive.count('analyse')).toBe(0);
    const [a, b] = await house.items({ sort: 'name' });
    expect([a.duplicateOf, b.duplicateOf]).toEqual([null, a.id]);
    await house.ask('library.remove', { ids: [a.id] });
    expect((await house.ask('library.item', { id: b.id })).duplicateOf).toBeNull();
  });

  it('finds a moved original again by content, with its recipe', async () => {
    const [file] = await house.files(['scans/a.tif', 'one']);
    await house.import(file);
    const [item] = await house.items();
    await house.ask('recipe.set', { itemId: item.id, recipe: recipeWith(2), label: 'Exposure' });
    await mkdir(path.join(house.dir, 'moved'));
    await rename(file, path.join(house.dir, 'moved', 'renamed.tif'));
    await house.restart({ timing: { sweepMs: 1, changeMs: 5, beatMs: 20 } });
    await until(async () => (await house.items())[0].state === 'missing');
    await house.import(path.join(house.dir, 'moved'));
    const [found, ...more] = await house.items();
    expect(more).toEqual([]);
    expect(found).toMatchObject({ id: item.id, name: 'renamed.tif', state: 'edited' });
    expect(house.services.itemPath(item.id)).toBe(path.join(house.dir, 'moved', 'renamed.tif'));
    expect((await house.ask('recipe.get', { itemId: item.id })).recipe?.params.lights.exposure).toBe(2);
  });

  it('takes a file that was scanned anew under its old name as new content', async () => {
    const [file] = await house.files(['scans/a.tif', 'one']);
    await house.import(file);
    const [before] = await house.items();
    await new Promise((resolve) => setTimeout(resolve, 20));
    await writeFile(file, 'another scan');
    house.interactive.calls.length = 0;
    await house.import(file);
    const [after, ...more] = await house.items();
    expect(more).toEqual([]);
    expect(after.id).toBe(before.id);
    expect(house.interactive.count('ingest')).toBe(1);
    expect(after.thumbVersion).toBeGreaterThan(before.thumbVersion);
  });

  it('makes one item per frame of a strip', async () => {
    const [file] = await house.files(['scans/strip3.tif', 'one']);
    await house.import(file);
    const items = await house.items();
    expect(items.map((i) => [i.frame, i.width, i.height])).toEqual([
      [0, 200, 400],
      [1, 200, 400],
      [2, 200, 400],
    ]);
    await house.ask('frames.set', {
      itemId: items[0].id,
      frames: [
        { x: 0, y: 0, w: 0.5, h: 1, angle: 0 },
        { x: 0.5, y: 0.25, w: 0.5, h: 0.5, angle: 1 },
      ],
    });
    const changed = await house.items();
    expect(changed.map((i) => [i.id, i.frame, i.width, i.height])).toEqual([
      [items[0].id, 0, 300, 400],
      [items[1].id, 1, 300, 200],
    ]);
    const auto = await house.ask('develop.auto', { itemId: items[0].id });
    expect(auto.frames[1]).toEqual({ x: 0.5, y: 0.25, w: 0.5, h: 0.5, angle: 1 });
    const task = house.services.pixelsTask({
      itemId: items[1].id,
      recipe: null,
      show: 'developed',
      geometry: true,
      view: { x: 0, y: 0, w: 1, h: 1 },
      maxWidth: 10,
      maxHeight: 10,
      space: 'srgb',
    });
    expect(task.context.frame).toBe(1);
    expect(task.context.analysis?.frames).toHaveLength(2);
    // The left half lies over frames 0 and 1 (more of 0), the right one over 1 and 2 (more of 2).
    expect(task.context.analysis?.perFrame?.map((f) => f.exposure)).toEqual([0, 0.2]);
    expect(task.context.roll?.exposure).toBe(2);
    // Back to what was found: the third picture returns as the item it was.
    expect(auto.framesByPerson).toBe(true);
    await house.ask('frames.set', { itemId: items[0].id, frames: null });
    expect((await house.items()).map((i) => [i.id, i.frame, i.width])).toEqual(
      items.map((i) => [i.id, i.frame, i.width]),
    );
    const again = await house.ask('develop.auto', { itemId: items[0].id });
    expect([again.framesByPerson, again.frames.length]).toEqual([false, 3]);
  });

  it('keeps films as reels, with one of their frames as picture', async () => {
    const [file] = await house.files(['scans/wedding.mp4', 'moving']);
    await house.import(file);
    const [reel] = await house.items();
    expect(reel).toMatchObject({ kind: 'reel', state: 'analysed', thumbVersion: 1 });
    expect(house.interactive.calls).toContain('reelPoster wedding.mp4');
    const { groups } = await house.ask('library.groups', {});
    expect(groups).toMatchObject([{ kind: 'reel', name: 'scans', count: 1 }]);
    const refused = await house.ask('export.start', { ids: [reel.id], recipe: {} });
    expect(await house.settled(refused.jobId)).toMatchObject({ state: 'failed', failed: 1 });
  });

  it('retries a file on safer settings when the engine dies on it, and fails it with words the second time', async () => {
    const files = await house.files(['scans/once.tif', 'one'], ['scans/twice.tif', 'two']);
    house.interactive.deaths.set('once.tif', 1);
    house.interactive.deaths.set('twice.tif', 2);
    const safer: unknown[] = [];
    house.interactive.before = (method, name, args) => {
      if (method === 'ingest') safer.push([name, (args as { safer?: boolean }).safer ?? false]);
    };
    const job = await house.import(...files);
    expect(job).toMatchObject({ done: 1, failed: 1 });
    expect(safer).toContainEqual(['once.tif', true]);
    const { items } = await house.ask('jobs.items', { jobId: job.id });
    expect(items[1].error).toMatch(/ran out of memory.*tried twice/);
    expect(house.events.some((e) => e.topic === 'notice')).toBe(true);
  });

  it('puts files that come one by one into one job', async () => {
    const files = await house.files(['scans/a.tif', '1'], ['scans/b.tif', '2'], ['scans/c.tif', '3']);
    house.interactive.before = () => new Promise((resolve) => setTimeout(resolve, 30));
    const jobs = [];
    for (const file of files) jobs.push(await house.services.importPaths([file]));
    expect(new Set(jobs).size).toBe(1);
    expect(await house.settled(jobs[0])).toMatchObject({ done: 3, total: 3, title: 'Import 3 files' });
  });

  it('names files that vanish while they wait, and takes odd names as they are', async () => {
    const odd = [
      ' leading',
      'new\nline.tif',
      'quote\'".tif',
      'ñandú 雪 🎞.tif',
      '%41{name}.tif',
      '-rf.tif',
      'UPPER.TIF',
    ];
    const files = await house.files(
      ...odd.map((n): [string, string] => [`scans/${n.includes('.') ? n : `${n}.tif`}`, n]),
    );
    const [gone] = await house.files(['scans/zz-gone.tif', 'x']);
    let first = true;
    house.interactive.before = async () => {
      if (first) await rm(gone);
      first = false;
    };
    const job = await house.import(path.join(house.dir, 'scans'));
    expect(job).toMatchObject({ state: 'done', done: odd.length, failed: 1 });
    const { items } = await house.ask('jobs.items', { jobId: job.id });
    expect(items.find((i) => i.state === 'failed')?.error).toBe(
      'zz-gone.tif is not there (moved, renamed or deleted).',
    );
    expect(new Set((await house.items()).map((i) => i.name))).toEqual(
      new Set(files.map((f) => path.basename(f))),
    );
    for (const item of await house.items()) {
      const found = await house.items({ text: item.name.trim() });
      expect(
        found.map((i) => i.id),
        item.name,
      ).toContain(item.id);
    }
  });

  it('stores a develop recipe with what was dropped on Develop, and never over one that is there', async () => {
    const files = await house.files(['scans/a.tif', '1'], ['scans/strip2.tif', '2'], ['scans/reel.mp4', '3']);
    await house.import(files[0]);
    const [a] = await house.items();
    await house.ask('recipe.set', { itemId: a.id, recipe: recipeWith(1), label: 'Mine' });
    await house.settled(await house.services.importPaths(files, { action: 'develop' }));
    const items = await house.items({ sort: 'name' });
    const recipes = await Promise.all(items.map((i) => house.ask('recipe.get', { itemId: i.id })));
    expect(items.map((i, n) => [i.name, i.state, recipes[n].history.map((h) => h.label)])).toEqual([
      ['a.tif', 'edited', ['Mine']],
      ['reel.mp4', 'analysed', []],
      ['strip2.tif', 'edited', ['Develop']],
      ['strip2.tif', 'edited', ['Develop']],
    ]);
  });

  it('publishes changes in batches', async () => {
    await house.files(
      ...Array.from({ length: 30 }, (_, n): [string, string] => [`scans/f${n}.tif`, `c${n}`]),
    );
    await house.restart({ timing: { changeMs: 100, beatMs: 20 } });
    house.events.length = 0;
    const began = performance.now();
    await house.import(path.join(house.dir, 'scans'));
    const changes = house.events.filter((e) => e.topic === 'library.changed');
    // At most one in a hundred milliseconds, however slow the machine is; 30 files cause far more changes.
    expect(changes.length).toBeLessThanOrEqual((performance.now() - began) / 100 + 2);
  });
});

describe('rolls', () => {
  it('groups negatives by folder, camera, film and base, names the roll after its folder', async () => {
    await house.files(
      ['roll7/a1.tif', '1'],
      ['roll7/a2.tif', '2'],
      ['roll7/nikon1.tif', '3'],
      ['roll7/bw1.tif', '4'],
      ['roll7/ektar1.tif', '5'],
      ['roll7/print1.tif', '6'],
      ['roll8/a9.tif', '7'],
    );
    await house.import(path.join(house.dir, 'roll7'), path.join(house.dir, 'roll8'));
    const { groups } = await house.ask('library.groups', {});
    const members: Record<string, string[]> = {};
    for (const group of groups) {
      const items = await house.items({ groupId: group.id });
      members[`${group.kind} ${group.name.replace(/ \(\d\)/, '')} ${group.film}`] ??= [];
      members[`${group.kind} ${group.name.replace(/ \(\d\)/, '')} ${group.film}`].push(
        items.map((i) => i.name).join(' '),
      );
    }
    for (const list of Object.values(members)) list.sort();
    expect(members).toEqual({
      'roll roll7 c41': ['a1.tif a2.tif', 'ektar1.tif', 'nikon1.tif'],
      'roll roll7 bw': ['bw1.tif'],
      'album roll7 null': ['print1.tif'],
      'roll roll8 c41': ['a9.tif'],
    });
    const titles = groups.map((g) => `${g.kind} ${g.name}`);
    expect(new Set(titles).size).toBe(titles.length);
    expect(groups.find((g) => g.kind === 'album')?.name).toBe('roll7');
  });

  it('gives blank and flat frames to the roll as references and analyses the frames with them', async () => {
    await house.files(['r/blank far.tif', '1'], ['r/flat.tif', '2'], ['r/z1.tif', '3'], ['r/z2.tif', '4']);
    await house.import(path.join(house.dir, 'r'));
    const { groups } = await house.ask('library.groups', {});
    expect(groups).toMatchObject([{ kind: 'roll', name: 'r', count: 4, base: [0.7, 0.35, 0.25] }]);
    const frame = (await house.items()).find((i) => i.name === 'z1.tif')!;
    const task = pixels(frame.id);
    expect(path.basename(task.context.baseFile!)).toBe('blank far.tif');
    expect(path.basename(task.context.flatFile!)).toBe('flat.tif');
    expect(task.context.analysis?.base.source).toBe('file');
    // Two pictures speak for the roll; its references do not.
    expect(task.context.roll?.exposure).toBe(2);
    expect((await house.items()).filter((i) => i.outlier)).toEqual([]);
    await house.ask('roll.setReference', {
      groupId: groups[0].id,
      itemId: (await house.items())[0].id,
      as: 'none',
    });
    await until(() => pixels(frame.id).context.baseFile === null);
  });

  it('adds frames that come later to the roll, and draws all of it anew', async () => {
    const first = await house.files(['r/a.tif', '1']);
    await house.import(...first);
    const [a] = await house.items();
    const second = await house.files(['r/b.tif', '2']);
    await house.import(...second);
    expect((await house.ask('library.groups', {})).groups).toMatchObject([{ count: 2 }]);
    const after = await house.ask('library.item', { id: a.id });
    expect(after.thumbVersion).toBeGreaterThan(a.thumbVersion);
    const drawn = JSON.parse(await readFile(house.services.thumbPath(a.id)!, 'utf8')) as {
      context: { roll: { exposure: number } };
    };
    expect(drawn.context.roll.exposure).toBe(2);
  });

  it('flags the frames that lie far from their roll', async () => {
    await house.import(...(await house.files(['r/a.tif', '1'], ['r/b.tif', '2'], ['r/far.tif', '3'])));
    const items = await house.items({ sort: 'name' });
    expect(items.map((i) => [i.name, i.outlier])).toEqual([
      ['a.tif', false],
      ['b.tif', false],
      ['far.tif', true],
    ]);
    expect((await house.ask('library.facets', {})).counts['outlier']).toBe(1);
    const auto = await house.ask('develop.auto', { itemId: items[2].id });
    expect(auto.reasons.at(-1)).toMatch(/far from its roll/);
  });

  it('analyses a roll on demand as a job', async () => {
    await house.import(...(await house.files(['r/a.tif', '1'], ['r/b.tif', '2'])));
    const { groups } = await house.ask('library.groups', {});
    const { jobId } = await house.ask('roll.analyse', { groupId: groups[0].id });
    expect(await house.settled(jobId)).toMatchObject({ type: 'analyse-roll', state: 'done', done: 2 });
  });

  function pixels(itemId: number) {
    return house.services.pixelsTask({
      itemId,
      recipe: null,
      show: 'developed',
      geometry: true,
      view: { x: 0, y: 0, w: 1, h: 1 },
      maxWidth: 10,
      maxHeight: 10,
      space: 'srgb',
    });
  }
});

describe('watched folders', () => {
  it('import what appears, mark what goes missing, and leave our own exports alone', async () => {
    await house.ask('folders.watch', { folderId: 'source-1', on: true });
    await house.files(['scans/.hidden.tif', 'x'], ['scans/notes.txt', 'x'], ['scans/new.tif', 'one']);
    await until(async () => (await house.items()).length === 1, 10_000);
    const [item] = await house.items();
    expect(item.name).toBe('new.tif');
    await rm(path.join(house.dir, 'scans', 'new.tif'));
    await until(async () => (await house.items())[0].state === 'missing', 10_000);
    const { folders } = await house.ask('folders.list', { folderId: null });
    expect(folders.find((f) => f.id === 'source-1')?.watched).toBe(true);
  });
});
