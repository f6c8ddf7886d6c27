/** Reshapes of Reshapes, and what nobody asks for. */
import { describe, expect, it } from 'vitest';
import { tidy } from './emit-tidy.ts';

const node = (opType: string, input: string[], output: string) => ({ opType, input, output: [output] });
const ints = new Map([
  ['flat', [6]],
  ['table', [2, 3]],
  ['cube', [1, 2, 3]],
  ['open', [0, -1]],
]);
const run = (nodes: ReturnType<typeof node>[], wanted: string[], shapes: [string, number[]][] = []) =>
  tidy(nodes, wanted, ints, new Map(shapes)).map((n) => `${n.opType} ${n.input?.join(' ')}`);

describe('tidy', () => {
  it('lets the last of a row of Reshapes read the first of them, and leaves the others out', () => {
    const row = [
      node('Neg', ['x'], 'a'),
      node('Reshape', ['a', 'flat'], 'b'),
      node('Reshape', ['b', 'cube'], 'c'),
    ];
    expect(run(row, ['c'])).toEqual(['Neg x', 'Reshape a cube']);
    expect(run(row, ['b', 'c'])).toEqual(['Neg x', 'Reshape a flat', 'Reshape a cube']);
  });
  it('leaves out a Reshape that changes nothing, unless its result is handed out', () => {
    const round = [
      node('Reshape', ['x', 'flat'], 'a'),
      node('Reshape', ['a', 'table'], 'b'),
      node('Neg', ['b'], 'c'),
    ];
    expect(run(round, ['c'], [['x', [2, 3]]])).toEqual(['Neg x']);
    expect(run(round, ['b', 'c'], [['x', [2, 3]]])).toEqual(['Reshape x table', 'Neg b']);
    expect(run(round, ['c'])).toEqual(['Reshape x table', 'Neg b']);
  });
  it('does not touch shapes that depend on what comes in', () => {
    const open = [node('Reshape', ['x', 'flat'], 'a'), node('Reshape', ['a', 'open'], 'b')];
    expect(run(open, ['b'])).toEqual(['Reshape x flat', 'Reshape a open']);
    expect(run([node('Reshape', ['x', 'computed'], 'a')], ['a'])).toEqual(['Reshape x computed']);
  });
  it('leaves out what nobody asks for', () => {
    expect(run([node('Neg', ['x'], 'a'), node('Exp', ['a'], 'b'), node('Abs', ['x'], 'c')], ['c'])).toEqual([
      'Abs x',
    ]);
  });
});
