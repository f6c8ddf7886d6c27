/** Pictures along the timeline. */
import { describe, expect, it } from 'vitest';
import { stripOf } from './Timeline.tsx';

describe('stripOf', () => {
  it('takes the middle of each stretch', () => {
    expect(stripOf({ first: 10, last: 19 }, 0.4)).toEqual([15]);
    expect(stripOf({ first: 0, last: 99 }, 4)).toEqual([12, 37, 62, 87]);
  });
  it('shows no frame twice', () => {
    expect(stripOf({ first: 5, last: 6 }, 9)).toEqual([5, 6]);
  });
});
