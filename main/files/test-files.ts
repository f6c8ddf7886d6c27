/** Small files for the tests of this folder: TIFF in every layout a scanner may write, built by hand. */
import { deflateSync } from 'node:zlib';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';
import { buildDirectories, longs, shorts, tiffHeader } from './exif-block.ts';
import { TAG, type TiffField } from './tiff-tags.ts';

export interface TiffPage {
  width: number;
  height: number;
  samples: number;
  data: Uint8Array | Uint16Array | Uint32Array | Float32Array;
  photometric?: number;
  compression?: number;
  planar?: boolean;
  tile?: number;
  rowsPerStrip?: number;
  float?: boolean;
  bits?: number;
  fields?: TiffField[];
}

/** An ASCII field. */
export function ascii(tag: number, text: string): TiffField {
  const bytes = new TextEncoder().encode(`${text}\0`);
  return { tag, type: 2, count: bytes.length, bytes };
}

/** A little-endian TIFF with the pages given. Tiles are padded with zeros; Deflate is compression 8. */
export function tiff(...pages: TiffPage[]): Uint8Array {
  const parts: Uint8Array[] = [];
  let at = 8;
  const put = (bytes: Uint8Array): number => {
    const offset = at;
    const padded = bytes.length % 2 ? Buffer.concat([bytes, Buffer.alloc(1)]) : bytes;
    parts.push(padded);
    at += padded.length;
    return offset;
  };
  const laid = pages.map((p) => {
    const size = p.data.BYTES_PER_ELEMENT;
    const offsets: number[] = [];
    const counts: number[] = [];
    const segment = (x: number, y: number, w: number, h: number, plane: number | null): void => {
      const out: number[] = [];
      for (let r = y; r < y + h; r++)
        for (let c = x; c < x + w; c++)
          for (let s = 0; s < p.samples; s++) {
            if (plane !== null && s !== plane) continue;
            const inside = r < p.height && c < p.width;
            out.push(inside ? p.data[(r * p.width + c) * p.samples + s] : 0);
          }
      const Type = p.data.constructor as unknown as { from(a: number[]): { buffer: ArrayBuffer } };
      let bytes = new Uint8Array(Type.from(out).buffer);
      if (p.compression === 8) bytes = new Uint8Array(deflateSync(bytes));
      counts.push(bytes.length);
      offsets.push(put(bytes));
    };
    const planes = p.planar ? Array.from({ length: p.samples }, (_, i) => i) : [null];
    const rows = p.rowsPerStrip ?? p.height;
    for (const plane of planes)
      if (p.tile)
        for (let y = 0; y < p.height; y += p.tile)
          for (let x = 0; x < p.width; x += p.tile) segment(x, y, p.tile, p.tile, plane);
      else
        for (let y = 0; y < p.height; y += rows) segment(0, y, p.width, Math.min(rows, p.height - y), plane);
    const bits = p.bits ?? size * 8;
    const main: TiffField[] = [
      longs(TAG.width, [p.width]),
      longs(TAG.height, [p.height]),
      shorts(
        TAG.bits,
        Array.from({ length: p.samples }, () => bits),
      ),
      shorts(TAG.compression, [p.compression ?? 1]),
      shorts(TAG.photometric, [p.photometric ?? (p.samples >= 3 ? 2 : 1)]),
      shorts(TAG.samples, [p.samples]),
      shorts(TAG.planar, [p.planar ? 2 : 1]),
      longs(p.tile ? TAG.tileOffsets : TAG.stripOffsets, offsets),
      longs(p.tile ? TAG.tileBytes : TAG.stripBytes, counts),
      ...(p.tile
        ? [longs(TAG.tileWidth, [p.tile]), longs(TAG.tileHeight, [p.tile])]
        : [longs(TAG.rowsPerStrip, [rows])]),
      shorts(
        TAG.sampleFormat,
        Array.from({ length: p.samples }, () => (p.float ? 3 : 1)),
      ),
      ...(p.fields ?? []),
    ];
    return main;
  });
  const first = at;
  laid.forEach((main, i) => {
    const directory = buildDirectories({ main, exif: [], gps: [], interop: [] }, at);
    const next = i === laid.length - 1 ? 0 : at + directory.length;
    new DataView(directory.buffer).setUint32(2 + main.length * 12, next, true);
    put(directory);
  });
  return Buffer.concat([tiffHeader(first), ...parts]);
}

/** Values that differ everywhere and use the whole range. */
export function pattern16(length: number): Uint16Array {
  return Uint16Array.from({ length }, (_, i) => (i * 7919 + 13) & 65535);
}
export function pattern8(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 151 + 7) & 255);
}

/** A folder that goes away after the tests of the file. */
export function scratch(): { dir: string; put(name: string, bytes: Uint8Array | string): string } {
  const dir = mkdtempSync(path.join(tmpdir(), 'files-'));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  return {
    dir,
    put(name, bytes) {
      const file = path.join(dir, name);
      writeFileSync(file, bytes);
      return file;
    },
  };
}
