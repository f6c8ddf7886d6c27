/** Which of many dropped frames stand for their films. */
import { describe, expect, it } from 'vitest';
import { oneOfEach } from './film-frames.ts';

describe('oneOfEach', () => {
  it('keeps the first frame of each DPX film, and all that is none', () => {
    const files = ['/a/x_010.dpx', '/a/x_009.dpx', '/a/y1.dpx', '/b/x_010.dpx', '/a/s1.tif', '/a/s2.tif'];
    expect(oneOfEach(files)).toEqual(['/a/x_009.dpx', '/a/y1.dpx', '/b/x_010.dpx', '/a/s1.tif', '/a/s2.tif']);
  });
  it('takes a frame without a number for a film of its own', () => {
    expect(oneOfEach(['/a/title.dpx', '/a/x1.dpx', '/a/x2.dpx'])).toEqual(['/a/title.dpx', '/a/x1.dpx']);
  });
});
