/** The raw film of what is on screen, fetched over the pixel path while a key is held; a bounded number is kept. */
import { getClient } from '../client.ts';
import { isCancelled } from '../store/app.ts';

const CAPACITY = 160;
const PARALLEL = 3;
const LONGEST = 480;

const kept = new Map<string, ImageData>();
const waiting: (() => void)[] = [];
let running = 0;

function next(): void {
  while (running < PARALLEL && waiting.length > 0) waiting.shift()!();
}

/** The film behind a frame's present thumbnail, or null when it cannot be shown. `version` tells stale from fresh. */
export async function rawFilm(id: number, version: number, signal: AbortSignal): Promise<ImageData | null> {
  const key = `${id}/${version}`;
  const there = kept.get(key);
  if (there) return there;
  await new Promise<void>((resolve) => {
    waiting.push(() => {
      running++;
      resolve();
    });
    next();
  });
  try {
    if (signal.aborted) return null;
    const { header, rgba } = await getClient().pixels(
      { itemId: id, recipe: null, show: 'film', maxWidth: LONGEST, maxHeight: LONGEST },
      { signal },
    );
    const image = new ImageData(rgba, header.width, header.height);
    kept.set(key, image);
    for (const old of kept.keys()) {
      if (kept.size <= CAPACITY) break;
      kept.delete(old);
    }
    return image;
  } catch (error) {
    // A scan that cannot be read says so by its state; here the developed picture simply stays.
    if (!isCancelled(error)) console.warn('raw film', id, error);
    return null;
  } finally {
    running--;
    next();
  }
}
