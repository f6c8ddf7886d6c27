/**
 * What the infrared plane of a scan is good for. Dyes let infrared through and dust stops it, so a clean
 * infrared plane is nearly flat; silver stops infrared as it stops light, so there the plane *is* the picture
 * and must not be used. The two are told apart by the slope of log infrared on log red over clean film, not by
 * their correlation: cyan dye leaks a few per cent into the infrared, which with little noise correlates by
 * 0.94 and still has a slope of 0.04.
 *
 *   slope < 0.2   colour dyes, chromogenic black and white: usable
 *   0.2 .. 0.55   Kodachrome, whose cyan is opaque to infrared in part: usable with care, with a warning
 *   > 0.55        silver: off
 *
 * The plane is registered first: some scanners write it a few rows out of step. The offset is found where dust
 * and dye edges show in both planes, by normalised correlation of high-pass planes: on a reduced copy for the
 * reach, then at full size in the windows that hold most detail, to a fraction of a pixel.
 */
import type { Picture } from '../../../app/picture.ts';
import { say, type Sentence } from '../../../app/words/sentences.ts';
import { boxMean, type Planes, poolPlanes } from './infrared-planes.ts';

export interface InfraredAnalysis {
  /** Slope of log10 infrared on log10 red over clean film, and their correlation. */
  slope: number;
  correlation: number;
  usable: boolean;
  /** Kodachrome-like film: only strong defects should be trusted. */
  reduced: boolean;
  /** Plain English, for hover text and --json. */
  reason: Sentence;
  /** The infrared of pixel (x, y) lies at (x + shift.x, y + shift.y), in pixels of the picture given. */
  shift: { x: number; y: number };
  /** Peak of the registration's correlation, 0..1; under 0.05 the shift is not trusted and stays 0. */
  match: number;
}

export const SLOPE_REDUCED = 0.2;
export const SLOPE_OFF = 0.55;

/** Longest side of the reduced copy on which slope and coarse shift are found. */
const SMALL_SIDE = 1400;
/** Largest shift looked for, in pixels of the reduced copy (43 rows of a 6000-pixel scan). */
const REACH = 10;

/**
 * Analyses the infrared plane of a picture. Throws a RangeError when there is none or its size differs.
 * The picture may be a reduced decode; the shift is then in its pixels (`scaleShift` carries it over).
 */
export function analyseInfrared(picture: Picture): InfraredAnalysis {
  const { infrared, width, height } = picture;
  if (!infrared || infrared.length !== width * height)
    throw new RangeError('The picture has no infrared plane of its own size.');
  const factor = Math.max(1, Math.ceil(Math.max(width, height) / SMALL_SIDE));
  const small = poolPlanes(picture, infrared, { x: 0, y: 0 }, factor);
  const { shift, match } = register(picture, infrared, small);
  const aligned =
    Math.abs(shift.x) >= factor / 2 || Math.abs(shift.y) >= factor / 2
      ? poolPlanes(picture, infrared, shift, factor)
      : small;
  const { slope, correlation, range } = slopeOf(aligned);
  return { slope, correlation, shift, match, ...verdict(slope, range) };
}

/** The shift for the same scan at another size. */
export function scaleShift(analysis: InfraredAnalysis, scale: number): InfraredAnalysis {
  return { ...analysis, shift: { x: analysis.shift.x * scale, y: analysis.shift.y * scale } };
}

function verdict(slope: number, range: number): Pick<InfraredAnalysis, 'usable' | 'reduced' | 'reason'> {
  const s = slope.toFixed(2);
  if (range < 0.1)
    return {
      usable: true,
      reduced: false,
      reason: say('infrared-blank'),
    };
  if (slope > SLOPE_OFF)
    return {
      usable: false,
      reduced: false,
      reason: say('infrared-silver', { slope: s }),
    };
  if (slope > SLOPE_REDUCED)
    return {
      usable: true,
      reduced: true,
      reason: say('infrared-partly', { slope: s }),
    };
  return {
    usable: true,
    reduced: false,
    reason: say('infrared-clean', { slope: s }),
  };
}

/** Median of a copy. */
export function median(values: Float32Array): number {
  if (values.length === 0) return 0;
  const v = values.slice().sort();
  const m = v.length >> 1;
  return v.length % 2 ? v[m] : (v[m - 1] + v[m]) / 2;
}

/**
 * Slope of log infrared on log red: a line through the medians of infrared in classes of red, so that dust
 * (which is in no class's median) has no say. The holder, dark in both, is left out: pixels whose infrared is
 * under a fifth of that of the picture's bright half and that belong to the opaque end of red.
 */
