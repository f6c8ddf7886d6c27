/**
 * Memory of the training process over many steps of a tiny network:
 * `node build/run.mjs tool-script build/bench/step-memory.ts [steps]` prints resident and external memory ten times.
 */
import { mean } from '../../app/graph/ops/reduce.ts';
import { abs } from '../../app/graph/ops/elementwise.ts';
import { sub } from '../../app/graph/ops/arithmetic.ts';
import { declareParameters, initialWeights } from '../../app/graph/scope.ts';
import { buildStep } from '../../app/graph/step/index.ts';
import { sampleNetwork } from '../../app/graph/step/sample-network.ts';
import { onnxBinding, SessionStore } from '../../main/engine/session.ts';
import { TrainSession, TrainState } from '../../main/engine/train-session.ts';

const steps = Number(process.argv[2] ?? 10_000);
const shape = [2, 3, 8, 8];
const parameters = declareParameters((s) => void sampleNetwork(s, s.graph.input('x', shape), 4));
const graph = buildStep({
  parts: [{ name: 'net', parameters, mode: 'trained' }],
  forward: (c) => ({
    total: mean(abs(sub(sampleNetwork(c.scope('net'), c.input('x', shape), 4), c.input('y', shape)))),
  }),
});
const state = new TrainState();
const store = new SessionStore(onnxBinding, 1);
const session = await TrainSession.create({ graph, state, store, order: ['cpu'] });
state.setWeights('net', initialWeights(parameters, 1));
const picture = (power: number) => ({
  dims: shape,
  data: Float32Array.from({ length: 384 }, (_, i) => (i / 384) ** power),
});
const start = performance.now();
for (let step = 0; step <= steps; step++) {
  const { losses } = await session.step({ x: picture(0.6), y: picture(1) }, { lr: 1e-4 });
  if (step % (steps / 10) === 0) {
    const { rss, external, heapUsed } = process.memoryUsage();
    const mb = (n: number) => `${(n / 1e6).toFixed(1)} MB`;
    console.log(
      `step ${step}: resident ${mb(rss)}, heap ${mb(heapUsed)}, external ${mb(external)}, loss ${losses['total'].toFixed(4)}, ${((performance.now() - start) / (step + 1)).toFixed(2)} ms a step`,
    );
  }
}
await store.close();
