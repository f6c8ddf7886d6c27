/** Handlers of the library over the whole services: corrections, groups, removal with undo, recipes, history, sync, folders, settings. */
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defaultDevelopParams, type DevelopParams } from '../../app/recipe/develop.ts';
import { makeHouse, until, type House } from './fixture.ts';

let house: House;
beforeEach(async () => {
  house = await makeHouse();
});
afterEach(() => house.close());

type DeepPartial<T> = { [K in keyof T]?: Partial<T[K]> };
const recipe = (change: DeepPartial<DevelopParams>) => {
  const params = defaultDevelopParams();
  for (const [step, values] of Object.entries(change))
    Object.assign(params[step as keyof DevelopParams], values);
  return { action: 'develop' as const, version: 1 as const, params };
};
const library = async (...names: string[]) => {
  await house.import(
    ...(await house.files(...names.map((n): [string, string] => [`scans/${n}`, `bytes of ${n}`]))),
  );
  return house.items({ sort: 'name' });
};
const drawn = async (id: number): Promise<{ params: DevelopParams }> => {
  const { readFile } = await import('node:fs/promises');
  return JSON.parse(await readFile(house.services.thumbPath(id)!, 'utf8')) as { params: DevelopParams };
};

describe('recipes', () => {
  it('are null until decided, then keep a history; the same again adds nothing', async () => {
    const [a] = await library('a.tif');
    expect(await house.ask('recipe.get', { itemId: a.id })).toEqual({ recipe: null, history: [] });
    await house.ask('recipe.set', {
      itemId: a.id,
      recipe: recipe({ lights: { exposure: 1 } }),
      label: 'Exposure',
    });
    await house.ask('recipe.set', {
      itemId: a.id,
      recipe: recipe({ lights: { exposure: 1 } }),
      label: 'Exposure',
    });
    await house.ask('recipe.set', {
      itemId: a.id,
      recipe: recipe({ lights: { exposure: 2 } }),
      label: 'Exposure',
    });
    const got = await house.ask('recipe.get', { itemId: a.id });
    expect(got.recipe?.params.lights.exposure).toBe(2);
    expect(got.history.map((h) => [h.label, h.recipe.params.lights.exposure])).toEqual([
      ['Exposure', 1],
      ['Exposure', 2],
    ]);
    expect((await house.ask('library.item', { id: a.id })).state).toBe('edited');
    await until(async () => (await drawn(a.id)).params.lights.exposure === 2);
  });

  it('draw an earlier picture again from the cache after an undo', async () => {
    const [a] = await library('a.tif');
    const first = house.services.thumbPath(a.id);
    await house.ask('recipe.set', {
      itemId: a.id,
      recipe: recipe({ lights: { exposure: 1 } }),
      label: 'Exposure',
    });
    await until(() => house.services.thumbPath(a.id) !== first);
    const before = house.interactive.count('thumbnail');
    await house.ask('recipe.set', { itemId: a.id, recipe: recipe({}), label: 'Undo' });
    await until(() => house.services.thumbPath(a.id) === first);
    expect(house.interactive.count('thumbnail')).toBe(before);
  });

  it('are drawn at the next start when the program ended before the picture was made', async () => {
    const [a] = await library('a.tif');
    const before = house.services.thumbPath(a.id);
    house.interactive.before = (method) =>
      method === 'thumbnail' ? new Promise(() => undefined) : undefined;
    await house.ask('recipe.set', {
      itemId: a.id,
      recipe: recipe({ lights: { exposure: 1 } }),
      label: 'Exposure',
    });
    await until(() => house.interactive.calls.at(-1) === 'thumbnail a.tif');
    house.interactive.before = () => undefined;
    const closing = Date.now();
    await house.restart();
    expect(Date.now() - closing).toBeLessThan(2000);
    await until(() => house.services.thumbPath(a.id) !== before);
    expect((await drawn(a.id)).params.lights.exposure).toBe(1);
  });

  it('keep named versions; an unknown step cannot be named', async () => {
    const [a, b] = await library('a.tif', 'b.tif');
    await house.ask('recipe.set', {
      itemId: a.id,
      recipe: recipe({ lights: { exposure: 1 } }),
      label: 'Exposure',
    });
    const [entry] = (await house.ask('recipe.get', { itemId: a.id })).history;
    await house.ask('recipe.nameVersion', { itemId: a.id, historyId: entry.id, name: ' Warm ' });
    expect((await house.ask('recipe.get', { itemId: a.id })).history[0].version).toBe('Warm');
    await expect(
      house.ask('recipe.nameVersion', { itemId: b.id, historyId: entry.id, name: 'x' }),
    ).rejects.toThrow(/no longer in the history/);
    await house.ask('recipe.nameVersion', { itemId: a.id, historyId: entry.id, name: null });
    expect((await house.ask('recipe.get', { itemId: a.id })).history[0].version).toBeNull();
  });

  it('sync chosen parameters and whole steps, nothing else, with one history entry each', async () => {
    const [a, b, c] = await library('a.tif', 'b.tif', 'c.tif');
    await house.ask('recipe.set', {
      itemId: a.id,
      recipe: recipe({
        lights: { exposure: 1, red: 10 },
        print: { grade: 3, toe: 0.5 },
        frame: { rotate: '90' },
      }),
      label: 'All',
    });
    await house.ask('recipe.set', { itemId: b.id, recipe: recipe({ lights: { blue: 7 } }), label: 'Blue' });
    const keys = ['lights.exposure', 'print'];
    const done = await house.ask('recipe.sync', { fromId: a.id, toIds: [a.id, b.id, c.id, c.id], keys });
    expect(done.changed).toBe(2);
    const toB = await house.ask('recipe.get', { itemId: b.id });
    expect(toB.recipe?.params.lights).toMatchObject({ exposure: 1, red: 0, blue: 7 });
    expect(toB.recipe?.params.print).toMatchObject({ grade: 3, toe: 0.5 });
    expect(toB.recipe?.params.frame.rotate).toBe('0');
    expect(toB.history.map((h) => h.label)).toEqual(['Blue', 'Sync: lights.exposure, print']);
    // Once more changes nothing.
    expect((await house.ask('recipe.sync', { fromId: a.id, toIds: [b.id, c.id], keys })).changed).toBe(0);
    for (const bad of ['lights.nothing', 'nothing', 'lights.exposure.x', '__proto__', 'print.__proto__'])
      await expect(house.ask('recipe.sync', { fromId: a.id, toIds: [b.id], keys: [bad] })).rejects.toThrow(
        /no parameter/,
      );
  });

  it('auto proposes without changing anything, and keeps which way up the picture is', async () => {
    const [a] = await library('a.tif');
    const mine = recipe({ lights: { exposure: 2 }, frame: { rotate: '180' } });
    await house.ask('recipe.set', { itemId: a.id, recipe: mine, label: 'Mine' });
    const auto = await house.ask('develop.auto', { itemId: a.id });
    expect(auto.recipe.params.lights.exposure).toBe(0);
    expect(auto.recipe.params.frame.rotate).toBe('180');
    expect(auto.baseSource).toBe('roll');
    expect(auto.base).toEqual([0.7, 0.35, 0.25]);
    expect(auto.reasons).toContain('The scanner software calls it a negative.');
    expect((await house.ask('recipe.get', { itemId: a.id })).recipe).toEqual(mine);
  });

  it('another film in the recipe means another analysis', async () => {
    const [a] = await library('a.tif');
    await house.ask('recipe.set', { itemId: a.id, recipe: recipe({ film: { film: 'bw' } }), label: 'Film' });
    await until(async () => (await house.ask('library.item', { id: a.id })).kind === 'bw-negative');
    expect((await house.ask('develop.auto', { itemId: a.id })).film).toBe('bw');
  });
});

