/**
 * The luma of a frame as the colour step needs it: reduced to the grid on which colours are put together, and at the
 * places of the chroma samples as the guide that colours follow. Luma is encoded light, black 0 and white 1, whatever
 * the film's depth and range; what is read is never written.
 */
import type { Size } from '../../../../app/color/guided.ts';
import { chromaShift, lumaLevels, type Frame, type FrameFormat } from '../../../../app/film/frame.ts';
import { denoisedGuide, grainOf, GUIDE_STEPS } from '../../colorize/guide.ts';
import { CELL, WORKING_SIDE } from '../../colorize/network.ts';

/** Share of red and blue in luma (ITU-R BT.601, 709 and 2020, SMPTE 240M), by ffmpeg's names of matrices. */
const WEIGHTS: Record<string, readonly [number, number]> = {
  bt709: [0.2126, 0.0722],
  smpte170m: [0.299, 0.114],
  bt470bg: [0.299, 0.114],
  fcc: [0.3, 0.11],
  smpte240m: [0.212, 0.087],
  bt2020nc: [0.2627, 0.0593],
  bt2020c: [0.2627, 0.0593],
};

/** What a film whose file does not say so is most likely encoded by: high definition by BT.709, else BT.601. */
export const usualMatrix = ({ width, height }: Size): 'bt709' | 'smpte170m' =>
  width >= 1280 || height > 576 ? 'bt709' : 'smpte170m';

/** Shares of red and blue in luma for a film. */
export function lumaWeights(format: Pick<FrameFormat, 'matrix' | 'sampling' | 'width' | 'height'>): {
  red: number;
  blue: number;
} {
  const named = format.sampling === 'rgb' ? WEIGHTS.bt709 : WEIGHTS[format.matrix ?? ''];
  const [red, blue] = named ?? WEIGHTS[usualMatrix(format)];
  return { red, blue };
}

/** The grid on which a film's colours are put together: whole cells, no finer than what the network looks at, or the film. */
export function colourGrid({ width, height }: Size, side = WORKING_SIDE): Size {
  const k = Math.min(1, side / Math.max(width, height));
  const fit = (n: number): number => Math.max(4 * CELL, CELL * Math.round((n * k) / CELL));
  return { width: fit(width), height: fit(height) };
}

interface Taps {
  first: Int32Array;
  count: Int32Array;
  /** Weights of all taps, one list after the other; they sum to 1. */
  weights: Float64Array;
  at: Int32Array;
}

/** Areas of `to` pixels in a row of `from`; where the row is to be enlarged, the two pixels beside each place. */
function taps(from: number, to: number): Taps {
  const first = new Int32Array(to);
  const count = new Int32Array(to);
  const at = new Int32Array(to);
  const weights: number[] = [];
  for (let i = 0; i < to; i++) {
    at[i] = weights.length;
    if (to > from) {
      const x = Math.min(from - 1, Math.max(0, ((i + 0.5) * from) / to - 0.5));
      first[i] = Math.min(Math.max(0, from - 2), Math.floor(x));
      count[i] = Math.min(2, from);
      weights.push(1 - (x - first[i]));
      if (from > 1) weights.push(x - first[i]);
      continue;
    }
    const start = (i * from) / to;
    const end = ((i + 1) * from) / to;
    first[i] = Math.floor(start + 1e-9);
    count[i] = Math.max(1, Math.ceil(end - 1e-9) - first[i]);
    for (let k = first[i]; k < first[i] + count[i]; k++)
      weights.push((Math.min(k + 1, end) - Math.max(k, start)) / (end - start));
  }
  return { first, count, at, weights: Float64Array.from(weights) };
}

/** Patches in which grain is measured: their side, and how many lie along each axis. */
const PATCH = 64;
const PATCHES = 3;
/** Radius of the window that frees the guide from grain, in chroma samples. */
const RADIUS = 2;

/** Reads the luma of a film's frames. */
export class LumaReader {
  readonly format: FrameFormat;
  readonly grid: Size;
  /** Size of the planes of chroma that the film gets, and how many pixels of luma lie between two samples. */
  readonly chroma: Size;
  private readonly shift: { x: number; y: number };
  private readonly left: boolean;
  private readonly top: boolean;
  private readonly scale: number;
  private readonly black: number;
  private readonly columns: Taps;
  private readonly rows: Taps;
  private readonly row: Float64Array;

  /** @param given format of the frames that are read; `sampling` that of those that are written */
  constructor(given: FrameFormat, sampling: FrameFormat['sampling']) {
    this.format = given;
    this.grid = colourGrid(given);
    const { width, height } = given;
    this.shift = chromaShift(sampling);
    this.chroma = {
      width: (width + (1 << this.shift.x) - 1) >> this.shift.x,
      height: (height + (1 << this.shift.y) - 1) >> this.shift.y,
    };
    const location = given.chromaLocation ?? 'left';
    this.left = this.shift.x > 0 && /left/.test(location);
    this.top = this.shift.y > 0 && /^top/.test(location);
    const { black, white } = lumaLevels(given);
    this.black = black;
    this.scale = 1 / (white - black);
    this.columns = taps(width, this.grid.width);
    this.rows = taps(height, this.grid.height);
    this.row = new Float64Array(width);
  }

