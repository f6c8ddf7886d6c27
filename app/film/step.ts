/**
 * How the work on a reel is cut: first the whole reel is looked at once (`ReelAnalysis`: shots, and what each step
 * measured per frame), then shot after shot is worked on, each shot from its own frames and the analysis alone. So a shot
 * comes out the same whether the reel was done in one go or taken up again, and nothing is ever carried across a cut. A step
 * works on frames in order, may hold a bounded number of them back, and gives exactly as many as it took (but for the
 * few that make or drop frames: cadence, interpolate). A long shot is worked on in spans: the step begins anew some frames
 * before the span (`reach`), and what it gives for those is thrown away.
 */
import type { Hint } from '../recipe/marks.ts';
import type { Planar } from '../planar.ts';
import type { Frame, FrameFormat } from './frame.ts';

/** Frames `first`..`last`, both included, between two cuts. */
export interface ReelShot {
  index: number;
  first: number;
  last: number;
  /** How the shot begins. */
  opening: 'start' | 'cut' | 'fade' | 'dissolve';
}

/**
 * What pass one found. `measures` holds each step's own table under its name (plain JSON, numbers rounded so that it is
 * stored exactly); a step reads only its own.
 */
export interface ReelAnalysis {
  version: number;
  frames: number;
  shots: ReelShot[];
  /** Frames `first`..`last` that flash up within a shot: lightning, splices; no cut. */
  flashes: { first: number; last: number }[];
  measures: Record<string, unknown>;
}

/** Pass one of a step: sees every frame of the reel once, in order, reduced to `lookSize` luma. */
export interface Observer {
  /** `luma`: row after row, 0..255 whatever the film's depth; `shot` is not known yet. */
  see(frame: { index: number; luma: Uint8Array; width: number; height: number }): void;
  /** The table for `ReelAnalysis.measures`, once shots are known. */
  finish(shots: readonly ReelShot[]): unknown;
}

/** Pass two of a step on one shot, or on one span of a long shot. */
export interface ShotWork {
  /** Takes the next frame of the shot; gives frames that are ready, in order. The frame may be changed in place and given back. */
  push(frame: Frame): Frame[] | Promise<Frame[]>;
  /** No more frames: gives what was held back. */
  end(): Frame[] | Promise<Frame[]>;
  /** What was changed, for the change record (counts, not pictures). */
  report(): Record<string, number>;
  /**
   * For steps that have it ready rather than to `show` it: what was changed in the frame that was given last, as
   * `StepView.data`. Asked after every `push` and `end`, only where `ShotContext.diagnose` is set.
   */
  diagnostic?(): Uint8Array | null;
}

/** What a person fixed in a frame of this shot. */
export interface ShotKeyFrame {
  frame: number;
  /** Colours on points, in fractions of the stored frame. */
  hints: readonly Hint[];
  /** Picture whose colours the frame takes: RGB, sRGB-encoded 0..1, a few hundred pixels wide. */
  reference: Planar | null;
}

/** A network as steps see it; the same shape as `OpenNetwork` in main/actions/picture/networks.ts. */
export interface StepNetwork {
  readonly name: string;
  readonly sha256: string;
  readonly multiple: number;
  readonly reach: number | null;
  run(
    inputs: Record<string, { dims: readonly number[]; data: Float32Array }>,
    signal?: AbortSignal,
  ): Promise<Record<string, { dims: readonly number[]; data: Float32Array }>>;
  apply(planes: Record<string, Planar>, options?: { signal?: AbortSignal }): Promise<Record<string, Planar>>;
}
export interface StepNetworks {
  /** null: there are no weights for this task. @throws RevealError 'not-found' when a named model is gone */
  open(task: 'colorist' | 'restorer' | 'filler' | 'upscaler', name?: string): Promise<StepNetwork | null>;
}

/** What a step changes (or would change) in one frame, for a person to look at. */
export interface StepView {
  step: string;
  frame: number;
  width: number;
  height: number;
  /** For each pixel: 0 = nothing, 255 (or 1 in a mask of noughts and ones) = all. */
  data: Uint8Array;
}

export interface ShotContext {
  /** Format of the frames that this step takes. */
  format: FrameFormat;
  shot: ReelShot;
  analysis: ReelAnalysis;
  /** Seed of the job; random numbers by frame index. */
  seed: number;
  /** Frames that will be pushed: the whole shot, or a span of it with what `reach` asks for on both sides. */
  span?: { first: number; last: number };
  /** Of this shot, in order. */
  keyFrames?: readonly ShotKeyFrame[];
  /** Of the reel's other shots. */
  otherKeyFrames?: readonly ShotKeyFrame[];
  networks?: StepNetworks;
  /** Set where a person looks at a step: takes what the step changes in a frame. Others need not make it. */
  show?(view: StepView): void;
  /** The same wish as a flag: `diagnostic` will be asked for. */
  diagnose?: boolean;
}

/** What a step wants to see of each shot in whole frames. */
export interface ShotSample {
  /** Frames of this shot, a handful; none: nothing of it is looked at. */
  frames(shot: ReelShot, flashes: ReelAnalysis['flashes'], format?: FrameFormat): number[];
  /** What they say, as plain JSON. They are not kept. */
  measure(shot: ReelShot, frames: readonly Frame[], format: FrameFormat): unknown;
  /** The table for `ReelAnalysis.measures`, from what was measured of each shot. */
  finish(measured: readonly unknown[]): unknown;
}

/** A step of a reel's recipe. `P` are its parameters (app/recipe/film.ts). */
export interface ReelStep<P> {
  name: string;
  /** Left out where a step needs no look ahead. */
  observe?(format: FrameFormat, params: P): Observer;
  /** Observers that look at the same thing of a frame (its motion, say) share the work where one thread has them. */
  watches?: 'motion';
  /**
   * The part of the parameters that the observer's table depends on (plain JSON); the table is kept and made anew only
   * when this changes. Left out: all of them. An observer that only measures gives null.
   */
  observes?(params: P): unknown;
  /**
   * For steps that need more of a shot than pass one's small luma: a few whole frames of each shot, as decoded, looked at
   * once when shots are known. The table is kept as an observer's is (`observes`); a step has one of both.
   */
  sample?: ShotSample;
  begin(context: ShotContext, params: P): ShotWork | Promise<ShotWork>;
  /** Frames held back at most; bounds the memory. */
  holds(params: P): number;
  /**
   * Frames before and after a span that the step has to see so that the span comes out as in the whole shot. Left out:
   * as many as it holds, on both sides. `fixed`: a person set key frames in the reel.
   */
  reach?(params: P, fixed: boolean): { before: number; after: number };
  /** Format of the frames it gives; left out: that of those it takes. */
  gives?(format: FrameFormat, params: P): FrameFormat;
  /**
   * For steps that make or drop frames: `pts` of what it gives is in units of the reel's time base divided by this (for a
   * step that puts one frame between two: 2). Every frame given bears the `index` of the frame it comes from (one in
   * between: of the one before), so that several may bear the same and some none. Left out: 1.
   */
  ticks?(params: P): number;
  /** Something a person has to know before: what the step cannot undo in this reel. Sentences. */
  warns?(analysis: ReelAnalysis, params: P): string[];
}

/** Width and height in which pass one sees a film: the longer side at most `most`, even numbers. */
export function lookSize(width: number, height: number, most = 480): { width: number; height: number } {
  const scale = Math.min(1, most / Math.max(width, height));
  const even = (v: number): number => Math.max(2, 2 * Math.round((v * scale) / 2));
  return { width: even(width), height: even(height) };
}
