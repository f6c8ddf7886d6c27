/**
 * Runs a picture through a function tile by tile, with memory that depends on the picture's width but not on
 * its height. Rows stream from a source, finished rows stream into a sink. Tiles are of even size; where they
 * overlap they are blended with a raised cosine; a margin (the reach of the function) is given to the tile
 * and cut off its answer; what lies outside the picture is mirrored. A tile function may answer 'too-big':
 * the tile is halved and the work goes on from the row it had reached.
 */
import type { Samples } from '../../app/picture.ts';
import { RevealError } from '../../app/contract/messages.ts';
import { say } from '../../app/words/sentences.ts';

/** Where pixels come from. Rows are asked for in ascending order, each once. Interleaved, `width * channels` a row. */
export interface TileSource {
  width: number;
  height: number;
  channels: number;
  read(y0: number, y1: number): Promise<Samples>;
}
/** Where finished rows go, in ascending order, each once. `rows` may be reused by the driver after the promise resolves. */
export interface TileSink {
  channels: number;
  write(y0: number, y1: number, rows: Samples): Promise<void>;
}
/** What a tile function receives: `width` x `height` pixels whose top left corner is (x, y) of the picture (negative in the mirrored part). */
export interface Tile {
  x: number;
  y: number;
  width: number;
  height: number;
  channels: number;
  data: Samples;
}
/** Answers as many pixels as it was given, with the sink's channels; or 'too-big' (out of memory: try smaller). */
export type TileFunction = (tile: Tile, signal?: AbortSignal) => Promise<Samples | 'too-big'>;

export interface TileOptions {
  /** Largest tile side in pixels, margins included. */
  maxTile: number;
  /** Smallest side to try after 'too-big'. */
  minTile?: number;
  /** Pixels over which neighbours are blended. */
  overlap?: number;
  /** Reach of the function: pixels given on each side and cut off the answer. */
  margin?: number;
  /** Tile sides (margins included) are multiples of this. */
  multiple?: number;
  /** Use whole rows: tiles are as wide as the picture (only the height is tiled). */
  fullWidth?: boolean;
  /** Tiles of one row handed out at the same time. */
  parallel?: number;
  signal?: AbortSignal;
  onProgress?: (doneRows: number, totalRows: number) => void;
}

/** Even division of one axis: tiles of `size` at `starts`; `size` may exceed the axis (then it is mirrored). */
export interface AxisGrid {
  size: number;
  starts: number[];
}

/**
 * Divides `length` pixels into as few tiles as fit under `maxSize`, all of one size, evenly spread, with at
 * least `overlap` pixels between neighbours. `size + 2 * margin` is a multiple of `multiple`.
 */
export function evenGrid(
  length: number,
  maxSize: number,
  overlap: number,
  multiple: number,
  margin: number,
): AxisGrid {
  const ceilTo = (n: number): number => Math.ceil((n + 2 * margin) / multiple) * multiple - 2 * margin;
  const floorTo = (n: number): number => Math.floor((n + 2 * margin) / multiple) * multiple - 2 * margin;
  const largest = Math.max(floorTo(maxSize), ceilTo(1));
  if (length <= largest) return { size: ceilTo(length), starts: [0] };
  const lap = Math.min(overlap, Math.floor(largest / 2));
  const count = Math.max(2, Math.ceil((length - lap) / (largest - lap)));
  const size = Math.min(largest, ceilTo(Math.ceil((length + (count - 1) * lap) / count)));
  const starts = Array.from({ length: count }, (_, i) => Math.round((i * (length - size)) / (count - 1)));
  return { size, starts };
}

/** Index of the pixel that is mirrored into position `i` of an axis of length `n` (edge pixel not repeated). */
export function mirror(i: number, n: number): number {
  if (n === 1) return 0;
  const period = 2 * (n - 1);
  const m = ((i % period) + period) % period;
  return m < n ? m : period - m;
}

/** Raised-cosine weights of one tile: `before`/`after` pixels are shared with the neighbours on each side. */
export function featherWeights(size: number, before: number, after: number): Float64Array {
  const w = new Float64Array(size).fill(1);
  for (let i = 0; i < before && i < size; i++) w[i] *= Math.sin(((i + 0.5) / before) * (Math.PI / 2)) ** 2;
  for (let i = 0; i < after && i < size; i++)
    w[size - 1 - i] *= Math.sin(((i + 0.5) / after) * (Math.PI / 2)) ** 2;
  return w;
}

/** Weights of every tile of a grid over `length` pixels, normalised so that they sum to 1 at each pixel. */
function gridWeights(grid: AxisGrid, length: number): Float64Array[] {
  const { size, starts } = grid;
  const weights = starts.map((start, i) =>
    featherWeights(
      size,
      i > 0 ? starts[i - 1] + size - start : 0,
      i + 1 < starts.length ? start + size - starts[i + 1] : 0,
    ),
  );
  const sum = new Float64Array(length);
  starts.forEach((start, i) => {
    for (let x = 0; x < size && start + x < length; x++) sum[start + x] += weights[i][x];
  });
  starts.forEach((start, i) => {
    for (let x = 0; x < size && start + x < length; x++) weights[i][x] /= sum[start + x];
  });
  return weights;
}

