/**
 * The pixel loop of the develop, one for preview, export and worker threads. It goes through the samples in
 * small chunks that stay in the first-level cache: read (table look-up of the stored sample), matrix, print
 * table with linear interpolation, colour and encoding where the output is not plain sRGB, write. Each stage
 * is a small function that sees one kind of array, which keeps it fast; nothing is allocated while it runs.
 * Look-up, matrix and print table are done by WebAssembly (print-kernel.ts) where it can be had, with the same
 * results bit for bit; what is written here says what they are.
 */
import type { Samples } from '../../../app/picture.ts';
import { lightAbove } from './black.ts';
import { ENCODE_SIZE } from './colour.ts';
import { PAPER_MAX, PAPER_MIN, PAPER_SIZE } from './paper.ts';
import { type DevelopPlan, lookDensity } from './plan.ts';
import { CHUNK, type KernelSource, type PrintKernel, printKernel } from './print-kernel.ts';

/** Output buffer that a plan writes: bits and layout decide which. */
export type OutputSamples = Uint8Array | Uint8ClampedArray | Uint16Array;

/**
 * Flat field seen by a band of pixels: log10 of the light source relative to its mean, three values a cell on
 * a coarse grid over the whole scan, interpolated bilinearly.
 */
export interface FlatBand {
  width: number;
  height: number;
  /** width·height·3 values. */
  log: Float32Array;
  /** Pixels a row of the input samples, and where its pixel 0 lies in grid cells, and cells a pixel. */
  row: number;
  x0: number;
  y0: number;
  step: number;
  /** Cells a pixel downwards, where cells are not square. */
  stepY?: number;
}

type Tables = readonly [Float32Array, Float32Array, Float32Array];

const ownScratch = new Float32Array(CHUNK * 3);

/** Samples of one output pixel in a plan's layout. */
export function outputChannels(plan: Pick<DevelopPlan, 'layout'>): 1 | 3 | 4 {
  return plan.layout === 'grey' ? 1 : plan.layout === 'rgba' ? 4 : 3;
}

/**
 * Develops pixels `from` (inclusive) to `to` (exclusive) of `input` into the same pixels of `output`. Both hold
 * whole pictures or bands with the same numbering. `input` must be what the plan's `source` says, `output`
 * what its `bits` and `layout` say; a mismatch throws a TypeError. `kernel`: null for the loops in JavaScript.
 */
export function processBand(
  plan: DevelopPlan,
  input: Samples,
  output: OutputSamples,
  from: number,
  to: number,
  flat?: FlatBand | null,
  kernel: PrintKernel | null = printKernel(),
): void {
  const { bits, channels } = plan.source;
  const wide = output instanceof Uint16Array;
  if (wide !== (plan.bits === 16))
    throw new TypeError('The output buffer does not have the bits of the plan.');
  const per = outputChannels(plan);
  if (to * channels > input.length || to * per > output.length)
    throw new TypeError('The band reaches beyond its buffers.');
  kernel?.load(plan, flat ? plan.density : plan.input);
  for (let at = from; at < to; at += CHUNK) {
    const count = Math.min(CHUNK, to - at);
    // Density or log exposure first where it needs more than a look-up.
    const before = flat || bits === 32 ? (kernel?.input.float ?? ownScratch) : null;
    if (before) {
      readChunk(plan, flat ? plan.density : plan.input, input, at, count, before);
      if (flat) addFlat(flat, at, count, before);
      filmChunk(plan, count, before);
    }
    let printed: Float32Array = ownScratch;
    if (kernel) {
      const source = before ? 'float' : stored(kernel, plan, input, at, count);
      if (plan.colour.identity && output instanceof Uint16Array) {
        kernel.run(source, per === 1 ? 'grey16' : 'rgb16', plan.matrix, count);
        const codes = kernel.output.u16;
        output.set(count === CHUNK && per !== 1 ? codes : codes.subarray(0, count * per), at * per);
        continue;
      }
      kernel.run(source, 'float', plan.matrix, count);
      printed = kernel.output.float;
    } else {
      if (!before) readChunk(plan, plan.input, input, at, count, ownScratch);
      printChunk(plan, count, ownScratch);
    }
    if (!plan.colour.identity) colourChunk(plan, count, printed);
    if (output instanceof Uint16Array) write16(output, at, count, per, printed);
    else if (per === 4) writeRgba(output, at, count, printed);
    else write8(output, at, count, per, printed);
  }
}

