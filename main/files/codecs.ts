/**
 * The compressions that scanners and editors use in TIFF, and their predictors: none, Deflate, LZW, PackBits.
 * Anything else (JPEG, CCITT, ZSTD in TIFF) goes to libvips. Formulas: TIFF 6.0 sections 9, 13 and 14; the
 * floating point predictor after Adobe Photoshop TIFF Technical Note 3 (2005).
 */
import { promisify } from 'node:util';
import { inflate } from 'node:zlib';
import { ShortRead } from './bytes.ts';
import { TiffError } from './tiff-tags.ts';

const inflateAsync = promisify(inflate);

export const COMPRESSION = { none: 1, lzw: 5, deflate: 8, packbits: 32773, oldDeflate: 32946 } as const;

/** The most bytes that one stored byte can become: runs of 128, twelve-bit codes for long strings, Deflate's 258 in two bits. */
const EXPANSION: Record<number, number> = {
  [COMPRESSION.none]: 1,
  [COMPRESSION.lzw]: 2731,
  [COMPRESSION.deflate]: 1032,
  [COMPRESSION.oldDeflate]: 1032,
  [COMPRESSION.packbits]: 64,
};

/** Whether `stored` bytes can unpack to `size`; what cannot is refused before memory is taken for it. */
export function canHold(compression: number, stored: number, size: number): boolean {
  return size <= stored * (EXPANSION[compression] ?? 1) + 64;
}

/** True for the compressions `decompress` knows. */
export function knows(compression: number): boolean {
  return (Object.values(COMPRESSION) as number[]).includes(compression);
}

/** Undoes the compression of one strip or tile; `size` is what must come out. Throws ShortRead when less does. */
export async function decompress(compression: number, bytes: Uint8Array, size: number): Promise<Uint8Array> {
  let out: Uint8Array;
  switch (compression) {
    case COMPRESSION.none:
      out = bytes;
      break;
    case COMPRESSION.deflate:
    case COMPRESSION.oldDeflate:
      // The limit stops a strip that would unpack to far more than its header promises.
      out = await inflateAsync(bytes, { maxOutputLength: Math.max(size * 2, 65536) });
      break;
    case COMPRESSION.lzw:
      out = unpackLzw(bytes, size);
      break;
    case COMPRESSION.packbits:
      out = unpackBits(bytes, size);
      break;
    default:
      throw new Error(`unknown TIFF compression ${compression}`);
  }
  if (out.length < size) throw new ShortRead();
  return out.length === size ? out : out.subarray(0, size);
}

/** PackBits run lengths (TIFF 6.0 section 9). */
export function unpackBits(bytes: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(size);
  let o = 0;
  for (let i = 0; i < bytes.length && o < size;) {
    const n = (bytes[i++] << 24) >> 24;
    if (n >= 0) {
      const end = Math.min(o + n + 1, size);
      while (o < end && i < bytes.length) out[o++] = bytes[i++];
    } else if (n !== -128) {
      const end = Math.min(o + 1 - n, size);
      out.fill(bytes[i++], o, end);
      o = end;
    }
  }
  if (o < size) throw new ShortRead();
  return out;
}

/** LZW with the most significant bit first and the early code change (TIFF 6.0 section 13). */
export function unpackLzw(bytes: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(size);
  // A table entry is a stretch of output already written: where it starts and how long it is.
  const start = new Int32Array(4097);
  const length = new Int32Array(4097);
  let o = 0;
  let bits = 9;
  let next = 258;
  let hold = 0;
  let held = 0;
  let i = 0;
  let lastAt = -1;
  let lastLength = 0;
  while (o < size) {
    while (held < bits) {
      if (i >= bytes.length) throw new ShortRead();
      hold = ((hold << 8) | bytes[i++]) & 0xffffff;
      held += 8;
    }
    const code = (hold >> (held - bits)) & ((1 << bits) - 1);
    held -= bits;
    if (code === 257) break;
    if (code === 256) {
      bits = 9;
      next = 258;
      lastAt = -1;
      continue;
    }
    const at = o;
    let n: number;
    if (code < 256) {
      out[o++] = code;
      n = 1;
    } else {
      let from: number;
      if (code < next) {
        from = start[code];
        n = length[code];
      } else if (code === next && lastAt >= 0) {
        from = lastAt;
        n = lastLength + 1;
      } else throw new TiffError('its LZW data cannot be unpacked');
      const end = Math.min(size, o + n);
      while (o < end) out[o++] = out[from++];
    }
    if (lastAt >= 0 && next < 4096) {
      start[next] = lastAt;
      length[next] = lastLength + 1;
      next++;
    }
    if (next + 1 >= 1 << bits && bits < 12) bits++;
    lastAt = at;
    lastLength = n;
  }
  if (o < size) throw new ShortRead();
  return out;
}

/** Swaps byte order in place for samples of `width` bytes. */
export function swapBytes(bytes: Uint8Array, width: number): void {
  if (width === 2) Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).swap16();
  else if (width === 4) Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).swap32();
  else if (width === 8) Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).swap64();
}

/** Horizontal differencing undone in place on integer rows; samples wrap as the type does. */
export function undoDifference(
  samples: Uint8Array | Uint16Array | Uint32Array,
  rowLength: number,
  channels: number,
): void {
  for (let row = 0; row + rowLength <= samples.length; row += rowLength)
    for (let i = row + channels; i < row + rowLength; i++) samples[i] += samples[i - channels];
}

/**
 * The floating point predictor (3): each row holds the bytes of all samples sorted by significance, most
 * significant first, and differenced. Returns rows in this machine's (little-endian) order.
 */
export function undoFloatDifference(
  bytes: Uint8Array,
  rowBytes: number,
  channels: number,
  width: number,
): Uint8Array {
  const out = new Uint8Array(bytes.length);
  const perRow = rowBytes / width;
  for (let row = 0; row + rowBytes <= bytes.length; row += rowBytes) {
    for (let i = row + channels; i < row + rowBytes; i++) bytes[i] = (bytes[i] + bytes[i - channels]) & 255;
    for (let s = 0; s < perRow; s++)
      for (let b = 0; b < width; b++) out[row + s * width + (width - 1 - b)] = bytes[row + b * perRow + s];
  }
  return out;
}
