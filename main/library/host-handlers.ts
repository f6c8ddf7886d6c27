/** What a window may ask about the host itself: what it is, its folders, settings, the doctor, and the native pickers. */
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import type { Handlers } from '../../app/contract/index.ts';
import type { DoctorReport, Folder, Settings } from '../../app/contract/host.ts';
import { RevealError } from '../../app/contract/messages.ts';
import { say } from '../../app/words/sentences.ts';
import type { Core } from './core.ts';
import { addFolder, getFolder, listEntries, listFolders, resolveInside, setWatched } from './folders.ts';
import { getSettings, setSettings } from './settings.ts';
import type { FolderWatch } from './watch.ts';

type HostCalls =
  | Extract<keyof Handlers, `app.${string}` | `folders.${string}` | `settings.${string}` | `doctor.${string}`>
  | 'library.pick';

/** What a host is and can do. Dialogs answer with real paths, empty or null when cancelled. */
export interface HostFacts {
  kind: 'electron' | 'browser';
  version: string;
  locale: string;
  platform: string;
  dialogs?: {
    pickFiles(): Promise<string[]>;
    pickFolder(): Promise<string | null>;
  };
  showInFolder?(file: string): void;
}

export interface HostHandlerOptions {
  core: Core;
  host: HostFacts;
  /** Ids of the folders named by the host at this start. */
  named: ReadonlySet<string>;
  watch: FolderWatch;
  doctor(settings: Settings): Promise<DoctorReport>;
  settingsChanged(settings: Settings): void;
}

/** Folders that a person added by dialog carry such an id; the host's own have plain ones. */
const ADDED = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Folders this host offers: those named at this start, and (in a host with dialogs) those the person added. */
export function offered(id: string, options: Pick<HostHandlerOptions, 'host' | 'named'>): boolean {
  return options.named.has(id) || (options.host.dialogs !== undefined && ADDED.test(id));
}

export function hostHandlers(options: HostHandlerOptions): Pick<Handlers, HostCalls> {
  const { core, host, watch } = options;
  const { db } = core.parts;
  const folder = (id: string): Folder => {
    if (!offered(id, options)) throw new RevealError('not-found', say('folder-unknown'));
    return getFolder(db, id);
  };
  const folders = (): Folder[] => listFolders(db).filter((f) => offered(f.id, options));

  return {
    'app.info': () => ({
      host: host.kind,
      version: host.version,
      platform: host.platform,
      locale: host.locale,
      dialogs: host.dialogs !== undefined,
    }),

    'library.pick': async ({ what, picked }) => {
      let paths: string[];
      let within: string[] | undefined;
      if (picked && picked.length > 0) {
        paths = await Promise.all(picked.map((p) => resolveInside(folder(p.folderId).path, p.path)));
        // A window may import what it can list: a link below the picked folder opens no way to the rest of the disk.
        within = await Promise.all(picked.map((p) => realpath(folder(p.folderId).path)));
      } else if (!host.dialogs) {
        throw new RevealError('bad-request', 'Choose files from the folders that were named at the start.');
      } else if (what === 'files') {
        paths = await host.dialogs.pickFiles();
      } else {
        const dir = await host.dialogs.pickFolder();
        paths = dir === null ? [] : [dir];
      }
      return { jobId: paths.length === 0 ? null : await core.importPaths(paths, { within }) };
    },

    'folders.list': async ({ folderId, path: relative }) => ({
      folders: folders(),
      entries: folderId === null ? [] : await listEntries(folder(folderId).path, relative),
    }),
    'folders.watch': async ({ folderId, on }) => {
      if (folder(folderId).purpose !== 'source')
        throw new RevealError('bad-request', 'Only folders of scans can be watched.');
      setWatched(db, folderId, on);
      await watch.follow(folders());
      return { ok: true };
    },
    'folders.add': async ({ purpose }) => {
      const dir = (await host.dialogs?.pickFolder()) ?? null;
      if (dir === null) return { folder: null };
      const added = addFolder(db, {
        name: path.basename(dir) || dir,
        path: dir,
        purpose: purpose === 'watch' ? 'source' : 'export',
        watched: purpose === 'watch',
      });
      await watch.follow(folders());
      return { folder: added };
    },

    'settings.get': () => getSettings(db),
    'settings.set': (change) => {
      const settings = setSettings(db, change);
      options.settingsChanged(settings);
      return settings;
    },
    'doctor.report': () => options.doctor(getSettings(db)),
  };
}
