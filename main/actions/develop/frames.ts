/**
 * Where the pictures are. Unexposed film, perforations and naked light are all at least as bright as the film
 * base; a picture is darker almost everywhere. So pictures are the large dark components of the straightened
 * scan once the holder is taken away, and their borders are where the share of bright cells along a side
 * falls. A frame is believed in as far as its four sides are really seen and its shape is one that cameras
 * make; ambiguous ones are left alone (confidence under 0.5).
 */
import type { FoundFrame } from './types.ts';
import { components, median, morph, type Blob, type Grid } from './analyse-grid.ts';
import type { BaseLevel } from './base-level.ts';
import { tiltOf, turn, type Turned } from './frames-turn.ts';
import { robustLine, type Holder, type Perforations } from './frames-light.ts';

/** Aspect ratios of camera frames, long side over short. '4:3' also serves upright half frames on a single scan. */
const FORMATS: readonly (readonly [string, number])[] = [
  ['1:1', 1],
  ['7:6', 7 / 6],
  ['4:3', 4 / 3],
  ['3:2', 1.5],
  ['panorama', 65 / 24],
];

export interface FrameSearch {
  frames: FoundFrame[];
  /** 1 inside a found frame (whole scan, less a margin, when none is sure). */
  picture: Uint8Array;
  /** Tilt used, degrees clockwise. */
  angle: number;
}

/** A box in turned coordinates, half-open, with the share of each side (left, top, right, bottom) that is seen. */
interface Box {
  x0: number;
  y0: number;
  x1: number;
  y1: number;
  seen: [number, number, number, number];
}

export function findFrames(
  grid: Grid,
  level: BaseLevel,
  holder: Holder,
  perfs: Perforations | null,
): FrameSearch {
  const angle = perfs ? perfs.angle : tiltOf(grid, level, holder);
  const turned = turn(grid, level, holder, angle);
  let boxes = darkBoxes(turned).map((b) => refine(turned, b));
  boxes = keepWholeFrames(turned, boxes);

  const frames = boxes.map((b) => describe(grid, turned, b, angle, perfs, boxes.length));
  frames.sort((a, b) => readingOrder(a, b));
  const sure = frames.filter((f) => f.confidence >= 0.5);
  if (sure.length > 0) return { frames: sure, picture: markFrames(grid, sure, 0.012), angle };
  return wholeSearch(grid, holder, frames[0]);
}

/** The search that found no sure frame: the whole scan is the picture, less the holder and a margin. */
export function wholeSearch(grid: Grid, holder: Holder, proposal?: FoundFrame): FrameSearch {
  return { frames: [wholeScan(grid, proposal)], picture: insideMargin(grid, holder), angle: 0 };
}

/** Left to right, then top to bottom, in rows of frames that overlap in height. */
function readingOrder(a: FoundFrame, b: FoundFrame): number {
  const ay = a.rect.y + a.rect.h / 2;
  const by = b.rect.y + b.rect.h / 2;
  if (Math.abs(ay - by) > Math.min(a.rect.h, b.rect.h) / 2) return ay - by;
  return a.rect.x - b.rect.x;
}

/** Bounding boxes of the dark components, robust against thin leaks: the middle 99 % of their cells. */
function darkBoxes(t: Turned): Box[] {
  const { width, height } = t;
  const dark = new Uint8Array(width * height);
  for (let p = 0; p < dark.length; p++) dark[p] = t.bright[p] || t.none[p] ? 0 : 1;
  // Erosion cuts hairs and scratches that cross a gap between frames.
  const core = morph(dark, width, height, 1, false);
  const { blobs, labels } = components(core, width, height);
  const area = width * height;
  const kept = blobs.filter((b) => {
    const w = b.x1 - b.x0;
    const h = b.y1 - b.y0;
    return w * h > 0.002 * area && Math.min(w, h) > 12 && Math.max(w, h) < 8 * Math.min(w, h);
  });
  // Edges are gathered as plain numbers first: V8's optimising compiler (13.6) was seen to give every object that
  // is made in such a loop the numbers of the last one, once in some tens of processes.
  const edges = new Float64Array(4 * kept.length);
  kept.forEach((b, i) => edges.set(edgesOf(b, labels, width, height), 4 * i));
  const boxes = kept.map((_, i): Box => boxAt(edges, 4 * i));
  return mergeOverlapping(withoutSurroundings(boxes, kept, width, height));
}

/** Left, top, right and bottom of a component without its thin ends. */
function edgesOf(b: Blob, labels: Int32Array, width: number, height: number): Float64Array {
  const xs = new Int32Array(width);
  const ys = new Int32Array(height);
  for (let y = b.y0; y <= b.y1; y++)
    for (let x = b.x0; x <= b.x1; x++)
      if (labels[y * width + x] === b.label) {
        xs[x]++;
        ys[y]++;
      }
  const across = middle(xs, b.area);
  const down = middle(ys, b.area);
  return Float64Array.of(across[0] - 1, down[0] - 1, across[1] + 2, down[1] + 2);
}

