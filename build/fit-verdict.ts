/**
 * Fits the last word of `one` (models/one/verdict.ts): two layers that say how much of each answer the picture is made
 * from. In a training run they would see a few pictures a step; here they see all of them again and again, and what a
 * mixture costs follows exactly from the products of the answers' errors, so no picture has to be made twice. Everything
 * else in the model stays as it is.
 *
 *   node build/fit-verdict.ts --data DIR --model DIR --out DIR [--count 6000] [--seed 1] [--samples FILE,…]    (Node 24)
 *
 * Samples are of training pictures, of single kinds of damage and of the preset `any`, most at 128 px, some at 96, 192
 * and 256; a sixth is held back, and its mean error in dB decides when to stop. --samples keeps what was seen, or takes
 * it from there (several files: all of them): it holds for one model and one version of its graph. A model without these
 * layers (of version 6) is taken too. Prints, by kind of damage, the PSNR of the held-back samples as they are, by the
 * network's own answer, by the mixture, and by the best answer of each.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { degrade, degradeAs, type Group } from '../app/degrade/index.ts';
import { emit } from '../app/graph/emit.ts';
import { Graph } from '../app/graph/graph.ts';
import { constantScope } from '../app/graph/scope.ts';
import { encodeWeights } from '../app/graph/weights.ts';
import { type Random, seeded } from '../app/random.ts';
import { networkInputs, networkParameters, networks, startWeights } from '../models/index.ts';
import { AHEAD, FARTHEST, LEAST_SHARE, VERDICT_WIDTH } from '../models/one/verdict.ts';
import { onnxBinding, SessionStore, type Session } from '../main/engine/session.ts';
import { randomCrop, takeCrop } from '../main/studio/dataset/crop.ts';
import { openDataset } from '../main/studio/dataset/open.ts';
import { PictureReader } from '../main/studio/dataset/read.ts';
import { readModel } from '../main/studio/run/model.ts';

const { values: options } = parseArgs({
  options: {
    data: { type: 'string' },
    model: { type: 'string' },
    out: { type: 'string' },
    count: { type: 'string', default: '6000' },
    seed: { type: 'string', default: '1' },
    samples: { type: 'string' },
  },
});
if (!options.data || !options.model || !options.out) throw new Error('--data, --model and --out are needed');

const SIZES = [96, 128, 128, 128, 128, 128, 128, 192, 256] as const;
const KINDS =
  'clean,clean,bw,bw,negative,negative,negative+noise,negative+noise,bw-negative,bw-negative,bw-negative,fading,missing,missing,noise,noise,jpeg,blur,blur,stains,scratches,salt-pepper,any,any,any'.split(
    ',',
  );
const PREFIX = 'verdict.';

const model = await readModel(path.resolve(options.model));
const width = model.card.width ?? 'small';
const fresh = startWeights(networks.one, width, 1);
const weights = new Map(
  [...fresh].map(([name, tensor]) => {
    const learnt = model.weights.get(name);
    if (!learnt && !name.startsWith(PREFIX)) throw new Error(`${options.model} has no ${name}`);
    return [name, learnt && !name.startsWith(PREFIX) ? learnt : tensor];
  }),
);

/** What was seen: of each sample the kind, what is known of it, and the products of the errors of its answers. */
interface Samples {
  kinds: string[];
  facts: number;
  answers: number;
  rows: Float32Array;
}

const store = new SessionStore(onnxBinding, 1);
async function open(size: number): Promise<Session> {
  const graph = new Graph();
  const inputs = networkInputs(graph, networks.one, { batch: 1, height: size, width: size });
  const { answers, known } = networks.one.build(constantScope(graph, weights), inputs, width);
  const { bytes } = emit({ answers, known }, { name: 'answers' });
  return store.open(`answers ${size}`, () => Promise.resolve(bytes), ['cpu']);
}

