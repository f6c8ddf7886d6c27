/**
 * The paths a window may fetch, the same in both hosts: the window's own files, thumbnails, and the pixel
 * path. Written over the web's Request and Response, which Electron's protocol handler speaks natively and
 * the browser host adapts to. Nothing here takes a file path from the window.
 */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pixelsRequestSchema, type PixelsRequestParsed } from '../../app/contract/pixels.ts';
import { RevealError } from '../../app/contract/messages.ts';
import type { PixelsTask } from '../engine/protocol.ts';
import { serveRange } from './ranges.ts';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.jpg': 'image/jpeg',
  '.wav': 'audio/wav',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.map': 'application/json',
};

/**
 * `unsafe-inline` for styles only: MUI writes its style tags at run time. Scripts come from our own files,
 * pictures also from blobs (thumbnails fetched with the session header).
 */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' blob:",
  "media-src 'self' blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const SECURITY_HEADERS: Record<string, string> = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/** Requests bigger than this are not pixel requests. */
const MAX_BODY = 1 << 18;

export interface RouterServices {
  pixelsTask(request: PixelsRequestParsed): PixelsTask;
  thumbPath(id: number): string | null;
  /** File of a Studio picture (contact sheet, sample panel) by its address, or null. */
  studioPicture(address: string): string | null;
  /** File of a rendered melody by its address, or null. */
  melodySound(address: string): string | null;
  /** File of a reel's picture by its address, made where it is not there, or null. */
  reelPicture(address: URL): Promise<string | null>;
  /** File of a reel's proxy by the secret in its address, or null. */
  reelProxy(secret: string): string | null;
  /** File of a job's contact sheet, or null. */
  sheetPath(jobId: number): string | null;
  /** Socket of the engine that draws previews. */
  pixelSocket(): Promise<string>;
}

export interface RouterOptions {
  /** Folder of the built window. */
  rendererDir: string;
  services: RouterServices;
  /** Whether a request may see the person's pictures; the window's own files are served without. */
  authorized(request: Request): boolean;
}

const text = (status: number, message: string): Response =>
  new Response(message, {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', ...SECURITY_HEADERS },
  });

