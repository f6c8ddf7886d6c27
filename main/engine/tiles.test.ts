import { describe, expect, it } from 'vitest';
import { evenGrid, featherWeights, mirror, runTiles } from './tiles.ts';
import type { Tile, TileOptions, TileSink, TileSource } from './tiles.ts';

/** A picture whose value tells its position, so that any misplaced pixel shows. */
function source(
  width: number,
  height: number,
  channels = 3,
): TileSource & { data: Float32Array; reads: [number, number][] } {
  const data = new Float32Array(width * height * channels);
  for (let i = 0; i < data.length; i++) data[i] = Math.sin(i * 0.37) * 0.5 + (i % 11) / 11;
  const reads: [number, number][] = [];
  return {
    width,
    height,
    channels,
    data,
    reads,
    read: async (y0, y1) => {
      reads.push([y0, y1]);
      return data.slice(y0 * width * channels, y1 * width * channels);
    },
  };
}
function sink(
  width: number,
  height: number,
  channels = 3,
): TileSink & { data: Float32Array; next: number; largest: number } {
  const data = new Float32Array(width * height * channels).fill(Number.NaN);
  const self = {
    channels,
    data,
    next: 0,
    largest: 0,
    write: async (y0: number, y1: number, rows: ArrayLike<number>) => {
      expect(y0).toBe(self.next);
      self.next = y1;
      self.largest = Math.max(self.largest, y1 - y0);
      expect(rows.length).toBe((y1 - y0) * width * channels);
      data.set(rows, y0 * width * channels);
    },
  };
  return self;
}
const square = async (tile: Tile) => tile.data.map((v) => v * v + 0.1);

/** 5x5 mean with mirrored borders, on the tile alone. */
async function blur(tile: Tile): Promise<Float32Array> {
  const { width, height, channels, data } = tile;
  const out = new Float32Array(data.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < channels; c++) {
        let s = 0;
        for (let j = -2; j <= 2; j++)
          for (let i = -2; i <= 2; i++)
            s += data[(mirror(y + j, height) * width + mirror(x + i, width)) * channels + c];
        out[(y * width + x) * channels + c] = s / 25;
      }
  return out;
}
function worst(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  let w = 0;
  for (let i = 0; i < a.length; i++) {
    const d = Math.abs(a[i] - b[i]);
    if (!(d <= w)) w = d;
  }
  return w;
}
async function tiled(width: number, height: number, fn: typeof blur, options: TileOptions) {
  const from = source(width, height);
  const to = sink(width, height);
  await runTiles(from, to, fn as never, options);
  expect(to.next).toBe(height);
  return { from, to };
}

describe('even grid', () => {
  it('covers the axis with equal tiles and at least the overlap', () => {
    for (const length of [1, 7, 64, 65, 100, 1000, 1023])
      for (const max of [16, 64, 100])
        for (const overlap of [0, 4, 8])
          for (const multiple of [1, 8]) {
            const grid = evenGrid(length, max, overlap, multiple, 0);
            expect(grid.size % multiple).toBe(0);
            expect(grid.size).toBeLessThanOrEqual(Math.max(max, multiple));
            expect(grid.starts[0]).toBe(0);
            grid.starts.slice(1).forEach((s, i) => {
              expect(grid.starts[i] + grid.size - s).toBeGreaterThanOrEqual(overlap);
            });
            const end = grid.starts[grid.starts.length - 1] + grid.size;
            expect(end).toBeGreaterThanOrEqual(length);
            if (grid.starts.length > 1) expect(end).toBe(length);
          }
  });
  it('weights of two neighbours sum to one', () => {
    const a = featherWeights(10, 0, 6);
    const b = featherWeights(10, 6, 0);
    for (let i = 0; i < 6; i++) expect(a[4 + i] + b[i]).toBeCloseTo(1, 12);
  });
});

