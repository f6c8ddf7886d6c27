/** Numbered pictures said to be films. */
import { describe, expect, it } from 'vitest';
import { reelsOf } from './asReel.ts';

const item = (id: number, name: string, folder = 'a') => ({ id, name, folder });

describe('pictures as films', () => {
  it('takes the first of each numbered row, and puts the others away', () => {
    const items = [item(3, 'shot_010.tif'), item(1, 'shot_009.tif'), item(2, 'shot_008.tif')];
    expect(reelsOf(items)).toEqual({ first: [2], rest: [1, 3] });
  });
  it('keeps rows of other names and other folders apart', () => {
    const items = [item(1, 'a1.png'), item(2, 'b2.png'), item(3, 'a2.png', 'b'), item(4, 'a2.png')];
    expect(reelsOf(items)).toEqual({ first: [1, 2, 3], rest: [4] });
  });
  it('leaves films and pictures without a number as they are', () => {
    expect(reelsOf([item(1, 'film.mp4'), item(2, 'wedding.tif')])).toEqual({ first: [1, 2], rest: [] });
  });
});
