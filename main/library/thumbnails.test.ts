/** The cache of thumbnails: names by what a picture depends on, sweeping, and the shape of a WebP from its head. */
import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defaultDevelopParams } from '../../app/recipe/develop.ts';
import { makeHouse, until, type House } from './fixture.ts';
import { openDatabase } from './database.ts';
import { FakeEngine } from './fake-engine.ts';
import { Thumbnails, webpAspect } from './thumbnails.ts';

describe('webpAspect', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(path.join(tmpdir(), 'revelado-webp-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it('reads lossy, lossless and extended files, and nothing else', async () => {
    const picture = (channels: 3 | 4) =>
      sharp({
        create: { width: 300, height: 100, channels, background: { r: 9, g: 99, b: 199, alpha: 0.5 } },
      });
    const lossy = await picture(3).webp().toFile(path.join(dir, 'a.webp'));
    await picture(3).webp({ lossless: true }).toFile(path.join(dir, 'b.webp'));
    await picture(4).webp().withMetadata().toFile(path.join(dir, 'c.webp'));
    expect(lossy.width).toBe(300);
    for (const name of ['a.webp', 'b.webp', 'c.webp']) expect(webpAspect(path.join(dir, name)), name).toBe(3);
    writeFileSync(path.join(dir, 'd.webp'), 'short');
    writeFileSync(path.join(dir, 'e.webp'), 'no picture at all, but long enough for a head');
    expect(webpAspect(path.join(dir, 'd.webp'))).toBeNull();
    expect(webpAspect(path.join(dir, 'e.webp'))).toBeNull();
  });
});

describe('thumbnails', () => {
  it('are named by content, frame, parameters and roll', () => {
    const dir = mkdtempSync(path.join(tmpdir(), 'revelado-thumbs-'));
    const db = openDatabase(':memory:');
    const thumbs = new Thumbnails({ db, engine: new FakeEngine(), dir, changed: () => undefined });
    const params = defaultDevelopParams();
    const context = { analysis: null, roll: null, baseFile: null, flatFile: null, frame: 0 };
    const name = thumbs.fileName('ab12', 0, params, context);
    expect(thumbs.fileName('ab12', 0, defaultDevelopParams(), { ...context })).toBe(name);
    const warmer = defaultDevelopParams();
    warmer.lights.red = 1;
    const others = [
      thumbs.fileName('ab13', 0, params, context),
      thumbs.fileName('ab12', 1, params, context),
      thumbs.fileName('ab12', 0, warmer, context),
      thumbs.fileName('ab12', 0, params, { ...context, baseFile: '/base.tif' }),
    ];
    expect(new Set([name, ...others]).size).toBe(5);
    db.close();
    rmSync(dir, { recursive: true, force: true });
  });

  let house: House;
  beforeEach(async () => {
    house = await makeHouse();
  });
  afterEach(() => house.close());

  it('are made anew at the next start when the cache was emptied', async () => {
    await house.import(...(await house.files(['scans/a.tif', 'one'], ['scans/b.tif', 'two'])));
    const [a, b] = await house.items();
    const file = house.services.thumbPath(a.id)!;
    const kept = house.services.thumbPath(b.id)!;
    await house.services.close();
    rmSync(file);
    await house.restart();
    const version = async (id: number) => (await house.ask('library.item', { id })).thumbVersion;
    await until(async () => (await version(a.id)) === a.thumbVersion + 1);
    expect(house.services.thumbPath(a.id)).toBe(file);
    expect(existsSync(file)).toBe(true);
    expect(house.services.thumbPath(b.id)).toBe(kept);
    expect(await version(b.id)).toBe(b.thumbVersion);
  });

  it('are swept when nobody shows them and they are old; those in use and fresh ones stay', async () => {
    await house.import(...(await house.files(['scans/a.tif', 'one'])));
    const [a] = await house.items();
    const first = house.services.thumbPath(a.id)!;
    const params = defaultDevelopParams();
    params.lights.exposure = 1;
    await house.ask('recipe.set', {
      itemId: a.id,
      recipe: { action: 'develop', version: 1, params },
      label: 'x',
    });
    await until(() => house.services.thumbPath(a.id) !== first);
    const second = house.services.thumbPath(a.id)!;
    const dir = path.join(house.dir, 'data', 'cache', 'thumbs');
    const left = path.join(dir, 'ingest-x-0.webp');
    const fresh = path.join(dir, 'ingest-y-0.webp');
    writeFileSync(left, 'x');
    writeFileSync(fresh, 'x');
    const old = new Date(Date.now() - 30 * 24 * 3600_000);
    for (const file of [first, second, left]) utimesSync(file, old, old);
    await house.restart({ timing: { sweepMs: 1, changeMs: 5, beatMs: 20 } });
    await until(() => !existsSync(first) && !existsSync(left));
    expect([existsSync(second), existsSync(fresh)]).toEqual([true, true]);
  });

  it('leave an item as it was, with the reason, when the engine cannot draw it', async () => {
    const [file] = await house.files(['scans/a.tif', 'one']);
    await house.import(file);
    const [a] = await house.items();
    house.interactive.before = (method) => {
      if (method === 'thumbnail') throw new Error('a.tif: cannot be drawn.');
    };
    const params = defaultDevelopParams();
    params.lights.exposure = 1;
    await house.ask('recipe.set', {
      itemId: a.id,
      recipe: { action: 'develop', version: 1, params },
      label: 'x',
    });
    await until(async () => (await house.ask('library.item', { id: a.id })).error !== null);
    const after = await house.ask('library.item', { id: a.id });
    expect(after).toMatchObject({
      state: 'edited',
      error: 'a.tif: cannot be drawn.',
      thumbVersion: a.thumbVersion,
    });
  });
});
