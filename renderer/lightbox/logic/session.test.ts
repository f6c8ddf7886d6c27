import { beforeEach, describe, expect, it } from 'vitest';
import type { Item } from '../../../app/contract/library.ts';
import { setParam } from './controls.ts';
import { syncToRoll } from './roll.ts';
import { rollMembers } from './members.ts';
import { createSession, type Level } from './session.ts';
import { canTravel } from './state.ts';
import { canRedo, canUndo } from './undo.ts';
import { blank, host, item } from './session-fixture.ts';

let h: ReturnType<typeof host>;
let said: [Level, string][];
let clock: number;
const make = () =>
  createSession({
    client: h.client,
    ids: [1, 2, 3],
    startId: 1,
    now: () => clock,
    notify: (level, text) => said.push([level, text]),
  });
const sets = () => h.heard.filter((c) => c.name === 'recipe.set').map((c) => c.args.label);

beforeEach(() => {
  h = host();
  said = [];
  clock = 0;
});
describe('session', () => {
  it('opens with defaults where nothing was decided, and loads what was found', async () => {
    const s = make();
    await s.open(1);
    const state = s.store.getState();
    expect(state.recipe).toEqual(blank);
    expect(state.auto?.film).toBe('c41');
    expect(state.group?.name).toBe('Getaria');
    expect(state.items[1].name).toBe('frame-1.tif');
    expect(sets()).toEqual([]);
  });

  it('drafts without saving, saves once on commit', async () => {
    const s = make();
    await s.open(1);
    for (const v of [0.1, 0.2, 0.3]) s.draft('lights', 'exposure', v);
    expect(s.store.getState().fluid).toBe(true);
    expect(s.store.getState().recipe?.params.lights.exposure).toBe(0.3);
    expect(sets()).toEqual([]);
    s.commit();
    expect(s.store.getState().fluid).toBe(false);
    await s.flushed();
    expect(sets()).toEqual(['set:lights.exposure=0.3']);
    expect(h.recipes.get(1)?.params.lights.exposure).toBe(0.3);
  });

  it('saves nothing when a drag ends where it began', async () => {
    const s = make();
    await s.open(1);
    s.draft('lights', 'red', 5);
    s.draft('lights', 'red', 0);
    s.commit();
    await s.flushed();
    expect(sets()).toEqual([]);
    expect(s.store.getState().fluid).toBe(false);
  });

  it('undoes and redoes, saving each', async () => {
    const s = make();
    await s.open(1);
    s.set('lights', 'exposure', 1);
    clock = 5000;
    s.set('print', 'grade', 3);
    s.undo();
    expect(s.store.getState().recipe?.params.print.grade).toBe(2);
    expect(s.store.getState().recipe?.params.lights.exposure).toBe(1);
    s.undo();
    expect(s.store.getState().recipe).toEqual(blank);
    s.undo();
    s.redo();
    await s.flushed();
    expect(h.recipes.get(1)?.params.lights.exposure).toBe(1);
    expect(sets()).toEqual(['set:lights.exposure=1', 'set:print.grade=3', 'undo', 'undo', 'redo']);
  });

  it('undo first takes what is under the hand', async () => {
    const s = make();
    await s.open(1);
    s.draft('lights', 'exposure', 2);
    s.undo();
    expect(s.store.getState().recipe).toEqual(blank);
    s.redo();
    expect(s.store.getState().recipe?.params.lights.exposure).toBe(2);
  });

  it('goes on undoing after the picture was left and opened again, and from stored history', async () => {
    const s = make();
    await s.open(1);
    s.set('lights', 'exposure', 1);
    await s.open(2);
    await s.open(1);
    let stack = s.store.getState().stack;
    expect(stack && canUndo(stack)).toBe(true);
    const other = make();
    await other.open(1);
    other.undo();
    expect(other.store.getState().recipe).toEqual(blank);
    stack = other.store.getState().stack;
    expect(stack && canRedo(stack)).toBe(true);
  });

  it('saves what is drafted before another picture is opened, to the right picture', async () => {
    const s = make();
    await s.open(1);
    s.draft('lights', 'red', 10);
    await s.open(2);
    expect(h.recipes.get(1)?.params.lights.red).toBe(10);
    expect(h.recipes.has(2)).toBe(false);
    expect(s.store.getState().recipe).toEqual(blank);
  });

  it('lets a slow picture not overwrite the one opened after it', async () => {
    const s = make();
    h.recipes.set(2, setParam(blank, 'print', 'grade', 4));
    h.slow.add('recipe.get');
    const first = s.open(2);
    h.slow.clear();
    await s.open(3);
    await first;
    expect(s.store.getState().id).toBe(3);
    expect(s.store.getState().recipe?.params.print.grade).toBe(2);
  });

  it('says when saving failed and goes on', async () => {
    const s = make();
    await s.open(1);
    h.broken.add('recipe.set');
    s.set('lights', 'red', 5);
    await s.flushed();
    expect(said).toEqual([['error', 'recipe.set failed: disk is full']]);
    h.broken.clear();
    clock = 9000;
    s.set('lights', 'red', 6);
    await s.flushed();
    expect(h.recipes.get(1)?.params.lights.red).toBe(6);
    expect(s.store.getState().saving).toBe(false);
  });

  it('keeps the zoom from frame to frame only when wished', async () => {
    const s = make();
    await s.open(1);
    s.store.setState({ viewport: { zoom: 1, cx: 0.2, cy: 0.3 } });
    await s.open(2);
    expect(s.store.getState().viewport.zoom).toBe('fit');
    s.store.setState({ viewport: { zoom: 1, cx: 0.2, cy: 0.3 }, keepZoom: true });
    await s.open(3);
    expect(s.store.getState().viewport).toEqual({ zoom: 1, cx: 0.2, cy: 0.3 });
  });

  it('follows the pictures of a scan whose boundaries were changed', async () => {
    const scan = (id: number, frame: number): Item => ({ ...item(id), name: 'strip.tif', frame });
    const session = createSession({
      client: h.client,
      ids: [1, 20, 21, 22],
      startId: 22,
      items: { 1: item(1), 20: scan(20, 0), 21: scan(21, 1), 22: scan(22, 2) },
    });
    h.answers['library.item'] = ({ id }: { id: number }) => scan(id, id - 20);
    h.answers['library.query'] = () => ({ total: 3, items: [item(1), scan(21, 1), scan(20, 0)] });
    await session.open(22);
    await session.refreshScan();
    expect(session.store.getState().ids).toEqual([1, 20, 21]);
    expect(session.store.getState().id).toBe(21);
  });

  it('leaves undo to the tool in hand while it has one', async () => {
    const s = make();
    await s.open(1);
    s.set('lights', 'exposure', 1);
    let undone = 0;
    s.store.setState({
      hand: { canUndo: true, canRedo: false, undo: () => undone++, redo: () => undefined },
    });
    expect([canTravel(s.store.getState(), -1), canTravel(s.store.getState(), 1)]).toEqual([true, false]);
    s.undo();
    expect(undone).toBe(1);
    expect(s.store.getState().recipe?.params.lights.exposure).toBe(1);
  });

  it('stops at both ends of the strip', async () => {
    const s = make();
    await s.open(1);
    s.go(-1);
    expect(s.store.getState().id).toBe(1);
    s.go(1);
    expect(s.store.getState().id).toBe(2);
    s.go(99);
    expect(s.store.getState().id).toBe(3);
  });

  it('takes a rating back when the host refuses it', async () => {
    const s = make();
    await s.open(1);
    await s.patch([1], { rating: 4 });
    expect(s.store.getState().items[1].rating).toBe(4);
    h.broken.add('library.update');
    await s.patch([1], { rating: 1 });
    expect(s.store.getState().items[1].rating).toBe(4);
    expect(said[0][0]).toBe('error');
  });

  it('reads a roll in pages and spreads parameters to its other frames', async () => {
    const s = make();
    await s.open(1);
    expect(await rollMembers(h.client, 7)).toEqual([1, 2, 3]);
    await syncToRoll(s, ['film.base'], ((key: string) => key) as never);
    expect(h.heard.at(-1)).toEqual({
      name: 'recipe.sync',
      args: { fromId: 1, toIds: [2, 3], keys: ['film.base'] },
    });
  });

  it('with a linked roll spreads what the roll shares, and nothing else', async () => {
    const s = make();
    await s.open(1);
    s.store.setState({ linkRoll: true });
    s.set('print', 'grade', 3);
    await s.flushed();
    expect(h.heard.at(-1)?.args).toEqual({ fromId: 1, toIds: [2, 3], keys: ['print.grade'] });
    const before = h.heard.length;
    s.set('lights', 'exposure', 1);
    await s.flushed();
    expect(h.heard.slice(before).map((c) => c.name)).toEqual(['recipe.set']);
  });

  it('fetches the stage again when analysis finds something else, and only then', async () => {
    const s = make();
    await s.open(1);
    s.changed({ ids: [1], groups: false });
    await new Promise((r) => setTimeout(r, 320));
    expect(s.store.getState().revision).toBe(0);
    h.found.film = 'bw';
    s.changed({ ids: [2], groups: false });
    s.changed({ ids: [1], groups: false });
    s.changed({ ids: [1], groups: false });
    const asked = h.heard.filter((c) => c.name === 'develop.auto').length;
    await new Promise((r) => setTimeout(r, 320));
    expect(s.store.getState().revision).toBe(1);
    expect(s.store.getState().auto?.film).toBe('bw');
    expect(h.heard.filter((c) => c.name === 'develop.auto').length).toBe(asked + 1);
  });

  it('loads unknown items once each and shows them together', async () => {
    const s = make();
    let changes = 0;
    s.store.subscribe(() => changes++);
    s.needItems([1, 2]);
    s.needItems([2, 3]);
    await new Promise((r) => setTimeout(r, 80));
    expect(Object.keys(s.store.getState().items)).toEqual(['1', '2', '3']);
    expect(h.heard.filter((c) => c.name === 'library.item')).toHaveLength(3);
    expect(changes).toBe(1);
  });
});
