/**
 * Joins coded pieces to a film, without coding anything again: frames of all pieces become one stream on the reel's
 * exact clock, beside the source's sound (packet for packet), subtitles, chapters, timecode and tags. The bytes depend on
 * the pieces and the facts alone. The film stands under its name only when it is complete, checked and on the disk.
 */
import { once } from 'node:events';
import { open, unlink } from 'node:fs/promises';
import path from 'node:path';
import type { Writable } from 'node:stream';
import { RevealError } from '../../app/contract/messages.ts';
import { rescaleTimes, type Ratio, type ReelFacts } from '../../app/film/probe.ts';
import type { FilmCodec } from '../../app/recipe/film.ts';
import { say } from '../../app/words/sentences.ts';
import { placeFile } from '../files/atomic.ts';
import { fileError } from '../files/bytes.ts';
import { settled, sweepLeftovers, temporaryName } from '../files/leftovers.ts';
import { decodingTimes, fragmentHead, readTrack, streamHead, type CodedTrack } from '../files/video-mov.ts';
import { writingFailed } from './ffmpeg-encode.ts';
import { clockStart, type FilmContainer, type ReelSound } from './ffmpeg-containers.ts';
import type { FoundTool } from './ffmpeg-find.ts';
import { ffmpegProgram, FfmpegRun, filmInput, quiet, versionOf } from './ffmpeg-run.ts';
import { verifyReel, writeFixity, type Verified } from './ffmpeg-verify.ts';

export { containerFor, extensionOf, type FilmContainer, type ReelSound } from './ffmpeg-containers.ts';

export interface JoinOptions {
  /** Files of the pieces in order, as openEncoder wrote them. */
  pieces: readonly string[];
  /** The source's own facts and file: for all that is not the picture. */
  facts: ReelFacts;
  source: string;
  codec: FilmCodec;
  container: FilmContainer;
  /** Time stamps of all frames in units of `timeBase`, and when the last one ends. */
  timeBase: Ratio;
  pts: readonly number[];
  end: number;
  sound: ReelSound;
  out: string;
  overwrite: boolean;
  signal?: AbortSignal;
  tool?: FoundTool;
  /** Frames put in so far. */
  onFrames?: (done: number) => void;
  /** Piece `index` has been sent and is not read again: where the disk is full its file may go. */
  onPiece?: (index: number) => Promise<void>;
}

export interface JoinedReel {
  bytes: number;
  sha256: string;
  frames: number;
  /** What looking at the finished film again gave. */
  verified: Verified;
  /** What could not be taken over, in sentences. */
  notes: string[];
}

const TEXT_SUBTITLES = new Set(['subrip', 'srt', 'ass', 'ssa', 'webvtt', 'mov_text', 'text']);
/** Frames and bytes in one fragment of the stream to ffmpeg. */
const FRAGMENT = { frames: 64, bytes: 16 << 20 };

async function writeTo(pipe: Writable, bytes: Uint8Array): Promise<void> {
  if (pipe.destroyed || pipe.errored) throw new Error('ffmpeg ended early');
  if (pipe.write(bytes)) return;
  const over = new AbortController();
  const { signal } = over;
  try {
    await Promise.race([once(pipe, 'drain', { signal }), once(pipe, 'close', { signal })]);
  } finally {
    // Whichever did not come listens no more.
    over.abort();
  }
}

interface Piece {
  file: string;
  track: CodedTrack;
}

/** Reads all pieces' tables. @throws RevealError where they are not of one film */
async function readPieces(options: JoinOptions): Promise<Piece[]> {
  const pieces: Piece[] = [];
  for (const file of options.pieces) {
    const handle = await open(file, 'r').catch((error: unknown) => {
      throw fileError(file, error, 'read');
    });
    try {
      pieces.push({ file, track: await readTrack(handle) });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new RevealError(
        'bad-input',
        say('film-piece', { file: path.basename(file), detail: error.message }),
      );
    } finally {
      await handle.close();
    }
  }
  const [first] = pieces;
  const other = pieces.find(({ track }) => Buffer.compare(track.description, first.track.description) !== 0);
  if (other)
    throw new RevealError(
      'bad-input',
      say('film-piece', { file: path.basename(other.file), detail: 'other settings than the first' }),
    );
  return pieces;
}

