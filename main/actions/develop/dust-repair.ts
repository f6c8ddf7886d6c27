/**
 * Mending what the dust mask marks. Where dust still lets light through, the picture is divided by what it took:
 *
 *   log v' = log v - gamma_c * r        r: log10 ratio of the infrared to its clean level (<= 0)
 *
 * with gamma fitted per scan and channel, since dust that takes 8 % of the infrared may take 8 % or 40 % of the
 * light (scanners focus and filter their infrared differently). Opaque cores, and places where the division
 * does not lead back to the surroundings, are filled from around (dust-fill.ts) and get their grain back.
 * All in log10 of linear light, before any develop. Pixels outside the mask are not touched: same bits.
 */
import { toLinear } from '../../../app/color/curve.ts';
import { SCAN_FLOOR } from '../../../app/color/density.ts';
import type { Picture } from '../../../app/picture.ts';
import type { DustMask, DustPlace } from './dust.ts';
import { addGrain, directional, type FillWindow, membrane } from './dust-fill.ts';
import { levelRow } from './dust-level.ts';
import { median } from './infrared.ts';
import { infraredLogs, logLookup } from './infrared-planes.ts';

export interface RepairOptions {
  /** 0: nothing changes, 1: full repair. */
  strength: number;
  /** Seed of the choice of grain. */
  seed: number;
}

export interface RepairReport {
  places: number;
  /** Of these, mended by division alone. */
  divided: number;
  /** Exponent of the infrared ratio per channel; null when too little dust was translucent to fit one. */
  gamma: number[] | null;
  /** Pixels changed. */
  changed: number;
}

/** Infrared darker than this (log10) tells nothing of what lies beneath. */
const OPAQUE = -0.4;
/** Light darker than this (log10) through dust is noise. */
const TOO_DARK = -0.9;
/** Clean pixels kept around a defect. */
const MARGIN = 14;
/** Pixels of translucent dust that gamma is fitted on. */
const FITTED = 60_000;
/** Hairs are mended in pieces of this side, so that a long one does not cut out half the picture. */
const PIECE = 64;
/** Rounds of relaxation of a membrane. */
const ROUNDS = 8;

interface Work {
  picture: Picture;
  infrared: Uint16Array;
  mask: DustMask;
  logs: (Float32Array | null)[];
  store: ((log: number) => number)[];
}

/**
 * Repairs `picture.data` in place under a mask made by `dustMask` of the same picture (before the repair).
 * Throws a RangeError when mask and picture differ in size.
 */
export function repairDust(picture: Picture, mask: DustMask, options: RepairOptions): RepairReport {
  const { infrared, channels } = picture;
  if (!infrared || mask.width !== picture.width || mask.height !== picture.height)
    throw new RangeError('The dust mask does not belong to this picture.');
  const report: RepairReport = { places: mask.places.length, divided: 0, gamma: null, changed: 0 };
  if (options.strength <= 0 || mask.places.length === 0) return report;
  const work: Work = {
    picture,
    infrared,
    mask,
    logs: Array.from({ length: channels }, (_, c) => logLookup(picture, c)),
    store: Array.from({ length: channels }, (_, c) => storer(picture, c)),
  };
  report.gamma = fitGamma(work);
  // Repairs read the picture as it was scanned: another defect's pixels are marked and never looked at.
  for (const place of mask.places) {
    const pieces = piecesOf(place, mask);
    let divided = true;
    for (const piece of pieces) divided = repairPlace(work, piece, report, options) && divided;
    if (divided) report.divided++;
  }
  return report;
}

/** A defect as it is mended: whole, or for a long hair the part in each square of a grid, with its own box. */
function piecesOf(place: DustPlace, mask: DustMask): DustPlace[] {
  const side = Math.max(4, Math.round(PIECE / mask.factor));
  if (!place.elongated || (place.x1 - place.x0 <= 2 * side && place.y1 - place.y0 <= 2 * side))
    return [place];
  const squares = new Map<number, number[]>();
  for (const cell of place.cells) {
    const x = cell % mask.cellsAcross;
    const key = Math.floor((cell - x) / mask.cellsAcross / side) * 65536 + Math.floor(x / side);
    const list = squares.get(key);
    if (list) list.push(cell);
    else squares.set(key, [cell]);
  }
  return Array.from(squares.values(), (cells) => {
    const piece = { ...place, cells: Int32Array.from(cells), x0: 1e9, y0: 1e9, x1: 0, y1: 0 };
    for (const cell of cells) {
      const x = cell % mask.cellsAcross;
      const y = (cell - x) / mask.cellsAcross;
      piece.x0 = Math.min(piece.x0, x);
      piece.y0 = Math.min(piece.y0, y);
      piece.x1 = Math.max(piece.x1, x + 1);
      piece.y1 = Math.max(piece.y1, y + 1);
    }
    return piece;
  });
}

