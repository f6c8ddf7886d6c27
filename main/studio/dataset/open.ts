/**
 * Opens a dataset wherever pictures lie: a folder that `dataset build` made, a folder of tar files with an
 * index.csv (name, split, source, shard), tar files alone, a folder of registered pairs, or any folder of
 * photographs. Only names, places and splits are read here; what cannot be decoded is found by the loader.
 */
import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { RevealError } from '../../../app/contract/messages.ts';
import { planarFromBytes } from '../../../app/planar.ts';
import { fileError, show } from '../../files/bytes.ts';
import { expandInputs, naturalOrder } from '../../files/names.ts';
import { csvObjects } from './csv.ts';
import { findPairs, holdsPairs, inside } from './pairs.ts';
import { PictureReader, STANDARD_SIDE } from './read.ts';
import { balanceSplit, contentKey, namedSplit, splitOf } from './split.ts';
import { indexTar, type TarEntry } from './tar.ts';
import { presetNames } from './types.ts';
import type { Dataset, DatasetPicture, Manifest, Place, Problem, Split } from './types.ts';

const PICTURE = /\.(jpe?g|jpe|png|webp|tiff?|avif)$/i;
const FILM = /\.(mp4|mov|mkv|avi|m4v|webm|mpe?g|m2?ts|wmv)$/i;

interface Found {
  pictures: DatasetPicture[];
  problems: Problem[];
}

/** Reads manifest facts of dataset.json; a damaged one is said, since it names what the pictures are. */
async function readManifest(dir: string, hasTars: boolean): Promise<Manifest> {
  const file = path.join(dir, 'dataset.json');
  if (!existsSync(file))
    return { kind: hasTars ? 'tars' : 'folder', preset: null, size: null, details: null };
  try {
    const details = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    return {
      kind: 'built',
      preset: presetNames.find((name) => name === details['preset']) ?? null,
      size: typeof details['size'] === 'number' ? details['size'] : null,
      details,
    };
  } catch (error) {
    throw new RevealError(
      'bad-input',
      `${show(file)} is damaged (${error instanceof Error ? error.message : String(error)}). Build the dataset again.`,
      { cause: error },
    );
  }
}

/** All entries of the folder's tar files, by shard. */
async function indexShards(
  dir: string,
  shards: readonly string[],
): Promise<{ entries: Map<string, Map<string, TarEntry>>; problems: Problem[] }> {
  const entries = new Map<string, Map<string, TarEntry>>();
  const problems: Problem[] = [];
  for (const shard of shards) {
    try {
      const found = await indexTar(path.join(dir, shard));
      entries.set(shard, new Map(found.entries.map((entry) => [entry.name, entry])));
      if (found.problem) problems.push({ id: shard, reason: found.problem });
    } catch (error) {
      if (!(error instanceof RevealError)) throw error;
      problems.push({ id: shard, reason: error.message });
    }
  }
  return { entries, problems };
}

async function withIndex(dir: string, shards: readonly string[]): Promise<Found> {
  const rows = csvObjects(await readFile(path.join(dir, 'index.csv'), 'utf8'));
  if (rows.length === 0 || !('name' in rows[0]))
    throw new RevealError(
      'bad-input',
      `${show(path.join(dir, 'index.csv'))} needs a header line with at least the column name, and one line for each picture.`,
    );
  const { entries, problems } = await indexShards(dir, shards);
  const locate = (name: string, shard: string): Place | null => {
    for (const in_ of shard ? [shard] : [...entries.keys()]) {
      const entry = entries.get(in_)?.get(name);
      if (entry) return { file: path.join(dir, in_), offset: entry.offset, length: entry.length };
    }
    const file = shard ? null : inside(dir, name);
    return file && existsSync(file) ? { file, offset: 0, length: -1 } : null;
  };
  const pictures: DatasetPicture[] = [];
  const undecided: DatasetPicture[] = [];
  const keys: string[] = [];
  for (const row of rows) {
    const { name, shard = '' } = row;
    const place = locate(name, shard);
    const input = row.input ? locate(row.input, shard) : null;
    if (!place || (row.input && !input)) {
      problems.push({ id: name, reason: `index.csv names it, but it is not in ${show(shard || dir)}` });
      continue;
    }
    const own = namedSplit(row.split ?? '');
    const key = own ? '' : await contentKey(place.file, place.offset, place.length);
    const picture: DatasetPicture = {
      id: name,
      split: own ?? splitOf(key),
      source: row.source || path.basename(dir),
      width: Number(row.width) || 0,
      height: Number(row.height) || 0,
      place,
      pair: input && { place: input, registered: true },
    };
    pictures.push(picture);
    if (!own) {
      undecided.push(picture);
      keys.push(key);
    }
  }
  if (undecided.length === pictures.length) balanceSplit(undecided, keys);
  return { pictures, problems };
}

