/**
 * What a window may ask of the Studio (app/contract/studio.ts), over folders, jobs and the training engine. A
 * window names things of the library and folders the host knows; paths stay here.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Handlers, TopicEvent, TopicName } from '../../../app/contract/index.ts';
import { RevealError } from '../../../app/contract/messages.ts';
import {
  isMelodyNetwork,
  kindLearntFrom,
  networkWidths,
  studioNetworkNames,
  type StudioDataset,
  type StudioNetwork,
  type StudioNetworkName,
  type StudioRun,
} from '../../../app/contract/studio.ts';
import { say } from '../../../app/words/sentences.ts';
import { countNetwork } from '../../../models/count.ts';
import { trainable } from '../../../models/index.ts';
import type { JobQueue } from '../../jobs/types.ts';
import type { EngineProgress } from '../../engine/protocol.ts';
import { checkWeights, readModel } from '../run/model.ts';
import { newMelodyRun } from '../run/objectives/melody-plan.ts';
import { readSample } from '../run/objectives/melody-samples.ts';
import { newRun } from '../run/plan-run.ts';
import { readRunFile, withMinutes, writeRunFile } from '../run/position.ts';
import { shippedModel } from '../shipped.ts';
import type { StudioFolders } from './folders.ts';
import { describeDataset } from './datasets.ts';
import { Diaries, thinned } from './diaries.ts';
import { describeRun, liveSchema, type Live } from './runs.ts';

export type StudioCalls = Extract<keyof Handlers, `studio.${string}`>;

export interface StudioHandlerOptions {
  folders: StudioFolders;
  queue: Pick<JobQueue, 'submit' | 'cancel' | 'list'>;
  /** Paths of library items and groups; negatives are left out, since they show no true colours. */
  itemPaths(itemIds: readonly number[], groupIds: readonly number[]): string[];
  /** A path inside a folder that the host knows, links resolved. @throws RevealError */
  inside(folderId: string, relative: string): Promise<string>;
  publish<N extends TopicName>(topic: N, value: TopicEvent<N>): void;
}

export interface StudioHost {
  handlers: Pick<Handlers, StudioCalls>;
  /** Folder of a model: of a run by its id; null: the one in use (a run's, else the shipped one). null when there is none. */
  modelDir(network: string, model: string | null): string | null;
  changed(what: 'datasets' | 'runs'): void;
  progress(run: string, now: EngineProgress): void;
  /** File behind a Studio picture's address, or null. */
  picture(address: string): string | null;
}

const SHIPPED = 'shipped';

