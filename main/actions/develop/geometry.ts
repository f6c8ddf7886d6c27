/**
 * Geometry of the finished picture: which part of the scan it shows, straightened, turned and mirrored. It
 * runs on finished samples (output space, encoded), as the last step, and is one affine map from output pixel
 * to scan pixel. Without tilt that map is a permutation and pixels are copied bit for bit; with a tilt each
 * pixel is interpolated by a Catmull-Rom cubic on 4x4 neighbours, held within the range of the four nearest so
 * that edges cannot ring. Any band of output rows needs only a few source rows, so pictures of any size work
 * in bounded memory.
 *
 * Conventions. Rectangles are in pixels (or fractions) of the scan as stored in the file, before its EXIF
 * orientation. A frame's rectangle is turned about its own centre by its angle (clockwise positive). The order
 * is: cut the turned rectangle out, EXIF orientation, `rotate` (clockwise), `mirror` (left-right, as seen in
 * the end). A positive `straighten` turns the finished picture clockwise as seen.
 */
import type { Rect } from '../../../app/picture.ts';
import type { FrameParams } from '../../../app/recipe/develop.ts';
import type { FoundFrame } from './types.ts';

/** Plain data, cloneable. */
export interface Geometry {
  /** Size of the samples it reads from. */
  sourceWidth: number;
  sourceHeight: number;
  /** Size of the result. */
  width: number;
  height: number;
  /** Source pixel index of output pixel (X, Y): x = a·X + b·Y + c, y = d·X + e·Y + f. */
  map: readonly [number, number, number, number, number, number];
  /** True when the map is a permutation of pixels. */
  exact: boolean;
}

