/**
 * Infrared dust repair as a step of export and preview: decides from parameters and analysis whether it runs,
 * lets a pixel thread find and mend the dust (in place), and says what was done. Film whose infrared shows the
 * picture itself is left alone unless the person insists.
 */
import { RevealError } from '../../app/contract/messages.ts';
import type { Picture } from '../../app/picture.ts';
import type { DevelopParams } from '../../app/recipe/develop.ts';
import { dustMask } from '../actions/develop/dust.ts';
import { repairDust } from '../actions/develop/dust-repair.ts';
import { analyseInfrared, SLOPE_REDUCED } from '../actions/develop/infrared.ts';
import type { MaskSummary } from '../actions/develop/record.ts';
import type { DevelopAnalysis } from '../actions/develop/types.ts';
import type { PixelPool } from './pool.ts';

/** Random numbers of the fill's grain come from here, so that every run gives the same pixels. */
const SEED = 1;

/** Plain data for the thread that does it. */
export interface DustJob {
  kind: 'dust';
  /** Samples and infrared on shared memory; samples are changed in place. */
  picture: Picture;
  threshold: number;
  strength: number;
  /** The person insists: the guard against silver film is set aside. */
  force: boolean;
  /** What the whole scan's infrared said (a part of it may say too little). */
  known: { slope: number; usable: boolean } | null;
}
export interface DustOutcome {
  /** 0 clean, higher: more certainly dust; one byte a pixel of the picture. */
  mask: Uint8Array;
  summary: MaskSummary;
}

/** Finds and mends the dust of a picture. Runs in a pixel thread. */
export function runDustJob(job: DustJob): DustOutcome {
  const found = analyseInfrared(job.picture);
  if (job.known) {
    found.slope = job.known.slope;
    found.usable = job.known.usable;
    found.reduced = job.known.usable && job.known.slope > SLOPE_REDUCED;
  }
  if (job.force && !found.usable) {
    found.usable = true;
    found.reduced = true;
  }
  const mask = dustMask(job.picture, found, { threshold: job.threshold });
  const report = repairDust(job.picture, mask, { strength: job.strength, seed: SEED });
  const pixels = job.picture.width * job.picture.height;
  return {
    mask: mask.mask,
    summary: {
      name: 'dust',
      share: report.changed / pixels,
      places: report.places,
      how: `infrared, threshold ${mask.threshold} sigma`,
    },
  };
}

/** Whether these parameters ask for a repair of a scan with this analysis. */
export function wantsDust(params: DevelopParams, analysis: DevelopAnalysis | null): boolean {
  const { dust } = params;
  if (!dust.on || dust.mode === 'off') return false;
  return dust.mode === 'on' || analysis?.infrared?.usable !== false;
}

/**
 * Mends the dust of decoded samples in place. Null when there is nothing to do: not wanted, or no infrared.
 * Throws RevealError 'cancelled' when the signal fires before it begins.
 */
export async function repairPicture(
  pool: PixelPool,
  picture: Picture,
  params: DevelopParams,
  analysis: DevelopAnalysis | null,
  signal?: AbortSignal,
): Promise<DustOutcome | null> {
  if (!picture.infrared || !wantsDust(params, analysis)) return null;
  if (!(picture.data.buffer instanceof SharedArrayBuffer))
    throw new RevealError('internal', 'Dust is repaired on shared memory only.');
  const { dust } = params;
  const job: DustJob = {
    kind: 'dust',
    picture,
    threshold: dust.threshold,
    strength: dust.strength,
    force: dust.mode === 'on',
    known: analysis?.infrared ? { slope: analysis.infrared.slope, usable: analysis.infrared.usable } : null,
  };
  const { dust: outcome } = await pool.run(job, null, signal);
  return outcome ?? null;
}
