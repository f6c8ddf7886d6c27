/**
 * Plain uncompressed ustar archives (POSIX.1-1988) as a store of many small files: the headers are walked once
 * for name, offset and length, and from then on a file is one positioned read. Nothing is ever unpacked, so a
 * name with "../" in it can do no harm. Long names of pax ("x" records) and GNU tar ("L") are understood.
 */
import { open, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { RevealError } from '../../../app/contract/messages.ts';
import { FileSource, fileError, show } from '../../files/bytes.ts';

const BLOCK = 512;

export interface TarEntry {
  name: string;
  offset: number;
  length: number;
}

const text = (bytes: Uint8Array): string => {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
};

/** A number field: octal text, or base 256 (GNU) when the first bit is set. */
function number(field: Uint8Array): number {
  if (field[0] & 0x80) {
    let value = field[0] & 0x7f;
    for (const byte of field.subarray(1)) value = value * 256 + byte;
    return value;
  }
  const octal = text(field).trim();
  return octal === '' ? 0 : /^[0-7]+$/.test(octal) ? Number.parseInt(octal, 8) : Number.NaN;
}

function checksumOf(header: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < BLOCK; i++) sum += i >= 148 && i < 156 ? 32 : header[i];
  return sum;
}

/** The `path` record of a pax header ("27 path=…\n"), or null. */
function paxPath(bytes: Uint8Array): string | null {
  let at = 0;
  const all = new TextDecoder().decode(bytes);
  while (at < all.length) {
    const space = all.indexOf(' ', at);
    const length = Number.parseInt(all.slice(at, space), 10);
    if (space < 0 || !(length > 0)) return null;
    const record = all.slice(space + 1, at + length - 1);
    if (record.startsWith('path=')) return record.slice(5);
    at += length;
  }
  return null;
}

/**
 * The regular files of a tar, in its order. An archive that ends too early gives the entries that are whole,
 * and `problem` says what is missing.
 * @throws RevealError when the file cannot be read or is no tar
 */
export async function indexTar(file: string): Promise<{ entries: TarEntry[]; problem: string | null }> {
  const source = await FileSource.open(file);
  const entries: TarEntry[] = [];
  const cut = (what: string): { entries: TarEntry[]; problem: string } => ({
    entries,
    problem: `${show(path.basename(file))} ${what} after ${entries.length} files; the rest of it is lost. Copy it again.`,
  });
  try {
    let at = 0;
    let longName: string | null = null;
    while (at + BLOCK <= source.size) {
      const header = await source.read(at, BLOCK);
      if (header.every((byte) => byte === 0)) return { entries, problem: null };
      const size = number(header.subarray(124, 136));
      if (number(header.subarray(148, 156)) !== checksumOf(header) || !Number.isSafeInteger(size)) {
        if (entries.length > 0) return cut('is damaged');
        throw new RevealError(
          'bad-input',
          `${show(file)} is no tar archive, or its first header is damaged.`,
        );
      }
      const data = at + BLOCK;
      if (data + size > source.size) return cut('ends');
      const type = String.fromCharCode(header[156] || 48);
      if (type === 'x' && size < 1 << 20) longName = paxPath(await source.read(data, size)) ?? longName;
      else if (type === 'L' && size < 1 << 20) longName = text(await source.read(data, size));
      else {
        const prefix = text(header.subarray(257, 262)) === 'ustar' ? text(header.subarray(345, 500)) : '';
        const name = longName ?? (prefix ? `${prefix}/` : '') + text(header.subarray(0, 100));
        longName = null;
        if (type === '0' || type === '7') entries.push({ name, offset: data, length: size });
      }
      at = data + Math.ceil(size / BLOCK) * BLOCK;
    }
    return { entries, problem: null };
  } catch (error) {
    throw fileError(file, error, 'read');
  } finally {
    await source.close();
  }
}

/** The header of a regular file. @throws RangeError for a name of more than 100 bytes */
export function tarHeader(name: string, length: number): Uint8Array {
  const header = new Uint8Array(BLOCK);
  const put = (at: number, value: string): void => header.set(new TextEncoder().encode(value), at);
  if (new TextEncoder().encode(name).length > 100) throw new RangeError(`${name}: too long for a tar name`);
  put(0, name);
  put(100, '0000644\0');
  put(108, '0000000\0');
  put(116, '0000000\0');
  put(124, `${length.toString(8).padStart(11, '0')}\0`);
  // No time of day: the same pictures give the same archive.
  put(136, '00000000000\0');
  put(156, '0');
  put(257, 'ustar\0');
  put(263, '00');
  put(148, `${checksumOf(header).toString(8).padStart(6, '0')}\0 `);
  return header;
}

/** Writes a tar file by file; `close` ends it. Offsets are known as soon as a file is added. */
export class TarWriter {
  readonly file: string;
  private readonly handle: FileHandle;
  private at = 0;
  private constructor(file: string, handle: FileHandle) {
    this.file = file;
    this.handle = handle;
  }

  /** @throws RevealError 'disk' */
  static async create(file: string): Promise<TarWriter> {
    try {
      return new TarWriter(file, await open(file, 'wx'));
    } catch (error) {
      throw fileError(file, error, 'write');
    }
  }

  get length(): number {
    return this.at;
  }

  /** Appends a file. @returns offset of its bytes. @throws RevealError 'disk' (full, gone) */
  async add(name: string, bytes: Uint8Array): Promise<number> {
    await this.write(tarHeader(name, bytes.length));
    const offset = this.at;
    await this.write(bytes);
    await this.write(new Uint8Array((BLOCK - (bytes.length % BLOCK)) % BLOCK));
    return offset;
  }

  /** Two empty blocks end the archive; synced to the disk. */
  async close(): Promise<void> {
    try {
      await this.write(new Uint8Array(2 * BLOCK));
      await this.handle.sync();
    } catch (error) {
      throw fileError(this.file, error, 'write');
    } finally {
      await this.handle.close();
    }
  }

  /** Gives the file up without ending it (after a failure). */
  async abandon(): Promise<void> {
    await this.handle.close().catch(() => undefined);
  }

  private async write(bytes: Uint8Array): Promise<void> {
    try {
      for (let done = 0; done < bytes.length;) {
        const { bytesWritten } = await this.handle.write(bytes, done, bytes.length - done);
        done += bytesWritten;
        this.at += bytesWritten;
      }
    } catch (error) {
      throw fileError(this.file, error, 'write');
    }
  }
}
