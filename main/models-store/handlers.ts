/** What a window may ask of the model store: the contract's `models.*`. */
import type { Handlers } from '../../app/contract/index.ts';
import type { ModelCardView } from '../../app/contract/models.ts';
import { RevealError } from '../../app/contract/messages.ts';
import { adapterKinds } from './adapter.ts';
import type { ImportedModel, ImportOptions, ModelStore } from './store.ts';

type ModelCalls = Extract<keyof Handlers, `models.${string}`>;

const view = ({ card }: ImportedModel): ModelCardView => {
  const { name, task, kind, scale, sha256, bytes, parameters, license, origin, importedAt } = card;
  return { name, task, kind, scale, sha256, bytes, parameters, license, origin, importedAt };
};

export interface ModelHandlerOptions {
  /** Folder of all imported models. */
  dir: string;
  /** A file inside a folder that this host knows; throws when it is not. */
  inside(folderId: string, relative: string): Promise<string>;
  /** How models are tried; tests put their own in place. */
  trial?: ImportOptions['trial'];
}

export function modelHandlers({ dir, inside, trial }: ModelHandlerOptions): Pick<Handlers, ModelCalls> {
  // It brings a library for graphs along: only when somebody asks.
  const opened = async (): Promise<ModelStore> => new (await import('./store.ts')).ModelStore(dir);
  return {
    'models.list': async () => ({ models: (await (await opened()).list()).map(view) }),
    'models.import': async ({ folderId, path, name, kind, license }) => {
      const known = adapterKinds.find((k) => k === kind);
      if (kind !== undefined && !known)
        throw new RevealError(
          'bad-request',
          `There is no adapter ${kind}. There are: ${adapterKinds.join(', ')}.`,
        );
      const store = await opened();
      const model = await store.import(await inside(folderId, path), {
        ...(name === undefined ? {} : { name }),
        ...(known ? { adapter: { kind: known } } : {}),
        ...(license === undefined ? {} : { license }),
        ...(trial ? { trial } : {}),
      });
      return view(model);
    },
    'models.verify': async ({ name }) => view(await (await opened()).verify(name, trial)),
    'models.remove': async ({ name }) => {
      await (await opened()).remove(name);
      return { ok: true };
    },
  };
}
