/**
 * What freezing the colorist's pre-trained encoder saves in a training step (the very step that runs take):
 *
 *   node build/run.mjs tool-script build/bench/frozen.ts [--threads 2] [--rounds 7] [--size 128] [--batch 8]
 *
 * Both steps are timed in turn and the least of each is kept; wall clock and processor time are printed with their
 * ratio. Frozen weights are constants of the graph: the last line counts those of the encoder that a step could change.
 */
import { parseArgs } from 'node:util';
import { cpuBlock } from '../../main/engine/cpu-block.ts';
import { onnxBinding, SessionStore } from '../../main/engine/session.ts';
import { TrainSession, TrainState } from '../../main/engine/train-session.ts';
import { contentStep } from '../../main/studio/run/graphs.ts';
import { objectives } from '../../main/studio/run/objectives/index.ts';
import { startWeights } from '../../models/index.ts';
import { readModel } from '../../main/studio/run/model.ts';
import { shippedModel } from '../../main/studio/shipped.ts';
import { seeded } from '../../app/random.ts';
import { size as count } from '../../app/graph/graph.ts';

const { values } = parseArgs({
  options: {
    threads: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '7' },
    size: { type: 'string', default: '128' },
    batch: { type: 'string', default: '8' },
  },
});
const size = Number(values.size);
const batch = Number(values.batch);
const objective = objectives.colorist;
const backbone = await readModel(shippedModel('backbone'));
const weights = startWeights(objective.network, 'small', 1, backbone.weights, 'backbone.');
const random = seeded('frozen');
const tensors = Object.fromEntries(
  Object.entries(objective.tensors(batch, size)).map(([name, shape]) => [
    name,
    { dims: shape, data: Float32Array.from({ length: count(shape) }, () => random.uniform(0, 0.5)) },
  ]),
);
const block = await cpuBlock();

async function prepare(frozen: readonly string[]) {
  const store = new SessionStore(onnxBinding, Number(values.threads));
  const state = new TrainState();
  const graph = contentStep({ objective, width: 'small', size, batch, frozen, slow: [], weights, block });
  const session = await TrainSession.create({ graph, state, store, order: ['cpu'] });
  state.setWeights('generator', weights);
  const step = () => session.step(tensors, { lr: 1e-4, clip: 1 });
  await step();
  return { store, state, step, wall: Infinity, cpu: Infinity };
}
const cases = { frozen: await prepare(objective.network.freezable), whole: await prepare([]) };
for (let round = 0; round < Number(values.rounds); round++)
  for (const c of Object.values(cases)) {
    const before = process.cpuUsage();
    const begun = performance.now();
    await c.step();
    c.wall = Math.min(c.wall, performance.now() - begun);
    const used = process.cpuUsage(before);
    c.cpu = Math.min(c.cpu, (used.user + used.system) / 1000);
  }
for (const [name, c] of Object.entries(cases))
  console.log(
    `${name.padEnd(7)} ${c.wall.toFixed(1).padStart(8)} ms ${c.cpu.toFixed(1).padStart(8)} ms of processor`,
  );
const { frozen, whole } = cases;
console.log(
  `frozen is ${(whole.wall / frozen.wall).toFixed(2)}x as fast (${(whole.cpu / frozen.cpu).toFixed(2)}x by processor time), ${size} px, batch ${batch}, ${values.threads} threads`,
);
const learnt = frozen.state.weights('generator');
const kept = [...weights].filter(([name]) => name.startsWith('backbone.'));
console.log(
  `${kept.filter(([name]) => learnt.has(name)).length} of ${kept.length} weights of the encoder are among those that learn`,
);
for (const c of Object.values(cases)) await c.store.close();
