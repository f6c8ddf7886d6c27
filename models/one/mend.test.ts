/** Filling holds what it takes from around a hole, and only that: elsewhere the gradient goes through whole. */
import { expect, it } from 'vitest';
import { differentiate } from '../../app/graph/differentiate.ts';
import { evaluate } from '../../app/graph/evaluate.ts';
import { Graph } from '../../app/graph/graph.ts';
import { sum } from '../../app/graph/ops/reduce.ts';
import { seeded } from '../../app/random.ts';
import { mend } from './network.ts';

it('takes nothing from the gradient of a picture where nothing is missing', () => {
  const side = 32;
  const graph = new Graph();
  const picture = graph.input('picture', [1, 3, side, side]);
  const y = mend(picture, graph.input('logits', [1, 1, side, side]));
  const random = seeded('mend');
  const x = Float64Array.from({ length: 3 * side * side }, () => random.next());
  // One hole; elsewhere a suspicion that falls short of one.
  const hole = 9 * side + 20;
  const logits = new Float64Array(side * side).fill(-1);
  logits[hole] = 3;
  const [made, gradient] = evaluate([y, ...differentiate(sum(y), [picture])], { picture: x, logits });
  for (let i = 0; i < side * side; i++) {
    const [down, right] = [Math.floor(i / side) - 9, (i % side) - 20];
    if (Math.abs(down) > 1 || Math.abs(right) > 1) {
      expect(made.data[i]).toBeCloseTo(x[i], 12);
      expect(gradient.data[i]).toBeCloseTo(1, 12);
    }
  }
  expect(gradient.data[hole]).toBeCloseTo(1 / (1 + Math.exp(3)), 12);
});