describe('corrections', () => {
  it('ratings, flags, tags and dates are kept and found', async () => {
    const [a, b] = await library('a.tif', 'b.tif');
    await house.ask('library.update', {
      ids: [a.id, b.id],
      patch: { rating: 4, flag: 'keep', tags: [' beach ', 'beach', ''], captureDate: 'circa 1962' },
    });
    const items = await house.items({
      minRating: 4,
      flags: ['keep'],
      text: 'beach',
      dateFrom: '1962',
      dateTo: '1962',
    });
    expect(items.map((i) => [i.rating, i.tags, i.captureDate])).toEqual([
      [4, ['beach'], 'circa 1962'],
      [4, ['beach'], 'circa 1962'],
    ]);
    await expect(house.ask('library.update', { ids: [999], patch: { rating: 1 } })).rejects.toThrow(
      /no longer in the library/,
    );
  });

  it('a kind set by hand is analysed anew as that film and stays', async () => {
    const [a] = await library('a.tif');
    await house.ask('library.update', { ids: [a.id], patch: { kind: 'bw-negative' } });
    await until(() => house.interactive.count('analyse') === 1);
    const changed = await house.ask('library.item', { id: a.id });
    expect(changed).toMatchObject({ kind: 'bw-negative', kindReasons: ['Set by hand.'] });
    await until(async () => (await house.ask('develop.auto', { itemId: a.id })).film === 'bw');
    await writeFile(path.join(house.dir, 'scans', 'a.tif'), 'scanned again');
    await house.import(path.join(house.dir, 'scans', 'a.tif'));
    expect((await house.ask('library.item', { id: a.id })).kind).toBe('bw-negative');
  });

  it('a capture date of the roll shows on all its frames that have none of their own', async () => {
    const [a, b] = await library('a.tif', 'b.tif');
    await house.ask('library.update', { ids: [b.id], patch: { captureDate: '1970' } });
    await house.ask('library.updateGroup', { id: a.groupId!, name: 'Summer', captureDate: '1962-07' });
    const items = await house.items({ text: 'summer', sort: 'name' });
    expect(items.map((i) => i.captureDate)).toEqual(['1962-07', '1970']);
    await house.ask('library.updateGroup', { id: a.groupId!, captureDate: null });
    expect((await house.items({ sort: 'name' })).map((i) => i.captureDate)).toEqual([null, '1970']);
  });

  it('groups are made by hand, items move, rolls are balanced anew', async () => {
    const [a, b, c] = await library('a.tif', 'b.tif', 'c.tif');
    const made = await house.ask('library.createGroup', { kind: 'roll', name: 'Roll 12', ids: [a.id, b.id] });
    expect(made).toMatchObject({ kind: 'roll', name: 'Roll 12', film: 'c41', count: 2 });
    await house.ask('library.update', { ids: [c.id], patch: { groupId: made.id } });
    const { groups } = await house.ask('library.groups', {});
    // The roll that was made by itself is empty now and no longer shown.
    expect(groups.map((g) => [g.name, g.count])).toEqual([['Roll 12', 3]]);
    expect(house.services.pixelsTask(pixels(a.id)).context.roll?.exposure).toBe(3);
    await house.ask('library.update', { ids: [c.id], patch: { groupId: null } });
    expect((await house.ask('library.item', { id: c.id })).groupId).toBeNull();
    expect(house.services.pixelsTask(pixels(c.id)).context.roll).toBeNull();
    await expect(house.ask('library.update', { ids: [c.id], patch: { groupId: 999 } })).rejects.toThrow(
      /not there/,
    );
  });

  it('removal is undone by its token, once, with everything', async () => {
    const [a, b] = await library('a.tif', 'b.tif');
    await house.ask('recipe.set', {
      itemId: a.id,
      recipe: recipe({ lights: { exposure: 1 } }),
      label: 'Exposure',
    });
    const { undoToken } = await house.ask('library.remove', { ids: [a.id] });
    expect((await house.items()).map((i) => i.id)).toEqual([b.id]);
    expect((await house.ask('library.groups', {})).groups[0].count).toBe(1);
    await expect(house.ask('library.item', { id: a.id })).rejects.toThrow(/no longer/);
    expect(() => house.services.itemPath(a.id)).toThrow(/no longer/);
    await house.restart();
    await house.ask('library.restore', { undoToken });
    expect((await house.items({ sort: 'name' })).map((i) => [i.id, i.groupId])).toEqual([
      [a.id, a.groupId],
      [b.id, b.groupId],
    ]);
    expect((await house.ask('recipe.get', { itemId: a.id })).recipe?.params.lights.exposure).toBe(1);
    await expect(house.ask('library.restore', { undoToken })).rejects.toThrow(/undone already/);
  });

  it('importing a removed scan brings it back, as does nothing else', async () => {
    const [a] = await library('a.tif');
    await house.ask('library.remove', { ids: [a.id] });
    await house.import(path.join(house.dir, 'scans', 'a.tif'));
    expect((await house.items()).map((i) => i.id)).toEqual([a.id]);
  });

  const pixels = (itemId: number) => ({
    itemId,
    recipe: null,
    show: 'developed' as const,
    geometry: true,
    view: { x: 0, y: 0, w: 1, h: 1 },
    maxWidth: 10,
    maxHeight: 10,
    space: 'srgb' as const,
  });
});

