/** The address of an item's thumbnail for <img>, held while shown. */
import { useEffect, useState } from 'react';
import { getClient } from '../client.ts';

/** null while there is none. After an edit the old picture stays until the new one is there. */
export function useThumb(id: number, version: number): string | null {
  const { thumbs } = getClient();
  const [loaded, setLoaded] = useState<{ id: number; version: number; url: string } | null>(null);
  useEffect(() => {
    if (version === 0) return;
    let shown = true;
    thumbs.acquire(id, version).then(
      (url) => shown && setLoaded({ id, version, url }),
      // No picture is shown then; the item's state says what is wrong with it.
      () => undefined,
    );
    return () => {
      shown = false;
      thumbs.release(id, version);
    };
  }, [thumbs, id, version]);
  if (version === 0) return null;
  return thumbs.peek(id, version) ?? (loaded?.id === id ? loaded.url : null);
}
