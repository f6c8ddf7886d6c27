/** Masks of cells, 0 or 1 a cell, row by row: growing and shrinking them, and the connected parts of one. */

/** Box minimum or maximum over (2r+1)² of a 0/1 mask: erosion (`grow` false) or dilation (true). */
export function morph(mask: Uint8Array, width: number, height: number, r: number, grow: boolean): Uint8Array {
  // The value that decides: a set cell for growing, an empty one for shrinking. Outside the scan counts as the
  // other one, so that borders neither erode nor grow by themselves.
  const hit = grow ? 1 : 0;
  const rows = new Uint8Array(mask.length);
  for (let o = 0; o < mask.length; o += width) {
    let last = -2 * r - 2;
    for (let i = 0; i < r && i < width; i++) if ((mask[o + i] === 1 ? 1 : 0) === hit) last = i;
    for (let i = 0; i < width; i++) {
      const ahead = i + r;
      if (ahead < width && (mask[o + ahead] === 1 ? 1 : 0) === hit) last = ahead;
      rows[o + i] = last >= i - r ? hit : 1 - hit;
    }
  }
  const out = new Uint8Array(mask.length);
  // Per column, the last row that decides.
  const lasts = new Int32Array(width).fill(-2 * r - 2);
  const look = (y: number): void => {
    const o = y * width;
    for (let x = 0; x < width; x++) if (rows[o + x] === hit) lasts[x] = y;
  };
  for (let y = 0; y < r && y < height; y++) look(y);
  for (let y = 0; y < height; y++) {
    if (y + r < height) look(y + r);
    const o = y * width;
    for (let x = 0; x < width; x++) out[o + x] = lasts[x] >= y - r ? hit : 1 - hit;
  }
  return out;
}

export interface Blob {
  /** Cells of the component. */
  area: number;
  x0: number;
  y0: number;
  /** Inclusive. */
  x1: number;
  y1: number;
  cx: number;
  cy: number;
  label: number;
}

/** Runs of set cells in rows: start and end (inclusive) in the mask, and a run of the same component before it. */
interface Runs {
  start: Int32Array;
  end: Int32Array;
  parent: Int32Array;
  count: number;
}

/** The first run of a run's component; paths are halved on the way. */
function rootOf(parent: Int32Array, run: number): number {
  let r = run;
  while (parent[r] !== r) {
    parent[r] = parent[parent[r]];
    r = parent[r];
  }
  return r;
}

/** Finds the runs row by row and joins those that touch one of the row above. */
function joinRuns(mask: Uint8Array, width: number): Runs {
  const most = Math.ceil(width / 2) * (mask.length / width);
  const start = new Int32Array(most);
  const end = new Int32Array(most);
  const parent = new Int32Array(most);
  let count = 0;
  let above = 0;
  for (let o = 0; o < mask.length; o += width) {
    const first = count;
    const right = o + width;
    for (let p = o; p < right; p++) {
      if (!mask[p]) continue;
      const from = p;
      while (p + 1 < right && mask[p + 1]) p++;
      start[count] = from;
      end[count] = p;
      parent[count] = count;
      // Runs of the row above that end before this one begins touch no later one either.
      while (above < first && end[above] < from - width) above++;
      for (let a = above; a < first && start[a] <= p - width; a++) {
        const one = rootOf(parent, a);
        const other = rootOf(parent, count);
        // The earlier run stays the root, so that components are met in the order of their first cells.
        if (one < other) parent[other] = one;
        else parent[one] = other;
      }
      count++;
    }
    above = first;
  }
  return { start, end, parent, count };
}

/**
 * Connected components (4-neighbourhood) of a mask in the order of their first cells; labels start at 1 in
 * `labels`. Components of fewer than `least` cells keep their label but are left out of `blobs`: grain makes
 * thousands of them.
 */
export function components(
  mask: Uint8Array,
  width: number,
  height: number,
  least = 1,
): { blobs: Blob[]; labels: Int32Array } {
  const labels = new Int32Array(mask.length);
  const { start, end, parent, count } = joinRuns(mask, width);
  const labelOf = new Int32Array(count);
  let found = 0;
  for (let run = 0; run < count; run++) {
    const root = rootOf(parent, run);
    labelOf[run] = root === run ? ++found : labelOf[root];
  }
  const area = new Int32Array(found + 1);
  const left = new Int32Array(found + 1).fill(width);
  const right = new Int32Array(found + 1).fill(-1);
  const top = new Int32Array(found + 1).fill(height);
  const bottom = new Int32Array(found + 1).fill(-1);
  const sumX = new Float64Array(found + 1);
  const sumY = new Float64Array(found + 1);
  for (let run = 0; run < count; run++) {
    const label = labelOf[run];
    const from = start[run];
    const to = end[run];
    for (let p = from; p <= to; p++) labels[p] = label;
    const y = Math.floor(from / width);
    const x0 = from - y * width;
    const x1 = to - y * width;
    const cells = x1 - x0 + 1;
    area[label] += cells;
    sumX[label] += ((x0 + x1) * cells) / 2;
    sumY[label] += y * cells;
    if (x0 < left[label]) left[label] = x0;
    if (x1 > right[label]) right[label] = x1;
    if (y < top[label]) top[label] = y;
    if (y > bottom[label]) bottom[label] = y;
  }
  const blobs: Blob[] = [];
  for (let label = 1; label <= found; label++) {
    const cells = area[label];
    if (cells < least) continue;
    const [x0, y0, x1, y1] = [left[label], top[label], right[label], bottom[label]];
    blobs.push({ area: cells, x0, y0, x1, y1, cx: sumX[label] / cells, cy: sumY[label] / cells, label });
  }
  return { blobs, labels };
}
