/**
 * Puts a run that learns melodies together, for the same runner that trains the networks of pictures: one stage of one
 * length, a loader of melodies, and a model with the plans it was learnt from.
 */
import { mkdir, readdir, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { RevealError } from '../../../../app/contract/messages.ts';
import { initialWeights, type Weights } from '../../../../app/graph/scope.ts';
import { say } from '../../../../app/words/sentences.ts';
import { networkParameters, startWeights } from '../../../../models/network.ts';
import type { MelodyNetworkName, RunPhase } from '../../../../app/contract/studio.ts';
import { onnxBinding, SessionStore } from '../../../engine/session.ts';
import { show } from '../../../files/bytes.ts';
import type { Dataset, LoaderOptions } from '../../dataset/types.ts';
import { checkWeights, CRITIC_FOLDER, readModel } from '../model.ts';
import {
  CHECKPOINT_NAME,
  readRunFile,
  writeRunFile,
  type RunFile,
  type RunFileSettings,
} from '../position.ts';
import { resumed, type Given } from '../resume.ts';
import type { RunRequest } from '../types.ts';
import { melodyLoader, readMelodyData, type MelodyData } from './melody-data.ts';
import { melodyModel } from './melody-model.ts';
import { bertsoTensors, miliaTensors } from './melody-tensors.ts';
import { melodyObjectives } from './melody.ts';

export interface OpenMelodyOptions {
  dir: string;
  /** A file of records, or a folder. */
  dataDir: string;
  settings: RunFileSettings & { network: MelodyNetworkName };
  startDir: string | null;
  criticDir: string | null;
  totalSteps: number | null;
  resume: boolean;
  given?: readonly Given[];
  threads: number;
}

/** Melodies of a step, and events or columns of each. */
const BATCH = 12;
const LENGTHS: Record<MelodyNetworkName, number> = { bertso: 96, milia: 128 };

const exists = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  );

function newRun(options: OpenMelodyOptions): RunFile {
  const { settings, totalSteps, startDir, criticDir } = options;
  const size = settings.size ?? LENGTHS[settings.network];
  return {
    version: 1,
    settings,
    startDir,
    criticDir,
    data: null,
    totalSteps,
    stages: [
      { phase: settings.phase, size, batch: BATCH, share: 1, rate: 1, encoder: 'full', steps: totalSteps },
    ],
    rate: melodyObjectives[settings.network].rate * settings.rate,
    createdAt: Date.now(),
  };
}

/** The runner knows datasets of pictures: this one has none, and a loader of its own. */
const asDataset = (data: MelodyData): Dataset => ({
  name: data.name,
  dir: data.dir,
  pictures: [],
  manifest: { kind: 'folder', preset: null, size: null, details: null },
  problems: data.problems,
  read: (id) => Promise.reject(new RevealError('not-found', id)),
});

/** @throws RevealError with what is wrong with the data, the folder or the weights, and what to do */
export async function openMelodyRun(options: OpenMelodyOptions): Promise<RunRequest> {
  const { dir, resume } = options;
  const known = readRunFile(dir);
  if (resume && !known)
    throw new RevealError('not-found', `${show(dir)} holds no training run to go on with.`);
  if (!resume && (known || ((await exists(dir)) && (await readdir(dir)).length > 0)))
    throw new RevealError(
      'bad-input',
      `${show(dir)} is not empty. Go on with the run in it by --resume, or choose another folder.`,
    );
  const data = await readMelodyData(options.dataDir);
  const begun = known && options.given ? resumed(dir, known, options, options.given) : known;
  const run = begun ?? newRun(options);
  const { phase, width, seed } = run.settings;
  const name = options.settings.network;
  const objective = melodyObjectives[name];
  if (phase !== 'generator' && !objective.critic)
    throw new RevealError('bad-request', say('score-no-critic', { network: name }));
  if (run.data !== null && run.data !== data.fingerprint)
    throw new RevealError('bad-input', say('studio-other-pictures', { folder: show(data.dir) }));
  run.data = data.fingerprint;
  const startDir = options.startDir ?? run.startDir;
  const goesOn = resume && (await exists(path.join(dir, CHECKPOINT_NAME)));
  const parent = startDir === null || goesOn ? null : await readModel(startDir);
  if (parent) checkWeights(objective.network, width, parent);
  const weights: Weights = parent?.weights ?? startWeights(objective.network, width, seed);
  const critic = await criticWeights(options.criticDir, objective.critic ?? null, run);
  await mkdir(dir, { recursive: true });
  await writeRunFile(dir, run);
  const cores = options.threads > 0 ? options.threads : os.availableParallelism();
  return {
    dir,
    run,
    dataset: asDataset(data),
    objective,
    weights,
    critic,
    inUse: null,
    notices: data.problems.slice(0, 5).map(({ id, reason }) => ({
      kind: 'picture',
      text: say('studio-picture', { file: id, detail: reason }),
    })),
    model: melodyModel({
      dir,
      network: objective.network,
      critic: objective.critic ?? null,
      width,
      data,
      parent: parent?.card ?? null,
    }),
    openStore: (failures) => new SessionStore(onnxBinding, cores, [...failures]),
    // So small that nothing is faster than the processor.
    order: ['cpu'],
    block: null,
    resume: goesOn,
    makeLoader: (_dataset, loader) => melodyLoader(data, tensorsOf(name, phase, loader), loader),
  };
}

function tensorsOf(name: MelodyNetworkName, phase: RunPhase, { batch, size }: LoaderOptions) {
  const shapes = melodyObjectives[name].tensors(batch, size) as Record<string, readonly number[]>;
  return name === 'bertso' ? bertsoTensors(size, shapes) : miliaTensors(size, shapes, phase !== 'generator');
}

async function criticWeights(
  dir: string | null,
  critic: RunRequest['objective']['network'] | null,
  { settings }: RunFile,
): Promise<Weights> {
  if (!critic) return new Map();
  if (dir !== null) {
    const stored = await readModel(path.join(dir, CRITIC_FOLDER));
    checkWeights(critic, settings.width, stored);
    return stored.weights;
  }
  return initialWeights(networkParameters(critic, settings.width), settings.seed);
}
