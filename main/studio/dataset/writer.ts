/**
 * A built dataset on its way to the disk: tar shards of JPEG files (quality 92, no colour subsampling), index.csv
 * and dataset.json, all in a hidden folder beside the final one, which gets its name only when everything is
 * complete and synced. A run that fails or is cancelled leaves nothing.
 */
import { existsSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { RevealError } from '../../../app/contract/messages.ts';
import { fileError, show } from '../../files/bytes.ts';
import { encodeJpeg, type Rgb8 } from '../../files/rgb.ts';
import { csvLine } from './csv.ts';
import { TarWriter } from './tar.ts';
import type { Split } from './types.ts';

export const JPEG_QUALITY = 92;
/** A shard is ended when it reaches this size. */
const SHARD_BYTES = 64e6;

export interface Row {
  name: string;
  width: number;
  height: number;
  split: Split;
  source: string;
  shard: string;
  /** Name of the input of a real pair, in the same shard; empty for a picture. */
  input: string;
}

/** A name that is safe in archives and on every file system: letters, digits, - and _. */
export function plainName(name: string): string {
  const plain = name
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[^A-Za-z0-9_-]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return plain.slice(0, 70) || 'picture';
}

/**
 * Whether a dataset may be written to this folder.
 * @throws RevealError 'bad-input' when something else is there, 'disk' when it cannot be made
 */
export async function checkTarget(out: string, overwrite: boolean): Promise<void> {
  let names: string[];
  try {
    names = await readdir(out);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') return;
    if (code === 'ENOTDIR' && existsSync(out))
      throw new RevealError('bad-input', `${show(out)} is a file, not a folder. Choose another name.`);
    throw fileError(path.join(out, 'dataset.json'), error, 'write');
  }
  if (names.length === 0) return;
  if (!names.includes('dataset.json'))
    throw new RevealError(
      'bad-input',
      `${show(out)} holds other files. Choose a new or an empty folder; nothing was changed.`,
    );
  if (!overwrite)
    throw new RevealError(
      'bad-input',
      `There is a dataset in ${show(out)} already. Choose another folder, or replace it with --overwrite.`,
    );
}

/**
 * Makes a folder and those above it, from the top down. (`recursive` of mkdir never returns on file systems that
 * answer "no such file" to every new folder, as /proc does.)
 */
async function makeFolder(folder: string): Promise<void> {
  const parent = path.dirname(folder);
  if (parent !== folder && !existsSync(parent)) await makeFolder(parent);
  await mkdir(folder);
}

/** Whether a process of this number is there, other than ourselves. */
function runs(pid: number): boolean {
  if (!(pid > 0) || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

export class DatasetWriter {
  readonly rows: Row[] = [];
  readonly folder: string;
  private readonly out: string;
  private shard: TarWriter | null = null;
  private readonly shards: string[] = [];
  private readonly taken = new Set<string>();

  private constructor(out: string, folder: string) {
    this.out = out;
    this.folder = folder;
  }

  /** @throws RevealError 'disk' when the folder cannot be made */
  static async create(out: string): Promise<DatasetWriter> {
    const parent = path.dirname(out);
    const prefix = `.${path.basename(out)}.building-`;
    const folder = path.join(parent, `${prefix}${process.pid}`);
    try {
      // What killed builds of this dataset have left; the dataset they were about to replace stays if it is all there is.
      for (const name of await readdir(parent).catch(() => []))
        if (
          name.startsWith(prefix) &&
          !(name.endsWith('-old') && !existsSync(out)) &&
          !runs(Number.parseInt(name.slice(prefix.length), 10))
        )
          await rm(path.join(parent, name), { recursive: true, force: true });
      await makeFolder(folder);
    } catch (error) {
      throw fileError(path.join(out, 'dataset.json'), error, 'write');
    }
    return new DatasetWriter(out, folder);
  }

  /** A name that nothing else in the dataset has (`.jpg` included). */
  freeName(wanted: string): string {
    const base = plainName(wanted);
    for (let n = 1; ; n++) {
      const name = `${base}${n === 1 ? '' : `-${n}`}`;
      if (this.taken.has(name.toLowerCase())) continue;
      this.taken.add(name.toLowerCase());
      return `${name}.jpg`;
    }
  }

  /** Adds a picture, or a pair. @throws RevealError 'disk' */
  async add(
    name: string,
    picture: Rgb8,
    facts: Pick<Row, 'split' | 'source'>,
    input: Rgb8 | null = null,
  ): Promise<Row> {
    const bytes = await encodeJpeg(picture, JPEG_QUALITY);
    const inputBytes = input && (await encodeJpeg(input, JPEG_QUALITY));
    if (!this.shard || this.shard.length + bytes.length > SHARD_BYTES) {
      await this.endShard();
      const shard = `pictures-${String(this.shards.length).padStart(3, '0')}.tar`;
      this.shard = await TarWriter.create(path.join(this.folder, shard));
      this.shards.push(shard);
    }
    const inputName = inputBytes ? name.replace(/\.jpg$/, '.input.jpg') : '';
    try {
      await this.shard.add(name, bytes);
      if (inputBytes) await this.shard.add(inputName, inputBytes);
    } catch (error) {
      throw this.inFinalWords(error);
    }
    const { width, height } = picture;
    const row = {
      name,
      width,
      height,
      ...facts,
      shard: this.shards[this.shards.length - 1],
      input: inputName,
    };
    this.rows.push(row);
    return row;
  }

  /** Writes a file beside the shards. @throws RevealError 'disk' */
  async file(name: string, contents: string | Uint8Array): Promise<void> {
    try {
      const handle = await open(path.join(this.folder, name), 'wx');
      try {
        await writeFile(handle, contents);
        await handle.sync();
      } finally {
        await handle.close();
      }
    } catch (error) {
      throw this.inFinalWords(error);
    }
  }

  /** Ends the last shard and writes index.csv. */
  async index(): Promise<void> {
    await this.endShard();
    const head = ['name', 'width', 'height', 'split', 'source', 'shard', 'input'];
    await this.file(
      'index.csv',
      csvLine(head) +
        this.rows
          .map((r) => csvLine([r.name, r.width, r.height, r.split, r.source, r.shard, r.input]))
          .join(''),
    );
  }

  /** Gives the folder its name; a dataset that was there (when that is wanted) goes when the new one stands. */
  async finish(): Promise<void> {
    const old = `${this.folder}-old`;
    try {
      if (existsSync(this.out)) {
        if ((await readdir(this.out)).length === 0) await rmdir(this.out);
        else await rename(this.out, old);
      }
      await rename(this.folder, this.out);
    } catch (error) {
      if (existsSync(old) && !existsSync(this.out)) await rename(old, this.out).catch(() => undefined);
      throw this.inFinalWords(error);
    }
    await rm(old, { recursive: true, force: true });
  }

  /** Removes everything that was written. */
  async abandon(): Promise<void> {
    await this.shard?.abandon();
    this.shard = null;
    await rm(this.folder, { recursive: true, force: true }).catch(() => undefined);
  }

  private async endShard(): Promise<void> {
    const shard = this.shard;
    this.shard = null;
    try {
      await shard?.close();
    } catch (error) {
      throw this.inFinalWords(error);
    }
  }

  /** Errors name the folder that was asked for, not the hidden one. */
  private inFinalWords(error: unknown): RevealError {
    const raw = error instanceof RevealError && error.cause ? error.cause : error;
    return fileError(path.join(this.out, 'dataset.json'), raw, 'write');
  }
}
