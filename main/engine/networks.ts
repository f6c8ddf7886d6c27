/**
 * The networks as the actions see them, over onnxruntime: our own with the weights that came with the program, those
 * that a person's training run has put in their place, or one that was named. A network is written as a graph once for
 * each size of tensors and its session kept; a device that fails gives way to the next (session.ts), one that has no
 * memory gets smaller tiles and then the processor does it (model-tiles.ts). One run at a time has all the cores. On
 * processors that can, networks with stored ranges are computed in 8 bits (eight-bits.ts, precision.ts).
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { RevealError } from '../../app/contract/messages.ts';
import { emit } from '../../app/graph/emit.ts';
import { Graph } from '../../app/graph/graph.ts';
import { constantBytes, workingBytes } from '../../app/graph/memory.ts';
import { constantScope } from '../../app/graph/scope.ts';
import type { Planar } from '../../app/planar.ts';
import { say } from '../../app/words/sentences.ts';
import { helpers, networkInputs, networks, type Network } from '../../models/index.ts';
import type {
  ApplyOptions,
  NetworkTask,
  NetworkTensors,
  Networks,
  OpenNetwork,
} from '../actions/picture/networks.ts';
import { checkWeights, readModel, type StoredModel } from '../studio/run/model.ts';
import { shippedModel } from '../studio/shipped.ts';
import type { Budget } from './budget.ts';
import { ModelStore } from '../models-store/store.ts';
import { inEightBits, type Ranges } from './eight-bits.ts';
import { ImportedNetwork } from './imported-network.ts';
import { runTiled } from './model-tiles.ts';
import { addsEightBits, storedRanges, wantsSingle } from './precision.ts';
import { probeProvider } from './process-probe.ts';
import { Memo } from './memo.ts';
import { onnxBinding, providerOrder, SessionStore, TooBigError } from './session.ts';
import type { Binding, ProviderFailure, ProviderName, SessionOptions } from './session.ts';
import { SessionShelf, type SessionSource, type ShelvedSession } from './session-shelf.ts';

/** Bytes that kept sessions may hold together, beyond the two that were used last. */
const KEPT_BYTES = 200e6;
/** Working memory of a session by what its graph's numbers take: measured 2.3 to 2.8 times on our networks. */
const ROOM = 2.8;
/**
 * How sessions are made. onnxruntime's plan of memory for fixed shapes is left out: it takes all of a run's memory in one
 * piece, beside the pieces that the first run has taken, and so holds twice as much for no speed.
 */
const INFERENCE: SessionOptions = { memoryPattern: false };
/** Largest side of a tile. Larger ones spend less on overlap and need more memory. */
const TILE = 768;
/** Outputs that only training wants. */
const TRAINING_ONLY = new Set(['damageLogits', 'first', 'answers', 'known', 'bare']);

/** Folders of the models that a person has put in the place of the shipped ones, by task. */
export type ModelsInUse = Partial<Record<NetworkTask, string>>;

export interface NetworkSettings {
  threads: number;
  device: string;
  cores: Budget;
  binding?: () => Binding;
  /** Single precision everywhere, also where 8 bits are faster. Default: what the environment says (precision.ts). */
  single?: boolean;
  /** Folder of the models that a person has imported; none without. */
  modelsDir?: string;
}

/** Whether this machine may have what a provider needs; those that cannot work are not even tried. */
function plausible(provider: ProviderName): boolean {
  if (process.platform !== 'linux' || provider === 'cpu') return true;
  const nvidia = existsSync('/proc/driver/nvidia/version') || existsSync('/dev/nvidiactl');
  return nvidia || existsSync('/dev/dxg') || (provider === 'webgpu' && existsSync('/dev/dri'));
}

/** Devices that were found unusable, each tried in a process that may die. */
async function unusable(device: string): Promise<ProviderFailure[]> {
  const failures: ProviderFailure[] = [];
  for (const provider of providerOrder(device)) {
    if (provider === 'cpu') continue;
    if (!plausible(provider)) {
      failures.push({ provider, when: 'missing', reason: 'this machine has no such device' });
      continue;
    }
    const { ok, reason } = await probeProvider(provider);
    if (!ok) failures.push({ provider, when: 'missing', reason });
    // What comes after the first that works is asked only when that one dies.
    else break;
  }
  return failures;
}

const own = { ...networks, ...helpers };
const isKnown = (name: string): name is keyof typeof own => name in own;

