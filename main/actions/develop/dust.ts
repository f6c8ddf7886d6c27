/**
 * Where the dust is: a mask from the infrared plane. A pixel is a seed when its infrared lies more than
 * `threshold` robust sigmas under the clean level, alone or as the mean of its neighbourhood; from seeds the
 * mask grows through everything that is still clearly under the level (hysteresis), so that the faint ends of
 * a hair belong to it. Places that touch the holder, or are as large as a part of the picture, are no dust.
 * Large scans are searched in planes pooled to at most 8 megapixels (minimum kept, so nothing thin is lost).
 */
import type { Picture } from '../../../app/picture.ts';
import { type CleanLevel, cleanLevel } from './dust-level.ts';
import { type InfraredAnalysis, median } from './infrared.ts';
import { boxMean, type Planes, poolFactor, poolPlanes } from './infrared-planes.ts';

export interface DustOptions {
  /** Seeds lie this many robust sigmas under the clean level, 2..20. */
  threshold: number;
}

/** One connected defect. */
export interface DustPlace {
  /** Pooled pixels that belong to it. */
  cells: Int32Array;
  /** Bounding box in pooled pixels, half-open. */
  x0: number;
  y0: number;
  x1: number;
  y1: number;
  /** Mean thickness in pooled pixels, and whether it is a hair or scratch rather than a speck. */
  thickness: number;
  elongated: boolean;
  /** Strongest darkening, log10 of infrared (negative), and its size in sigmas. */
  depth: number;
  strength: number;
}

export interface DustMask {
  width: number;
  height: number;
  /** 0: clean; 1..255: part of a defect, the more certain the higher. One byte a pixel of the picture. */
  mask: Uint8Array;
  places: DustPlace[];
  /** Share of the picture's pixels that are marked. */
  share: number;
  /** Pooling factor of the search, and its planes, which the repair needs. */
  factor: number;
  cellsAcross: number;
  level: CleanLevel;
  shift: { x: number; y: number };
  threshold: number;
}

/** A place larger than this share of the picture is part of the picture. */
const LARGEST = 0.006;

/**
 * Finds dust. `analysis` is `analyseInfrared` of this picture (or of another size of it, by `scaleShift`).
 * Throws a RangeError when the picture has no infrared plane of its own size; an analysis that is not usable
 * gives an empty mask.
 */
export function dustMask(picture: Picture, analysis: InfraredAnalysis, options: DustOptions): DustMask {
  const { infrared, width, height } = picture;
  if (!infrared || infrared.length !== width * height)
    throw new RangeError('The picture has no infrared plane of its own size.');
  const factor = poolFactor(width, height);
  const shift = { x: Math.round(analysis.shift.x), y: Math.round(analysis.shift.y) };
  const planes = poolPlanes(picture, infrared, analysis.shift, factor);
  const level = cleanLevel(planes, Math.min(1, Math.max(0, analysis.slope)));
  const threshold = options.threshold * (analysis.reduced ? 1.8 : 1);
  const found: DustMask = {
    width,
    height,
    mask: new Uint8Array(width * height),
    places: [],
    share: 0,
    factor,
    cellsAcross: planes.width,
    level,
    shift,
    threshold,
  };
  if (!analysis.usable) return found;
  // Not registered: the mask must forgive a pixel more.
  const grow = 1 + (analysis.match < 0.05 ? Math.max(1, Math.round(1 / factor)) : 0);
  search(found, planes, grow);
  return found;
}

/** Share of the dyes' edge that imperfect register and focus leave in the infrared. */
const EDGE_LEFT = 0.35;

/** Contrast of log red across a pixel: the largest difference between opposite sides. */
function edgeAt(red: Float32Array, width: number, height: number, x: number, y: number, d: number): number {
  if (x < d || y < d || x >= width - d || y >= height - d) return 0;
  const i = y * width + x;
  const s = d * width;
  return Math.max(
    Math.abs(red[i + d] - red[i - d]),
    Math.abs(red[i + s] - red[i - s]),
    Math.abs(red[i + d + s] - red[i - d - s]),
    Math.abs(red[i + d - s] - red[i - d + s]),
  );
}

