/**
 * What saving as JPEG does to a picture, without the file: 8-bit YCbCr, 4:2:0 chroma, the 8x8 discrete cosine
 * transform, quantisation with the tables of the standard, and all of it back. Entropy coding loses nothing and
 * is left out. Rounding happens where a coder rounds, so that the result is that of a real coder but for
 * single steps of 1/255 in a few pixels (checked against libjpeg-turbo in the tests).
 *
 * Sources: ITU-T T.81 (1992), annexes A and K; JFIF 1.02 for the colour space; the scaling of the tables by
 * quality and the triangle filter of the chroma as the Independent JPEG Group's software does them; the fast
 * transform of Arai, Agui and Nakajima (1988), whose scale factors are folded into the tables.
 */
import { type Planar, planar } from '../planar.ts';
import type { Random } from '../random.ts';
import type { Degradation } from './types.ts';

const LUMA = [
  16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22,
  29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103,
  121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
];
const CHROMA = [
  17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99, 47, 66, 99,
  99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
  99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
];

/** The standard's table (annex K) scaled to a quality of 1..100, in raster order. */
export function quantTable(kind: 'luma' | 'chroma', quality: number): number[] {
  const q = Math.min(100, Math.max(1, Math.round(quality)));
  const scale = q < 50 ? Math.floor(5000 / q) : 200 - 2 * q;
  return (kind === 'luma' ? LUMA : CHROMA).map((v) =>
    Math.min(255, Math.max(1, Math.floor((v * scale + 50) / 100))),
  );
}

/** Scale factors of the fast transform: c(0) = 1, c(k) = cos(k pi / 16) * sqrt 2. */
const AAN = Array.from({ length: 8 }, (_, k) => (k === 0 ? 1 : Math.cos((k * Math.PI) / 16) * Math.SQRT2));
const C4 = Math.SQRT1_2;
const C6 = Math.cos((3 * Math.PI) / 8);
const C2 = Math.cos(Math.PI / 8);

/** One-dimensional forward transform of eight values `step` apart, scaled by AAN. */
function forward(b: Float64Array, at: number, step: number): void {
  const v0 = b[at];
  const v1 = b[at + step];
  const v2 = b[at + 2 * step];
  const v3 = b[at + 3 * step];
  const v4 = b[at + 4 * step];
  const v5 = b[at + 5 * step];
  const v6 = b[at + 6 * step];
  const v7 = b[at + 7 * step];
  const s07 = v0 + v7;
  const d07 = v0 - v7;
  const s16 = v1 + v6;
  const d16 = v1 - v6;
  const s25 = v2 + v5;
  const d25 = v2 - v5;
  const s34 = v3 + v4;
  const d34 = v3 - v4;
  const e0 = s07 + s34;
  const e3 = s07 - s34;
  const e1 = s16 + s25;
  const e2 = s16 - s25;
  b[at] = e0 + e1;
  b[at + 4 * step] = e0 - e1;
  const z1 = (e2 + e3) * C4;
  b[at + 2 * step] = e3 + z1;
  b[at + 6 * step] = e3 - z1;
  const o0 = d34 + d25;
  const o1 = d25 + d16;
  const o2 = d16 + d07;
  const z5 = (o0 - o2) * C6;
  const z2 = (C2 - C6) * o0 + z5;
  const z4 = (C2 + C6) * o2 + z5;
  const z3 = o1 * C4;
  const z11 = d07 + z3;
  const z13 = d07 - z3;
  b[at + 5 * step] = z13 + z2;
  b[at + 3 * step] = z13 - z2;
  b[at + step] = z11 + z4;
  b[at + 7 * step] = z11 - z4;
}