/** One network with its weights. */
class StoredNetwork implements OpenNetwork {
  readonly name: string;
  readonly sha256: string;
  readonly multiple: number;
  readonly reach: number | null;
  private readonly network: Network;
  private readonly model: StoredModel;
  private readonly engine: EngineNetworks;
  /** With which it is computed in 8 bits on processors; null: in single precision. */
  private ranges: Ranges | null;
  private most: number;
  /** Set when the device had no memory for the smallest tile. */
  private onCpu = false;

  constructor(network: Network, model: StoredModel, ranges: Ranges | null, engine: EngineNetworks) {
    this.network = network;
    this.model = model;
    this.ranges = ranges;
    this.engine = engine;
    this.name = model.card.name;
    this.sha256 = model.card.sha256 ?? '';
    this.multiple = network.multiple;
    this.reach = network.margin;
    this.most = Math.max(TILE, 3 * (network.margin ?? 0));
  }

  async run(inputs: NetworkTensors, signal?: AbortSignal): Promise<NetworkTensors> {
    if (signal?.aborted) throw new RevealError('cancelled', 'Cancelled.');
    const first = this.network.inputs({ batch: 1, height: this.multiple * 4, width: this.multiple * 4 })[0];
    const dims = inputs[first.name]?.dims;
    if (!dims) throw new RevealError('internal', `${this.network.name} wants an input ${first.name}.`);
    const [batch, , height, width] = dims;
    const source = await this.source(batch, height, width);
    return this.engine.sessions.use(source.key, source, (session) =>
      this.engine.alone(signal, () => session.run(inputs)),
    );
  }

  async apply(planes: Record<string, Planar>, options: ApplyOptions = {}): Promise<Record<string, Planar>> {
    const run = async (part: Record<string, Planar>, signal?: AbortSignal) => {
      const tensors = Object.fromEntries(
        Object.entries(part).map(([name, p]) => [
          name,
          { dims: [1, p.channels, p.height, p.width], data: p.data },
        ]),
      );
      try {
        const answer = await this.run(tensors, signal);
        return Object.fromEntries(
          Object.entries(answer).map(([name, { dims, data }]): [string, Planar] => [
            name,
            { channels: dims[1], height: dims[2], width: dims[3], data },
          ]),
        );
      } catch (error) {
        if (error instanceof TooBigError) return 'too-big' as const;
        throw error;
      }
    };
    const { multiple, reach } = this;
    const tiled = (): Promise<Record<string, Planar>> =>
      runTiled(planes, run, {
        ...options,
        multiple,
        reach,
        most: this.most,
        onSmaller: (side) => (this.most = side),
      });
    try {
      return await tiled();
    } catch (error) {
      const memory = error instanceof RevealError && error.code === 'engine';
      if (!memory || this.onCpu || this.engine.order[0] === 'cpu') throw error;
      this.onCpu = true;
      this.most = Math.max(TILE, 3 * (reach ?? 0));
      return tiled();
    }
  }

  /** The session for tensors of one size. */
  private async source(
    batch: number,
    height: number,
    width: number,
  ): Promise<SessionSource & { key: string }> {
    const store = await this.engine.store();
    const { network, model } = this;
    const order: ProviderName[] = this.onCpu ? ['cpu'] : this.engine.order;
    const size = `${network.name} ${this.sha256} ${batch}x${width}x${height}`;
    let bytes = 0;
    const write = (): Uint8Array => {
      const graph = new Graph();
      const inputs = networkInputs(graph, network, { batch, height, width });
      const outputs = network.build(constantScope(graph, model.weights), inputs, model.card.width ?? 'small');
      const wanted = Object.fromEntries(Object.entries(outputs).filter(([name]) => !TRAINING_ONLY.has(name)));
      const made = Object.values(wanted);
      bytes = ROOM * workingBytes(made) + 2 * constantBytes(made);
      return emit(wanted, { name: network.name }).bytes;
    };
    const form = (key: string, on: ProviderName[], made: () => Uint8Array) => ({
      key,
      open: async () => ({
        session: await store.open(key, () => Promise.resolve(made()), on, INFERENCE),
        bytes,
      }),
      drop: () => void store.drop(key, on, INFERENCE),
    });
    const single = form(`${size} ${order.join()}`, order, write);
    const { ranges } = this;
    if (!ranges || store.first(order) !== 'cpu' || !(await this.engine.eightBits())) return single;
    const eight = form(`${size} 8 bits`, ['cpu'], () => {
      const bytes = write();
      return inEightBits(bytes, ranges) ?? bytes;
    });
    const open = async (): Promise<ShelvedSession> => {
      try {
        return await eight.open();
      } catch (error) {
        if (error instanceof TooBigError) throw error;
        // Whatever this runtime has against 8 bits: single precision always works.
        this.ranges = null;
        return single.open();
      }
    };
    return {
      key: eight.key,
      open,
      drop: () => {
        eight.drop();
        single.drop();
      },
    };
  }
}

