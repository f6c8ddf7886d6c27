/**
 * Whether the originals are still where they were and still hold the bytes they held. Size and time say that
 * they do; where one of them differs the hash decides: a file that was only touched is taken note of, one with
 * other bytes is marked, so that the person hears of it before an export is refused. Nothing is changed by it.
 */
import { stat } from 'node:fs/promises';
import type { Engine } from '../engine/protocol.ts';
import type { Db } from './database.ts';
import { markChanged, markMissing, scanById } from './items.ts';

export class Originals {
  readonly #db: Db;
  readonly #engine: Engine;
  readonly #changed: (ids: number[]) => void;
  /** Scan -> size and time under which other bytes were found: these are not hashed again. */
  readonly #known = new Map<number, string>();
  readonly #running = new Map<number, Promise<void>>();

  constructor(db: Db, engine: Engine, changed: (ids: number[]) => void) {
    this.#db = db;
    this.#engine = engine;
    this.#changed = changed;
  }

  /** Looks at one original and tells the windows what is otherwise than before. One look at a time for each. */
  check(scanId: number, signal: AbortSignal): Promise<void> {
    const running =
      this.#running.get(scanId) ?? this.#look(scanId, signal).finally(() => this.#running.delete(scanId));
    this.#running.set(scanId, running);
    return running;
  }

  /** Looks at all originals, a few at a time. */
  async sweep(signal: AbortSignal): Promise<void> {
    const scans = this.#db.column<number>('SELECT id FROM scans');
    let next = 0;
    const look = async (): Promise<void> => {
      while (next < scans.length && !signal.aborted) await this.check(scans[next++], signal);
    };
    await Promise.all(Array.from({ length: 8 }, look));
  }

  async #look(scanId: number, signal: AbortSignal): Promise<void> {
    const scan = scanById(this.#db, scanId);
    if (!scan) return;
    const file = await stat(scan.path).catch((error: NodeJS.ErrnoException) => error);
    if (signal.aborted) return;
    if (file instanceof Error) {
      // A path that may not be looked at is not proof that the file is gone.
      const gone = file.code === 'ENOENT' || file.code === 'ENOTDIR';
      if (gone !== (scan.missing === 1)) this.#tell(markMissing(this.#db, scanId, gone));
      return;
    }
    this.#tell(markMissing(this.#db, scanId, false));
    const stamp = `${file.size}:${file.mtimeMs}`;
    const same = file.size === scan.size && Math.abs(file.mtimeMs - scan.mtime) < 1;
    if (!same && this.#known.get(scanId) === stamp) return;
    const other = same ? false : await this.#otherBytes(scan.path, scan.hash, signal);
    const now = scanById(this.#db, scanId);
    // It cannot be told (unreadable, the engine busy dying), or an import was quicker.
    if (other === null || now?.hash !== scan.hash || now.path !== scan.path) return;
    if (other) this.#known.set(scanId, stamp);
    else this.#known.delete(scanId);
    if (!other && !same)
      this.#db.run('UPDATE scans SET size = ?, mtime = ? WHERE id = ?', [file.size, file.mtimeMs, scanId]);
    this.#tell(markChanged(this.#db, scanId, other));
  }

  async #otherBytes(path: string, hash: string, signal: AbortSignal): Promise<boolean | null> {
    try {
      return (await this.#engine.call('hash', { path }, { signal })).sha256 !== hash;
    } catch {
      return null;
    }
  }

  #tell(ids: number[]): void {
    if (ids.length > 0) this.#changed(ids);
  }
}
