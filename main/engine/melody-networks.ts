/**
 * The networks that write melodies, over onnxruntime: weights and the table of plans from a model's folder, one session
 * for each graph. They are so small that a processor is faster than any way to another device, so they
 * run on it alone, and what a seed gives is the same everywhere.
 */
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { RevealError } from '../../app/contract/messages.ts';
import { emit } from '../../app/graph/emit.ts';
import { Graph, type Tensor } from '../../app/graph/graph.ts';
import { constantScope, type Scope, type Weights } from '../../app/graph/scope.ts';
import { planTableSchema, type PlanTable } from '../../app/melody/plans.ts';
import type { Network, Width } from '../../models/network.ts';
import { checkWeights, readModel, type StoredModel } from '../studio/run/model.ts';
import { shippedModel } from '../studio/shipped.ts';
import { onnxBinding, SessionStore, type Binding, type Feeds, type TensorData } from './session.ts';

/** Under this name the description in a weights file has the plans of the melodies that were learnt from. */
export const PLANS = 'plans';

/** Writes a graph of a network: makes inputs, gives outputs. */
export type GraphWriter = (graph: Graph, scope: Scope, width: Width) => Record<string, Tensor>;

/** A network with its weights. */
export class MelodyNetwork {
  readonly plans: PlanTable;
  readonly name: string;
  readonly sha256: string;
  readonly width: Width;
  private readonly weights: Weights;
  private readonly store: SessionStore;

  constructor(
    { name, sha256, width, weights }: { name: string; sha256: string; width: Width; weights: Weights },
    plans: PlanTable,
    store: SessionStore,
  ) {
    this.weights = weights;
    this.plans = plans;
    this.store = store;
    this.name = name;
    this.sha256 = sha256;
    this.width = width;
  }

  /** @param key names the graph among those of this network: its purpose and its sizes */
  async run(key: string, write: GraphWriter, feeds: Feeds): Promise<Record<string, TensorData>> {
    const session = await this.store.open(
      `${this.name} ${this.sha256} ${key}`,
      () => {
        const graph = new Graph();
        const scope = constantScope(graph, this.weights);
        const outputs = write(graph, scope, this.width);
        return Promise.resolve(emit(outputs, { name: this.name }).bytes);
      },
      ['cpu'],
    );
    return session.run(feeds);
  }
}

/** Opens melody networks and keeps them. */
export class MelodyNetworks {
  private readonly store: SessionStore;
  private readonly opened = new Map<string, Promise<MelodyNetwork>>();

  constructor(threads: number, binding: () => Binding = onnxBinding) {
    this.store = new SessionStore(binding, threads);
  }

  /**
   * The network with the weights in a folder (of a model, or of a training run).
   * @param folder default: the weights that came with the program
   * @throws RevealError 'not-found' when there are none, 'bad-input' when they are broken or another network's
   */
  open(network: Network, folder = shippedModel(network.name)): Promise<MelodyNetwork> {
    const dir = existsSync(path.join(folder, 'model', 'card.json')) ? path.join(folder, 'model') : folder;
    // A run that learns on has other weights in the same folder.
    const key = `${dir} ${statSync(path.join(dir, 'card.json'), { throwIfNoEntry: false })?.mtimeMs ?? 0}`;
    let opened = this.opened.get(key);
    if (!opened) {
      opened = this.read(network, dir);
      this.opened.set(key, opened);
      opened.catch(() => this.opened.delete(key));
    }
    return opened;
  }

  private async read(network: Network, dir: string): Promise<MelodyNetwork> {
    const model = await readModel(dir);
    if (model.card.network !== network.name)
      throw new RevealError(
        'bad-input',
        `${model.card.name} is a ${model.card.network}, not a ${network.name}.`,
      );
    checkWeights(network, model.card.width ?? 'small', model);
    const { name, sha256, width } = model.card;
    return new MelodyNetwork(
      { name, sha256: sha256 ?? '', width: width ?? 'small', weights: model.weights },
      plansOf(model),
      this.store,
    );
  }

  /** A network with weights that are at hand: of a run that goes on, or in tests. @param name tells its sessions from others */
  of(network: Network, width: Width, weights: Weights, plans: PlanTable, name: string): MelodyNetwork {
    return new MelodyNetwork(
      { name: `${network.name} ${name}`, sha256: '', width, weights },
      plans,
      this.store,
    );
  }

  close(): Promise<void> {
    this.opened.clear();
    return this.store.close();
  }
}

/** The plans that a weights file carries in its description. */
function plansOf(model: StoredModel): PlanTable {
  const plans = planTableSchema.safeParse(model.meta[PLANS]);
  if (plans.success) return plans.data;
  throw new RevealError('bad-input', `${model.card.name}: its weights hold no plans of melodies.`, {
    cause: plans.error,
  });
}
