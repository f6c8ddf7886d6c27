/**
 * Names that other programs misread. A newline splits a command of exiftool's line protocol, and libvips takes
 * "[...]" at the end of a name for options. Such a file is reached through a link with a plain name in a
 * private temporary folder; the file itself is never renamed.
 */
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const isOdd = (file: string): boolean =>
  file.endsWith(']') || [...file].some((ch) => ch.charCodeAt(0) < 32 || ch.charCodeAt(0) === 127);

/** Calls `use` with an absolute path that any program takes literally. */
export async function withPlainPath<T>(file: string, use: (plain: string) => Promise<T>): Promise<T> {
  const full = path.resolve(file);
  if (!isOdd(full)) return use(full);
  const dir = await mkdtemp(path.join(tmpdir(), 'revelado-'));
  try {
    const extension = /^\.[A-Za-z0-9]{1,8}$/.exec(path.extname(full))?.[0] ?? '';
    const link = path.join(dir, `scan${extension}`);
    await symlink(full, link);
    return await use(link);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
