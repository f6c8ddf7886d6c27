/**
 * Reels on the host's side: what a window may ask of them (`reel.*`), the jobs they become, and the files that their
 * pictures and proxies are served from. Pixels are the engine's; here are ids, recipes, names and news.
 */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Handlers, TopicEvent, TopicName } from '../../app/contract/index.ts';
import type { ReelOpen, ReelProgress } from '../../app/contract/film.ts';
import type { Folder } from '../../app/contract/host.ts';
import type { PixelsRequestParsed } from '../../app/contract/pixels.ts';
import { RevealError } from '../../app/contract/messages.ts';
import type { FilmRecipe } from '../../app/recipe/film.ts';
import { shotsFromCuts } from '../../app/shots/find.ts';
import { isSequencePicture } from '../../app/film/sequence.ts';
import { say } from '../../app/words/sentences.ts';
import type { Engine } from '../engine/protocol.ts';
import type { ReelPixelsTask, References } from '../engine/reel-protocol.ts';
import { RateEstimator } from '../jobs/progress.ts';
import type { EmbeddedQueue } from '../jobs/queue.ts';
import { AnalyseReelAction, FilmAction, filmEnding, planFilms } from '../jobs/reel.ts';
import type { Db } from './database.ts';
import { itemRow, scanById, type ItemRow } from './items.ts';
import {
  defaultFilmRecipe,
  filmRecipe,
  redoReel,
  reelRecipe,
  reelRow,
  setReelRecipe,
  undoReel,
} from './reels.ts';
import { makeFolder } from '../files/folder.ts';

type ReelCalls = Extract<keyof Handlers, `reel.${string}`>;

export interface ReelHostOptions {
  db: Db;
  /** Answers a window. */
  interactive: Engine;
  /** Carries jobs. */
  batch: Engine;
  /** The library's cache folder. */
  cacheDir: string;
  folder(id: string): Folder;
  /** The picture of an item as it is shown, for key frames that take its colours; null: there is none yet. */
  thumbPath(itemId: number): string | null;
  publish<N extends TopicName>(topic: N, value: TopicEvent<N>): void;
  changed(ids: number[]): void;
  touched(ids: number[]): void;
}

/** How often a window is told of an export's progress, in milliseconds. */
const NEWS_MS = 250;
/** Proxies whose addresses stay valid. */
const PROXIES = 64;

export interface ReelHost {
  actions: [FilmAction, AnalyseReelAction];
  handlers(queue: EmbeddedQueue): Pick<Handlers, ReelCalls>;
  /** The engine's task for one frame. @throws RevealError */
  pixelsTask(itemId: number, reel: NonNullable<PixelsRequestParsed['reel']>): ReelPixelsTask;
  /** File of a picture at `/reels/…` (a frame, the newest frame of an export), made where it is not there; or null. */
  picture(address: URL): Promise<string | null>;
  /** Length of the finished film and when its shots begin, in seconds. @throws RevealError */
  time(itemId: number, signal?: AbortSignal): Promise<{ seconds: number; cuts: number[] }>;
  /** File of a proxy by the secret in its address, or null. */
  proxy(secret: string): string | null;
}

