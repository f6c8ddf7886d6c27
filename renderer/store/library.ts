/**
 * The library as the window sees it. Memory stays bounded however large it is: of every item in the query
 * only id, shape and group are kept (typed arrays, 12 bytes each), swept in once in large pages; the items
 * themselves are fetched for the part that is looked at, and the least recently seen are forgotten.
 */
import { create } from 'zustand';
import type { CallResult } from '../../app/contract/index.ts';
import type { Group, Item, ItemPatch, Query } from '../../app/contract/library.ts';
import { getClient } from '../client.ts';
import { NO_GROUP, type TableIndex } from '../library/layout.ts';
import { keepKnown, noSelection, type Selection } from '../library/selection.ts';
import i18next from 'i18next';
import { errorText, isCancelled, notify, report } from './app.ts';

/** Everything a person can filter and sort by. */
export type Filter = Required<Omit<Query, 'offset' | 'limit'>>;

export const noFilter: Filter = {
  text: '',
  kinds: [],
  states: [],
  flags: [],
  minRating: 0,
  camera: null,
  groupId: null,
  dateFrom: null,
  dateTo: null,
  sort: 'group',
  descending: false,
  backs: false,
};

/** How many filters narrow the view (sorting narrows nothing). */
export function narrowing(filter: Filter): number {
  return (
    (filter.text ? 1 : 0) +
    (filter.kinds.length ? 1 : 0) +
    (filter.states.length ? 1 : 0) +
    (filter.flags.length ? 1 : 0) +
    (filter.minRating ? 1 : 0) +
    (filter.camera ? 1 : 0) +
    (filter.groupId !== null ? 1 : 0) +
    (filter.dateFrom || filter.dateTo ? 1 : 0)
  );
}

export const SWEEP_PAGE = 1000;
export const ITEM_PAGE = 200;
/** Items kept in full: some forty screens full. */
export const ITEM_CAPACITY = 4000;

const emptyIndex: TableIndex = {
  ids: new Int32Array(0),
  aspects: new Float32Array(0),
  groups: new Int32Array(0),
};

export interface LibraryState {
  filter: Filter;
  index: TableIndex;
  /** Items of the query, of which `index` holds as many as were swept in so far. */
  total: number;
  /** `loading` until the first page of the first query is there. */
  phase: 'loading' | 'ready' | 'failed';
  error: string;
  items: ReadonlyMap<number, Item>;
  groups: ReadonlyMap<number, Group>;
  facets: CallResult<'library.facets'>;
  selection: Selection;
  /** Wished height of the pictures, CSS pixels. */
  rowHeight: number;
}

export const useLibrary = create<LibraryState>(() => ({
  filter: noFilter,
  index: emptyIndex,
  total: 0,
  phase: 'loading',
  error: '',
  items: new Map(),
  groups: new Map(),
  facets: { cameras: [], tags: [], counts: {} },
  selection: noSelection,
  rowHeight: 190,
}));

const { getState, setState } = useLibrary;

/** Shapes outside this range would make rows that cannot be looked at; the picture itself is not changed. */
const shape = (aspect: number) => (aspect > 0 ? Math.min(12, Math.max(0.25, aspect)) : 1.5);

function remember(items: readonly Item[]): ReadonlyMap<number, Item> {
  const map = new Map(getState().items);
  for (const item of items) {
    map.delete(item.id);
    map.set(item.id, item);
  }
  for (const id of map.keys()) {
    if (map.size <= ITEM_CAPACITY) break;
    map.delete(id);
  }
  return map;
}

let sweep: AbortController | null = null;

