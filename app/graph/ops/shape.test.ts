import { describe, expect, it } from 'vitest';
import { evaluate } from '../evaluate.ts';
import { Graph } from '../graph.ts';
import { checkOperator } from '../testing.ts';
import { add, mul } from './arithmetic.ts';
import { mean, sum } from './reduce.ts';
import { concat, expand, reshape, split, transpose } from './shape.ts';

describe('moving numbers about', () => {
  it('reshape', () => checkOperator({ x: [2, 3, 4] }, ({ x }) => reshape(x, [4, -1])));
  it('transpose', () => checkOperator({ x: [2, 3, 5] }, ({ x }) => transpose(x, [2, 0, 1])));
  it('expand', () => checkOperator({ x: [2, 1, 3] }, ({ x }) => expand(x, [4, 2, 5, 3])));
  it('concat', () => checkOperator({ a: [2, 1, 3], b: [2, 4, 3] }, ({ a, b }) => concat([a, b, a], 1)));
  it('split, of which one part goes unused', () =>
    checkOperator({ x: [2, 6, 3] }, ({ x }) => {
      const [a, , c] = split(x, [2, 2, 2], 1);
      return mul(a, add(c, 1));
    }));
  it('transpose has the values of its definition', () => {
    const g = new Graph();
    const x = g.input('x', [2, 3]);
    expect([...evaluate([transpose(x, [1, 0])], { x: [1, 2, 3, 4, 5, 6] })[0].data]).toEqual([
      1, 4, 2, 5, 3, 6,
    ]);
  });
  it('refuses what does not fit, with the shapes', () => {
    const x = new Graph().input('x', [2, 3]);
    expect(() => reshape(x, [4, 2])).toThrow('reshape(float32[2,3])');
    expect(() => transpose(x, [0, 0])).toThrow(/no order/);
    expect(() => expand(x, [2, 4])).toThrow(/cannot be repeated/);
    expect(() => split(x, [1, 1], 1)).toThrow(/does not add up/);
    expect(() => concat([x, reshape(x, [3, 2])], 0)).toThrow(/must agree/);
  });
});

describe('sums and means', () => {
  for (const [name, f] of Object.entries({ sum, mean })) {
    it(`${name} over some axes`, () => checkOperator({ x: [2, 3, 5] }, ({ x }) => f(x, [0, -1])));
    it(`${name} over some axes, kept`, () => checkOperator({ x: [2, 3, 4] }, ({ x }) => f(x, [1], true)));
    it(`${name} over all`, () => checkOperator({ x: [3, 5] }, ({ x }) => f(x)));
  }
});
