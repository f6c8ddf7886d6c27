/**
 * What a run leaves behind: its model (`model/card.json` and `model/weights-HASH.rvw`, always complete: the card is
 * written last and carries the hash of the weights) and its sample panels (`samples/STEP.png`).
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { RevealError } from '../../../app/contract/messages.ts';
import { size as sizeOf, type Shape } from '../../../app/graph/graph.ts';
import type { Weights } from '../../../app/graph/scope.ts';
import { decodeWeights, encodeWeights } from '../../../app/graph/weights.ts';
import { modelCardSchema, type ModelCard } from '../../../models/card.ts';
import { networkParameters, type Network, type Width } from '../../../models/network.ts';
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
  sample(step: number, panel: Rgb8): Promise<void>;
}

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

/** The model and samples of the run in `dir`. */
export function runModel(options: ModelOptions): RunModel {
  const { dir, network, width, dataset, parent } = options;
  return {
    async save(learnt, facts) {
      const tensors = networkParameters(network, width).map(({ name, shape }) => {
        const found = learnt.get(name) ?? options.weights.get(name);
        if (!found) throw new RevealError('internal', `The run has no weight ${name}.`);
        return { name, shape, data: found.data };
      });
      const bytes = encodeWeights(tensors, 'f16', { network: network.name, width, step: facts.step });
      const folder = path.join(dir, 'model');
      await mkdir(folder, { recursive: true });
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      // A name of their own: until the new card stands, the old one still finds its weights.
      const name = `weights-${sha256.slice(0, 12)}.rvw`;
      await writeAtomic(path.join(folder, name), true, (sink) => sink.write(bytes));
      const sample = { batch: 1, height: facts.size, width: facts.size };
      const card: ModelCard = {
        name: `${network.name}-${path.basename(dir)}`,
        version: String(facts.step),
        task: network.task,
        network: network.name,
        width,
        weights: name,
        sha256,
        inputs: network
          .inputs(sample)
          .map((i) => ({ name: i.name, shape: shapeWords(i.shape), meaning: i.meaning })),
        outputs: [],
        license: parent?.license ?? 'The licence of the pictures that it was trained on decides.',
        provenance: parent?.provenance ?? options.provenance,
        trainedOn: `${dataset.pictures.filter((p) => p.split === 'train').length} pictures of ${dataset.name}, ${(facts.seconds / 60).toFixed(1)} minutes, ${facts.step} steps${parent ? `, beginning with ${parent.name} ${parent.version}` : ''}`,
        metrics: { ...facts.figures },
        measuredBy: 'figures of the training run on its test pictures',
        limits: 'Made by a training run on this machine; not examined further.',
      };
      await writeJsonAtomic(path.join(folder, 'card.json'), card);
      for (const old of await readdir(folder))
        if (/^weights.*\.rvw$/.test(old) && old !== name) await rm(path.join(folder, old), { force: true });
    },
    async sample(step, panel) {
      const folder = path.join(dir, 'samples');
      await mkdir(folder, { recursive: true });
      const bytes = await encodePng(panel);
      await writeAtomic(path.join(folder, `${step}.png`), true, (sink) => sink.write(bytes));
    },
  };
}

/** A model's card and weights. */
export interface StoredModel {
  card: ModelCard;
  weights: Map<string, { shape: Shape; data: Float32Array }>;
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
  const { tensors } = decodeWeights(bytes, show(file));
  return {
    card,
    weights: new Map([...tensors].map(([name, t]) => [name, { shape: t.shape, data: t.data }])),
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
