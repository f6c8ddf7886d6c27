/** What is proposed, and when it is worth a word. */
import { describe, expect, it } from 'vitest';
import { openProposals, worthSaying } from './family.ts';

const frame = (x: number, confidence: number) => ({ x, y: 0, w: 0.2, h: 0.5, angle: 1, confidence });
const proposal = (x: number, memoryId: number) => ({
  memoryId,
  x,
  y: 0.5,
  colour: [0.5, 0.4, 0.3] as [number, number, number],
  alike: 0.95,
  fromId: 1,
  fromName: 'a.tif',
});

describe('prints on a scan', () => {
  it('are spoken of when there are several that are sure', () => {
    expect(worthSaying([frame(0, 0.9), frame(0.5, 0.8)])).toHaveLength(2);
    expect(worthSaying([frame(0, 0.9), frame(0.5, 0.3)])).toEqual([]);
    expect(worthSaying([frame(0, 0.9)])).toEqual([]);
    expect(worthSaying([frame(0, 0.9), frame(0.5, 0.8)])[0]).not.toHaveProperty('confidence');
  });
});

describe('remembered colours', () => {
  it('are no longer proposed where a hint stands', () => {
    const both = [proposal(0.2, 1), proposal(0.7, 2)];
    expect(openProposals(both, [{ x: 0.21, y: 0.5, colour: [0, 0, 0] }])).toEqual([both[1]]);
    expect(openProposals(both, [])).toEqual(both);
  });
});
