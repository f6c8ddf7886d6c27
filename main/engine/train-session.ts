/**
 * Runs step graphs (app/graph/step) and holds, between steps, what they read and change: weights, moments,
 * averaged weights, state. `TrainState` keeps every vector twice; a step reads the one copy and onnxruntime writes
 * into the other, then they change places, so no number is copied by us. When a loss or the gradient is not finite
 * they do not change places, and the step has not happened. Several sessions may work on one state: generator and
 * critic of a GAN, the step and the graph that makes samples.
 */
import { createHash } from 'node:crypto';
import { RevealError } from '../../app/contract/messages.ts';
import type { Weights } from '../../app/graph/scope.ts';
import {
  adamScalars,
  fromVector,
  toVector,
  type Layout,
  type StepGraph,
  type StepVector,
} from '../../app/graph/step/index.ts';
import type {
  Feeds,
  ProviderName,
  Session,
  SessionOptions,
  SessionStore,
  Targets,
  TensorData,
} from './session.ts';

interface Pair {
  front: Float32Array;
  back: Float32Array;
}

/** All vectors of a training run, by the names of `StepVector`, and how many steps each part has learnt. */
export class TrainState {
  /** Steps that the moments of a part have seen. */
  readonly counts = new Map<string, number>();
  private readonly vectors = new Map<string, Pair>();
  private readonly layouts = new Map<string, Layout>();

  /** Makes room for the vectors of a graph that are not there yet, all zero. @throws RevealError when a vector has another layout */
  prepare(graph: StepGraph): void {
    for (const { name, layout } of graph.vectors) {
      const known = this.layouts.get(name);
      if (known && describe(known) !== describe(layout))
        throw new RevealError('internal', `Two graphs of this run lay out ${name} differently.`);
      this.layouts.set(name, layout);
      if (!this.vectors.has(name))
        this.vectors.set(name, { front: new Float32Array(layout.size), back: new Float32Array(layout.size) });
    }
  }
  get names(): string[] {
    return [...this.vectors.keys()];
  }
  has(name: string): boolean {
    return this.vectors.has(name);
  }
  /** The numbers as they stand. Not a copy: the next step but one writes over them. */
  get(name: string): Float32Array {
    return this.pair(name).front;
  }
  /** Puts numbers in; they are copied. @throws RevealError when there is no such vector or it has another length */
  set(name: string, data: Float32Array): void {
    const { front } = this.pair(name);
    if (front.length !== data.length)
      throw new RevealError('bad-input', `${name} has ${front.length} numbers, not ${data.length}.`);
    front.set(data);
  }
  /** The weights (or another role) of a part, by name, copied. */
  weights(
    part: string,
    role: StepVector['role'] = 'theta',
  ): Map<string, { shape: readonly number[]; data: Float32Array }> {
    const layout = this.layouts.get(`${part}/${role}`);
    if (!layout) throw new RevealError('internal', `This run has no ${part}/${role}.`);
    return fromVector(layout, this.get(`${part}/${role}`));
  }
  /** Puts weights in by name, as those to learn and as their average. @throws GraphError when one is missing or of another shape */
  setWeights(part: string, weights: Weights): void {
    const layout = this.layouts.get(`${part}/theta`) ?? this.layouts.get(`${part}/ema`);
    if (!layout) throw new RevealError('internal', `This run has no weights of ${part}.`);
    const vector = toVector(layout, weights);
    for (const role of ['theta', 'ema']) if (this.has(`${part}/${role}`)) this.set(`${part}/${role}`, vector);
    const state = this.layouts.get(`${part}/state`);
    if (state) this.set(`${part}/state`, toVector(state, weights));
  }
  /**
   * Takes over what another state has learnt, weight by weight: where a frozen part of a network begins to learn,
   * its layout is another. Weights that the other state had no place for come from `weights`, with fresh moments.
   * @throws GraphError when a weight is in neither
   */
  takeOver(before: TrainState, weights: Readonly<Record<string, Weights>>): void {
    for (const [name, layout] of this.layouts) {
      const known = before.layouts.get(name);
      if (known && describe(known) === describe(layout)) {
        this.set(name, before.get(name));
        continue;
      }
      const [part, role] = name.split('/') as [string, StepVector['role']];
      const learnt = known ? fromVector(known, before.get(name)) : new Map<string, never>();
      const moments = role === 'm' || role === 'v' || role === 'gradient';
      const rest = moments ? nothing(layout) : (weights[part] ?? new Map<string, never>());
      this.set(name, toVector(layout, new Map([...rest, ...learnt])));
    }
    this.counts.clear();
    for (const [part, n] of before.counts) this.counts.set(part, n);
  }
  /** SHA-256 over the names and shapes of all vectors: two states of equal hash can take each other's numbers. */
  get architecture(): string {
    const lines = [...this.layouts].map(([name, layout]) => `${name} ${describe(layout)}`).sort();
    return createHash('sha256').update(lines.join('\n')).digest('hex');
  }

