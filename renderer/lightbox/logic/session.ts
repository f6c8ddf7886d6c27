/**
 * The state of an open lightbox: which picture, its recipe as drafted and as saved, what analysis says about
 * it, undo and history, and what is shown. A store without any React or DOM; the components read it and call
 * its actions. Drafts follow the hand at once; `commit` writes them to the host, one after the other so that
 * the order of history is the order of the work.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Item, ItemPatch } from '../../../app/contract/library.ts';
import { DEVELOP_VERSION, defaultDevelopParams, type DevelopRecipe } from '../../../app/recipe/develop.ts';
import { saidNow } from '../../i18n/said.ts';
import type { LightboxClient } from '../ports.ts';
import { sameValue, setParam, type ParamValue } from './controls.ts';
import { setLabel } from './labels.ts';
import type { FrameBoundary } from './frames.ts';
import { createBoundaries } from './boundaries.ts';
import { cutRedo, keptFrames, nextLine } from './scanframes.ts';
import { rollScoped } from './scope.ts';
import { isOfScan, rollMembers, scanMembers } from './members.ts';
import { startState, type Level, type SessionState } from './state.ts';
import { stripWith } from './strip.ts';
import { createTurns } from './turns.ts';
import { move, present, push, stackFrom, startStack, type UndoStack } from './undo.ts';
import { FIT } from './viewport.ts';

export type { Auto, Compare, Level, Overlay, SessionState, Tool, View } from './state.ts';

export interface Session {
  store: StoreApi<SessionState>;
  open(id: number): Promise<void>;
  go(by: number): void;
  setIds(ids: readonly number[]): void;
  /** Moves a parameter without saving; call `commit` when the hand lets go. */
  draft(step: string, key: string, value: ParamValue): void;
  commit(): void;
  /** Draft and commit in one; successive calls for the same control merge into one undo step. */
  set(step: string, key: string, value: ParamValue): void;
  /** Saves a whole recipe under a label. */
  apply(recipe: DevelopRecipe, label: string): void;
  /** Takes back what was done last: to this picture's recipe, or to the boundaries of the pictures on its scan. */
  undo(): void;
  redo(): void;
  /** Draws the pictures on this scan anew; `undo` brings the former ones back. False when the host refused. */
  setFrames(frames: readonly FrameBoundary[]): Promise<boolean>;
  patch(ids: number[], patch: ItemPatch): Promise<void>;
  /** Reloads what the library says of these items, if they are known. */
  refreshItems(ids: readonly number[]): Promise<void>;
  /** Loads items that are not known yet; failures leave them unknown. */
  needItems(ids: readonly number[]): void;
  /** Looks which pictures this scan holds by now: the film-strip loses and gains them. */
  refreshScan(): Promise<void>;
  /** Asks again what the automatic finds; when that is otherwise than before, `revision` grows. */
  refreshAuto(): Promise<void>;
  /** Hears that the library changed (topic library.changed). */
  changed(event: { ids: readonly number[]; groups: boolean }): void;
  refreshHistory(): Promise<void>;
  say(level: Level, text: string): void;
  fail(error: unknown): void;
  /** Waits until all that was committed is saved. */
  flushed(): Promise<void>;
  close(): void;
  readonly client: LightboxClient;
}

const SETTLE_MS = 250;
const ARRIVE_MS = 30;

const blank = (): DevelopRecipe => ({
  action: 'develop',
  version: DEVELOP_VERSION,
  params: defaultDevelopParams(),
});

export function messageOf(error: unknown): string {
  return saidNow(error instanceof Error ? error.message : String(error));
}

