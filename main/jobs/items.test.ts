/** Single items of a job: left out by hand, mended and tried again by themselves, while the others go on; and the sheet at its end. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exportRecipeSchema } from '../../app/contract/jobs.ts';
import { openDatabase, type Db } from '../library/database.ts';
import { makeHouse } from '../library/fixture.ts';
import { EmbeddedQueue } from './queue.ts';
import type { ItemWork } from './types.ts';

describe('items of a job', () => {
  let dir: string;
  let db: Db;
  beforeEach(() => {
    dir = mkdtempSync(path.join(tmpdir(), 'revelado-items-'));
    db = openDatabase(path.join(dir, 'library.db'));
  });
  afterEach(() => {
    db.close();
    rmSync(dir, { recursive: true, force: true });
  });

  it('are left out while others run, and are not taken up by a retry of all', async () => {
    const ran: string[] = [];
    let broken = true;
    let go: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (go = resolve));
    const queue = new EmbeddedQueue({
      db,
      actions: [
        {
          type: 'import',
          lane: 'import',
          concurrency: 1,
          parse: (stored: unknown) => stored,
          run: async ({ input }: ItemWork<unknown>) => {
            if (input === 'a') await held;
            if (input === 'b' && broken) throw new Error('no picture');
            ran.push(input);
            return {};
          },
        },
      ],
      onChange: () => undefined,
      beatMs: 20,
      scanMs: 20,
    });
    const id = queue.submit({
      type: 'import',
      title: 'Job',
      payload: {},
      items: ['a', 'b', 'c', 'd'].map((input) => ({ input })),
    });
    queue.skip(id, 2);
    go();
    await queue.settled(id);
    const states = () => queue.items(id, 0, 10).items.map((i) => `${i.input} ${i.state}`);
    expect(states()).toEqual(['a done', 'b failed', 'c cancelled', 'd done']);
    // What is done cannot be left out.
    expect(() => queue.skip(id, 0)).toThrow('in work or finished');
    broken = false;
    queue.retry(id);
    await queue.settled(id);
    expect(states()).toEqual(['a done', 'b done', 'c cancelled', 'd done']);
    // Asked for by itself it comes after all.
    queue.retryItem(id, 2);
    await queue.settled(id);
    expect(states()).toEqual(['a done', 'b done', 'c done', 'd done']);
    expect(ran).toEqual(['a', 'd', 'b', 'c']);
    await queue.close();
  });
});

describe('the contact sheet', () => {
  it('is made of what was done, names what was before, and is not made unasked', async () => {
    const house = await makeHouse();
    try {
      await house.import(
        ...(await house.files(['scans/a-print.tif', 'a'], ['scans/b.tif', 'b'], ['scans/c-print.tif', 'c'])),
      );
      const ids = (await house.items()).map((i) => i.id);
      const recipe = exportRecipeSchema.parse({ contactSheet: true });
      const { jobId } = await house.ask('export.start', { ids, recipe });
      const job = await house.settled(jobId);
      expect(job.sheet).toBe(true);
      const file = house.services.sheetPath(jobId);
      expect(file).toBe(path.join(house.dir, 'exports', 'contact-sheet.jpg'));
      // A print is shown as it was scanned, a negative as the bare film.
      expect(readFileSync(file!, 'utf8').split('\n').sort()).toEqual([
        'developed a-print.tif',
        'developed c-print.tif',
        'film b.tif',
      ]);
      const plain = await house.ask('export.start', { ids, recipe: { ...recipe, contactSheet: false } });
      expect((await house.settled(plain.jobId)).sheet).toBe(false);
    } finally {
      await house.close();
    }
  });
});
