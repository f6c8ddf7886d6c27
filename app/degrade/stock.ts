/**
 * Random colour negative stocks, by wavelength: dyes with their unwanted absorptions, coloured couplers (the
 * orange mask), film base, characteristic curves. No stock here is a product, and none of the figures is shared
 * with the develop action, so that a network (or the develop action itself) can be judged on what this makes.
 *
 * Formulas: density adds by wavelength (Beer and Lambert); a coloured coupler is used up as its dye forms
 * (W. T. Hanson, "Color correction with colored couplers", 1950); interlayer effects work on log exposure;
 * characteristic curve with toe and shoulder after Hurter and Driffield (1890) as smooth logarithms of
 * exponentials. Ranges: peaks, gradients and base densities within what data sheets of negative films show.
 */
import type { Random } from '../random.ts';

/** 400 to 700 nm in steps of 10. */
export const BANDS = 31;
const nm = (i: number): number => 400 + 10 * i;
export type Spectrum = Float64Array;

function spectrum(f: (nm: number) => number): Spectrum {
  return Float64Array.from({ length: BANDS }, (_, i) => f(nm(i)));
}
/** A bell of height 1 with a standard deviation for each side. */
export function bell(l: number, peak: number, left: number, right = left): number {
  const t = (l - peak) / (l < peak ? left : right);
  return Math.exp(-0.5 * t * t);
}

/** One characteristic curve: dye amount over log10 exposure (relative to mid grey). */
export interface Curve {
  gamma: number;
  /** Log exposure at which the straight line would start. */
  start: number;
  /** Width of the toe, log10. */
  toe: number;
  max: number;
  /** Width of the shoulder, density. */
  shoulder: number;
}

/** Dye amount on a curve. Rises everywhere; gamma in the straight part; towards 0 and `max` at the ends. */
export function develop(curve: Curve, x: number): number {
  const z = (x - curve.start) / curve.toe;
  const line = curve.gamma * curve.toe * (z > 30 ? z : Math.log1p(Math.exp(z)));
  const s = (curve.max - line) / curve.shoulder;
  return Math.max(0, curve.max - curve.shoulder * (s > 30 ? s : Math.log1p(Math.exp(s))));
}

export interface Stock {
  /** Layer exposures from linear red, green, blue of the scene: rows (red, green, blue layer) sum to 1. */
  sensitivity: readonly number[];
  /** Share of the other layers' log exposure that is taken off (and added to the own one). */
  interlayer: number;
  curves: readonly [Curve, Curve, Curve];
  /** Cyan, magenta, yellow dye densities at amount 1. */
  dyes: readonly [Spectrum, Spectrum, Spectrum];
  /** Coloured couplers of the cyan and the magenta layer: density unused, share used per dye amount. */
  masks: readonly { density: Spectrum; used: number }[];
  /** Support and fog. */
  base: Spectrum;
  /** Standard deviation of the dye amounts at amount 1. */
  grain: readonly [number, number, number];
}

/** A scanner's eye: three bands, each summing to 1. */
export type Bands = readonly [Spectrum, Spectrum, Spectrum];

