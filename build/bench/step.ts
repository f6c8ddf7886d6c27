/**
 * What a training step costs beside inference of the same network and batch:
 *
 *   node build/run.mjs tool-script build/bench/step.ts [--threads 2] [--rounds 7] [--only NAME] [--frozen]
 *
 * For each case four graphs are timed in turn, again and again, and the least of each is kept, which is robust
 * against other load: inference (weights as constants, all optimisations), forward (weights as inputs, as in a
 * step), the whole step (forward, backward, AdamW, averaged weights) in the CPU's own layout of pictures, and the
 * same in the plain layout, which runs on any device. --frozen leaves a pre-trained encoder as it is, as runs do. Both wall clock and processor time are printed.
 */
import { parseArgs } from 'node:util';
import { cpuBlock } from '../../main/engine/cpu-block.ts';
import { onnxBinding, SessionStore } from '../../main/engine/session.ts';
import { inferenceOf, noise, time, timed, trainCases } from './step-cases.ts';
import { modelBench, sampleBench, type BenchNetwork } from './step-networks.ts';

const { values: options } = parseArgs({
  options: {
    threads: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '7' },
    only: { type: 'string', default: '' },
    frozen: { type: 'boolean', default: false },
  },
});
const block = await cpuBlock();
const cases: [BenchNetwork, number, number][] = [
  [sampleBench(32), 8, 64],
  [sampleBench(32), 8, 128],
  [modelBench('one', 'small'), 8, 64],
  [modelBench('one', 'small'), 8, 128],
  [modelBench('restorer', 'small'), 8, 64],
  [modelBench('colorist', 'small'), 8, 128],
  [modelBench('filler', 'small'), 8, 128],
];
for (const [network, batch, side] of cases) {
  if (!`${network.name} ${side}`.includes(options.only)) continue;
  const store = new SessionStore(onnxBinding, Number(options.threads));
  const { forward, step, portable } = await trainCases(network, batch, side, {
    store,
    block,
    frozen: options.frozen,
  });
  const emitted = inferenceOf(network, batch, side);
  const session = await store.open(`inference ${network.name} ${side}`, async () => emitted.bytes, ['cpu']);
  const feeds = noise(emitted.inputs);
  const list = [timed('inference', () => session.run(feeds)), forward, step, portable];
  for (const t of list) await t.run();
  for (let round = 0; round < Number(options.rounds); round++) for (const t of list) await time(t);
  console.log(`${network.name}, ${side} px, batch ${batch}, ${options.threads} threads`);
  for (const t of list) {
    const beside = (key: 'wall' | 'cpu') => `${(t[key] / list[0][key]).toFixed(2)}x inference`.padStart(16);
    const speed = `${((batch / t.wall) * 1000).toFixed(1)} images/s`;
    console.log(
      `  ${t.name.padEnd(10)} ${t.wall.toFixed(1).padStart(8)} ms ${beside('wall')}   ${t.cpu.toFixed(1).padStart(8)} ms of processor ${beside('cpu')}   ${speed}`,
    );
  }
  await store.close();
}
