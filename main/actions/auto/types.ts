/**
 * The words of Auto: what is known of a picture, what a person asked for beside repair, and what comes of both. All
 * plain data: it travels from the engine to the window and is printed by the command line.
 */
import type { ScanKind } from '../../../app/contract/library.ts';
import type { restoreSteps } from '../../../app/recipe/restore.ts';
import type { StepChanges } from '../../../app/recipe/wanted.ts';
import type { Sentence } from '../../../app/words/sentences.ts';
import type { AgeingAnalysis } from '../ageing/index.ts';
import type { DamageKind } from '../repair/index.ts';

export type RestoreStepName = (typeof restoreSteps)[number]['id'];

/** How a file's own samples look at full size, on a part of it. */
export interface Quality {
  /** Standard deviation of grain or noise, in levels of 255. */
  noise: number;
  /** How much higher the steps between blocks of 8 x 8 pixels are than those within, in levels of 255. */
  blocks: number;
  /** Pixels over which its sharpest edges rise; null: it has no edges to tell. */
  edge: number | null;
}

/** Damage that was found, without its map. */
export interface DamageSummary {
  places: number;
  /** Share of the picture that would be filled, 0..1. */
  share: number;
  kinds: Partial<Record<DamageKind, number>>;
}

/** All that Auto decides by. */
export interface AutoFacts {
  kind: ScanKind;
  /** Why it is of that kind. */
  reasons: readonly Sentence[];
  /** Pictures on paper only. */
  ageing: AgeingAnalysis | null;
  damage: DamageSummary | null;
  /** Files that are taken as they are only. */
  quality: Quality | null;
}

/** What is only done when it is asked for. */
export interface AutoWish {
  colorize: boolean;
  /** Takes grain and noise out. */
  grain: boolean;
  /** Makes toned prints neutral. */
  neutral: boolean;
}

export const nothingAsked: AutoWish = { colorize: false, grain: false, neutral: false };

/** What a picture is, in Auto's words. */
export type AutoWhat =
  'colour-negative' | 'bw-negative' | 'slide' | 'faded-print' | 'colour-picture' | 'bw-print' | 'reel';

export interface AutoDecision {
  what: AutoWhat;
  damaged: boolean;
  /** Steps to switch on, with their values; empty: nothing to do. */
  steps: StepChanges;
  /** The same steps in the order of the work. */
  order: RestoreStepName[];
  /** What it is, what it needs, in which order, and why. */
  reasons: Sentence[];
}
