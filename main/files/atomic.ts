/**
 * Complete or absent: a file is written under a hidden temporary name in the folder where it belongs, synced,
 * and only then given its own name; the folder is synced after it. On any failure the temporary file is
 * removed. Without `overwrite` the name is taken by a hard link, which fails if anything appeared there
 * meanwhile, so that nothing is ever replaced by accident.
 */
import { link, lstat, open, rename, unlink, type FileHandle } from 'node:fs/promises';
import { createHash, type Hash } from 'node:crypto';
import path from 'node:path';
import { RevealError } from '../../app/contract/messages.ts';
import { say } from '../../app/words/sentences.ts';
import { codeOf, fileError, show } from './bytes.ts';
import { settled, sweepLeftovers, temporaryName } from './leftovers.ts';

/** A file that is being written; `write` appends. */
export interface Sink {
  write(bytes: Uint8Array): Promise<void>;
  /** Bytes written so far. */
  readonly length: number;
}

/** Half a millisecond of hashing: threads that have finished a piece of the picture wait for their next one meanwhile. */
const HASHED_AT_ONCE = 1 << 20;
const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

class HashedFile implements Sink {
  length = 0;
  readonly hash: Hash = createHash('sha256');
  private readonly handle: FileHandle;
  constructor(handle: FileHandle) {
    this.handle = handle;
  }
  async write(bytes: Uint8Array): Promise<void> {
    // The hash of one piece is computed while the system writes it.
    const piece = 8 << 20;
    for (let at = 0; at < bytes.length; at += piece) {
      const part = bytes.subarray(at, at + piece);
      const writing = this.writeAll(part);
      writing.catch(() => undefined);
      for (let done = 0; done < part.length; done += HASHED_AT_ONCE) {
        if (done > 0) await breathe();
        this.hash.update(part.subarray(done, done + HASHED_AT_ONCE));
      }
      await writing;
    }
  }
  private async writeAll(part: Uint8Array): Promise<void> {
    for (let done = 0; done < part.length;) {
      const { bytesWritten } = await this.handle.write(part, done, part.length - done);
      done += bytesWritten;
      this.length += bytesWritten;
    }
  }
}

/**
 * Writes `output` by calling `fill`. Throws RevealError ('bad-input' when the name is taken, 'disk' for what
 * the file system refuses). Returns the SHA-256 of what was written.
 */
export async function writeAtomic(
  output: string,
  overwrite: boolean,
  fill: (sink: Sink) => Promise<void>,
): Promise<{ sha256: string; bytes: number }> {
  await refuseTaken(output, overwrite);
  const folder = path.dirname(output);
  await sweepLeftovers(folder);
  const temp = temporaryName(folder);
  let handle: FileHandle;
  try {
    handle = await open(temp, 'wx');
  } catch (error) {
    settled(temp);
    throw fileError(output, error, 'write');
  }
  try {
    const file = new HashedFile(handle);
    try {
      await fill(file);
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (overwrite) await rename(temp, output);
    else await takeName(temp, output);
    await syncFolder(folder);
    await sweepLeftovers(folder);
    return { sha256: file.hash.digest('hex'), bytes: file.length };
  } catch (error) {
    await unlink(temp).catch(() => undefined);
    throw fileError(output, error, 'write');
  } finally {
    settled(temp);
  }
}

/**
 * Gives a file that something else wrote under a `temporaryName` in the same folder its final name, synced. Throws as
 * `writeAtomic` does, and leaves the temporary file to the caller then. Returns the SHA-256 of what was written.
 */
export async function placeFile(
  temp: string,
  output: string,
  overwrite: boolean,
): Promise<{ sha256: string; bytes: number }> {
  await refuseTaken(output, overwrite);
  const handle = await open(temp, 'r+');
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    await handle.sync();
    const piece = Buffer.allocUnsafeSlow(HASHED_AT_ONCE);
    for (;;) {
      const { bytesRead } = await handle.read(piece, 0, piece.length, bytes);
      if (bytesRead === 0) break;
      hash.update(piece.subarray(0, bytesRead));
      bytes += bytesRead;
    }
  } finally {
    await handle.close();
  }
  if (overwrite) await rename(temp, output);
  else await takeName(temp, output);
  await syncFolder(path.dirname(output));
  return { sha256: hash.digest('hex'), bytes };
}

async function refuseTaken(output: string, overwrite: boolean): Promise<void> {
  let stat;
  try {
    stat = await lstat(output);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw fileError(output, error, 'write');
  }
  if (stat.isDirectory()) throw new RevealError('bad-input', say('output-is-folder', { file: show(output) }));
  if (!overwrite) throw taken(output);
}

const taken = (output: string): RevealError =>
  new RevealError('bad-input', say('output-exists', { file: show(output) }));

/** Gives `temp` its final name, failing if that exists. */
async function takeName(temp: string, output: string): Promise<void> {
  try {
    await link(temp, output);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'EEXIST') throw taken(output);
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV'].includes(code)) throw error;
    // No hard links here (exFAT, some network shares): the name is claimed with an empty file and replaced.
    let claim: FileHandle;
    try {
      claim = await open(output, 'wx');
    } catch (claimError) {
      throw codeOf(claimError) === 'EEXIST' ? taken(output) : claimError;
    }
    await claim.close();
    try {
      await rename(temp, output);
    } catch (renameError) {
      await unlink(output).catch(() => undefined);
      throw renameError;
    }
    return;
  }
  await unlink(temp);
}

/** Makes a rename durable. Windows and some network shares cannot sync a folder; the rename stands all the same. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch {
    return;
  }
}

/** Writes a value as JSON, complete or absent, replacing what was there. */
export async function writeJsonAtomic(file: string, value: unknown): Promise<void> {
  const text = new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);
  await writeAtomic(file, true, (sink) => sink.write(text));
}