/** Mean products of the errors of every two answers. */
function products(answers: Float32Array, target: Float32Array): Float32Array {
  const length = target.length;
  const count = answers.length / length;
  const errors = answers.map((v, i) => Math.min(1, Math.max(0, v)) - target[i % length]);
  const out = new Float32Array(count * count);
  for (let a = 0; a < count; a++)
    for (let b = 0; b <= a; b++) {
      let sum = 0;
      for (let i = 0, p = a * length, q = b * length; i < length; i++) sum += errors[p + i] * errors[q + i];
      out[a * count + b] = out[b * count + a] = sum / length;
    }
  return out;
}

async function see(data: string, count: number, seed: string): Promise<Samples> {
  const dataset = await openDataset(path.resolve(data));
  const pictures = dataset.pictures.filter((p) => p.split === 'train' && p.pair === null);
  const reader = new PictureReader();
  const random = seeded('verdict', Number(seed));
  const sessions = new Map<number, Promise<Session>>();
  const kinds: string[] = [];
  const rows: Float32Array[] = [];
  let facts = 0;
  let answers = 0;
  while (kinds.length < count) {
    const { truth } = await reader.decode(pictures[random.int(pictures.length)], 256);
    for (let k = 0; k < 2 && kinds.length < count; k++) {
      const size = random.pick(SIZES);
      const picture = takeCrop(truth, randomCrop(truth.width, truth.height, size, false, random), size);
      const kind = random.pick(KINDS);
      const keys = ['verdict', seed, kinds.length];
      const { input, target } =
        kind === 'any' ? degrade(picture, 'any', keys) : degradeAs(picture, kind.split('+') as Group[], keys);
      const session = sessions.get(size) ?? open(size);
      sessions.set(size, session);
      const said = await (await session).run({ x: { dims: [1, 3, size, size], data: input.data } });
      const made = products(said.answers.data, target.data);
      facts = said.known.data.length;
      answers = Math.sqrt(made.length);
      const row = new Float32Array(facts + made.length);
      row.set(said.known.data);
      row.set(made, facts);
      rows.push(row);
      kinds.push(kind);
    }
  }
  const all = new Float32Array(count * rows[0].length);
  rows.forEach((row, n) => all.set(row, n * row.length));
  return { kinds, facts, answers, rows: all };
}

function taken(file: string): Samples {
  const said = JSON.parse(readFileSync(`${file}.json`, 'utf8')) as Omit<Samples, 'rows'>;
  return { ...said, rows: new Float32Array(Uint8Array.from(readFileSync(file)).buffer) };
}
const files = options.samples?.split(',') ?? [];
let parts: Samples[];
if (files.length > 0 && files.every((file) => existsSync(file))) parts = files.map(taken);
else {
  const seen = await see(options.data, Number(options.count), options.seed);
  if (files.length > 0) {
    const { rows: numbers, ...rest } = seen;
    writeFileSync(files[0], new Uint8Array(numbers.buffer));
    writeFileSync(`${files[0]}.json`, JSON.stringify(rest));
  }
  parts = [seen];
}
const { facts, answers } = parts[0];
const row = facts + answers * answers;
const kinds = parts.flatMap((part) => part.kinds);
const count = kinds.length;
const rows = new Float32Array(count * row);
parts.reduce((at, part) => (rows.set(part.rows, at), at + part.rows.length), 0);

const mid = new Float32Array(facts);
const scale = new Float32Array(facts);
for (let i = 0; i < facts; i++) {
  let [sum, square] = [0, 0];
  for (let n = 0; n < count; n++) sum += rows[n * row + i] / count;
  for (let n = 0; n < count; n++) square += (rows[n * row + i] - sum) ** 2 / count;
  mid[i] = sum;
  scale[i] = 1 / (Math.sqrt(square) + 1e-3);
}
const even = new Float32Array(count * facts);
for (let n = 0; n < count; n++)
  for (let i = 0; i < facts; i++)
    even[n * facts + i] = Math.min(FARTHEST, Math.max(-FARTHEST, (rows[n * row + i] - mid[i]) * scale[i]));

