/**
 * What the networks of models/ cost: weights, multiply-adds for each pixel, and seconds for one picture on the
 * processor.
 *
 *   node build/eval/networks.ts [--networks one,restorer] [--widths small,base] [--sizes 256,512,1024] [--threads 2] [--processor]
 *
 * Run it with Node 24. Times are the least of several runs, which is robust against other load, of the inference graph
 * as it is used (weights constant, onnxruntime's full optimisation), on a picture of noise. --processor
 * gives seconds of processor time on one thread instead of the clock's, for machines that are busy with other work.
 */
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import { emit } from '../../app/graph/emit.ts';
import { Graph, size } from '../../app/graph/graph.ts';
import { constantScope } from '../../app/graph/scope.ts';
import { seeded } from '../../app/random.ts';
import { multiplyAdds } from '../../models/count.ts';
import {
  networkInputs,
  networkParameters,
  networks,
  startWeights,
  WIDTHS,
  type Network,
  type Width,
} from '../../models/index.ts';

interface Ort {
  InferenceSession: {
    create(
      bytes: Uint8Array,
      options: object,
    ): Promise<{ run(feeds: Record<string, unknown>): Promise<unknown>; release(): Promise<void> }>;
  };
  Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => unknown;
}
const ort = createRequire(import.meta.url)('onnxruntime-node') as Ort;
const { values } = parseArgs({
  options: {
    networks: { type: 'string', default: Object.keys(networks).join() },
    widths: { type: 'string', default: WIDTHS.join() },
    sizes: { type: 'string', default: '256,512,1024' },
    threads: { type: 'string', default: '2' },
    processor: { type: 'boolean', default: false },
  },
});
const threads = values.processor ? 1 : Number(values.threads);
/** Seconds of the clock or of the processor. */
function now(): number {
  if (!values.processor) return performance.now() / 1000;
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
const sides = values.sizes.split(',').map(Number);

/** Outputs of inference: what training needs besides is not computed. */
const wanted = (name: string): boolean => !/^(logits|damageLogits|f\d)$/.test(name);

async function seconds(
  network: Network,
  width: Width,
  side: number,
): Promise<{ time: number; madds: number }> {
  const graph = new Graph();
  const inputs = networkInputs(graph, network, { batch: 1, height: side, width: side });
  const outputs = Object.fromEntries(
    Object.entries(
      network.build(constantScope(graph, startWeights(network, width, 1)), inputs, width),
    ).filter(([name]) => wanted(name)),
  );
  const session = await ort.InferenceSession.create(emit(outputs).bytes, {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
  });
  const random = seeded(side, 'noise');
  const feeds = Object.fromEntries(
    Object.entries(inputs).map(([name, t]) => [
      name,
      new ort.Tensor(
        'float32',
        Float32Array.from({ length: size(t.shape) }, () => random.next()),
        t.shape,
      ),
    ]),
  );
  let least = Infinity;
  for (let spent = 0, run = 0; run < 3 || (spent < 4 && run < 20); run++) {
    const start = now();
    await session.run(feeds);
    const time = now() - start;
    least = Math.min(least, time);
    spent += time;
  }
  await session.release();
  return {
    time: least,
    madds: multiplyAdds(Object.values(outputs)) / (side * side),
  };
}

console.log(values.processor ? 'processor time, one thread' : `time by the clock, ${threads} threads`);
console.log(`network    width   weights  madds/px  ${sides.map((s) => `${s} px`.padStart(9)).join('')}`);
for (const name of values.networks.split(',')) {
  const network = (networks as Record<string, Network>)[name];
  if (!network) throw new Error(`no network ${name}; there are ${Object.keys(networks).join(', ')}`);
  for (const width of values.widths.split(',') as Width[]) {
    const weights = networkParameters(network, width).reduce((sum, p) => sum + size(p.shape), 0);
    const rows = [];
    for (const side of sides) rows.push(await seconds(network, width, side));
    const times = rows.map(({ time }) =>
      `${time < 10 ? time.toPrecision(3) : time.toFixed(1)} s`.padStart(9),
    );
    console.log(
      `${name.padEnd(10)} ${width.padEnd(6)} ${`${(weights / 1e6).toFixed(2)} M`.padStart(8)}  ${String(Math.round(rows[0].madds)).padStart(8)}  ${times.join('')}`,
    );
  }
}
