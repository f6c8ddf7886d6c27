/** Figures of a card: taken apart rightly, those that matter first. */
import { describe, expect, it } from 'vitest';
import { figuresOf, formatFigure, paceOf, parseFigure } from './figures.ts';
import { shownName, stemOf } from './store.ts';

describe('figures of a model', () => {
  it('are a group and a name', () => {
    expect(parseFigure('negative+noise.psnr', 20)).toEqual({
      group: 'negative-noise',
      name: 'psnr',
      value: 20,
    });
    expect(parseFigure('psnr', 20)).toEqual({ group: '', name: 'psnr', value: 20 });
  });
  it('show what the task is about first, else what there is', () => {
    const metrics = { 'clean.psnr': 43, 'bw.psnr': 20, 'jpeg.psnr': 29.5, 'noise25.psnr': 27.1 };
    expect(figuresOf({ task: 'restorer', metrics }).main.map((f) => f.group)).toEqual([
      'noise25',
      'jpeg',
      'clean',
    ]);
    expect(figuresOf({ task: 'upscaler', metrics }).main.map((f) => f.group)).toEqual([
      'clean',
      'bw',
      'jpeg',
    ]);
    expect(figuresOf({ task: 'one', metrics: {} })).toEqual({ main: [], all: [] });
  });
  it('have as many digits as they deserve, in the language’s own way', () => {
    expect(formatFigure({ group: 'bw', name: 'ssim', value: 0.86771 }, 'es')).toBe('0,868');
    expect(formatFigure({ group: 'bw', name: 'psnr', value: 19.8 }, 'en')).toBe('19.8');
  });
  it('tell speed in megapixels a second', () => {
    expect(paceOf({ width: 1000, height: 500, milliseconds: 250, device: 'cpu' })).toBeCloseTo(2);
  });
});

describe('names', () => {
  it('are shown without what tells runs apart, and made of file names that the store takes', () => {
    expect([shownName('run:colorist-3'), shownName('esrgan')]).toEqual(['colorist-3', 'esrgan']);
    expect(stemOf('.. Real ESRGAN (x2).ONNX')).toBe('Real-ESRGAN-x2-');
  });
});
