/** Small films for the window: made once, found again while nothing about them changes, made anew when something does. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultFilmRecipe } from '../library/reels.ts';
import { ffmpegTool } from './ffmpeg-frames.ts';
import { localEngine } from './local.ts';
import type { Engine } from './protocol.ts';

const tool = await ffmpegTool();
const dir = mkdtempSync(path.join(tmpdir(), 'revelado-proxy-'));
const at = (name: string): string => path.join(dir, name);
/** Proxies have a folder of their own: old ones in it go when there is no room. */
const proxy = (name: string): string => at(path.join('proxies', name));
let engine: Engine;
beforeAll(() => {
  engine = localEngine({ role: 'interactive', threads: 2, device: 'cpu', cacheDir: at('cache') });
  const made = spawnSync(tool.path, [
    ...['-y', '-loglevel', 'error', '-f', 'lavfi', '-i', 'testsrc2=s=64x48:r=25:d=1'],
    ...['-c:v', 'libx264', '-g', '10', '-pix_fmt', 'yuv420p', at('film.mp4')],
  ]);
  if (made.status !== 0) throw new Error(made.stderr.toString());
});
afterAll(async () => {
  await engine.close();
  rmSync(dir, { recursive: true, force: true });
});

describe('proxies', () => {
  const ask = (show: 'before' | 'after', shot: number | null, name: string) =>
    engine.call('reelProxy', {
      ...{ path: at('film.mp4'), dir: at('looks'), show, shot, recipe: defaultFilmRecipe() },
      output: proxy(name),
    });
  /** When the film was written, told apart from when it was last wanted: what is made has bytes of its own. */
  const born = (name: string): number => statSync(proxy(name)).ino;

  it.each([
    ['before', null],
    ['after', 0],
  ] as const)(
    '%s, shot %s: is there at once the second time, and made again when it is not whole',
    async (show, shot) => {
      const name = `${show}.mp4`;
      const first = await ask(show, shot, name);
      expect(first).toMatchObject({ frames: 25, fps: 25, first: 0 });
      const file = born(name);
      utimesSync(proxy(name), 0, 0);
      writeFileSync(proxy('other.mp4'), 'an older one');
      expect(await ask(show, shot, name)).toEqual(first);
      expect(born(name)).toBe(file);
      // It was wanted just now: it is not the next to go.
      expect(statSync(proxy(name)).mtimeMs).toBeGreaterThan(1e12);
      writeFileSync(proxy(name), 'cut off');
      expect(await ask(show, shot, name)).toEqual(first);
      expect(statSync(proxy(name)).size).toBeGreaterThan(500);
      expect(statSync(proxy('other.mp4')).size).toBe(12);
    },
  );
});
