/**
 * Sources whose pixels are computed in a fixed grid of tiles and kept for the next read, up to a number of bytes in all.
 * Steps behind it that look at neighbours ask for the same pixels again and again; and what a network makes of a tile
 * does not depend on which part somebody happens to look at, so a preview, a pan and an export in strips agree.
 */
import { RevealError } from '../../app/contract/messages.ts';
import type { Rect } from '../../app/picture.ts';
import type { Planar } from '../../app/planar.ts';
import type { PictureSource } from '../actions/picture/source.ts';

/** Side of a tile. */
export const CACHE_TILE = 512;

interface KeptTile {
  planes: Promise<Planar>;
  bytes: number;
  forget(): void;
}

/** Tiles of any number of sources, up to a number of bytes in all; those that were read last stay. */
export class TileShelf {
  private readonly limit: number;
  /** Least recently read first. */
  private readonly kept = new Set<KeptTile>();
  private total = 0;

  /** @param limit bytes kept at most; the newest tile is kept whatever its size */
  constructor(limit: number) {
    this.limit = limit;
  }

  /** Bytes of the tiles here. */
  get bytes(): number {
    return this.total;
  }

  /** Puts a tile in the last place to go; a new one may drive others out. */
  touch(tile: KeptTile): void {
    if (this.kept.delete(tile)) {
      this.kept.add(tile);
      return;
    }
    this.kept.add(tile);
    this.total += tile.bytes;
    for (const oldest of this.kept) {
      if (this.total <= this.limit || oldest === tile) return;
      this.remove(oldest);
    }
  }

  remove(tile: KeptTile): void {
    if (!this.kept.delete(tile)) return;
    this.total -= tile.bytes;
    tile.forget();
  }
}

/** @param shelf where tiles are kept; at least the tiles of one read are held while it lasts */
export function cachedSource(source: PictureSource, shelf: TileShelf, tile = CACHE_TILE): PictureSource {
  const { width, height, channels } = source;
  const across = Math.ceil(width / tile);
  const kept = new Map<number, KeptTile>();

  const rectOf = (key: number): Rect => {
    const x = (key % across) * tile;
    const y = Math.floor(key / across) * tile;
    return { x, y, w: Math.min(tile, width - x), h: Math.min(tile, height - y) };
  };
  const get = (key: number): Promise<Planar> => {
    const known = kept.get(key);
    if (known) {
      shelf.touch(known);
      return known.planes;
    }
    const rect = rectOf(key);
    const entry: KeptTile = {
      // Not cancelled with its first reader: others may wait for the same tile.
      planes: source.read(rect),
      bytes: rect.w * rect.h * channels * 4,
      forget: () => kept.delete(key),
    };
    kept.set(key, entry);
    shelf.touch(entry);
    entry.planes.catch(() => shelf.remove(entry));
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
