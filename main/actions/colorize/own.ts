/**
 * Colours that a picture still has. First whether it has any: a grey or toned picture (sepia, cyanotype, yellowed
 * paper) holds one hue, a function of lightness, and toning is not colour. A faded colour picture holds several; in
 * the restore-faded mode they are kept, raised to what a fresh picture has, and filled up from the network where
 * nothing is left.
 */
import { labSpace } from '../../../app/color/gamut.ts';
import { boxMean, type Size } from '../../../app/color/guided.ts';
import type { Planar } from '../../../app/planar.ts';
import { sortFloats } from '../develop/order.ts';
import { smoothstep } from './tune.ts';
import type { Chroma, OwnColours, Toning } from './types.ts';

const BANDS = 20;
/** Chroma of a tone that has a hue. */
const TINTED = 3;
/** Share of pixels of other hues from which on a picture has colours. */
const SEVERAL = 0.022;
/** Distance from the tone, in a*b*, that makes another hue. */
const OTHER_HUE = 5;

/** L*, a*, b* of a picture of one or three planes, sRGB-encoded. */
export function labOf(picture: Planar): Chroma & { L: Float32Array } {
  const n = picture.width * picture.height;
  const { data } = picture;
  const g = picture.channels === 1 ? 0 : n;
  const space = labSpace('srgb');
  const out = { L: new Float32Array(n), a: new Float32Array(n), b: new Float32Array(n) };
  for (let i = 0; i < n; i++) {
    space.get(data[i], data[g + i], data[2 * g + i]);
    out.L[i] = Math.min(100, space.lab[0]);
    if (g > 0) {
      out.a[i] = space.lab[1];
      out.b[i] = space.lab[2];
    }
  }
  return out;
}

/** Chroma of the tone as a function of lightness: medians in bands of L*, smoothed, read by `toneAt`. */
function toneCurve(L: Float32Array, plane: Float32Array): Float64Array {
  const ends = new Uint32Array(BANDS + 1);
  const bands = new Uint8Array(L.length);
  for (let i = 0; i < L.length; i++)
    bands[i] = Math.min(BANDS - 1, Math.max(0, Math.floor((L[i] / 100) * BANDS)));
  for (const band of bands) ends[band + 1]++;
  for (let band = 0; band < BANDS; band++) ends[band + 1] += ends[band];
  const at = ends.slice();
  const sorted = new Float32Array(L.length);
  for (let i = 0; i < L.length; i++) sorted[at[bands[i]]++] = plane[i];
  const known = Array.from({ length: BANDS }, (_, band) => {
    const values = sorted.subarray(ends[band], ends[band + 1]);
    return values.length >= 8 ? sortFloats(values)[values.length >> 1] : null;
  });
  const found = known.flatMap((v, i) => (v === null ? [] : [i]));
  if (found.length === 0) return new Float64Array(BANDS);
  const filled = known.map((v, i) => {
    if (v !== null) return v;
    const nearest = found.reduce((best, j) => (Math.abs(j - i) < Math.abs(best - i) ? j : best));
    return known[nearest] ?? 0;
  });
  return Float64Array.from(
    filled,
    (v, i) => (filled[Math.max(0, i - 1)] + 2 * v + filled[Math.min(BANDS - 1, i + 1)]) / 4,
  );
}

function toneAt(curve: Float64Array, L: number): number {
  const v = Math.min(BANDS - 1.001, Math.max(0, (L / 100) * BANDS - 0.5));
  const i = Math.floor(v);
  return curve[i] + (curve[Math.min(BANDS - 1, i + 1)] - curve[i]) * (v - i);
}

export interface Colours {
  toning: Toning;
  /** Chroma less the tone of each lightness, on the picture's pixels. */
  residual: Chroma;
  /** L* of each pixel. */
  lightness: Float32Array;
  chroma: Chroma;
}

