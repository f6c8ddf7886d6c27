/**
 * Reels through the engine: nothing changes that is not asked for, a run that was cut off goes on and ends in the same
 * bytes, a segment that is not what its manifest says is made again, and what cannot be read is said.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RevealError } from '../../app/contract/messages.ts';
import { defaultFilmRecipe } from '../library/reels.ts';
import { ffmpegTool } from './ffmpeg-frames.ts';
import { localEngine } from './local.ts';
import { workFolder } from './reel-folder.ts';
import type { Engine } from './protocol.ts';
import type { ReelExportTask, ReelNews } from './reel-protocol.ts';

const tool = await ffmpegTool().catch(() => null);
const dir = mkdtempSync(path.join(tmpdir(), 'revelado-reel-'));
const at = (name: string): string => path.join(dir, name);
let engine: Engine;

const ffmpeg = (...args: string[]): string => {
  const done = spawnSync(tool!.path, ['-y', '-loglevel', 'error', ...args], { maxBuffer: 1 << 26 });
  if (done.status !== 0) throw new Error(done.stderr.toString());
  return done.stdout.toString();
};
/** Hash of every frame's samples, and time stamps in seconds. */
const frames = (file: string): { hashes: string[]; times: string[] } => {
  const lines = ffmpeg(
    '-threads',
    '1',
    '-copyts',
    '-i',
    file,
    '-map',
    '0:v:0',
    '-vsync',
    '0',
    '-f',
    'framemd5',
    '-',
  )
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const times = spawnSync('ffprobe', [
    ...['-v', 'error', '-select_streams', 'v:0', '-show_entries', 'frame=best_effort_timestamp_time'],
    ...['-of', 'csv=p=0', file],
  ])
    .stdout.toString()
    .split('\n')
    .filter((line) => /^-?\d/.test(line))
    .map((line) => Number(line.split(',')[0]).toFixed(3));
  return { hashes: lines.map((line) => line.split(',').pop()!.trim()), times };
};
const sound = (file: string): string => ffmpeg('-i', file, '-map', '0:a:0', '-c', 'copy', '-f', 'md5', '-');
const sha = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');

const run = (
  file: string,
  output: string,
  change: Partial<ReelExportTask> = {},
  options: { signal?: AbortSignal; onNews?: (news: ReelNews) => void } = {},
) =>
  engine.call(
    'reelExport',
    {
      ...{ path: file, dir: at('looks'), recipe: defaultFilmRecipe(), output, resume: true },
      export: { codec: 'ffv1', quality: 16, sound: 'copy', overwrite: false },
      ...change,
    },
    {
      ...(options.signal ? { signal: options.signal } : {}),
      onProgress: (p) => options.onNews?.(p.detail as ReelNews),
    },
  );

/** Three scenes of 100 frames: more than one segment. */
beforeAll(() => {
  if (!tool) return;
  engine = localEngine({ role: 'batch', threads: 2, device: 'cpu', cacheDir: at('cache') });
  ffmpeg(
    ...['-f', 'lavfi', '-i', 'testsrc2=s=96x72:r=25:d=4', '-f', 'lavfi', '-i', 'mandelbrot=s=96x72:r=25'],
    ...['-f', 'lavfi', '-i', 'testsrc=s=96x72:r=25:d=4', '-f', 'lavfi', '-i', 'sine=f=500:d=12'],
    ...[
      '-filter_complex',
      '[1:v]trim=duration=4[m];[0:v][m][2:v]concat=n=3[v]',
      '-map',
      '[v]',
      '-map',
      '3:a',
    ],
    ...['-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-g', '25', '-c:a', 'aac', '-shortest', at('film.mp4')],
  );
});
afterAll(async () => {
  await engine?.close();
  rmSync(dir, { recursive: true, force: true });
});

