/**
 * Small films for the window: upright, square pixels, 8-bit H.264 (or VP9) that every browser plays, a key frame every half
 * second so that scrubbing is quick, each frame at its own time. For looking alone: nothing is ever made from a proxy.
 */
import { rename, unlink } from 'node:fs/promises';
import path from 'node:path';
import type { ReelFacts } from '../../app/film/probe.ts';
import { fileError } from '../files/bytes.ts';
import { settled, temporaryName } from '../files/leftovers.ts';
import type { FoundTool } from './ffmpeg-find.ts';
import { clockStart } from './ffmpeg-containers.ts';
import {
  everyFrame,
  ffmpegProgram,
  FfmpegRun,
  filmInput,
  quiet,
  sourceTimeBase,
  unreadable,
} from './ffmpeg-run.ts';
import { sequenceInput } from './ffmpeg-sequence.ts';

export interface ProxyOptions {
  /** Height of the shown picture at most. */
  height: number;
  /** 'mp4': H.264 and AAC; 'webm': VP9 and Opus, where a browser has no H.264. */
  kind?: 'mp4' | 'webm';
  /** File; the name's ending does not matter. */
  out: string;
  sound?: boolean;
  threads?: number;
  signal?: AbortSignal;
  /** Frames made so far. */
  onFrames?: (done: number) => void;
  tool?: FoundTool;
}

/** Size in which a proxy of this height shows the film: turned, with square pixels, even numbers. */
export function proxySize(
  facts: Pick<ReelFacts, 'format' | 'sampleAspect' | 'rotation'>,
  height: number,
): { width: number; height: number } {
  const { format, sampleAspect, rotation } = facts;
  let [w, h] = [(format.width * sampleAspect.num) / sampleAspect.den, format.height];
  if (rotation === 90 || rotation === 270) [w, h] = [h, w];
  const scale = Math.min(1, height / h);
  const even = (v: number): number => Math.max(2, 2 * Math.round((v * scale) / 2));
  return { width: even(w), height: even(h) };
}

/** The film's own time base, for the picture alone. */
const pictureClock = (version: string): string[] => ['-enc_time_base:v', sourceTimeBase(version)[1]];

/** Arguments of the run. Exported for its test. */
export function proxyArguments(
  file: string,
  facts: ReelFacts,
  options: ProxyOptions,
  version: string,
  temp: string,
): string[] {
  const size = proxySize(facts, options.height);
  const start = clockStart(facts);
  const every = Math.max(1, Math.round(facts.averageRate.num / facts.averageRate.den / 2));
  const webm = options.kind === 'webm';
  // ffmpeg turns the picture before these.
  const filters = [`scale=${size.width}:${size.height}:flags=area`, 'setsar=1'];
  const sound = options.sound !== false && facts.audio.length > 0;
  const input =
    facts.kind === 'sequence'
      ? sequenceInput(file, facts, 0)
      : [...(start === 0 ? [] : ['-itsoffset', (-start).toFixed(6)]), ...filmInput(path.resolve(file))];
  return [
    ...quiet(),
    ...['-y', '-progress', 'pipe:1', '-threads', String(options.threads ?? 1), '-copyts', ...input],
    ...['-map', `0:${facts.stream}`, ...(sound ? ['-map', `0:${facts.audio[0].stream}`] : [])],
    ...['-vf', filters.join(','), ...everyFrame(version), ...pictureClock(version)],
    ...['-pix_fmt', 'yuv420p'],
    ...(webm
      ? ['-c:v', 'libvpx-vp9', '-crf', '36', '-b:v', '0', '-deadline', 'realtime', '-cpu-used', '8']
      : ['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '24', '-bf', '0']),
    ...['-g', String(every), '-threads', String(options.threads ?? 1)],
    ...(sound ? ['-c:a', webm ? 'libopus' : 'aac', '-b:a', '128k', '-ac', '2'] : []),
    ...(webm
      ? []
      : ['-video_track_timescale', String(Math.max(facts.timeBase.den, 1000)), '-movflags', '+faststart']),
    ...['-map_metadata', '-1', '-map_chapters', '-1', '-f', webm ? 'webm' : 'mp4', `file:${temp}`],
  ];
}

/** Makes a proxy; complete or absent. @throws RevealError 'bad-input', 'engine', 'cancelled' */
export async function makeProxy(file: string, facts: ReelFacts, options: ProxyOptions): Promise<void> {
  const tool = options.tool ?? (await ffmpegProgram('ffmpeg'));
  const temp = temporaryName(path.dirname(path.resolve(options.out)));
  try {
    const args = proxyArguments(file, facts, options, tool.version, temp);
    const run = new FfmpegRun({ tool, args, name: facts.name, signal: options.signal });
    run.child.stdin.end();
    try {
      for await (const piece of run.child.stdout as AsyncIterable<Buffer>) {
        run.alive();
        const frame = /frame=\s*(\d+)/.exec(piece.toString('latin1'));
        if (frame) options.onFrames?.(Number(frame[1]));
      }
      await run.finish(unreadable(facts.name));
    } finally {
      await run.end();
    }
    await rename(temp, options.out);
  } catch (error) {
    await unlink(temp).catch(() => undefined);
    throw fileError(options.out, error, 'write');
  } finally {
    settled(temp);
  }
}
