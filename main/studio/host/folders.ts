/**
 * The Studio's folder, beside the library: `datasets/ID/data` with its facts in `studio.json`, `runs/ID` likewise,
 * `bin` for what was removed (emptied at the next start), and `in-use.json`. Small files written whole; nothing
 * of it is in the library's database, so a run can be copied to another machine as it is.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { RevealError } from '../../../app/contract/messages.ts';
import {
  datasetKinds,
  datasetSourcesSchema,
  presets,
  studioNetworkNames,
  type StudioNetworkName,
} from '../../../app/contract/studio.ts';
import { say } from '../../../app/words/sentences.ts';
import { writeJsonAtomic } from '../../files/atomic.ts';

const datasetFactsSchema = z.object({
  name: z.string(),
  kind: z.enum(datasetKinds).default('pictures'),
  preset: z.enum(presets),
  sources: datasetSourcesSchema,
  createdAt: z.number(),
  jobId: z.number().int().nullable(),
});
export type DatasetFacts = z.infer<typeof datasetFactsSchema>;

const runFactsSchema = z.object({ jobId: z.number().int().nullable() });
export type RunFacts = z.infer<typeof runFactsSchema>;

const inUseSchema = z.partialRecord(z.enum(studioNetworkNames), z.string());

export type Kind = 'datasets' | 'runs';
const FACTS = 'studio.json';

function readJson<T>(file: string, schema: z.ZodType<T>): T | null {
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    // A folder without facts, or with those of another version, is not ours to show.
    return null;
  }
}

export class StudioFolders {
  readonly root: string;
  constructor(dataDir: string) {
    this.root = path.join(dataDir, 'studio');
  }

  /** Empties the bin of the last life. */
  async open(): Promise<void> {
    await rm(path.join(this.root, 'bin'), { recursive: true, force: true });
  }
  ids(kind: Kind): string[] {
    const dir = path.join(this.root, kind);
    if (!existsSync(dir)) return [];
    return readdirSync(dir, { withFileTypes: true }).flatMap((e) => (e.isDirectory() ? [e.name] : []));
  }
  dir(kind: Kind, id: string): string {
    return path.join(this.root, kind, id);
  }
  /** The folder of something that is there. @throws RevealError 'not-found' */
  existing(kind: Kind, id: string): string {
    const dir = this.dir(kind, id);
    if (!existsSync(path.join(dir, FACTS)))
      throw new RevealError(
        'not-found',
        kind === 'runs' ? `There is no training run ${id}.` : `There is no dataset ${id}.`,
      );
    return dir;
  }
  dataOf(dataset: string): string {
    return path.join(this.dir('datasets', dataset), 'data');
  }

  /** A free folder name from a person's words; made at once, so that it is taken. */
  async reserve(kind: Kind, words: string): Promise<string> {
    const plain =
      words
        .normalize('NFD')
        .replace(/\p{M}/gu, '')
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, '-')
        .replace(/^-+|-+$/g, '')
        .slice(0, 40) || kind.slice(0, -1);
    await mkdir(path.join(this.root, kind), { recursive: true });
    for (let n = 1; ; n++) {
      const id = n === 1 ? plain : `${plain}-${n}`;
      // A name in the bin stays taken, or what was removed could not come back.
      if (existsSync(path.join(this.root, 'bin', kind, id))) continue;
      try {
        await mkdir(this.dir(kind, id));
        return id;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
    }
  }
  datasetFacts(id: string): DatasetFacts | null {
    return readJson(path.join(this.dir('datasets', id), FACTS), datasetFactsSchema);
  }
  runFacts(id: string): RunFacts | null {
    return readJson(path.join(this.dir('runs', id), FACTS), runFactsSchema);
  }
  async setFacts(kind: Kind, id: string, facts: DatasetFacts | RunFacts): Promise<void> {
    await writeJsonAtomic(path.join(this.dir(kind, id), FACTS), facts);
  }

  /** Models that stand in for the shipped ones, by network: ids of runs. */
  inUse(): Partial<Record<StudioNetworkName, string>> {
    return readJson(path.join(this.root, 'in-use.json'), inUseSchema) ?? {};
  }
  /** What `inUse` said before the last change, by network: the way back. */
  usedBefore(): Partial<Record<StudioNetworkName, string>> {
    return readJson(path.join(this.root, 'used-before.json'), inUseSchema) ?? {};
  }
  async setInUse(network: StudioNetworkName, run: string | null): Promise<string | null> {
    const all = this.inUse();
    const before = all[network] ?? null;
    if (before === run) return before;
    const earlier = this.usedBefore();
    if (before === null) delete earlier[network];
    else earlier[network] = before;
    if (run === null) delete all[network];
    else all[network] = run;
    await mkdir(this.root, { recursive: true });
    await writeJsonAtomic(path.join(this.root, 'used-before.json'), earlier);
    await writeJsonAtomic(path.join(this.root, 'in-use.json'), all);
    return before;
  }

  /** Puts a folder aside. @returns the word that brings it back while the program runs */
  async remove(kind: Kind, id: string): Promise<string> {
    const token = `${kind}/${id}`;
    const bin = path.join(this.root, 'bin', kind, id);
    await rm(bin, { recursive: true, force: true });
    await mkdir(path.dirname(bin), { recursive: true });
    await rename(this.existing(kind, id), bin);
    return token;
  }
  /** @throws RevealError 'not-found' when there is nothing to bring back */
  async restore(token: string): Promise<void> {
    const found = /^(datasets|runs)\/([a-z0-9-]+)$/.exec(token);
    if (!found || !existsSync(path.join(this.root, 'bin', found[1], found[2])))
      throw new RevealError('not-found', say('studio-not-back'));
    await rename(path.join(this.root, 'bin', found[1], found[2]), this.dir(found[1] as Kind, found[2]));
  }
}
