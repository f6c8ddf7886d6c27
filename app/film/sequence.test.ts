/** Which numbered pictures are one film. */
import { describe, expect, it } from 'vitest';
import { gapsOf, sequenceOf } from './sequence.ts';

describe('sequenceOf', () => {
  const names = (list: readonly { name: string }[]): string[] => list.map(({ name }) => name);
  it('takes what differs in the last number alone, by number', () => {
    const folder = ['b2_010.dpx', 'b2_009.dpx', 'b2_011.dpx', 'b3_009.dpx', 'b2_009.txt', 'notes.png'];
    expect(names(sequenceOf(folder, 'b2_010.dpx'))).toEqual(['b2_009.dpx', 'b2_010.dpx', 'b2_011.dpx']);
    expect(names(sequenceOf(folder, null))).toHaveLength(3);
    expect(names(sequenceOf(folder, 'notes.png'))).toEqual([]);
  });
  it('goes on when the numbers fill their places, and without any padding', () => {
    expect(names(sequenceOf(['a099.tif', 'a100.tif', 'a101.tif'], 'a101.tif'))).toHaveLength(3);
    expect(names(sequenceOf(['a10.png', 'a9.png', 'a8.png'], 'a9.png'))).toEqual([
      'a8.png',
      'a9.png',
      'a10.png',
    ]);
  });
  it('names gaps', () => {
    expect(gapsOf([1, 2, 4, 8, 9])).toEqual(['3', '5-7']);
  });
});
