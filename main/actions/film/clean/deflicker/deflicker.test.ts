/** What of a course of exposure is taken for meant: even light is even, fades and slow changes of light stay. */
import { describe, expect, it } from 'vitest';
import { defaultFilmParams } from '../../../../../app/recipe/film.ts';
import { exposureOf } from './index.ts';

const params = { ...defaultFilmParams().deflicker, on: true, local: false };
const flicker = (i: number): number => 0.05 * Math.sin(2.7 * i * i) + 0.03 * Math.sin(i / 5.5);

/** The course after correction, from the logarithms of exposure by frame. */
function corrected(course: readonly number[]): number[] {
  const rows = course.map((v, i) => [i > 0 ? v - course[i - 1] : 0, 1]);
  const shot = { index: 0, first: 0, last: course.length - 1, opening: 'start' as const };
  const analysis = {
    ...{ version: 1, frames: course.length, shots: [shot], flashes: [] },
    measures: { deflicker: { rows } },
  };
  return exposureOf({ shot, analysis }, params).whole.map((v, i) => course[i] + v);
}
const range = (v: readonly number[]): number => Math.max(...v) - Math.min(...v);

describe('the course of exposure', () => {
  it('is level where light is even, however flicker begins and ends', () => {
    for (const n of [30, 70, 140]) {
      const got = corrected(Array.from({ length: n }, (_, i) => flicker(i)));
      expect(range(got)).toBeLessThan(1e-9);
    }
  });
  it('keeps a slow change of light', () => {
    const light = Array.from({ length: 90 }, (_, i) => -0.005 * i);
    const got = corrected(light.map((v, i) => v + flicker(i)));
    expect(Math.max(...got.map((v, i) => Math.abs(v - got[0] - (light[i] - light[0]))))).toBeLessThan(0.06);
    expect(got[89] - got[0]).toBeLessThan(-0.38);
  });
  it('keeps a fade', () => {
    const fade = Array.from({ length: 60 }, (_, i) => Math.log(i < 40 ? 1 : 1 - (i - 40) / 22));
    const got = corrected(fade);
    expect(Math.max(...got.map((v, i) => Math.abs(v - got[0] - fade[i])))).toBeLessThan(0.12);
  });
});
