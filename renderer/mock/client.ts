/** A client with nothing behind it but `data.ts`: for looking at the screens and for tests. Never in the product. */
import type { CallArgs, CallName, CallResult, TopicEvent, TopicName } from '../../app/contract/index.ts';
import { RevealError } from '../../app/contract/messages.ts';
import { restoreStepNames } from '../../app/contract/library.ts';
import { defaultSettings, type DoctorReport } from '../../app/contract/host.ts';
import { exportRecipeSchema } from '../../app/contract/jobs.ts';
import { defaultDevelopParams, DEVELOP_VERSION, type Recipe } from '../../app/recipe/develop.ts';
import type { Client } from '../client.ts';
import { BlobThumbs } from '../transport/thumbs.ts';
import { isPrint, wantedSteps } from '../../app/recipe/wanted.ts';
import { chance, makeLibrary, mockFolders, mockJobItems, mockJobs, runQuery } from './data.ts';
import { paint } from './paint.ts';
import { mockPlace, mockRestore } from './restore.ts';
import { mockFamily } from './family.ts';
import { mockModels } from './models.ts';
import { mockRecord } from './record.ts';
import { mockReel, mockReelPicture, mockSilence } from './reel.ts';
import { mockScore } from './score.ts';
import { mockStudio, mockStudioPicture } from './studio.ts';

export interface MockOptions {
  /** How many items; 0 = the small library of every kind, -1 = an empty one. */
  many?: number;
  language?: 'en' | 'es' | 'eu';
  theme?: 'dark' | 'light';
  /** Records the calls, for tests. */
  heard?: { name: string; args: unknown }[];
}

const doctor: DoctorReport = {
  ok: true,
  checks: [
    { id: 'engine', label: 'Engine', status: 'ok', found: 'Node 24.21, 2 pixel threads', advice: '' },
    { id: 'memory', label: 'Memory', status: 'ok', found: '24 GiB, 21 GiB free', advice: '' },
    { id: 'cpu', label: 'CPU provider', status: 'ok', found: 'one convolution in 0.4 ms', advice: '' },
    {
      id: 'cuda',
      label: 'CUDA provider',
      status: 'missing',
      found: 'libraries not installed',
      advice: 'Run `revelado doctor --install-cuda` on a machine with an NVIDIA card.',
    },
    {
      id: 'ffmpeg',
      label: 'ffmpeg',
      status: 'warning',
      found: '4.1 (2018), from its npm package',
      advice: 'Install a newer ffmpeg, or name one in the settings, for hardware codecs.',
    },
  ],
};

type Calls = { [N in CallName]?: (args: CallArgs<N>) => CallResult<N> };

