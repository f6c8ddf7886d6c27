/** Pictures and films dropped on the room: imported into the library like any others, then learnt from. */
import { useEffect, useState } from 'react';
import { getClient, type Dropped } from '../client.ts';
import { errorText, useApp } from '../store/app.ts';

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

/** Imports what was dropped, once, and tells the items when the jobs have ended. */
export function useImport(files: readonly Dropped[]): Import {
  const [jobIds, setJobIds] = useState<number[] | null>(null);
  const [state, setState] = useState<Import>({ itemIds: [], done: files.length === 0, error: '' });
  useEffect(() => {
    if (files.length === 0) return;
    let wanted = true;
    const show = (sent: number, total: number) => useApp.setState({ upload: { sent, total } });
    getClient()
      .importFiles([...files], show)
      .then((answer) => wanted && setJobIds(answer.jobIds))
      .catch((error: unknown) => wanted && setState({ itemIds: [], done: true, error: errorText(error) }))
      .finally(() => useApp.setState({ upload: null }));
    return () => {
      wanted = false;
    };
  }, [files]);
  const ended = useApp(
    (s) =>
      jobIds !== null &&
      jobIds.every((id) => {
        const job = s.jobs.get(id);
        return job !== undefined && job.finishedAt !== null;
      }),
  );
  useEffect(() => {
    if (!ended || jobIds === null) return;
    let wanted = true;
    Promise.all(jobIds.map(itemsOf))
      .then((lists) => wanted && setState({ itemIds: [...new Set(lists.flat())], done: true, error: '' }))
      .catch((error: unknown) => wanted && setState({ itemIds: [], done: true, error: errorText(error) }));
    return () => {
      wanted = false;
    };
  }, [ended, jobIds]);
  return state;
}
