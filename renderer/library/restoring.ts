/**
 * Restore, Colorize and Auto for many pictures at once: by a button, a menu, or by dropping files on a target. What is
 * asked for is written into each picture's recipe (app/recipe/wanted.ts), so that it can be seen, changed and taken
 * back, picture by picture or all of them.
 */
import i18next from 'i18next';
import type { Item } from '../../app/contract/library.ts';
import { wantedSteps, type StepChanges, type Want } from '../../app/recipe/wanted.ts';
import { getClient, type Dropped } from '../client.ts';
import { scanMembers } from '../lightbox/logic/members.ts';
import { notify, refreshJobs, report, useApp } from '../store/app.ts';
import { useLibrary } from '../store/library.ts';
import { importOver, itemsOf } from './imported.ts';

/** Names of the steps in each picture's history (lightbox/logic/labels.ts). */
export const wantLabels: Record<Want, string> = {
  restore: 'restored',
  colorize: 'colorized',
  auto: 'autoRestored',
};

/** Calls at one time while what is known of items is gathered. */
const PARALLEL = 8;

/** Runs `work` over a list, a few at a time, in order of the results. */
async function eachOf<T, R>(list: readonly T[], work: (value: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const run = async () => {
    while (next < list.length) {
      const at = next++;
      results[at] = await work(list[at]);
    }
  };
  await Promise.all(Array.from({ length: Math.min(PARALLEL, list.length) }, run));
  return results;
}

/** Items that are to be changed alike. */
export function byChanges(
  items: readonly Pick<Item, 'id' | 'kind'>[],
  want: Want,
): { steps: StepChanges; ids: number[] }[] {
  const groups = new Map<string, { steps: StepChanges; ids: number[] }>();
  for (const { id, kind } of items) {
    const steps = wantedSteps(want, kind);
    if (Object.keys(steps).length === 0) continue;
    const key = JSON.stringify(steps);
    const group = groups.get(key) ?? { steps, ids: [] };
    group.ids.push(id);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** Asks it for these items; says what came of it, with a way back. */
export async function want(what: Want, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return;
  const client = getClient();
  const label = wantLabels[what];
  try {
    const known = useLibrary.getState().items;
    const items = await eachOf(
      ids,
      async (id) => known.get(id) ?? (await client.call('library.item', { id })),
    );
    if (what === 'auto') return await auto(items, label);
    const groups = byChanges(items, what);
    const changed: number[] = [];
    for (const { steps, ids: alike } of groups)
      changed.push(...(await client.call('recipe.apply', { ids: alike, steps, label })).changed);
    if (changed.length === 0) {
      if (groups.length === 0) notify('info', i18next.t(`restore.${what}.none`));
      else notify('info', i18next.t(`restore.${what}.already`));
      return;
    }
    notify('info', i18next.t(`restore.${what}.done`, { count: changed.length }), {
      label: i18next.t('common.undo'),
      run: () => void client.call('recipe.takeBack', { ids: changed, label }).catch(report),
    });
  } catch (error) {
    report(error);
  }
}

/** What each picture needs is found out by the host, as a job, and written into its recipe. */
async function auto(items: readonly Item[], label: string): Promise<void> {
  const client = getClient();
  const ids = items.filter((item) => item.kind !== 'reel').map((item) => item.id);
  if (ids.length === 0) return notify('info', i18next.t('restore.auto.none'));
  const { jobId } = await client.call('picture.autoAll', { ids, label });
  notify('info', i18next.t('restore.auto.looking', { count: ids.length }));
  await refreshJobs();
  await ended([jobId]);
  const before = new Map(items.map((item) => [item.id, item.steps.join()]));
  const after = await eachOf(ids, (id) => client.call('library.item', { id }));
  const changed = after.filter((item) => item.steps.join() !== before.get(item.id)).map((item) => item.id);
  if (changed.length === 0) return notify('info', i18next.t('restore.auto.already'));
  notify('info', i18next.t('restore.auto.done', { count: changed.length }), {
    label: i18next.t('common.undo'),
    run: () => void client.call('recipe.takeBack', { ids: changed, label }).catch(report),
  });
}

/** Waits for the end of these jobs. */
function ended(jobIds: readonly number[]): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (!importOver(jobIds, useApp.getState().jobs)) return;
      stop();
      resolve();
    };
    const stop = useApp.subscribe(look);
    look();
  });
}

/** Imports what was dropped on a target, and then asks it for every picture that came of it. */
export async function importAndWant(files: Dropped[], what: Want): Promise<void> {
  if (files.length === 0) return;
  const client = getClient();
  try {
    const { jobIds } = await client.importFiles(files, (sent, total) =>
      useApp.setState({ upload: { sent, total } }),
    );
    useApp.setState({ upload: null });
    notify('info', i18next.t(`restore.${what}.importing`, { count: files.length }));
    await refreshJobs();
    await ended(jobIds);
    const firsts = (await eachOf(jobIds, itemsOf)).flat();
    // A scan may hold several prints; the job names the first of them.
    const scans = await eachOf([...new Set(firsts)], async (id) =>
      scanMembers(client, await client.call('library.item', { id })),
    );
    await want(what, [...new Set(scans.flat().map((item) => item.id))]);
  } catch (error) {
    report(error);
  } finally {
    useApp.setState({ upload: null });
  }
}
