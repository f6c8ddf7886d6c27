import { describe, expect, it } from 'vitest';
import { exportRecipeSchema } from '../../app/contract/jobs.ts';
import { makeLibrary } from '../mock/data.ts';
import { example, settle, unknownTokens } from './template.ts';

const { items, groups } = makeLibrary();
const recipe = (patch: object) => exportRecipeSchema.parse(patch);

describe('export template', () => {
  it('shows the name the file will have', () => {
    expect(
      example(recipe({ template: '{roll} {frame} {date}', format: 'jpeg' }), items[0], groups[0], 36),
    ).toBe('Getaria, summer 1 1998-07.jpg');
    expect(example(recipe({ template: '{name}-{n}' }), items[0], groups[0], 36)).toBe(
      'getaria-summer-01-01.tif',
    );
  });
  it('replaces what no file name may hold and never comes out empty', () => {
    expect(example(recipe({ template: 'a/b:{n}' }), items[0], undefined, 120)).toBe('a_b_001.tif');
    expect(example(recipe({ template: '{roll}' }), items[0], undefined, 120)).toBe('getaria-summer-01.tif');
  });
  it('tells the frames of one scan apart, and takes the scan date where no other is known', () => {
    const strip = { ...items[0], frame: 2, captureDate: null };
    expect(example(recipe({ template: '{name}' }), strip, undefined, 1)).toBe('getaria-summer-01-3.tif');
    const first = { ...strip, frame: 0 };
    expect(example(recipe({ template: '{name}' }), first, undefined, 1, true)).toBe(
      'getaria-summer-01-1.tif',
    );
    expect(example(recipe({ template: '{name}' }), first, undefined, 1)).toBe('getaria-summer-01.tif');
    expect(example(recipe({ template: '{date}' }), { ...strip, frame: 0 }, undefined, 1)).toBe(
      '2024-02-12.tif',
    );
  });
  it('names tokens it does not know', () => {
    expect(unknownTokens('{name} {year} {n} {x}')).toEqual(['{year}', '{x}']);
  });
  it('keeps 16 bits out of formats that cannot hold them', () => {
    expect(settle(recipe({ format: 'jpeg', bits: 16 })).bits).toBe(8);
    expect(settle(recipe({ format: 'png', bits: 16 })).bits).toBe(16);
  });
});
