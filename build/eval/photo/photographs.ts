/**
 * Photographs out of plain tar files (ustar, files only), one after the other: the scenes of the photo accuracy
 * script. Nothing is unpacked to disk.
 */
import { readFileSync } from 'node:fs';

export interface Photograph {
  name: string;
  bytes: Uint8Array;
}

const BLOCK = 512;

/** The JPEGs of a tar file, in its order: every `step`-th from the `from`-th, `count` at most. */
export function photographs(file: string, from: number, step: number, count: number): Photograph[] {
  const tar = readFileSync(file);
  const found: Photograph[] = [];
  let index = 0;
  for (let at = 0; at + BLOCK <= tar.length && found.length < count;) {
    const header = tar.subarray(at, at + BLOCK);
    const end = header.indexOf(0);
    const name = header.toString('latin1', 0, Math.min(100, end < 0 ? 100 : end));
    if (name === '') break;
    const size = parseInt(header.toString('latin1', 124, 136), 8);
    if (!Number.isFinite(size)) throw new Error(`${file} is not a plain tar file (at byte ${at}).`);
    if (/\.jpe?g$/i.test(name)) {
      if (index >= from && (index - from) % step === 0)
        found.push({ name, bytes: tar.subarray(at + BLOCK, at + BLOCK + size) });
      index++;
    }
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return found;
}
