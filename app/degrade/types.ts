/**
 * The words of the degradations: what a preset is, what a degraded sample holds, which group it belongs to, and
 * the shape that every single degradation has. A degradation is data (name, family, ranges, source of its
 * formula) beside one pure function that draws its parameters from a stream of random numbers, so that the
 * ranges in the documentation, in the tests and in the code are the same ones.
 */
import type { Planar } from '../planar.ts';
import type { Random } from '../random.ts';

/** What a sample is measured under: one kind of damage, `clean`, or `mixed` for several kinds together. */
export const GROUPS = [
  'clean',
  'bw',
  'negative',
  'bw-negative',
  'noise',
  'blur',
  'jpeg',
  'salt-pepper',
  'fading',
  'scratches',
  'stains',
  'missing',
  'mixed',
] as const;
export type Group = (typeof GROUPS)[number];

/** The kinds of damage a single degradation can be of. */
export type Family = Exclude<Group, 'clean' | 'mixed'>;

/**
 * What samples are made for. `lapaz`, `negative`, `print`, `film` imitate kinds of originals; `any` draws among
 * them; `restorer` and `holes` are what the local restorer and the filler learn from.
 */
export const PRESETS = ['lapaz', 'negative', 'print', 'film', 'any', 'restorer', 'holes'] as const;
export type Preset = (typeof PRESETS)[number];

/** One degradation as it was applied; numbers only, so that it can be kept in a table. */
export interface Applied {
  name: string;
  params: Record<string, number>;
}

/** A sample made from one picture. */
export interface Degraded {
  /** Three planes, the size of the picture, 0..1. */
  input: Planar;
  /** What the network should make of it: three planes. The picture itself, or (presets `restorer` and `holes`) its grey or toned version. */
  target: Planar;
  /** One plane of 0 and 1: 1 where local damage was drawn. Null when there is none. */
  mask: Planar | null;
  /** In the order in which they were applied. */
  applied: Applied[];
  group: Group;
}

/** What one degradation made of a picture. */
export interface Outcome {
  picture: Planar;
  params: Record<string, number>;
  /** One plane of 0 and 1, for local damage only: pixels outside it are bit-equal to the input's. */
  mask?: Planar;
}

/** One documented degradation. */
export interface Degradation {
  readonly name: string;
  /** Null for a change that input and target share (a tint), which makes no group. */
  readonly family: Family | null;
  /** Least and most of each parameter that may be drawn. */
  readonly ranges: Readonly<Record<string, readonly [number, number]>>;
  /** Where its formula comes from. */
  readonly source: string;
  /** Draws parameters and applies them. The picture (three planes) is not changed. */
  apply(picture: Planar, random: Random): Outcome;
}
