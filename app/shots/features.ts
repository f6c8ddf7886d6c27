/**
 * What shot detection remembers of a frame, about half a kilobyte: mean and spread of its luma, a histogram of
 * 32 steps, and its structure, a grid of 24 x 18 block means less their mean. Structure is compared by normalised
 * correlation, which a change of brightness (flicker, fades) leaves alone; the best of small shifts counts, so
 * that gate weave and slow pans cost little.
 */

/** A frame's luma, 0..255, rows top to bottom. */
export interface LumaFrame {
  width: number;
  height: number;
  data: ArrayLike<number>;
}

export const GRID_W = 24;
export const GRID_H = 18;
const CELLS = GRID_W * GRID_H;
const BINS = 32;

export interface FrameFeatures {
  /** Mean luma and its standard deviation, 0..255. */
  mean: number;
  sd: number;
  /** Shares of 32 luma steps, in 1/255 (they sum to about 255). */
  histogram: Uint8Array;
  /** Block means less their mean, in units of `norm` / 127 of the largest. */
  grid: Int8Array;
  /** Largest deviation of a block from the mean, 0..255. */
  norm: number;
  /** Mean absolute Laplacian over the spread of luma: fine detail, whatever the contrast. */
  sharpness: number;
}

/** Measures a frame. @throws RangeError when it is smaller than the grid */
export function frameFeatures(frame: LumaFrame): FrameFeatures {
  const { width, height, data } = frame;
  if (width < GRID_W || height < GRID_H)
    throw new RangeError(`A frame of ${width}x${height} is too small for shot detection`);
  const n = width * height;
  const counts = new Float64Array(BINS);
  const sums = new Float64Array(CELLS);
  const sizes = new Float64Array(CELLS);
  const column = Int32Array.from({ length: width }, (_, x) => Math.floor((x * GRID_W) / width));
  let sum = 0;
  let squares = 0;
  let laplacian = 0;
  for (let y = 0, i = 0; y < height; y++) {
    const row = Math.floor((y * GRID_H) / height) * GRID_W;
    for (let x = 0; x < width; x++, i++) {
      const v = data[i];
      sum += v;
      squares += v * v;
      counts[Math.min(BINS - 1, v >> 3)]++;
      const cell = row + column[x];
      sums[cell] += v;
      sizes[cell]++;
      if (x > 0 && y > 0 && x < width - 1 && y < height - 1)
        laplacian += Math.abs(4 * v - data[i - 1] - data[i + 1] - data[i - width] - data[i + width]);
    }
  }
  const mean = sum / n;
  const sd = Math.sqrt(Math.max(0, squares / n - mean * mean));
  let norm = 0;
  for (let c = 0; c < CELLS; c++) norm = Math.max(norm, Math.abs((sums[c] /= sizes[c]) - mean));
  return {
    mean,
    sd,
    histogram: Uint8Array.from(counts, (count) => Math.round((255 * count) / n)),
    grid: Int8Array.from(sums, (v) => (norm > 0 ? Math.round(((v - mean) / norm) * 127) : 0)),
    norm,
    sharpness: laplacian / ((width - 2) * (height - 2)) / (sd + 4),
  };
}

/** Normalised correlation of two grids, `b` shifted by (dx, dy) cells; -1..1, 0 where one is flat. */
function correlation(a: Int8Array, b: Int8Array, dx: number, dy: number): number {
  const x0 = Math.max(0, -dx);
  const x1 = Math.min(GRID_W, GRID_W - dx);
  const y0 = Math.max(0, -dy);
  const y1 = Math.min(GRID_H, GRID_H - dy);
  let [sa, sb, saa, sbb, sab, n] = [0, 0, 0, 0, 0, 0];
  for (let y = y0; y < y1; y++)
    for (let x = x0; x < x1; x++) {
      const va = a[y * GRID_W + x];
      const vb = b[(y + dy) * GRID_W + x + dx];
      sa += va;
      sb += vb;
      saa += va * va;
      sbb += vb * vb;
      sab += va * vb;
      n++;
    }
  const va = saa - (sa * sa) / n;
  const vb = sbb - (sb * sb) / n;
  return va > 0 && vb > 0 ? (sab - (sa * sb) / n) / Math.sqrt(va * vb) : 0;
}

/** Shifts of the grid that are tried, in cells: none first, then the neighbours, then two steps along an axis. */
const SHIFTS = [
  ...[
    [0, 0],
    [1, 0],
    [-1, 0],
    [0, 1],
    [0, -1],
    [1, 1],
    [1, -1],
    [-1, 1],
    [-1, -1],
  ],
  ...[
    [2, 0],
    [-2, 0],
    [0, 2],
    [0, -2],
  ],
];

/** How differently two frames are composed, 0 (alike) to 1; the best of small shifts. */
export function structureDistance(a: FrameFeatures, b: FrameFeatures): number {
  let best = -1;
  for (const [dx, dy] of SHIFTS) {
    best = Math.max(best, correlation(a.grid, b.grid, dx, dy));
    if (best > 0.97) break;
  }
  return Math.min(1, 1 - best);
}

/** Half the sum of absolute differences of the histograms, 0..1; each is blurred by a step so that a tiny change of exposure is not all. */
export function histogramDistance(a: FrameFeatures, b: FrameFeatures): number {
  let sum = 0;
  for (let k = 0; k < BINS; k++) {
    const before = k > 0 ? a.histogram[k - 1] - b.histogram[k - 1] : 0;
    const after = k < BINS - 1 ? a.histogram[k + 1] - b.histogram[k + 1] : 0;
    sum += Math.abs((before + after) / 4 + (a.histogram[k] - b.histogram[k]) / 2);
  }
  return Math.min(1, sum / 2 / 255);
}

/** Distance of two frames, 0..1: two parts composition, one part tones. */
export function frameDistance(a: FrameFeatures, b: FrameFeatures): number {
  return (2 * structureDistance(a, b) + histogramDistance(a, b)) / 3;
}
