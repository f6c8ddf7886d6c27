/**
 * Calm where the network is torn. Where it is unsure its answer changes from cell to cell (a plain wall comes out half
 * blue, half brown); such cells take the mean of the cells around them that are of like lightness, those counting most
 * that are sure. Contradicting guesses cancel out towards grey, which is what not knowing looks like; sure cells stay.
 */
import type { Size } from '../../../app/color/guided.ts';
import type { Chroma } from './types.ts';
import { smoothstep } from './tune.ts';

/** Half the window, as a share of the longer side of the cells, and the least in cells. */
const WINDOW = 0.14;
const LEAST = 3;
/** Standard deviation in L* of what is alike. */
const ALIKE = 7;
/** Confidence under which a cell has no colour of its own, and from which on it needs no other's. */
const UNSURE = 0.22;
const SURE = 0.62;

/** @param lightness L* of the cells */
export function calmed(
  { a, b }: Chroma,
  confidence: Float32Array,
  lightness: Float32Array,
  { width, height }: Size,
): Chroma {
  const r = Math.max(LEAST, Math.round(WINDOW * Math.max(width, height)));
  const out = { a: a.slice(), b: b.slice() };
  const near = Float64Array.from({ length: r + 1 }, (_, d) => Math.exp(-0.5 * ((2 * d) / r) ** 2));
  const alike = Float64Array.from({ length: 401 }, (_, k) => Math.exp(-0.5 * (k / 4 / ALIKE) ** 2));
  const weight = confidence.map((c) => c * c);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      const own = smoothstep(UNSURE, SURE, confidence[i]);
      if (own >= 1) continue;
      let all = 0;
      let sa = 0;
      let sb = 0;
      for (let v = Math.max(0, y - r); v <= Math.min(height - 1, y + r); v++) {
        const down = near[Math.abs(v - y)];
        for (let u = Math.max(0, x - r); u <= Math.min(width - 1, x + r); u++) {
          const j = v * width + u;
          const w =
            down *
            near[Math.abs(u - x)] *
            alike[Math.min(400, (4 * Math.abs(lightness[j] - lightness[i])) | 0)] *
            weight[j];
          all += w;
          sa += w * a[j];
          sb += w * b[j];
        }
      }
      if (all > 0) {
        out.a[i] = own * a[i] + ((1 - own) * sa) / all;
        out.b[i] = own * b[i] + ((1 - own) * sb) / all;
      }
    }
  return out;
}

/** Half the window in which guesses are held against each other, as a share of the longer side; every second cell is asked. */
const WIDE = 0.45;
/** Agreement (length of the mean guess over the mean length) under which nobody is believed, and from which on all are. */
const TORN = 0.55;
const AGREED = 0.88;
/** Confidence from which a cell stands by its own guess whatever others say. */
const FIRM = 0.5;
const FIRMEST = 0.8;

/**
 * Calm over wide smooth things: a wall that is blue here, orange there and green at its end contradicts itself, and
 * takes the mean of all of these, which is next to none. A sky or a lawn agrees with itself and stays.
 * @param lightness L* of the cells
 */
export function settled(
  { a, b }: Chroma,
  confidence: Float32Array,
  lightness: Float32Array,
  { width, height }: Size,
): Chroma {
  const r = Math.max(LEAST, Math.round(WIDE * Math.max(width, height)));
  const out = { a: a.slice(), b: b.slice() };
  const near = Float64Array.from({ length: r + 1 }, (_, d) => Math.exp(-0.5 * ((1.6 * d) / r) ** 2));
  const alike = Float64Array.from({ length: 401 }, (_, k) => Math.exp(-0.5 * (k / 4 / ALIKE) ** 2));
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      const own = smoothstep(FIRM, FIRMEST, confidence[i]);
      if (own >= 1) continue;
      let all = 0;
      let sa = 0;
      let sb = 0;
      let lengths = 0;
      for (let v = Math.max(0, y - r); v <= Math.min(height - 1, y + r); v += 2) {
        const down = near[Math.abs(v - y)];
        for (let u = Math.max(0, x - r); u <= Math.min(width - 1, x + r); u += 2) {
          const j = v * width + u;
          const w =
            down *
            near[Math.abs(u - x)] *
            alike[Math.min(400, (4 * Math.abs(lightness[j] - lightness[i])) | 0)] *
            confidence[j];
          all += w;
          sa += w * a[j];
          sb += w * b[j];
          lengths += w * Math.hypot(a[j], b[j]);
        }
      }
      if (all <= 0 || lengths <= 0) continue;
      const torn = (1 - own) * (1 - smoothstep(TORN, AGREED, Math.hypot(sa, sb) / lengths));
      out.a[i] += torn * (sa / all - a[i]);
      out.b[i] += torn * (sb / all - b[i]);
    }
  return out;
}
