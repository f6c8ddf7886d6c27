/** The gradient of the whole `one` network (small), as training uses it, against central differences of its loss. */
import { expect, it } from 'vitest';
import { checkDirections } from '../../app/graph/directions.ts';
import { add, sub } from '../../app/graph/ops/arithmetic.ts';
import { square } from '../../app/graph/ops/elementwise.ts';
import { mean } from '../../app/graph/ops/reduce.ts';
import { seeded } from '../../app/random.ts';
import { networkParameters, networks, startWeights } from '../../models/index.ts';
import { cpuBlock } from './cpu-block.ts';

it('`one` agrees with central differences along random directions to 1e-3', async () => {
  const network = networks.one;
  // A fresh network leaves its residual branches at nought, where half of the gradients are nought too.
  const weights = startWeights(network, 'small', 3);
  for (const [name, { data }] of weights) {
    const random = seeded('stir', name);
    data.forEach((v, i) => (data[i] = v + random.normal(0, 0.02)));
  }
  const side = 64;
  const results = await checkDirections(
    (scope, input) => {
      const inputs = network.inputs({ batch: 1, height: side, width: side });
      const tensors = Object.fromEntries(inputs.map((i) => [i.name, input(i.name, i.shape)]));
      const outputs = network.build(scope, tensors, 'small');
      return Object.entries(outputs)
        .map(([name, y]) => mean(square(sub(y, input(`truth.${name}`, y.shape)))))
        .reduce((a, b) => add(a, b));
    },
    networkParameters(network, 'small'),
    weights,
    { directions: 2, block: await cpuBlock() },
  );
  expect(results).toHaveLength(3);
});
