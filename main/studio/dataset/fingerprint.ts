/**
 * A dataset's content as one word, so that a run that goes on can tell whether it still learns from the same
 * pictures, wherever they lie now: SHA-256 over the name, side, length and last bytes of every picture. Reading all
 * of thousands of photographs would take minutes; the end of a compressed file changes with anything in it.
 */
import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { fileError } from '../../files/bytes.ts';
import type { Dataset, Place } from './types.ts';

/** Bytes of each picture that are looked at. */
const TAIL = 512;

/** Hex. @throws RevealError naming a file that cannot be read */
export async function fingerprint(dataset: Pick<Dataset, 'pictures' | 'manifest'>): Promise<string> {
  const files = new Map<string, FileHandle>();
  const bytes = Buffer.alloc(TAIL);
  let last: FileHandle | null = null;
  const digest = async ({ file, offset, length }: Place): Promise<string> => {
    try {
      // Tars hold many pictures each and stay open; a file of its own is let go of at once.
      let handle = files.get(file);
      if (!handle) {
        handle = await open(file, 'r');
        if (length >= 0) files.set(file, handle);
        else last = handle;
      }
      const size = length < 0 ? (await handle.stat()).size : length;
      const count = Math.min(TAIL, size);
      const { bytesRead } = await handle.read(bytes, 0, count, offset + size - count);
      return `${size} ${bytes.toString('base64', 0, bytesRead)}`;
    } catch (error) {
      throw fileError(file, error, 'read');
    } finally {
      await last?.close();
      last = null;
    }
  };
  try {
    const lines: string[] = [];
    for (const { id, split, place, pair } of dataset.pictures)
      lines.push(
        JSON.stringify([id, split, await digest(place), ...(pair ? [await digest(pair.place)] : [])]),
      );
    const hash = createHash('sha256').update(`${dataset.manifest.preset ?? ''}\n`);
    for (const line of lines.sort()) hash.update(`${line}\n`);
    return hash.digest('hex');
  } finally {
    for (const handle of files.values()) await handle.close();
  }
}
