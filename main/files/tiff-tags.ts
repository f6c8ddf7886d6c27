/**
 * The tag structure of TIFF, BigTIFF, DNG and EXIF blocks: directories of typed fields, read without pixels.
 * Layout after TIFF 6.0 (Adobe, 1992), the BigTIFF proposal (8-byte offsets, magic 43) and CIPA DC-008 (EXIF).
 */
import type { ByteSource } from './bytes.ts';

export interface TiffField {
  tag: number;
  type: number;
  count: number;
  /** Raw bytes in the file's byte order. */
  bytes: Uint8Array;
}

export interface TiffDirectory {
  offset: number;
  fields: Map<number, TiffField>;
}

export interface TiffFile {
  littleEndian: boolean;
  big: boolean;
  /** Directories of the main chain: pages, infrared, thumbnails. */
  pages: TiffDirectory[];
  /** Bytes of field values taken so far; see `MAX_VALUES`. */
  taken?: { bytes: number };
}

type Structure = Pick<TiffFile, 'littleEndian' | 'big' | 'taken'>;

/** The bytes are no TIFF structure, or a damaged one. */
export class TiffError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'TiffError';
  }
}

/** Bytes of one value by TIFF field type. */
const SIZES: Record<number, number> = {
  1: 1,
  2: 1,
  3: 2,
  4: 4,
  5: 8,
  6: 1,
  7: 1,
  8: 2,
  9: 4,
  10: 8,
  11: 4,
  12: 8,
  13: 4,
  16: 8,
  17: 8,
  18: 8,
};

export const TAG = {
  subfileType: 254,
  width: 256,
  height: 257,
  bits: 258,
  compression: 259,
  photometric: 262,
  description: 270,
  make: 271,
  model: 272,
  stripOffsets: 273,
  orientation: 274,
  samples: 277,
  rowsPerStrip: 278,
  stripBytes: 279,
  xResolution: 282,
  planar: 284,
  resolutionUnit: 296,
  software: 305,
  dateTime: 306,
  predictor: 317,
  tileWidth: 322,
  tileHeight: 323,
  tileOffsets: 324,
  tileBytes: 325,
  subIfds: 330,
  extraSamples: 338,
  sampleFormat: 339,
  xmp: 700,
  iptc: 33723,
  photoshop: 34377,
  exif: 34665,
  icc: 34675,
  gps: 34853,
  interop: 40965,
  exposureTime: 33434,
  fNumber: 33437,
  iso: 34855,
  dateTimeOriginal: 36867,
  dateTimeDigitized: 36868,
  offsetTimeOriginal: 36881,
  colorSpace: 40961,
  dngVersion: 50706,
  blackLevel: 50714,
  whiteLevel: 50717,
  linearization: 50712,
} as const;

/** Fields larger than this are never needed whole (embedded previews, vendor blobs). */
const MAX_FIELD = 64 << 20;
const MAX_PAGES = 256;
/**
 * All field values of a file together: thousands of fields that point at the same megabytes are a trap, since
 * honest ones lie beside each other and are together smaller than the file (some are read more than once).
 */
const MAX_VALUES = 512 << 20;

/** Reads every directory of the main chain. Throws TiffError for anything that is not TIFF. */
export async function readTiff(source: ByteSource): Promise<TiffFile> {
  if (source.size < 8) throw new TiffError('too short for a TIFF header');
  const head = await source.read(0, Math.min(16, source.size));
  const mark = String.fromCharCode(head[0], head[1]);
  if (mark !== 'II' && mark !== 'MM') throw new TiffError('no TIFF header');
  const littleEndian = mark === 'II';
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const magic = view.getUint16(2, littleEndian);
  const big = magic === 43;
  // 42 is TIFF; camera makers put their own number in the same structure (ORF, RW2).
  if (!big && ![42, 0x4f52, 0x5352, 0x55].includes(magic)) throw new TiffError('no TIFF header');
  if (big && head.length < 16) throw new TiffError('too short for a BigTIFF header');
  let next = big ? Number(view.getBigUint64(8, littleEndian)) : view.getUint32(4, littleEndian);
  const file: TiffFile = { littleEndian, big, pages: [], taken: { bytes: 0 } };
  const seen = new Set<number>();
  while (next !== 0 && !seen.has(next) && file.pages.length < MAX_PAGES) {
    seen.add(next);
    let page: { directory: TiffDirectory; next: number };
    try {
      page = await readDirectory(source, file, next);
    } catch (error) {
      // A damaged later page does not spoil the first.
      if (file.pages.length === 0) throw error;
      break;
    }
    file.pages.push(page.directory);
    next = page.next;
  }
  if (file.pages.length === 0) throw new TiffError('no picture directory');
  return file;
}

