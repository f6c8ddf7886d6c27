/**
 * Which reels a person means by the files and folders that were named: films, and numbered pictures, which are one reel
 * each folder. In folders only what can be a reel counts; what was named itself is taken at its word.
 */
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { isSequencePicture, sequenceOf } from '../../app/film/sequence.ts';
import { say } from '../../app/words/sentences.ts';
import { expandInputs, show } from '../files/index.ts';

const FILM_NAMES =
  /\.(mp4|m4v|mov|mkv|webm|avi|mpe?g|m2v|ts|mts|m2ts|vob|wmv|asf|flv|ogv|ogg|dv|mxf|3gp|3g2|mj2|nut|ivf|y4m|h264|hevc|gif|apng|rm|gxf|wtv)$/i;

const byNumber = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** The sequence that a picture belongs to: its folder where that holds no other, else the picture itself. */
function sequenceAt(folder: string, names: readonly string[], one: string): { reel: string; own: string[] } {
  const own = sequenceOf(names, one).map(({ name }) => name);
  const pictures = names.filter(isSequencePicture).length;
  return { reel: own.length > 0 && own.length === pictures ? folder : path.join(folder, one), own };
}

/** Reels in a folder and the folders below it; hidden ones are left out. */
async function reelsIn(folder: string): Promise<string[]> {
  const entries = (await readdir(folder, { withFileTypes: true }))
    .filter(({ name }) => !name.startsWith('.'))
    .sort((a, b) => byNumber.compare(a.name, b.name));
  const names = entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
  const reels: string[] = [];
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) continue;
    if (FILM_NAMES.test(name)) reels.push(path.join(folder, name));
    if (!isSequencePicture(name)) continue;
    const { reel, own } = sequenceAt(folder, names, name);
    for (const other of own) seen.add(other);
    // A lone picture is no film.
    if (own.length > 1) reels.push(reel);
  }
  for (const entry of entries)
    if (entry.isDirectory()) reels.push(...(await reelsIn(path.join(folder, entry.name))));
  return reels;
}

/** @param inputs absolute paths. @returns each reel once, and what cannot be taken with the reason */
export async function reelsAmong(
  inputs: readonly string[],
): Promise<Awaited<ReturnType<typeof expandInputs>>> {
  const files = new Set<string>();
  const problems: { path: string; reason: string }[] = [];
  for (const input of inputs) {
    const info = await stat(input).catch(() => null);
    if (info?.isDirectory()) {
      const found = await reelsIn(input);
      if (found.length === 0)
        problems.push({ path: input, reason: say('film-folder-empty', { folder: show(input) }) });
      for (const reel of found) files.add(reel);
    } else if (info && isSequencePicture(input)) {
      const folder = path.dirname(input);
      files.add(sequenceAt(folder, await readdir(folder), path.basename(input)).reel);
    } else {
      const given = await expandInputs([input]);
      for (const file of given.files) files.add(file);
      problems.push(...given.problems);
    }
  }
  return { files: [...files], problems };
}
