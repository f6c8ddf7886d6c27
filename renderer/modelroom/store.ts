/** The models as the window knows them: asked for when the room is opened, and after everything that is done to them. */
import i18next from 'i18next';
import { create } from 'zustand';
import type { ModelCardView, ModelTask, ModelWish } from '../../app/contract/models.ts';
import { getClient } from '../client.ts';
import { errorText, isCancelled, notify, report } from '../store/app.ts';

export interface ModelsState {
  /** null while the first answer is on its way. */
  models: ModelCardView[] | null;
  error: string;
  /** What is being done to a model, by name. */
  busy: ReadonlyMap<string, 'measure' | 'verify' | 'remove'>;
  /** Files dropped on the room, waiting for what a person says of them. */
  dropped: File[];
  comparing: { task: ModelTask; a: string | null } | null;
}

export const useModels = create<ModelsState>(() => ({
  models: null,
  error: '',
  busy: new Map(),
  dropped: [],
  comparing: null,
}));

export async function refreshModels(): Promise<void> {
  try {
    const { models } = await getClient().call('models.list', {});
    useModels.setState({ models, error: '' });
  } catch (error) {
    if (!isCancelled(error)) useModels.setState({ error: errorText(error) });
  }
}

const setBusy = (name: string, what: 'measure' | 'verify' | 'remove' | null): void =>
  useModels.setState(({ busy }) => {
    const next = new Map(busy);
    if (what) next.set(name, what);
    else next.delete(name);
    return { busy: next };
  });

async function during(
  name: string,
  what: 'measure' | 'verify' | 'remove',
  work: () => Promise<void>,
): Promise<void> {
  setBusy(name, what);
  try {
    await work();
  } catch (error) {
    report(error);
  } finally {
    setBusy(name, null);
  }
}

const put = (card: ModelCardView): void =>
  useModels.setState(({ models }) => ({
    models: models && models.map((m) => (m.name === card.name ? card : m)),
  }));

/** Takes the time a model needs on this machine. */
export const measure = (model: ModelCardView): Promise<void> =>
  during(model.name, 'measure', async () =>
    put(await getClient().call('models.measure', { name: model.name, task: model.task })),
  );

/** Looks whether a model is what was imported, and tries it again. */
export const verify = (model: ModelCardView): Promise<void> =>
  during(model.name, 'verify', async () => {
    put(await getClient().call('models.verify', { name: model.name }));
    notify('info', i18next.t('models.verified', { name: model.name }));
  });

/** Takes a model out of the store, with a way back. */
export const remove = (model: ModelCardView): Promise<void> =>
  during(model.name, 'remove', async () => {
    const { undoToken } = await getClient().call('models.remove', { name: model.name });
    await refreshModels();
    notify('info', i18next.t('models.removed', { name: model.name }), {
      label: i18next.t('common.undo'),
      run: () => void getClient().call('models.restore', { undoToken }).then(refreshModels).catch(report),
    });
  });

/** Makes a model the one for its task; '' is ours. */
export async function choose(task: ModelTask, name: string): Promise<void> {
  try {
    const { before } = await getClient().call('models.choose', { task, name });
    await refreshModels();
    const words = name === '' ? i18next.t('models.oursAgain') : i18next.t('models.nowUsed', { name });
    if (before !== name)
      notify('info', words, { label: i18next.t('common.undo'), run: () => void choose(task, before) });
  } catch (error) {
    report(error);
  }
}

/** Imports a dropped file. @throws with the reason for a person when it is refused */
export async function importFile(file: File, wish: ModelWish): Promise<ModelCardView> {
  const card = await getClient().importModel(file, wish);
  await refreshModels();
  return card;
}

/** Imports a file from a folder that the host knows. @throws likewise */
export async function importPlace(
  place: { folderId: string; path: string },
  wish: ModelWish,
): Promise<ModelCardView> {
  const card = await getClient().call('models.import', { ...place, ...wish });
  await refreshModels();
  return card;
}

/** What a model is called on screen: runs of the Studio without the word in front. */
export const shownName = (name: string): string => name.replace(/^run:/, '');
/** Its name as a recipe asks for it: ours by the task's own name. */
export const stemOf = (file: string): string =>
  file
    .replace(/\.onnx$/i, '')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 80);
