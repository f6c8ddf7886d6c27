import { describe, expect, it } from 'vitest';
import { evaluate } from '../evaluate.ts';
import { Graph } from '../graph.ts';
import { checkOperator } from '../testing.ts';
import { add, broadcast, div, mul, neg, sub } from './arithmetic.ts';
import { expand } from './shape.ts';

describe('arithmetic', () => {
  const cases = { add, sub, mul, div };
  for (const [name, f] of Object.entries(cases)) {
    it(`${name}: same shapes, odd and even`, () =>
      checkOperator({ a: [3, 5], b: [3, 5] }, ({ a, b }) => f(a, b), { apart: 0.2 }));
    it(`${name}: broadcasting both ways sums its gradients`, () =>
      checkOperator({ a: [2, 1, 4], b: [3, 1] }, ({ a, b }) => f(a, b), { apart: 0.2 }));
    it(`${name}: with a number on either side`, async () => {
      await checkOperator({ a: [3] }, ({ a }) => f(a, 2.5), { apart: 0.2 });
      await checkOperator({ a: [3] }, ({ a }) => f(2.5, a), { apart: 0.2 });
    });
  }
  it('neg', () => checkOperator({ a: [2, 3] }, ({ a }) => neg(a)));
  it('an operand used twice gets both gradients', () =>
    checkOperator({ a: [4] }, ({ a }) => mul(a, add(a, a))));

  it('has the values of its definition', () => {
    const g = new Graph();
    const a = g.input('a', [2, 2]);
    const b = g.input('b', [2]);
    const [y] = evaluate([sub(mul(a, b), 1)], { a: [1, 2, 3, 4], b: [10, 100] });
    expect([...y.data]).toEqual([9, 199, 29, 399]);
  });
  it('names the operator and the shapes when they do not fit', () => {
    const g = new Graph();
    expect(broadcast([2, 3], [2])).toBeNull();
    expect(() => add(g.input('a', [2, 3]), g.input('b', [2]))).toThrow(
      'add(float32[2,3], float32[2]): the shapes do not broadcast',
    );
    expect(() => add(g.input('c', [1]), new Graph().input('d', [1]))).toThrow(/another graph/);
  });
  it('a repeated operand is not written out where the other is as large', () => {
    const g = new Graph();
    const [a, b] = [g.input('a', [1, 3]), g.input('b', [2, 3])];
    expect(mul(expand(a, [2, 3]), b)).toBe(mul(a, b));
    expect(add(b, expand(a, [2, 3]))).toBe(add(b, a));
    // Here the repetition makes the result: it stays.
    expect(mul(expand(a, [4, 2, 3]), b).shape).toEqual([4, 2, 3]);
    expect(mul(expand(a, [2, 3]), expand(a, [2, 3])).shape).toEqual([2, 3]);
  });
  it('equal nodes are one node', () => {
    const g = new Graph();
    const a = g.input('a', [2]);
    expect(mul(a, 0.5)).toBe(mul(a, 0.5));
    expect(mul(a, 0.5)).not.toBe(mul(a, 0.25));
  });
});
