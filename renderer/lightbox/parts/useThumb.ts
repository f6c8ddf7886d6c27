/** A thumbnail's address for as long as a component shows it, and a thumbnail as a paintable placeholder. */
import { useEffect, useState } from 'react';
import type { ThumbSource } from '../../transport/thumbs.ts';

/** The address of a thumbnail, or null while it loads, when there is none yet (version 0) or it failed. */
export function useThumb(thumbs: ThumbSource, id: number, version: number): string | null {
  const name = `${id}/${version}`;
  const [loaded, setLoaded] = useState<{ name: string; url: string } | null>(null);
  useEffect(() => {
    if (version === 0) return;
    let alive = true;
    thumbs.acquire(id, version).then(
      (url) => alive && setLoaded({ name: `${id}/${version}`, url }),
      () => undefined,
    );
    return () => {
      alive = false;
      thumbs.release(id, version);
    };
  }, [thumbs, id, version]);
  if (version === 0) return null;
  return loaded?.name === name ? loaded.url : thumbs.peek(id, version);
}

/** Decodes a thumbnail for painting; null when there is none. The caller need not release anything. */
export async function loadThumb(
  thumbs: ThumbSource,
  id: number,
  version: number,
): Promise<HTMLImageElement | null> {
  if (version === 0) return null;
  try {
    const image = new Image();
    image.src = await thumbs.acquire(id, version);
    await image.decode();
    return image;
  } catch {
    return null;
  } finally {
    thumbs.release(id, version);
  }
}
