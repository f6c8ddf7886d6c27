/**
 * What half precision and 8 bits cost and save on this processor, for the networks as they ship:
 *
 *   node build/run.mjs tool-script build/bench/precision.ts [--only restorer] [--count 8] [--rounds 12] [--side 256]
 *       [--photos ../shared/data/photos]
 *
 * Each network is run in single precision, in half precision throughout, and with its convolutions in 8 bits, dynamic and
 * static (as the program does it, main/engine/eight-bits.ts, but with ranges from four training photographs). Time: least processor time of one picture on one thread, all forms in turn.
 * Loss, on photographs of the test set: PSNR against the truth (restorer and `one`: noise of sigma 25; filler: inside
 * a hole of a quarter of the area; upscaler: made half as large by means), and for the colorist the mean distance of its
 * chroma from that in single precision, in units of CIE Lab, which its Delta E cannot exceed by more.
 */
import { parseArgs } from 'node:util';
import { shrink } from '../../app/degrade/index.ts';
import type { Planar } from '../../app/planar.ts';
import { seeded } from '../../app/random.ts';
import { inEightBits, observed, observing, type Range, type Ranges } from '../../main/engine/eight-bits.ts';
import { onnxBinding, type Feeds, type RawSession } from '../../main/engine/session.ts';
import type { NetworkName } from '../../models/index.ts';
import { readPlanar } from '../eval/damage/holes.ts';
import { photographs } from '../eval/photo/photographs.ts';
import { singleForm } from '../single-form.ts';
import { dynamicEight, halfPrecision } from './precision-forms.ts';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: 'restorer,filler,one,colorist,upscaler' },
    count: { type: 'string', default: '8' },
    rounds: { type: 'string', default: '12' },
    side: { type: 'string', default: '256' },
    photos: { type: 'string', default: '../shared/data/photos' },
  },
});
const side = Number(options.side);
const binding = onnxBinding();

/** The middle of a photograph. */
async function middle(bytes: Uint8Array): Promise<Planar | null> {
  const whole = await readPlanar(bytes);
  if (Math.min(whole.width, whole.height) < side) return null;
  const [left, top] = [Math.floor((whole.width - side) / 2), Math.floor((whole.height - side) / 2)];
  const data = new Float32Array(3 * side * side);
  for (let i = 0; i < data.length; i++) {
    const [c, y, x] = [Math.floor(i / (side * side)), Math.floor(i / side) % side, i % side];
    data[i] = whole.data[(c * whole.height + top + y) * whole.width + left + x];
  }
  return { width: side, height: side, channels: 3, data };
}
async function pictures(file: string, count: number): Promise<Planar[]> {
  const found: Planar[] = [];
  for (const { bytes } of photographs(`${options.photos}/${file}`, 3, 7, 4 * count)) {
    const picture = await middle(bytes);
    if (picture) found.push(picture);
    if (found.length === count) break;
  }
  return found;
}

/** Inside the hole: a quarter of the area, in the middle. */
const inHole = (i: number): boolean =>
  [i % side, Math.floor(i / side) % side].every((at) => at >= side / 4 && at < (3 * side) / 4);
