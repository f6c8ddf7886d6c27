/**
 * The noise of a picture, told from the picture alone: blocks of 8 x 8 that hold least beside their mean are taken for
 * flat, and the median size of each of their cosine coefficients is the noise at that frequency (after Ponomarenko et
 * al., "An automatic approach to lossy compression of AVIRIS images", 2007, who read blocks of least low-frequency
 * energy). So white noise of a sensor, the coarse grain of a film and what JPEG left are told apart by their spectrum,
 * not assumed. How it grows or fades with tone is kept beside it.
 *
 * Colours are taken apart as in DCT and block-matching denoisers, with orthonormal axes:
 *   (R+G+B)/√3, (R-B)/√2, (R-2G+B)/√6
 */
import type { Planar } from '../../../app/planar.ts';
import { BLOCK, forward } from './dct.ts';

/** Tones for which noise is told apart, at k / (TONES - 1). */
const TONES = 7;
/** Share of the blocks that is taken for flat, and the fewest that tell anything. */
const FLAT = 0.3;
const ENOUGH = 16;
/** Median of the absolute value of a normal variable in standard deviations. */
const MEDIAN = 0.6745;
/** Blocks of least energy fall short of the noise by this. */
const SHORT = 1.06;
/** Frequencies (across + down) from which the picture itself has little to say. */
const HIGH = 5;
/** How much noisier than the middle frequencies (across + down = 3 or 4) the low ones are believed to be. */
const COARSEST = 2;

/** Noise of a picture. Plain data. */
export interface NoiseModel {
  /** Standard deviation of each coefficient [down][across], by axis (1 for a grey picture, else 3). */
  spectra: number[][];
  /** Factor on it at TONES tones from 0 to 1. */
  tones: number[];
}

/** A picture in the axes of the denoiser: grey stays as it is. */
export function axesOf({ width, height, channels, data }: Planar): Float32Array[] {
  const n = width * height;
  if (channels === 1) return [data.slice(0, n)];
  const axes = [new Float32Array(n), new Float32Array(n), new Float32Array(n)];
  for (let i = 0; i < n; i++) {
    const r = data[i];
    const g = data[n + i];
    const b = data[2 * n + i];
    axes[0][i] = (r + g + b) / Math.sqrt(3);
    axes[1][i] = (r - b) * Math.SQRT1_2;
    axes[2][i] = (r - 2 * g + b) / Math.sqrt(6);
  }
  return axes;
}

/** Factor of the noise at a tone 0..1. */
export function toneFactor(tones: readonly number[], tone: number): number {
  const at = Math.min(1, Math.max(0, tone)) * (TONES - 1);
  const k = Math.min(TONES - 2, Math.floor(at));
  return tones[k] + (tones[k + 1] - tones[k]) * (at - k);
}

const median = (values: number[]): number => {
  const sorted = Float64Array.from(values).sort();
  return sorted.length === 0 ? 0 : sorted[sorted.length >> 1];
};

interface FlatBlock {
  tone: number;
  energy: number;
  coefficients: Float64Array[];
}

/** @param parts pieces of one picture, each at least 8 pixels a side, all with the same number of planes */
export function measureNoise(parts: readonly Planar[]): NoiseModel {
  const blocks: FlatBlock[] = [];
  const count = parts[0]?.channels === 1 ? 1 : 3;
  for (const part of parts) {
    const axes = axesOf(part);
    const top = part.channels === 1 ? 1 : Math.sqrt(3);
    for (let y = 0; y + BLOCK <= part.height; y += BLOCK)
      for (let x = 0; x + BLOCK <= part.width; x += BLOCK) {
        const coefficients = axes.map((axis) => {
          const block = new Float64Array(64);
          for (let j = 0; j < BLOCK; j++)
            for (let i = 0; i < BLOCK; i++) block[8 * j + i] = axis[(y + j) * part.width + x + i];
          forward(block);
          return block;
        });
        const [light] = coefficients;
        const energy = light.reduce((sum, v, i) => (i ? sum + v * v : 0), 0);
        // Blank margins and clipped parts hold no noise and say nothing about the rest.
        if (energy > 1e-9) blocks.push({ tone: light[0] / (8 * top), energy, coefficients });
      }
  }
  const none = {
    spectra: Array.from({ length: count }, () => new Array<number>(64).fill(0)),
    tones: new Array<number>(TONES).fill(1),
  };
  if (blocks.length < ENOUGH) return none;
  blocks.sort((a, b) => a.energy - b.energy);
  const flat = blocks.slice(0, Math.max(ENOUGH, Math.floor(FLAT * blocks.length)));
  const spectra = Array.from({ length: count }, (_, axis) => {
    const sigma = Array.from({ length: 64 }, (_, k) =>
      k === 0 ? 0 : (SHORT * median(flat.map((b) => Math.abs(b.coefficients[axis][k])))) / MEDIAN,
    );
    const middle = median(sigma.filter((_, k) => Math.abs((k >> 3) + (k & 7) - 3.5) < 1));
    return sigma.map((v) => Math.min(v, COARSEST * middle));
  });
  const highEnergy = ({ coefficients: [light] }: FlatBlock): number =>
    light.reduce((sum, v, k) => ((k >> 3) + (k & 7) >= HIGH ? sum + v * v : sum), 0);
  const quiet = (list: FlatBlock[]): number => {
    const sorted = Float64Array.from(list, highEnergy).sort();
    return Math.sqrt(sorted[Math.floor(0.25 * (sorted.length - 1))]);
  };
  const usual = Math.sqrt(median(flat.map(highEnergy)));
  const tones = Array.from({ length: TONES }, (_, k) => {
    const near = blocks.filter((b) => Math.round(Math.min(1, Math.max(0, b.tone)) * (TONES - 1)) === k);
    if (near.length < ENOUGH || usual === 0) return 1;
    return Math.min(1.5, Math.max(0.25, quiet(near) / usual));
  });
  return { spectra, tones };
}

/** Standard deviation of the noise of one channel, 0..1, over all frequencies. */
export function noiseLevel({ spectra }: NoiseModel): number {
  let sum = 0;
  for (const spectrum of spectra) for (const v of spectrum) sum += v * v;
  return Math.sqrt(sum / (63 * spectra.length));
}

/** How much stronger noise is in low frequencies than in the highest ones: about 1 for a sensor's, 3 and more for clumps. */
export function grainSize({ spectra: [light] }: NoiseModel): number {
  const rms = (from: number, to: number): number => {
    let sum = 0;
    let count = 0;
    light.forEach((v, k) => {
      const f = (k >> 3) + (k & 7);
      if (f < from || f > to) return;
      sum += v * v;
      count++;
    });
    return Math.sqrt(sum / count);
  };
  return rms(2, 4) / Math.max(1e-6, rms(9, 14));
}
