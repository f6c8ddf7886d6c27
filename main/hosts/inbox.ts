/**
 * Drops in the browser host. A browser gives no path for a dropped file, so its bytes stream into the
 * library's inbox; when the same bytes lie under one of the folders named at launch, that original is used
 * and the copy is dropped, so that people who drop from a served folder do not get their scans twice.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, mkdir, open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { addAbortSignal, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { RevealError } from '../../app/contract/messages.ts';
import { say } from '../../app/words/sentences.ts';

/** A name that is safe on every system and still says what it was. */
export function safeName(name: string): string {
  const base = path.basename(name.replace(/\\/g, '/'));
  let clean = '';
  for (const c of base) clean += c < ' ' || c === '\x7f' || '<>:"/\\|?*'.includes(c) ? '_' : c;
  clean = clean.replace(/^\.+/, '_').replace(/[. ]+$/, '');
  // Longer than a file system allows once the hash folder and a suffix are added.
  const ext = path.extname(clean).slice(0, 16);
  while (Buffer.byteLength(clean) > 200) clean = clean.slice(0, -ext.length - 1) + ext;
  return clean === '' || clean === ext ? `scan${ext}` : clean;
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

/** All files of exactly `size` bytes under `dir` but not under `inbox`, links not followed, a few levels deep. */
async function sameSize(dir: string, size: number, inbox: string, depth = 8): Promise<string[]> {
  // A library may lie inside a served folder: what is just being received is not its own original.
  if (path.resolve(dir) === path.resolve(inbox)) return [];
  const found: string[] = [];
  const entries = await readdir(dir, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const file = path.join(dir, entry.name);
    if (entry.isDirectory() && depth > 0) found.push(...(await sameSize(file, size, inbox, depth - 1)));
    else if (entry.isFile() && (await stat(file).catch(() => null))?.size === size) found.push(file);
  }
  return found;
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;)
    done += (await file.write(bytes, done, bytes.length - done)).bytesWritten;
}

/**
 * Gives the memory of a received piece back at once, where it has its memory to itself. The collector would leave
 * some 60 MB of such pieces lying before it looked, and the process would never become smaller again.
 */
function release(chunk: Uint8Array): void {
  const { buffer, byteLength } = chunk;
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength && !buffer.detached)
    buffer.transfer(0);
}

/**
 * Receives one dropped file. Returns the path to import: the original under `folders` where there is one, else
 * `<inbox>/<first 16 of its SHA-256>/[<dropped folder>/]<name>`; for frames of a DPX film the hash is the drop's. Nothing half-received carries that name.
 * @throws RevealError 'disk' when it cannot be stored, 'bad-input' when it is empty.
 */
export async function receiveFile(
  body: AsyncIterable<Uint8Array>,
  name: string,
  inbox: string,
  folders: readonly string[],
  signal: AbortSignal,
  /** Folder the file was dropped in, if a whole folder was dropped: it names the roll. */
  dropFolder?: string | null,
  /** What all files of one drop have in common. */
  batch?: string | null,
): Promise<string> {
  const clean = safeName(name);
  await mkdir(inbox, { recursive: true });
  const temp = path.join(inbox, `.${process.pid}-${Date.now()}-${Math.random().toString(36).slice(2)}.part`);
  const hash = createHash('sha256');
  let size = 0;
  try {
    const file = await open(temp, 'wx');
    try {
      const source = addAbortSignal(signal, body instanceof Readable ? body : Readable.from(body));
      for await (const chunk of source as AsyncIterable<Uint8Array>) {
        const written = writeAll(file, chunk);
        written.catch(() => undefined);
        hash.update(chunk);
        size += chunk.byteLength;
        await written;
        release(chunk);
      }
      await file.sync();
    } finally {
      await file.close();
    }
    if (size === 0) throw new RevealError('bad-input', say('file-empty', { file: clean }));
    const digest = hash.digest('hex');
    // Frames of one film are all of one size: only those of the same name are worth reading.
    const frame = /\.dpx$/i.test(clean);
    for (const folder of folders) {
      for (const candidate of await sameSize(folder, size, inbox)) {
        if (frame && path.basename(candidate) !== clean) continue;
        if ((await sha256(candidate).catch(() => '')) === digest) {
          await rm(temp, { force: true });
          return candidate;
        }
      }
    }
    // A frame lies beside the other frames of its drop: together they are the film.
    const known = frame && batch ? createHash('sha256').update(batch).digest('hex') : digest;
    const hashed = path.join(inbox, known.slice(0, 16));
    const home = dropFolder ? path.join(hashed, safeName(dropFolder)) : hashed;
    const target = path.join(home, clean);
    await mkdir(home, { recursive: true });
    const there = await access(target).then(
      () => true,
      () => false,
    );
    // The folder is named by the hash: what is already there under this name is the same picture.
    if (there) await rm(temp, { force: true });
    else await rename(temp, target);
    return target;
  } catch (error) {
    await rm(temp, { force: true });
    if (error instanceof RevealError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOSPC') throw new RevealError('disk', say('inbox-full', { file: clean, folder: inbox }));
    if (signal.aborted) throw new RevealError('cancelled', `${clean}: cancelled.`);
    throw new RevealError('disk', say('inbox-failed', { file: clean, detail: (error as Error).message }));
  }
}