/** A client over a make-believe library. */
export function mockClient(options: MockOptions = {}): Client {
  const library = options.many === -1 ? { items: [], groups: [] } : makeLibrary(options.many);
  let drawn: { x: number; y: number; w: number; h: number; angle: number }[] | null = null;
  let settings = {
    ...defaultSettings,
    language: options.language ?? 'en',
    theme: options.theme ?? 'dark',
  } as const as typeof defaultSettings;
  const jobs = options.many === -1 ? [] : mockJobs.map((j) => ({ ...j }));
  const listeners = new Map<TopicName, Set<(event: unknown) => void>>();
  const publish = <N extends TopicName>(topic: N, event: TopicEvent<N>) =>
    listeners.get(topic)?.forEach((listener) => listener(event));
  const removed = new Map<string, typeof library.items>();
  const recipe: Recipe = { action: 'develop', version: DEVELOP_VERSION, params: defaultDevelopParams() };
  /** Every item's history, the newest last. */
  const recipes = new Map<number, { recipe: Recipe; label: string; at: number }[]>();
  const recipeOf = (id: number): Recipe => recipes.get(id)?.at(-1)?.recipe ?? recipe;
  const tellSteps = (id: number) => {
    const item = library.items.find((i) => i.id === id);
    const { params } = recipeOf(id);
    if (item) item.steps = restoreStepNames.filter((step) => params[step].on);
    publish('library.changed', { ids: [id], groups: false });
  };
  const store = (id: number, next: Recipe, label: string) => {
    recipes.set(id, [...(recipes.get(id) ?? []), { recipe: next, label, at: Date.now() }]);
    tellSteps(id);
  };
  const ok = { ok: true } as const;
  const models = mockModels((patch) => {
    settings = { ...settings, ...patch };
    publish('settings.changed', settings);
  });
  const studio = mockStudio(publish, options.many === -1);
  setInterval(studio.tick, 1000);
  const setJob = (id: number, state: 'paused' | 'running' | 'cancelled' | 'queued') => {
    const job = jobs.find((j) => j.id === id);
    if (!job) throw new RevealError('not-found', `There is no job ${id}.`);
    job.state = state;
    publish('jobs.changed', { job: { ...job } });
    studio.setState(id, state);
    return ok;
  };

  const answers: Calls = {
    ...mockScore(() => publish('score.changed', {})),
    ...mockReel((ids) => publish('reel.changed', { ids })),
    'app.info': () => ({
      host: 'browser',
      version: '0.1.0',
      platform: 'linux',
      locale: 'en',
      dialogs: false,
    }),
    'library.query': (args) => runQuery(library, args),
    'library.item': ({ id }) => {
      const item = library.items.find((i) => i.id === id);
      if (!item) throw new RevealError('not-found', 'This scan is no longer in the library.');
      return { ...item };
    },
    'library.groups': () => ({ groups: library.groups }),
    'library.facets': () => ({
      cameras: [...new Set(library.items.map((i) => i.camera).filter((c) => c !== null))].sort(),
      tags: ['beach', 'family', 'night'],
      counts: library.items.reduce<Record<string, number>>(
        (n, i) => ({ ...n, [i.kind]: (n[i.kind] ?? 0) + 1 }),
        {},
      ),
    }),
    'library.update': ({ ids, patch }) => {
      for (const item of library.items) if (ids.includes(item.id)) Object.assign(item, patch);
      publish('library.changed', { ids, groups: false });
      return ok;
    },
    'library.remove': ({ ids }) => {
      const token = String(removed.size + 1);
      removed.set(
        token,
        library.items.filter((i) => ids.includes(i.id)),
      );
      library.items = library.items.filter((i) => !ids.includes(i.id));
      return { undoToken: token };
    },
    'library.restore': ({ undoToken }) => {
      library.items = [...library.items, ...(removed.get(undoToken) ?? [])].sort((a, b) => a.id - b.id);
      return ok;
    },
    'library.createGroup': ({ kind, name, ids }) => {
      const group = {
        id: library.groups.length + 1,
        kind,
        name,
        film: null,
        captureDate: null,
        count: ids.length,
        base: null,
        baseItemId: null,
        flatItemId: null,
      };
      library.groups.push(group);
      for (const item of library.items) if (ids.includes(item.id)) item.groupId = group.id;
      publish('library.changed', { ids, groups: true });
      return group;
    },
    'library.updateGroup': ({ id, name, captureDate }) => {
      const group = library.groups.find((g) => g.id === id);
      if (group && name !== undefined) group.name = name;
      if (group && captureDate !== undefined) group.captureDate = captureDate;
      publish('library.changed', { ids: [], groups: true });
      return ok;
    },
    'library.pick': () => ({ jobId: 4 }),
    'library.takeOriginal': ({ itemId }) => {
      for (const item of library.items) if (item.id === itemId) item.originalChanged = false;
      publish('library.changed', { ids: [itemId], groups: true });
      return { jobId: 4 };
    },
    'recipe.get': ({ itemId }) => ({
      recipe: recipes.get(itemId)?.at(-1)?.recipe ?? null,
      history: (recipes.get(itemId) ?? []).map((entry, i) => ({ ...entry, id: i + 1, version: null })),
    }),
    'recipe.set': ({ itemId, recipe: next, label }) => {
      store(itemId, next as Recipe, label);
      return ok;
    },
    'recipe.nameVersion': () => ok,
    'recipe.sync': ({ toIds }) => ({ changed: toIds.length }),
    'recipe.apply': ({ ids, steps, label }) => {
      for (const id of ids) {
        const params = structuredClone(recipeOf(id).params) as unknown as Record<string, object>;
        for (const [step, values] of Object.entries(steps)) Object.assign(params[step], values);
        store(id, { ...recipe, params: params as unknown as Recipe['params'] }, label);
      }
      return { changed: ids };
    },
    'recipe.takeBack': ({ ids, label }) => {
      const changed = ids.filter((id) => recipes.get(id)?.at(-1)?.label === label);
      for (const id of changed) {
        recipes.get(id)?.pop();
        tellSteps(id);
      }
      return { changed };
    },
    'colour.suggest': ({ x, y }) => ({
      colours: [0, 1, 2, 3].map((n) => ({
        colour: [chance(n + Math.round(x * 99)), 0.45, chance(n * 7 + Math.round(y * 99))],
        share: 0.4 / (n + 1),
        from: n === 3 ? ('memory' as const) : ('network' as const),
      })),
    }),
    'picture.auto': ({ itemId }) => {
      const kind = library.items.find((item) => item.id === itemId)?.kind ?? 'print';
      const steps = wantedSteps('auto', kind);
      const params = structuredClone(recipeOf(itemId).params) as unknown as Record<string, object>;
      for (const [step, values] of Object.entries(steps)) Object.assign(params[step], values);
      return {
        recipe: { ...recipe, params: params as unknown as Recipe['params'] },
        what: 'bw-print',
        damaged: true,
        order: restoreStepNames.filter((name) => name in steps),
        reasons: ['It is a black-and-white print.'],
      };
    },
    'picture.autoAll': ({ ids, label }) => {
      for (const id of ids) {
        const kind = library.items.find((item) => item.id === id)?.kind ?? 'print';
        const steps = wantedSteps('auto', kind);
        if (Object.keys(steps).length === 0) continue;
        const params = structuredClone(recipeOf(id).params) as unknown as Record<string, object>;
        for (const [step, values] of Object.entries(steps)) Object.assign(params[step], values);
        store(id, { ...recipe, params: params as unknown as Recipe['params'] }, label);
      }
      // Over at once: it is no longer in the queue.
      return { jobId: 999 };
    },
    ...models.answers,
    ...mockFamily(library, (ids) => publish('library.changed', { ids, groups: true })),
    'develop.auto': () => ({
      recipe,
      reasons: ['Film base found in the rebate', 'Exposure from the roll'],
      base: [0.56, 0.26, 0.15],
      baseSource: 'rebate',
      film: 'c41',
      frames: drawn ?? [{ x: 0.03, y: 0.03, w: 0.94, h: 0.94, angle: 0 }],
      framesByPerson: drawn !== null,
      infrared: { usable: true, reason: 'The infrared plane is independent of the picture' },
      warnings: [],
    }),
    'develop.pickBase': () => ({ base: [0.55, 0.27, 0.16], warning: null }),
    'develop.readout': () => ({
      scan: [0.31, 0.12, 0.06],
      density: [0.26, 0.34, 0.41],
      output: [148, 132, 120],
    }),
    'roll.setReference': () => ok,
    'roll.analyse': () => ({ jobId: 2 }),
    'frames.set': ({ frames }) => {
      drawn = frames;
      return ok;
    },
    'export.start': () => ({ jobId: 1 }),
    'export.presets': () => ({
      presets: [
        exportRecipeSchema.parse({ name: 'Archive' }),
        exportRecipeSchema.parse({
          name: 'Web',
          format: 'jpeg',
          bits: 8,
          longSide: 2048,
          quality: 88,
          template: '{roll}-{n}',
        }),
        exportRecipeSchema.parse({ name: 'Print lab', format: 'tiff', bits: 16, icc: 'adobe-rgb' }),
      ],
    }),
    'export.savePreset': () => ok,
    'jobs.list': () => ({ jobs }),
    'jobs.items': ({ jobId, offset = 0, limit = 200 }) => {
      const job = jobs.find((j) => j.id === jobId);
      const items = job ? mockJobItems(job) : [];
      return { total: items.length, items: items.slice(offset, offset + limit) };
    },
    'jobs.pause': ({ jobId }) => setJob(jobId, 'paused'),
    'jobs.resume': ({ jobId }) => setJob(jobId, 'running'),
    'jobs.cancel': ({ jobId }) => setJob(jobId, 'cancelled'),
    'jobs.retry': ({ jobId }) => setJob(jobId, 'queued'),
    'jobs.skip': () => ok,
    'jobs.clear': () => {
      jobs.splice(0, jobs.length, ...jobs.filter((j) => j.finishedAt === null));
      return ok;
    },
    'jobs.openFolder': () => ({ shown: false, folder: '/home/me/Pictures/Revelado' }),
    'jobs.record': ({ index }) => ({ record: mockRecord(`frame-${index}.tif`) }),
    'folders.list': ({ folderId }) => ({
      folders: mockFolders,
      entries: folderId
        ? [
            { name: '1998 Getaria', directory: true, size: 0 },
            { name: '2021 Neon', directory: true, size: 0 },
            ...Array.from({ length: 9 }, (_, i) => ({
              name: `scan-${i + 1}.tif`,
              directory: false,
              size: 145_000_000 + i * 1_000_000,
            })),
          ]
        : [],
    }),
    'folders.watch': () => ok,
    'folders.add': () => ({ folder: null }),
    'settings.get': () => settings,
    'settings.set': (patch) => {
      settings = { ...settings, ...patch };
      publish('settings.changed', settings);
      return settings;
    },
    'doctor.report': () => doctor,
    ...studio.answers,
  };

  const kindOf = (id: number) => library.items.find((i) => i.id === id)?.kind ?? 'colour-negative';
  const canvas = (id: number, longest: number, film: boolean) => {
    const aspect = library.items.find((i) => i.id === id)?.aspect ?? 1.5;
    const w = Math.round(aspect >= 1 ? longest : longest * aspect);
    const h = Math.round(w / aspect);
    const surface = new OffscreenCanvas(w, h);
    const context = surface.getContext('2d')!;
    paint(context, id, w, h, film, kindOf(id).startsWith('bw'));
    return { surface, context, w, h };
  };

  // Some forty different pictures are drawn once: painting thousands would be what one measures.
  const painted = new Map<string, Promise<Blob>>();
  const thumb = (id: number): Promise<Blob> => {
    const item = library.items.find((i) => i.id === id);
    const key = `${id % 12}/${item?.aspect ?? 1.5}/${kindOf(id).startsWith('bw')}`;
    const blob =
      painted.get(key) ?? canvas(id, 480, false).surface.convertToBlob({ type: 'image/webp', quality: 0.9 });
    painted.set(key, blob);
    return blob;
  };

  return {
    kind: 'mock',
    call: async (name, args, callOptions) => {
      options.heard?.push({ name, args });
      await Promise.resolve();
      if (callOptions?.signal?.aborted) throw new RevealError('cancelled', 'Cancelled.');
      const answer = answers[name] as ((a: typeof args) => unknown) | undefined;
      if (!answer) throw new RevealError('unknown-call', `The mock does not answer ${name}.`);
      return structuredClone(answer(args)) as CallResult<typeof name>;
    },
    subscribe: (topic, listener) => {
      const set = listeners.get(topic) ?? new Set();
      listeners.set(topic, set.add(listener as (event: unknown) => void));
      return () => set.delete(listener as (event: unknown) => void);
    },
    pixels: async (request) => {
      await Promise.resolve();
      const longest = Math.min(request.maxWidth, request.maxHeight);
      const kind = kindOf(request.itemId);
      const print = isPrint(kind);
      const { context, w, h } = canvas(request.itemId, longest, request.show === 'film' && !print);
      const { params } = (request.recipe as Recipe | null) ?? recipeOf(request.itemId);
      const full = library.items.find((i) => i.id === request.itemId)?.width ?? 6000;
      const tall = Math.round((full * h) / w);
      const place = mockPlace(params, full, tall, request.geometry ?? true);
      if (print) mockRestore(context, request, params, place, w, h, kind === 'bw-print');
      const rgba = context.getImageData(0, 0, w, h).data as Uint8ClampedArray<ArrayBuffer>;
      const histogram = new Array<number>(768).fill(0);
      for (let i = 0; i < rgba.length; i += 4) for (let c = 0; c < 3; c++) histogram[c * 256 + rgba[i + c]]++;
      return {
        rgba,
        header: {
          width: w,
          height: h,
          fullWidth: full,
          fullHeight: tall,
          histogram,
          clippedWhite: 0.001,
          clippedBlack: 0.002,
          place: { ...place, map: [...place.map] },
          ms: 14,
        },
      };
    },
    thumbs: new BlobThumbs({ load: thumb }),
    studioPicture: (address) =>
      address.startsWith('/score/')
        ? Promise.resolve(mockSilence())
        : address.startsWith('/reels/')
          ? mockReelPicture(address)
          : mockStudioPicture(address),
    importModel: models.importModel,
    importFiles: async (files, progress) => {
      progress?.(0, files.length);
      await Promise.resolve();
      progress?.(files.length, files.length);
      return { jobIds: [4] };
    },
    onState: (listener) => {
      listener('open');
      return () => undefined;
    },
  };
}
