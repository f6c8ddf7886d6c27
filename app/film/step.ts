/**
 * How the work on a reel is cut: first the whole reel is looked at once (`ReelAnalysis`: shots, and what each step
 * measured per frame), then shot after shot is worked on, each shot from its own frames and the analysis alone. So a shot
 * comes out the same whether the reel was done in one go or taken up again, and nothing is ever carried across a cut. A step
 * works on frames in order, may hold a bounded number of them back, and gives exactly as many as it took.
 */
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

/** Pass two of a step on one shot. */
export interface ShotWork {
  /** Takes the next frame of the shot; gives frames that are ready, in order. The frame may be changed in place and given back. */
  push(frame: Frame): Frame[] | Promise<Frame[]>;
  /** No more frames: gives what was held back. */
  end(): Frame[] | Promise<Frame[]>;
  /** What was changed, for the change record (counts, not pictures). */
  report(): Record<string, number>;
}

export interface ShotContext {
  format: FrameFormat;
  shot: ReelShot;
  analysis: ReelAnalysis;
  /** Seed of the job; random numbers by frame index. */
  seed: number;
}

/** A step of a reel's recipe. `P` are its parameters (app/recipe/film.ts). */
export interface ReelStep<P> {
  name: string;
  /** Left out where a step needs no look ahead. */
  observe?(format: FrameFormat, params: P): Observer;
  begin(context: ShotContext, params: P): ShotWork | Promise<ShotWork>;
  /** Frames held back at most; bounds the memory. */
  holds(params: P): number;
}

/** Width and height in which pass one sees a film: the longer side at most `most`, even numbers. */
export function lookSize(width: number, height: number, most = 480): { width: number; height: number } {
  const scale = Math.min(1, most / Math.max(width, height));
  const even = (v: number): number => Math.max(2, 2 * Math.round((v * scale) / 2));
  return { width: even(width), height: even(height) };
}
