/** Prints of a family: front and back, several on a scan, one age, colours that are remembered; through the contract, as a window asks. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defaultDevelopParams, DEVELOP_VERSION, type Recipe } from '../../app/recipe/develop.ts';
import type { Hint } from '../../app/recipe/marks.ts';
import { eachOnce } from './family-handlers.ts';
import { newHints } from './family.ts';
import { makeHouse, until, type House } from './fixture.ts';

let house: House;
beforeEach(async () => {
  house = await makeHouse();
});
afterEach(() => house.close());

const prints = async (...names: string[]): Promise<Map<string, number>> => {
  const files = await house.files(...names.map((n): [string, string] => [`scans/box/${n}`, `print ${n}`]));
  await house.import(...files);
  return new Map((await house.items()).map((i) => [i.name, i.id]));
};
const recipe = (change: (params: Recipe['params']) => void): Recipe => {
  const params = defaultDevelopParams();
  change(params);
  return { action: 'develop', version: DEVELOP_VERSION, params };
};

describe('front and back', () => {
  it('are proposed, joined, listed as one and taken apart', async () => {
    const ids = await prints('anna-print.tif', 'anna-print-back.tif', 'berta-print.tif');
    const [front, back, other] = [...ids.values()];
    const { pairs } = await house.ask('pairs.propose', { ids: [...ids.values()] });
    const wanted = [ids.get('anna-print.tif'), ids.get('anna-print-back.tif')];
    expect(pairs.map((p) => [p.frontId, p.backId])).toEqual([wanted]);
    await house.ask('pairs.join', { frontId: pairs[0].frontId, backId: pairs[0].backId });
    expect((await house.items()).map((i) => i.name)).toEqual(['anna-print.tif', 'berta-print.tif']);
    expect((await house.items({ backs: true })).length).toBe(3);
    const [one] = await house.items();
    expect(one.backId).toBe(pairs[0].backId);
    expect((await house.ask('library.item', { id: pairs[0].backId })).backOf).toBe(pairs[0].frontId);
    expect((await house.ask('library.groups', {})).groups.map((g) => g.count)).toEqual([2]);
    // Nobody is part of two pairs, and nobody their own back.
    await expect(house.ask('pairs.join', { frontId: other, backId: pairs[0].backId })).rejects.toMatchObject({
      code: 'bad-input',
    });
    await expect(house.ask('pairs.join', { frontId: other, backId: other })).rejects.toThrow('own back');
    expect([front, back, other].length).toBe(3);
    await house.ask('pairs.part', { itemId: pairs[0].frontId });
    expect((await house.items()).length).toBe(3);
  });

  it('what is asked of many leaves the written side alone; what is asked of it alone is done', async () => {
    const ids = await prints('anna-print.tif', 'anna-print-back.tif');
    const [frontId, backId] = [ids.get('anna-print.tif')!, ids.get('anna-print-back.tif')!];
    await house.ask('pairs.join', { frontId, backId });
    const ask = (list: number[]) =>
      house.ask('recipe.apply', { ids: list, steps: { repair: { on: true } }, label: 'restored' });
    expect(await ask([frontId, backId])).toEqual({ changed: [frontId] });
    expect(await ask([backId])).toEqual({ changed: [backId] });
    const { jobId } = await house.ask('picture.autoAll', { ids: [frontId, backId], label: 'auto' });
    await house.settled(jobId);
    expect((await house.ask('jobs.items', { jobId })).items.map((i) => i.itemId)).toEqual([frontId]);
    // A back goes and comes with its front.
    const { undoToken } = await house.ask('library.remove', { ids: [frontId] });
    expect(await house.items({ backs: true })).toEqual([]);
    await house.ask('library.restore', { undoToken });
    expect((await house.items({ backs: true })).length).toBe(2);
  });

  it('film has no back', async () => {
    const [a, b] = await house.files(['scans/roll/a.tif', 'a'], ['scans/roll/b.tif', 'b']);
    await house.import(a, b);
    const [one, two] = await house.items();
    await expect(house.ask('pairs.join', { frontId: one.id, backId: two.id })).rejects.toThrow('no print');
  });

  it('each picture is in one pair, the likeliest', () => {
    const pair = (frontId: number, backId: number, score: number) => ({
      frontId,
      backId,
      score,
      reasons: [],
    });
    expect(eachOnce([pair(1, 2, 0.6), pair(3, 2, 0.9), pair(3, 4, 0.7)])).toEqual([pair(3, 2, 0.9)]);
  });
});

describe('several prints on one scan', () => {
  it('are proposed, and become items when they are taken', async () => {
    const ids = await prints('flatbed-print.tif');
    const itemId = ids.get('flatbed-print.tif')!;
    const { frames } = await house.ask('prints.find', { itemId });
    expect(frames.map((f) => f.angle)).toEqual([3, -2]);
    expect((await house.items()).length).toBe(1);
    await house.ask('frames.set', { itemId, frames: frames.map(({ confidence: _, ...f }) => f) });
    expect((await house.items()).map((i) => i.frame)).toEqual([0, 1]);
    await house.ask('frames.set', { itemId, frames: null });
    expect((await house.items()).length).toBe(1);
  });
});

describe('prints of one age', () => {
  it('share a setting that the engine is given, until they part', async () => {
    const ids = await prints('faded1-print.tif', 'faded3-print.tif', 'faded3-print-b.tif');
    const all = [...ids.values()];
    await house.ask('recipe.apply', { ids: all, steps: { ageing: { on: true } }, label: 'aged' });
    expect((await house.ask('album.ageing', { ids: all })).changed.sort()).toEqual([...all].sort());
    const task = () =>
      house.services.pixelsTask({
        itemId: all[0],
        recipe: null,
        show: 'developed',
        geometry: true,
        view: { x: 0, y: 0, w: 1, h: 1 },
        maxWidth: 10,
        maxHeight: 10,
        space: 'srgb',
      });
    // The median of the three.
    expect(task().ageing?.loss[0]).toBeCloseTo(0.3);
    expect((await house.items()).every((i) => i.sharedAgeing)).toBe(true);
    await house.ask('album.part', { ids: all });
    expect(task().ageing).toBeUndefined();
  });
});

describe('other pictures of the same', () => {
  it('are named to the engine by their files', async () => {
    const ids = await prints('first-print.tif', 'second-print.tif');
    const [a, b] = [ids.get('first-print.tif')!, ids.get('second-print.tif')!];
    await house.ask('recipe.set', {
      itemId: a,
      recipe: recipe((p) => Object.assign(p.repair, { on: true, sources: [b, a, 999] })),
      label: 'sources',
    });
    const { evidence } = house.services.pixelsTask({
      ...{ itemId: a, recipe: null, show: 'developed', geometry: true, space: 'srgb' },
      ...{ view: { x: 0, y: 0, w: 1, h: 1 }, maxWidth: 10, maxHeight: 10 },
    });
    // Neither itself nor what is not there.
    expect(evidence).toEqual([`${house.dir}/scans/box/second-print.tif`]);
  });
});

describe('the colour memory', () => {
  const hint = (x: number, colour: Hint['colour']): Hint => ({ x, y: 0.5, colour });
  const give = (itemId: number, hints: Hint[]) =>
    house.ask('recipe.set', {
      itemId,
      recipe: recipe((p) => Object.assign(p.colour, { on: true, hints })),
      label: 'hint:put',
    });
  const count = async () => (await house.ask('memory.count', {})).count;
  const proposed = async (itemId: number) =>
    (await house.ask('memory.proposals', { itemId, recipe: recipe(() => undefined) })).hints;

  it('proposes on the other pictures of the album what was said once, until it is turned down', async () => {
    const ids = await prints('a-print.tif', 'b-print.tif');
    const [a, b] = [ids.get('a-print.tif')!, ids.get('b-print.tif')!];
    await give(a, [hint(0.3, [0.4, 0.5, 0.3])]);
    await until(async () => (await count()) === 1);
    const [one] = await proposed(b);
    expect(one).toMatchObject({ colour: [0.4, 0.5, 0.3], fromId: a, fromName: 'a-print.tif' });
    expect(await proposed(a)).toEqual([]);
    await house.ask('memory.dismiss', { itemId: b, memoryIds: [one.memoryId] });
    expect(await proposed(b)).toEqual([]);
    await house.ask('memory.recall', { itemId: b, memoryIds: [one.memoryId] });
    expect((await proposed(b)).length).toBe(1);
    // Where a hint stands already nothing is proposed.
    const there = recipe((p) => Object.assign(p.colour, { hints: [hint(one.x + 0.01, [0, 0, 0])] }));
    expect((await house.ask('memory.proposals', { itemId: b, recipe: there })).hints).toEqual([]);
  });

  it('forgets what is taken away, and everything when it is asked to; it can be switched off', async () => {
    const ids = await prints('a-print.tif', 'b-print.tif');
    const [a, b] = [ids.get('a-print.tif')!, ids.get('b-print.tif')!];
    await give(a, [hint(0.3, [0.4, 0.5, 0.3]), hint(0.7, [0.2, 0.2, 0.6])]);
    await until(async () => (await count()) === 2);
    await give(a, [hint(0.7, [0.2, 0.2, 0.6])]);
    expect(await count()).toBe(1);
    // Another colour at the same place replaces what was said of it.
    await give(a, [hint(0.7, [0.6, 0.2, 0.2])]);
    await until(async () => (await proposed(b))[0]?.colour[0] === 0.6);
    expect(await count()).toBe(1);
    await house.ask('settings.set', { rememberColours: false });
    expect(await proposed(b)).toEqual([]);
    await give(b, [hint(0.1, [0.1, 0.1, 0.1])]);
    await house.ask('memory.clear', {});
    expect(await count()).toBe(0);
  });

  it('tells new hints from those that were there', () => {
    const [a, b] = [hint(0.1, [0, 0, 0]), hint(0.2, [0, 0, 0])];
    expect(newHints([a], [a, b])).toEqual([b]);
    expect(newHints([a, b], [a])).toEqual([]);
  });
});
