/**
 * The table of a film's packets: time stamps in the order of showing, key frames, damage. Read line by line as ffprobe
 * prints it, so that hours of film cost numbers and no text.
 */
import { RevealError } from '../../app/contract/messages.ts';
import { say } from '../../app/words/sentences.ts';
import type { FoundTool } from './ffmpeg-find.ts';
import { ffmpegProgram, FfmpegRun, filmInput, unreadable } from './ffmpeg-run.ts';
import type { ReelFacts } from '../../app/film/probe.ts';

export interface PacketList {
  /** Ascending; packets that are decoded but not shown (cut away by an edit list) are left out. */
  pts: number[];
  /** Showing places of key frames. */
  keyFrames: number[];
  lastDuration: number;
  /** Packets that the container calls corrupt. */
  corrupt: number;
  /** Packets without a time stamp, or two with the same: only decoding tells the frames' times. */
  incomplete: boolean;
}

/** Cuts a stream of bytes into lines. */
async function* lines(stream: AsyncIterable<Buffer>, each: () => void): AsyncGenerator<string> {
  let rest = '';
  for await (const piece of stream) {
    each();
    const parts = (rest + piece.toString('latin1')).split('\n');
    rest = parts.pop() ?? '';
    yield* parts;
  }
  if (rest !== '') yield rest;
}

/** Reads the packets of stream `stream`. `most`: packets beyond which the file is refused. */
export async function readPackets(
  file: string,
  stream: number,
  options: { tool: FoundTool; name: string; signal?: AbortSignal | undefined; most: number },
): Promise<PacketList> {
  const run = new FfmpegRun({
    tool: options.tool,
    args: [
      ...['-hide_banner', '-loglevel', 'error', '-select_streams', String(stream)],
      ...['-show_entries', 'packet=pts,duration,flags', '-of', 'compact=p=0:nk=0', ...filmInput(file)],
    ],
    name: options.name,
    signal: options.signal,
  });
  run.child.stdin.end();
  const found: { pts: number; duration: number; key: boolean }[] = [];
  let corrupt = 0;
  let untimed = 0;
  try {
    for await (const line of lines(run.child.stdout as AsyncIterable<Buffer>, () => run.alive())) {
      const flags = /(?:^|\|)flags=([^|\s]*)/.exec(line)?.[1];
      if (flags === undefined) continue;
      if (flags.includes('C')) corrupt++;
      if (flags.includes('D')) continue;
      const pts = Number(/(?:^|\|)pts=(-?\d+)/.exec(line)?.[1] ?? NaN);
      if (Number.isNaN(pts)) untimed++;
      else
        found.push({
          pts,
          duration: Number(/(?:^|\|)duration=(\d+)/.exec(line)?.[1] ?? 0),
          key: flags.includes('K'),
        });
      if (found.length + untimed > options.most)
        throw new RevealError('bad-input', say('film-too-long', { file: options.name }));
    }
    await run.finish(unreadable(options.name));
  } finally {
    await run.end();
  }
  found.sort((a, b) => a.pts - b.pts);
  const twice = found.some((packet, k) => k > 0 && packet.pts === found[k - 1].pts);
  const keyFrames: number[] = [];
  found.forEach((packet, k) => packet.key && keyFrames.push(k));
  return {
    pts: untimed === 0 && !twice ? found.map((packet) => packet.pts) : [],
    keyFrames: untimed === 0 && !twice ? keyFrames : [],
    lastDuration: found[found.length - 1]?.duration ?? 0,
    corrupt,
    incomplete: untimed > 0 || twice,
  };
}

/** Place of the first frame that has another size or layout than the first one, null where there is none. */
export async function firstChange(
  file: string,
  facts: Pick<ReelFacts, 'name' | 'stream'>,
  signal?: AbortSignal,
): Promise<number | null> {
  const run = new FfmpegRun({
    tool: await ffmpegProgram('ffprobe'),
    args: [
      ...['-hide_banner', '-loglevel', 'quiet', '-select_streams', String(facts.stream)],
      ...['-show_entries', 'frame=width,height,pix_fmt', '-of', 'csv=p=0', ...filmInput(file)],
    ],
    name: facts.name,
    signal,
  });
  run.child.stdin.end();
  try {
    let [first, place] = ['', 0];
    for await (const line of lines(run.child.stdout as AsyncIterable<Buffer>, () => run.alive())) {
      const form = /^\d+,\d+,\w+/.exec(line)?.[0];
      if (form === undefined) continue;
      if (first === '') first = form;
      else if (form !== first) return place;
      place++;
    }
    return null;
  } finally {
    await run.end();
  }
}