/** A random stock. */
export function drawStock(random: Random): Stock {
  const u = (low: number, high: number): number => random.uniform(low, high);
  // Neighbouring layers see a part of each other's light.
  const rg = u(0.02, 0.16);
  const rb = u(0, 0.05);
  const gr = u(0.02, 0.12);
  const gb = u(0.02, 0.12);
  const br = u(0, 0.04);
  const bg = u(0.02, 0.12);
  const gamma = u(0.5, 0.68);
  const max = u(2.2, 3.1);
  const curve = (ratio: number): Curve => ({
    gamma: gamma * ratio,
    start: u(-1.5, -1.15),
    toe: u(0.1, 0.26),
    max: max * u(0.95, 1.1),
    shoulder: u(0.15, 0.35),
  });
  const curves = [curve(u(0.88, 1.03)), curve(u(0.97, 1.06)), curve(u(1.08, 1.4))] as const;
  // Cyan's unwanted green and blue, magenta's blue and red, yellow's green.
  const cg = u(0.05, 0.14);
  const cb = u(0.06, 0.14);
  const mb = u(0.14, 0.28);
  const mr = u(0.03, 0.1);
  const yg = u(0.03, 0.09);
  const peaks = [u(675, 695), u(540, 556), u(438, 452)];
  const dyes = [
    spectrum((l) => bell(l, peaks[0], 62, 60) + cg * bell(l, 550, 40) + cb * bell(l, 430, 45)),
    spectrum((l) => bell(l, peaks[1], 38, 33) + mb * bell(l, 430, 42) + mr * bell(l, 650, 45)),
    spectrum((l) => bell(l, peaks[2], 38, 40) + yg * bell(l, 550, 40)),
  ] as const;
  // A mask that balances exactly has used = unwanted / density; films come near it.
  const maskCyan = u(0.22, 0.42);
  const maskMagenta = u(0.32, 0.62);
  const masks = [
    {
      density: spectrum((l) => maskCyan * (bell(l, 548, 40) + 0.75 * bell(l, 440, 45))),
      used: (cg / maskCyan) * u(0.7, 1.15),
    },
    {
      density: spectrum((l) => maskMagenta * bell(l, 436, 42, 40)),
      used: (mb / maskMagenta) * u(0.7, 1.15),
    },
  ];
  const fog = [u(0.1, 0.26), u(0.1, 0.22), u(0.1, 0.24)];
  const base = spectrum(
    (l) => fog[0] * bell(l, 680, 90, 90) + fog[1] * bell(l, 550, 60) + fog[2] * bell(l, 420, 65),
  );
  // Slow fine-grained films to fast coarse ones, seen at a few hundred pixels across the frame.
  const g = 0.004 * 9 ** random.next();
  return {
    sensitivity: [1 - rg - rb, rg, rb, gr, 1 - gr - gb, gb, br, bg, 1 - br - bg],
    interlayer: u(0.05, 0.3),
    curves,
    dyes,
    masks,
    base,
    grain: [g * u(0.8, 1.2), g, g * u(1.1, 1.8)],
  };
}

/** Kinds of scanner, in the order of their index in the parameters. */
export const SCANNERS = ['narrow bands', 'film scanner', 'camera'] as const;

/** Random bands of a kind of scanner: light-emitting diodes, filters on a line sensor, a camera's overlapping filters. */
export function drawBands(kind: number, random: Random): Bands {
  const u = (low: number, high: number): number => random.uniform(low, high);
  const width = kind === 0 ? u(8, 14) : kind === 1 ? u(16, 28) : u(28, 42);
  const tail = kind === 2 ? u(0.02, 0.1) : kind === 1 ? u(0, 0.03) : 0;
  const centre =
    kind === 2 ? [u(592, 612), u(525, 542), u(452, 468)] : [u(620, 660), u(525, 552), u(445, 468)];
  const bands = centre.map((c, k) =>
    spectrum((l) => bell(l, c, width) + tail * (k === 1 ? 1 : 0.5) * bell(l, 550, 70)),
  );
  return bands.map((b) => {
    const sum = b.reduce((s, v) => s + v, 0);
    return b.map((v) => v / sum);
  }) as unknown as Bands;
}

/**
 * Transmittance, by wavelength, of one layer (0 cyan, 1 magenta, 2 yellow) for its dye amount: its dye and what is
 * left of its coloured coupler.
 */
export function layerTransmittance(stock: Stock, layer: 0 | 1 | 2, amount: number): Spectrum {
  const dye = stock.dyes[layer];
  const mask = layer < 2 ? stock.masks[layer] : null;
  const left = mask ? Math.max(0, 1 - mask.used * amount) : 0;
  return Float64Array.from({ length: BANDS }, (_, i) =>
    Math.exp(-Math.LN10 * (amount * dye[i] + (mask ? left * mask.density[i] : 0))),
  );
}

/** Transmittance of the film by wavelength for dye amounts cyan, magenta, yellow: layers and base, one upon another. */
export function filmTransmittance(stock: Stock, amounts: readonly [number, number, number]): Spectrum {
  const layers = ([0, 1, 2] as const).map((k) => layerTransmittance(stock, k, amounts[k]));
  return stock.base.map((d, i) => 10 ** -d * layers[0][i] * layers[1][i] * layers[2][i]);
}

/** Light a scanner's bands see through the film, relative to no film. */
export function see(bands: Bands, transmittance: Spectrum): [number, number, number] {
  const out: [number, number, number] = [0, 0, 0];
  for (let k = 0; k < 3; k++) {
    const b = bands[k];
    let sum = 0;
    for (let i = 0; i < BANDS; i++) sum += b[i] * transmittance[i];
    out[k] = sum;
  }
  return out;
}
