/**
 * What 8 bits (main/engine/eight-bits.ts) cost in quality and save in time, on the test pictures of `revelado eval` by its own judge:
 *
 *   node build/run.mjs tool-script build/bench/precision-loss.ts --data DIR --network restorer [--groups clean,noise25]
 *       [--count 20] [--size 128] [--rounds 12] [--time-size 512]
 *
 * Prints for each group PSNR and Delta E in single precision and in 8 bits (inside holes for the filler), and the least
 * processor time of one picture on one thread, the two in turn.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { emit } from '../../app/graph/emit.ts';
import { Graph } from '../../app/graph/graph.ts';
import { constantScope } from '../../app/graph/scope.ts';
import type { FigureName } from '../../app/metrics/index.ts';
import type { Planar } from '../../app/planar.ts';
import { seeded } from '../../app/random.ts';
import { inEightBits } from '../../main/engine/eight-bits.ts';
import { storedRanges } from '../../main/engine/precision.ts';
import { onnxBinding, type Feeds, type RawSession } from '../../main/engine/session.ts';
import { openDataset } from '../../main/studio/dataset/index.ts';
import { evaluate, type Predictor } from '../../main/studio/eval/index.ts';
import { readModel } from '../../main/studio/run/model.ts';
import { networkInputs, networks } from '../../models/index.ts';

const { values: options } = parseArgs({
  options: {
    data: { type: 'string' },
    network: { type: 'string', default: 'restorer' },
    groups: { type: 'string' },
    count: { type: 'string', default: '20' },
    size: { type: 'string', default: '128' },
    rounds: { type: 'string', default: '12' },
    'time-size': { type: 'string', default: '256' },
  },
});
if (!options.data) throw new Error('--data DIR is missing');
const GROUPS = {
  restorer: 'clean,noise,noise15,noise25,noise50,jpeg,blur,salt-pepper,scratches',
  filler: 'missing,stains,scratches',
};
const name = options.network as keyof typeof GROUPS;
const { card, weights } = await readModel(`models/${name}`);
const ranges = await storedRanges(`models/${name}`, card.sha256);
if (!ranges) throw new Error(`models/${name} has no ranges for its weights`);

/** The network in both forms, for pictures of one size. */
async function both(side: number): Promise<[string, RawSession][]> {
  const graph = new Graph();
  const inputs = networkInputs(graph, networks[name], { batch: 1, height: side, width: side });
  const { y } = networks[name].build(constantScope(graph, weights), inputs, card.width ?? 'small');
  const single = emit({ y }).bytes;
  const forms: [string, Uint8Array][] = [
    ['single', single],
    ['8 bits', inEightBits(single, ranges!)!],
  ];
  const open = (bytes: Uint8Array) => onnxBinding().create(bytes, 'cpu', 1, { memoryPattern: false });
  return Promise.all(forms.map(async ([label, bytes]) => [label, await open(bytes)] as [string, RawSession]));
}
function feeds(input: Planar, mask: Planar | null): Feeds {
  const { width, height } = input;
  const x = { dims: [1, 3, height, width], data: input.data };
  if (name !== 'filler') return { x };
  const hole = Float32Array.from({ length: width * height }, (_, i) => Number((mask?.data[i] ?? 0) > 0));
  return { x, mask: { dims: [1, 1, height, width], data: hole } };
}

const size = Number(options.size);
const sessions = await both(size);
const predictors: Predictor[] = sessions.map(([label, session]) => ({
  name: label,
  groups: null,
  predict: async (input, { mask }) => ({ ...input, data: (await session.run(feeds(input, mask))).y.data }),
}));
const { report } = await evaluate({
  dataset: await openDataset(path.resolve(options.data)),
  predictors,
  groups: (options.groups ?? GROUPS[name]).split(','),
  size,
  count: Number(options.count),
  seed: 1,
  threads: 1,
  sheetRows: 0,
});
const figures: FigureName[] =
  name === 'filler' ? ['insidePsnr', 'insideDeltaE', 'outsideMax'] : ['psnr', 'deltaE'];
for (const { group, rows } of report.groups) {
  const line = figures.map((figure) => {
    const [a, b] = sessions.map(([label]) => rows.find((r) => r.name === label)?.summary.figures[figure]);
    return `${figure} ${a?.mean.toFixed(3)} ${b?.mean.toFixed(3)}`;
  });
  console.log(`${group.padEnd(12)} ${line.join('  ')}`);
}
for (const [, session] of sessions) await session.release();

const side = Number(options['time-size']);
const random = seeded('precision', 'time');
const picture: Planar = {
  width: side,
  height: side,
  channels: 3,
  data: Float32Array.from({ length: 3 * side * side }, (_, i) =>
    Math.min(1, Math.max(0, 0.5 + 0.3 * Math.sin((i % side) / 40) + random.normal(0, 0.05))),
  ),
};
const mask: Planar = {
  width: side,
  height: side,
  channels: 1,
  data: Float32Array.from({ length: side * side }, (_, i) => Number(i % side > side / 2)),
};
const timed = await both(side);
const least = timed.map(() => Infinity);
for (let round = 0; round < Number(options.rounds); round++)
  for (const [i, [, session]] of timed.entries()) {
    const before = process.cpuUsage();
    await session.run(feeds(picture, mask));
    const { user, system } = process.cpuUsage(before);
    least[i] = Math.min(least[i], (user + system) / 1000);
  }
for (const [, session] of timed) await session.release();
console.log(
  `${side} px: single ${least[0].toFixed(1)} ms, 8 bits ${least[1].toFixed(1)} ms, ${(least[1] / least[0]).toFixed(2)} times`,
);
