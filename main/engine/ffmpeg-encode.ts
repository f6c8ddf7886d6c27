/**
 * Writes frames as one coded piece of a film: planes go to ffmpeg through a pipe that holds back whoever gives them too
 * fast. The piece runs on a clock of its own, frame after frame; its frames get their exact times when pieces are joined
 * (ffmpeg-mux.ts). It stands under its name only when it is complete and on the disk.
 */
import { open, rename, unlink } from 'node:fs/promises';
import path from 'node:path';
import { RevealError } from '../../app/contract/messages.ts';
import { planeSizes, type Frame, type FrameFormat, type Samples } from '../../app/film/frame.ts';
import type { FieldOrder, Ratio } from '../../app/film/probe.ts';
import type { FilmCodec } from '../../app/recipe/film.ts';
import { say } from '../../app/words/sentences.ts';
import { readTrack } from '../files/video-mov.ts';
import { settled, temporaryName } from '../files/leftovers.ts';
import { fileError } from '../files/bytes.ts';
import {
  codecNames,
  colourArguments,
  encoderArguments,
  encodingFor,
  type Encoding,
} from './ffmpeg-encoders.ts';
import type { FoundTool } from './ffmpeg-find.ts';
import { pipeFormat, planeOrder } from './ffmpeg-pixels.ts';
import { ffmpegProgram, FfmpegRun, quiet } from './ffmpeg-run.ts';

export interface EncoderOptions {
  /** Planes that are written. */
  format: FrameFormat;
  codec: FilmCodec;
  /** x264's scale, mapped for the others; ProRes and FFV1 have none. */
  quality: number;
  /** Frames a second that the film has on average: what the encoder thinks of bits and key frames, no time stamp. */
  rate: Ratio;
  sampleAspect: Ratio;
  fields?: FieldOrder;
  /** Decide about the bytes: the same number gives the same piece. */
  threads?: number;
  /** The file; its name's ending does not matter. */
  out: string;
  signal?: AbortSignal;
  tool?: FoundTool;
}

export interface EncodedPiece {
  frames: number;
  bytes: number;
}

export interface ReelEncoder {
  readonly encoding: Encoding;
  /** Resolves when ffmpeg has taken the frame: its buffers are free again. One call at a time. */
  write(frame: Pick<Frame, 'planes'>): Promise<void>;
  /** Finishes the piece. @throws RevealError 'engine' or 'disk' */
  close(): Promise<EncodedPiece>;
  /** Gives up: nothing is left behind. Never throws. */
  abort(): Promise<void>;
}

/** The encoder may think for so long about what it has. */
const FLUSH_MS = 600_000;

/** A plane with columns and rows added by repeating its last ones. */
function padded(
  plane: Samples,
  from: { width: number; height: number },
  to: { width: number; height: number },
): Samples {
  if (from.width === to.width && from.height === to.height) return plane;
  const out =
    plane instanceof Uint16Array
      ? new Uint16Array(to.width * to.height)
      : new Uint8Array(to.width * to.height);
  for (let y = 0; y < to.height; y++) {
    const row = Math.min(y, from.height - 1) * from.width;
    out.set(plane.subarray(row, row + from.width), y * to.width);
    out.fill(plane[row + from.width - 1], y * to.width + from.width, (y + 1) * to.width);
  }
  return out;
}

const bytesOf = (plane: Samples): Uint8Array =>
  new Uint8Array(plane.buffer, plane.byteOffset, plane.byteLength);

/** The frame as the pipe wants it: one view where the planes already lie one after another, else a copy. */
export function pipeBytes(
  planes: readonly Samples[],
  format: FrameFormat,
  stored: { width: number; height: number } = format,
): Uint8Array {
  const from = planeSizes(format);
  const to = planeSizes({ ...format, width: stored.width, height: stored.height });
  if (planes.length !== from.length || planes.some((p, k) => p.length !== from[k].width * from[k].height))
    throw new RangeError('a frame of another size than the film');
  const parts = planeOrderInPipe(format).map((k) => bytesOf(padded(planes[k], from[k], to[k])));
  const touching = parts.every(
    (part, k) =>
      k === 0 ||
      (part.buffer === parts[k - 1].buffer &&
        part.byteOffset === parts[k - 1].byteOffset + parts[k - 1].byteLength),
  );
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return touching
    ? new Uint8Array(parts[0].buffer, parts[0].byteOffset, length)
    : Buffer.concat(parts, length);
}

/** Planes of a frame in the order in which a pipe wants them. */
function planeOrderInPipe(format: FrameFormat): number[] {
  const order: number[] = [];
  planeOrder(format.sampling).forEach((place, plane) => (order[place] = plane));
  return order;
}