/** One directory at `offset`, and the offset of the one that follows. */
export async function readDirectory(
  source: ByteSource,
  file: Structure,
  offset: number,
): Promise<{ directory: TiffDirectory; next: number }> {
  const { littleEndian, big } = file;
  const countBytes = big ? 8 : 2;
  const entry = big ? 20 : 12;
  const word = big ? 8 : 4;
  const head = await source.read(offset, countBytes);
  const headView = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const count = big ? Number(headView.getBigUint64(0, littleEndian)) : headView.getUint16(0, littleEndian);
  if (count === 0 || count > 4096) throw new TiffError('damaged picture directory');
  const table = await source.read(offset + countBytes, count * entry);
  const view = new DataView(table.buffer, table.byteOffset, table.byteLength);
  const fields = new Map<number, TiffField>();
  const taken = file.taken ?? { bytes: 0 };
  const most = Math.min(MAX_VALUES, 4 * source.size + 65536);
  for (let i = 0; i < count; i++) {
    const at = i * entry;
    const tag = view.getUint16(at, littleEndian);
    const type = view.getUint16(at + 2, littleEndian);
    const n = big ? Number(view.getBigUint64(at + 4, littleEndian)) : view.getUint32(at + 4, littleEndian);
    const size = (SIZES[type] ?? 0) * n;
    if (size === 0 || size > MAX_FIELD) continue;
    const valueAt = at + (big ? 12 : 8);
    let bytes: Uint8Array;
    if (size <= word) bytes = table.subarray(valueAt, valueAt + size);
    else {
      if (taken.bytes + size > most) continue;
      taken.bytes += size;
      const where = big
        ? Number(view.getBigUint64(valueAt, littleEndian))
        : view.getUint32(valueAt, littleEndian);
      try {
        bytes = await source.read(where, size);
      } catch {
        continue; // A field that points outside the file is treated as absent; pixels are checked on their own.
      }
    }
    fields.set(tag, { tag, type, count: n, bytes });
  }
  let next = 0;
  const nextAt = offset + countBytes + count * entry;
  if (nextAt + word <= source.size) {
    const b = await source.read(nextAt, word);
    const v = new DataView(b.buffer, b.byteOffset, b.byteLength);
    next = big ? Number(v.getBigUint64(0, littleEndian)) : v.getUint32(0, littleEndian);
  }
  return { directory: { offset, fields }, next };
}

/** Numeric values of a field; rationals become quotients (0/0 becomes NaN). Empty for an absent field. */
export function numbers(file: Pick<TiffFile, 'littleEndian'>, field: TiffField | undefined): number[] {
  if (!field) return [];
  const v = new DataView(field.bytes.buffer, field.bytes.byteOffset, field.bytes.byteLength);
  const le = file.littleEndian;
  const read: Record<number, (at: number) => number> = {
    1: (at) => v.getUint8(at),
    3: (at) => v.getUint16(at, le),
    4: (at) => v.getUint32(at, le),
    5: (at) => v.getUint32(at, le) / v.getUint32(at + 4, le),
    6: (at) => v.getInt8(at),
    7: (at) => v.getUint8(at),
    8: (at) => v.getInt16(at, le),
    9: (at) => v.getInt32(at, le),
    10: (at) => v.getInt32(at, le) / v.getInt32(at + 4, le),
    11: (at) => v.getFloat32(at, le),
    12: (at) => v.getFloat64(at, le),
    13: (at) => v.getUint32(at, le),
    16: (at) => Number(v.getBigUint64(at, le)),
    17: (at) => Number(v.getBigInt64(at, le)),
    18: (at) => Number(v.getBigUint64(at, le)),
  };
  const get = read[field.type];
  if (!get) return [];
  const size = SIZES[field.type];
  return Array.from({ length: field.count }, (_, i) => get(i * size));
}

/** First value of a field, or null. */
export function number(file: Pick<TiffFile, 'littleEndian'>, field: TiffField | undefined): number | null {
  const values = numbers(file, field ? { ...field, count: Math.min(1, field.count) } : undefined);
  return values.length > 0 && Number.isFinite(values[0]) ? values[0] : null;
}

/** Text of an ASCII or byte field, up to the first NUL, trimmed; null when absent or empty. */
export function text(field: TiffField | undefined): string | null {
  if (!field) return null;
  const end = field.bytes.indexOf(0);
  const s = new TextDecoder('utf-8').decode(end < 0 ? field.bytes : field.bytes.subarray(0, end)).trim();
  return s === '' ? null : s;
}

/** Directory a field points to (EXIF, GPS, interoperability), or null where there is none or it is damaged. */
export async function subDirectory(
  source: ByteSource,
  file: Structure,
  field: TiffField | undefined,
): Promise<TiffDirectory | null> {
  const offset = number(file, field);
  if (offset === null) return null;
  try {
    return (await readDirectory(source, file, offset)).directory;
  } catch {
    return null;
  }
}