function slopeOf(p: Planes): { slope: number; correlation: number; range: number } {
  const step = Math.max(1, Math.floor((p.width * p.height) / 200_000));
  const n = Math.floor((p.width * p.height) / step);
  const x = new Float32Array(n);
  const y = new Float32Array(n);
  for (let i = 0; i < n; i++) {
    x[i] = p.red[i * step];
    y[i] = p.mean[i * step];
  }
  const open = quantile(y, 0.75);
  const keep: number[] = [];
  for (let i = 0; i < n; i++) if (y[i] > open - 1.3 && !(y[i] < open - 0.7 && x[i] < -2.6)) keep.push(i);
  if (keep.length < 100) return { slope: 0, correlation: 0, range: 0 };
  keep.sort((a, b) => x[a] - x[b]);
  const lo = x[keep[Math.floor(keep.length * 0.02)]];
  const hi = x[keep[Math.floor(keep.length * 0.98)]];
  const classes = 24;
  const groups: number[][] = Array.from({ length: classes }, () => []);
  for (const i of keep) {
    const c = Math.floor(((x[i] - lo) / Math.max(1e-6, hi - lo)) * classes);
    if (c >= 0 && c < classes) groups[c].push(y[i]);
  }
  let sw = 0;
  let sx = 0;
  let sy = 0;
  let sxx = 0;
  let sxy = 0;
  groups.forEach((g, c) => {
    if (g.length < 20) return;
    const w = Math.sqrt(g.length);
    const cx = lo + ((c + 0.5) / classes) * (hi - lo);
    const cy = median(Float32Array.from(g));
    sw += w;
    sx += w * cx;
    sy += w * cy;
    sxx += w * cx * cx;
    sxy += w * cx * cy;
  });
  const varX = sxx - (sx * sx) / sw;
  const slope = varX > 1e-9 ? (sxy - (sx * sy) / sw) / varX : 0;
  return { slope, correlation: correlationOf(x, y, keep), range: hi - lo };
}

function correlationOf(x: Float32Array, y: Float32Array, of: number[]): number {
  let mx = 0;
  let my = 0;
  for (const i of of) {
    mx += x[i];
    my += y[i];
  }
  mx /= of.length;
  my /= of.length;
  let xx = 0;
  let yy = 0;
  let xy = 0;
  for (const i of of) {
    xx += (x[i] - mx) ** 2;
    yy += (y[i] - my) ** 2;
    xy += (x[i] - mx) * (y[i] - my);
  }
  return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : 0;
}

export function quantile(values: Float32Array, share: number): number {
  const v = values.slice().sort();
  return v[Math.min(v.length - 1, Math.max(0, Math.round(share * (v.length - 1))))];
}

/** Detail of a plane: minus its local mean, bounded so that no single speck or frame edge decides. */
function detail(plane: Float32Array, width: number, height: number, radius: number): Float32Array {
  const out = new Float32Array(plane.length);
  boxMean(plane, out, width, height, radius);
  for (let i = 0; i < out.length; i++) out[i] = plane[i] - out[i];
  const sample = new Float32Array(Math.ceil(out.length / 17));
  for (let i = 0, k = 0; i < out.length; i += 17, k++) sample[k] = Math.abs(out[i]);
  const bound = 8 * Math.max(1e-5, median(sample));
  for (let i = 0; i < out.length; i++) out[i] = Math.min(bound, Math.max(-bound, out[i]));
  return out;
}

interface Window {
  x: number;
  y: number;
  size: number;
}

/**
 * Normalised correlation of two planes over all windows for whole-pixel shifts within `reach`, as a
 * (2·reach + 1)² map. `b` is read at (x + shift).
 */
function correlate(
  a: Float32Array,
  b: Float32Array,
  width: number,
  height: number,
  windows: readonly Window[],
  reach: number,
): Float64Array {
  const n = 2 * reach + 1;
  const map = new Float64Array(n * n);
  for (let dy = -reach; dy <= reach; dy++)
    for (let dx = -reach; dx <= reach; dx++) {
      let aa = 0;
      let bb = 0;
      let ab = 0;
      for (const win of windows) {
        const y1 = Math.min(height, win.y + win.size);
        const x1 = Math.min(width, win.x + win.size);
        for (let y = Math.max(win.y, -dy); y < Math.min(y1, height - dy); y++) {
          const o = y * width;
          const q = (y + dy) * width + dx;
          for (let x = Math.max(win.x, -dx); x < Math.min(x1, width - dx); x++) {
            const u = a[o + x];
            const v = b[q + x];
            aa += u * u;
            bb += v * v;
            ab += u * v;
          }
        }
      }
      map[(dy + reach) * n + dx + reach] = aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : 0;
    }
  return map;
}

/** Highest point of a correlation map to a fraction of a pixel (parabola through the neighbours). */
function peak(map: Float64Array, reach: number): { x: number; y: number; value: number; clear: number } {
  const n = 2 * reach + 1;
  let best = 0;
  for (let i = 1; i < map.length; i++) if (map[i] > map[best]) best = i;
  const px = best % n;
  const py = Math.floor(best / n);
  const part = (before: number, at: number, after: number) => {
    const d = before - 2 * at + after;
    return d < 0 ? Math.min(0.5, Math.max(-0.5, (0.5 * (before - after)) / d)) : 0;
  };
  const fx = px > 0 && px < n - 1 ? part(map[best - 1], map[best], map[best + 1]) : 0;
  const fy = py > 0 && py < n - 1 ? part(map[best - n], map[best], map[best + n]) : 0;
  const rest = Float32Array.from(
    map.filter((_, i) => Math.abs((i % n) - px) > 2 || Math.abs(Math.floor(i / n) - py) > 2),
  );
  const clear = rest.length > 4 ? map[best] - quantile(rest, 0.9) : map[best];
  return { x: px - reach + fx, y: py - reach + fy, value: map[best], clear };
}

