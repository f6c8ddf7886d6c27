/**
 * Whether a step graph learns at all: a small U-Net learns sixteen pictures by heart, shapes on gradients that come
 * in faded and noisy, until what it makes of them is within 35 dB (peak signal to noise) of the truth.
 */
import { expect, it } from 'vitest';
import { mean } from '../../app/graph/ops/reduce.ts';
import { square } from '../../app/graph/ops/elementwise.ts';
import { sub } from '../../app/graph/ops/arithmetic.ts';
import { declareParameters, initialWeights } from '../../app/graph/scope.ts';
import { buildStep, learningRate, type StepContext } from '../../app/graph/step/index.ts';
import { sampleNetwork } from '../../app/graph/step/sample-network.ts';
import { seeded } from '../../app/random.ts';
import { onnxBinding, SessionStore } from './session.ts';
import { TrainSession, TrainState } from './train-session.ts';

const SIDE = 32;
const PLANE = SIDE * SIDE;
const COUNT = 16;

/** Six discs and boxes of flat colour on a gradient, [3, 32, 32], 0..1. */
function draw(index: number): Float32Array {
  const random = seeded('overfit', index);
  const colour = () => [random.next(), random.next(), random.next()];
  const [from, to] = [colour(), colour()];
  const angle = random.uniform(0, Math.PI);
  const shapes = Array.from({ length: 6 }, () => ({
    disc: random.chance(0.5),
    x: random.uniform(0, SIDE),
    y: random.uniform(0, SIDE),
    a: random.uniform(2, 8),
    b: random.uniform(2, 8),
    colour: colour(),
  }));
  const picture = new Float32Array(3 * PLANE);
  for (let i = 0; i < PLANE; i++) {
    const [x, y] = [i % SIDE, Math.floor(i / SIDE)];
    const t = (x * Math.cos(angle) + y * Math.sin(angle)) / (1.5 * SIDE);
    const top = shapes.findLast((s) =>
      s.disc ? Math.hypot(x - s.x, y - s.y) < s.a : Math.abs(x - s.x) < s.a && Math.abs(y - s.y) < s.b,
    );
    for (let c = 0; c < 3; c++)
      picture[c * PLANE + i] = top ? top.colour[c] : from[c] + t * (to[c] - from[c]);
  }
  return picture.map((v) => Math.min(1, Math.max(0, v)));
}

/** Faded, each channel differently, and noisy. */
function spoil(picture: Float32Array, index: number): Float32Array {
  const random = seeded('overfit noise', index);
  return picture.map(
    (v, i) => 0.15 + 0.7 * [0.9, 0.75, 0.6][Math.floor(i / PLANE)] * v + random.normal(0, 0.005),
  );
}

it('learns sixteen pictures by heart, to 35 dB', async () => {
  const batch = 8;
  const width = 16;
  const steps = 550;
  const shape = [batch, 3, SIDE, SIDE];
  const truth = Array.from({ length: COUNT }, (_, k) => draw(k));
  const spoilt = truth.map(spoil);
  const parameters = declareParameters(
    (s) => void sampleNetwork(s, s.graph.input('x', [1, 3, SIDE, SIDE]), width),
  );
  const error = (c: StepContext) =>
    mean(square(sub(sampleNetwork(c.scope('net'), c.input('x', shape), width), c.input('y', shape))));
  const part = { name: 'net', parameters } as const;
  const state = new TrainState();
  const store = new SessionStore(onnxBinding, 1);
  const open = (graph: Parameters<typeof TrainSession.create>[0]['graph']) =>
    TrainSession.create({ graph, state, store, order: ['cpu'] });
  const session = await open(
    buildStep({
      parts: [{ ...part, mode: 'trained' }],
      optimiser: { beta2: 0.99 },
      forward: (c) => ({ total: error(c) }),
    }),
  );
  const judge = await open(
    buildStep({
      parts: [{ ...part, mode: 'given', from: 'ema' }],
      forward: (c) => ({ losses: { mse: error(c) } }),
    }),
  );
  state.setWeights('net', initialWeights(parameters, 1));

  const gather = (list: Float32Array[], picks: number[]) => {
    const data = new Float32Array(batch * 3 * PLANE);
    picks.forEach((pick, i) => data.set(list[pick], i * 3 * PLANE));
    return { dims: shape, data };
  };
  const batchOf = (picks: number[]) => ({ x: gather(spoilt, picks), y: gather(truth, picks) });
  const halves = [0, batch].map((first) => batchOf(Array.from({ length: batch }, (_, i) => first + i)));
  const psnr = async () => {
    let mse = 0;
    for (const half of halves) mse += (await judge.look(half)).losses['mse'] / halves.length;
    return -10 * Math.log10(mse);
  };
  const before = await psnr();
  for (let step = 0; step < steps; step++) {
    const order = seeded('order', Math.floor(step / 2)).shuffle(Array.from({ length: COUNT }, (_, i) => i));
    const lr = learningRate({ kind: 'one-cycle', rate: 1.2e-2, steps }, step);
    const at = (step % 2) * batch;
    await session.step(batchOf(order.slice(at, at + batch)), { lr, average: 0.95, clip: 1 });
  }
  const after = await psnr();
  await store.close();
  expect(before).toBeLessThan(20);
  expect(after).toBeGreaterThan(35);
}, 120_000);
