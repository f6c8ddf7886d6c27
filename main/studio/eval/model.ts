/**
 * Predictors by the names that a person gives: a model of the program (`one`), the folder of a model or of a
 * training run, `baseline:METHOD` for a classical method in a model's place, or `onnx:FILE` for a denoiser of
 * somebody else's. A network is written out once
 * for each size of picture and runs as it would in the darkroom: grey and chroma are merged as there, a filler is
 * given its holes, `one` is told nothing.
 */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { baselineNames, baselines } from '../../../app/baseline/index.ts';
import { mergeChroma } from '../../../app/color/merge.ts';
import { RevealError } from '../../../app/contract/messages.ts';
import { emit } from '../../../app/graph/emit.ts';
import { Graph } from '../../../app/graph/graph.ts';
import { constantScope } from '../../../app/graph/scope.ts';
import { luma } from '../../../app/metrics/index.ts';
import { type Planar, planar } from '../../../app/planar.ts';
import { CHROMA_SCALE } from '../../../models/colorist/colour.ts';
import { type Network, networkInputs, networks, type Width } from '../../../models/index.ts';
import { probeProviders } from '../../engine/process-probe.ts';
import {
  onnxBinding,
  providerOrder,
  SessionStore,
  type ProviderName,
  type Session,
  type TensorData,
} from '../../engine/session.ts';
import { show } from '../../files/bytes.ts';
import { checkWeights, readModel, type StoredModel } from '../run/model.ts';
import { shippedModel, shippedModels } from '../shipped.ts';
import { openForeign } from './foreign.ts';
import type { PredictExtra, Predictor } from './types.ts';

const BASELINE = 'baseline:';
const FOREIGN = 'onnx:';

/** Engine and device that models run on; shared by all of one evaluation. */
export interface ModelEngine {
  store: SessionStore;
  device: string;
}

/** @param threads 0: all cores */
export async function modelEngine(device = 'auto', threads = 0): Promise<ModelEngine> {
  const order = providerOrder(device);
  // A missing driver may take the process down: each device is first tried in a process that may die.
  const probed = order.length > 1 ? await probeProviders(undefined, order) : [];
  const unusable = probed
    .filter((report) => !report.ok)
    .map(({ name, reason }) => ({ provider: name as ProviderName, when: 'missing' as const, reason }));
  return { store: new SessionStore(onnxBinding, threads, unusable), device };
}

/** How a network's tensors are filled from a picture, and a picture made from what it answers. */
interface Adapter {
  /** Groups it is made for; null: all. */
  groups: readonly string[] | null;
  output: string;
  feed(input: Planar, extra: PredictExtra): Record<string, TensorData>;
  picture(answer: Planar, input: Planar): Planar;
}

const tensor = (picture: Planar): TensorData => ({
  dims: [1, picture.channels, picture.height, picture.width],
  data: picture.data,
});

/** One plane of 0 and 1. */
const hole = (mask: Planar | null, like: Planar): Planar =>
  mask ? { ...mask, data: mask.data.map((v) => (v > 0 ? 1 : 0)) } : planar(like.width, like.height, 1);

const adapters: Record<'one' | 'colorist' | 'restorer' | 'filler', Adapter> = {
  one: {
    groups: null,
    output: 'y',
    feed: (x) => ({ x: tensor(x) }),
    picture: (y) => y,
  },
  colorist: {
    groups: ['bw', 'plates'],
    output: 'ab',
    feed: (input) => ({
      l: tensor(luma(input)),
      hints: tensor(planar(input.width / 4, input.height / 4, 3)),
    }),
    picture: (ab, input) => mergeChroma(luma(input), ab, CHROMA_SCALE),
  },
  restorer: {
    groups: ['clean', 'noise', 'blur', 'jpeg', 'salt-pepper', 'scratches'],
    output: 'y',
    feed: (x) => ({ x: tensor(x) }),
    picture: (y) => y,
  },
  filler: {
    groups: ['scratches', 'stains', 'missing'],
    output: 'y',
    feed: (x, { mask }) => ({ x: tensor(x), mask: tensor(hole(mask, x)) }),
    picture: (y) => y,
  },
};

