/** Shots of drawn films with known transitions: cuts found, flashes and flicker not, fades and dissolves told apart. */
import { describe, expect, it } from 'vitest';
import { seeded } from '../random.ts';
import { detectShots } from './detect.ts';
import {
  frameDistance,
  frameFeatures,
  structureDistance,
  type FrameFeatures,
  type LumaFrame,
} from './features.ts';
import { groupShots, selectFrames, selection } from './select.ts';

const W = 80;
const H = 60;

/** A scene of blocks and discs that drifts by (dx, dy) a frame. */
function scene(seed: number, count: number, dx = 0.3, dy = 0.1): Float32Array[] {
  const random = seeded('shot', seed);
  const base = random.uniform(40, 180);
  const things = Array.from({ length: 12 }, () => ({
    x: random.uniform(-20, W + 20),
    y: random.uniform(0, H),
    r: random.uniform(4, 16),
    tone: random.uniform(0, 255),
  }));
  return Array.from({ length: count }, (_, k) => {
    const out = new Float32Array(W * H);
    for (let y = 0; y < H; y++)
      for (let x = 0; x < W; x++) {
        let v = base + (x / W) * 30;
        for (const t of things) if (Math.hypot(x + dx * k - t.x, y + dy * k - t.y) < t.r) v = t.tone;
        out[y * W + x] = v;
      }
    return out;
  });
}
const features = (frames: readonly Float32Array[]): FrameFeatures[] =>
  frames.map((data) => frameFeatures({ width: W, height: H, data } satisfies LumaFrame));
const flicker = (frames: Float32Array[], amount: number, seed = 1): Float32Array[] => {
  const random = seeded('flicker', seed);
  return frames.map((frame) => {
    const gain = 1 + random.normal(0, amount);
    return frame.map((v) => Math.max(0, Math.min(255, v * gain + random.normal(0, 6))));
  });
};

describe('features', () => {
  it('structure forgives brightness and a small shift, and tells scenes apart', () => {
    const [a] = features(scene(1, 1));
    const [dim] = features(scene(1, 1).map((frame) => frame.map((v) => v * 0.5 + 20)));
    const moved = features(scene(1, 12, 0.5, 0))[11];
    const [other] = features(scene(2, 1));
    expect(structureDistance(a, dim)).toBeLessThan(0.01);
    expect(structureDistance(a, moved)).toBeLessThan(0.15);
    expect(structureDistance(a, other)).toBeGreaterThan(0.4);
    expect(frameDistance(a, a)).toBe(0);
  });
  it('refuses frames smaller than its grid', () => {
    expect(() => frameFeatures({ width: 10, height: 60, data: new Float32Array(600) })).toThrow(RangeError);
  });
});