describe('tiled equals whole', () => {
  it('for a pointwise function with feathered overlap', async () => {
    const { from, to } = await tiled(83, 131, square as never, { maxTile: 32, overlap: 8, minTile: 8 });
    expect(
      worst(to.data, await square({ x: 0, y: 0, width: 83, height: 131, channels: 3, data: from.data })),
    ).toBeLessThan(1e-6);
  });
  it('for a function with a reach, given the margin', async () => {
    for (const [w, h] of [
      [83, 131],
      [40, 7],
      [5, 90],
      [1, 1],
    ]) {
      const { from, to } = await tiled(w, h, blur, {
        maxTile: 40,
        overlap: 6,
        margin: 2,
        multiple: 8,
        minTile: 24,
      });
      const whole = await blur({ x: 0, y: 0, width: w, height: h, channels: 3, data: from.data });
      // At the picture's own border a whole run mirrors in the same way as the driver's padding does.
      expect(worst(to.data, whole)).toBeLessThan(1e-6);
    }
  });
  it('shows the difference when the margin is too small (so the test can fail)', async () => {
    const { from, to } = await tiled(83, 131, blur, { maxTile: 40, overlap: 6, margin: 0, minTile: 24 });
    const whole = await blur({ x: 0, y: 0, width: 83, height: 131, channels: 3, data: from.data });
    expect(worst(to.data, whole)).toBeGreaterThan(1e-3);
  });
  it('reads each row once and keeps 16 bits in whole-row mode', async () => {
    const data = new Uint16Array(20 * 50).map((_, i) => i * 7);
    const reads: number[] = [];
    const out = new Uint16Array(20 * 50);
    await runTiles(
      {
        width: 20,
        height: 50,
        channels: 1,
        read: async (a, b) => {
          for (let y = a; y < b; y++) reads.push(y);
          return data.subarray(a * 20, b * 20);
        },
      },
      {
        channels: 1,
        write: async (a, _b, rows) => {
          expect(rows).toBeInstanceOf(Uint16Array);
          out.set(rows, a * 20);
        },
      },
      async (tile) => (tile.data as Uint16Array).map((v) => v + 1),
      { maxTile: 12, minTile: 2, fullWidth: true },
    );
    expect(reads).toEqual(Array.from({ length: 50 }, (_, i) => i));
    expect(out).toEqual(data.map((v) => v + 1));
  });
});

describe('bounded and robust', () => {
  it('goes on with smaller tiles when told too-big, keeping finished rows', async () => {
    let refused = 0;
    const fn = async (tile: Tile) => {
      if (tile.y > 60 && tile.width > 24) {
        refused++;
        return 'too-big' as const;
      }
      return square(tile);
    };
    const from = source(70, 150);
    const to = sink(70, 150);
    const { tile } = await runTiles(from, to, fn, { maxTile: 40, minTile: 20, overlap: 6 });
    expect(refused).toBeGreaterThan(0);
    expect(tile).toBe(20);
    expect(to.next).toBe(150);
    expect(
      worst(to.data, await square({ x: 0, y: 0, width: 70, height: 150, channels: 3, data: from.data })),
    ).toBeLessThan(1e-6);
    const rows = from.reads.flatMap(([a, b]) => Array.from({ length: b - a }, (_, i) => a + i));
    expect(new Set(rows).size).toBe(rows.length);
  });
  it('says so when even the smallest tile is too big', async () => {
    await expect(
      runTiles(source(50, 50), sink(50, 50), async () => 'too-big', { maxTile: 40, minTile: 20 }),
    ).rejects.toMatchObject({ code: 'engine' });
  });
  it('holds no more rows for a taller picture', async () => {
    const measure = async (height: number) => {
      const from = source(16, height);
      const to = sink(16, height);
      await runTiles(from, to, square, { maxTile: 32, overlap: 8, minTile: 8 });
      return [Math.max(...from.reads.map(([a, b]) => b - a)), to.largest];
    };
    const [readA, writeA] = await measure(400);
    const [readB, writeB] = await measure(4000);
    expect(readB).toBeLessThanOrEqual(Math.max(readA, 32));
    expect(writeB).toBeLessThanOrEqual(Math.max(writeA, 32));
  });
  it('stops between tiles when cancelled', async () => {
    const stop = new AbortController();
    let count = 0;
    await expect(
      runTiles(
        source(64, 64),
        sink(64, 64),
        async (tile) => {
          if (++count === 3) stop.abort();
          return square(tile);
        },
        { maxTile: 16, minTile: 8, signal: stop.signal },
      ),
    ).rejects.toMatchObject({ code: 'cancelled' });
    expect(count).toBe(3);
  });
});
