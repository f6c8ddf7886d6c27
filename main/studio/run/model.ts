/**
 * What a run leaves behind: its model (`model/card.json` and `model/weights-HASH.rvw`, always complete: the card is
 * written last and carries the hash of the weights), the critic that learnt in it (`critic/`, in the same form, in
 * full precision: another run begins with exactly these numbers) and its sample panels (`samples/STEP.png`).
 */
import { createHash } from 'node:crypto';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { RevealError } from '../../../app/contract/messages.ts';
import { size as sizeOf, type Shape } from '../../../app/graph/graph.ts';
import type { Weights } from '../../../app/graph/scope.ts';
import { decodeWeights, encodeWeights } from '../../../app/graph/weights.ts';
import { modelCardSchema, type ModelCard } from '../../../models/card.ts';
import { critic } from '../../../models/critic/network.ts';
import { networkParameters, type Network, type Width } from '../../../models/network.ts';
import { makeFolder } from '../../files/folder.ts';
import { writeAtomic, writeJsonAtomic } from '../../files/atomic.ts';
import { show } from '../../files/bytes.ts';
import { encodePng, type Rgb8 } from '../../files/rgb.ts';
import type { Preset } from '../../../app/degrade/types.ts';
import type { Dataset } from '../dataset/types.ts';

/** The degradations that a dataset was built for; all kinds where nothing says. */
export const presetFor = (dataset: Dataset): Preset => dataset.manifest.preset ?? 'any';

export interface ModelFacts {
  step: number;
  seconds: number;
  /** Side of the test pictures in pixels. */
  size: number;
  figures: Readonly<Record<string, number>>;
}
export interface RunModel {
  /** Writes the weights that have been learnt, together with those that were frozen, and their card. */
  save(learnt: Weights, facts: ModelFacts): Promise<void>;
  /** Writes the critic and its card. */
  saveCritic(learnt: Weights, facts: Pick<ModelFacts, 'step' | 'seconds'>): Promise<void>;
  sample(step: number, panel: Rgb8): Promise<void>;
  /** Of networks that write melodies: some to listen to. */
  listen?(step: number, weights: Weights): Promise<void>;
  /** Figures of what is made with weights, where the losses do not say it. */
  judge?(weights: Weights): Promise<Record<string, number>>;
}

/** Where a critic lies in a run's folder. */
export const CRITIC_FOLDER = 'critic';

export interface ModelOptions {
  dir: string;
  network: Network;
  width: Width;
  dataset: Dataset;
  /** All weights that the run began with: those that were frozen are taken from here. */
  weights: Weights;
  /** Card of the model that the run began with; its provenance is handed on. */
  parent: ModelCard | null;
  /** Where weights of the network that we did not train come from (the backbone's card). */
  provenance: ModelCard['provenance'];
}

const shapeWords = (shape: Shape): (number | string)[] => [...shape];

/** Card parts that the file decides. */
export type CardOfFile = Pick<ModelCard, 'task' | 'network' | 'width' | 'weights' | 'sha256' | 'outputs'>;

/** Writes weights and their card: until the new card stands, the old one still finds its weights. */
export async function writeModel(
  folder: string,
  network: Network,
  width: Width,
  weights: Weights,
  precision: 'f16' | 'f32',
  meta: Readonly<Record<string, unknown>>,
  describe: (file: CardOfFile) => ModelCard,
): Promise<void> {
  const tensors = networkParameters(network, width).map(({ name, shape }) => {
    const found = weights.get(name);
    if (!found) throw new RevealError('internal', `The run has no weight ${name}.`);
    return { name, shape, data: found.data };
  });
  const bytes = encodeWeights(tensors, precision, { network: network.name, width, ...meta });
  await makeFolder(folder);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const file = `weights-${sha256.slice(0, 12)}.rvw`;
  await writeAtomic(path.join(folder, file), true, (sink) => sink.write(bytes));
  const { task, name } = network;
  const card = describe({ task, network: name, width, weights: file, sha256, outputs: [] });
  await writeJsonAtomic(path.join(folder, 'card.json'), card);
  for (const old of await readdir(folder))
    if (/^weights.*\.rvw$/.test(old) && old !== file) await rm(path.join(folder, old), { force: true });
}

