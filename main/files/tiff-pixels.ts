/**
 * Pixels of TIFF pages that need no foreign decoder: strips or tiles, chunky or planar, 8, 16 or 32 bits,
 * integer or float, stored plain or with the codecs of `codecs.ts`. Values come out exactly as stored; a band
 * of rows or a part of the width can be read without touching the rest of the file, which is what keeps a
 * 100-megapixel scan out of memory.
 */
import type { Rect, Samples } from '../../app/picture.ts';
import { FileSource, ShortRead } from './bytes.ts';
import {
  canHold,
  COMPRESSION,
  decompress,
  knows,
  swapBytes,
  undoDifference,
  undoFloatDifference,
} from './codecs.ts';
import { number, numbers, TAG, TiffError, type TiffDirectory, type TiffFile } from './tiff-tags.ts';

/** How one page lies in the file. */
export interface TiffLayout {
  width: number;
  height: number;
  samples: number;
  bits: 8 | 16 | 32 | 64;
  float: boolean;
  photometric: number;
  compression: number;
  predictor: number;
  planar: boolean;
  segmentWidth: number;
  segmentHeight: number;
  tiled: boolean;
  offsets: number[];
  bytes: number[];
  extraSamples: number[];
  littleEndian: boolean;
}

/** Describes a page, or null where its pixels need another decoder (palette, 1-bit, JPEG, subsampled …). */
export function tiffLayout(file: TiffFile, page: TiffDirectory): TiffLayout | null {
  const f = page.fields;
  const one = (tag: number, otherwise: number): number => number(file, f.get(tag)) ?? otherwise;
  const width = one(TAG.width, 0);
  const height = one(TAG.height, 0);
  const samples = one(TAG.samples, 1);
  const bitsList = numbers(file, f.get(TAG.bits));
  const bits = bitsList[0] ?? 1;
  const format = one(TAG.sampleFormat, 1);
  const photometric = one(TAG.photometric, samples >= 3 ? 2 : 1);
  const compression = one(TAG.compression, 1);
  const predictor = one(TAG.predictor, 1);
  if (width < 1 || height < 1 || samples < 1 || samples > 8) return null;
  if (bitsList.some((b) => b !== bits) || !knows(compression)) return null;
  if (!(photometric === 0 || photometric === 1 || photometric === 2 || photometric === 34892)) return null;
  if (photometric === 2 && samples < 3) return null;
  const float = format === 3;
  const known = float ? [16, 32, 64].includes(bits) : format === 1 && [8, 16, 32].includes(bits);
  if (!known || (float && bits === 16 && predictor === 3)) return null;
  if (predictor > 3 || (predictor === 3 && !float) || (predictor === 2 && float)) return null;
  const tiled = f.has(TAG.tileOffsets) || f.has(TAG.tileWidth);
  const segmentWidth = tiled ? one(TAG.tileWidth, 0) : width;
  const segmentHeight = tiled ? one(TAG.tileHeight, 0) : Math.min(height, one(TAG.rowsPerStrip, height));
  const offsets = numbers(file, f.get(tiled ? TAG.tileOffsets : TAG.stripOffsets));
  let bytes = numbers(file, f.get(tiled ? TAG.tileBytes : TAG.stripBytes));
  const planar = one(TAG.planar, 1) === 2 && samples > 1;
  if (segmentWidth < 1 || segmentHeight < 1) throw new TiffError('damaged strip or tile size');
  const count = Math.ceil(width / segmentWidth) * Math.ceil(height / segmentHeight) * (planar ? samples : 1);
  if (offsets.length < count) throw new TiffError('fewer strips than the picture needs');
  if (bytes.length < count) {
    // Very old writers leave the byte counts out; without compression they follow from the size.
    if (compression !== COMPRESSION.none) throw new TiffError('strip byte counts are missing');
    bytes = offsets.map(() => Infinity);
  }
  return {
    width,
    height,
    samples,
    bits: (float && bits === 16 ? 16 : bits) as TiffLayout['bits'],
    float,
    photometric,
    compression,
    predictor,
    planar,
    segmentWidth,
    segmentHeight,
    tiled,
    offsets,
    bytes,
    extraSamples: numbers(file, f.get(TAG.extraSamples)),
    littleEndian: file.littleEndian,
  };
}

/** What a stored sample becomes in memory: 8 and 16 bits as they are, everything wider as Float32 0..1. */
export function sampleType(layout: TiffLayout): 8 | 16 | 32 {
  if (layout.float || layout.bits >= 32) return 32;
  return layout.bits === 8 ? 8 : 16;
}