/** A defect cut out of the picture. */
interface Cut {
  win: FillWindow;
  /** Window indices of the defect's pixels, and their log ratio of the infrared. */
  hole: Int32Array;
  ratio: Float32Array;
  /** The scan as it is, before any fill. */
  before: Float32Array;
  x0: number;
  y0: number;
}

function cutOut(work: Work, place: DustPlace): Cut {
  const { picture, mask, logs } = work;
  const { width, height, channels, data } = picture;
  const f = mask.factor;
  const margin = MARGIN + Math.min(40, Math.ceil((place.elongated ? 1.5 * place.thickness : 4) * f));
  const x0 = Math.max(0, place.x0 * f - margin);
  const y0 = Math.max(0, place.y0 * f - margin);
  const w = Math.min(width, place.x1 * f + margin) - x0;
  const h = Math.min(height, place.y1 * f + margin) - y0;
  const log = new Float32Array(w * h * channels);
  const bad = new Uint8Array(w * h);
  for (let y = 0; y < h; y++) {
    const row = (y0 + y) * width + x0;
    for (let x = 0; x < w; x++) {
      const o = (y * w + x) * channels;
      const s = (row + x) * channels;
      if (mask.mask[row + x]) bad[y * w + x] = 1;
      for (let c = 0; c < channels; c++) {
        const table = logs[c];
        log[o + c] = table ? table[data[s + c]] : Math.log10(Math.max(SCAN_FLOOR, data[s + c]));
      }
    }
  }
  const hole: number[] = [];
  for (const cell of place.cells) {
    const cx = cell % mask.cellsAcross;
    const cy = (cell - cx) / mask.cellsAcross;
    for (let y = cy * f; y < Math.min(height, (cy + 1) * f); y++)
      for (let x = cx * f; x < Math.min(width, (cx + 1) * f); x++) hole.push((y - y0) * w + x - x0);
  }
  const win: FillWindow = { width: w, height: h, channels, log, bad };
  return { win, hole: Int32Array.from(hole).sort(), ratio: new Float32Array(0), before: log.slice(), x0, y0 };
}

/** Log ratio of the infrared to its clean level under a defect, from the filled red; 3 x 3 mean. */
function ratioOf(work: Work, cut: Cut): Float32Array {
  const { mask, infrared } = work;
  const { level, factor, shift } = mask;
  const irLog = infraredLogs();
  const { width: w, channels, log } = cut.win;
  const clean = new Float32Array(mask.cellsAcross);
  let cleanRow = -1;
  const out = new Float32Array(cut.hole.length);
  // The hole is in order of rows: each row of the clean level is made once.
  for (let k = 0; k < out.length; k++) {
    const i = cut.hole[k];
    const x = cut.x0 + (i % w);
    const y = cut.y0 + Math.floor(i / w);
    const cell = Math.min(mask.cellsAcross - 1, Math.floor(x / factor));
    const row = Math.floor(y / factor);
    if (row !== cleanRow) {
      levelRow(level, mask.cellsAcross, row, clean);
      cleanRow = row;
    }
    let sum = 0;
    for (let dy = -1; dy <= 1; dy++)
      for (let dx = -1; dx <= 1; dx++) {
        const px = Math.min(mask.width - 1, Math.max(0, x + shift.x + dx));
        const py = Math.min(mask.height - 1, Math.max(0, y + shift.y + dy));
        sum += irLog[infrared[py * mask.width + px]];
      }
    out[k] = Math.min(0, sum / 9 - level.alpha * log[i * channels] - clean[cell]);
  }
  return out;
}