export function createRouter(options: RouterOptions): (request: Request) => Promise<Response> {
  const { rendererDir, services, authorized } = options;

  async function file(filename: string, cache: string, head: boolean): Promise<Response> {
    const info = await stat(filename).catch(() => null);
    if (!info?.isFile()) return text(404, 'Not found');
    const headers = {
      'content-type': TYPES[path.extname(filename).toLowerCase()] ?? 'application/octet-stream',
      'content-length': String(info.size),
      'cache-control': cache,
      ...SECURITY_HEADERS,
    };
    if (head) return new Response(null, { headers });
    return new Response(Readable.toWeb(createReadStream(filename)) as ReadableStream, { headers });
  }

  async function pixels(request: Request): Promise<Response> {
    const body = await readLimited(request, MAX_BODY);
    if (body === null) return text(413, 'The request is too large.');
    let json: unknown;
    try {
      json = JSON.parse(body);
    } catch {
      return text(400, 'The request is not JSON.');
    }
    const parsed = pixelsRequestSchema.safeParse(json);
    if (!parsed.success)
      return text(400, `${parsed.error.issues[0].path.join('.')}: ${parsed.error.issues[0].message}`);
    try {
      const task = services.pixelsTask(parsed.data);
      return await forward(await services.pixelSocket(), JSON.stringify(task), request.signal);
    } catch (error) {
      if (error instanceof RevealError) return text(error.code === 'not-found' ? 404 : 422, error.message);
      if (request.signal.aborted) return text(499, 'Cancelled.');
      return text(
        502,
        `The engine did not answer: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  async function reelPicture(url: URL, head: boolean): Promise<Response> {
    try {
      const filename = await services.reelPicture(url);
      // The newest frame of an export is another one in a moment.
      const cache = url.pathname.endsWith('/latest') ? 'private, no-cache' : 'private, max-age=86400';
      return filename ? await file(filename, cache, head) : text(404, 'No such frame yet');
    } catch (error) {
      if (error instanceof RevealError) return text(error.code === 'not-found' ? 404 : 422, error.message);
      return text(
        502,
        `The engine did not answer: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  return async (request) => {
    const url = new URL(request.url);
    const head = request.method === 'HEAD';
    if (url.pathname === '/pixels') {
      if (request.method !== 'POST') return text(405, 'POST only');
      if (!authorized(request)) return text(401, 'No session. Open Revelado again from its own link.');
      return pixels(request);
    }
    if (request.method !== 'GET' && !head) return text(405, 'GET only');
    const thumb = /^\/thumbs\/(\d{1,15})$/.exec(url.pathname);
    if (thumb) {
      if (!authorized(request)) return text(401, 'No session. Open Revelado again from its own link.');
      const filename = services.thumbPath(Number(thumb[1]));
      return filename
        ? file(filename, 'private, max-age=31536000, immutable', head)
        : text(404, 'No thumbnail yet');
    }
    const sheet = /^\/sheets\/(\d{1,15})$/.exec(url.pathname);
    if (sheet) {
      if (!authorized(request)) return text(401, 'No session. Open Revelado again from its own link.');
      const filename = services.sheetPath(Number(sheet[1]));
      return filename ? file(filename, 'private, no-cache', head) : text(404, 'No such sheet');
    }
    // A video element sends no header: whoever has the address was given it by the host, in this session.
    const proxy = /^\/reels\/proxies\/([\w-]{32})\.mp4$/.exec(url.pathname);
    if (proxy) {
      const filename = services.reelProxy(proxy[1]);
      return filename
        ? serveRange(filename, 'video/mp4', request, SECURITY_HEADERS)
        : text(404, 'No such film');
    }
    if (url.pathname.startsWith('/reels/')) {
      if (!authorized(request)) return text(401, 'No session. Open Revelado again from its own link.');
      return reelPicture(url, head);
    }
    if (url.pathname.startsWith('/score/')) {
      if (!authorized(request)) return text(401, 'No session. Open Revelado again from its own link.');
      const filename = services.melodySound(url.pathname);
      return filename ? file(filename, 'private, no-cache', head) : text(404, 'No such sound');
    }
    if (url.pathname.startsWith('/studio/')) {
      if (!authorized(request)) return text(401, 'No session. Open Revelado again from its own link.');
      const filename = services.studioPicture(url.pathname);
      return filename ? file(filename, 'private, no-cache', head) : text(404, 'No such picture yet');
    }
    let name: string;
    try {
      name = decodeURIComponent(url.pathname);
    } catch {
      return text(400, 'Bad path');
    }
    const filename = path.resolve(
      rendererDir,
      `.${path.posix.normalize(name === '/' ? '/index.html' : name)}`,
    );
    if (!filename.startsWith(rendererDir + path.sep) || name.includes('\0')) return text(404, 'Not found');
    const hashed = filename.includes(`${path.sep}assets${path.sep}`);
    return file(filename, hashed ? 'public, max-age=31536000, immutable' : 'no-cache', head);
  };
}

/** The body as text, or null when it is longer than `limit` bytes. */
export async function readLimited(request: Request, limit: number): Promise<string | null> {
  if (!request.body) return '';
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > limit) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Passes a task to the engine's own socket and its answer back, without looking at the pixels. */
function forward(socketPath: string, body: string, signal: AbortSignal): Promise<Response> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      {
        socketPath,
        path: '/pixels',
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
        signal,
      },
      (answer) => {
        const headers = new Headers({ 'cache-control': 'no-store', ...SECURITY_HEADERS });
        for (const name of ['content-type', 'content-length']) {
          const value = answer.headers[name];
          if (typeof value === 'string') headers.set(name, value);
        }
        resolve(
          new Response(Readable.toWeb(answer) as ReadableStream, {
            status: answer.statusCode ?? 502,
            headers,
          }),
        );
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}
