/** Frames of films: every frame once, sizes as ffmpeg says, bad films refused with a reason, no playlists. */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  ffmpegTool,
  filmFrames,
  frameArguments,
  PnmReader,
  type FilmFrame,
  type FrameOptions,
} from './ffmpeg-frames.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'revelado-frames-'));
afterAll(() => rmSync(dir, { recursive: true }));
const tool = await ffmpegTool().catch(() => null);

/** 20 frames of 64 x 48, each of one grey: 10, 20, … (or of noise) */
function film(name: string, args: string[] = ['-c:v', 'ffv1'], noise = false): string {
  const file = path.join(dir, name);
  const frames = Buffer.concat(
    Array.from({ length: 20 }, (_, k) => (noise ? randomBytes(64 * 48) : Buffer.alloc(64 * 48, 10 + 10 * k))),
  );
  const made = spawnSync(
    tool?.path ?? '',
    [
      '-y',
      '-loglevel',
      'error',
      '-f',
      'rawvideo',
      '-pix_fmt',
      'gray',
      '-s',
      '64x48',
      '-r',
      '24',
      '-i',
      'pipe:0',
      ...args,
      file,
    ],
    { input: frames },
  );
  if (made.status !== 0) throw new Error(made.stderr.toString());
  return file;
}
async function all(file: string, options: FrameOptions): Promise<FilmFrame[]> {
  const frames: FilmFrame[] = [];
  for await (const frame of filmFrames(file, options)) frames.push(frame);
  return frames;
}
const luma: FrameOptions = { want: { kind: 'luma', width: 32, height: 24 } };

describe.skipIf(!tool)('filmFrames', () => {
  it('gives every frame once, in order, in the size asked for', async () => {
    const frames = await all(film('a.mkv'), luma);
    expect(frames.map((f) => f.index)).toEqual(Array.from({ length: 20 }, (_, k) => k));
    expect(
      frames.every((f) => f.width === 32 && f.height === 24 && f.channels === 1 && f.data.length === 768),
    ).toBe(true);
    for (const [k, frame] of frames.entries())
      expect(Math.abs(frame.data[100] - (10 + 10 * k))).toBeLessThan(3);
  });

  it('gives chosen frames in colour, square pixels, shorter side reduced but never enlarged', async () => {
    const file = film('b.mkv', ['-vf', 'setsar=2/1', '-c:v', 'ffv1']);
    const chosen = await all(file, { want: { kind: 'rgb', shortSide: 24 }, only: [3, 4, 17] });
    expect(chosen.map((f) => f.index)).toEqual([3, 4, 17]);
    expect(chosen.map((f) => [f.width, f.height])).toEqual([
      [64, 24],
      [64, 24],
      [64, 24],
    ]);
    expect(chosen.map((f) => Math.round(f.data[300] / 10))).toEqual([4, 5, 18]);
    const large = await all(file, { want: { kind: 'rgb', shortSide: 480 }, only: [0] });
    expect([large[0].width, large[0].height]).toEqual([128, 48]);
  });

  it('can be left before the end, and cancelled', async () => {
    const file = film('c.mkv');
    let seen = 0;
    for await (const frame of filmFrames(file, luma))
      if (++seen === 3) expect(frame.index).toBe(2);
      else if (seen > 3) break;
    expect(seen).toBe(4);
    const stop = new AbortController();
    stop.abort();
    await expect(all(file, { ...luma, signal: stop.signal })).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('names the film and the reason when it cannot be read', async () => {
    const bad = path.join(dir, 'no film.mp4');
    writeFileSync(bad, 'this is no film');
    await expect(all(bad, luma)).rejects.toThrow(/no film\.mp4 cannot be read as a film/);
    const missing = path.join(dir, 'missing.mp4');
    await expect(all(missing, luma)).rejects.toThrow(/missing\.mp4 cannot be read/);
  });

  it('opens no playlist: other files cannot be pulled in through one', async () => {
    const file = film('d.ts', ['-c:v', 'mpeg2video', '-f', 'mpegts']);
    expect((await all(file, luma)).length).toBe(20);
    const list = path.join(dir, 'list.mkv');
    writeFileSync(list, `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n${file}\n#EXT-X-ENDLIST\n`);
    await expect(all(list, luma)).rejects.toThrow(/cannot be read as a film/);
    const script = path.join(dir, 'script.mkv');
    writeFileSync(script, `ffconcat version 1.0\nfile '${file}'\n`);
    await expect(all(script, luma)).rejects.toThrow(/cannot be read as a film/);
  });

  it('gives what there is of a film that was cut off', async () => {
    const file = film('e.mkv', ['-c:v', 'ffv1'], true);
    truncateSync(file, Math.floor(readFileSync(file).length * 0.6));
    let seen = 0;
    try {
      for await (const frame of filmFrames(file, luma)) seen = frame.index + 1;
    } catch (error) {
      expect((error as Error).message).toContain('e.mkv');
    }
    expect(seen).toBeGreaterThan(3);
    expect(seen).toBeLessThan(20);
  });
});

describe('frameArguments', () => {
  it('has no shell, no network, and one film', () => {
    const list = frameArguments(
      '/films/-odd; name.mp4',
      { want: { kind: 'rgb', shortSide: 256 }, only: [5, 9] },
      '5.1.6',
    );
    expect(list[list.indexOf('-i') + 1]).toBe(`file:${path.resolve('/films/-odd; name.mp4')}`);
    expect(list[list.indexOf('-protocol_whitelist') + 1]).toBe('file,pipe');
    expect(list.join(' ')).toContain("select='eq(n,5)+eq(n,9)'");
    expect(list).toContain('-vsync');
    expect(frameArguments('a', luma, '7.0.2')).toContain('-fps_mode');
    expect(frameArguments('a', luma, 'N-47683-g0e8eb07980')).toContain('-vsync');
  });
});

describe('PnmReader', () => {
  it('puts pictures together from pieces of any size', () => {
    const bytes = Buffer.concat([
      Buffer.from('P5\n3 2\n255\n'),
      Buffer.from([1, 2, 3, 4, 5, 6]),
      Buffer.from('P6\n1 1\n255\n'),
      Buffer.from([7, 8, 9]),
    ]);
    for (const step of [1, 2, 5, 100]) {
      const reader = new PnmReader();
      const frames = [];
      for (let at = 0; at < bytes.length; at += step)
        frames.push(...reader.push(bytes.subarray(at, at + step)));
      expect(frames.map((f) => [f.width, f.height, f.channels, [...f.data]])).toEqual([
        [3, 2, 1, [1, 2, 3, 4, 5, 6]],
        [1, 1, 3, [7, 8, 9]],
      ]);
    }
  });
  it('refuses what is no picture, and absurd sizes', () => {
    expect(() => new PnmReader().push(Buffer.alloc(100, 'x'))).toThrow(RangeError);
    expect(() => new PnmReader().push(Buffer.from('P6\n999999 999999\n255\n' + ' '.repeat(60)))).toThrow(
      RangeError,
    );
  });
});
