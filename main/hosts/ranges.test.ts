/** Byte ranges: by the book, at the borders, and served. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { rangeOf, serveRange } from './ranges.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'revelado-ranges-'));
afterAll(() => rmSync(dir, { recursive: true }));

it('reads a range', () => {
  expect(rangeOf('bytes=0-', 10)).toEqual({ first: 0, last: 9 });
  expect(rangeOf('bytes=3-5', 10)).toEqual({ first: 3, last: 5 });
  expect(rangeOf('bytes=3-500', 10)).toEqual({ first: 3, last: 9 });
  expect(rangeOf('bytes=-4', 10)).toEqual({ first: 6, last: 9 });
  expect(rangeOf('bytes=-400', 10)).toEqual({ first: 0, last: 9 });
  expect(rangeOf('bytes=10-', 10)).toBe('beyond');
  expect(rangeOf('bytes=-0', 10)).toBe('beyond');
  for (const odd of [null, '', 'bytes=-', 'bytes=5-3', 'bytes=0-1,4-5', 'lines=1-2'])
    expect(rangeOf(odd, 10)).toBeNull();
});

it('serves the whole, a part, and says what there is not', async () => {
  const file = path.join(dir, 'a.mp4');
  writeFileSync(file, '0123456789');
  const get = (range?: string): Promise<Response> =>
    serveRange(file, 'video/mp4', new Request('http://x/a', { headers: range ? { range } : {} }), {
      'x-a': 'b',
    });
  const whole = await get();
  expect([whole.status, await whole.text(), whole.headers.get('x-a')]).toEqual([200, '0123456789', 'b']);
  const part = await get('bytes=2-4');
  expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([
    206,
    'bytes 2-4/10',
    '234',
  ]);
  const beyond = await get('bytes=20-');
  expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, 'bytes */10']);
  expect((await serveRange(`${file}x`, 'video/mp4', new Request('http://x/a'), {})).status).toBe(404);
});
