/** Fields: bobbed into frames that lie where each field was taken, film woven by 3:2 pulldown found again, repeats dropped. */
import { describe, expect, it } from 'vitest';
import { defaultFilmParams } from '../../../../../app/recipe/film.ts';
import type { Frame } from '../../../../../app/film/frame.ts';
import { drawn, formatOf, runStep, scene } from '../testing.ts';
import { cadenceStep } from './index.ts';

const format = formatOf(120, 96, '420');
const params = { ...defaultFilmParams().cadence, on: true };
/** A film of `n` moments; the scene moves `speed` pixels a moment. */
const moments = (n: number, speed: number): Frame[] =>
  drawn(format, n, (x, y, k) => scene(x - speed * k, y), 0);
const woven = (even: Frame, odd: Frame, index: number): Frame => ({
  index,
  pts: index * 10,
  planes: even.planes.map((p, k) => {
    const width = k === 0 ? 120 : 60;
    const out = p.slice();
    for (let y = 1; y * width < out.length; y += 2)
      out.set(odd.planes[k].subarray(y * width, (y + 1) * width), y * width);
    return out;
  }),
});
const off = (a: Frame, b: Frame): number => {
  let sum = 0;
  for (let i = 1200; i < a.planes[0].length - 1200; i++) sum += Math.abs(a.planes[0][i] - b.planes[0][i]);
  return sum / (a.planes[0].length - 2400);
};

describe('cadence', () => {
  it('bobs each field where it was taken, whichever comes first', async () => {
    const taken = moments(12, 3);
    for (const first of [0, 1]) {
      const film = Array.from({ length: 6 }, (_, i) =>
        first === 0 ? woven(taken[2 * i], taken[2 * i + 1], i) : woven(taken[2 * i + 1], taken[2 * i], i),
      );
      const { frames } = await runStep(cadenceStep, { ...params, fields: 'bob' }, film, format);
      expect(frames.map((f) => f.pts)).toEqual(Array.from({ length: 12 }, (_, i) => 10 * i));
      for (let k = 2; k < 10; k++) expect(off(frames[k], taken[k]), `field ${k}`).toBeLessThan(2.5);
      expect(off(film[2], taken[4])).toBeGreaterThan(2.5);
    }
  });
  it('leaves a progressive film as it is', async () => {
    const film = moments(6, 3);
    const { frames } = await runStep(cadenceStep, params, film, format);
    expect(frames.map((f) => f.planes)).toEqual(film.map((f) => f.planes));
    expect(frames.map((f) => f.pts)).toEqual(film.map((f) => 2 * f.pts));
  });
  it('finds the film in a 3:2 pulldown', async () => {
    const film = moments(12, 4);
    // A A, B B, B C, C D, D D: two film frames in five are woven of two.
    const out: Frame[] = [];
    for (let g = 0; g + 3 < 12; g += 4) {
      const [a, b, c, d] = film.slice(g, g + 4);
      for (const [even, odd] of [
        [a, a],
        [b, b],
        [b, c],
        [c, d],
        [d, d],
      ])
        out.push(woven(even, odd, out.length));
    }
    const { frames, report } = await runStep(
      cadenceStep,
      { ...params, fields: 'inverse-telecine' },
      out,
      format,
    );
    expect(frames).toHaveLength(12);
    frames.forEach((f, k) => expect(off(f, film[k]), `frame ${k}`).toBe(0));
    expect(report).toMatchObject({ dropped: 3, matched: 6 });
    expect(frames.every((f) => out.some((o) => o.pts === f.pts))).toBe(true);
  });
  it('drops repeated frames where asked', async () => {
    const film = moments(4, 3);
    const twice = film.flatMap((f) => [f, f]).map((f, index) => ({ ...f, index, pts: 10 * index }));
    const settings = { ...params, fields: 'keep' as const, duplicates: 'drop' as const };
    const { frames } = await runStep(cadenceStep, settings, twice, format);
    expect(frames.map((f) => f.pts)).toEqual([0, 20, 40, 60]);
    expect((await runStep(cadenceStep, { ...settings, duplicates: 'keep' }, twice, format)).frames).toEqual(
      twice,
    );
  });
});
