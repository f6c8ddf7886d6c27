/**
 * What was found in pictures, kept: damage maps, ageing, colour plans. Each is made once from a reduced whole picture
 * and shared by preview, thumbnail and export; in memory for a while, and in the cache folder by the hash of the file
 * and everything that it depends on, so that the next start has it too.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import { writeAtomic } from '../files/index.ts';
import { Memo, plainBytes } from './memo.ts';
import { APP_VERSION } from './version.ts';

const deflate = promisify<Uint8Array, { level: number }, Buffer>(deflateRaw);
const inflate = promisify<Uint8Array, Buffer>(inflateRaw);

/** Findings kept in memory, and their bytes. */
const KEPT = 24;
const KEPT_BYTES = 64e6;
/** Files kept in the folder, and how many more there may be before the oldest go. */
const FILES = 2000;
const SLACK = 200;
/** Raise when findings change their form or their makers change. */
const FORMAT = 1;

export class Findings {
  private readonly dir: string | null;
  private readonly memory = new Memo<unknown>(KEPT, { bytesOf: plainBytes, most: KEPT_BYTES });
  private written = 0;

  /** @param cacheDir null: in memory only */
  constructor(cacheDir: string | null) {
    this.dir = cacheDir === null ? null : path.join(cacheDir, 'findings');
  }

  /**
   * What was found before, or what `make` finds now. Plain data with typed arrays.
   * @param key all that it depends on
   */
  get<T>(key: string, make: () => Promise<T>): Promise<T> {
    const name = createHash('sha256').update(`${FORMAT} ${APP_VERSION} ${key}`).digest('hex').slice(0, 40);
    return this.memory.get(name, async () => {
      if (this.dir === null) return make();
      const stored = await this.read(this.dir, name);
      if (stored !== undefined) return stored;
      const made = await make();
      // Nobody waits for the disk.
      void this.write(this.dir, name, made);
      return made;
    }) as Promise<T>;
  }

  private async read(dir: string, name: string): Promise<unknown> {
    const file = path.join(dir, `${name}.bin`);
    try {
      const value: unknown = deserialize(await inflate(await readFile(file)));
      const now = new Date();
      await utimes(file, now, now);
      return value;
    } catch {
      // Not there, or damaged: found anew.
      return undefined;
    }
  }

  private async write(dir: string, name: string, value: unknown): Promise<void> {
    try {
      await mkdir(dir, { recursive: true });
      const bytes = await deflate(serialize(value), { level: 1 });
      await writeAtomic(path.join(dir, `${name}.bin`), true, (sink) => sink.write(bytes));
      if (this.written++ % SLACK === 0) await this.trim(dir);
    } catch {
      // A cache that cannot be written is no failure.
    }
  }

  /** Lets go of the files that were not used for longest. */
  private async trim(dir: string): Promise<void> {
    const names = await readdir(dir);
    if (names.length <= FILES) return;
    const files = await Promise.all(
      names.map(async (name) => ({
        name,
        at: (await stat(path.join(dir, name)).catch(() => null))?.mtimeMs ?? 0,
      })),
    );
    files.sort((a, b) => a.at - b.at);
    for (const { name } of files.slice(0, names.length - FILES))
      await rm(path.join(dir, name), { force: true });
  }
}