/** Opens a session on some items; nothing is loaded until `open`. */
export function createSession(options: {
  client: LightboxClient;
  ids: readonly number[];
  startId: number;
  /** Items known already. */
  items?: Readonly<Record<number, Item>>;
  now?: () => number;
  /** Shows a sentence to the person. */
  notify?: (level: Level, text: string) => void;
}): Session {
  const { client } = options;
  const now = options.now ?? Date.now;
  const store = createStore<SessionState>(() => ({
    ...startState(options.ids, options.startId),
    items: options.items ?? {},
    frameStacks: keptFrames(client),
  }));
  const { getState: get, setState: set } = store;
  const stacks = new Map<number, UndoStack<DevelopRecipe>>();
  let drafted: { label: string } | null = null;
  let saves: Promise<void> = Promise.resolve();
  /** Boundaries being drawn, one after the other; what is undone meanwhile waits for them. */
  const framing = createTurns();
  let pendingSaves = 0;
  let visit = 0;
  let settleTimer: ReturnType<typeof setTimeout> | undefined;
  const asked = new Set<number>();
  const arrived: Item[] = [];

  const say: Session['say'] = (level, text) => options.notify?.(level, text);
  const fail: Session['fail'] = (error) => {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code === 'cancelled' || (error instanceof Error && error.name === 'AbortError')) return;
    say('error', messageOf(error));
  };

  /** Saves one recipe after all that was saved before; an error is shown and the work goes on. */
  function save(itemId: number, recipe: DevelopRecipe, label: string): void {
    pendingSaves++;
    set({ saving: true });
    saves = saves
      .then(async () => {
        await client.call('recipe.set', { itemId, recipe, label });
        if (get().linkRoll) await shareRoll(itemId, label);
      })
      .catch(fail)
      .finally(() => {
        if (--pendingSaves === 0) set({ saving: false });
      });
  }

  /** With linked rolls: what the roll shares and this label names is written to the other frames. */
  async function shareRoll(itemId: number, label: string): Promise<void> {
    const match = /^set:(\w+\.\w+)=/.exec(label);
    const group = get().group;
    if (!match || !group || group.kind !== 'roll' || !rollScoped(match[1])) return;
    const toIds = (await rollMembers(client, group.id)).filter((i) => i !== itemId);
    if (toIds.length) await client.call('recipe.sync', { fromId: itemId, toIds, keys: [match[1]] });
  }

  function keep(stack: UndoStack<DevelopRecipe>): void {
    stacks.set(get().id, stack);
    set({ stack });
  }

  const apply: Session['apply'] = (recipe, label) => {
    const { id, stack, recipe: before } = get();
    drafted = null;
    if (!stack || (before && sameValue(present(stack).value, recipe))) {
      set({ recipe, fluid: false });
      return;
    }
    set({ recipe, fluid: false });
    keep(push(stack, recipe, label, now(), true));
    boundaries.cutRedo();
    save(id, recipe, label);
  };

  const session: Session = {
    store,
    client,
    say,
    fail,
    async open(id) {
      session.commit();
      const mine = ++visit;
      const { keepZoom, viewport, items } = get();
      set({
        id,
        recipe: null,
        auto: null,
        autoError: null,
        stack: null,
        history: [],
        header: null,
        shown: null,
        chosenHint: null,
        proposals: [],
        foundPrints: null,
        outline: '',
        tool: 'none',
        brush: { ...get().brush, chosen: null, source: null },
        fluid: false,
        flicker: false,
        viewport: keepZoom ? viewport : FIT,
        group: items[id]?.groupId === get().group?.id ? get().group : null,
      });
      await saves;
      const current = () => mine === visit;
      const itemReady = client
        .call('library.item', { id })
        .then(async (item) => {
          set((s) => ({ items: { ...s.items, [id]: item } }));
          if (!current() || item.groupId === null || get().group?.id === item.groupId) return;
          const { groups } = await client.call('library.groups', {});
          if (current()) set({ group: groups.find((g) => g.id === item.groupId) ?? null });
        })
        .catch((e: unknown) => current() && fail(e));
      try {
        const stored = await client.call('recipe.get', { itemId: id });
        if (!current()) return;
        const history = [...stored.history].sort((a, b) => a.id - b.id);
        const recipe = stored.recipe ?? blank();
        const known = stacks.get(id);
        const stack =
          known && sameValue(present(known).value, recipe)
            ? known
            : history.length && sameValue(history[history.length - 1].recipe, recipe)
              ? stackFrom([
                  ...(sameValue(history[0].recipe, blank())
                    ? []
                    : [{ value: blank(), label: 'start', at: history[0].at - 1 }]),
                  ...history.map((h) => ({ value: h.recipe, label: h.label, at: h.at })),
                ])
              : startStack(recipe, 'start', now());
        stacks.set(id, stack);
        set({ recipe, history, stack });
        await session.refreshAuto();
      } catch (e) {
        if (current()) fail(e);
      }
      await itemReady;
    },
    go(by) {
      const { ids, id } = get();
      const at = ids.indexOf(id);
      const next = ids[Math.min(ids.length - 1, Math.max(0, at + by))];
      if (next !== undefined && next !== id) void session.open(next);
    },
    setIds(ids) {
      set({ ids });
      if (ids.length && !ids.includes(get().id)) void session.open(ids[0]);
    },
    draft(step, key, value) {
      const { recipe } = get();
      if (!recipe) return;
      drafted = { label: setLabel(step, key, value) };
      set({ recipe: setParam(recipe, step, key, value), fluid: true });
    },
    commit() {
      const { recipe } = get();
      if (!drafted || !recipe) {
        if (get().fluid) set({ fluid: false });
        return;
      }
      apply(recipe, drafted.label);
    },
    set(step, key, value) {
      const { recipe } = get();
      if (recipe) apply(setParam(recipe, step, key, value), setLabel(step, key, value));
    },
    apply,
    undo: () => travel(-1),
    redo: () => travel(1),
    setFrames: (frames) =>
      framing.take(async () => {
        if (!(await boundaries.set(frames, now))) return false;
        const { stack } = get();
        if (stack) keep(cutRedo(stack));
        return true;
      }),
    async patch(ids, patch) {
      const before = get().items;
      set((s) => {
        const items = { ...s.items };
        for (const id of ids) if (items[id]) items[id] = { ...items[id], ...patch };
        return { items };
      });
      try {
        await client.call('library.update', { ids, patch });
      } catch (e) {
        set({ items: before });
        fail(e);
      }
    },
    async refreshItems(ids) {
      const known = ids.filter((id) => get().items[id]);
      await Promise.all(
        known.map(async (id) => {
          const item = await client.call('library.item', { id }).catch(() => null);
          if (item) set((s) => ({ items: { ...s.items, [id]: item } }));
        }),
      );
    },
    needItems(ids) {
      for (const id of ids) {
        if (get().items[id] || asked.has(id)) continue;
        asked.add(id);
        client
          .call('library.item', { id })
          .then(arrive)
          .catch(() => undefined)
          .finally(() => asked.delete(id));
      }
    },
    async refreshScan() {
      const { id, items, ids } = get();
      const here = items[id];
      if (!here) return;
      const found = await scanMembers(client, here);
      if (found.length === 0) return;
      set((s) => ({ items: { ...s.items, ...Object.fromEntries(found.map((i) => [i.id, i])) } }));
      const strip = stripWith(
        ids,
        found.map((i) => i.id),
        (other) => isOfScan(items[other], here),
      );
      set({ ids: strip });
      // The picture before us is gone: its neighbour on the scan takes its place.
      if (!strip.includes(id)) await session.open(found[Math.min(here.frame, found.length - 1)].id);
    },
    async refreshAuto() {
      const { id } = get();
      const mine = visit;
      try {
        const auto = await client.call('develop.auto', { itemId: id });
        if (mine !== visit) return;
        // Found anew and otherwise than before: what is on stage was developed from the old findings.
        set((s) => ({
          auto,
          autoError: null,
          revision: s.auto && !sameValue(s.auto, auto) ? s.revision + 1 : s.revision,
        }));
      } catch (e) {
        if (mine === visit) set({ auto: null, autoError: messageOf(e) });
      }
    },
    changed({ ids, groups }) {
      void session.refreshItems(ids);
      if (groups) void refreshGroup();
      if (!groups && !ids.includes(get().id)) return;
      // Changes come in bursts (a roll being analysed); the last one counts.
      clearTimeout(settleTimer);
      settleTimer = setTimeout(() => {
        if (groups) set((s) => ({ revision: s.revision + 1 }));
        void session.refreshAuto();
      }, SETTLE_MS);
    },
    async refreshHistory() {
      const { id } = get();
      const mine = visit;
      await saves;
      const stored = await client.call('recipe.get', { itemId: id });
      if (mine === visit) set({ history: [...stored.history].sort((a, b) => a.id - b.id) });
    },
    async flushed() {
      session.commit();
      await framing.done();
      await saves;
    },
    close() {
      clearTimeout(settleTimer);
      session.commit();
      visit++;
    },
  };

  const boundaries = createBoundaries({
    client,
    store,
    fail,
    redrawn: async () => {
      await session.refreshScan();
      await session.refreshAuto();
    },
  });

  /** Items come one by one; what arrives together is shown together. */
  function arrive(item: Item): void {
    if (arrived.push(item) > 1) return;
    setTimeout(() => {
      const fresh = arrived.splice(0);
      set((s) => ({ items: { ...s.items, ...Object.fromEntries(fresh.map((i) => [i.id, i])) } }));
    }, ARRIVE_MS);
  }

  async function refreshGroup(): Promise<void> {
    const group = get().items[get().id]?.groupId ?? null;
    const answer = await client.call('library.groups', {}).catch(() => null);
    if (answer) set({ group: answer.groups.find((g) => g.id === group) ?? null });
  }

  function travel(by: -1 | 1): void {
    session.commit();
    // However fast the key is pressed: the new pictures may be on stage before their boundaries are an entry.
    if (framing.busy() && !get().hand) void framing.take(() => step(by));
    else void step(by);
  }

  async function step(by: -1 | 1): Promise<void> {
    const { stack, id, hand } = get();
    if (hand) {
      if (by < 0) hand.undo();
      else hand.redo();
      return;
    }
    if (nextLine(stack, boundaries.stack(), by) === 'frames') {
      if (framing.busy()) await boundaries.travel(by);
      else await framing.take(() => boundaries.travel(by));
      return;
    }
    if (!stack) return;
    const next = move(stack, by);
    if (next === stack) return;
    keep(next);
    const recipe = present(next).value;
    set({ recipe, fluid: false });
    save(id, recipe, by < 0 ? 'undo' : 'redo');
  }

  return session;
}