/** Exponent per channel: median of what the light lost over what the infrared lost, where dust is translucent. */
function fitGamma(work: Work): number[] | null {
  const { channels } = work.picture;
  const pairs: number[][] = Array.from({ length: channels }, () => []);
  const least = Math.max(0.012, 3 * work.mask.level.sigma);
  const { places, factor } = work.mask;
  let budget = FITTED;
  // Spread over the whole list (a golden-ratio walk), until enough pixels have been seen.
  for (let k = 0; k < places.length && budget > 0; k++) {
    const place = places[Math.floor(((k * 0.61803398875) % 1) * places.length)];
    if (place.elongated || place.cells.length * factor * factor > 4000) continue;
    budget -= place.cells.length * factor * factor;
    const cut = cutOut(work, place);
    membrane(cut.win, cut.hole, ROUNDS);
    const ratio = ratioOf(work, cut);
    cut.hole.forEach((i, k) => {
      if (ratio[k] > -least || ratio[k] < OPAQUE) return;
      for (let c = 0; c < channels; c++)
        pairs[c].push((cut.before[i * channels + c] - cut.win.log[i * channels + c]) / ratio[k]);
    });
  }
  if (pairs[0].length < 40) return null;
  return pairs.map((v) => Math.min(10, Math.max(0, median(Float32Array.from(v)))));
}

/** Mends one piece; true when the division alone did it. */
function repairPlace(work: Work, place: DustPlace, report: RepairReport, options: RepairOptions): boolean {
  const { channels } = work.picture;
  const cut = cutOut(work, place);
  const { win, hole, before } = cut;
  membrane(win, hole, ROUNDS);
  const ratio = ratioOf(work, cut);
  const gamma = report.gamma;
  const grain = grainSpread(cut, channels);
  const rest = gamma ? divide(cut, ratio, gamma, channels, grain, work.mask.level.sigma) : hole;
  if (rest.length > 0) {
    if (rest.length < hole.length) refill(cut, rest);
    // Hairs and scratches: along the lines that agree; the membrane stays where no line reaches across.
    if (place.elongated) directional(win, rest, Math.ceil(6 * place.thickness * work.mask.factor) + 8);
    addGrain(win, rest, fraction(options.seed, cut.x0, cut.y0), 3 * grain);
  }
  const { data, width } = work.picture;
  const full = data instanceof Uint8Array ? 255 : data instanceof Uint16Array ? 65535 : 0;
  for (const i of hole) {
    const x = cut.x0 + (i % win.width);
    const y = cut.y0 + Math.floor(i / win.width);
    const o = (y * width + x) * channels;
    for (let c = 0; c < channels; c++) {
      const log =
        before[i * channels + c] + options.strength * (win.log[i * channels + c] - before[i * channels + c]);
      const v = work.store[c](log);
      data[o + c] = full > 0 ? Math.min(full, Math.max(0, Math.round(v * full))) : v;
    }
  }
  report.changed += hole.length;
  return rest.length === 0;
}

/**
 * Divides the dust out where it let enough through; writes the result into the window and returns the pixels
 * that must be filled instead: opaque ones, or all when the division does not come back to the surroundings.
 */
function divide(
  cut: Cut,
  ratio: Float32Array,
  gamma: readonly number[],
  channels: number,
  grain: number,
  sigma: number,
): Int32Array {
  const { win, hole, before } = cut;
  const strongest = Math.max(...gamma);
  const bias = new Float64Array(channels);
  const squares = new Float64Array(channels);
  let n = 0;
  const opaque: number[] = [];
  for (let k = 0; k < hole.length; k++) {
    const i = hole[k] * channels;
    if (ratio[k] < OPAQUE || strongest * ratio[k] < TOO_DARK) {
      opaque.push(hole[k]);
      continue;
    }
    n++;
    for (let c = 0; c < channels; c++) {
      const d = before[i + c] - gamma[c] * ratio[k] - win.log[i + c];
      bias[c] += d;
      squares[c] += d * d;
    }
  }
  if (n === 0) return hole;
  const around = ringSpread(cut, channels);
  for (let c = 0; c < channels; c++) {
    const mean = bias[c] / n;
    const spread = Math.sqrt(Math.max(0, squares[c] / n - mean * mean));
    if (Math.abs(mean) > 0.012 + 1.2 * around[c] || spread > 0.012 + 1.8 * around[c]) return hole;
  }
  const filled = new Set(opaque);
  // The ratio is a mean of nine samples; its noise comes on top of the grain.
  const limit = Math.max(0.015, 3 * Math.hypot(grain, (strongest * sigma) / 3));
  const deepest = ratio.reduce((a, b) => Math.min(a, b), 0);
  for (let k = 0; k < hole.length; k++) {
    if (filled.has(hole[k])) continue;
    const i = hole[k] * channels;
    let left = 0;
    for (let c = 0; c < channels; c++) {
      const v = before[i + c] - gamma[c] * ratio[k];
      left += (v - win.log[i + c]) / channels;
      win.log[i + c] = v;
    }
    // The infrared is softer than the light: a sharp core stays dark after the division and what lies about it
    // becomes too light; both are filled.
    if ((left < -limit && ratio[k] < 0.4 * deepest) || left > limit) opaque.push(hole[k]);
  }
  return opaque.length > 0 ? withNeighbours(opaque, cut) : Int32Array.from(opaque);
}

