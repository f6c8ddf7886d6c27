/**
 * Sidecars: what a person decided about a scan, written beside it as `<name>.revelado.json`, so that the work
 * goes along when the folder moves to another machine. Read back at import when the content hash agrees.
 * Written complete-or-absent and only over files that are sidecars themselves (an export's change record has
 * the same ending); a folder that cannot be written simply has none.
 */
import { access, constants, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { scanKindSchema } from '../../app/contract/library.ts';
import { recipeSchema } from '../../app/recipe/develop.ts';
import type { Db } from './database.ts';
import { itemsOfScan, patchItem, scanById, type ScanRow } from './items.ts';
import { getHistory, getRecipe } from './recipes.ts';

const VERSION = 1;
const sidecarSchema = z.object({
  format: z.literal('revelado-sidecar'),
  version: z.literal(VERSION),
  sha256: z.string(),
  frames: z
    .array(
      z.object({
        rect: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
        angle: z.number(),
        format: z.string(),
        confidence: z.number(),
      }),
    )
    .nullable(),
  items: z.array(
    z.object({
      frame: z.number().int().min(0),
      kind: scanKindSchema.nullable(),
      rating: z.number().int().min(0).max(5),
      flag: z.enum(['none', 'keep', 'reject']),
      tags: z.array(z.string()),
      captureDate: z.string().nullable(),
      recipe: recipeSchema.nullable(),
      versions: z.array(
        z.object({ name: z.string(), label: z.string(), at: z.number(), recipe: recipeSchema }),
      ),
    }),
  ),
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
    versions: getHistory(db, row.id).flatMap((h) =>
      h.version === null ? [] : [{ name: h.version, label: h.label, at: h.at, recipe: h.recipe }],
    ),
  }));
  return sidecarSchema.parse({
    format: 'revelado-sidecar',
    version: VERSION,
    sha256: scan.hash,
    frames: scan.frames ? (JSON.parse(scan.frames) as unknown) : null,
    items,
  });
}

/** Reads the sidecar of a scan; null when there is none, it is not one of ours, or it belongs to other bytes. */
export async function readSidecar(scanPath: string, hash: string): Promise<Sidecar | null> {
  try {
    const parsed = sidecarSchema.safeParse(JSON.parse(await readFile(sidecarPath(scanPath), 'utf8')));
    return parsed.success && parsed.data.sha256 === hash ? parsed.data : null;
  } catch {
    return null;
  }
}

/** Gives freshly imported items what their sidecar says. Items that already have a recipe keep it. */
export function applySidecar(db: Db, scanId: number, sidecar: Sidecar): void {
  db.transaction(() => {
    for (const said of sidecar.items) {
      const row = itemsOfScan(db, scanId).find((r) => r.frame === said.frame);
      if (!row || getRecipe(db, row.id)) continue;
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
      const before: unknown = await readFile(target, 'utf8').then(
        JSON.parse,
        (error: NodeJS.ErrnoException) => {
          if (error.code === 'ENOENT') return null;
          throw error;
        },
      );
      if (before !== null && (before as { format?: unknown }).format !== 'revelado-sidecar') return;
      const sidecar = makeSidecar(this.#db, scan.id);
      if (sidecar) await this.#write(target, sidecar);
    } catch {
      // Read-only folder, foreign file of that name, disk gone: the library itself has it all.
    }
  }
}
