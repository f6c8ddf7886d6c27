/** Frames of films: the same from any place, in their own samples; damage, changes and silence noticed. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { frameBytes } from '../../app/film/frame.ts';
import { allTimes, frameCount, type Damage } from '../../app/film/probe.ts';
import { decodeReel, entryFor } from './ffmpeg-decode.ts';
import { countReel, probeReel } from './ffmpeg-probe.ts';
import { anyTools, hashes, makeFilm, picture, rawBytes } from './ffmpeg-test-films.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'revelado-decode-'));
// Many short programs, one after another: on a busy machine each waits for its turn.
vi.setConfig({ testTimeout: 240_000 });
afterAll(() => rmSync(dir, { recursive: true }));
const at = (name: string): string => path.join(dir, name);

describe.skipIf(!anyTools)('decodeReel', () => {
  const tools = anyTools!;
  const tool = tools.ffmpeg;
  const known = async (file: string) => countReel(file, await probeReel(file, { tools }), { tool });

  // Programs that wait for each other leave a core idle: some of these at once.
  it.concurrent.each([
    [
      'open groups, B frames',
      'o.mp4',
      ['-c:v', 'libx264', '-bf', '3', '-g', '8', '-x264-params', 'open-gop=1:b-pyramid=normal:scenecut=0'],
    ],
    [
      'H.265 as x265 likes it',
      'h.mkv',
      ['-c:v', 'libx265', '-x265-params', 'keyint=8:min-keyint=8:log-level=error'],
    ],
    [
      'variable rate',
      'v.mp4',
      [
        '-vf',
        "settb=1/90000,setpts='(N*4+mod(N*N,3))*900'",
        '-vsync',
        '0',
        '-enc_time_base',
        '1:90000',
        '-video_track_timescale',
        '90000',
        '-c:v',
        'libx264',
        '-g',
        '8',
      ],
    ],
    ['a transport stream', 't.ts', ['-c:v', 'libx264', '-g', '8', '-bf', '2']],
    ['each frame alone', 'p.mov', ['-c:v', 'mjpeg']],
  ])('gives frame N bit for bit from anywhere: %s', async (_, name, args) => {
    const file = makeFilm(at(name), [
      ...picture('64x48', '25', 1.6),
      '-pix_fmt',
      name === 'p.mov' ? 'yuvj420p' : 'yuv420p',
      ...args,
    ]);
    const facts = await known(file);
    expect(frameCount(facts)).toBe(40);
    const all = await hashes(file, facts, { tool });
    expect(all.map((f) => f.index)).toEqual(Array.from({ length: 40 }, (__, k) => k));
    expect(all.map((f) => f.pts)).toEqual(allTimes(facts));
    for (const [from, to] of [
      [1, 2],
      [23, 27],
      [38, 39],
    ]) {
      const some = await hashes(file, facts, { from, to, tool });
      expect(some).toEqual(all.slice(from, to + 1));
    }
    // The last place is reached by a jump, not by decoding everything before it.
    expect(entryFor(facts, 38)).toBeGreaterThan(8);
  });

  it.concurrent.each([
    'yuv420p',
    'nv12',
    'yuyv422',
    'rgb24',
    'gbrp10le',
    'yuv444p16le',
    'gray10le',
    'yuvj422p',
  ])('gives the samples of %s untouched', async (layout) => {
    const raw = layout === 'yuyv422' || layout === 'nv12' || layout === 'rgb24';
    const kind = layout === 'yuvj422p' ? 'mjpeg' : raw ? 'rawvideo' : 'ffv1';
    const file = makeFilm(at(`${layout}.${raw ? 'nut' : 'mkv'}`), [
      ...picture('33x18', '25', 0.12),
      ...['-pix_fmt', layout, '-c:v', kind, ...(kind === 'mjpeg' ? ['-q:v', '2'] : [])],
    ]);
    const facts = await probeReel(file, { tools });
    const pipe = { nv12: 'yuv420p', yuyv422: 'yuv422p', rgb24: 'gbrp' }[layout] ?? layout;
    const bytes = rawBytes(tools, file, pipe);
    const size = frameBytes(facts.format);
    expect(bytes).toHaveLength(3 * size);
    let k = 0;
    for await (const frame of decodeReel(file, facts, { tool })) {
      const wanted = bytes.subarray(k * size, ++k * size);
      const parts = frame.planes.map((p) => Buffer.from(p.buffer, p.byteOffset, p.byteLength));
      const inPipe = facts.format.sampling === 'rgb' ? [parts[1], parts[2], parts[0]] : parts;
      expect(Buffer.concat(inPipe).equals(wanted)).toBe(true);
    }
    expect(k).toBe(3);
  });

  it('shows luma as it is coded, whatever the depth', async () => {
    for (const [layout, value] of [
      ['yuv420p', 40],
      ['yuv422p10le', 160],
    ] as const) {
      const file = makeFilm(at(`luma-${layout}.mkv`), [
        ...['-f', 'lavfi', '-i', 'color=c=black:s=64x48:r=25:d=0.08', '-pix_fmt', layout],
        ...['-vf', `format=${layout},geq=lum=${value}:cb=128:cr=128`, '-c:v', 'ffv1'],
      ]);
      const facts = await probeReel(file, { tools });
      for await (const { planes } of decodeReel(file, facts, { luma8: { width: 16, height: 12 }, tool })) {
        expect(planes).toHaveLength(1);
        expect(planes[0]).toHaveLength(16 * 12);
        // From 10 bits ffmpeg dithers by one. Stretched to full range it would be 28.
        const off = layout === 'yuv420p' ? 0 : 1;
        for (const sample of planes[0]) expect(Math.abs(sample - 40)).toBeLessThanOrEqual(off);
      }
    }
  });

  it('names the frame at which the picture changes its size', async () => {
    const parts = ['64x48', '48x64'].map((size) =>
      makeFilm(at(`${size}.h264`), [...picture(size, '25', 0.4), '-pix_fmt', 'yuv420p', '-c:v', 'libx264']),
    );
    const file = at('changing.h264');
    writeFileSync(file, Buffer.concat(parts.map((part) => readFileSync(part))));
    await expect(known(file)).rejects.toThrow(/changing\.h264: the size or form .* changes at frame 11\./);
  });

  it('tells of damage and where, and never of fewer frames than it gives', async () => {
    const file = makeFilm(at('hurt.mkv'), [
      ...picture('128x96', '25', 1.6),
      '-pix_fmt',
      'yuv420p',
      '-c:v',
      'libx264',
      '-g',
      '10',
    ]);
    const bytes = readFileSync(file);
    for (let k = 0; k < 900; k++) bytes[Math.floor(bytes.length * 0.55) + k] ^= 0x5a;
    writeFileSync(file, bytes);
    const facts = await probeReel(file, { tools });
    const damage: Damage[] = [];
    const all = await hashes(file, facts, { tool, onDamage: (d) => damage.push(d) });
    expect(damage.length).toBeGreaterThan(0);
    expect(damage[0].frame).toBeLessThanOrEqual(all.length);
    const counted = await countReel(file, facts, { tool });
    expect(frameCount(counted)).toBe(all.length);
    expect(counted.damage.length).toBeGreaterThan(0);
    // Such a film is never entered in the middle.
    expect(entryFor(counted, all.length - 1)).toBeNull();
    const end = await hashes(file, counted, { from: all.length - 2, tool });
    expect(end).toEqual(all.slice(-2));
  });

  it('says so when the file is no longer the one that was counted', async () => {
    const file = makeFilm(at('then.mkv'), [...picture('64x48', '25', 0.4), '-c:v', 'ffv1']);
    const facts = await known(file);
    makeFilm(file, [...picture('64x48', '24', 0.4), '-c:v', 'ffv1']);
    await expect(hashes(file, facts, { tool })).rejects.toThrow(/no longer the film/);
    makeFilm(file, [...picture('64x48', '25', 0.2), '-c:v', 'ffv1']);
    await expect(hashes(file, facts, { tool })).rejects.toThrow(/ends after 5 frames where 10/);
  });

  it('stops at once when it is told to, and waits for whoever is slow', async () => {
    const file = makeFilm(at('long.mkv'), [
      ...picture('64x48', '25', 4),
      '-pix_fmt',
      'yuv420p',
      '-c:v',
      'ffv1',
    ]);
    const facts = await probeReel(file, { tools });
    const stop = new AbortController();
    let seen = 0;
    const reading = (async () => {
      for await (const { index } of decodeReel(file, facts, { tool, signal: stop.signal })) {
        seen = index + 1;
        if (seen === 3) stop.abort();
      }
    })();
    await expect(reading).rejects.toMatchObject({ code: 'cancelled' });
    expect(seen).toBeLessThan(100);
    // A consumer that takes longer than the patience with ffmpeg is no hanging ffmpeg.
    let slow = 0;
    for await (const { index } of decodeReel(file, facts, { tool, to: 1, stallMs: 1500 })) {
      slow++;
      if (index === 0) await new Promise((resolve) => setTimeout(resolve, 2000));
    }
    expect(slow).toBe(2);
  });

  it.skipIf(process.platform === 'win32')('gives up on an ffmpeg that hangs', async () => {
    const file = makeFilm(at('hang.mkv'), [...picture('64x48', '25', 0.2), '-c:v', 'ffv1']);
    const facts = await probeReel(file, { tools });
    const script = at('hanging');
    writeFileSync(script, '#!/bin/sh\nexec sleep 60\n');
    chmodSync(script, 0o755);
    const hanging = { ...tool, path: script };
    await expect(hashes(file, facts, { tool: hanging, stallMs: 300 })).rejects.toThrow(/gave no frame/);
  });
});