/** Sends all frames as one fragmented stream. */
async function sendFrames(
  pipe: Writable,
  pieces: readonly Piece[],
  clock: { times: number[]; end: number; timescale: number; rotation: ReelFacts['rotation'] },
  { onFrames, onPiece }: Pick<JoinOptions, 'onFrames' | 'onPiece'>,
): Promise<void> {
  const { times, end, timescale, rotation } = clock;
  let base = 0;
  const shown: number[] = [];
  for (const { track } of pieces) {
    for (const frame of track.frames) shown.push(base + frame.shown);
    base += track.frames.length;
  }
  const decoded = decodingTimes(times, shown);
  const ahead = Math.max(0, -decoded[0]);
  let index = 0;
  let sequence = 1;
  // Decoding lasts as long as showing: what the other frames leave of it is the last one's.
  const longest = Math.max(1, end - times[0] - (decoded[decoded.length - 1] - decoded[0]));
  await writeTo(pipe, streamHead({ ...pieces[0].track, rotation, timescale, ahead }));
  for (const [place, { file, track }] of pieces.entries()) {
    const handle = await open(file, 'r');
    try {
      for (let at = 0; at < track.frames.length;) {
        let [count, bytes] = [0, 0];
        while (
          at + count < track.frames.length &&
          count < FRAGMENT.frames &&
          (count === 0 || bytes + track.frames[at + count].size <= FRAGMENT.bytes)
        )
          bytes += track.frames[at + count++].size;
        const frames = track.frames.slice(at, at + count).map((frame, k) => ({
          ...frame,
          duration: index + k + 1 < decoded.length ? decoded[index + k + 1] - decoded[index + k] : longest,
          shift: times[shown[index + k]] - decoded[index + k],
        }));
        await writeTo(pipe, fragmentHead(sequence++, decoded[index] + ahead, frames));
        const data = Buffer.allocUnsafeSlow(bytes);
        let filled = 0;
        for (const frame of frames) {
          const { bytesRead } = await handle.read(data, filled, frame.size, frame.offset);
          if (bytesRead !== frame.size) throw new RangeError('a piece is cut off');
          filled += frame.size;
        }
        await writeTo(pipe, data);
        at += count;
        index += count;
        onFrames?.(index);
      }
    } finally {
      await handle.close();
    }
    await onPiece?.(place);
  }
}

/** Sound that is made anew, in a form the container holds, without loss where it has one. */
function newSound(container: FilmContainer): string[] {
  if (container === 'matroska') return ['-c:a', 'flac'];
  return container === 'mov' ? ['-c:a', 'pcm_s16le'] : ['-c:a', 'aac', '-b:a', '256k'];
}

/** atempo takes factors from 0.5 to 2. */
function tempoFilters(tempo: number): string {
  const parts: number[] = [];
  let left = tempo;
  for (; left > 2; left /= 2) parts.push(2);
  for (; left < 0.5; left /= 0.5) parts.push(0.5);
  return [...parts, left].map((factor) => `atempo=${factor}`).join(',');
}

function joinArguments(options: JoinOptions, tool: FoundTool, temp: string, notes: string[]): string[] {
  const { facts, container, sound, timeBase } = options;
  const file = facts.name;
  const start = clockStart(facts);
  const movie = container !== 'matroska';
  const maps = ['-map', '0:v:0'];
  const codecs = ['-c', 'copy'];
  const inputs = ['-f', 'mov', '-i', 'pipe:0'];
  if (facts.kind === 'film')
    inputs.push(
      ...(start === 0 ? [] : ['-itsoffset', (-start).toFixed(6)]),
      ...filmInput(path.resolve(options.source)),
    );
  if (sound.kind === 'copy' || sound.kind === 'stretch')
    for (const { stream } of facts.audio) maps.push('-map', `1:${stream}`);
  if (sound.kind === 'stretch') codecs.push('-filter:a', tempoFilters(sound.tempo), ...newSound(container));
  if (sound.kind === 'file') {
    inputs.push('-protocol_whitelist', 'file,pipe', '-i', `file:${path.resolve(sound.file)}`);
    maps.push('-map', `${facts.kind === 'film' ? 2 : 1}:a:0`);
    codecs.push(...newSound(container));
  }
  for (const { stream, codec } of sound.kind === 'stretch' ? [] : facts.subtitles) {
    if (movie && !TEXT_SUBTITLES.has(codec)) {
      notes.push(say('film-subtitles', { file, codec }));
      continue;
    }
    maps.push('-map', `1:${stream}`);
    if (movie) codecs.push('-c:s', 'mov_text');
    else if (codec === 'mov_text') codecs.push('-c:s', 'srt');
  }
  if (container === 'matroska' && facts.rotation !== 0)
    notes.push(say('film-rotation', { file, degrees: String(facts.rotation) }));
  // An MP4's own brands are no tags of the film.
  const brands = ['major_brand', 'minor_version', 'compatible_brands'].flatMap((key) =>
    key in facts.tags ? ['-metadata', `${key}=`] : [],
  );
  const tags = facts.kind === 'film' ? ['-map_metadata', '1', '-map_chapters', '1', ...brands] : [];
  const timecode = facts.timecode === null ? [] : ['-metadata:s:v:0', `timecode=${facts.timecode}`];
  // Matroska's players read the turn from a tag, where they read it at all.
  const turn =
    container === 'matroska' && facts.rotation !== 0 ? ['-metadata:s:v:0', `rotate=${facts.rotation}`] : [];
  return [
    ...quiet(),
    ...['-y', '-copyts', ...inputs, ...maps, ...codecs, ...tags, ...timecode, ...turn],
    ...(movie ? ['-video_track_timescale', String(timeBase.den)] : []),
    // From this ffmpeg takes how long the last frame stands: an old one always, a new one where it is the only frame.
    ...(movie && (versionOf(tool.version) < 5 || options.pts.length === 1) ? ['-r', lastRate(options)] : []),
    ...(movie && versionOf(tool.version) >= 5 ? ['-movie_timescale', String(movieScale(timeBase))] : []),
    ...(movie ? ['-movflags', '+faststart+write_colr'] : []),
    ...['-max_interleave_delta', '0', '-fflags', '+bitexact'],
    // A beginning before zero is sound's lead-in, which Matroska keeps as such.
    ...(movie ? [] : ['-avoid_negative_ts', 'disabled']),
    ...['-f', container, `file:${temp}`],
  ];
}
/** Frames a second of which one stands as long as the last one does. */
const lastRate = ({ timeBase, pts, end }: JoinOptions): string =>
  `${timeBase.den}/${timeBase.num * Math.max(1, end - pts[pts.length - 1])}`;
