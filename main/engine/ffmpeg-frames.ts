/**
 * Frames of a film, one by one, as ffmpeg decodes them: luma for looking, RGB for keeping. ffmpeg is started
 * with an argument array (never a shell), may open files and pipes only, and only container formats that hold
 * one film: playlists and scripts, which name further files, are refused. Each frame arrives as a PGM or PPM
 * picture, so its size is what ffmpeg says after turning and squaring pixels, and every decoded frame comes once,
 * whatever the time stamps.
 */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { RevealError } from '../../app/contract/messages.ts';
import { say } from '../../app/words/sentences.ts';
import { findTool, type FoundTool } from './ffmpeg-find.ts';

/** One frame: 1 byte a pixel (luma) or 3 (sRGB-like RGB as the film says), rows top to bottom. */
export interface FilmFrame {
  /** Counted from 0 in decoding order. */
  index: number;
  width: number;
  height: number;
  channels: 1 | 3;
  data: Uint8Array;
}

export interface FrameOptions {
  /** Luma in exactly this size, or colour with its shorter side reduced to `shortSide`. */
  want: { kind: 'luma'; width: number; height: number } | { kind: 'rgb'; shortSide: number };
  /** Only these frames, ascending. */
  only?: readonly number[];
  threads?: number;
  signal?: AbortSignal;
}

/** Containers with one film inside, by ffmpeg's names of its readers. */
const FORMATS =
  'mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpeg,mpegts,mpegvideo,asf,flv,ogg,dv,mxf,h264,hevc,m4v,nut';
/** No picture of a film is larger; a header that says so would only fill the memory. */
const MAX_SIDE = 16384;
/** Without a frame for so long ffmpeg hangs. */
const STALL_MS = 60_000;
/** Frames named in one select expression: about 13 bytes each, far below the longest argument. */
const SELECT = 2000;

let found: Promise<FoundTool> | null = null;

/** ffmpeg of this machine. @throws RevealError 'engine' saying how to get it */
export async function ffmpegTool(setting: string | null = null): Promise<FoundTool> {
  const look = async (): Promise<FoundTool> => {
    const tool = (await findTool('ffmpeg', setting)).found;
    if (tool) return tool;
    throw new RevealError('engine', say('film-no-ffmpeg'));
  };
  if (setting) return look();
  found ??= look();
  found.catch(() => (found = null));
  return found;
}

/** The option that passes every frame once: its name changed with version 5.1. */
function everyFrame(version: string): string[] {
  const major = Number(/^n?(\d+)\./.exec(version)?.[1] ?? 0);
  return major >= 6 ? ['-fps_mode', 'passthrough'] : ['-vsync', '0'];
}

/** Arguments for one run. Exported for its test. */
export function frameArguments(file: string, options: FrameOptions, version: string): string[] {
  const { want, only } = options;
  const filters: string[] = [];
  if (only) filters.push(`select='${only.map((n) => `eq(n,${n})`).join('+')}'`);
  if (want.kind === 'luma') filters.push(`scale=${want.width}:${want.height}:flags=area`);
  else {
    const side = want.shortSide;
    filters.push("scale='max(1,trunc(iw*if(gt(sar,0),sar,1)))':ih:flags=bicubic", 'setsar=1');
    filters.push(
      `scale='if(gt(iw,ih),-1,min(${side},iw))':'if(gt(iw,ih),min(${side},ih),-1)':flags=lanczos+accurate_rnd`,
    );
  }
  return [
    ...['-nostdin', '-hide_banner', '-loglevel', 'error', '-threads', String(options.threads ?? 1)],
    ...['-protocol_whitelist', 'file,pipe', '-format_whitelist', FORMATS],
    ...['-i', `file:${path.resolve(file)}`, '-map', '0:v:0', '-an', '-sn', '-dn'],
    ...['-vf', filters.join(','), ...everyFrame(version)],
    ...(only ? ['-frames:v', String(only.length)] : []),
    ...['-pix_fmt', want.kind === 'luma' ? 'gray' : 'rgb24'],
    ...['-c:v', want.kind === 'luma' ? 'pgm' : 'ppm', '-f', 'image2pipe', 'pipe:1'],
  ];
}

/** Cuts a stream of PGM and PPM pictures into frames. */
export class PnmReader {
  private pending: Buffer[] = [];
  private length = 0;
  private head: { width: number; height: number; channels: 1 | 3; size: number } | null = null;