export function reelHost(o: ReelHostOptions): ReelHost {
  const { db, interactive, publish } = o;
  const dir = path.join(o.cacheDir, 'reels');
  const scanPath = (row: ItemRow): string => scanById(db, row.scan_id)!.path;
  /** What pictures of a reel are kept under: numbered pictures may share their first one, so the place counts. */
  const knownBy = (row: ItemRow): string => {
    const place = scanPath(row);
    if (!isSequencePicture(place)) return row.hash;
    return createHash('sha256').update(`${row.hash} ${place}`).digest('hex');
  };
  const placeOf = (row: ItemRow): { path: string; dir: string } => ({ path: scanPath(row), dir });
  const latestFile = (itemId: number): string => path.join(dir, `latest-${itemId}.jpg`);
  const now = new Map<number, ReelProgress>();
  const told = new Map<number, { at: number; rate: RateEstimator }>();
  const proxies = new Map<string, string>();

  /** Files of the pictures that key frames take their colours from; those that are gone are left out, and said then. */
  const references = (recipe: FilmRecipe): References => {
    const files: References = {};
    for (const { frame, referenceItem } of recipe.keyFrames) {
      if (referenceItem === null) continue;
      const row = itemRow(db, referenceItem);
      const file = row && row.deleted_at === null ? o.thumbPath(referenceItem) : null;
      if (file && existsSync(file)) files[frame] = file;
    }
    return files;
  };
  const progress = (news: ReelProgress): void => {
    const at = performance.now();
    const last = told.get(news.itemId) ?? { at: -Infinity, rate: new RateEstimator() };
    last.rate.update(news.done, at);
    const left = last.rate.eta(news.total - news.done);
    const fps = left !== null && left > 0 ? (news.total - news.done) / left : null;
    const whole = { ...news, fps: news.stage === 'frames' ? fps : null };
    now.set(news.itemId, whole);
    told.set(news.itemId, last);
    if (at - last.at < NEWS_MS) return;
    last.at = at;
    publish('reel.progress', whole);
  };
  const over = (itemId: number): void => {
    now.delete(itemId);
    told.delete(itemId);
    publish('reel.changed', { ids: [itemId] });
  };
  const shared = { db, engine: o.batch, dir, changed: o.changed, progress, over };

  const jobOf = (itemId: number): number | null =>
    db.get<{ id: number }>(
      `SELECT j.id FROM jobs j JOIN job_items i ON i.job_id = j.id
       WHERE i.item_id = ? AND j.type IN ('film', 'analyse-reel') AND j.state IN ('queued', 'running', 'paused')
         AND i.state IN ('queued', 'running') ORDER BY j.id DESC LIMIT 1`,
      [itemId],
    )?.id ?? null;

  /** What the last export of this reel left, where it is still there: the film, or the first of its pictures. */
  const resultOf = (itemId: number): string | null => {
    const found = db.get<{ output: string }>(
      `SELECT i.output FROM job_items i JOIN jobs j ON j.id = i.job_id
       WHERE i.item_id = ? AND j.type = 'film' AND i.state = 'done' AND i.output IS NOT NULL
       ORDER BY j.id DESC LIMIT 1`,
      [itemId],
    )?.output;
    return found !== undefined && existsSync(found) ? found : null;
  };

  const rewritten = (itemId: number): ReturnType<typeof reelRecipe> => {
    o.changed([itemId]);
    o.touched([itemId]);
    publish('reel.changed', { ids: [itemId] });
    return reelRecipe(db, itemId);
  };

  return {
    actions: [new FilmAction({ ...shared, references, latestFile }), new AnalyseReelAction(shared)],
    pixelsTask: (itemId, reel) => {
      const recipe = reel.recipe ?? filmRecipe(db, itemId);
      return {
        ...placeOf(reelRow(db, itemId)),
        request: { ...reel, recipe: null },
        recipe,
        references: references(recipe),
      };
    },
    time: (itemId, signal) =>
      interactive.call(
        'reelTime',
        { ...placeOf(reelRow(db, itemId)), recipe: filmRecipe(db, itemId) },
        { signal },
      ),
    picture: async (address) => {
      const latest = /^\/reels\/(\d{1,15})\/latest$/.exec(address.pathname);
      if (latest) {
        const file = latestFile(Number(latest[1]));
        return existsSync(file) ? file : null;
      }
      const wanted = /^\/reels\/(\d{1,15})\/frames\/(\d{1,9})$/.exec(address.pathname);
      if (!wanted) return null;
      const [itemId, frame] = [Number(wanted[1]), Number(wanted[2])];
      const height = Math.min(
        1080,
        Math.max(16, Math.round(Number(address.searchParams.get('h') ?? 120)) || 120),
      );
      const row = reelRow(db, itemId);
      const file = path.join(dir, 'frames', knownBy(row).slice(0, 24), `${frame}-${height}.jpg`);
      if (!existsSync(file))
        await interactive.call('reelFrame', { ...placeOf(row), frame, height, output: file });
      return file;
    },
    proxy: (secret) => proxies.get(secret) ?? null,

    handlers: (queue) => ({
      'reel.open': async ({ itemId }, { signal }): Promise<ReelOpen> => {
        const row = reelRow(db, itemId);
        const { facts, found, flashes } = await interactive.call('reelOpen', placeOf(row), { signal });
        const recipe = reelRecipe(db, itemId);
        const result = resultOf(itemId);
        const { cuts } = recipe.recipe;
        return {
          facts,
          found,
          shots: found && cuts ? shotsFromCuts(cuts, facts.frames, found) : found,
          flashes,
          recipe,
          jobId: jobOf(itemId),
          result: result === null ? null : path.basename(result),
        };
      },
      'reel.analyse': ({ itemId }) => {
        const row = reelRow(db, itemId);
        const running = jobOf(itemId);
        if (running !== null && queue.get(running).type === 'analyse-reel') return { jobId: running };
        return {
          jobId: queue.submit({
            type: 'analyse-reel',
            title: `Analyse ${row.name}`,
            payload: {},
            items: [{ input: scanPath(row), itemId }],
          }),
        };
      },
      'reel.recipe': ({ itemId }) => reelRecipe(db, reelRow(db, itemId).id),
      'reel.setRecipe': ({ itemId, recipe, label }) => {
        reelRow(db, itemId);
        return setReelRecipe(db, itemId, recipe, label) ? rewritten(itemId) : reelRecipe(db, itemId);
      },
      'reel.undo': ({ itemId }) => {
        reelRow(db, itemId);
        return undoReel(db, itemId) ? rewritten(itemId) : reelRecipe(db, itemId);
      },
      'reel.redo': ({ itemId }) => {
        reelRow(db, itemId);
        return redoReel(db, itemId) ? rewritten(itemId) : reelRecipe(db, itemId);
      },
      'reel.wave': ({ itemId, columns }, { signal }) =>
        interactive.call('reelWave', { ...placeOf(reelRow(db, itemId)), columns }, { signal }),
      'reel.estimate': ({ itemId, recipe, export: wish }, { signal }) => {
        const row = reelRow(db, itemId);
        const used = recipe ?? filmRecipe(db, itemId);
        return interactive.call(
          'reelEstimate',
          {
            ...placeOf(row),
            ...{ recipe: used, export: wish, references: references(used) },
            folder: o.folder(wish.folderId).path,
          },
          { signal },
        );
      },
      'reel.proxy': async ({ itemId, show, shot, recipe }, { signal }) => {
        const row = reelRow(db, itemId);
        const wished = recipe ?? filmRecipe(db, itemId);
        // As it is, a reel is the same whatever the steps; only where its shots begin may matter.
        const used =
          show !== 'after' ? { ...defaultFilmRecipe(), cuts: shot === null ? null : wished.cuts } : wished;
        const result = show === 'result' ? resultOf(itemId) : null;
        if (show === 'result' && result === null)
          throw new RevealError('not-found', say('film-no-result', { name: row.name }));
        const { mtimeMs, size } = result === null ? { mtimeMs: 0, size: 0 } : statSync(result);
        // A proxy is known by all that it shows: the same again is there at once.
        const key = createHash('sha256')
          .update(
            JSON.stringify(
              result === null
                ? [knownBy(row), show, shot, used.params, used.overrides, used.keyFrames, used.cuts]
                : [result, mtimeMs, size],
            ),
          )
          .digest('hex');
        const output = path.join(dir, 'proxies', `${key.slice(0, 40)}.mp4`);
        await makeFolder(path.dirname(output));
        const made = await interactive.call(
          'reelProxy',
          result === null
            ? {
                ...{ ...placeOf(row), show: show === 'after' ? 'after' : 'before' },
                ...{ shot, recipe: used, references: references(used), output },
              }
            : { path: result, dir, show: 'before', shot: null, recipe: defaultFilmRecipe(), output },
          { signal },
        );
        const secret = randomBytes(24).toString('base64url');
        proxies.set(secret, output);
        for (const old of [...proxies.keys()].slice(0, Math.max(0, proxies.size - PROXIES)))
          proxies.delete(old);
        return { url: `/reels/proxies/${secret}.mp4`, ...made };
      },
      'reel.export': async ({ ids, export: wish }, { signal }) => {
        const folder = o.folder(wish.folderId);
        await makeFolder(folder.path).catch((error: Error) => {
          throw new RevealError('disk', say('export-folder', { folder: folder.path, detail: error.message }));
        });
        // The container follows the sound that is to be kept; a file that cannot be read says so when its turn comes.
        const extensions = new Map<number, string>();
        for (const id of ids) {
          const row = reelRow(db, id);
          if (wish.pictures) {
            extensions.set(id, '');
            continue;
          }
          const ask = { ...placeOf(row), codec: wish.codec, sound: wish.sound };
          const found = await interactive.call('reelExtension', ask, { signal }).catch((error: unknown) => {
            if (signal.aborted || (error instanceof RevealError && error.code === 'engine')) throw error;
            return { extension: filmEnding(wish) };
          });
          extensions.set(id, found.extension);
        }
        const items = planFilms(db, ids, wish, folder.path, (id) => extensions.get(id)!);
        const title =
          items.length === 1 ? path.basename(items[0].output ?? items[0].input) : `${items.length} reels`;
        return {
          jobId: queue.submit({
            type: 'film',
            title: `Film ${title}`,
            payload: { export: wish, folder: folder.path },
            items,
            destination: folder.path,
          }),
        };
      },
      'reel.progress': () => ({ reels: [...now.values()] }),
    }),
  };
}
