/**
 * How near a picture is to the truth, sample by sample and window by window: mean squared error, PSNR and SSIM
 * (Wang, Bovik, Sheikh and Simoncelli, "Image quality assessment: from error visibility to structural
 * similarity", IEEE Transactions on Image Processing 13, 2004), on the whole picture or on the pixels that a
 * mask selects. Samples are 0..1, so the peak is 1.
 */
import { type Planar, planar } from '../planar.ts';
import { sameShape } from './lab.ts';

/** Says of pixel `i` whether it counts. */
export type Selection = (i: number) => boolean;

const everything: Selection = () => true;

/** Pixels where a mask of one plane is above `above` (0: touched at all). */
export function inside(mask: Planar, above = 0): Selection {
  return (i) => mask.data[i] > above;
}

/** Pixels that a mask leaves alone altogether. */
export function outside(mask: Planar): Selection {
  return (i) => mask.data[i] <= 0;
}

/** Mean squared error over all planes of the selected pixels; NaN when none is selected. */
export function meanSquaredError(truth: Planar, picture: Planar, select: Selection = everything): number {
  sameShape(truth, picture);
  const n = truth.width * truth.height;
  let sum = 0;
  let count = 0;
  for (let i = 0; i < n; i++) {
    if (!select(i)) continue;
    for (let c = 0; c < truth.channels; c++) {
      const d = truth.data[c * n + i] - picture.data[c * n + i];
      sum += d * d;
    }
    count += truth.channels;
  }
  return count === 0 ? NaN : sum / count;
}

/** Peak signal-to-noise ratio in dB over all planes, peak 1; Infinity for equal pictures, NaN for no pixels. */
export function psnr(truth: Planar, picture: Planar, select?: Selection): number {
  return -10 * Math.log10(meanSquaredError(truth, picture, select));
}

/** PSNR of each plane alone. */
export function psnrByChannel(truth: Planar, picture: Planar): number[] {
  return Array.from({ length: truth.channels }, (_, c) => psnr(plane(truth, c), plane(picture, c)));
}

/** One plane as a picture (a view, not a copy). */
export function plane(picture: Planar, channel: number): Planar {
  const n = picture.width * picture.height;
  return { ...picture, channels: 1, data: picture.data.subarray(channel * n, (channel + 1) * n) };
}

const RADIUS = 5;
const WINDOW = (() => {
  const w = Array.from({ length: 2 * RADIUS + 1 }, (_, k) =>
    Math.exp(-((k - RADIUS) ** 2) / (2 * 1.5 * 1.5)),
  );
  const sum = w.reduce((x, y) => x + y);
  return Float64Array.from(w, (v) => v / sum);
})();
const C1 = 0.01 ** 2;
const C2 = 0.03 ** 2;

/** Gaussian window means at every position where the window lies inside: (w - 10) x (h - 10) values. */
function windowed(values: Float64Array, width: number, height: number): Float64Array {
  const w = width - 2 * RADIUS;
  const h = height - 2 * RADIUS;
  const rows = new Float64Array(w * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < w; x++) {
      let sum = 0;
      const at = y * width + x;
      for (let k = 0; k <= 2 * RADIUS; k++) sum += WINDOW[k] * values[at + k];
      rows[y * w + x] = sum;
    }
  const out = new Float64Array(w * h);
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++) {
      let sum = 0;
      const at = y * w + x;
      for (let k = 0; k <= 2 * RADIUS; k++) sum += WINDOW[k] * rows[at + k * w];
      out[at] = sum;
    }
  return out;
}

/**
 * The SSIM map of two pictures of one plane: Gaussian window of 11 x 11, sigma 1.5, K1 = 0.01, K2 = 0.03, only
 * whole windows, so it is 10 pixels narrower and lower than they; value (x, y) belongs to pixel (x+5, y+5).
 * @throws RangeError for pictures under 11 pixels a side
 */
export function ssimMap(truth: Planar, picture: Planar): Planar {
  sameShape(truth, picture);
  const { width, height } = truth;
  if (truth.channels !== 1) throw new RangeError('ssimMap takes pictures of one plane.');
  if (width <= 2 * RADIUS || height <= 2 * RADIUS)
    throw new RangeError(`SSIM needs at least 11 pixels a side, not ${width}x${height}.`);
  const x = Float64Array.from(truth.data);
  const y = Float64Array.from(picture.data);
  const mx = windowed(x, width, height);
  const my = windowed(y, width, height);
  const xx = windowed(
    x.map((v) => v * v),
    width,
    height,
  );
  const yy = windowed(
    y.map((v) => v * v),
    width,
    height,
  );
  const xy = windowed(
    x.map((v, i) => v * y[i]),
    width,
    height,
  );
  const out = planar(width - 2 * RADIUS, height - 2 * RADIUS, 1);
  for (let i = 0; i < out.data.length; i++) {
    const varX = xx[i] - mx[i] * mx[i];
    const varY = yy[i] - my[i] * my[i];
    const cov = xy[i] - mx[i] * my[i];
    out.data[i] =
      ((2 * mx[i] * my[i] + C1) * (2 * cov + C2)) /
      ((mx[i] * mx[i] + my[i] * my[i] + C1) * (varX + varY + C2));
  }
  return out;
}

/**
 * Mean SSIM of two pictures of one plane; with a selection, the mean over windows whose middle is selected (NaN
 * when none is). For colour give luma (`luma` of lab.ts) or use `ssimByChannel`.
 */
export function ssim(truth: Planar, picture: Planar, select: Selection = everything): number {
  const map = ssimMap(truth, picture);
  let sum = 0;
  let count = 0;
  for (let y = 0; y < map.height; y++)
    for (let x = 0; x < map.width; x++) {
      if (!select((y + RADIUS) * truth.width + x + RADIUS)) continue;
      sum += map.data[y * map.width + x];
      count++;
    }
  return count === 0 ? NaN : sum / count;
}

/** Mean SSIM of each plane. */
export function ssimByChannel(truth: Planar, picture: Planar): number[] {
  return Array.from({ length: truth.channels }, (_, c) => ssim(plane(truth, c), plane(picture, c)));
}
