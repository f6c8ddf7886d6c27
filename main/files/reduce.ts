/**
 * Shrinking by area averaging of linear light: every output pixel is the mean of the light that falls on its
 * area, with fractional weights at the edges, so that a preview of a negative equals the reduced export. An
 * average of gamma-coded values (what shrink-on-load of a JPEG gives) would be darker at every edge and would
 * shift densities.
 *
 * Integer scans come out with 16 bits in the square-root curve (`gamma` 2): a step of half a count is then
 * below 0.0002 density down to 0.5 % of full scale, finer than linear 16 bits, and the inverse is one
 * multiplication. Float scans stay linear float.
 */
import type { Picture, Rect, Samples, ToneCurve } from '../../app/picture.ts';
import { linearTable, toLinear } from '../../app/color/curve.ts';
import { type Owner, type ReduceKernel, reduceKernel } from './reduce-kernel.ts';
import { allocate } from './tiff-pixels.ts';

/** The curve of reduced integer pictures. */
export const REDUCED_CURVE: ToneCurve = { kind: 'gamma', gamma: 2 };

/** Size with the longest side at most `maxSide` (never enlarged, at least 1 pixel). */
export function fit(width: number, height: number, maxSide: number): { width: number; height: number } {
  const scale = Math.min(1, maxSide / Math.max(width, height));
  return {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  };
}

/** Per output pixel: the first and last input pixel it covers, and how much of each. The output spans `length` from `start`. */
function spans(input: number, output: number, start: number, length: number) {
  const first = new Int32Array(output);
  const last = new Int32Array(output);
  const firstWeight = new Float64Array(output);
  const lastWeight = new Float64Array(output);
  const step = length / output;
  for (let o = 0; o < output; o++) {
    const from = start + o * step;
    const to = o === output - 1 ? start + length : start + (o + 1) * step;
    const a = Math.min(input - 1, Math.floor(from + 1e-9));
    const b = Math.min(input - 1, Math.max(a, Math.ceil(to - 1e-9) - 1));
    first[o] = a;
    last[o] = b;
    firstWeight[o] = Math.min(a + 1, to) - from;
    lastWeight[o] = b === a ? 0 : to - b;
  }
  return { first, last, firstWeight, lastWeight, step };
}

/** What the reducer's pixels are made of. */
export interface ReduceInput {
  width: number;
  height: number;
  /** Samples of a pixel in the bands that will be pushed. */
  samples: number;
  /** Of these the first 1 or 3 make the picture. */
  channels: 1 | 3;
  /** Index of the infrared sample, or -1. */
  infrared: number;
  /** Infrared is reduced to the least of what falls on a pixel instead of the mean: specks and hairs stay what they are. */
  least?: boolean;
  type: 8 | 16 | 32;
  curve: ToneCurve;
  /** Part of the input that the output covers, in fractional pixels; default all of it. */
  window?: Rect;
  /** Only these rows of the output, into a buffer for all of them: several threads can share one picture. */
  share?: { from: number; to: number; into: Samples };
}

/** Takes the scan row by row and builds the reduced picture; never holds more than one row of sums. */
export class Reducer {
  readonly width: number;
  readonly height: number;
  readonly data: Uint16Array | Float32Array;
  readonly infrared: Uint16Array | null;
  private readonly input: ReduceInput;
  private readonly tables: Float32Array[];
  private readonly across;
  private readonly down;
  private readonly row: Float64Array;
  private readonly sum: Float64Array;
  private readonly planes: number;
  /** Least infrared of the row and of the output pixels in work; null where it is averaged or not there. */
  private readonly least: { row: Float64Array; pixel: Float64Array } | null;
  /** Next input row; where only a share is made, the first one pushed is the first one it needs. */
  private y: number;
  private out: number;
  private readonly end: number;
  /** For the usual scan, where WebAssembly can be had; else null, and the loops here do the same. */
  private readonly kernel: ReduceKernel | null;
  private readonly owner: Owner;

