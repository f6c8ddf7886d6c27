import { expect, it } from 'vitest';
import { importOver } from './dropped.ts';

it('an import is over when its jobs are, those that were cleared from the queue among them', () => {
  const running: { finishedAt: number | null } = { finishedAt: null };
  const done: { finishedAt: number | null } = { finishedAt: 5 };
  expect(
    importOver(
      [1, 2],
      new Map([
        [1, done],
        [2, running],
      ]),
    ),
  ).toBe(false);
  expect(
    importOver(
      [1, 2],
      new Map([
        [1, done],
        [2, done],
      ]),
    ),
  ).toBe(true);
  expect(importOver([1, 2], new Map([[1, done]]))).toBe(true);
  expect(importOver([1], new Map())).toBe(true);
});
