/**
 * Starts ffmpeg and ffprobe: argument arrays and never a shell, local files and pipes alone, only readers that hold one
 * film (a playlist or script names further files), a bound on single allocations, on silence and on what is collected
 * from stderr. A child is always gone when its run is over.
 */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { RevealError } from '../../app/contract/messages.ts';
import { say } from '../../app/words/sentences.ts';
import { findTool, type FfmpegTool, type FoundTool } from './ffmpeg-find.ts';

/** Containers with one film inside, by ffmpeg's names of its readers. */
export const FILM_READERS =
  'mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpeg,mpegts,mpegvideo,asf,flv,ogg,dv,mxf,h264,hevc,m4v,nut,ivf,obu,rm,gxf,wtv,y4m,yuv4mpegpipe,apng,gif';
/** Without a sign of life for so long ffmpeg hangs. */
export const STALL_MS = 60_000;
/** No picture is larger; a header that says so would only fill the memory. */
export const MAX_SIDE = 16384;
/** ffmpeg refuses to allocate more than this at once: 16-bit frames of the largest side pass, a lying header does not. */
const MAX_ALLOC = 2_147_000_000;
const STDERR_KEPT = 16_000;

const known = new Map<FfmpegTool, Promise<FoundTool>>();

/** The tool of this machine. @throws RevealError 'engine' saying how to get it */
export async function ffmpegProgram(tool: FfmpegTool, setting: string | null = null): Promise<FoundTool> {
  const look = async (): Promise<FoundTool> => {
    const { found } = await findTool(tool, setting);
    if (found) return found;
    throw new RevealError('engine', say('film-no-ffmpeg'));
  };
  if (setting) return look();
  const before = known.get(tool);
  if (before) return before;
  const looking = look();
  known.set(tool, looking);
  looking.catch(() => known.delete(tool));
  return looking;
}

/** Major and minor version; builds of no release (N-…) count as 4.1, the oldest that is packed with us. */
export function versionOf(version: string): number {
  const found = /^n?(\d+)\.(\d+)/.exec(version);
  return found ? Number(found[1]) + Number(found[2]) / 100 : 4.01;
}

/** The option that passes every frame once: its name changed with version 5.1. */
export const everyFrame = (version: string): string[] =>
  versionOf(version) >= 5.01 ? ['-fps_mode', 'passthrough'] : ['-vsync', '0'];

/** Keeps the source's time base in the pipe: its name changed with version 7. */
export const sourceTimeBase = (version: string): string[] => [
  '-enc_time_base',
  versionOf(version) >= 7 ? 'demux' : '-1',
];

/** Arguments that stand before everything. Without them a line of progress, which never ends, would swallow an error. */
export const quiet = (level = 'error'): string[] => [
  ...['-nostdin', '-hide_banner', '-nostats', '-loglevel', level, '-max_alloc', String(MAX_ALLOC)],
];

/** A user's file as input: what it may be and may reach. */
export const filmInput = (file: string): string[] => [
  ...['-protocol_whitelist', 'file,pipe', '-format_whitelist', FILM_READERS],
  ...['-i', `file:${file}`],
];

/** The message of a line of stderr that tells of an error, null for all others. Lines with their level: `level+…`. */
export function errorLine(line: string): string | null {
  const found = /^(?:\[[^\]]*\]\s*)*\[(?:error|fatal|panic)\]\s*(.*)$/.exec(line.trim());
  return found ? found[1] : null;
}

/** What ffmpeg said last, in one line and without addresses in memory. */
export function reasonOf(stderr: string): string {
  const all = stderr.split('\n');
  const errors = all.map(errorLine).filter((line) => line !== null);
  const lines = (
    errors.length > 0 ? errors : all.filter((line) => !/\[(?:verbose|info|warning)\]/.test(line))
  )
    .map((line) => line.replace(/^(?:\[[^\]]*\]\s*)+/, '').trim())
    .filter((line) => line !== '' && !/^(?:Conversion failed|Error while decoding stream)/.test(line));
  // The last line often says only that it did not work; the one before says why.
  const telling = lines.filter((line) => !/Invalid data found when processing input$/.test(line));
  return (telling.length > 0 ? telling : lines).pop() ?? 'ffmpeg gave no reason';
}

