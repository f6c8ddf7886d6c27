/**
 * The jobs of reels. `film` exports them, one file each; it is put down within a reel and goes on from its last finished
 * segment, after a pause as after a power cut. `analyse-reel` finds shots and measures. A reel that cannot be read fails
 * with its reason, one that breaks off with what could be read beside it; the others go on.
 */
import { existsSync, statSync } from 'node:fs';
import { realpath, rename } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { ReelProgress } from '../../app/contract/film.ts';
import { RevealError } from '../../app/contract/messages.ts';
import {
  filmExportSchema,
  filmRecipeSchema,
  type FilmCodec,
  type FilmExport,
  type FilmRecipe,
} from '../../app/recipe/film.ts';
import { isSequencePicture } from '../../app/film/sequence.ts';
import { recognise, say } from '../../app/words/sentences.ts';
import type { Engine, EngineProgress } from '../engine/protocol.ts';
import type { ReelNews, References } from '../engine/reel-protocol.ts';
import type { Db } from '../library/database.ts';
import { itemRow, scanById, scanByPath } from '../library/items.ts';
import { filmRecipe, reelRow } from '../library/reels.ts';
import { freeName, safePart } from './template.ts';
import {
  DiskFullError,
  type DoneItem,
  type ItemOutcome,
  type ItemSpec,
  type ItemWork,
  type JobAction,
} from './types.ts';
import { makeFolder } from '../files/folder.ts';

export interface ReelJobOptions {
  db: Db;
  engine: Engine;
  /** Folder in which the engine keeps what it finds out about reels. */
  dir: string;
  changed(ids: number[]): void;
  /** Files of the pictures whose colours key frames take. */
  references(recipe: FilmRecipe): References;
  progress(news: ReelProgress): void;
  /** An export of this item is over, well or not. */
  over(itemId: number): void;
  /** Where the picture of the newest frame of an item's export lies. */
  latestFile(itemId: number): string;
}

/** Usual containers by codec. */
export const FILM_EXTENSION: Record<FilmCodec, string> = {
  h264: '.mp4',
  h265: '.mp4',
  av1: '.mp4',
  prores: '.mov',
  ffv1: '.mkv',
};

const filmPayload = z.object({ export: filmExportSchema, folder: z.string() });
export type FilmPayload = z.infer<typeof filmPayload>;
/** The recipe as it was when the job was made: what is changed afterwards is for the next export. */
const itemData = z.object({ stem: z.string(), recipe: filmRecipeSchema });

/** Ending of what an export makes; a folder of pictures has none. */
export const filmEnding = (wish: Pick<FilmExport, 'codec' | 'pictures'>): string =>
  wish.pictures ? '' : FILM_EXTENSION[wish.codec];

/** A film's name without its ending; for a frame of a sequence without its number, too. */
function stemOf(name: string): string {
  const { name: stem } = path.parse(name);
  return isSequencePicture(name) ? stem.replace(/[ ._-]*\d+\D*$/, '') : stem;
}

/** Items of a film job with their names in `folder`. @throws RevealError 'not-found', 'bad-input' for what is no reel */
export function planFilms(
  db: Db,
  ids: readonly number[],
  wish: FilmPayload['export'],
  folder: string,
  extension: (itemId: number) => string,
): ItemSpec[] {
  const taken = new Set<string>();
  return ids.map((id) => {
    const row = reelRow(db, id);
    const stem = safePart(stemOf(row.name)) || 'reel';
    const name = freeName(
      stem,
      extension(id),
      taken,
      (n) => !wish.overwrite && existsSync(path.join(folder, n)),
    );
    return {
      input: scanById(db, row.scan_id)!.path,
      itemId: id,
      output: path.join(folder, name),
      data: { stem, recipe: filmRecipe(db, id) },
    };
  });
}

export class FilmAction implements JobAction<FilmPayload> {
  readonly type = 'film' as const;
  readonly lane = 'film';
  readonly concurrency = 1;
  readonly pausesWithin = true;
  readonly parse = (stored: unknown): FilmPayload => filmPayload.parse(stored);
  readonly #o: ReelJobOptions;
  constructor(options: ReelJobOptions) {
    this.#o = options;
  }

