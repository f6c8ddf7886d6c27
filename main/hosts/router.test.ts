import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RevealError } from '../../app/contract/messages.ts';
import { createRouter } from './router.ts';

let dir: string;
let engine: http.Server;
let seen: unknown;
const socket = () => path.join(dir, 'engine.sock');

beforeAll(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'revelado-router-'));
  await mkdir(path.join(dir, 'renderer', 'assets'), { recursive: true });
  await writeFile(path.join(dir, 'renderer', 'index.html'), '<title>window</title>');
  await writeFile(path.join(dir, 'renderer', 'assets', 'a.js'), 'export {}');
  await writeFile(path.join(dir, 'secret.txt'), 'secret');
  await writeFile(path.join(dir, 'thumb.webp'), 'webp');
  engine = http.createServer((request, response) => {
    let body = '';
    request.on('data', (d: Buffer) => (body += d.toString()));
    request.on('end', () => {
      seen = JSON.parse(body);
      response.writeHead(200, { 'content-type': 'application/octet-stream' });
      response.end(Buffer.from([1, 2, 3]));
    });
  });
  await new Promise<void>((resolve) => engine.listen(socket(), resolve));
});
afterAll(async () => {
  engine.close();
  await rm(dir, { recursive: true, force: true });
});

const router = (authorized = true) =>
  createRouter({
    rendererDir: path.join(dir, 'renderer'),
    authorized: () => authorized,
    services: {
      reelPicture: (address) =>
        Promise.resolve(address.pathname === '/reels/4/frames/9' ? path.join(dir, 'sheet.jpg') : null),
      reelProxy: (secret) => (secret === 'x'.repeat(32) ? path.join(dir, 'film.mp4') : null),
      sheetPath: (id) => (id === 7 ? path.join(dir, 'sheet.jpg') : null),
      melodySound: (address) =>
        address === `/score/${'a'.repeat(32)}.wav` ? path.join(dir, 'film.mp4') : null,
      studioPicture: (address) =>
        address === '/studio/runs/a/samples/1' ? path.join(dir, 'thumb.webp') : null,
      thumbPath: (id) => (id === 4 ? path.join(dir, 'thumb.webp') : null),
      pixelsTask: (request) => {
        if (request.itemId !== 4) throw new RevealError('not-found', 'No such picture.');
        return { path: '/scans/a.tif', asked: request } as never;
      },
      pixelSocket: async () => socket(),
    },
  });
const get = (p: string, authorized = true) => router(authorized)(new Request(`http://127.0.0.1:1${p}`));
const post = (body: string, authorized = true) =>
  router(authorized)(new Request('http://127.0.0.1:1/pixels', { method: 'POST', body }));

describe('the paths of a window', () => {
  it('serves its own files under a strict policy', async () => {
    const response = await get('/');
    expect(await response.text()).toBe('<title>window</title>');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(response.headers.get('content-security-policy')).not.toContain('unsafe-eval');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect((await get('/assets/a.js')).headers.get('cache-control')).toContain('immutable');
  });

  it.each([
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/assets/%2e%2e/%2e%2e/secret.txt',
    '/%00',
    '/%',
    '//secret.txt',
  ])('never leaves the window’s folder: %s', async (p) => {
    const response = await get(p);
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(await response.text()).not.toContain('secret');
  });

  it('gives thumbnails and pixels only to a session', async () => {
    expect((await get('/thumbs/4', false)).status).toBe(401);
    expect((await post('{}', false)).status).toBe(401);
    expect(await (await get('/thumbs/4?v=2')).text()).toBe('webp');
    expect((await get('/thumbs/5')).status).toBe(404);
    expect((await get('/thumbs/..%2f4')).status).toBe(404);
  });

  it('passes a checked pixel request to the engine and streams its answer back', async () => {
    const response = await post(
      JSON.stringify({ itemId: 4, recipe: null, maxWidth: 100, maxHeight: 80, path: '/etc/passwd' }),
    );
    expect(response.status).toBe(200);
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(new Uint8Array([1, 2, 3]));
    expect(seen).toMatchObject({
      path: '/scans/a.tif',
      asked: { itemId: 4, show: 'developed', space: 'srgb' },
    });
    expect(JSON.stringify(seen)).not.toContain('passwd');
  });

  it.each([
    ['{', 400],
    [JSON.stringify({ itemId: 4, recipe: null, maxWidth: 1e9, maxHeight: 1 }), 400],
    [JSON.stringify({ itemId: 9, recipe: null, maxWidth: 10, maxHeight: 10 }), 404],
    ['x'.repeat(1 << 19), 413],
  ])('refuses the pixel request %#', async (body, status) => {
    expect((await post(body)).status).toBe(status);
  });

  it('says so when the engine is not there', async () => {
    const dead = createRouter({
      rendererDir: path.join(dir, 'renderer'),
      authorized: () => true,
      services: {
        studioPicture: () => null,
        melodySound: () => null,
        sheetPath: () => null,
        reelPicture: () => Promise.resolve(null),
        reelProxy: () => null,
        thumbPath: () => null,
        pixelsTask: () => ({}) as never,
        pixelSocket: async () => path.join(dir, 'none.sock'),
      },
    });
    const body = JSON.stringify({ itemId: 4, recipe: null, maxWidth: 10, maxHeight: 10 });
    const response = await dead(new Request('http://127.0.0.1:1/pixels', { method: 'POST', body }));
    expect(response.status).toBe(502);
  });
});
