/** What a film keeps beside its frames and sound, what it is not made into quietly, and what is left when it fails. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { allTimes } from '../../app/film/probe.ts';
import { joinReel } from './ffmpeg-mux.ts';
import { probeReel } from './ffmpeg-probe.ts';
import { anyTools, makeFilm, picture, sound } from './ffmpeg-test-films.ts';
import { filmsIn, through } from './ffmpeg-test-through.ts';
import { writeFixity } from './ffmpeg-verify.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'revelado-keeps-'));
// Many short programs, one after another: on a busy machine each waits for its turn.
vi.setConfig({ testTimeout: 240_000 });
afterAll(() => rmSync(dir, { recursive: true }));
const at = (name: string): string => path.join(dir, name);
const films = filmsIn(dir);
const x264 = ['-c:v', 'libx264', '-pix_fmt', 'yuv420p'];

describe.skipIf(!anyTools)('what a film keeps', () => {
  const tools = anyTools!;
  it('turn, aspect, tags, chapters, timecode and colour', async () => {
    const plain = makeFilm(at('keep.mov'), [
      ...[...picture('96x64', '25', 1), ...sound(1), ...x264, '-c:a', 'aac', '-vf', 'setsar=16/15'],
      ...['-metadata', 'title=Bodas', '-metadata', 'creation_time=1999-05-01T10:00:00Z'],
      ...['-timecode', '01:02:03:04', '-metadata:s:a:0', 'language=spa'],
      ...['-color_primaries', 'bt470bg', '-color_trc', 'gamma28', '-colorspace', 'bt470bg'],
    ]);
    // The tracks' matrix says a quarter turn clockwise, as phones write it.
    const bytes = readFileSync(plain);
    const unit = Buffer.from('00010000000000000000000000000000000100000000000000000000000000004000', 'hex');
    let matrix = bytes.indexOf('tkhd') + 4 + 40;
    expect(bytes.subarray(matrix, matrix + 34)).toEqual(unit);
    for (const value of [0, 0x10000, 0, 0xffff0000, 0, 0, 64 << 16, 0, 0x40000000]) {
      bytes.writeUInt32BE(value, matrix);
      matrix += 4;
    }
    const turned = at('turned.mov');
    writeFileSync(turned, bytes);
    const { out, facts } = await through(dir, turned, 'h264', tools, [12]);
    expect(facts.rotation).toBe(90);
    const after = await probeReel(out, { tools });
    expect(after).toMatchObject({
      ...{ rotation: 90, sampleAspect: { num: 16, den: 15 }, timecode: '01:02:03:04' },
      format: { matrix: 'bt470bg', primaries: 'bt470bg', transfer: 'bt470bg', width: 96, height: 64 },
    });
    expect(after.tags).toMatchObject({ title: 'Bodas', creation_time: '1999-05-01T10:00:00.000000Z' });
    expect(after.audio[0].language).toBe('spa');
  });

  it('the same bytes again, whatever was made before', async () => {
    const file = films['constant 25, one sound']();
    const first = await through(dir, file, 'h264', tools, [5, 13]);
    const second = await through(dir, file, 'h264', tools, [5, 13]);
    expect(second.sha256).toBe(first.sha256);
    const other = await through(dir, file, 'h264', tools, [6, 13]);
    expect(other.sha256).not.toBe(first.sha256);
  });

  it('another tempo on purpose, without sound or with it stretched', async () => {
    const file = films['constant 25, one sound']();
    const silent = await through(dir, file, 'h264', tools, [], { fps: 16, sound: { kind: 'none' } });
    const slow = await probeReel(silent.out, { tools });
    expect(slow.seconds).toBeCloseTo(25 / 16, 6);
    expect(slow.audio).toEqual([]);
    const heard = await through(dir, file, 'h264', tools, [], {
      fps: 50 / 3,
      sound: { kind: 'stretch', tempo: 2 / 3 },
    });
    const after = await probeReel(heard.out, { tools });
    expect(after.seconds).toBeCloseTo(1.5, 3);
    expect(after.audio[0].seconds).toBeGreaterThan(1.4);
    expect(after.audio[0].seconds).toBeLessThan(1.6);
  });

  it('refuses what a codec would lose, and names what it stores otherwise', async () => {
    const file = makeFilm(at('twelve.mkv'), [
      ...picture('96x64', '25', 0.1),
      '-pix_fmt',
      'yuv420p12le',
      '-c:v',
      'ffv1',
    ]);
    await expect(through(dir, file, 'h264', tools)).rejects.toThrow(/H\.264 cannot hold 12-bit 4:2:0/);
    await expect(through(dir, file, 'prores', tools)).rejects.toThrow(/ProRes cannot hold/);
    const eight = films['constant 23.976']();
    const { notes, out } = await through(dir, eight, 'prores', tools, [3]);
    expect(notes.join(' ')).toMatch(/no 8-bit 4:2:0: stored as 10-bit 4:2:2/);
    expect(notes.join(' ')).toMatch(/intermediate/);
    expect((await probeReel(out, { tools })).pixelFormat).toBe('yuv422p10le');
  });

  it('checksums of frames and file beside it', async () => {
    const { out, sha256 } = await through(dir, films['odd size'](), 'ffv1', tools);
    const files = await writeFixity(out, { sha256, tool: tools.ffmpeg });
    expect(readFileSync(files.sha256, 'utf8')).toBe(`${sha256}  ${path.basename(out)}\n`);
    const lines = readFileSync(files.framemd5, 'utf8')
      .split('\n')
      .filter((line) => /^0,/.test(line));
    expect(lines).toHaveLength(15);
  });

  it('takes no name that is taken and leaves nothing behind', async () => {
    const file = films['constant 23.976']();
    const { out, facts } = await through(dir, file, 'h264', tools);
    const before = readdirSync(dir).length;
    const options = {
      ...{
        pieces: [at('gone.piece')],
        facts,
        source: file,
        codec: 'h264' as const,
        container: 'mp4' as const,
      },
      ...{ timeBase: facts.timeBase, pts: allTimes(facts), end: 1, sound: { kind: 'none' as const }, out },
      ...{ overwrite: false, tool: tools.ffmpeg },
    };
    await expect(joinReel(options)).rejects.toThrow(/gone\.piece/);
    expect(readdirSync(dir)).toHaveLength(before);
    expect(existsSync(out)).toBe(true);
  });
});
