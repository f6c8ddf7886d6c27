/**
 * Watched folders and lost originals. New scans are imported once their size has settled; a file that goes
 * away is marked missing. originals.ts looks after all other folders.
 */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { watch, type FSWatcher } from 'chokidar';
import type { Folder } from '../../app/contract/host.ts';
import type { Db } from './database.ts';
import { isInside } from './folders.ts';
import { markMissing, scanByPath } from './items.ts';

/** What is worth an import when it appears by itself. Other files of a watched folder are nobody's scans. */
const SCANS =
  /\.(tiff?|png|jpe?g|webp|heic|heif|avif|dng|nef|cr2|cr3|arw|raf|orf|rw2|pef|srw|3fr|fff|iiq|mp4|m4v|mov|mkv|avi|webm|mpe?g|mts|m2ts)$/i;

export interface WatchOptions {
  db: Db;
  /** Folders whose contents are our own: destinations of exports. */
  exportFolders(): string[];
  importPaths(paths: string[]): Promise<unknown>;
  changed(ids: number[], groups?: boolean): void;
  onError(error: unknown): void;
  /** How long a size must stay the same, and how long to collect files for one job (ms). */
  settleMs?: number;
  gatherMs?: number;
}

export class FolderWatch {
  readonly #o: WatchOptions;
  readonly #watchers = new Map<string, { path: string; watcher: FSWatcher }>();
  readonly #arrived = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: WatchOptions) {
    this.#o = options;
  }

  /** Watches exactly these folders from now on. */
  async follow(folders: readonly Folder[]): Promise<void> {
    const wanted = new Map(folders.filter((f) => f.watched).map((f) => [f.id, f.path]));
    for (const [id, { path: dir, watcher }] of this.#watchers) {
      if (wanted.get(id) === dir) continue;
      this.#watchers.delete(id);
      await watcher.close();
    }
    for (const [id, dir] of wanted)
      if (!this.#watchers.has(id)) this.#watchers.set(id, { path: dir, watcher: this.#watch(dir) });
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await Promise.all([...this.#watchers.values()].map(({ watcher }) => watcher.close()));
    this.#watchers.clear();
  }

  #watch(dir: string): FSWatcher {
    const settle = this.#o.settleMs ?? 2000;
    const watcher = watch(dir, {
      ignored: (file, info) => {
        if (file !== dir && path.basename(file).startsWith('.')) return true;
        return info?.isFile() === true && !SCANS.test(file);
      },
      followSymlinks: false,
      ignorePermissionErrors: true,
      awaitWriteFinish: { stabilityThreshold: settle, pollInterval: Math.min(200, settle) },
    });
    watcher.on('add', (file) => void this.#seen(file));
    watcher.on('change', (file) => void this.#seen(file));
    watcher.on('unlink', (file) => this.#gone(file));
    watcher.on('error', (error) => this.#o.onError(error));
    return watcher;
  }

  async #seen(file: string): Promise<void> {
    try {
      const absolute = path.resolve(file);
      if (this.#o.exportFolders().some((dir) => isInside(dir, absolute))) return;
      const { db } = this.#o;
      if (db.get('SELECT 1 FROM job_items WHERE output = ? AND output IS NOT NULL LIMIT 1', [absolute]))
        return;
      const known = scanByPath(db, absolute);
      if (known) {
        const info = await stat(absolute);
        if (known.size === info.size && Math.abs(known.mtime - info.mtimeMs) < 1) {
          if (known.missing) this.#o.changed(markMissing(db, known.id, false));
          return;
        }
      }
      this.#arrived.add(absolute);
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#flush(), this.#o.gatherMs ?? 1000);
    } catch (error) {
      this.#o.onError(error);
    }
  }

  #flush(): void {
    const files = [...this.#arrived];
    this.#arrived.clear();
    if (files.length > 0) this.#o.importPaths(files).catch((error: unknown) => this.#o.onError(error));
  }

  #gone(file: string): void {
    this.#arrived.delete(path.resolve(file));
    const known = scanByPath(this.#o.db, path.resolve(file));
    if (known) this.#o.changed(markMissing(this.#o.db, known.id, true));
  }
}
