/** What `dataset build` reports: counts by source and reason, films, hues, and sentences of warning. */
import { say } from '../../../app/words/sentences.ts';
import type { FilmFacts } from './film.ts';
import type { HueReport } from './hues.ts';
import type { Rejection } from './screen.ts';

/** What came of one source. */
export interface SourceReport {
  path: string;
  photographs: number;
  films: number;
  pairs: number;
  /** Pictures that were taken. */
  kept: number;
  rejected: Partial<Record<Rejection, number>>;
  /** SHA-256 over the hashes of the pictures that were taken, in order: the same for the same material. */
  sha256: string;
  seconds: number;
}

export interface Rejected {
  source: string;
  name: string;
  reason: Rejection;
  detail: string;
}

export interface BuildReport {
  out: string;
  pictures: number;
  pairs: number;
  train: number;
  test: number;
  sources: SourceReport[];
  films: ({ name: string; kept: number } & FilmFacts)[];
  rejected: Rejected[];
  counts: Record<Rejection, number>;
  hues: HueReport;
  sheet: { id: string; group: string; applied: string[] }[];
  /** Sentences for a person. */
  warnings: string[];
}

/** Fewer pictures than this are learnt by heart. */
const FEW = 200;

/** What a person should know before training on it. */
export function warningsOf(report: BuildReport): string[] {
  const warnings: string[] = [];
  if (report.train < FEW) warnings.push(say('dataset-few', { count: String(report.train) }));
  if (report.test === 0) warnings.push(say('dataset-no-test'));
  for (const gap of report.hues.gaps) warnings.push(gap.advice);
  return warnings;
}
