/**
 * Simulated scanners: a lamp, three bands, gains, a little flare, shot and read noise, an uneven light, 16-bit
 * linear or 8-bit tone-curved samples. Film scanners set each channel on the empty gate; a camera over a
 * light table has one exposure for all channels, so that the mask keeps its orange in the raw values.
 */
import { transmittance } from './film.ts';
import { BANDS, lobe, planck, rise, type Spectrum, spectrum, type Triple, whiteLed } from './spectra.ts';
import type { Stock } from './stocks.ts';

export interface Scanner {
  name: string;
  heldOut: boolean;
  /** Lamp times filter times sensor for red, green, blue. */
  bands: [Spectrum, Spectrum, Spectrum];
  /** 'gate': empty gate is 0.92 of full scale in each channel. 'camera': one exposure, base's brightest channel at 0.7. */
  exposure: 'gate' | 'camera';
  /** Share of full scale that reaches the sensor whatever the film does. */
  flare: number;
  /** Read noise (share of full scale) and shot noise (variance per unit of signal). */
  read: number;
  shot: number;
  /** Loss of light in the corners, 0..1. */
  falloff: number;
}

function bandsOf(
  lamp: Spectrum,
  r: (l: number) => number,
  g: (l: number) => number,
  b: (l: number) => number,
): Scanner['bands'] {
  return [r, g, b].map((f) => spectrum(f).map((v, i) => v * lamp[i])) as Scanner['bands'];
}
const flat = spectrum(() => 1);
const coldLamp = spectrum(
  (l) =>
    100 *
    (0.25 +
      lobe(l, 436, 7) +
      0.55 * lobe(l, 488, 9) +
      1.6 * lobe(l, 545, 8) +
      1.5 * lobe(l, 612, 9) +
      0.35 * lobe(l, 650, 18)),
);

export const scanners: readonly Scanner[] = [
  {
    name: 'led-film-scanner',
    heldOut: false,
    bands: bandsOf(
      flat,
      (l) => lobe(l, 645, 10, 9),
      (l) => lobe(l, 528, 15, 17),
      (l) => lobe(l, 462, 11, 13),
    ),
    exposure: 'gate',
    flare: 0.0004,
    read: 0.0002,
    shot: 3e-6,
    falloff: 0.01,
  },
  {
    name: 'ccd-film-scanner',
    heldOut: false,
    bands: bandsOf(
      coldLamp,
      (l) => rise(l, 592, 16) * (1 - rise(l, 690, 20)) + 0.01,
      (l) => lobe(l, 538, 26, 26) + 0.012,
      (l) => lobe(l, 450, 26, 24) + 0.012,
    ),
    exposure: 'gate',
    flare: 0.0006,
    read: 0.0003,
    shot: 5e-6,
    falloff: 0.02,
  },
  {
    name: 'camera-led-panel',
    heldOut: false,
    bands: bandsOf(
      whiteLed(0.8, 575, 62),
      (l) =>
        (lobe(l, 612, 22, 34) + 0.05 * lobe(l, 530, 30) + 0.03 * lobe(l, 450, 25)) * (1 - rise(l, 675, 18)),
      (l) => lobe(l, 530, 34, 32) + 0.03 * lobe(l, 455, 22) + 0.04 * lobe(l, 610, 22),
      (l) => lobe(l, 458, 24, 27) + 0.04 * lobe(l, 520, 25),
    ),
    exposure: 'camera',
    flare: 0.0008,
    read: 0.0003,
    shot: 8e-6,
    falloff: 0.05,
  },
  {
    name: 'held-out-camera-halogen',
    heldOut: true,
    bands: bandsOf(
      planck(3200).map((v, i) => v * (1 - 0.55 * rise(380 + 10 * i, 600, 120))),
      (l) =>
        (lobe(l, 616, 20, 34) + 0.06 * lobe(l, 540, 28) + 0.02 * lobe(l, 445, 25)) * (1 - rise(l, 665, 20)),
      (l) => lobe(l, 535, 30, 30) + 0.04 * lobe(l, 460, 20) + 0.05 * lobe(l, 600, 20),
      (l) => lobe(l, 465, 22, 26) + 0.05 * lobe(l, 515, 22),
    ),
    exposure: 'camera',
    flare: 0.0007,
    read: 0.0003,
    shot: 8e-6,
    falloff: 0.03,
  },
];