  /** Luma of one row, weighted and added to `to`, in codes less black. */
  private addRow(frame: Frame, y: number, weight: number, to: Float64Array): void {
    const { width } = this.format;
    const at = y * width;
    if (this.format.sampling !== 'rgb') {
      const [luma] = frame.planes;
      const { black } = this;
      for (let x = 0; x < width; x++) to[x] += weight * (luma[at + x] - black);
      return;
    }
    const { red, blue } = lumaWeights(this.format);
    const green = 1 - red - blue;
    const [r, g, b] = frame.planes;
    for (let x = 0; x < width; x++)
      to[x] += weight * (red * r[at + x] + green * g[at + x] + blue * b[at + x]);
  }

  /** Luma on the grid, about 0..1 (a limited range may go beyond). */
  grey(frame: Frame): Float32Array {
    const { grid, rows, columns, row, scale } = this;
    const out = new Float32Array(grid.width * grid.height);
    for (let y = 0; y < grid.height; y++) {
      row.fill(0);
      for (let k = 0; k < rows.count[y]; k++)
        this.addRow(frame, rows.first[y] + k, rows.weights[rows.at[y] + k], row);
      for (let x = 0; x < grid.width; x++) {
        let sum = 0;
        const from = columns.first[x];
        const at = columns.at[x];
        for (let k = columns.count[x] - 1; k >= 0; k--) sum += columns.weights[at + k] * row[from + k];
        out[y * grid.width + x] = sum * scale;
      }
    }
    return out;
  }

  /** Where chroma sample (0, 0) lies on the grid, and the way from one to the next: (origin + i step) on either axis. */
  get places(): { x: number; y: number; stepX: number; stepY: number } {
    const { grid, format, shift } = this;
    const axis = (cells: number, pixels: number, s: number, first: boolean): [number, number] => {
      const step = ((1 << s) * cells) / pixels;
      const middle = first ? 0.5 : (1 << s) / 2;
      return [(middle * cells) / pixels - 0.5, step];
    };
    const [x, stepX] = axis(grid.width, format.width, shift.x, this.left);
    const [y, stepY] = axis(grid.height, format.height, shift.y, this.top);
    return { x, y, stepX, stepY };
  }

  /** Where chroma sample (0, 0) lies among the pixels of luma, and the way from one to the next. */
  get chromaPlaces(): { origin: { x: number; y: number }; step: { x: number; y: number } } {
    const { shift } = this;
    const middle = (s: number, first: boolean): number => (first ? 0 : ((1 << s) - 1) / 2);
    return {
      origin: { x: middle(shift.x, this.left), y: middle(shift.y, this.top) },
      step: { x: 1 << shift.x, y: 1 << shift.y },
    };
  }

  /** Luma at the places of the chroma samples, in codes. */
  means(frame: Frame): Float32Array {
    return Float32Array.from(
      this.guideCodes(frame),
      (v) => this.black + v / (100 * GUIDE_STEPS * this.scale),
    );
  }

  /** Luma at the places of the chroma samples, 100 for white, in steps of 1 / GUIDE_STEPS. */
  private guideCodes(frame: Frame): Int32Array {
    const { width, height } = this.format;
    const { chroma, shift, row } = this;
    const out = new Int32Array(chroma.width * chroma.height);
    const k = 100 * GUIDE_STEPS * this.scale;
    const across = 1 << shift.x;
    for (let y = 0; y < chroma.height; y++) {
      row.fill(0);
      const y0 = y << shift.y;
      if (this.top) {
        this.addRow(frame, Math.max(0, y0 - 1), 0.25, row);
        this.addRow(frame, y0, 0.5, row);
        this.addRow(frame, Math.min(height - 1, y0 + 1), 0.25, row);
      } else {
        const tall = Math.min(1 << shift.y, height - y0);
        for (let j = 0; j < tall; j++) this.addRow(frame, y0 + j, 1 / tall, row);
      }
      const o = y * chroma.width;
      for (let x = 0; x < chroma.width; x++) {
        const x0 = x << shift.x;
        let sum: number;
        if (across === 1) sum = row[x0];
        else if (this.left)
          sum = (row[Math.max(0, x0 - 1)] + 2 * row[x0] + row[Math.min(width - 1, x0 + 1)]) / 4;
        else {
          const wide = Math.min(across, width - x0);
          sum = 0;
          for (let i = 0; i < wide; i++) sum += row[x0 + i];
          sum /= wide;
        }
        out[o + x] = Math.round(sum * k);
      }
    }
    return out;
  }

  /** Variance of the grain at the places of the chroma samples, in squared hundredths of white. */
  grain(frame: Frame): number {
    const codes = this.guideCodes(frame);
    const { width, height } = this.chroma;
    const w = Math.min(PATCH, width);
    const h = Math.min(PATCH, height);
    const found: number[] = [];
    for (let k = 0; k < PATCHES * PATCHES; k += 2) {
      const left = Math.round(((width - w) * (1 + (k % PATCHES))) / (PATCHES + 1));
      const top = Math.round(((height - h) * (1 + Math.floor(k / PATCHES))) / (PATCHES + 1));
      const patch = Float32Array.from(
        { length: w * h },
        (_, i) => codes[(top + Math.floor(i / w)) * width + left + (i % w)] / GUIDE_STEPS,
      );
      found.push(grainOf(patch, w, h));
    }
    found.sort((p, q) => p - q);
    return found[Math.min(1, found.length - 1)] ** 2;
  }

  /** The guide of a frame: luma at the places of the chroma samples, freed of grain, 0..100. */
  guide(frame: Frame, variance: number): Float32Array {
    const { width, height } = this.chroma;
    const whole = { x: 0, y: 0, w: width, h: height };
    return denoisedGuide(this.guideCodes(frame), whole, whole, RADIUS, variance);
  }
}
