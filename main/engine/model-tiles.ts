/**
 * Pictures of any size through a network whose sizes are fixed when its graph is written. Planes are mirrored up to
 * the multiple that the network wants; what is larger than a tile is cut into tiles that all have one size, lie on the
 * network's own grid, and overlap by twice its reach: every pixel is taken from a tile in which all that it depends on
 * is in view, so the tiles give what the whole would have given, without blending. A device that says 'too big' gets
 * half the tile.
 */
import { RevealError } from '../../app/contract/messages.ts';
import type { Planar } from '../../app/planar.ts';
import { planar } from '../../app/planar.ts';
import { say } from '../../app/words/sentences.ts';
import { mirror } from './tiles.ts';

/** One tile along one axis: it begins at `at`; of its answer `from`..`to` (of the picture) is used. */
export interface AxisTile {
  at: number;
  from: number;
  to: number;
}
export interface AxisTiles {
  /** Side of every tile. */
  size: number;
  tiles: AxisTile[];
}

const upTo = (n: number, multiple: number): number => Math.ceil(n / multiple) * multiple;

/**
 * Tiles over `length` pixels (a multiple of `multiple`), each at most `most`, in even steps. A tile's border is either
 * the picture's or at least `reach` away from what is used of it.
 */
export function axisTiles(length: number, most: number, reach: number, multiple: number): AxisTiles {
  const largest = Math.floor(most / multiple) * multiple;
  if (length <= largest) return { size: length, tiles: [{ at: 0, from: 0, to: length }] };
  // Starts are rounded to the grid: the overlap must bear that.
  const lap = 2 * upTo(reach, multiple) + multiple;
  if (largest <= lap)
    throw new RangeError(`a tile of ${most} pixels leaves nothing beside a reach of ${reach}`);
  const count = Math.ceil((length - lap) / (largest - lap));
  const size = Math.min(largest, upTo(Math.ceil((length - lap) / count) + lap, multiple));
  const starts = Array.from(
    { length: count },
    (_, i) => Math.floor((i * (length - size)) / (count - 1) / multiple) * multiple,
  );
  const border = (i: number): number => Math.floor((starts[i] + starts[i - 1] + size) / 2);
  return {
    size,
    tiles: starts.map((at, i) => ({
      at,
      from: i === 0 ? 0 : border(i),
      to: i === count - 1 ? length : border(i + 1),
    })),
  };
}

/** Sides that small pictures are rounded up to, so that few graphs serve many sizes: an eighth more at most. */
export function classSide(side: number, multiple: number): number {
  const step = Math.max(multiple, 2 ** Math.max(0, Math.floor(Math.log2(side)) - 3));
  return upTo(upTo(side, step), multiple);
}

/** A part of planes, mirrored where it lies beyond them. */
export function mirroredPart(planes: Planar, x: number, y: number, width: number, height: number): Planar {
  const out = planar(width, height, planes.channels);
  const inside = Math.max(0, Math.min(width, planes.width - x));
  for (let c = 0; c < planes.channels; c++)
    for (let j = 0; j < height; j++) {
      const row = (c * planes.height + mirror(y + j, planes.height)) * planes.width;
      const to = (c * height + j) * width;
      out.data.set(planes.data.subarray(row + x, row + x + inside), to);
      for (let i = inside; i < width; i++) out.data[to + i] = planes.data[row + mirror(x + i, planes.width)];
    }
  return out;
}

/** Copies a part of an answer to its place in the whole. */
function place(
  from: Planar,
  fx: number,
  fy: number,
  into: Planar,
  x: number,
  y: number,
  w: number,
  h: number,
): void {
  for (let c = 0; c < into.channels; c++)
    for (let j = 0; j < h; j++) {
      const at = (c * from.height + fy + j) * from.width + fx;
      into.data.set(from.data.subarray(at, at + w), (c * into.height + y + j) * into.width + x);
    }
}

/** Runs tensors of one size; 'too-big' where the device has no memory for it. */
export type TileRun = (
  planes: Record<string, Planar>,
  signal?: AbortSignal,
) => Promise<Record<string, Planar> | 'too-big'>;

export interface TiledOptions {
  multiple: number;
  /** null: whole or not at all. */
  reach: number | null;
  /** Side of the largest tile. */
  most: number;
  /** Planes of this size come again and again: they are not rounded up to a size that others share. */
  exact?: boolean;
  /** Told the side that worked after 'too-big', so that the next picture begins with it. */
  onSmaller?: (side: number) => void;
  signal?: AbortSignal;
  onProgress?: (share: number) => void;
}

/**
 * Planes of any size through `run`. Outputs whose size is a whole multiple or fraction of the inputs' (an upscaler,
 * chroma at a quarter) are cut accordingly, rounded up.
 * @throws RevealError 'cancelled' between tiles, 'engine' when even the smallest tile is too big
 */
export async function runTiled(
  planes: Record<string, Planar>,
  run: TileRun,
  options: TiledOptions,
): Promise<Record<string, Planar>> {
  const { multiple, reach, signal, onProgress, exact = false } = options;
  const all = Object.entries(planes);
  if (all.length === 0) throw new RangeError('a network needs planes');
  const [, { width, height }] = all[0];
  for (const [name, p] of all)
    if (p.width !== width || p.height !== height)
      throw new RangeError(`${name} has ${p.width}x${p.height} pixels instead of ${width}x${height}`);
  const least = reach === null ? Infinity : 2 * upTo(reach, multiple) + 4 * multiple;
  let most = reach === null ? Infinity : Math.max(options.most, least);
  for (;;) {
    const fits = width <= most && height <= most;
    const padded = (n: number): number => (fits && !exact ? classSide(n, multiple) : upTo(n, multiple));
    const across = axisTiles(padded(width), Math.max(most, padded(1)), reach ?? 0, multiple);
    const down = axisTiles(padded(height), Math.max(most, padded(1)), reach ?? 0, multiple);
    const result: Record<string, Planar> = {};
    const total = across.tiles.length * down.tiles.length;
    let done = 0;
    let tooBig = false;
    for (const row of down.tiles) {
      for (const column of across.tiles) {
        if (signal?.aborted) throw new RevealError('cancelled', 'Cancelled.');
        const part = Object.fromEntries(
          all.map(([name, p]) => [name, mirroredPart(p, column.at, row.at, across.size, down.size)]),
        );
        const answer = await run(part, signal);
        if (answer === 'too-big') {
          tooBig = true;
          break;
        }
        for (const [name, tile] of Object.entries(answer)) {
          const factor = tile.width / across.size;
          const scaled = (n: number): number => Math.ceil(n * factor);
          result[name] ??= planar(scaled(width), scaled(height), tile.channels);
          const into = result[name];
          const x = scaled(column.from);
          const y = scaled(row.from);
          const w = Math.min(scaled(column.to), into.width) - x;
          const h = Math.min(scaled(row.to), into.height) - y;
          if (w > 0 && h > 0) place(tile, x - scaled(column.at), y - scaled(row.at), into, x, y, w, h);
        }
        onProgress?.(++done / total);
      }
      if (tooBig) break;
    }
    if (!tooBig) return result;
    const side = Math.max(across.size, down.size);
    const smaller = Math.max(least, Math.floor(side / 2));
    if (!(smaller < side)) throw new RevealError('engine', say('memory-tile', { side: String(side) }));
    most = smaller;
    options.onSmaller?.(smaller);
  }
}
