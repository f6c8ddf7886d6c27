/**
 * Puts a run together: opens its dataset, finds the weights it begins with (a model's, a pre-trained backbone's,
 * fresh ones), plans its stages, or takes all that from the folder of a run that is to go on.
 */
import { readdir, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { RevealError } from '../../../app/contract/messages.ts';
import { isMelodyNetwork, type RunSettings } from '../../../app/contract/studio.ts';
import { say } from '../../../app/words/sentences.ts';
import { initialWeights, type Weights } from '../../../app/graph/scope.ts';
import { critic } from '../../../models/critic/network.ts';
import {
  networkParameters,
  startWeights,
  type Network,
  type NetworkWeights,
} from '../../../models/network.ts';
import type { ModelCard } from '../../../models/card.ts';
import { cpuBlock } from '../../engine/cpu-block.ts';
import { probeProviders } from '../../engine/process-probe.ts';
import { onnxBinding, providerOrder, SessionStore, type ProviderName } from '../../engine/session.ts';
import { makeFolder } from '../../files/folder.ts';
import { show } from '../../files/bytes.ts';
import { fingerprint } from '../dataset/fingerprint.ts';
import { openDataset } from '../dataset/open.ts';
import type { Dataset } from '../dataset/types.ts';
import { shippedModel } from '../shipped.ts';
import { checkWeights, readCritic, readModel, runModel, type StoredModel } from './model.ts';
import type { Objective } from './objective.ts';
import { objectives } from './objectives/index.ts';
import { newRun } from './plan-run.ts';
import { CHECKPOINT_NAME, encoderOf, readRunFile, writeRunFile, type RunFile } from './position.ts';
import { resumed, type Given } from './resume.ts';
import type { RunRequest } from './types.ts';
import { deviceWords } from './said.ts';
import { inUseWeights } from './in-use.ts';

export interface OpenOptions {
  /** The run's folder: made when it is not there. */
  dir: string;
  dataDir: string;
  settings: RunSettings;
  /** Folder of the model to begin with; null: fresh weights (and the backbone, where the network has one). */
  startDir: string | null;
  /** Folder of the run whose critic it begins with; null: a fresh one, where one learns. */
  criticDir: string | null;
  /** Folder of the model that is in use, for comparison; null: there is none. */
  inUseDir: string | null;
  /** Total steps, instead of minutes: the same numbers on every machine. */
  totalSteps: number | null;
  resume: boolean;
  /** Settings that a person gave with `resume`: they must be the run's own. */
  given?: readonly Given[];
  device: string;
  /** Threads for onnxruntime and the loader together; 0 = all cores. */
  threads: number;
}

/** Fewer pictures than this teach nothing. */
const LEAST_PICTURES = 8;

const exists = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  );