export interface RunOptions {
  tool: FoundTool;
  args: readonly string[];
  /** The film's name, for sentences. */
  name: string;
  signal?: AbortSignal | undefined;
  stallMs?: number | undefined;
}

/** A running ffmpeg with its input and output as pipes. */
export class FfmpegRun {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  /** Each line on stderr as it comes. */
  onLine: ((line: string) => void) | null = null;
  stderr = '';
  stalled = false;
  /** True while it is we who keep ffmpeg waiting: then its silence says nothing. */
  waiting = false;
  private readonly ended: Promise<number | null>;
  private readonly stall: NodeJS.Timeout;
  private readonly cancel: () => void;
  private readonly options: RunOptions;
  private line = '';

  constructor(options: RunOptions) {
    this.options = options;
    this.child = spawn(options.tool.path, [...options.args], {
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
    });
    // A child that dies while it is written to shows by its status.
    this.child.stdin.on('error', () => undefined);
    this.child.stderr.on('data', (text: Buffer) => this.heard(text.toString('utf8')));
    this.ended = new Promise((resolve) => {
      this.child.on('error', (error) => {
        this.stderr += `\n${error.message}`;
        resolve(null);
      });
      this.child.on('close', (status, signal) => {
        if (signal !== null) this.stderr += `\nended by ${signal}`;
        resolve(status);
      });
    });
    this.stall = setTimeout(() => {
      if (this.waiting) this.stall.refresh();
      else {
        this.stalled = true;
        this.kill();
      }
    }, options.stallMs ?? STALL_MS);
    this.cancel = (): void => this.kill();
    options.signal?.addEventListener('abort', this.cancel, { once: true });
    if (options.signal?.aborted) this.kill();
  }

  /** A sign of life: the clock that ends a hanging ffmpeg starts anew. */
  alive(): void {
    this.stall.refresh();
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }

  /** Kills it if it still runs and waits until it is gone. */
  async end(): Promise<void> {
    clearTimeout(this.stall);
    this.options.signal?.removeEventListener('abort', this.cancel);
    this.kill();
    await this.ended;
  }

  /**
   * Waits for its own end. @throws RevealError 'cancelled', or `bad-input` when it hung or when it failed: `failed`
   * makes the error from its last words
   */
  async finish(failed: (reason: string) => RevealError): Promise<void> {
    const status = await this.ended;
    clearTimeout(this.stall);
    this.options.signal?.removeEventListener('abort', this.cancel);
    this.checkCancelled();
    if (this.stalled) throw new RevealError('bad-input', say('film-stalled', { file: this.options.name }));
    if (status !== 0) throw failed(reasonOf(this.stderr));
  }

  checkCancelled(): void {
    if (this.options.signal?.aborted)
      throw new RevealError('cancelled', `Work on ${this.options.name} was cancelled.`);
  }

  private heard(text: string): void {
    this.stderr = (this.stderr + text).slice(-STDERR_KEPT);
    if (!this.onLine) return;
    const lines = (this.line + text).split(/[\r\n]+/);
    this.line = (lines.pop() ?? '').slice(-STDERR_KEPT);
    for (const line of lines) this.onLine(line);
  }
}

/** An error in the user's film, with ffmpeg's reason. */
export const unreadable =
  (name: string) =>
  (reason: string): RevealError =>
    new RevealError('bad-input', say('film-unreadable', { file: name, detail: reason }));

/** Runs a tool to its end and collects its output. @throws like FfmpegRun.finish, and for more than `most` bytes */
export async function collect(
  options: RunOptions,
  most: number,
  failed: (reason: string) => RevealError = unreadable(options.name),
): Promise<Buffer> {
  const run = new FfmpegRun(options);
  run.child.stdin.end();
  const parts: Buffer[] = [];
  let length = 0;
  try {
    for await (const part of run.child.stdout as AsyncIterable<Buffer>) {
      run.alive();
      parts.push(part);
      length += part.length;
      if (length > most) throw failed('too much to read');
    }
    await run.finish(failed);
    return Buffer.concat(parts);
  } finally {
    await run.end();
  }
}