  /** @internal both copies of a vector, for a session */
  pair(name: string): Pair {
    const pair = this.vectors.get(name);
    if (!pair) throw new RevealError('internal', `This run has no vector ${name}.`);
    return pair;
  }
}

const describe = (layout: Layout): string =>
  layout.weights.map((w) => `${w.name}[${w.shape.join(',')}]@${w.offset}`).join(' ');

/** Every weight of a layout as nought. */
const nothing = (layout: Layout): Map<string, { shape: readonly number[]; data: Float32Array }> =>
  fromVector(layout, new Float32Array(layout.size));

/** What changes from step to step. */
export interface StepSettings {
  /** Learning rate, of all parts or by part. */
  readonly lr: number | Readonly<Record<string, number>>;
  /** Decoupled weight decay. Default 0. */
  readonly decay?: number;
  /** Longest gradient; longer ones are shortened to it. Default: none. */
  readonly clip?: number;
  /** How much of the averaged weights stays at each step, e.g. 0.999; early steps use min(this, (1+t)/(10+t)). Default 0.999. */
  readonly average?: number;
}
export interface StepOutcome {
  /** By the names of `StepGraph.losses`; `gradient` is the norm before clipping. Of micro-steps: their mean. */
  readonly losses: Readonly<Record<string, number>>;
  /** False: a loss or the gradient was not finite, and nothing was changed. */
  readonly finite: boolean;
  /** Other outputs, in new memory. Of micro-steps: those of the last. */
  readonly outputs: Readonly<Record<string, TensorData>>;
}

/** One graph, bound to a state. */
class Bound {
  readonly graph: StepGraph;
  readonly session: Session;
  private readonly state: TrainState;
  private readonly numbers = new Map<string, TensorData>();
  // The blocks of each array as tensors, made once: an array is met again at every second step.
  private readonly views = new WeakMap<Float32Array, TensorData[]>();

  constructor(graph: StepGraph, session: Session, state: TrainState) {
    this.graph = graph;
    this.session = session;
    this.state = state;
    for (const name of graph.scalars) this.numbers.set(name, { dims: [], data: new Float32Array(1) });
  }

  private blocks(array: Float32Array, layout: Layout): TensorData[] {
    let list = this.views.get(array);
    if (!list) {
      list = layout.blocks.map(({ offset, size }) => ({
        dims: [size],
        data: array.subarray(offset, offset + size),
      }));
      this.views.set(array, list);
    }
    return list;
  }

  async run(batch: Feeds, scalars: Readonly<Record<string, number>>): Promise<StepOutcome> {
    const { graph, state } = this;
    const feeds: Feeds = {};
    const into: Targets = {};
    for (const { name, shape } of graph.batch) {
      const given = batch[name];
      if (!given) throw new RevealError('internal', `The batch has no tensor ${name}.`);
      if (given.dims.join() !== shape.join())
        throw new RevealError(
          'internal',
          `Tensor ${name} of the batch is [${given.dims.join(', ')}], the step wants [${shape.join(', ')}].`,
        );
      feeds[name] = given;
    }
    for (const [name, tensor] of this.numbers) {
      tensor.data[0] = scalars[name];
      feeds[name] = tensor;
    }
    const changed: Pair[] = [];
    for (const { name, layout, blocks } of graph.vectors) {
      const pair = state.pair(name);
      const front = this.blocks(pair.front, layout);
      const back = this.blocks(pair.back, layout);
      let writes = false;
      blocks.forEach(({ input, output }, i) => {
        if (input !== null) feeds[input] = front[i];
        if (output !== null) {
          into[output] = back[i];
          writes = true;
        }
      });
      if (writes) changed.push(pair);
    }
    for (const name of [...graph.losses, ...graph.outputs]) into[name] = null;
    const results = await this.session.run(feeds, into);
    const losses = Object.fromEntries(graph.losses.map((name) => [name, results[name].data[0]]));
    const finite = Object.values(losses).every((value) => Number.isFinite(value));
    if (finite)
      for (const pair of changed) {
        const { front } = pair;
        pair.front = pair.back;
        pair.back = front;
      }
    return {
      losses,
      finite,
      outputs: Object.fromEntries(graph.outputs.map((name) => [name, results[name]])),
    };
  }
}

