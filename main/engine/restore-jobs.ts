/**
 * What the restore steps look for in a reduced whole picture, as work for a pixel thread: it takes seconds, and nobody
 * should wait for it who only moves a slider. Loaded by a thread when it is first asked for.
 */
import type { MessagePort } from 'node:worker_threads';
import type { Planar } from '../../app/planar.ts';
import type { Hint } from '../../app/recipe/marks.ts';
import type { ColourParams } from '../../app/recipe/restore.ts';
import { analyseAgeing, type AgeingAnalysis } from '../actions/ageing/index.ts';
import { colourModel, prepareColour, type ColourModel, type ColourPlan } from '../actions/colorize/index.ts';
import {
  findDamage,
  runFill,
  type DamageMap,
  type FillTask,
  type FindOptions,
} from '../actions/repair/index.ts';
import { findPrints, type FoundPrint } from '../actions/split/index.ts';
import type { DecodedScan } from '../files/types.ts';
import { looksOf } from './looks.ts';
import { networkAt, type NetworkFacts } from './network-port.ts';
import { onShared } from './pure-steps.ts';

/** Finds the damage of a picture; its planes lie on shared memory. */
export interface DamageJob {
  kind: 'damage';
  picture: Planar;
  options: FindOptions;
}
/** Fills a crop without a network. */
export interface FillJob {
  kind: 'fill';
  task: FillTask;
}
/** Reads the signs of age in a picture. */
export interface AgeingJob {
  kind: 'ageing';
  picture: Planar;
}
/** Prepares the colours of a picture. It waits for the network, so it counts as no core. */
export interface ColourJob {
  kind: 'colours';
  picture: Planar;
  hints: readonly Hint[];
  own: ColourParams['own'];
  network: NetworkFacts | null;
  /** Where the network answers; handed over to the thread. */
  port: MessagePort | null;
}
/** Finds the prints that lie on a scan, on a reduced copy. */
export interface PrintsJob {
  kind: 'prints';
  decoded: DecodedScan;
}
/** Puts a plan together for one set of sliders; its planes lie on shared memory. */
export interface TintJob {
  kind: 'tint';
  plan: ColourPlan;
  params: ColourParams;
}
export type RestoreJob = DamageJob | FillJob | AgeingJob | ColourJob | TintJob | PrintsJob;
export interface RestoreResult {
  colours?: ColourPlan;
  tint?: ColourModel;
  ageing?: AgeingAnalysis;
  damage?: DamageMap;
  filled?: Planar;
  prints?: FoundPrint[];
}

/** Does a job. Rejects with what the network's run threw. */
export async function runRestoreJob(job: RestoreJob): Promise<RestoreResult> {
  if (job.kind === 'damage') return { damage: findDamage(job.picture, job.options) };
  if (job.kind === 'fill') return { filled: runFill(job.task) };
  if (job.kind === 'ageing') return { ageing: analyseAgeing(job.picture) };
  if (job.kind === 'tint') return { tint: onShared(colourModel(job.plan, job.params)) };
  if (job.kind === 'prints') return { prints: findPrints(looksOf(job.decoded)) };
  const { port } = job;
  try {
    const network = job.network && port ? networkAt(port, job.network) : null;
    const plan = await prepareColour(job.picture, job.hints, network, { own: job.own });
    return { colours: onShared(plan) };
  } finally {
    port?.close();
  }
}
