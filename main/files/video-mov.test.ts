/** Decoding times of joined pieces: ascending, never after showing, and as early as the deepest reordering needs. */
import { describe, expect, it } from 'vitest';
import { decodingTimes } from './video-mov.ts';

describe('decodingTimes', () => {
  it('are the showing times where nothing is reordered', () => {
    expect(decodingTimes([5, 7, 20], [0, 1, 2])).toEqual([5, 7, 20]);
    expect(decodingTimes([5], [0])).toEqual([5]);
  });

  it('begin as many frames early as one is coded ahead of its turn', () => {
    // I P B B: the third coded frame is shown second, the fourth third.
    const times = [0, 10, 20, 30];
    const shown = [0, 3, 1, 2];
    expect(decodingTimes(times, shown)).toEqual([-10, 0, 10, 20]);
  });

  it('stay in order over uneven times and over pieces', () => {
    const times = [0, 4, 5, 90, 91, 300, 301, 302];
    const shown = [0, 2, 1, 3, 4, 7, 5, 6];
    const decoded = decodingTimes(times, shown);
    decoded.forEach((at, k) => {
      if (k > 0) expect(at).toBeGreaterThan(decoded[k - 1]);
      expect(at).toBeLessThanOrEqual(times[shown[k]]);
    });
  });
});