export interface TrainSessionOptions {
  /** One graph that does it all, or a pair for micro-batches. */
  readonly graph: StepGraph | { readonly accumulate: StepGraph; readonly apply: StepGraph };
  readonly state: TrainState;
  /** Where sessions come from; it knows the threads and what providers are unusable. */
  readonly store: SessionStore;
  readonly order: ProviderName[];
  readonly options?: SessionOptions;
}

/** Runs the steps of one graph on a state. Steps run one at a time. */
export class TrainSession {
  private readonly main: Bound;
  private readonly update: Bound | null;
  private readonly state: TrainState;
  private busy = false;

  private constructor(main: Bound, update: Bound | null, state: TrainState) {
    this.main = main;
    this.update = update;
    this.state = state;
  }

  /** Makes the session(s); vectors that the state lacks are made, all zero. @throws RevealError 'engine' when no device takes the graph */
  static async create({
    graph,
    state,
    store,
    order,
    options = {},
  }: TrainSessionOptions): Promise<TrainSession> {
    const bind = async (step: StepGraph): Promise<Bound> => {
      state.prepare(step);
      const hash = createHash('sha256').update(step.emitted.bytes).digest('hex');
      return new Bound(step, await store.open(hash, async () => step.emitted.bytes, order, options), state);
    };
    if ('emitted' in graph) return new TrainSession(await bind(graph), null, state);
    return new TrainSession(await bind(graph.accumulate), await bind(graph.apply), state);
  }

  /** The device that runs it, and which were left and why. */
  get session(): Pick<Session, 'provider' | 'failures'> {
    return this.main.session;
  }

  /** A run of a graph that trains nothing: validation, samples. */
  async look(batch: Feeds): Promise<StepOutcome> {
    return this.alone(() => this.main.run(batch, {}));
  }

  /**
   * One step. A list of batches is a step of as many micro-batches, for which the session must have been made with
   * a pair of graphs.
   */
  async step(batch: Feeds | readonly Feeds[], settings: StepSettings): Promise<StepOutcome> {
    return this.alone(async () => {
      const update = this.update;
      if (!update) {
        if (Array.isArray(batch))
          throw new RevealError('internal', 'This session has no graphs for micro-batches.');
        const outcome = await this.main.run(batch as Feeds, this.scalars(this.main.graph, settings));
        if (outcome.finite) this.count(this.main.graph);
        return outcome;
      }
      const list = (Array.isArray(batch) ? batch : [batch]) as readonly Feeds[];
      for (const name of update.graph.trained) this.state.get(`${name}/gradient`).fill(0);
      const sums: Record<string, number> = {};
      let outputs: StepOutcome['outputs'] = {};
      let finite = true;
      for (const one of list) {
        const outcome = await this.main.run(one, { share: 1 / list.length });
        finite &&= outcome.finite;
        for (const [name, value] of Object.entries(outcome.losses))
          sums[name] = (sums[name] ?? 0) + value / list.length;
        outputs = outcome.outputs;
      }
      if (!finite) return { losses: sums, finite, outputs };
      const applied = await update.run({}, this.scalars(update.graph, settings));
      if (applied.finite) this.count(update.graph);
      return { losses: { ...sums, ...applied.losses }, finite: applied.finite, outputs };
    });
  }

  private scalars(graph: StepGraph, settings: StepSettings): Record<string, number> {
    const { lr, decay = 0, clip = Infinity, average = 0.999 } = settings;
    const counts = graph.trained.map((name) => (this.state.counts.get(name) ?? 0) + 1);
    const t = Math.min(...counts);
    const scalars: Record<string, number> = { clip, average: 1 - Math.min(average, t / (9 + t)) };
    graph.trained.forEach((name, i) => {
      const rate = typeof lr === 'number' ? lr : lr[name];
      if (rate === undefined)
        throw new RevealError('internal', `There is no learning rate for part ${name}.`);
      for (const [key, value] of Object.entries(adamScalars(graph.adam, counts[i], rate, decay)))
        scalars[`${name}/${key}`] = value;
    });
    return scalars;
  }
  private count(graph: StepGraph): void {
    for (const name of graph.trained) this.state.counts.set(name, (this.state.counts.get(name) ?? 0) + 1);
  }
  private async alone<T>(work: () => Promise<T>): Promise<T> {
    if (this.busy) throw new RevealError('internal', 'A step is still running.');
    this.busy = true;
    try {
      return await work();
    } finally {
      this.busy = false;
    }
  }
}
