/** What a window may ask about exports and jobs: the contract's `export.*` and `jobs.*`. */
import path from 'node:path';
import type { Handlers } from '../../app/contract/index.ts';
import type { Folder } from '../../app/contract/host.ts';
import { RevealError } from '../../app/contract/messages.ts';
import { say } from '../../app/words/sentences.ts';
import type { Db } from '../library/database.ts';
import { listPresets, savePreset } from '../library/settings.ts';
import { isFolder, planExport } from './export.ts';
import type { EmbeddedQueue } from './queue.ts';

type JobCalls = Extract<keyof Handlers, `export.${string}` | `jobs.${string}`>;

export interface JobHandlerOptions {
  db: Db;
  queue: EmbeddedQueue;
  /** A folder this host may use, by id; throws when it is unknown. */
  folder(id: string): Folder;
  showInFolder?(file: string): void;
}

export function jobHandlers({
  db,
  queue,
  folder,
  showInFolder,
}: JobHandlerOptions): Pick<Handlers, JobCalls> {
  const ok = { ok: true } as const;
  return {
    'export.start': async ({ ids, recipe }) => {
      const destination = folder(recipe.folderId);
      if (destination.purpose !== 'export')
        throw new RevealError('bad-request', `${destination.name} is not a folder for exports.`);
      const items = await planExport(db, ids, recipe, destination.path);
      const title =
        items.length === 1 ? `Export ${path.basename(items[0].input)}` : `Export ${items.length} pictures`;
      const jobId = queue.submit({
        type: 'export',
        title,
        payload: { recipe, folder: destination.path },
        items,
        destination: destination.path,
      });
      return { jobId };
    },
    'export.presets': () => ({ presets: listPresets(db) }),
    'export.savePreset': ({ preset }) => {
      savePreset(db, preset);
      return ok;
    },

    'jobs.list': () => ({ jobs: queue.list() }),
    'jobs.items': ({ jobId, offset, limit }) => queue.items(jobId, offset, limit),
    'jobs.pause': ({ jobId }) => {
      queue.pause(jobId);
      return ok;
    },
    'jobs.resume': ({ jobId }) => {
      queue.resume(jobId);
      return ok;
    },
    'jobs.cancel': ({ jobId }) => {
      queue.cancel(jobId);
      return ok;
    },
    'jobs.retry': ({ jobId, index }) => {
      if (index === undefined) queue.retry(jobId);
      else queue.retryItem(jobId, index);
      return ok;
    },
    'jobs.skip': ({ jobId, index }) => {
      queue.skip(jobId, index);
      return ok;
    },
    'jobs.clear': () => {
      queue.clear();
      return ok;
    },
    'jobs.openFolder': async ({ jobId }) => {
      const dir = queue.destination(jobId);
      if (!dir) throw new RevealError('not-found', 'This job has no folder.');
      if (!(await isFolder(dir))) throw new RevealError('not-found', say('folder-gone', { folder: dir }));
      if (!showInFolder) return { shown: false, folder: dir };
      const first = queue
        .items(jobId, 0, 1000)
        .items.find((item) => item.state === 'done' && item.output !== null);
      showInFolder(first?.output ?? dir);
      return { shown: true, folder: dir };
    },
    'jobs.record': ({ jobId, index }) => {
      const item = queue.item(jobId, index);
      if (!item.record)
        throw new RevealError('not-found', say('job-no-record', { file: path.basename(item.input) }));
      return { record: JSON.parse(item.record) as unknown };
    },
  };
}
