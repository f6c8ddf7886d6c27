/**
 * Thumbnails: developed pictures of 512 px, made by the engine, kept in the cache folder under a name that is
 * the hash of everything the picture depends on (content, frame, parameters, roll). A picture that was made
 * before, e.g. before an undo, is therefore there at once. Two in work at a time, the latest wish first.
 */
import { createHash } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readSync } from 'node:fs';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { RevealError } from '../../app/contract/messages.ts';
import type { DevelopParams } from '../../app/recipe/develop.ts';
import type { DevelopContext, Engine } from '../engine/protocol.ts';
import type { Db } from './database.ts';
import { extrasOf, type Extras } from './extras.ts';
import { developContext } from './groups.ts';
import { itemRow, markMissing, scanById, type ItemRow } from './items.ts';
import { itemParams } from './recipes.ts';

export const THUMB_SIDE = 512;
/** Of reels, which lie on their side. */
const POSTER_HEIGHT = 384;
/** Part of every name: raise it when the developer's results change, so that old pictures are made anew. */
const FORMAT = 1;
/** Pictures nobody refers to any more (old recipes) are kept this long for undo. */
const KEEP_MS = 14 * 24 * 3600_000;
const LEFT_BEHIND_MS = 3600_000;

export interface ThumbnailsOptions {
  db: Db;
  engine: Engine;
  dir: string;
  changed(ids: number[]): void;
  /** A recipe's parameters as the engine takes them. */
  engineParams?(params: DevelopParams): DevelopParams;
  concurrency?: number;
}

export class Thumbnails {
  readonly #o: ThumbnailsOptions;
  readonly #wishes = new Map<number, (() => void)[]>();
  readonly #busy = new Set<number>();
  readonly #abort = new AbortController();
  readonly #work = new Set<Promise<void>>();

  constructor(options: ThumbnailsOptions) {
    this.#o = options;
    mkdirSync(options.dir, { recursive: true });
  }

  get dir(): string {
    return this.#o.dir;
  }

  /** File name of the picture these inputs make. */
  fileName(
    hash: string,
    frame: number,
    params: DevelopParams,
    context: DevelopContext,
    extras: Extras = {},
  ): string {
    const more = Object.keys(extras).length > 0 ? [extras] : [];
    const key = createHash('sha256')
      .update(JSON.stringify([FORMAT, THUMB_SIDE, hash, frame, params, context, ...more]))
      .digest('hex');
    return path.join(hash.slice(0, 2), `${hash.slice(0, 24)}-${frame}-${key.slice(0, 24)}.webp`);
  }

