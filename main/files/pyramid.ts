/**
 * Half, quarter, eighth … of a scan, each level the exact 2 × 2 average of linear light of the one before (of the
 * infrared the least of the four, so that a hair does not dissolve), built in one pass over the rows. A level's pixel (x, y) covers the full scan's pixels [x·2ⁿ, (x+1)·2ⁿ); the last
 * column and row of an odd size average what is there. Integer scans are kept in the square-root curve of
 * `reduce.ts`, float scans as linear float.
 */
import type { Samples, ToneCurve } from '../../app/picture.ts';
import { linearTable, toLinear } from '../../app/color/curve.ts';
import type { Band } from './bands.ts';

/** Size of level `n` (0 = the scan). */
export function levelSize(width: number, height: number, n: number): { width: number; height: number } {
  const part = 2 ** n;
  return { width: Math.ceil(width / part), height: Math.ceil(height / part) };
}

/** Levels until the picture fits into one tile (at least the scan itself). */
export function levelCount(width: number, height: number, tile: number): number {
  let n = 1;
  while (Math.max(width, height) / 2 ** (n - 1) > tile) n++;
  return n;
}

/** Takes finished rows of a level: `rows` rows from `y` on, interleaved, `planes` samples a pixel. */
export type RowSink = (level: number, y: number, rows: number, data: Samples) => Promise<void>;

/** One level's accumulator: collects a tile row for the sink, and pairs of rows for the next level. */
class Level {
  readonly width: number;
  readonly height: number;
  private readonly index: number;
  private readonly planes: number;
  private readonly channels: number;
  private readonly strip: Uint16Array | Float32Array;
  private readonly stripRows: number;
  private readonly pair: Float32Array;
  private readonly next: Level | null;
  private readonly sink: RowSink;
  private y = 0;

  constructor(
    index: number,
    last: number,
    size: { width: number; height: number },
    planes: number,
    channels: number,
    float: boolean,
    stripRows: number,
    sink: RowSink,
  ) {
    const { width, height } = levelSize(size.width, size.height, index);
    this.index = index;
    this.width = width;
    this.height = height;
    this.planes = planes;
    this.channels = channels;
    this.stripRows = Math.min(stripRows, height);
    const length = this.stripRows * width * planes;
    this.strip = float ? new Float32Array(length) : new Uint16Array(length);
    this.sink = sink;
    this.next =
      index < last ? new Level(index + 1, last, size, planes, channels, float, stripRows, sink) : null;
    this.pair = new Float32Array(this.next ? this.next.width * planes : 0);
  }

  /** One row of linear light. */
  async push(row: Float32Array): Promise<void> {
    const { planes, channels, strip, width } = this;
    const at = (this.y % this.stripRows) * width * planes;
    if (strip instanceof Float32Array) strip.set(row, at);
    else if (planes === channels)
      for (let i = 0; i < row.length; i++) strip[at + i] = Math.min(65535, Math.sqrt(row[i]) * 65535 + 0.5);
    else
      for (let i = 0; i < row.length; i++)
        // The infrared sample stays linear.
        strip[at + i] = Math.min(65535, (i % planes < channels ? Math.sqrt(row[i]) : row[i]) * 65535 + 0.5);
    const odd = this.y % 2 === 1;
    const lastRow = this.y === this.height - 1;
    if (this.next) {
      halve(row, width, planes, channels, this.pair, odd);
      if (odd || lastRow) {
        if (odd) averageRows(this.pair, planes, channels);
        await this.next.push(this.pair);
      }
    }
    this.y++;
    if (this.y % this.stripRows === 0 || lastRow) {
      const rows = this.y % this.stripRows || this.stripRows;
      await this.sink(this.index, this.y - rows, rows, strip.subarray(0, rows * width * planes));
    }
  }
}

/** Averages neighbours of a row into half as many pixels (infrared: the lesser); joins `out` when `add`. */
function halve(
  row: Float32Array,
  width: number,
  planes: number,
  channels: number,
  out: Float32Array,
  add: boolean,
): void {
  const pairs = width >> 1;
  for (let x = 0; x < pairs; x++)
    for (let p = 0; p < channels; p++) {
      const v = (row[2 * x * planes + p] + row[(2 * x + 1) * planes + p]) * 0.5;
      const i = x * planes + p;
      out[i] = add ? out[i] + v : v;
    }
  if (width & 1)
    for (let p = 0; p < channels; p++) {
      const v = row[(width - 1) * planes + p];
      const i = pairs * planes + p;
      out[i] = add ? out[i] + v : v;
    }
  if (planes === channels) return;
  for (let x = 0; x < width; x += 2) {
    const a = row[x * planes + channels];
    const v = x + 1 < width ? Math.min(a, row[(x + 1) * planes + channels]) : a;
    const i = (x >> 1) * planes + channels;
    out[i] = add ? Math.min(out[i], v) : v;
  }
}

/** Sums of two rows to their mean; the infrared is a least value already. */
function averageRows(sums: Float32Array, planes: number, channels: number): void {
  for (let at = 0; at < sums.length; at += planes) for (let p = 0; p < channels; p++) sums[at + p] *= 0.5;
}

export interface PyramidInput {
  width: number;
  height: number;
  channels: 1 | 3;
  infrared: boolean;
  float: boolean;
  bits: 8 | 16 | 32;
  curve: ToneCurve;
  levels: number;
  /** Rows handed to the sink at a time. */
  stripRows: number;
}

/** Builds levels 1 … `levels`-1 from the bands of a scan. Does nothing for a single level. */
export async function buildLevels(
  input: PyramidInput,
  bands: AsyncIterable<Band>,
  sink: RowSink,
  onBand?: (band: Band) => Promise<void>,
): Promise<void> {
  const { width, channels, curve } = input;
  const planes = channels + (input.infrared ? 1 : 0);
  const first =
    input.levels > 1
      ? new Level(1, input.levels - 1, input, planes, channels, input.float, input.stripRows, sink)
      : null;
  const bits = input.bits === 8 ? 8 : 16;
  const tables = input.float ? [] : Array.from({ length: channels }, (_, c) => linearTable(curve, bits, c));
  const infraredTable = linearTable({ kind: 'linear' }, 16);
  const functions = Array.from({ length: channels }, (_, c) => toLinear(curve, c));
  const row = new Float32Array(width * planes);
  const half = new Float32Array(Math.ceil(width / 2) * planes);
  let y = 0;
  for await (const band of bands) {
    if (first)
      for (let r = 0; r < band.rows; r++, y++) {
        const at = r * width * band.samples;
        for (let c = 0; c < channels; c++) {
          if (input.float) {
            const f = functions[c];
            for (let x = 0, s = at + c, t = c; x < width; x++, s += band.samples, t += planes)
              row[t] = f(band.data[s]);
          } else {
            const table = tables[c];
            for (let x = 0, s = at + c, t = c; x < width; x++, s += band.samples, t += planes)
              row[t] = table[band.data[s]];
          }
        }
        if (input.infrared) {
          const plane = band.infraredRows ?? band.data;
          const step = band.infraredRows ? 1 : band.samples;
          const from = band.infraredRows ? r * width : at + band.infrared;
          for (let x = 0, s = from, t = channels; x < width; x++, s += step, t += planes)
            row[t] = infraredTable[plane[s]];
        }
        const odd = y % 2 === 1;
        halve(row, width, planes, channels, half, odd);
        if (odd || y === input.height - 1) {
          if (odd) averageRows(half, planes, channels);
          await first.push(half);
        }
      }
    await onBand?.(band);
  }
}
