/**
 * Boosted decision trees (Friedman, "Greedy function approximation: a gradient boosting machine", 2001) as a stored
 * table: complete trees of one depth; at each node a feature is compared with a threshold, the leaves' values
 * are summed to the logarithm of the odds.
 */

export interface BoostedTrees {
  /** Names of the features, in their order. */
  features: readonly string[];
  depth: number;
  /** For each tree: 2^depth - 1 nodes (children of k: 2k + 1, 2k + 2), then 2^depth leaves. */
  feature: readonly (readonly number[])[];
  threshold: readonly (readonly number[])[];
  leaf: readonly (readonly number[])[];
  /** Log odds before any tree. */
  start: number;
}

/** The log odds of each row. Rows that are hopeless after a third of the trees are not finished. */
export function logOdds(model: BoostedTrees, rows: Float32Array, count: number): Float32Array {
  const { depth } = model;
  const width = model.features.length;
  const trees = model.leaf.length;
  const nodes = 2 ** depth - 1;
  const feature = new Uint8Array(trees * nodes);
  const threshold = new Float32Array(trees * nodes);
  const leaf = new Float32Array(trees * (nodes + 1));
  for (let t = 0; t < trees; t++) {
    feature.set(model.feature[t], t * nodes);
    threshold.set(model.threshold[t], t * nodes);
    leaf.set(model.leaf[t], t * (nodes + 1));
  }
  const early = Math.floor(trees / 3);
  const first = Math.floor(trees / 8);
  const out = new Float32Array(count);
  for (let k = 0; k < count; k++) {
    const row = k * width;
    let sum = model.start;
    for (let t = 0; t < trees; t++) {
      const at = t * nodes;
      let node = 0;
      for (let d = 0; d < depth; d++)
        node = 2 * node + (rows[row + feature[at + node]] > threshold[at + node] ? 2 : 1);
      sum += leaf[t * (nodes + 1) + node - nodes];
      if ((t === early && sum < -4) || (t === first && sum < -4.5)) break;
    }
    out[k] = sum;
  }
  return out;
}
