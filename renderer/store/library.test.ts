import { beforeEach, describe, expect, it, vi } from 'vitest';
import { setClient, type Client } from '../client.ts';
import { mockClient } from '../mock/client.ts';
import { useApp } from './app.ts';
import {
  changeTags,
  connectLibrary,
  ensureItems,
  ITEM_CAPACITY,
  narrowing,
  noFilter,
  reload,
  removeItems,
  selectedIds,
  setFilter,
  setSelection,
  updateItems,
  useLibrary,
} from './library.ts';
import { noSelection } from '../library/selection.ts';

const initial = useLibrary.getState();
let heard: { name: string; args: unknown }[];
let client: Client;

function start(many: number) {
  heard = [];
  client = mockClient({ many, heard });
  setClient(client);
}
beforeEach(() => {
  useLibrary.setState(initial, true);
  useApp.setState({ notices: [] });
});
const state = () => useLibrary.getState();

describe('library store', () => {
  it('sweeps 20,000 items into a small index, by pages, keeping few of them in full', async () => {
    start(20_000);
    await reload();
    expect(state().index.ids).toHaveLength(20_000);
    expect(state().total).toBe(20_000);
    expect(heard.filter((h) => h.name === 'library.query')).toHaveLength(20);
    expect(state().items.size).toBe(1000);
    const { index } = state();
    expect(index.ids.byteLength + index.aspects.byteLength + index.groups.byteLength).toBe(240_000);
  });

  it('fetches what is looked at once, and forgets what was not seen for long', async () => {
    start(20_000);
    await reload();
    heard.length = 0;
    ensureItems(10_150, 10_190);
    ensureItems(10_150, 10_190);
    await vi.waitFor(() => expect(state().items.has(state().index.ids[10_160])).toBe(true));
    expect(heard).toHaveLength(1);
    expect(heard[0].args).toMatchObject({ offset: 10_000, limit: 200 });
    ensureItems(10_150, 10_190);
    expect(heard).toHaveLength(1);
    for (let page = 5; page < 40; page++) {
      ensureItems(page * 200, page * 200 + 10);
      await vi.waitFor(() => expect(state().items.has(page * 200 + 1)).toBe(true));
    }
    expect(state().items.size).toBe(ITEM_CAPACITY);
    expect(state().items.has(1)).toBe(false);
  });

  it('filters by query, drops what is no longer shown from the selection', async () => {
    start(0);
    await reload();
    setSelection({ ids: new Set([1, 50]), anchor: 1, active: 50 });
    setFilter({ kinds: ['bw-negative'] });
    await vi.waitFor(() => expect(state().total).toBe(20));
    expect(narrowing(state().filter)).toBe(1);
    expect(selectedIds()).toEqual([50]);
    expect(state().selection.anchor).toBeNull();
  });

  it('an old query that comes late changes nothing', async () => {
    start(0);
    const slow = reload();
    setFilter({ ...noFilter, kinds: ['slide'] });
    await slow;
    await vi.waitFor(() => expect(state().total).toBe(16));
    expect([...state().items.values()].every((i) => i.kind === 'slide')).toBe(true);
  });

  it('shows a change at once and takes it back when the host refuses', async () => {
    start(0);
    await reload();
    const call = client.call;
    const before = state().items.get(3)!.rating;
    client.call = (async (name: string, ...rest: unknown[]) => {
      if (name === 'library.update') throw new Error('The library is read-only.');
      return (call as (...a: unknown[]) => unknown)(name, ...rest);
    }) as Client['call'];
    const change = updateItems([3], { rating: before === 2 ? 1 : 2 });
    expect(state().items.get(3)!.rating).not.toBe(before);
    await change;
    expect(state().items.get(3)!.rating).toBe(before);
    expect(useApp.getState().notices.at(-1)?.text).toBe('The library is read-only.');
  });

  it('adds and takes tags without touching the others', async () => {
    start(0);
    await reload();
    await updateItems([1], { tags: ['a', 'old'] });
    await updateItems([2], { tags: ['b'] });
    await changeTags([1, 2], ['new'], ['old']);
    expect(state().items.get(1)!.tags).toEqual(['a', 'new']);
    expect(state().items.get(2)!.tags).toEqual(['b', 'new']);
  });

  it('removes with a way back', async () => {
    start(0);
    await reload();
    const total = state().total;
    await removeItems([1, 2]);
    await vi.waitFor(() => expect(state().total).toBe(total - 2));
    useApp.getState().notices.at(-1)!.action!.run();
    await vi.waitFor(() => expect(state().total).toBe(total));
  });

  it('hears of changes: known items are fetched singly, new groups ask for everything', async () => {
    start(0);
    const stop = connectLibrary();
    await vi.waitFor(() => expect(state().phase).toBe('ready'));
    heard.length = 0;
    await client.call('library.update', { ids: [5], patch: { rating: 1 } });
    await vi.waitFor(() => expect(state().items.get(5)!.rating).toBe(1));
    expect(heard.map((h) => h.name)).toEqual(['library.update', 'library.item']);
    await client.call('library.createGroup', { kind: 'album', name: 'Ours', ids: [1, 2] });
    await vi.waitFor(() => expect([...state().groups.values()].map((g) => g.name)).toContain('Ours'));
    stop();
  });

  it('says why when the library cannot be opened at all', async () => {
    start(0);
    client.call = (() => Promise.reject(new Error('The library is locked.'))) as Client['call'];
    await reload();
    expect(state()).toMatchObject({ phase: 'failed', error: 'The library is locked.' });
    expect(noSelection.ids.size).toBe(0);
  });
});