/** Puts stored integer samples where the kernel takes them. */
function stored(
  kernel: PrintKernel,
  plan: DevelopPlan,
  input: Samples,
  at: number,
  count: number,
): KernelSource {
  const { bits, channels } = plan.source;
  const part = input.subarray(at * channels, (at + count) * channels);
  if (bits === 16 && part instanceof Uint16Array) kernel.input.u16.set(part);
  else if (bits === 8 && part instanceof Uint8Array) kernel.input.u8.set(part);
  else throw mismatch();
  return bits === 16 ? (channels === 3 ? 'rgb16' : 'grey16') : channels === 3 ? 'rgb8' : 'grey8';
}

const mismatch = (): TypeError => new TypeError('The input buffer does not have the bits of the plan.');

/** Samples through their tables; the logarithm itself where they are floats. */
function readChunk(
  plan: DevelopPlan,
  tables: Tables,
  input: Samples,
  at: number,
  count: number,
  into: Float32Array,
): void {
  const { bits, channels } = plan.source;
  if (bits === 16 && input instanceof Uint16Array) {
    if (channels === 3) readRgb16(tables, input, at, count, into);
    else readGrey16(tables, input, at, count, into);
  } else if (bits === 8 && input instanceof Uint8Array) {
    if (channels === 3) readRgb8(tables, input, at, count, into);
    else readGrey8(tables, input, at, count, into);
  } else if (bits === 32 && input instanceof Float32Array) readFloat(plan, input, at, count, channels, into);
  else throw mismatch();
}

function readRgb16(
  [t0, t1, t2]: Tables,
  src: Uint16Array,
  at: number,
  count: number,
  to: Float32Array,
): void {
  let s = at * 3;
  for (let i = 0; i < count * 3; i += 3, s += 3) {
    to[i] = t0[src[s]];
    to[i + 1] = t1[src[s + 1]];
    to[i + 2] = t2[src[s + 2]];
  }
}
function readRgb8([t0, t1, t2]: Tables, src: Uint8Array, at: number, count: number, to: Float32Array): void {
  let s = at * 3;
  for (let i = 0; i < count * 3; i += 3, s += 3) {
    to[i] = t0[src[s]];
    to[i + 1] = t1[src[s + 1]];
    to[i + 2] = t2[src[s + 2]];
  }
}
function readGrey16(
  [t0, t1, t2]: Tables,
  src: Uint16Array,
  at: number,
  count: number,
  to: Float32Array,
): void {
  for (let i = 0, s = at; i < count * 3; i += 3, s++) {
    const v = src[s];
    to[i] = t0[v];
    to[i + 1] = t1[v];
    to[i + 2] = t2[v];
  }
}
function readGrey8([t0, t1, t2]: Tables, src: Uint8Array, at: number, count: number, to: Float32Array): void {
  for (let i = 0, s = at; i < count * 3; i += 3, s++) {
    const v = src[s];
    to[i] = t0[v];
    to[i + 1] = t1[v];
    to[i + 2] = t2[v];
  }
}

/** Float samples are linear already: the logarithm itself instead of a table. */
function readFloat(
  plan: DevelopPlan,
  src: Float32Array,
  at: number,
  count: number,
  channels: 1 | 3,
  scratch: Float32Array,
): void {
  const [b0, b1, b2] = plan.logBase;
  const [k0, k1, k2] = plan.black;
  const second = channels === 3 ? 1 : 0;
  const third = channels === 3 ? 2 : 0;
  for (let i = 0, s = at * channels; i < count * 3; i += 3, s += channels) {
    const r = src[s];
    const g = src[s + second];
    const b = src[s + third];
    scratch[i] = b0 - Math.log10(lightAbove(r, k0));
    scratch[i + 1] = b1 - Math.log10(lightAbove(g, k1));
    scratch[i + 2] = b2 - Math.log10(lightAbove(b, k2));
  }
}

