import { describe, expect, it } from 'vitest';
import { shapesOf } from './regions.ts';
import { atBorder, doubtOf, rowsOf } from './sense.ts';

const W = 200;
const H = 120;
function shapes(spots: [number, number, number][]) {
  const mask = new Uint8Array(W * H);
  for (const [x, y, r] of spots)
    for (let v = -r; v <= r; v++) for (let u = -r; u <= r; u++) mask[(y + v) * W + x + u] = 1;
  return shapesOf(mask, W, H, () => true);
}

describe('what is no damage', () => {
  it('beads in a row, bent a little, but not scattered dust beside them', () => {
    const beads = Array.from({ length: 8 }, (_, k): [number, number, number] => [30 + 9 * k, 40 + k * k, 1]);
    const dust: [number, number, number][] = [
      [150, 20, 1],
      [171, 90, 1],
      [20, 100, 1],
      [120, 14, 2],
    ];
    const all = shapes([...beads, ...dust]);
    const row = rowsOf(all);
    const named = [...row].map((k) => [all[k].x + 1, all[k].y + 1]).sort((a, b) => a[0] - b[0]);
    expect(named).toEqual(beads.map(([x, y]) => [x, y]));
  });
  it('four spots are no row', () => {
    expect(rowsOf(shapes([0, 1, 2, 3].map((k) => [30 + 9 * k, 40, 1]))).size).toBe(0);
  });
  it('the edge of the scan', () => {
    const [edge, inside] = shapes([
      [1, 50, 1],
      [100, 60, 1],
    ]).sort((a, b) => a.x - b.x);
    expect(atBorder(edge, W, H)).toBe(true);
    expect(atBorder(inside, W, H)).toBe(false);
  });
  it('large compact spots are doubted, small ones are not', () => {
    const [small] = shapes([[50, 50, 0]]);
    const [large] = shapes([[50, 50, 10]]);
    expect(doubtOf(small, W, H)).toBe(0);
    expect(doubtOf(large, W, H)).toBe(3);
  });
});
