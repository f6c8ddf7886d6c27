/** The words of the chain of restore steps: what it is made from, what it holds at one size, and what chains share. */
import type { AgeingAnalysis } from '../actions/ageing/index.ts';
import type { ColourModel, ColourPlan } from '../actions/colorize/index.ts';
import type { Networks } from '../actions/picture/networks.ts';
import type { PictureSource } from '../actions/picture/source.ts';
import type { DamageMap, Mask, RepairedSource } from '../actions/repair/index.ts';
import type { restoreSteps, RestoreParams } from '../../app/recipe/restore.ts';
import type { Sentence } from '../../app/words/sentences.ts';
import type { EvidenceFile, EvidenceUse } from './evidence.ts';
import type { Findings } from './findings.ts';
import type { PixelPool } from './pool.ts';
import type { OpenPositive, Positive } from './positive.ts';
import type { PureChain } from './pure-steps.ts';
import type { Memo } from './memo.ts';
import type { TileShelf } from './tile-cache.ts';

export type RestoreStep = (typeof restoreSteps)[number]['id'];

/** Longest side of the copy in which damage is looked for, and of the one that colours and ageing are found on. */
export const DAMAGE_SIDE = 4096;
export const LOOK_SIDE = 1024;

/** A model that had a say in the pixels. */
export interface ModelUse {
  step: RestoreStep;
  name: string;
  sha256: string;
}

/** A positive with all the steps on it, at one size. */
export interface Chain {
  /** The positive itself. */
  positive: OpenPositive;
  source: PictureSource;
  /** The same for threads, where nothing but such steps lies on stored samples; null where a network or fill does. */
  pure: PureChain | null;
  /** Before the repair, and with it; null where nothing is repaired. */
  unrepaired: PictureSource | null;
  repaired: RepairedSource | null;
  ageing: AgeingAnalysis | null;
  damage: DamageMap | null;
  mask: Mask | null;
  colour: ColourPlan | null;
  /** Other pictures that were asked for evidence. */
  evidence: EvidenceUse[];
  models: ModelUse[];
  warnings: Sentence[];
}

/** What all chains of one engine share. */
export interface RenewDeps {
  pool: PixelPool;
  findings: Findings;
  networks: Networks;
  /** Plans of colours put together for one set of sliders. */
  tints: Memo<ColourModel>;
  /** Where steps keep the tiles that they have computed. */
  tiles: TileShelf;
  /** Open positives; each holds its samples. */
  positives: Memo<Chain>;
  /** Chains by size and steps, so that a slider finds everything before it as it was. */
  stages: Memo<Chain>;
  /** Opens another picture, reduced to a longest side. */
  evidence(path: string, side: number, signal?: AbortSignal): Promise<PictureSource>;
}

export interface RenewInput {
  positive: Positive;
  /** SHA-256 of the scan. */
  hash: string;
  params: RestoreParams;
  /** A mask from a file, over the whole scan: taken as damage that was found. */
  mask: (Mask & { name: string; sha256: string }) | null;
  /** Other pictures of the same. */
  evidence: readonly EvidenceFile[];
  /** One setting for an album; null: what is found in this print. */
  album: AgeingAnalysis | null;
  /** Longest side on which damage is looked for; DAMAGE_SIDE without. */
  damageSide?: number;
  /** Names the models in use, for the keys of what is kept. */
  models: string;
  seed: number;
}
