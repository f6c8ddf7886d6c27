/**
 * Frames of a reel as its codec gives them: the film's own planes in its own depth, each with its exact time stamp,
 * through a pipe that stands still while nobody takes frames. To begin in the middle ffmpeg jumps to a key frame well
 * before the place; that the jump was right is proved by the time stamps of what comes, and where it was not, or cannot
 * be proved, the film is decoded from its start. So frame N is the same frame, bit for bit, from wherever it was asked.
 */
import path from 'node:path';
import { RevealError } from '../../app/contract/messages.ts';
import { frameBytes, planeSizes, sampleBytes, type Frame, type FrameFormat } from '../../app/film/frame.ts';
import { frameCount, ptsOf, reduced, type Damage, type Ratio, type ReelFacts } from '../../app/film/probe.ts';
import { say } from '../../app/words/sentences.ts';
import type { FoundTool } from './ffmpeg-find.ts';
import { NutReader } from './ffmpeg-nut.ts';
import { firstChange } from './ffmpeg-packets.ts';
import { pipeFormat, planeOrder } from './ffmpeg-pixels.ts';
import { runFrom, sequenceInput } from './ffmpeg-sequence.ts';
import {
  everyFrame,
  errorLine,
  ffmpegProgram,
  FfmpegRun,
  filmInput,
  quiet,
  sourceTimeBase,
  unreadable,
  versionOf,
} from './ffmpeg-run.ts';

export interface DecodeOptions {
  /** First frame, counted from 0 in the order of showing. */
  from?: number;
  /** Last frame, included; left out: to the end. */
  to?: number;
  /** Luma alone in 8 bits and this size, as the film codes it (limited range stays limited): for looking. */
  luma8?: { width: number; height: number };
  /** Decode on the graphics card where ffmpeg offers it, and where the codec's decoding is defined to the bit. */
  hardware?: boolean;
  /** Threads of the decoder; 0: as many as ffmpeg likes. */
  threads?: number;
  signal?: AbortSignal;
  tool?: FoundTool;
  /** Damage in the film, as it is met. */
  onDamage?: (damage: Damage) => void;
  /** Without a frame for so long ffmpeg hangs. */
  stallMs?: number;
}

/** Codecs whose frames come out the same, bit for bit, whoever decodes them. */
const EXACT = new Set(['h264', 'hevc', 'vp8', 'vp9', 'av1']);

/** Planes of `bytes` as a pipe brings them (G, B, R for RGB), as views in the order of a `Frame`. */
export function planesOf(format: FrameFormat, bytes: Uint8Array<ArrayBuffer>): Frame['planes'] {
  const wide = sampleBytes(format.bits) === 2;
  let at = bytes.byteOffset;
  const inPipe = planeSizes(format).map(({ width, height }) => {
    const samples = wide
      ? new Uint16Array(bytes.buffer, at, width * height)
      : new Uint8Array(bytes.buffer, at, width * height);
    at += samples.byteLength;
    return samples;
  });
  return planeOrder(format.sampling).map((place) => inPipe[place]);
}

/** Time base units that the first frame stands before zero. */
const earliness = (facts: ReelFacts): number => (frameCount(facts) > 0 ? Math.max(0, -ptsOf(facts, 0)) : 0);

/** Arguments of one run from key frame place `start` (null: from the beginning). Exported for its test. */
export function decodeArguments(
  file: string,
  facts: ReelFacts,
  options: DecodeOptions,
  start: number | null,
  version: string,
): string[] {
  const pipe = pipeFormat(facts.format, facts.pixelFormat);
  const { luma8 } = options;
  const filters: string[] = [];
  // The container that brings the frames knows no time before zero.
  const shift = earliness(facts);
  if (shift > 0) filters.push(`setpts=PTS+${shift}`);
  if (luma8)
    filters.push(
      `format=${pipe}`,
      ...(facts.format.sampling === 'rgb' ? ['format=gray'] : ['extractplanes=y']),
      // Range is not to be touched: grey counts as full range, and limited would be stretched to it.
      `scale=${luma8.width}:${luma8.height}:flags=area:in_range=pc:out_range=pc`,
      'format=gray',
    );
  const sequence = facts.kind === 'sequence';
  const seconds =
    start === null ? 0 : ((ptsOf(facts, start) + 0.5) * facts.timeBase.num) / facts.timeBase.den;
  return [
    ...quiet('level+verbose'),
    ...['-threads', String(options.threads ?? 0)],
    ...(options.hardware && EXACT.has(facts.codec) ? ['-hwaccel', 'auto'] : []),
    ...['-copyts', '-noautorotate'],
    ...(start === null || sequence
      ? []
      : ['-noaccurate_seek', '-seek_timestamp', '1', '-ss', seconds.toFixed(6)]),
    ...(sequence ? sequenceInput(file, facts, start ?? 0) : filmInput(path.resolve(file))),
    ...(sequence ? ['-frames:v', String(runFrom(facts.pictures ?? [], start ?? 0))] : []),
    ...['-map', `0:${facts.stream}`, ...everyFrame(version), ...sourceTimeBase(version)],
    ...(versionOf(version) >= 4.04 ? ['-autoscale', '0'] : []),
    ...(filters.length > 0 ? ['-vf', filters.join(',')] : []),
    ...['-pix_fmt', luma8 ? 'gray' : pipe, '-c:v', 'rawvideo', '-f', 'nut', 'pipe:1'],
  ];
}

