import { describe, expect, it } from 'vitest';
import { readDate, readFilterDate } from './state.ts';

describe('readDate', () => {
  it('takes years, months, days and circa', () => {
    const read = ['1962', ' 1962-7 ', '1962/07/4', 'circa 1962', 'ca. 1962-07', '~1930', '1930-1935', ''].map(
      readDate,
    );
    expect(read).toEqual([
      '1962',
      '1962-07',
      '1962-07-04',
      'circa 1962',
      'circa 1962-07',
      'circa 1930',
      '1930/1935',
      null,
    ]);
  });
  it('keeps words that have a year in them', () => {
    expect(readDate(' summer  of 1962 ')).toBe('summer of 1962');
    expect(readDate('1960s')).toBe('1960s');
  });
  it('filters by plain dates only', () => {
    expect(['1962', '1962-7', '', 'circa 1962', 'summer 1962', '1930-1935'].map(readFilterDate)).toEqual([
      '1962',
      '1962-07',
      null,
      undefined,
      undefined,
      undefined,
    ]);
  });
  it('refuses what is no date', () => {
    for (const text of ['summer', '62', '1962-13', '1963-02-29', '1962-04-31', '1970-1960', '1962-07/04'])
      expect(readDate(text)).toBeUndefined();
    expect(readDate('1964-02-29')).toBe('1964-02-29');
  });
});
