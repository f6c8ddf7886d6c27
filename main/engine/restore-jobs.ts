/**
 * What the restore steps look for in a reduced whole picture, as work for a pixel thread: it takes seconds, and nobody
 * should wait for it who only moves a slider. Loaded by a thread when it is first asked for.
 */
import type { Planar } from '../../app/planar.ts';
import { findDamage, type DamageMap, type FindOptions } from '../actions/repair/index.ts';

/** Finds the damage of a picture; its planes lie on shared memory. */
export interface DamageJob {
  kind: 'damage';
  picture: Planar;
  options: FindOptions;
}
export type RestoreJob = DamageJob;
export interface RestoreResult {
  damage?: DamageMap;
}

export function runRestoreJob(job: RestoreJob): RestoreResult {
  return { damage: findDamage(job.picture, job.options) };
}
