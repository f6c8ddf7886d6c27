import { describe, expect, it } from 'vitest';
import { compare, elapsed, shortfall, showFigure, verdictRows } from './figures.ts';

describe('figures', () => {
  it('are better towards their own ideal', () => {
    expect(compare('psnr', 28.2, 27.1)).toBe('better');
    expect(compare('deltaE', 9.1, 8.2)).toBe('worse');
    // 0.9 and 1.2 of the truth's colour: the dull one is nearer.
    expect(compare('colourfulnessRatio', 0.9, 1.2)).toBe('better');
    expect(compare('redLean', -4, 2)).toBe('worse');
    expect(shortfall('blueLean', -3)).toBe(3);
  });
  it('that differ by less than the test pictures can tell are even', () => {
    expect(compare('ssim', 0.9012, 0.9005)).toBe('even');
    expect(compare('redLean', 1.0, -1.1)).toBe('even');
  });
  it('begin with the one that decides, leave out what means nothing, and need no model in use', () => {
    const mine = { psnr: 24, deltaE: 9, abDistance: 7, ssim: 1, lossTotal: 3 };
    expect(verdictRows('colorist', mine, { abDistance: 8, psnr: 24.01 })).toEqual([
      { name: 'abDistance', mine: 7, theirs: 8, judgement: 'better' },
      { name: 'deltaE', mine: 9, theirs: null, judgement: null },
      { name: 'psnr', mine: 24, theirs: 24.01, judgement: 'even' },
    ]);
    expect(verdictRows('one', mine, null).map((row) => row.name)).toEqual([
      'deltaE',
      'abDistance',
      'psnr',
      'ssim',
    ]);
  });
  it('of melodies: the surprise decides, and against a critic what is written', () => {
    const mine = { lossContent: 1.2, lossNoteChoice: 1.2 };
    expect(verdictRows('milia', mine, { lossContent: 1.3 })).toEqual([
      { name: 'lossContent', mine: 1.2, theirs: 1.3, judgement: 'better' },
    ]);
    const against = verdictRows('milia', { ...mine, overlap: 0.86 }, { lossContent: 1.2, overlap: 0.83 });
    expect(against.map(({ name, judgement }) => [name, judgement])).toEqual([
      ['overlap', 'better'],
      ['lossContent', 'even'],
    ]);
  });
  it('are written as the language does', () => {
    expect(showFigure('psnr', 27.128, 'es')).toBe('27,13');
    expect(showFigure('ssim', 0.9, 'en')).toBe('0.900');
  });
  it('of time say what has passed, not more', () => {
    expect(elapsed(59.9)).toBe('59 s');
    expect(elapsed(82)).toBe('1 min 22 s');
    expect(elapsed(3 * 3600 + 5 * 60 + 59)).toBe('3 h 05 min');
  });
});