function boxAt(edges: Float64Array, at: number): Box {
  return { x0: edges[at], y0: edges[at + 1], x1: edges[at + 2], y1: edges[at + 3], seen: [0, 0, 0, 0] };
}

/** Drops what lies around the film: a thin component that reaches three borders of the scan and encloses others. */
function withoutSurroundings(boxes: Box[], blobs: Blob[], width: number, height: number): Box[] {
  const area = (b: Box): number => (b.x1 - b.x0) * (b.y1 - b.y0);
  return boxes.filter((b, i) => {
    const borders = [b.x0 < 4, b.y0 < 4, b.x1 > width - 4, b.y1 > height - 4].filter(Boolean).length;
    if (borders < 2 || blobs[i].area > 0.6 * area(b)) return true;
    return !boxes.some(
      (o) =>
        o !== b && o.x0 >= b.x0 && o.y0 >= b.y0 && o.x1 <= b.x1 && o.y1 <= b.y1 && area(o) > 0.08 * area(b),
    );
  });
}

function middle(count: Int32Array, total: number): [number, number] {
  const cut = total * 0.002;
  let lo = 0;
  let sum = 0;
  while (lo < count.length && sum + count[lo] <= cut) sum += count[lo++];
  let hi = count.length - 1;
  sum = 0;
  while (hi > lo && sum + count[hi] <= cut) sum += count[hi--];
  return [lo, hi];
}

/** Parts of one picture (a dark wall and a tree before a bright sky) lie inside or across one another. */
function mergeOverlapping(boxes: Box[]): Box[] {
  const out = [...boxes].sort((a, b) => (b.x1 - b.x0) * (b.y1 - b.y0) - (a.x1 - a.x0) * (a.y1 - a.y0));
  for (let again = true; again;) {
    again = false;
    for (let i = 0; i < out.length && !again; i++)
      for (let j = i + 1; j < out.length && !again; j++) {
        const a = out[i];
        const b = out[j];
        const w = Math.min(a.x1, b.x1) - Math.max(a.x0, b.x0);
        const h = Math.min(a.y1, b.y1) - Math.max(a.y0, b.y0);
        const small = (b.x1 - b.x0) * (b.y1 - b.y0);
        if (w > 0 && h > 0 && w * h > 0.25 * small) {
          a.x0 = Math.min(a.x0, b.x0);
          a.y0 = Math.min(a.y0, b.y0);
          a.x1 = Math.max(a.x1, b.x1);
          a.y1 = Math.max(a.y1, b.y1);
          out.splice(j, 1);
          again = true;
        }
      }
  }
  return out;
}

/**
 * Moves each side to the nearest gap (a line of nothing but base, light or holder) seen from inside the box,
 * and notes how clearly it is seen: how much of the picture's lines just inside is not base.
 */
function refine(t: Turned, box: Box): Box {
  const out: Box = { ...box, seen: [0, 0, 0, 0] };
  // The span of a side depends on its neighbours, so the four are settled in two rounds.
  for (let round = 0; round < 2; round++) for (let side = 0; side < 4; side++) settle(t, out, side);
  const slack = [0, 1, 2, 3].map((side) => sideSlack(t, out, side));
  out.x0 += slack[0];
  out.y0 += slack[1];
  out.x1 -= slack[2];
  out.y1 -= slack[3];
  return out;
}

/**
 * How far a side must move in so that no border shows where it is not parallel to the frame (camera scans see
 * the film at an angle): half the rise of a robust line through the places where the picture begins, at most
 * 1.2 % of the frame.
 */
function sideSlack(t: Turned, box: Box, side: number): number {
  const vertical = side % 2 === 0;
  const [a, b] = vertical ? [box.y0, box.y1] : [box.x0, box.x1];
  const edge = side === 0 ? box.x0 : side === 1 ? box.y0 : side === 2 ? box.x1 : box.y1;
  const depth = vertical ? box.x1 - box.x0 : box.y1 - box.y0;
  const most = 0.012 * depth;
  const reach = Math.max(3, Math.round(0.025 * depth));
  const extent = vertical ? t.width : t.height;
  const across = vertical ? t.height : t.width;
  const points: [number, number][] = [];
  for (let i = Math.round(a + 0.04 * (b - a)); i < b - 0.04 * (b - a); i += 2) {
    if (i < 0 || i >= across) continue;
    const open = (k: number): boolean => {
      const at = Math.round(side < 2 ? edge + k : edge - 1 - k);
      if (at < 0 || at >= extent) return false;
      const p = vertical ? i * t.width + at : at * t.width + i;
      return !t.bright[p] && !t.none[p];
    };
    if (open(-reach) && open(1 - reach)) continue;
    for (let k = -reach; k <= reach; k++)
      if (open(k) && open(k + 1)) {
        points.push([i, k]);
        break;
      }
  }
  if (points.length < 12) return 0;
  const line = robustLine(points);
  const rise = (Math.abs(line.b) * (b - a)) / 2;
  const off = points.filter(([i, k]) => Math.abs(k - line.a - line.b * i) > 1.5).length;
  // Less than a cell is the grid's own roughness.
  return rise < 1 || off > 0.5 * points.length ? 0 : Math.min(most, rise);
}