/** All networks of one engine process. */
export class EngineNetworks {
  readonly order: ProviderName[];
  private readonly settings: NetworkSettings;
  /** What our own networks run in. */
  readonly sessions = new SessionShelf(KEPT_BYTES);
  private readonly opened = new Memo<OpenNetwork>(24);
  private stored: Promise<SessionStore> | null = null;
  private adds: Promise<boolean> | null = null;

  constructor(settings: NetworkSettings) {
    this.settings = settings;
    this.order = providerOrder(settings.device);
  }

  /** The networks with a person's own models in the place of shipped ones. */
  with(inUse: ModelsInUse = {}): Networks {
    return { open: (task, name = '') => this.open(task, name, inUse) };
  }

  /** Opens a model of the program, the folder of a model or of a training run, or what is in use. */
  private async open(task: NetworkTask, name: string, inUse: ModelsInUse): Promise<OpenNetwork | null> {
    const folder = this.folder(task, name, inUse);
    if (!folder) {
      const imported = name === '' ? null : await this.imported(task, name);
      if (imported) return imported;
      if (name !== '') throw new RevealError('not-found', say('model-gone', { name }));
      return null;
    }
    const opened = async (): Promise<OpenNetwork> => {
      const model = await readModel(folder);
      const kind = model.card.network;
      if (kind !== task || !isKnown(kind))
        throw new RevealError('bad-input', say('model-other-task', { name: model.card.name, task }));
      checkWeights(own[kind], model.card.width ?? 'small', model);
      const ranges = await storedRanges(folder, model.card.sha256);
      return new StoredNetwork(own[kind], model, ranges, this);
    };
    try {
      return await this.opened.get(`${task} ${folder}`, opened);
    } catch (error) {
      // The program's own card may say that there are no weights yet: the step does without.
      if (name === '' && folder === shippedModel(task)) return null;
      throw error;
    }
  }

  /** A model of the store; null: there is none of this name. @throws RevealError when it is another's or damaged */
  private async imported(task: NetworkTask, name: string): Promise<OpenNetwork | null> {
    const { modelsDir } = this.settings;
    if (modelsDir === undefined) return null;
    const store = new ModelStore(modelsDir);
    const folder = store.folderOf(name);
    if (!folder || !existsSync(folder)) return null;
    const model = await store.get(name);
    if (model.card.task !== task) throw new RevealError('bad-input', say('model-other-task', { name, task }));
    // Again each time: the file may have been taken away or changed while the picture waited.
    const key = `imported ${folder} ${model.card.sha256} ${JSON.stringify(model.adapter)}`;
    return this.opened.get(key, async () => {
      const bytes = await store.bytes(model);
      return new ImportedNetwork(model, {
        session: async () =>
          (await this.store()).open(key, () => Promise.resolve(bytes), this.order, INFERENCE),
        alone: (signal, work) => this.alone(signal, work),
      });
    });
  }

  private folder(task: NetworkTask, name: string, inUse: ModelsInUse): string | null {
    const has = (dir: string): boolean => existsSync(path.join(dir, 'card.json'));
    if (name === '') {
      const own = inUse[task];
      if (own && has(own)) return own;
      return has(shippedModel(task)) ? shippedModel(task) : null;
    }
    if (path.isAbsolute(name)) return [path.join(name, 'model'), name].find(has) ?? null;
    return has(shippedModel(name)) ? shippedModel(name) : null;
  }

  /** Runs `work` with all cores to itself. */
  alone<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    return this.settings.cores.with(this.settings.threads, signal, work);
  }

  /** The sessions; which devices work is found out when the first network is wanted. */
  store(): Promise<SessionStore> {
    const { threads, device, binding = onnxBinding } = this.settings;
    this.stored ??= unusable(device).then((failures) => new SessionStore(binding, threads, failures));
    return this.stored;
  }

  /** Whether networks with ranges are computed in 8 bits here. */
  eightBits(): Promise<boolean> {
    const { single = wantsSingle(), binding = onnxBinding } = this.settings;
    this.adds ??= single ? Promise.resolve(false) : addsEightBits(binding());
    return this.adds;
  }

  /** What runs the networks now. */
  async device(): Promise<ProviderName> {
    return (await this.store()).first(this.order);
  }

  async close(): Promise<void> {
    await (await this.stored)?.close();
  }
}
