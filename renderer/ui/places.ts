/** Walking through the folders that the host knows: where one is, what is there, into a folder and up again. */
import { useEffect, useState } from 'react';
import type { CallResult } from '../../app/contract/index.ts';
import { getClient } from '../client.ts';
import { errorText, isCancelled, useApp } from '../store/app.ts';

/** A folder or file by the id of the known folder it lies in and its path there ('' is that folder itself). */
export interface Place {
  folderId: string;
  path: string;
  name: string;
}
export interface PlaceRow extends Place {
  directory: boolean;
  /** Bytes; 0 of a folder. */
  size: number;
}

type Entry = CallResult<'folders.list'>['entries'][number];

export interface Walk {
  /** Null where the known folders themselves are listed. */
  place: Place | null;
  /** Null while the host is asked. */
  rows: readonly PlaceRow[] | null;
  error: string;
  /** Names from the known folder down to here, for showing. */
  trail: string;
  go(next: Place | null): void;
  up(): void;
}

/** Starts at the known folders; every place is asked of the host when it is entered. */
export function useWalk(): Walk {
  const folders = useApp((s) => s.folders);
  const [place, setPlace] = useState<Place | null>(null);
  const [entries, setEntries] = useState<readonly Entry[] | null>(null);
  const [error, setError] = useState('');
  useEffect(() => {
    if (!place) return;
    const abort = new AbortController();
    getClient()
      .call('folders.list', { folderId: place.folderId, path: place.path }, { signal: abort.signal })
      .then((answer) => setEntries(answer.entries))
      .catch((e: unknown) => {
        if (!isCancelled(e)) setError(errorText(e));
      });
    return () => abort.abort();
  }, [place]);
  const nameOf = (folderId: string) => folders.find((f) => f.id === folderId)?.name ?? '';
  const go = (next: Place | null) => {
    setPlace(next);
    setEntries(null);
    setError('');
  };
  const rows = place
    ? (entries?.map((entry) => ({
        ...entry,
        folderId: place.folderId,
        path: place.path ? `${place.path}/${entry.name}` : entry.name,
      })) ?? null)
    : folders.map((f) => ({ folderId: f.id, path: '', name: f.name, directory: true, size: 0 }));
  return {
    place,
    rows,
    error,
    trail: place ? [nameOf(place.folderId), ...place.path.split('/')].filter(Boolean).join(' / ') : '',
    go,
    up() {
      if (!place || place.path === '') return go(null);
      const parts = place.path.split('/').slice(0, -1);
      go({
        folderId: place.folderId,
        path: parts.join('/'),
        name: parts.at(-1) ?? nameOf(place.folderId),
      });
    },
  };
}
