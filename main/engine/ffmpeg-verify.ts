/**
 * Looks at a finished film again, as a stranger would: are all frames there, does each stand at its time, is the sound the
 * source's own, packet for packet. And writes what an archive checks later: checksums of every frame and of the file.
 */
import path from 'node:path';
import { rescaleTimes, type Ratio, type ReelFacts } from '../../app/film/probe.ts';
import { writeAtomic } from '../files/atomic.ts';
import { hashFile } from '../files/disk.ts';
import { clockStart, containerBase, type FilmContainer } from './ffmpeg-containers.ts';
import type { FoundTool } from './ffmpeg-find.ts';
import { readPackets } from './ffmpeg-packets.ts';
import { collect, ffmpegProgram, filmInput, quiet } from './ffmpeg-run.ts';

export interface VerifyOptions {
  /** The source and its facts. */
  source: string;
  facts: ReelFacts;
  container: FilmContainer;
  /** What the film should have: times in units of `timeBase`. */
  timeBase: Ratio;
  pts: readonly number[];
  /** True: the sound must be the source's, packet for packet. */
  soundCopied: boolean;
  signal?: AbortSignal;
  tools?: { ffprobe: FoundTool; ffmpeg: FoundTool };
}

export interface Verified {
  ok: boolean;
  frames: number;
  wanted: number;
  /** Frames whose time is not the one wanted, rounded to the container's tick. */
  wrongTimes: number;
  /** Ticks by which the whole picture stands elsewhere; 0 but where an old ffmpeg keeps beginnings in milliseconds. */
  offset: number;
  /** SHA-256 of each track's packets, before and after. */
  sound: { codec: string; before: string; after: string }[];
}

/**
 * SHA-256 over the packets of a stream, as a copy writes them. `bare`: AAC of a transport stream without the heads that no
 * other container keeps.
 */
export async function packetHash(
  file: string,
  stream: string,
  options: { tool: FoundTool; bare?: boolean; signal?: AbortSignal },
): Promise<string> {
  const args = [
    ...quiet(),
    ...filmInput(path.resolve(file)),
    ...['-map', `0:${stream}`, '-c', 'copy', ...(options.bare ? ['-bsf', 'aac_adtstoasc'] : [])],
    ...['-f', 'hash', '-hash', 'sha256', 'pipe:1'],
  ];
  const { tool, signal } = options;
  const said = await collect({ tool, args, name: path.basename(file), signal }, 4096);
  return /=([0-9a-f]{64})/i.exec(said.toString('latin1'))?.[1].toLowerCase() ?? '';
}

/** Compares a finished film with what it should be. @throws RevealError where it cannot be read at all */
export async function verifyReel(out: string, options: VerifyOptions): Promise<Verified> {
  const { facts, timeBase, container, signal } = options;
  const ffprobe = options.tools?.ffprobe ?? (await ffmpegProgram('ffprobe'));
  const ffmpeg = options.tools?.ffmpeg ?? (await ffmpegProgram('ffmpeg'));
  const name = path.basename(out);
  const found = await readPackets(path.resolve(out), 0, { tool: ffprobe, name, signal, most: 1e7 });
  const ticks = containerBase(container, timeBase);
  const shift = Math.round((clockStart(facts) * timeBase.den) / timeBase.num);
  const wanted = rescaleTimes(
    options.pts.map((at) => at - shift),
    timeBase,
    ticks,
  );
  const offset = found.pts.length > 0 ? found.pts[0] - wanted[0] : 0;
  const wrong = wanted.filter((at, k) => found.pts[k] !== at + offset).length;
  const sound: Verified['sound'] = [];
  if (options.soundCopied)
    for (const [k, track] of facts.audio.entries()) {
      const bare = track.codec === 'aac' && /mpegts|^aac/.test(facts.container);
      sound.push({
        codec: track.codec,
        before: await packetHash(options.source, String(track.stream), { tool: ffmpeg, bare, signal }),
        after: await packetHash(out, `a:${k}`, { tool: ffmpeg, signal }),
      });
    }
  // A millisecond, in which an old ffmpeg keeps where a film begins.
  const near = Math.abs(offset * ticks.num) / ticks.den <= 0.001;
  return {
    ok:
      found.pts.length === wanted.length &&
      wrong === 0 &&
      near &&
      sound.every(({ before, after }) => before !== '' && before === after),
    frames: found.pts.length,
    wanted: wanted.length,
    wrongTimes: wrong,
    offset,
    sound,
  };
}

/**
 * Writes NAME.framemd5 (MD5 of every decoded frame and piece of sound) and NAME.sha256 (in the form of sha256sum) beside
 * a film. @returns the two files
 */
export async function writeFixity(
  out: string,
  options: { sha256?: string; signal?: AbortSignal; tool?: FoundTool } = {},
): Promise<{ framemd5: string; sha256: string }> {
  const tool = options.tool ?? (await ffmpegProgram('ffmpeg'));
  const name = path.basename(out);
  const args = [
    ...quiet(),
    ...filmInput(path.resolve(out)),
    ...['-map', '0:v:0', '-map', '0:a?', '-copyts', '-vsync', '0', '-fflags', '+bitexact'],
    ...['-f', 'framemd5', 'pipe:1'],
  ];
  const sums = await collect({ tool, args, name, signal: options.signal, stallMs: 600_000 }, 1 << 30);
  await writeAtomic(`${out}.framemd5`, true, (sink) => sink.write(sums));
  const hash = options.sha256 ?? (await hashFile(out));
  const line = new TextEncoder().encode(`${hash}  ${name}\n`);
  await writeAtomic(`${out}.sha256`, true, (sink) => sink.write(line));
  return { framemd5: `${out}.framemd5`, sha256: `${out}.sha256` };
}
