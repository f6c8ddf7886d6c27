/** Pieces of a frame that neither neighbour has. */
import { describe, expect, it } from 'vitest';
import { seeded } from '../../../../../app/random.ts';
import { findRegions } from './regions.ts';
import { dirtTuning } from './tuning.ts';

const size = { width: 160, height: 120 };
const grainy = (name: string, of: (x: number, y: number) => number): Uint8Array => {
  const random = seeded(name);
  return Uint8Array.from({ length: size.width * size.height }, (_, i) =>
    Math.round(of(i % size.width, Math.floor(i / size.width)) + random.normal(0, 2)),
  );
};

describe('findRegions', () => {
  const before = grainy('before', () => 100);
  const after = grainy('after', () => 100);
  it('takes a speck for one piece', () => {
    const c = grainy('here', (x, y) => (Math.hypot(x - 80, y - 60) < 4 ? 180 : 100));
    const found = findRegions(c, before, after, size, dirtTuning(0.5), 14);
    expect(found).toHaveLength(1);
    expect(Math.hypot(found[0].x - 80, found[0].y - 60)).toBeLessThan(1);
  });
  it('takes no pixel twice in a frame that is lighter all over, and one that is much lighter for one piece', () => {
    for (const level of [125, 140]) {
      const c = grainy('here', () => level);
      const found = findRegions(c, before, after, size, dirtTuning(0.5), 14);
      const all = found.flatMap((r) => [...r.pixels]);
      expect(new Set(all).size).toBe(all.length);
      if (level === 140) expect(found).toHaveLength(1);
    }
  });
});
