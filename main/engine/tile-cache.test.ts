import { describe, expect, it } from 'vitest';
import { planar } from '../../app/planar.ts';
import { seeded } from '../../app/random.ts';
import { sourceOf } from '../actions/picture/source.ts';
import { cachedSource, TileShelf } from './tile-cache.ts';

describe('tiles that are kept', () => {
  it('give what the source gives, compute each tile once, and hold no more than they may', async () => {
    const picture = planar(70, 50, 3);
    const random = seeded('tiles');
    for (let i = 0; i < picture.data.length; i++) picture.data[i] = random.uniform(0, 1);
    const inner = sourceOf(picture);
    const reads: string[] = [];
    const counted = {
      ...inner,
      read: (rect: { x: number; y: number; w: number; h: number }) => {
        reads.push(`${rect.x},${rect.y}`);
        return inner.read(rect);
      },
    };
    const cached = cachedSource(counted, new TileShelf(1e6), 16);
    for (const rect of [
      { x: 0, y: 0, w: 70, h: 50 },
      { x: 15, y: 15, w: 2, h: 2 },
      { x: 60, y: 33, w: 10, h: 17 },
    ])
      expect((await cached.read(rect)).data).toEqual((await inner.read(rect)).data);
    expect(new Set(reads).size).toBe(reads.length);
    // Room for one tile: the next read of the first computes it again.
    const small = cachedSource(counted, new TileShelf(16 * 16 * 12), 16);
    reads.length = 0;
    await small.read({ x: 0, y: 0, w: 40, h: 10 });
    await small.read({ x: 0, y: 0, w: 10, h: 10 });
    expect(reads).toEqual(['0,0', '16,0', '32,0', '0,0']);
    // Two pictures have one shelf: tiles of the one go for the other's.
    const shelf = new TileShelf(3 * 16 * 16 * 12);
    const [one, two] = [cachedSource(counted, shelf, 16), cachedSource(counted, shelf, 16)];
    reads.length = 0;
    await one.read({ x: 0, y: 0, w: 32, h: 10 });
    await two.read({ x: 32, y: 0, w: 32, h: 10 });
    expect(shelf.bytes).toBe(3 * 16 * 16 * 12);
    await one.read({ x: 16, y: 0, w: 10, h: 10 });
    await one.read({ x: 0, y: 0, w: 10, h: 10 });
    expect(reads).toEqual(['0,0', '16,0', '32,0', '48,0', '0,0']);
    expect(shelf.bytes).toBe(3 * 16 * 16 * 12);
  });
});
