/**
 * The arithmetic under all degradations: sRGB's curve by table, streams of normal numbers, Gaussian blur and
 * smooth random fields. All of it is written for speed (a training sample must be made in a few milliseconds)
 * and gives the same bits for the same seed on every machine.
 */
import { srgbDecode, srgbEncode } from '../color/curve.ts';
import { type Planar, planar } from '../planar.ts';
import type { Random } from '../random.ts';

const STEPS = 4096;

function tabulate(f: (x: number) => number): Float32Array {
  return Float32Array.from({ length: STEPS + 2 }, (_, i) => f(i / STEPS));
}
const DECODE = tabulate(srgbDecode);
/** Over the square root of light, where the curve is nearly straight. */
const ENCODE = tabulate((x) => srgbEncode(x * x));
/** 10^-d for d = 0..DEPTH. */
const DEPTH = 6;
const TRANSMIT = tabulate((x) => 10 ** (-x * DEPTH));

/** Encoded 0..1 to linear light, by table (error under 1e-6); held at 0 and 1. */
export function decode(v: number): number {
  const x = v <= 0 ? 0 : v >= 1 ? STEPS : v * STEPS;
  const i = x | 0;
  return DECODE[i] + (DECODE[i + 1] - DECODE[i]) * (x - i);
}

/** Linear light 0..1 to encoded, by table (error under 2e-5); held at 0 and 1. */
export function encode(l: number): number {
  const x = l <= 0 ? 0 : l >= 1 ? STEPS : Math.sqrt(l) * STEPS;
  const i = x | 0;
  return ENCODE[i] + (ENCODE[i + 1] - ENCODE[i]) * (x - i);
}

/** 10^-d, by table (relative error under 2e-6); d is held at 0..6. */
export function transmit(d: number): number {
  const x = d <= 0 ? 0 : d >= DEPTH ? STEPS : d * (STEPS / DEPTH);
  const i = x | 0;
  return TRANSMIT[i] + (TRANSMIT[i + 1] - TRANSMIT[i]) * (x - i);
}

/** v held between low and high. */
export function clamp(v: number, low = 0, high = 1): number {
  return v < low ? low : v > high ? high : v;
}

/** Holds every sample within 0..1, in place, and returns the picture. */
export function clip(picture: Planar): Planar {
  const d = picture.data;
  for (let i = 0; i < d.length; i++) d[i] = d[i] < 0 ? 0 : d[i] > 1 ? 1 : d[i];
  return picture;
}

/** A new picture whose every sample is f of the old one. */
export function mapSamples(picture: Planar, f: (v: number) => number): Planar {
  const out = planar(picture.width, picture.height, picture.channels);
  for (let i = 0; i < out.data.length; i++) out.data[i] = f(picture.data[i]);
  return out;
}

/** One grey plane as three equal planes. */
export function threePlanes(grey: Planar): Planar {
  const out = planar(grey.width, grey.height, 3);
  const size = grey.width * grey.height;
  for (let c = 0; c < 3; c++) out.data.set(grey.data.subarray(0, size), c * size);
  return out;
}

/** Inverse of the normal distribution function (Peter Acklam's rational approximation, 2003), 0 < p < 1. */
function quantile(p: number): number {
  const tail = (q: number) =>
    (((((-7.784894002430293e-3 * q - 0.3223964580411365) * q - 2.400758277161838) * q - 2.549732539343734) *
      q +
      4.374664141464968) *
      q +
      2.938163982698783) /
    ((((7.784695709041462e-3 * q + 0.3224671290700398) * q + 2.445134137142996) * q + 3.754408661907416) * q +
      1);
  if (p < 0.02425) return tail(Math.sqrt(-2 * Math.log(p)));
  if (p > 1 - 0.02425) return -tail(Math.sqrt(-2 * Math.log(1 - p)));
  const q = p - 0.5;
  const r = q * q;
  return (
    ((((((-39.69683028665376 * r + 220.9460984245205) * r - 275.9285104469687) * r + 138.357751867269) * r -
      30.66479806614716) *
      r +
      2.506628277459239) *
      q) /
    (((((-54.47609879822406 * r + 161.5858368580409) * r - 155.6989798598866) * r + 66.80131188771972) * r -
      13.28068155288572) *
      r +
      1)
  );
}

const BITS = 14;
const MASK = (1 << BITS) - 1;
/** Normal numbers at the middles of 2^14 equally likely intervals, scaled to a variance of 1: |z| reaches 4. */
const NORMAL = (() => {
  const table = Float64Array.from({ length: 1 << BITS }, (_, i) => quantile((i + 0.5) / (1 << BITS)));
  const sd = Math.sqrt(table.reduce((s, v) => s + v * v, 0) / table.length);
  return Float32Array.from(table, (v) => v / sd);
})();