/** Sum of band times transmittance per channel; not scaled. */
function raw(scanner: Scanner, t: Spectrum): Triple {
  return scanner.bands.map((band) => {
    let s = 0;
    for (let i = 0; i < BANDS; i++) s += band[i] * t[i];
    return s;
  }) as Triple;
}

/** Gains that bring raw sums to shares of full scale, for a negative with this base (null: a slide, exposed on the empty gate). */
export function gains(scanner: Scanner, base: Spectrum | null): Triple {
  if (scanner.exposure === 'gate' || base === null) return raw(scanner, flat).map((v) => 0.92 / v) as Triple;
  const brightest = Math.max(...raw(scanner, base));
  return [0.7 / brightest, 0.7 / brightest, 0.7 / brightest];
}

const GRID = 21;

/** What the scanner sees of a film, as a function of the dye amounts. */
export interface Response {
  /** Noise-free share of full scale for dye amounts, flare included. */
  see(amounts: Triple, out: Triple): void;
  /** Noise-free share of full scale without film in the way. */
  gate: Triple;
}

/**
 * Tabulates log10 of the response on a grid of dye amounts and interpolates linearly in all three; the true
 * surface is nearly plane in these units, so the error stays below 0.001 of density.
 */
export function response(scanner: Scanner, stock: Stock, base: Spectrum | null): Response {
  const gain = gains(scanner, base);
  const top = Math.max(...stock.curves.map((c) => c.max)) + 0.4;
  const from = -0.1;
  const step = (top - from) / (GRID - 1);
  const table = new Float64Array(GRID ** 3 * 3);
  const t = new Float64Array(BANDS);
  const amounts: Triple = [0, 0, 0];
  for (let c = 0, p = 0; c < GRID; c++)
    for (let m = 0; m < GRID; m++)
      for (let y = 0; y < GRID; y++, p += 3) {
        amounts[0] = from + c * step;
        amounts[1] = from + m * step;
        amounts[2] = from + y * step;
        const v = raw(scanner, transmittance(stock, amounts, t));
        for (let i = 0; i < 3; i++) table[p + i] = Math.log(v[i] * gain[i]);
      }
  const clamp = (v: number) => Math.min(GRID - 1.0001, Math.max(0, (v - from) / step));
  const SY = 3;
  const SM = GRID * 3;
  const SC = GRID * GRID * 3;
  return {
    gate: raw(scanner, flat).map((v, i) => v * gain[i] + scanner.flare) as Triple,
    see(a, out) {
      const pc = clamp(a[0]);
      const pm = clamp(a[1]);
      const py = clamp(a[2]);
      const ic = pc | 0;
      const im = pm | 0;
      const iy = py | 0;
      const fc = pc - ic;
      const fm = pm - im;
      const fy = py - iy;
      const o = ic * SC + im * SM + iy * SY;
      for (let i = 0; i < 3; i++) {
        const q = o + i;
        const c00 = table[q] + (table[q + SY] - table[q]) * fy;
        const c01 = table[q + SM] + (table[q + SM + SY] - table[q + SM]) * fy;
        const c10 = table[q + SC] + (table[q + SC + SY] - table[q + SC]) * fy;
        const c11 = table[q + SC + SM] + (table[q + SC + SM + SY] - table[q + SC + SM]) * fy;
        const c0 = c00 + (c01 - c00) * fm;
        const c1 = c10 + (c11 - c10) * fm;
        out[i] = Math.exp(c0 + (c1 - c0) * fc) + scanner.flare;
      }
    },
  };
}
