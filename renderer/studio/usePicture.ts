/** A picture of the Studio for <img>: fetched with the session, kept for a while, so that a slider moves through samples. */
import { useEffect, useState } from 'react';
import { getClient } from '../client.ts';

const CAPACITY = 80;
const kept = new Map<string, Promise<Blob>>();

function fetched(address: string): Promise<Blob> {
  const known = kept.get(address);
  if (known) {
    kept.delete(address);
    kept.set(address, known);
    return known;
  }
  const blob = getClient().studioPicture(address.split('?')[0]);
  kept.set(address, blob);
  // What failed may be there the next time.
  blob.catch(() => kept.delete(address));
  for (const key of kept.keys()) {
    if (kept.size <= CAPACITY) break;
    kept.delete(key);
  }
  return blob;
}

export interface Picture {
  /** The address that `url` shows: the one before, until the new one is there. */
  of: string;
  url: string;
}

/** null while there is nothing to show. What follows '?' in an address only tells versions apart. */
export function usePicture(address: string | null): Picture | null {
  const [shown, setShown] = useState<Picture | null>(null);
  useEffect(() => {
    if (address === null) return;
    let wanted = true;
    let url = '';
    fetched(address).then(
      (blob) => {
        if (!wanted) return;
        url = URL.createObjectURL(blob);
        setShown((before) => {
          if (before) URL.revokeObjectURL(before.url);
          return { of: address, url };
        });
      },
      // Not there (yet): what was shown stays.
      () => undefined,
    );
    return () => {
      wanted = false;
    };
  }, [address]);
  useEffect(
    () => () =>
      setShown((last) => {
        if (last) URL.revokeObjectURL(last.url);
        return null;
      }),
    [],
  );
  return address === null ? null : shown;
}
