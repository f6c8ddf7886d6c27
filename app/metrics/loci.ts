/**
 * Hue errors where people look: pixels whose *true* colour lies in the locus of sky, foliage or skin, and
 * neutral pixels. The loci are fixed boxes, so that the same pixels are judged whatever a network answers:
 *
 * - sky: hue 200..290, chroma over 8, L* over 45, in the upper half of the picture;
 * - foliage: hue 95..150, chroma over 10, L* 10..85;
 * - skin: Cb 77..127 and Cr 133..173 (Chai and Ngan, "Face segmentation using skin-color map in videophone
 *   applications", IEEE Transactions on Circuits and Systems for Video Technology 9, 1999), hue 25..80, chroma
 *   8..50, L* 20..95. By colour alone wood and sand fall into it too;
 * - neutral: chroma under 4, L* 5..97.
 *
 * Hue errors do not change when saturation does: a prediction of chroma under 2 has no hue and counts as 90
 * degrees off, what a hue at random is off on average.
 */
import type { Planar } from '../planar.ts';
import { hueDegrees, type LabPlanes } from './lab.ts';

export const hueLoci = ['sky', 'foliage', 'skin'] as const;
export const loci = [...hueLoci, 'neutral'] as const;
export type Locus = (typeof loci)[number];

/** Sums over the pixels of one locus, to be added up over pictures. */
export interface LocusSums {
  pixels: number;
  /** Sum of absolute hue differences in degrees. */
  hueError: number;
  /** Sums of true and predicted a* and b*. */
  truthA: number;
  truthB: number;
  a: number;
  b: number;
  /** Sums of true and predicted chroma. */
  truthChroma: number;
  chroma: number;
}

/** Nothing yet. */
export function noLocusSums(): LocusSums {
  return { pixels: 0, hueError: 0, truthA: 0, truthB: 0, a: 0, b: 0, truthChroma: 0, chroma: 0 };
}

/** Which locus each pixel of a picture (three planes) belongs to; 255 for none, else an index into `loci`. */
export function locusMap(truth: Planar, lab: LabPlanes): Uint8Array {
  const { width, height, data } = truth;
  const n = width * height;
  const out = new Uint8Array(n).fill(255);
  for (let i = 0; i < n; i++) {
    const L = lab.L[i];
    const chroma = Math.hypot(lab.a[i], lab.b[i]);
    if (chroma < 4) {
      if (L >= 5 && L <= 97) out[i] = 3;
      continue;
    }
    const hue = hueDegrees(lab.a[i], lab.b[i]);
    if (hue >= 200 && hue <= 290) {
      if (chroma > 8 && L > 45 && i < width * (height >> 1)) out[i] = 0;
    } else if (hue >= 95 && hue <= 150) {
      if (chroma > 10 && L >= 10 && L <= 85) out[i] = 1;
    } else if (hue >= 25 && hue <= 80 && chroma >= 8 && chroma <= 50 && L >= 20 && L <= 95) {
      const r = 255 * data[i];
      const g = 255 * data[n + i];
      const b = 255 * data[2 * n + i];
      const cb = 128 - 0.168736 * r - 0.331264 * g + 0.5 * b;
      const cr = 128 + 0.5 * r - 0.418688 * g - 0.081312 * b;
      if (cb >= 77 && cb <= 127 && cr >= 133 && cr <= 173) out[i] = 2;
    }
  }
  return out;
}

/** Smallest angle between two hues in degrees, 0..180. */
export function hueDistance(one: number, two: number): number {
  const d = Math.abs(one - two) % 360;
  return d > 180 ? 360 - d : d;
}

/** Sums of every locus. `map` is `locusMap` of the truth. */
export function locusSums(map: Uint8Array, truth: LabPlanes, picture: LabPlanes): Record<Locus, LocusSums> {
  const out = loci.map(noLocusSums);
  for (let i = 0; i < map.length; i++) {
    if (map[i] === 255) continue;
    const s = out[map[i]];
    const ta = truth.a[i];
    const tb = truth.b[i];
    const a = picture.a[i];
    const b = picture.b[i];
    const chroma = Math.hypot(a, b);
    s.pixels++;
    s.hueError += chroma < 2 ? 90 : hueDistance(hueDegrees(ta, tb), hueDegrees(a, b));
    s.truthA += ta;
    s.truthB += tb;
    s.a += a;
    s.b += b;
    s.truthChroma += Math.hypot(ta, tb);
    s.chroma += chroma;
  }
  return { sky: out[0], foliage: out[1], skin: out[2], neutral: out[3] };
}

/** What the sums of one locus say. */
export interface LocusFigures {
  pixels: number;
  /** Mean absolute hue error in degrees; for neutral pixels, which have no hue, it says nothing. */
  hueError: number;
  /** Signed turn of the mean colour, degrees -180..180: of skin, positive is towards yellow, negative towards red. */
  hueShift: number;
  /** Mean predicted over mean true chroma. */
  chromaRatio: number;
  /** Mean predicted minus mean true chroma: for neutral pixels the tint that was added. */
  chromaShift: number;
}

/** Reads the sums; every figure but `pixels` is NaN for a locus without pixels. */
export function locusFigures(s: LocusSums): LocusFigures {
  if (s.pixels === 0) return { pixels: 0, hueError: NaN, hueShift: NaN, chromaRatio: NaN, chromaShift: NaN };
  const turn = hueDegrees(s.a, s.b) - hueDegrees(s.truthA, s.truthB);
  return {
    pixels: s.pixels,
    hueError: s.hueError / s.pixels,
    hueShift: turn > 180 ? turn - 360 : turn < -180 ? turn + 360 : turn,
    chromaRatio: s.chroma / s.truthChroma,
    chromaShift: (s.chroma - s.truthChroma) / s.pixels,
  };
}
