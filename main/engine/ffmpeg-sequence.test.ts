/** Numbered pictures as a film, there and back; and the small films that the window plays. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { allTimes, frameCount } from '../../app/film/probe.ts';
import { decodeReel } from './ffmpeg-decode.ts';
import { probeReel } from './ffmpeg-probe.ts';
import { makeProxy, proxySize } from './ffmpeg-proxy.ts';
import { openSequence, runFrom } from './ffmpeg-sequence.ts';
import { anyTools, hashes, makeFilm, picture } from './ffmpeg-test-films.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'revelado-sequence-'));
// Many short programs, one after another: on a busy machine each waits for its turn.
vi.setConfig({ testTimeout: 240_000 });
afterAll(() => rmSync(dir, { recursive: true }));
const at = (name: string): string => path.join(dir, name);

describe('runFrom', () => {
  it('goes on until a number is missing', () => {
    expect(runFrom(['a1.png', 'a2.png', 'a4.png'], 0)).toBe(2);
    expect(runFrom(['a1.png', 'a2.png', 'a4.png'], 2)).toBe(1);
  });
});

describe.skipIf(!anyTools)('sequences and proxies', () => {
  const tools = anyTools!;
  it.each([
    ['gbrp', 'png'],
    ['gbrp10le', 'dpx'],
    ['gray16le', 'tiff'],
  ] as const)('%s as %s comes back sample for sample, around a gap', async (layout, kind) => {
    const film = makeFilm(at(`${layout}.mkv`), [
      ...[...picture('32x24', '25', 0.2), '-pix_fmt', layout, '-c:v', 'ffv1'],
    ]);
    const facts = await probeReel(film, { tools });
    const before = await hashes(film, facts, { tool: tools.ffmpeg });
    const folder = at(`${layout} 100%`);
    const writer = await openSequence({
      ...{ format: facts.format, kind, folder, name: 'frame', first: 98, tool: tools.ffmpeg },
    });
    for await (const frame of decodeReel(film, facts, { tool: tools.ffmpeg })) await writer.write(frame);
    expect(await writer.close()).toEqual({ frames: 5 });
    const files = readdirSync(folder).sort();
    expect(files).toHaveLength(5);
    unlinkSync(path.join(folder, files[1]));
    const back = await probeReel(path.join(folder, files[3]), { tools, rate: { num: 16, den: 1 } });
    expect(frameCount(back)).toBe(4);
    expect(back.notes.join(' ')).toMatch(/pictures 99 are missing/);
    expect(back.timeBase).toEqual({ num: 1, den: 16 });
    const after = await hashes(folder, back, { tool: tools.ffmpeg });
    expect(after.map(({ hash }) => hash)).toEqual([0, 2, 3, 4].map((k) => before[k].hash));
    expect(await hashes(folder, back, { from: 1, to: 2, tool: tools.ffmpeg })).toEqual(after.slice(1, 3));
    if (kind !== 'png') return;
    makeFilm(path.join(folder, 'other.png'), [...picture('16x24', '25', 0.04), '-frames:v', '1']);
    writeFileSync(path.join(folder, files[2]), readFileSync(path.join(folder, 'other.png')));
    await expect(hashes(folder, back, { tool: tools.ffmpeg })).rejects.toThrow(
      new RegExp(`${files[2]} has another size`),
    );
  });

  it('makes a proxy upright, with square pixels, each frame at its time', async () => {
    const film = makeFilm(at('p.mp4'), [
      ...[...picture('96x64', '25', 0.4), '-vf', "setsar=4/3,settb=1/90000,setpts='(N*4+mod(N*N,3))*900'"],
      ...['-vsync', '0', '-enc_time_base', '1:90000', '-video_track_timescale', '90000'],
      ...['-pix_fmt', 'yuv420p', '-c:v', 'libx264'],
    ]);
    const bytes = readFileSync(film);
    let matrix = bytes.indexOf('tkhd') + 4 + 40;
    for (const value of [0, 0x10000, 0, 0xffff0000, 0, 0, 64 << 16, 0, 0x40000000]) {
      bytes.writeUInt32BE(value, matrix);
      matrix += 4;
    }
    writeFileSync(film, bytes);
    const facts = await probeReel(film, { tools });
    expect(facts.rotation).toBe(90);
    expect(proxySize(facts, 64)).toEqual({ width: 32, height: 64 });
    await makeProxy(film, facts, { height: 64, out: at('proxy.mp4'), tool: tools.ffmpeg });
    const proxy = await probeReel(at('proxy.mp4'), { tools });
    expect(proxy).toMatchObject({ rotation: 0, sampleAspect: { num: 1, den: 1 }, codec: 'h264' });
    expect([proxy.format.width, proxy.format.height]).toEqual([32, 64]);
    expect(allTimes(proxy)).toEqual(allTimes(facts));
  });
});
