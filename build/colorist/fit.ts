/**
 * Trains the colorist's decoder on features that were computed once (features.ts), the encoder frozen:
 *
 *   node build/colorist/fit.ts --features DIR --out DIR [--minutes 60 | --steps N] [--files 1,2,3,4] [--width base] [--tilt 0.5]
 *     [--distance 4] [--drop 0.1] [--batch 16] [--rate 0.001] [--hints 0.4] [--start DIR] [--only PREFIXES --index FILE]
 *     [--threads 2] [--seed 1]
 *
 * Run it with Node 24; it prints and writes OUT/log.jsonl, and the averaged weights with a card in OUT/model. --files names
 * the files of features (DIR/1.f16 …; they may still be growing), DIR/val.f16 are test pictures to watch it by. What is
 * minimised: the cross-entropy of the choice, each pixel counting by its true colour as binWeights says to the power
 * --tilt, and --distance times the distance between the mean of the choice and the true chroma, which is what it is
 * judged by. --drop is the share of features' channels that are left out at random; --hints the share of samples without
 * hints on top of what drawHints leaves without. --only takes pictures of these sources alone (column `source` of --index).
 */
import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { size, type Tensor } from '../../app/graph/graph.ts';
import { gather } from '../../app/graph/ops/gather.ts';
import { reshape } from '../../app/graph/ops/shape.ts';
import { declareParameters } from '../../app/graph/scope.ts';
import { buildStep, type StepContext } from '../../app/graph/step/index.ts';
import { encodeWeights } from '../../app/graph/weights.ts';
import { planar } from '../../app/planar.ts';
import { seeded } from '../../app/random.ts';
import { pixelRows } from '../../models/colorist/colour.ts';
import { coloristLoss } from '../../models/colorist/loss.ts';
import { colorist, coloristChoice, coloristThoughts } from '../../models/colorist/network.ts';
import { networkParameters, startWeights, type Width } from '../../models/network.ts';
import { cpuBlock } from '../../main/engine/cpu-block.ts';
import { onnxBinding, SessionStore, type Feeds, type TensorData } from '../../main/engine/session.ts';
import { TrainSession, TrainState } from '../../main/engine/train-session.ts';
import { drawHints } from '../../main/studio/dataset/tensors.ts';
import { readModel } from '../../main/studio/run/model.ts';
import { recordFiles, Records, SIDE, TENSORS } from './store.ts';

const { values } = parseArgs({
  options: {
    features: { type: 'string' },
    out: { type: 'string' },
    minutes: { type: 'string', default: '60' },
    steps: { type: 'string' },
    files: { type: 'string', default: '1,2,3,4' },
    width: { type: 'string', default: 'base' },
    tilt: { type: 'string', default: '0.5' },
    distance: { type: 'string', default: '4' },
    drop: { type: 'string', default: '0.1' },
    batch: { type: 'string', default: '16' },
    rate: { type: 'string', default: '0.001' },
    hints: { type: 'string', default: '0.4' },
    start: { type: 'string' },
    only: { type: 'string' },
    index: { type: 'string' },
    threads: { type: 'string', default: '2' },
    seed: { type: 'string', default: '1' },
  },
});
if (!values.features || !values.out) throw new Error('--features and --out are needed');
const folder = path.resolve(values.features);
const out = path.resolve(values.out);
mkdirSync(path.join(out, 'model'), { recursive: true });
const width = values.width as Width;
const batch = Number(values.batch);
const side = SIDE / 4;
/** Pixels of each picture that a step looks at. */
const PIXELS = 256;

const parameters = declareParameters((scope) => {
  const input = (name: string, shape: readonly number[]) => scope.graph.input(name, shape);
  const features = TENSORS.slice(0, 4).map(({ name, shape }) => input(name, shape));
  const hints = input('hints', [1, 3, side, side]);
  coloristChoice(scope, coloristThoughts(scope, features, input('l', [1, 1, SIDE, SIDE]), hints, width));
});

/**
 * The losses. `count` pixels of each picture are looked at, the same of all: neighbours say nearly the same, and the choice
 * among so many bins costs as much as the rest of the network.
 */
