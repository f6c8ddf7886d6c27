/**
 * The engine's own pixel door: an HTTP server on a Unix domain socket (a named pipe on Windows) that answers
 * POST /pixels with raw RGBA as app/contract/pixels.ts describes. The socket lies in a private folder that
 * only this user can enter. A client that goes away cancels its request.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { RevealError } from '../../app/contract/messages.ts';
import type { ErrorCode } from '../../app/contract/messages.ts';
import type { EngineCore, PixelsAnswer } from './core.ts';
import { asRevealError } from './dispatch.ts';
import type { PixelsTask } from './protocol.ts';

/** A recipe and an analysis are a few KiB; anything longer is a mistake. */
const MAX_BODY = 4 * 1024 * 1024;

const STATUS: Record<ErrorCode, number> = {
  'bad-request': 400,
  'bad-input': 422,
  'unknown-call': 404,
  'not-found': 404,
  cancelled: 409,
  engine: 503,
  disk: 507,
  internal: 500,
};

/** Length-prefixed JSON header, padded with spaces to a multiple of 4; the RGBA bytes follow it. */
export function encodePixelsHeader(header: PixelsAnswer['header']): Buffer {
  const json = Buffer.from(JSON.stringify(header), 'utf8');
  const padded = Math.ceil(json.length / 4) * 4;
  const out = Buffer.alloc(4 + padded, 0x20);
  out.writeUInt32LE(padded, 0);
  json.copy(out, 4);
  return out;
}

async function readBody(request: http.IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > MAX_BODY) throw new RevealError('bad-request', 'The pixel request is too long.');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

async function answer(
  core: EngineCore,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  response.on('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  try {
    if (request.method !== 'POST' || request.url !== '/pixels')
      throw new RevealError('unknown-call', 'Only POST /pixels is answered here.');
    let task: PixelsTask;
    try {
      task = JSON.parse(await readBody(request)) as PixelsTask;
    } catch (error) {
      throw error instanceof RevealError ? error : new RevealError('bad-request', 'The request is not JSON.');
    }
    const { header, rgba } = await core.pixels(task, gone.signal);
    const head = encodePixelsHeader(header);
    response.writeHead(200, {
      'content-type': 'application/octet-stream',
      'content-length': head.length + rgba.byteLength,
      'cache-control': 'no-store',
    });
    response.write(head);
    response.end(Buffer.from(rgba.buffer, rgba.byteOffset, rgba.byteLength));
  } catch (error) {
    const shown = asRevealError(error, gone.signal.aborted);
    if (response.destroyed) return;
    response.writeHead(STATUS[shown.code], { 'content-type': 'application/json' });
    response.end(JSON.stringify({ code: shown.code, message: shown.message }));
  }
}

/** Removes socket folders of engines that were killed before they could tidy up. */
async function sweep(): Promise<void> {
  const tmp = os.tmpdir();
  for (const name of await readdir(tmp).catch(() => [])) {
    const pid = Number(/^revelado-(\d+)-\w{6}$/.exec(name)?.[1] ?? 0);
    if (pid === 0 || pid === process.pid) continue;
    try {
      process.kill(pid, 0);
    } catch (error) {
      // No such process. (EPERM: somebody else's, alive.) Another user's folder cannot be removed anyway.
      if ((error as NodeJS.ErrnoException).code === 'ESRCH')
        await rm(path.join(tmp, name), { recursive: true, force: true }).catch(() => undefined);
    }
  }
}

/** Starts the server. `address` is what `http.request({ socketPath })` takes; `close` removes the private folder. */
export async function servePixels(core: EngineCore): Promise<{ address: string; close(): Promise<void> }> {
  const dir =
    process.platform === 'win32' ? null : await mkdtemp(path.join(os.tmpdir(), `revelado-${process.pid}-`));
  const address = dir ? path.join(dir, 'pixels') : `\\\\.\\pipe\\revelado-${randomBytes(16).toString('hex')}`;
  if (dir) void sweep();
  const server = http.createServer((request, response) => void answer(core, request, response));
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address, resolve);
  });
  return {
    address,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      if (dir) await rm(dir, { recursive: true, force: true });
    },
  };
}
