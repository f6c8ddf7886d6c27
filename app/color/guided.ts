/**
 * Chroma brought to a larger size under the guidance of the luminance. Two methods that follow each other: joint
 * bilateral enlargement (Kopf, Cohen, Lischinski and Uyttendaele, "Joint bilateral upsampling", ACM Transactions on
 * Graphics 26, 2007) takes the few low-resolution samples around a pixel by how near their luminance is; local linear
 * models (He, Sun and Tang, "Guided image filtering", ECCV 2010; He and Sun, "Fast guided filter", 2015) then carry
 * that to any size at the cost of one multiplication: value = slope(x, y) * luminance + offset(x, y).
 */

export interface Size {
  width: number;
  height: number;
}

/**
 * One plane reduced by averaging over areas, with fractions of pixels at the borders of each area.
 * `to` is not larger than `from` on either side.
 */
export function reducePlane(plane: Float32Array, from: Size, to: Size): Float32Array {
  if (from.width === to.width && from.height === to.height) return plane.slice();
  const rows = new Float32Array(to.width * from.height);
  const across = from.width / to.width;
  for (let X = 0; X < to.width; X++) {
    const { first, weights } = span(X, across, from.width);
    for (let y = 0; y < from.height; y++) {
      let sum = 0;
      const at = y * from.width + first;
      for (let k = 0; k < weights.length; k++) sum += weights[k] * plane[at + k];
      rows[y * to.width + X] = sum;
    }
  }
  const out = new Float32Array(to.width * to.height);
  const down = from.height / to.height;
  for (let Y = 0; Y < to.height; Y++) {
    const { first, weights } = span(Y, down, from.height);
    for (let k = 0; k < weights.length; k++) {
      const at = (first + k) * to.width;
      for (let X = 0; X < to.width; X++) out[Y * to.width + X] += weights[k] * rows[at + X];
    }
  }
  return out;
}

function span(index: number, step: number, length: number): { first: number; weights: number[] } {
  const start = index * step;
  const end = Math.min(length, start + step);
  const first = Math.min(length - 1, Math.floor(start + 1e-9));
  const last = Math.max(first + 1, Math.ceil(end - 1e-9));
  const weights: number[] = [];
  for (let i = first; i < last; i++)
    weights.push((Math.min(i + 1, end) - Math.max(i, start)) / (end - start));
  return { first, weights };
}

/** Means over windows of (2 r + 1)², cut at the border of the plane. */
export function boxMean(plane: Float32Array, { width, height }: Size, r: number): Float32Array {
  const rows = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const at = y * width;
    let sum = 0;
    for (let x = 0; x < Math.min(r, width); x++) sum += plane[at + x];
    for (let x = 0; x < width; x++) {
      if (x + r < width) sum += plane[at + x + r];
      if (x - r - 1 >= 0) sum -= plane[at + x - r - 1];
      rows[at + x] = sum / (Math.min(width - 1, x + r) - Math.max(0, x - r) + 1);
    }
  }
  const out = new Float32Array(width * height);
  const sums = new Float64Array(width);
  for (let y = 0; y < Math.min(r, height); y++)
    for (let x = 0; x < width; x++) sums[x] += rows[y * width + x];
  for (let y = 0; y < height; y++) {
    const enter = y + r < height ? (y + r) * width : -1;
    const leave = y - r - 1 >= 0 ? (y - r - 1) * width : -1;
    const n = Math.min(height - 1, y + r) - Math.max(0, y - r) + 1;
    for (let x = 0; x < width; x++) {
      if (enter >= 0) sums[x] += rows[enter + x];
      if (leave >= 0) sums[x] -= rows[leave + x];
      out[y * width + x] = sums[x] / n;
    }
  }
  return out;
}

/** A linear model of a plane in each pixel: value = slope * guide + offset. */
export interface LinearModel {
  slope: Float32Array;
  offset: Float32Array;
}

/**
 * Guided filter, its coefficients: least squares of each plane over the guide in windows of (2 r + 1)², then averaged
 * over the windows that hold a pixel.
 * @param epsilon variance of the guide under which it is taken for noise
 */
