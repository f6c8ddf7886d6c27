import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { receiveFile, safeName } from './inbox.ts';
import { hostAllowed, originAllowed, Sessions } from './session.ts';

describe('sessions', () => {
  it('exchanges a token once', () => {
    const sessions = new Sessions();
    const token = sessions.issueToken();
    const session = sessions.exchange(token);
    expect(session).toMatch(/^[\w-]{43}$/);
    expect(sessions.exchange(token)).toBeNull();
    expect(sessions.valid(session)).toBe(true);
    expect(sessions.valid(token)).toBe(false);
  });
  it.each([undefined, null, '', 'guess', 5, {}])('refuses %j', (guess) => {
    const sessions = new Sessions();
    sessions.issueToken();
    expect(sessions.exchange(guess)).toBeNull();
    expect(sessions.valid(guess)).toBe(false);
  });
  it('knows its own host names and origins only', () => {
    expect(hostAllowed('127.0.0.1:80', 80)).toBe(true);
    for (const host of [
      '127.0.0.1:81',
      'evil.example:80',
      '127.0.0.1',
      undefined,
      'localhost.evil.example:80',
    ])
      expect(hostAllowed(host, 80)).toBe(false);
    expect(originAllowed('http://localhost:80', 80, true)).toBe(true);
    for (const origin of ['https://localhost:80', 'http://evil.example', 'null', 'localhost:80'])
      expect(originAllowed(origin, 80, false)).toBe(false);
    expect(originAllowed(undefined, 80, false)).toBe(true);
    expect(originAllowed(undefined, 80, true)).toBe(false);
  });
});

describe('the inbox', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(path.join(os.tmpdir(), 'revelado-inbox-'));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));
  const bytes = async function* (text: string) {
    yield Buffer.from(text.slice(0, 2));
    yield Buffer.from(text.slice(2));
  };
  const receive = (text: string, name: string, folders: string[] = []) =>
    receiveFile(bytes(text), name, path.join(dir, 'inbox'), folders, new AbortController().signal);

  it('keeps a drop under its own name, once', async () => {
    const first = await receive('negative', 'roll 1/frame 01.tif');
    expect(path.basename(first)).toBe('frame 01.tif');
    expect(await receive('negative', 'frame 01.tif')).toBe(first);
    expect(await receive('another', 'frame 01.tif')).not.toBe(first);
    const left = (await readdir(path.join(dir, 'inbox'))).filter((n) => n.startsWith('.'));
    expect(left).toEqual([]);
  });

  it('keeps the name of a dropped folder', async () => {
    const signal = new AbortController().signal;
    const file = await receiveFile(
      bytes('negative'),
      'a.tif',
      path.join(dir, 'inbox'),
      [],
      signal,
      '../Roll 7',
    );
    expect(path.relative(path.join(dir, 'inbox'), file).split(path.sep).slice(1)).toEqual([
      'Roll 7',
      'a.tif',
    ]);
  });

  it('keeps the frames of a dropped DPX film together', async () => {
    const signal = new AbortController().signal;
    const inbox = path.join(dir, 'inbox');
    const frame = (name: string, batch: string) =>
      receiveFile(bytes(name), name, inbox, [], signal, 'reel', batch);
    const first = await frame('a_001.dpx', 'one drop');
    expect(path.dirname(await frame('a_002.dpx', 'one drop'))).toBe(path.dirname(first));
    expect(path.dirname(await frame('a_002.dpx', 'another'))).not.toBe(path.dirname(first));
  });

  it('uses the original where a served folder holds the same bytes', async () => {
    await mkdir(path.join(dir, 'scans', 'deep'), { recursive: true });
    await writeFile(path.join(dir, 'scans', 'same-size.tif'), 'NEGATIVE');
    await writeFile(path.join(dir, 'scans', 'deep', 'original.tif'), 'negative');
    expect(await receive('negative', 'dropped.tif', [path.join(dir, 'scans')])).toBe(
      path.join(dir, 'scans', 'deep', 'original.tif'),
    );
    expect(await readdir(path.join(dir, 'inbox'))).toEqual([]);
  });

  it('is not taken for an original when the library lies inside a served folder', async () => {
    const file = await receive('negative', 'z.tif', [dir]);
    expect(await readFile(file, 'utf8')).toBe('negative');
  });

  it('refuses nothing at all, and leaves nothing behind when cut off', async () => {
    await expect(receive('', 'empty.tif')).rejects.toThrow('empty.tif is empty');
    const cut = async function* () {
      yield Buffer.from('half');
      throw new Error('connection lost');
    };
    await expect(
      receiveFile(cut(), 'half.tif', path.join(dir, 'inbox'), [], new AbortController().signal),
    ).rejects.toThrow('half.tif');
    expect(await readdir(path.join(dir, 'inbox'))).toEqual([]);
  });

  it('frees pieces that have their memory to themselves as soon as they are written, and no others', async () => {
    const own = new Uint8Array([1, 2, 3]);
    const shared = new Uint8Array(new ArrayBuffer(8), 2, 4).fill(7);
    const pieces = async function* () {
      yield own;
      yield shared;
    };
    const inbox = path.join(dir, 'inbox');
    const file = await receiveFile(pieces(), 'a.tif', inbox, [], new AbortController().signal);
    expect([...(await readFile(file))]).toEqual([1, 2, 3, 7, 7, 7, 7]);
    expect(own.byteLength).toBe(0);
    expect([...shared]).toEqual([7, 7, 7, 7]);
  });

  it('ends when it is cancelled while it waits for more', async () => {
    const stop = new AbortController();
    const slow = async function* () {
      yield Buffer.from('half');
      setTimeout(() => stop.abort(), 20);
      await new Promise((resolve) => setTimeout(resolve, 300));
      yield Buffer.from('more');
    };
    await expect(
      receiveFile(slow(), 'slow.tif', path.join(dir, 'inbox'), [], stop.signal),
    ).rejects.toMatchObject({ code: 'cancelled' });
    expect(await readdir(path.join(dir, 'inbox'))).toEqual([]);
  });

  it.each([
    ['../../etc/passwd', 'passwd'],
    ['C:\\scans\\a.tif', 'a.tif'],
    ['.hidden.tif', '_hidden.tif'],
    ['a\nb:"c".tif', 'a_b__c_.tif'],
    ['', 'scan'],
  ])('makes %j safe', (name, expected) => expect(safeName(name)).toBe(expected));
  it('shortens a name no file system would take', () => {
    const name = safeName(`${'ñ'.repeat(300)}.tif`);
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(200);
    expect(name.endsWith('.tif')).toBe(true);
  });
});