type Kind = { new (n: number): Samples };
const kindOf = (s: Samples): Kind => s.constructor as Kind;

/** The rows of the source that are needed now; older ones are dropped. */
class RowWindow {
  private readonly source: TileSource;
  private rows: Samples | null = null;
  private from = 0;
  private to = 0;
  constructor(source: TileSource) {
    this.source = source;
  }

  /** Makes rows y0..y1 (clamped to the picture) available; rows above y0 are forgotten. */
  async hold(y0: number, y1: number): Promise<void> {
    const { width, height, channels } = this.source;
    const first = Math.max(0, y0);
    const last = Math.min(height, y1);
    const stride = width * channels;
    const kept = this.rows && this.to > first ? this.rows.subarray((first - this.from) * stride) : null;
    const readFrom = kept ? this.to : first;
    if (readFrom >= last && kept) {
      this.rows = kept;
      this.from = first;
      return;
    }
    const fresh = await this.source.read(readFrom, last);
    if (fresh.length !== (last - readFrom) * stride)
      throw new RevealError('internal', 'A tile source answered another number of samples than asked for.');
    if (!kept) this.rows = fresh;
    else {
      const both = new (kindOf(fresh))(kept.length + fresh.length);
      both.set(kept, 0);
      both.set(fresh, kept.length);
      this.rows = both;
    }
    this.from = first;
    this.to = last;
  }

  /** Copies a tile, mirroring what lies outside the picture. Whole rows inside the picture are a view, not a copy. */
  tile(x: number, y: number, width: number, height: number): Tile {
    const { width: w, height: h, channels } = this.source;
    const rows = this.rows as Samples;
    const stride = w * channels;
    if (x === 0 && width === w && y >= this.from && y + height <= this.to) {
      const data = rows.subarray((y - this.from) * stride, (y - this.from + height) * stride);
      return { x, y, width, height, channels, data };
    }
    const data = new (kindOf(rows))(width * height * channels);
    for (let j = 0; j < height; j++) {
      const row = (mirror(y + j, h) - this.from) * stride;
      for (let i = 0; i < width; i++) {
        const px = x + i;
        if (px >= 0 && px < w) {
          const run = Math.min(width - i, w - px);
          data.set(
            rows.subarray(row + px * channels, row + (px + run) * channels),
            (j * width + i) * channels,
          );
          i += run - 1;
        } else {
          const at = row + mirror(px, w) * channels;
          for (let c = 0; c < channels; c++) data[(j * width + i) * channels + c] = rows[at + c];
        }
      }
    }
    return { x, y, width, height, channels, data };
  }
}

/** Rows being blended: weighted sums and the weight each row has got so far. */
class Blend {
  readonly stride: number;
  private sum: Float32Array = new Float32Array(0);
  private weight: Float64Array = new Float64Array(0);
  private from = 0;
  constructor(stride: number) {
    this.stride = stride;
  }

  /** Room for rows y0..y1; what was there stays. */
  reserve(y0: number, y1: number): void {
    const sum = new Float32Array((y1 - y0) * this.stride);
    const weight = new Float64Array(y1 - y0);
    const skip = y0 - this.from;
    if (skip < this.weight.length) {
      const rows = Math.min(this.weight.length - skip, y1 - y0);
      sum.set(this.sum.subarray(skip * this.stride, (skip + rows) * this.stride));
      weight.set(this.weight.subarray(skip, skip + rows));
    }
    this.sum = sum;
    this.weight = weight;
    this.from = y0;
  }

  addStrip(y0: number, rows: Float32Array, weights: Float64Array): void {
    const { stride } = this;
    for (let j = 0; j < weights.length; j++) {
      const at = (y0 + j - this.from) * stride;
      const w = weights[j];
      for (let i = 0; i < stride; i++) this.sum[at + i] += rows[j * stride + i] * w;
      this.weight[y0 + j - this.from] += w;
    }
  }

  /** Normalised rows y0..y1; `y0` is the first row held. */
  take(y0: number, y1: number): Float32Array {
    const { stride } = this;
    const out = this.sum.subarray((y0 - this.from) * stride, (y1 - this.from) * stride);
    for (let y = y0; y < y1; y++) {
      const w = this.weight[y - this.from];
      if (Math.abs(w - 1) < 1e-12) continue;
      const at = (y - y0) * stride;
      for (let i = 0; i < stride; i++) out[at + i] /= w;
    }
    return out;
  }
}

/** The answer of a tile without its margins, and without the rows that stick out of the picture. */
function cutMargins(
  answer: Samples,
  outWidth: number,
  margin: number,
  width: number,
  height: number,
  channels: number,
): Samples {
  if (
    answer.length % (outWidth * channels) !== 0 ||
    answer.length < (height + 2 * margin) * outWidth * channels
  )
    throw new RevealError('internal', 'A tile function answered another size than it was given.');
  if (margin === 0) return answer.subarray(0, height * width * channels);
  const out = new (kindOf(answer))(width * height * channels);
  for (let j = 0; j < height; j++) {
    const from = ((j + margin) * outWidth + margin) * channels;
    out.set(answer.subarray(from, from + width * channels), j * width * channels);
  }
  return out;
}