/** @throws RevealError with what is wrong with the data, the folder or the weights, and what to do */
export async function openRun(options: OpenOptions): Promise<RunRequest> {
  const { dir, dataDir, resume } = options;
  const dataset = await openDataset(dataDir);
  refuseTooFew(dataset);
  const known = readRunFile(dir);
  if (resume && !known)
    throw new RevealError('not-found', `${show(dir)} holds no training run to go on with.`);
  if (!resume && (known || ((await exists(dir)) && (await readdir(dir)).length > 0)))
    throw new RevealError(
      'bad-input',
      `${show(dir)} is not empty. Go on with the run in it by --resume, or choose another folder.`,
    );
  const begun = known && options.given ? resumed(dir, known, options, options.given) : known;
  const chosen = begun?.settings ?? options.settings;
  if (isMelodyNetwork(chosen.network))
    throw new RevealError('bad-request', say('studio-melody-data', { network: chosen.network }));
  const settings = { ...chosen, network: chosen.network };
  const objective = objectives[settings.network];
  const run = begun ?? freshRun(options, objective.network);
  const data = await fingerprint(dataset);
  if (run.data !== null && run.data !== data)
    throw new RevealError('bad-input', say('studio-other-pictures', { folder: show(dataset.dir) }));
  const changed = run !== known || run.data === null;
  run.data = data;
  // Where frozen weights and provenance come from: the same as at the start.
  const startDir = options.startDir ?? run.startDir;
  // A run that never reached its first checkpoint begins anew.
  const goesOn = resume && (await exists(path.join(dir, CHECKPOINT_NAME)));
  // Going on needs it only for weights that stay as they are: all others are in the checkpoint.
  const freezes = run.stages.some((stage) => encoderOf(settings, stage) === 'frozen');
  if (startDir === null && settings.start !== null && (freezes || !goesOn))
    throw new RevealError('not-found', `${show(dir)}: ${say('studio-no-start', { model: settings.start })}`);
  const parent = startDir === null ? null : await readModel(startDir);
  if (parent) checkWeights(objective.network, settings.width, parent);
  const backbone = objective.network.freezable.length > 0 ? await readModel(shippedModel('backbone')) : null;
  const weights = beginning(objective, settings, parent, backbone);
  const critic = await criticWeights(options.criticDir ?? run.criticDir, goesOn, objective, settings);
  const { inUse, notices } = await inUseWeights(options.inUseDir, objective, settings);
  // Only now: a run that is refused leaves no folder behind.
  if (changed) {
    await makeFolder(dir);
    await writeRunFile(dir, run);
  }
  const order = providerOrder(options.device);
  // A missing driver may take the process down: each device is first tried in a process that may die.
  const probed = order.length > 1 ? await probeProviders(undefined, order) : [];
  const unusable = probed
    .filter((p) => !p.ok)
    .map((p) => ({ provider: p.name as ProviderName, when: 'missing' as const, reason: p.reason }));
  const missing = unusable.find((u) => u.provider === options.device);
  if (missing) {
    const to = order.find((p) => !unusable.some((u) => u.provider === p)) ?? 'cpu';
    notices.push({ kind: 'device', text: deviceWords(missing, to) });
  }
  const cores = options.threads > 0 ? options.threads : os.availableParallelism();
  return {
    dir,
    run,
    dataset,
    objective,
    weights,
    critic,
    inUse,
    notices,
    model: runModel({
      dir,
      network: objective.network,
      width: settings.width,
      dataset,
      weights,
      parent: parent?.card ?? null,
      provenance: provenanceOf(backbone?.card ?? null),
    }),
    openStore: (failures) => new SessionStore(onnxBinding, cores, [...unusable, ...failures]),
    order,
    // Graphs in the CPU's own layout run nowhere else: only where no other device is left to try.
    block:
      order.filter((p) => !unusable.some((u) => u.provider === p))[0] === 'cpu' ? await cpuBlock() : null,
    resume: goesOn,
    loaderThreads: Math.max(1, cores - 1),
  };
}

function refuseTooFew(dataset: Dataset): void {
  const count = (split: 'train' | 'test') => dataset.pictures.filter((p) => p.split === split).length;
  const train = count('train');
  if (train < LEAST_PICTURES)
    throw new RevealError(
      'bad-input',
      `${say('studio-too-few', { folder: show(dataset.dir), count: String(train), least: String(LEAST_PICTURES) })}${
        dataset.problems.length > 0
          ? ` ${dataset.problems.length} files could not be used, ${dataset.problems[0].id} for one: ${dataset.problems[0].reason}.`
          : ''
      }`,
    );
  if (count('test') === 0)
    throw new RevealError('bad-input', say('studio-no-test', { folder: show(dataset.dir) }));
}

const freshRun = (options: OpenOptions, network: Network): RunFile => {
  const { settings, totalSteps, startDir, criticDir } = options;
  return { ...newRun(settings, network, totalSteps), startDir, criticDir };
};

/** All weights of the network at the start. */
function beginning(
  objective: Objective,
  settings: RunSettings,
  parent: StoredModel | null,
  backbone: StoredModel | null,
): NetworkWeights {
  if (parent) return new Map(parent.weights);
  return startWeights(
    objective.network,
    settings.width,
    settings.seed,
    backbone?.weights ?? new Map(),
    'backbone.',
  );
}
/** The critic at the start: a run's, or a fresh one. One that goes on has its own in the checkpoint. */
async function criticWeights(
  dir: string | null,
  goesOn: boolean,
  objective: Objective,
  settings: RunSettings,
): Promise<Weights> {
  if (!goesOn && dir !== null) {
    if (settings.phase === 'generator') throw new RevealError('bad-request', say('studio-critic-phase'));
    return (await readCritic(dir, objective.network, settings.width)).weights;
  }
  if (!goesOn && settings.critic !== null)
    throw new RevealError('not-found', say('studio-no-critic', { run: settings.critic }));
  return initialWeights(networkParameters(critic, settings.width), settings.seed);
}

const provenanceOf = (backbone: ModelCard | null): ModelCard['provenance'] => backbone?.provenance ?? [];
