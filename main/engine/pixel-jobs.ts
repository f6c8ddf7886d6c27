/**
 * What a pixel worker can do: the develop loop over a stretch of pixels, with the counts a window wants. Jobs
 * are plain data whose big arrays lie on shared memory. `runPixelJob` is what the thread calls; tests call
 * it directly.
 */
import type { ErrorCode } from '../../app/contract/messages.ts';
import type { Samples } from '../../app/picture.ts';
import { applyGeometry } from '../actions/develop/geometry.ts';
import type { Geometry, SourcePart } from '../actions/develop/geometry.ts';
import type { DevelopPlan } from '../actions/develop/plan.ts';
import { countHistogram, processBand } from '../actions/develop/process.ts';
import type { FlatBand, OutputSamples } from '../actions/develop/process.ts';
import { convertPlanes, readPart, writeCodes } from '../actions/picture/as-is.ts';
import type { CodesOut, SampleReader, StoredSamples } from '../actions/picture/as-is.ts';
import type { SpaceName } from '../../app/color/spaces.ts';
import { runDustJob } from './dust-step.ts';
import type { DustJob, DustOutcome } from './dust-step.ts';
import type { PureChain, PureJob } from './pure-steps.ts';
import type { RestoreJob, RestoreResult } from './restore-jobs.ts';
import type { ScanJob, ScanResult } from './scan-jobs.ts';

/** From these codes on a channel counts as paper white or black. `mark` paints such pixels, after they are counted. */
export interface Ends {
  white: number;
  black: number;
  mark: boolean;
}
/** Pixels `from`..`to` (half-open) of `input` into the same pixels of `output`. */
export interface DevelopJob {
  kind: 'develop';
  input: Samples;
  output: OutputSamples;
  from: number;
  to: number;
  flat: FlatBand | null;
  /** Count the finished RGBA pixels (8 bits only). */
  count: Ends | null;
}
/** Rows `from`..`to` of a print, taken as it is, in an output space. The reader is the shared plan. */
export interface PrintJob {
  kind: 'print';
  samples: StoredSamples;
  output: CodesOut;
  space: SpaceName;
  from: number;
  to: number;
  /** Count the finished RGBA pixels (8 bits only). */
  count: Ends | null;
}
/** The scan as it is, tone curve as stored, as RGBA for a window: tables turn samples into 8-bit codes. */
export interface FilmJob {
  kind: 'film';
  input: Samples;
  channels: 1 | 3;
  output: Uint8Array;
  from: number;
  to: number;
  /** 65536 or 256 codes (shared for all channels); empty for float samples, which are linear and get the sRGB curve. */
  codes: Uint8Array;
}
/** Rows `from`..`to` of a finished picture, cut, turned and straightened out of developed pixels. */
export interface GeometryJob {
  kind: 'geometry';
  geometry: Geometry;
  source: SourcePart<Uint8Array | Uint16Array>;
  channels: 1 | 3 | 4;
  output: Uint8Array | Uint16Array;
  from: number;
  to: number;
}
export type PixelJob =
  DevelopJob | PrintJob | FilmJob | GeometryJob | DustJob | ScanJob | RestoreJob | PureJob;

export interface PixelResult extends ScanResult, RestoreResult {
  /** 3 x 256 counts, when asked for. */
  histogram: Uint32Array | null;
  /** Pixels with a channel at paper white / black, when asked for. */
  ends?: { white: number; black: number };
  dust?: DustOutcome;
}

export type WorkerMessage =
  | { t: 'run'; job: PixelJob; planId: number | null; plan?: unknown }
  | { t: 'forget'; planId: number }
  /** Load what the first jobs will need. */
  | { t: 'warm' }
  | { t: 'collect'; thorough: boolean };
export type WorkerAnswer =
  { t: 'done'; result: PixelResult } | { t: 'failed'; code: ErrorCode; message: string };

