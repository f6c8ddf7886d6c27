/** One setting for the prints of an album: of one paper, one age, one box. */
import type { Rgb } from '../../../app/picture.ts';
import { say } from '../../../app/words/sentences.ts';
import type { AgeingAnalysis } from './types.ts';

/** The value with half of the weight on either side. */
function weightedMedian(values: readonly number[], weights: readonly number[]): number {
  const order = values.map((_, i) => i).sort((i, j) => values[i] - values[j]);
  const half = weights.reduce((s, w) => s + w, 0) / 2;
  let sum = 0;
  for (const i of order) {
    sum += weights[i];
    if (sum >= half) return values[i];
  }
  return values[order[order.length - 1]];
}

/**
 * The analyses of an album as one: of the prints of its commoner kind and toning, the median of each number, weighted
 * by confidence, so that single odd prints have no say.
 * @throws RangeError on an empty list
 */
export function poolAgeing(analyses: readonly AgeingAnalysis[]): AgeingAnalysis {
  if (analyses.length === 0) throw new RangeError('no prints to pool');
  const families = new Map<string, AgeingAnalysis[]>();
  for (const one of analyses) {
    const key = `${one.kind} ${one.toning}`;
    families.set(key, [...(families.get(key) ?? []), one]);
  }
  const all = [...families.values()].reduce((best, list) => (list.length > best.length ? list : best));
  if (all.length === 1) return all[0];
  const weights = all.map(({ confidence }) => confidence + 0.05);
  const middle = (f: (one: AgeingAnalysis) => number): number => weightedMedian(all.map(f), weights);
  const triple = (f: (one: AgeingAnalysis) => Rgb): Rgb =>
    [0, 1, 2].map((c) => middle((one) => f(one)[c])) as unknown as Rgb;
  const typical = all.reduce((best, one) => (one.confidence > best.confidence ? one : best));
  return {
    ...typical,
    loss: triple((one) => one.loss),
    stain: triple((one) => one.stain),
    hue: triple((one) => one.hue),
    ...(all.some((one) => one.share !== undefined)
      ? { share: Math.min(...all.map((one) => one.share ?? 1)) }
      : {}),
    // Dark and light pictures lie in one album: what counts is how far the paper can go.
    white: Math.min(...all.map((one) => one.white)),
    black: [...all.map((one) => one.black)].sort((p, q) => q - p)[Math.floor(all.length / 10)],
    confidence: Math.min(1, middle((one) => one.confidence) + 0.1 * Math.log2(all.length)),
    reasons: [say('age-album', { count: String(all.length) })],
  };
}
