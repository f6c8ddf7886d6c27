/**
 * Everything behind the window, put together once for every host: library, queue, thumbnails, watched folders,
 * and the handlers of the contract. A host gives engines, folders, dialogs and a way to publish; nothing in
 * here knows what a window is.
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Handlers, TopicEvent, TopicName } from '../app/contract/index.ts';
import type { DoctorReport, Folder, Settings } from '../app/contract/host.ts';
import { taskSteps, type ModelCardView, type ModelWish } from '../app/contract/models.ts';
import type { DevelopParams } from '../app/recipe/develop.ts';
import type { PixelsRequestParsed } from '../app/contract/pixels.ts';
import { rollBaseline } from './actions/develop/roll.ts';
import type { EngineFork } from './engine/process-fork.ts';
import type { Engine, PixelsTask } from './engine/protocol.ts';
// Not the whole file layer: its image libraries belong in the engine's process, not in this one.
import { writeJsonAtomic } from './files/atomic.ts';
import { freeSpace } from './files/disk.ts';
import { expandInputs } from './files/names.ts';
import { ExportAction } from './jobs/export.ts';
import { jobHandlers } from './jobs/handlers.ts';
import { EmbeddedQueue } from './jobs/queue.ts';
import { ChangeBatch, Core } from './library/core.ts';
import { openDatabase } from './library/database.ts';
import { getFolder, listFolders, resolveInside, seedFolders } from './library/folders.ts';
import { DatasetAction, TrainAction } from './studio/host/actions.ts';
import { StudioFolders } from './studio/host/folders.ts';
import { scoreHost } from './scores/handlers.ts';
import { studioHost, type StudioHost } from './studio/host/handlers.ts';
import { AutoAction } from './library/auto.ts';
import { ownModels, withModels } from './models-store/own.ts';
import { modelHandlers } from './models-store/handlers.ts';
import { extrasOf } from './library/extras.ts';
import { developContext, type Baseline } from './library/groups.ts';
import { libraryHandlers } from './library/handlers.ts';
import { hostHandlers, offered, type HostFacts } from './library/host-handlers.ts';
import { ImportAction } from './library/importer.ts';
import { familyHandlers } from './library/family-handlers.ts';
import { itemPaths, itemsWithStep, scanById } from './library/items.ts';
import { itemParams } from './library/recipes.ts';
import { AnalyseRollAction } from './library/rolls.ts';
import { getSettings, setSettings } from './library/settings.ts';
import { SidecarWriter } from './library/sidecar.ts';
import { Thumbnails } from './library/thumbnails.ts';
import { Originals } from './library/originals.ts';
import { reelHost } from './library/reel-host.ts';
import { FolderWatch } from './library/watch.ts';
import { RevealError } from '../app/contract/messages.ts';
import { say } from '../app/words/sentences.ts';

/** What the services take from other parts of the house; tests put their own in place. */
export interface ServiceTools {
  expandInputs(paths: string[]): Promise<{ files: string[]; problems: { path: string; reason: string }[] }>;
  freeSpace(dir: string): Promise<number>;
  writeJsonAtomic(file: string, value: unknown): Promise<unknown>;
  rollBaseline: Baseline;
  doctor(settings: Settings): Promise<DoctorReport>;
}

export interface ServicesOptions {
  /** Library file, thumbnails and inbox live here. */
  dataDir: string;
  /** `training` is the Studio's own process; without it its jobs run in the batch engine. */
  engines: { interactive: Engine; batch: Engine; training?: Engine };
  /** How throwaway processes are started; by default a forked Node. */
  fork?: EngineFork;
  /** Folders with real paths; an `exports` and an `inbox` are added where they are missing. */
  folders: readonly Folder[];
  host: HostFacts;
  publish<N extends TopicName>(topic: N, value: TopicEvent<N>): void;
  /** Told the settings as they are at the start, before any engine is asked for anything, and after each change. */
  settingsChanged?(settings: Settings): void;
  tools?: Partial<ServiceTools>;
  /** Shorter waits for tests (ms). */
  timing?: {
    settleMs?: number;
    gatherMs?: number;
    sidecarMs?: number;
    changeMs?: number;
    sweepMs?: number;
    beatMs?: number;
  };
}

export interface Services {
  handlers: Handlers;
  /**
   * Imports files and folders by path (Electron's drops, the browser host's inbox). Single files that come
   * within seconds of each other share a job. `develop` stores a develop recipe with each. @returns the job.
   */
  importPaths(paths: string[], options?: { action?: 'develop' }): Promise<number>;
  /** Where an item's scan lies. @throws RevealError 'not-found'. */
  itemPath(id: number): string;
  /** The engine's task for a window's request. @throws RevealError 'not-found'. */
  pixelsTask(request: PixelsRequestParsed): PixelsTask;
  /** The thumbnail's file, or null when there is none (yet). */
  thumbPath(id: number): string | null;
  /** File of a Studio picture by its address, or null. */
  studioPicture(address: string): string | null;
  /** File of a rendered melody by its address, or null. */
  melodySound(address: string): string | null;
  /** File of a reel's picture (`reelPath`), made where it is not there, or null. */
  reelPicture(address: URL): Promise<string | null>;
  /** File of a reel's proxy by the secret in its address, or null. */
  reelProxy(secret: string): string | null;
  /** Takes a dropped model file; `mine`: it is a copy that goes afterwards. @throws RevealError that says why it is refused */
  importModel(file: string, wish: ModelWish, mine: boolean): Promise<ModelCardView>;
  /** File of a job's contact sheet, or null. */
  sheetPath(jobId: number): string | null;
  close(): Promise<void>;
}

