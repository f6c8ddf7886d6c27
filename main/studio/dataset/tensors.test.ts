/** Tensors of the tasks: layout, chroma against the figures' own Lab, hints that tell the truth, holes. */
import { describe, expect, it } from 'vitest';
import { toLab } from '../../../app/metrics/lab.ts';
import { planar } from '../../../app/planar.ts';
import { seeded } from '../../../app/random.ts';
import { takeCrop } from './crop.ts';
import { scene } from './fixture.ts';
import { chromaOf, drawHints, emptyTensors, fillTensors } from './tensors.ts';

const picture = takeCrop(scene(5, 64, 64), { x: 0, y: 0, side: 64, flip: false }, 64);

describe('tensors', () => {
  it('have the shapes of the contract', () => {
    const dims = (task: Parameters<typeof emptyTensors>[0]): Record<string, number[]> =>
      Object.fromEntries(Object.entries(emptyTensors(task, 2, 64)).map(([name, t]) => [name, t.dims]));
    expect(dims('one')).toEqual({ x: [2, 3, 64, 64], y: [2, 3, 64, 64], mask: [2, 1, 64, 64] });
    expect(dims('colorist')).toEqual({ l: [2, 1, 64, 64], hints: [2, 3, 16, 16], ab: [2, 2, 16, 16] });
    expect(dims('restorer')).toEqual({ x: [2, 3, 64, 64], y: [2, 3, 64, 64], mask: [2, 1, 64, 64] });
    expect(dims('filler')).toEqual({ x: [2, 3, 64, 64], mask: [2, 1, 64, 64], y: [2, 3, 64, 64] });
    expect(() => emptyTensors('colorist', 1, 66)).toThrow(/multiple of 4/);
  });

  it('chroma is the mean a*, b* of each 4 x 4 block over 110', () => {
    const lab = toLab(picture);
    const ab = chromaOf(picture);
    expect([ab.width, ab.height, ab.channels]).toEqual([16, 16, 2]);
    for (const [bx, by] of [
      [0, 0],
      [7, 3],
      [15, 15],
    ]) {
      let [a, b] = [0, 0];
      for (let y = 0; y < 4; y++)
        for (let x = 0; x < 4; x++) {
          a += lab.a[(by * 4 + y) * 64 + bx * 4 + x] / 16;
          b += lab.b[(by * 4 + y) * 64 + bx * 4 + x] / 16;
        }
      expect(ab.data[by * 16 + bx] * 110).toBeCloseTo(a, 2);
      expect(ab.data[256 + by * 16 + bx] * 110).toBeCloseTo(b, 2);
    }
  });

  it('hints are none in about half of the samples, and true where they are', () => {
    const ab = chromaOf(picture);
    let none = 0;
    for (let i = 0; i < 400; i++) {
      const hints = drawHints(ab, seeded('h', i));
      const mask = hints.data.subarray(512);
      const set = mask.reduce((sum, v) => sum + v, 0);
      if (set === 0) none++;
      for (let p = 0; p < 256; p++) {
        if (mask[p] === 0) expect([hints.data[p], hints.data[256 + p]]).toEqual([0, 0]);
        // A hint of 1 or 2 pixels' side is the mean of the truth under it: within the range of the neighbours.
        else {
          const near = [p, p + 1, p - 1, p + 16, p - 16, p + 17, p - 17, p + 15, p - 15].map(
            (q) => ab.data[q] ?? ab.data[p],
          );
          expect(hints.data[p]).toBeGreaterThanOrEqual(Math.min(...near) - 1e-6);
          expect(hints.data[p]).toBeLessThanOrEqual(Math.max(...near) + 1e-6);
        }
      }
    }
    expect(none / 400).toBeGreaterThan(0.4);
    expect(none / 400).toBeLessThan(0.6);
  });

  it('the filler sees nothing inside the hole, and everything around it', () => {
    const mask = planar(64, 64, 1);
    mask.data.fill(1, 100, 300);
    const tensors = emptyTensors('filler', 2, 64);
    fillTensors('filler', tensors, 1, { input: picture, target: picture, mask }, seeded(1));
    const n = 64 * 64;
    const x = tensors['x'].data.subarray(3 * n);
    const y = tensors['y'].data.subarray(3 * n);
    for (let i = 0; i < n; i++)
      for (let c = 0; c < 3; c++) {
        expect(x[c * n + i]).toBe(mask.data[i] === 1 ? 0 : picture.data[c * n + i]);
        expect(y[c * n + i]).toBe(picture.data[c * n + i]);
      }
    expect(tensors['x'].data.subarray(0, 3 * n).every((v) => v === 0)).toBe(true);
  });
});
