/** One press over many pictures: `recipe.apply` and its way back, and the badges that follow from recipes. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defaultDevelopParams } from '../../app/recipe/develop.ts';
import { wantedSteps } from '../../app/recipe/wanted.ts';
import { scanKinds } from '../../app/contract/library.ts';
import { makeHouse, until, type House } from './fixture.ts';

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
const recipeOf = async (itemId: number) => house.ask('recipe.get', { itemId });
const stepsOf = async (id: number) => (await house.ask('library.item', { id })).steps;

describe('recipe.apply', () => {
  it('changes only what it names, one entry each, and says what changed', async () => {
    const [a, b] = await library('a.tif', 'b.tif');
    const own = defaultDevelopParams();
    own.lights.exposure = 1.5;
    own.repair.sensitivity = 0.8;
    await house.ask('recipe.set', {
      itemId: a.id,
      recipe: { action: 'develop', version: 1, params: own },
      label: 'mine',
    });
    const steps = { repair: { on: true }, clean: { on: true, strength: 0.3 } };
    const all = { ids: [a.id, b.id, a.id], steps, label: 'restored' };
    expect(await house.ask('recipe.apply', all)).toEqual({ changed: [a.id, b.id] });
    const { recipe, history } = await recipeOf(a.id);
    expect(recipe?.params.lights.exposure).toBe(1.5);
    expect(recipe?.params.repair).toMatchObject({ on: true, sensitivity: 0.8 });
    expect(recipe?.params.clean).toMatchObject({ on: true, strength: 0.3 });
    expect(recipe?.params.colour.on).toBe(false);
    expect(history.map((h) => h.label)).toEqual(['mine', 'restored']);
    expect((await recipeOf(b.id)).history.map((h) => h.label)).toEqual(['restored']);
    expect(await stepsOf(a.id)).toEqual(['repair', 'clean']);
    // The same again changes nothing and tells so.
    expect(await house.ask('recipe.apply', all)).toEqual({ changed: [] });
    expect((await recipeOf(a.id)).history).toHaveLength(2);
  });

  it('draws the changed pictures anew', async () => {
    const [a] = await library('a.tif');
    await until(async () => (await house.ask('library.item', { id: a.id })).thumbVersion > 0);
    const before = (await house.ask('library.item', { id: a.id })).thumbVersion;
    await house.ask('recipe.apply', { ids: [a.id], steps: { ageing: { on: true } }, label: 'x' });
    await until(async () => (await house.ask('library.item', { id: a.id })).thumbVersion > before);
  });

  it('refuses names and values that do not exist, and then changes no picture at all', async () => {
    const [a, b] = await library('a.tif', 'b.tif');
    const ask = (steps: Record<string, Record<string, unknown>>, ids = [a.id, b.id]) =>
      house.ask('recipe.apply', { ids, steps, label: 'x' });
    await expect(ask({ invent: { on: true } })).rejects.toThrow('"invent"');
    await expect(ask({ repair: { magic: 1 } })).rejects.toThrow('"repair.magic"');
    await expect(ask({ clean: { strength: 7 } })).rejects.toThrow('clean.strength');
    await expect(ask({ clean: { on: true } }, [a.id, 99])).rejects.toThrow('no longer in the library');
    expect((await recipeOf(a.id)).recipe).toBeNull();
  });

  it('is taken back where nothing was done since', async () => {
    const [a, b] = await library('a.tif', 'b.tif');
    const ids = [a.id, b.id];
    await house.ask('recipe.apply', { ids, steps: { colour: { on: true } }, label: 'colorized' });
    await house.ask('recipe.apply', { ids: [b.id], steps: { repair: { on: true } }, label: 'restored' });
    expect(await house.ask('recipe.takeBack', { ids, label: 'colorized' })).toEqual({ changed: [a.id] });
    expect((await recipeOf(a.id)).recipe?.params).toEqual(defaultDevelopParams());
    expect(await stepsOf(a.id)).toEqual([]);
    expect(await stepsOf(b.id)).toEqual(['repair', 'colour']);
    expect(await house.ask('recipe.takeBack', { ids: [b.id], label: 'restored' })).toEqual({
      changed: [b.id],
    });
    expect(await stepsOf(b.id)).toEqual(['colour']);
  });

  it('copies restore steps from picture to picture', async () => {
    const [a, b] = await library('a.tif', 'b.tif');
    await house.ask('recipe.apply', { ids: [a.id], steps: { clean: { on: true, paper: 0.7 } }, label: 'x' });
    await house.ask('recipe.sync', { fromId: a.id, toIds: [b.id], keys: ['clean'] });
    expect((await recipeOf(b.id)).recipe?.params.clean).toMatchObject({ on: true, paper: 0.7 });
  });
});

describe('one press', () => {
  it('never colours unless asked, and asks nothing of a reel', () => {
    for (const kind of scanKinds) {
      for (const want of ['restore', 'auto'] as const)
        expect(Object.keys(wantedSteps(want, kind))).not.toContain('colour');
      expect(wantedSteps('colorize', kind)).toEqual(kind === 'reel' ? {} : { colour: { on: true } });
    }
    expect(Object.keys(wantedSteps('auto', 'print'))).toEqual(['ageing', 'repair', 'clean']);
    expect(wantedSteps('auto', 'colour-negative')).toEqual({});
  });
});
