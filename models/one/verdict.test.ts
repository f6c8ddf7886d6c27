/** The last word begins as the network's own answer, gives small shares to nobody, and follows what it is told. */
import { expect, it } from 'vitest';
import { evaluate } from '../../app/graph/evaluate.ts';
import { Graph } from '../../app/graph/graph.ts';
import { constantScope } from '../../app/graph/scope.ts';
import { verdict, VERDICT_WIDTH } from './verdict.ts';

const FACTS = 2;
/** The answer to pictures of 0.25, 0.5 and 1, with these weights of the last layer for the first inner number. */
function answer(last: readonly number[], fact: number): number {
  const graph = new Graph();
  const numbers = (shape: number[], at: (i: number) => number): { shape: number[]; data: Float32Array } => ({
    shape,
    data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => at(i)),
  });
  const scope = constantScope(
    graph,
    new Map([
      ['mean', numbers([1, FACTS, 1, 1], () => 1)],
      ['scale', numbers([1, FACTS, 1, 1], () => 2)],
      ['first.weight', numbers([VERDICT_WIDTH, FACTS, 1, 1], (i) => Number(i === 0))],
      ['first.bias', numbers([VERDICT_WIDTH], () => 0)],
      [
        'last.weight',
        numbers([3, VERDICT_WIDTH, 1, 1], (i) => (i % VERDICT_WIDTH ? 0 : last[i / VERDICT_WIDTH])),
      ],
      ['last.bias', numbers([3], () => 0)],
    ]),
  );
  const pictures = [0.25, 0.5, 1].map((v) => graph.constant([v, v, v], [1, 3, 1, 1]));
  const y = verdict(scope, pictures, graph.input('known', [1, FACTS, 1, 1]));
  return evaluate([y], { known: Float32Array.of(fact, 0) })[0].data[0];
}

it('begins as the last answer, to the bit', () => {
  expect(answer([0, 0, 0], 3)).toBe(1);
});

it('is told by facts: those at their mean say nothing, far ones no more than four deviations', () => {
  expect(answer([9, 0, 0], 1)).toBe(1);
  // (1.5 - 1) * 2 is one deviation: 9 against a head start of 6, and shares of 0.952 and 0.047 less 0.02 each.
  const near = Math.exp(9) / (Math.exp(9) + 1 + Math.exp(6)) - 0.02;
  const own = Math.exp(6) / (Math.exp(9) + 1 + Math.exp(6)) - 0.02;
  expect(answer([9, 0, 0], 1.5)).toBeCloseTo((0.25 * near + own) / (near + own), 5);
  expect(answer([2.6, 0, 0], 3)).toBe(answer([2.6, 0, 0], 30));
  expect(answer([9, 0, 0], 3)).toBe(0.25);
});
