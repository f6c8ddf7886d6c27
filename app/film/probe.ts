/**
 * What is known of a reel before any of it is worked on: planes, times, sound and everything else that the finished
 * film must carry again. Plain JSON, so that it is kept with a job and compared when the job is taken up again. Times
 * are whole numbers in units of the film's own time base: never seconds, never a rate.
 */
import type { FrameFormat } from './frame.ts';

/** A fraction: `num` / `den`. */
export interface Ratio {
  num: number;
  den: number;
}

/** Time stamps of all frames in the order of showing; `constant` says the same with three numbers. */
export type FrameTimes =
  { kind: 'constant'; first: number; step: number; count: number } | { kind: 'list'; pts: number[] };

export interface AudioTrack {
  /** ffmpeg's number of the stream in the file. */
  stream: number;
  codec: string;
  /** Container's four letters or number, as ffprobe gives them. */
  tag: string;
  channels: number;
  layout: string | null;
  sampleRate: number;
  /** ISO 639-2, null: the file does not say. */
  language: string | null;
  title: string | null;
  default: boolean;
  /** Seconds, on the clock of the picture. */
  start: number;
  seconds: number | null;
}

export interface SubtitleTrack {
  stream: number;
  codec: string;
  language: string | null;
  title: string | null;
}

export interface Chapter {
  /** Seconds. */
  start: number;
  end: number;
  title: string | null;
}

/** What the decoder complained of, after how many frames. */
export interface Damage {
  frame: number;
  /** The decoder's own words. */
  detail: string;
}

/** What the file says of fields; what the frames show is the cadence step's own measure. */
export type FieldOrder = 'progressive' | 'top-first' | 'bottom-first' | 'mixed' | 'unknown';

export interface ReelFacts {
  version: 1;
  /** File name without folders. */
  name: string;
  bytes: number;
  /** 'sequence': a folder of numbered pictures, one a frame. */
  kind: 'film' | 'sequence';
  /** ffmpeg's number of the picture's stream. */
  stream: number;
  /** ffmpeg's name of the reader, e.g. 'mov,mp4,m4a,3gp,3g2,mj2'. */
  container: string;
  codec: string;
  profile: string | null;
  /** As ffmpeg names it, e.g. 'yuv420p10le'. */
  pixelFormat: string;
  /** Planes as they come out of decodeReel. */
  format: FrameFormat;
  /** An alpha plane or a palette that frames do not keep. */
  dropsAlpha: boolean;
  timeBase: Ratio;
  times: FrameTimes;
  /** Frames were counted by decoding them, not by reading the container's table. */
  counted: boolean;
  /** Showing places of key frames; 'all': each frame stands alone; empty: the film cannot be entered in the middle. */
  keyFrames: 'all' | number[];
  /** Places where the decoder found damage when frames were counted: such a film is always read from its start. */
  damage: Damage[];
  /** How long the last frame stands, in time base units. */
  lastDuration: number;
  /** The rate that the file claims, and that of its frames: frames a second. */
  nominalRate: Ratio;
  averageRate: Ratio;
  variableRate: boolean;
  /** Clockwise turn with which the film is to be shown; frames stay as stored. */
  rotation: 0 | 90 | 180 | 270;
  sampleAspect: Ratio;
  fields: FieldOrder;
  /** Frames that ask to be shown for three fields: soft telecine. */
  repeatsFields: boolean;
  audio: AudioTrack[];
  subtitles: SubtitleTrack[];
  /** Hours:minutes:seconds:frames (';' before frames: drop frame) of the first frame. */
  timecode: string | null;
  chapters: Chapter[];
  /** Tags of the whole file: title, creation_time, … */
  tags: Record<string, string>;
  seconds: number;
  /** Seconds at which the file's clock begins: that of its first stream. */
  start: number;
  /** File names of the frames within the folder, in order, for sequences alone. */
  pictures?: string[];
  /** What is to be known but does not stop the work, in sentences. */
  notes: string[];
}

export const frameCount = (facts: Pick<ReelFacts, 'times'>): number =>
  facts.times.kind === 'constant' ? facts.times.count : facts.times.pts.length;

/** Time stamp of frame `index` in time base units. */
export const ptsOf = (facts: Pick<ReelFacts, 'times'>, index: number): number =>
  facts.times.kind === 'constant'
    ? facts.times.first + index * facts.times.step
    : (facts.times.pts[index] ?? Number.NaN);

/** Time stamps of all frames. */
export function allTimes(facts: Pick<ReelFacts, 'times'>): number[] {
  const { times } = facts;
  if (times.kind === 'list') return times.pts;
  return Array.from({ length: times.count }, (_, k) => times.first + k * times.step);
}

/** Seconds since the clock's zero at which frame `index` is shown. */
export const secondsOf = (facts: Pick<ReelFacts, 'times' | 'timeBase'>, index: number): number =>
  (ptsOf(facts, index) * facts.timeBase.num) / facts.timeBase.den;

/** The list in the shortest form that says the same. */
export function compactTimes(pts: number[]): FrameTimes {
  const step = pts.length > 1 ? pts[1] - pts[0] : 0;
  const constant = pts.every((at, k) => at === pts[0] + k * step);
  return pts.length > 0 && constant
    ? { kind: 'constant', first: pts[0], step, count: pts.length }
    : { kind: 'list', pts };
}

const gcd = (a: number, b: number): number => (b === 0 ? Math.abs(a) : gcd(b, a % b));

/** The fraction in lowest terms with a positive denominator. */
export function reduced({ num, den }: Ratio): Ratio {
  const by = (gcd(num, den) || 1) * (den < 0 ? -1 : 1);
  return { num: num / by, den: den / by };
}

/**
 * Times in another time base, rounded to its ticks (half up), and kept strictly ascending, as every container wants.
 * `from` and `to` in seconds a tick.
 */
export function rescaleTimes(pts: readonly number[], from: Ratio, to: Ratio): number[] {
  const scale = reduced({ num: from.num * to.den, den: from.den * to.num });
  const out: number[] = [];
  for (const at of pts) {
    const exact = BigInt(at) * BigInt(scale.num);
    const den = BigInt(scale.den);
    const doubled = 2n * exact + den;
    // Division of BigInt rounds towards zero; this rounds down also below it.
    const floor = doubled >= 0n ? doubled / (2n * den) : -((-doubled + 2n * den - 1n) / (2n * den));
    const last = out.length > 0 ? out[out.length - 1] : -Infinity;
    out.push(Math.max(Number(floor), last + 1));
  }
  return out;
}

/**
 * Times at a true tempo of `framesPerSecond`: frame after frame at that rate. The new time base has whole ticks for
 * every rate that is given in thousandths.
 */
export function retimed(count: number, framesPerSecond: number): { timeBase: Ratio; times: FrameTimes } {
  const rate = reduced({ num: Math.round(framesPerSecond * 1000), den: 1000 });
  return {
    timeBase: { num: 1, den: rate.num },
    times: { kind: 'constant', first: 0, step: rate.den, count },
  };
}
