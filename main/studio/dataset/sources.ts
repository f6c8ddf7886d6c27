/**
 * The sources of a dataset in the making: photographs, films, registered pairs and finished datasets, as a
 * person names them (files and folders). Only names are looked at here.
 */
import { stat } from 'node:fs/promises';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { RevealError } from '../../../app/contract/messages.ts';
import { fileError, show } from '../../files/bytes.ts';
import { expandInputs } from '../../files/names.ts';
import { openDataset } from './open.ts';
import { findPairs, holdsPairs, type PairFiles } from './pairs.ts';
import type { Place, Problem, Split } from './types.ts';

export const FILM_NAME = /\.(mp4|mov|mkv|avi|m4v|webm|mpe?g|m2?ts|wmv)$/i;

/** One thing to be looked at. */
export type Item =
  | { kind: 'photo'; name: string; place: Place; split: Split | null }
  | { kind: 'pair'; name: string; pair: PairFiles }
  | { kind: 'film'; name: string; file: string };

export interface Source {
  /** As the person named it, absolute. */
  path: string;
  items: Item[];
  problems: Problem[];
}

const whole = (file: string): Place => ({ file, offset: 0, length: -1 });

async function gather(given: string): Promise<Source> {
  const source: Source = { path: given, items: [], problems: [] };
  let folder: boolean;
  try {
    folder = (await stat(given)).isDirectory();
  } catch (error) {
    throw fileError(given, error, 'read');
  }
  if (!folder) {
    const name = path.basename(given);
    source.items.push(
      FILM_NAME.test(given)
        ? { kind: 'film', name, file: given }
        : { kind: 'photo', name, place: whole(given), split: null },
    );
    return source;
  }
  const names = await readdir(given);
  if (holdsPairs(given)) {
    const found = await findPairs(given);
    source.items = found.pairs.map((pair) => ({ kind: 'pair', name: pair.id, pair }));
    source.problems = found.problems;
    return source;
  }
  if (names.includes('index.csv') || names.some((name) => /\.tar$/i.test(name))) {
    const set = await openDataset(given);
    source.problems = set.problems;
    for (const picture of set.pictures)
      if (!picture.pair)
        source.items.push({ kind: 'photo', name: picture.id, place: picture.place, split: picture.split });
      else
        source.problems.push({
          id: picture.id,
          reason: 'a pair of a finished dataset; name its own folder instead',
        });
    return source;
  }
  const { files, problems } = await expandInputs([given]);
  source.items = files.map((file): Item => {
    const name = path.relative(given, file).split(path.sep).join('/');
    return FILM_NAME.test(file)
      ? { kind: 'film', name, file }
      : { kind: 'photo', name, place: whole(file), split: null };
  });
  source.problems = problems.map((problem) => ({ id: path.basename(problem.path), reason: problem.reason }));
  return source;
}

/**
 * Looks up what was named. A source that is not there, or holds nothing, is an error at once: nothing has been
 * done yet. @throws RevealError 'not-found', 'bad-input'
 */
export async function gatherSources(paths: readonly string[]): Promise<Source[]> {
  const sources: Source[] = [];
  for (const given of paths) {
    const source = await gather(path.resolve(given));
    if (source.items.length === 0)
      throw new RevealError(
        'bad-input',
        source.problems.length > 0
          ? `${show(given)} gives nothing to learn from: ${source.problems[0].reason.replace(/\.$/, '')}.`
          : `${show(given)} holds no photographs and no films. Name a folder that does.`,
      );
    sources.push(source);
  }
  return sources;
}
