/**
 * Clips for the figures of cleaning: decoded through ffmpeg into frames of the film's own planes, run through the steps as
 * a job would (pass one over reduced luma, then shot by shot), and through ffmpeg's own filters for comparison.
 */
import { spawn } from 'node:child_process';
import { detectShots } from '../../../../app/shots/detect.ts';
import { frameFeatures } from '../../../../app/shots/features.ts';
import {
  frameBytes,
  planeSizes,
  type Frame,
  type FrameFormat,
  type Sampling,
} from '../../../../app/film/frame.ts';
import {
  lookSize,
  type ReelAnalysis,
  type ReelShot,
  type ReelStep,
  type ShotContext,
} from '../../../../app/film/step.ts';

export interface Clip {
  format: FrameFormat;
  frames: Frame[];
}

const PIXELS: Record<string, string> = {
  '400': 'gray',
  '420': 'yuv420p',
  '422': 'yuv422p',
  '444': 'yuv444p',
};

function run(args: string[], input?: Uint8Array[]): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const child = spawn('ffmpeg', ['-hide_banner', '-loglevel', 'error', '-threads', '1', ...args]);
    const parts: Uint8Array[] = [];
    let said = '';
    child.stdout.on('data', (b: Uint8Array) => parts.push(b));
    child.stderr.on('data', (b: Uint8Array) => (said += Buffer.from(b).toString()));
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve(Buffer.concat(parts)) : reject(new Error(`ffmpeg: ${said}`)),
    );
    if (input) {
      child.stdin.on('error', () => undefined);
      for (const part of input) child.stdin.write(part);
    }
    child.stdin.end();
  });
}

function split(raw: Uint8Array, format: FrameFormat): Frame[] {
  const size = frameBytes(format);
  return Array.from({ length: Math.floor(raw.length / size) }, (_, index) => {
    let at = index * size;
    const planes = planeSizes(format).map(
      (p) => new Uint8Array(raw.subarray(at, (at += p.width * p.height))),
    );
    return { index, pts: index, planes };
  });
}

/** 8-bit frames of a file. `size`: the size it is scaled to. */
export async function loadClip(
  file: string,
  options: {
    size: { width: number; height: number };
    from?: number;
    count?: number;
    sampling?: Sampling;
    filter?: string;
  },
): Promise<Clip> {
  const { size, from = 0, count = 1e6, sampling = '420' } = options;
  const format: FrameFormat = {
    ...{ ...size, sampling, bits: 8, range: 'limited' },
    ...{ matrix: null, primaries: null, transfer: null, chromaLocation: null },
  };
  const filters = [
    `select=between(n\\,${from}\\,${from + count - 1})`,
    ...(options.filter ? [options.filter] : []),
    `scale=${size.width}:${size.height}:flags=lanczos`,
  ];
  const raw = await run([
    ...['-i', file, '-vsync', '0', '-vf', filters.join(',')],
    ...['-f', 'rawvideo', '-pix_fmt', PIXELS[sampling], '-'],
  ]);
  return { format, frames: split(raw, format) };
}

/** The clip through a chain of ffmpeg's filters. */
export async function throughFfmpeg(clip: Clip, filter: string): Promise<Clip> {
  const { format, frames } = clip;
  const raw = await run(
    [
      ...[
        '-f',
        'rawvideo',
        '-pix_fmt',
        PIXELS[format.sampling],
        '-s',
        `${format.width}x${format.height}`,
        '-r',
        '24',
      ],
      ...['-i', '-', '-vf', filter, '-f', 'rawvideo', '-pix_fmt', PIXELS[format.sampling], '-'],
    ],
    frames.flatMap((f) => f.planes as Uint8Array[]),
  );
  return { format, frames: split(raw, format) };
}

/** Frames as pictures (PNG) in a folder, for eyes. */
export async function savePng(frame: Frame, format: FrameFormat, file: string): Promise<void> {
  await run(
    [
      ...[
        '-f',
        'rawvideo',
        '-pix_fmt',
        PIXELS[format.sampling],
        '-s',
        `${format.width}x${format.height}`,
        '-i',
        '-',
      ],
      ...['-frames:v', '1', '-y', file],
    ],
    frame.planes as Uint8Array[],
  );
}