const isAdapted = (name: string): name is keyof typeof adapters => name in adapters;

class NetworkPredictor implements Predictor {
  readonly name: string;
  readonly groups: readonly string[] | null;
  private readonly network: Network;
  private readonly adapter: Adapter;
  private readonly width: Width;
  private readonly model: StoredModel;
  private readonly engine: ModelEngine;

  constructor(name: string, kind: keyof typeof adapters, model: StoredModel, engine: ModelEngine) {
    this.name = name;
    this.network = networks[kind];
    this.adapter = adapters[kind];
    this.groups = this.adapter.groups;
    this.width = model.card.width ?? 'small';
    this.model = model;
    this.engine = engine;
    checkWeights(this.network, this.width, model);
  }

  async predict(input: Planar, extra: PredictExtra): Promise<Planar> {
    const { output, feed, picture } = this.adapter;
    const session = await this.session(input.width, input.height);
    const answer = (await session.run(feed(input, extra)))[output];
    const [, channels, height, width] = answer.dims;
    return picture({ width, height, channels, data: answer.data }, input);
  }

  private session(width: number, height: number): Promise<Session> {
    const { multiple, name } = this.network;
    if (width % multiple !== 0 || height % multiple !== 0)
      throw new RevealError(
        'bad-request',
        `${this.name} works on sides that are multiples of ${multiple}, not on ${width} × ${height}.`,
      );
    const write = (): Uint8Array => {
      const graph = new Graph();
      const inputs = networkInputs(graph, this.network, { batch: 1, height, width });
      const outputs = this.network.build(constantScope(graph, this.model.weights), inputs, this.width);
      return emit({ [this.adapter.output]: outputs[this.adapter.output] }, { name }).bytes;
    };
    return this.engine.store.open(
      `${name} ${this.model.card.sha256} ${width}x${height}`,
      () => Promise.resolve(write()),
      providerOrder(this.engine.device),
    );
  }
}

/** The folder that a name stands for: a model's, a run's, or one of the program's models. */
function modelFolder(name: string): string {
  for (const folder of [path.join(name, 'model'), name])
    if (existsSync(path.join(folder, 'card.json'))) return path.resolve(folder);
  return shippedModel(name);
}

/** Names of the program's models that have weights to evaluate. */
async function shippedNames(): Promise<string[]> {
  const names = await readdir(shippedModels()).catch(() => []);
  return names.filter((name) => isAdapted(name) && existsSync(path.join(shippedModel(name), 'card.json')));
}

/**
 * Opens what a name stands for. The engine is the caller's to close.
 * @throws RevealError 'not-found' when there is no such model or baseline, 'bad-input' when its weights are
 *   missing, damaged or of another architecture
 */
export async function openPredictor(name: string, engine: ModelEngine): Promise<Predictor> {
  if (name.startsWith(BASELINE)) {
    const wanted = name.slice(BASELINE.length);
    const known = baselineNames.find((one) => one === wanted);
    if (!known)
      throw new RevealError(
        'not-found',
        `There is no baseline ${show(wanted)}. There are: ${baselineNames.join(', ')}.`,
      );
    return {
      name,
      groups: null,
      predict: (input, { mask }) => Promise.resolve(baselines[known](input, mask)),
    };
  }
  if (name.startsWith(FOREIGN)) return openForeign(name, name.slice(FOREIGN.length), engine);
  const folder = modelFolder(name);
  if (!existsSync(path.join(folder, 'card.json'))) {
    const names = await shippedNames();
    throw new RevealError(
      'not-found',
      `There is no model ${show(name)}: it is neither the folder of a model or a training run nor one of the program's models (${names.join(', ') || 'none has weights yet'}).`,
    );
  }
  const model = await readModel(folder);
  if (!isAdapted(model.card.network))
    throw new RevealError(
      'bad-input',
      `${model.card.name} is a ${show(model.card.network)}, which makes no pictures that could be measured.`,
    );
  return new NetworkPredictor(name, model.card.network, model, engine);
}
