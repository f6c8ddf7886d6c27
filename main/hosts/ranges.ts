/** Byte ranges of a file (RFC 9110, section 14), so that a film can be sought in without being fetched whole. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';

/** First and last byte of a `Range` header with one range; null: none that can be used, 'beyond': outside of the file. */
export function rangeOf(
  header: string | null,
  size: number,
): { first: number; last: number } | 'beyond' | null {
  const found = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (!found || (found[1] === '' && found[2] === '')) return null;
  if (found[1] === '') {
    const count = Math.min(size, Number(found[2]));
    return count === 0 ? 'beyond' : { first: size - count, last: size - 1 };
  }
  const first = Number(found[1]);
  const last = found[2] === '' ? size - 1 : Math.min(size - 1, Number(found[2]));
  if (first >= size) return 'beyond';
  return first > last ? null : { first, last };
}

/** Answers a GET or HEAD of a file, whole or in part. */
export async function serveRange(
  filename: string,
  type: string,
  request: Request,
  headers: Record<string, string>,
): Promise<Response> {
  const info = await stat(filename).catch(() => null);
  if (!info?.isFile()) return new Response('Not found', { status: 404, headers });
  const range = rangeOf(request.headers.get('range'), info.size);
  const common = {
    ...headers,
    'content-type': type,
    'accept-ranges': 'bytes',
    'cache-control': 'private, no-store',
  };
  if (range === 'beyond')
    return new Response(null, {
      status: 416,
      headers: { ...common, 'content-range': `bytes */${info.size}` },
    });
  const { first, last } = range ?? { first: 0, last: info.size - 1 };
  const whole = {
    status: range ? 206 : 200,
    headers: {
      ...common,
      'content-length': String(last + 1 - first),
      ...(range ? { 'content-range': `bytes ${first}-${last}/${info.size}` } : {}),
    },
  };
  if (request.method === 'HEAD' || info.size === 0) return new Response(null, whole);
  const stream = createReadStream(filename, { start: first, end: last });
  return new Response(Readable.toWeb(stream) as ReadableStream, whole);
}