describe('detectShots', () => {
  it('finds hard cuts exactly, through flicker and grain', () => {
    const lengths = [30, 25, 40, 12, 33];
    const film = flicker(
      lengths.flatMap((n, i) => scene(10 + i, n)),
      0.1,
    );
    const { shots, flashes } = detectShots(features(film));
    expect(shots.map((s) => s.start)).toEqual([0, 30, 55, 95, 107]);
    expect(shots.map((s) => s.opening)).toEqual(['start', 'cut', 'cut', 'cut', 'cut']);
    expect(shots[4].end).toBe(140);
    expect(flashes).toEqual([]);
  });

  it('takes a flash or a foreign frame for what it is', () => {
    const film = flicker(scene(20, 60), 0.03);
    for (const k of [20, 21]) film[k] = film[k].map((v) => Math.min(255, v * 0.3 + 190));
    film[40] = scene(21, 1)[0];
    const { shots, flashes } = detectShots(features(film));
    expect(shots).toEqual([{ start: 0, end: 60, opening: 'start' }]);
    expect(flashes).toContainEqual({ start: 40, end: 41 });
    expect(flashes.every((f) => (f.start >= 20 && f.end <= 22) || f.start === 40)).toBe(true);
  });

  it('tells fades from cuts, leaves blank frames out, and a black frame in a scene is a flash', () => {
    const a = scene(30, 40);
    const b = scene(31, 40);
    for (let k = 0; k < 12; k++) {
      a[28 + k] = a[28 + k].map((v) => v * (1 - (k + 1) / 12));
      b[k] = b[k].map((v) => (v * k) / 12);
    }
    const black = Array.from({ length: 5 }, () => new Float32Array(W * H).fill(3));
    const film = [...a, ...black, ...b];
    film[20] = new Float32Array(W * H).fill(2);
    const { shots, flashes } = detectShots(features(film));
    expect(shots.map((s) => s.opening)).toEqual(['start', 'fade']);
    expect(shots[0].end).toBeGreaterThanOrEqual(37);
    expect(shots[0].end).toBeLessThanOrEqual(40);
    expect(shots[1].start).toBeGreaterThanOrEqual(45);
    expect(shots[1].start).toBeLessThanOrEqual(49);
    expect(flashes).toEqual([{ start: 20, end: 21 }]);
  });

  it('finds a dissolve, and does not take a pan for one', () => {
    const a = scene(40, 50);
    const b = scene(41, 50);
    const mixed = Array.from({ length: 16 }, (_, k) => {
      const t = (k + 1) / 17;
      return a[34 + k].map((v, i) => v * (1 - t) + b[k][i] * t);
    });
    const { shots } = detectShots(features([...a.slice(0, 34), ...mixed, ...b.slice(16)]));
    expect(shots.map((s) => s.opening)).toEqual(['start', 'dissolve']);
    expect(Math.abs(shots[1].start - 42)).toBeLessThanOrEqual(6);
    const pan = detectShots(features(scene(42, 60, 1.5, 0)));
    expect(pan.shots).toHaveLength(1);
  });

  it('answers empty and blank films', () => {
    expect(detectShots([])).toEqual({ shots: [], flashes: [] });
    const blank = features(Array.from({ length: 10 }, () => new Float32Array(W * H).fill(9)));
    expect(detectShots(blank).shots).toEqual([]);
  });
});

describe('selection', () => {
  it('takes one frame of a still shot, the sharpest, away from the cuts', () => {
    const still = scene(50, 40, 0, 0);
    const soft = (frame: Float32Array): Float32Array => {
      let now = frame;
      for (let pass = 0; pass < 3; pass++)
        now = now.map(
          (_, i) =>
            (now[i] +
              (now[i - 1] ?? now[i]) +
              (now[i + 1] ?? now[i]) +
              (now[i - W] ?? now[i]) +
              (now[i + W] ?? now[i])) /
            5,
        );
      return now;
    };
    const film = still.map((frame, k) => (k === 17 || k === 0 ? frame : soft(frame)));
    const frames = features(film);
    const { shots } = detectShots(frames);
    expect(selectFrames(frames, shots)).toEqual([[17]]);
  });

  it('takes more where the content changes, never near a transition, none of splices', () => {
    const walk = scene(51, 240, 0.9, 0.2);
    const other = scene(52, 60);
    const frames = features([...walk, ...scene(53, 4), ...other]);
    const { shots } = detectShots(frames);
    const kept = selectFrames(frames, shots);
    expect(kept[0].length).toBeGreaterThan(1);
    expect(kept[0].length).toBeLessThanOrEqual(5);
    for (const [i, list] of kept.entries())
      for (const index of list) {
        expect(index - shots[i].start).toBeGreaterThanOrEqual(selection.margin);
        expect(shots[i].end - index).toBeGreaterThan(selection.margin - 1);
      }
    expect(kept.flat().some((k) => k >= 240 && k < 244)).toBe(false);
  });

  it('knows a set-up that comes back', () => {
    const frames = features([...scene(60, 30), ...scene(61, 30), ...scene(60, 30), ...scene(62, 30)]);
    const { shots } = detectShots(frames);
    expect(shots).toHaveLength(4);
    expect(groupShots(frames, selectFrames(frames, shots))).toEqual([0, 1, 0, 2]);
  });
});