function search(m: DustMask, planes: Planes, dilate: number): void {
  const { width, height, red } = planes;
  const { level, threshold } = m;
  const { ratio, ratioMin, block, columns, holder, noise } = level;
  const soft = new Float32Array(ratio.length);
  boxMean(ratio, soft, width, height, 1);
  const sigmaSoft = Math.max(level.sigma / 3, robust(soft, holder, width, height, level));
  const low = Math.max(2.6, 0.45 * threshold);
  // Strength of every pixel in sigmas: 0 below the growing threshold.
  const state = new Uint8Array(ratio.length);
  const seeds: number[] = [];
  // Where the shifted infrared does not reach there is nothing to see.
  const [x0, x1] = reached(m.shift.x, m.factor, width);
  const [y0, y1] = reached(m.shift.y, m.factor, height);
  for (let y = y0; y < y1; y++) {
    const blocks = Math.floor(y / block) * columns;
    for (let x = x0, i = y * width + x0; x < x1; x++, i++) {
      // Most pixels are clean: one comparison decides.
      if (
        soft[i] > -low * sigmaSoft &&
        ratio[i] > -low * level.sigma &&
        ratioMin[i] > -threshold * level.sigmaMin
      )
        continue;
      const b = blocks + Math.floor(x / block);
      if (holder[b]) continue;
      const k = noise[b];
      const edge = EDGE_LEFT * level.alpha * edgeAt(red, width, height, x, y, level.blur + 1);
      const zs = (-soft[i] - edge) / (sigmaSoft * k);
      const z = (-ratio[i] - edge) / (level.sigma * k);
      const zm = (-ratioMin[i] - edge) / (level.sigmaMin * k);
      if (zs > threshold || zm > threshold) {
        state[i] = 2;
        seeds.push(i);
      } else if (zs > low || z > low + 0.6) state[i] = 1;
    }
  }
  const largest = LARGEST * width * height;
  const taken = new Uint8Array(ratio.length);
  for (const seed of seeds) {
    if (taken[seed]) continue;
    const cells = flood(seed, state, taken, width, height);
    const place = describe(cells, width, height, m, sigmaSoft);
    if (touchesHolder(place, holder, block, columns, level.rows)) continue;
    if (cells.length > largest && !(place.elongated && cells.length < 4 * largest)) continue;
    // A lone pixel must be far out to be believed.
    if (cells.length < 2 && place.strength < 1.5 * threshold) continue;
    place.cells = spread(cells, dilate, width, height);
    place.x0 = Math.max(0, place.x0 - dilate);
    place.y0 = Math.max(0, place.y0 - dilate);
    place.x1 = Math.min(width, place.x1 + dilate);
    place.y1 = Math.min(height, place.y1 + dilate);
    m.places.push(place);
    mark(m, place);
  }
  let marked = 0;
  for (let i = 0; i < m.mask.length; i++) if (m.mask[i]) marked++;
  m.share = marked / m.mask.length;
}

/** Range of pooled pixels for which the infrared, `shift` pixels further, exists. */
function reached(shift: number, factor: number, size: number): [number, number] {
  return [Math.max(0, Math.ceil(-shift / factor)), Math.min(size, size - Math.ceil(shift / factor))];
}

function robust(v: Float32Array, holder: Uint8Array, width: number, height: number, l: CleanLevel): number {
  const step = Math.max(1, Math.floor(Math.sqrt((width * height) / 60_000)));
  const values = new Float32Array(Math.ceil(width / step) * Math.ceil(height / step));
  let n = 0;
  for (let y = 0; y < height; y += step)
    for (let x = 0; x < width; x += step)
      if (!holder[Math.floor(y / l.block) * l.columns + Math.floor(x / l.block)])
        values[n++] = Math.abs(v[y * width + x]);
  return 1.4826 * median(values.subarray(0, n));
}