function feedsFor(name: NetworkName, truth: Planar, seed: number): Feeds {
  const dims = [1, 3, side, side];
  const random = seeded('precision', seed);
  if (name === 'filler') {
    const mask = Float32Array.from({ length: side * side }, (_, i) => Number(inHole(i)));
    return {
      x: { dims, data: truth.data.map((v, i) => (inHole(i) ? 0 : v)) },
      mask: { dims: [1, 1, side, side], data: mask },
    };
  }
  if (name === 'colorist') {
    const n = side * side;
    const grey = Float32Array.from({ length: n }, (_, i) =>
      [0.2126, 0.7152, 0.0722].reduce((sum, k, c) => sum + k * truth.data[c * n + i], 0),
    );
    const hints = { dims: [1, 3, side / 4, side / 4], data: new Float32Array((3 * n) / 16) };
    return { l: { dims: [1, 1, side, side], data: grey }, hints };
  }
  if (name === 'upscaler') {
    const small = shrink(truth, 'mean');
    return { x: { dims: [1, 3, small.height, small.width], data: small.data } };
  }
  return {
    x: { dims, data: truth.data.map((v) => Math.min(1, Math.max(0, v + (25 / 255) * random.normal()))) },
  };
}
type Results = Awaited<ReturnType<RawSession['run']>>;
const distance = (name: NetworkName, truth: Planar, got: Results, single: Results): number => {
  if (name === 'colorist') {
    const [a, b] = [got['ab'].data, single['ab'].data];
    const n = a.length / 2;
    let sum = 0;
    for (let i = 0; i < n; i++) sum += Math.hypot(a[i] - b[i], a[n + i] - b[n + i]);
    return (110 * sum) / n;
  }
  let [sum, count] = [0, 0];
  got['y'].data.forEach((v, i) => {
    if (name === 'filler' && !inHole(i)) return;
    sum += (Math.min(1, Math.max(0, v)) - truth.data[i]) ** 2;
    count++;
  });
  return -10 * Math.log10(sum / count);
};

const test = await pictures('test-00.tar', Number(options.count));
const seen = await pictures('train-00.tar', 4);
for (const name of options.only.split(',') as NetworkName[]) {
  const { single } = await singleForm(name, side);
  const open = (bytes: Uint8Array) => binding.create(bytes, 'cpu', 1, { memoryPattern: false });

  const found = new Map<string, Range>();
  const convolutions = observed(single);
  const watching = await open(observing(single));
  for (const [k, picture] of seen.entries()) {
    const feeds = feedsFor(name, picture, 1000 + k);
    const results = await watching.run(feeds);
    for (const key of new Set(convolutions.flatMap((c) => [c.in, c.out]))) {
      let [low, high] = found.get(key) ?? [Infinity, -Infinity];
      for (const v of (results[key] ?? feeds[key]).data as Float32Array) {
        low = Math.min(low, v);
        high = Math.max(high, v);
      }
      found.set(key, [low, high]);
    }
  }
  const ranges: Ranges = Object.fromEntries(
    convolutions.map((c) => [c.name, { in: found.get(c.in)!, out: found.get(c.out)! }]),
  );
  await watching.release();

  const forms: [string, () => Uint8Array][] = [
    ['single', () => single],
    ['half', () => halfPrecision(single)],
    ['8 bits, dynamic', () => dynamicEight(single)],
    ['8 bits, static', () => inEightBits(single, ranges) ?? single],
  ];
  const sessions: { label: string; session: RawSession; least: number; score: number }[] = [];
  for (const [label, make] of forms)
    try {
      sessions.push({ label, session: await open(make()), least: Infinity, score: 0 });
    } catch (error) {
      console.log(
        `${name}: ${label} is refused: ${error instanceof Error ? error.message.slice(0, 200) : ''}`,
      );
    }
  for (const [k, truth] of test.entries()) {
    const feeds = feedsFor(name, truth, k);
    const results: Results[] = [];
    for (const { session } of sessions) results.push(await session.run(feeds));
    sessions.forEach((s, i) => (s.score += distance(name, truth, results[i], results[0]) / test.length));
  }
  const feeds = feedsFor(name, test[0], 0);
  for (let round = 0; round < Number(options.rounds); round++)
    for (const s of sessions) {
      const before = process.cpuUsage();
      await s.session.run(feeds);
      const { user, system } = process.cpuUsage(before);
      s.least = Math.min(s.least, (user + system) / 1000);
    }
  for (const s of sessions) {
    const unit = name === 'colorist' ? 'units of chroma away' : 'dB';
    const times = (s.least / sessions[0].least).toFixed(2);
    console.log(
      `${name.padEnd(9)} ${s.label.padEnd(16)} ${s.least.toFixed(1).padStart(7)} ms  ${times} x  ${s.score.toFixed(2)} ${unit}`,
    );
    await s.session.release();
  }
}