const LEAST_MATCH = 0.05;

function register(
  picture: Picture,
  infrared: Uint16Array,
  small: Planes,
): { shift: { x: number; y: number }; match: number } {
  const { width: w, height: h, factor } = small;
  const reach = REACH;
  if (w < 6 * reach || h < 6 * reach) return { shift: { x: 0, y: 0 }, match: 0 };
  const a = detail(small.red, w, h, 6);
  const b = detail(small.mean, w, h, 6);
  const size = Math.max(32, Math.floor(Math.min(w, h) / 6));
  const found = peak(correlate(a, b, w, h, busiest(a, b, w, h, size, 10, reach), reach), reach);
  if (found.value < LEAST_MATCH || found.clear < 0.02) return { shift: { x: 0, y: 0 }, match: found.value };
  if (factor === 1) return { shift: { x: found.x, y: found.y }, match: found.value };
  // Full size: windows around the busiest places of the small copy, a few pixels about the coarse answer.
  const coarse = { x: Math.round(found.x * factor), y: Math.round(found.y * factor) };
  const fineReach = factor + 1;
  const places = busiest(a, b, w, h, 48, 12, reach);
  const side = 192;
  const planes = places.map((p) => {
    const cx = (p.x + p.size / 2) * factor;
    const cy = (p.y + p.size / 2) * factor;
    const x = Math.min(picture.width - side, Math.max(0, Math.round(cx - side / 2)));
    const y = Math.min(picture.height - side, Math.max(0, Math.round(cy - side / 2)));
    return cut(picture, infrared, x, y, side, coarse);
  });
  const n = 2 * fineReach + 1;
  const total = new Float64Array(n * n);
  for (const [red, ir] of planes) {
    const map = correlate(
      detail(red, side, side, 8),
      detail(ir, side, side, 8),
      side,
      side,
      [{ x: fineReach, y: fineReach, size: side - 2 * fineReach }],
      fineReach,
    );
    for (let i = 0; i < map.length; i++) total[i] += map[i] / planes.length;
  }
  const fine = peak(total, fineReach);
  if (fine.value < LEAST_MATCH)
    return { shift: { x: found.x * factor, y: found.y * factor }, match: found.value };
  return { shift: { x: coarse.x + fine.x, y: coarse.y + fine.y }, match: Math.max(fine.value, found.value) };
}

/** A square of log red and of log infrared (read at `shift`) at full size. */
function cut(
  picture: Picture,
  infrared: Uint16Array,
  x: number,
  y: number,
  side: number,
  shift: { x: number; y: number },
): [Float32Array, Float32Array] {
  const { width, height, channels, data } = picture;
  const part = new Uint16Array(side * side);
  const samples = data.slice(0, 0) as typeof data;
  const rgb = new (samples.constructor as new (n: number) => typeof data)(side * side * channels);
  for (let j = 0; j < side; j++)
    for (let i = 0; i < side; i++) {
      const px = Math.min(width - 1, Math.max(0, x + i));
      const py = Math.min(height - 1, Math.max(0, y + j));
      for (let c = 0; c < channels; c++)
        rgb[(j * side + i) * channels + c] = data[(py * width + px) * channels + c];
      const qx = Math.min(width - 1, Math.max(0, px + shift.x));
      const qy = Math.min(height - 1, Math.max(0, py + shift.y));
      part[j * side + i] = infrared[qy * width + qx];
    }
  const planes = poolPlanes({ ...picture, width: side, height: side, data: rgb }, part, { x: 0, y: 0 }, 1);
  return [planes.red, planes.mean];
}

/** The windows in which both planes have most detail. */
function busiest(
  a: Float32Array,
  b: Float32Array,
  width: number,
  height: number,
  size: number,
  count: number,
  margin: number,
): Window[] {
  const all: { win: Window; energy: number }[] = [];
  for (let y = margin; y + size <= height - margin; y += size)
    for (let x = margin; x + size <= width - margin; x += size) {
      let ea = 0;
      let eb = 0;
      for (let j = y; j < y + size; j += 2)
        for (let i = x; i < x + size; i += 2) {
          ea += Math.abs(a[j * width + i]);
          eb += b[j * width + i] ** 2;
        }
      all.push({ win: { x, y, size }, energy: Math.sqrt(eb) * Math.sqrt(ea) });
    }
  if (all.length === 0) return [{ x: 0, y: 0, size: Math.max(width, height) }];
  all.sort((p, q) => q.energy - p.energy);
  return all.slice(0, count).map((e) => e.win);
}