/** Part of a source picture held in memory: `data` has rows of `width` pixels, its first pixel is (x, y) of the whole. */
export interface SourcePart<T> {
  data: T;
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface GeometryInput {
  /** Size of the decoded scan, and its scale against the full scan (1 = full size). */
  width: number;
  height: number;
  scale?: number;
  /** EXIF orientation 1..8. */
  orientation: number;
  /** The frame to show, in pixels of the *full* scan; null when none was looked for. */
  frame: FoundFrame | null;
}

/** Tilts smaller than this (degrees) are not worth a resampling: 2 px over a 6000 px edge. */
const LEAST_TILT = 0.02;
/** Frames found with less confidence are not cut out. */
const SURE = 0.5;

const ASPECT: Partial<Record<FrameParams['format'], number>> = {
  '3:2': 3 / 2,
  '4:3': 4 / 3,
  '1:1': 1,
  '7:6': 7 / 6,
  half: 4 / 3,
  panorama: 65 / 24,
};

/** Signed permutation matrices (source to view, y down): p·x + q·y, r·x + s·y. */
type Turn = readonly [number, number, number, number];
const EXIF: Record<number, Turn> = {
  1: [1, 0, 0, 1],
  2: [-1, 0, 0, 1],
  3: [-1, 0, 0, -1],
  4: [1, 0, 0, -1],
  5: [0, 1, 1, 0],
  6: [0, -1, 1, 0],
  7: [0, -1, -1, 0],
  8: [0, 1, -1, 0],
};
const ROTATE: Record<FrameParams['rotate'], Turn> = {
  '0': [1, 0, 0, 1],
  '90': [0, -1, 1, 0],
  '180': [-1, 0, 0, -1],
  '270': [0, 1, -1, 0],
};
const after = (b: Turn, a: Turn): Turn => [
  b[0] * a[0] + b[1] * a[2],
  b[0] * a[1] + b[1] * a[3],
  b[2] * a[0] + b[3] * a[2],
  b[2] * a[1] + b[3] * a[3],
];

/** How the stored scan lies in the finished picture: its EXIF orientation, then `rotate`, then `mirror`. */
export function viewTurn(params: Pick<FrameParams, 'on' | 'rotate' | 'mirror'>, orientation: number): Turn {
  const mirror: Turn = params.on && params.mirror ? [-1, 0, 0, 1] : [1, 0, 0, 1];
  const rotate = params.on ? ROTATE[params.rotate] : ROTATE['0'];
  return after(mirror, after(rotate, EXIF[orientation] ?? EXIF[1]));
}

/** Largest factor (at most 1) by which a w x h box turned by `angle` about its centre fits in a box of half-sizes (left, top, right, bottom). */
function fitFactor(
  w: number,
  h: number,
  angle: number,
  room: readonly [number, number, number, number],
): number {
  const s = Math.abs(Math.sin(angle));
  const c = Math.abs(Math.cos(angle));
  const x = (w * c + h * s) / 2;
  const y = (w * s + h * c) / 2;
  return Math.min(1, Math.min(room[0], room[2]) / x, Math.min(room[1], room[3]) / y);
}

/** The rectangle (own axes, centre, tilt in degrees) that the parameters and the found frame ask for, in decoded pixels. */
function chooseRect(
  params: FrameParams,
  input: GeometryInput,
  sense: number,
): { cx: number; cy: number; w: number; h: number; angle: number } {
  const { width, height, frame, scale = 1 } = input;
  const found = frame && params.format !== 'none' && frame.confidence >= SURE ? frame : null;
  const tilt = found ? found.angle : 0;
  const turn = params.straighten * sense;
  let angle = tilt - turn;
  if (Math.abs(angle) < LEAST_TILT) angle = 0;
  const rad = (angle * Math.PI) / 180;
  let cx = width / 2;
  let cy = height / 2;
  let w = width;
  let h = height;
  let shrink = 1;
  if (params.crop) {
    cx = (params.crop.x + params.crop.w / 2) * width;
    cy = (params.crop.y + params.crop.h / 2) * height;
    w = params.crop.w * width;
    h = params.crop.h * height;
  } else if (found) {
    cx = (found.rect.x + found.rect.w / 2) * scale;
    cy = (found.rect.y + found.rect.h / 2) * scale;
    w = found.rect.w * scale;
    h = found.rect.h * scale;
    // Straightening must not bring the frame's border back in.
    shrink = fitFactor(w, h, (turn * Math.PI) / 180, [w / 2, h / 2, w / 2, h / 2]);
  }
  if (!params.crop) {
    const aspect = ASPECT[params.format];
    if (aspect) {
      const wanted = w >= h ? aspect : 1 / aspect;
      if (w / h > wanted) w = h * wanted;
      else h = w / wanted;
    }
  }
  shrink = Math.min(
    shrink,
    fitFactor(w * shrink, h * shrink, rad, [cx, cy, width - cx, height - cy]) * shrink,
  );
  return { cx, cy, w: w * shrink, h: h * shrink, angle };
}

/**
 * Finds the map. The result is at least 1x1 and lies inside the scan.
 */
export function resolveGeometry(params: FrameParams, input: GeometryInput): Geometry {
  const view = viewTurn(params, input.orientation);
  const neutral: FrameParams = { ...params, crop: null, straighten: 0, format: 'none' };
  // A mirrored view turns the other way.
  const sense = Math.sign(view[0] * view[3] - view[1] * view[2]);
  const rect = chooseRect(params.on ? params : neutral, input, sense);
  const swap = view[0] === 0;
  const exact = rect.angle === 0;
  let w = Math.max(1, Math.round(rect.w));
  let h = Math.max(1, Math.round(rect.h));
  let { cx, cy } = rect;
  if (exact) {
    w = Math.min(w, input.width);
    h = Math.min(h, input.height);
    const x = Math.min(input.width - w, Math.max(0, Math.round(cx - rect.w / 2)));
    const y = Math.min(input.height - h, Math.max(0, Math.round(cy - rect.h / 2)));
    cx = x + w / 2;
    cy = y + h / 2;
  } else {
    w = Math.max(1, Math.floor(rect.w));
    h = Math.max(1, Math.floor(rect.h));
  }
  const width = swap ? h : w;
  const height = swap ? w : h;
  // View to source: the transpose of the signed permutation, then the tilt.
  const [p, q, r, s] = view;
  const rad = (rect.angle * Math.PI) / 180;
  const cos = exact ? 1 : Math.cos(rad);
  const sin = exact ? 0 : Math.sin(rad);
  const a = cos * p - sin * q;
  const b = cos * r - sin * s;
  const d = sin * p + cos * q;
  const e = sin * r + cos * s;
  const ox = 0.5 - width / 2;
  const oy = 0.5 - height / 2;
  return {
    sourceWidth: input.width,
    sourceHeight: input.height,
    width,
    height,
    map: [a, b, cx + a * ox + b * oy - 0.5, d, e, cy + d * ox + e * oy - 0.5],
    exact,
  };
}

/** Shows all of the scan as it is stored. */
export function identityGeometry(width: number, height: number): Geometry {
  return { sourceWidth: width, sourceHeight: height, width, height, map: [1, 0, 0, 0, 1, 0], exact: true };
}

/** The same geometry restricted to a rectangle of its output (whole pixels, inside it). */
export function viewOf(geometry: Geometry, view: Rect): Geometry {
  const [a, b, c, d, e, f] = geometry.map;
  return {
    ...geometry,
    width: view.w,
    height: view.h,
    map: [a, b, a * view.x + b * view.y + c, d, e, d * view.x + e * view.y + f],
  };
}

/** Source pixels that a rectangle of the output needs, neighbours for interpolation included, inside the source. */
export function sourceRect(geometry: Geometry, view: Rect): Rect {
  const [a, b, c, d, e, f] = geometry.map;
  const xs = [view.x, view.x + view.w - 1];
  const ys = [view.y, view.y + view.h - 1];
  const sx = [0, 1, 2, 3].map((i) => a * xs[i & 1] + b * ys[i >> 1] + c);
  const sy = [0, 1, 2, 3].map((i) => d * xs[i & 1] + e * ys[i >> 1] + f);
  const margin = geometry.exact ? 0 : 2;
  const grow = (v: number, top: number) => Math.min(top, Math.max(0, v));
  const x0 = grow(Math.floor(Math.min(...sx)) - margin, geometry.sourceWidth - 1);
  const y0 = grow(Math.floor(Math.min(...sy)) - margin, geometry.sourceHeight - 1);
  const x1 = grow(Math.ceil(Math.max(...sx)) + margin + 1, geometry.sourceWidth);
  const y1 = grow(Math.ceil(Math.max(...sy)) + margin + 1, geometry.sourceHeight);
  return { x: x0, y: y0, w: x1 - x0, h: y1 - y0 };
}

/** Rows of the source that output rows `from`..`to` need. */
export function sourceRows(geometry: Geometry, from: number, to: number): { from: number; to: number } {
  const rect = sourceRect(geometry, { x: 0, y: from, w: geometry.width, h: to - from });
  return { from: rect.y, to: rect.y + rect.h };
}

type Bytes = Uint8Array | Uint8ClampedArray | Uint16Array;

/**
 * Writes output rows `from`..`to` of a geometry. `source` holds at least `sourceRect` of those rows;
 * `channels` interleaved samples a pixel (1, 3 or 4). `output` begins with output row `outputRow` (default
 * `from`). Neighbours beyond the held part repeat its border.
 */
export function applyGeometry<T extends Bytes>(
  geometry: Geometry,
  source: SourcePart<T>,
  channels: 1 | 3 | 4,
  output: T,
  from: number,
  to: number,
  outputRow = from,
): void {
  if ((to - outputRow) * geometry.width * channels > output.length)
    throw new TypeError('The output buffer is too small for those rows.');
  if (geometry.exact) permute(geometry, source, channels, output, from, to, outputRow);
  else resample(geometry, source, channels, output, from, to, outputRow);
}

function permute(
  g: Geometry,
  source: SourcePart<Bytes>,
  channels: number,
  output: Bytes,
  from: number,
  to: number,
  outputRow: number,
): void {
  const [a, b, c, d, e, f] = g.map;
  const { data, width } = source;
  const step = (a + d * width) * channels;
  for (let y = from; y < to; y++) {
    let s = (b * y + c - source.x + (e * y + f - source.y) * width) * channels;
    let o = (y - outputRow) * g.width * channels;
    if (step === channels) {
      output.set(data.subarray(s, s + g.width * channels), o);
      continue;
    }
    for (let x = 0; x < g.width; x++, s += step) for (let k = 0; k < channels; k++) output[o++] = data[s + k];
  }
}

/** Catmull-Rom weights of the four taps at 256 fractions of a pixel. */
const FRACTIONS = 256;
const WEIGHTS = new Float32Array((FRACTIONS + 1) * 4);
for (let i = 0; i <= FRACTIONS; i++) {
  const t = i / FRACTIONS;
  WEIGHTS[i * 4] = ((-0.5 * t + 1) * t - 0.5) * t;
  WEIGHTS[i * 4 + 1] = (1.5 * t - 2.5) * t * t + 1;
  WEIGHTS[i * 4 + 2] = ((-1.5 * t + 2) * t + 0.5) * t;
  WEIGHTS[i * 4 + 3] = (0.5 * t - 0.5) * t * t;
}

function resample(
  g: Geometry,
  source: SourcePart<Bytes>,
  channels: number,
  output: Bytes,
  from: number,
  to: number,
  outputRow: number,
): void {
  const [a, b, c, d, e, f] = g.map;
  const { data, width, height } = source;
  const right = width - 1;
  const low = height - 1;
  for (let y = from; y < to; y++) {
    let o = (y - outputRow) * g.width * channels;
    for (let x = 0; x < g.width; x++) {
      const sx = a * x + b * y + c - source.x;
      const sy = d * x + e * y + f - source.y;
      const ix = Math.floor(sx);
      const iy = Math.floor(sy);
      const wx = (((sx - ix) * FRACTIONS + 0.5) | 0) * 4;
      const wy = (((sy - iy) * FRACTIONS + 0.5) | 0) * 4;
      const inside = ix >= 1 && iy >= 1 && ix + 2 <= right && iy + 2 <= low;
      const x1 = inside ? ix : clampIndex(ix, right);
      const x0 = (inside ? ix - 1 : clampIndex(ix - 1, right)) * channels;
      const x2 = (inside ? ix + 1 : clampIndex(ix + 1, right)) * channels;
      const x3 = (inside ? ix + 2 : clampIndex(ix + 2, right)) * channels;
      const xc = x1 * channels;
      const r1 = (inside ? iy : clampIndex(iy, low)) * width * channels;
      const r0 = (inside ? iy - 1 : clampIndex(iy - 1, low)) * width * channels;
      const r2 = (inside ? iy + 1 : clampIndex(iy + 1, low)) * width * channels;
      const r3 = (inside ? iy + 2 : clampIndex(iy + 2, low)) * width * channels;
      const u0 = WEIGHTS[wx];
      const u1 = WEIGHTS[wx + 1];
      const u2 = WEIGHTS[wx + 2];
      const u3 = WEIGHTS[wx + 3];
      const v0 = WEIGHTS[wy];
      const v1 = WEIGHTS[wy + 1];
      const v2 = WEIGHTS[wy + 2];
      const v3 = WEIGHTS[wy + 3];
      for (let k = 0; k < channels; k++) {
        const p11 = data[r1 + xc + k];
        const p12 = data[r1 + x2 + k];
        const p21 = data[r2 + xc + k];
        const p22 = data[r2 + x2 + k];
        let v =
          v0 *
            (u0 * data[r0 + x0 + k] +
              u1 * data[r0 + xc + k] +
              u2 * data[r0 + x2 + k] +
              u3 * data[r0 + x3 + k]) +
          v1 * (u0 * data[r1 + x0 + k] + u1 * p11 + u2 * p12 + u3 * data[r1 + x3 + k]) +
          v2 * (u0 * data[r2 + x0 + k] + u1 * p21 + u2 * p22 + u3 * data[r2 + x3 + k]) +
          v3 *
            (u0 * data[r3 + x0 + k] +
              u1 * data[r3 + xc + k] +
              u2 * data[r3 + x2 + k] +
              u3 * data[r3 + x3 + k]);
        const lo1 = p11 < p12 ? p11 : p12;
        const lo2 = p21 < p22 ? p21 : p22;
        const hi1 = p11 > p12 ? p11 : p12;
        const hi2 = p21 > p22 ? p21 : p22;
        const lo = lo1 < lo2 ? lo1 : lo2;
        const hi = hi1 > hi2 ? hi1 : hi2;
        v = v < lo ? lo : v > hi ? hi : v;
        output[o++] = (v + 0.5) | 0;
      }
    }
  }
}

function clampIndex(i: number, top: number): number {
  return i < 0 ? 0 : i > top ? top : i;
}
