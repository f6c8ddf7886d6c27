/**
 * Colours of the grid into the planes of a film. Chroma is carried to the film's own size by local linear models of its
 * luma (fast guided filter) and written as the film's matrix, range and depth have it; luma is not touched. A colour
 * that red, green or blue cannot show at a place's luma loses chroma there, at its hue, until they can: a player would
 * cut the one channel and so change light and hue.
 */
import { labSpace } from '../../../../app/color/gamut.ts';
import { boxMean, type Size } from '../../../../app/color/guided.ts';
import { chromaZero, type Frame, type FrameFormat, type Samples } from '../../../../app/film/frame.ts';
import type { Chroma } from '../../colorize/types.ts';
import { lumaWeights, usualMatrix, type LumaReader } from './luma.ts';

/** Variance of luma (white 100) on the grid under which it does not steer chroma. */
const STEADY = 9;
/** Half the window of the models, in grid points. */
const WINDOW = 2;

/** The format of coloured frames: a film without planes of chroma gets some. */
export function colouredFormat(format: FrameFormat): FrameFormat {
  if (format.sampling !== '400') return format;
  return {
    ...format,
    sampling: '420',
    matrix:
      format.matrix !== null && /^(bt|smpte|fcc)/.test(format.matrix) ? format.matrix : usualMatrix(format),
    chromaLocation: 'left',
  };
}

/** Local linear models of chroma over luma on the grid: value = slope luma + offset. */
export interface ChromaModels {
  slopeB: Float32Array;
  offsetB: Float32Array;
  slopeR: Float32Array;
  offsetR: Float32Array;
}

/**
 * Models of Cb and Cr (-0.5..0.5) over luma.
 * @param grey luma of the grid, 0..1
 * @param chroma a* and b* of the grid
 * @param weight how far each point's colour is to be relied on, 0..1: where it is not, that of the points around it
 *   counts which are of like luma
 * @param noise variance of the grain on the grid, in squared hundredths of white
 */
export function chromaModels(
  grey: Float32Array,
  chroma: Chroma,
  weight: Float32Array,
  grid: Size,
  format: FrameFormat,
  noise: number,
): ChromaModels {
  const n = grey.length;
  const { red, blue } = lumaWeights(format);
  const green = 1 - red - blue;
  const lab = labSpace('srgb');
  const w = new Float32Array(n);
  const planes = Array.from({ length: 6 }, () => new Float32Array(n));
  const [l, ll, cb, cr, lcb, lcr] = planes;
  for (let i = 0; i < n; i++) {
    const y = grey[i];
    lab.put(lab.fOfGrey(y), chroma.a[i], chroma.b[i]);
    const [r, g, b] = lab.rgb;
    const own = red * r + green * g + blue * b;
    const u = (b - own) / (2 * (1 - blue));
    const v = (r - own) / (2 * (1 - red));
    const k = 0.01 + weight[i];
    const x = 100 * y;
    w[i] = k;
    l[i] = k * x;
    ll[i] = k * x * x;
    cb[i] = k * u;
    cr[i] = k * v;
    lcb[i] = k * x * u;
    lcr[i] = k * x * v;
  }
  const sums = boxMean(w, grid, WINDOW);
  const [ml, mll, mcb, mcr, mlcb, mlcr] = planes.map((plane) => boxMean(plane, grid, WINDOW));
  const epsilon = STEADY + 2 * noise;
  const out = Array.from({ length: 4 }, () => new Float32Array(n));
  const [slopeB, offsetB, slopeR, offsetR] = out;
  for (let i = 0; i < n; i++) {
    const s = 1 / sums[i];
    const mean = ml[i] * s;
    const variance = Math.max(0, mll[i] * s - mean * mean) + epsilon;
    const b = mcb[i] * s;
    const r = mcr[i] * s;
    slopeB[i] = (mlcb[i] * s - mean * b) / variance;
    slopeR[i] = (mlcr[i] * s - mean * r) / variance;
    offsetB[i] = b - slopeB[i] * mean;
    offsetR[i] = r - slopeR[i] * mean;
  }
  const [sb, ob, sr, or] = out.map((plane) => boxMean(plane, grid, WINDOW));
  return { slopeB: sb, offsetB: ob, slopeR: sr, offsetR: or };
}

