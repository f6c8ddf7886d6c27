/** What is no film that can be worked on: each refused with a sentence that names the file and says what to do. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { frameCount } from '../../app/film/probe.ts';
import { probeReel, ratioOf } from './ffmpeg-probe.ts';
import { anyTools, makeFilm, picture, sound } from './ffmpeg-test-films.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'revelado-refuse-'));
// Many short programs, one after another: on a busy machine each waits for its turn.
vi.setConfig({ testTimeout: 240_000 });
afterAll(() => rmSync(dir, { recursive: true }));
const at = (name: string): string => path.join(dir, name);
const written = (name: string, bytes: string | Buffer): string => {
  writeFileSync(at(name), bytes);
  return at(name);
};

describe('ratioOf', () => {
  it('reads fractions and knows when nothing is said', () => {
    expect(ratioOf('30000/1001')).toEqual({ num: 30000, den: 1001 });
    expect(ratioOf('64:48')).toEqual({ num: 4, den: 3 });
    expect([ratioOf('0/0'), ratioOf('0:1'), ratioOf(undefined), ratioOf('25')]).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });
});

describe.skipIf(!anyTools)('probeReel refuses', () => {
  const tools = anyTools!;
  const refused = (file: string, sentence: RegExp): Promise<void> =>
    expect(probeReel(file, { tools })).rejects.toThrow(sentence);

  it('playlists and scripts, whatever they call themselves, and reaches nothing through them', async () => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.end('no');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/film.ts`;
    const real = makeFilm(at('real.mkv'), [...picture('64x48', '25', 0.2), '-c:v', 'ffv1']);
    const lists = {
      'a.mp4': `#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n${address}\n#EXT-X-ENDLIST\n`,
      'b.mkv': `ffconcat version 1.0\nfile '${real}'\n`,
      'c.mp4': `v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n`,
      'd.avi': `file '${real}'\nfile '${real}'\n`,
      'e.mov': `<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><BaseURL>${address}</BaseURL></MPD>`,
      'f.mpg': `${address}\n`,
      // Behind a head that is not looked at, ffmpeg itself must refuse.
      'g.mp4': `${'\n'.repeat(5)}#EXTM3U\n${address}\n`,
    };
    for (const [name, text] of Object.entries(lists)) {
      const sentence = name === 'g.mp4' ? /g\.mp4/ : new RegExp(`^${name.replace('.', '\\.')} is a playlist`);
      await refused(written(name, text), sentence);
    }
    server.close();
    expect(asked).toEqual([]);
  });

  it('sound alone, a picture of a cover, text, nothing', async () => {
    await refused(makeFilm(at('s.m4a'), [...sound(0.3), '-c:a', 'aac']), /s\.m4a has no moving picture/);
    await refused(written('t.mp4', 'This is a letter.'), /t\.mp4 cannot be read as a film/);
    await refused(written('n.mp4', ''), /n\.mp4 is empty/);
    await refused(at('absent.mp4'), /absent\.mp4/);
    mkdirSync(at('folder'));
    await refused(at('folder'), /folder: no numbered pictures/);
  });

  it('a film without its table, and says what breaks off later', async () => {
    const whole = makeFilm(at('w.mp4'), [
      ...picture('160x120', '25', 4),
      '-pix_fmt',
      'yuv420p',
      '-c:v',
      'libx264',
    ]);
    const cut = written('cut.mp4', readFileSync(whole));
    truncateSync(cut, 9000);
    await refused(cut, /cut\.mp4 breaks off before its table of contents/);
    const mkv = makeFilm(at('half.mkv'), ['-i', whole, '-c', 'copy']);
    truncateSync(mkv, readFileSync(mkv).length >> 1);
    const facts = await probeReel(mkv, { tools });
    expect(frameCount(facts)).toBeLessThan(90);
    expect(facts.notes.join(' ')).toMatch(/half\.mkv breaks off after [\d.]+ s of 4\.0 s/);
  });

  it('a film of no frames', async () => {
    const file = makeFilm(at('zero.mkv'), [...picture('64x48', '25', 0.2), '-frames:v', '0', '-c:v', 'ffv1']);
    await refused(file, /zero\.mkv (holds no frame|has no moving picture|cannot be read)/);
  });

  it('absurd sizes and rates', async () => {
    const avi = makeFilm(at('plain.avi'), [
      ...[...picture('64x48', '25', 0.2), '-pix_fmt', 'yuv420p', '-c:v', 'ffv1'],
    ]);
    const bytes = readFileSync(avi);
    // Width in the picture's header: after the chunk's name and size and the header's own size.
    bytes.writeUInt32LE(40000, bytes.indexOf('strf') + 12);
    await refused(written('huge.avi', bytes), /huge\.avi claims frames of 40000 × 48 pixels/);
    const fast = makeFilm(at('fast.mov'), [
      ...['-f', 'lavfi', '-i', 'testsrc=s=64x48:r=25:d=1', '-vf', 'settb=1/90000,setpts=N'],
      ...['-vsync', '0', '-enc_time_base', '1:90000', '-video_track_timescale', '90000', '-c:v', 'mjpeg'],
    ]);
    await refused(fast, /fast\.mov claims 90000 frames a second/);
  });

  it('a codec nobody knows', async () => {
    const mkv = makeFilm(at('codec.avi'), [
      ...picture('64x48', '25', 0.2),
      '-pix_fmt',
      'yuv420p',
      '-c:v',
      'ffv1',
    ]);
    const bytes = readFileSync(mkv);
    for (let k = bytes.indexOf('FFV1'); k >= 0; k = bytes.indexOf('FFV1', k + 1))
      bytes.write('QZX9', k, 'latin1');
    await refused(
      written('codec.avi', bytes),
      /codec\.avi is coded in a way that this ffmpeg does not know \(QZX9\)/,
    );
  });

  it('takes a film under a wrong name for what it is', async () => {
    const file = makeFilm(at('right.mkv'), [...picture('64x48', '25', 0.2), '-c:v', 'ffv1']);
    const facts = await probeReel(written('wrong.avi', readFileSync(file)), { tools });
    expect(facts.container).toMatch(/matroska/);
    expect(frameCount(facts)).toBe(5);
  });
});
