/** Reels and their frames: what lasts lasts, what changes changes, and frames can be made in any order. */
import { describe, expect, it } from 'vitest';
import { type Planar, planar } from '../planar.ts';
import { seeded } from '../random.ts';
import { filmFrame, filmSequence } from './film.ts';
import { drawReel, driftAt, REEL_RANGES, type Reel } from './reel.ts';
import { field } from './raster.ts';

function scene(side: number): Planar {
  const p = planar(side, side, 3);
  for (let c = 0; c < 3; c++) {
    const f = field(side, side, seeded('scene', c), 9, 2);
    f.forEach((v, i) => (p.data[c * f.length + i] = Math.min(0.9, Math.max(0.1, 0.5 + 0.15 * v))));
  }
  return p;
}
/** A reel with nothing on it. */
function bare(over: Partial<Reel>): Reel {
  return {
    ...drawReel(['bare']),
    grey: false,
    fade: [0, 0, 0],
    grain: 0,
    flickerSlow: 0,
    flickerFast: 0,
    flickerUneven: 0,
    weave: 0,
    dirt: 0,
    scratches: [],
    hairs: [],
    spliceEvery: 0,
    gate: 0,
    softness: 0,
    ...over,
  };
}
const worst = (a: Planar, b: Planar): number =>
  a.data.reduce((m, v, i) => Math.max(m, Math.abs(v - b.data[i])), 0);

describe('a reel', () => {
  it('is the same for the same seed and within its ranges', () => {
    expect(drawReel(['a', 1], 50)).toEqual(drawReel(['a', 1], 50));
    for (let i = 0; i < 200; i++) {
      const reel = drawReel(['r', i], 1 + (i % 3) * 40);
      const values: Record<string, number> = {
        grey: Number(reel.grey),
        fadeCyan: reel.fade[0],
        fadeMagenta: reel.fade[1],
        fadeYellow: reel.fade[2],
        grain: reel.grain,
        grainSize: reel.grainSize,
        flickerSlow: reel.flickerSlow,
        flickerFast: reel.flickerFast,
        flickerUneven: reel.flickerUneven,
        weave: reel.weave,
        dirt: reel.dirt,
        lightDirt: reel.lightDirt,
        scratches: reel.scratches.length,
        hairs: reel.hairs.length,
        gate: reel.gate,
        softness: reel.softness,
      };
      for (const [key, [low, high]] of Object.entries(REEL_RANGES)) {
        expect(values[key], key).toBeGreaterThanOrEqual(low);
        expect(values[key], key).toBeLessThanOrEqual(high);
      }
    }
  });
  it('drifts slowly with about unit deviation', () => {
    const d = drawReel(['d']).flicker;
    const v = Array.from({ length: 4000 }, (_, i) => driftAt(d, i));
    const sd = Math.sqrt(v.reduce((s, x) => s + x * x, 0) / v.length);
    expect(Math.abs(sd - 1)).toBeLessThan(0.15);
    for (let i = 1; i < 4000; i++) expect(Math.abs(v[i] - v[i - 1])).toBeLessThan(2.2);
  });
});