/** Share of base and of empty cells along a line, and whether the line lies off the scan. */
interface Line {
  bright: number;
  none: number;
  off: boolean;
}

function settle(t: Turned, box: Box, side: number): void {
  const { width, height } = t;
  const vertical = side % 2 === 0;
  const extent = vertical ? width : height;
  const a = Math.max(0, Math.round(vertical ? box.y0 : box.x0));
  const b = Math.min(vertical ? height : width, Math.round(vertical ? box.y1 : box.x1));
  const inset = Math.round((b - a) * 0.04);
  const span = vertical ? box.x1 - box.x0 : box.y1 - box.y0;
  const edge = Math.round(side === 0 ? box.x0 : side === 1 ? box.y0 : side === 2 ? box.x1 : box.y1);
  const line = (k: number): Line => {
    const at = side < 2 ? edge + k : edge - 1 - k;
    if (at < 0 || at >= extent) return { bright: 0, none: 1, off: true };
    let bright = 0;
    let none = 0;
    for (let i = a + inset; i < b - inset; i++) {
      const p = vertical ? i * width + at : at * width + i;
      bright += t.bright[p];
      none += t.none[p];
    }
    const count = Math.max(1, b - a - 2 * inset);
    return { bright: bright / count, none: none / count, off: false };
  };
  const full = (l: Line): number => l.bright + l.none;
  const start = Math.max(3, Math.round(span * 0.03));
  const stop = Math.max(6, Math.round(span * 1.3));
  let k = start;
  while (k > -stop && !(full(line(k)) >= 0.97 && full(line(k - 1)) >= 0.97)) k--;
  if (k <= -stop) {
    box.seen[side] = 0;
    return;
  }
  const gap = line(k - 1);
  const reach = Math.max(4, Math.round(span * 0.04));
  const inner: number[] = [];
  for (let i = 2; i < 2 + reach; i++) inner.push(full(line(k + 1 + i)));
  const low = median(inner);
  // The side lies where the share crosses half way between the gap's and the picture's: finer than a cell.
  const half = (1 + low) / 2;
  let at = k + 1;
  for (let i = k; i < k + 6; i++) {
    const u = full(line(i));
    const v = full(line(i + 1));
    if (u >= half && v < half) {
      at = i + 0.5 + (u - half) / (u - v);
      break;
    }
  }
  if (side === 0) box.x0 = edge + at;
  else if (side === 1) box.y0 = edge + at;
  else if (side === 2) box.x1 = edge - at;
  else box.y1 = edge - at;
  // A side at the scan's own border is known only to lie there or beyond; a holder's edge is half a proof.
  if (gap.off) box.seen[side] = 0.35;
  else box.seen[side] = Math.min(1, Math.max(0, (1 - low) / 0.12)) * (gap.none > 0.7 ? 0.7 : 1);
}

/** Drops edge codes, dirt and frames cut by the scan's border, as far as whole ones are there. */
function keepWholeFrames(t: Turned, boxes: Box[]): Box[] {
  if (boxes.length === 0) return [];
  const size = (b: Box): number => (b.x1 - b.x0) * (b.y1 - b.y0);
  const cut = (b: Box): boolean => {
    const touch = [b.x0 < 3, b.y0 < 3, b.x1 > t.width - 3, b.y1 > t.height - 3].filter(Boolean).length;
    return touch > 0;
  };
  const whole = boxes.filter((b) => !cut(b));
  const biggest = Math.max(...boxes.map(size));
  const models = whole.filter((b) => size(b) > 0.3 * biggest);
  const typical = median(
    (models.length > 0 ? models : boxes.filter((b) => size(b) > 0.5 * biggest)).map(size),
  );
  return boxes.filter((b) =>
    cut(b)
      ? size(b) > (models.length > 0 ? 0.85 : 0.6) * typical
      : size(b) > 0.6 * typical || (size(b) > 0.4 * typical && aspectError(b) < 0.06),
  );
}

