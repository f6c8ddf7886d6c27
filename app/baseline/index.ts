/**
 * What networks are measured against: classical methods, each with its best fair chance. Fillers are given the
 * true mask, which the network `one` is not; the denoiser estimates its noise. `baselinesFor` says which compete
 * in which group of degradations.
 */
import { copyPlanar, type Planar } from '../planar.ts';
import { nonLocalMeans } from './nlm.ts';
import { biharmonic, harmonic } from './pde.ts';
import { adaptiveMedian, deblock, medianFilter, unsharp } from './spatial.ts';
import { telea } from './telea.ts';
import {
  balance,
  grey,
  invert,
  invertDensity,
  invertDensityGrey,
  invertGrey,
  invertStretch,
  stretch,
} from './tone.ts';

export { estimateSigma, nonLocalMeans } from './nlm.ts';
export { biharmonic, harmonic } from './pde.ts';
export { adaptiveMedian, deblock, gaussianBlur, medianFilter, unsharp } from './spatial.ts';
export { telea } from './telea.ts';
export {
  balance,
  grey,
  invert,
  invertDensity,
  invertDensityGrey,
  invertGrey,
  invertStretch,
  stretch,
} from './tone.ts';

/** A method. `mask` is one plane, above 0 where the picture is damaged, or null where that is unknown. */
export type Method = (input: Planar, mask: Planar | null) => Planar;

const unlessUnknown =
  (fill: (input: Planar, mask: Planar) => Planar): Method =>
  (input, mask) =>
    mask ? fill(input, mask) : copyPlanar(input);

export const baselines = {
  input: (input) => copyPlanar(input),
  grey: (input) => grey(input),
  invert: (input) => invert(input),
  'invert-stretch': (input) => invertStretch(input),
  'invert-density': (input) => invertDensity(input),
  'invert-grey': (input) => invertGrey(input),
  'invert-density-grey': (input) => invertDensityGrey(input),
  stretch: (input) => stretch(input),
  'stretch-balance': (input) => balance(stretch(input)),
  nlm: (input) => nonLocalMeans(input),
  median: (input) => medianFilter(input),
  'adaptive-median': (input) => adaptiveMedian(input),
  deblock: (input) => deblock(input),
  unsharp: (input) => unsharp(input),
  harmonic: unlessUnknown(harmonic),
  biharmonic: unlessUnknown(biharmonic),
  telea: unlessUnknown(telea),
  'nlm-invert-stretch': (input) => invertStretch(nonLocalMeans(input)),
  'nlm-invert-density': (input) => invertDensity(nonLocalMeans(input)),
  /** Specks out, holes filled, noise off: the order of a careful hand. */
  chain: (input, mask) => {
    const clean = adaptiveMedian(input);
    return nonLocalMeans(mask ? harmonic(clean, mask) : clean);
  },
} as const satisfies Record<string, Method>;

export type BaselineName = keyof typeof baselines;
export const baselineNames = Object.keys(baselines) as BaselineName[];

const competing: Record<string, readonly BaselineName[]> = {
  clean: [],
  bw: ['grey'],
  plates: ['grey'],
  // Grey is a hard answer to beat on colour difference: it never has the wrong hue.
  negative: ['invert', 'invert-stretch', 'invert-density', 'invert-density-grey'],
  'bw-negative': ['invert', 'invert-grey', 'invert-density-grey'],
  noise: ['nlm', 'median'],
  blur: ['unsharp'],
  jpeg: ['deblock', 'nlm'],
  'salt-pepper': ['adaptive-median', 'median'],
  fading: ['stretch', 'stretch-balance'],
  scratches: ['harmonic', 'biharmonic', 'telea'],
  stains: ['harmonic', 'biharmonic', 'telea'],
  missing: ['harmonic', 'biharmonic', 'telea'],
  'negative+noise': ['invert-stretch', 'nlm-invert-stretch', 'nlm-invert-density', 'invert-density-grey'],
  'bw-negative+noise': ['invert-grey', 'invert-density-grey', 'nlm-invert-stretch'],
  lapaz: ['invert', 'grey', 'chain'],
  pair: ['grey', 'stretch-balance', 'invert-stretch', 'invert-density'],
  mixed: ['chain', 'nlm', 'invert-stretch', 'invert-density'],
};

/**
 * The baselines that compete in a group, the untouched input first. Groups that are applied together (`bw+noise`)
 * and have no list of their own get those of their parts and the chain; unknown groups the input alone.
 */
export function baselinesFor(group: string): BaselineName[] {
  const own = competing[group] ?? (/^noise\d+$/.test(group) ? competing.noise : undefined);
  if (own) return ['input', ...own];
  const parts = group.split('+');
  if (parts.length === 1) return ['input'];
  return ['input', ...new Set([...parts.flatMap((part) => competing[part] ?? []), 'chain' as const])];
}
