/** Frames that steps want to see of each shot: fetched by jumps where those pay, each shot given its own and no other. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { ReelFacts } from '../../app/film/probe.ts';
import { ffmpegTool } from './ffmpeg-frames.ts';
import { countReel, probeReel } from './ffmpeg-probe.ts';
import { sampleShots, stretches } from './reel-samples.ts';

const tool = await ffmpegTool();
const dir = mkdtempSync(path.join(tmpdir(), 'revelado-samples-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('stretches', () => {
  const facts = { counted: true, damage: [], keyFrames: [0, 100, 200, 300, 400] } as unknown as ReelFacts;
  it('goes on where a jump costs more than what lies between', () => {
    expect(stretches([10, 30, 390, 395], facts)).toEqual([
      [10, 30],
      [390, 395],
    ]);
    expect(stretches([10, 390], { ...facts, counted: false })).toEqual([[10, 390]]);
    expect(stretches([10, 40], { ...facts, keyFrames: 'all' })).toEqual([
      [10, 10],
      [40, 40],
    ]);
    expect(stretches([], facts)).toEqual([]);
  });
});

describe('sampleShots', () => {
  it('gives each shot the frames it asked for', async () => {
    const file = path.join(dir, 'film.mkv');
    const made = spawnSync(tool.path, [
      ...['-y', '-loglevel', 'error', '-f', 'lavfi', '-i', 'testsrc2=s=64x48:r=25:d=8'],
      ...['-c:v', 'libx264', '-g', '20', '-pix_fmt', 'yuv420p', file],
    ]);
    expect(made.status).toBe(0);
    const facts = await countReel(file, await probeReel(file));
    const shots = [0, 60, 130].map((first, index) => ({
      ...{ index, first, last: [59, 129, 199][index], opening: 'cut' as const },
    }));
    const table = await sampleShots(
      file,
      facts,
      { shots, flashes: [] },
      {
        frames: ({ index, first, last }) => (index === 1 ? [] : [last - 1, first + 3]),
        measure: ({ index }, seen) => ({ index, seen: seen.map((f) => f.index) }),
        finish: (all) => all,
      },
    );
    expect(table).toEqual([
      { index: 0, seen: [3, 58] },
      { index: 2, seen: [133, 198] },
    ]);
  });
});
