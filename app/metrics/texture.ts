/**
 * What plain errors do not tell apart: noise that was left or added, and detail that was lost. Noise is read
 * from the diagonal details of a Haar transform by their median, which edges hardly move (Donoho and Johnstone,
 * "Ideal spatial adaptation by wavelet shrinkage", Biometrika 81, 1994); sharpness from the energy of gradients.
 */
import type { Planar } from '../planar.ts';
import type { Selection } from './fidelity.ts';

/** Median of a list (mean of the middle two for an even count); NaN when empty. The list is sorted in place. */
export function median(values: Float32Array | Float64Array): number {
  const n = values.length;
  if (n === 0) return NaN;
  values.sort();
  return n % 2 === 1 ? values[n >> 1] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

/**
 * Standard deviation of the noise of one plane: median |HH| / 0.6745 over the blocks of 2 x 2, where
 * HH = (p00 - p01 - p10 + p11) / 2. In the units of the samples; 0 for pictures under 2 pixels a side.
 */
export function noiseSigma(picture: Planar, channel = 0): number {
  const { width, height } = picture;
  const w = width >> 1;
  const h = height >> 1;
  if (w === 0 || h === 0) return 0;
  const offset = channel * width * height;
  const details = new Float32Array(w * h);
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++) {
      const i = offset + 2 * y * width + 2 * x;
      const d = picture.data;
      details[y * w + x] = Math.abs((d[i] - d[i + 1] - d[i + width] + d[i + width + 1]) / 2);
    }
  return median(details) / 0.6745;
}

/** Mean over the planes of the picture's noise minus the truth's, in levels of 255: above 0 noise was left or
 * added, below 0 texture was taken away. */
export function residualNoise(truth: Planar, picture: Planar): number {
  let sum = 0;
  for (let c = 0; c < truth.channels; c++) sum += noiseSigma(picture, c) - noiseSigma(truth, c);
  return (255 * sum) / truth.channels;
}

/**
 * Mean squared difference of neighbours to the right and below, over the pairs whose pixels are both selected,
 * and all planes; NaN when there is no such pair.
 */
export function gradientEnergy(picture: Planar, select?: Selection): number {
  const { width, height, channels, data } = picture;
  const n = width * height;
  let sum = 0;
  let count = 0;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      if (select && !select(i)) continue;
      const right = x + 1 < width && (!select || select(i + 1));
      const below = y + 1 < height && (!select || select(i + width));
      for (let c = 0; c < channels; c++) {
        const v = data[c * n + i];
        if (right) sum += (data[c * n + i + 1] - v) ** 2;
        if (below) sum += (data[c * n + i + width] - v) ** 2;
      }
      count += channels * (Number(right) + Number(below));
    }
  return count === 0 ? NaN : sum / count;
}

/** Gradient energy of the picture over that of the truth: 1 as sharp, towards 0 blurred. NaN for a flat truth. */
export function sharpness(truth: Planar, picture: Planar, select?: Selection): number {
  const reference = gradientEnergy(truth, select);
  return reference > 0 ? gradientEnergy(picture, select) / reference : NaN;
}
