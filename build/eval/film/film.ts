/**
 * From light to dye: what a stock makes of an exposure. Each layer's exposure is the integral of the light
 * over its sensitivity; its development is held back by its neighbours' (interlayer effect); a characteristic
 * curve with toe and shoulder gives the dye; dye, unused coloured coupler and base absorb.
 *
 *   H_i  = integral light(l) S_i(l) / that of an 18 % grey in daylight at the nominal exposure
 *   x_i  = log10 H_i - sum_j k_ij (a_j(log10 H_j) - a_j(0))
 *   a_i  = straight line with toe and shoulder (both logarithmic-exponential, so smooth everywhere)
 *   D(l) = base(l) + sum_i a_i dye_i(l) + sum_m mask_m(l) max(0, 1 - used_m a_m)
 */
import { BANDS, illuminants, integrate, observer, type Spectrum, type Triple } from './spectra.ts';
import type { Curve, Stock } from './stocks.ts';

/** Light scaled to the luminance of D55, as a light meter would see to. */
export function metered(light: Spectrum): Spectrum {
  const k = integrate(illuminants.D55, observer[1]) / integrate(light, observer[1]);
  return light.map((v) => v * k);
}

/** Exposure of the three layers by each reflectance in full key light: 1 for an 18 % grey in D55. */
export function layerExposures(stock: Stock, light: Spectrum, reflectances: readonly Spectrum[]): Triple[] {
  const lit = metered(light);
  const full = stock.sensitivity.map((s) => 0.18 * integrate(illuminants.D55, s));
  return reflectances.map((r) => stock.sensitivity.map((s, i) => integrate(lit, r, s) / full[i]) as Triple);
}

/** Dye amount over log10 exposure on one curve. */
function dye(curve: Curve, x: number): number {
  const z = (x - curve.start) / curve.toe;
  const line = curve.gamma * curve.toe * (z > 30 ? z : Math.log1p(Math.exp(z)));
  const s = (curve.max - line) / curve.shoulder;
  return curve.max - curve.shoulder * (s > 30 ? s : Math.log1p(Math.exp(s)));
}

const TABLE_FROM = -4.5;
const TABLE_STEP = 1 / 256;
const TABLE_SIZE = 2305;

function tabulate(curve: Curve): Float64Array {
  return Float64Array.from({ length: TABLE_SIZE }, (_, i) => dye(curve, TABLE_FROM + i * TABLE_STEP));
}
function look(table: Float64Array, x: number): number {
  const p = Math.min(TABLE_SIZE - 1.001, Math.max(0, (x - TABLE_FROM) / TABLE_STEP));
  const i = p | 0;
  return table[i] + (table[i + 1] - table[i]) * (p - i);
}

/** Returns a function that turns log10 exposures (written over) into dye amounts cyan, magenta, yellow. */
export function developer(stock: Stock): (x: Triple) => void {
  const first = stock.curves.map(tabulate);
  // Without their neighbours the layers are steeper, so that a neutral comes out at the stated gradient.
  const alone = stock.curves.map((c, i) => {
    const held = stock.interlayer[i].reduce((s, k, j) => s + k * stock.curves[j].gamma, 0);
    const gamma = c.gamma / (1 - held);
    return tabulate({ ...c, gamma, start: (c.start * c.gamma) / gamma, toe: (c.toe * c.gamma) / gamma });
  });
  const atGrey = first.map((t) => look(t, 0));
  const reversed = stock.process === 'slide';
  const k = stock.interlayer;
  return (x) => {
    const d0 = look(first[0], x[0]) - atGrey[0];
    const d1 = look(first[1], x[1]) - atGrey[1];
    const d2 = look(first[2], x[2]) - atGrey[2];
    for (let i = 0; i < 3; i++) {
      const a = look(alone[i], x[i] - k[i][0] * d0 - k[i][1] * d1 - k[i][2] * d2);
      x[i] = reversed ? stock.curves[i].max - a : a;
    }
  };
}

/** Transmittance of the film for given dye amounts, per band. */
export function transmittance(
  stock: Stock,
  amounts: Triple,
  out: Spectrum = new Float64Array(BANDS),
): Spectrum {
  const left = stock.masks.map((m, i) => Math.max(0, 1 - m.used * amounts[i]));
  for (let b = 0; b < BANDS; b++) {
    let d = stock.base[b];
    for (let i = 0; i < 3; i++) d += amounts[i] * stock.dyes[i][b];
    for (let m = 0; m < left.length; m++) d += left[m] * stock.masks[m].density[b];
    out[b] = 10 ** -d;
  }
  return out;
}

/** Dye amounts of film that saw no light (the negative's base, the slide's black). */
export function unexposed(stock: Stock): Triple {
  const x: Triple = [-4.4, -4.4, -4.4];
  developer(stock)(x);
  return x;
}
