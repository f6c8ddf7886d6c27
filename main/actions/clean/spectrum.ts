/**
 * Patterns that repeat all over a picture: the screen of a printing press, the grid of an embossed paper. Each is a few
 * sharp peaks in the spectrum that stand at the same place wherever one looks, while the picture's own content wanders:
 * so the mean of the logarithm of many windows' spectra (a geometric mean, which one lively window cannot move) shows
 * them above their surroundings (homogeneous texture in the sense of Bartlett's averaged periodogram).
 */
import { fft } from '../../../app/register/phase.ts';

/** Side of a window. */
export const WINDOW = 128;
/** Pixels over which a pattern may repeat: finer cannot be sampled, coarser is picture. */
const LONGEST = 26;
/** Ring around a frequency with which it is compared, in bins. */
const INNER = 3;
const OUTER = 8;
/** Windows that a picture must have. */
const FEWEST = 4;
/** Peaks that are kept. */
const MOST = 24;

export interface Peak {
  /** Cycles a pixel, across and down; one of each pair f, -f. */
  fx: number;
  fy: number;
  /** Natural logarithm of its power over that of its surroundings. */
  height: number;
  /** Standard deviation of the wave that it stands for, 0..1. */
  amplitude: number;
}

/** Periodic Hann window. */
export function hann(length: number): Float64Array {
  return Float64Array.from({ length }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / length));
}

/** Transform of n x n numbers in place. */
export function fft2(re: Float64Array, im: Float64Array, n: number, back = false): void {
  for (let y = 0; y < n; y++) fft(re, im, n, y * n, 1, back);
  for (let x = 0; x < n; x++) fft(re, im, n, x, n, back);
}

const bin = (k: number): number => ((k % WINDOW) + WINDOW) % WINDOW;

/** Peaks of JPEG's own grid: multiples of 1/8 along an axis. */
function ofBlocks(kx: number, ky: number): boolean {
  const eighth = WINDOW / 8;
  const on = (k: number): boolean => Math.abs(k - Math.round(k / eighth) * eighth) <= 1;
  return (Math.abs(ky) <= 1 && on(kx)) || (Math.abs(kx) <= 1 && on(ky));
}

/** @param windows planes of WINDOW x WINDOW samples from all over one picture */
export function findPeaks(windows: readonly Float32Array[]): Peak[] {
  if (windows.length < FEWEST) return [];
  const n = WINDOW;
  const window = hann(n);
  const logs = new Float64Array(n * n);
  const powers = new Float64Array(n * n);
  const re = new Float64Array(n * n);
  const im = new Float64Array(n * n);
  for (const plane of windows) {
    const mean = plane.reduce((a, v) => a + v, 0) / (n * n);
    for (let y = 0; y < n; y++)
      for (let x = 0; x < n; x++) re[y * n + x] = (plane[y * n + x] - mean) * window[y] * window[x];
    im.fill(0);
    fft2(re, im, n);
    for (let i = 0; i < n * n; i++) {
      const power = re[i] * re[i] + im[i] * im[i];
      powers[i] += power / windows.length;
      logs[i] += Math.log(power + 1e-9) / windows.length;
    }
  }
  // The logarithm of one window's power scatters by 1.28 about its mean; six deviations of the mean are no chance.
  const least = Math.max(0.9, (6 * 1.28) / Math.sqrt(windows.length));
  const half = n / 2;
  const found: Peak[] = [];
  const ring: number[] = [];
  for (let ky = -half + 1; ky <= half; ky++)
    for (let kx = 0; kx <= half; kx++) {
      if ((kx === 0 || kx === half) && ky < 0) continue;
      if (Math.hypot(kx, ky) < n / LONGEST || ofBlocks(kx, ky)) continue;
      const at = bin(ky) * n + bin(kx);
      const v = logs[at];
      let greatest = true;
      for (let j = -2; j <= 2 && greatest; j++)
        for (let i = -2; i <= 2; i++)
          if ((i || j) && logs[bin(ky + j) * n + bin(kx + i)] > v) {
            greatest = false;
            break;
          }
      if (!greatest) continue;
      ring.length = 0;
      for (let j = -OUTER; j <= OUTER; j++)
        for (let i = -OUTER; i <= OUTER; i++) {
          const r = Math.hypot(i, j);
          if (r > INNER && r <= OUTER) ring.push(logs[bin(ky + j) * n + bin(kx + i)]);
        }
      ring.sort((a, b) => a - b);
      const height = v - ring[ring.length >> 1];
      // Its own ring must not hold the like: content that lies along a line of the spectrum is no peak.
      if (height < least || v - ring[Math.floor(0.97 * ring.length)] < 0.5 * height) continue;
      let power = 0;
      for (let j = -2; j <= 2; j++)
        for (let i = -2; i <= 2; i++) power += powers[bin(ky + j) * n + bin(kx + i)];
      // Parseval, both of the pair; the window takes 3/8 of the energy along each axis.
      const amplitude = Math.sqrt((2 * power) / (n * n) / (n * n * (3 / 8) ** 2));
      found.push({ fx: kx / n, fy: ky / n, height, amplitude });
    }
  return found.sort((a, b) => b.height - a.height).slice(0, MOST);
}

/** A repeating pattern. Plain data. */
export interface Pattern {
  kind: 'halftone' | 'paper';
  /** Pixels over which its strongest wave repeats. */
  period: number;
  /** Direction of that wave, degrees counter-clockwise from across, -90..90. */
  angle: number;
  /** Standard deviation of all its waves together, 0..1. */
  amplitude: number;
  peaks: Peak[];
}

/** A press's dots are fine and strong; the relief of a paper is faint under a scanner's lamp. */
const DOTS = { longest: 7, amplitude: 0.022 };

/** What the peaks of a picture amount to; null: nothing repeats. */
export function patternOf(peaks: readonly Peak[]): Pattern | null {
  // One peak alone may be a fabric or a fence; a grid has more, or a strong one.
  const strongest = peaks.reduce<Peak | null>((a, p) => (a && a.amplitude >= p.amplitude ? a : p), null);
  if (!strongest || (peaks.length < 2 && strongest.height < 3)) return null;
  const amplitude = Math.sqrt(peaks.reduce((sum, p) => sum + p.amplitude ** 2, 0));
  const period = 1 / Math.hypot(strongest.fx, strongest.fy);
  return {
    kind: period <= DOTS.longest && amplitude >= DOTS.amplitude ? 'halftone' : 'paper',
    period,
    angle: (Math.atan2(-strongest.fy, strongest.fx) * 180) / Math.PI,
    amplitude,
    peaks: [...peaks],
  };
}