/** Density to balanced log exposure, by the film tables. */
function filmChunk(plan: DevelopPlan, count: number, scratch: Float32Array): void {
  const [t0, t1, t2] = plan.film;
  for (let i = 0; i < count * 3; i += 3) {
    scratch[i] = lookDensity(t0, scratch[i]);
    scratch[i + 1] = lookDensity(t1, scratch[i + 1]);
    scratch[i + 2] = lookDensity(t2, scratch[i + 2]);
  }
}

/** Dividing by the light source is adding its logarithm to the density. */
function addFlat(flat: FlatBand, at: number, count: number, scratch: Float32Array): void {
  const { width, height, log, row, x0, y0, step, stepY = step } = flat;
  for (let k = 0; k < count; k++) {
    const index = at + k;
    const py = Math.floor(index / row);
    let fx = x0 + (index - py * row) * step;
    let fy = y0 + py * stepY;
    fx = fx < 0 ? 0 : fx > width - 1 ? width - 1 : fx;
    fy = fy < 0 ? 0 : fy > height - 1 ? height - 1 : fy;
    const ix = fx | 0;
    const iy = fy | 0;
    const tx = fx - ix;
    const ty = fy - iy;
    const a = (iy * width + ix) * 3;
    const right = ix + 1 < width ? 3 : 0;
    const down = iy + 1 < height ? width * 3 : 0;
    const wa = (1 - tx) * (1 - ty);
    const wb = tx * (1 - ty);
    const wc = (1 - tx) * ty;
    const wd = tx * ty;
    const b = a + right;
    const c = a + down;
    const d = c + right;
    const i = k * 3;
    scratch[i] += wa * log[a] + wb * log[b] + wc * log[c] + wd * log[d];
    scratch[i + 1] += wa * log[a + 1] + wb * log[b + 1] + wc * log[c + 1] + wd * log[d + 1];
    scratch[i + 2] += wa * log[a + 2] + wb * log[b + 2] + wc * log[c + 2] + wd * log[d + 2];
  }
}

const PER_UNIT = PAPER_SIZE / (PAPER_MAX - PAPER_MIN);

/** Crosstalk matrix, then the print curve. */
function printChunk(plan: DevelopPlan, count: number, scratch: Float32Array): void {
  const [m0, m1, m2, m3, m4, m5, m6, m7, m8] = plan.matrix;
  const table = plan.print;
  for (let i = 0; i < count * 3; i += 3) {
    const r = scratch[i];
    const g = scratch[i + 1];
    const b = scratch[i + 2];
    let p = (m0 * r + m1 * g + m2 * b - PAPER_MIN) * PER_UNIT;
    let q = (m3 * r + m4 * g + m5 * b - PAPER_MIN) * PER_UNIT;
    let u = (m6 * r + m7 * g + m8 * b - PAPER_MIN) * PER_UNIT;
    p = p < 0 ? 0 : p > PAPER_SIZE ? PAPER_SIZE : p;
    q = q < 0 ? 0 : q > PAPER_SIZE ? PAPER_SIZE : q;
    u = u < 0 ? 0 : u > PAPER_SIZE ? PAPER_SIZE : u;
    const pi = p | 0;
    const qi = q | 0;
    const ui = u | 0;
    const a = table[pi];
    const c = table[qi];
    const e = table[ui];
    scratch[i] = a + (table[pi + 1] - a) * (p - pi);
    scratch[i + 1] = c + (table[qi + 1] - c) * (q - qi);
    scratch[i + 2] = e + (table[ui + 1] - e) * (u - ui);
  }
}