function flood(
  seed: number,
  state: Uint8Array,
  taken: Uint8Array,
  width: number,
  height: number,
): Int32Array {
  const cells = [seed];
  taken[seed] = 1;
  for (let k = 0; k < cells.length; k++) {
    const i = cells[k];
    const x = i % width;
    const y = (i - x) / width;
    for (let dy = -1; dy <= 1; dy++)
      for (let dx = -1; dx <= 1; dx++) {
        const px = x + dx;
        const py = y + dy;
        if (px < 0 || py < 0 || px >= width || py >= height) continue;
        const j = py * width + px;
        if (state[j] && !taken[j]) {
          taken[j] = 1;
          cells.push(j);
        }
      }
  }
  return Int32Array.from(cells);
}

/** Box, thickness and strength of a connected place. */
function describe(
  cells: Int32Array,
  width: number,
  height: number,
  m: DustMask,
  sigmaSoft: number,
): DustPlace {
  const { ratio, ratioMin, sigmaMin } = m.level;
  const inside = new Set(cells);
  let x0 = width;
  let y0 = height;
  let x1 = 0;
  let y1 = 0;
  let edges = 0;
  let depth = 0;
  let strength = 0;
  for (const i of cells) {
    const x = i % width;
    const y = (i - x) / width;
    if (x < x0) x0 = x;
    if (y < y0) y0 = y;
    if (x >= x1) x1 = x + 1;
    if (y >= y1) y1 = y + 1;
    if (!inside.has(i - 1)) edges++;
    if (!inside.has(i + 1)) edges++;
    if (!inside.has(i - width)) edges++;
    if (!inside.has(i + width)) edges++;
    if (ratioMin[i] < depth) depth = ratioMin[i];
    strength = Math.max(strength, -ratioMin[i] / sigmaMin, -ratio[i] / Math.max(m.level.sigma, sigmaSoft));
  }
  const thickness = (2 * cells.length) / Math.max(1, edges);
  const length = Math.max(x1 - x0, y1 - y0);
  return {
    cells,
    x0,
    y0,
    x1,
    y1,
    thickness,
    elongated: length > 5 && length > 3.2 * thickness * 2,
    depth,
    strength,
  };
}

function touchesHolder(
  p: DustPlace,
  holder: Uint8Array,
  block: number,
  columns: number,
  rows: number,
): boolean {
  const bx1 = Math.min(columns - 1, Math.floor(p.x1 / block));
  const by1 = Math.min(rows - 1, Math.floor(p.y1 / block));
  for (let by = Math.max(0, Math.floor((p.y0 - 1) / block)); by <= by1; by++)
    for (let bx = Math.max(0, Math.floor((p.x0 - 1) / block)); bx <= bx1; bx++)
      if (holder[by * columns + bx]) return true;
  return false;
}

/** Cells and all within `radius` of them. */
function spread(cells: Int32Array, radius: number, width: number, height: number): Int32Array {
  const all = new Set<number>();
  for (const i of cells) {
    const x = i % width;
    const y = (i - x) / width;
    for (let py = Math.max(0, y - radius); py <= Math.min(height - 1, y + radius); py++)
      for (let px = Math.max(0, x - radius); px <= Math.min(width - 1, x + radius); px++)
        all.add(py * width + px);
  }
  return Int32Array.from(all).sort();
}

/** Writes a place into the full-size mask; certainty grows from the threshold to three times of it. */
function mark(m: DustMask, place: DustPlace): void {
  const { factor, cellsAcross, width, height } = m;
  const certainty = Math.round(
    Math.min(255, Math.max(1, 128 + (127 * (place.strength / m.threshold - 1)) / 2)),
  );
  for (const i of place.cells) {
    const cx = i % cellsAcross;
    const cy = (i - cx) / cellsAcross;
    const y1 = Math.min(height, (cy + 1) * factor);
    const x1 = Math.min(width, (cx + 1) * factor);
    for (let y = cy * factor; y < y1; y++)
      for (let x = cx * factor; x < x1; x++)
        if (m.mask[y * width + x] < certainty) m.mask[y * width + x] = certainty;
  }
}
