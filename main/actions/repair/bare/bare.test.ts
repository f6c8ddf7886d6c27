import { describe, expect, it } from 'vitest';
import { type Planar, planar } from '../../../../app/planar.ts';
import { seeded } from '../../../../app/random.ts';
import { oddsOf } from '../find.ts';
import { levelOf } from '../levels.ts';
import type { Shape } from '../regions.ts';
import { chosenSets, findBare, NOWHERE, setsOf } from './bare.ts';
import { LEAST_AREA, NODE_FEATURES, nodeRows, nodesOf } from './nodes.ts';
import { isMargin, takeBare } from './take.ts';
import { offCurve } from './tone-curve.ts';
import { gathered, toneTree } from './tone-tree.ts';

describe('the tree of level sets', () => {
  it('of a row, by hand: two peaks, one with a step, in a valley', () => {
    const levels = Uint8Array.from([1, 3, 5, 3, 1, 4, 1]);
    const tree = toneTree(levels, 7, 1);
    expect(tree.count).toBe(4);
    const at = (x: number): number => tree.nodeOf[x];
    expect([at(0), at(4), at(6)]).toEqual([0, 0, 0]);
    expect(at(1)).toBe(at(3));
    expect(tree.parent[at(2)]).toBe(at(1));
    expect(tree.parent[at(1)]).toBe(0);
    expect(tree.parent[at(5)]).toBe(0);
    expect([...tree.level].sort()).toEqual([1, 3, 4, 5]);
    const area = new Float64Array(4);
    for (const k of tree.nodeOf) area[k]++;
    gathered(tree, area);
    expect([area[0], area[at(1)], area[at(2)], area[at(5)]]).toEqual([7, 3, 1, 1]);
  });
  it('of noise: each node is a connected set of its level, as flooding finds it', () => {
    const random = seeded('tone-tree');
    const [w, h] = [17, 13];
    const levels = Uint8Array.from({ length: w * h }, () => random.int(6));
    const tree = toneTree(levels, w, h);
    const area = new Float64Array(tree.count);
    for (const k of tree.nodeOf) area[k]++;
    gathered(tree, area);
    for (let start = 0; start < w * h; start++) {
      const seen = new Set([start]);
      for (const i of seen)
        for (let v = -1; v <= 1; v++)
          for (let u = -1; u <= 1; u++) {
            const x = (i % w) + u;
            const y = Math.floor(i / w) + v;
            if (x >= 0 && y >= 0 && x < w && y < h && levels[y * w + x] >= levels[start]) seen.add(y * w + x);
          }
      expect(area[tree.nodeOf[start]]).toBe(seen.size);
    }
  });
});

const W = 120;
const H = 90;
/** A brown print: every channel by a gamma of its own. */
function brown(tone: (x: number, y: number) => number): Planar {
  const random = seeded('brown');
  const out = planar(W, H, 3);
  for (let i = 0; i < W * H; i++) {
    const v = Math.min(1, Math.max(0, tone(i % W, Math.floor(i / W)) + 0.006 * random.normal()));
    [0.98 * v, 0.93 * v ** 1.2, 0.8 * v ** 1.6].forEach((s, c) => (out.data[c * W * H + i] = s));
  }
  return out;
}
const soft = (x: number, y: number): number => 0.5 + 0.42 * Math.sin(x / 25) * Math.cos(y / 30);
function crack(picture: Planar): Uint8Array {
  const truth = new Uint8Array(W * H);
  for (let x = 10; x < 100; x++) {
    const middle = Math.round(30 + 0.3 * x + 4 * Math.sin(x / 7));
    for (let y = middle - 2; y < middle + 2; y++) {
      truth[y * W + x] = 1;
      [0.72, 0.74, 0.78].forEach((s, c) => (picture.data[(c * H + y) * W + x] = s));
    }
  }
  return truth;
}

describe('the tone curve', () => {
  it('a toned print lies on it, bare paper beside it and paler', () => {
    const picture = brown(soft);
    const truth = crack(picture);
    const { off, pale, width } = offCurve(picture, levelOf(picture).luma, 0);
    let inside = 0;
    let outside = 0;
    let paler = 0;
    let count = 0;
    truth.forEach((t, i) => {
      if (t) {
        inside += off[i];
        paler += pale[i];
        count++;
      } else outside += off[i];
    });
    expect(inside / count).toBeGreaterThan(5 * width);
    expect(paler / count).toBeGreaterThan(3 * width);
    expect(outside / (W * H - count)).toBeLessThan(2 * width);
  });
});

