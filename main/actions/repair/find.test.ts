import { describe, expect, it } from 'vitest';
import { type Planar, planar } from '../../../app/planar.ts';
import { seeded } from '../../../app/random.ts';
import { boxOf, depth, eachRegion } from './components.ts';
import { boxMean, extreme, topHat } from './filters.ts';
import { findDamage } from './find.ts';
import { shapesOf } from './regions.ts';
import { faceDoubtOf, fencesOf, livelinessOf, livelyDoubtOf } from './sense.ts';
import { DAMAGED } from './types.ts';

const W = 360;
const H = 260;
/** A grey portrait of a kind: soft shapes, some texture, grain. */
function scene(): Planar {
  const random = seeded('find', 'scene');
  const out = planar(W, H, 3);
  for (let y = 0; y < H; y++)
    for (let x = 0; x < W; x++) {
      const face = 0.35 / (1 + Math.exp((Math.hypot((x - 180) / 60, (y - 120) / 80) - 1) * 8));
      const cloth = y > 190 ? 0.05 * Math.sin(x / 3) * Math.sin(y / 4) : 0;
      const v = 0.3 + 0.1 * Math.sin(x / 90) + face + cloth + 0.012 * random.normal();
      for (let c = 0; c < 3; c++) out.data[(c * H + y) * W + x] = v;
    }
  return out;
}
function paint(picture: Planar, inside: (x: number, y: number) => boolean, value: number): Uint8Array {
  const mask = new Uint8Array(W * H);
  for (let y = 0; y < H; y++)
    for (let x = 0; x < W; x++)
      if (inside(x + 0.5, y + 0.5)) {
        mask[y * W + x] = 1;
        for (let c = 0; c < 3; c++) picture.data[(c * H + y) * W + x] = value;
      }
  return mask;
}
const options = { sensitivity: 0.5, scale: 1, kind: 'bw' } as const;
const share = (of: Uint8Array, by: Uint8Array): number => {
  let hit = 0;
  let all = 0;
  for (let i = 0; i < of.length; i++)
    if (of[i]) {
      all++;
      if (by[i]) hit++;
    }
  return hit / all;
};
const taken = (confidence: Uint8Array): Uint8Array => confidence.map((v) => Number(v >= DAMAGED));

describe('findDamage', () => {
  it('leaves a sound picture alone', () => {
    const found = taken(findDamage(scene(), options).confidence);
    expect(found.reduce((a, b) => a + b, 0) / found.length).toBeLessThan(0.002);
  });
  it('finds white specks, and little else', () => {
    const picture = scene();
    const spots = Array.from({ length: 14 }, (_, k) => [
      20 + ((k * 83) % 320),
      15 + ((k * 47) % 165),
      1.5 + (k % 4),
    ]);
    const truth = paint(picture, (x, y) => spots.some(([a, b, r]) => Math.hypot(x - a, y - b) < r), 0.95);
    const { confidence, regions } = findDamage(picture, options);
    const found = taken(confidence);
    expect(share(truth, found)).toBeGreaterThan(0.85);
    expect(regions.filter((r) => r.kind === 'dust').length).toBeGreaterThan(10);
    // A pixel around each speck is taken with it.
    expect(share(found, truth)).toBeGreaterThan(0.3);
  });
  it('finds a long scratch as one region of that kind', () => {
    const picture = scene();
    const truth = paint(picture, (x, y) => Math.abs(y - 40 - 0.35 * x) < 1.2 && x > 30 && x < 330, 0.9);
    const { confidence, regions } = findDamage(picture, options);
    expect(share(truth, taken(confidence))).toBeGreaterThan(0.85);
    expect(regions[0].kind).toBe('scratch');
    expect(regions[0].w).toBeGreaterThan(200);
  });
  it('finds a missing corner', () => {
    const picture = scene();
    const truth = paint(picture, (x, y) => x / 50 + y / 35 < 1, 0.97);
    const { confidence, regions } = findDamage(picture, options);
    expect(share(truth, taken(confidence))).toBeGreaterThan(0.95);
    expect(regions.some((r) => r.kind === 'corner')).toBe(true);
  });
  it('shows a yellow stain of a grey picture as a suspicion', () => {
    const picture = scene();
    for (let y = 60; y < 110; y++) for (let x = 40; x < 100; x++) picture.data[2 * W * H + y * W + x] *= 0.55;
    const { confidence, regions } = findDamage(picture, options);
    expect(regions.some((r) => r.kind === 'stain')).toBe(true);
    expect(confidence[85 * W + 70]).toBeGreaterThan(0);
    expect(confidence[85 * W + 70]).toBeLessThan(DAMAGED);
  });
  it('finds more the more sensitive it is, and refuses a learned map of another size', () => {
    const picture = scene();
    paint(picture, (x, y) => Math.hypot(x - 100, y - 60) < 2, 0.48);
    paint(picture, (x, y) => Math.hypot(x - 250, y - 60) < 2, 0.9);
    const counts = [0, 0.5, 1].map((sensitivity) =>
      taken(findDamage(picture, { ...options, sensitivity }).confidence).reduce((a, b) => a + b, 0),
    );
    expect(counts[1]).toBeGreaterThanOrEqual(counts[0]);
    expect(counts[2]).toBeGreaterThan(counts[1]);
    expect(() => findDamage(picture, { ...options, learned: planar(3, 3, 1) })).toThrow(/another size/);
  });
});

