/**
 * Random access to the bytes of a scan, read-only, and the wording of what can go wrong with a file. Header
 * parsers read through `ByteSource`, so that the same code reads a file and a block of EXIF in memory.
 */
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { RevealError } from '../../app/contract/messages.ts';
import { say } from '../../app/words/sentences.ts';

export interface ByteSource {
  readonly size: number;
  /** Exactly `length` bytes from `offset`; throws ShortRead past the end. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** The file ends before something its header promises. */
export class ShortRead extends Error {
  constructor() {
    super('the file is cut short');
    this.name = 'ShortRead';
  }
}

/** A source over bytes in memory. */
export function memorySource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read: (offset, length) =>
      offset < 0 || length < 0 || offset + length > bytes.length
        ? Promise.reject(new ShortRead())
        : Promise.resolve(bytes.subarray(offset, offset + length)),
  };
}

const HEAD = 65536;

/** An open file, read-only; small reads near its start come from memory. `close` must be called. */
export class FileSource implements ByteSource {
  readonly path: string;
  readonly handle: FileHandle;
  readonly size: number;
  readonly modifiedMs: number;
  private head: Uint8Array | null = null;

  private constructor(file: string, handle: FileHandle, size: number, modifiedMs: number) {
    this.path = file;
    this.handle = handle;
    this.size = size;
    this.modifiedMs = modifiedMs;
  }

  /** Opens `file` for reading. Throws RevealError naming the file: missing, a folder, unreadable, empty. */
  static async open(file: string): Promise<FileSource> {
    let handle: FileHandle;
    try {
      // Without waiting: opening a pipe that nobody writes to would otherwise never return.
      handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    } catch (error) {
      throw fileError(file, error, 'read');
    }
    try {
      const stat = await handle.stat();
      if (!stat.isFile())
        throw new RevealError('bad-input', `${show(file)} is a ${kindOf(stat)}, not a file of pictures.`);
      if (stat.size === 0) throw new RevealError('bad-input', say('file-empty', { file: show(file) }));
      return new FileSource(file, handle, stat.size, stat.mtimeMs);
    } catch (error) {
      await handle.close();
      throw error instanceof RevealError ? error : fileError(file, error, 'read');
    }
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    if (offset < 0 || length < 0 || offset + length > this.size) throw new ShortRead();
    if (offset + length <= HEAD) {
      if (!this.head) {
        const head = new Uint8Array(Math.min(HEAD, this.size));
        await this.readInto(head, 0);
        this.head = head;
      }
      return this.head.subarray(offset, offset + length);
    }
    const bytes = new Uint8Array(length);
    await this.readInto(bytes, offset);
    return bytes;
  }

  /** Fills `target` from `offset`; throws ShortRead at the end of the file. */
  async readInto(target: Uint8Array, offset: number): Promise<void> {
    let done = 0;
    while (done < target.length) {
      // Single reads above 2 GiB are refused by the system; 256 MiB also lets other work in between.
      const want = Math.min(target.length - done, 1 << 28);
      const { bytesRead } = await this.handle.read(target, done, want, offset + done);
      if (bytesRead === 0) throw new ShortRead();
      done += bytesRead;
    }
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}

function kindOf(stat: { isDirectory(): boolean; isFIFO(): boolean }): string {
  return stat.isDirectory() ? 'folder' : stat.isFIFO() ? 'pipe' : 'device';
}

/** A path as it is shown in messages: control characters made visible, so that a newline cannot forge a line. */
export function show(file: string): string {
  let out = '';
  for (const ch of file) {
    const code = ch.codePointAt(0) ?? 0;
    if (ch === '\n') out += '\\n';
    else if (ch === '\r') out += '\\r';
    else if (ch === '\t') out += '\\t';
    else out += code < 32 || code === 127 ? `\\x${code.toString(16).padStart(2, '0')}` : ch;
  }
  return out;
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

/**
 * A RevealError for what the system said about a file. `doing` chooses the wording; writing errors have the
 * code 'disk', reading errors 'not-found' or 'bad-input'.
 */
export function fileError(file: string, error: unknown, doing: 'read' | 'write'): RevealError {
  if (error instanceof RevealError) return error;
  const name = show(file);
  const folder = show(path.dirname(file));
  const cause = { cause: error };
  switch (codeOf(error)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return doing === 'read'
        ? new RevealError('not-found', say('file-gone', { file: name }), cause)
        : new RevealError('disk', say('output-no-folder', { folder }), cause);
    case 'EACCES':
    case 'EPERM':
      return doing === 'read'
        ? new RevealError('bad-input', say('file-denied', { file: name }), cause)
        : new RevealError('disk', say('file-write-denied', { file: name, folder }), cause);
    case 'EISDIR':
      return new RevealError('bad-input', say('file-is-folder', { file: name }), cause);
    case 'EROFS':
      return new RevealError('disk', say('output-read-only', { folder }), cause);
    case 'ENOSPC':
    case 'EDQUOT':
      return new RevealError('disk', say('output-no-space', { folder, file: name }), cause);
    case 'ENAMETOOLONG':
      return new RevealError('disk', say('output-long-name', { file: name }), cause);
    case 'EMFILE':
    case 'ENFILE':
      return new RevealError('disk', say('file-many-open', { file: name }), cause);
    case 'ELOOP':
      return new RevealError('bad-input', say('file-loop', { file: name }), cause);
    case 'EIO':
      return new RevealError('disk', say('file-disk-error', { file: name }), cause);
    default: {
      const reason = error instanceof Error ? error.message : String(error);
      return new RevealError(doing === 'read' ? 'bad-input' : 'disk', `${name}: ${reason}`, cause);
    }
  }
}

/** Folders that do not exist read as ENOENT; everything a person may drop in is told apart by this. */
export { codeOf };