/** Counts the pixels of an RGBA picture that lie at the paper's ends; `mark` paints them red (white) or blue (black). */
export function countEnds(
  rgba: Uint8Array | Uint8ClampedArray,
  { white, black, mark }: Ends,
  from: number,
  to: number,
): { white: number; black: number } {
  let whites = 0;
  let blacks = 0;
  for (let i = from * 4; i < to * 4; i += 4) {
    const r = rgba[i];
    const g = rgba[i + 1];
    const b = rgba[i + 2];
    const isWhite = r >= white || g >= white || b >= white;
    const isBlack = r <= black || g <= black || b <= black;
    if (isWhite) whites++;
    if (isBlack) blacks++;
    if (mark && (isWhite || isBlack)) {
      rgba[i] = isWhite ? 255 : 0;
      rgba[i + 1] = 0;
      rgba[i + 2] = isWhite ? 0 : 255;
    }
  }
  return { white: whites, black: blacks };
}

function srgbCode(linear: number): number {
  const v = linear <= 0 ? 0 : linear >= 1 ? 1 : linear;
  return Math.round(255 * (v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055));
}

function film(job: FilmJob): void {
  const { input, output, codes, channels } = job;
  const code = codes.length > 0 ? (v: number): number => codes[v] : srgbCode;
  const second = channels === 3 ? 1 : 0;
  const third = channels === 3 ? 2 : 0;
  for (let p = job.from, o = job.from * 4, i = job.from * channels; p < job.to; p++, o += 4, i += channels) {
    output[o] = code(input[i]);
    output[o + 1] = code(input[i + second]);
    output[o + 2] = code(input[i + third]);
    output[o + 3] = 255;
  }
}

/** Rows that are planes at the same time. */
const PRINT_ROWS = 64;

function print(job: PrintJob, reader: SampleReader): PixelResult {
  const { samples, output, space, from, to, count } = job;
  for (let y = from; y < to; y += PRINT_ROWS) {
    const h = Math.min(PRINT_ROWS, to - y);
    const planes = readPart(samples, reader, { x: 0, y, w: samples.width, h });
    convertPlanes(planes, reader.space, space);
    writeCodes(planes, output, 0, y);
  }
  if (!count || output.data instanceof Uint16Array) return { histogram: null };
  return counted(output.data, count, from * output.width, to * output.width);
}

function counted(rgba: Uint8Array | Uint8ClampedArray, ends: Ends, from: number, to: number): PixelResult {
  const histogram = new Uint32Array(768);
  countHistogram(rgba, histogram, from, to);
  return { histogram, ends: countEnds(rgba, ends, from, to) };
}

/** Does a job. `plan` is the DevelopPlan of a develop job, the SampleReader of a print job. */
export async function runPixelJob(job: PixelJob, plan: unknown): Promise<PixelResult> {
  if (job.kind === 'film') {
    film(job);
    return { histogram: null };
  }
  if (job.kind === 'decode' || job.kind === 'reduce' || job.kind === 'analyse' || job.kind === 'hash') {
    const { runScanJob } = await import('./scan-jobs.ts');
    return { histogram: null, ...(await runScanJob(job)) };
  }
  if (job.kind === 'pure') {
    const { runPureJob } = await import('./pure-steps.ts');
    await runPureJob(job, plan as PureChain);
    return { histogram: null };
  }
  if (
    job.kind === 'damage' ||
    job.kind === 'fill' ||
    job.kind === 'ageing' ||
    job.kind === 'colours' ||
    job.kind === 'tint' ||
    job.kind === 'prints'
  ) {
    const { runRestoreJob } = await import('./restore-jobs.ts');
    return { histogram: null, ...(await runRestoreJob(job)) };
  }
  if (job.kind === 'dust') return { histogram: null, dust: runDustJob(job) };
  if (job.kind === 'print') return print(job, plan as SampleReader);
  if (job.kind === 'geometry') {
    applyGeometry(job.geometry, job.source, job.channels, job.output, job.from, job.to, 0);
    return { histogram: null };
  }
  processBand(plan as DevelopPlan, job.input, job.output, job.from, job.to, job.flat);
  if (!job.count || job.output instanceof Uint16Array) return { histogram: null };
  return counted(job.output, job.count, job.from, job.to);
}