  /** Absolute path of an item's present picture, or null. */
  pathOf(itemId: number): string | null {
    const row = this.#o.db.get<{ thumb_file: string | null }>('SELECT thumb_file FROM items WHERE id = ?', [
      itemId,
    ]);
    return row?.thumb_file ? path.join(this.#o.dir, row.thumb_file) : null;
  }

  /**
   * Adopts a picture that an import made along the way, drawn with these inputs. `file` lies in the cache folder;
   * it is renamed. Where the item wants another one by now (its roll is known), this one stands in until then.
   */
  async adopt(
    itemId: number,
    made: { file: string; width: number; height: number },
    drawn: { params: DevelopParams; context: DevelopContext },
  ): Promise<void> {
    const wanted = this.#wanted(itemId);
    if (!wanted) return;
    const name = this.fileName(wanted.row.hash, wanted.row.frame, drawn.params, drawn.context);
    const target = path.join(this.#o.dir, name);
    mkdirSync(path.dirname(target), { recursive: true });
    await rename(made.file, target);
    this.#store(itemId, name, made.width / made.height, name !== wanted.name);
  }

  /**
   * Wishes for fresh pictures; resolves when all of them are made (or could not be), or when `signal` fires.
   * A wish is remembered in the library until it is fulfilled.
   */
  async refresh(ids: readonly number[], signal?: AbortSignal): Promise<void> {
    if (ids.length === 0) return;
    this.#o.db.run('UPDATE items SET thumb_stale = 1 WHERE id IN (SELECT value FROM json_each(?))', [
      JSON.stringify(ids),
    ]);
    if (this.#abort.signal.aborted || signal?.aborted) return;
    const made = ids.map(
      (itemId) =>
        new Promise<void>((resolve) => {
          const wishes = this.#wishes.get(itemId) ?? [];
          // Re-inserted, so that the latest wish is the last of the map.
          this.#wishes.delete(itemId);
          this.#wishes.set(itemId, [...wishes, resolve]);
        }),
    );
    this.#pump();
    const given = new Promise<void>((resolve) =>
      signal?.addEventListener('abort', () => resolve(), { once: true }),
    );
    await Promise.race([Promise.all(made), given]);
  }

  /** Goes on with what was wished for when the program last ended, and makes anew what the cache has lost. */
  async resume(): Promise<void> {
    await this.#forgetLost();
    const ids = this.#o.db.column<number>(
      'SELECT id FROM items WHERE thumb_stale = 1 AND deleted_at IS NULL AND missing = 0 ORDER BY id DESC',
    );
    await this.refresh(ids);
  }

  /** A cache may be emptied by a person or a cleaner: pictures whose files are gone are wished for again. */
  async #forgetLost(): Promise<void> {
    const { db, dir } = this.#o;
    // Rows first: whatever is stored meanwhile has its file by the time the folder is read.
    const rows = db.all<{ id: number; thumb_file: string }>(
      'SELECT id, thumb_file FROM items WHERE thumb_file IS NOT NULL',
    );
    const there = new Set((await readdir(dir, { recursive: true })).map((name) => path.normalize(name)));
    if (this.#abort.signal.aborted) return;
    db.transaction(() => {
      for (const { id, thumb_file } of rows)
        if (!there.has(path.normalize(thumb_file)))
          db.run('UPDATE items SET thumb_file = NULL, thumb_stale = 1 WHERE id = ? AND thumb_file = ?', [
            id,
            thumb_file,
          ]);
    });
  }

  async close(): Promise<void> {
    this.#abort.abort();
    for (const wishes of this.#wishes.values()) for (const resolve of wishes) resolve();
    this.#wishes.clear();
    await Promise.allSettled([...this.#work]);
  }

  /** Removes pictures of the cache that no item shows and nobody looked at for two weeks. */
  async sweep(now = Date.now()): Promise<number> {
    const used = new Set(
      this.#o.db
        .all<{ thumb_file: string }>('SELECT thumb_file FROM items WHERE thumb_file IS NOT NULL')
        .map((r) => path.join(this.#o.dir, r.thumb_file)),
    );
    let removed = 0;
    for (const name of await readdir(this.#o.dir, { recursive: true })) {
      const file = path.join(this.#o.dir, name);
      const info = await stat(file).catch(() => null);
      if (!info?.isFile() || used.has(file)) continue;
      // What an import that was killed left behind is nobody's; at the top there is nothing else.
      const keep = path.dirname(name) === '.' ? LEFT_BEHIND_MS : KEEP_MS;
      if (now - info.mtimeMs < keep) continue;
      await rm(file, { force: true });
      removed++;
    }
    return removed;
  }

  #wanted(itemId: number): {
    row: ItemRow;
    name: string;
    params: DevelopParams;
    context: DevelopContext;
    extras: Extras;
  } | null {
    const row = itemRow(this.#o.db, itemId);
    if (!row) return null;
    const stored = itemParams(this.#o.db, itemId);
    const params = this.#o.engineParams?.(stored) ?? stored;
    const context = developContext(this.#o.db, row);
    const extras = extrasOf(this.#o.db, row, params);
    const name =
      // A reel's picture is a frame of it as it is, whatever is done to it.
      row.kind === 'reel'
        ? path.join(row.hash.slice(0, 2), `${row.hash.slice(0, 24)}-reel.jpg`)
        : this.fileName(row.hash, row.frame, params, context, extras);
    return { row, name, params, context, extras };
  }

  #store(itemId: number, name: string, aspect: number | null, stale = this.#wishes.has(itemId)): void {
    this.#o.db.run(
      `UPDATE items SET thumb_version = thumb_version + (thumb_file IS NOT ?), thumb_file = ?, thumb_stale = ?,
         aspect = COALESCE(?, aspect), error = NULL,
         state = CASE WHEN state IN ('new', 'failed') THEN 'analysed' ELSE state END WHERE id = ?`,
      [name, name, stale ? 1 : 0, aspect, itemId],
    );
    this.#o.changed([itemId]);
  }

  #pump(): void {
    const most = this.#o.concurrency ?? 2;
    // Newest first: what the person has just touched is what is looked at.
    for (const itemId of [...this.#wishes.keys()].reverse()) {
      if (this.#busy.size >= most || this.#abort.signal.aborted) return;
      // One at a time for one item: the later wish starts when the earlier picture is done, with the newer recipe.
      if (this.#busy.has(itemId)) continue;
      const wishes = this.#wishes.get(itemId)!;
      this.#wishes.delete(itemId);
      this.#busy.add(itemId);
      const work = this.#make(itemId).finally(() => {
        this.#busy.delete(itemId);
        this.#work.delete(work);
        for (const resolve of wishes) resolve();
        this.#pump();
      });
      this.#work.add(work);
    }
  }

  async #make(itemId: number): Promise<void> {
    const wanted = this.#wanted(itemId);
    if (!wanted || wanted.row.deleted_at !== null) return;
    const { row, name, params, context, extras } = wanted;
    const output = path.join(this.#o.dir, name);
    if (existsSync(output)) {
      if (row.thumb_file !== name) this.#store(itemId, name, webpAspect(output));
      else this.#o.db.run('UPDATE items SET thumb_stale = 0 WHERE id = ?', [itemId]);
      return;
    }
    const scan = scanById(this.#o.db, row.scan_id)!;
    mkdirSync(path.dirname(output), { recursive: true });
    for (const safer of [false, true]) {
      try {
        const options = { signal: this.#abort.signal };
        const size =
          row.kind === 'reel'
            ? await this.#o.engine.call(
                'reelPoster',
                {
                  path: scan.path,
                  dir: path.join(this.#o.dir, '..', 'reels'),
                  height: POSTER_HEIGHT,
                  output,
                },
                options,
              )
            : await this.#o.engine.call(
                'thumbnail',
                {
                  path: scan.path,
                  params,
                  context,
                  ...extras,
                  output,
                  maxSide: THUMB_SIDE,
                  ...(safer ? { safer } : {}),
                },
                options,
              );
        this.#store(itemId, name, size.height > 0 ? size.width / size.height : null);
        return;
      } catch (error) {
        if (this.#abort.signal.aborted) return;
        if (!safer && error instanceof RevealError && error.code === 'engine') continue;
        // A machine without ffmpeg keeps films as films, without pictures.
        if (row.kind === 'reel' && error instanceof RevealError && error.code !== 'bad-input') return;
        await this.#failed(row, scan.id, scan.path, error);
        return;
      }
    }
  }

  async #failed(row: ItemRow, scanId: number, file: string, error: unknown): Promise<void> {
    const there = await stat(file).then(
      () => true,
      () => false,
    );
    if (!there) {
      this.#o.changed(markMissing(this.#o.db, scanId, true));
      return;
    }
    const message = error instanceof Error ? error.message : String(error);
    this.#o.db.run(
      `UPDATE items SET state = CASE WHEN thumb_file IS NULL THEN 'failed' ELSE state END, error = ?, thumb_stale = 0
         WHERE id = ?`,
      [message, row.id],
    );
    this.#o.changed([row.id]);
  }
}

/** Width / height from the head of a WebP file (lossy, lossless or extended form); null when it is none. */
export function webpAspect(file: string): number | null {
  const head = Buffer.alloc(30);
  const handle = openSync(file, 'r');
  try {
    if (readSync(handle, head, 0, 30, 0) < 30) return null;
  } finally {
    closeSync(handle);
  }
  if (head.toString('latin1', 0, 4) !== 'RIFF' || head.toString('latin1', 8, 12) !== 'WEBP') return null;
  switch (head.toString('latin1', 12, 16)) {
    case 'VP8 ':
      return (head.readUInt16LE(26) & 0x3fff) / (head.readUInt16LE(28) & 0x3fff);
    case 'VP8L': {
      const bits = head.readUInt32LE(21);
      return ((bits & 0x3fff) + 1) / (((bits >>> 14) & 0x3fff) + 1);
    }
    case 'VP8X':
      return (head.readUIntLE(24, 3) + 1) / (head.readUIntLE(27, 3) + 1);
    default:
      return null;
  }
}
