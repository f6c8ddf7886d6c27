/**
 * Puts a run that learns melodies together, for the same runner that trains the networks of pictures: one stage of one
 * length, a loader of melodies, and a model with the plans it was learnt from.
 */
import { readdir, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { RevealError } from '../../../../app/contract/messages.ts';
import { initialWeights, type Weights } from '../../../../app/graph/scope.ts';
import { say } from '../../../../app/words/sentences.ts';
import { planTable } from '../../../../app/melody/plans.ts';
import { networkParameters, startWeights, type Network, type Width } from '../../../../models/network.ts';
import type { MelodyNetworkName } from '../../../../app/contract/studio.ts';
import { MelodyNetworks } from '../../../engine/melody-networks.ts';
import { onnxBinding, SessionStore } from '../../../engine/session.ts';
import { makeFolder } from '../../../files/folder.ts';
import { show } from '../../../files/bytes.ts';
import type { Dataset, LoaderOptions } from '../../dataset/types.ts';
import { inUseWeights } from '../in-use.ts';
import { checkWeights, CRITIC_FOLDER, readModel } from '../model.ts';
import { CHECKPOINT_NAME, readRunFile, writeRunFile, type RunFile } from '../position.ts';
import { resumed, type Given } from '../resume.ts';
import type { RunRequest } from '../types.ts';
import { melodyLoader, readMelodyData, type MelodyData } from './melody-data.ts';
import { melodyModel } from './melody-model.ts';
import { ownMelodies, type OwnMelody } from './melody-own.ts';
import { bertsoTensors, miliaTensors } from './melody-tensors.ts';
import { newMelodyRun, type MelodyRunOptions } from './melody-plan.ts';
import { melodyObjectives } from './melody.ts';

export interface OpenMelodyOptions extends MelodyRunOptions {
  dir: string;
  /** A file of records, or a folder. */
  dataDir: string;
  /** Folder of the model that is in use, for comparison; none or null: there is none. */
  inUseDir?: string | null;
  resume: boolean;
  given?: readonly Given[];
  threads: number;
}

const exists = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  );

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
  const run = begun ?? newMelodyRun(options);
  const { phase, width, seed } = run.settings;
  const name = options.settings.network;
  const objective = melodyObjectives[name];
  if (run.data !== null && run.data !== data.fingerprint)
    throw new RevealError('bad-input', say('studio-other-pictures', { folder: show(data.dir) }));
  run.data = data.fingerprint;
  const startDir = options.startDir ?? run.startDir;
  const goesOn = resume && (await exists(path.join(dir, CHECKPOINT_NAME)));
  // Going on needs it only for what the network wrote before it learnt against its critic.
  const parent = startDir === null || (goesOn && phase === 'generator') ? null : await readModel(startDir);
  if (parent) checkWeights(objective.network, width, parent);
  const weights: Weights = parent?.weights ?? startWeights(objective.network, width, seed);
  const critic = await criticWeights(
    options.criticDir ?? run.criticDir,
    goesOn,
    objective.critic ?? null,
    run,
  );
  const { inUse, notices } = await inUseWeights(options.inUseDir ?? null, objective, run.settings);
  await makeFolder(dir);
  await writeRunFile(dir, run);
  const own = phase === 'generator' ? [] : await ownOf(objective.network, width, weights, data, seed);
  const cores = options.threads > 0 ? options.threads : os.availableParallelism();
  return {
    dir,
    run,
    dataset: asDataset(data),
    objective,
    weights,
    critic,
    inUse,
    notices: [
      ...notices,
      ...data.problems.slice(0, 5).map(({ id, reason }) => ({
        kind: 'picture',
        text: say('studio-picture', { file: id, detail: reason }),
      })),
    ],
    model: melodyModel({
      dir,
      network: objective.network,
      critic: objective.critic ?? null,
      judge: phase === 'gan',
      width,
      data,
      parent: parent?.card ?? null,
    }),
    openStore: (failures) => new SessionStore(onnxBinding, cores, [...failures]),
    // So small that nothing is faster than the processor.
    order: ['cpu'],
    block: null,
    resume: goesOn,
    makeLoader: (_dataset, loader) => melodyLoader(data, tensorsOf(name, own, loader), loader),
  };
}

function tensorsOf(name: MelodyNetworkName, own: readonly OwnMelody[], { batch, size }: LoaderOptions) {
  const shapes = melodyObjectives[name].tensors(batch, size) as Record<string, readonly number[]>;
  return name === 'bertso' ? bertsoTensors(size, shapes) : miliaTensors(size, shapes, own);
}

/** What the network wrote before it learns against a critic: by the weights that the run begins with, so always the same. */
async function ownOf(
  network: Network,
  width: Width,
  weights: Weights,
  data: MelodyData,
  seed: number,
): Promise<OwnMelody[]> {
  const networks = new MelodyNetworks(1);
  try {
    return await ownMelodies(
      networks.of(network, width, weights, planTable([...data.train, ...data.held]), 'at the start'),
      seed,
    );
  } finally {
    await networks.close();
  }
}

async function criticWeights(
  dir: string | null,
  goesOn: boolean,
  critic: RunRequest['objective']['network'] | null,
  { settings }: RunFile,
): Promise<Weights> {
  if (!critic) return new Map();
  // One that goes on has its own in the checkpoint.
  if (dir !== null && !goesOn) {
    const stored = await readModel(path.join(dir, CRITIC_FOLDER));
    checkWeights(critic, settings.width, stored);
    return stored.weights;
  }
  return initialWeights(networkParameters(critic, settings.width), settings.seed);
}
