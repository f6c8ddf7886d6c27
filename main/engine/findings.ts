/**
 * What was found in pictures, kept: damage maps, ageing, colour plans. Each is made once from a reduced whole picture
 * and shared by preview, thumbnail and export; in memory for a while, and in the cache folder by the hash of the file
 * and everything that it depends on, so that the next start has it too.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { writeAtomic } from '../files/index.ts';
import { Memo } from './scans.ts';
import { APP_VERSION } from './version.ts';

/** Findings kept in memory. */
const KEPT = 24;
/** Files kept in the folder, and how many more there may be before the oldest go. */
const FILES = 2000;
const SLACK = 200;
/** Raise when findings change their form or their makers change. */
const FORMAT = 1;

export class Findings {
  private readonly dir: string;
  private readonly memory = new Memo<unknown>(KEPT);
  private readonly settled = new Set<string>();
  private written = 0;

  constructor(cacheDir: string) {
    this.dir = path.join(cacheDir, 'findings');
  }

  /**
   * What was found before, or what `make` finds now. Plain data with typed arrays.
   * @param key all that it depends on
   */
  get<T>(key: string, make: () => Promise<T>): Promise<T> {
    const name = createHash('sha256').update(`${FORMAT} ${APP_VERSION} ${key}`).digest('hex').slice(0, 40);
    const found = this.memory.get(name, async () => {
      const stored = await this.read(name);
      if (stored !== undefined) return stored;
      const made = await make();
      await this.write(name, made);
      return made;
    });
    found.then(
      () => this.settled.add(name),
      () => undefined,
    );
    return found as Promise<T>;
  }

  private file(name: string): string {
    return path.join(this.dir, `${name}.bin`);
  }

  private async read(name: string): Promise<unknown> {
    try {
      const bytes = await readFile(this.file(name));
      const value: unknown = deserialize(inflateRawSync(bytes));
      const now = new Date();
      await utimes(this.file(name), now, now);
      return value;
    } catch {
      // Not there, or damaged: found anew.
      return undefined;
    }
  }

  private async write(name: string, value: unknown): Promise<void> {
    try {
      await mkdir(this.dir, { recursive: true });
      const bytes = deflateRawSync(serialize(value), { level: 1 });
      await writeAtomic(this.file(name), true, (sink) => sink.write(bytes));
      if (this.written++ % SLACK === 0) await this.trim();
    } catch {
      // A cache that cannot be written is no failure.
    }
  }

  /** Lets go of the files that were not used for longest. */
  private async trim(): Promise<void> {
    const names = await readdir(this.dir);
    if (names.length <= FILES) return;
    const files = await Promise.all(
      names.map(async (name) => ({
        name,
        at: (await stat(path.join(this.dir, name)).catch(() => null))?.mtimeMs ?? 0,
      })),
    );
    files.sort((a, b) => a.at - b.at);
    for (const { name } of files.slice(0, names.length - FILES))
      await rm(path.join(this.dir, name), { force: true });
  }
}