/** Adds a tile's rows, weighted by column, to a strip of the whole width. */
function addTile(
  strip: Float32Array,
  rows: Samples,
  x: number,
  weights: Float64Array,
  width: number,
  height: number,
  channels: number,
): void {
  const size = weights.length;
  const used = Math.min(size, width - x);
  for (let j = 0; j < height; j++)
    for (let i = 0; i < used; i++) {
      const w = weights[i];
      const to = (j * width + x + i) * channels;
      const from = (j * size + i) * channels;
      for (let c = 0; c < channels; c++) strip[to + c] += rows[from + c] * w;
    }
}

/**
 * Runs the whole picture. Blended answers reach the sink as Float32Array; when neighbours do not overlap and
 * tiles span whole rows, the function's answers reach the sink as they are (16 bits stay 16 bits).
 * Throws RevealError 'cancelled' on abort, 'engine' when even the smallest tile is too big.
 * @returns the tile side that worked in the end
 */
export async function runTiles(
  source: TileSource,
  sink: TileSink,
  fn: TileFunction,
  options: TileOptions,
): Promise<{ tile: number }> {
  const { margin = 0, multiple = 1, overlap = 0, parallel = 1, signal } = options;
  const { width, height } = source;
  const least = Math.max(options.minTile ?? 64, 2 * margin + 2 * overlap + 1, multiple);
  let side = Math.max(options.maxTile, least);
  const plain = overlap === 0 && options.fullWidth === true;
  const window = new RowWindow(source);
  const blend = plain ? null : new Blend(width * sink.channels);
  /** First row whose tile has not been computed yet. */
  let y = 0;
  /** Rows below this have reached the sink. */
  let written = 0;
  /** Rows below this have got a share of a tile above. */
  let blendedTo = 0;

  for (;;) {
    const vertical = evenGrid(height - y, side - 2 * margin, overlap, multiple, margin);
    const horizontal = options.fullWidth
      ? { size: width, starts: [0] }
      : evenGrid(width, side - 2 * margin, overlap, multiple, margin);
    const columnWeights = gridWeights(horizontal, width);
    const origin = y;
    let tooBig = false;

    for (let row = 0; row < vertical.starts.length && !tooBig; row++) {
      if (signal?.aborted) throw new RevealError('cancelled', 'Cancelled.');
      const y0 = origin + vertical.starts[row];
      const inside = Math.min(vertical.size, height - y0);
      const nextY = row + 1 < vertical.starts.length ? origin + vertical.starts[row + 1] : height;
      // The mirrored part below the picture reaches back up by as much as it sticks out.
      const stickOut = Math.max(0, y0 + vertical.size + margin - height);
      await window.hold(Math.min(y0 - margin, height - 1 - stickOut), y0 + vertical.size + margin);
      y = y0;

      const outWidth = horizontal.size + 2 * margin;
      const outHeight = plain ? inside + 2 * margin : vertical.size + 2 * margin;
      const answers: Samples[] = new Array<Samples>(horizontal.starts.length);
      for (let at = 0; at < horizontal.starts.length && !tooBig; at += parallel) {
        if (signal?.aborted) throw new RevealError('cancelled', 'Cancelled.');
        const group = horizontal.starts.slice(at, at + parallel);
        const done = await Promise.all(
          group.map((x) => fn(window.tile(x - margin, y0 - margin, outWidth, outHeight), signal)),
        );
        done.forEach((answer, i) => {
          if (answer === 'too-big') tooBig = true;
          else answers[at + i] = answer;
        });
      }
      if (tooBig) break;

      if (!blend) {
        const rows = cutMargins(answers[0], outWidth, margin, width, inside, sink.channels);
        await sink.write(y0, y0 + inside, rows);
        written = y0 + inside;
      } else {
        const strip = new Float32Array(inside * blend.stride);
        horizontal.starts.forEach((x, i) => {
          const rows = cutMargins(answers[i], outWidth, margin, horizontal.size, inside, sink.channels);
          addTile(strip, rows, x, columnWeights[i], width, inside, sink.channels);
        });
        const before = Math.max(0, blendedTo - y0);
        blend.reserve(written, Math.max(blendedTo, y0 + inside));
        blend.addStrip(y0, strip, featherWeights(inside, before, Math.max(0, y0 + inside - nextY)));
        blendedTo = Math.max(blendedTo, y0 + inside);
        if (nextY > written) {
          await sink.write(written, nextY, blend.take(written, nextY));
          written = nextY;
        }
      }
      options.onProgress?.(written, height);
    }
    if (!tooBig) return { tile: side };
    if (side <= least) throw new RevealError('engine', say('memory-tile', { side: String(side) }));
    side = Math.max(least, Math.floor(side / 2));
  }
}