/** The jump cannot be proved right: the film must be decoded from its start. */
class Unproved extends Error {}

/** Key frame at which to enter for frame `from`: the one before the last, since a key frame may be open; null: the start. */
export function entryFor(facts: ReelFacts, from: number): number | null {
  if (!facts.counted || facts.damage.length > 0 || from === 0) return null;
  if (facts.keyFrames === 'all') return from;
  let before = -1;
  let last = -1;
  for (const place of facts.keyFrames) {
    if (place > from) break;
    before = last;
    last = place;
  }
  return before > 0 ? before : null;
}

/** Showing place of a time stamp, -1 where no frame has it. */
function placeOf(facts: ReelFacts, pts: number): number {
  if (facts.times.kind === 'constant') {
    const { first, step, count } = facts.times;
    const place = count === 1 || step === 0 ? 0 : (pts - first) / step;
    return Number.isInteger(place) && place >= 0 && place < count && first + place * step === pts
      ? place
      : -1;
  }
  let [low, high] = [0, facts.times.pts.length - 1];
  while (low <= high) {
    const mid = (low + high) >> 1;
    if (facts.times.pts[mid] === pts) return mid;
    if (facts.times.pts[mid] < pts) low = mid + 1;
    else high = mid - 1;
  }
  return -1;
}

/** Turns the pipe's time stamps into the film's. */
function clockOf(facts: ReelFacts): (pts: number, base: Ratio, last: number) => number {
  const shift = earliness(facts);
  return (pts, base, last) => {
    const by = reduced({
      num: base.num * facts.timeBase.den,
      den: base.den * facts.timeBase.num,
    });
    // Frames with one time stamp were set apart by a tick of the pipe, which may be finer than the film's.
    return Math.max(Math.round((pts * by.num) / by.den) - shift, last + 1);
  };
}

/** What only repeats another line, or tells that we took no more frames. */
const HARMLESS =
  /^Error while decoding stream|av_interleaved_write_frame|^Error (?:writing|muxing|submitting)|Broken pipe|Connection reset/;

/** Watches what ffmpeg says while it decodes. */
class Listener {
  shape: string | null = null;
  changed = false;
  private readonly report: ((detail: string) => void) | null;
  constructor(report: ((detail: string) => void) | null) {
    this.report = report;
  }
  hear(line: string): void {
    const shape = /graph.*\bw:(\d+) h:(\d+) pixfmt:(\w+)/.exec(line);
    if (shape) {
      const now = `${shape[1]}x${shape[2]} ${shape[3]}`;
      if (this.shape !== null && this.shape !== now) this.changed = true;
      this.shape ??= now;
    }
    if (!this.report) return;
    const corrupt =
      /\[(?:warning|info)\].*\b((?:corrupt (?:input packet|decoded frame)|concealing \d+ ).*)$/.exec(line);
    const text = errorLine(line) ?? corrupt?.[1];
    if (text && !HARMLESS.test(text)) this.report(text);
  }
}

interface Input {
  file: string;
  facts: ReelFacts;
  options: DecodeOptions;
  tool: FoundTool;
}

/** The error of a film whose frames change their form, with the place; `near`: where it was noticed. */
async function changes({ file, facts, options }: Input, near: number): Promise<RevealError> {
  const place =
    facts.kind === 'film'
      ? await firstChange(path.resolve(file), facts, options.signal).catch(() => null)
      : null;
  const frame = place ?? near;
  if (facts.kind === 'sequence')
    return new RevealError(
      'bad-input',
      say('film-picture-size', { file: facts.pictures?.[frame] ?? facts.name }),
    );
  return new RevealError(
    'bad-input',
    say('film-size-changes', { file: facts.name, frame: String(frame + 1) }),
  );
}

