/**
 * The gradient of the whole `one` network (small), as training uses it, against central differences of its loss. The
 * weights are those that training begins with, the shipped encoder among them: with random ones, made for pictures of
 * 0..255, the loss is tens of thousands and bends within any step of single precision.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { checkDirections } from '../../app/graph/directions.ts';
import { add, sub } from '../../app/graph/ops/arithmetic.ts';
import { square } from '../../app/graph/ops/elementwise.ts';
import { mean } from '../../app/graph/ops/reduce.ts';
import { decodeWeights } from '../../app/graph/weights.ts';
import { seeded } from '../../app/random.ts';
import { networkParameters, networks, startWeights } from '../../models/index.ts';
import { cpuBlock } from './cpu-block.ts';

it('`one` agrees with central differences along random directions to 1e-3', async () => {
  const network = networks.one;
  const shipped = decodeWeights(readFileSync(path.resolve('models/backbone/weights.rvw')), 'weights.rvw');
  const weights = startWeights(network, 'small', 3, shipped.tensors, 'backbone.');
  // A fresh network leaves its residual branches at nought, where half of the gradients are nought too.
  for (const [name, { data }] of weights) {
    if (name.startsWith('backbone.')) continue;
    const random = seeded('stir', name);
    data.forEach((v, i) => (data[i] = v + random.normal(0, 0.02)));
  }
  // And sees no holes: here 33 pixels of 2048 are.
  weights.get('missing.bias')?.data.fill(3.8);
  // Forms and grain, nearer to what the encoder was made for than noise all over.
  const [height, width] = [64, 32];
  const grain = seeded('grain');
  const x = Float32Array.from({ length: 3 * height * width }, (_, i) => {
    const [c, v, u] = [Math.floor(i / height / width), Math.floor(i / width) % height, i % width];
    return 0.5 + 0.3 * Math.sin((u * (c + 1) + 2 * v) / 9) + 0.2 * (grain.next() - 0.5);
  });
  const results = await checkDirections(
    (scope, input) => {
      // Two places at the coarsest level: with one, attention has no choice and no gradient.
      const inputs = network.inputs({ batch: 1, height, width });
      const tensors = Object.fromEntries(inputs.map((i) => [i.name, input(i.name, i.shape)]));
      const outputs = network.build(scope, tensors, 'small');
      return Object.entries(outputs)
        .map(([name, y]) => mean(square(sub(y, input(`truth.${name}`, y.shape)))))
        .reduce((a, b) => add(a, b));
    },
    networkParameters(network, 'small'),
    weights,
    {
      directions: 1,
      exact: true,
      feeds: { x },
      asleep: [
        // None of the 24 rectifiers of this gate opens: it is as good as a constant.
        ...['squeeze.weight', 'squeeze.bias', 'excite.weight'].map((name) => `backbone.block3.${name}`),
        // The last word begins far on the side of the network's own answer, and the least shares are none.
        ...['mean', 'scale', 'first.weight', 'first.bias', 'last.weight', 'last.bias'].map(
          (name) => `verdict.${name}`,
        ),
      ],
      block: await cpuBlock(),
    },
  );
  expect(results).toHaveLength(2);
});