  constructor(input: ReduceInput, width: number, height: number, kernel = reduceKernel()) {
    this.input = input;
    this.width = width;
    this.height = height;
    const least = input.least === true && input.infrared >= 0;
    this.planes = input.channels + (input.infrared >= 0 && !least ? 1 : 0);
    this.least = least
      ? { row: new Float64Array(width), pixel: new Float64Array(width).fill(Infinity) }
      : null;
    const window = input.window ?? { x: 0, y: 0, w: input.width, h: input.height };
    this.across = spans(input.width, width, window.x, window.w);
    this.down = spans(input.height, height, window.y, window.h);
    const type = input.type;
    const bits = type === 8 ? 8 : 16;
    this.tables =
      type === 32
        ? []
        : Array.from({ length: input.channels }, (_, c) => linearTable(input.curve, bits, c)).concat(
            input.infrared >= 0 ? [linearTable({ kind: 'linear' }, bits)] : [],
          );
    const { share } = input;
    this.data = (share?.into ?? allocate(type === 32 ? 32 : 16, width * height * input.channels)) as
      Uint16Array | Float32Array;
    this.end = share?.to ?? height;
    this.out = share?.from ?? 0;
    this.y = share ? this.down.first[share.from] : 0;
    this.infrared = input.infrared >= 0 ? new Uint16Array(new SharedArrayBuffer(width * height * 2)) : null;
    this.row = new Float64Array(width * this.planes);
    this.sum = new Float64Array(width * this.planes);
    const usual = type === 16 && input.samples === 3 && input.channels === 3;
    this.kernel = usual ? kernel : null;
    this.owner = { across: this.across, tables: this.tables, sum: this.sum };
  }

  /** The input row that comes next. */
  get firstRow(): number {
    return this.y;
  }

  /** The next `rows` rows, interleaved. */
  push(band: Samples, rows: number): void {
    const pitch = this.input.width * this.input.samples;
    this.kernel?.adopt(this.owner, pitch);
    for (let r = 0; r < rows && this.out < this.end; r++) {
      if (this.y >= this.down.first[this.out]) {
        const { type, samples, channels } = this.input;
        const wide = band instanceof Uint16Array ? band : null;
        if (this.kernel && wide) this.kernel.reduceRow(wide.subarray(r * pitch, (r + 1) * pitch), this.width);
        else if (type === 16 && samples === 3 && channels === 3 && wide) this.reduceColour(wide, r * pitch);
        else this.reduceRow(band, r * pitch);
        if (this.least) this.leastOfRow(band, r * pitch, this.least.row);
        this.addRow();
      }
      this.y++;
    }
    if (this.out >= this.end) this.kernel?.handBack(this.owner);
  }

  /** What `reduceRow` does, for the usual scan: three 16-bit samples a pixel, each visited once. */
  private reduceColour(band: Uint16Array, at: number): void {
    const { first, last, firstWeight, lastWeight } = this.across;
    const { row, width } = this;
    const [red, green, blue] = this.tables;
    for (let o = 0; o < width; o++) {
      let i = at + first[o] * 3;
      const end = at + last[o] * 3;
      const before = firstWeight[o];
      let r = red[band[i]] * before;
      let g = green[band[i + 1]] * before;
      let b = blue[band[i + 2]] * before;
      for (i += 3; i < end; i += 3) {
        r += red[band[i]];
        g += green[band[i + 1]];
        b += blue[band[i + 2]];
      }
      const after = lastWeight[o];
      if (after > 0) {
        r += red[band[end]] * after;
        g += green[band[end + 1]] * after;
        b += blue[band[end + 2]] * after;
      }
      row[o * 3] = r;
      row[o * 3 + 1] = g;
      row[o * 3 + 2] = b;
    }
  }

  private leastOfRow(band: Samples, at: number, row: Float64Array): void {
    const { samples, channels, infrared, type } = this.input;
    const { first, last } = this.across;
    const table = type === 32 ? null : this.tables[channels];
    for (let o = 0; o < row.length; o++) {
      const end = at + last[o] * samples + infrared;
      let least = Infinity;
      for (let i = at + first[o] * samples + infrared; i <= end; i += samples)
        if (band[i] < least) least = band[i];
      row[o] = table && least < Infinity ? table[least] : least;
    }
  }

