import { describe, expect, it } from 'vitest';
import { evaluate } from '../evaluate.ts';
import { Graph } from '../graph.ts';
import { checkOperator } from '../testing.ts';
import { conv2d, convTranspose2d } from './conv.ts';
import type { Conv2dOptions } from './conv-shape.ts';

type Case = [title: string, x: number[], w: number[], options: Omit<Conv2dOptions, 'bias'>];
const cases: Case[] = [
  ['1 x 1', [2, 3, 3, 4], [4, 3, 1, 1], {}],
  ['1 x 1 of stride 2, odd', [2, 2, 5, 7], [3, 2, 1, 1], { stride: 2 }],
  ['1 x 1 of stride 2, even', [1, 2, 4, 6], [3, 2, 1, 1], { stride: 2 }],
  ['3 x 3, odd sizes', [2, 2, 5, 3], [3, 2, 3, 3], { padding: 1 }],
  ['3 x 3, even sizes', [2, 2, 4, 6], [3, 2, 3, 3], { padding: 1 }],
  ['3 x 3 without padding', [1, 2, 5, 4], [2, 2, 3, 3], {}],
  ['3 x 3 of stride 2, odd', [2, 2, 5, 7], [3, 2, 3, 3], { stride: 2, padding: 1 }],
  ['3 x 3 of stride 2, even', [2, 2, 6, 4], [3, 2, 3, 3], { stride: 2, padding: 1 }],
  [
    '3 x 3 of stride 2, padded as TensorFlow does',
    [1, 2, 6, 4],
    [2, 2, 3, 3],
    { stride: 2, padding: [0, 0, 1, 1] },
  ],
  ['5 x 3 of stride 3 with uneven padding', [1, 2, 8, 7], [2, 2, 5, 3], { stride: 3, padding: [2, 0, 1, 1] }],
  ['4 x 4 of stride 4 (patches)', [2, 3, 8, 4], [4, 3, 4, 4], { stride: 4 }],
  ['4 x 4 of stride 4, something left over', [1, 2, 9, 7], [2, 2, 4, 4], { stride: 4 }],
  ['dilation 2, odd', [1, 2, 7, 5], [2, 2, 3, 3], { padding: 2, dilation: 2 }],
  ['dilation 2, even', [1, 2, 6, 8], [2, 2, 3, 3], { padding: 2, dilation: 2 }],
  ['dilation 2 of stride 2', [1, 2, 7, 8], [2, 2, 3, 3], { padding: 2, dilation: 2, stride: 2 }],
  ['two groups', [2, 4, 5, 4], [6, 2, 3, 3], { padding: 1, groups: 2 }],
  ['two groups of stride 2', [1, 4, 5, 6], [2, 2, 3, 3], { padding: 1, groups: 2, stride: 2 }],
  ['depthwise, odd', [2, 3, 5, 5], [3, 1, 3, 3], { padding: 1, groups: 3 }],
  ['depthwise of stride 2, even', [2, 3, 6, 4], [3, 1, 5, 5], { padding: 2, groups: 3, stride: 2 }],
  ['even kernel', [1, 2, 5, 6], [2, 2, 2, 4], { padding: 1 }],
  ['more padding than the kernel reaches', [1, 1, 3, 4], [2, 1, 2, 2], { padding: [2, 3, 2, 1] }],
  ['3 x 3 to fewer channels, odd', [2, 4, 5, 3], [2, 4, 3, 3], { padding: 1 }],
  ['3 x 3 to fewer channels, even, uneven padding', [1, 3, 4, 6], [1, 3, 3, 3], { padding: [0, 2, 1, 1] }],
  ['2 x 4 to fewer channels without padding', [2, 3, 4, 7], [2, 3, 2, 4], {}],
  ['1 x 1 with many pixels', [2, 1, 16, 32], [2, 1, 1, 1], {}],
  ['1 x 1 with padding', [1, 2, 3, 4], [2, 2, 1, 1], { padding: 1 }],
  ['1 x 1 in groups', [2, 4, 3, 3], [4, 2, 1, 1], { groups: 2 }],
  ['groups and dilation', [1, 4, 6, 5], [2, 2, 3, 3], { padding: 2, groups: 2, dilation: 2 }],
  ['depthwise of two results a channel', [1, 2, 5, 4], [4, 1, 3, 3], { padding: 1, groups: 2 }],
  ['depthwise of dilation 2', [1, 2, 5, 6], [2, 1, 3, 3], { padding: 2, groups: 2, dilation: 2 }],
  ['depthwise, something left over', [1, 2, 8, 6], [2, 1, 3, 3], { groups: 2, stride: 2 }],
  [
    'depthwise of stride 2, many pixels, padded as TensorFlow does',
    [2, 2, 8, 9],
    [2, 1, 3, 3],
    { groups: 2, stride: 2, padding: [0, 1, 1, 1] },
  ],
  ['depthwise of dilation 2, few pixels', [2, 2, 4, 3], [2, 1, 3, 3], { padding: 2, groups: 2, dilation: 2 }],
  ['one row', [1, 2, 1, 5], [2, 2, 3, 3], { padding: 1 }],
];

