/** What the light table does with prints that belong together: front and back, one age. */
import i18next from 'i18next';
import { isPrint } from '../../app/recipe/wanted.ts';
import { getClient } from '../client.ts';
import { notify, report } from '../store/app.ts';
import { reload, useLibrary } from '../store/library.ts';
import { openDialog, useLibraryUi } from './state.ts';

/** Name of the step in each picture's history. */
const SHARED = 'sharedAge';

/** Puts the second of two prints behind the first. */
export async function joinPair(frontId: number, backId: number): Promise<void> {
  const client = getClient();
  try {
    await client.call('pairs.join', { frontId, backId });
    await reload();
    notify('info', i18next.t('family.joined'), {
      label: i18next.t('common.undo'),
      run: () => void client.call('pairs.part', { itemId: backId }).then(reload).catch(report),
    });
  } catch (error) {
    report(error);
  }
}

/** Takes the pair of a print apart. */
export async function partPair(itemId: number): Promise<void> {
  const client = getClient();
  try {
    const { frontId, backId } = await client.call('pairs.part', { itemId });
    await reload();
    notify('info', i18next.t('family.parted'), {
      label: i18next.t('common.undo'),
      run: () => void client.call('pairs.join', { frontId, backId }).then(reload).catch(report),
    });
  } catch (error) {
    report(error);
  }
}

/** Looks which of these prints are the back of which, and opens the list of what was found. */
export async function findPairs(ids: readonly number[]): Promise<void> {
  notify('info', i18next.t('family.looking', { count: ids.length }));
  try {
    const { pairs } = await getClient().call('pairs.propose', { ids: [...ids] });
    if (pairs.length === 0) return notify('info', i18next.t('family.noPairs'));
    openDialog({ type: 'pairs', pairs });
  } catch (error) {
    report(error);
  }
}

/** Gives prints one ageing setting, found over all of them, and switches the step on. */
export async function oneAge(ids: readonly number[]): Promise<void> {
  const client = getClient();
  const { items } = useLibrary.getState();
  const prints = ids.filter((id) => {
    const item = items.get(id);
    return !item || isPrint(item.kind);
  });
  if (prints.length < 2) return notify('info', i18next.t('family.ageTwo'));
  notify('info', i18next.t('family.aging', { count: prints.length }));
  try {
    const { changed } = await client.call('album.ageing', { ids: prints });
    await client.call('recipe.apply', { ids: changed, steps: { ageing: { on: true } }, label: SHARED });
    notify('info', i18next.t('family.aged', { count: changed.length }), {
      label: i18next.t('common.undo'),
      run: () =>
        void client
          .call('album.part', { ids: changed })
          .then(() => client.call('recipe.takeBack', { ids: changed, label: SHARED }))
          .catch(report),
    });
  } catch (error) {
    report(error);
  }
}

/** Shows the other side of a print on the table, or its front again. */
export function flip(id: number): void {
  useLibraryUi.setState(({ flipped }) => {
    const next = new Set(flipped);
    if (!next.delete(id)) next.add(id);
    return { flipped: next };
  });
}
