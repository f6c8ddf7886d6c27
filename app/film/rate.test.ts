/** The rate of a reel: what a person says holds, goes away with the file's own, and survives a preset. */
import { describe, expect, it } from 'vitest';
import { defaultFilmParams, FILM_VERSION, type FilmRecipe } from '../recipe/film.ts';
import { keepingRate, rateOf, withRate } from './rate.ts';

const recipe = (cadence: Partial<FilmRecipe['params']['cadence']> = {}): FilmRecipe => {
  const params = defaultFilmParams();
  return {
    ...{ action: 'film', version: FILM_VERSION, overrides: [], keyFrames: [], cuts: null, score: null },
    params: { ...params, cadence: { ...params.cadence, ...cadence } },
  };
};

describe('the rate of a reel', () => {
  it('is the file’s until somebody says otherwise, and then again', () => {
    expect(rateOf(recipe(), 24)).toBe(24);
    const said = withRate(recipe(), 16, 24);
    expect(rateOf(said, 24)).toBe(16);
    // Fields are nobody's affair.
    expect(said.params.cadence).toMatchObject({ on: true, tempo: 16, fields: 'keep', duplicates: 'keep' });
    expect(withRate(said, 24, 24)).toEqual(recipe());
    // A step that is off retimes nothing.
    expect(rateOf(recipe({ tempo: 18 }), 24)).toBe(24);
  });
  it('leaves what else the step does', () => {
    const both = withRate(recipe({ on: true, fields: 'bob' }), 18, 25);
    expect(both.params.cadence).toMatchObject({ on: true, tempo: 18, fields: 'bob' });
    expect(withRate(both, 25, 25).params.cadence).toMatchObject({ on: true, tempo: 0, fields: 'bob' });
  });
  it('survives a preset, with and without the step', () => {
    const { params } = withRate(recipe(), 18, 24);
    const without = defaultFilmParams();
    const withIt = { ...without, cadence: { ...params.cadence, on: true } };
    expect(keepingRate(without, params).cadence).toMatchObject({ on: true, tempo: 18, fields: 'keep' });
    expect(keepingRate(withIt, params).cadence).toMatchObject({ on: true, tempo: 18, fields: 'auto' });
    expect(keepingRate(without, recipe().params)).toEqual(without);
  });
});
