/**
 * A finished reel as a folder of numbered pictures (DPX, TIFF, PNG), one a frame. The pieces of the film are made as for
 * any other (without loss, so that it can be taken up again), and turned into pictures at the end. Beside the pictures lie
 * the sound, packet for packet, the time of every frame, and the SHA-256 of each file. The folder appears under its name
 * only when it is complete.
 */
import { readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { RevealError } from '../../app/contract/messages.ts';
import type { FrameFormat } from '../../app/film/frame.ts';
import { frameCount, type Ratio, type ReelFacts } from '../../app/film/probe.ts';
import { isSequencePicture, type SequenceKind } from '../../app/film/sequence.ts';
import { say } from '../../app/words/sentences.ts';
import { makeFolder } from '../files/folder.ts';
import { writeAtomic } from '../files/atomic.ts';
import { fileError } from '../files/bytes.ts';
import { hashFile } from '../files/disk.ts';
import { decodeReel } from './ffmpeg-decode.ts';
import type { FoundTool } from './ffmpeg-find.ts';
import { probeReel } from './ffmpeg-probe.ts';
import { collect, filmInput, quiet } from './ffmpeg-run.ts';
import { openSequence } from './ffmpeg-sequence.ts';
import type { ReelSound } from './ffmpeg-mux.ts';
import type { Joined } from './reel-encode.ts';

export interface PicturesOptions {
  pieces: readonly string[];
  /** The source's own facts and file, for its sound. */
  facts: ReelFacts;
  source: string;
  /** What the pieces' samples mean: a piece's own file may not say all of it. */
  format: FrameFormat;
  kind: SequenceKind;
  /** Time stamps of all frames, in units of `timeBase`. */
  timeBase: Ratio;
  pts: readonly number[];
  sound: ReelSound;
  /** The folder. */
  out: string;
  overwrite: boolean;
  signal: AbortSignal;
  tool: FoundTool;
  onFrames?: (done: number) => void;
}

const SUMS = '.sha256';
const TIMES = '.times.txt';
const SOUND = '.mka';

/** Whether a folder holds what an earlier export put there and nothing else. */
async function isOurs(folder: string): Promise<boolean> {
  const stem = path.basename(folder);
  const rest = (await readdir(folder)).filter(
    (name) =>
      !(name.startsWith(`${stem}_`) && isSequencePicture(name)) &&
      ![SUMS, TIMES, SOUND].some((ending) => name === `${stem}${ending}`),
  );
  return rest.length === 0;
}

/** Refuses a name under which something lies that is not to be replaced. @throws RevealError 'bad-input' */
export async function refuseFolder(out: string, overwrite: boolean): Promise<void> {
  const there = await stat(out).catch(() => null);
  if (!there) return;
  if (!there.isDirectory() || !overwrite)
    throw new RevealError('bad-input', say('output-exists', { file: out }));
  if (!(await isOurs(out))) throw new RevealError('bad-input', say('film-folder-other', { folder: out }));
}

/** The time of every frame in milliseconds, in the form that Matroska's tools read ("timestamp format v2"). */
const timesText = (pts: readonly number[], { num, den }: Ratio): string =>
  `# timestamp format v2\n${pts.map((at) => ((at * num * 1000) / den).toFixed(3)).join('\n')}\n`;

/** The source's sound without a picture. */
async function writeSound(options: PicturesOptions, file: string): Promise<void> {
  const { sound, facts, source, tool, signal } = options;
  if (sound.kind !== 'copy' && sound.kind !== 'file') return;
  if (sound.kind === 'copy' && facts.audio.length === 0) return;
  const input =
    sound.kind === 'file'
      ? ['-protocol_whitelist', 'file,pipe', '-i', `file:${path.resolve(sound.file)}`]
      : filmInput(path.resolve(source));
  const maps = sound.kind === 'file' ? ['0:a:0'] : facts.audio.map(({ stream }) => `0:${stream}`);
  const args = [
    ...quiet(),
    ...['-y', '-copyts', ...input, ...maps.flatMap((map) => ['-map', map])],
    ...['-c', sound.kind === 'file' ? 'flac' : 'copy', '-avoid_negative_ts', 'disabled'],
    ...['-fflags', '+bitexact', '-f', 'matroska', `file:${file}`],
  ];
  await collect({ tool, args, name: facts.name, signal, stallMs: 600_000 }, 1 << 20);
}

/** SHA-256 of each file of a folder, in the form of sha256sum, and all their bytes. */
async function sumsOf(folder: string): Promise<{ text: string; bytes: number }> {
  let [text, bytes] = ['', 0];
  for (const name of (await readdir(folder)).sort()) {
    const file = path.join(folder, name);
    text += `${await hashFile(file)}  ${name}\n`;
    bytes += (await stat(file)).size;
  }
  return { text, bytes };
}

/** Writes all pieces' frames. @returns how many, and what is to be said of them */
async function writePictures(
  options: PicturesOptions,
  folder: string,
): Promise<{ frames: number; notes: readonly string[] }> {
  const { pieces, kind, out, signal, tool } = options;
  let writer: Awaited<ReturnType<typeof openSequence>> | null = null;
  let frames = 0;
  try {
    for (const piece of pieces) {
      const facts = await probeReel(piece, { signal });
      const { sampling, bits } = facts.format;
      writer ??= await openSequence({
        ...{ format: { ...options.format, sampling, bits }, kind, folder, name: path.basename(out) },
        ...{ signal, tool },
      });
      for await (const frame of decodeReel(piece, facts, { to: frameCount(facts) - 1, signal, tool })) {
        await writer.write(frame);
        options.onFrames?.(++frames);
      }
    }
    await writer?.close();
    return { frames, notes: writer?.notes ?? [] };
  } catch (error) {
    await writer?.abort();
    throw error;
  }
}

/** Makes the folder. @throws RevealError 'bad-input', 'disk', 'engine' or 'cancelled' */
export async function joinPictures(options: PicturesOptions): Promise<Joined> {
  const { out, pts, timeBase } = options;
  const stem = path.basename(out);
  const temp = path.join(path.dirname(out), `.${stem}.revelado-pictures`);
  await rm(temp, { recursive: true, force: true });
  try {
    await makeFolder(temp);
    const { frames, notes } = await writePictures(options, temp);
    if (frames !== pts.length)
      throw new RevealError(
        'engine',
        say('film-ends-early', { file: stem, frames: String(frames), wanted: String(pts.length) }),
      );
    await writeSound(options, path.join(temp, `${stem}${SOUND}`));
    await writeAtomic(path.join(temp, `${stem}${TIMES}`), true, (sink) =>
      sink.write(Buffer.from(timesText(pts, timeBase))),
    );
    const { text, bytes } = await sumsOf(temp);
    const sums = await writeAtomic(path.join(temp, `${stem}${SUMS}`), true, (sink) =>
      sink.write(Buffer.from(text)),
    );
    await refuseFolder(out, options.overwrite);
    await rm(out, { recursive: true, force: true });
    await rename(temp, out);
    return { sha256: sums.sha256, bytes, frames, notes: [...notes] };
  } catch (error) {
    await rm(temp, { recursive: true, force: true });
    throw fileError(out, error, 'write');
  }
}

/** Whether the folder is what an export left there: the sums' own hash is the record's, and every file has its sum. */
export async function picturesAreWhole(out: string, sha256: string): Promise<boolean> {
  const sums = path.join(out, `${path.basename(out)}${SUMS}`);
  try {
    if ((await hashFile(sums)) !== sha256) return false;
    const { text } = await sumsOf(out);
    const others = text.split('\n').filter((line) => !line.endsWith(`  ${path.basename(sums)}`));
    return (await readFile(sums, 'utf8')) === others.join('\n');
  } catch {
    return false;
  }
}
