/** The words of an evaluation: what predicts, what is asked for, and the report that comes out. */
import type { Summary } from '../../../app/metrics/index.ts';
import type { Planar } from '../../../app/planar.ts';
import type { Problem } from '../dataset/types.ts';

/** What a predictor may know beside the picture. */
export interface PredictExtra {
  /** One plane, above 0 where the picture is damaged: for fillers, which are given their holes. */
  mask: Planar | null;
  /** The group that is being measured. A network that is told it is no blind one: only for logs. */
  group: string;
}

/** Anything that turns a degraded picture into the picture. */
export interface Predictor {
  readonly name: string;
  /**
   * Groups of degradations that it is made for; null: all. In others it is not run.
   */
  readonly groups: readonly string[] | null;
  /** @param input three planes, 0..1. @returns three planes of the same size, or one (grey); not clipped */
  predict(input: Planar, extra: PredictExtra): Promise<Planar>;
}

/** One line of the table. */
export interface RowReport {
  name: string;
  kind: 'baseline' | 'model';
  /** Mean seconds for each picture, beside whatever else the machine was doing. */
  secondsEach: number;
  summary: Summary;
}

export interface GroupReport {
  group: string;
  pictures: number;
  rows: RowReport[];
}

/** How alike the colours come out that are made from the three records of the same scene. */
export interface Agreement {
  name: string;
  plates: number;
  /** Mean a*b* distance between the three predictions, in Lab units. */
  distance: number;
  /** The same relative to their mean chroma: 0 alike, above 1 no two agree. */
  relative: number;
  /** Mean chroma of the predictions; that of the truths is `truthChroma`. */
  chroma: number;
  truthChroma: number;
}

export interface EvalReport {
  format: 1;
  dataset: string;
  split: 'test';
  /** Side of the pictures in pixels, and how many of each group were wanted. */
  size: number;
  count: number;
  seed: number;
  models: string[];
  groups: GroupReport[];
  plates: Agreement[] | null;
  /** Pictures that could not be used, with the reason. */
  problems: Problem[];
  seconds: number;
}
