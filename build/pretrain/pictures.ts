/**
 * Pieces of photographs (`.rvp`) for training where nothing but Python with numpy and PyTorch is there: a piece holds
 * quantised 8 x 8 cosine coefficients (4:2:0, the tables of JPEG), sorted by frequency over many pictures and
 * compressed as a whole, so that decoding is a decompression and a matrix product. models/pretrain/pictures.py
 * reads them.
 *
 *     bytes 0..3   'RVP1'
 *     bytes 4..7   length of the header, unsigned 32-bit, little endian
 *     from 8       header, UTF-8 JSON (PieceHeader)
 *     then         chunks, each compressed by itself: for luma, Cb and Cr in turn the low bytes of coefficient 0 of
 *                  all blocks of all pictures, of coefficient 1 and so on to 63, then the high bytes in the same
 *                  order. Coefficients are folded to unsigned (0, -1, 1, -2 ... to 0, 1, 2, 3 ...); coefficient 0 is
 *                  the difference from the block before it in the picture. Blocks go row by row, pictures in order.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readSync, writeFileSync } from 'node:fs';
import { constants, deflateSync } from 'node:zlib';
import { quantTable } from '../../app/degrade/jpeg.ts';

/** A picture of a piece; sides are multiples of 16. */
export interface PieceEntry {
  id: string;
  width: number;
  height: number;
  /** Never trained on: for the figures of a run. */
  held: boolean;
}
export interface PieceHeader {
  version: 1;
  compression: 'xz' | 'deflate';
  /** Quantisation by coefficient, raster order. */
  luma: number[];
  chroma: number[];
  chunks: { length: number; pictures: PieceEntry[] }[];
}

/** Interleaved RGB of 8 bits; sides are multiples of 16. */
export interface PiecePicture extends PieceEntry {
  rgb: Uint8Array;
}

/** DCT-II of eight numbers as a matrix, orthonormal. */
const COSINES = Float64Array.from({ length: 64 }, (_, i) => {
  const k = i >> 3;
  return Math.sqrt(k === 0 ? 1 / 8 : 1 / 4) * Math.cos(((2 * (i & 7) + 1) * k * Math.PI) / 16);
});

const fold = (v: number): number => (v < 0 ? -2 * v - 1 : 2 * v);

/** Writes the folded coefficients of a plane (0..255, less 128) from block `first` on. @returns the next free block */
function transform(
  plane: Float64Array,
  width: number,
  height: number,
  table: readonly number[],
  out: Uint16Array,
  blocks: number,
  first: number,
): number {
  const rows = new Float64Array(64);
  let before = 0;
  let block = first;
  for (let by = 0; by < height; by += 8)
    for (let bx = 0; bx < width; bx += 8, block++) {
      for (let y = 0; y < 8; y++) {
        const from = (by + y) * width + bx;
        for (let u = 0; u < 8; u++) {
          let sum = 0;
          for (let x = 0; x < 8; x++) sum += COSINES[u * 8 + x] * plane[from + x];
          rows[y * 8 + u] = sum;
        }
      }
      for (let v = 0; v < 8; v++)
        for (let u = 0; u < 8; u++) {
          let sum = 0;
          for (let y = 0; y < 8; y++) sum += COSINES[v * 8 + y] * rows[y * 8 + u];
          const k = v * 8 + u;
          const q = Math.round(sum / table[k]);
          out[k * blocks + block] = fold(k === 0 ? q - before : q);
          if (k === 0) before = q;
        }
    }
  return block;
}

/** Low bytes, then high bytes. */
function bytesOf(values: Uint16Array): Buffer {
  const out = Buffer.alloc(values.length * 2);
  for (let i = 0; i < values.length; i++) {
    out[i] = values[i] & 255;
    out[values.length + i] = values[i] >> 8;
  }
  return out;
}

