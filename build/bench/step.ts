/**
 * What a training step costs beside inference of the same network and batch:
 *
 *   node build/run.mjs tool-script build/bench/step.ts [--threads 2] [--rounds 7] [--only NAME]
 *
 * For each case four graphs are timed in turn, again and again, and the least of each is kept, which is robust
 * against other load: inference (weights as constants, all optimisations), forward (weights as inputs, as in a
 * step), the whole step (forward, backward, AdamW, averaged weights) in the CPU's own layout of pictures, and the
 * same in the plain layout, which runs on any device. Both wall clock and processor time are printed.
 */
import { parseArgs } from 'node:util';
import { emit, type Emitted } from '../../app/graph/emit.ts';
import { Graph } from '../../app/graph/graph.ts';
import { constantScope, initialWeights } from '../../app/graph/scope.ts';
import { buildStep, type StepGraph } from '../../app/graph/step/index.ts';
import { seeded } from '../../app/random.ts';
import { cpuBlock } from '../../main/engine/cpu-block.ts';
import { onnxBinding, SessionStore, type Feeds } from '../../main/engine/session.ts';
import { TrainSession, TrainState } from '../../main/engine/train-session.ts';
import { distance, sampleBench, type BenchNetwork } from './step-networks.ts';

const { values: options } = parseArgs({
  options: {
    threads: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '7' },
    only: { type: 'string', default: '' },
  },
});
const block = await cpuBlock();
const store = new SessionStore(onnxBinding, Number(options.threads));

interface Timed {
  name: string;
  run(): Promise<unknown>;
  wall: number;
  cpu: number;
}

const noise = (emitted: Pick<Emitted, 'inputs'>, names: (name: string) => boolean): Feeds =>
  Object.fromEntries(
    emitted.inputs
      .filter((t) => names(t.name))
      .map(({ name, shape }) => {
        const random = seeded('bench', name);
        const size = shape.reduce((a, b) => a * b, 1);
        return [name, { dims: shape, data: Float32Array.from({ length: size }, () => random.next()) }];
      }),
  );

async function prepare(network: BenchNetwork, batch: number, side: number): Promise<Timed[]> {
  const weights = initialWeights(network.parameters, 1);
  const graph = new Graph();
  const result = network.build(
    constantScope(graph, weights),
    (name, shape) => graph.input(name, shape),
    batch,
    side,
  );
  const inference = emit({ result });
  const session = await store.open(`${network.name} ${batch} ${side}`, async () => inference.bytes, ['cpu']);
  const feeds = noise(inference, () => true);

  const part = { name: 'net', parameters: network.parameters } as const;
  const state = new TrainState();
  const open = (graph: StepGraph) => TrainSession.create({ graph, state, store, order: ['cpu'] });
  const forward = await open(
    buildStep({
      parts: [{ ...part, mode: 'given' }],
      block,
      forward: (c) => ({
        outputs: { result: network.build(c.scope('net'), (n, s) => c.input(n, s), batch, side) },
      }),
    }),
  );
  const stepIn = (layout: number | null): StepGraph =>
    buildStep({
      parts: [{ ...part, mode: 'trained' }],
      block: layout,
      forward: (c) => {
        const input = (n: string, s: number[]) => c.input(n, s);
        return { total: distance(network.build(c.scope('net'), input, batch, side), input) };
      },
    });
  const graphOfStep = stepIn(block);
  const step = await open(graphOfStep);
  const plain = await open(stepIn(null));
  state.setWeights('net', weights);
  const batchFeeds = noise(graphOfStep.emitted, (name) => graphOfStep.batch.some((t) => t.name === name));
  const timed = (name: string, run: () => Promise<unknown>): Timed => ({
    name,
    run,
    wall: Infinity,
    cpu: Infinity,
  });
  return [
    timed('inference', () => session.run(feeds)),
    timed('forward', () => forward.look(batchFeeds)),
    timed('step', () => step.step(batchFeeds, { lr: 1e-5 })),
    timed('portable', () => plain.step(batchFeeds, { lr: 1e-5 })),
  ];
}

const cases: [BenchNetwork, number, number][] = [
  [sampleBench(32), 8, 64],
  [sampleBench(32), 8, 128],
];
for (const [network, batch, side] of cases) {
  if (!`${network.name} ${side}`.includes(options.only)) continue;
  const list = await prepare(network, batch, side);
  for (const t of list) await t.run();
  for (let round = 0; round < Number(options.rounds); round++)
    for (const t of list) {
      const cpu = process.cpuUsage();
      const wall = performance.now();
      await t.run();
      t.wall = Math.min(t.wall, performance.now() - wall);
      const used = process.cpuUsage(cpu);
      t.cpu = Math.min(t.cpu, (used.user + used.system) / 1000);
    }
  console.log(`${network.name}, ${side} px, batch ${batch}, ${options.threads} threads`);
  for (const t of list) {
    const ratio = (key: 'wall' | 'cpu') => `${(t[key] / list[0][key]).toFixed(2)}x inference`;
    console.log(
      `  ${t.name.padEnd(10)} ${t.wall.toFixed(1).padStart(8)} ms ${ratio('wall').padStart(16)}   ${t.cpu.toFixed(1).padStart(8)} ms of processor ${ratio('cpu').padStart(16)}   ${((batch / t.wall) * 1000).toFixed(1)} images/s`,
    );
  }
}
await store.close();
