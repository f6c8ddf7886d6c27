/** Steps of cleaning on small drawn films whose damage is known: it goes, what is meant stays, the rest keeps its bits. */
import { describe, expect, it } from 'vitest';
import { defaultFilmParams } from '../../../../app/recipe/film.ts';
import {
  deflickerStep,
  dirtStep,
  framesStep,
  grainStep,
  interpolateStep,
  linesStep,
  stabilizeStep,
} from './index.ts';
import { copyFrames, drawn, formatOf, runStep, scene } from './testing.ts';
import { trend } from './trend.ts';

const params = defaultFilmParams();
const rms = (
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  keep: (i: number) => boolean = () => true,
): number => {
  let sum = 0;
  let n = 0;
  for (let i = 0; i < a.length; i++)
    if (keep(i)) {
      sum += (a[i] - b[i]) ** 2;
      n++;
    }
  return Math.sqrt(sum / n);
};

describe('trend', () => {
  it('drops wobble and follows a pan with its corners', () => {
    const meant = Array.from({ length: 120 }, (_, i) => 4 * Math.max(0, Math.min(40, i - 40)));
    const got = trend(
      meant.map((v, i) => v + 2 * Math.sin(i / 4)),
      100,
    );
    const off = got.map((v, i) => Math.abs(v - meant[i]));
    expect(Math.max(...off.slice(5, 35), ...off.slice(47, 73))).toBeLessThan(1);
    expect(trend([1, 5], 100)).toEqual([1, 5]);
    expect(trend([7, 7, 7, 7, 7], 100)).toEqual([7, 7, 7, 7, 7]);
  });
});

describe('dirt', () => {
  it.each([
    ['420', 8, 95, 75],
    ['422', 10, 96, 72],
    ['444', 12, 96, 72],
    ['rgb', 16, 96, 72],
  ] as const)(
    'is filled from neighbours and changes nothing else (%s, %i bits)',
    async (sampling, bits, w, h) => {
      const format = formatOf(w, h, sampling, bits);
      const clean = drawn(format, 7, (x, y, n) => scene(x - 1.5 * n, y + 0.5 * n));
      const dirty = copyFrames(clean);
      const scale = 2 ** (bits - 8);
      const planted = new Set<number>();
      for (let y = 30; y < 35; y++)
        for (let x = 40; x < 46; x++) {
          planted.add(y * w + x);
          for (const p of sampling === 'rgb' ? [0, 1, 2] : [0]) dirty[3].planes[p][y * w + x] = 16 * scale;
        }
      const { frames, report } = await runStep(dirtStep, { ...params.dirt, on: true }, dirty, format);
      expect(frames.map((f) => f.pts)).toEqual(clean.map((f) => f.pts));
      expect(report.pieces).toBe(1);
      const inside = (i: number): boolean => planted.has(i);
      const before = rms(dirty[3].planes[0], clean[3].planes[0], inside);
      expect(rms(frames[3].planes[0], clean[3].planes[0], inside)).toBeLessThan(before / 8);
      for (const k of [0, 1, 2, 4, 5, 6]) expect(frames[k].planes, `frame ${k}`).toEqual(clean[k].planes);
      const near = (i: number): boolean => {
        const x = i % w;
        const y = Math.floor(i / w);
        return x >= 36 && x < 50 && y >= 26 && y < 39;
      };
      frames[3].planes[0].forEach((v, i) => {
        if (!near(i)) expect(v).toBe(clean[3].planes[0][i]);
      });
    },
  );
  it('finds specks of one pixel and two', async () => {
    const format = formatOf(96, 72);
    const clean = drawn(format, 7, (x, y, n) => scene(x - 1.5 * n, y + 0.5 * n));
    const dirty = copyFrames(clean);
    const plane = dirty[3].planes[0];
    const specks = [
      [20, 20, -55],
      [60, 50, 55],
      [70, 15, -55],
    ];
    specks.forEach(([x, y, by], k) => {
      for (let i = 0; i <= (k === 2 ? 1 : 0); i++)
        plane[y * 96 + x + i] = Math.max(0, Math.min(255, plane[y * 96 + x + i] + by));
    });
    const { frames, report } = await runStep(dirtStep, { ...params.dirt, on: true }, dirty, format);
    expect(report.pieces).toBe(3);
    for (const [x, y] of specks)
      expect(Math.abs(frames[3].planes[0][y * 96 + x] - clean[3].planes[0][y * 96 + x])).toBeLessThan(14);
    expect(frames[2].planes).toEqual(clean[2].planes);
  });
  it('leaves a ball that flies, and gives a part of a shot as the whole gives it', async () => {
    const format = formatOf(160, 90);
    const ball = (x: number, y: number, n: number): number =>
      Math.hypot(x - 20 - 13 * n, y - 30 - 3 * n) < 3.5 ? 220 : scene(x, y);
    const clean = drawn(format, 9, ball);
    const { frames } = await runStep(dirtStep, { ...params.dirt, on: true }, clean, format);
    for (const k of [1, 2, 3, 4, 5, 6, 7]) expect(frames[k].planes, `frame ${k}`).toEqual(clean[k].planes);
    const dirty = copyFrames(clean);
    for (const [k, x, y] of [
      [4, 120, 20],
      [5, 30, 70],
      [6, 90, 10],
    ])
      for (let j = 0; j < 4; j++) dirty[k].planes[0].fill(20, (y + j) * 160 + x, (y + j) * 160 + x + 5);
    const whole = await runStep(dirtStep, { ...params.dirt, on: true }, dirty, format);
    const part = await runStep(dirtStep, { ...params.dirt, on: true }, dirty, format, {
      span: { first: 1, last: 8 },
    });
    expect(whole.report.pieces).toBe(3);
    expect(part.frames.find((f) => f.index === 5)?.planes).toEqual(whole.frames[5].planes);
  });
});