/** One run of ffmpeg. Yields frames from `from` on. @throws Unproved when the jump to `start` went wrong */
async function* pass(input: Input, start: number | null, from: number): AsyncGenerator<Frame> {
  const { file, facts, options, tool } = input;
  const last = options.to ?? Infinity;
  const bytes = options.luma8 ? options.luma8.width * options.luma8.height : frameBytes(facts.format);
  const grey: FrameFormat = { ...facts.format, ...options.luma8, sampling: '400', bits: 8 };
  const format = options.luma8 ? grey : facts.format;
  const run = new FfmpegRun({
    tool,
    args: decodeArguments(file, facts, options, start, tool.version),
    name: facts.name,
    signal: options.signal,
    stallMs: options.stallMs,
  });
  let index = -1;
  // After a jump the frames before `from` may lack what they refer to: that is no damage.
  const listener = new Listener(
    options.onDamage
      ? (detail) => {
          if (start === null || index >= from) options.onDamage?.({ frame: Math.max(0, index + 1), detail });
        }
      : null,
  );
  run.onLine = (line) => listener.hear(line);
  run.child.stdin.end();
  const reader = new NutReader(Math.max(bytes, 64) * 4 + 65_536);
  const clock = clockOf(facts);
  const sequence = facts.kind === 'sequence';
  let pts = -Infinity;
  let changed = false;
  try {
    for await (const piece of run.child.stdout as AsyncIterable<Buffer>) {
      run.alive();
      for (const frame of reader.push(piece)) {
        pts = sequence
          ? Math.max(index, (start ?? 0) - 1) + 1
          : clock(frame.pts, reader.timeBase ?? facts.timeBase, pts);
        if (start !== null && index < 0) {
          index = placeOf(facts, pts);
          if (index < 0 || index > start) throw new Unproved();
        } else index++;
        if (frame.data.length !== bytes) {
          changed = true;
          break;
        }
        if (facts.counted && pts !== ptsOf(facts, index)) {
          if (start !== null) throw new Unproved();
          throw new RevealError(
            'bad-input',
            say('film-changed', { file: facts.name, frame: String(index + 1) }),
          );
        }
        if (index < from) continue;
        run.waiting = true;
        yield { index, pts, planes: planesOf(format, frame.data) };
        run.waiting = false;
        run.alive();
        if (index >= last) return;
      }
      if (changed) break;
    }
    if (changed) throw await changes(input, index);
    await run.finish(unreadable(facts.name));
    if (listener.changed) throw await changes(input, index);
    const wanted = Number.isFinite(last) ? last : facts.counted ? frameCount(facts) - 1 : index;
    if (index < wanted) {
      if (start !== null) throw new Unproved();
      throw new RevealError(
        'bad-input',
        say('film-ends-early', { file: facts.name, frames: String(index + 1), wanted: String(wanted + 1) }),
      );
    }
    if (index < 0) throw new RevealError('bad-input', say('film-no-frames', { file: facts.name }));
  } catch (error) {
    run.checkCancelled();
    if (error instanceof RangeError) throw unreadable(facts.name)(error.message);
    throw error;
  } finally {
    await run.end();
  }
}

/**
 * Frames `from`..`to` of a film. Each frame has one ArrayBuffer of its own, which holds its planes one after another
 * and may be transferred. Until `facts.counted` frames are numbered as they come and carry the decoder's time stamps;
 * after that each must be the frame that the facts say.
 * @throws RevealError 'bad-input' naming the film and the reason, 'engine' when there is no ffmpeg, 'cancelled'
 */
export async function* decodeReel(
  file: string,
  facts: ReelFacts,
  options: DecodeOptions = {},
): AsyncGenerator<Frame> {
  const tool = options.tool ?? (await ffmpegProgram('ffmpeg'));
  const input = { file, facts, options, tool };
  let next = options.from ?? 0;
  if (facts.kind === 'sequence') {
    const end = Math.min(options.to ?? Infinity, frameCount(facts) - 1);
    while (next <= end) {
      const run = runFrom(facts.pictures ?? [], next);
      const part = { ...input, options: { ...options, to: Math.min(end, next + run - 1) } };
      yield* pass(part, next, next);
      next += run;
    }
    return;
  }
  let start = entryFor(facts, next);
  for (;;) {
    try {
      for await (const frame of pass(input, start, next)) {
        next = frame.index + 1;
        yield frame;
      }
      return;
    } catch (error) {
      if (!(error instanceof Unproved) || start === null) throw error;
      start = null;
    }
  }
}
