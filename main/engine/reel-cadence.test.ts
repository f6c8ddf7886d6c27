/**
 * Pulldown through the engine: film that ffmpeg spread over fields comes back as the film it was, every frame to the sample
 * and every time to the tick, over a cut; blended film is said to be blended and stays as it is.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultFilmRecipe } from '../library/reels.ts';
import { localEngine } from './local.ts';
import { makeFilm, onPathTools } from './ffmpeg-test-films.ts';
import type { Engine } from './protocol.ts';
import type { ReelExportResult } from './reel-protocol.ts';

const tools = onPathTools;
const dir = mkdtempSync(path.join(tmpdir(), 'revelado-cadence-'));
const at = (name: string): string => path.join(dir, name);
let engine: Engine;

const hashes = (file: string): string[] =>
  spawnSync(tools!.ffmpeg.path, [
    '-v',
    'error',
    '-i',
    file,
    '-map',
    '0:v',
    '-vsync',
    '0',
    '-f',
    'framemd5',
    '-',
  ])
    .stdout.toString()
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(',').pop()!.trim());
const times = (file: string): number[] =>
  spawnSync(tools!.ffprobe.path, [
    ...['-v', 'error', '-select_streams', 'v:0', '-show_entries', 'frame=best_effort_timestamp_time'],
    ...['-of', 'csv=p=0', file],
  ])
    .stdout.toString()
    .split('\n')
    .filter((line) => /^-?\d/.test(line))
    .map((line) => Number(line.split(',')[0]));
const run = (file: string, output: string, codec: 'ffv1' | 'h264'): Promise<ReelExportResult> => {
  const recipe = defaultFilmRecipe();
  recipe.params.cadence = { ...recipe.params.cadence, on: true };
  return engine.call('reelExport', {
    ...{ path: at(file), dir: at('looks'), recipe, output: at(output), resume: false },
    export: { codec, quality: 16, sound: 'copy', overwrite: true },
  });
};

beforeAll(() => {
  if (!tools) return;
  engine = localEngine({ role: 'batch', threads: 2, device: 'cpu', cacheDir: at('cache') });
  const rate = '24000/1001';
  const lossless = ['-c:v', 'libx264', '-qp', '0', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'];
  const scenes = (filter: string): string[] => [
    ...[
      '-f',
      'lavfi',
      '-i',
      `testsrc2=s=128x96:r=${rate}`,
      '-f',
      'lavfi',
      '-i',
      `mandelbrot=s=128x96:r=${rate}`,
    ],
    '-filter_complex',
    // The cut falls between two film frames that share a frame of video.
    `[0:v]trim=end_frame=42,setpts=PTS-STARTPTS[a];[1:v]trim=start_frame=20:end_frame=58,setpts=PTS-STARTPTS[b];[a][b]concat=n=2,format=yuv420p${filter}[v]`,
    ...['-map', '[v]', ...lossless],
  ];
  makeFilm(at('film.mp4'), scenes(''));
  makeFilm(at('top.mp4'), scenes(',telecine=first_field=top:pattern=23'));
  makeFilm(at('bottom.mp4'), scenes(',telecine=first_field=bottom:pattern=23'));
  makeFilm(at('blended.mp4'), scenes(',framerate=fps=30000/1001:interp_start=0:interp_end=255:scene=100'));
});
afterAll(async () => {
  await engine?.close();
  rmSync(dir, { recursive: true, force: true });
});

describe.skipIf(!tools)('cadence through the engine', () => {
  it.each(['top', 'bottom'])(
    'pulldown with the %s field first is undone to the frame and the tick',
    async (order) => {
      const film = times(at('film.mp4'));
      const result = await run(`${order}.mp4`, `${order}.mkv`, 'ffv1');
      expect(result.frames).toBe(80);
      expect(result.warnings.join()).not.toMatch(/mixed|pulldown/);
      // One film frame lies half on the other side of the cut.
      const [found, wanted] = [hashes(at(`${order}.mkv`)), hashes(at('film.mp4'))];
      const others = found.flatMap((hash, k) => (hash === wanted[k] ? [] : [k]));
      expect(others.length).toBeLessThanOrEqual(1);
      // Matroska counts milliseconds.
      times(at(`${order}.mkv`)).forEach((t, k) =>
        expect(Math.abs(t - film[k])).toBeLessThanOrEqual(0.000501),
      );
    },
  );
  it('in a container with a clock of its own to the microsecond', async () => {
    await run('top.mp4', 'again.mp4', 'h264');
    expect(times(at('again.mp4'))).toEqual(times(at('film.mp4')));
  });
  it('blended film is named as such and passes as it is', async () => {
    const result = await run('blended.mp4', 'blended.mkv', 'ffv1');
    expect(result.warnings.join('\n')).toMatch(/neighbouring frames were mixed/);
    expect(hashes(at('blended.mkv'))).toEqual(hashes(at('blended.mp4')));
    expect(times(at('blended.mkv')).length).toBe(times(at('blended.mp4')).length);
  });
});
