/** Motion on drawn frames whose motion is known: shifts, a turn, a disc over a moving ground, brightness, specks, planes moved along. */
import { describe, expect, it } from 'vitest';
import { seeded } from '../../../../../app/random.ts';
import {
  chain,
  confidence,
  estimateMotion,
  inconsistency,
  reducedLuma,
  vectorAt,
  warp,
  type Flow,
  type Luma,
} from './index.ts';

const W = 160;
const H = 120;
type Scene = (x: number, y: number) => number;
const random = seeded('motion', 1);
const waves = Array.from({ length: 50 }, () => ({
  kx: random.normal(0, 0.35),
  ky: random.normal(0, 0.35),
  phase: random.uniform(0, 6.28),
  size: random.uniform(2, 9),
}));
const ground: Scene = (x, y) =>
  waves.reduce((s, w) => s + w.size * Math.sin(w.kx * x + w.ky * y + w.phase), 128);
const other: Scene = (x, y) => ground(1.1 * y + 300, 200 - x);
function draw(scene: Scene, noise = 0, seed = 1): Luma {
  const r = seeded('motion noise', seed);
  const data = new Uint8ClampedArray(W * H);
  for (let y = 0; y < H; y++) for (let x = 0; x < W; x++) data[y * W + x] = scene(x, y) + noise * r.normal();
  return { width: W, height: H, data: new Uint8Array(data.buffer) };
}
/** Distances from the truth, ascending. */
function errors(flow: Flow, truth: (x: number, y: number) => [number, number], margin = 12): number[] {
  const v = [0, 0];
  const out: number[] = [];
  for (let y = margin; y < H - margin; y += 2)
    for (let x = margin; x < W - margin; x += 2) {
      vectorAt(flow, x, y, v);
      const [tx, ty] = truth(x, y);
      out.push(Math.hypot(v[0] - tx, v[1] - ty));
    }
  return out.sort((a, b) => a - b);
}
const at = (sorted: number[], share: number): number => sorted[Math.floor(share * (sorted.length - 1))];

