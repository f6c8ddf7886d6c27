/** File names: where an output goes, and which scans a dropped list of files and folders holds. */
import { existsSync, lstatSync, statSync } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { RevealError } from '../../app/contract/messages.ts';
import { say } from '../../app/words/sentences.ts';
import { fileError, show } from './bytes.ts';
import { SCAN_EXTENSIONS } from './sniff.ts';

/** Longest name (bytes of UTF-8) of file systems, less the longest ending of what lies beside an output: a repair's file. */
const LONGEST_NAME = 255 - '.revelado.repair'.length;

/** What a path leads to, links followed, so that two ways to one file compare as equal; null where there is none. */
function identity(file: string): string | null {
  try {
    const { dev, ino } = statSync(file, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return null;
  }
}

/** Identities of files that must survive a run, for `outputName`. */
export function scanIdentities(files: readonly (string | null)[]): Set<string> {
  return new Set(files.map((file) => file && identity(file)).filter((key) => key !== null));
}

/**
 * Refuses to write over a scan: `output` may reach it through another name, a link or a linked folder.
 * Throws RevealError 'bad-input'.
 */
export function spareScans(output: string, scans: ReadonlySet<string>): void {
  const key = identity(output);
  if (key !== null && scans.has(key))
    throw new RevealError('bad-input', say('output-is-scan', { file: show(output) }));
}

/**
 * The path of an output: named after its input, `name.ext`, and `name-2.ext`, `name-3.ext` … for further
 * inputs of the same stem in one run. `taken` remembers the run's names (pass the same set for all of them),
 * `scans` the files that no output may replace. A stem too long for its record's name is cut.
 * Throws RevealError 'bad-input' when that file exists on disk and `overwrite` is false.
 */
export function outputName(
  dir: string,
  inputPath: string,
  ext: string,
  taken: Set<string>,
  overwrite: boolean,
  scans: ReadonlySet<string> = new Set(),
): string {
  const base = path.basename(inputPath);
  // A name that is all extension (".tif") keeps it as its stem.
  const stem = base.slice(0, base.length - path.extname(base).length) || base;
  const extension = ext.replace(/^\./, '');
  for (let n = 1; ; n++) {
    const ending = `${n === 1 ? '' : `-${n}`}.${extension}`;
    let name = stem;
    while (Buffer.byteLength(name + ending) > LONGEST_NAME) name = Array.from(name).slice(0, -1).join('');
    const file = path.join(dir, name + ending);
    // File systems of macOS and Windows take A and a for the same name.
    const key = file.normalize('NFC').toLowerCase();
    if (taken.has(key)) continue;
    if (!overwrite && exists(file))
      throw new RevealError('bad-input', say('output-exists', { file: show(file) }));
    if (overwrite) {
      spareScans(file, scanIdentities([inputPath]));
      spareScans(file, scans);
    }
    taken.add(key);
    return file;
  }
}

function exists(file: string): boolean {
  try {
    lstatSync(file);
    return true;
  } catch {
    return existsSync(file);
  }
}

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
/** Natural order: scan2 before scan10; equal names in code order, so that the order is always the same. */
export function naturalOrder(a: string, b: string): number {
  return collator.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0);
}

/**
 * Files and folders as a person names them, to scans: folders are searched to the bottom, hidden files and
 * files with foreign extensions in them are passed over, a file named directly is always taken. Links to files
 * are followed; a folder is entered once, so that links in circles end. Natural order within each folder.
 */
export async function expandInputs(
  paths: readonly string[],
): Promise<{ files: string[]; problems: { path: string; reason: string }[] }> {
  const files: string[] = [];
  const problems: { path: string; reason: string }[] = [];
  const known = new Set<string>();
  const visited = new Set<string>();
  const add = (file: string): void => {
    const full = path.resolve(file);
    if (known.has(full)) return;
    known.add(full);
    files.push(full);
  };
  const problem = (file: string, error: unknown): void => {
    problems.push({ path: file, reason: fileError(file, error, 'read').message });
  };
  const walk = async (folder: string): Promise<void> => {
    let entries;
    try {
      const real = await realpath(folder);
      if (visited.has(real)) return;
      visited.add(real);
      entries = await readdir(folder, { withFileTypes: true });
    } catch (error) {
      problem(folder, error);
      return;
    }
    entries.sort((a, b) => naturalOrder(a.name, b.name));
    const folders: string[] = [];
    for (const entry of entries) {
      if (entry.name.startsWith('.')) continue;
      const full = path.join(folder, entry.name);
      let isFolder = entry.isDirectory();
      let isFile = entry.isFile();
      if (entry.isSymbolicLink()) {
        try {
          const target = await stat(full);
          isFolder = target.isDirectory();
          isFile = target.isFile();
        } catch (error) {
          if (wanted(entry.name)) problem(full, error);
          continue;
        }
      }
      if (isFolder) folders.push(full);
      else if (isFile && wanted(entry.name)) add(full);
    }
    for (const sub of folders) await walk(sub);
  };
  for (const given of paths) {
    try {
      const target = await stat(given);
      if (target.isDirectory()) {
        const before = files.length;
        const troubles = problems.length;
        await walk(path.resolve(given));
        if (files.length === before && problems.length === troubles)
          problems.push({ path: given, reason: say('folder-empty', { file: show(given) }) });
      } else add(given);
    } catch (error) {
      problem(given, error);
    }
  }
  return { files, problems };
}

const wanted = (name: string): boolean => SCAN_EXTENSIONS.has(path.extname(name).slice(1).toLowerCase());
