/**
 * Classical neighbourhood filters: median, the adaptive median for salt and pepper (Hwang and Haddad, "Adaptive
 * median filters: new algorithms and results", IEEE Transactions on Image Processing 4, 1995), unsharp masking,
 * and smoothing of the borders of JPEG's blocks.
 */
import { median } from '../metrics/texture.ts';
import { copyPlanar, type Planar } from '../planar.ts';

const clip = (v: number): number => (v > 0 ? (v < 1 ? v : 1) : 0);

/** Median of 3 x 3 (fewer at the edges), plane by plane. */
export function medianFilter(picture: Planar): Planar {
  const out = copyPlanar(picture);
  const { width, height, channels, data } = picture;
  const window = new Float32Array(9);
  for (let c = 0; c < channels; c++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        let n = 0;
        for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++)
          for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++)
            window[n++] = data[(c * height + v) * width + u];
        const sorted = window.subarray(0, n).sort();
        out.data[(c * height + y) * width + x] =
          n % 2 === 1 ? sorted[n >> 1] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
      }
  return out;
}

/**
 * Samples at the ends of the range (within `margin`) are replaced by the median of the windows' other samples,
 * 3 x 3 first, then wider up to 9 x 9; everything else stays. A window of nothing but extremes (a white sky)
 * leaves the sample alone.
 */
export function adaptiveMedian(picture: Planar, margin = 1.5 / 255): Planar {
  const out = copyPlanar(picture);
  const { width, height, channels, data } = picture;
  const window = new Float32Array(81);
  const extreme = (v: number): boolean => v <= margin || v >= 1 - margin;
  for (let c = 0; c < channels; c++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const at = (c * height + y) * width + x;
        if (!extreme(data[at])) continue;
        for (let r = 1; r <= 4; r++) {
          let n = 0;
          for (let v = Math.max(0, y - r); v <= Math.min(height - 1, y + r); v++)
            for (let u = Math.max(0, x - r); u <= Math.min(width - 1, x + r); u++) {
              const sample = data[(c * height + v) * width + u];
              if (!extreme(sample)) window[n++] = sample;
            }
          if (n === 0) continue;
          const sorted = window.subarray(0, n).sort();
          out.data[at] = n % 2 === 1 ? sorted[n >> 1] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
          break;
        }
      }
  return out;
}

/** Gaussian blur of every plane, edges repeated. */
export function gaussianBlur(picture: Planar, sigma: number): Planar {
  const radius = Math.max(1, Math.ceil(3 * sigma));
  const kernel = Float64Array.from({ length: 2 * radius + 1 }, (_, k) =>
    Math.exp(-((k - radius) ** 2) / (2 * sigma * sigma)),
  );
  const sum = kernel.reduce((s, v) => s + v);
  const { width, height, channels } = picture;
  const half = copyPlanar(picture);
  const out = copyPlanar(picture);
  for (let row = 0; row < height * channels; row++)
    for (let x = 0; x < width; x++) {
      let v = 0;
      for (let k = -radius; k <= radius; k++)
        v += kernel[k + radius] * picture.data[row * width + Math.min(width - 1, Math.max(0, x + k))];
      half.data[row * width + x] = v / sum;
    }
  for (let c = 0; c < channels; c++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        let v = 0;
        for (let k = -radius; k <= radius; k++)
          v +=
            kernel[k + radius] *
            half.data[(c * height + Math.min(height - 1, Math.max(0, y + k))) * width + x];
        out.data[(c * height + y) * width + x] = v / sum;
      }
  return out;
}

/** x + amount (x - blurred x), clipped. */
export function unsharp(picture: Planar, sigma = 1.2, amount = 1): Planar {
  const blurred = gaussianBlur(picture, sigma);
  return {
    ...picture,
    data: picture.data.map((v, i) => clip(v + amount * (v - blurred.data[i]))),
  };
}

/**
 * Softens the borders of the 8 x 8 blocks of JPEG, grid at the upper left corner: a step between two flat sides
 * that is not above what quantisation makes is spread over the two pixels on each side. What quantisation makes
 * is read from the picture: how much larger the median step across the borders is than that inside the blocks.
 */
export function deblock(picture: Planar): Planar {
  const out = copyPlanar(picture);
  const { width, height, channels } = picture;
  const n = width * height;
  for (let c = 0; c < channels; c++) {
    const plane = out.data.subarray(c * n, (c + 1) * n);
    softenBorders(plane, width, height, 1, width);
    softenBorders(plane, height, width, width, 1);
  }
  return out;
}

/** One direction: `length` samples a line with stride `step`, `lines` lines with stride `jump`. */
function softenBorders(plane: Float32Array, length: number, lines: number, step: number, jump: number): void {
  const border: number[] = [];
  const within: number[] = [];
  for (let l = 0; l < lines; l++)
    for (let x = 1; x < length; x++) {
      const i = l * jump + x * step;
      (x % 8 === 0 ? border : within).push(Math.abs(plane[i] - plane[i - step]));
    }
  if (border.length === 0) return;
  const excess = median(Float32Array.from(border)) - median(Float32Array.from(within));
  if (excess <= 0) return;
  const limit = 4 * excess + 2 / 255;
  const flat = limit / 2;
  for (let l = 0; l < lines; l++)
    for (let x = 8; x + 1 < length; x += 8) {
      const i = l * jump + x * step;
      const p1 = plane[i - 2 * step];
      const p0 = plane[i - step];
      const q0 = plane[i];
      const q1 = plane[i + step];
      if (Math.abs(p0 - q0) >= limit || Math.abs(p1 - p0) >= flat || Math.abs(q1 - q0) >= flat) continue;
      const d = q0 - p0;
      plane[i - 2 * step] = p1 + d / 8;
      plane[i - step] = p0 + (3 * d) / 8;
      plane[i] = q0 - (3 * d) / 8;
      plane[i + step] = q1 - d / 8;
    }
}
