/** Small services of the file system: content hashes and free space. */
import { createHash } from 'node:crypto';
import { statfs } from 'node:fs/promises';
import path from 'node:path';
import { FileSource, codeOf, fileError } from './bytes.ts';

/** SHA-256 of a file's bytes, in hex. Reads in pieces, so that a film of many gigabytes costs no memory. */
export async function hashFile(file: string): Promise<string> {
  const source = await FileSource.open(file);
  try {
    const hash = createHash('sha256');
    const piece = 4 << 20;
    let buffer = new Uint8Array(Math.min(piece, source.size));
    let other = new Uint8Array(buffer.length);
    let pending: Uint8Array | null = null;
    for (let at = 0; at < source.size; at += piece) {
      const part = buffer.subarray(0, Math.min(piece, source.size - at));
      const reading = source.readInto(part, at);
      // One piece is hashed while the next is read.
      if (pending) hash.update(pending);
      await reading;
      pending = part;
      [buffer, other] = [other, buffer];
    }
    if (pending) hash.update(pending);
    return hash.digest('hex');
  } catch (error) {
    throw fileError(file, error, 'read');
  } finally {
    await source.close();
  }
}

/** Bytes that may still be written in a folder (or in the nearest one above it that exists). */
export async function freeSpace(dir: string): Promise<number> {
  let at = path.resolve(dir);
  for (;;) {
    try {
      const { bavail, bsize } = await statfs(at);
      return bavail * bsize;
    } catch (error) {
      const up = path.dirname(at);
      if (codeOf(error) !== 'ENOENT' || up === at) throw fileError(dir, error, 'write');
      at = up;
    }
  }
}
