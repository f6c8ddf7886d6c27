/** Pictures and films dropped on the room: imported into the library like any others, then learnt from. */
import { useEffect, useState } from 'react';
import type { Job } from '../../app/contract/jobs.ts';
import { getClient, type Dropped } from '../client.ts';
import { errorText, refreshJobs, useApp } from '../store/app.ts';

export interface Import {
  /** Library items that came of it, so far as they are known. */
  itemIds: number[];
  done: boolean;
  error: string;
}

const PAGE = 1000;

async function itemsOf(jobId: number): Promise<number[]> {
  const ids: number[] = [];
  for (let offset = 0; ; offset += PAGE) {
    const { items, total } = await getClient().call('jobs.items', { jobId, offset, limit: PAGE });
    for (const item of items) if (item.itemId !== null) ids.push(item.itemId);
    if (items.length === 0 || offset + items.length >= total) return ids;
  }
}

interface State extends Import {
  /** Whose import this is. */
  of: readonly Dropped[];
  jobIds: number[] | null;
}

/**
 * Whether an import is over. Only jobs that are over can be cleared from the queue: one that is no longer in it has
 * ended. The queue must have been asked since the import began.
 */
export const importOver = (
  jobIds: readonly number[],
  jobs: ReadonlyMap<number, Pick<Job, 'finishedAt'>>,
): boolean => jobIds.every((id) => (jobs.get(id)?.finishedAt ?? null) !== null || !jobs.has(id));

/** Imports what was dropped (more may be dropped later: what is in the library already comes back as it is). */
export function useImport(files: readonly Dropped[]): Import {
  const [state, setState] = useState<State>({ of: [], jobIds: null, itemIds: [], done: true, error: '' });
  useEffect(() => {
    if (files.length === 0) return;
    let wanted = true;
    const begun = { of: files, jobIds: null, itemIds: [], done: false, error: '' };
    const show = (sent: number, total: number) => useApp.setState({ upload: { sent, total } });
    getClient()
      .importFiles([...files], show)
      .then(async ({ jobIds }) => {
        await refreshJobs();
        if (wanted) setState({ ...begun, jobIds });
      })
      .catch((error: unknown) => wanted && setState({ ...begun, done: true, error: errorText(error) }))
      .finally(() => useApp.setState({ upload: null }));
    return () => {
      wanted = false;
    };
  }, [files]);
  const { jobIds } = state;
  const ended = useApp((s) => jobIds !== null && importOver(jobIds, s.jobs));
  useEffect(() => {
    if (!ended || jobIds === null) return;
    let wanted = true;
    Promise.all(jobIds.map(itemsOf))
      .then((lists) => wanted && setState((s) => ({ ...s, itemIds: [...new Set(lists.flat())], done: true })))
      .catch((error: unknown) => wanted && setState((s) => ({ ...s, done: true, error: errorText(error) })));
    return () => {
      wanted = false;
    };
  }, [ended, jobIds]);
  if (files.length === 0 || state.of === files) return state;
  return { itemIds: [], done: false, error: '' };
}