/** The model, critic and samples of the run in `dir`. */
export function runModel(options: ModelOptions): RunModel {
  const { dir, network, width, dataset, parent } = options;
  const learntFrom = ({ step, seconds }: Pick<ModelFacts, 'step' | 'seconds'>): string =>
    `${dataset.pictures.filter((p) => p.split === 'train').length} pictures of ${dataset.name}, ${(seconds / 60).toFixed(1)} minutes, ${step} steps`;
  return {
    async save(learnt, facts) {
      const sample = { batch: 1, height: facts.size, width: facts.size };
      const all: Weights = new Map([...options.weights, ...learnt]);
      await writeModel(path.join(dir, 'model'), network, width, all, 'f16', { step: facts.step }, (file) => ({
        name: `${network.name}-${path.basename(dir)}`,
        version: String(facts.step),
        ...file,
        inputs: network
          .inputs(sample)
          .map((i) => ({ name: i.name, shape: shapeWords(i.shape), meaning: i.meaning })),
        license: parent?.license ?? 'The licence of the pictures that it was trained on decides.',
        provenance: parent?.provenance ?? options.provenance,
        trainedOn: `${learntFrom(facts)}${parent ? `, beginning with ${parent.name} ${parent.version}` : ''}`,
        metrics: { ...facts.figures },
        measuredBy: 'figures of the training run on its test pictures',
        limits: 'Made by a training run on this machine; not examined further.',
      }));
    },
    saveCritic: (learnt, facts) =>
      writeModel(
        path.join(dir, CRITIC_FOLDER),
        critic,
        width,
        learnt,
        'f32',
        { step: facts.step, judges: network.name },
        (file) => ({
          name: `critic-${path.basename(dir)}`,
          version: String(facts.step),
          ...file,
          inputs: critic
            .inputs({ batch: 1, height: critic.multiple, width: critic.multiple })
            .map((i) => ({ name: i.name, shape: shapeWords(i.shape), meaning: i.meaning })),
          license: 'The licence of the pictures that it was trained on decides.',
          provenance: [],
          trainedOn: `what ${network.name} makes of ${learntFrom(facts)}`,
          metrics: {},
          measuredBy: null,
          limits: `For training ${network.name} only (revelado train --phase gan --critic).`,
        }),
      ),
    async sample(step, panel) {
      const folder = path.join(dir, 'samples');
      await makeFolder(folder);
      const bytes = await encodePng(panel);
      await writeAtomic(path.join(folder, `${step}.png`), true, (sink) => sink.write(bytes));
    },
  };
}

/** A model's card and weights. */
export interface StoredModel {
  card: ModelCard;
  weights: Map<string, { shape: Shape; data: Float32Array }>;
  /** What the weights file says of itself. */
  meta: Readonly<Record<string, unknown>>;
}

/**
 * Reads a model folder (card.json beside its weights).
 * @throws RevealError 'not-found' when there is no card, 'bad-input' when the weights are missing, do not have the
 *   card's hash, or cannot be read
 */
export async function readModel(folder: string): Promise<StoredModel> {
  const text = await readFile(path.join(folder, 'card.json'), 'utf8').catch(() => null);
  if (text === null)
    throw new RevealError('not-found', `${show(folder)} holds no model: there is no card.json.`);
  let card: ModelCard;
  try {
    card = modelCardSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new RevealError('bad-input', `The card in ${show(folder)} is not a model card.`, { cause: error });
  }
  if (card.weights === null) throw new RevealError('bad-input', `${card.name} has no trained weights yet.`);
  // The card is data from a stranger: it may only name a file beside it.
  const file = path.join(folder, path.basename(card.weights));
  const bytes = await readFile(file).catch((error: unknown) => {
    throw new RevealError('bad-input', `The weights of ${card.name} are missing: ${show(file)}.`, {
      cause: error,
    });
  });
  if (createHash('sha256').update(bytes).digest('hex') !== card.sha256)
    throw new RevealError(
      'bad-input',
      `${show(file)} is not the file that its card describes: the hash differs.`,
    );
  const { tensors, meta } = decodeWeights(bytes, show(file));
  return {
    card,
    weights: new Map([...tensors].map(([name, t]) => [name, { shape: t.shape, data: t.data }])),
    meta,
  };
}

/**
 * Refuses weights of another architecture.
 * @throws RevealError 'bad-input' naming the first weight that is missing or of another shape
 */
export function checkWeights(network: Network, width: Width, model: StoredModel): void {
  for (const { name, shape } of networkParameters(network, width)) {
    const found = model.weights.get(name);
    if (!found || found.shape.join() !== shape.join() || found.data.length !== sizeOf(shape))
      throw new RevealError(
        'bad-input',
        `${model.card.name} does not fit ${network.name} (${width}): ${name} ${found ? `is [${found.shape.join(', ')}] instead of [${shape.join(', ')}]` : 'is missing'}.`,
      );
  }
}

/**
 * Reads the critic of a run: from the run's folder, or from the critic's own.
 * @param of the network whose pictures it has learnt to judge
 * @throws RevealError 'not-found' when there is none, 'bad-input' when it is broken, of another width, or judges the
 *   pictures of another network
 */
export async function readCritic(folder: string, of: Network, width: Width): Promise<StoredModel> {
  const inside = path.join(folder, CRITIC_FOLDER);
  const within = await stat(path.join(inside, 'card.json')).then(
    () => true,
    () => false,
  );
  const stored = await readModel(within ? inside : folder);
  if (stored.card.network !== critic.name)
    throw new RevealError('bad-input', `${show(folder)} holds a ${stored.card.network}, not a critic.`);
  if (stored.meta['judges'] !== of.name)
    throw new RevealError(
      'bad-input',
      `The critic in ${show(folder)} has learnt to judge what ${String(stored.meta['judges'])} makes; ${of.name} needs another.`,
    );
  checkWeights(critic, width, stored);
  return stored;
}