function forward(context: StepContext, count: number) {
  const features = TENSORS.slice(0, 4).map(({ name, shape }) =>
    context.input(name, [batch, ...shape.slice(1)]),
  );
  const l = context.input('l', [batch, 1, SIDE, SIDE]);
  const hints = context.input('hints', [batch, 3, side, side]);
  const ab = context.input('ab', [batch, 2, side, side]);
  const scope = context.scope('decoder');
  const z = coloristThoughts(scope, features, l, hints, width);
  // Some pixels as a picture of one column.
  const pixels = count < side * side ? context.input('pixels', [count], 'int64') : null;
  const some = (t: Tensor): Tensor =>
    pixels ? gather(reshape(t, [batch, t.shape[1], side * side, 1]), pixels, 2) : t;
  const rows = pixelRows(coloristChoice(scope, some(z)));
  const { total, choice, distance, middle } = coloristLoss(rows, some(ab), {
    tilt: Number(values.tilt),
    distance: Number(values.distance),
  });
  return { total, losses: { choice, distance }, middle };
}

const block = await cpuBlock();
const learning = buildStep({
  block,
  parts: [{ name: 'decoder', parameters, mode: 'trained' }],
  forward(context) {
    const { total, losses } = forward(context, PIXELS);
    return { total, losses };
  },
});
const looking = buildStep({
  block,
  parts: [{ name: 'decoder', parameters, mode: 'given', from: 'ema' }],
  forward(context) {
    const { losses, middle } = forward(context, side * side);
    return { losses, outputs: { middle } };
  },
});
const store = new SessionStore(onnxBinding, Number(values.threads));
const state = new TrainState();
const session = await TrainSession.create({ graph: learning, state, store, order: ['cpu'] });
const look = await TrainSession.create({ graph: looking, state, store, order: ['cpu'] });
const backbone = await readModel(path.resolve('models/backbone'));
const all = startWeights(colorist, width, Number(values.seed), backbone.weights, 'backbone.');
if (values.start)
  for (const [name, tensor] of (await readModel(path.resolve(values.start))).weights) all.set(name, tensor);
state.setWeights('decoder', all);

const wanted = values.only?.split(',');
const sources = new Map<string, string>();
if (values.index)
  for (const line of readFileSync(values.index, 'utf8').split('\n')) {
    const cells = line.split(',');
    sources.set(cells[0], cells[4]);
  }
const tensors: Record<string, TensorData & { data: Float32Array }> = Object.fromEntries(
  [...TENSORS, { name: 'hints', shape: [1, 3, side, side] }].map(({ name, shape }) => [
    name,
    { dims: [batch, ...shape.slice(1)], data: new Float32Array(batch * size(shape)) },
  ]),
);
const part = (name: string, at: number): Float32Array => {
  const length = tensors[name].data.length / batch;
  return tensors[name].data.subarray(at * length, (at + 1) * length);
};

/** Places (file, record) to learn from, as far as they are there. */
function places(): [Records, number][] {
  return recordFiles(folder, (values.files ?? '').split(',')).flatMap((records) =>
    Array.from({ length: records.count }, (_, n): [Records, number] => [records, n]).filter(
      ([, n]) => !wanted || wanted.includes(sources.get(path.basename(records.ids[n])) ?? ''),
    ),
  );
}
const random = seeded('colorist-fit', Number(values.seed));
const drop = Number(values.drop);
function draw(from: readonly [Records, number][]): void {
  for (let at = 0; at < batch; at++) {
    for (;;) {
      const [records, n] = random.pick(from);
      records.read(n, tensors, at);
      // A record of nought is of a picture that could not be used.
      if (part('l', at).some((v) => v > 0)) break;
    }
    for (const { name, shape } of TENSORS.slice(0, 4)) {
      const plane = shape[2] * shape[3];
      const data = part(name, at);
      for (let c = 0; c < shape[1]; c++) {
        const keep = random.chance(drop) ? 0 : 1 / (1 - drop);
        for (let i = c * plane, end = i + plane; i < end; i++) data[i] *= keep;
      }
    }
    const hints = part('hints', at);
    hints.fill(0);
    if (!random.chance(Number(values.hints)))
      hints.set(drawHints({ ...planar(side, side, 2), data: part('ab', at) }, random).data);
  }
}

