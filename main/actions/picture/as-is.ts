/**
 * A positive taken as it is: from a file's samples to planes in the file's own RGB space, and from planes to the codes of
 * a finished file or window. Where nothing was done in between and the spaces are the same, codes come out as they went
 * in: value = code / 255 or code / 65535 and back by rounding are exact inverses. Reduced copies, whose samples are
 * means of light, and files of other spaces go through linear light.
 */
import { toLinear } from '../../../app/color/curve.ts';
import { curveOf, type OwnSpace } from '../../../app/color/own-space.ts';
import { multiply, spaces, type Matrix, type SpaceName } from '../../../app/color/spaces.ts';
import type { Picture, Rect, Samples } from '../../../app/picture.ts';
import type { Planar } from '../../../app/planar.ts';
import type { PictureSource } from './source.ts';

/** How stored samples become values of an RGB space. Plain data: it goes to threads. */
export interface SampleReader {
  space: SpaceName;
  channels: 1 | 3;
  /** Value (or, before `matrix`, light) of each code by channel; empty for float samples, which are light. */
  tables: Float32Array[];
  /** Linear values of the file to linear sRGB; null: none is needed. */
  matrix: Matrix | null;
}

/** Entries of the table from linear light (its square root) to a space's code value. */
const STEPS = 16384;
const encodings = new Map<SpaceName, Float32Array>();
const decodings = new Map<SpaceName, Float32Array>();

/** Code value 0..1 over the square root of light 0..1, nearly straight there. */
function encoding(space: SpaceName): Float32Array {
  let table = encodings.get(space);
  if (!table) {
    const { encode } = spaces[space];
    table = Float32Array.from({ length: STEPS + 2 }, (_, i) => encode((Math.min(i, STEPS) / STEPS) ** 2));
    encodings.set(space, table);
  }
  return table;
}
/** Light 0..1 over the code value 0..1. */
function decoding(space: SpaceName): Float32Array {
  let table = decodings.get(space);
  if (!table) {
    const { decode } = spaces[space];
    table = Float32Array.from({ length: STEPS + 2 }, (_, i) => decode(Math.min(i, STEPS) / STEPS));
    decodings.set(space, table);
  }
  return table;
}
/** Linear interpolation at 0..1, held at the ends. */
function look(table: Float32Array, v: number): number {
  if (!(v > 0)) return table[0];
  if (v >= 1) return table[STEPS];
  const p = v * STEPS;
  const i = p | 0;
  return table[i] + (table[i + 1] - table[i]) * (p - i);
}
const encoded = (table: Float32Array, light: number): number =>
  light > 0 ? look(table, Math.sqrt(light)) : 0;

const shared = (values: ArrayLike<number>): Float32Array => {
  const table = new Float32Array(new SharedArrayBuffer(values.length * 4));
  table.set(values);
  return table;
};

/** Whether a file's own samples can be kept, bit for bit, in its own space. */
export const keepsCodes = (
  picture: Pick<Picture, 'data' | 'curve' | 'channels'>,
  own: OwnSpace | undefined,
): boolean =>
  own?.space != null &&
  !(picture.data instanceof Float32Array) &&
  curveOf(picture.curve, own.space, picture.channels);

/**
 * Plans the reading of decoded samples.
 * @param own what the file's profile said (`ScanInfo.own`); absent: sRGB primaries
 */
export function readerOf(
  picture: Pick<Picture, 'data' | 'curve' | 'channels'>,
  own: OwnSpace | undefined,
): SampleReader {
  const { channels, curve, data } = picture;
  const space = own?.space ?? 'srgb';
  const size = data instanceof Uint8Array ? 256 : data instanceof Uint16Array ? 65536 : 0;
  const matrix = own && own.space === null && channels === 3 ? own.toSrgb : null;
  if (size === 0) return { space, channels, tables: [], matrix };
  const codes = Float32Array.from({ length: size }, (_, i) => i / (size - 1));
  if (keepsCodes(picture, own)) {
    const table = shared(codes);
    return { space, channels, tables: Array.from({ length: channels }, () => table), matrix: null };
  }
  const { encode } = spaces[space];
  const byChannel = curve.kind === 'table' && curve.tables.length > 1;
  const table = (c: number): Float32Array => {
    const light = toLinear(curve, c);
    return shared(codes.map((v) => (matrix ? light(v) : encode(Math.min(1, light(v))))));
  };
  const first = table(0);
  return {
    space,
    channels,
    tables: Array.from({ length: channels }, (_, c) => (c === 0 || !byChannel ? first : table(c))),
    matrix,
  };
}

/** Samples that lie in memory as a whole, interleaved. */
export interface StoredSamples {
  width: number;
  height: number;
  data: Samples;
}