describe('the engine', () => {
  it('is asked with the path in place of the id; a lost original is marked missing', async () => {
    const [a] = await library('a.tif');
    const picked = await house.ask('develop.pickBase', {
      itemId: a.id,
      rect: { x: 0, y: 0, w: 0.1, h: 0.1 },
    });
    expect(picked).toEqual({ base: [0.6, 0.3, 0.2], warning: null });
    const readout = await house.ask('develop.readout', { itemId: a.id, recipe: recipe({}), x: 0.5, y: 0.5 });
    expect(readout.output).toEqual([128, 128, 128]);
    const { rm } = await import('node:fs/promises');
    await rm(path.join(house.dir, 'scans', 'a.tif'));
    await expect(
      house.ask('develop.readout', { itemId: a.id, recipe: recipe({}), x: 0, y: 0 }),
    ).rejects.toThrow();
    expect((await house.ask('library.item', { id: a.id })).state).toBe('missing');
  });
});

describe('folders', () => {
  const list = (folderId: string, relative: string) =>
    house.ask('folders.list', { folderId, path: relative });

  it('list only what lies below them, folders first, in natural order', async () => {
    await house.files(
      ['scans/b10.tif', 'x'],
      ['scans/b9.tif', 'xy'],
      ['scans/roll/c.tif', 'x'],
      ['scans/.hidden', 'x'],
      ['scans/b9.tif.revelado.json', '{}'],
    );
    const { folders, entries } = await list('source-1', '');
    expect(folders.map((f) => f.id).sort()).toEqual(['exports', 'inbox', 'source-1']);
    expect(entries).toEqual([
      { name: 'roll', directory: true, size: 0 },
      { name: 'b9.tif', directory: false, size: 2 },
      { name: 'b10.tif', directory: false, size: 1 },
    ]);
    expect((await list('source-1', 'roll')).entries.map((e) => e.name)).toEqual(['c.tif']);
  });

  it('refuse every way out', async () => {
    await house.files(['secret/s.tif', 'x'], ['scans/in.tif', 'x'], ['scans-beside/t.tif', 'x']);
    await symlink(path.join(house.dir, 'secret'), path.join(house.dir, 'scans', 'link'));
    await symlink(path.join(house.dir, 'secret', 's.tif'), path.join(house.dir, 'scans', 'linked.tif'));
    await mkdir(path.join(house.dir, 'scans', '..hidden..'));
    for (const out of [
      '..',
      '../secret',
      'roll/../../secret',
      '../scans-beside',
      path.join(house.dir, 'secret'),
      'link',
      'link/s.tif',
      'C:\\Windows',
      '\\\\server\\share',
      'in.tif\0.txt',
    ]) {
      await expect(list('source-1', out), out).rejects.toThrow(/outside of the folder|not there/);
      await expect(
        house.ask('library.pick', { what: 'files', picked: [{ folderId: 'source-1', path: out }] }),
        out,
      ).rejects.toThrow(/outside of the folder|not there/);
    }
    // A folder whose name merely begins with dots is no way out, and links that lead out are not shown.
    expect((await list('source-1', '..hidden..')).entries).toEqual([]);
    expect((await list('source-1', '')).entries.map((e) => e.name)).toEqual(['in.tif']);
    await expect(list('nowhere', '')).rejects.toThrow(/not known/);
  });

  it('name a link out of a picked folder and import the rest', async () => {
    await house.files(['secret/s.tif', 'x'], ['scans/roll/a.tif', 'y'], ['scans/c.tif', 'z']);
    await symlink(path.join(house.dir, 'secret', 's.tif'), path.join(house.dir, 'scans', 'roll', 'out.tif'));
    await symlink(path.join(house.dir, 'secret'), path.join(house.dir, 'scans', 'roll', 'more'));
    await symlink(
      path.join(house.dir, 'scans', 'c.tif'),
      path.join(house.dir, 'scans', 'roll', 'inside.tif'),
    );
    const { jobId } = await house.ask('library.pick', {
      what: 'folder',
      picked: [{ folderId: 'source-1', path: 'roll' }],
    });
    expect(await house.settled(jobId!)).toMatchObject({ done: 2, failed: 2 });
    expect((await house.items({ sort: 'name' })).map((i) => i.name)).toEqual(['a.tif', 'c.tif']);
    const errors = (await house.ask('jobs.items', { jobId: jobId! })).items.flatMap((i) => i.error ?? []);
    expect(errors).toEqual([
      expect.stringMatching(/^out\.tif is a link that leads out/),
      expect.stringMatching(/^s\.tif is a link/),
    ]);
  });

  it('import what was picked in them', async () => {
    await house.files(['scans/roll/a.tif', '1'], ['scans/roll/b.tif', '2'], ['scans/c.tif', '3']);
    const { jobId } = await house.ask('library.pick', {
      what: 'files',
      picked: [
        { folderId: 'source-1', path: 'roll' },
        { folderId: 'source-1', path: 'c.tif' },
      ],
    });
    await house.settled(jobId!);
    expect((await house.items({ sort: 'name' })).map((i) => i.name)).toEqual(['a.tif', 'b.tif', 'c.tif']);
    await expect(house.ask('library.pick', { what: 'files' })).rejects.toThrow(/named at the start/);
    expect(await house.ask('folders.add', { purpose: 'export' })).toEqual({ folder: null });
  });

  it('come from dialogs where the host has them, and are not offered by a host without', async () => {
    const picked = path.join(house.dir, 'elsewhere');
    await house.files(['elsewhere/a.tif', '1']);
    const host = {
      kind: 'electron' as const,
      version: '0',
      locale: 'en',
      platform: 'linux',
      dialogs: { pickFiles: async () => [path.join(picked, 'a.tif')], pickFolder: async () => picked },
    };
    await house.restart({ host });
    expect((await house.ask('app.info', {})).dialogs).toBe(true);
    const { jobId } = await house.ask('library.pick', { what: 'files' });
    expect(await house.settled(jobId!)).toMatchObject({ done: 1 });
    const { folder } = await house.ask('folders.add', { purpose: 'export' });
    expect(folder).toMatchObject({ name: 'elsewhere', path: picked, purpose: 'export' });
    expect((await house.ask('folders.add', { purpose: 'export' })).folder?.id).toBe(folder!.id);
    await house.restart({ host: { ...host, kind: 'browser', dialogs: undefined } });
    const { folders } = await house.ask('folders.list', { folderId: null });
    expect(folders.map((f) => f.id)).not.toContain(folder!.id);
    await expect(list(folder!.id, '')).rejects.toThrow(/not known/);
  });
});

describe('settings', () => {
  it('begin with defaults, keep what was changed, publish it, and survive a restart', async () => {
    expect(await house.ask('settings.get', {})).toMatchObject({
      theme: 'dark',
      writeSidecars: true,
      shortcuts: {},
    });
    await house.ask('settings.set', { theme: 'light', shortcuts: { 'view.compare': 'C' } });
    expect(house.events.at(-1)).toMatchObject({ topic: 'settings.changed', value: { theme: 'light' } });
    await house.restart();
    expect(await house.ask('settings.get', {})).toMatchObject({
      theme: 'light',
      shortcuts: { 'view.compare': 'C' },
      language: 'system',
    });
  });
});
