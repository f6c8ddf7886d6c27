import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Job } from '../../../app/contract/jobs.ts';
import { runSettingsSchema, type RunPoint } from '../../../app/contract/studio.ts';
import { RevealError } from '../../../app/contract/messages.ts';
import type { NewJob } from '../../jobs/types.ts';
import type { LogLine } from '../run/log.ts';
import { initialWeights } from '../../../app/graph/scope.ts';
import { networkParameters, networks } from '../../../models/index.ts';
import type { Dataset } from '../dataset/types.ts';
import { runModel } from '../run/model.ts';
import { StudioFolders } from './folders.ts';
import { melodyModels } from '../../engine/score-models.ts';
import { studioHost, type StudioHost } from './handlers.ts';
import { thinned } from './diaries.ts';

let dir: string;
let folders: StudioFolders;
let host: StudioHost;
let jobs: (Job & { payload: unknown })[];
let published: string[];
const context = { signal: new AbortController().signal };
const settings = runSettingsSchema.parse({ dataset: 'holidays', network: 'restorer' });

function job(id: number, more: Partial<Job>): void {
  Object.assign(
    jobs.find((j) => j.id === id)!,
    more,
  );
}

beforeEach(async () => {
  dir = mkdtempSync(path.join(os.tmpdir(), 'revelado-studio-'));
  folders = new StudioFolders(dir);
  await folders.open();
  jobs = [];
  published = [];
  host = studioHost({
    folders,
    queue: {
      submit(job: NewJob) {
        const id = jobs.length + 1;
        jobs.push({
          id,
          type: job.type,
          title: job.title,
          state: 'queued',
          stage: '',
          done: 0,
          failed: 0,
          total: 1,
          eta: null,
          error: null,
          createdAt: 0,
          finishedAt: null,
          payload: job.payload,
        });
        return id;
      },
      cancel: (id) => job(id, { state: 'cancelled' }),
      list: () => jobs,
    },
    itemPaths: (ids) => ids.map((id) => `/photos/${id}.jpg`),
    inside: async (_folder, relative) => {
      if (relative.startsWith('..')) throw new RevealError('bad-request', 'outside');
      return path.join('/scans', relative);
    },
    publish: (topic) => published.push(topic),
  });
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** A dataset that is finished, as `dataset build` leaves it. */
async function ready(id = 'holidays'): Promise<void> {
  mkdirSync(folders.dataOf(id), { recursive: true });
  await folders.setFacts('datasets', id, {
    name: 'Holidays',
    preset: 'print',
    sources: { itemIds: [1], groupIds: [], folders: [] },
    createdAt: 5,
    jobId: null,
  });
  const sector = { name: '', from: 0, to: 30, pixels: [0.01, 0.02, 0.01], pictures: 0.5, gap: false };
  writeFileSync(
    path.join(folders.dataOf(id), 'report.json'),
    JSON.stringify({
      train: 90,
      test: 10,
      sources: [{ path: '/photos', kept: 100, films: 0 }],
      counts: { blurred: 3, tiny: 0 },
      hues: { sectors: Array.from({ length: 12 }, () => sector), gaps: [] },
      warnings: ['few'],
    }),
  );
}
const call = <T>(name: keyof StudioHost['handlers'], args: unknown): Promise<T> =>
  Promise.resolve((host.handlers[name] as (a: unknown, c: unknown) => T | Promise<T>)(args, context));
const diary = (run: string, lines: LogLine[]): void =>
  writeFileSync(
    path.join(folders.dir('runs', run), 'log.jsonl'),
    lines.map((l) => JSON.stringify(l) + '\n').join(''),
  );
/** A model as a run leaves it. */
async function model(run: string): Promise<void> {
  const network = networks.restorer;
  const weights = initialWeights(networkParameters(network, 'small'), 1);
  const dataset = { name: 'holidays', pictures: [] } as unknown as Dataset;
  await runModel({
    ...{ dir: folders.dir('runs', run), network, width: 'small', dataset, weights },
    ...{ parent: null, provenance: [] },
  }).save(new Map(), { step: 3, seconds: 3, size: 64, figures: {} });
}
/** A critic as a run leaves it, as far as the host looks at it. */
function judge(run: string): void {
  const dir = path.join(folders.dir('runs', run), 'critic');
  mkdirSync(dir, { recursive: true });
  writeFileSync(path.join(dir, 'card.json'), '{}');
}

describe('datasets', () => {
  it('are built by a job from things of the library and folders that the host knows', async () => {
    const made = await call<{ id: string; state: string }>('studio.buildDataset', {
      name: 'Été à Hendaye!',
      kind: 'pictures',
      preset: 'film',
      sources: { itemIds: [3, 3], groupIds: [], folders: [{ folderId: 'scans', path: 'box 1' }] },
    });
    expect(made).toMatchObject({ id: 'ete-a-hendaye', state: 'building' });
    expect(jobs[0].payload).toEqual({
      dataset: 'ete-a-hendaye',
      kind: 'pictures',
      preset: 'film',
      sources: ['/photos/3.jpg', '/scans/box 1'],
    });
    job(1, { state: 'failed', error: 'The disk is full.' });
    expect(await call('studio.datasets', {})).toMatchObject({
      datasets: [{ state: 'failed', error: 'The disk is full.' }],
    });
  });
  it('refuse nothing at all, and folders elsewhere', async () => {
    const none = { itemIds: [], groupIds: [], folders: [] };
    await expect(call('studio.buildDataset', { name: 'x', preset: 'film', sources: none })).rejects.toThrow(
      RevealError,
    );
    await expect(
      call('studio.buildDataset', {
        name: 'x',
        preset: 'film',
        sources: { ...none, folders: [{ folderId: 'scans', path: '../other' }] },
      }),
    ).rejects.toThrow('outside');
    expect(folders.ids('datasets')).toEqual([]);
  });
  it('say what they are made of', async () => {
    await ready();
    const { datasets } = await call<{ datasets: unknown[] }>('studio.datasets', {});
    expect(datasets).toMatchObject([
      { state: 'ready', train: 90, test: 10, rejects: [{ reason: 'blurred', count: 3 }], advice: ['few'] },
    ]);
  });
});

describe('runs', () => {
  it('are jobs that can be continued, and their model can be used and given up', async () => {
    await ready();
    const run = await call<{ id: string }>('studio.startRun', settings);
    expect(run).toMatchObject({ id: 'restorer-holidays', state: 'queued', jobId: 1, model: null });
    await expect(call('studio.removeDataset', { id: 'holidays' })).rejects.toThrow(RevealError);
    await expect(call('studio.removeRun', { id: run.id })).rejects.toThrow(RevealError);
    await expect(call('studio.use', { network: 'restorer', model: run.id })).rejects.toThrow(RevealError);

    await model(run.id);
    job(1, { state: 'done' });
    await expect(call('studio.use', { network: 'filler', model: run.id })).rejects.toThrow(RevealError);
    expect(await call('studio.use', { network: 'restorer', model: run.id })).toEqual({ before: null });
    expect(host.modelDir('restorer', null)).toBe(path.join(folders.dir('runs', run.id), 'model'));
    await expect(call('studio.removeRun', { id: run.id })).rejects.toThrow(RevealError);
    expect(await call('studio.use', { network: 'restorer', model: null })).toEqual({ before: run.id });

    expect(await call('studio.continueRun', { id: run.id, minutes: 30 })).toMatchObject({
      state: 'queued',
      jobId: 2,
    });
    const file = JSON.parse(readFileSync(path.join(folders.dir('runs', run.id), 'run.json'), 'utf8'));
    expect(file.settings.minutes).toBe(90);
    await expect(call('studio.continueRun', { id: run.id, minutes: 1 })).rejects.toThrow(RevealError);
    await call('studio.stopRun', { id: run.id });
    expect(jobs[1].state).toBe('cancelled');
  });
  it('whose model in use was damaged or is gone give way to what we ship, and a damaged one is not put to work', async () => {
    await ready();
    const run = await call<{ id: string }>('studio.startRun', settings);
    await model(run.id);
    job(1, { state: 'done' });
    await call('studio.use', { network: 'restorer', model: run.id });
    const dir = path.join(folders.dir('runs', run.id), 'model');
    const file = readdirSync(dir).find((name) => name.endsWith('.rvw'))!;
    const shipped = path.resolve('models', 'restorer');
    const hasShipped = existsSync(path.join(shipped, 'weights.rvw'));
    rmSync(path.join(dir, file));
    expect(host.modelDir('restorer', null)).toBe(hasShipped ? shipped : null);
    expect(host.modelDir('restorer', run.id)).toBeNull();
    await call('studio.use', { network: 'restorer', model: null });
    writeFileSync(path.join(dir, file), 'no weights');
    await expect(call('studio.use', { network: 'restorer', model: run.id })).rejects.toThrow(file);
    expect(folders.inUse()).toEqual({});
  });
  it('hand their critic to a run in which one learns', async () => {
    await ready();
    const first = await call<{ id: string }>('studio.startRun', { ...settings, phase: 'critic' });
    const against = { ...settings, phase: 'gan', critic: first.id } as const;
    await expect(call('studio.startRun', against)).rejects.toThrow(/no critic to begin with/);
    judge(first.id);
    job(1, { state: 'done' });
    const { networks: known } = await call<{ networks: { name: string; critics: unknown[] }[] }>(
      'studio.networks',
      {},
    );
    expect(known.find((n) => n.name === 'restorer')?.critics).toEqual([{ run: first.id, width: 'small' }]);
    expect(known.find((n) => n.name === 'filler')?.critics).toEqual([]);
    await expect(call('studio.startRun', { ...against, phase: 'generator' })).rejects.toThrow(
      /in which a critic learns/,
    );
    expect(await call('studio.startRun', against)).toMatchObject({ settings: { critic: first.id } });
    expect(await call('studio.runs', {})).toMatchObject({
      runs: expect.arrayContaining([
        expect.objectContaining({ id: first.id, critic: true, model: null, state: 'done' }),
      ]),
    });
  });
  it('keep their name while they are in the bin, so that each of them can come back', async () => {
    const first = await folders.reserve('runs', 'one');
    await folders.setFacts('runs', first, { jobId: null });
    const token = await folders.remove('runs', first);
    const second = await folders.reserve('runs', 'one');
    expect([first, second]).toEqual(['one', 'one-2']);
    await folders.restore(token);
    expect(folders.ids('runs').sort()).toEqual(['one', 'one-2']);
  });
  it('come back after they were removed, until the program ends', async () => {
    await ready();
    const { id } = await call<{ id: string }>('studio.startRun', settings);
    job(1, { state: 'cancelled' });
    const { undoToken } = await call<{ undoToken: string }>('studio.removeRun', { id });
    expect(await call('studio.runs', {})).toEqual({ runs: [] });
    await call('studio.restore', { undoToken });
    expect(await call('studio.runs', {})).toMatchObject({ runs: [{ id }] });
    await expect(call('studio.restore', { undoToken: '../../etc' })).rejects.toThrow(RevealError);
    await call('studio.removeRun', { id });
    await folders.open();
    expect(existsSync(path.join(dir, 'studio', 'bin'))).toBe(false);
  });
  it('show curves, figures of both models, and the state of their job', async () => {
    await ready();
    const { id } = await call<{ id: string }>('studio.startRun', settings);
    const point = (step: number): LogLine => ({
      type: 'point',
      step,
      seconds: step,
      phase: 'generator',
      size: 64,
      lr: 1e-3,
      losses: { total: 1 / step },
      wait: 0,
    });
    diary(id, [
      point(1),
      { type: 'figures', of: 'in-use', step: 1, seconds: 1, figures: { psnr: 20 } },
      { type: 'figures', of: 'run', step: 2, seconds: 2, figures: { psnr: 25 } },
      point(3),
    ]);
    job(1, { state: 'running' });
    host.progress(id, {
      stage: 'train',
      done: 3,
      total: 10,
      detail: { step: 3, seconds: 3, secondsLeft: 7, imagesPerSecond: 8, device: 'cpu', memoryBytes: 1 },
    });
    expect(published).toContain('studio.progress');
    const { runs } = await call<{ runs: unknown[] }>('studio.runs', {});
    expect(runs).toMatchObject([
      {
        state: 'running',
        step: 3,
        secondsLeft: 7,
        device: 'cpu',
        figures: { figures: { psnr: 25 } },
        figuresInUse: { figures: { psnr: 20 } },
      },
    ]);
    expect(await call('studio.curves', { id, points: 400 })).toMatchObject({
      points: [{ step: 1 }, { step: 3 }],
    });
  });
  it('are refused on a dataset that is not ready, from a model that is not there, at a size that does not fit', async () => {
    await expect(call('studio.startRun', settings)).rejects.toThrow(/no dataset/);
    await ready();
    await expect(call('studio.startRun', { ...settings, start: 'gone' })).rejects.toThrow(RevealError);
    await expect(call('studio.startRun', { ...settings, size: 100 })).rejects.toThrow(/multiple of 16/);
    expect(folders.ids('runs')).toEqual([]);
  });
});

describe('melodies', () => {
  /** A dataset of melodies as it is built. */
  async function songs(): Promise<void> {
    mkdirSync(folders.dataOf('songs'), { recursive: true });
    await folders.setFacts('datasets', 'songs', {
      ...{ name: 'Songs', kind: 'melodies', preset: 'print', createdAt: 6, jobId: null },
      sources: { itemIds: [], groupIds: [], folders: [{ folderId: 'scans', path: 'songs' }] },
    });
    writeFileSync(
      path.join(folders.dataOf('songs'), 'report.json'),
      JSON.stringify({
        kind: 'melodies',
        ...{ train: 36, test: 4, sources: [{ name: 'songs', melodies: 40 }] },
        ...{ counts: { unreadable: 1, short: 0, double: 2 }, warnings: ['few'] },
      }),
    );
  }
  const sung = runSettingsSchema.parse({ dataset: 'songs', network: 'bertso', minutes: 5 });

  it('are a dataset of their own kind, from folders alone', async () => {
    const built = await call<{ id: string; kind: string }>('studio.buildDataset', {
      ...{ name: 'Songs', kind: 'melodies', preset: 'print' },
      sources: { itemIds: [3], groupIds: [], folders: [{ folderId: 'scans', path: 'songs' }] },
    });
    expect(built).toMatchObject({ id: 'songs', kind: 'melodies', state: 'building' });
    expect(jobs[0].payload).toMatchObject({ kind: 'melodies', sources: ['/scans/songs'] });
    await songs();
    expect(await call('studio.datasets', {})).toMatchObject({
      datasets: [
        {
          ...{ kind: 'melodies', state: 'ready', train: 36, test: 4, hues: null, gaps: [], advice: ['few'] },
          rejects: [
            { reason: 'unreadable', count: 1 },
            { reason: 'double', count: 2 },
          ],
          sources: [{ name: 'songs', pictures: 40 }],
        },
      ],
    });
  });
  it('are learnt from by their networks alone, and these from nothing else', async () => {
    await ready();
    await songs();
    await expect(call('studio.startRun', { ...sung, dataset: 'holidays' })).rejects.toThrow(
      /bertso cannot learn/,
    );
    await expect(call('studio.startRun', { ...settings, dataset: 'songs' })).rejects.toThrow(
      /restorer cannot/,
    );
    await expect(call('studio.startRun', { ...sung, phase: 'gan' })).rejects.toThrow(/no critic/);
    expect(folders.ids('runs')).toEqual([]);
    const { networks: known } = await call<{
      networks: { name: string; phases: string[]; widths: unknown[] }[];
    }>('studio.networks', {});
    expect(known.find((n) => n.name === 'bertso')?.phases).toEqual(['generator']);
    expect(known.find((n) => n.name === 'milia')?.phases).toContain('gan');
  });
  it('that a run writes can be asked for, and its model is what the composer takes until it is given up', async () => {
    await songs();
    const { id } = await call<{ id: string }>('studio.startRun', sung);
    const samples = path.join(folders.dir('runs', id), 'samples');
    mkdirSync(samples);
    const melody = {
      ...{ notes: [{ pitch: 60, onset: 0, duration: 4 }], bar: 16, pickup: 0, tempo: 90 },
      ...{ key: { tonic: 0, mode: 'major' }, phraseStarts: [], syllables: [] },
      ...{ neurri: null, seed: 1, metre: [4, 4] },
    };
    writeFileSync(path.join(samples, '40-tune.json'), JSON.stringify(melody));
    expect(await call('studio.melody', { id, step: 40, name: 'tune' })).toEqual({ melody });
    for (const other of [
      { step: 40, name: 'zortziko' },
      { step: 41, name: 'tune' },
      { step: 40, name: '..' },
    ])
      await expect(call('studio.melody', { id, ...other })).rejects.toThrow(/wrote no such melody/);
    expect(await call('studio.runs', {})).toMatchObject({ runs: [{ id, melodies: ['zortziko', 'tune'] }] });

    const dir = path.join(folders.dir('runs', id), 'model');
    cpSync(path.resolve('models', 'bertso'), dir, { recursive: true });
    job(1, { state: 'done' });
    expect(melodyModels(path.dirname(folders.root))).toEqual({});
    await expect(call('studio.use', { network: 'milia', model: id })).rejects.toThrow(RevealError);
    await call('studio.use', { network: 'bertso', model: id });
    expect(melodyModels(path.dirname(folders.root))).toEqual({ bertso: dir });
    await call('studio.use', { network: 'bertso', model: null });
    expect(melodyModels(path.dirname(folders.root))).toEqual({});
    await call('studio.use', { network: 'bertso', model: id });
    rmSync(dir, { recursive: true });
    expect(melodyModels(path.dirname(folders.root))).toEqual({});
  });
});

describe('pictures and curves', () => {
  it('gives only contact sheets and sample panels that are there', async () => {
    await ready();
    writeFileSync(path.join(folders.dataOf('holidays'), 'contact-sheet.png'), '');
    expect(host.picture('/studio/datasets/holidays/contact')).toMatch(/contact-sheet\.png$/);
    for (const address of [
      '/studio/datasets/../contact',
      '/studio/datasets/%2e%2e/contact',
      '/studio/runs/holidays/samples/1',
      '/studio/runs/x/samples/../../run.json',
      '/studio/',
    ])
      expect(host.picture(address), address).toBeNull();
  });
  it('thins a long curve to means', () => {
    const points = Array.from({ length: 1000 }, (_, step): RunPoint => ({
      step,
      seconds: step,
      phase: 'generator',
      size: 64,
      lr: 1,
      losses: { total: step % 2 },
      wait: 0,
    }));
    const thin = thinned(points, 100);
    expect(thin).toHaveLength(100);
    expect(thin.every((p) => p.losses.total === 0.5)).toBe(true);
    expect(thin.at(-1)!.step).toBe(999);
  });
});
