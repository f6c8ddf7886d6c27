import { describe, expect, it } from 'vitest';
import { Graph } from './graph.ts';
import { constantBytes, workingBytes } from './memory.ts';
import { relu } from './ops/activation.ts';
import { add, mul } from './ops/arithmetic.ts';

describe('memory of a run', () => {
  it('is what lives at the same time: a chain needs two of its links', () => {
    const graph = new Graph();
    let z = graph.input('x', [1, 10, 10]);
    for (let i = 0; i < 5; i++) z = relu(mul(z, 2 + i));
    // What is fed in is not counted.
    expect(workingBytes([z])).toBe(2 * 400);
    expect(workingBytes([graph.inputs[0]])).toBe(0);
  });

  it('counts what is kept for later, and what is handed out, to the end', () => {
    const graph = new Graph();
    const x = graph.input('x', [100]);
    const early = relu(x);
    const middle = mul(mul(early, 2), 3);
    // early, and two of the chain.
    expect(workingBytes([middle])).toBe(2 * 400);
    expect(workingBytes([add(middle, early)])).toBe(3 * 400);
    expect(workingBytes([middle, early])).toBe(3 * 400);
  });

  it('tells weights apart', () => {
    const graph = new Graph();
    const x = graph.input('x', [4]);
    const y = add(mul(x, graph.constant([1, 2, 3, 4], [4], 'w')), graph.constant([1], []));
    expect(constantBytes([y])).toBe(16 + 4);
    expect(workingBytes([y])).toBe(2 * 16);
  });
});