/** Runs the query anew and sweeps its index in; what was shown stays until the first page is there. */
export async function reload(): Promise<void> {
  sweep?.abort();
  const mine = new AbortController();
  sweep = mine;
  const { signal } = mine;
  const client = getClient();
  const { filter } = getState();
  try {
    const [{ groups }, facets] = await Promise.all([
      client.call('library.groups', {}, { signal }),
      client.call('library.facets', {}, { signal }),
    ]);
    setState({ groups: new Map(groups.map((g) => [g.id, g])), facets });
    const pages: TableIndex[] = [];
    let total = 0;
    let swept = 0;
    do {
      const page = await client.call(
        'library.query',
        { ...filter, offset: swept, limit: SWEEP_PAGE },
        { signal },
      );
      if (signal.aborted) return;
      total = page.total;
      swept += page.items.length;
      pages.push({
        ids: Int32Array.from(page.items, (i) => i.id),
        aspects: Float32Array.from(page.items, (i) => shape(i.aspect)),
        groups: Int32Array.from(page.items, (i) => i.groupId ?? NO_GROUP),
      });
      const first = pages.length === 1;
      const last = swept >= total || page.items.length === 0;
      // The first page is shown at once, the rest in one step: laying out twenty times would only flicker.
      if (first) setState({ items: remember(page.items) });
      if (first || last) {
        const index = join(pages);
        setState((s) => ({
          index,
          total: last ? index.ids.length : total,
          phase: 'ready',
          error: '',
          selection: last ? keepKnown(s.selection, index.ids) : s.selection,
        }));
      }
      if (last) break;
    } while (!signal.aborted);
  } catch (error) {
    if (isCancelled(error)) return;
    if (getState().phase === 'loading') setState({ phase: 'failed', error: errorText(error) });
    else report(error);
  }
}

function join(pages: readonly TableIndex[]): TableIndex {
  if (pages.length === 1) return pages[0];
  const n = pages.reduce((sum, p) => sum + p.ids.length, 0);
  const index = { ids: new Int32Array(n), aspects: new Float32Array(n), groups: new Int32Array(n) };
  let at = 0;
  for (const page of pages) {
    index.ids.set(page.ids, at);
    index.aspects.set(page.aspects, at);
    index.groups.set(page.groups, at);
    at += page.ids.length;
  }
  return index;
}

const asked = new Set<string>();

/** Makes sure that the items at positions from..to (exclusive) are there, by whole pages. */
export function ensureItems(from: number, to: number): void {
  const { index, items, filter } = getState();
  for (let page = Math.floor(from / ITEM_PAGE); page * ITEM_PAGE < Math.min(to, index.ids.length); page++) {
    const begin = page * ITEM_PAGE;
    const end = Math.min(index.ids.length, begin + ITEM_PAGE);
    let complete = true;
    for (let i = Math.max(begin, from); i < Math.min(end, to) && complete; i++)
      complete = items.has(index.ids[i]);
    const key = `${page}`;
    if (complete || asked.has(key)) continue;
    asked.add(key);
    getClient()
      .call('library.query', { ...filter, offset: begin, limit: ITEM_PAGE })
      .then((answer) => setState({ items: remember(answer.items) }))
      .catch(report)
      .finally(() => asked.delete(key));
  }
}

/** Narrows or orders the view. */
export function setFilter(patch: Partial<Filter>): void {
  setState((s) => ({ filter: { ...s.filter, ...patch } }));
  void reload();
}

/** Selects. */
export function setSelection(selection: Selection): void {
  setState({ selection });
}

/** The selected ids in the order of the table. */
export function selectedIds(): number[] {
  const { selection, index } = getState();
  if (selection.ids.size === 0) return [];
  return Array.from(index.ids).filter((id) => selection.ids.has(id));
}

/** Changes items here at once and on the host; goes back when the host refuses. */
export async function updateItems(ids: number[], patch: ItemPatch): Promise<void> {
  if (ids.length === 0) return;
  const before = getState().items;
  const changed = new Map(before);
  for (const id of ids) {
    const item = changed.get(id);
    if (item) changed.set(id, { ...item, ...patch });
  }
  setState({ items: changed });
  try {
    await getClient().call('library.update', { ids, patch });
  } catch (error) {
    setState((s) => {
      const items = new Map(s.items);
      for (const id of ids) if (before.has(id)) items.set(id, before.get(id)!);
      return { items };
    });
    report(error);
  }
}