/** Share of chroma that red, green and blue can show at luma `y`. */
function shown(y: number, r: number, g: number, b: number): number {
  let share = 1;
  for (let c = 0; c < 3; c++) {
    const d = c === 0 ? r : c === 1 ? g : b;
    if (y + d > 1) share = Math.min(share, (1 - y) / d);
    else if (y + d < 0) share = Math.min(share, -y / d);
  }
  return share > 0 ? share : 0;
}

/**
 * The frame in colour. The luma plane is the very one that was given; chroma planes are written, into the frame's own
 * where it has some. R, G and B are written anew, at the luma they had.
 * @param guide luma at the places of chroma, 0..100, without grain
 * @param saturation factor on chroma
 */
export function writeChroma(
  frame: Frame,
  reader: LumaReader,
  given: FrameFormat,
  models: ChromaModels,
  guide: Float32Array,
  saturation: number,
): Frame {
  const { grid, chroma, places } = reader;
  const { width, height } = chroma;
  const { red, blue } = lumaWeights(given);
  const green = 1 - red - blue;
  const toRed = 2 * (1 - red);
  const toBlue = 2 * (1 - blue);
  const rgb = given.sampling === 'rgb';
  const most = 2 ** given.bits - 1;
  const zero = chromaZero(given.bits);
  const limited = given.range === 'limited' && !rgb;
  const step = limited ? 224 * 2 ** (given.bits - 8) : most;
  const low = limited ? zero - step / 2 : 0;
  const high = limited ? zero + step / 2 : most;
  const make = (): Samples =>
    given.bits > 8 ? new Uint16Array(width * height) : new Uint8Array(width * height);
  const planes = rgb || frame.planes.length === 3 ? frame.planes : [frame.planes[0], make(), make()];
  const fields = [models.slopeB, models.offsetB, models.slopeR, models.offsetR];
  const rows = fields.map(() => new Float64Array(grid.width + 1));
  const columns = new Int32Array(width);
  const parts = new Float64Array(width);
  for (let x = 0; x < width; x++) {
    const u = Math.min(grid.width - 1, Math.max(0, places.x + x * places.stepX));
    columns[x] = Math.min(grid.width - 2, Math.floor(u));
    parts[x] = u - columns[x];
  }
  const [sb, ob, sr, or] = rows;
  for (let y = 0; y < height; y++) {
    const v = Math.min(grid.height - 1, Math.max(0, places.y + y * places.stepY));
    const j = Math.min(grid.height - 2, Math.floor(v));
    const t = v - j;
    for (let k = 0; k < 4; k++) {
      const plane = fields[k];
      const row = rows[k];
      for (let i = 0, at = j * grid.width; i < grid.width; i++, at++)
        row[i] = plane[at] + (plane[at + grid.width] - plane[at]) * t;
    }
    for (let x = 0, o = y * width; x < width; x++, o++) {
      const i = columns[x];
      const s = parts[x];
      const l = guide[o];
      let cb = (sb[i] + (sb[i + 1] - sb[i]) * s) * l + ob[i] + (ob[i + 1] - ob[i]) * s;
      let cr = (sr[i] + (sr[i + 1] - sr[i]) * s) * l + or[i] + (or[i + 1] - or[i]) * s;
      cb *= saturation;
      cr *= saturation;
      const dr = toRed * cr;
      const db = toBlue * cb;
      const dg = -(red * dr + blue * db) / green;
      if (rgb) {
        const [pr, pg, pb] = planes;
        const luma = (red * pr[o] + green * pg[o] + blue * pb[o]) / most;
        const share = shown(luma, dr, dg, db);
        pr[o] = Math.round((luma + share * dr) * most);
        pg[o] = Math.round((luma + share * dg) * most);
        pb[o] = Math.round((luma + share * db) * most);
        continue;
      }
      const share = shown(l / 100, dr, dg, db);
      const u = Math.round(zero + step * share * cb);
      const w = Math.round(zero + step * share * cr);
      planes[1][o] = u < low ? low : u > high ? high : u;
      planes[2][o] = w < low ? low : w > high ? high : w;
    }
  }
  return { index: frame.index, pts: frame.pts, planes };
}