/** A sample buffer that worker threads can share; in new memory, or at the beginning of what `memory` gives. */
export function allocate(
  type: 8 | 16 | 32,
  length: number,
  memory = (bytes: number): SharedArrayBuffer => new SharedArrayBuffer(bytes),
): Samples {
  const buffer = memory((length * type) / 8);
  if (type === 8) return new Uint8Array(buffer, 0, length);
  if (type === 16) return new Uint16Array(buffer, 0, length);
  return new Float32Array(buffer, 0, length);
}

/** Reads rows of one page. Instances are cheap; they remember the last row of segments they unpacked. */
export class TiffRows {
  readonly layout: TiffLayout;
  private readonly source: FileSource;
  private readonly cache = new Map<number, Samples>();

  constructor(source: FileSource, layout: TiffLayout) {
    this.source = source;
    this.layout = layout;
  }

  /** True when the samples of `area` can be read straight into the target: plain, chunky, no conversion. */
  get plain(): boolean {
    const l = this.layout;
    return l.compression === COMPRESSION.none && !l.planar && !l.tiled && !l.float && l.bits <= 16;
  }

  /** Rows that fit the segments well: about 8 MiB, a multiple of the segment height. */
  bandHeight(width: number): number {
    const l = this.layout;
    const rowBytes = width * l.samples * (sampleType(l) / 8);
    const rows = Math.max(1, Math.floor((8 << 20) / rowBytes));
    // A plain strip can be read in parts: many scanners write the whole picture as one.
    if (this.plain) return Math.min(rows, l.height);
    return l.segmentHeight >= rows ? l.segmentHeight : rows - (rows % l.segmentHeight);
  }

  /** Fills `target` (interleaved, all samples of a pixel) with `area`. Throws ShortRead for a cut file. */
  async read(area: Rect, target: Samples): Promise<void> {
    if (this.plain) await this.readPlain(area, target);
    else await this.readSegments(area, target);
    if (this.layout.photometric === 0) invert(target);
  }

  private async readPlain(area: Rect, target: Samples): Promise<void> {
    const l = this.layout;
    const sampleBytes = l.bits / 8;
    const rowBytes = l.width * l.samples * sampleBytes;
    const out = new Uint8Array(target.buffer, target.byteOffset, target.byteLength);
    const wantBytes = area.w * l.samples * sampleBytes;
    const inRow = area.x * l.samples * sampleBytes;
    const where = (y: number): number => {
      const strip = Math.floor(y / l.segmentHeight);
      const inside = (y - strip * l.segmentHeight) * rowBytes;
      if (inside + rowBytes > l.bytes[strip]) throw new ShortRead();
      return l.offsets[strip] + inside;
    };
    if (area.w === l.width) {
      // Whole rows: neighbouring strips that touch in the file are read in one go.
      for (let y = area.y; y < area.y + area.h;) {
        const from = where(y);
        let end = y + 1;
        while (end < area.y + area.h && where(end) === from + (end - y) * rowBytes) end++;
        const at = (y - area.y) * rowBytes;
        await this.source.readInto(out.subarray(at, at + (end - y) * rowBytes), from);
        y = end;
      }
    } else {
      // A narrow part of wide rows: several rows are in flight at once, none is read whole.
      const lanes = 8;
      for (let y = area.y; y < area.y + area.h; y += lanes)
        await Promise.all(
          Array.from({ length: Math.min(lanes, area.y + area.h - y) }, (_, i) => {
            const at = (y + i - area.y) * wantBytes;
            return this.source.readInto(out.subarray(at, at + wantBytes), where(y + i) + inRow);
          }),
        );
    }
    if (!l.littleEndian && sampleBytes > 1) swapBytes(out, sampleBytes);
  }

  private async readSegments(area: Rect, target: Samples): Promise<void> {
    const l = this.layout;
    const across = Math.ceil(l.width / l.segmentWidth);
    const down = Math.ceil(l.height / l.segmentHeight);
    const firstRow = Math.floor(area.y / l.segmentHeight);
    const lastRow = Math.floor((area.y + area.h - 1) / l.segmentHeight);
    const firstCol = Math.floor(area.x / l.segmentWidth);
    const lastCol = Math.floor((area.x + area.w - 1) / l.segmentWidth);
    const planes = l.planar ? l.samples : 1;
    const wanted: { index: number; col: number; row: number; plane: number }[] = [];
    for (let row = firstRow; row <= lastRow; row++)
      for (let plane = 0; plane < planes; plane++)
        for (let col = firstCol; col <= lastCol; col++)
          wanted.push({ index: plane * across * down + row * across + col, col, row, plane });
    const keep = new Set(wanted.filter((w) => w.row === lastRow).map((w) => w.index));
    for (const index of this.cache.keys())
      if (!wanted.some((w) => w.index === index)) this.cache.delete(index);
    const lanes = 4;
    for (let i = 0; i < wanted.length; i += lanes)
      await Promise.all(
        wanted.slice(i, i + lanes).map(async (w) => {
          let samples = this.cache.get(w.index);
          if (!samples) {
            samples = await this.unpack(w.index, w.row);
            if (keep.has(w.index)) this.cache.set(w.index, samples);
          }
          this.place(samples, w, area, target);
        }),
      );
  }

