/**
 * Simulated film stocks. They are *like* their namesakes in kind (a soft portrait film, a vivid fine-grained
 * one, consumer films, a cinema film ...) with figures chosen within what data sheets show, and no stock here
 * is a measurement of a product. Wavelengths in nm, densities as log10, exposures as log10 relative to an
 * 18 % grey at the film's nominal exposure.
 */
import { FIRST_NM, lobe, rise, STEP_NM, spectrum, type Spectrum, type Triple } from './spectra.ts';

/** One characteristic curve: dye amount over log exposure. */
export interface Curve {
  /** Gradient of the straight line for neutral light, dye amount per log10 exposure. */
  gamma: number;
  /** Log exposure where the straight line would start, relative to mid grey. */
  start: number;
  /** Width of the toe and of the shoulder, log10 and density. */
  toe: number;
  max: number;
  shoulder: number;
}

export interface Stock {
  name: string;
  process: 'c41' | 'bw' | 'slide';
  /** Left out of every tuning. */
  heldOut: boolean;
  /** Relative spectral sensitivities of the red, green and blue recording layers (linear). */
  sensitivity: [Spectrum, Spectrum, Spectrum];
  curves: [Curve, Curve, Curve];
  /** interlayer[i][j]: how much the development of layer j holds back layer i, log exposure per dye amount. */
  interlayer: [Triple, Triple, Triple];
  /** Cyan, magenta, yellow dye densities at unit amount. */
  dyes: [Spectrum, Spectrum, Spectrum];
  /** Coloured couplers of the cyan and the magenta layer: density when unused, and share used per dye amount. */
  masks: { density: Spectrum; used: number }[];
  /** Support, fog and stain. */
  base: Spectrum;
  /** Standard deviation of dye amount at amount 1 at 1000 pixels across the frame. */
  grain: number;
}

interface Recipe {
  name: string;
  process?: Stock['process'];
  heldOut?: boolean;
  /** Peaks and widths (left, right) of the three sensitivities; green's and red's second peaks are built in. */
  red: Triple;
  green: Triple;
  blue: Triple;
  gamma: Triple;
  start: Triple;
  toe?: Triple;
  max?: Triple;
  inter: number;
  interBlue?: number;
  cyan: Triple;
  magenta: Triple;
  yellow: Triple;
  /** Unwanted absorption: cyan in green, cyan in blue, magenta in blue, magenta in red, yellow in green. */
  unwanted: [number, number, number, number, number];
  /** Mask densities (cyan's in green, magenta's in blue) and shares used per dye amount. */
  mask: [number, number, number, number];
  fog: Triple;
  grain: number;
}

function build(p: Recipe): Stock {
  const [cg, cb, mb, mr, yg] = p.unwanted;
  const sensitivity: Stock['sensitivity'] = [
    spectrum((l) => lobe(l, ...p.red) + 0.35 * lobe(l, p.red[0] - 42, 26, 20) + 0.006 * lobe(l, 460, 40)),
    spectrum((l) => lobe(l, ...p.green) + 0.3 * lobe(l, p.green[0] - 35, 24, 20) + 0.012 * lobe(l, 430, 40)),
    spectrum((l) => (lobe(l, ...p.blue) + 0.45 * lobe(l, p.blue[0] - 45, 30, 25)) * rise(l, 395, 16)),
  ];
  const cyan = spectrum((l) => lobe(l, ...p.cyan) + cg * lobe(l, 560, 38) + cb * lobe(l, 425, 42));
  // Gradients are stated as a densitometer with a red band at 640 nm reads them, short of the cyan dye's peak.
  const at640 = cyan[(640 - FIRST_NM) / STEP_NM];
  const curves = [0, 1, 2].map((i) => {
    const unit = i === 0 && p.process !== 'bw' ? at640 : 1;
    return {
      gamma: p.gamma[i] / unit,
      start: p.start[i],
      toe: p.toe?.[i] ?? 0.15,
      max: (p.max?.[i] ?? 2.7) / unit,
      shoulder: 0.22,
    };
  }) as Stock['curves'];
  const k = p.inter;
  const kRed = p.process === 'bw' ? 0 : k * at640;
  const kb = p.interBlue ?? k * 0.8;
  return {
    name: p.name,
    process: p.process ?? 'c41',
    heldOut: p.heldOut ?? false,
    sensitivity,
    curves,
    interlayer: [
      [0, k, k * 0.35],
      [kRed * 0.9, 0, kb],
      [kRed * 0.3, kb, 0],
    ],
    dyes: [
      cyan,
      spectrum((l) => lobe(l, ...p.magenta) + mb * lobe(l, 430, 40) + mr * lobe(l, 640, 38, 60)),
      spectrum((l) => lobe(l, ...p.yellow) + yg * lobe(l, 545, 34)),
    ],
    masks: [
      { density: spectrum((l) => p.mask[0] * (lobe(l, 545, 42) + 0.55 * lobe(l, 450, 45))), used: p.mask[2] },
      {
        density: spectrum((l) => p.mask[1] * (lobe(l, 437, 36, 38) + 0.1 * lobe(l, 530, 30))),
        used: p.mask[3],
      },
    ],
    base: spectrum(
      (l) => p.fog[0] * lobe(l, 680, 90, 200) + p.fog[1] * lobe(l, 550, 60) + p.fog[2] * lobe(l, 420, 70, 50),
    ),
    grain: p.grain,
  };
}

