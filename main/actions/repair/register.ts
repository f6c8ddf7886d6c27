/**
 * Laying one picture on another that shows the same: a second print of other size and fading, or the negative. Both
 * are compared by their local contrast (samples less their local mean, over their local spread), so that tone,
 * fading and even the sign do not matter; a coarse search over turns and sizes by phase correlation gives the start,
 * Gauss-Newton steps on an affine map from coarse to fine the rest (Lucas and Kanade 1981; Baker and Matthews 2004),
 * with residuals weighed down where the two disagree (Huber), as they do at damage.
 */
import type { Planar } from '../../../app/planar.ts';
import { phaseShift } from '../../../app/register/phase.ts';
import { boxMean, halved } from './filters.ts';

/** x' = a x + b y + c, y' = d x + e y + f: from fractions of one picture to fractions of the other. */
export type Affine = readonly [number, number, number, number, number, number];

export interface Registration {
  affine: Affine;
  /** Whether light in one is dark in the other. */
  negative: boolean;
  /** Correlation of the two where they overlap, 0..1; under 0.5 they do not show the same. */
  agreement: number;
}

interface Grey {
  width: number;
  height: number;
  data: Float32Array;
}

function greyOf({ width, height, channels, data }: Planar, side: number): Grey {
  const n = width * height;
  let grey: Grey = { width, height, data: new Float32Array(n) };
  for (let c = 0; c < channels; c++) for (let i = 0; i < n; i++) grey.data[i] += data[c * n + i] / channels;
  while (Math.max(grey.width, grey.height) > 1.5 * side)
    grey = {
      width: (grey.width + 1) >> 1,
      height: (grey.height + 1) >> 1,
      data: halved(grey.data, grey.width, grey.height),
    };
  return grey;
}

/** Local contrast: about -2..2 anywhere. */
function contrastOf({ width, height, data }: Grey): Grey {
  const r = Math.max(4, Math.round(Math.max(width, height) / 24));
  const mean = boxMean(data, width, height, r);
  const square = boxMean(
    data.map((v) => v * v),
    width,
    height,
    r,
  );
  const out = new Float32Array(data.length);
  for (let i = 0; i < out.length; i++) {
    const spread = Math.sqrt(Math.max(0, square[i] - mean[i] * mean[i])) + 0.02;
    out[i] = Math.max(-2.5, Math.min(2.5, (data[i] - mean[i]) / spread));
  }
  return { width, height, data: out };
}

/** Bilinear value, NaN beyond the picture. */
function valueAt({ width, height, data }: Grey, x: number, y: number): number {
  if (!(x >= 0 && y >= 0 && x <= width - 1 && y <= height - 1)) return NaN;
  const x0 = Math.min(width - 2, Math.floor(x));
  const y0 = Math.min(height - 2, Math.floor(y));
  const i = y0 * width + x0;
  const fx = x - x0;
  const top = data[i] + fx * (data[i + 1] - data[i]);
  const low = data[i + width] + fx * (data[i + width + 1] - data[i + width]);
  return top + (y - y0) * (low - top);
}

/** The other picture as the map lays it on a grid of the first one's size; NaN where it has nothing. */
function warped(other: Grey, [a, b, c, d, e, f]: Affine, width: number, height: number): Grey {
  const out = new Float32Array(width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const u = (x + 0.5) / width;
      const v = (y + 0.5) / height;
      out[y * width + x] = valueAt(
        other,
        (a * u + b * v + c) * other.width - 0.5,
        (d * u + e * v + f) * other.height - 0.5,
      );
    }
  return { width, height, data: out };
}

function correlation(one: Grey, two: Grey): number {
  let ab = 0;
  let aa = 1e-9;
  let bb = 1e-9;
  let count = 0;
  for (let i = 0; i < one.data.length; i++) {
    const b = two.data[i];
    if (Number.isNaN(b)) continue;
    count++;
    ab += one.data[i] * b;
    aa += one.data[i] ** 2;
    bb += b * b;
  }
  return count < one.data.length / 4 ? 0 : ab / Math.sqrt(aa * bb);
}

