import { describe, expect, it } from 'vitest';
import { components, morph } from './masks.ts';

const mask = (rows: readonly string[]): Uint8Array =>
  Uint8Array.from(rows.join(''), (c) => (c === '#' ? 1 : 0));
const picture = (m: Uint8Array, width: number): string[] =>
  Array.from({ length: m.length / width }, (_, y) =>
    Array.from(m.subarray(y * width, (y + 1) * width), (v) => (v ? '#' : '.')).join(''),
  );

describe('growing and shrinking', () => {
  it('grow a cell to a square, and shrink it away', () => {
    const one = mask(['.....', '.....', '..#..', '.....']);
    expect(picture(morph(one, 5, 4, 1, true), 5)).toEqual(['.....', '.###.', '.###.', '.###.']);
    expect(picture(morph(one, 5, 4, 1, false), 5)).toEqual(['.....', '.....', '.....', '.....']);
  });

  it('neither erode nor grow at the border by itself', () => {
    const full = mask(['###', '###', '###']);
    expect(morph(full, 3, 3, 2, false)).toEqual(full);
    expect(picture(morph(mask(['#..', '...', '...']), 3, 3, 1, true), 3)).toEqual(['##.', '##.', '...']);
  });

  it('are what looking at each neighbourhood gives', () => {
    const [width, height] = [23, 17];
    const m = Uint8Array.from({ length: width * height }, (_, i) => ((i * i * 31) % 97 < 40 ? 1 : 0));
    for (const grow of [true, false])
      for (const r of [0, 1, 3, 30]) {
        const wanted = Uint8Array.from(m, (_, p) => {
          const [x, y] = [p % width, Math.floor(p / width)];
          for (let j = Math.max(0, y - r); j <= Math.min(height - 1, y + r); j++)
            for (let i = Math.max(0, x - r); i <= Math.min(width - 1, x + r); i++)
              if ((m[j * width + i] === 1) === grow) return grow ? 1 : 0;
          return grow ? 0 : 1;
        });
        expect(morph(m, width, height, r, grow)).toEqual(wanted);
      }
  });
});

describe('connected parts', () => {
  it('are counted, boxed and centred in the order of their first cells', () => {
    const { blobs, labels } = components(mask(['.#..#', '.#...', '##.##']), 5, 3);
    expect(blobs).toEqual([
      { area: 4, x0: 0, y0: 0, x1: 1, y1: 2, cx: 0.75, cy: 1.25, label: 1 },
      { area: 1, x0: 4, y0: 0, x1: 4, y1: 0, cx: 4, cy: 0, label: 2 },
      { area: 2, x0: 3, y0: 2, x1: 4, y1: 2, cx: 3.5, cy: 2, label: 3 },
    ]);
    expect(Array.from(labels)).toEqual([0, 1, 0, 0, 2, 0, 1, 0, 0, 0, 1, 1, 0, 3, 3]);
  });

  it('join where arms meet below, and do not join over corners or the ends of rows', () => {
    expect(components(mask(['#.#.#', '#.#.#', '#####']), 5, 3).blobs.map((b) => b.area)).toEqual([11]);
    expect(components(mask(['#.', '.#']), 2, 2).blobs.map((b) => b.area)).toEqual([1, 1]);
    expect(components(mask(['..#', '#..']), 3, 2).blobs.map((b) => b.area)).toEqual([1, 1]);
  });

  it('of few cells are left out when asked, with their labels kept', () => {
    const { blobs, labels } = components(mask(['#.##.']), 5, 1, 2);
    expect(blobs.map((b) => [b.area, b.label])).toEqual([[2, 2]]);
    expect(Array.from(labels)).toEqual([1, 0, 2, 2, 0]);
  });

  it('follow a spiral', () => {
    const rows = ['#######', '......#', '#####.#', '#...#.#', '#.#.#.#', '#.###.#', '#.....#', '#######'];
    expect(components(mask(rows), 7, 8).blobs.map((b) => b.area)).toEqual([
      rows.join('').replaceAll('.', '').length,
    ]);
  });
});