/** How often lost and returned originals are looked for (ms). */
const SWEEP_MS = 10 * 60_000;
const FIRST_SWEEP_MS = 4000;

export async function createServices(options: ServicesOptions): Promise<Services> {
  const { dataDir, engines, host, publish } = options;
  const tools: ServiceTools = {
    expandInputs,
    freeSpace,
    writeJsonAtomic,
    rollBaseline,
    // Loaded when it is asked for: it looks at image libraries that have no place in this process otherwise.
    doctor: async ({ ffmpegPath }) =>
      (await import('./doctor.ts')).doctorReport({
        ffmpegPath,
        libraryDir: dataDir,
        providers: async () => (await engines.interactive.call('providers', {})).providers,
      }),
    ...options.tools,
  };
  const timing = options.timing ?? {};
  const db = openDatabase(path.join(dataDir, 'library.db'));

  const folders: Folder[] = [...options.folders];
  const needed = (id: string, name: string, purpose: 'export' | 'inbox'): void => {
    if (!folders.some((f) => f.id === id))
      folders.push({ id, name, path: path.join(dataDir, id), purpose, watched: false });
  };
  needed('exports', 'Exports', 'export');
  needed('inbox', 'Inbox', 'inbox');
  const inbox = folders.find((f) => f.id === 'inbox')!.path;
  mkdirSync(inbox, { recursive: true });
  seedFolders(db, folders);
  const named = new Set(folders.map((f) => f.id));
  const known = (id: string): Folder => {
    if (!offered(id, { host, named })) throw new RevealError('not-found', say('folder-unknown'));
    return getFolder(db, id);
  };

  const notice = (level: 'info' | 'warning' | 'error', text: string): void =>
    publish('notice', { level, text });
  const changes = new ChangeBatch((event) => publish('library.changed', event), timing.changeMs);
  const changed = (ids: number[], groups = false): void => changes.add(ids, groups);
  const settings = (): Settings => getSettings(db);
  options.settingsChanged?.(settings());
  const sidecars = new SidecarWriter(
    db,
    tools.writeJsonAtomic,
    () => settings().writeSidecars,
    timing.sidecarMs,
  );
  // The Studio's handlers need the queue, and its jobs the Studio.
  const later: { studio?: StudioHost } = {};
  const engineParams = (params: DevelopParams): DevelopParams =>
    withModels(params, settings().models, (run) =>
      ownModels.reduce<string | null>(
        (dir, network) => dir ?? later.studio?.modelDir(network, run) ?? null,
        null,
      ),
    );
  const thumbnails = new Thumbnails({
    db,
    engineParams,
    engine: engines.interactive,
    dir: path.join(dataDir, 'cache', 'thumbs'),
    changed,
  });
  const shared = { db, engine: engines.interactive, thumbnails, baseline: tools.rollBaseline, changed };
  const originals = new Originals(db, engines.interactive, changed);
  const importer = new ImportAction({
    ...shared,
    inbox,
    expandInputs: tools.expandInputs,
    sidecars: () => settings().writeSidecars,
    notice,
    rescanned: (ids) => sidecars.touch(ids),
  });
  const onError = (error: unknown): void =>
    notice('error', error instanceof Error ? error.message : String(error));
  const studioFolders = new StudioFolders(dataDir);
  await studioFolders.open();
  const training = engines.training ?? engines.batch;
  const studioParts = {
    engine: training,
    folders: studioFolders,
    changed: (what: 'datasets' | 'runs') => later.studio?.changed(what),
  };
  const reels = reelHost({
    db,
    interactive: engines.interactive,
    batch: engines.batch,
    cacheDir: path.join(dataDir, 'cache'),
    folder: known,
    thumbPath: (id) => thumbnails.pathOf(id),
    publish,
    changed,
    touched: (ids) => sidecars.touch(ids),
  });
  const queue: EmbeddedQueue = new EmbeddedQueue({
    db,
    actions: [
      importer,
      new AnalyseRollAction(shared),
      new ExportAction({
        db,
        engine: engines.batch,
        freeSpace: tools.freeSpace,
        changed,
        engineParams,
        warn: (text) => notice('warning', text),
        refused: (scanId) => core.checkOriginal(scanId),
      }),
      new AutoAction({
        db,
        engine: engines.batch,
        engineParams,
        rewritten: (ids) => {
          changed(ids);
          sidecars.touch(ids);
          core.redraw(ids);
        },
      }),
      new DatasetAction(studioParts),
      new TrainAction({
        ...studioParts,
        modelDir: (network, model) => later.studio?.modelDir(network, model) ?? null,
        progress: (run, now) => later.studio?.progress(run, now),
      }),
      ...reels.actions,
    ],
    onChange: (job) => publish('jobs.changed', { job }),
    onError,
    beatMs: timing.beatMs,
  });
  const studio = (later.studio = studioHost({
    folders: studioFolders,
    queue,
    itemPaths: (itemIds, groupIds) => itemPaths(db, itemIds, groupIds),
    inside: (folderId, relative) => resolveInside(known(folderId).path, relative),
    publish,
  }));
  const core = new Core({
    db,
    engine: engines.interactive,
    queue,
    importer,
    thumbnails,
    sidecars,
    originals,
    changes,
    baseline: tools.rollBaseline,
    inbox,
    engineParams,
    notice,
  });
  const watch = new FolderWatch({
    db,
    exportFolders: () => listFolders(db).flatMap((f) => (f.purpose === 'export' ? [f.path] : [])),
    importPaths: (paths) => core.importPaths(paths),
    changed,
    onError,
    settleMs: timing.settleMs,
    gatherMs: timing.gatherMs,
  });
  await watch.follow(listFolders(db).filter((f) => offered(f.id, { host, named })));

  for (const engine of [engines.interactive, engines.batch, ...(engines.training ? [engines.training] : [])])
    engine.onExit((exit) => {
      if (exit.reason === 'closed') return;
      notice('warning', say('engine-stopped', { detail: exit.detail }));
    });

  core.inBackground(() => thumbnails.resume());

  // Originals come and go behind our back; looked for at leisure, never in a person's way.
  let sweeping: Promise<void> = Promise.resolve();
  const sweep = (): void => {
    sweeping = sweeping.then(async () => {
      await originals.sweep(core.signal);
      if (!core.signal.aborted) await thumbnails.sweep();
    }, onError);
  };
  const timers = [setTimeout(sweep, timing.sweepMs ?? FIRST_SWEEP_MS), setInterval(sweep, SWEEP_MS)];
  for (const timer of timers) timer.unref();

  const models = modelHandlers({
    dir: path.join(dataDir, 'models'),
    inside: (folderId, relative) => resolveInside(known(folderId).path, relative),
    trial: async (order) => (await import('./engine/process-model.ts')).trialOf(order, options.fork),
    chosen: () => settings().models,
    choose: (task, name) => {
      const value = setSettings(db, { models: { ...settings().models, [task]: name } });
      publish('settings.changed', value);
      // Pictures whose step goes by the choice look otherwise now.
      core.redraw(itemsWithStep(db, taskSteps[task]));
    },
    inUse: (network) => {
      const run = studioFolders.inUse()[network];
      const dir = run === undefined ? null : studio.modelDir(network, run);
      return run === undefined || dir === null ? null : { run, dir };
    },
    measure: (task, name) => engines.interactive.call('measureModel', { task, name }),
    ...(host.dialogs ? { pickFiles: () => host.dialogs!.pickFiles() } : {}),
  });

  const scores = scoreHost({
    db,
    engine: engines.interactive,
    cacheDir: path.join(dataDir, 'cache', 'scores'),
    folder: known,
    reelTime: (itemId, signal) => reels.time(itemId, signal),
    inUse: () => studioFolders.inUse(),
    publish,
  });

  const handlers: Handlers = {
    ...libraryHandlers(core),
    ...jobHandlers({ db, queue, folder: known, showInFolder: host.showInFolder }),
    ...studio.handlers,
    ...scores.handlers,
    ...familyHandlers(core),
    ...models.handlers,
    ...reels.handlers(queue),
    ...hostHandlers({
      core,
      host,
      named,
      watch,
      doctor: tools.doctor,
      settingsChanged: (value) => {
        options.settingsChanged?.(value);
        publish('settings.changed', value);
      },
    }),
  };

  return {
    handlers,
    importPaths: (paths, how) => core.importPaths(paths, how),
    itemPath: (id) => scanById(db, core.item(id).scan_id)!.path,
    pixelsTask: ({ itemId, recipe, reel, ...request }) => {
      const row = core.item(itemId);
      const params = engineParams(recipe?.params ?? itemParams(db, itemId));
      return {
        ...(reel ? { reel: reels.pixelsTask(itemId, reel) } : {}),
        path: scanById(db, row.scan_id)!.path,
        request: { ...request, params },
        context: developContext(db, row),
        ...extrasOf(db, row, params),
      };
    },
    thumbPath: (id) => thumbnails.pathOf(id),
    studioPicture: (address) => studio.picture(address),
    melodySound: (address) => scores.sound(address),
    reelPicture: (address) => reels.picture(address),
    reelProxy: (secret) => reels.proxy(secret),
    importModel: (file, wish, mine) => models.importFile(file, wish, mine),
    sheetPath: (jobId) => queue.sheet(jobId),
    close: async () => {
      for (const timer of timers) clearTimeout(timer);
      await watch.close();
      // What waits for pictures is let go first; they are drawn at the next start.
      await Promise.all([queue.close(), thumbnails.close(), core.close()]);
      await sweeping.catch(() => undefined);
      await sidecars.flush();
      changes.flush();
      db.close();
    },
  };
}
