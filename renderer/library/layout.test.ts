import { describe, expect, it } from 'vitest';
import {
  boxOf,
  layOut,
  neighbour,
  NO_GROUP,
  positionsIn,
  rowAt,
  rowExtent,
  type TableIndex,
} from './layout.ts';

function table(aspects: number[], groups: number[] = aspects.map(() => NO_GROUP)): TableIndex {
  return {
    ids: Int32Array.from(aspects, (_, i) => 100 + i),
    aspects: Float32Array.from(aspects),
    groups: Int32Array.from(groups),
  };
}
const options = { width: 1000, rowHeight: 200, gap: 10, caption: 20, header: 0 };

describe('layOut', () => {
  it('fills every full row to the pixel and keeps each frame its shape', () => {
    const index = table([1.5, 1.5, 1, 0.667, 1.5, 1.5, 1.778, 1.5]);
    const layout = layOut(index, options);
    for (let row = 0; row < layout.rows - 1; row++) {
      const last = boxOf(layout, index, layout.end[row] - 1);
      expect(last.x + last.w).toBeCloseTo(1000, 2);
    }
    for (let i = 0; i < 8; i++) {
      const box = boxOf(layout, index, i);
      expect(box.w / box.h).toBeCloseTo(index.aspects[i], 4);
    }
  });

  it('leaves a last row at the wished height and shrinks a panorama that is too wide', () => {
    const one = layOut(table([1.5]), options);
    expect(one.height[0]).toBe(200);
    const panorama = layOut(table([10]), options);
    expect(panorama.height[0]).toBe(100);
  });

  it('stacks rows without overlap, headers included, and adds up to the total', () => {
    const index = table([1.5, 1.5, 1.5, 1.5, 1.5, 1.5], [1, 1, 1, 1, 2, 2]);
    const layout = layOut(index, { ...options, header: 60 });
    const kinds = [...layout.first].map((f, r) => (layout.end[r] === f ? 'header' : 'frames'));
    expect(kinds).toEqual(['header', 'frames', 'frames', 'header', 'frames']);
    for (let row = 1; row < layout.rows; row++)
      expect(layout.top[row]).toBeGreaterThanOrEqual(layout.top[row - 1] + rowExtent(layout, row - 1));
    expect(layout.total).toBeCloseTo(layout.top[4] + layout.height[4] + 20 + 10, 5);
    expect([...layout.rowOf]).toEqual([1, 1, 1, 2, 4, 4]);
  });

  it('lays out 20,000 frames well within one frame of the screen', () => {
    const aspects = Array.from({ length: 20_000 }, (_, i) => [1.5, 0.667, 1, 1.25][i % 4]);
    const index = table(
      aspects,
      aspects.map((_, i) => Math.floor(i / 36)),
    );
    layOut(index, { ...options, header: 60 });
    const started = performance.now();
    const layout = layOut(index, { ...options, header: 60 });
    expect(performance.now() - started).toBeLessThan(50);
    expect(layout.end[layout.rows - 1]).toBe(20_000);
  });
});

describe('finding frames', () => {
  const index = table([1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5], [1, 1, 1, 1, 2, 2, 2]);
  const layout = layOut(index, { ...options, header: 60 });

  it('finds the row at a height by its top', () => {
    for (let row = 0; row < layout.rows; row++) expect(rowAt(layout, layout.top[row] + 1)).toBe(row);
    expect(rowAt(layout, -50)).toBe(0);
    expect(rowAt(layout, 1e9)).toBe(layout.rows - 1);
  });

  it('a rubber band takes the frames it touches and no others', () => {
    const a = boxOf(layout, index, 1);
    expect(positionsIn(layout, index, { x: a.x + 5, y: a.y + 5, w: 10, h: 10 })).toEqual([1]);
    expect(positionsIn(layout, index, { x: a.x + a.w - 2, y: a.y + 5, w: 20, h: 1 })).toEqual([1, 2]);
    // Between the caption of the first row and the header of the next group there is nothing to take.
    expect(positionsIn(layout, index, { x: 0, y: a.y + a.h + 1, w: 1000, h: 3 })).toEqual([]);
    expect(positionsIn(layout, index, { x: 0, y: 0, w: 1000, h: layout.total })).toHaveLength(7);
  });

  it('arrows go to the nearest frame, over headers, and stop at the edges', () => {
    expect(neighbour(layout, index, 1, 'down')).toBe(3);
    expect(neighbour(layout, index, 3, 'down')).toBe(4);
    expect(neighbour(layout, index, 4, 'up')).toBe(3);
    expect(neighbour(layout, index, 0, 'up')).toBe(0);
    expect(neighbour(layout, index, 0, 'left')).toBe(0);
    expect(neighbour(layout, index, 6, 'right')).toBe(6);
    expect(neighbour(layout, index, 2, 'end')).toBe(6);
  });
});