/** Luma of a frame by area means in the size in which pass one looks (in the application ffmpeg does that). */
export function lookAt(
  frame: Frame,
  format: FrameFormat,
): { luma: Uint8Array; width: number; height: number } {
  const { width, height } = lookSize(format.width, format.height);
  const out = new Uint8Array(width * height);
  const across = reduce(frame.planes[0], 1, format.height, format.width, width, 1 / 2 ** (format.bits - 8));
  // Columns became rows: the second time round they are as they were.
  out.set(reduce(across, 0.5, width, format.height, height, 1));
  return { luma: out, width, height };
}

/** Rows of `from` samples to rows of `to` by area, transposed; `half`: rounding is somebody else's at 1. */
function reduce(
  data: ArrayLike<number>,
  half: number,
  rows: number,
  from: number,
  to: number,
  scale: number,
): Float32Array {
  const out = new Float32Array(rows * to);
  const step = from / to;
  for (let x = 0; x < to; x++) {
    const first = Math.floor(x * step);
    const last = Math.min(from, Math.ceil((x + 1) * step - 1e-9));
    const weights = Float64Array.from(
      { length: last - first },
      (_, k) => ((Math.min((x + 1) * step, first + k + 1) - Math.max(x * step, first + k)) * scale) / step,
    );
    for (let y = 0; y < rows; y++) {
      let sum = half === 1 ? 0 : half;
      for (let k = first, i = y * from + first; k < last; k++, i++) sum += weights[k - first] * data[i];
      out[x * rows + y] = sum;
    }
  }
  return out;
}

/** What is run: a step with its parameters. */
export interface Run {
  step: ReelStep<never>;
  params: unknown;
}
export const stepRun = <P>(step: ReelStep<P>, params: P): Run => ({
  step: step as unknown as ReelStep<never>,
  params,
});

/** Pass one: shots as the application finds them (or `shots`), and each step's measures. */
export function analyse(clip: Clip, runs: readonly Run[], shots?: ReelShot[]): ReelAnalysis {
  const { format, frames } = clip;
  const observers = runs.map((r) => r.step.observe?.(format, r.params as never));
  const features = frames.map((f) => {
    const look = lookAt(f, format);
    observers.forEach((o) => o?.see({ index: f.index, ...look }));
    return frameFeatures({ width: look.width, height: look.height, data: look.luma });
  });
  const found = detectShots(features);
  const list =
    shots ??
    found.shots.map((s, index) => ({
      ...{ index, first: index === 0 ? 0 : s.start, opening: s.opening },
      last: (found.shots[index + 1]?.start ?? frames.length) - 1,
    }));
  const measures: Record<string, unknown> = {};
  runs.forEach(
    (r, i) => (measures[r.step.name] = JSON.parse(JSON.stringify(observers[i]?.finish(list) ?? null))),
  );
  return {
    ...{ version: 1, frames: frames.length, shots: list, measures },
    flashes: found.flashes.map((f) => ({ first: f.start, last: f.end - 1 })),
  };
}

const spent = (since: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
};

/** Pass two; `ms` is core time (both passes), whatever else the machine does. The clip's frames are not changed. */
export async function clean(
  clip: Clip,
  runs: readonly Run[],
  options: { shots?: ReelShot[]; analysis?: ReelAnalysis; context?: Partial<ShotContext> } = {},
): Promise<{
  clip: Clip;
  report: Record<string, Record<string, number>>;
  ms: number;
  analysis: ReelAnalysis;
}> {
  const { format } = clip;
  const start = process.cpuUsage();
  const analysis = options.analysis ?? analyse(clip, runs, options.shots);
  const out: Frame[] = [];
  const report: Record<string, Record<string, number>> = {};
  for (const shot of analysis.shots) {
    let frames: Frame[] = clip.frames
      .slice(shot.first, shot.last + 1)
      .map((f) => ({ ...f, planes: f.planes.map((p) => p.slice()) }));
    for (const { step, params } of runs) {
      const work = await step.begin({ format, shot, analysis, seed: 1, ...options.context }, params as never);
      const next: Frame[] = [];
      for (const f of frames) next.push(...(await work.push(f)));
      next.push(...(await work.end()));
      const counts = (report[step.name] ??= {});
      for (const [k, v] of Object.entries(work.report())) counts[k] = (counts[k] ?? 0) + v;
      frames = next;
    }
    out.push(...frames);
  }
  return { clip: { format, frames: out }, report, ms: spent(start), analysis };
}
