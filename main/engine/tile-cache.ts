/**
 * A source whose pixels are computed in a fixed grid of tiles and kept for the next read, up to a number of bytes.
 * Steps behind it that look at neighbours ask for the same pixels again and again; and what a network makes of a tile
 * does not depend on which part somebody happens to look at, so a preview, a pan and an export in strips agree.
 */
import { RevealError } from '../../app/contract/messages.ts';
import type { Rect } from '../../app/picture.ts';
import type { Planar } from '../../app/planar.ts';
import type { PictureSource } from '../actions/picture/source.ts';

/** Side of a tile. */
export const CACHE_TILE = 512;

/** @param bytes kept at most; at least the tiles of one read are held while it lasts */
export function cachedSource(source: PictureSource, bytes: number, tile = CACHE_TILE): PictureSource {
  const { width, height, channels } = source;
  const across = Math.ceil(width / tile);
  const kept = new Map<number, { planes: Promise<Planar>; bytes: number }>();
  let held = 0;

  const rectOf = (key: number): Rect => {
    const x = (key % across) * tile;
    const y = Math.floor(key / across) * tile;
    return { x, y, w: Math.min(tile, width - x), h: Math.min(tile, height - y) };
  };
  const get = (key: number): Promise<Planar> => {
    const known = kept.get(key);
    if (known) {
      kept.delete(key);
      kept.set(key, known);
      return known.planes;
    }
    const rect = rectOf(key);
    // Not cancelled with its first reader: others may wait for the same tile.
    const entry = { planes: source.read(rect), bytes: rect.w * rect.h * channels * 4 };
    kept.set(key, entry);
    held += entry.bytes;
    entry.planes.catch(() => {
      if (kept.get(key) !== entry) return;
      kept.delete(key);
      held -= entry.bytes;
    });
    for (const [oldest, old] of kept) {
      if (held <= bytes || oldest === key) break;
      kept.delete(oldest);
      held -= old.bytes;
    }
    return entry.planes;
  };

  return {
    ...source,
    async read(rect, signal) {
      const size = rect.w * rect.h;
      const out = new Float32Array(size * channels);
      const last = {
        x: Math.floor((rect.x + rect.w - 1) / tile),
        y: Math.floor((rect.y + rect.h - 1) / tile),
      };
      for (let ty = Math.floor(rect.y / tile); ty <= last.y; ty++)
        for (let tx = Math.floor(rect.x / tile); tx <= last.x; tx++) {
          if (signal?.aborted) throw new RevealError('cancelled', 'Cancelled.');
          const key = ty * across + tx;
          // Others get their turn between tiles that have to be computed.
          if (!kept.has(key)) await new Promise((resolve) => setImmediate(resolve));
          const planes = await get(key);
          const at = rectOf(key);
          const x0 = Math.max(rect.x, at.x);
          const x1 = Math.min(rect.x + rect.w, at.x + at.w);
          for (let c = 0; c < channels; c++)
            for (let y = Math.max(rect.y, at.y); y < Math.min(rect.y + rect.h, at.y + at.h); y++) {
              const from = (c * at.h + y - at.y) * at.w + x0 - at.x;
              const row = planes.data.subarray(from, from + x1 - x0);
              out.set(row, c * size + (y - rect.y) * rect.w + x0 - rect.x);
            }
        }
      return { width: rect.w, height: rect.h, channels, data: out };
    },
  };
}
