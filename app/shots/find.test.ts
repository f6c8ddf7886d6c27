/** Shots of a reel found while it runs: the same as at once, every frame in one shot, blank frames cut in the middle. */
import { describe, expect, it } from 'vitest';
import { seeded } from '../random.ts';
import { detectShots } from './detect.ts';
import { frameFeatures, type FrameFeatures } from './features.ts';
import { findShots, ShotFinder, shotsFromCuts } from './find.ts';

const W = 48;
const H = 36;

/** A drifting scene of blocks. */
function scene(seed: number, count: number): Float32Array[] {
  const random = seeded('find', seed);
  const things = Array.from({ length: 14 }, () => [
    random.uniform(-10, W),
    random.uniform(0, H),
    random.uniform(3, 12),
    random.uniform(0, 255),
  ]);
  return Array.from({ length: count }, (_, k) => {
    const out = new Float32Array(W * H).fill(110);
    for (const [x, y, r, tone] of things)
      for (let v = Math.max(0, Math.round(y - r)); v < Math.min(H, y + r); v++)
        for (let u = Math.max(0, Math.round(x - r + 0.05 * k)); u < Math.min(W, x + r + 0.05 * k); u++)
          out[v * W + u] = tone;
    return out;
  });
}
const features = (frames: readonly Float32Array[]): FrameFeatures[] =>
  frames.map((data) => frameFeatures({ width: W, height: H, data }));
const black = (count: number): Float32Array[] =>
  Array.from({ length: count }, () => new Float32Array(W * H).fill(2));

describe('findShots', () => {
  it('agrees with the search at once over many windows', () => {
    const random = seeded('lengths');
    const film = Array.from({ length: 60 }, (_, i) => scene(i, 12 + random.int(60))).flat();
    const flash = 1300;
    film[flash] = film[flash].map((v) => Math.min(255, v * 0.2 + 200));
    const all = features(film);
    const found = findShots(all);
    const atOnce = detectShots(all);
    expect(all.length).toBeGreaterThan(1900);
    expect(found.shots.map((s) => s.first)).toEqual(atOnce.shots.map((s) => s.start));
    expect(found.shots.length).toBeGreaterThan(50);
    expect(found.flashes).toEqual(atOnce.flashes.map((f) => ({ first: f.start, last: f.end - 1 })));
    found.shots.forEach((shot, i) => {
      expect(shot.index).toBe(i);
      expect(shot.last).toBe((found.shots[i + 1]?.first ?? film.length) - 1);
    });
  });

  it('cuts blank frames in the middle, however many, and leaves those at the ends to their shots', () => {
    for (const gap of [11, 900]) {
      const film = [...black(30), ...scene(1, 100), ...black(gap), ...scene(2, 200), ...black(20)];
      const { shots } = findShots(features(film));
      expect(shots.map((s) => s.first)).toEqual([0, 130 + ((gap + 1) >> 1)]);
      expect(shots[1].last).toBe(film.length - 1);
    }
  });

  it('holds a bounded number of frames', () => {
    const finder = new ShotFinder();
    const one = features(scene(3, 1))[0];
    let most = 0;
    for (let i = 0; i < 5000; i++) {
      finder.push(one);
      most = Math.max(most, (finder as unknown as { held: unknown[] }).held.length);
    }
    expect(most).toBeLessThanOrEqual(800);
    expect(finder.finish().shots).toEqual([{ index: 0, first: 0, last: 4999, opening: 'start' }]);
  });

  it('answers a film of one frame and of none', () => {
    expect(findShots(features(scene(4, 1))).shots).toEqual([
      { index: 0, first: 0, last: 0, opening: 'start' },
    ]);
    expect(findShots([])).toEqual({ shots: [], flashes: [] });
  });
});

describe('shotsFromCuts', () => {
  it('takes a person’s cuts, in order, within the reel', () => {
    const found = findShots(features([...scene(1, 40), ...scene(2, 40)])).shots;
    const soft = found.map((shot) => (shot.first === 40 ? { ...shot, opening: 'dissolve' as const } : shot));
    expect(shotsFromCuts([60, 40, 900, -1, 40], 80, soft)).toEqual([
      { index: 0, first: 0, last: 39, opening: 'start' },
      { index: 1, first: 40, last: 59, opening: 'dissolve' },
      { index: 2, first: 60, last: 79, opening: 'cut' },
    ]);
    expect(shotsFromCuts([], 0, [])).toEqual([]);
  });
});
