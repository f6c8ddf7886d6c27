/**
 * What it costs to take a film through us instead of through ffmpeg alone: the same film decoded and coded anew with the
 * same encoder and settings, by one plain ffmpeg, and by decodeReel, openEncoder and joinReel. In turns, so that both meet the
 * same machine; prints seconds of each turn and the ratio of the best ones (wish: at most 1.3), and CPU seconds of this
 * process, which are the cost of the pipes.
 *
 *   node build/bench/film-io.ts [FILM] [TURNS=3] [CODEC=h264]
 *
 * Without a film: ten seconds of ffmpeg's test picture at 640 x 480 with grain.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { allTimes, frameCount } from '../../app/film/probe.ts';
import { filmCodecs, type FilmCodec } from '../../app/recipe/film.ts';
import { decodeReel } from '../../main/engine/ffmpeg-decode.ts';
import { openEncoder } from '../../main/engine/ffmpeg-encode.ts';
import { colourArguments, encoderArguments, encodingFor } from '../../main/engine/ffmpeg-encoders.ts';
import { joinReel } from '../../main/engine/ffmpeg-mux.ts';
import { counted, probeReel } from '../../main/engine/ffmpeg-probe.ts';
import { ffmpegProgram } from '../../main/engine/ffmpeg-run.ts';

const [given = '', turnsText = '3', codecText = 'h264'] = process.argv.slice(2);
const codec = filmCodecs.find((name) => name === codecText) ?? ('h264' satisfies FilmCodec);
const threads = 2;
const quality = 16;
const dir = mkdtempSync(path.join(os.tmpdir(), 'revelado-bench-'));
const tool = await ffmpegProgram('ffmpeg');

function plain(args: readonly string[]): number {
  const began = performance.now();
  const run = spawnSync(tool.path, ['-nostdin', '-v', 'error', '-y', ...args], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(run.stderr);
  return (performance.now() - began) / 1000;
}

try {
  const film = given !== '' ? given : path.join(dir, 'film.mp4');
  if (given === '')
    plain([
      ...['-f', 'lavfi', '-i', 'testsrc2=s=640x480:r=25:d=10', '-vf', 'noise=alls=8:allf=t'],
      ...['-pix_fmt', 'yuv420p', '-c:v', 'libx264', '-preset', 'veryfast', '-crf', '16', film],
    ]);
  const probed = await probeReel(film);
  const facts = counted(probed, allTimes(probed));
  const frames = frameCount(facts);
  const rate = facts.averageRate;
  const encoding = await encodingFor(codec, facts.format, tool);
  const turns = { plain: [] as number[], ours: [] as number[] };
  let [cpu, bytes] = [0, 0];
  for (let turn = 0; turn < Number(turnsText); turn++) {
    turns.plain.push(
      plain([
        ...[
          '-threads',
          String(threads),
          '-noautorotate',
          '-i',
          film,
          '-map',
          `0:${facts.stream}`,
          '-vsync',
          '0',
        ],
        ...encoderArguments(encoding, quality, rate, threads),
        ...[...colourArguments(facts.format), path.join(dir, 'plain.mov')],
      ]),
    );
    const before = process.cpuUsage();
    const began = performance.now();
    const piece = path.join(dir, 'piece');
    const encoder = await openEncoder({
      ...{
        format: facts.format,
        codec,
        quality,
        rate,
        sampleAspect: facts.sampleAspect,
        threads,
        out: piece,
      },
    });
    let writing: Promise<void> = Promise.resolve();
    for await (const frame of decodeReel(film, facts, { threads })) {
      await writing;
      writing = encoder.write(frame);
      writing.catch(() => undefined);
    }
    await writing;
    await encoder.close();
    const pts = allTimes(facts);
    const joined = await joinReel({
      ...{ pieces: [piece], facts, source: film, codec, container: 'mov', timeBase: facts.timeBase, pts },
      ...{ end: pts[frames - 1] + facts.lastDuration, sound: { kind: 'none' }, overwrite: true },
      out: path.join(dir, 'ours.mov'),
    });
    turns.ours.push((performance.now() - began) / 1000);
    const used = process.cpuUsage(before);
    cpu += (used.user + used.system) / 1e6;
    bytes = joined.bytes;
  }
  const best = { plain: Math.min(...turns.plain), ours: Math.min(...turns.ours) };
  const list = (seconds: number[]): string => seconds.map((s) => s.toFixed(2)).join(' ');
  console.log(
    `${facts.name}: ${frames} frames of ${facts.format.width} x ${facts.format.height}, ${codec}, ${tool.version}`,
  );
  console.log(`plain ffmpeg  ${list(turns.plain)} s`);
  console.log(`in and out    ${list(turns.ours)} s, ${bytes} bytes`);
  console.log(
    `ratio ${(best.ours / best.plain).toFixed(2)}; ${((1000 * cpu) / frames / turns.ours.length).toFixed(2)} ms of our own CPU a frame`,
  );
} finally {
  rmSync(dir, { recursive: true });
}