/** Inverse of `forward`, on values that were multiplied by AAN / 8. */
function inverse(b: Float64Array, at: number, step: number): void {
  const e0 = b[at];
  const e1 = b[at + 2 * step];
  const e2 = b[at + 4 * step];
  const e3 = b[at + 6 * step];
  const p10 = e0 + e2;
  const p11 = e0 - e2;
  const p13 = e1 + e3;
  const p12 = (e1 - e3) * Math.SQRT2 - p13;
  const t0 = p10 + p13;
  const t3 = p10 - p13;
  const t1 = p11 + p12;
  const t2 = p11 - p12;
  const o4 = b[at + step];
  const o5 = b[at + 3 * step];
  const o6 = b[at + 5 * step];
  const o7 = b[at + 7 * step];
  const z13 = o6 + o5;
  const z10 = o6 - o5;
  const z11 = o4 + o7;
  const z12 = o4 - o7;
  const t7 = z11 + z13;
  const q11 = (z11 - z13) * Math.SQRT2;
  const z5 = (z10 + z12) * (2 * C2);
  const q10 = z5 - 2 * (C2 - C6) * z12;
  const q12 = z5 - 2 * (C2 + C6) * z10;
  const t6 = q12 - t7;
  const t5 = q11 - t6;
  const t4 = q10 - t5;
  b[at] = t0 + t7;
  b[at + 7 * step] = t0 - t7;
  b[at + step] = t1 + t6;
  b[at + 6 * step] = t1 - t6;
  b[at + 2 * step] = t2 + t5;
  b[at + 5 * step] = t2 - t5;
  b[at + 3 * step] = t3 + t4;
  b[at + 4 * step] = t3 - t4;
}

/** Codes and decodes a plane of 0..255 whose sides are multiples of 8, in place, rounded and clipped as a decoder does. */
export function codePlane(
  plane: Float32Array,
  width: number,
  height: number,
  table: readonly number[],
): void {
  const toCode = new Float64Array(64);
  const fromCode = new Float64Array(64);
  for (let v = 0; v < 8; v++)
    for (let u = 0; u < 8; u++) {
      const i = v * 8 + u;
      toCode[i] = 1 / (table[i] * AAN[v] * AAN[u] * 8);
      fromCode[i] = (table[i] * AAN[v] * AAN[u]) / 8;
    }
  const b = new Float64Array(64);
  for (let by = 0; by < height; by += 8)
    for (let bx = 0; bx < width; bx += 8) {
      for (let y = 0; y < 8; y++) {
        const from = (by + y) * width + bx;
        for (let x = 0; x < 8; x++) b[y * 8 + x] = plane[from + x] - 128;
      }
      for (let y = 0; y < 8; y++) forward(b, y * 8, 1);
      for (let x = 0; x < 8; x++) forward(b, x, 8);
      for (let i = 0; i < 64; i++) b[i] = Math.round(b[i] * toCode[i]) * fromCode[i];
      for (let x = 0; x < 8; x++) inverse(b, x, 8);
      for (let y = 0; y < 8; y++) inverse(b, y * 8, 1);
      for (let y = 0; y < 8; y++) {
        const to = (by + y) * width + bx;
        for (let x = 0; x < 8; x++) {
          const v = Math.round(b[y * 8 + x] + 128);
          plane[to + x] = v < 0 ? 0 : v > 255 ? 255 : v;
        }
      }
    }
}

/** Means of 2x2 samples. Sides must be even. */
function halve(plane: Float32Array, width: number, height: number): Float32Array {
  const w = width / 2;
  const out = new Float32Array(w * (height / 2));
  for (let y = 0; y < height / 2; y++)
    for (let x = 0; x < w; x++) {
      const i = 2 * y * width + 2 * x;
      // The coder's bias alternates so that halves are rounded up and down in turn.
      out[y * w + x] = Math.floor(
        (plane[i] + plane[i + 1] + plane[i + width] + plane[i + width + 1] + 1 + (x & 1)) / 4,
      );
    }
  return out;
}

