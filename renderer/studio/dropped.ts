/** Pictures and films dropped on the room: imported into the library like any others, then learnt from. */
import { useEffect, useState } from 'react';
import { getClient, type Dropped } from '../client.ts';
import { importOver, itemsOf } from '../library/imported.ts';
import { errorText, refreshJobs, useApp } from '../store/app.ts';

export { importOver } from '../library/imported.ts';

export interface Import {
  /** Library items that came of it, so far as they are known. */
  itemIds: number[];
  done: boolean;
  error: string;
}

interface State extends Import {
  /** Whose import this is. */
  of: readonly Dropped[];
  jobIds: number[] | null;
}

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
