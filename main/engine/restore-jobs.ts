/**
 * What the restore steps look for in a reduced whole picture, as work for a pixel thread: it takes seconds, and nobody
 * should wait for it who only moves a slider. Loaded by a thread when it is first asked for.
 */
import type { Planar } from '../../app/planar.ts';
import { analyseAgeing, type AgeingAnalysis } from '../actions/ageing/index.ts';
import { findDamage, type DamageMap, type FindOptions } from '../actions/repair/index.ts';

/** Finds the damage of a picture; its planes lie on shared memory. */
export interface DamageJob {
  kind: 'damage';
  picture: Planar;
  options: FindOptions;
}
/** Reads the signs of age in a picture. */
export interface AgeingJob {
  kind: 'ageing';
  picture: Planar;
}
export type RestoreJob = DamageJob | AgeingJob;
export interface RestoreResult {
  ageing?: AgeingAnalysis;
  damage?: DamageMap;
}

export function runRestoreJob(job: RestoreJob): RestoreResult {
  return job.kind === 'damage'
    ? { damage: findDamage(job.picture, job.options) }
    : { ageing: analyseAgeing(job.picture) };
}
