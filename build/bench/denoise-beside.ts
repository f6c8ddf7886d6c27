/**
 * Our restorer beside FFDNet (which is told how strong the noise is; ours is not): seconds for the same pictures in the same run,
 * the two in turn, and PSNR against the truth.
 *
 *   node build/run.mjs tool-script build/bench/denoise-beside.ts [--side 512] [--count 6] [--rounds 7] [--threads 1]
 *       [--single] [--ffdnet ../shared/models/ffdnet_color.onnx] [--photos ../shared/data/photos]
 *
 * Ours in 8 bits, as the program runs it, or in single precision (`--single`). Times are the least processor time of one picture; `times` is ours over FFDNet's.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { emit } from '../../app/graph/emit.ts';
import { Graph } from '../../app/graph/graph.ts';
import { constantScope } from '../../app/graph/scope.ts';
import { seeded } from '../../app/random.ts';
import { inEightBits } from '../../main/engine/eight-bits.ts';
import { storedRanges } from '../../main/engine/precision.ts';
import { onnxBinding, type Feeds, type RawSession } from '../../main/engine/session.ts';
import { readModel } from '../../main/studio/run/model.ts';
import { networkInputs, networks } from '../../models/index.ts';
import { readPlanar } from '../eval/damage/holes.ts';
import { photographs } from '../eval/photo/photographs.ts';

const { values: options } = parseArgs({
  options: {
    side: { type: 'string', default: '512' },
    count: { type: 'string', default: '6' },
    rounds: { type: 'string', default: '7' },
    threads: { type: 'string', default: '1' },
    ffdnet: { type: 'string', default: '../shared/models/ffdnet_color.onnx' },
    photos: { type: 'string', default: '../shared/data/photos' },
    single: { type: 'boolean', default: false },
  },
});
const most = Number(options.side);
const open = (bytes: Uint8Array): Promise<RawSession> =>
  onnxBinding().create(bytes, 'cpu', Number(options.threads), { memoryPattern: false });

/** The middle of a photograph, its sides a multiple of 32 and `side` at most. */
async function middle(bytes: Uint8Array) {
  const whole = await readPlanar(bytes);
  const [height, width] = [whole.height, whole.width].map((n) => Math.min(most, n - (n % 32)));
  const [top, left] = [(whole.height - height) >> 1, (whole.width - width) >> 1];
  const n = width * height;
  const data = Float32Array.from({ length: 3 * n }, (_, i) => {
    const [c, y, x] = [Math.floor(i / n), Math.floor((i % n) / width), i % width];
    return whole.data[(c * whole.height + top + y) * whole.width + left + x];
  });
  return { dims: [1, 3, height, width], data };
}
const { card, weights } = await readModel('models/restorer');
const ranges = options.single ? null : await storedRanges('models/restorer', card.sha256);
const restorers = new Map<string, RawSession>();
async function restorer(dims: readonly number[]): Promise<RawSession> {
  const key = dims.join();
  let session = restorers.get(key);
  if (!session) {
    const graph = new Graph();
    const inputs = networkInputs(graph, networks.restorer, { batch: 1, height: dims[2], width: dims[3] });
    const { y } = networks.restorer.build(constantScope(graph, weights), inputs, card.width ?? 'small');
    const single = emit({ y }).bytes;
    session = await open((ranges && inEightBits(single, ranges)) ?? single);
    restorers.set(key, session);
  }
  return session;
}
const ffdnet = await open(readFileSync(options.ffdnet));
const found = photographs(`${options.photos}/test-00.tar`, 3, 7, Number(options.count));
const truths = await Promise.all(found.map((p) => middle(p.bytes)));
const psnr = (truth: Float32Array, got: Float32Array): number =>
  -10 *
  Math.log10(
    got.reduce((sum, v, i) => sum + (Math.min(1, Math.max(0, v)) - truth[i]) ** 2, 0) / truth.length,
  );
for (const sigma of [15, 25, 50]) {
  const both = [0, 1].map(() => ({ seconds: 0, score: 0 }));
  for (const [k, { dims, data }] of truths.entries()) {
    const random = seeded('beside', sigma, k);
    const x = { dims, data: data.map((v) => Math.min(1, Math.max(0, v + (sigma / 255) * random.normal()))) };
    const level = { dims: [1, 1, 1, 1], data: Float32Array.of(sigma / 255) };
    const list: [RawSession, Feeds][] = [
      [await restorer(dims), { x }],
      [ffdnet, { x, sigma: level }],
    ];
    const least = [Infinity, Infinity];
    for (let round = 0; round <= Number(options.rounds); round++)
      for (const [i, [session, feeds]] of list.entries()) {
        const before = process.cpuUsage();
        const { y } = await session.run(feeds);
        const { user, system } = process.cpuUsage(before);
        if (round === 0) both[i].score += psnr(data, y.data) / truths.length;
        else least[i] = Math.min(least[i], (user + system) / 1e6);
      }
    both.forEach((b, i) => (b.seconds += least[i] / truths.length));
  }
  const [ours, theirs] = both;
  console.log(
    `sigma ${sigma}: restorer ${ours.score.toFixed(2)} dB, ${ours.seconds.toFixed(3)} s; FFDNet ${theirs.score.toFixed(2)} dB, ` +
      `${theirs.seconds.toFixed(3)} s; times ${(ours.seconds / theirs.seconds).toFixed(2)}`,
  );
}
for (const session of [ffdnet, ...restorers.values()]) await session.release();
