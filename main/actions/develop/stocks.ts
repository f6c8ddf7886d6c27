/**
 * Film stocks: what is known of a film before its picture has been seen. `gamma` is the slope of density over
 * log exposure in the straight part of each dye layer's characteristic curve (status M for negatives, status A
 * for slides); dividing density by it gives scene log exposure. `crosstalk` is the matrix that takes neutral-
 * balanced densities to exposures of separate colours: unwanted dye absorptions that the couplers of the mask
 * leave over, and the mismatch of scanner bands and paper sensitivities. Its rows sum to one, so that greys
 * stay where they are whatever it does. `midDensity` is the green density over base that a correctly exposed
 * mid grey leaves; a fixed print is made for it.
 *
 * Where the numbers come from: `read` = taken from memory of the maker's published characteristic curves, good
 * to about 5 %; `typical` = the ordinary value of that family of films. None were measured by us on film.
 */
import { apply3, IDENTITY3, type Matrix3, mix3 } from '../../../app/color/matrix3.ts';
import type { Rgb } from '../../../app/picture.ts';
import type { Rig } from './rig.ts';
import type { FilmType } from './types.ts';

export interface FilmStock {
  id: string;
  film: FilmType;
  /** Slope of density over log10 exposure: red-, green-, blue-sensitive layer. */
  gamma: Rgb;
  /** Crosstalk matrix at strength 1, by the kind of device that scanned it. */
  crosstalk: Record<Rig, Matrix3>;
  /** Typical base density (support, fog and mask): what a neutral light loses in clear film. */
  base: Rgb;
  /** Green density over base of a mid grey (18 %) at box speed. */
  midDensity: number;
  confidence: 'read' | 'typical';
}

/** Matrix with rows summing to 1 from its six off-diagonal elements, row by row. */
function unmix(rg: number, rb: number, gr: number, gb: number, br: number, bg: number): Matrix3 {
  return [1 - rg - rb, rg, rb, gr, 1 - gr - gb, gb, br, bg, 1 - br - bg];
}

/**
 * Crosstalk of masked colour negatives by rig. Fitted to reference prints over simulated stocks (build/eval; for
 * cameras over a family of them, since an unknown camera is none of those that one could measure)
 * with each scan balanced on its greys; `unknown` is the best compromise.
 */
const C41: Record<Rig, Matrix3> = {
  unknown: unmix(-0.095, -0.065, 0.025, -0.204, 0.009, -0.316),
  scanner: unmix(0.004, -0.055, 0.066, -0.191, -0.011, -0.253),
  camera: unmix(-0.385, -0.008, -0.098, -0.29, 0.144, -0.698),
};
/**
 * What is left to do on a scan that a camera's or scanner's program has converted, with a colour matrix of its own
 * that has undone much of the crosstalk already. Weak, because programs differ; it leans against the violet that such
 * conversions leave in skies and water.
 */
const C41_CONVERTED = unmix(-0.02, -0.12, 0.05, 0, -0.1, 0);
const NONE: Record<Rig, Matrix3> = { unknown: IDENTITY3, scanner: IDENTITY3, camera: IDENTITY3 };

const list: FilmStock[] = [
  negative('generic', [0.55, 0.57, 0.59], [0.25, 0.6, 0.85], 0.74, 'typical'),
  negative('portra', [0.57, 0.61, 0.66], [0.22, 0.62, 0.88], 0.68, 'read'),
  negative('ektar', [0.62, 0.66, 0.72], [0.22, 0.6, 0.85], 0.66, 'read'),
  negative('gold', [0.6, 0.64, 0.7], [0.25, 0.62, 0.88], 0.7, 'read'),
  negative('fuji-superia', [0.6, 0.64, 0.71], [0.24, 0.58, 0.82], 0.68, 'read'),
  negative('fuji-pro', [0.56, 0.6, 0.64], [0.23, 0.58, 0.8], 0.66, 'typical'),
  // Vision3 and its still-camera conversions are lower in contrast: made for a print film of higher gamma.
  negative('cinestill', [0.52, 0.55, 0.58], [0.2, 0.58, 0.92], 0.6, 'typical'),
  negative('vision3', [0.5, 0.53, 0.56], [0.18, 0.56, 0.92], 0.58, 'read'),
  silver('bw-classic', 0.62, 0.7),
  silver('bw-tgrain', 0.6, 0.68),
  { ...silver('bw-chromogenic', 0.6, 0.68), base: [0.25, 0.5, 0.65] },
  slide('ektachrome', [1.65, 1.7, 1.75]),
  slide('velvia', [1.95, 2.0, 2.05]),
  slide('kodachrome', [1.75, 1.8, 1.8]),
];

function negative(
  id: string,
  gamma: Rgb,
  base: Rgb,
  midDensity: number,
  confidence: FilmStock['confidence'],
): FilmStock {
  return { id, film: 'c41', gamma, base, midDensity, confidence, crosstalk: C41 };
}
function silver(id: string, gamma: number, midDensity: number): FilmStock {
  return {
    id,
    film: 'bw',
    gamma: [gamma, gamma, gamma],
    base: [0.25, 0.25, 0.25],
    midDensity,
    confidence: 'typical',
    crosstalk: NONE,
  };
}
function slide(id: string, gamma: Rgb): FilmStock {
  return {
    id,
    film: 'slide',
    gamma,
    base: [0.15, 0.15, 0.16],
    midDensity: 0.8,
    confidence: 'read',
    crosstalk: NONE,
  };
}

const byId = new Map(list.map((s) => [s.id, s]));
const GENERIC: Record<FilmType, FilmStock> = {
  c41: byId.get('generic')!,
  bw: { ...byId.get('bw-classic')!, id: 'generic' },
  slide: { ...byId.get('ektachrome')!, id: 'generic' },
};

/**
 * The stock of that id, if it is one of the given film type; else the generic stock of the type (so a 'portra'
 * left over in a recipe does no harm to a slide).
 */
export function filmStock(id: string, film: FilmType): FilmStock {
  const stock = byId.get(id);
  return stock && stock.film === film ? stock : GENERIC[film];
}

/** All stocks of the table (for tests and the documentation). */
export function filmStocks(): readonly FilmStock[] {
  return list;
}

/** Crosstalk matrix at a strength 0..2: only the off-diagonal part is scaled, the rows still sum to 1. */
export function crosstalkMatrix(stock: FilmStock, strength: number, rig: Rig = 'unknown'): Matrix3 {
  return mix3(IDENTITY3, stock.crosstalk[rig], strength);
}

/** Crosstalk matrix at a strength 0..2 for a scan that some program has converted to a tone-curved picture. */
export function convertedMatrix(stock: FilmStock, strength: number): Matrix3 {
  return stock.film === 'c41' ? mix3(IDENTITY3, C41_CONVERTED, strength) : IDENTITY3;
}

/** Slopes relative to green that make a neutral of this stock equal in all channels: gammaG / gamma. */
export function neutralSlopes(stock: FilmStock): Rgb {
  const [r, g, b] = stock.gamma;
  return [g / r, 1, g / b];
}

/** Row sums of a matrix; (1, 1, 1) for every crosstalk matrix. */
export function rowSums(m: Matrix3): Rgb {
  return apply3(m, [1, 1, 1]);
}
