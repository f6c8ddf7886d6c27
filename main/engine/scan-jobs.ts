/**
 * Whole-scan work that a pixel thread can take: reading a scan (the reduction runs in JavaScript), analysing a
 * reduced copy, hashing a file. Loaded by a thread when it is first asked for such work, because the file
 * layer brings its native libraries along.
 */
import type { Picture, Samples } from '../../app/picture.ts';
import type { UnitRect } from '../../app/recipe/develop.ts';
import { analyseScan } from '../actions/develop/analyse.ts';
import { analyseInfrared } from '../actions/develop/infrared.ts';
import type { BaseReference, FlatField } from '../actions/develop/reference.ts';
import type { DevelopAnalysis, FilmType } from '../actions/develop/types.ts';
import { decodeScan, hashFile, setLibvipsThreads } from '../files/index.ts';
import { reduceShare } from '../files/reduce.ts';
import type { DecodedScan, DecodeOptions } from '../files/types.ts';

/** Reads a scan; the samples come back on shared memory. Cannot be cancelled once it runs. */
export interface DecodeJob {
  kind: 'decode';
  path: string;
  options: Omit<DecodeOptions, 'signal'>;
}
/** Rows of the reduced copy of a picture that lies on shared memory as a whole. */
export interface ReduceJob {
  kind: 'reduce';
  picture: Picture;
  width: number;
  height: number;
  share: { from: number; to: number; into: Samples };
}
export interface AnalyseJob {
  kind: 'analyse';
  decoded: DecodedScan;
  film: 'auto' | FilmType;
  baseRect: UnitRect | null;
  reference: BaseReference | null;
  flat: FlatField | null;
  stock: string | null;
}
export interface HashJob {
  kind: 'hash';
  path: string;
}
export type ScanJob = DecodeJob | ReduceJob | AnalyseJob | HashJob;
export interface ScanResult {
  decoded?: DecodedScan;
  analysis?: DevelopAnalysis;
  sha256?: string;
}

function analyse(job: AnalyseJob): DevelopAnalysis {
  const { decoded, film, baseRect, reference, flat, stock } = job;
  const analysis = analyseScan(decoded, { film, baseRect, reference, flat, ...(stock ? { stock } : {}) });
  if (decoded.picture.infrared && !analysis.infrared) {
    const { slope, usable, reason } = analyseInfrared(decoded.picture);
    analysis.infrared = { slope, usable, reason };
  }
  return analysis;
}

/** Does a job. Rejects with the RevealError of the file layer. */
export async function runScanJob(job: ScanJob): Promise<ScanResult> {
  // The pool counts this thread as one core.
  setLibvipsThreads(1);
  if (job.kind === 'decode') return { decoded: await decodeScan(job.path, job.options) };
  if (job.kind === 'reduce') {
    reduceShare(job.picture, job.width, job.height, job.share);
    return {};
  }
  if (job.kind === 'hash') return { sha256: await hashFile(job.path) };
  return { analysis: analyse(job) };
}