/** A part of stored samples as planes of the reader's space. */
export function readPart({ width, data }: StoredSamples, reader: SampleReader, rect: Rect): Planar {
  const { x, y, w, h } = rect;
  const { channels, tables, matrix } = reader;
  const size = w * h;
  const out = new Float32Array(size * channels);
  const encode = encoding(reader.space);
  for (let c = 0; c < channels; c++) {
    const table = tables[c];
    for (let j = 0; j < h; j++) {
      let s = ((y + j) * width + x) * channels + c;
      const o = c * size + j * w;
      if (table) for (let i = 0; i < w; i++, s += channels) out[o + i] = table[data[s]];
      else if (matrix) for (let i = 0; i < w; i++, s += channels) out[o + i] = data[s];
      else for (let i = 0; i < w; i++, s += channels) out[o + i] = encoded(encode, data[s]);
    }
  }
  if (matrix) through(out, size, matrix, (v) => v, encode);
  return { width: w, height: h, channels, data: out };
}

/** Three planes through a matrix in linear light, in place. */
function through(
  data: Float32Array,
  size: number,
  m: Matrix,
  light: (v: number) => number,
  encode: Float32Array,
): void {
  for (let i = 0; i < size; i++) {
    const r = light(data[i]);
    const g = light(data[size + i]);
    const b = light(data[2 * size + i]);
    data[i] = encoded(encode, m[0] * r + m[1] * g + m[2] * b);
    data[size + i] = encoded(encode, m[3] * r + m[4] * g + m[5] * b);
    data[2 * size + i] = encoded(encode, m[6] * r + m[7] * g + m[8] * b);
  }
}

/** A source over stored samples. They must not change while it is used. */
export function samplesSource(samples: StoredSamples, reader: SampleReader, scale: number): PictureSource {
  const { width, height } = samples;
  const { channels, space } = reader;
  return {
    width,
    height,
    channels,
    space,
    scale,
    read: (rect) => Promise.resolve(readPart(samples, reader, rect)),
  };
}

/** Planes of one space to another, in place; nothing is done when they are the same. Grey changes its tone curve. */
export function convertPlanes(planes: Planar, from: SpaceName, to: SpaceName): void {
  if (from === to) return;
  const decode = decoding(from);
  const encode = encoding(to);
  const { data, channels } = planes;
  if (channels === 1) {
    for (let i = 0; i < data.length; i++) data[i] = encoded(encode, look(decode, data[i]));
    return;
  }
  const matrix = multiply(spaces[to].fromSrgb, spaces[from].toSrgb);
  through(data, planes.width * planes.height, matrix, (v) => look(decode, v), encode);
}

/** Output memory and its layout: 1 or 3 samples a pixel, or RGBA of 8 bits. */
export interface CodesOut {
  data: Uint8Array | Uint16Array;
  /** Pixels of a row. */
  width: number;
  channels: 1 | 3 | 4;
}

/** Planes, rounded to codes, to their place (x, y) in the output. Grey planes fill all colours. */
export function writeCodes(planes: Planar, out: CodesOut, x: number, y: number): void {
  const { width: w, height: h, data } = planes;
  const size = w * h;
  const top = out.data instanceof Uint16Array ? 65535 : 255;
  const { channels } = out;
  const colours = channels === 4 ? 3 : channels;
  if (colours === 1 && planes.channels === 3) throw new RangeError('colour does not fit in one grey channel');
  if (channels === 3 && planes.channels === 3) {
    const codes = out.data;
    for (let j = 0; j < h; j++) {
      let o = ((y + j) * out.width + x) * 3;
      for (let i = j * w; i < (j + 1) * w; i++, o += 3) {
        const r = data[i] * top + 0.5;
        const g = data[size + i] * top + 0.5;
        const b = data[2 * size + i] * top + 0.5;
        codes[o] = r <= 0 ? 0 : r >= top ? top : r;
        codes[o + 1] = g <= 0 ? 0 : g >= top ? top : g;
        codes[o + 2] = b <= 0 ? 0 : b >= top ? top : b;
      }
    }
    return;
  }
  for (let c = 0; c < colours; c++) {
    const plane = planes.channels === 1 ? 0 : c * size;
    for (let j = 0; j < h; j++) {
      let o = ((y + j) * out.width + x) * channels + c;
      const s = plane + j * w;
      for (let i = 0; i < w; i++, o += channels) {
        const v = data[s + i] * top + 0.5;
        out.data[o] = v <= 0 ? 0 : v >= top ? top : v;
      }
    }
  }
  if (channels === 4)
    for (let j = 0; j < h; j++)
      for (let i = 0, o = ((y + j) * out.width + x) * 4 + 3; i < w; i++, o += 4) out.data[o] = 255;
}
