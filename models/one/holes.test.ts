/** Holes are found, whatever their colour; skies, frames and blocks of JPEG are none. */
import { describe, expect, it } from 'vitest';
import { Graph } from '../../app/graph/graph.ts';
import { evaluate } from '../../app/graph/evaluate.ts';
import { seeded } from '../../app/random.ts';
import { holes } from './holes.ts';

const SIDE = 64;
/** What is found in a lively picture of which `cover` replaces pixels by a grey. */
function found(cover: (x: number, y: number) => number | null): Float64Array {
  const random = seeded('holes');
  const pixels = SIDE * SIDE;
  const input = new Float32Array(3 * pixels);
  for (let i = 0; i < pixels; i++) {
    const [x, y] = [i % SIDE, Math.floor(i / SIDE)];
    const over = cover(x, y);
    for (let c = 0; c < 3; c++)
      input[c * pixels + i] = over ?? 0.3 + 0.1 * c + 0.1 * Math.sin(x / 5) + 0.03 * random.next();
  }
  const graph = new Graph();
  const [hole] = evaluate([holes(graph.input('x', [1, 3, SIDE, SIDE]))], { x: input });
  return Float64Array.from(hole.data);
}
const count = (mask: Float64Array): number => mask.reduce((a, b) => a + b, 0);
const inside = (x: number, y: number): boolean => x >= 20 && x < 40 && y >= 12 && y < 30;

describe('holes', () => {
  it.each([0, 0.8, 1])('finds a patch of %d and little more', (colour) => {
    const mask = found((x, y) => (inside(x, y) ? colour : null));
    for (let i = 0; i < mask.length; i++) if (inside(i % SIDE, Math.floor(i / SIDE))) expect(mask[i]).toBe(1);
    expect(count(mask)).toBeLessThanOrEqual(22 * 20);
  });

  it('takes the light paper along a tear with it', () => {
    const mask = found((x, y) => (x + y < 40 ? 0 : x + y < 42 ? 0.9 : null));
    for (let x = 0; x < 40; x++) expect([x, mask[(40 - x) * SIDE + x]]).toEqual([x, 1]);
  });

  it('leaves a picture without holes, a sky that runs into white, and flat colours that run into each other', () => {
    expect(count(found(() => null))).toBe(0);
    expect(count(found((_x, y) => Math.min(1, 1.3 - 0.01 * y)))).toBe(0);
    expect(count(found((x, y) => 0.5 + 0.004 * (Math.floor(x / 8) + Math.floor(y / 8))))).toBe(0);
  });

  it('leaves a straight frame, black or white', () => {
    for (const colour of [0, 1])
      expect(count(found((x, y) => (x < 6 || y < 6 || x >= SIDE - 6 || y >= SIDE - 6 ? colour : null)))).toBe(
        0,
      );
  });
});
