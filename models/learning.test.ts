/** Every network learns: a few steps on one batch make its loss fall, with the pre-trained part frozen. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { size, type Tensor } from '../app/graph/graph.ts';
import { charbonnier } from '../app/graph/losses/index.ts';
import { buildStep, type StepContext } from '../app/graph/step/index.ts';
import { decodeWeights } from '../app/graph/weights.ts';
import { seeded } from '../app/random.ts';
import { onnxBinding, SessionStore } from '../main/engine/session.ts';
import { TrainSession, TrainState } from '../main/engine/train-session.ts';
import { colorist } from './colorist/network.ts';
import { networkParameters, networks, startWeights, type Network } from './index.ts';

const store = new SessionStore(onnxBinding, 2);
afterAll(() => store.close());

const pictures = { batch: 2, height: 64, width: 64 };
/** Smooth colours that differ from plane to plane, so that there is something to learn. */
function waves(shape: readonly number[], name: string): Float32Array {
  const random = seeded('waves', name);
  const [n, c, h, w] = shape;
  const out = new Float32Array(size(shape));
  for (let p = 0; p < n * c; p++) {
    const [fx, fy, at] = [random.uniform(0.05, 0.3), random.uniform(0.05, 0.3), random.uniform(0, 6)];
    for (let y = 0; y < h; y++)
      for (let x = 0; x < w; x++) out[(p * h + y) * w + x] = 0.5 + 0.35 * Math.sin(fx * x + fy * y + at);
  }
  return out;
}

it.each(Object.values(networks).map((n) => [n.name, n] as [string, Network]))(
  '%s learns',
  async (name, network) => {
    const pretrained = decodeWeights(readFileSync(path.resolve('models/backbone/weights.rvw')), 'backbone');
    const weights = startWeights(network, 'small', 5, pretrained.tensors, 'backbone.');
    const forward = (context: StepContext): { total: Tensor } => {
      const inputs = Object.fromEntries(
        network.inputs(pictures).map((i) => [i.name, context.input(i.name, i.shape)]),
      );
      const outputs = network.build(context.scope('net'), inputs, 'small');
      const found = outputs.y ?? outputs.ab ?? outputs.score;
      return { total: charbonnier(found, context.input('truth', found.shape)) };
    };
    const graph = buildStep({
      parts: [
        {
          name: 'net',
          parameters: networkParameters(network, 'small'),
          mode: 'trained',
          weights,
          frozen: network.freezable,
          state: network.state,
        },
      ],
      forward,
    });
    const state = new TrainState();
    const session = await TrainSession.create({ graph, state, store, order: ['cpu'] });
    state.setWeights('net', weights);
    const batch = Object.fromEntries(
      graph.batch.map(({ name: input, shape }) => [
        input,
        { dims: shape, data: input === 'hints' ? new Float32Array(size(shape)) : waves(shape, input) },
      ]),
    );
    const losses: number[] = [];
    for (let step = 0; step < 20; step++) {
      const outcome = await session.step(batch, { lr: 4e-3, clip: 1 });
      expect(outcome.finite).toBe(true);
      const [loss] = Object.entries(outcome.losses).filter(([key]) => key !== 'gradient');
      losses.push(loss[1]);
    }
    const last = Math.min(...losses.slice(-5));
    expect(last, `${name}: ${losses.map((v) => v.toFixed(4)).join(' ')}`).toBeLessThan(0.75 * losses[0]);
  },
);

it('the backbone is what the colorist starts from', () => {
  const { tensors } = decodeWeights(readFileSync(path.resolve('models/backbone/weights.rvw')), 'backbone');
  const weights = startWeights(colorist, 'base', 1, tensors, 'backbone.');
  for (const [name, { data }] of tensors) expect(weights.get(`backbone.${name}`)?.data).toEqual(data);
});
