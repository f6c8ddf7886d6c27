/**
 * Colour figures: CIEDE2000 maps, distance and PSNR in the a*b* plane, colourfulness (Hasler and Süsstrunk,
 * "Measuring colourfulness in natural images", Proc. SPIE 5007, 2003), the lean of a set of pictures towards red
 * or blue, and the chroma error of highlights. Lab is that of lab.ts.
 */
import { deltaE2000 } from '../color/deltae.ts';
import type { Planar } from '../planar.ts';
import type { Selection } from './fidelity.ts';
import { hueDegrees, type LabPlanes, shown } from './lab.ts';

/** Colour difference of every pixel, CIEDE2000. */
export function deltaEMap(truth: LabPlanes, picture: LabPlanes): Float32Array {
  const n = truth.L.length;
  if (picture.L.length !== n) throw new RangeError('Pictures of different sizes cannot be compared.');
  const out = new Float32Array(n);
  for (let i = 0; i < n; i++)
    out[i] = deltaE2000([truth.L[i], truth.a[i], truth.b[i]], [picture.L[i], picture.a[i], picture.b[i]]);
  return out;
}

/** Mean of the selected values; NaN when there is none. */
export function meanOf(values: Float32Array, select?: Selection): number {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < values.length; i++)
    if (!select || select(i)) {
      sum += values[i];
      count++;
    }
  return count === 0 ? NaN : sum / count;
}

/** Mean Euclidean distance in the a*b* plane. A grey picture's is the mean chroma of the truth. */
export function abDistance(truth: LabPlanes, picture: LabPlanes): number {
  const n = truth.a.length;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += Math.hypot(truth.a[i] - picture.a[i], truth.b[i] - picture.b[i]);
  return sum / n;
}

/** PSNR of a* and b* together in dB, with the range of 8-bit Lab, 255, as peak. It rewards grey: a check, no goal. */
export function abPsnr(truth: LabPlanes, picture: LabPlanes): number {
  const n = truth.a.length;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += (truth.a[i] - picture.a[i]) ** 2 + (truth.b[i] - picture.b[i]) ** 2;
  return 10 * Math.log10((255 * 255) / (sum / (2 * n)));
}

/**
 * Colourfulness on 0..255 samples: sqrt(var(rg) + var(yb)) + 0.3 sqrt(mean(rg)² + mean(yb)²), rg = R - G,
 * yb = (R + G)/2 - B. 0 is grey, 33 moderate, 59 quite, 82 high.
 */
export function colourfulness(picture: Planar): number {
  const n = picture.width * picture.height;
  if (picture.channels === 1) return 0;
  const { data } = picture;
  let rg = 0;
  let rg2 = 0;
  let yb = 0;
  let yb2 = 0;
  for (let i = 0; i < n; i++) {
    const r = 255 * shown(data[i]);
    const g = 255 * shown(data[n + i]);
    const b = 255 * shown(data[2 * n + i]);
    const u = r - g;
    const v = (r + g) / 2 - b;
    rg += u;
    rg2 += u * u;
    yb += v;
    yb2 += v * v;
  }
  rg /= n;
  yb /= n;
  const variance = Math.max(0, rg2 / n - rg * rg) + Math.max(0, yb2 / n - yb * yb);
  return Math.sqrt(variance) + 0.3 * Math.hypot(rg, yb);
}

/** Pixels by hue, to be added up over pictures. */
export interface HueCounts {
  pixels: number;
  /** Chroma over 10. */
  coloured: number;
  /** Of the coloured: hue from 330 over 0 to 30 degrees. */
  red: number;
  /** Of the coloured: hue from 200 to 290 degrees. */
  blue: number;
}

/** Counts the coloured (chroma over 10), red and blue pixels. */
export function hueCounts(lab: LabPlanes): HueCounts {
  const out: HueCounts = { pixels: lab.a.length, coloured: 0, red: 0, blue: 0 };
  for (let i = 0; i < lab.a.length; i++) {
    const a = lab.a[i];
    const b = lab.b[i];
    if (a * a + b * b <= 100) continue;
    out.coloured++;
    const hue = hueDegrees(a, b);
    if (hue >= 330 || hue <= 30) out.red++;
    else if (hue >= 200 && hue <= 290) out.blue++;
  }
  return out;
}

/**
 * The lean of pictures against their truths in percentage points: the share of the coloured pixels that is red
 * (blue) minus that share in the truth. `redOfAll` and `blueOfAll` take shares of all pixels instead. Where a
 * side has no coloured pixels its share counts as 0.
 */
export function hueLean(
  truth: HueCounts,
  picture: HueCounts,
): { red: number; blue: number; redOfAll: number; blueOfAll: number } {
  const share = (part: number, whole: number): number => (whole === 0 ? 0 : (100 * part) / whole);
  return {
    red: share(picture.red, picture.coloured) - share(truth.red, truth.coloured),
    blue: share(picture.blue, picture.coloured) - share(truth.blue, truth.coloured),
    redOfAll: share(picture.red, picture.pixels) - share(truth.red, truth.pixels),
    blueOfAll: share(picture.blue, picture.pixels) - share(truth.blue, truth.pixels),
  };
}

/** Chroma errors of highlights, as sums over pixels so that pictures can be pooled. */
export interface HighlightSums {
  /** Pixels with L* over 95 in the truth. */
  pixels: number;
  /** Sum of distances in a*b*. */
  error: number;
  /** The same sum of a grey picture: the truth's chroma. */
  grey: number;
}

/** Chroma error where the truth has L* over `above`. */
export function highlightSums(truth: LabPlanes, picture: LabPlanes, above = 95): HighlightSums {
  const out: HighlightSums = { pixels: 0, error: 0, grey: 0 };
  for (let i = 0; i < truth.L.length; i++) {
    if (!(truth.L[i] > above)) continue;
    out.pixels++;
    out.error += Math.hypot(truth.a[i] - picture.a[i], truth.b[i] - picture.b[i]);
    out.grey += Math.hypot(truth.a[i], truth.b[i]);
  }
  return out;
}
