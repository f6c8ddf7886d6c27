/**
 * Reels that are folders of numbered pictures, one a frame (DPX, TIFF, PNG): found from one dropped frame or the folder,
 * with gaps in the numbers named; and written the same way.
 */
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { RevealError } from '../../app/contract/messages.ts';
import type { Frame, FrameFormat } from '../../app/film/frame.ts';
import { reduced, type Ratio, type ReelFacts } from '../../app/film/probe.ts';
import {
  gapsOf,
  isSequencePicture,
  NUMBERED,
  sequenceOf,
  type SequenceKind,
} from '../../app/film/sequence.ts';
import { say } from '../../app/words/sentences.ts';
import { makeFolder } from '../files/folder.ts';
import { fileError } from '../files/bytes.ts';
import { pipeBytes } from './ffmpeg-encode.ts';
import type { FoundTool } from './ffmpeg-find.ts';
import { pipeFormat } from './ffmpeg-pixels.ts';
import { ffmpegProgram, FfmpegRun, quiet } from './ffmpeg-run.ts';

/** What a sequence of unknown rate is shown at. */
export const SEQUENCE_RATE: Ratio = { num: 24, den: 1 };

/** Folder and pictures of the sequence that `file` (a picture or the folder) means. @throws RevealError */
export async function findSequence(
  file: string,
): Promise<{ folder: string; pictures: string[]; gaps: string[]; bytes: number }> {
  try {
    const whole = (await stat(file)).isDirectory();
    const folder = whole ? file : path.dirname(file);
    const found = sequenceOf(await readdir(folder), whole ? null : path.basename(file));
    if (found.length === 0)
      throw new RevealError('bad-input', say('film-no-sequence', { file: path.basename(file) }));
    let bytes = 0;
    for (const { name } of found) bytes += (await stat(path.join(folder, name))).size;
    return {
      folder,
      pictures: found.map(({ name }) => name),
      gaps: gapsOf(found.map(({ number }) => number)),
      bytes,
    };
  } catch (error) {
    throw fileError(file, error, 'read');
  }
}

const numberOf = (name: string): { before: string; digits: string; after: string } => {
  const parsed = path.parse(name);
  const parts = NUMBERED.exec(parsed.name);
  return { before: parts?.[1] ?? '', digits: parts?.[2] ?? '', after: `${parts?.[3] ?? ''}${parsed.ext}` };
};

/** Frames from `index` on whose numbers follow each other without a gap. */
export function runFrom(pictures: readonly string[], index: number): number {
  let count = 1;
  const at = (k: number): number => Number(numberOf(pictures[k]).digits);
  while (index + count < pictures.length && at(index + count) === at(index) + count) count++;
  return count;
}

const escaped = (text: string): string => text.replaceAll('%', '%%');

/** Input arguments for the run of pictures that begins with frame `index`. */
export function sequenceInput(file: string, facts: ReelFacts, index: number): string[] {
  const pictures = facts.pictures ?? [];
  const folder = isSequencePicture(file) ? path.dirname(path.resolve(file)) : path.resolve(file);
  const { before, digits, after } = numberOf(pictures[index]);
  const first = numberOf(pictures[0]).digits;
  const form = first.startsWith('0') ? `%0${first.length}d` : '%d';
  return [
    ...['-protocol_whitelist', 'file,pipe', '-format_whitelist', 'image2', '-f', 'image2'],
    ...['-framerate', `${facts.timeBase.den}/${facts.timeBase.num}`, '-start_number', String(Number(digits))],
    ...['-i', `file:${escaped(path.join(folder, before))}${form}${escaped(after)}`],
  ];
}

/** Facts of a sequence that are no picture's own. */
export function sequenceFacts(
  count: number,
  rate: Ratio,
): Pick<ReelFacts, 'timeBase' | 'times' | 'lastDuration'> {
  const { num, den } = reduced(rate);
  return {
    timeBase: { num: den, den: num },
    times: { kind: 'constant', first: 0, step: 1, count },
    lastDuration: 1,
  };
}

export interface SequenceWriter {
  write(frame: Pick<Frame, 'planes'>): Promise<void>;
  close(): Promise<{ frames: number }>;
  abort(): Promise<void>;
  /** Where the pictures are not the film's samples just as they are, in sentences. */
  readonly notes: string[];
}

