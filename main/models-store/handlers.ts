/** What a window may ask about models: the contract's `models.*`. */
import { mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { Handlers } from '../../app/contract/index.ts';
import {
  modelSpeedSchema,
  modelTasks,
  type ChosenModels,
  type ModelCardView,
  type ModelTask,
  type ModelWish,
} from '../../app/contract/models.ts';
import { RevealError } from '../../app/contract/messages.ts';
import { say } from '../../app/words/sentences.ts';
import type { EngineMethods } from '../engine/protocol.ts';
import { writeJsonAtomic } from '../files/atomic.ts';
import { adapterKinds } from './adapter.ts';
import { ownModels, ownView, readOwnCard, RUN, shippedCard, type OwnModel } from './own.ts';
import type { ImportedModel, ImportOptions, ModelStore } from './store.ts';

type ModelCalls = Extract<keyof Handlers, `models.${string}`>;
type View = Omit<ModelCardView, 'speed' | 'chosen'>;

const importedView = ({ card }: ImportedModel): View => {
  const { name, task, kind, scale, sha256, bytes, parameters, license, origin, importedAt } = card;
  return {
    ...{ name, source: 'imported', task, kind, ready: true, scale, sha256, bytes, parameters, license },
    ...{ origin, importedAt, trainedOn: '', limits: '', metrics: {}, measuredBy: '' },
  };
};

export interface ModelHandlerOptions {
  /** Folder of all imported models. */
  dir: string;
  /** A file inside a folder that this host knows; throws when it is not. */
  inside(folderId: string, relative: string): Promise<string>;
  /** How models are tried; tests put their own in place. */
  trial?: ImportOptions['trial'];
  /** Models chosen in place of ours. */
  chosen(): ChosenModels;
  choose(task: ModelTask, name: string): void;
  /** The run whose model stands in for one of ours, with its folder; null: ours does the work. */
  inUse(network: OwnModel): { run: string; dir: string } | null;
  measure(
    task: EngineMethods['measureModel'][0]['task'],
    name: string,
  ): Promise<EngineMethods['measureModel'][1]>;
  /** The native dialog; absent: the host has none. */
  pickFiles?: () => Promise<string[]>;
}

export interface ModelHandlers {
  handlers: Pick<Handlers, ModelCalls>;
  /** Takes a file by its path (drops). `mine`: it is a copy of our own that goes when it was taken or refused. */
  importFile(file: string, wish: ModelWish, mine: boolean): Promise<ModelCardView>;
}

/** Speeds by hash of the model: what was measured on this machine. */
const speedsSchema = z.record(z.string(), modelSpeedSchema);
const SPEEDS = '.speeds.json';

export function modelHandlers(options: ModelHandlerOptions): ModelHandlers {
  const { dir, inside, trial, chosen, choose, inUse, measure, pickFiles } = options;
  let purged: Promise<void> | null = null;
  // It brings a library for graphs along: only when somebody asks.
  const opened = async (): Promise<ModelStore> => {
    const store = new (await import('./store.ts')).ModelStore(dir);
    purged ??= store.purge();
    await purged;
    return store;
  };
  const speeds = async (): Promise<z.infer<typeof speedsSchema>> => {
    const text = await readFile(path.join(dir, SPEEDS), 'utf8').catch(() => '{}');
    const read = speedsSchema.safeParse(parsed(text));
    return read.success ? read.data : {};
  };

  async function ours(): Promise<View[]> {
    const { networks } = await import('../../models/index.ts');
    const { countNetwork } = await import('../../models/count.ts');
    const size = (task: OwnModel, width: 'small' | 'base' | 'large' | null): number =>
      countNetwork(networks[task], width ?? 'small').parameters;
    return ownModels.flatMap((task) => {
      const shipped = shippedCard(task);
      const used = inUse(task);
      const trained = used && readOwnCard(used.dir);
      return [
        ...(shipped ? [ownView(task, shipped, null, size(task, shipped.card.width))] : []),
        ...(trained ? [ownView(task, trained, used.run, size(task, trained.card.width))] : []),
      ];
    });
  }

  async function finished(views: readonly View[]): Promise<ModelCardView[]> {
    const known = await speeds();
    const choices = chosen();
    return views.map((view) => {
      const choice = view.task === 'one' ? '' : choices[view.task];
      const standsIn = view.source === 'own' && inUse(view.task as OwnModel) !== null;
      const works = view.source === 'imported' ? choice === view.name : choice === '' && !standsIn;
      return { ...view, speed: known[view.sha256] ?? null, chosen: works };
    });
  }
  const one = async (view: View): Promise<ModelCardView> => (await finished([view]))[0];

  async function importFile(file: string, wish: ModelWish, mine = false): Promise<ModelCardView> {
    const { name, kind, license } = wish;
    try {
      const known = adapterKinds.find((k) => k === kind);
      if (kind !== undefined && !known)
        throw new RevealError(
          'bad-request',
          `There is no adapter ${kind}. There are: ${adapterKinds.join(', ')}.`,
        );
      const model = await (
        await opened()
      ).import(file, {
        ...(name === undefined ? {} : { name }),
        ...(known ? { adapter: { kind: known } } : {}),
        ...(license === undefined ? {} : { license }),
        ...(trial ? { trial } : {}),
      });
      return await one(importedView(model));
    } finally {
      if (mine) await rm(file, { force: true });
    }
  }

  const asked = async (name: string): Promise<View> => {
    const own = (await ours()).find((view) => view.name === name);
    return own ?? importedView(await (await opened()).get(name));
  };
  /** What was put aside, and the tasks it did. */
  const aside = new Map<string, ModelTask[]>();

  const handlers: Pick<Handlers, ModelCalls> = {
    'models.list': async () => {
      const imported = (await (await opened()).list()).map(importedView);
      return { models: await finished([...(await ours()), ...imported]) };
    },
    'models.import': async ({ folderId, path: relative, ...wish }) =>
      importFile(await inside(folderId, relative), wish),
    'models.pick': async (wish) => {
      if (!pickFiles)
        throw new RevealError('bad-request', 'Choose a file from the folders that were named at the start.');
      const [file] = await pickFiles();
      return { model: file === undefined ? null : await importFile(file, wish) };
    },
    'models.verify': async ({ name }) => one(importedView(await (await opened()).verify(name, trial))),
    'models.remove': async ({ name }) => {
      const undoToken = await (await opened()).putAside(name);
      const did = modelTasks.filter((task) => chosen()[task] === name);
      for (const task of did) choose(task, '');
      aside.set(undoToken, did);
      return { undoToken };
    },
    'models.restore': async ({ undoToken }) => {
      const { card } = await (await opened()).bringBack(undoToken);
      for (const task of aside.get(undoToken) ?? []) choose(task, card.name);
      aside.delete(undoToken);
      return { ok: true };
    },
    'models.choose': async ({ task, name }) => {
      const before = chosen()[task];
      if (name !== '') {
        const { card } = await (await opened()).get(name);
        if (card.task !== task) throw new RevealError('bad-input', say('model-other-task', { name, task }));
      }
      choose(task, name);
      return { before };
    },
    'models.measure': async ({ name, task }) => {
      const view = await asked(name);
      const dirOf = view.source === 'trained' ? (inUse(view.task as OwnModel)?.dir ?? '') : '';
      const found = await measure(task, name.startsWith(RUN) ? dirOf : name);
      await mkdir(dir, { recursive: true });
      await writeJsonAtomic(path.join(dir, SPEEDS), { ...(await speeds()), [view.sha256]: found });
      return one(view);
    },
  };
  return { handlers, importFile };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