/** Pixels and those beside them, within the defect. */
function withNeighbours(pixels: readonly number[], cut: Cut): Int32Array {
  const inside = new Set(cut.hole);
  const all = new Set<number>();
  for (const i of pixels)
    for (const j of [i, i - 1, i + 1, i - cut.win.width, i + cut.win.width]) if (inside.has(j)) all.add(j);
  return Int32Array.from(all);
}

/** Robust sigma of the grain about a defect: differences between neighbours, which texture hardly enters. */
function grainSpread(cut: Cut, channels: number): number {
  const { bad, log, width } = cut.win;
  const differences: number[] = [];
  const step = Math.max(1, Math.floor(bad.length / 1500));
  for (let i = 0; i + 1 < bad.length; i += step) {
    if (bad[i] || bad[i + 1] || (i + 1) % width === 0) continue;
    let d = 0;
    for (let c = 0; c < channels; c++) d += (log[(i + 1) * channels + c] - log[i * channels + c]) / channels;
    differences.push(Math.abs(d));
  }
  return differences.length > 0 ? (1.4826 / Math.SQRT2) * median(Float32Array.from(differences)) : 0;
}

/** Spread of the clean pixels of the window, per channel: grain and texture together. */
function ringSpread(cut: Cut, channels: number): number[] {
  const { bad, log } = cut.win;
  const n = new Float64Array(channels);
  const s = new Float64Array(channels);
  const q = new Float64Array(channels);
  for (let i = 0; i < bad.length; i++) {
    if (bad[i]) continue;
    for (let c = 0; c < channels; c++) {
      n[c]++;
      s[c] += log[i * channels + c];
      q[c] += log[i * channels + c] ** 2;
    }
  }
  return Array.from(n, (count, c) =>
    count > 0 ? Math.sqrt(Math.max(0, q[c] / count - (s[c] / count) ** 2)) : 0,
  );
}

/** Fills what is left of a defect after the division, whose mended pixels now count as clean. */
function refill(cut: Cut, rest: Int32Array): void {
  const { win, hole } = cut;
  const stay = new Set(rest);
  for (const i of hole) win.bad[i] = stay.has(i) ? 1 : 0;
  membrane(win, rest, ROUNDS);
}

/** Stored sample (0..1 of its range) of a log10 of linear light: the inverse of the scan's tone curve. */
function storer(picture: Picture, channel: number): (log: number) => number {
  const { curve, data } = picture;
  if (data instanceof Float32Array || curve.kind === 'linear') return (log) => 10 ** log;
  const f = toLinear(curve, channel);
  return (log) => {
    const linear = 10 ** log;
    let lo = 0;
    let hi = 1;
    for (let k = 0; k < 20; k++) {
      const mid = (lo + hi) / 2;
      if (f(mid) < linear) lo = mid;
      else hi = mid;
    }
    return (lo + hi) / 2;
  };
}

/** Number 0..1 from seed and place, the same on every machine. */
function fraction(seed: number, x: number, y: number): number {
  let h = (Math.imul(x, 0x9e3779b1) ^ Math.imul(y, 0x85ebca6b) ^ Math.imul(seed | 0, 0xc2b2ae35)) | 0;
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return ((h ^ (h >>> 15)) >>> 0) / 4294967296;
}