  /** One strip or tile as samples; strips at the bottom may be short. */
  private async unpack(index: number, row: number): Promise<Samples> {
    const l = this.layout;
    const channels = l.planar ? 1 : l.samples;
    const rows = l.tiled ? l.segmentHeight : Math.min(l.segmentHeight, l.height - row * l.segmentHeight);
    const sampleBytes = l.bits / 8;
    const rowSamples = l.segmentWidth * channels;
    const size = rows * rowSamples * sampleBytes;
    if (size > 2 ** 31) throw new TiffError('a strip of more than 2 GiB');
    const stored = Math.min(l.bytes[index], l.compression === COMPRESSION.none ? size : Infinity);
    if (l.offsets[index] + stored > this.source.size) throw new ShortRead();
    if (!canHold(l.compression, stored, size))
      throw new TiffError('a strip or tile holds less than its size says');
    const packed = new Uint8Array(stored);
    await this.source.readInto(packed, l.offsets[index]);
    let bytes = await decompress(l.compression, packed, size);
    if (bytes.byteOffset % 8 !== 0) bytes = bytes.slice();
    if (l.predictor === 3)
      bytes = undoFloatDifference(bytes, rowSamples * sampleBytes, channels, sampleBytes);
    else if (!l.littleEndian) swapBytes(bytes, sampleBytes);
    return this.toSamples(bytes, rowSamples, channels);
  }

  private toSamples(bytes: Uint8Array, rowSamples: number, channels: number): Samples {
    const l = this.layout;
    const n = bytes.length / (l.bits / 8);
    if (l.bits === 8) {
      if (l.predictor === 2) undoDifference(bytes, rowSamples, channels);
      return bytes;
    }
    if (l.bits === 16 && !l.float) {
      const samples = new Uint16Array(bytes.buffer, bytes.byteOffset, n);
      if (l.predictor === 2) undoDifference(samples, rowSamples, channels);
      return samples;
    }
    if (l.bits === 16) return halfFloats(new Uint16Array(bytes.buffer, bytes.byteOffset, n));
    if (l.bits === 64) return Float32Array.from(new Float64Array(bytes.buffer, bytes.byteOffset, n));
    if (l.float) return new Float32Array(bytes.buffer, bytes.byteOffset, n);
    const samples = new Uint32Array(bytes.buffer, bytes.byteOffset, n);
    if (l.predictor === 2) undoDifference(samples, rowSamples, channels);
    return Float32Array.from(samples, (v) => v / 4294967295);
  }

  private place(
    samples: Samples,
    w: { col: number; row: number; plane: number },
    area: Rect,
    target: Samples,
  ): void {
    const l = this.layout;
    const channels = l.planar ? 1 : l.samples;
    const x0 = w.col * l.segmentWidth;
    const y0 = w.row * l.segmentHeight;
    const fromX = Math.max(area.x, x0);
    const toX = Math.min(area.x + area.w, x0 + l.segmentWidth);
    const fromY = Math.max(area.y, y0);
    const toY = Math.min(area.y + area.h, y0 + l.segmentHeight);
    const pitch = l.segmentWidth * channels;
    for (let y = fromY; y < toY; y++) {
      const s = (y - y0) * pitch + (fromX - x0) * channels;
      const t = ((y - area.y) * area.w + (fromX - area.x)) * l.samples;
      const n = (toX - fromX) * channels;
      if (!l.planar) target.set(samples.subarray(s, s + n), t);
      else for (let i = 0; i < n; i++) target[t + i * l.samples + w.plane] = samples[s + i];
    }
  }
}

/** IEEE 754 half floats (bit patterns) to Float32. */
export function halfFloats(halves: Uint16Array): Float32Array {
  return Float32Array.from(halves, (h) => {
    const sign = h & 0x8000 ? -1 : 1;
    const exponent = (h >> 10) & 31;
    const fraction = h & 1023;
    if (exponent === 0) return sign * fraction * 2 ** -24;
    if (exponent === 31) return fraction ? NaN : sign * Infinity;
    return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  });
}

/** White-is-zero pages are turned so that larger always means lighter. */
function invert(samples: Samples): void {
  const top = samples instanceof Uint8Array ? 255 : samples instanceof Uint16Array ? 65535 : 1;
  for (let i = 0; i < samples.length; i++) samples[i] = top - samples[i];
}