describe('stabilize', () => {
  it('takes weave out, keeps a pan, and leaves a still film as it is', async () => {
    const format = formatOf(160, 120, '420');
    const settings = { ...params.stabilize, on: true };
    const weave = (n: number): number => 1.5 * Math.sin(2.1 * n) + Math.sin(0.9 * n);
    const shaken = drawn(format, 24, (x, y, n) => scene(x - weave(n), y - weave(n + 7)), 1);
    const { frames } = await runStep(stabilizeStep, settings, shaken, format);
    const middle = (i: number): boolean => {
      const x = i % 160;
      const y = Math.floor(i / 160);
      return x > 10 && x < 150 && y > 10 && y < 110;
    };
    let before = 0;
    let after = 0;
    for (let k = 1; k < 24; k++) {
      before += rms(shaken[k].planes[0], shaken[k - 1].planes[0], middle);
      after += rms(frames[k].planes[0], frames[k - 1].planes[0], middle);
    }
    expect(after).toBeLessThan(before / 3);
    const pan = drawn(format, 24, (x, y, n) => scene(x - 3 * n, y), 0);
    const kept = await runStep(stabilizeStep, settings, pan, format);
    for (const k of [0, 10, 23])
      expect(rms(kept.frames[k].planes[0], pan[k].planes[0], middle)).toBeLessThan(2);
    const still = drawn(format, 12, scene, 0);
    expect((await runStep(stabilizeStep, settings, still, format)).frames).toEqual(still);
  });
  it('follows a perforation where one shows', async () => {
    const format = formatOf(200, 150);
    const lie = (n: number): number => 2 * Math.sin(1.7 * n);
    const hole = (x: number, y: number): number =>
      x > 8 && x < 30 ? Math.max(0, Math.min(1, 16.5 - Math.abs(y - 76))) : 0;
    // The scene moves on its own; only the hole says where the film lies.
    const film = drawn(
      format,
      14,
      (x, y, n) => (x < 40 ? 20 + 230 * hole(x, y - lie(n)) : scene(x + 5 * n, y + 3 * Math.sin(n))),
      0,
    );
    const { frames } = await runStep(stabilizeStep, { ...params.stabilize, on: true }, film, format);
    const middle = (f: (typeof frames)[number]): number => {
      let sum = 0;
      let weight = 0;
      for (let y = 40; y < 112; y++) {
        const w = f.planes[0][y * 200 + 19] - 20;
        sum += w * y;
        weight += w;
      }
      return sum / weight;
    };
    const range = (list: typeof frames): number =>
      Math.max(...list.map(middle)) - Math.min(...list.map(middle));
    expect(range(film)).toBeGreaterThan(3.5);
    expect(range(frames)).toBeLessThan(0.5);
  });
});

describe('deflicker', () => {
  it('steadies exposure, and keeps lightning and a cut', async () => {
    const format = formatOf(160, 120);
    const gain = (n: number): number => 1 + 0.08 * Math.sin(2.3 * n) + (n === 12 ? 0.6 : 0);
    const film = drawn(
      format,
      40,
      (x, y, n) => 16 + (n < 24 ? 0.6 : 1) * gain(n) * (scene(x + (n < 24 ? 0 : 500), y) - 16),
      1,
    );
    const shots = [
      { index: 0, first: 0, last: 23, opening: 'start' as const },
      { index: 1, first: 24, last: 39, opening: 'cut' as const },
    ];
    const { frames } = await runStep(deflickerStep, { ...params.deflicker, on: true }, film, format, {
      shots,
    });
    const mean = (p: ArrayLike<number>): number => Array.from(p).reduce((a, b) => a + b, 0) / p.length - 16;
    const levels = frames.map((f) => mean(f.planes[0]));
    const spread = (v: number[]): number => (Math.max(...v) - Math.min(...v)) / v[0];
    expect(spread(levels.slice(0, 12))).toBeLessThan(0.03);
    expect(spread(levels.slice(24, 40))).toBeLessThan(0.03);
    expect(levels[12] / levels[11]).toBeGreaterThan(1.45);
    expect(levels[24] / levels[23]).toBeGreaterThan(1.4);
  });
});