const ROUNDS = 40;
const BATCH = 64;
const RATE = 2e-3;
const DECAY = 0.1;
/** Facts are left out with this probability while it learns. */
const LEFT_OUT = 0.5;
/** Errors below this count hardly: 50 dB. */
const FINE = 1e-5;
/** Kinds whose answers differ by less than those of others, and would be lost beside them. */
const HEAVY: Readonly<Record<string, number>> = {
  bw: 2,
  fading: 2,
  blur: 2,
  'bw-negative': 1.5,
  'negative+noise': 1.5,
};
const SLOPE = 0.1;
const HIDDEN = VERDICT_WIDTH;

/** Weights of the two layers, in one vector: first, its bias, last, its bias. */
const [atBias, atLast] = [facts * HIDDEN, facts * HIDDEN + HIDDEN];
const atLastBias = atLast + answers * HIDDEN;
const total = atLastBias + answers;

interface Pass {
  x: Float32Array;
  inner: Float32Array;
  likely: Float32Array;
  shares: Float32Array;
  error: number;
}
function forward(p: Float32Array, n: number, random: Random | null): Pass {
  const x = even.slice(n * facts, (n + 1) * facts);
  if (random) for (let i = 0; i < facts; i++) x[i] = random.chance(LEFT_OUT) ? 0 : x[i] / (1 - LEFT_OUT);
  const inner = new Float32Array(HIDDEN);
  for (let h = 0; h < HIDDEN; h++) {
    let sum = p[atBias + h];
    for (let i = 0, at = h * facts; i < facts; i++) sum += p[at + i] * x[i];
    inner[h] = sum > 0 ? sum : SLOPE * sum;
  }
  const z = new Float32Array(answers);
  for (let a = 0; a < answers; a++) {
    let sum = p[atLastBias + a];
    for (let h = 0; h < HIDDEN; h++) sum += p[atLast + a * HIDDEN + h] * inner[h];
    z[a] = sum;
  }
  const top = Math.max(...z);
  const e = z.map((v) => Math.exp(v - top));
  const all = e.reduce((a, b) => a + b);
  const likely = e.map((v) => v / all);
  const cut = likely.map((v) => Math.max(0, v - LEAST_SHARE));
  const rest = cut.reduce((a, b) => a + b);
  const shares = cut.map((v) => v / rest);
  let error = 0;
  for (let a = 0; a < answers; a++)
    for (let b = 0; b < answers; b++)
      error += shares[a] * shares[b] * rows[n * row + facts + a * answers + b];
  return { x, inner, likely, shares, error: Math.max(0, error) };
}

/** Adds the gradient of the logarithm of a sample's error. */
function backward(p: Float32Array, n: number, pass: Pass, into: Float32Array): void {
  const { x, inner, likely, shares, error } = pass;
  const rest = likely.reduce((sum, v) => sum + Math.max(0, v - LEAST_SHARE), 0);
  const dShares = new Float32Array(answers);
  for (let a = 0; a < answers; a++) {
    let sum = 0;
    for (let b = 0; b < answers; b++) sum += shares[b] * rows[n * row + facts + a * answers + b];
    dShares[a] = ((HEAVY[kinds[n]] ?? 1) * 2 * sum) / (error + FINE);
  }
  const along = dShares.reduce((sum, d, a) => sum + d * shares[a], 0);
  const dLikely = dShares.map((d, a) => (likely[a] > LEAST_SHARE ? (d - along) / rest : 0));
  const mean = dLikely.reduce((sum, d, a) => sum + d * likely[a], 0);
  const dInner = new Float32Array(HIDDEN);
  for (let a = 0; a < answers; a++) {
    const d = likely[a] * (dLikely[a] - mean);
    into[atLastBias + a] += d;
    for (let h = 0; h < HIDDEN; h++) {
      into[atLast + a * HIDDEN + h] += d * inner[h];
      dInner[h] += d * p[atLast + a * HIDDEN + h];
    }
  }
  for (let h = 0; h < HIDDEN; h++) {
    const d = inner[h] > 0 ? dInner[h] : SLOPE * dInner[h];
    into[atBias + h] += d;
    for (let i = 0, at = h * facts; i < facts; i++) into[at + i] += d * x[i];
  }
}