/** On test pictures, at a quarter of the size: losses, and the curve over a gain of the mean. */
const GAINS = [0.6, 0.8, 1, 1.2, 1.4, 1.7, 2, 2.5, 3];
async function judge(): Promise<Record<string, number>> {
  const records = new Records(path.join(folder, 'val.f16'));
  const losses = { choice: 0, distance: 0 };
  const away = GAINS.map(() => 0);
  const colour = GAINS.map(() => 0);
  let [grey, truth] = [0, 0];
  const rounds = Math.floor(records.count / batch);
  const n = side * side;
  const lively = (u: (i: number) => number, v: (i: number) => number): number => {
    let [a, b, aa] = [0, 0, 0];
    for (let i = 0; i < n; i++) {
      a += u(i) / n;
      b += v(i) / n;
      aa += (u(i) ** 2 + v(i) ** 2) / n;
    }
    return Math.sqrt(Math.max(0, aa - a * a - b * b)) + 0.3 * Math.hypot(a, b);
  };
  tensors.hints.data.fill(0);
  for (let r = 0; r < rounds; r++) {
    for (let at = 0; at < batch; at++) records.read(r * batch + at, tensors, at);
    const seen = await look.look(tensors);
    losses.choice += seen.losses.choice / rounds;
    losses.distance += seen.losses.distance / rounds;
    for (let at = 0; at < batch; at++) {
      const ab = part('ab', at);
      const m = seen.outputs.middle.data.subarray(at * n * 2, (at + 1) * n * 2);
      for (let i = 0; i < n; i++) grey += Math.hypot(ab[i], ab[n + i]);
      truth += lively(
        (i) => ab[i],
        (i) => ab[n + i],
      );
      GAINS.forEach((g, k) => {
        for (let i = 0; i < n; i++) away[k] += Math.hypot(ab[i] - g * m[2 * i], ab[n + i] - g * m[2 * i + 1]);
        colour[k] +=
          g *
          lively(
            (i) => m[2 * i],
            (i) => m[2 * i + 1],
          );
      });
    }
  }
  records.close();
  const d = away.map((v) => v / grey);
  const c = colour.map((v) => v / truth);
  const k = c.findIndex((v) => v >= 0.85);
  const t = (0.85 - c[k - 1]) / (c[k] - c[k - 1]);
  return {
    ...losses,
    best: Math.min(...d),
    at085: k > 0 ? d[k - 1] + t * (d[k] - d[k - 1]) : NaN,
    own: c[2],
  };
}
function save(step: number, seconds: number, figures: Record<string, number>): void {
  const learnt = state.weights('decoder', 'ema');
  const list = networkParameters(colorist, width).map(({ name, shape }) => ({
    name,
    shape,
    data: (learnt.get(name) ?? all.get(name))!.data,
  }));
  const bytes = encodeWeights(list, 'f16', { network: 'colorist', width, step });
  writeFileSync(path.join(out, 'model', 'weights.rvw'), bytes);
  const own = JSON.parse(readFileSync('models/colorist/card.json', 'utf8')) as Record<string, unknown>;
  const card = {
    ...own,
    name: `colorist-${path.basename(out)}`,
    version: String(step),
    width,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    trainedOn: `decoder alone on features computed once, ${step} steps of ${batch}, ${(seconds / 60).toFixed(0)} minutes`,
    metrics: figures,
    measuredBy: 'build/colorist/fit.ts, on test pictures at a quarter of the size',
  };
  writeFileSync(path.join(out, 'model', 'card.json'), `${JSON.stringify(card, null, 2)}\n`);
}

const began = performance.now();
const whole = Number(values.minutes) * 60;
const rate = Number(values.rate);
const told: Record<string, number> = {};
let from = places();
let saved = 0;
for (let step = 1; ; step++) {
  const seconds = (performance.now() - began) / 1000;
  const done = Math.min(1, values.steps ? step / Number(values.steps) : seconds / whole);
  draw(from);
  const pixels = random.shuffle(Array.from({ length: side * side }, (_, i) => i)).slice(0, PIXELS);
  const fed: Feeds = {
    ...tensors,
    pixels: { dims: [PIXELS], data: BigInt64Array.from(pixels, BigInt) },
  };
  const lr = rate * Math.min(1, step / 200) * (0.5 + 0.5 * Math.cos(Math.PI * done));
  const { losses } = await session.step(fed, { lr, decay: 0.02, clip: 5, average: 0.9985 });
  for (const [name, value] of Object.entries(losses)) told[name] = (told[name] ?? 0) * 0.98 + value * 0.02;
  const over = done >= 1;
  if (step % 100 === 0) from = places();
  if (over || seconds - saved > 150) {
    saved = seconds;
    const figures = await judge();
    save(step, seconds, figures);
    const line = { step, seconds: Math.round(seconds), records: from.length, ...told, test: figures };
    appendFileSync(path.join(out, 'log.jsonl'), `${JSON.stringify(line)}\n`);
    console.log(
      JSON.stringify(line, (_, v: unknown) => (typeof v === 'number' ? Number(v.toPrecision(4)) : v)),
    );
  }
  if (over) break;
}
await store.close();
process.exit(0);