function pieceArguments(options: EncoderOptions, encoding: Encoding, out: string): string[] {
  const { format, sampleAspect, rate } = options;
  const colour = colourArguments(format);
  const pipe = pipeFormat(format);
  const filters = [
    ...(pipe === encoding.pixelFormat
      ? []
      : [
          `scale=flags=bicubic+accurate_rnd+full_chroma_int+full_chroma_inp`,
          `format=${encoding.pixelFormat}`,
        ]),
    ...(options.fields === 'top-first' || options.fields === 'bottom-first'
      ? [`setfield=${options.fields === 'top-first' ? 'tff' : 'bff'}`]
      : []),
    `setsar=${sampleAspect.num}/${sampleAspect.den}`,
  ];
  const coded = options.fields === 'top-first' || options.fields === 'bottom-first';
  return [
    ...quiet(),
    '-y',
    ...['-f', 'rawvideo', '-pix_fmt', pipe, '-s', `${encoding.width}x${encoding.height}`],
    ...['-framerate', `${rate.num}/${rate.den}`, ...colour, '-i', 'pipe:0'],
    ...['-vf', filters.join(',')],
    ...encoderArguments(encoding, options.quality, rate, options.threads ?? 1),
    ...(coded && ['h264', 'prores'].includes(encoding.codec)
      ? ['-flags:v', '+ildct+ilme+bitexact']
      : ['-flags:v', '+bitexact']),
    ...colour,
    ...['-fflags', '+bitexact', '-f', encoding.container, `file:${out}`],
  ];
}

/** The film's error for what ffmpeg said while writing. */
export function writingFailed(codec: FilmCodec, out: string): (reason: string) => RevealError {
  return (reason) =>
    /No space left on device|Disk quota exceeded|File too large/i.test(reason)
      ? new RevealError('disk', say('disk-full-at', { file: path.basename(out) }))
      : new RevealError('engine', say('film-encoder', { codec: codecNames[codec], detail: reason }));
}

class PieceEncoder implements ReelEncoder {
  readonly encoding: Encoding;
  private readonly run: FfmpegRun;
  private readonly options: EncoderOptions;
  private readonly temp: string;
  private flushed: Promise<void> = Promise.resolve();
  private frames = 0;
  private over: Promise<void> | null = null;

  constructor(options: EncoderOptions, encoding: Encoding, tool: FoundTool, temp: string) {
    this.options = options;
    this.encoding = encoding;
    this.temp = temp;
    this.run = new FfmpegRun({
      tool,
      args: pieceArguments(options, encoding, temp),
      name: path.basename(options.out),
      signal: options.signal,
      stallMs: FLUSH_MS,
    });
    this.run.waiting = true;
    this.run.child.stdout.resume();
  }

  async write(frame: Pick<Frame, 'planes'>): Promise<void> {
    const bytes = pipeBytes(frame.planes, this.options.format, this.encoding);
    await this.flushed;
    this.run.waiting = false;
    this.run.alive();
    this.flushed = new Promise((resolve, reject) => {
      this.run.child.stdin.write(bytes, (error) => (error ? reject(error) : resolve()));
    });
    try {
      await this.flushed;
      this.frames++;
    } catch {
      await this.finish();
      throw writingFailed(this.encoding.codec, this.options.out)('ffmpeg ended early');
    } finally {
      this.run.waiting = true;
    }
  }

  private finish(): Promise<void> {
    this.over ??= this.run.finish(writingFailed(this.encoding.codec, this.options.out));
    return this.over;
  }

  async close(): Promise<EncodedPiece> {
    try {
      if (this.frames === 0)
        throw new RevealError('bad-input', say('film-no-frames', { file: path.basename(this.options.out) }));
      this.run.waiting = false;
      this.run.alive();
      this.run.child.stdin.end();
      await this.finish();
      const file = await open(this.temp, 'r+');
      let bytes = 0;
      try {
        const { frames } = await readTrack(file);
        if (frames.length !== this.frames)
          throw new RangeError(`${frames.length} of ${this.frames} frames were coded`);
        await file.sync();
        bytes = (await file.stat()).size;
      } finally {
        await file.close();
      }
      await rename(this.temp, this.options.out);
      settled(this.temp);
      return { frames: this.frames, bytes };
    } catch (error) {
      await this.abort();
      if (error instanceof RangeError)
        throw writingFailed(this.encoding.codec, this.options.out)(error.message);
      throw fileError(this.options.out, error, 'write');
    }
  }

  async abort(): Promise<void> {
    await this.run.end();
    await unlink(this.temp).catch(() => undefined);
    settled(this.temp);
  }
}

/**
 * Opens an encoder for one piece of a film. @throws RevealError 'bad-input' where the codec cannot hold the frames,
 * 'engine' where ffmpeg is missing
 */
export async function openEncoder(options: EncoderOptions): Promise<ReelEncoder> {
  const tool = options.tool ?? (await ffmpegProgram('ffmpeg'));
  const encoding = await encodingFor(options.codec, options.format, tool);
  return new PieceEncoder(options, encoding, tool, temporaryName(path.dirname(path.resolve(options.out))));
}