const random = seeded('fit-verdict', Number(options.seed));
const held = Array.from({ length: count }, (_, n) => n).filter((n) => n % 6 === 0);
const learnt = Array.from({ length: count }, (_, n) => n).filter((n) => n % 6 !== 0);
const p = Float32Array.from({ length: total }, (_, i) =>
  i < atBias
    ? random.normal(0, 0.7 / Math.sqrt(facts))
    : i >= atLast && i < atLastBias
      ? random.normal(0, 0.1)
      : 0,
);
const decibels = (error: number): number => -10 * Math.log10(error + 1e-8);
const judge = (): number =>
  held.reduce(
    (sum, n) => sum - (HEAVY[kinds[n]] ?? 1) * 10 * Math.log10(forward(p, n, null).error + FINE),
    0,
  ) / held.reduce((sum, n) => sum + (HEAVY[kinds[n]] ?? 1), 0);
const [m, v] = [new Float32Array(total), new Float32Array(total)];
let best = { db: -Infinity, p: p.slice() };
for (let round = 1, step = 0; round <= ROUNDS; round++) {
  const rate = RATE * (1 - (round - 1) / ROUNDS);
  const order = random.shuffle([...learnt]);
  for (let at = 0; at < order.length; at += BATCH) {
    const batch = order.slice(at, at + BATCH);
    const gradient = new Float32Array(total);
    for (const n of batch) backward(p, n, forward(p, n, random), gradient);
    step++;
    const [c1, c2] = [1 - 0.9 ** step, 1 - 0.999 ** step];
    for (let i = 0; i < total; i++) {
      const g = gradient[i] / batch.length;
      m[i] += 0.1 * (g - m[i]);
      v[i] += 0.001 * (g * g - v[i]);
      p[i] -= rate * (m[i] / c1 / (Math.sqrt(v[i] / c2) + 1e-8) + DECAY * p[i]);
    }
  }
  const db = judge();
  if (db > best.db) best = { db, p: p.slice() };
  if (round % 5 === 0)
    console.log(`round ${round}: held back ${db.toFixed(3)} dB, best ${best.db.toFixed(3)}`);
}
p.set(best.p);
for (const kind of [...new Set(kinds)].sort()) {
  const those = held.filter((n) => kinds[n] === kind);
  const mean = (of: (n: number) => number): string =>
    (those.reduce((sum, n) => sum + decibels(of(n)), 0) / those.length).toFixed(2);
  const own = (n: number, a: number): number => rows[n * row + facts + a * answers + a];
  const least = (n: number): number => Math.min(...Array.from({ length: answers }, (_, a) => own(n, a)));
  console.log(
    `${kind.padEnd(15)} ${those.length}: as it is ${mean((n) => own(n, 0))}, own ${mean((n) => own(n, answers - 1))}, mixture ${mean((n) => forward(p, n, null).error)}, best ${mean(least)}`,
  );
}

const put = (name: string, data: Float32Array): void => {
  const { shape } = fresh.get(PREFIX + name)!;
  weights.set(PREFIX + name, { shape, data });
};
// The graph adds the head start of the network's own answer itself.
put('mean', mid);
put('scale', scale);
put('first.weight', p.slice(0, atBias));
put('first.bias', p.slice(atBias, atLast));
put('last.weight', p.slice(atLast, atLastBias));
put(
  'last.bias',
  p.slice(atLastBias).map((value, a) => value - (a === answers - 1 ? AHEAD : 0)),
);
const tensors = networkParameters(networks.one, width).map(({ name, shape }) => ({
  name,
  shape,
  data: weights.get(name)!.data,
}));
const bytes = encodeWeights(tensors, 'f16', { network: 'one', width });
const folder = path.resolve(options.out);
mkdirSync(folder, { recursive: true });
writeFileSync(path.join(folder, 'weights.rvw'), bytes);
const card = {
  ...model.card,
  weights: 'weights.rvw',
  sha256: createHash('sha256').update(bytes).digest('hex'),
  trainedOn: `${model.card.trainedOn ?? ''}; its last word fitted on ${count} samples (build/fit-verdict.ts)`,
};
writeFileSync(path.join(folder, 'card.json'), `${JSON.stringify(card, null, 2)}\n`);
await store.close();
process.exit(0);
