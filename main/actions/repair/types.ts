/**
 * The words of the repair step: what damage is called, what a damage map holds, what a repair is told and what it
 * reports. Masks are one byte a pixel: how sure it is that the pixel is damaged; from `DAMAGED` up it is filled.
 */
import type { Mark } from '../../../app/recipe/marks.ts';
import type { Networks } from '../picture/networks.ts';
import type { PlainFills } from './fills.ts';

/** What was found: specks, threads, lines of scraped emulsion, broken emulsion or folds, torn paper, discoloured areas, missing corners and white losses. */
export const DAMAGE_KINDS = ['dust', 'hair', 'scratch', 'crack', 'tear', 'stain', 'corner'] as const;
export type DamageKind = (typeof DAMAGE_KINDS)[number];

/** Confidence (0..255) from which a pixel is filled. What lies below is shown as a suspicion and left alone. */
export const DAMAGED = 128;

/** One connected damage; x, y, w, h in pixels of the map. */
export interface DamageRegion {
  kind: DamageKind;
  x: number;
  y: number;
  w: number;
  h: number;
  /** Share of the picture's pixels, 0..1. */
  share: number;
  /** Mean confidence of its pixels, 0..1. */
  confidence: number;
}

export interface DamageMap {
  width: number;
  height: number;
  /** One byte a pixel, row by row. */
  confidence: Uint8Array;
  /** Largest first. */
  regions: DamageRegion[];
}

/** A mask at any resolution. */
export interface Mask {
  width: number;
  height: number;
  data: Uint8Array;
}

/** A face, in fractions of the picture. Points as a face detector gives them. */
export interface FaceBox {
  x: number;
  y: number;
  w: number;
  h: number;
  eyes?: readonly { x: number; y: number }[];
  mouth?: readonly { x: number; y: number }[];
}

export interface RepairOptions {
  /** auto: what does best on the hole's own surroundings; plain: no network, no texture; network: whenever there is one. */
  fill: 'auto' | 'plain' | 'network';
  /** Whether texture and grain of the surroundings are put into fills. */
  grain: boolean;
  /** Faces whose eyes and mouth no network may draw; null when there are none, or when that was allowed. */
  faces: readonly FaceBox[] | null;
  /** Heal and clone marks say where their pixels come from; other marks are in the mask already. */
  marks: readonly Mark[];
  networks: Networks | null;
  /** Names the grain's random numbers. */
  seed: number;
  /** What was found, to be counted in the report. */
  regions?: readonly DamageRegion[];
  /** Another picture of the same (evidence.ts), to be used before anything is made up. */
  evidence?: Evidence | null;
  /** Who computes the fills that need no network; by default the thread that reads. */
  fills?: PlainFills;
}

/** Pixels that another picture of the same gives, already laid on this one. */
export interface Evidence {
  /**
   * @param rect part of the repaired picture
   * @returns samples as the source's (channels planes), and one plane of 0 or 1: where they may be trusted
   */
  read(
    rect: { x: number; y: number; w: number; h: number },
    signal?: AbortSignal,
  ): Promise<{ data: Float32Array; trust: Uint8Array }>;
}

/** How a pixel was filled. */
export const FILL_WAYS = ['evidence', 'heal', 'clone', 'diffusion', 'texture', 'network'] as const;
export type FillWay = (typeof FILL_WAYS)[number];

export interface RepairReport {
  /** Connected holes. */
  holes: number;
  /** Share of the picture that was filled, 0..1. */
  share: number;
  /** Regions by kind, as they were found. */
  kinds: Partial<Record<DamageKind, number>>;
  /** Share of the filled pixels by the way they were filled; sums to 1 unless nothing was filled. */
  ways: Partial<Record<FillWay, number>>;
  /** Wide holes that a network filled, and those where it was kept away from eyes or a mouth. */
  networkHoles: number;
  sparedFaces: number;
  /** Networks that filled something. */
  models: { name: string; sha256: string }[];
}

/** Number of a way in stored bytes; 0 is "not filled". */
export const wayCode = (way: FillWay): number => FILL_WAYS.indexOf(way) + 1;
