/**
 * The export action: developed pictures as files. Names are decided when the job is made and stored with it,
 * so that a resumed job writes the very same files; an existing file is never written over unless the person
 * said so, and a done file that somebody changed meanwhile is put aside before it is made again.
 */
import { existsSync } from 'node:fs';
import { readdir, realpath, rename, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { exportRecipeSchema, type ExportRecipe } from '../../app/contract/jobs.ts';
import { RevealError } from '../../app/contract/messages.ts';
import { defaultDevelopParams, type DevelopParams } from '../../app/recipe/develop.ts';
import { restoreSteps, restores } from '../../app/recipe/restore.ts';
import { isPrint } from '../../app/recipe/wanted.ts';
import { say } from '../../app/words/sentences.ts';
import type { Engine, EngineMethods, ExportResult } from '../engine/protocol.ts';
import type { Db } from '../library/database.ts';
import { extrasOf } from '../library/extras.ts';
import { developContext } from '../library/groups.ts';
import { itemRow, scanById, scanByPath, type ItemRow, type ScanRow } from '../library/items.ts';
import { itemParams } from '../library/recipes.ts';
import { makeFolder } from '../files/folder.ts';
import { MOST_PAIRS } from '../files/contact-sheet-layout.ts';
import { isDiskFull, words } from './reasons.ts';
import { freeName, outputStem } from './template.ts';
import {
  DiskFullError,
  type DoneItem,
  type FinishWork,
  type ItemOutcome,
  type ItemSpec,
  type ItemWork,
  type JobAction,
} from './types.ts';

const payloadSchema = z.object({ recipe: exportRecipeSchema, folder: z.string() });
export type ExportPayload = z.infer<typeof payloadSchema>;

export interface ExportOptions {
  db: Db;
  engine: Engine;
  /** Free bytes where `dir` lies. */
  freeSpace(dir: string): Promise<number>;
  changed(ids: number[]): void;
  /** A recipe's parameters as the engine takes them (with the models that were chosen). */
  engineParams(params: DevelopParams): DevelopParams;
  /** A develop was refused; it may be that the scan's file is not what it was. */
  refused?(scanId: number): void;
  /** Something beside the pictures went wrong: words for the person. */
  warn?(text: string): void;
}

const EXTENSIONS: Record<ExportRecipe['format'], string> = {
  tiff: '.tif',
  png: '.png',
  jpeg: '.jpg',
  webp: '.webp',
};
/** Never fill a disk to the brim: the library's own file lives somewhere too. */
const RESERVE = 64 << 20;
const MB = 1 << 20;

/**
 * The items of an export job, with their names in `folder`.
 * @throws RevealError 'bad-input' when the recipe cannot be done with these pictures; 'disk' when the folder cannot be made.
 */
export async function planExport(
  db: Db,
  ids: readonly number[],
  recipe: ExportRecipe,
  folder: string,
): Promise<ItemSpec[]> {
  const rows = ids.map((id) => {
    const row = itemRow(db, id);
    if (!row || row.deleted_at !== null) throw new RevealError('not-found', say('export-gone'));
    return row;
  });
  if (rows.length === 0) throw new RevealError('bad-input', say('export-none'));
  const negative = rows.find((row) => row.kind === 'colour-negative' || row.kind === 'bw-negative');
  if (recipe.icc === 'source' && negative)
    throw new RevealError('bad-input', say('export-scan-profile', { name: negative.name }));
  if (recipe.bits === 16 && (recipe.format === 'jpeg' || recipe.format === 'webp'))
    throw new RevealError('bad-input', say('export-8-bits', { format: recipe.format.toUpperCase() }));
  try {
    await makeFolder(folder);
  } catch (error) {
    throw new RevealError('disk', say('export-folder', { folder, detail: (error as Error).message }));
  }
  const present = new Set((await readdir(folder)).map((name) => name.normalize('NFC').toLowerCase()));
  const taken = new Set<string>();
  const ext = EXTENSIONS[recipe.format];
  return rows.map((row, index): ItemSpec => {
    const scan = scanById(db, row.scan_id)!;
    const stem = outputStem(recipe.template, {
      name: path.parse(row.name).name,
      roll: groupName(db, row.group_id),
      frame: row.frame,
      frames: framesOf(db, row),
      date: row.capture_date ?? row.scan_date,
      n: index + 1,
      total: rows.length,
    });
    const name = freeName(
      stem,
      ext,
      taken,
      (n) => !recipe.overwrite && present.has(n.normalize('NFC').toLowerCase()),
    );
    const item: ItemSpec = {
      input: scan.path,
      itemId: row.id,
      output: path.join(folder, name),
      data: { stem },
    };
    return row.kind === 'reel'
      ? { ...item, output: null, failed: say('export-reel', { name: row.name }) }
      : item;
  });
}

const groupName = (db: Db, id: number | null): string | null =>
  id === null ? null : (db.get<{ name: string }>('SELECT name FROM groups WHERE id = ?', [id])?.name ?? null);
const framesOf = (db: Db, row: ItemRow): number =>
  db.get<{ n: number }>('SELECT COUNT(*) AS n FROM items WHERE scan_id = ? AND deleted_at IS NULL', [
    row.scan_id,
  ])!.n;

export class ExportAction implements JobAction<ExportPayload> {
  readonly type = 'export' as const;
  readonly lane = 'export';
  readonly concurrency = 1;
  readonly parse = (stored: unknown): ExportPayload => payloadSchema.parse(stored);
  readonly #o: ExportOptions;
  constructor(options: ExportOptions) {
    this.#o = options;
  }

  async run(work: ItemWork<ExportPayload>): Promise<ItemOutcome> {
    const { db } = this.#o;
    const { folder } = work.payload;
    const row = work.itemId === null ? undefined : itemRow(db, work.itemId);
    const scan = row ? scanById(db, row.scan_id) : undefined;
    if (!row || !scan || work.output === null)
      throw new RevealError('not-found', say('export-not-here', { file: work.input }));
    if (!existsSync(scan.path))
      throw new RevealError('not-found', say('export-no-original', { name: row.name, file: scan.path }));
    await makeFolder(folder);
    const result = await this.#develop(work, row, scan);
    db.run("UPDATE items SET state = 'exported' WHERE id = ? AND state IN ('new', 'analysed', 'edited')", [
      row.id,
    ]);
    this.#o.changed([row.id]);
    return {
      output: result.output,
      outputHash: result.sha256,
      record: { ...(result.record as object), file: `${result.output}.revelado.json` },
    };
  }

  /** Makes the file. A name that another program takes while the picture is made gives way like one taken before. */
  async #develop(work: ItemWork<ExportPayload>, row: ItemRow, scan: ScanRow): Promise<ExportResult> {
    const { db, engine } = this.#o;
    const { recipe, folder } = work.payload;
    for (let left = 3; ; left--) {
      const { output, overwrite } = this.#output(work, recipe);
      await this.#spare(output);
      await this.#room(row, recipe, folder);
      const params = this.#o.engineParams(itemParams(db, row.id));
      try {
        return await engine.call(
          'develop',
          {
            path: scan.path,
            params,
            context: developContext(db, row),
            ...extrasOf(db, row, params),
            export: {
              format: recipe.format,
              bits: recipe.bits,
              quality: recipe.quality,
              icc: recipe.icc,
              longSide: recipe.longSide,
              overwrite,
              printCm: recipe.printCm,
              dpi: recipe.dpi,
            },
            output,
            captureDate: row.capture_date,
            scanDate: row.scan_date,
            sourceHash: scan.hash,
            ...(work.safer ? { safer: true } : {}),
          },
          { signal: work.signal, onProgress: (p) => work.progress(p.total > 0 ? p.done / p.total : 0) },
        );
      } catch (error) {
        if (!(error instanceof RevealError)) throw error;
        // Whatever words the system used: if nothing is left on the disk, that is the reason.
        if (error.code === 'disk') await this.#room(row, recipe, folder);
        const taken = error.code === 'bad-input' && !overwrite && existsSync(output);
        if (taken && left > 0) continue;
        this.#o.refused?.(scan.id);
        throw error;
      }
    }
  }

  /** Makes the contact sheet, where one was asked for. A sheet that cannot be made costs no picture. */
  async finish(job: FinishWork<ExportPayload>): Promise<void> {
    const { recipe, folder } = job.payload;
    if (!recipe.contactSheet) return;
    const done = job.done().slice(0, MOST_PAIRS);
    if (done.length === 0) return;
    job.stage(say('sheet-making', { count: String(done.length) }));
    const output =
      job.sheet ??
      path.join(
        folder,
        freeName('contact-sheet', '.jpg', new Set(), (n) => existsSync(path.join(folder, n))),
      );
    try {
      await this.#o.engine.call(
        'contactSheet',
        {
          output,
          title: `${path.basename(folder)} · ${done.length}`,
          pictures: done.flatMap((item) => this.#pair(item)),
        },
        { signal: job.signal },
      );
      job.setSheet(output);
    } catch (error) {
      if (job.signal.aborted || isDiskFull(error)) throw error;
      this.#o.warn?.(say('sheet-failed', { detail: words(error) }));
    }
  }

  /** A picture as it was, and the file that was made of it. */
  #pair({ itemId, output }: DoneItem): EngineMethods['contactSheet'][0]['pictures'] {
    const { db } = this.#o;
    const row = itemId === null ? undefined : itemRow(db, itemId);
    const scan = row && scanById(db, row.scan_id);
    if (!row || !scan) return [];
    const params = itemParams(db, row.id);
    const plain = { ...params };
    for (const { id } of restoreSteps) Object.assign(plain, { [id]: { ...defaultDevelopParams()[id] } });
    return [
      {
        path: scan.path,
        params: plain,
        context: developContext(db, row),
        show: isPrint(row.kind) || restores(params) ? 'developed' : 'film',
        after: output,
        caption: path.basename(output),
      },
    ];
  }

  async verify(item: DoneItem, signal: AbortSignal): Promise<boolean> {
    if (!existsSync(item.output)) return false;
    const { sha256 } = await this.#o.engine.call('hash', { path: item.output }, { signal });
    if (sha256 === item.outputHash) return true;
    // Damaged, or somebody's later work: kept under another name, never written over.
    const { dir, name, ext } = path.parse(item.output);
    const aside = freeName(`${name} (changed)`, ext, new Set(), (n) => existsSync(path.join(dir, n)));
    await rename(item.output, path.join(dir, aside));
    return false;
  }

  /**
   * Where to write, and whether what lies there may be replaced. A name that was taken since the job was made
   * gives way; after a crash our own file does not, unless another job has finished a file of that name meanwhile.
   */
  #output(work: ItemWork<ExportPayload>, recipe: ExportRecipe): { output: string; overwrite: boolean } {
    const { db } = this.#o;
    const planned = work.output!;
    if (recipe.overwrite) return { output: planned, overwrite: true };
    const foreign = db.get("SELECT 1 FROM job_items WHERE output = ? AND job_id <> ? AND state = 'done'", [
      planned,
      work.jobId,
    ]);
    if (work.resumed && !foreign) return { output: planned, overwrite: true };
    if (!existsSync(planned)) return { output: planned, overwrite: false };
    const dir = path.dirname(planned);
    const { stem } = z.object({ stem: z.string() }).parse(work.data);
    const others = db.all<{ output: string }>(
      "SELECT output FROM job_items WHERE job_id = ? AND output IS NOT NULL AND state IN ('queued', 'running')",
      [work.jobId],
    );
    const taken = new Set(others.map((o) => path.basename(o.output).normalize('NFC').toLowerCase()));
    const output = path.join(
      dir,
      freeName(stem, path.extname(planned), taken, (n) => existsSync(path.join(dir, n))),
    );
    work.setOutput(output);
    return { output, overwrite: false };
  }

  /** Overwriting is for earlier exports. @throws RevealError 'bad-input' when a scan of the library lies there. */
  async #spare(output: string): Promise<void> {
    const real = await realpath(output).catch(() => null);
    if (real !== null && scanByPath(this.#o.db, real))
      throw new RevealError('bad-input', say('export-is-scan', { file: output }));
  }

  /** @throws DiskFullError when the picture would not fit beside what must stay free. */
  async #room(row: ItemRow, recipe: ExportRecipe, folder: string): Promise<void> {
    const scale =
      recipe.longSide === null ? 1 : Math.min(1, recipe.longSide / Math.max(row.width, row.height, 1));
    const raw = row.width * row.height * scale * scale * 3 * (recipe.bits / 8);
    const needed = recipe.format === 'tiff' || recipe.format === 'png' ? raw : raw / 3;
    const free = await this.#o.freeSpace(folder);
    if (free >= needed + RESERVE) return;
    throw new DiskFullError(
      say('export-full', {
        folder,
        name: row.name,
        needed: String(Math.ceil(needed / MB)),
        free: String(Math.floor(free / MB)),
      }),
    );
  }
}

/** Whether a folder still is one; for the file manager. */
export const isFolder = (dir: string): Promise<boolean> =>
  stat(dir).then(
    (info) => info.isDirectory(),
    () => false,
  );
