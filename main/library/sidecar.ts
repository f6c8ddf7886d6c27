/**
 * Sidecars: what a person decided about a scan, written beside it as `<name>.revelado.json`, so that the work
 * goes along when the folder moves to another machine. Read back at import when the content hash agrees.
 * Written complete-or-absent and only over files that are sidecars themselves (an export's change record has
 * the same ending); a folder that cannot be written simply has none.
 */
import { constants } from 'node:fs';
import { access, open } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { scanKindSchema } from '../../app/contract/library.ts';
import { say, type Sentence } from '../../app/words/sentences.ts';
import { recipeSchema } from '../../app/recipe/develop.ts';
import { filmRecipeSchema, type FilmRecipe } from '../../app/recipe/film.ts';
import type { Db } from './database.ts';
import { itemsOfScan, patchItem, scanById, type ScanRow } from './items.ts';
import { getHistory, getRecipe } from './recipes.ts';
import { reelRecipe, setReelRecipe } from './reels.ts';

const VERSION = 1;
/** Far above any real one; what is larger is not read. */
const MAX_BYTES = 16 << 20;
const FORMAT = 'revelado-sidecar';
/** Limits are those of the contract: what a window could not have stored does not come in by a file either. */
const sidecarSchema = z.object({
  format: z.literal(FORMAT),
  version: z.literal(VERSION),
  sha256: z.string(),
  frames: z
    .array(
      z.object({
        rect: z.object({
          x: z.number().min(0),
          y: z.number().min(0),
          w: z.number().min(1),
          h: z.number().min(1),
        }),
        angle: z.number().min(-180).max(180),
        format: z.string().max(40),
        confidence: z.number().min(0).max(1),
      }),
    )
    .min(1)
    .max(200)
    .nullable(),
  items: z
    .array(
      z.object({
        frame: z.number().int().min(0),
        kind: scanKindSchema.nullable(),
        rating: z.number().int().min(0).max(5),
        flag: z.enum(['none', 'keep', 'reject']),
        tags: z.array(z.string().max(80)).max(50),
        captureDate: z.string().max(60).nullable(),
        recipe: recipeSchema.nullable(),
        /** Of a reel. */
        film: filmRecipeSchema.nullable().optional(),
        versions: z.array(
          z.object({
            name: z.string().max(80),
            label: z.string().max(120),
            at: z.number().min(0).max(8.64e15),
            recipe: recipeSchema,
          }),
        ),
      }),
    )
    .max(200),
});
export type Sidecar = z.infer<typeof sidecarSchema>;

export const sidecarPath = (scanPath: string): string => `${scanPath}.revelado.json`;

/** What the library knows about a scan by a person's hand; null when nobody did anything. */
export function makeSidecar(db: Db, scanId: number): Sidecar | null {
  const scan = scanById(db, scanId);
  if (!scan) return null;
  const items = itemsOfScan(db, scanId).map((row) => ({
    frame: row.frame,
    kind: row.kind_by_person ? row.kind : null,
    rating: row.rating,
    flag: row.flag,
    tags: JSON.parse(row.tags) as string[],
    captureDate: row.capture_own,
    recipe: getRecipe(db, row.id),
    ...(row.kind === 'reel' ? { film: portableFilm(db, row.id) } : {}),
    versions: getHistory(db, row.id).flatMap((h) =>
      h.version === null ? [] : [{ name: h.version, label: h.label, at: h.at, recipe: h.recipe }],
    ),
  }));
  return sidecarSchema.parse({
    format: FORMAT,
    version: VERSION,
    sha256: scan.hash,
    frames: scan.frames ? (JSON.parse(scan.frames) as unknown) : null,
    items,
  });
}

/** A reel's recipe without what only this library knows: numbers of its items. Null when nothing was decided. */
function portableFilm(db: Db, itemId: number): FilmRecipe | null {
  const { recipe, untouched } = reelRecipe(db, itemId);
  if (untouched) return null;
  return { ...recipe, keyFrames: recipe.keyFrames.map((k) => ({ ...k, referenceItem: null })) };
}