describe('bare paper', () => {
  it('measures of a square, by hand', () => {
    const luma = new Float32Array(400).fill(0.2);
    for (let y = 5; y < 9; y++) for (let x = 6; x < 11; x++) luma[y * 20 + x] = 0.8;
    const flat = new Float32Array(400);
    const nodes = nodesOf(luma, 20, 20);
    expect(nodes.area.length).toBe(2);
    expect(nodes.area[1]).toBe(20);
    expect(20).toBeGreaterThan(LEAST_AREA);
    const rows = nodeRows(
      nodes,
      {
        width: 20,
        height: 20,
        luma,
        colours: { red: flat, blue: flat, off: flat, pale: flat, width: 0.004 },
        odds: flat,
      },
      1,
    );
    const of = (name: (typeof NODE_FEATURES)[number]): number =>
      rows[NODE_FEATURES.length + NODE_FEATURES.indexOf(name)];
    expect(of('tone')).toBeCloseTo(0.8, 5);
    expect(of('outside')).toBeCloseTo(0.2, 5);
    expect(of('drop1')).toBeCloseTo(0.6, 5);
    expect(of('thickness')).toBeCloseTo(40 / 18, 5);
    expect(of('border')).toBe(0);
    expect(of('weak')).toBe(0);
    expect(of('elongation')).toBeCloseTo(0.8, 5);
  });
  it('of nested sets the surer is chosen, and two in one if they are surer together', () => {
    const luma = new Float32Array(900).fill(0.1);
    const paint = (x0: number, y0: number, w: number, h: number, v: number): void => {
      for (let y = y0; y < y0 + h; y++) for (let x = x0; x < x0 + w; x++) luma[y * 30 + x] = v;
    };
    paint(3, 3, 20, 8, 0.5);
    paint(4, 4, 5, 5, 0.9);
    paint(14, 4, 5, 5, 0.9);
    const nodes = { ...nodesOf(luma, 30, 30), rows: new Float32Array(), sign: 1 as const };
    const big = nodes.tree.nodeOf[3 * 30 + 12];
    const [left, right] = [nodes.tree.nodeOf[5 * 30 + 5], nodes.tree.nodeOf[5 * 30 + 15]];
    const odds = new Float32Array(nodes.tree.count).fill(NOWHERE);
    odds[big] = 1;
    odds[left] = 2;
    odds[right] = 2;
    // Roots of the areas: 12.6 against 5 and 5.
    expect(chosenSets(nodes, odds, 0)[left]).toBe(left);
    expect(chosenSets(nodes, odds, 0)[big]).toBe(0);
    odds[big] = 1.8;
    expect(chosenSets(nodes, odds, 0)[left]).toBe(big);
  });
  it('finds a broad pale crack of a brown print, and nothing on the sound one', () => {
    const picture = brown(soft);
    const levels = [levelOf(picture)];
    const sound = findBare(picture, levels, oddsOf(levels), 2);
    expect(sound.filter((v) => v > NOWHERE).length).toBeLessThan(0.002 * W * H);
    const truth = crack(picture);
    const now = [levelOf(picture)];
    const found = findBare(picture, now, oddsOf(now), 2);
    let right = 0;
    let all = 0;
    let count = 0;
    truth.forEach((t, i) => {
      count += t;
      if (found[i] > NOWHERE) {
        all++;
        right += t;
      }
    });
    expect(right / count).toBeGreaterThan(0.8);
    expect(right / all).toBeGreaterThan(0.8);
    expect(setsOf(picture, now[0], 0, oddsOf(now))).toHaveLength(2);
  });
  it('a margin of the print is none; a crack across the print is damage', () => {
    const shape = (x: number, y: number, w: number, h: number): Shape => ({
      pixels: Int32Array.from({ length: w * h }, (_, k) => (y + Math.floor(k / w)) * 1000 + x + (k % w)),
      x,
      y,
      w,
      h,
      length: Math.max(w, h),
      thickness: Math.min(w, h),
      bend: 0,
    });
    expect(isMargin(shape(900, 0, 40, 700), 1000, 700)).toBe(true);
    expect(isMargin(shape(400, 0, 6, 700), 1000, 700)).toBe(false);
    expect(isMargin(shape(400, 100, 60, 60), 1000, 700)).toBe(false);
  });
  it('what is not sure enough is a suspicion; a thing on a face is none; a wide one has to be surer', () => {
    const side = 300;
    const write = (
      size: number,
      limit: number,
      faces: { x: number; y: number; w: number; h: number }[],
    ): number => {
      const bare = new Float32Array(side * side).fill(NOWHERE);
      for (let y = 120; y < 120 + size; y++) for (let x = 120; x < 120 + size; x++) bare[y * side + x] = 4;
      const confidence = new Uint8Array(side * side);
      takeBare(bare, side, side, limit, faces, confidence);
      return confidence[122 * side + 122];
    };
    expect(write(6, 3, [])).toBeGreaterThan(128);
    expect(write(6, 5, [])).toBeLessThan(128);
    expect(write(6, 3, [{ x: 0.3, y: 0.3, w: 0.3, h: 0.3 }])).toBeLessThan(128);
    expect(write(60, 3, [])).toBeLessThan(128);
    expect(write(60, 0, [])).toBeGreaterThan(128);
  });
});