/**
 * n normal numbers (mean 0, standard deviation 1). They come out of a table of quantiles, two for each word of a
 * xorshift128 generator (George Marsaglia, "Xorshift RNGs", 2003) that the stream seeds: some 20 times as
 * fast as drawing them one by one.
 */
export function normals(n: number, random: Random): Float32Array {
  const out = new Float32Array(n + (n & 1));
  let x = (random.next() * 4294967296) | 1;
  let y = (random.next() * 4294967296) | 0;
  let z = (random.next() * 4294967296) | 0;
  let w = (random.next() * 4294967296) | 0;
  for (let i = 0; i < out.length; i += 2) {
    const t = x ^ (x << 11);
    x = y;
    y = z;
    z = w;
    w = w ^ (w >>> 19) ^ t ^ (t >>> 8);
    out[i] = NORMAL[w & MASK];
    out[i + 1] = NORMAL[(w >>> BITS) & MASK];
  }
  return n & 1 ? out.subarray(0, n) : out;
}

/** Convolves each plane with a symmetric kernel (odd length), first along rows, then columns; borders are repeated. */
export function convolve(picture: Planar, kernel: Float32Array): Planar {
  const { width, height, channels, data } = picture;
  const radius = kernel.length >> 1;
  const out = planar(width, height, channels);
  const rows = new Float32Array(width * height);
  const line = new Float32Array(width + 2 * radius);
  for (let c = 0; c < channels; c++) {
    const plane = c * width * height;
    for (let y = 0; y < height; y++) {
      const from = plane + y * width;
      for (let x = 0; x < radius; x++) {
        line[x] = data[from];
        line[radius + width + x] = data[from + width - 1];
      }
      line.set(data.subarray(from, from + width), radius);
      for (let x = 0; x < width; x++) {
        let sum = kernel[radius] * line[x + radius];
        for (let k = 1; k <= radius; k++)
          sum += kernel[radius + k] * (line[x + radius - k] + line[x + radius + k]);
        rows[y * width + x] = sum;
      }
    }
    for (let y = 0; y < height; y++) {
      const to = plane + y * width;
      for (let k = -radius; k <= radius; k++) {
        const from = Math.min(height - 1, Math.max(0, y + k)) * width;
        const weight = kernel[radius + k];
        for (let x = 0; x < width; x++) out.data[to + x] += weight * rows[from + x];
      }
    }
  }
  return out;
}

/** A sampled Gaussian of standard deviation sigma (pixels), three sigma to each side, summing to 1. */
export function gaussianKernel(sigma: number): Float32Array {
  const radius = Math.max(1, Math.ceil(3 * sigma));
  const k = Float64Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-0.5 * ((i - radius) / sigma) ** 2),
  );
  const sum = k.reduce((a, b) => a + b, 0);
  return Float32Array.from(k, (v) => v / sum);
}

/** Gaussian blur of every plane, standard deviation in pixels. Under 0.15 a plain copy. */
export function gaussian(picture: Planar, sigma: number): Planar {
  if (sigma < 0.15) return { ...picture, data: picture.data.slice() };
  return convolve(picture, gaussianKernel(sigma));
}

/**
 * A smooth random field, mean about 0 and standard deviation about 1: value noise on grids of `cell` pixels and,
 * for each further octave, half the cell at half the height.
 */
export function field(
  width: number,
  height: number,
  random: Random,
  cell: number,
  octaves = 1,
): Float32Array {
  const out = new Float32Array(width * height);
  const column = new Float32Array(width);
  const left = new Int32Array(width);
  let power = 0;
  for (let o = 0; o < octaves; o++) {
    const step = Math.max(1, cell / 2 ** o);
    const gain = 0.5 ** o;
    power += gain * gain;
    const cols = Math.ceil(width / step) + 2;
    const knots = normals(cols * (Math.ceil(height / step) + 2), random);
    const ox = random.next();
    const oy = random.next();
    for (let x = 0; x < width; x++) {
      const gx = x / step + ox;
      left[x] = Math.floor(gx);
      const t = gx - left[x];
      column[x] = t * t * (3 - 2 * t);
    }
    for (let y = 0; y < height; y++) {
      const gy = y / step + oy;
      const row = Math.floor(gy);
      const ty = gy - row;
      const sy = ty * ty * (3 - 2 * ty);
      const r0 = row * cols;
      const at = y * width;
      for (let x = 0; x < width; x++) {
        const i = r0 + left[x];
        const top = knots[i] + (knots[i + 1] - knots[i]) * column[x];
        const bottom = knots[i + cols] + (knots[i + cols + 1] - knots[i + cols]) * column[x];
        out[at + x] += gain * (top + (bottom - top) * sy);
      }
    }
  }
  // Interpolation between knots keeps (26/35)^2 of their variance on the average.
  const scale = 1 / Math.sqrt(power * (26 / 35) ** 2);
  for (let i = 0; i < out.length; i++) out[i] *= scale;
  return out;
}
