/**
 * The tree of a picture's level sets (max-tree: Salembier, Oliveras and Garrido 1998; by union-find after Berger et al.
 * 2007). Every connected set of pixels that are at least as light as some level is one node; nodes lie in each other
 * as the sets do. Whatever stands out light and ends sharply, a hair-thin crack or a torn-off corner, is one of them, at
 * the level at which its outline is.
 */

/** Steps of lightness. */
export const LEVELS = 80;

export interface ToneTree {
  /** Number of nodes; node 0 is the whole picture, and every node's parent has a smaller number. */
  count: number;
  parent: Int32Array;
  /** Level of each node, 0 to LEVELS - 1. */
  level: Uint8Array;
  /** The smallest node of each pixel. */
  nodeOf: Int32Array;
}

/**
 * @param levels 0 to LEVELS - 1 for each pixel; neighbours are the eight around
 */
export function toneTree(levels: Uint8Array, width: number, height: number): ToneTree {
  const n = width * height;
  // Pixels by level, darkest first (counting sort).
  const starts = new Int32Array(LEVELS + 1);
  for (let i = 0; i < n; i++) starts[levels[i] + 1]++;
  for (let k = 0; k < LEVELS; k++) starts[k + 1] += starts[k];
  const order = new Int32Array(n);
  for (let i = 0; i < n; i++) order[starts[levels[i]]++] = i;
  const parent = new Int32Array(n);
  const root = new Int32Array(n).fill(-1);
  const rank = new Uint8Array(n);
  // The pixel that stands for the node of a set of the union-find.
  const stands = new Int32Array(n);
  const find = (i: number): number => {
    let r = i;
    while (root[r] !== r) r = root[r];
    while (root[i] !== r) {
      const next = root[i];
      root[i] = r;
      i = next;
    }
    return r;
  };
  for (let k = n - 1; k >= 0; k--) {
    const i = order[k];
    parent[i] = i;
    root[i] = i;
    stands[i] = i;
    let set = i;
    const x = i % width;
    const y = (i - x) / width;
    const v1 = y + 1 < height ? y + 1 : y;
    const u0 = x > 0 ? x - 1 : x;
    const u1 = x + 1 < width ? x + 1 : x;
    for (let v = y > 0 ? y - 1 : y; v <= v1; v++)
      for (let u = u0; u <= u1; u++) {
        const j = v * width + u;
        if (root[j] < 0 || j === i) continue;
        let other = find(j);
        if (other === set) continue;
        parent[stands[other]] = i;
        if (rank[set] < rank[other]) [set, other] = [other, set];
        else if (rank[set] === rank[other]) rank[set]++;
        root[other] = set;
        stands[set] = i;
      }
  }
  // One pixel stands for all of its level in its set; nodes are numbered from the root on.
  const nodeOf = new Int32Array(n);
  const up: number[] = [];
  const level: number[] = [];
  for (let k = 0; k < n; k++) {
    const i = order[k];
    let p = parent[i];
    if (levels[parent[p]] === levels[p]) p = parent[i] = parent[p];
    if (p === i || levels[p] !== levels[i]) {
      nodeOf[i] = level.length;
      level.push(levels[i]);
      up.push(p === i ? 0 : nodeOf[p]);
    } else nodeOf[i] = nodeOf[p];
  }
  return { count: level.length, parent: Int32Array.from(up), level: Uint8Array.from(level), nodeOf };
}

/** Sums over all pixels of each node, those of the nodes within it included. `sums` holds own sums on entry. */
export function gathered(tree: ToneTree, sums: Float64Array): Float64Array {
  for (let k = tree.count - 1; k > 0; k--) sums[tree.parent[k]] += sums[k];
  return sums;
}
