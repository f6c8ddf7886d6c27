/**
 * The contrasts of the three channels against each other, read from light and shade. It needs no assumption
 * about the colours of the scene: light and shade on one thing change all three layers by the same log
 * exposure, whatever the thing's colour, so density differences between near places are parallel to the grey
 * axis. Borders between things of different colour scatter in all directions and do not form a peak.
 */
import type { Rgb } from '../../../app/picture.ts';
import { type BalanceSamples, clamp } from './balance-statistics.ts';
import { straighten, TOE_WIDTH } from './toe.ts';

/** Contrast of red and blue against green, as factors on the stock's slopes, seen in shading. */
export interface Shading {
  red: number;
  blue: number;
  /** 0..1: how sharply the evidence peaks. */
  weight: number;
}

/** Differences smaller than this are grain, larger ones are borders of things (density). */
const SHADE_LEAST = 0.06;
const SHADE_MOST = 0.5;
const SHADE_WIDTHS = [0.5, 0.35, 0.3, 0.25, 0.25];
const SHADE_STEPS = [1, 2, 4, 8];

/** Densities straightened onto the stock's line. */
function onLine(densities: Float32Array, slope: number): Float32Array {
  const out = new Float32Array(densities.length);
  for (let i = 0; i < out.length; i++) out[i] = straighten(densities[i] * slope, TOE_WIDTH);
  return out;
}

/**
 * Light and shade on one thing change all three layers by the same log exposure, whatever the thing's colour.
 * So the ratio of density differences between near samples peaks at the ratio of the channels' contrasts: a
 * mean-shift search for that peak in (ln dr/dg, ln db/dg), starting from the stock.
 */
export function shadingSlopes(s: BalanceSamples, prior: Rgb): Shading {
  const n = s.g.length;
  const [xr, xg, xb] = [s.r, s.g, s.b].map((a, c) => onLine(a, prior[c]));
  const qr = new Float64Array(n * SHADE_STEPS.length);
  const qb = new Float64Array(qr.length);
  const qw = new Float64Array(qr.length);
  let pairs = 0;
  for (const step of SHADE_STEPS) {
    for (let i = 0; i + step < n; i++) {
      const dr = xr[i + step] - xr[i];
      const dg = xg[i + step] - xg[i];
      const db = xb[i + step] - xb[i];
      const size = Math.abs(dr + dg + db) / 3;
      if (size < SHADE_LEAST || size > SHADE_MOST) continue;
      const rr = dr / dg;
      const rb = db / dg;
      if (!(rr > 0.3 && rr < 3.3 && rb > 0.3 && rb < 3.3)) continue;
      qr[pairs] = Math.log(rr);
      qb[pairs] = Math.log(rb);
      qw[pairs++] = size;
    }
  }
  let red = 0;
  let blue = 0;
  let total = 0;
  for (let i = 0; i < pairs; i++) total += qw[i];
  if (pairs < 200) return { red: 1, blue: 1, weight: 0 };
  let support = 0;
  for (const width of SHADE_WIDTHS) {
    for (let pass = 0; pass < 4; pass++) {
      let w0 = 0;
      let wr = 0;
      let wb = 0;
      for (let i = 0; i < pairs; i++) {
        const a = qr[i] - red;
        const b = qb[i] - blue;
        const q = (a * a + b * b) / (width * width);
        if (q >= 1) continue;
        const w = qw[i] * (1 - q) * (1 - q);
        w0 += w;
        wr += w * qr[i];
        wb += w * qb[i];
      }
      if (w0 === 0) return { red: 1, blue: 1, weight: 0 };
      red = wr / w0;
      blue = wb / w0;
      support = w0 / total;
    }
  }
  return { red: Math.exp(-red), blue: Math.exp(-blue), weight: clamp(support * 3, 0, 1) };
}