/** Pictures without an index: the content decides on which side each is, unless a folder's name does. */
async function bySplit(
  items: { id: string; source: string; place: Place; pair?: Place; own: Split | null }[],
): Promise<DatasetPicture[]> {
  const keys: string[] = [];
  const pictures: DatasetPicture[] = [];
  for (const item of items) {
    const key = await contentKey(item.place.file, item.place.offset, item.place.length);
    keys.push(key);
    pictures.push({
      id: item.id,
      split: item.own ?? splitOf(key),
      source: item.source,
      width: 0,
      height: 0,
      place: item.place,
      pair: item.pair ? { place: item.pair, registered: false } : null,
    });
  }
  if (items.every((item) => item.own === null)) balanceSplit(pictures, keys);
  return pictures;
}

async function tarsAlone(dir: string, shards: readonly string[]): Promise<Found> {
  const { entries, problems } = await indexShards(dir, shards);
  const items = [...entries].flatMap(([shard, files]) =>
    [...files.values()]
      .filter((entry) => PICTURE.test(entry.name))
      .map((entry) => ({
        id: entry.name,
        source: shard,
        place: { file: path.join(dir, shard), offset: entry.offset, length: entry.length },
        own: namedSplit(shard.replace(/[-_.].*$/, '')),
      })),
  );
  return { pictures: await bySplit(items), problems };
}

async function plainFolder(dir: string): Promise<Found> {
  const { files, problems } = await expandInputs([dir]);
  const found: Problem[] = problems
    .filter((p) => path.resolve(p.path) !== dir)
    .map((p) => ({ id: path.relative(dir, p.path), reason: p.reason }));
  const items = [];
  for (const file of files) {
    const id = path.relative(dir, file).split(path.sep).join('/');
    if (FILM.test(file)) {
      found.push({ id, reason: 'a film: `dataset build` takes its frames' });
      continue;
    }
    if (!PICTURE.test(file)) {
      found.push({ id, reason: 'a format that training does not read; make it a TIFF, PNG or JPEG first' });
      continue;
    }
    const top = id.includes('/') ? id.slice(0, id.indexOf('/')) : '';
    items.push({
      id,
      source: top || path.basename(dir),
      place: { file, offset: 0, length: -1 },
      own: namedSplit(top),
    });
  }
  return { pictures: await bySplit(items), problems: found };
}

async function pairFolder(dir: string): Promise<Found> {
  const { pairs, problems } = await findPairs(dir);
  const whole = (file: string): Place => ({ file, offset: 0, length: -1 });
  const pictures = await bySplit(
    pairs.map((pair) => ({
      id: pair.id,
      source: path.basename(dir),
      place: whole(pair.target),
      pair: whole(pair.input),
      own: null,
    })),
  );
  return { pictures, problems };
}

/**
 * Opens the dataset in a folder.
 * @throws RevealError 'not-found' when there is no such folder, 'bad-input' when it holds no picture
 */
export async function openDataset(folder: string): Promise<Dataset> {
  const dir = path.resolve(folder);
  let names: string[];
  try {
    if (!(await stat(dir)).isDirectory())
      throw new RevealError('bad-input', `${show(dir)} is a file; a dataset is a folder.`);
    names = (await readdir(dir)).sort(naturalOrder);
  } catch (error) {
    throw fileError(dir, error, 'read');
  }
  const shards = names.filter((name) => /\.tar$/i.test(name) && !name.startsWith('.'));
  const manifest = await readManifest(dir, shards.length > 0);
  const find = (): Promise<Found> => {
    if (names.includes('index.csv')) return withIndex(dir, shards);
    if (shards.length > 0) return tarsAlone(dir, shards);
    return holdsPairs(dir) ? pairFolder(dir) : plainFolder(dir);
  };
  let found: Found;
  try {
    found = await find();
  } catch (error) {
    throw fileError(dir, error, 'read');
  }
  const { pictures, problems } = found;
  if (pictures.length === 0) {
    const first = problems[0] ? ` (${show(problems[0].id)}: ${problems[0].reason})` : '';
    throw new RevealError(
      'bad-input',
      `${show(dir)} holds no pictures to learn from${first}. Choose a folder of colour photographs, or make a dataset with \`revelado dataset build\`.`,
    );
  }
  const byId = new Map(pictures.map((picture) => [picture.id, picture]));
  return {
    name: path.basename(dir),
    dir,
    pictures,
    manifest,
    problems,
    async read(id) {
      const picture = byId.get(id);
      if (!picture) throw new RevealError('not-found', `There is no picture ${show(id)} in ${show(dir)}.`);
      const reader = new PictureReader();
      try {
        const { truth } = await reader.decode(picture, STANDARD_SIDE);
        return planarFromBytes(truth.data, truth.width, truth.height);
      } finally {
        await reader.close();
      }
    },
  };
}
