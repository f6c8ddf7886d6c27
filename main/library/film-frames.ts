/**
 * Frames of DPX films among files that are imported: one of them stands for its film, the others are no items of their own.
 * They may come all at once, or one by one as a browser brings them.
 */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { sequenceOf } from '../../app/film/sequence.ts';
import type { Db } from './database.ts';
import { itemsOfScan, scanByPath, type ScanRow } from './items.ts';

const isFrame = (file: string): boolean => /\.dpx$/i.test(file);

/** Files without those frames of a DPX film that are not its first: that one stands for all of them. */
export function oneOfEach(files: readonly string[]): string[] {
  const folders = new Map<string, string[]>();
  for (const file of files)
    if (isFrame(file)) {
      const folder = path.dirname(file);
      folders.set(folder, [...(folders.get(folder) ?? []), path.basename(file)]);
    }
  const spare = new Set<string>();
  for (const [folder, names] of folders) {
    let left = names;
    while (left.length > 0) {
      const own = sequenceOf(left, left[0]).map(({ name }) => name);
      for (const name of own.slice(1)) spare.add(path.join(folder, name));
      const gone = new Set([left[0], ...own]);
      left = left.filter((name) => !gone.has(name));
    }
  }
  return files.filter((file) => !spare.has(file));
}

/** The film that a DPX frame belongs to, where another frame of it stands for it already; null: it is the first to come. */
export async function filmOf(db: Db, file: string): Promise<ScanRow | null> {
  if (!isFrame(file)) return null;
  const folder = path.dirname(file);
  for (const { name } of sequenceOf(await readdir(folder), path.basename(file))) {
    const scan = scanByPath(db, path.join(folder, name));
    if (scan && scan.path !== file && itemsOfScan(db, scan.id).length > 0) return scan;
  }
  return null;
}
