/**
 * The work folder of an export, hidden beside its output: the plan, one file for each finished segment and its manifest.
 * A manifest is written after its segment lies on the disk, complete or absent, and holds the segment's hash; a segment
 * without one, or whose bytes are not what it says, is made again. So any process may die at any moment.
 */
import { open, readdir, readFile, rm, stat, type FileHandle } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import path from 'node:path';
import { z } from 'zod';
import { isSequencePicture } from '../../app/film/sequence.ts';
import { planHash, type ReelIdentity, type ReelPlan } from '../actions/film/plan.ts';
import { makeFolder } from '../files/folder.ts';
import { writeJsonAtomic } from '../files/atomic.ts';
import { hashFile } from '../files/disk.ts';

const SAMPLES = 64;
const SAMPLE = 64 << 10;
const END = 1 << 20;

async function part(handle: FileHandle, at: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  const { bytesRead } = await handle.read(bytes, 0, length, at);
  return bytes.subarray(0, bytesRead);
}

/** What a file is known by; reads a few megabytes of it, whatever its size. */
export async function identityOf(given: string): Promise<ReelIdentity> {
  // One picture of a sequence stands for all of its folder.
  const file = isSequencePicture(given) ? path.dirname(path.resolve(given)) : given;
  const info = await stat(file);
  // A folder of pictures is known by the names, sizes and dates of its files.
  if (info.isDirectory()) {
    const hash = createHash('sha256');
    let [bytes, modifiedMs] = [0, 0];
    for (const name of (await readdir(file)).filter(isSequencePicture).sort()) {
      const one = await stat(path.join(file, name));
      hash.update(`${name}\0${one.size}\0${one.mtimeMs}\0`);
      bytes += one.size;
      modifiedMs = Math.max(modifiedMs, Math.round(one.mtimeMs));
    }
    return { bytes, modifiedMs, sample: hash.digest('hex') };
  }
  const hash = createHash('sha256').update(String(info.size));
  const handle = await open(file, 'r');
  try {
    hash.update(await part(handle, 0, Math.min(END, info.size)));
    if (info.size > END) hash.update(await part(handle, Math.max(END, info.size - END), END));
    for (let k = 1; k < SAMPLES && info.size > 4 * END; k++)
      hash.update(await part(handle, Math.floor((info.size * k) / SAMPLES), SAMPLE));
  } finally {
    await handle.close();
  }
  return { bytes: info.size, modifiedMs: Math.round(info.mtimeMs), sample: hash.digest('hex') };
}

const manifestSchema = z.object({
  version: z.literal(1),
  plan: z.string(),
  index: z.number().int(),
  /** Source frames that it holds. */
  first: z.number().int(),
  last: z.number().int(),
  /** Time stamps of its frames, in the plan's ticks. */
  pts: z.array(z.number()),
  bytes: z.number(),
  sha256: z.string(),
  seconds: z.number(),
  report: z.record(z.string(), z.object({ seconds: z.number(), counts: z.record(z.string(), z.number()) })),
});
export type SegmentManifest = z.infer<typeof manifestSchema>;

/** Hidden folder for the work on `output`. */
export const workFolder = (output: string): string =>
  path.join(path.dirname(output), `.${path.basename(output)}.revelado-film`);

export class ReelFolder {
  readonly dir: string;
  readonly hash: string;
  private readonly extension: string;

  private constructor(dir: string, hash: string, extension: string) {
    this.dir = dir;
    this.hash = hash;
    this.extension = extension;
  }

  /** Opens the folder for a plan. What another plan left in it is thrown away. */
  static async open(dir: string, plan: ReelPlan, extension: string): Promise<ReelFolder> {
    const hash = planHash(plan);
    const file = path.join(dir, 'plan.json');
    const before = await readFile(file, 'utf8').catch(() => null);
    if (before === null || readHash(before) !== hash) {
      for (const name of await readdir(dir).catch((): string[] => []))
        if (name.startsWith('segment-') || name === 'plan.json')
          await rm(path.join(dir, name), { force: true });
      await makeFolder(dir);
      await writeJsonAtomic(file, { hash, plan });
    }
    return new ReelFolder(dir, hash, extension);
  }

  segment(index: number): string {
    return path.join(this.dir, `segment-${String(index).padStart(6, '0')}${this.extension}`);
  }
  private manifest(index: number): string {
    return path.join(this.dir, `segment-${String(index).padStart(6, '0')}.json`);
  }

  /** The manifest of a segment that is there and whole; null: it has to be made. */
  async finished(index: number): Promise<SegmentManifest | null> {
    const found = await this.stored(index);
    if (!found) return null;
    const info = await stat(this.segment(index)).catch(() => null);
    if (info?.size !== found.bytes) return null;
    return (await hashFile(this.segment(index))) === found.sha256 ? found : null;
  }

  /** The manifest alone, for a segment whose file may already have gone into the film. */
  async stored(index: number): Promise<SegmentManifest | null> {
    const text = await readFile(this.manifest(index), 'utf8').catch(() => null);
    if (text === null) return null;
    try {
      const found = manifestSchema.parse(JSON.parse(text));
      return found.plan === this.hash && found.index === index ? found : null;
    } catch {
      return null;
    }
  }

  /** Declares a segment finished: its bytes are brought to the disk, then the manifest is. */
  async finish(
    manifest: Omit<SegmentManifest, 'version' | 'plan' | 'bytes' | 'sha256'>,
  ): Promise<SegmentManifest> {
    const file = this.segment(manifest.index);
    const handle = await open(file, 'r+');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    const { size } = await stat(file);
    const whole = {
      version: 1,
      plan: this.hash,
      bytes: size,
      sha256: await hashFile(file),
      ...manifest,
    } as const;
    await writeJsonAtomic(this.manifest(manifest.index), whole);
    return whole;
  }

  /** Forgets a segment. */
  async drop(index: number): Promise<void> {
    await rm(this.manifest(index), { force: true });
    await rm(this.segment(index), { force: true });
  }

  async remove(): Promise<void> {
    await rm(this.dir, { recursive: true, force: true });
  }
}

function readHash(text: string): string | null {
  try {
    return z.object({ hash: z.string() }).parse(JSON.parse(text)).hash;
  } catch {
    return null;
  }
}
