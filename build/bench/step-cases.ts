/** Sessions of one network at one size, ready to be timed: inference, forward pass, training step. */
import { emit, type Emitted } from '../../app/graph/emit.ts';
import { Graph } from '../../app/graph/graph.ts';
import { constantScope, initialWeights } from '../../app/graph/scope.ts';
import { buildStep, type StepGraph } from '../../app/graph/step/index.ts';
import { seeded } from '../../app/random.ts';
import type { Feeds, SessionOptions, SessionStore } from '../../main/engine/session.ts';
import { TrainSession, TrainState } from '../../main/engine/train-session.ts';
import { distance, type BenchNetwork } from './step-networks.ts';

export interface Timed {
  readonly name: string;
  run(): Promise<unknown>;
  /** Least milliseconds so far, by the clock and of the processor. */
  wall: number;
  cpu: number;
}
export const timed = (name: string, run: () => Promise<unknown>): Timed => ({
  name,
  run,
  wall: Infinity,
  cpu: Infinity,
});

/** One more run, kept if it is the fastest. */
export async function time(t: Timed): Promise<void> {
  const cpu = process.cpuUsage();
  const wall = performance.now();
  await t.run();
  t.wall = Math.min(t.wall, performance.now() - wall);
  const used = process.cpuUsage(cpu);
  t.cpu = Math.min(t.cpu, (used.user + used.system) / 1000);
}

/** Uniform numbers for inputs. */
export const noise = (inputs: Emitted['inputs'] | StepGraph['batch']): Feeds =>
  Object.fromEntries(
    inputs.map(({ name, shape }) => {
      const random = seeded('bench', name);
      const size = shape.reduce((a, b) => a * b, 1);
      return [name, { dims: shape, data: Float32Array.from({ length: size }, () => random.next()) }];
    }),
  );

/** The inference graph: weights as constants. */
export function inferenceOf(network: BenchNetwork, batch: number, side: number): Emitted {
  const graph = new Graph();
  const weights = initialWeights(network.parameters, 1);
  return emit({ ...network.build(constantScope(graph, weights), (n, s) => graph.input(n, s), batch, side) });
}

export interface CaseOptions {
  readonly store: SessionStore;
  /** The CPU's own layout, from `cpuBlock`. */
  readonly block: number | null;
  readonly options?: SessionOptions;
  /** The pre-trained encoder stays as it is, as in the first half of a run. */
  readonly frozen?: boolean;
}

/** The step, its forward pass alone, and the step in the plain layout, on one state. */
export async function trainCases(network: BenchNetwork, batch: number, side: number, c: CaseOptions) {
  const weights = initialWeights(network.parameters, 1);
  const part = {
    name: 'net',
    parameters: network.parameters,
    state: network.state,
    weights,
    frozen: c.frozen ? network.freezable : [],
  } as const;
  const state = new TrainState();
  const open = (graph: StepGraph) =>
    TrainSession.create({ graph, state, store: c.store, order: ['cpu'], options: c.options });
  const step = (block: number | null): StepGraph =>
    buildStep({
      parts: [{ ...part, mode: 'trained' }],
      block,
      forward: (context) => {
        const input = (n: string, s: readonly number[]) => context.input(n, s);
        return { total: distance(network.build(context.scope('net'), input, batch, side), input) };
      },
    });
  const look = buildStep({
    parts: [{ ...part, mode: 'given' }],
    block: c.block,
    forward: (context) => ({
      outputs: { ...network.build(context.scope('net'), (n, s) => context.input(n, s), batch, side) },
    }),
  });
  const graph = step(c.block);
  const own = await open(graph);
  const forward = await open(look);
  const plain = await open(step(null));
  state.setWeights('net', weights);
  const feeds = noise(graph.batch);
  return {
    graph,
    forward: timed('forward', () => forward.look(feeds)),
    step: timed('step', () => own.step(feeds, { lr: 1e-5 })),
    portable: timed('portable', () => plain.step(feeds, { lr: 1e-5 })),
  };
}