/** Layouts in which each kind keeps RGB and grey, by bits. */
const STORED: Record<SequenceKind, { rgb: [number, string][]; grey: [number, string][] }> = {
  dpx: {
    rgb: [
      [8, 'rgb24'],
      [10, 'gbrp10be'],
      [12, 'gbrp12be'],
      [16, 'rgb48be'],
    ],
    grey: [
      [8, 'gray'],
      [16, 'rgb48be'],
    ],
  },
  tiff: {
    rgb: [
      [8, 'rgb24'],
      [16, 'rgb48le'],
    ],
    grey: [
      [8, 'gray'],
      [16, 'gray16le'],
    ],
  },
  png: {
    rgb: [
      [8, 'rgb24'],
      [16, 'rgb48be'],
    ],
    grey: [
      [8, 'gray'],
      [16, 'gray16be'],
    ],
  },
};

/** What stands before the samples of a picture, at most. */
const HEADER = 4096;

/** How deep, and in how many channels, frames of this form are stored as pictures. */
function storedAs(
  format: FrameFormat,
  kind: SequenceKind,
): { bits: number; pixels: string; channels: number } {
  const grey = format.sampling === '400';
  const list = grey ? STORED[kind].grey : STORED[kind].rgb;
  const wanted = grey || format.sampling === 'rgb' ? format.bits : 16;
  const [bits, pixels] = list.find(([depth]) => depth >= wanted) ?? list[list.length - 1];
  return { bits, pixels, channels: pixels.startsWith('gray') ? 1 : 3 };
}

/** Bytes that so many frames take as pictures at most: TIFF and PNG are packed, by how much is the film's own affair. */
export function sequenceBytes(format: FrameFormat, kind: SequenceKind, frames: number): number {
  const { bits, channels } = storedAs(format, kind);
  // DPX packs three samples of 10 bits into four bytes.
  const sample = bits === 10 ? 4 / 3 : Math.ceil(bits / 8);
  return frames * (format.width * format.height * channels * sample + HEADER);
}

/**
 * Writes frames as numbered pictures `folder/name_00001.ext`. RGB and grey keep their samples (deeper where the kind has
 * not their depth); films in luma and chroma are converted to 16-bit RGB, which a note says.
 */
export async function openSequence(options: {
  format: FrameFormat;
  kind: SequenceKind;
  folder: string;
  name: string;
  first?: number;
  signal?: AbortSignal;
  tool?: FoundTool;
}): Promise<SequenceWriter> {
  const { format, kind, folder, name } = options;
  const tool = options.tool ?? (await ffmpegProgram('ffmpeg'));
  await makeFolder(folder);
  const grey = format.sampling === '400';
  const rgb = format.sampling === 'rgb';
  const stored = storedAs(format, kind).pixels;
  const notes = grey || rgb ? [] : [say('film-sequence-rgb', { kind: kind.toUpperCase() })];
  const colour = format.matrix && !rgb ? [`in_color_matrix=${format.matrix.replace('nc', '')}`] : [];
  const range = rgb ? [] : [`in_range=${format.range === 'full' ? 'pc' : 'tv'}`];
  const exact = [
    'flags=bicubic+accurate_rnd+full_chroma_int+full_chroma_inp',
    ...(grey ? [] : [...range, ...colour]),
  ];
  const ending = kind === 'tiff' ? 'tif' : kind;
  const run = new FfmpegRun({
    tool,
    name,
    signal: options.signal,
    stallMs: 600_000,
    args: [
      ...[...quiet(), '-y', '-f', 'rawvideo', '-pix_fmt', pipeFormat(format)],
      ...['-s', `${format.width}x${format.height}`, '-framerate', '24', '-i', 'pipe:0'],
      ...[
        '-vf',
        `scale=${exact.join(':')},format=${stored}`,
        '-fflags',
        '+bitexact',
        '-flags:v',
        '+bitexact',
      ],
      ...(kind === 'tiff' ? ['-compression_algo', 'deflate'] : []),
      ...['-f', 'image2', '-start_number', String(options.first ?? 1)],
      `file:${escaped(path.join(path.resolve(folder), name))}_%05d.${ending}`,
    ],
  });
  run.waiting = true;
  run.child.stdout.resume();
  const failed = (reason: string): RevealError =>
    /No space left|quota/i.test(reason)
      ? new RevealError('disk', say('disk-full-at', { file: folder }))
      : new RevealError('engine', say('film-encoder', { codec: kind.toUpperCase(), detail: reason }));
  let frames = 0;
  return {
    notes,
    async write(frame) {
      const bytes = pipeBytes(frame.planes, format);
      run.waiting = false;
      run.alive();
      const taken = await new Promise<boolean>((resolve) => {
        run.child.stdin.write(bytes, (error) => resolve(!error));
      });
      run.waiting = true;
      if (!taken) {
        await run.finish(failed);
        throw failed('ffmpeg ended early');
      }
      frames++;
    },
    async close() {
      run.waiting = false;
      run.alive();
      run.child.stdin.end();
      await run.finish(failed);
      return { frames };
    },
    abort: () => run.end(),
  };
}
