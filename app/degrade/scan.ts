/**
 * The scanner that looks at a film: from densities to stored values. Light passes, gains and a colour matrix of the
 * scanner's software work on linear light, flare and noise are added, a tone curve and 8 bits end it. Which
 * bands of light it sees is part of the densities (stock.ts).
 */
import type { Planar } from '../planar.ts';
import type { Random } from '../random.ts';
import { noisePlanes } from './noise.ts';
import { encode, transmit } from './raster.ts';

/** How the film was scanned. */
export interface Scanner {
  /** Factors on the linear light of each band. */
  gain: readonly [number, number, number];
  /** Colour matrix of the scanner's software, rows sum to 1; row by row. */
  matrix: readonly number[];
  /** Stray light, as a share of full scale. */
  flare: number;
  /** Shot noise (variance per light) and read noise (standard deviation), of full scale in linear light. */
  shot: number;
  read: number;
  /** Gamma of the stored values (1: linear), or 0 for sRGB's curve. */
  gamma: number;
}

/** Stored values (0..1) of a scan, from densities (three planes). */
export function scan(density: Planar, scanner: Scanner, random: Random): Planar {
  const size = density.width * density.height;
  const out = noisePlanes(density.width, density.height, random, 0, false);
  const d = density.data;
  const m = scanner.matrix;
  const [g0, g1, g2] = scanner.gain;
  const read2 = scanner.read * scanner.read;
  const shift = scanner.flare;
  const curve = storedCurve(scanner.gamma);
  const n = out.data;
  for (let i = 0; i < size; i++) {
    let r = g0 * transmit(d[i]) + shift;
    let g = g1 * transmit(d[size + i]) + shift;
    let b = g2 * transmit(d[2 * size + i]) + shift;
    r += Math.sqrt(scanner.shot * r + read2) * n[i];
    g += Math.sqrt(scanner.shot * g + read2) * n[size + i];
    b += Math.sqrt(scanner.shot * b + read2) * n[2 * size + i];
    n[i] = curve(m[0] * r + m[1] * g + m[2] * b);
    n[size + i] = curve(m[3] * r + m[4] * g + m[5] * b);
    n[2 * size + i] = curve(m[6] * r + m[7] * g + m[8] * b);
  }
  return out;
}

/** Linear light to the stored value of 8 bits. */
function storedCurve(gamma: number): (l: number) => number {
  const size = 2048;
  const stored = Float32Array.from({ length: size + 1 }, (_, i) => {
    const l = (i / size) ** 2;
    return gamma === 0 ? encode(l) : l ** (1 / gamma);
  });
  return (l) => {
    const x = l <= 0 ? 0 : l >= 1 ? size : Math.sqrt(l) * size;
    const i = Math.min(size - 1, x | 0);
    return Math.round((stored[i] + (stored[i + 1] - stored[i]) * (x - i)) * 255) / 255;
  };
}

/** Tone curve, noise and flare of a scanner; its gains and matrix are the caller's. */
export function drawScanner(random: Random): Omit<Scanner, 'gain' | 'matrix'> {
  const curve = random.next();
  return {
    flare: 0.006 * random.next() ** 3,
    shot: 0.00001 * 50 ** random.next(),
    read: 0.0003 * 13 ** random.next(),
    gamma: curve < 0.6 ? 0 : curve < 0.75 ? 2.2 : curve < 0.87 ? 1.8 : 1,
  };
}

/** A scanner's colour matrix, rows summing to 1: small mixtures, or the subtractions of a camera profile. */
export function drawMatrix(random: Random, strength: number): number[] {
  const m: number[] = [];
  for (let row = 0; row < 3; row++) {
    const a = strength * random.uniform(-0.25, 0.12);
    const b = strength * random.uniform(-0.25, 0.12);
    const others = [a, b];
    for (let col = 0; col < 3; col++) m.push(col === row ? 1 - a - b : (others.pop() ?? 0));
  }
  return m;
}