function aspectError(b: Box): number {
  const a = longOverShort(b);
  return Math.min(...FORMATS.map(([, r]) => Math.abs(Math.log(a / r))));
}
function longOverShort(b: Box): number {
  const w = b.x1 - b.x0;
  const h = b.y1 - b.y0;
  return Math.max(w, h) / Math.min(w, h);
}

/** Names the format and puts the box into pixels of the full scan (the grid's pixels; the caller scales). */
function describe(
  grid: Grid,
  t: Turned,
  b: Box,
  angle: number,
  perfs: Perforations | null,
  count: number,
): FoundFrame {
  const w = b.x1 - b.x0;
  const h = b.y1 - b.y0;
  const ratio = longOverShort(b);
  let format = 'none';
  let error = Infinity;
  for (const [name, r] of FORMATS) {
    const e = Math.abs(Math.log(ratio / r));
    if (e < error) [error, format] = [e, name];
  }
  if (ratio > 1.95) format = 'panorama';
  if (perfs) {
    // On perforated film the pitch gives millimetres: 24 x 36, 18 x 24 (or 18 x 23) across the film, 24 x 65.
    const mm = 4.75 / perfs.pitch;
    const along = (perfs.along === 'x' ? w : h) * mm;
    const across = (perfs.along === 'x' ? h : w) * mm;
    if (across > 20 && across < 27) {
      if (along > 15 && along < 20.5) [format, error] = ['half', 0];
      else if (along > 33 && along < 38) [format, error] = ['3:2', 0];
      else if (along > 50) [format, error] = ['panorama', 0];
    }
  } else if (format === '4:3' && count > 1 && h > w) format = 'half';
  const seen = [...b.seen].sort((x, y) => x - y);
  const evidence = 0.5 * (seen[0] + seen[1]) * 0.5 + 0.5 * (seen[2] + seen[3]) * 0.5;
  const shape = error < 0.03 ? 1 : error < 0.07 ? 0.85 : error < 0.12 ? 0.65 : 0.45;
  const share = (w * h) / (grid.width * grid.height);
  const confidence = Math.min(1, evidence * 1.15) * shape * (share < 0.01 && count < 4 ? 0.5 : 1);
  if (error > 0.12) format = 'none';
  const [cx, cy] = t.back((b.x0 + b.x1 - 1) / 2, (b.y0 + b.y1 - 1) / 2);
  return {
    rect: { x: cx + 0.5 - w / 2, y: cy + 0.5 - h / 2, w, h },
    angle,
    format,
    confidence: Math.max(0, Math.min(1, confidence)),
  };
}

/** Marks the cells of frames (rectangles in grid cells), inset by a share of their size (negative: grown). */
export function markFrames(grid: Grid, frames: readonly FoundFrame[], inset: number): Uint8Array {
  const mask = new Uint8Array(grid.tone.length);
  for (const f of frames) {
    const s = Math.sin((f.angle * Math.PI) / 180);
    const c = Math.cos((f.angle * Math.PI) / 180);
    const cx = f.rect.x + f.rect.w / 2;
    const cy = f.rect.y + f.rect.h / 2;
    const margin = (side: number): number => (inset > 0 ? Math.max(1, inset * side) : inset * side - 1);
    const hw = f.rect.w / 2 - margin(f.rect.w);
    const hh = f.rect.h / 2 - margin(f.rect.h);
    for (let y = 0; y < grid.height; y++)
      for (let x = 0; x < grid.width; x++) {
        const dx = x + 0.5 - cx;
        const dy = y + 0.5 - cy;
        if (Math.abs(dx * c + dy * s) < hw && Math.abs(dy * c - dx * s) < hh) mask[y * grid.width + x] = 1;
      }
  }
  return mask;
}

/** The whole scan as a frame of low confidence; a proposal, when there was one, tells how low. */
function wholeScan(grid: Grid, proposal: FoundFrame | undefined): FoundFrame {
  return {
    rect: { x: 0, y: 0, w: grid.width, h: grid.height },
    angle: 0,
    format: 'none',
    confidence: Math.min(0.45, proposal?.confidence ?? 0.2),
  };
}

/** All but the holder and a margin of 3 %. */
function insideMargin(grid: Grid, holder: Holder): Uint8Array {
  const mask = new Uint8Array(grid.tone.length);
  const [l, t, r, b] = holder.depth;
  const mx = grid.width * 0.03;
  const my = grid.height * 0.03;
  for (let y = Math.ceil(t + my); y < grid.height - b - my; y++)
    for (let x = Math.ceil(l + mx); x < grid.width - r - mx; x++) {
      const p = y * grid.width + x;
      if (!holder.mask[p]) mask[p] = 1;
    }
  return mask;
}