/** Saturation and primaries, chroma kept inside the gamut, encoding. */
function colourChunk(plan: DevelopPlan, count: number, scratch: Float32Array): void {
  const [m0, m1, m2, m3, m4, m5, m6, m7, m8] = plan.colour.matrix;
  const [lr, lg, lb] = plan.colour.luma;
  const knee = plan.colour.knee;
  const table = plan.encode;
  for (let i = 0; i < count * 3; i += 3) {
    const r0 = scratch[i];
    const g0 = scratch[i + 1];
    const b0 = scratch[i + 2];
    let r = m0 * r0 + m1 * g0 + m2 * b0;
    let g = m3 * r0 + m4 * g0 + m5 * b0;
    let b = m6 * r0 + m7 * g0 + m8 * b0;
    if (knee > 0) {
      // Share of the way from grey to the gamut's wall that each channel has gone; the largest decides.
      const y = lr * r + lg * g + lb * b;
      const up = 1 / (1 - y);
      const down = -1 / y;
      let share = (r - y) * (r > y ? up : down);
      const sg = (g - y) * (g > y ? up : down);
      const sb = (b - y) * (b > y ? up : down);
      if (sg > share) share = sg;
      if (sb > share) share = sb;
      if (share > knee) {
        // Takes [knee, 1/knee] to [knee, 1], with slope 1 at the knee: a colour at the wall at saturation 1 stays
        // there, and none loses chroma by asking for more.
        const x = (share - knee) / (1 / knee - knee);
        const t = (knee + ((1 - knee) * (1 / knee + 1) * x) / (1 + x / knee)) / share;
        r = y + (r - y) * t;
        g = y + (g - y) * t;
        b = y + (b - y) * t;
      }
    }
    let p = r > 0 ? Math.sqrt(r) * ENCODE_SIZE : 0;
    let q = g > 0 ? Math.sqrt(g) * ENCODE_SIZE : 0;
    let u = b > 0 ? Math.sqrt(b) * ENCODE_SIZE : 0;
    p = p > ENCODE_SIZE ? ENCODE_SIZE : p;
    q = q > ENCODE_SIZE ? ENCODE_SIZE : q;
    u = u > ENCODE_SIZE ? ENCODE_SIZE : u;
    const pi = p | 0;
    const qi = q | 0;
    const ui = u | 0;
    const a = table[pi];
    const c = table[qi];
    const e = table[ui];
    scratch[i] = a + (table[pi + 1] - a) * (p - pi);
    scratch[i + 1] = c + (table[qi + 1] - c) * (q - qi);
    scratch[i + 2] = e + (table[ui + 1] - e) * (u - ui);
  }
}

function write16(out: Uint16Array, at: number, count: number, per: 1 | 3 | 4, scratch: Float32Array): void {
  if (per === 1) {
    for (let i = 0, o = at; i < count * 3; i += 3, o++) out[o] = (scratch[i + 1] + 0.5) | 0;
    return;
  }
  let o = at * 3;
  for (let i = 0; i < count * 3; i++, o++) out[o] = (scratch[i] + 0.5) | 0;
}
function write8(
  out: Uint8Array | Uint8ClampedArray,
  at: number,
  count: number,
  per: 1 | 3,
  scratch: Float32Array,
): void {
  if (per === 1) {
    for (let i = 0, o = at; i < count * 3; i += 3, o++) out[o] = (scratch[i + 1] + 0.5) | 0;
    return;
  }
  let o = at * 3;
  for (let i = 0; i < count * 3; i++, o++) out[o] = (scratch[i] + 0.5) | 0;
}
function writeRgba(
  out: Uint8Array | Uint8ClampedArray,
  at: number,
  count: number,
  scratch: Float32Array,
): void {
  let o = at * 4;
  for (let i = 0; i < count * 3; i += 3, o += 4) {
    out[o] = (scratch[i] + 0.5) | 0;
    out[o + 1] = (scratch[i + 1] + 0.5) | 0;
    out[o + 2] = (scratch[i + 2] + 0.5) | 0;
    out[o + 3] = 255;
  }
}

/** Adds the pixels `from`..`to` of an RGBA picture to a histogram of 3 x 256 counts (red, green, blue). */
export function countHistogram(
  rgba: Uint8Array | Uint8ClampedArray,
  histogram: Uint32Array,
  from: number,
  to: number,
): void {
  for (let o = from * 4; o < to * 4; o += 4) {
    histogram[rgba[o]]++;
    histogram[256 + rgba[o + 1]]++;
    histogram[512 + rgba[o + 2]]++;
  }
}