export function linearModels(
  guide: Float32Array,
  planes: readonly Float32Array[],
  size: Size,
  r: number,
  epsilon: number,
): LinearModel[] {
  const n = size.width * size.height;
  const mean = boxMean(guide, size, r);
  const square = new Float32Array(n);
  for (let i = 0; i < n; i++) square[i] = guide[i] * guide[i];
  const variance = boxMean(square, size, r);
  for (let i = 0; i < n; i++) variance[i] = Math.max(0, variance[i] - mean[i] * mean[i]);
  return planes.map((plane) => {
    for (let i = 0; i < n; i++) square[i] = guide[i] * plane[i];
    const both = boxMean(square, size, r);
    const level = boxMean(plane, size, r);
    const slope = new Float32Array(n);
    const offset = new Float32Array(n);
    for (let i = 0; i < n; i++) {
      slope[i] = (both[i] - mean[i] * level[i]) / (variance[i] + epsilon);
      offset[i] = level[i] - slope[i] * mean[i];
    }
    return { slope: boxMean(slope, size, r), offset: boxMean(offset, size, r) };
  });
}

/** How a joint bilateral enlargement weighs its samples. */
export interface BilateralOptions {
  /** Samples on each side of a pixel: 2 looks at 4 x 4. */
  reach: number;
  /** Standard deviation in space, in samples. */
  space: number;
  /** Standard deviation in luminance, in the guide's unit. */
  range: number;
}

/**
 * Joint bilateral enlargement.
 * @param low planes of size `from`; `lowGuide` the guide reduced to `from`; `guide` of size `to`
 * @returns planes of size `to`
 */
export function bilateralEnlarge(
  low: readonly Float32Array[],
  lowGuide: Float32Array,
  from: Size,
  guide: Float32Array,
  to: Size,
  { reach, space, range }: BilateralOptions,
): Float32Array[] {
  const out = low.map(() => new Float32Array(to.width * to.height));
  // exp(-d²/2) in steps of 1/64 of a standard deviation, nought beyond 4.
  const kernel = Float32Array.from({ length: 258 }, (_, i) => Math.exp(-0.5 * (i / 64) ** 2));
  const inverse = 64 / range;
  const taps = 2 * reach;
  const columns = Float64Array.from({ length: to.width * taps }, (_, k) => {
    const u = ((Math.floor(k / taps) + 0.5) * from.width) / to.width - 0.5;
    return Math.exp(-0.5 * ((Math.floor(u) - reach + 1 + (k % taps) - u) / space) ** 2);
  });
  const sums = new Float64Array(low.length);
  for (let y = 0; y < to.height; y++) {
    const v = ((y + 0.5) * from.height) / to.height - 0.5;
    const y0 = Math.max(0, Math.floor(v) - reach + 1);
    const y1 = Math.min(from.height - 1, Math.floor(v) + reach);
    for (let x = 0; x < to.width; x++) {
      const u = ((x + 0.5) * from.width) / to.width - 0.5;
      const start = Math.floor(u) - reach + 1;
      const x0 = Math.max(0, start);
      const x1 = Math.min(from.width - 1, start + taps - 1);
      const column = x * taps - start;
      const g = guide[y * to.width + x];
      let all = 0;
      sums.fill(0);
      for (let j = y0; j <= y1; j++) {
        const wy = Math.exp(-0.5 * ((j - v) / space) ** 2);
        for (let i = x0; i <= x1; i++) {
          const at = j * from.width + i;
          const d = Math.abs(g - lowGuide[at]) * inverse;
          // A floor: where no sample is alike, the nearest in space count.
          const w = wy * columns[column + i] * ((d < 256 ? kernel[d | 0] : 0) + 1e-4);
          all += w;
          for (let c = 0; c < low.length; c++) sums[c] += w * low[c][at];
        }
      }
      const o = y * to.width + x;
      for (let c = 0; c < low.length; c++) out[c][o] = sums[c] / all;
    }
  }
  return out;
}