export function studioHost(options: StudioHandlerOptions): StudioHost {
  const { folders, queue, publish } = options;
  const diaries = new Diaries();
  const live = new Map<string, Live>();
  const jobs = () => queue.list();
  const job = (id: number) => jobs().find((j) => j.id === id) ?? null;
  const sources = { folders, diaries, job, live };
  const runOf = (id: string): StudioRun => {
    folders.existing('runs', id);
    const run = describeRun(id, sources);
    if (!run)
      throw new RevealError('bad-input', `The folder of the training run ${id} cannot be understood.`);
    return run;
  };
  const datasetOf = (id: string): StudioDataset => {
    folders.existing('datasets', id);
    return describeDataset(id, folders, job)!;
  };
  const runs = (): StudioRun[] =>
    folders
      .ids('runs')
      .flatMap((id) => describeRun(id, sources) ?? [])
      .sort((a, b) => b.createdAt - a.createdAt);
  const working = (run: StudioRun): boolean => ['queued', 'running', 'paused'].includes(run.state);
  const changed = (what: 'datasets' | 'runs'): void =>
    publish('studio.changed', { datasets: what === 'datasets', runs: what === 'runs' });

  /** Whether a folder holds a card and the weights it names; whether they are sound is seen when they are read. */
  const hasModel = (dir: string): boolean => {
    try {
      const { weights } = JSON.parse(readFileSync(path.join(dir, 'card.json'), 'utf8')) as {
        weights: string | null;
      };
      return weights !== null && existsSync(path.join(dir, path.basename(weights)));
    } catch {
      return false;
    }
  };
  const modelDir = (network: string, model: string | null): string | null => {
    const dirOf = (wanted: string): string =>
      wanted === SHIPPED ? shippedModel(network) : path.join(folders.dir('runs', wanted), 'model');
    // One in use whose folder is gone or damaged must not take its task with it.
    const used = folders.inUse()[network as StudioNetworkName];
    const wanted = model !== null ? [model] : [...(used ? [used] : []), SHIPPED];
    return wanted.map(dirOf).find(hasModel) ?? null;
  };

  const submit = (id: string, settings: StudioRun['settings']): number =>
    queue.submit({
      type: 'train',
      title: `Train ${settings.network}`,
      payload: { run: id, settings },
      items: [{ input: id }],
      destination: folders.dir('runs', id),
    });

  const handlers: Pick<Handlers, StudioCalls> = {
    'studio.datasets': () => ({
      datasets: folders
        .ids('datasets')
        .flatMap((id) => describeDataset(id, folders, job) ?? [])
        .sort((a, b) => b.createdAt - a.createdAt),
    }),
    'studio.buildDataset': async ({ name, kind, preset, sources: from }) => {
      const paths = [
        ...(kind === 'melodies' ? [] : options.itemPaths(from.itemIds, from.groupIds)),
        ...(await Promise.all(from.folders.map((f) => options.inside(f.folderId, f.path)))),
      ];
      if (paths.length === 0)
        throw new RevealError(
          'bad-request',
          from.itemIds.length + from.groupIds.length > 0
            ? say('studio-only-negatives')
            : say('studio-choose'),
        );
      const id = await folders.reserve('datasets', name);
      const facts = { name, kind, preset, sources: from, createdAt: Date.now(), jobId: null };
      await folders.setFacts('datasets', id, facts);
      const jobId = queue.submit({
        type: 'dataset',
        title: `Dataset ${name}`,
        payload: { dataset: id, kind, preset, sources: [...new Set(paths)] },
        items: [{ input: name }],
        destination: folders.dataOf(id),
      });
      await folders.setFacts('datasets', id, { ...facts, jobId });
      changed('datasets');
      return datasetOf(id);
    },
    'studio.removeDataset': async ({ id }) => {
      const user = runs().find((r) => r.settings.dataset === id && working(r));
      if (user) throw new RevealError('bad-request', say('studio-dataset-used', { run: user.id }));
      const { jobId, state } = datasetOf(id);
      if (state === 'building' && jobId !== null) queue.cancel(jobId);
      const undoToken = await folders.remove('datasets', id);
      changed('datasets');
      return { undoToken };
    },
    'studio.networks': () => ({ networks: studioNetworkNames.map(describeNetwork) }),
    'studio.runs': () => ({ runs: runs() }),
    'studio.startRun': async (settings) => {
      const dataset = datasetOf(settings.dataset);
      if (dataset.state !== 'ready')
        throw new RevealError('bad-request', say('studio-dataset-unready', { name: dataset.name }));
      const kind = kindLearntFrom(settings.network);
      if (dataset.kind !== kind)
        throw new RevealError(
          'bad-request',
          say('score-data-kind', { network: settings.network, kind, name: dataset.name }),
        );
      if (settings.start !== null && modelDir(settings.network, settings.start) === null)
        throw new RevealError('not-found', say('studio-no-start', { model: settings.start }));
      if (settings.critic !== null) {
        if (settings.phase === 'generator') throw new RevealError('bad-request', say('studio-critic-phase'));
        if (!runOf(settings.critic).critic)
          throw new RevealError('not-found', say('studio-no-critic', { run: settings.critic }));
      }
      // What the run would refuse an hour later is refused now.
      const { network } = settings;
      const run = isMelodyNetwork(network)
        ? newMelodyRun({
            settings: { ...settings, network },
            totalSteps: null,
            startDir: null,
            criticDir: null,
          })
        : newRun(settings, trainable[network], null);
      const id = await folders.reserve('runs', `${settings.network}-${dataset.name}`);
      await writeRunFile(folders.dir('runs', id), run);
      await folders.setFacts('runs', id, { jobId: null });
      await folders.setFacts('runs', id, { jobId: submit(id, settings) });
      changed('runs');
      return runOf(id);
    },
    'studio.stopRun': ({ id }) => {
      const run = runOf(id);
      if (run.jobId !== null && working(run)) queue.cancel(run.jobId);
      changed('runs');
      return { ok: true };
    },
    'studio.continueRun': async ({ id, minutes }) => {
      const before = runOf(id);
      if (working(before)) throw new RevealError('bad-request', say('studio-at-work'));
      const dir = folders.dir('runs', id);
      const file = readRunFile(dir)!;
      const speed = before.secondsDone > 0 ? before.step / before.secondsDone : null;
      const run = withMinutes(file, file.settings.minutes + minutes, speed);
      await writeRunFile(dir, run);
      await folders.setFacts('runs', id, { jobId: submit(id, run.settings) });
      changed('runs');
      return runOf(id);
    },
    'studio.removeRun': async ({ id }) => {
      const run = runOf(id);
      if (working(run)) throw new RevealError('bad-request', say('studio-at-work-stop'));
      if (run.inUse) throw new RevealError('bad-request', say('studio-model-used'));
      const undoToken = await folders.remove('runs', id);
      changed('runs');
      return { undoToken };
    },
    'studio.restore': async ({ undoToken }) => {
      await folders.restore(undoToken);
      changed(undoToken.startsWith('runs/') ? 'runs' : 'datasets');
      return { ok: true };
    },
    'studio.curves': ({ id, points }) => {
      runOf(id);
      const lines = diaries.of(folders.dir('runs', id));
      return {
        points: thinned(
          lines.flatMap((l) => (l.type === 'point' ? [l] : [])),
          points,
        ),
        figures: lines.flatMap((l) => (l.type === 'figures' ? [l] : [])),
        events: lines.flatMap((l) => (l.type === 'event' ? [l] : [])),
      };
    },
    'studio.use': async ({ network, model }) => {
      if (model !== null && modelDir(network, model) === null)
        throw new RevealError('not-found', say('studio-no-model', { run: model }));
      if (model !== null && runOf(model).settings.network !== network)
        throw new RevealError('bad-request', `${model} is no ${network}.`);
      // What would fail at the first picture fails here, naming the file.
      const dir = model === null ? null : modelDir(network, model);
      if (dir !== null) checkWeights(trainable[network], runOf(model!).settings.width, await readModel(dir));
      const before = await folders.setInUse(network, model);
      changed('runs');
      return { before };
    },
    'studio.melody': async ({ id, step, name }) => ({
      melody: await readSample(folders.existing('runs', id), step, name),
    }),
  };

  function describeNetwork(name: StudioNetworkName): StudioNetwork {
    const network = trainable[name];
    const wasUsed = folders.usedBefore()[name] ?? null;
    const known = runs();
    const given = known.filter((r) => r.settings.network === name && r.model !== null);
    const shipped = hasModel(shippedModel(name))
      ? [
          {
            model: SHIPPED,
            label: 'Revelado',
            width: (
              JSON.parse(readFileSync(path.join(shippedModel(name), 'card.json'), 'utf8')) as {
                width: StudioRun['settings']['width'];
              }
            ).width,
          },
        ]
      : [];
    return {
      name,
      task: network.task,
      widths: networkWidths.map((width) => {
        const { parameters, maddsPerPixel } = countNetwork(network, width);
        return { width, parameters, madds: maddsPerPixel };
      }),
      starts: [...shipped, ...given.map((r) => ({ model: r.id, label: r.id, width: r.settings.width }))],
      critics: known
        .filter((r) => r.settings.network === name && r.critic)
        .map((r) => ({ run: r.id, width: r.settings.width })),
      before: wasUsed !== null && modelDir(name, wasUsed) !== null ? wasUsed : null,
      // One that writes note by note has no critic.
      phases: name === 'bertso' ? ['generator'] : ['generator', 'critic', 'gan'],
      freezable: network.freezable.length > 0,
    };
  }

  return {
    handlers,
    modelDir,
    changed,
    progress(id, now) {
      const parsed = liveSchema.safeParse(now.detail);
      if (parsed.success) live.set(id, parsed.data);
      const run = describeRun(id, sources);
      if (run) publish('studio.progress', { run, point: run.last, event: null });
    },
    picture(address) {
      const contact = /^\/studio\/datasets\/([a-z0-9-]+)\/contact$/.exec(address);
      const sample = /^\/studio\/runs\/([a-z0-9-]+)\/samples\/(\d+)$/.exec(address);
      const file = contact
        ? path.join(folders.dataOf(contact[1]), 'contact-sheet.png')
        : sample
          ? path.join(folders.dir('runs', sample[1]), 'samples', `${sample[2]}.png`)
          : null;
      return file && existsSync(file) ? file : null;
    },
  };
}