describe('conv2d and its gradients', () => {
  for (const [title, x, w, options] of cases)
    it(title, () =>
      checkOperator({ x, w, b: [w[0]] }, ({ x: xt, w: wt, b }) => conv2d(xt, wt, { ...options, bias: b })),
    );
  it('has the values of its definition', () => {
    const g = new Graph();
    const x = g.input('x', [1, 1, 3, 3]);
    const w = g.input('w', [1, 1, 2, 2]);
    const [y] = evaluate([conv2d(x, w, { padding: [1, 0, 0, 0] })], {
      x: [1, 2, 3, 4, 5, 6, 7, 8, 9],
      w: [1, 10, 100, 1000],
    });
    expect(y.shape).toEqual([1, 1, 3, 2]);
    expect([...y.data]).toEqual([2100, 3200, 5421, 6532, 8754, 9865]);
  });
  it('names itself and the shapes when they do not fit', () => {
    const g = new Graph();
    const x = g.input('x', [1, 4, 8, 8]);
    const w = g.input('w', [6, 3, 3, 3]);
    expect(() => conv2d(x, w)).toThrow(
      'conv2d(float32[1,4,8,8], float32[6,3,3,3]): 4 channels in 1 groups do not fit a weight for 3 channels a group',
    );
    expect(() => conv2d(x, g.input('v', [6, 4, 3, 3]), { bias: g.input('b', [4]) })).toThrow('must be [6]');
    expect(() => conv2d(x, g.input('u', [6, 4, 9, 9]))).toThrow(/would give \[1,6,0,0\]/);
    expect(() => conv2d(x, g.input('t', [6, 4, 1, 1]), { stride: 0 })).toThrow(/stride 0/);
    expect(() => conv2d(x, g.input('s', [5, 2, 1, 1]), { groups: 2 })).toThrow(/5 output channels/);
  });
});

describe('convTranspose2d', () => {
  const transposed: [string, number[], number[], Omit<Conv2dOptions, 'bias'> & { outputPadding?: number }][] =
    [
      ['2 x 2 of stride 2', [2, 3, 3, 4], [3, 2, 2, 2], { stride: 2 }],
      ['4 x 4 of stride 2', [1, 2, 3, 3], [2, 2, 4, 4], { stride: 2, padding: 1 }],
      [
        '3 x 3 of stride 2, output padding',
        [1, 2, 3, 2],
        [2, 3, 3, 3],
        { stride: 2, padding: 1, outputPadding: 1 },
      ],
      ['3 x 3 of stride 1', [1, 2, 4, 3], [2, 2, 3, 3], { padding: 1 }],
      ['groups', [1, 4, 3, 3], [4, 2, 3, 3], { groups: 2, stride: 2 }],
      ['dilation', [1, 2, 3, 3], [2, 1, 3, 3], { dilation: 2 }],
    ];
  for (const [title, x, w, options] of transposed)
    it(title, () =>
      checkOperator({ x, w, b: [w[1] * (options.groups ?? 1)] }, ({ x: xt, w: wt, b }) =>
        convTranspose2d(xt, wt, { ...options, bias: b }),
      ),
    );
  it('names itself and the shapes when they do not fit', () => {
    const g = new Graph();
    const x = g.input('x', [1, 4, 8, 8]);
    expect(() => convTranspose2d(x, g.input('w', [3, 4, 2, 2]))).toThrow(
      'convTranspose2d(float32[1,4,8,8], float32[3,4,2,2]): the weight is for 3 channels',
    );
  });
});
