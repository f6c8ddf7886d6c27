/** Auto over the library: a proposal for one picture, a job for many, one history entry each, the reasons kept. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defaultDevelopParams } from '../../app/recipe/develop.ts';
import { say } from '../../app/words/sentences.ts';
import { makeHouse, type House } from './fixture.ts';

let house: House;
beforeEach(async () => {
  house = await makeHouse();
});
afterEach(() => house.close());

const library = async (...names: string[]) => {
  await house.import(
    ...(await house.files(...names.map((n): [string, string] => [`scans/${n}`, `bytes of ${n}`]))),
  );
  return house.items({ sort: 'name' });
};
const historyOf = async (itemId: number) => (await house.ask('recipe.get', { itemId })).history;

describe('picture.auto', () => {
  it('proposes a recipe over the present one and changes nothing', async () => {
    const [print] = await library('old-print.tif');
    const mine = defaultDevelopParams();
    mine.frame.rotate = '90';
    mine.repair.fill = 'plain';
    await house.ask('recipe.set', {
      itemId: print.id,
      recipe: { action: 'develop', version: 1, params: mine },
      label: 'mine',
    });
    const { recipe, order, damaged, what, reasons } = await house.ask('picture.auto', {
      itemId: print.id,
      colorize: true,
    });
    expect([what, damaged, order]).toEqual(['bw-print', true, ['repair', 'colour']]);
    expect(reasons).toEqual([say('auto-bw-print')]);
    expect(recipe.params.repair).toMatchObject({ on: true, fill: 'plain', sensitivity: 0.4 });
    expect(recipe.params.frame.rotate).toBe('90');
    expect((await historyOf(print.id)).map((h) => h.label)).toEqual(['mine']);
  });
  it('names a picture that is gone', async () => {
    await expect(house.ask('picture.auto', { itemId: 999 })).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('picture.autoAll', () => {
  it('writes the recipes of those that need something, as a job that can be taken back', async () => {
    const [fresh, old] = await library('a-print.tif', 'b-old-print.tif');
    const { jobId } = await house.ask('picture.autoAll', {
      ids: [fresh.id, old.id, old.id],
      label: 'autoRestored',
    });
    expect(await house.settled(jobId)).toMatchObject({ type: 'auto', state: 'done', done: 2 });
    expect((await house.ask('library.item', { id: old.id })).steps).toEqual(['repair']);
    expect(await historyOf(fresh.id)).toEqual([]);
    const { record } = await house.ask('jobs.record', { jobId, index: 0 });
    expect(record).toMatchObject({ action: 'auto', order: [], reasons: [say('auto-nothing')] });
    const { changed } = await house.ask('recipe.takeBack', {
      ids: [fresh.id, old.id],
      label: 'autoRestored',
    });
    expect(changed).toEqual([old.id]);
    expect((await house.ask('library.item', { id: old.id })).steps).toEqual([]);
  });
  it('goes on where one fails', async () => {
    const [bad, old] = await library('a-old-print.tif', 'b-old-print.tif');
    house.batch.before = (method, file) => {
      if (method === 'auto' && file.startsWith('a-')) throw new Error('cannot be read');
    };
    const { jobId } = await house.ask('picture.autoAll', { ids: [bad.id, old.id], label: 'x' });
    expect(await house.settled(jobId)).toMatchObject({ done: 1, failed: 1 });
    expect((await house.ask('library.item', { id: old.id })).steps).toEqual(['repair']);
  });
});