/** Twice the size by the triangle filter (weights 9, 3, 3, 1 of 16). Only `used` samples of each side exist for the filter. */
function double(plane: Float32Array, width: number, usedW: number, usedH: number): Float32Array {
  const out = new Float32Array(4 * usedW * usedH);
  const w = 2 * usedW;
  const sums = new Float32Array(usedW);
  for (let y = 0; y < 2 * usedH; y++) {
    const near = y >> 1;
    const far = Math.min(usedH - 1, Math.max(0, near + (y & 1 ? 1 : -1)));
    for (let x = 0; x < usedW; x++) sums[x] = 3 * plane[near * width + x] + plane[far * width + x];
    for (let x = 0; x < usedW; x++) {
      const left = x === 0 ? sums[0] : sums[x - 1];
      const right = x === usedW - 1 ? sums[x] : sums[x + 1];
      out[y * w + 2 * x] = Math.floor((3 * sums[x] + left + 8) / 16);
      out[y * w + 2 * x + 1] = Math.floor((3 * sums[x] + right + 7) / 16);
    }
  }
  return out;
}

/**
 * A picture of three planes as it comes back from a JPEG file of the given quality (1..100); `subsampling` 420
 * halves the chroma in both directions, 444 leaves it.
 */
export function jpeg(picture: Planar, quality: number, subsampling: 420 | 444 = 420): Planar {
  const { width, height, data } = picture;
  const size = width * height;
  // Whole blocks; what lies beyond the border is repeated from it, as coders do.
  const unit = subsampling === 420 ? 16 : 8;
  const w = Math.ceil(width / unit) * unit;
  const h = Math.ceil(height / unit) * unit;
  const planes = [new Float32Array(w * h), new Float32Array(w * h), new Float32Array(w * h)];
  const [yy, cb, cr] = planes;
  const byte = (v: number): number => (v <= 0 ? 0 : v >= 1 ? 255 : Math.round(v * 255));
  for (let y = 0; y < h; y++) {
    const row = Math.min(height - 1, y) * width;
    for (let x = 0; x < w; x++) {
      const i = row + (x < width ? x : width - 1);
      const o = y * w + x;
      const r = byte(data[i]);
      const g = byte(data[size + i]);
      const b = byte(data[2 * size + i]);
      yy[o] = Math.round(0.299 * r + 0.587 * g + 0.114 * b);
      cb[o] = Math.round(-0.168735892 * r - 0.331264108 * g + 0.5 * b + 128 - 1e-6);
      cr[o] = Math.round(0.5 * r - 0.418687589 * g - 0.081312411 * b + 128 - 1e-6);
      if (cb[o] > 255) cb[o] = 255;
      if (cr[o] > 255) cr[o] = 255;
    }
  }
  codePlane(yy, w, h, quantTable('luma', quality));
  const chroma = quantTable('chroma', quality);
  let stride = w;
  let colour: Float32Array[] = [cb, cr];
  if (subsampling === 420) {
    const usedW = Math.ceil(width / 2);
    const usedH = Math.ceil(height / 2);
    stride = 2 * usedW;
    colour = colour.map((plane) => {
      const half = halve(plane, w, h);
      codePlane(half, w / 2, h / 2, chroma);
      return double(half, w / 2, usedW, usedH);
    });
  } else for (const plane of colour) codePlane(plane, w, h, chroma);
  const out = planar(width, height, 3);
  const put = (i: number, v: number): void => {
    const q = Math.round(v);
    out.data[i] = q <= 0 ? 0 : q >= 255 ? 1 : q / 255;
  };
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      const l = yy[y * w + x];
      const b = colour[0][y * stride + x] - 128;
      const r = colour[1][y * stride + x] - 128;
      put(i, l + 1.402 * r);
      put(size + i, l - 0.344136286 * b - 0.714136286 * r);
      put(2 * size + i, l + 1.772 * b);
    }
  return out;
}

/** JPEG at a quality at which it shows. */
export const jpegCompression: Degradation = {
  name: 'jpeg',
  family: 'jpeg',
  ranges: { quality: [10, 80] },
  source: 'ITU-T T.81 annexes A and K; JFIF 1.02',
  apply(picture: Planar, random: Random) {
    // Low qualities are the ones that need practice.
    const quality = Math.round(10 + 70 * random.next() ** 1.3);
    return { picture: jpeg(picture, quality), params: { quality } };
  },
};