describe('planes and regions', () => {
  const row = Float32Array.from([1, 5, 2, 2, 9, 0]);
  it('means, extremes and top-hats of a row, by hand', () => {
    expect([...boxMean(row, 6, 1, 1)].map((v) => Math.round(v * 100) / 100)).toEqual([
      3, 2.67, 3, 4.33, 3.67, 4.5,
    ]);
    expect([...extreme(row, 6, 1, 1, 1)]).toEqual([5, 5, 5, 9, 9, 9]);
    expect([...extreme(row, 6, 1, 1, -1)]).toEqual([1, 1, 2, 2, 0, 0]);
    expect([...topHat(row, 6, 1, 1, 1)]).toEqual([0, 3, 0, 0, 7, 0]);
  });
  it('extremes are those of every square, whatever sizes and radii', () => {
    const random = seeded('extreme', 'test');
    for (const [w, h, r] of [
      [13, 17, 2],
      [17, 13, 8],
      [4, 30, 4],
      [30, 3, 4],
      [1, 1, 2],
      [18, 18, 4],
    ]) {
      const data = Float32Array.from({ length: w * h }, () => random.normal());
      for (const sign of [1, -1] as const) {
        const found = extreme(data, w, h, r, sign);
        for (let y = 0; y < h; y++)
          for (let x = 0; x < w; x++) {
            let best = -Infinity;
            for (let v = Math.max(0, y - r); v <= Math.min(h - 1, y + r); v++)
              for (let u = Math.max(0, x - r); u <= Math.min(w - 1, x + r); u++)
                best = Math.max(best, sign * data[v * w + u]);
            expect(found[y * w + x]).toBe(sign * best);
          }
      }
    }
  });
  it('regions, their boxes and depths', () => {
    const mask = Uint8Array.from([1, 0, 0, 0, 1, 0, 0, 0, 1].flatMap((v) => [v, v]));
    const boxes: unknown[] = [];
    eachRegion(mask, 6, 3, (pixels) => boxes.push({ ...boxOf(pixels, 6), n: pixels.length }));
    expect(boxes).toEqual([{ x: 0, y: 0, w: 6, h: 3, n: 6 }]);
    expect([...depth(new Uint8Array(25).fill(1), 5, 5, true)].slice(10, 15)).toEqual([3, 6, 9, 6, 3]);
  });
});

describe('what looks like damage and is none', () => {
  const width = 200;
  const height = 120;
  const shapesIn = (inside: (x: number, y: number) => boolean) => {
    const mask = new Uint8Array(width * height);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) if (inside(x, y)) mask[y * width + x] = 1;
    return shapesOf(mask, width, height, () => true);
  };
  it('bars at steady steps are a fence, joined by a rail or not; lines without a step are scratches', () => {
    const bars = (x: number, y: number): boolean => x % 20 < 3 && x < 160 && y > 30 && y < 90;
    expect(fencesOf(shapesIn(bars), width).size).toBe(8);
    const comb = shapesIn((x, y) => bars(x, y) || (x < 160 && y > 28 && y < 32));
    expect(comb).toHaveLength(1);
    expect(fencesOf(comb, width)).toEqual(new Set([0]));
    const places = [4, 9, 41, 60, 66, 110, 155, 190];
    const scratches = shapesIn((x, y) => y > 30 && y < 90 && places.includes(x));
    expect(fencesOf(scratches, width).size).toBe(0);
  });
  it('large spots on a face are doubted, dust and thin lines there are not, nor anything elsewhere', () => {
    const face = [{ x: 0.3, y: 0.2, w: 0.4, h: 0.6 }];
    const doubt = (inside: (x: number, y: number) => boolean): number =>
      faceDoubtOf(shapesIn(inside)[0], face, width, height);
    expect(doubt((x, y) => Math.hypot(x - 100, y - 60) < 4)).toBeGreaterThan(3);
    expect(doubt((x, y) => Math.hypot(x - 100, y - 60) < 1.5)).toBe(0);
    expect(doubt((x, y) => x > 80 && x < 120 && y === 60)).toBe(0);
    expect(doubt((x, y) => Math.hypot(x - 10, y - 10) < 4)).toBe(0);
  });
  it('a spot among leaves is doubted, one on an even ground believed more', () => {
    const random = seeded('leaves');
    const luma = Float32Array.from({ length: width * height }, (_, i) =>
      i % width < 100 ? 0.5 : 0.5 + 0.3 * random.normal(),
    );
    const spots = shapesIn((x, y) => Math.hypot((x % 100) - 50, y - 60) < 2);
    const lively = livelinessOf(luma, new Uint8Array(luma.length), width, height);
    expect(livelyDoubtOf(spots[0], lively)).toBeLessThan(-1);
    expect(livelyDoubtOf(spots[1], lively)).toBe(2);
  });
});
