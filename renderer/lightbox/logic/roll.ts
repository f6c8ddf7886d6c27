/** What is done to a whole roll from one of its frames: spreading parameters, analysing, naming references. */
import type { TFunction } from 'i18next';
import { rollMembers } from './members.ts';
import type { Session } from './session.ts';

/** Copies the named parameters of the present picture to these items, says how many changed; null on failure. */
export async function syncTo(
  session: Session,
  toIds: readonly number[],
  keys: readonly string[],
  t: TFunction,
): Promise<number | null> {
  const fromId = session.store.getState().id;
  const others = toIds.filter((i) => i !== fromId);
  try {
    await session.flushed();
    if (others.length === 0 || keys.length === 0) {
      session.say('info', t('lightbox.sync.nothing'));
      return 0;
    }
    const { changed } = await session.client.call('recipe.sync', {
      fromId,
      toIds: [...others],
      keys: [...keys],
    });
    session.say('info', t('lightbox.sync.done', { count: changed }));
    return changed;
  } catch (error) {
    session.fail(error);
    return null;
  }
}

/** The same for all frames of the present picture's roll. */
export async function syncToRoll(session: Session, keys: readonly string[], t: TFunction): Promise<void> {
  const { group } = session.store.getState();
  if (!group) return;
  try {
    await syncTo(session, await rollMembers(session.client, group.id), keys, t);
  } catch (error) {
    session.fail(error);
  }
}

/** Analyses the roll anew (a job); its frames show the result when it is done. */
export async function analyseRoll(session: Session, t: TFunction): Promise<void> {
  const { group } = session.store.getState();
  if (!group) return;
  try {
    await session.client.call('roll.analyse', { groupId: group.id });
    session.say('info', t('lightbox.roll.analysing', { roll: group.name }));
  } catch (error) {
    session.fail(error);
  }
}

/** Uses the present picture as its roll's blank ('base') or light source ('flat'), or takes that back ('none'). */
export async function setReference(
  session: Session,
  as: 'base' | 'flat' | 'none',
  t: TFunction,
): Promise<void> {
  const { group, id } = session.store.getState();
  if (!group) return;
  try {
    await session.client.call('roll.setReference', { groupId: group.id, itemId: id, as });
    session.say('info', t(`lightbox.roll.reference.${as}Done`, { roll: group.name }));
    await session.refreshAuto();
  } catch (error) {
    session.fail(error);
  }
}