/** Clock of the whole film in which beginnings are kept: the picture's own where it is fine enough. */
const movieScale = ({ den }: Ratio): number => (den >= 1000 && den <= 1_000_000 ? den : 1000);

/** Looks at the film before it gets its name. @throws RevealError where frames are missing */
async function look(options: JoinOptions, temp: string, notes: string[]): Promise<Verified> {
  const { facts, source, container, timeBase, pts, signal } = options;
  const file = path.basename(options.out);
  const soundCopied = options.sound.kind === 'copy';
  const verified = await verifyReel(temp, { source, facts, container, timeBase, pts, soundCopied, signal });
  const { frames, wanted, wrongTimes, sound } = verified;
  if (frames !== wanted)
    throw new RevealError(
      'engine',
      say('film-ends-early', { file, frames: String(frames), wanted: String(wanted) }),
    );
  if (wrongTimes > 0) notes.push(say('film-times-differ', { file, count: String(wrongTimes) }));
  if (sound.some(({ before, after }) => before !== after)) notes.push(say('film-sound-differs', { file }));
  return verified;
}

/**
 * Joins pieces to a film and says what it became.
 * @throws RevealError 'bad-input' naming the piece, 'disk', 'engine' or 'cancelled'
 */
export async function joinReel(options: JoinOptions): Promise<JoinedReel> {
  const { facts, out, timeBase } = options;
  const tool = options.tool ?? (await ffmpegProgram('ffmpeg'));
  const pieces = await readPieces(options);
  const frames = pieces.reduce((sum, { track }) => sum + track.frames.length, 0);
  if (frames !== options.pts.length || frames === 0)
    throw new RevealError(
      'bad-input',
      say('film-ends-early', {
        file: facts.name,
        frames: String(frames),
        wanted: String(options.pts.length),
      }),
    );
  // The stream to ffmpeg counts in the time base's own den; a base of many units a tick keeps them whole.
  const ticks = { num: 1, den: timeBase.den };
  const shift = Math.round((clockStart(facts) * ticks.den) / ticks.num);
  const scaled = rescaleTimes([...options.pts, options.end], timeBase, ticks).map((at) => at - shift);
  const end = scaled.pop() ?? 0;
  const folder = path.dirname(path.resolve(out));
  await sweepLeftovers(folder);
  const temp = temporaryName(folder);
  const notes: string[] = [];
  const run = new FfmpegRun({
    tool,
    args: joinArguments(options, tool, temp, notes),
    name: path.basename(out),
    signal: options.signal,
    stallMs: 600_000,
  });
  run.child.stdout.resume();
  const failed = writingFailed(options.codec, out);
  try {
    try {
      await sendFrames(
        run.child.stdin,
        pieces,
        { times: scaled, end, timescale: ticks.den, rotation: facts.rotation },
        {
          ...options,
          onFrames: (done) => {
            run.alive();
            options.onFrames?.(done);
          },
        },
      );
    } catch (error) {
      // Why ffmpeg stopped taking frames says more than that it did.
      run.child.stdin.destroy();
      await run.finish(failed);
      throw error instanceof RangeError
        ? new RevealError('bad-input', say('film-piece', { file: path.basename(out), detail: error.message }))
        : error;
    }
    run.child.stdin.end();
    await run.finish(failed);
    const verified = await look(options, temp, notes);
    const placed = await placeFile(temp, out, options.overwrite);
    if (options.codec === 'ffv1')
      await writeFixity(out, { sha256: placed.sha256, tool, signal: options.signal });
    return { ...placed, frames, verified, notes };
  } catch (error) {
    await unlink(temp).catch(() => undefined);
    throw fileError(out, error, 'write');
  } finally {
    await run.end();
    settled(temp);
  }
}