  /** Takes bytes; @returns the pictures that are whole now. @throws RangeError for what is no such picture */
  push(bytes: Buffer): Omit<FilmFrame, 'index'>[] {
    this.pending.push(bytes);
    this.length += bytes.length;
    const frames: Omit<FilmFrame, 'index'>[] = [];
    for (;;) {
      if (!this.head) {
        if (this.length < 3) return frames;
        const all = this.joined();
        const match = /^P([56])\s+(\d+)\s+(\d+)\s+255\s/.exec(all.subarray(0, 64).toString('latin1'));
        if (!match) {
          if (all.length < 64) return frames;
          throw new RangeError('ffmpeg sent something else than pictures');
        }
        const [width, height] = [Number(match[2]), Number(match[3])];
        const channels = match[1] === '5' ? 1 : 3;
        if (!(width > 0 && height > 0 && width <= MAX_SIDE && height <= MAX_SIDE))
          throw new RangeError(`a frame of ${width} × ${height} pixels`);
        this.head = { width, height, channels, size: width * height * channels };
        this.pending = [all.subarray(match[0].length)];
        this.length -= match[0].length;
      }
      const { width, height, channels, size } = this.head;
      if (this.length < size) return frames;
      const all = this.joined();
      frames.push({ width, height, channels, data: new Uint8Array(all.subarray(0, size)) });
      this.pending = [all.subarray(size)];
      this.length -= size;
      this.head = null;
    }
  }

  private joined(): Buffer {
    if (this.pending.length !== 1) this.pending = [Buffer.concat(this.pending)];
    return this.pending[0];
  }
}

/** What ffmpeg said, in one line and without addresses in memory. */
function reasonOf(stderr: string): string {
  const lines = stderr
    .split('\n')
    .map((line) => line.replace(/^\[[^\]]*\]\s*/, '').trim())
    .filter((line) => line !== '');
  return lines[lines.length - 1] ?? 'ffmpeg gave no reason';
}

async function* run(
  tool: FoundTool,
  file: string,
  options: FrameOptions,
): AsyncGenerator<Omit<FilmFrame, 'index'>> {
  const name = path.basename(file);
  const child = spawn(tool.path, frameArguments(file, options, tool.version), {
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
  let stderr = '';
  child.stderr.on('data', (text: Buffer) => {
    stderr = (stderr + text.toString('utf8')).slice(-8000);
  });
  const ended = new Promise<number | null>((resolve) => {
    child.on('error', (error) => {
      stderr += `\n${error.message}`;
      resolve(null);
    });
    child.on('close', resolve);
  });
  let stalled = false;
  const stall = setTimeout(() => {
    stalled = true;
    child.kill('SIGKILL');
  }, STALL_MS);
  const cancel = (): void => void child.kill('SIGKILL');
  options.signal?.addEventListener('abort', cancel, { once: true });
  if (options.signal?.aborted) cancel();
  const reader = new PnmReader();
  try {
    for await (const bytes of child.stdout) {
      for (const frame of reader.push(bytes as Buffer)) yield frame;
      stall.refresh();
    }
    const status = await ended;
    if (options.signal?.aborted) throw new RevealError('cancelled', `Reading ${name} was cancelled.`);
    if (stalled) throw new RevealError('bad-input', say('film-stalled', { file: name }));
    if (status !== 0)
      throw new RevealError('bad-input', say('film-unreadable', { file: name, detail: reasonOf(stderr) }));
  } catch (error) {
    if (error instanceof RangeError)
      throw new RevealError('bad-input', say('film-unreadable', { file: name, detail: error.message }));
    throw error;
  } finally {
    clearTimeout(stall);
    options.signal?.removeEventListener('abort', cancel);
    // The consumer may have had enough before the film ends.
    child.kill('SIGKILL');
    await ended;
  }
}

/**
 * Decodes a film. A film that breaks off gives the frames up to there and then throws.
 * @throws RevealError 'bad-input' naming the film and ffmpeg's reason, 'engine' when there is no ffmpeg
 */
export async function* filmFrames(
  file: string,
  options: FrameOptions,
  tool?: FoundTool,
): AsyncGenerator<FilmFrame> {
  const ffmpeg = tool ?? (await ffmpegTool());
  if (!options.only) {
    let index = 0;
    for await (const frame of run(ffmpeg, file, options)) yield { index: index++, ...frame };
    return;
  }
  for (let at = 0; at < options.only.length; at += SELECT) {
    const only = options.only.slice(at, at + SELECT);
    let k = 0;
    for await (const frame of run(ffmpeg, file, { ...options, only })) yield { index: only[k++], ...frame };
  }
}