/** The JSON of an ordinary file; null when there is none. Throws for a damaged or huge one, a pipe, a device. */
async function readJson(file: string): Promise<unknown> {
  let handle;
  try {
    handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  try {
    const info = await handle.stat();
    if (!info.isFile() || info.size > MAX_BYTES) throw new Error('not a sidecar');
    return JSON.parse(await handle.readFile('utf8')) as unknown;
  } finally {
    await handle.close();
  }
}

/** A sidecar, or why the one that is there cannot be used. */
export type FoundSidecar = { sidecar: Sidecar | null; ignored: Sentence | null };

/**
 * Reads the sidecar of a scan of `size` pixels. A file of that name that does not say it is a sidecar (the change
 * record of an export) is none of ours and passed over without a word; one that is damaged, of a newer version,
 * of other bytes or with frames outside of the scan is `ignored`. Never throws.
 */
export async function readSidecar(
  scanPath: string,
  hash: string,
  size: { width: number; height: number },
): Promise<FoundSidecar> {
  const ignore = (ignored: Sentence): FoundSidecar => ({ sidecar: null, ignored });
  let json: unknown;
  try {
    json = await readJson(sidecarPath(scanPath));
  } catch {
    return ignore(say('sidecar-damaged'));
  }
  const head = z.object({ format: z.literal(FORMAT), version: z.number() }).safeParse(json);
  if (!head.success) return { sidecar: null, ignored: null };
  if (head.data.version > VERSION) return ignore(say('sidecar-newer'));
  const parsed = sidecarSchema.safeParse(json);
  if (!parsed.success) return ignore(say('sidecar-damaged'));
  const sidecar = parsed.data;
  if (sidecar.sha256 !== hash) return ignore(say('sidecar-other'));
  const outside = sidecar.frames?.some(
    ({ rect }) => rect.x + rect.w > size.width || rect.y + rect.h > size.height,
  );
  return outside ? ignore(say('sidecar-damaged')) : { sidecar, ignored: null };
}

/** Gives freshly imported items what their sidecar says. Items that already have a recipe keep it. */
export function applySidecar(db: Db, scanId: number, sidecar: Sidecar): void {
  db.transaction(() => {
    const rows = new Map(itemsOfScan(db, scanId).map((row) => [row.frame, row]));
    for (const said of sidecar.items) {
      const row = rows.get(said.frame);
      if (!row || getRecipe(db, row.id) || !reelRecipe(db, row.id).untouched) continue;
      patchItem(db, row.id, {
        rating: said.rating,
        flag: said.flag,
        tags: said.tags,
        captureDate: said.captureDate,
        ...(said.kind ? { kind: said.kind } : {}),
      });
      for (const version of said.versions)
        db.run('INSERT INTO history (item_id, at, label, version, recipe) VALUES (?, ?, ?, ?, ?)', [
          row.id,
          version.at,
          version.label,
          version.name,
          JSON.stringify(version.recipe),
        ]);
      if (said.film && row.kind === 'reel') setReelRecipe(db, row.id, said.film, 'From sidecar');
      if (said.recipe) {
        const now = Date.now();
        const text = JSON.stringify(said.recipe);
        db.run('INSERT INTO recipes (item_id, recipe, changed_at) VALUES (?, ?, ?)', [row.id, text, now]);
        db.run('INSERT INTO history (item_id, at, label, recipe) VALUES (?, ?, ?, ?)', [
          row.id,
          now,
          'From sidecar',
          text,
        ]);
        db.run("UPDATE items SET state = 'edited' WHERE id = ?", [row.id]);
      }
    }
  });
}

export type WriteJson = (file: string, value: unknown) => Promise<unknown>;

/** Files written at the same time, so that a change of a whole library does not open them all. */
const AT_ONCE = 4;

/** Writes sidecars a little after the last change of a scan. */
export class SidecarWriter {
  readonly #db: Db;
  readonly #write: WriteJson;
  readonly #enabled: () => boolean;
  readonly #delayMs: number;
  /** Scan -> when it was last touched (ms of a steady clock); oldest first. */
  readonly #due = new Map<number, number>();
  readonly #work = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(db: Db, write: WriteJson, enabled: () => boolean, delayMs = 1000) {
    this.#db = db;
    this.#write = write;
    this.#enabled = enabled;
    this.#delayMs = delayMs;
  }

  /** Notes that something about these items changed. */
  touch(itemIds: readonly number[]): void {
    if (itemIds.length === 0 || !this.#enabled()) return;
    const scans = this.#db.column<number>(
      'SELECT DISTINCT scan_id FROM items WHERE id IN (SELECT value FROM json_each(?))',
      [JSON.stringify(itemIds)],
    );
    const now = performance.now();
    for (const scan of scans) {
      this.#due.delete(scan);
      this.#due.set(scan, now);
    }
    this.#pump(this.#delayMs);
  }

  /** Writes all that is due, now; for closing. */
  async flush(): Promise<void> {
    while (this.#due.size > 0 || this.#work.size > 0) {
      this.#pump(0);
      if (this.#work.size > 0) await Promise.race(this.#work);
    }
    clearTimeout(this.#timer);
  }

  #pump(delayMs: number): void {
    clearTimeout(this.#timer);
    for (const [scanId, at] of this.#due) {
      if (this.#work.size >= AT_ONCE) return;
      const wait = at + delayMs - performance.now();
      if (wait > 0) {
        this.#timer = setTimeout(() => this.#pump(this.#delayMs), wait);
        return;
      }
      this.#due.delete(scanId);
      const scan = scanById(this.#db, scanId);
      if (!scan || scan.missing) continue;
      const work = this.#put(scan).finally(() => {
        this.#work.delete(work);
        this.#pump(delayMs);
      });
      this.#work.add(work);
    }
  }

  async #put(scan: ScanRow): Promise<void> {
    try {
      const target = sidecarPath(scan.path);
      await access(path.dirname(scan.path), constants.W_OK);
      const before = (await readJson(target)) as { format?: unknown; version?: unknown } | null;
      // A newer program's sidecar holds what this one would lose.
      if (before !== null && (before.format !== FORMAT || Number(before.version) > VERSION)) return;
      const sidecar = makeSidecar(this.#db, scan.id);
      if (sidecar) await this.#write(target, sidecar);
    } catch {
      // Read-only folder, foreign file of that name, disk gone: the library itself has it all.
    }
  }
}
