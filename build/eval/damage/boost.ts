/** Training of boosted trees on binned features: logistic loss, Newton leaves, complete trees of one depth. */
import { seeded } from '../../../app/random.ts';
import type { BoostedTrees } from '../../../main/actions/repair/boosted.ts';

export interface BoostOptions {
  trees: number;
  depth: number;
  rate: number;
  /** Share of the rows that each tree sees. */
  share: number;
  /** Least sum of second derivatives in a leaf, and the leaves' shrinkage. */
  least: number;
  ridge: number;
  seed: number;
}

const BINS = 64;

/** @param rows count x features; @param labels 0 or 1; @param weights of the rows */
export function boost(
  names: readonly string[],
  rows: Float32Array,
  labels: Uint8Array,
  weights: Float32Array,
  options: BoostOptions,
  log: (line: string) => void,
): BoostedTrees {
  const width = names.length;
  const count = labels.length;
  const nodes = 2 ** options.depth - 1;
  // Cuts at quantiles of a sample.
  const cuts = names.map((_, f) => {
    const sample: number[] = [];
    for (let k = 0; k < count; k += Math.max(1, Math.floor(count / 20000))) sample.push(rows[k * width + f]);
    sample.sort((a, b) => a - b);
    const list = new Set<number>();
    for (let b = 1; b < BINS; b++) list.add(sample[Math.floor((b * sample.length) / BINS)]);
    return [...list];
  });
  const binned = new Uint8Array(count * width);
  for (let f = 0; f < width; f++) {
    const list = cuts[f];
    for (let k = 0; k < count; k++) {
      const v = rows[k * width + f];
      let low = 0;
      let high = list.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (v > list[middle]) low = middle + 1;
        else high = middle;
      }
      binned[k * width + f] = low;
    }
  }
  let positive = 0;
  let total = 0;
  for (let k = 0; k < count; k++) {
    total += weights[k];
    positive += weights[k] * labels[k];
  }
  const start = Math.log(positive / (total - positive));
  const score = new Float32Array(count).fill(start);
  const g = new Float32Array(count);
  const h = new Float32Array(count);
  const random = seeded('boost', options.seed);
  const model: { feature: number[][]; threshold: number[][]; leaf: number[][] } = {
    feature: [],
    threshold: [],
    leaf: [],
  };
  const place = new Int32Array(count);
  for (let t = 0; t < options.trees; t++) {
    let loss = 0;
    const chosen: number[] = [];
    for (let k = 0; k < count; k++) {
      const p = 1 / (1 + Math.exp(-score[k]));
      loss -= weights[k] * Math.log(Math.max(1e-9, labels[k] ? p : 1 - p));
      g[k] = weights[k] * (p - labels[k]);
      h[k] = weights[k] * p * (1 - p);
      place[k] = 0;
      if (random.next() < options.share) chosen.push(k);
    }
    if (t % 20 === 0) log(`tree ${t}: loss ${(loss / total).toFixed(4)}`);
    const feature = new Array<number>(nodes).fill(0);
    const threshold = new Array<number>(nodes).fill(1e9);
    for (let d = 0; d < options.depth; d++) {
      const first = 2 ** d - 1;
      const many = 2 ** d;
      const sumG = new Float64Array(many * width * BINS);
      const sumH = new Float64Array(many * width * BINS);
      for (const k of chosen) {
        const base = (place[k] - first) * width * BINS;
        const row = k * width;
        const gk = g[k];
        const hk = h[k];
        for (let f = 0; f < width; f++) {
          const at = base + f * BINS + binned[row + f];
          sumG[at] += gk;
          sumH[at] += hk;
        }
      }
      const bin = new Int32Array(many).fill(255);
      const split = new Int32Array(many);
      for (let m = 0; m < many; m++) {
        let allG = 0;
        let allH = 0;
        for (let b = 0; b < BINS; b++) {
          allG += sumG[m * width * BINS + b];
          allH += sumH[m * width * BINS + b];
        }
        let best = 1e-6;
        for (let f = 0; f < width; f++) {
          let leftG = 0;
          let leftH = 0;
          for (let b = 0; b < cuts[f].length; b++) {
            const at = (m * width + f) * BINS + b;
            leftG += sumG[at];
            leftH += sumH[at];
            if (leftH < options.least || allH - leftH < options.least) continue;
            const gain =
              leftG ** 2 / (leftH + options.ridge) +
              (allG - leftG) ** 2 / (allH - leftH + options.ridge) -
              allG ** 2 / (allH + options.ridge);
            if (gain > best) {
              best = gain;
              bin[m] = b;
              split[m] = f;
            }
          }
        }
        if (bin[m] < 255) {
          feature[first + m] = split[m];
          threshold[first + m] = Number(cuts[split[m]][bin[m]].toPrecision(6));
        }
      }
      for (let k = 0; k < count; k++) {
        const m = place[k] - first;
        place[k] = 2 * place[k] + (binned[k * width + split[m]] > bin[m] ? 2 : 1);
      }
    }
    const leafG = new Float64Array(nodes + 1);
    const leafH = new Float64Array(nodes + 1);
    for (const k of chosen) {
      leafG[place[k] - nodes] += g[k];
      leafH[place[k] - nodes] += h[k];
    }
    const leaf = Array.from(leafG, (v, l) =>
      Number(((-options.rate * v) / (leafH[l] + options.ridge)).toPrecision(4)),
    );
    for (let k = 0; k < count; k++) score[k] += leaf[place[k] - nodes];
    model.feature.push(feature);
    model.threshold.push(threshold);
    model.leaf.push(leaf);
  }
  return { features: names, depth: options.depth, start, ...model };
}
