/**
 * Looks up the ranges with which a network's convolutions are computed in 8 bits (main/engine/eight-bits.ts), on
 * photographs of the training split with the damage that the network is made for, and writes models/NAME/ranges.json:
 *
 *   node build/run.mjs tool-script build/ranges.ts --data DIR --network restorer [--count 96] [--size 256] [--share 0.00002]
 *
 * A range leaves out this share of all values at each end: a few values far out would make every step coarser.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { degradeAs, GROUPS, shrink, type Group } from '../app/degrade/index.ts';
import { luma } from '../app/metrics/index.ts';
import type { Planar } from '../app/planar.ts';
import { hash32, seeded } from '../app/random.ts';
import { observed, observing, type Ranges } from '../main/engine/eight-bits.ts';
import { onnxBinding, type Feeds } from '../main/engine/session.ts';
import { centreCrop, takeCrop } from '../main/studio/dataset/crop.ts';
import { openDataset } from '../main/studio/dataset/index.ts';
import { PictureReader } from '../main/studio/dataset/read.ts';
import type { NetworkName } from '../models/index.ts';
import { singleForm } from './single-form.ts';

const { values: options } = parseArgs({
  options: {
    data: { type: 'string' },
    network: { type: 'string' },
    count: { type: 'string', default: '96' },
    size: { type: 'string', default: '256' },
    share: { type: 'string', default: '0.00002' },
    out: { type: 'string' },
  },
});
if (!options.data || !options.network) throw new Error('--data DIR and --network NAME are needed');
const name = options.network as NetworkName;
const side = Number(options.size);
const BINS = 4096;

/** Kinds of damage in turn; a number is white noise of that sigma, in levels of 255. */
const KINDS: Partial<Record<NetworkName, readonly (Group | number)[]>> = {
  restorer: ['clean', 5, 15, 25, 50, 'noise', 'noise', 'jpeg', 'blur', 'salt-pepper', 'scratches', 'mixed'],
  filler: ['missing', 'stains', 'scratches'],
  upscaler: ['clean', 'noise', 'jpeg'],
  colorist: ['bw'],
  one: GROUPS,
};
const plane = (p: Planar) => ({ dims: [1, p.channels, p.height, p.width], data: p.data });

function feedsFor(truth: Planar, k: number): Feeds {
  const kinds = KINDS[name] ?? GROUPS;
  const kind = kinds[k % kinds.length];
  if (typeof kind === 'number') {
    const random = seeded('ranges', k);
    const add = (v: number): number => Math.min(1, Math.max(0, v + random.normal(0, kind / 255)));
    return { x: plane({ ...truth, data: truth.data.map(add) }) };
  }
  const { input, mask } = degradeAs(truth, kind, ['ranges', name, k]);
  if (name === 'upscaler') return { x: plane(shrink(input, 'mean')) };
  if (name === 'colorist')
    return {
      l: plane(luma(input)),
      hints: { dims: [1, 3, side / 4, side / 4], data: new Float32Array((3 * side * side) / 16) },
    };
  if (name !== 'filler') return { x: plane(input) };
  const hole = Float32Array.from({ length: side * side }, (_, i) => Number((mask?.data[i] ?? 0) > 0));
  return { x: plane(input), mask: { dims: [1, 1, side, side], data: hole } };
}

const dataset = await openDataset(path.resolve(options.data));
const pictures = dataset.pictures
  .filter(({ split }) => split === 'train')
  .map((picture) => ({ picture, key: hash32('ranges', picture.id) }))
  .sort((a, b) => a.key - b.key)
  .slice(0, Number(options.count));
const { single, sha256 } = await singleForm(name, side);
const convolutions = observed(single);
const session = await onnxBinding().create(observing(single), 'cpu', 1, { memoryPattern: false });
const names = [...new Set(convolutions.flatMap((c) => [c.in, c.out]))];

/** The first time for the ends, the second for how the values lie between them. */
const ends = new Map(names.map((n) => [n, { low: 0, high: 0 }]));
const counts = new Map(names.map((n) => [n, new Float64Array(BINS)]));
const reader = new PictureReader();
for (const round of ['ends', 'counts'] as const)
  for (const [k, { picture }] of pictures.entries()) {
    const { truth } = await reader.decode(picture, side);
    const feeds = feedsFor(takeCrop(truth, centreCrop(truth.width, truth.height, side, false), side), k);
    const results = await session.run(feeds);
    for (const n of names) {
      const data = (results[n] ?? feeds[n]).data as Float32Array;
      const end = ends.get(n)!;
      if (round === 'ends')
        for (const v of data) {
          if (v < end.low) end.low = v;
          if (v > end.high) end.high = v;
        }
      else {
        const bins = counts.get(n)!;
        const scale = (BINS - 1) / (end.high - end.low || 1);
        for (const v of data) bins[Math.round((v - end.low) * scale)]++;
      }
    }
  }
await reader.close();
await session.release();

/** Where a share of the values lies beyond, on both sides; nought is inside. */
function rangeOf(n: string): [number, number] {
  const { low, high } = ends.get(n)!;
  const bins = counts.get(n)!;
  const most = bins.reduce((a, b) => a + b, 0) * Number(options.share);
  const at = (bin: number): number => low + (bin * (high - low)) / (BINS - 1);
  let [from, to] = [0, BINS - 1];
  for (let sum = bins[from]; sum <= most; sum += bins[++from]);
  for (let sum = bins[to]; sum <= most; sum += bins[--to]);
  const short = (v: number): number => Number(v.toPrecision(5));
  return [short(Math.min(0, at(from))), short(Math.max(0, at(to)))];
}
const ranges: Ranges = Object.fromEntries(
  convolutions.map((c) => [c.name, { in: rangeOf(c.in), out: rangeOf(c.out) }]),
);
const file = options.out ?? `models/${name}/ranges.json`;
writeFileSync(file, `${JSON.stringify({ sha256, ranges }, null, 2)}\n`);
console.log(`${file}: ${convolutions.length} convolutions, ${pictures.length} photographs`);
