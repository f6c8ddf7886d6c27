/**
 * What a density matrix can do at its best on the simulated stocks: fits slope, offset and crosstalk matrix
 * (rows sum to 1) of each stock and scanner to the reference print, patches known. It is the floor under the
 * automatic figures and a source of numbers for tuning.
 *
 *   h_i = b_i + s_i sum_j M_ij D_j,   print_i = paper(0.18 * 10^h_i)
 */
import { deltaE2000, type Lab, labFromLinear } from './colour.ts';
import { developer, layerExposures, transmittance, unexposed } from './film.ts';
import { chart } from './materials.ts';
import { paper } from './print.ts';
import { referencePatches } from './render.ts';
import { response, type Scanner } from './scanner.ts';
import { illuminants, type Triple } from './spectra.ts';
import type { Stock } from './stocks.ts';

export interface Fit {
  matrix: [Triple, Triple, Triple];
  slope: Triple;
  offset: Triple;
  deltaE: number[];
}

/** Noise-free densities over the base of the 24 patches, as a scanner sees them. */
export function patchDensities(stock: Stock, scanner: Scanner, light = 'D55', stops = 0): Triple[] {
  const see = response(scanner, stock, transmittance(stock, unexposed(stock)));
  const develop = developer(stock);
  const base: Triple = [0, 0, 0];
  see.see(unexposed(stock), base);
  const exposures = layerExposures(
    stock,
    illuminants[light],
    chart.map((p) => p.reflectance),
  );
  return exposures.map((e) => {
    const x = e.map((v) => Math.log10(v * 2 ** stops)) as Triple;
    develop(x);
    const seen: Triple = [0, 0, 0];
    see.see(x, seen);
    return seen.map((v, i) => Math.log10(base[i] / v)) as Triple;
  });
}

/** Parameters: 6 off-diagonals, 3 slopes, 3 offsets. */
export function printOf(p: readonly number[], d: Triple): Lab {
  const m = [
    [1 - p[0] - p[1], p[0], p[1]],
    [p[2], 1 - p[2] - p[3], p[3]],
    [p[4], p[5], 1 - p[4] - p[5]],
  ];
  const rgb = m.map((row, i) => {
    const v = row[0] * d[0] + row[1] * d[1] + row[2] * d[2];
    return paper(0.18 * 10 ** (p[9 + i] + p[6 + i] * v));
  }) as Triple;
  return labFromLinear(rgb);
}

/** Minimises f by the simplex method (Nelder and Mead, 1965), restarted. */
export function minimise(f: (p: number[]) => number, start: number[], step: number, rounds = 4): number[] {
  const n = start.length;
  let best = start.slice();
  for (let round = 0; round < rounds; round++) {
    const s = step / 2 ** round;
    const simplex = [best, ...best.map((_, i) => best.map((v, j) => (i === j ? v + s : v)))].map((p) => ({
      p,
      v: f(p),
    }));
    for (let it = 0; it < 250 * n; it++) {
      simplex.sort((a, b) => a.v - b.v);
      if (simplex[n].v - simplex[0].v < 1e-6) break;
      const mid = best.map((_, j) => simplex.slice(0, n).reduce((t, q) => t + q.p[j], 0) / n);
      const at = (t: number) => {
        const p = mid.map((m, j) => m + t * (simplex[n].p[j] - m));
        return { p, v: f(p) };
      };
      const r = at(-1);
      if (r.v < simplex[0].v) {
        const e = at(-2);
        simplex[n] = e.v < r.v ? e : r;
      } else if (r.v < simplex[n - 1].v) simplex[n] = r;
      else {
        const c = at(r.v < simplex[n].v ? -0.5 : 0.5);
        if (c.v < Math.min(r.v, simplex[n].v)) simplex[n] = c;
        else
          for (let i = 1; i <= n; i++) {
            const p = simplex[i].p.map((v, j) => (v + simplex[0].p[j]) / 2);
            simplex[i] = { p, v: f(p) };
          }
      }
    }
    simplex.sort((a, b) => a.v - b.v);
    best = simplex[0].p;
  }
  return best;
}

export const START = [-0.1, 0, -0.05, -0.05, 0, -0.1, 1.7, 1.6, 1.5, -1.3, -1.3, -1.3];

/** Best parameters over sets of patch densities that share matrix and slopes, each with an offset of its own. */
export function fitStock(stock: Stock, scanner: Scanner, light = 'D55'): Fit {
  const want = referencePatches(light);
  const d = patchDensities(stock, scanner, light);
  const cost = (p: number[]) =>
    d.reduce((s, v, i) => s + deltaE2000(printOf(p, v), want[i]) ** 1.5 * (i >= 18 ? 1.5 : 1), 0) +
    2 * p.slice(0, 6).reduce((s, v) => s + v * v, 0);
  const p = minimise(cost, START, 0.25);
  return {
    matrix: [
      [1 - p[0] - p[1], p[0], p[1]],
      [p[2], 1 - p[2] - p[3], p[3]],
      [p[4], p[5], 1 - p[4] - p[5]],
    ],
    slope: [p[6], p[7], p[8]],
    offset: [p[9], p[10], p[11]],
    deltaE: d.map((v, i) => deltaE2000(printOf(p, v), want[i])),
  };
}
