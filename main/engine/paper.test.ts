/** Sizes on paper. */
import { expect, it } from 'vitest';
import { defaultDevelopParams } from '../../app/recipe/develop.ts';
import { enoughFor, longerOn } from './paper.ts';

it('a picture fits on the paper whichever way it lies', () => {
  expect(longerOn([18, 13], { width: 1800, height: 1200 })).toBeCloseTo(18, 9);
  expect(longerOn([18, 13], { width: 1000, height: 1000 })).toBeCloseTo(13, 9);
  expect(longerOn([18, 13], { width: 1200, height: 1500 })).toBeCloseTo(16.25, 9);
});

it('is enlarged only where pixels are lacking', () => {
  const params = defaultDevelopParams();
  // 25.4 cm at 100 dots per inch are 1000 pixels.
  expect(enoughFor(params, 25.4, 100, 1000)).toBe(params);
  expect(enoughFor(params, 25.4, 100, 980)).toBe(params);
  expect(enoughFor(params, 25.4, 100, 700).enlarge).toMatchObject({ on: true, factor: '2' });
  expect(enoughFor(params, 25.4, 100, 400).enlarge).toMatchObject({ on: true, factor: '4' });
  const own = { ...params, enlarge: { on: true, factor: '2', model: '' } } as const;
  expect(enoughFor(own, 25.4, 100, 100)).toBe(own);
});
