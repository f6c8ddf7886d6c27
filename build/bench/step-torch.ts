/**
 * A training step here and in PyTorch on the same CPU: same network (PyTorch loads the emitted ONNX), same batch,
 * same number of threads, steps taken in turn, the least of each kept.
 *
 *   node build/run.mjs tool-script build/bench/step-torch.ts [--threads 2] [--rounds 7] [--only NAME] [--nodes 12] [--python /usr/bin/python3]
 *
 * Needs python3 with torch and onnx (Debian: python3-torch, python3-onnx). Afterwards the time of our step by
 * operator, from onnxruntime's profiler, and its costliest nodes.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { cpuBlock } from '../../main/engine/cpu-block.ts';
import { onnxBinding, SessionStore } from '../../main/engine/session.ts';
import { inferenceOf, time, trainCases } from './step-cases.ts';
import { modelBench, sampleBench, type BenchNetwork } from './step-networks.ts';

const { values: options } = parseArgs({
  options: {
    threads: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '7' },
    only: { type: 'string', default: '' },
    nodes: { type: 'string', default: '12' },
    python: { type: 'string', default: '/usr/bin/python3' },
  },
});
const threads = Number(options.threads);
const folder = mkdtempSync(path.join(tmpdir(), 'step-torch-'));

/** PyTorch's side: a function that takes one step and tells how long it took. */
async function pytorch(model: Uint8Array) {
  const file = path.join(folder, 'network.onnx');
  writeFileSync(file, model);
  const script = path.resolve(import.meta.dirname, 'step-torch.py');
  const child = spawn(options.python, [script, file, String(threads)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const line = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${options.python} ended; are torch and onnx installed?`);
    return value as string;
  };
  const version = await line();
  return {
    version,
    step: async () => {
      child.stdin.write('step\n');
      const [wall, cpu] = (await line()).split(' ').map(Number);
      return { wall, cpu };
    },
    end: () => child.stdin.end(),
  };
}

interface ProfileEvent {
  cat: string;
  name: string;
  dur: number;
  args: { op_name?: string; input_type_shape?: Record<string, number[]>[] };
}
/** Least time of each node over the profiled runs, added up by operator. */
function summarise(file: string, count: number): void {
  const events = JSON.parse(readFileSync(file, 'utf8')) as ProfileEvent[];
  const nodes = new Map<string, { type: string; ms: number; shapes: string }>();
  for (const { cat, name, dur, args } of events) {
    if (cat !== 'Node' || !name.endsWith('_kernel_time')) continue;
    const shapes = (args.input_type_shape ?? []).map((s) => `[${Object.values(s)[0].join(',')}]`).join(' ');
    const ms = Math.min(dur / 1000, nodes.get(name)?.ms ?? Infinity);
    nodes.set(name, { type: args.op_name ?? '?', ms, shapes });
  }
  const types = new Map<string, { ms: number; count: number }>();
  for (const { type, ms } of nodes.values()) {
    const entry = types.get(type) ?? { ms: 0, count: 0 };
    types.set(type, { ms: entry.ms + ms, count: entry.count + 1 });
  }
  const total = [...types.values()].reduce((sum, t) => sum + t.ms, 0);
  const row = (label: string, ms: number) =>
    console.log(
      `    ${ms.toFixed(2).padStart(8)} ms ${((100 * ms) / total).toFixed(1).padStart(5)} %  ${label}`,
    );
  for (const [type, { ms, count: n }] of [...types].sort((a, b) => b[1].ms - a[1].ms).slice(0, count))
    row(`${type} (${n})`, ms);
  console.log('  costliest nodes');
  for (const n of [...nodes.values()].sort((a, b) => b.ms - a.ms).slice(0, count))
    row(`${n.type} ${n.shapes}`, n.ms);
}

const block = await cpuBlock();
const cases: [BenchNetwork, number, number][] = [
  [sampleBench(32), 8, 64],
  [sampleBench(32), 8, 128],
  [modelBench('one', 'small'), 8, 64],
  [modelBench('one', 'small'), 8, 128],
  [modelBench('restorer', 'small'), 8, 64],
];
try {
  for (const [network, batch, side] of cases) {
    if (!`${network.name} ${side}`.includes(options.only)) continue;
    const store = new SessionStore(onnxBinding, threads);
    const { step } = await trainCases(network, batch, side, { store, block });
    const other = await pytorch(inferenceOf(network, batch, side).bytes);
    const best = { wall: Infinity, cpu: Infinity };
    await step.run();
    for (let round = 0; round < Number(options.rounds); round++) {
      await time(step);
      const { wall, cpu } = await other.step();
      best.wall = Math.min(best.wall, wall);
      best.cpu = Math.min(best.cpu, cpu);
    }
    other.end();
    await store.close();
    console.log(
      `${network.name}, ${side} px, batch ${batch}, ${threads} threads (PyTorch: ${other.version})`,
    );
    const row = (name: string, t: { wall: number; cpu: number }) =>
      console.log(
        `  ${name.padEnd(8)} ${t.wall.toFixed(1).padStart(8)} ms ${((batch / t.wall) * 1000).toFixed(1).padStart(7)} images/s   ${t.cpu.toFixed(1).padStart(8)} ms of processor`,
      );
    row('here', step);
    row('PyTorch', best);
    console.log(
      `  images per second: ${(best.wall / step.wall).toFixed(2)} x PyTorch's by the clock, ${(best.cpu / step.cpu).toFixed(2)} x by processor time`,
    );
    if (Number(options.nodes) > 0) {
      const profiled = new SessionStore(onnxBinding, threads);
      const prefix = path.join(folder, 'profile');
      const own = await trainCases(network, batch, side, {
        store: profiled,
        block,
        options: { profile: prefix },
      });
      for (let k = 0; k < 4; k++) await own.step.run();
      await profiled.close();
      // Three sessions write a profile; the one of the step is the first with nodes.
      const files = readdirSync(folder).filter((name) => name.startsWith('profile'));
      const sized = files.map((name) => ({ name, size: readFileSync(path.join(folder, name)).length }));
      summarise(path.join(folder, sized.sort((a, b) => b.size - a.size)[0].name), Number(options.nodes));
      for (const { name } of sized) rmSync(path.join(folder, name));
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}
