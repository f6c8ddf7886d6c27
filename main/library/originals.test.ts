/** Originals that change under the library's feet: noticed, and taken or given back, with the work done on them. */
import { utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeHouse, until, type House } from './fixture.ts';

let house: House;
beforeEach(async () => {
  house = await makeHouse();
});
afterEach(() => house.close());

describe('originals', () => {
  it('notices a file whose bytes changed, and takes the new ones or the old ones back', async () => {
    const [file] = await house.files(['scans/a.tif', 'one']);
    await house.import(file);
    const [item] = await house.items();
    const changed = async () => (await house.ask('library.item', { id: item.id })).originalChanged;
    await house.ask('develop.auto', { itemId: item.id });
    // Touched only: looked at, and still itself.
    await utimes(file, 1, 1);
    house.interactive.calls.length = 0;
    await house.ask('develop.auto', { itemId: item.id });
    await until(() => house.interactive.count('hash') === 1);
    expect(await changed()).toBe(false);
    await writeFile(file, 'other bytes');
    await house.ask('develop.auto', { itemId: item.id });
    await until(changed);
    expect(house.events.filter((e) => e.topic === 'library.changed').at(-1)?.value).toBeDefined();
    // Put back, wherever its time stands now.
    await writeFile(file, 'one');
    await house.ask('develop.auto', { itemId: item.id });
    await until(async () => !(await changed()));
    await writeFile(file, 'a new scan');
    await house.ask('develop.auto', { itemId: item.id });
    await until(changed);
    const { jobId } = await house.ask('library.takeOriginal', { itemId: item.id });
    expect(await house.settled(jobId)).toMatchObject({ state: 'done', failed: 0 });
    expect(await changed()).toBe(false);
    expect(await house.items()).toHaveLength(1);
  });

  it('finds the old bytes of a changed file at another place', async () => {
    const [file] = await house.files(['scans/a.tif', 'one']);
    await house.import(file);
    const [item] = await house.items();
    await writeFile(file, 'other bytes');
    await house.ask('develop.auto', { itemId: item.id });
    await until(async () => (await house.items())[0].originalChanged);
    const [again] = await house.files(['scans/backup/a.tif', 'one']);
    await house.import(again);
    expect(await house.items()).toMatchObject([
      { id: item.id, originalChanged: false, folder: path.dirname(again), duplicateOf: null },
    ]);
  });

  it('are looked at a moment after the start, without being asked for', async () => {
    const [file] = await house.files(['scans/a.tif', 'one']);
    await house.import(file);
    await writeFile(file, 'other bytes');
    await house.restart({ timing: { sidecarMs: 10, changeMs: 5, beatMs: 20, sweepMs: 20 } });
    await until(async () => (await house.items())[0].originalChanged);
  });
});