  async run(work: ItemWork<FilmPayload>): Promise<ItemOutcome> {
    const { db, engine } = this.#o;
    const { export: wish, folder } = work.payload;
    const row = work.itemId === null ? undefined : itemRow(db, work.itemId);
    const scan = row ? scanById(db, row.scan_id) : undefined;
    if (!row || !scan || work.output === null)
      throw new RevealError('not-found', say('export-not-here', { file: work.input }));
    if (!existsSync(scan.path))
      throw new RevealError('not-found', say('export-no-original', { name: row.name, file: scan.path }));
    await makeFolder(folder);
    const { recipe } = itemData.parse(work.data);
    const { output, overwrite } = this.#output(work);
    const real = await realpath(output).catch(() => null);
    if (real !== null && scanByPath(db, real))
      throw new RevealError('bad-input', say('export-is-scan', { file: output }));
    try {
      const result = await engine.call(
        'reelExport',
        {
          ...{ path: scan.path, dir: this.#o.dir, recipe, output, resume: true },
          export: {
            // Pictures are made of pieces without loss.
            ...{ codec: wish.pictures ? 'ffv1' : wish.codec, quality: wish.quality, sound: wish.sound },
            overwrite,
          },
          ...(wish.pictures ? { pictures: wish.pictures } : {}),
          ...(wish.hardware ? { hardware: true } : {}),
          references: this.#o.references(recipe),
          latestFile: this.#o.latestFile(row.id),
          ...(work.safer ? { safer: true } : {}),
        },
        { signal: work.signal, onProgress: (p) => this.#news(work, row.id, p) },
      );
      // What could be read lies beside; the item says that it is not all.
      if (result.partial !== null) throw new RevealError('bad-input', result.partial);
      db.run("UPDATE items SET state = 'exported' WHERE id = ? AND state IN ('new', 'analysed', 'edited')", [
        row.id,
      ]);
      return {
        output: result.output,
        outputHash: result.sha256,
        record: { ...(result.record as object), file: `${result.output}.revelado.json` },
      };
    } catch (error) {
      if (!(error instanceof RevealError)) throw error;
      const said = recognise(error.message)?.id;
      const full = said === 'film-disk' || said === 'disk-full-at';
      throw full ? new DiskFullError(error.message) : error;
    } finally {
      this.#o.changed([row.id]);
      this.#o.over(row.id);
    }
  }

  #news(work: ItemWork<FilmPayload>, itemId: number, { done, total, detail }: EngineProgress): void {
    work.progress(total > 0 ? done / total : 0);
    const news = detail as ReelNews | undefined;
    if (!news) return;
    const frames = news.stage === 'frames';
    this.#o.progress({
      jobId: work.jobId,
      itemId,
      stage: news.stage,
      done: news.done,
      total: news.total,
      shot: frames ? news.shot : null,
      shots: news.shots,
      fps: null,
      latest: news.latest,
    });
  }

  /** Where to write: a name that was taken meanwhile gives way; after a crash our own film does not. */
  #output(work: ItemWork<FilmPayload>): { output: string; overwrite: boolean } {
    const planned = work.output!;
    if (work.payload.export.overwrite || work.resumed) return { output: planned, overwrite: true };
    if (!existsSync(planned)) return { output: planned, overwrite: false };
    const { stem } = itemData.parse(work.data);
    const dir = path.dirname(planned);
    const output = path.join(
      dir,
      freeName(stem, path.extname(planned), new Set(), (n) => existsSync(path.join(dir, n))),
    );
    work.setOutput(output);
    return { output, overwrite: false };
  }

  /** Whether a film, or a folder of pictures, is still what we left. */
  async #asLeft({ output, outputHash }: DoneItem, signal: AbortSignal): Promise<boolean> {
    const { engine } = this.#o;
    if (!statSync(output).isDirectory())
      return (await engine.call('hash', { path: output }, { signal })).sha256 === outputHash;
    return (await engine.call('reelWhole', { path: output, sha256: outputHash }, { signal })).whole;
  }

  async verify(item: DoneItem, signal: AbortSignal): Promise<boolean> {
    if (!existsSync(item.output)) return false;
    if (await this.#asLeft(item, signal)) return true;
    const { dir, name, ext } = path.parse(item.output);
    const aside = freeName(`${name} (changed)`, ext, new Set(), (n) => existsSync(path.join(dir, n)));
    await rename(item.output, path.join(dir, aside));
    return false;
  }
}

const analysePayload = z.object({});

/** Looks at reels. */
export class AnalyseReelAction implements JobAction<Record<string, never>> {
  readonly type = 'analyse-reel' as const;
  readonly lane = 'analyse-reel';
  readonly concurrency = 1;
  readonly pausesWithin = true;
  readonly parse = (stored: unknown): Record<string, never> =>
    analysePayload.parse(stored) as Record<string, never>;
  readonly #o: Pick<ReelJobOptions, 'db' | 'engine' | 'dir' | 'progress' | 'over' | 'changed'>;
  constructor(options: Pick<ReelJobOptions, 'db' | 'engine' | 'dir' | 'progress' | 'over' | 'changed'>) {
    this.#o = options;
  }

  async run(work: ItemWork<Record<string, never>>): Promise<ItemOutcome> {
    const { db, engine, dir } = this.#o;
    const row = reelRow(db, work.itemId ?? -1);
    const scan = scanById(db, row.scan_id)!;
    try {
      await engine.call(
        'reelAnalyse',
        { path: scan.path, dir, recipe: filmRecipe(db, row.id) },
        {
          signal: work.signal,
          onProgress: ({ done, total }) => {
            work.progress(total > 0 ? done / total : 0);
            this.#o.progress({
              ...{ jobId: work.jobId, itemId: row.id, stage: 'analyse', done, total },
              ...{ shot: null, shots: [], fps: null, latest: null },
            });
          },
        },
      );
      db.run("UPDATE items SET state = 'analysed' WHERE id = ? AND state = 'new'", [row.id]);
      return { itemId: row.id };
    } finally {
      this.#o.changed([row.id]);
      this.#o.over(row.id);
    }
  }
}