/** Adds and takes away tags, item by item (each keeps its others). */
export async function changeTags(ids: number[], add: string[], remove: string[]): Promise<void> {
  const client = getClient();
  const byTags = new Map<string, { ids: number[]; tags: string[] }>();
  try {
    for (const id of ids) {
      const item = getState().items.get(id) ?? (await client.call('library.item', { id }));
      const tags = [...new Set([...item.tags.filter((t) => !remove.includes(t)), ...add])].sort((a, b) =>
        a.localeCompare(b),
      );
      const key = JSON.stringify(tags);
      const entry = byTags.get(key) ?? { ids: [], tags };
      entry.ids.push(id);
      byTags.set(key, entry);
    }
  } catch (error) {
    report(error);
    return;
  }
  for (const { ids: same, tags } of byTags.values()) await updateItems(same, { tags });
}

/**
 * Takes items out of the library (files stay where they are), with a way back.
 * @param alsoBack what else the way back brings back
 */
export async function removeItems(ids: number[], alsoBack?: () => Promise<void>): Promise<void> {
  if (ids.length === 0) return;
  const client = getClient();
  try {
    const { undoToken } = await client.call('library.remove', { ids });
    void reload();
    notify('info', i18next.t('library.removed', { count: ids.length }), {
      label: i18next.t('common.undo'),
      run: () => {
        client
          .call('library.restore', { undoToken })
          .then(() => alsoBack?.())
          .then(() => reload())
          .catch(report);
      },
    });
  } catch (error) {
    report(error);
  }
}

/** How long changes are gathered before the table is asked anew: at least this, and four times what asking took. */
const GATHER_MS = 250;
const GATHER_FACTOR = 4;
/** More changed items than this are fetched by a new query, not one by one. */
const SINGLY = 48;

/** Connects this store to the host; returns its disconnection. */
export function connectLibrary(): () => void {
  const client = getClient();
  let changed = new Set<number>();
  let everything = false;
  let timer: ReturnType<typeof setTimeout> | null = null;
  let lastMs = 0;

  const settle = async () => {
    timer = null;
    const ids = [...changed];
    const { index, filter } = getState();
    const known = new Set(Array.from(index.ids));
    const whole =
      everything || ids.length > SINGLY || narrowing(filter) > 0 || ids.some((id) => !known.has(id));
    changed = new Set();
    everything = false;
    if (whole) {
      // Pages in the cache may be stale: what is looked at comes with the first page or is asked again.
      const started = performance.now();
      await reload();
      lastMs = performance.now() - started;
      await refresh(ids.filter((id) => getState().items.has(id)).slice(0, SINGLY * 4));
    } else await refresh(ids);
  };

  const refresh = async (ids: number[]) => {
    const fresh = await Promise.all(ids.map((id) => client.call('library.item', { id }).catch(() => null)));
    const items = fresh.filter((i) => i !== null);
    if (items.length === 0) return;
    const { index } = getState();
    const aspects = index.aspects.slice();
    let reshaped = false;
    for (const item of items) {
      const at = index.ids.indexOf(item.id);
      if (at >= 0 && aspects[at] !== Math.fround(shape(item.aspect))) {
        aspects[at] = shape(item.aspect);
        reshaped = true;
      }
    }
    setState({ items: remember(items), ...(reshaped ? { index: { ...index, aspects } } : {}) });
  };

  const stops = [
    client.subscribe('library.changed', ({ ids, groups }) => {
      ids.forEach((id) => changed.add(id));
      everything ||= groups;
      timer ??= setTimeout(() => void settle(), Math.max(GATHER_MS, lastMs * GATHER_FACTOR));
    }),
    client.onState((line) => {
      if (line === 'open') void reload();
    }),
  ];
  return () => {
    stops.forEach((stop) => stop());
    if (timer) clearTimeout(timer);
    sweep?.abort();
  };
}