/** Colour negative stocks. */
export const colourStocks: readonly Stock[] = [
  build({
    name: 'portrait-400',
    red: [642, 24, 18],
    green: [552, 20, 20],
    blue: [468, 24, 18],
    gamma: [0.57, 0.6, 0.65],
    start: [-1.28, -1.27, -1.25],
    inter: 0.18,
    cyan: [688, 61, 60],
    magenta: [550, 39, 32],
    yellow: [446, 36, 39],
    unwanted: [0.07, 0.1, 0.2, 0.05, 0.05],
    mask: [0.32, 0.46, 0.4, 0.4],
    fog: [0.2, 0.2, 0.26],
    grain: 0.011,
  }),
  build({
    name: 'vivid-100',
    red: [650, 22, 17],
    green: [549, 18, 18],
    blue: [462, 24, 17],
    gamma: [0.62, 0.65, 0.71],
    start: [-1.22, -1.23, -1.21],
    toe: [0.13, 0.13, 0.14],
    inter: 0.22,
    cyan: [692, 59, 60],
    magenta: [546, 37, 31],
    yellow: [444, 35, 37],
    unwanted: [0.05, 0.08, 0.18, 0.04, 0.04],
    mask: [0.3, 0.5, 0.42, 0.38],
    fog: [0.19, 0.18, 0.27],
    grain: 0.006,
  }),
  build({
    name: 'consumer-200',
    red: [646, 24, 19],
    green: [554, 21, 21],
    blue: [466, 26, 19],
    gamma: [0.58, 0.63, 0.7],
    start: [-1.24, -1.26, -1.2],
    toe: [0.16, 0.15, 0.17],
    inter: 0.18,
    cyan: [684, 63, 60],
    magenta: [552, 40, 33],
    yellow: [448, 37, 40],
    unwanted: [0.08, 0.12, 0.23, 0.06, 0.06],
    mask: [0.34, 0.54, 0.36, 0.36],
    fog: [0.22, 0.23, 0.3],
    grain: 0.012,
  }),
  build({
    name: 'green-layer-400',
    red: [638, 22, 20],
    green: [546, 21, 20],
    blue: [464, 25, 18],
    gamma: [0.6, 0.64, 0.68],
    start: [-1.25, -1.29, -1.27],
    toe: [0.15, 0.14, 0.15],
    inter: 0.2,
    cyan: [690, 60, 60],
    magenta: [544, 39, 32],
    yellow: [442, 36, 39],
    unwanted: [0.075, 0.09, 0.22, 0.04, 0.05],
    mask: [0.28, 0.44, 0.46, 0.42],
    fog: [0.21, 0.2, 0.25],
    grain: 0.013,
  }),
  build({
    name: 'cinema-250',
    red: [648, 23, 18],
    green: [550, 20, 19],
    blue: [466, 25, 17],
    gamma: [0.5, 0.53, 0.56],
    start: [-1.38, -1.37, -1.36],
    toe: [0.17, 0.17, 0.17],
    max: [2.6, 2.6, 2.7],
    inter: 0.2,
    cyan: [686, 61, 60],
    magenta: [549, 39, 32],
    yellow: [445, 35, 39],
    unwanted: [0.06, 0.1, 0.19, 0.05, 0.05],
    mask: [0.3, 0.42, 0.4, 0.42],
    fog: [0.17, 0.2, 0.28],
    grain: 0.009,
  }),
  build({
    name: 'held-out-160',
    heldOut: true,
    red: [640, 23, 19],
    green: [548, 20, 19],
    blue: [470, 26, 18],
    gamma: [0.56, 0.61, 0.66],
    start: [-1.26, -1.24, -1.28],
    toe: [0.16, 0.14, 0.16],
    inter: 0.19,
    cyan: [691, 62, 60],
    magenta: [548, 38, 32],
    yellow: [449, 37, 38],
    unwanted: [0.065, 0.11, 0.21, 0.05, 0.045],
    mask: [0.29, 0.48, 0.44, 0.4],
    fog: [0.23, 0.22, 0.24],
    grain: 0.009,
  }),
];

const silver = spectrum((l) => 1 + 0.0002 * (550 - l));
const nothing = spectrum(() => 0);

/** Panchromatic silver film: one layer; its density is all but neutral. */
export const bwStock: Stock = {
  ...build({
    name: 'bw-400',
    process: 'bw',
    red: [610, 60, 25],
    green: [540, 60, 50],
    blue: [440, 40, 60],
    gamma: [0.62, 0.62, 0.62],
    start: [-1.2, -1.2, -1.2],
    inter: 0,
    cyan: [0, 1, 1],
    magenta: [0, 1, 1],
    yellow: [0, 1, 1],
    unwanted: [0, 0, 0, 0, 0],
    mask: [0, 0, 0, 0],
    fog: [0.2, 0.05, 0.05],
    grain: 0.016,
  }),
  dyes: [silver, nothing, nothing],
  masks: [],
  sensitivity: [
    spectrum((l) => rise(l, 390, 20) * (1 - rise(l, 645, 25))),
    spectrum((l) => rise(l, 390, 20) * (1 - rise(l, 645, 25))),
    spectrum((l) => rise(l, 390, 20) * (1 - rise(l, 645, 25))),
  ],
};

/** Reversal film: dye falls with exposure; no mask; steeper. */
export const slideStock: Stock = build({
  name: 'slide-100',
  process: 'slide',
  red: [648, 20, 17],
  green: [550, 18, 18],
  blue: [460, 24, 17],
  gamma: [1.65, 1.7, 1.75],
  start: [-1.4, -1.4, -1.4],
  max: [3.1, 3.1, 3.1],
  inter: 0.05,
  cyan: [662, 46, 60],
  magenta: [545, 31, 30],
  yellow: [446, 34, 36],
  unwanted: [0.1, 0.09, 0.16, 0.05, 0.05],
  mask: [0, 0, 0, 0],
  fog: [0.07, 0.05, 0.06],
  grain: 0.008,
});
