/**
 * The arithmetic of the light table: frames keep their shape, so rows are justified (every full row spans the
 * whole width, all frames of a row have one height), and each roll, album or reel begins with a header row.
 * Pure numbers in typed arrays: 20,000 frames lay out in a few milliseconds and a few hundred kilobytes.
 * All lengths are CSS pixels; y runs down from the top of the table.
 */

/** What the whole query looks like, compactly; one entry a frame, in the query's order. */
export interface TableIndex {
  ids: Int32Array;
  /** Width / height as shown. */
  aspects: Float32Array;
  /** Group of each frame; NO_GROUP for loose scans. */
  groups: Int32Array;
}
export const NO_GROUP = -1;

export interface LayoutOptions {
  /** Width the rows may fill. */
  width: number;
  /** Height wished for the pictures; rows come out near it. */
  rowHeight: number;
  gap: number;
  /** Room under each picture for its name and badges. */
  caption: number;
  /** Height of a group's header; 0 = no headers. */
  header: number;
}

export interface Layout {
  /** Rows from top to bottom; `first` of a header row is the first frame of its group. */
  rows: number;
  first: Int32Array;
  /** One past the last frame of the row; equal to `first` for a header. */
  end: Int32Array;
  top: Float64Array;
  /** Height of the pictures in the row (without caption), or of the header. */
  height: Float32Array;
  /** Row of each frame. */
  rowOf: Int32Array;
  total: number;
  options: LayoutOptions;
}

const counted = new WeakMap<TableIndex, ReadonlyMap<number, number>>();

/** Frames of each group in the index; counted once for each index. */
export function groupCounts(index: TableIndex): ReadonlyMap<number, number> {
  let counts = counted.get(index);
  if (!counts) {
    const fresh = new Map<number, number>();
    for (const group of index.groups) fresh.set(group, (fresh.get(group) ?? 0) + 1);
    counted.set(index, fresh);
    counts = fresh;
  }
  return counts;
}

/** Lays the index out. Rows never mix groups when headers are on; a group's last row keeps the wished height. */
export function layOut(index: TableIndex, options: LayoutOptions): Layout {
  const n = index.ids.length;
  const { width, rowHeight, gap, caption, header } = options;
  const first: number[] = [];
  const end: number[] = [];
  const top: number[] = [];
  const height: number[] = [];
  const rowOf = new Int32Array(n);
  let y = 0;

  const push = (from: number, to: number, h: number) => {
    rowOf.fill(first.length, from, to);
    first.push(from);
    end.push(to);
    top.push(y);
    height.push(h);
    y += to > from ? h + caption + gap : h;
  };

  for (let start = 0; start < n;) {
    let groupEnd = n;
    if (header > 0) {
      groupEnd = start + 1;
      while (groupEnd < n && index.groups[groupEnd] === index.groups[start]) groupEnd++;
      push(start, start, header);
    }
    for (let from = start; from < groupEnd;) {
      let to = from;
      let sum = 0;
      let full = false;
      while (to < groupEnd && !full) {
        const wider = sum + index.aspects[to];
        const room = width - gap * (to - from);
        if (to > from && wider * rowHeight > room) {
          // Over the edge: keep the frame if the row comes nearer to the wished height with it than without.
          const withIt = Math.abs(room / wider - rowHeight);
          const without = Math.abs((room + gap) / sum - rowHeight);
          full = true;
          if (without < withIt) break;
        }
        sum = wider;
        to++;
      }
      const room = width - gap * (to - from - 1);
      const fitted = room / sum;
      // The last row of a group is not blown up to fill the width, but still shrunk where it is too wide.
      const h = full ? fitted : Math.min(rowHeight, fitted);
      push(from, to, h);
      from = to;
    }
    start = groupEnd;
  }
  return {
    rows: first.length,
    first: Int32Array.from(first),
    end: Int32Array.from(end),
    top: Float64Array.from(top),
    height: Float32Array.from(height),
    rowOf,
    total: y,
    options,
  };
}

/** The row at height y (clamped to the table); -1 for an empty table. */
export function rowAt(layout: Layout, y: number): number {
  let low = 0;
  let high = layout.rows - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (layout.top[middle] <= y) low = middle;
    else high = middle - 1;
  }
  return Math.min(low, layout.rows - 1);
}

/** Height of a row with all that belongs to it but the gap below. */
export function rowExtent(layout: Layout, row: number): number {
  const frames = layout.end[row] > layout.first[row];
  return layout.height[row] + (frames ? layout.options.caption : 0);
}

export interface Box {
  x: number;
  y: number;
  w: number;
  h: number;
}

/** Where the picture at `position` lies (without its caption). */
export function boxOf(layout: Layout, index: TableIndex, position: number): Box {
  const row = layout.rowOf[position];
  const h = layout.height[row];
  let x = 0;
  for (let i = layout.first[row]; i < position; i++) x += index.aspects[i] * h + layout.options.gap;
  return { x, y: layout.top[row], w: index.aspects[position] * h, h };
}

/** Positions whose pictures touch the band. */
export function positionsIn(layout: Layout, index: TableIndex, band: Box): number[] {
  const found: number[] = [];
  if (layout.rows === 0) return found;
  const lastRow = rowAt(layout, band.y + band.h);
  for (let row = rowAt(layout, band.y); row <= lastRow; row++) {
    const h = layout.height[row];
    if (layout.top[row] + h < band.y) continue;
    let x = 0;
    for (let i = layout.first[row]; i < layout.end[row]; i++) {
      const w = index.aspects[i] * h;
      if (x < band.x + band.w && x + w > band.x) found.push(i);
      x += w + layout.options.gap;
    }
  }
  return found;
}

/** Where the keyboard goes from `position`: beside it, or to the frame of the next row nearest below or above. */
export function neighbour(
  layout: Layout,
  index: TableIndex,
  position: number,
  direction: 'left' | 'right' | 'up' | 'down' | 'home' | 'end',
): number {
  const n = index.ids.length;
  if (n === 0) return -1;
  if (direction === 'home') return 0;
  if (direction === 'end') return n - 1;
  if (direction === 'left') return Math.max(0, position - 1);
  if (direction === 'right') return Math.min(n - 1, position + 1);
  const step = direction === 'up' ? -1 : 1;
  let row = layout.rowOf[position] + step;
  while (row >= 0 && row < layout.rows && layout.first[row] === layout.end[row]) row += step;
  if (row < 0 || row >= layout.rows) return position;
  const from = boxOf(layout, index, position);
  const centre = from.x + from.w / 2;
  let best = layout.first[row];
  let bestDistance = Infinity;
  for (let i = layout.first[row]; i < layout.end[row]; i++) {
    const box = boxOf(layout, index, i);
    const distance = Math.abs(box.x + box.w / 2 - centre);
    if (distance < bestDistance) {
      best = i;
      bestDistance = distance;
    }
  }
  return best;
}
