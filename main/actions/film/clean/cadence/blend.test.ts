/** Blended moments: frames and fields mixed at several rates are known as such, with their rate; film that only moves is not. */
import { describe, expect, it } from 'vitest';
import { defaultFilmParams } from '../../../../../app/recipe/film.ts';
import type { Frame, Samples } from '../../../../../app/film/frame.ts';
import { seeded } from '../../../../../app/random.ts';
import { say } from '../../../../../app/words/sentences.ts';
import { drawn, formatOf, oneShot } from '../testing.ts';
import { shownShare } from './blend.ts';
import { cadenceStep } from './index.ts';
import { measureCadence } from './measure.ts';

const format = formatOf(128, 96, '400');
const random = seeded('blend scene', 1);
const things = Array.from({ length: 24 }, () => ({
  x: random.uniform(0, 128),
  y: random.uniform(0, 96),
  size: random.uniform(5, 14),
  level: random.uniform(20, 230),
  vx: random.uniform(-6, 6),
  vy: random.uniform(-2, 2),
}));
const wrap = (v: number, by: number): number => ((v % by) + by) % by;
/** Things with soft edges that fly about, each its own way. */
const scene = (x: number, y: number, t: number): number => {
  let v = 120;
  for (const { x: x0, y: y0, size, level, vx, vy } of things) {
    const dx = Math.abs(wrap(x - x0 - vx * t + 64, 128) - 64);
    const dy = Math.abs(wrap(y - y0 - vy * t + 48, 96) - 48);
    const inside = Math.max(0, Math.min(1, (size - Math.max(dx, dy)) / 1.5));
    v += inside * (level - v);
  }
  return v;
};
/** `count` moments, `apart` frames of 1 apart, with grain. */
const moments = (count: number, apart = 1): Frame[] =>
  drawn(format, count, (x, y, n) => scene(x, y, n * apart), 2);
const mixed = (a: Frame, b: Frame, weight: number, index: number): Frame => ({
  ...{ index, pts: index },
  planes: a.planes.map((p, k) => p.map((v, i) => Math.round(v + weight * (b.planes[k][i] - v))) as Samples),
});
/** The film at `rate` source pictures a picture. */
const converted = (film: readonly Frame[], rate: number): Frame[] => {
  const out: Frame[] = [];
  for (let n = 0; n * rate + 1 < film.length; n++) {
    const at = Math.floor(n * rate + 1e-9);
    out.push(mixed(film[at], film[at + 1], n * rate - at, n));
  }
  return out;
};
const interlaced = (fields: readonly Frame[]): Frame[] =>
  Array.from({ length: fields.length >> 1 }, (_, n) => ({
    ...{ index: n, pts: n },
    planes: fields[2 * n].planes.map((p, k) =>
      p.map((v, i) => ((i / format.width) & 1 ? fields[2 * n + 1].planes[k][i] : v)),
    ),
  }));

describe('blended moments', () => {
  it('shares are weights where a step lies between the two pictures', () => {
    expect(shownShare(0.3, 0.8)).toBeCloseTo(0.3, 12);
    expect(shownShare(0.3, 1)).toBeCloseTo(0.3, 12);
    // The frame after has 0.9 of the step, not all of it.
    expect(shownShare(0.4, 0.5)).toBeCloseTo(0.4 / 0.9, 12);
  });
  it('are found with their rate in frames that were mixed', () => {
    const film = moments(42);
    for (const rate of [0.8, 0.72, 0.6]) {
      const found = measureCadence(0, converted(film, rate).slice(0, 40), format);
      expect(found, String(rate)).toMatchObject({ kind: 'progressive', blend: { of: 'frames' } });
      expect(Math.abs((found.blend?.rate ?? 0) - rate), String(rate)).toBeLessThan(0.02);
    }
  });
  it('are found in fields that were mixed, film or video', () => {
    const video = interlaced(converted(moments(97, 0.5), 1.2));
    expect(measureCadence(0, video, format).blend).toMatchObject({ of: 'fields' });
    // Film, each frame standing for two and three fields in turn.
    const film = moments(40);
    const fields = Array.from({ length: 97 }, (_, n) => film[2 * Math.floor(n / 5) + (n % 5 < 2 ? 0 : 1)]);
    expect(measureCadence(0, interlaced(converted(fields, 1.2)), format).blend).toMatchObject({
      of: 'fields',
    });
  });
  it('are found in pulldown whose woven frames were averaged', () => {
    const film = moments(33);
    const video = Array.from({ length: 40 }, (_, n) => {
      const at = 4 * Math.floor(n / 5);
      const [a, b] = [
        [0, 0],
        [1, 1],
        [1, 2],
        [2, 3],
        [3, 3],
      ][n % 5];
      return mixed(film[at + a], film[at + b], 0.5, n);
    });
    expect(measureCadence(0, video, format).blend).toMatchObject({ of: 'frames', rate: null, phase: 2 });
  });
  it('are not claimed of film, video, repeated frames, pulldown, a dissolve', () => {
    const film = moments(40);
    const repeated = Array.from({ length: 40 }, (_, n) => ({ ...film[n - Math.floor(n / 5)], index: n }));
    const later = moments(40, 0.7).reverse();
    const dissolve = film.map((f, n) => mixed(f, later[n], Math.max(0, Math.min(1, (n - 8) / 24)), n));
    expect(measureCadence(0, film, format)).toMatchObject({ kind: 'progressive', blend: null, repeats: 0 });
    expect(measureCadence(0, interlaced(moments(80, 0.5)), format)).toMatchObject({
      ...{ kind: 'interlaced', blend: null },
    });
    expect(measureCadence(0, repeated, format)).toMatchObject({ kind: 'progressive', blend: null, every: 5 });
    expect(measureCadence(0, dissolve, format).blend).toBeNull();
  });
  it('are said to be beyond help, and nothing is done about them', async () => {
    const measured = measureCadence(0, converted(moments(32), 0.8), format);
    const analysis = {
      ...{ version: 1, frames: 39, shots: oneShot(39), flashes: [] },
      measures: { cadence: { version: 1, shots: [measured] } },
    };
    const params = { ...defaultFilmParams().cadence, on: true };
    expect(cadenceStep.warns?.(analysis, params)).toEqual([
      say('film-blended-frames', { shots: '1', count: '1', all: '1' }),
    ]);
    const context = { format, analysis, shot: analysis.shots[0], seed: 1 };
    const work = await cadenceStep.begin(context, params);
    const frames = converted(moments(8), 0.8);
    const given = [...frames.flatMap((f) => work.push(f) as Frame[]), ...(work.end() as Frame[])];
    expect(given.map((f) => f.planes)).toEqual(frames.map((f) => f.planes));
  });
});
