import { describe, expect, it } from 'vitest';
import { evaluate } from '../evaluate.ts';
import { Graph } from '../graph.ts';
import { checkOperator } from '../testing.ts';
import { averagePool, depthToSpace, maxPool, resize, spaceToDepth, upsample } from './resize.ts';

describe('resize', () => {
  for (const mode of ['nearest', 'bilinear'] as const)
    for (const [title, from, to] of [
      ['doubled, odd', [3, 5], [6, 10]],
      ['doubled, even', [2, 4], [4, 8]],
      ['three times one way, twice the other', [3, 2], [9, 4]],
      ['a general factor', [4, 3], [7, 5]],
      ['smaller', [6, 7], [3, 5]],
      ['a factor that single precision rounds down', [20, 1], [12, 1]],
      ['one axis only', [3, 4], [3, 6]],
      ['from a single pixel', [1, 1], [3, 2]],
    ] as [string, number[], [number, number]][])
      it(`${mode}: ${title}`, () => checkOperator({ x: [2, 1, ...from] }, ({ x }) => resize(x, to, mode)));
  it('has the values of its definition', () => {
    const g = new Graph();
    const x = g.input('x', [1, 1, 1, 2]);
    const [near, linear] = evaluate([upsample(x, 2), resize(x, [1, 4], 'bilinear')], { x: [0, 4] });
    expect([...near.data]).toEqual([0, 0, 4, 4, 0, 0, 4, 4]);
    expect([...linear.data]).toEqual([0, 1, 3, 4]);
  });
  it('names itself and the shapes when they do not fit', () => {
    const x = new Graph().input('x', [1, 2, 3]);
    expect(() => resize(x, [4, 4], 'nearest')).toThrow('resize(float32[1,2,3]): pictures have four axes');
  });
});

describe('pooling', () => {
  it('means side by side', () => checkOperator({ x: [2, 2, 4, 6] }, ({ x }) => averagePool(x, 2)));
  it('means side by side, something left over', () =>
    checkOperator({ x: [1, 2, 5, 7] }, ({ x }) => averagePool(x, 2)));
  it('means that overlap', () => checkOperator({ x: [1, 2, 7, 6] }, ({ x }) => averagePool(x, 3, 2)));
  it('maxima side by side', () => checkOperator({ x: [1, 2, 4, 5] }, ({ x }) => maxPool(x, 2)));
  it('maxima that overlap', () => checkOperator({ x: [2, 1, 7, 5] }, ({ x }) => maxPool(x, 3, 2)));
  it('names itself and the shapes when they do not fit', () => {
    const x = new Graph().input('x', [1, 2, 2, 2]);
    expect(() => averagePool(x, 3)).toThrow('averagePool(float32[1,2,2,2]): would give [1,2,0,0]');
  });
});

describe('channels and pixels', () => {
  it('depthToSpace', () => checkOperator({ x: [2, 8, 3, 2] }, ({ x }) => depthToSpace(x, 2)));
  it('depthToSpace by 3', () => checkOperator({ x: [1, 9, 2, 1] }, ({ x }) => depthToSpace(x, 3)));
  it('spaceToDepth', () => checkOperator({ x: [1, 2, 4, 6] }, ({ x }) => spaceToDepth(x, 2)));
  it('undo each other, one pixel of numbers side by side', () => {
    const g = new Graph();
    const x = g.input('x', [1, 4, 1, 2]);
    const feeds = { x: [0, 1, 2, 3, 4, 5, 6, 7] };
    const y = depthToSpace(x, 2);
    const [there, back] = evaluate([y, spaceToDepth(y, 2)], feeds);
    expect([...there.data]).toEqual([0, 2, 1, 3, 4, 6, 5, 7]);
    expect([...back.data]).toEqual(feeds.x);
  });
  it('name themselves and the shapes when they do not fit', () => {
    const x = new Graph().input('x', [1, 6, 3, 3]);
    expect(() => depthToSpace(x, 2)).toThrow(
      'depthToSpace(float32[1,6,3,3]): the channels cannot be divided',
    );
    expect(() => spaceToDepth(x, 2)).toThrow('spaceToDepth(float32[1,6,3,3]): height and width');
  });
});
