/** Sidecars at import: what they carry to another library, and which of them are left out or left alone. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
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

describe('sidecars', () => {
  it('carry recipe, versions and rating to another library, for the same bytes only', async () => {
    const [file] = await house.files(['scans/a.tif', 'one']);
    await house.import(file);
    const [item] = await house.items();
    await house.ask('recipe.set', { itemId: item.id, recipe: recipeWith(1.5), label: 'Exposure' });
    const { history } = await house.ask('recipe.get', { itemId: item.id });
    await house.ask('recipe.nameVersion', { itemId: item.id, historyId: history[0].id, name: 'First print' });
    await house.ask('library.update', { ids: [item.id], patch: { rating: 4, tags: ['aita'] } });
    const sidecar = `${file}.revelado.json`;
    await until(() => existsSync(sidecar));
    await until(async () => (await readFile(sidecar, 'utf8')).includes('aita'));

    const other = await makeHouse();
    try {
      await other.import(file);
      const [there] = await other.items();
      expect(there).toMatchObject({ rating: 4, tags: ['aita'], state: 'edited' });
      const recipe = await other.ask('recipe.get', { itemId: there.id });
      expect(recipe.recipe?.params.lights.exposure).toBe(1.5);
      expect(recipe.history.map((h) => h.version)).toContain('First print');
    } finally {
      await other.close();
    }
    const stranger = await makeHouse();
    try {
      await writeFile(file, 'other bytes');
      await stranger.import(file);
      expect((await stranger.items())[0]).toMatchObject({ rating: 0, state: 'analysed' });
    } finally {
      await stranger.close();
    }
  });

  it('go with the new bytes when these are taken in place of the old, without a warning', async () => {
    const [file] = await house.files(['scans/a.tif', 'one']);
    await house.import(file);
    const [item] = await house.items();
    await house.ask('library.update', { ids: [item.id], patch: { rating: 5 } });
    const sidecar = `${file}.revelado.json`;
    await until(() => existsSync(sidecar));
    await writeFile(file, 'two');
    const { jobId } = await house.ask('library.takeOriginal', { itemId: item.id });
    await house.settled(jobId);
    const hash = createHash('sha256').update('two').digest('hex');
    await until(async () => (await readFile(sidecar, 'utf8')).includes(hash));
    expect((await house.ask('library.item', { id: item.id })).rating).toBe(5);
    expect(house.events.filter((e) => e.topic === 'notice')).toEqual([]);
  });

  it('that are damaged, hostile or of a newer version are left out and said, and the scan is imported', async () => {
    const names = ['cut', 'newer', 'frames', 'tags', 'huge', 'folder', 'deep', 'record', 'good'];
    const files = await house.files(...names.map((n): [string, string] => [`scans/${n}.tif`, n]));
    const at = (name: string): string => `${files[names.indexOf(name)]}.revelado.json`;
    const item = {
      ...{ frame: 0, kind: null, rating: 5, flag: 'none', tags: [], captureDate: null },
      ...{ recipe: null, versions: [] },
    };
    const sidecar = (name: string, change: object = {}): string =>
      JSON.stringify({
        format: 'revelado-sidecar',
        version: 1,
        sha256: createHash('sha256').update(name).digest('hex'),
        frames: null,
        items: [item],
        ...change,
      });
    const frame = { rect: { x: 0, y: 0, w: 9e9, h: 10 }, angle: 0, format: 'none', confidence: 1 };
    await writeFile(at('cut'), sidecar('cut').slice(0, 60));
    await writeFile(at('newer'), sidecar('newer', { version: 99, more: 'of it' }));
    await writeFile(at('frames'), sidecar('frames', { frames: [frame] }));
    await writeFile(at('tags'), sidecar('tags', { items: [{ ...item, tags: ['x'.repeat(1e6)] }] }));
    await writeFile(at('huge'), sidecar('huge') + ' '.repeat(17 << 20));
    await mkdir(at('folder'));
    await writeFile(at('deep'), '['.repeat(1e6));
    await writeFile(at('record'), JSON.stringify({ action: 'develop', source: {} }));
    await writeFile(at('good'), sidecar('good'));
    expect(await house.import(...files)).toMatchObject({ state: 'done', done: names.length, failed: 0 });
    const items = await house.items({ sort: 'name' });
    expect(items.filter((i) => i.rating === 5).map((i) => i.name)).toEqual(['good.tif']);
    expect(items).toHaveLength(names.length);
    const notices = house.events.flatMap((e) => (e.topic === 'notice' ? [JSON.stringify(e)] : []));
    expect(notices.join()).toMatch(
      /sidecars of 7 scans were not used, first that of cut\.tif: it is damaged/,
    );
    // What a newer program wrote is kept for it.
    const newer = items.find((i) => i.name === 'newer.tif');
    await house.ask('library.update', { ids: [newer!.id], patch: { rating: 1 } });
    await house.restart();
    expect(await readFile(at('newer'), 'utf8')).toContain('of it');
  });

  it.skipIf(process.platform === 'win32')('that are a pipe or a device keep nobody waiting', async () => {
    const [pipe, zero] = await house.files(['scans/pipe.tif', 'p'], ['scans/zero.tif', 'z']);
    execFileSync('mkfifo', [`${pipe}.revelado.json`]);
    await symlink('/dev/zero', `${zero}.revelado.json`);
    expect(await house.import(pipe, zero)).toMatchObject({ state: 'done', done: 2 });
  });

  it('never write over a file that is not a sidecar', async () => {
    const [file] = await house.files(['scans/a.tif', 'one'], ['scans/a.tif.revelado.json', '{"kept": true}']);
    await house.import(file);
    const [item] = await house.items();
    await house.ask('library.update', { ids: [item.id], patch: { rating: 4 } });
    await house.restart();
    expect(await readFile(`${file}.revelado.json`, 'utf8')).toBe('{"kept": true}');
  });

  it('stay away when the setting is off', async () => {
    await house.ask('settings.set', { writeSidecars: false });
    const [file] = await house.files(['scans/a.tif', 'one']);
    await house.import(file);
    const [item] = await house.items();
    await house.ask('library.update', { ids: [item.id], patch: { rating: 4 } });
    await house.restart();
    expect(existsSync(`${file}.revelado.json`)).toBe(false);
  });
});