describe('deflicker of a film that does not flicker', () => {
  it('leaves every sample', async () => {
    const format = formatOf(96, 72, '420');
    const still = drawn(format, 6, scene, 0);
    const { frames } = await runStep(deflickerStep, { ...params.deflicker, on: true }, still, format);
    expect(frames).toEqual(still);
  });
});

describe('lines', () => {
  it('takes a scratch out of all frames and touches nothing far from it', async () => {
    const format = formatOf(160, 120);
    const clean = drawn(format, 8, (x, y, n) => scene(x + n, y));
    const scratched = copyFrames(clean);
    for (const f of scratched)
      for (let y = 0; y < 120; y++) f.planes[0][y * 160 + 70] = Math.min(255, f.planes[0][y * 160 + 70] + 40);
    const { frames, report } = await runStep(linesStep, { ...params.lines, on: true }, scratched, format);
    expect(report.lines).toBe(8);
    const on = (i: number): boolean => i % 160 === 70;
    for (const k of [0, 4, 7]) {
      expect(rms(frames[k].planes[0], clean[k].planes[0], on)).toBeLessThan(12);
      expect(rms(frames[k].planes[0], clean[k].planes[0], (i) => Math.abs((i % 160) - 70) > 6)).toBe(0);
    }
    expect((await runStep(linesStep, { ...params.lines, on: true }, clean, format)).frames).toEqual(clean);
  });
});

describe('grain, frames, interpolate', () => {
  it('grain falls along motion', async () => {
    const format = formatOf(96, 72, '420');
    const bare = drawn(format, 5, (x, y, n) => scene(x - 2 * n, y), 0);
    const grainy = drawn(format, 5, (x, y, n) => scene(x - 2 * n, y), 6);
    const { frames } = await runStep(grainStep, { on: true, strength: 1 }, grainy, format);
    expect(rms(frames[2].planes[0], bare[2].planes[0])).toBeLessThan(
      0.75 * rms(grainy[2].planes[0], bare[2].planes[0]),
    );
    expect((await runStep(grainStep, { on: true, strength: 0 }, grainy, format)).frames).toEqual(grainy);
  });
  it('torn and repeated frames are made anew', async () => {
    const format = formatOf(160, 96);
    const clean = drawn(format, 10, (x, y, n) => scene(x - 2 * n, y), 1);
    const hurt = copyFrames(clean);
    hurt[3].planes[0].fill(235, 0, 160 * 40);
    hurt[7].planes = hurt[6].planes.map((p) => p.slice());
    const { frames, report } = await runStep(framesStep, { on: true, strength: 0.5 }, hurt, format);
    expect(report).toEqual({ torn: 1, repeated: 1 });
    expect(rms(frames[3].planes[0], clean[3].planes[0])).toBeLessThan(6);
    expect(rms(frames[7].planes[0], clean[7].planes[0])).toBeLessThan(
      0.5 * rms(hurt[7].planes[0], clean[7].planes[0]),
    );
    for (const k of [0, 1, 2, 4, 5, 6, 8, 9]) expect(frames[k].planes).toEqual(clean[k].planes);
  });
  it('a frame that the camera was knocked in is no torn one', async () => {
    const format = formatOf(160, 96);
    const knocked = drawn(
      format,
      7,
      (x, y, n) => scene(x - 2 * n + (n === 3 ? 11 : 0), y + (n === 3 ? 7 : 0)),
      1,
    );
    const { frames, report } = await runStep(framesStep, { on: true, strength: 0.5 }, knocked, format);
    expect(report).toEqual({ torn: 0, repeated: 0 });
    expect(frames).toEqual(knocked);
  });
  it('frames in between lie in between, in time and in place', async () => {
    const format = formatOf(160, 96);
    const film = drawn(format, 3, (x, y, n) => scene(x - 4 * n, y), 0);
    const { frames } = await runStep(interpolateStep, { on: true, times: '2' }, film, format);
    expect(frames.map((f) => [f.index, f.pts])).toEqual([
      [0, 0],
      [0, 10],
      [1, 20],
      [1, 30],
      [2, 40],
    ]);
    const half = drawn(format, 1, (x, y) => scene(x - 2, y), 0)[0];
    const middle = (i: number): boolean => i % 160 > 12 && i % 160 < 148;
    expect(rms(frames[1].planes[0], half.planes[0], middle)).toBeLessThan(2);
    expect(frames[2].planes).toEqual(film[1].planes);
  });
});