describe('a frame', () => {
  it('of a bare reel is the picture', () => {
    const picture = scene(40);
    const frame = filmFrame(picture, bare({}), 3);
    expect(worst(frame.input, picture)).toBeLessThan(2e-3);
    expect(frame.mask).toBeNull();
  });
  it('depends on its number alone, not on the frames before', () => {
    const frames = Array.from({ length: 5 }, () => scene(32));
    const all = filmSequence(frames, ['seq']);
    const reel = drawReel(['seq'], 5);
    const third = filmFrame(frames[3], reel, 3);
    expect(worst(third.input, all[3].input)).toBe(0);
    expect(worst(all[2].input, all[3].input)).toBeGreaterThan(0);
  });
  it('flicker is a gain', () => {
    const picture = scene(24);
    const reel = bare({ flickerFast: 0.05 });
    const gains = Array.from({ length: 40 }, (_, i) => {
      const frame = filmFrame(picture, reel, i);
      const clean = filmFrame(picture, bare({}), i).input;
      frame.input.data.forEach((v, k) => {
        if (Math.abs(v - Math.min(1, clean.data[k] * frame.gain)) > 2e-3) throw new Error(`${v}`);
      });
      return frame.gain;
    });
    const sd = Math.sqrt(gains.reduce((s, g) => s + (g - 1) ** 2, 0) / 40);
    expect(sd).toBeGreaterThan(0.03);
    expect(sd).toBeLessThan(0.08);
  });
  it('weave moves the picture by what it says, and single frames are not moved', () => {
    const picture = scene(48);
    const reel = bare({ weave: 0.01 });
    const frame = filmFrame(picture, reel, 7);
    expect(Math.hypot(frame.dx, frame.dy)).toBeGreaterThan(0);
    const still = filmFrame(picture, bare({}), 7).input;
    // Along a row the displaced picture is the interpolated one.
    const x = 20 - frame.dx;
    const y = 24 - frame.dy;
    const [ix, iy] = [Math.floor(x), Math.floor(y)];
    const at = (i: number, j: number): number => still.data[j * 48 + i];
    const top = at(ix, iy) + (at(ix + 1, iy) - at(ix, iy)) * (x - ix);
    const low = at(ix, iy + 1) + (at(ix + 1, iy + 1) - at(ix, iy + 1)) * (x - ix);
    expect(frame.input.data[24 * 48 + 20]).toBeCloseTo(top + (low - top) * (y - iy), 4);
    expect(filmFrame(picture, reel, 7, true).dx).toBe(0);
  });
  it('a scratch stays where it is from frame to frame; dirt does not', () => {
    const scratch = {
      x: 0.5,
      wander: 0.002,
      path: { speed: [0.05], phase: [0] },
      from: 0,
      to: 99,
      light: true,
      width: 0.6,
      opacity: 0.9,
      wave: 0,
    };
    const picture = scene(64);
    const columns = [0, 1, 2].map((i) => {
      const { mask } = filmFrame(picture, bare({ scratches: [scratch] }), i);
      if (!mask) throw new Error('no mask');
      const sums = Array.from({ length: 64 }, (_, x) =>
        Array.from({ length: 64 }, (_, y) => mask.data[y * 64 + x]).reduce((s, v) => s + v, 0),
      );
      return sums.indexOf(Math.max(...sums));
    });
    for (const c of columns) expect(Math.abs(c - 32)).toBeLessThanOrEqual(1);
    const dirt = [0, 1].map((i) => filmFrame(picture, bare({ dirt: 20 }), i).mask);
    const [a, b] = dirt.map((m) => (m ? [...m.data] : []));
    const both = a.filter((v, i) => v > 0 && b[i] > 0).length;
    expect(both).toBeLessThan(0.5 * Math.min(a.filter(Boolean).length, b.filter(Boolean).length));
  });
  it('outside its mask local damage leaves every bit', () => {
    const picture = scene(64);
    const clean = filmFrame(picture, bare({}), 2).input;
    const hairs = drawReel(['x']).hairs;
    const frame = filmFrame(
      picture,
      bare({
        dirt: 20,
        hairs: [...hairs, { side: 0, along: 0.4, length: 0.3, from: 0, to: 9, seed: 4 }],
        gate: 0.03,
      }),
      2,
    );
    if (!frame.mask) throw new Error('no mask');
    for (let k = 0; k < 3 * 4096; k++)
      if (frame.mask.data[k % 4096] === 0 && frame.input.data[k] !== clean.data[k])
        throw new Error(`sample ${k}`);
    expect(frame.mask.data[0]).toBe(1);
    expect(frame.input.data[0]).toBeLessThan(0.05);
  });
});
