/**
 * Non-local means for colour (Buades, Coll and Morel, "Non-Local Means Denoising", Image Processing On Line 1,
 * 2011, pixelwise version with its published parameters), made fast by summing the squared differences of each
 * shift with running sums instead of patch by patch (Darbon et al. 2008). Blind: the noise is estimated.
 */
import { noiseSigma } from '../metrics/texture.ts';
import { copyPlanar, type Planar } from '../planar.ts';

/** Weights under e^-9.21, a ten-thousandth, are left out. */
const LEAST = Math.log(1e4);

/** Published parameters for colour pictures: patch and search radius, h = k sigma. */
function parameters(sigma: number): { patch: number; search: number; k: number } {
  const levels = 255 * sigma;
  if (levels <= 25) return { patch: 1, search: 10, k: 0.55 };
  if (levels <= 55) return { patch: 2, search: 17, k: 0.4 };
  return { patch: 3, search: 17, k: 0.35 };
}

/** Index of a row or column beyond the edge: mirrored about the border sample. */
function mirror(i: number, size: number): number {
  if (size === 1) return 0;
  const period = 2 * (size - 1);
  const k = ((i % period) + period) % period;
  return k < size ? k : period - k;
}

/** Noise of a picture: root mean square over its planes of the robust estimate. */
export function estimateSigma(picture: Planar): number {
  let sum = 0;
  for (let c = 0; c < picture.channels; c++) sum += noiseSigma(picture, c) ** 2;
  return Math.sqrt(sum / picture.channels);
}

/**
 * @param sigma standard deviation of the noise in units of the samples; by default estimated. Under half a level
 *   of 255 the picture comes back as it is
 * @returns the denoised picture, same size
 */
export function nonLocalMeans(picture: Planar, sigma = estimateSigma(picture)): Planar {
  const out = copyPlanar(picture);
  if (!(sigma * 255 > 0.5)) return out;
  const { width, height, channels } = picture;
  const { patch, search, k } = parameters(sigma);
  const pad = patch + search;
  const w = width + 2 * pad;
  const h = height + 2 * pad;
  const size = w * h;
  const padded = new Float32Array(size * channels);
  for (let c = 0; c < channels; c++)
    for (let y = 0; y < h; y++) {
      const from = (c * height + mirror(y - pad, height)) * width;
      for (let x = 0; x < w; x++) padded[c * size + y * w + x] = picture.data[from + mirror(x - pad, width)];
    }
  const n = width * height;
  const side = 2 * patch + 1;
  const perSample = 1 / (channels * side * side);
  const perH = 1 / (k * sigma) ** 2;
  const allowance = 2 * sigma * sigma;
  const total = new Float32Array(n);
  const best = new Float32Array(n);
  const sums = new Float32Array(n * channels);
  const rowWidth = width + 2 * patch;
  const rows = height + 2 * patch;
  const across = new Float32Array(rows * width);
  const differences = new Float32Array(rowWidth);

  for (let dy = -search; dy <= search; dy++)
    for (let dx = -search; dx <= search; dx++) {
      if (dx === 0 && dy === 0) continue;
      const shift = dy * w + dx;
      for (let y = 0; y < rows; y++) {
        const at = (y + search) * w + search;
        differences.fill(0);
        for (let c = 0, i = at; c < channels; c++, i = at + c * size)
          for (let x = 0; x < rowWidth; x++, i++) {
            const d = padded[i] - padded[i + shift];
            differences[x] += d * d;
          }
        for (let x = 0; x < width; x++) {
          let sum = 0;
          for (let s = 0; s < side; s++) sum += differences[x + s];
          across[y * width + x] = sum;
        }
      }
      for (let y = 0; y < height; y++) {
        const at = (y + pad) * w + pad + shift;
        for (let x = 0; x < width; x++) {
          let sum = 0;
          for (let s = 0; s < side; s++) sum += across[(y + s) * width + x];
          const excess = (sum * perSample - allowance) * perH;
          if (excess > LEAST) continue;
          const weight = excess > 0 ? Math.exp(-excess) : 1;
          const p = y * width + x;
          total[p] += weight;
          if (weight > best[p]) best[p] = weight;
          for (let c = 0; c < channels; c++) sums[c * n + p] += weight * padded[c * size + at + x];
        }
      }
    }
  // A pixel's own weight would always be the greatest; it gets that of its best match.
  for (let c = 0; c < channels; c++)
    for (let p = 0; p < n; p++) {
      const own = total[p] > 0 ? best[p] : 1;
      out.data[c * n + p] = (sums[c * n + p] + own * picture.data[c * n + p]) / (total[p] + own);
    }
  return out;
}