describe('estimateMotion', () => {
  it('finds shifts to a few hundredths of a pixel, small and large', () => {
    for (const [dx, dy] of [
      [0.4, -0.3],
      [7.3, -5.6],
      [-17, 9.5],
    ] as const) {
      const flow = estimateMotion(
        draw(ground),
        draw((x, y) => ground(x - dx, y - dy)),
      );
      expect(
        at(
          errors(flow, () => [dx, dy], 24),
          0.9,
        ),
        `${dx}, ${dy}`,
      ).toBeLessThan(0.06);
    }
  });
  it('says nothing moves where nothing does', () => {
    const still = draw(ground);
    const flow = estimateMotion(still, still);
    expect(Math.max(...flow.dx.map(Math.abs), ...flow.dy.map(Math.abs), ...flow.error)).toBe(0);
  });
  it('follows a turn through noise and a change of brightness', () => {
    const c = Math.cos(0.03);
    const s = Math.sin(0.03);
    const turned: Scene = (x, y) =>
      1.12 * ground(80 + c * (x - 80) + s * (y - 60), 60 - s * (x - 80) + c * (y - 60)) - 14;
    const flow = estimateMotion(draw(ground, 3, 1), draw(turned, 3, 2));
    const truth = (x: number, y: number): [number, number] => [
      80 + c * (x - 80) - s * (y - 60) - x,
      60 + s * (x - 80) + c * (y - 60) - y,
    ];
    expect(at(errors(flow, truth), 0.5)).toBeLessThan(0.12);
    expect(at(errors(flow, truth), 0.95)).toBeLessThan(0.35);
  });
  it('keeps a disc apart from its ground, and knows what is covered', () => {
    const disc =
      (ox: number, oy: number, gx: number): Scene =>
      (x, y) =>
        Math.hypot(x - ox, y - oy) < 28 ? other(x - ox, y - oy) : ground(x - gx, y);
    const a = draw(disc(70, 60, 0), 2, 1);
    const b = draw(disc(78.5, 56, -2), 2, 2);
    const forward = estimateMotion(a, b);
    const backward = estimateMotion(b, a);
    const truth = (x: number, y: number): [number, number] =>
      Math.hypot(x - 70, y - 60) < 28 ? [8.5, -4] : [-2, 0];
    expect(at(errors(forward, truth), 0.85)).toBeLessThan(0.3);
    const apart = inconsistency(forward, backward);
    const trust = confidence(forward, backward);
    const cell = (x: number, y: number): number => Math.floor(y / 4) * forward.columns + Math.floor(x / 4);
    // Right of the disc the ground is about to be covered; far left nothing happens.
    expect(apart[cell(102, 58)]).toBeGreaterThan(1);
    expect(apart[cell(20, 60)]).toBeLessThan(0.2);
    expect(trust[cell(20, 60)]).toBeGreaterThan(0.8);
    expect(trust[cell(102, 58)]).toBeLessThan(0.5);
  });
  it('is not led astray by specks', () => {
    const a = draw(ground, 2, 1);
    const b = draw((x, y) => ground(x - 3.5, y - 1), 2, 2);
    const specks = seeded('specks', 1);
    for (let k = 0; k < 25; k++) {
      const x0 = specks.int(W - 5);
      const y0 = specks.int(H - 5);
      const tone = specks.chance(0.5) ? 250 : 5;
      for (let y = y0; y < y0 + 4; y++) for (let x = x0; x < x0 + 4; x++) a.data[y * W + x] = tone;
    }
    const off = errors(estimateMotion(a, b), () => [3.5, 1]);
    expect(at(off, 0.9)).toBeLessThan(0.25);
    expect(at(off, 0.99)).toBeLessThan(1.5);
  });
  it('answers the smallest frames and refuses different sizes', () => {
    const one = { width: 1, height: 1, data: new Uint8Array([7]) };
    expect(estimateMotion(one, one).dx).toHaveLength(1);
    expect(() => estimateMotion(one, draw(ground))).toThrow(RangeError);
  });
});

describe('planes along motion', () => {
  it('a warped plane is the other frame, in a larger size too, and chains add up', () => {
    const shifted = (k: number): Luma => draw((x, y) => ground(x - 2.5 * k, y + 1.25 * k));
    const [a, b, c] = [0, 1, 2].map(shifted);
    const ab = estimateMotion(a, b);
    const moved = warp({ width: W, height: H, data: b.data }, ab);
    let worst = 0;
    for (let y = 8; y < H - 8; y++)
      for (let x = 8; x < W - 8; x++) worst = Math.max(worst, Math.abs(moved[y * W + x] - a.data[y * W + x]));
    expect(worst).toBeLessThan(14);
    expect(
      at(
        errors(chain(ab, estimateMotion(b, c)), () => [5, -2.5]),
        0.9,
      ),
    ).toBeLessThan(0.12);
    // Twice the size: a ramp shows by how much it was moved.
    const ramp = Float32Array.from({ length: 4 * W * H }, (_, i) => i % (2 * W));
    const wide = warp({ width: 2 * W, height: 2 * H, data: ramp }, ab);
    expect(wide[100 * 2 * W + 100]).toBeCloseTo(105, 0);
  });
  it('reduced luma is a mean, of RGB and of deeper samples too', () => {
    const format = {
      ...{ width: 3, height: 2, bits: 10, range: 'limited' as const },
      ...{ matrix: null, primaries: null, transfer: null, chromaLocation: null },
    };
    const y = Uint16Array.from([400, 404, 800, 408, 412, 880]);
    const frame = { index: 0, pts: 0, planes: [y] };
    expect([...reducedLuma(frame, { ...format, sampling: '400' }, 2).data]).toEqual([102, 210]);
    const rgb = { index: 0, pts: 0, planes: [y, y.map((v) => v + 40), y] };
    expect([...reducedLuma(rgb, { ...format, sampling: 'rgb' }, 2).data]).toEqual([107, 215]);
  });
});
