/** For tests: a film taken apart, coded in pieces, joined and checked against its source. */
import path from 'node:path';
import { expect } from 'vitest';
import { allTimes, frameCount, retimed, type ReelFacts } from '../../app/film/probe.ts';
import type { FilmCodec } from '../../app/recipe/film.ts';
import { decodeReel } from './ffmpeg-decode.ts';
import { openEncoder } from './ffmpeg-encode.ts';
import { containerFor, extensionOf, joinReel, type ReelSound } from './ffmpeg-mux.ts';
import { countReel, probeReel } from './ffmpeg-probe.ts';
import { makeFilm, picture, sound, type Tools } from './ffmpeg-test-films.ts';
import { verifyReel } from './ffmpeg-verify.ts';

export interface Made {
  out: string;
  facts: ReelFacts;
  sha256: string;
  notes: string[];
}
let serial = 0;

/** Codes a film in pieces cut at these frames, joins them and checks the result against the source. */
export async function through(
  dir: string,
  file: string,
  codec: FilmCodec,
  tools: Tools,
  cuts: number[] = [],
  how: { sound?: ReelSound; fps?: number } = {},
): Promise<Made> {
  const facts = await countReel(file, await probeReel(file, { tools }), { tool: tools.ffmpeg });
  const frames = frameCount(facts);
  const pieces: string[] = [];
  const notes: string[] = [];
  const starts = [0, ...cuts];
  for (const [k, from] of starts.entries()) {
    const out = path.join(dir, `piece-${serial++}.piece`);
    const encoder = await openEncoder({
      ...{ format: facts.format, codec, quality: 20, out, tool: tools.ffmpeg },
      rate: how.fps ? { num: Math.round(how.fps * 1000), den: 1000 } : facts.averageRate,
      ...{ sampleAspect: facts.sampleAspect, fields: facts.fields, threads: 1 },
    });
    const to = (starts[k + 1] ?? frames) - 1;
    for await (const frame of decodeReel(file, facts, { from, to, tool: tools.ffmpeg, threads: 1 }))
      await encoder.write(frame);
    expect((await encoder.close()).frames).toBe(to - from + 1);
    notes.push(...encoder.encoding.notes);
    pieces.push(out);
  }
  const sound = how.sound ?? { kind: 'copy' as const };
  const container = containerFor(codec, facts, sound.kind);
  const out = path.join(dir, `out-${serial++}${extensionOf(container)}`);
  const tempo = how.fps ? retimed(frames, how.fps) : null;
  const times = tempo ?? facts;
  const pts = allTimes(times);
  const step = tempo?.times.kind === 'constant' ? tempo.times.step : facts.lastDuration;
  const joined = await joinReel({
    ...{ pieces, facts, source: file, codec, container, timeBase: times.timeBase, pts, sound, out },
    ...{ end: pts[frames - 1] + step, overwrite: false, tool: tools.ffmpeg },
  });
  const verified = await verifyReel(out, {
    ...{ source: file, facts, container, timeBase: times.timeBase, pts, tools },
    soundCopied: sound.kind === 'copy',
  });
  expect(verified).toMatchObject({ ok: true, frames, wanted: frames, wrongTimes: 0 });
  if (sound.kind === 'copy') expect(verified.sound).toHaveLength(facts.audio.length);
  return { out, facts, sha256: joined.sha256, notes: [...notes, ...joined.notes] };
}

const x264 = ['-c:v', 'libx264', '-bf', '3', '-g', '10', '-pix_fmt', 'yuv420p'];
/** Films by name: how they are made. */
export const filmsIn = (dir: string): Record<string, () => string> => ({
  'constant 23.976': () => makeFilm(path.join(dir, 'a.mp4'), [...picture('96x64', '24000/1001', 1), ...x264]),
  'constant 25, one sound': () =>
    makeFilm(path.join(dir, 'b.mp4'), [...picture('96x64', '25', 1), ...sound(1), ...x264, '-c:a', 'aac']),
  'constant 29.97, two sounds': () =>
    makeFilm(path.join(dir, 'c.mov'), [
      ...[...picture('96x64', '30000/1001', 1), ...sound(1), ...sound(1, 880)],
      ...['-map', '0', '-map', '1', '-map', '2', ...x264, '-c:a:0', 'aac', '-c:a:1', 'pcm_s16le'],
    ]),
  'variable rate': () =>
    makeFilm(path.join(dir, 'd.mp4'), [
      ...[...picture('96x64', '25', 1), '-vf', "settb=1/90000,setpts='(N*4+mod(N*N,3))*900'"],
      ...['-vsync', '0', '-enc_time_base', '1:90000', '-video_track_timescale', '90000', ...x264],
    ]),
  'odd size': () =>
    makeFilm(path.join(dir, 'e.mkv'), [
      ...picture('97x61', '25', 0.6),
      '-pix_fmt',
      'yuv420p',
      '-c:v',
      'ffv1',
    ]),
  '10 bits': () =>
    makeFilm(path.join(dir, 'f.mkv'), [
      ...picture('96x64', '25', 0.6),
      '-pix_fmt',
      'yuv422p10le',
      '-c:v',
      'ffv1',
    ]),
  'one frame': () =>
    makeFilm(path.join(dir, 'g.mov'), [
      ...picture('96x64', '30000/1001', 0.03),
      '-frames:v',
      '1',
      '-c:v',
      'mjpeg',
    ]),
  'a clock that begins anywhere': () =>
    makeFilm(path.join(dir, 'h.ts'), [...picture('96x64', '25', 1), ...sound(1), ...x264, '-c:a', 'aac']),
});