/** The map that turns by `angle` and enlarges by `size` about the middle, in fractions, for pictures of these sizes. */
function start(angle: number, size: number, one: Grey, other: Grey): Affine {
  const cos = Math.cos(angle) * size;
  const sin = Math.sin(angle) * size;
  // The other is taken to hold the same view: its height in the first one's pixels.
  const scale = Math.min(one.width / other.width, one.height / other.height);
  const kx = one.width / (scale * other.width);
  const ky = one.height / (scale * other.height);
  const a = cos * kx;
  const b = (-sin * one.height) / (scale * other.width);
  const d = (sin * one.width) / (scale * other.height);
  const e = cos * ky;
  return [a, b, 0.5 - (a + b) / 2, d, e, 0.5 - (d + e) / 2];
}

/** Solves a small symmetric system in place; null when it is singular. */
function solved(m: number[][], v: number[]): number[] | null {
  const n = v.length;
  for (let i = 0; i < n; i++) {
    let p = i;
    for (let j = i + 1; j < n; j++) if (Math.abs(m[j][i]) > Math.abs(m[p][i])) p = j;
    if (Math.abs(m[p][i]) < 1e-9) return null;
    [m[i], m[p]] = [m[p], m[i]];
    [v[i], v[p]] = [v[p], v[i]];
    for (let j = 0; j < n; j++) {
      if (j === i) continue;
      const k = m[j][i] / m[i][i];
      for (let c = i; c < n; c++) m[j][c] -= k * m[i][c];
      v[j] -= k * v[i];
    }
  }
  return v.map((x, i) => x / m[i][i]);
}

/** Gauss-Newton steps at one size. */
function refined(one: Grey, other: Grey, from: Affine, sign: number, rounds: number): Affine {
  let map = from;
  const { width, height, data } = one;
  const every = Math.max(1, Math.floor(Math.sqrt((width * height) / 60000)));
  for (let round = 0; round < rounds; round++) {
    const m = Array.from({ length: 6 }, () => new Array<number>(6).fill(0));
    const r = new Array<number>(6).fill(0);
    for (let y = 1; y < height - 1; y += every)
      for (let x = 1; x < width - 1; x += every) {
        const u = (x + 0.5) / width;
        const v = (y + 0.5) / height;
        const ox = (map[0] * u + map[1] * v + map[2]) * other.width - 0.5;
        const oy = (map[3] * u + map[4] * v + map[5]) * other.height - 0.5;
        const here = valueAt(other, ox, oy);
        const gx = (valueAt(other, ox + 1, oy) - valueAt(other, ox - 1, oy)) / 2;
        const gy = (valueAt(other, ox, oy + 1) - valueAt(other, ox, oy - 1)) / 2;
        if (Number.isNaN(here + gx + gy)) continue;
        const error = data[y * width + x] - sign * here;
        const w = 1 / Math.max(1, Math.abs(error) / 0.3);
        const jx = sign * gx * other.width;
        const jy = sign * gy * other.height;
        const j = [jx * u, jx * v, jx, jy * u, jy * v, jy];
        for (let p = 0; p < 6; p++) {
          r[p] += w * j[p] * error;
          for (let q = 0; q < 6; q++) m[p][q] += w * j[p] * j[q];
        }
      }
    for (let p = 0; p < 6; p++) m[p][p] *= 1 + 1e-4;
    const step = solved(m, r);
    if (!step || step.some((s) => !Number.isFinite(s) || Math.abs(s) > 0.2)) return map;
    map = map.map((v, k) => v + step[k]) as unknown as Affine;
    if (step.every((s) => Math.abs(s) * Math.max(other.width, other.height) < 0.01)) break;
  }
  return map;
}

/** Ways in which a scan may lie, as maps of fractions: turned by quarters, and seen from behind. */
const TURNED: readonly Affine[] = [
  [-1, 0, 1, 0, -1, 1],
  [0, 1, 0, -1, 0, 1],
  [0, -1, 1, 1, 0, 0],
  [-1, 0, 1, 0, 1, 0],
  [1, 0, 0, 0, -1, 1],
  [0, 1, 0, 1, 0, 0],
  [0, -1, 1, -1, 0, 1],
];
/** Score of the coarse search under which other ways to lie are tried. */
const FOUND = 0.5;

