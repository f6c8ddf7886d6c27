/**
 * Folders the host knows by id: where scans come from, where exports go, the inbox. A window names a folder by
 * id and a relative path below it; whatever leaves the folder, by `..` or by a link, is refused.
 */
import { randomUUID } from 'node:crypto';
import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Folder } from '../../app/contract/host.ts';
import { RevealError } from '../../app/contract/messages.ts';
import { say } from '../../app/words/sentences.ts';
import { naturalKey } from './text.ts';
import type { Db } from './database.ts';

interface FolderRow {
  id: string;
  name: string;
  path: string;
  purpose: Folder['purpose'];
  watched: number;
}
const toFolder = (row: FolderRow): Folder => ({ ...row, watched: row.watched === 1 });

/** Writes the host's folders into the library: path and name follow the seed, `watched` stays as the person set it for that path. */
export function seedFolders(db: Db, seeds: readonly Folder[]): void {
  db.transaction(() => {
    for (const seed of seeds)
      db.run(
        `INSERT INTO folders (id, name, path, purpose, watched) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, purpose = excluded.purpose,
           watched = CASE WHEN folders.path = excluded.path THEN folders.watched ELSE excluded.watched END,
           path = excluded.path`,
        [seed.id, seed.name, path.resolve(seed.path), seed.purpose, seed.watched ? 1 : 0],
      );
  });
}

/** `visible`: ids this host may show; folders named at an earlier launch are remembered but not offered. */
export function listFolders(db: Db, visible?: ReadonlySet<string>): Folder[] {
  return db
    .all<FolderRow>('SELECT * FROM folders ORDER BY purpose DESC, name COLLATE NOCASE')
    .map(toFolder)
    .filter((f) => !visible || visible.has(f.id));
}

export function getFolder(db: Db, id: string): Folder {
  const row = db.get<FolderRow>('SELECT * FROM folders WHERE id = ?', [id]);
  if (!row) throw new RevealError('not-found', say('folder-unknown'));
  return toFolder(row);
}

/** Remembers a folder a person chose; the same path and purpose again is the same folder. */
export function addFolder(db: Db, folder: Omit<Folder, 'id'>): Folder {
  const real = path.resolve(folder.path);
  const known = db.get<FolderRow>('SELECT * FROM folders WHERE path = ? AND purpose = ?', [
    real,
    folder.purpose,
  ]);
  if (known) {
    db.run('UPDATE folders SET watched = ? WHERE id = ?', [folder.watched ? 1 : known.watched, known.id]);
    return getFolder(db, known.id);
  }
  const id = randomUUID();
  db.run('INSERT INTO folders (id, name, path, purpose, watched) VALUES (?, ?, ?, ?, ?)', [
    id,
    folder.name,
    real,
    folder.purpose,
    folder.watched ? 1 : 0,
  ]);
  return getFolder(db, id);
}

export function setWatched(db: Db, id: string, on: boolean): Folder {
  db.run('UPDATE folders SET watched = ? WHERE id = ?', [on ? 1 : 0, id]);
  return getFolder(db, id);
}

/** Whether `file` lies in `dir` (or is it); both absolute and real. */
export function isInside(dir: string, file: string): boolean {
  const relative = path.relative(dir, file);
  return (
    relative === '' ||
    (!relative.startsWith(`..${path.sep}`) && relative !== '..' && !path.isAbsolute(relative))
  );
}

/**
 * The real path of `relative` below `root`.
 * @throws RevealError 'bad-request' when it leads out of the folder, 'not-found' when it is not there.
 */
export async function resolveInside(root: string, relative: string): Promise<string> {
  const outside = new RevealError('bad-request', `"${relative}" is outside of the folder.`);
  if (relative.includes('\0') || path.isAbsolute(relative) || path.win32.isAbsolute(relative)) throw outside;
  const wanted = path.resolve(root, relative);
  if (!isInside(path.resolve(root), wanted)) throw outside;
  let real: string;
  let realRoot: string;
  try {
    [real, realRoot] = await Promise.all([realpath(wanted), realpath(root)]);
  } catch {
    throw new RevealError('not-found', say('entry-gone', { name: relative || path.basename(root) }));
  }
  if (!isInside(realRoot, real)) throw outside;
  return real;
}

export interface Entry {
  name: string;
  directory: boolean;
  size: number;
}

/** Settings, records and repairs that we wrote beside pictures: nothing that a person would choose. */
const OURS = /\.revelado\.(?:json|repair)$/i;

/** Folders and files directly below; hidden ones, what we wrote beside pictures, links that lead out and what is neither are left out. Natural order, folders first. */
export async function listEntries(root: string, relative: string): Promise<Entry[]> {
  const dir = await resolveInside(root, relative);
  let names: string[];
  try {
    names = await readdir(dir);
  } catch (error) {
    throw new RevealError(
      'disk',
      say('folder-unreadable', { folder: path.basename(dir), detail: (error as Error).message }),
    );
  }
  const realRoot = await realpath(root);
  const entries = await Promise.all(
    names
      .filter((name) => !name.startsWith('.'))
      .map(async (name): Promise<Entry | null> => {
        try {
          const real = await realpath(path.join(dir, name));
          if (!isInside(realRoot, real)) return null;
          const info = await stat(real);
          if (!info.isDirectory() && !(info.isFile() && !OURS.test(name))) return null;
          return { name, directory: info.isDirectory(), size: info.isDirectory() ? 0 : info.size };
        } catch {
          return null;
        }
      }),
  );
  return entries
    .filter((e) => e !== null)
    .sort(
      (a, b) =>
        Number(b.directory) - Number(a.directory) || (naturalKey(a.name) < naturalKey(b.name) ? -1 : 1),
    );
}
