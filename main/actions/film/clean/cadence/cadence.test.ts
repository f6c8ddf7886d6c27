/**
 * Fields: bobbed into frames that lie where each field was taken, repeats dropped; film that was spread by pulldown comes back to
 * the sample and at its times, in any order of fields, begun anywhere in the cycle, over cuts and in spans.
 */
import { describe, expect, it } from 'vitest';
import { defaultFilmParams } from '../../../../../app/recipe/film.ts';
import type { Frame } from '../../../../../app/film/frame.ts';
import type { ReelShot } from '../../../../../app/film/step.ts';
import { say } from '../../../../../app/words/sentences.ts';
import { drawn, formatOf, oneShot, runStep, scene } from '../testing.ts';
import { cadenceStep } from './index.ts';
import { measureCadence } from './measure.ts';

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
    expect(frames.map((f) => f.pts)).toEqual(film.map((f) => 4 * f.pts));
  });
  describe('takes out pulldown', () => {
    /** Film frames in each field of the cycle, top and bottom. */
    const patterns = { '3:2': ['ABBCD', 'ABCDD'], '2:3:3:2': ['ABBCD', 'ABCCD'] };
    /** Video from film: frames of 40 ticks, so that film frames last 50. `from`: place in the cycle at which it begins. */
    const telecined = (
      film: Frame[],
      pattern: keyof typeof patterns,
      bottomFirst: boolean,
      from = 0,
    ): Frame[] => {
      const out: Frame[] = [];
      for (let n = from; ; n++) {
        const of = (field: 0 | 1): number =>
          4 * Math.floor(n / 5) + patterns[pattern][field].charCodeAt(n % 5) - 65;
        const [even, odd] = bottomFirst ? [of(1), of(0)] : [of(0), of(1)];
        if (Math.max(even, odd) >= film.length) return out;
        out.push({ ...woven(film[even], film[odd], out.length), pts: 40 * out.length });
      }
    };
    const film = moments(24, 4);
    for (const pattern of ['3:2', '2:3:3:2'] as const)
      for (const bottomFirst of [false, true])
        it(`${pattern}, ${bottomFirst ? 'bottom' : 'top'} field first: the frames and times of the film`, async () => {
          for (const fields of ['inverse-telecine', 'auto'] as const) {
            const { frames } = await runStep(
              cadenceStep,
              { ...params, fields },
              telecined(film, pattern, bottomFirst),
              format,
            );
            expect(frames.map((f) => f.planes)).toEqual(film.map((f) => f.planes));
            expect(frames.map((f) => f.pts)).toEqual(film.map((_, k) => 4 * 50 * k));
          }
        });
    it('wherever in the cycle the film begins', async () => {
      // Film frames of which only one field is left are made of it; all others come back.
      const expected = [
        { first: 0, times: [0, 200, 400, 600, 800] },
        { first: 1, times: [0, 200, 400, 600, 800] },
        // B is gone but for a field that repeats what was shown before.
        { first: 2, times: [0, 280, 480, 680, 880] },
        // Of C there is one field.
        { first: 2, times: [0, 120, 320, 520, 720] },
        { first: 3, times: [0, 200, 400, 600, 800] },
      ];
      for (const [from, { first, times }] of expected.entries()) {
        const { frames } = await runStep(
          cadenceStep,
          { ...params, fields: 'inverse-telecine' },
          telecined(film, '3:2', false, from),
          format,
        );
        expect(frames, `from ${from}`).toHaveLength(24 - first);
        frames.forEach((f, k) => {
          if (from !== 3 || k > 0)
            expect(f.planes, `from ${from}, frame ${k}`).toEqual(film[first + k].planes);
        });
        expect(
          frames.slice(0, 5).map((f) => f.pts),
          `from ${from}`,
        ).toEqual(times);
      }
    });
    it('goes on over a cut and in a still shot, and is the same in a span', async () => {
      const still = moments(12, 0);
      const all = [...film, ...still].map((f, k) => ({ ...f, index: k, pts: 10 * k }));
      const video = telecined(all, '3:2', false);
      const shots: ReelShot[] = [
        { index: 0, first: 0, last: 29, opening: 'start' },
        { index: 1, first: 30, last: 44, opening: 'cut' },
      ];
      const auto = { ...params, fields: 'auto' as const };
      const { frames } = await runStep(cadenceStep, auto, video, format, { shots });
      expect(frames.map((f) => f.pts)).toEqual(all.map((_, k) => 200 * k));
      expect(frames.map((f) => f.planes)).toEqual(all.map((f) => f.planes));
      const { before, after } = cadenceStep.reach!(auto, false);
      const part = await runStep(cadenceStep, auto, video, format, {
        span: { first: 13 - before, last: 21 + after },
      });
      const inside = ({ index }: Frame): boolean => index >= 13 && index <= 21;
      expect(part.frames.filter(inside)).toEqual(frames.filter(inside));
    });
    it('says that there is pulldown where it is kept', async () => {
      const video = telecined(film, '3:2', false);
      const measured = measureCadence(0, video, format);
      expect(measured).toMatchObject({ kind: 'telecine', pulldown: { top: 2, bottom: 4 }, blend: null });
      const analysis = {
        ...{ version: 1, frames: 30, shots: oneShot(30), flashes: [] },
        measures: { cadence: { version: 1, shots: [measured] } },
      };
      expect(cadenceStep.warns?.(analysis, { ...params, fields: 'keep' })).toEqual([
        say('film-pulldown-kept', { shots: '1', count: '1', all: '1' }),
      ]);
      expect(cadenceStep.warns?.(analysis, params)).toEqual([]);
    });
  });
  it('puts fields back that lie one frame off', async () => {
    const film = moments(14, 4);
    const video = film.slice(1).map((f, k) => woven(film[k], f, k));
    expect(measureCadence(0, video, format)).toMatchObject({ kind: 'shifted', shift: 1 });
    const { frames } = await runStep(cadenceStep, params, video, format);
    for (let k = 0; k + 1 < frames.length; k++) expect(frames[k].planes).toEqual(film[k + 1].planes);
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