  private reduceRow(band: Samples, at: number): void {
    const { samples, channels, infrared, type, curve } = this.input;
    const { first, last, firstWeight, lastWeight } = this.across;
    const { row, planes, width } = this;
    for (let p = 0; p < planes; p++) {
      const offset = at + (p < channels ? p : infrared);
      if (type === 32) {
        const f = p < channels ? toLinear(curve, p) : (v: number): number => v;
        for (let o = 0; o < width; o++) {
          let i = offset + first[o] * samples;
          const end = offset + last[o] * samples;
          let s = f(band[i]) * firstWeight[o];
          for (i += samples; i < end; i += samples) s += f(band[i]);
          if (lastWeight[o] > 0) s += f(band[end]) * lastWeight[o];
          row[o * planes + p] = s;
        }
      } else {
        const table = this.tables[p];
        for (let o = 0; o < width; o++) {
          let i = offset + first[o] * samples;
          const end = offset + last[o] * samples;
          let s = table[band[i]] * firstWeight[o];
          for (i += samples; i < end; i += samples) s += table[band[i]];
          if (lastWeight[o] > 0) s += table[band[end]] * lastWeight[o];
          row[o * planes + p] = s;
        }
      }
    }
  }

  private addRow(): void {
    const { down, row, sum, y } = this;
    // An input row belongs to one output row, or is shared by two (more only when nothing is reduced).
    while (this.out < this.end) {
      const o = this.out;
      const weight = y === down.first[o] ? down.firstWeight[o] : y === down.last[o] ? down.lastWeight[o] : 1;
      if (this.kernel) this.kernel.addRow(weight, this.width);
      else for (let i = 0; i < sum.length; i++) sum[i] += row[i] * weight;
      if (this.least) {
        const { row: seen, pixel } = this.least;
        for (let x = 0; x < pixel.length; x++) if (seen[x] < pixel[x]) pixel[x] = seen[x];
      }
      if (y < down.last[o]) return;
      this.emit();
      if (this.out >= this.end || down.first[this.out] > y) return;
    }
  }

  private emit(): void {
    const { planes, width, out, data, infrared } = this;
    const sum = this.kernel?.sums(width) ?? this.sum;
    const { channels } = this.input;
    const scale = 1 / (this.across.step * this.down.step);
    const float = data instanceof Float32Array;
    for (let x = 0; x < width; x++) {
      const t = (out * width + x) * channels;
      for (let c = 0; c < channels; c++) {
        const v = sum[x * planes + c] * scale;
        data[t + c] = float ? v : Math.min(65535, Math.sqrt(v) * 65535 + 0.5);
      }
      if (infrared) {
        const v = this.least ? this.least.pixel[x] : sum[x * planes + channels] * scale;
        infrared[out * width + x] = Math.min(65535, v * 65535 + 0.5);
      }
    }
    sum.fill(0);
    this.least?.pixel.fill(Infinity);
    this.out++;
  }
}

/**
 * Reduces rows `from`..`to` of the output (half-open) out of a picture that lies in memory as a whole, into
 * `into` (the whole output). Bit for bit what a Reducer makes of the same rows.
 */
export function reduceShare(
  picture: Pick<Picture, 'width' | 'height' | 'channels' | 'data' | 'curve'>,
  width: number,
  height: number,
  share: { from: number; to: number; into: Samples },
): void {
  const { channels, data, curve } = picture;
  const type = data instanceof Float32Array ? 32 : data instanceof Uint16Array ? 16 : 8;
  const input = { ...picture, samples: channels, channels, infrared: -1, type, curve, share } as const;
  const reducer = new Reducer(input, width, height);
  const top = reducer.firstRow;
  reducer.push(data.subarray(top * picture.width * channels), picture.height - top);
}