/** A picture as it is seen when it lies in one of these ways. */
function seenFrom(grey: Grey, [a, b, c, d, e, f]: Affine): Grey {
  const size =
    a === 0 ? { width: grey.height, height: grey.width } : { width: grey.width, height: grey.height };
  const data = new Float32Array(grey.data.length);
  for (let y = 0; y < size.height; y++)
    for (let x = 0; x < size.width; x++) {
      const u = (x + 0.5) / size.width;
      const v = (y + 0.5) / size.height;
      const ox = Math.floor((a * u + b * v + c) * grey.width);
      const oy = Math.floor((d * u + e * v + f) * grey.height);
      data[y * size.width + x] = grey.data[oy * grey.width + ox];
    }
  return { ...size, data };
}

/** One map after another. */
const after = (second: Affine, [a, b, c, d, e, f]: Affine): Affine => [
  second[0] * a + second[1] * d,
  second[0] * b + second[1] * e,
  second[0] * c + second[1] * f + second[2],
  second[3] * a + second[4] * d,
  second[3] * b + second[4] * e,
  second[3] * c + second[4] * f + second[5],
];

/** The best start among some turns and sizes. */
function searched(
  coarse: Grey,
  other: Grey,
  angles: readonly number[],
  sizes: readonly number[],
): { map: Affine; score: number } {
  let best = { map: start(0, 1, coarse, other), score: -1 };
  for (const angle of angles)
    for (const size of sizes) {
      const map = start((angle * Math.PI) / 180, size, coarse, other);
      const laid = warped(other, map, coarse.width, coarse.height);
      const filled = { ...laid, data: laid.data.map((v) => (Number.isNaN(v) ? 0 : v)) };
      const { dx, dy } = phaseShift(coarse, filled, 256);
      const moved = shifted(map, dx / coarse.width, dy / coarse.height);
      const score = Math.abs(correlation(coarse, warped(other, moved, coarse.width, coarse.height)));
      if (score > best.score) best = { map: moved, score };
    }
  return best;
}

/**
 * How `other` lies on `picture`. Both whole, at any size and of any number of planes. Turns up to some 8 degrees,
 * sizes within a fifth, shifts up to a quarter are found; and so are scans that lie on their side, on their head, or
 * were made from behind, as negatives are.
 */
export function registerPictures(picture: Planar, other: Planar): Registration {
  const coarse = contrastOf(greyOf(picture, 85));
  const coarseOther = contrastOf(greyOf(other, 85));
  const one = contrastOf(greyOf(picture, 256));
  const two = contrastOf(greyOf(other, 256));
  let best = searched(coarse, coarseOther, [0, 2.5, -2.5, 5, -5, 7.5, -7.5], [1, 0.93, 1.08, 0.86, 1.17]);
  if (best.score < FOUND)
    for (const way of TURNED) {
      const found = searched(coarse, seenFrom(coarseOther, way), [0, 3.5, -3.5], [1, 0.92, 1.09]);
      if (found.score > best.score) best = { map: after(way, found.map), score: found.score };
    }
  const sign = correlation(one, warped(two, best.map, one.width, one.height)) < 0 ? -1 : 1;
  let map = refined(one, two, best.map, sign, 30);
  for (const side of [512, 1024, 2048]) {
    if (Math.max(picture.width, picture.height) < 0.75 * side) break;
    map = refined(contrastOf(greyOf(picture, side)), contrastOf(greyOf(other, side)), map, sign, 8);
  }
  const agreement = sign * correlation(one, warped(two, map, one.width, one.height));
  return { affine: map, negative: sign < 0, agreement: Math.max(0, agreement) };
}

/** The map for a picture whose content lies (dx, dy) fractions farther right and below. */
function shifted([a, b, c, d, e, f]: Affine, dx: number, dy: number): Affine {
  return [a, b, c + a * dx + b * dy, d, e, f + d * dx + e * dy];
}
