/** A film that goes in and out: every frame, every time, every packet of sound; by both builds of ffmpeg that we meet. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { probeReel } from './ffmpeg-probe.ts';
import { hashes, makeFilm, onPathTools, packedTools, picture } from './ffmpeg-test-films.ts';
import { filmsIn, through } from './ffmpeg-test-through.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'revelado-film-'));
// Many short programs, one after another: on a busy machine each waits for its turn.
vi.setConfig({ testTimeout: 240_000 });
afterAll(() => rmSync(dir, { recursive: true }));
const at = (name: string): string => path.join(dir, name);
const films = filmsIn(dir);
let serial = 0;

for (const [name, tools] of Object.entries({ 'on the PATH': onPathTools, packed: packedTools }))
  describe.skipIf(!tools)(`in and out, ffmpeg ${name}`, () => {
    // The old build does what may differ there; its ffprobe dies of transport streams.
    const names = Object.keys(films).filter(
      (film) => tools === onPathTools || !onPathTools || /variable|one frame|two sounds|10 bits/.test(film),
    );
    // Programs that wait for each other leave a core idle: some films at once.
    it.concurrent.each(names)('%s', async (film) => {
      const { facts, out } = await through(
        dir,
        films[film](),
        'h264',
        tools!,
        film === 'one frame' ? [] : [7],
      );
      const after = await probeReel(out, { tools: tools! });
      expect(after.format.bits).toBe(facts.format.bits);
      if (film === 'odd size') expect([after.format.width, after.format.height]).toEqual([98, 62]);
      expect(after.format.sampling).toBe(facts.format.sampling);
      if (film === 'constant 29.97, two sounds')
        expect(after.audio.map((a) => a.codec)).toEqual(['aac', 'pcm_s16le']);
    });

    it('FFV1 gives back the very samples, odd size, 10 bits and RGB', async () => {
      const rgb = makeFilm(at(`rgb-${serial++}.mkv`), [
        ...picture('50x33', '25', 0.2),
        '-pix_fmt',
        'gbrp',
        '-c:v',
        'ffv1',
      ]);
      for (const file of [films['odd size'](), films['10 bits'](), rgb]) {
        const { out, facts } = await through(dir, file, 'ffv1', tools!, [2]);
        const after = await probeReel(out, { tools: tools! });
        expect(after.format).toMatchObject({
          ...facts.format,
          chromaLocation: after.format.chromaLocation,
          matrix: after.format.matrix,
        });
        const before = await hashes(file, facts, { tool: tools!.ffmpeg });
        const now = await hashes(out, after, { tool: tools!.ffmpeg });
        expect(now.map((f) => f.hash)).toEqual(before.map((f) => f.hash));
        expect(new Set(now.map((f) => f.hash)).size).toBeGreaterThan(1);
      }
    });
  });
