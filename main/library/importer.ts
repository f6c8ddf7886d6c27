/**
 * The import action: files and folders become scans, items and groups. One file is one item of the job; a bad
 * file fails there with its reason and the rest goes on. Content decides what a file is: the same bytes at a
 * new place are a found-again original (when the old place is empty) or a duplicate (when it is not); the same
 * path again changes nothing. When all are in, rolls adopt their reference frames and are balanced together.
 */
import { realpath, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { RevealError } from '../../app/contract/messages.ts';
import type { ScanKind } from '../../app/contract/library.ts';
import { DEVELOP_VERSION, defaultDevelopParams } from '../../app/recipe/develop.ts';
import type { DevelopAnalysis } from '../actions/develop/types.ts';
import type { Engine, IngestResult } from '../engine/protocol.ts';
import type { ScanInfo } from '../files/types.ts';
import type { FinishWork, ItemOutcome, ItemSpec, ItemWork, JobAction } from '../jobs/types.ts';
import { say, type Sentence } from '../../app/words/sentences.ts';
import type { Db } from './database.ts';
import { filmOf, oneOfEach } from './film-frames.ts';
import { isInside } from './folders.ts';
import { adoptReferences, assignGroup, folderName, refreshRoll, type Baseline } from './groups.ts';
import {
  itemsOfScan,
  relinkScan,
  scanAnalysis,
  scanByPath,
  scansByHash,
  sizeKnown,
  storeScan,
  type ScanRow,
} from './items.ts';
import { analyseRoll } from './rolls.ts';
import { getRecipe, setRecipe } from './recipes.ts';
import { bareInfo, isReel, storeFrames } from './scan-items.ts';
import { applySidecar, readSidecar } from './sidecar.ts';
import { THUMB_SIDE, type Thumbnails } from './thumbnails.ts';

export const importPayload = z.object({
  paths: z.array(z.string()),
  /** 'develop': a develop recipe is stored at once, with a history entry. */
  action: z.enum(['develop']).nullable().default(null),
  /** Real paths of folders that a link must not lead out of; null: a person chose these paths, links go anywhere. */
  within: z.array(z.string()).nullable().default(null),
});
export type ImportPayload = z.infer<typeof importPayload>;

export interface ImportOptions {
  db: Db;
  engine: Engine;
  thumbnails: Thumbnails;
  inbox: string;
  baseline: Baseline;
  expandInputs(paths: string[]): Promise<{ files: string[]; problems: { path: string; reason: string }[] }>;
  sidecars(): boolean;
  /** Says something to the person that fails nothing. */
  notice?(level: 'info' | 'warning', text: string): void;
  changed(ids: number[], groups?: boolean): void;
  /** New bytes took the place of known ones: what was decided about these items goes with the new ones now. */
  rescanned?(ids: number[]): void;
}

/** True for ways in which the same file stays the same file. Times are compared as stored, to the millisecond. */
const unchanged = (scan: ScanRow, size: number, mtime: number): boolean =>
  scan.size === size && Math.abs(scan.mtime - mtime) < 1;

/** Where a scan came from, which decides what it is grouped with: its folder, a folder dropped on a browser, or a loose drop. */
export function cameFrom(inbox: string, file: string): { folder: string; inbox: boolean; groupName: string } {
  if (!isInside(inbox, file))
    return { folder: path.dirname(file), inbox: false, groupName: folderName(file) };
  // <inbox>/<hash>/[<dropped folder>/]<name>
  const parts = path.relative(inbox, file).split(path.sep);
  if (parts.length > 2) return { folder: `inbox/${parts[1]}`, inbox: false, groupName: parts[1] };
  return { folder: 'inbox', inbox: true, groupName: new Date().toISOString().slice(0, 10) };
}

export class ImportAction implements JobAction<ImportPayload> {
  readonly type = 'import' as const;
  readonly lane = 'import';
  readonly concurrency = 2;
  readonly parse = (stored: unknown): ImportPayload => importPayload.parse(stored);
  readonly #o: ImportOptions;
  /** Sidecars that could not be used since this was last said. */
  readonly #ignored: { file: string; detail: Sentence }[] = [];
  /** Set once the engine has said that it knows no `ingest`. */
  #separately = false;

  constructor(options: ImportOptions) {
    this.#o = options;
  }

  async prepare(payload: ImportPayload): Promise<ItemSpec[]> {
    return this.list(payload.paths);
  }

  /** Job items for these files and folders; what cannot be opened is listed as failed. */
  async list(paths: readonly string[]): Promise<ItemSpec[]> {
    const { files, problems } = await this.#o.expandInputs([...paths]);
    return [
      ...oneOfEach(files).map((input) => ({ input })),
      ...problems.map((p) => ({ input: p.path, failed: p.reason })),
    ];
  }

  async run(work: ItemWork<ImportPayload>): Promise<ItemOutcome> {
    const outcome = await this.#take(work);
    if (work.payload.action === 'develop' && outcome.itemId != null) this.#develop(outcome.itemId);
    return outcome;
  }

  async #take(work: ItemWork<ImportPayload>): Promise<ItemOutcome> {
    const { db } = this.#o;
    let file: string;
    try {
      file = await realpath(work.input);
    } catch (error) {
      const gone = (error as NodeJS.ErrnoException).code === 'ENOENT';
      throw new RevealError(
        gone ? 'not-found' : 'bad-input',
        gone
          ? say('file-gone', { file: path.basename(work.input) })
          : say('file-cannot-read', { file: path.basename(work.input), detail: (error as Error).message }),
      );
    }
    const { within } = work.payload;
    if (within && !within.some((dir) => isInside(dir, file)))
      throw new RevealError('bad-input', say('import-link-out', { file: path.basename(work.input) }));
    const info = await stat(file);
    const known = scanByPath(db, file);
    if (known && unchanged(known, info.size, info.mtimeMs) && (known.analysis || isReel(file)))
      return this.#back(known, file, info.size, info.mtimeMs);
    const film = await filmOf(db, file);
    if (film) return this.#back(film, film.path, film.size, film.mtime);
    // A file of a size the library has seen may be an old friend: its hash is cheaper than its pixels.
    if (sizeKnown(db, info.size)) {
      const { sha256 } = await this.#o.engine.call('hash', { path: file }, { signal: work.signal });
      const friend = await this.#friend(sha256, file, info.size, info.mtimeMs);
      if (friend) return friend;
    }
    if (isReel(file)) return this.#reel(work, file, info.size, info.mtimeMs);
    return this.#picture(work, file, info.size, info.mtimeMs);
  }

  async finish(job: FinishWork<ImportPayload>): Promise<void> {
    const { db, thumbnails, baseline } = this.#o;
    // By name, not by which of two happened to be read first.
    const [first, ...others] = this.#ignored.splice(0).sort((a, b) => a.file.localeCompare(b.file));
    if (first && others.length === 0) this.#o.notice?.('warning', say('sidecar-ignored', first));
    else if (first)
      this.#o.notice?.('warning', say('sidecars-ignored', { ...first, count: String(others.length + 1) }));
    const ids = db
      .all<{ id: number }>(
        `SELECT i.id FROM items i WHERE i.deleted_at IS NULL AND i.scan_id IN
           (SELECT s.scan_id FROM items s JOIN job_items j ON j.item_id = s.id WHERE j.job_id = ?)`,
        [job.id],
      )
      .map((r) => r.id);
    const renewed = adoptReferences(db, ids);
    this.#adoptOrphans(ids);
    for (const groupId of renewed) {
      if (job.signal.aborted) return;
      job.stage(this.#groupName(groupId));
      await analyseRoll({ ...this.#o, groupId, signal: job.signal });
    }
    const rolls = this.#rollsOf(ids);
    for (const groupId of rolls) refreshRoll(db, groupId, baseline);
    this.#o.changed(ids, true);
    // All of them are asked for, whatever moved: a picture that is right already costs one look at a file, and
    // what a killed import left half drawn is found this way.
    const members = rolls.flatMap((groupId) =>
      db.column<number>('SELECT id FROM items WHERE group_sort = ? AND deleted_at IS NULL', [groupId]),
    );
    job.stage(this.#groupName(rolls[0]));
    await thumbnails.refresh([...new Set([...ids, ...members])], job.signal);
  }

  /** Dropped on "Develop": the pictures of the scan get a recipe of their own, where they have none. */
  #develop(itemId: number): void {
    const { db } = this.#o;
    const recipe = { action: 'develop', version: DEVELOP_VERSION, params: defaultDevelopParams() } as const;
    const first = db.get<{ scan_id: number }>('SELECT scan_id FROM items WHERE id = ?', [itemId])!;
    for (const row of itemsOfScan(db, first.scan_id))
      if (row.kind !== 'reel' && !getRecipe(db, row.id)) setRecipe(db, row.id, recipe, 'Develop');
  }

  #rollsOf(ids: readonly number[]): number[] {
    const rolls = new Set<number>();
    for (const id of ids) {
      const row = this.#o.db.get<{ group_id: number | null }>('SELECT group_id FROM items WHERE id = ?', [
        id,
      ]);
      if (row?.group_id != null) rolls.add(row.group_id);
    }
    return [...rolls];
  }

  #groupName(groupId: number | undefined): string {
    return (
      this.#o.db.get<{ name: string }>('SELECT name FROM groups WHERE id = ?', [groupId ?? -1])?.name ?? ''
    );
  }

  /** Reference frames with no roll to refer to are put in a group like ordinary frames, where they can be seen. */
  #adoptOrphans(ids: readonly number[]): void {
    for (const id of ids) {
      const row = this.#o.db.get<{
        group_id: number | null;
        kind: ScanKind;
        camera: string | null;
        path: string;
      }>(
        'SELECT i.group_id, i.kind, i.camera, s.path FROM items i JOIN scans s ON s.id = i.scan_id WHERE i.id = ?',
        [id],
      );
      if (!row || row.group_id !== null) continue;
      const analysis = scanAnalysis(scanByPath(this.#o.db, row.path)!);
      assignGroup(this.#o.db, {
        itemIds: [id],
        kind: row.kind,
        ...cameFrom(this.#o.inbox, row.path),
        camera: row.camera,
        analysis: analysis && { ...analysis, role: 'picture' },
      });
    }
  }

  /** The same path, the same bytes: only what was removed or missing comes back. */
  #back(scan: ScanRow, file: string, size: number, mtime: number): ItemOutcome {
    const ids = relinkScan(this.#o.db, scan.id, file, size, mtime);
    this.#o.changed(ids, true);
    return { itemId: ids[0] ?? null };
  }

  /** Known bytes: the original found again at a new place, or one more copy of it. Null when they are new. */
  async #friend(hash: string, file: string, size: number, mtime: number): Promise<ItemOutcome | null> {
    const { db } = this.#o;
    const same = scansByHash(db, hash);
    const here = same.find((s) => s.path === file);
    if (here) return this.#back(here, file, size, mtime);
    // This path showed other bytes before (a new scan under an old name): analysed anew, not linked.
    if (same.length === 0 || scanByPath(db, file)) return null;
    for (const scan of same) {
      // A file that holds other bytes by now is not this original any more.
      if (!scan.changed && (await exists(scan.path))) continue;
      // Another file of this job may have taken it while we looked.
      if (scanByPath(db, scan.path)?.id !== scan.id) continue;
      const ids = relinkScan(db, scan.id, file, size, mtime);
      this.#o.changed(ids, true);
      return { itemId: ids[0] ?? null };
    }
    const original = same[0];
    const analysis = original.analysis ? (JSON.parse(original.analysis) as DevelopAnalysis) : null;
    const ids = await this.#store(file, hash, size, mtime, JSON.parse(original.info) as ScanInfo, analysis);
    void this.#o.thumbnails.refresh(ids);
    return { itemId: ids[0] ?? null };
  }

  async #picture(
    work: ItemWork<ImportPayload>,
    file: string,
    size: number,
    mtime: number,
  ): Promise<ItemOutcome> {
    const prefix = `ingest-${randomUUID()}`;
    const found = await this.#ingest(work, file, prefix);
    if (work.signal.aborted) throw new RevealError('cancelled', 'Cancelled.');
    const { info, sha256, analysis } = found;
    const ids = await this.#store(file, sha256, size, mtime, info, analysis);
    const without: number[] = [];
    for (const [frame, id] of ids.entries()) {
      const made = found.thumbnails[frame];
      if (!made) {
        without.push(id);
        continue;
      }
      const context = { analysis, roll: null, baseFile: null, flatFile: null, frame };
      await this.#o.thumbnails.adopt(
        id,
        { file: made.output, width: made.width, height: made.height },
        { params: defaultDevelopParams(), context },
      );
    }
    for (const spare of found.thumbnails.slice(ids.length))
      if (spare) await rm(spare.output, { force: true });
    this.#o.changed(ids, true);
    await this.#o.thumbnails.refresh(without, work.signal);
    return { itemId: ids[0] ?? null };
  }

  async #ingest(work: ItemWork<ImportPayload>, file: string, prefix: string): Promise<IngestResult> {
    const { engine, thumbnails } = this.#o;
    const options = { signal: work.signal };
    const look = { path: file, film: 'auto', baseFile: null, flatFile: null } as const;
    if (!this.#separately) {
      try {
        return await engine.call(
          'ingest',
          {
            ...look,
            params: defaultDevelopParams(),
            thumbnails: { dir: thumbnails.dir, prefix, maxSide: THUMB_SIDE },
            ...(work.safer ? { safer: true } : {}),
          },
          { ...options, onProgress: (p) => work.progress(p.total > 0 ? p.done / p.total : 0) },
        );
      } catch (error) {
        if (!(error instanceof RevealError && error.code === 'unknown-call')) throw error;
        this.#separately = true;
      }
    }
    const info = await engine.call('probe', { path: file }, options);
    work.progress(0.1);
    const { sha256 } = await engine.call('hash', { path: file }, options);
    work.progress(0.3);
    const analysis = await engine.call('analyse', { ...look, baseRect: null }, options);
    work.progress(0.7);
    return { info, sha256, analysis, thumbnails: [] };
  }

  async #reel(
    work: ItemWork<ImportPayload>,
    file: string,
    size: number,
    mtime: number,
  ): Promise<ItemOutcome> {
    const { engine } = this.#o;
    const { sha256 } = await engine.call('hash', { path: file }, { signal: work.signal });
    const info = await engine
      .call('probe', { path: file }, { signal: work.signal })
      .catch((error: unknown) => {
        if (!(error instanceof RevealError) || error.code === 'engine' || error.code === 'cancelled')
          throw error;
        return bareInfo(size, mtime);
      });
    const ids = await this.#store(file, sha256, size, mtime, info, null);
    await this.#o.thumbnails.refresh(ids, work.signal);
    return { itemId: ids[0] ?? null };
  }

  /** Writes scan, items and group in one transaction; returns the items by frame. */
  async #store(
    file: string,
    hash: string,
    size: number,
    mtime: number,
    info: ScanInfo,
    analysis: DevelopAnalysis | null,
  ): Promise<number[]> {
    const { db } = this.#o;
    const { sidecar, ignored } = this.#o.sidecars()
      ? await readSidecar(file, hash, info)
      : { sidecar: null, ignored: null };
    // New bytes in place of known ones: that the sidecar is of the old ones is no news.
    const before = scanByPath(db, file);
    if (ignored && !before) this.#ignored.push({ file: path.basename(file), detail: ignored });
    const ids = db.transaction(() => {
      const scanId = storeScan(db, { path: file, hash, size, mtime, info, analysis });
      if (sidecar?.frames)
        db.run('UPDATE scans SET frames = ? WHERE id = ?', [JSON.stringify(sidecar.frames), scanId]);
      const stored = scanByPath(db, file)!;
      const made = storeFrames(db, stored, info, scanAnalysis(stored));
      if (sidecar) applySidecar(db, scanId, sidecar);
      const [first] = itemsOfScan(db, scanId);
      if (first.group_id === null)
        assignGroup(db, {
          itemIds: made,
          kind: first.kind,
          ...cameFrom(this.#o.inbox, file),
          camera: first.camera,
          analysis,
        });
      return made;
    });
    this.#o.changed(ids, true);
    if (before && before.hash !== hash) this.#o.rescanned?.(ids);
    return ids;
  }
}

const exists = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  );
