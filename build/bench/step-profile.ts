/**
 * Where the time of a training step goes, by operator and by shape, as onnxruntime measures it:
 *
 *   node build/run.mjs tool-script build/bench/step-profile.ts [--network one] [--side 64] [--batch 8] [--threads 1]
 *                                                              [--rounds 12] [--top 30] [--plain] [--inference]
 *
 * The times of a node are the least of all rounds, so other load on the machine counts little; with one thread they
 * add up to the step. `--inference` profiles the inference graph instead, for comparison.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { cpuBlock } from '../../main/engine/cpu-block.ts';
import { onnxBinding, SessionStore } from '../../main/engine/session.ts';
import type { NetworkName } from '../../models/index.ts';
import { inferenceOf, noise, trainCases } from './step-cases.ts';
import { modelBench } from './step-networks.ts';

const { values: options } = parseArgs({
  options: {
    network: { type: 'string', default: 'one' },
    side: { type: 'string', default: '64' },
    batch: { type: 'string', default: '8' },
    threads: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '12' },
    top: { type: 'string', default: '30' },
    plain: { type: 'boolean', default: false },
    inference: { type: 'boolean', default: false },
  },
});
const folder = mkdtempSync(path.join(os.tmpdir(), 'step-profile-'));
const profile = path.join(folder, 'p');
const store = new SessionStore(onnxBinding, Number(options.threads));
const network = modelBench(options.network as NetworkName, 'small');
const [batch, side] = [Number(options.batch), Number(options.side)];
let run: () => Promise<unknown>;
if (options.inference) {
  const emitted = inferenceOf(network, batch, side);
  const session = await store.open('inference', async () => emitted.bytes, ['cpu'], { profile });
  const feeds = noise(emitted.inputs);
  run = () => session.run(feeds);
} else {
  const block = options.plain ? null : await cpuBlock();
  const { step } = await trainCases(network, batch, side, { store, block, options: { profile } });
  run = step.run;
}
for (let round = 0; round < Number(options.rounds); round++) await run();
await store.close();

interface Event {
  cat: string;
  name: string;
  dur: number;
  args: {
    op_name?: string;
    output_type_shape?: Record<string, number[]>[];
    input_type_shape?: Record<string, number[]>[];
  };
}
interface Line {
  op: string;
  name: string;
  shapes: string;
  least: number;
}
const shapes = (list: Event['args']['output_type_shape']): string =>
  (list ?? []).map((t) => `[${Object.values(t)[0].join(',')}]`).join(' ');
// Several sessions were opened; the step is the one whose nodes ran at all and took longest.
const files = readdirSync(folder).map((name) => {
  const nodes = new Map<string, Line>();
  for (const e of JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as Event[]) {
    if (e.cat !== 'Node' || !e.name.endsWith('_kernel_time')) continue;
    const known = nodes.get(e.name);
    if (known) known.least = Math.min(known.least, e.dur);
    else
      nodes.set(e.name, {
        op: e.args.op_name ?? '?',
        name: e.name.replace('_kernel_time', ''),
        shapes: `${shapes(e.args.input_type_shape)} -> ${shapes(e.args.output_type_shape)}`,
        least: e.dur,
      });
  }
  return [...nodes.values()];
});
rmSync(folder, { recursive: true, force: true });
const sum = (list: readonly Line[]): number => list.reduce((n, line) => n + line.least, 0);
const nodes = files.sort((a, b) => sum(b) - sum(a))[0];
const total = sum(nodes);
const ms = (us: number): string => (us / 1000).toFixed(2).padStart(8);
console.log(`${network.name}, ${side} px, batch ${batch}: ${ms(total)} ms in ${nodes.length} nodes`);
const byOp = new Map<string, Line[]>();
for (const line of nodes) byOp.set(line.op, [...(byOp.get(line.op) ?? []), line]);
for (const [op, list] of [...byOp].sort((a, b) => sum(b[1]) - sum(a[1])).slice(0, 24))
  console.log(
    `${ms(sum(list))} ms ${((100 * sum(list)) / total).toFixed(1).padStart(5)} % ${String(list.length).padStart(5)} × ${op}`,
  );
console.log('the longest:');
for (const line of [...nodes].sort((a, b) => b.least - a.least).slice(0, Number(options.top)))
  console.log(`${ms(line.least)} ms ${line.op.padEnd(14)} ${line.shapes}   ${line.name}`);