describe.skipIf(!tool)('reels through the engine', () => {
  it('with every step off each frame, each time and the sound stay what they are', async () => {
    const news: ReelNews[] = [];
    const output = at('whole.mkv');
    const result = await run(at('film.mp4'), output, {}, { onNews: (n) => news.push(n) });
    expect(result).toMatchObject({
      output,
      partial: null,
      frames: 300,
      width: 96,
      height: 72,
      bits: 8,
      reused: 0,
    });
    const [before, after] = [frames(at('film.mp4')), frames(output)];
    expect(after.hashes).toEqual(before.hashes);
    expect(after.times).toEqual(before.times);
    expect(sound(output)).toBe(sound(at('film.mp4')));
    expect(result.sha256).toBe(sha(output));
    expect(existsSync(workFolder(output))).toBe(false);
    const record = JSON.parse(readFileSync(`${output}.revelado.json`, 'utf8')) as Record<string, unknown>;
    expect(record).toMatchObject({
      action: 'film',
      kind: 'derivative',
      complete: true,
      sha256: result.sha256,
    });
    expect((record['segments'] as unknown[]).length).toBeGreaterThan(1);
    expect(news.map((n) => n.stage)).toEqual(expect.arrayContaining(['analyse', 'frames', 'join']));
    // Asked for again it is there; another wish under the same name is refused.
    expect(await run(at('film.mp4'), output)).toMatchObject({ sha256: result.sha256, steps: [] });
    await expect(run(at('film.mp4'), output, { seed: 7 })).rejects.toThrow(/whole\.mkv/);
  });

  it('goes on where it was cut off, makes a damaged segment again, and ends in the same bytes', async () => {
    const truth = sha(at('whole.mkv'));
    const output = at('cut.mkv');
    const stop = new AbortController();
    await expect(
      run(
        at('film.mp4'),
        output,
        {},
        {
          signal: stop.signal,
          onNews: ({ stage, done }) => {
            if (stage === 'frames' && done >= 100) stop.abort();
          },
        },
      ),
    ).rejects.toMatchObject({ code: 'cancelled' });
    const work = workFolder(output);
    const kept = readdirSync(work).filter((name) => /^segment-\d+\.json$/.test(name));
    expect(kept.length).toBeGreaterThan(0);
    expect(existsSync(output)).toBe(false);
    // One of those that were finished is not what its manifest says any more.
    const piece = path.join(work, kept[0].replace('.json', '.piece'));
    const bytes = readFileSync(piece);
    bytes[bytes.length >> 1] ^= 255;
    writeFileSync(piece, bytes);
    const result = await run(at('film.mp4'), output);
    expect(result.reused).toBe(kept.length - 1);
    expect(result.sha256).toBe(truth);
    expect(sha(output)).toBe(truth);
  });

  // From here on films of their own, at once: what one waits for leaves a core to another.
  it.concurrent('takes segments of another plan for nothing', async () => {
    const output = at('other.mkv');
    const stop = new AbortController();
    await run(
      at('film.mp4'),
      output,
      { seed: 3 },
      {
        signal: stop.signal,
        onNews: ({ stage, done }) => {
          if (stage === 'frames' && done >= 100) stop.abort();
        },
      },
    ).catch(() => undefined);
    expect((await run(at('film.mp4'), output, { seed: 4 })).reused).toBe(0);
  });

  it.concurrent('says what a film is that breaks off, and keeps what could be read', async () => {
    ffmpeg('-i', at('film.mp4'), '-c', 'copy', at('long.mkv'));
    truncateSync(at('long.mkv'), Math.floor(readFileSync(at('long.mkv')).length * 0.6));
    const output = at('broken.mkv');
    const result = await run(at('long.mkv'), output);
    expect(result.partial).toMatch(/long\.mkv breaks off after \d+ frames/);
    expect(result.output).toBe(at('broken (partial).mkv'));
    expect(result.frames).toBeGreaterThan(60);
    expect(result.frames).toBeLessThan(300);
    expect(existsSync(output)).toBe(false);
    expect(frames(result.output).hashes.length).toBe(result.frames);
  });

  it.concurrent('passes a film through without a look, unless the decoder complains of it', async () => {
    const place = (name: string): Partial<ReelExportTask> => ({ dir: at(name) });
    await run(at('film.mp4'), at('sound.mkv'), place('unlooked'));
    expect(existsSync(at('unlooked'))).toBe(false);
    // Bytes of a packet in the middle are others; the table of packets is whole.
    ffmpeg('-i', at('film.mp4'), '-c', 'copy', '-an', at('hurt.mkv'));
    const bytes = readFileSync(at('hurt.mkv'));
    for (let k = 0; k < 400; k++) bytes[Math.floor(bytes.length * 0.55) + k] = (k * 37) & 255;
    writeFileSync(at('hurt.mkv'), bytes);
    const result = await run(at('hurt.mkv'), at('hurt-out.mkv'), place('looked'));
    expect(existsSync(at('looked'))).toBe(true);
    const { source } = result.record as { source: { damage: { detail: string }[] } };
    expect(source.damage.length).toBeGreaterThan(0);
    // The same frames as when it is decoded in one go, by one thread: what a decoder conceals depends on how many it has.
    const [before, after] = [frames(at('hurt.mkv')), frames(result.output)];
    expect(after.hashes).toEqual(before.hashes);
  });

  it.concurrent('names what is no film, and does not write over a film', async () => {
    writeFileSync(at('no.mp4'), 'this is no film');
    await expect(run(at('no.mp4'), at('no.mkv'))).rejects.toThrow(/no\.mp4/);
    await expect(run(at('film.mp4'), at('film.mp4'))).rejects.toBeInstanceOf(RevealError);
    writeFileSync(at('there.mkv'), 'mine');
    await expect(run(at('film.mp4'), at('there.mkv'))).rejects.toThrow(/there\.mkv/);
    expect(readFileSync(at('there.mkv'), 'utf8')).toBe('mine');
  });
});