/** Coefficients of many pictures, uncompressed. */
export function coefficients(
  pictures: readonly PiecePicture[],
  luma: readonly number[],
  chroma: readonly number[],
): Buffer {
  const pixels = pictures.reduce((n, p) => n + p.width * p.height, 0);
  const [big, small] = [pixels / 64, pixels / 256];
  const planes = [new Uint16Array(pixels), new Uint16Array(pixels / 4), new Uint16Array(pixels / 4)];
  let atLuma = 0;
  let atChroma = 0;
  for (const { rgb, width, height } of pictures) {
    const n = width * height;
    const w = width / 2;
    const y = new Float64Array(n);
    const cb = new Float64Array(n / 4);
    const cr = new Float64Array(n / 4);
    for (let i = 0; i < n; i++) {
      const [r, g, b] = [rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2]];
      y[i] = 0.299 * r + 0.587 * g + 0.114 * b - 128;
      const o = (Math.floor(i / width) >> 1) * w + ((i % width) >> 1);
      cb[o] += (-0.168735892 * r - 0.331264108 * g + 0.5 * b) / 4;
      cr[o] += (0.5 * r - 0.418687589 * g - 0.081312411 * b) / 4;
    }
    atLuma = transform(y, width, height, luma, planes[0], big, atLuma);
    transform(cb, w, height / 2, chroma, planes[1], small, atChroma);
    atChroma = transform(cr, w, height / 2, chroma, planes[2], small, atChroma);
  }
  return Buffer.concat(planes.map(bytesOf));
}

let compressor: 'xz' | 'deflate' | null = null;
/** xz where the program is installed (a tenth smaller), else deflate. */
function compress(bytes: Buffer): Buffer {
  compressor ??= spawnSync('xz', ['--version']).status === 0 ? 'xz' : 'deflate';
  if (compressor === 'deflate')
    return deflateSync(bytes, { level: 9, strategy: constants.Z_DEFAULT_STRATEGY });
  const done = spawnSync('xz', ['-3', '--format=xz', '--threads=1', '-c'], {
    input: bytes,
    maxBuffer: 1 << 30,
  });
  if (done.status !== 0) throw new Error(`xz: ${done.stderr.toString()}`);
  return done.stdout;
}

/** Gathers chunks and writes pieces of at most `most` bytes. */
export class PieceWriter {
  readonly files: { file: string; bytes: number; pictures: number }[] = [];
  private chunks: { bytes: Buffer; pictures: PieceEntry[] }[] = [];
  private size = 0;
  private readonly tables: { luma: number[]; chroma: number[] };
  private readonly most: number;
  private readonly name: (index: number) => string;

  constructor(quality: number, most: number, name: (index: number) => string) {
    this.tables = { luma: quantTable('luma', quality), chroma: quantTable('chroma', quality) };
    this.most = most;
    this.name = name;
  }

  add(pictures: readonly PiecePicture[]): void {
    const bytes = compress(coefficients(pictures, this.tables.luma, this.tables.chroma));
    if (this.size + bytes.length > this.most) this.flush();
    this.chunks.push({
      bytes,
      pictures: pictures.map(({ id, width, height, held }) => ({ id, width, height, held })),
    });
    this.size += bytes.length + 80 * pictures.length;
  }

  /** Writes what was gathered. */
  flush(): void {
    if (this.chunks.length === 0) return;
    const header: PieceHeader = {
      version: 1,
      compression: compressor ?? 'deflate',
      ...this.tables,
      chunks: this.chunks.map(({ bytes, pictures }) => ({ length: bytes.length, pictures })),
    };
    const json = Buffer.from(JSON.stringify(header));
    const head = Buffer.alloc(8);
    head.write('RVP1', 'latin1');
    head.writeUInt32LE(json.length, 4);
    const file = this.name(this.files.length);
    const whole = Buffer.concat([head, json, ...this.chunks.map((c) => c.bytes)]);
    writeFileSync(file, whole);
    const pictures = this.chunks.reduce((n, c) => n + c.pictures.length, 0);
    this.files.push({ file, bytes: whole.length, pictures });
    this.chunks = [];
    this.size = 0;
  }
}

/** Names and places of the files in a plain uncompressed tar. */
export function tarEntries(file: string): { name: string; offset: number; length: number }[] {
  const entries: { name: string; offset: number; length: number }[] = [];
  const handle = openSync(file, 'r');
  const head = Buffer.alloc(512);
  for (let at = 0; readSync(handle, head, 0, 512, at) === 512 && head[0] !== 0;) {
    const text = (from: number, to: number): string =>
      head.toString('latin1', from, to).split('\0')[0].trim();
    const length = parseInt(text(124, 136) || '0', 8);
    if (head[156] === 0x30 || head[156] === 0) entries.push({ name: text(0, 100), offset: at + 512, length });
    at += 512 + Math.ceil(length / 512) * 512;
  }
  closeSync(handle);
  return entries;
}
