import { describe, expect, it, vi } from 'vitest';
import {
  cssColour,
  dateLocale,
  duration,
  fileSize,
  frameSuffix,
  numberLocale,
  percentOf,
  share,
} from './format.ts';

describe('format', () => {
  it('says times as a person would', () => {
    expect([0.2, 59.1, 61, 3600, 4801].map(duration)).toEqual(['1 s', '1 min', '2 min', '1 h', '1 h 21 min']);
  });
  it('says sizes in decimal units', () => {
    expect([0, 999, 1500, 145_300_000].map(fileSize)).toEqual(['0 B', '999 B', '1.5 kB', '145 MB']);
  });
  it('numbers the further pictures of a scan', () => {
    expect([0, 1, 3].map((frame) => frameSuffix({ frame }))).toEqual(['', ' · 2', ' · 4']);
  });
  it('writes dates as the reader does, in the language of the window', () => {
    expect(dateLocale('en', ['en-GB', 'en'])).toBe('en-GB');
    expect(dateLocale('es', ['en-GB', 'es-MX'])).toBe('es-MX');
    expect(dateLocale('eu', ['en-GB'])).toBe('eu');
  });
  it('encodes a film base for the screen', () => {
    expect(cssColour([0, 0.2158605, 1])).toBe('rgb(0 128 255)');
    expect(cssColour([-1, 2, 0.001])).toBe('rgb(0 255 3)');
  });
  it('counts failures as progress', () => {
    expect(share({ done: 6, failed: 2, total: 16 })).toBe(0.5);
    expect(share({ done: 0, failed: 0, total: 0 })).toBe(0);
  });
  it('counts what is done of the items in work, and says a single item in per cent', () => {
    expect(share({ done: 2, failed: 0, total: 4, within: 1 })).toBe(0.75);
    expect(percentOf({ done: 0, failed: 0, total: 1, within: 0.437 })).toBe('43 %');
    expect(percentOf({ done: 2, failed: 0, total: 4, within: 1 })).toBeNull();
    expect(percentOf({ done: 1, failed: 0, total: 1 })).toBeNull();
  });
});

describe('numberLocale', () => {
  it('writes Basque decimals with a comma, in every browser', () => {
    expect(new Intl.NumberFormat(numberLocale('eu')).format(0.25)).toBe('0,25');
    const known = vi.spyOn(Intl.NumberFormat, 'supportedLocalesOf').mockReturnValue([]);
    expect([numberLocale('eu'), dateLocale('eu', ['eu-ES'])]).toEqual(['es', 'es']);
    expect([numberLocale('en'), dateLocale('en', ['en-GB'])]).toEqual(['en', 'en-GB']);
    known.mockRestore();
  });
});