/** Whether a picture is neutral, toned or coloured. */
export function coloursOf(picture: Planar): Colours {
  const { L, a, b } = labOf(picture);
  const n = L.length;
  const tone = { a: toneCurve(L, a), b: toneCurve(L, b) };
  const residual = { a: new Float32Array(n), b: new Float32Array(n) };
  for (let i = 0; i < n; i++) {
    residual.a[i] = a[i] - toneAt(tone.a, L[i]);
    residual.b[i] = b[i] - toneAt(tone.b, L[i]);
  }
  // Noise and JPEG blocks are not colour: what counts is what neighbours agree on.
  const r = Math.max(1, Math.round(Math.max(picture.width, picture.height) / 250));
  const smooth = { a: boxMean(residual.a, picture, r), b: boxMean(residual.b, picture, r) };
  const mid = [0.3, 0.5, 0.7].map((l) => [toneAt(tone.a, 100 * l), toneAt(tone.b, 100 * l)]);
  const ta = mid.reduce((s, [v]) => s + v, 0) / 3;
  const tb = mid.reduce((s, [, v]) => s + v, 0) / 3;
  const chroma = Math.hypot(ta, tb);
  const hue = ((Math.atan2(tb, ta) * 180) / Math.PI + 360) % 360;
  // Stains and uneven yellowing are more or less of the tone's own hue: along it only the opposite hue counts.
  const u = chroma > TINTED ? [ta / chroma, tb / chroma] : null;
  const tinge = u && { a: boxMean(a, picture, r), b: boxMean(b, picture, r) };
  let several = 0;
  const off = new Float32Array(n);
  for (let i = 0; i < n; i++) {
    const ra = smooth.a[i];
    const rb = smooth.b[i];
    const across = u ? Math.abs(ra * u[1] - rb * u[0]) : Math.hypot(ra, rb);
    const along = u && tinge ? tinge.a[i] * u[0] + tinge.b[i] * u[1] : 0;
    if (across > OTHER_HUE || along < -OTHER_HUE) several++;
    off[i] = across;
  }
  const share = several / n;
  return {
    toning: {
      kind: share > SEVERAL ? 'colours' : chroma > 2 ? 'toned' : 'neutral',
      chroma,
      hue,
      share,
      typical: sortFloats(off)[n >> 1],
    },
    residual,
    lightness: L,
    chroma: { a, b },
  };
}

/** 90th percentile of chroma in a fresh colour photograph, about. */
const FRESH = 26;
const MOST_GAIN = 3;

/**
 * The picture's own colours, or null where it has none to keep.
 * @param choice the recipe's `own`: auto, keep or replace
 */
export function ownColours(
  { toning, residual, chroma }: Colours,
  size: Size,
  choice: 'auto' | 'keep' | 'replace',
): OwnColours | null {
  if (choice === 'replace') return null;
  if (choice === 'auto' && toning.kind !== 'colours') return null;
  if (toning.chroma === 0 && toning.share === 0) return null;
  const n = residual.a.length;
  const r = Math.max(1, Math.round(Math.max(size.width, size.height) / 160));
  const smooth = { a: boxMean(residual.a, size, r), b: boxMean(residual.b, size, r) };
  const strength = smooth.a.map((v, i) => Math.hypot(v, smooth.b[i]));
  const sorted = sortFloats(strength.slice());
  const high = sorted[Math.floor(0.9 * (n - 1))];
  const faded = 1 - smoothstep(0.35 * FRESH, 0.75 * FRESH, high);
  const gain = 1 + faded * (Math.min(MOST_GAIN, FRESH / Math.max(1, high)) - 1);
  const floor = Math.max(1.5, 0.12 * high);
  return {
    // What is left over the cast of fading; a fresh picture's own chroma as it is.
    a: residual.a.map((v, i) => v + (1 - faded) * (chroma.a[i] - v)),
    b: residual.b.map((v, i) => v + (1 - faded) * (chroma.b[i] - v)),
    raw: chroma,
    trust: strength.map((v) => 1 - faded * (1 - smoothstep(floor, 3 * floor, v))),
    gain,
    faded,
  };
}
