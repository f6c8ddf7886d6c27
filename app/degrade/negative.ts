/**
 * From a picture to the scan of its negative, as physics goes: light of the scene (with the lens' flare and the
 * colour of the day) exposes three layers that see a part of each other's light; each develops dye along its own
 * curve, holding its neighbours back; grain is noise of the dye amounts; dyes fade; dyes, unused coloured
 * couplers and base absorb by wavelength; a scanner's three bands see what is left, with gains, a colour matrix,
 * flare, noise and a tone curve of their own. The densities are computed once for a lattice of dye amounts and
 * interpolated, so that a spectral simulation costs about as much as a matrix.
 */
import { type Planar, planar } from '../planar.ts';
import type { Random } from '../random.ts';
import { linearGrey, spectralWeights } from './grey.ts';
import { clamp, decode, gaussian, normals } from './raster.ts';
import { drawMatrix, drawScanner, scan, type Scanner } from './scan.ts';
import {
  type Bands,
  BANDS,
  type Curve,
  develop,
  drawBands,
  drawStock,
  filmTransmittance,
  layerTransmittance,
  see,
  type Spectrum,
  type Stock,
} from './stock.ts';
import type { Degradation } from './types.ts';

const LN10 = Math.LN10;

/** How the film was exposed. */
export interface Exposure {
  /** Over (positive) or under the nominal exposure, stops. */
  stops: number;
  /** Contrast of the scene's light: under 1 undoes the harder rendering of a finished picture. */
  contrast: number;
  /** Stray light of the lens, relative to white. */
  flare: number;
  /** Colour of the light: log10 exposure added to the red, green and blue layer. */
  light: readonly [number, number, number];
}

/** Entries of a development table, over log10 exposure from FROM in steps of STEP. */
const FROM = -4;
const STEP = 1 / 128;
const ENTRIES = 8 * 128;

function table(curve: Curve): Float32Array {
  return Float32Array.from({ length: ENTRIES + 1 }, (_, i) => develop(curve, FROM + i * STEP));
}
function look(t: Float32Array, x: number): number {
  const p = (x - FROM) / STEP;
  if (p <= 0) return t[0];
  if (p >= ENTRIES) return t[ENTRIES];
  const i = p | 0;
  return t[i] + (t[i + 1] - t[i]) * (p - i);
}

/** Dye amounts (three planes: cyan, magenta, yellow) that a picture leaves on a stock, grain included. */
export function exposeColour(picture: Planar, stock: Stock, exposure: Exposure, random: Random): Planar {
  const size = picture.width * picture.height;
  const out = planar(picture.width, picture.height, 3);
  const d = picture.data;
  const s = stock.sensitivity;
  const curves = stock.curves.map(table);
  const shift = exposure.stops * Math.log10(2);
  const mid = 0.18 + exposure.flare;
  const k = stock.interlayer;
  const scale = exposure.contrast / LN10;
  const [lr, lg, lb] = exposure.light.map((v) => v + shift);
  for (let i = 0; i < size; i++) {
    const r = decode(d[i]);
    const g = decode(d[size + i]);
    const b = decode(d[2 * size + i]);
    const x = scale * Math.log((s[0] * r + s[1] * g + s[2] * b + exposure.flare) / mid) + lr;
    const y = scale * Math.log((s[3] * r + s[4] * g + s[5] * b + exposure.flare) / mid) + lg;
    const z = scale * Math.log((s[6] * r + s[7] * g + s[8] * b + exposure.flare) / mid) + lb;
    // A layer that develops more than its neighbours holds them back: colours part, greys stay.
    const mean = (x + y + z) / 3;
    out.data[i] = look(curves[0], x + k * (x - mean));
    out.data[size + i] = look(curves[1], y + k * (y - mean));
    out.data[2 * size + i] = look(curves[2], z + k * (z - mean));
  }
  const n = normals(3 * size, random);
  for (let c = 0; c < 3; c++) {
    const g = stock.grain[c];
    for (let i = c * size; i < (c + 1) * size; i++)
      out.data[i] = Math.max(0, out.data[i] + g * Math.sqrt(0.15 + out.data[i]) * n[i]);
  }
  return out;
}

/** Knots of the lattice along each dye. */
const KNOTS = 9;

/**
 * Densities (three planes, relative to no film) that a scanner's bands see of dye amounts: the spectral sum on a
 * lattice of 9 x 9 x 9 amounts, trilinear in between (within 0.01 of the exact density).
 */
export function scannedDensity(amounts: Planar, stock: Stock, bands: Bands): Planar {
  const size = amounts.width * amounts.height;
  const a = amounts.data;
  const top = [0, 0, 0];
  for (let c = 0; c < 3; c++)
    for (let i = c * size; i < (c + 1) * size; i++) if (a[i] > top[c]) top[c] = a[i];
  const step = top.map((v) => Math.max(1e-3, v) / (KNOTS - 1));
  const lattice = new Float32Array(3 * KNOTS ** 3);
  // Each layer with its mask is a filter of its own; filters one upon another multiply.
  const knots = (layer: 0 | 1 | 2): Spectrum[] =>
    Array.from({ length: KNOTS }, (_, i) => layerTransmittance(stock, layer, i * step[layer]));
  const cyan = knots(0);
  const magenta = knots(1);
  const yellow = knots(2);
  const base = stock.base.map((d) => Math.exp(-LN10 * d));
  const two = new Float64Array(BANDS);
  const all = new Float64Array(BANDS);
  for (let y = 0, i = 0; y < KNOTS; y++)
    for (let m = 0; m < KNOTS; m++) {
      for (let b = 0; b < BANDS; b++) two[b] = base[b] * yellow[y][b] * magenta[m][b];
      for (let c = 0; c < KNOTS; c++, i += 3) {
        const filter = cyan[c];
        for (let b = 0; b < BANDS; b++) all[b] = two[b] * filter[b];
        const seen = see(bands, all);
        for (let k = 0; k < 3; k++) lattice[i + k] = -Math.log(seen[k]) / LN10;
      }
    }
  const out = planar(amounts.width, amounts.height, 3);
  const last = KNOTS - 1;
  const dx = 3;
  const dy = 3 * KNOTS;
  const dz = 3 * KNOTS * KNOTS;
  for (let i = 0; i < size; i++) {
    const px = a[i] / step[0];
    const py = a[size + i] / step[1];
    const pz = a[2 * size + i] / step[2];
    const ix = px >= last ? last - 1 : px | 0;
    const iy = py >= last ? last - 1 : py | 0;
    const iz = pz >= last ? last - 1 : pz | 0;
    const fx = px - ix;
    const fy = py - iy;
    const fz = pz - iz;
    const j = ix * dx + iy * dy + iz * dz;
    for (let k = 0; k < 3; k++) {
      const o = j + k;
      const p0 = lattice[o] + (lattice[o + dx] - lattice[o]) * fx;
      const p1 = lattice[o + dy] + (lattice[o + dy + dx] - lattice[o + dy]) * fx;
      const q0 = lattice[o + dz] + (lattice[o + dz + dx] - lattice[o + dz]) * fx;
      const q1 = lattice[o + dz + dy] + (lattice[o + dz + dy + dx] - lattice[o + dz + dy]) * fx;
      const p = p0 + (p1 - p0) * fy;
      const q = q0 + (q1 - q0) * fy;
      out.data[k * size + i] = p + (q - p) * fz;
    }
  }
  return out;
}

/** Ranges of what both kinds of negative draw. */
const COMMON = {
  stops: [-2, 3],
  contrast: [0.7, 1.15],
  flare: [0.001, 0.02],
  scannerFlare: [0, 0.006],
  shot: [0.00001, 0.0005],
  read: [0.0003, 0.004],
  gamma: [0, 2.2],
  softness: [0, 0.8],
  gainRed: [0.05, 20],
  gainGreen: [0.05, 40],
  gainBlue: [0.02, 60],
} as const;

function drawExposure(random: Random): Exposure {
  const stops = clamp(random.normal(0.3, 1), -2, 3);
  // Daylight film in daylight, more or less; now and then under lamps.
  const warm = random.chance(0.15) ? random.uniform(0.1, 0.35) : random.normal(0, 0.05);
  const tint = random.normal(0, 0.025);
  return {
    stops,
    contrast: random.uniform(0.7, 1.15),
    flare: 0.001 * 20 ** random.next(),
    light: [0.5 * warm, tint, -0.8 * warm],
  };
}

/** The scan of a colour negative. */
export const colourNegative: Degradation = {
  name: 'colour-negative',
  family: 'negative',
  ranges: {
    ...COMMON,
    scanner: [0, 2],
    fadeCyan: [0, 0.3],
    fadeMagenta: [0, 0.2],
    fadeYellow: [0, 0.3],
    stain: [0, 0.2],
    neutralised: [0, 1],
    level: [0.3, 1],
    automatic: [0, 0.5],
  },
  source: 'Beer and Lambert; Hanson 1950; Hurter and Driffield 1890; see stock.ts',
  apply(picture, random) {
    const stock = drawStock(random);
    const exposure = drawExposure(random);
    const amounts = exposeColour(picture, stock, exposure, random);
    const size = picture.width * picture.height;
    const fade = [0, 0, 0];
    let stain = 0;
    if (random.chance(0.2)) {
      fade[0] = random.uniform(0, 0.3);
      fade[1] = random.uniform(0, 0.2);
      fade[2] = random.uniform(0, 0.3);
      stain = random.uniform(0, 0.2);
      for (let c = 0; c < 3; c++)
        for (let i = c * size; i < (c + 1) * size; i++) amounts.data[i] *= 1 - fade[c];
    }
    const kind = random.int(3);
    const bands = drawBands(kind, random);
    let density = scannedDensity(amounts, stock, bands);
    if (stain > 0) for (let i = 2 * size; i < 3 * size; i++) density.data[i] += stain;
    const softness = random.chance(0.5) ? random.uniform(0.2, 0.8) : 0;
    density = gaussian(density, softness);
    // The gains bring the film base to a level; a share of its colour may be balanced away.
    const base = see(bands, filmTransmittance(stock, [0, 0, 0]));
    const neutralised = random.chance(0.7) ? 0.3 * random.next() ** 2 : random.next();
    const level = random.uniform(0.3, 1);
    // Much of a scan's exposure follows the picture: dense negatives are scanned longer.
    const automatic = random.chance(0.6) ? random.uniform(0.1, 0.5) : 0;
    const longer = 10 ** (automatic * Math.max(0, meanOf(density.data, 0, size) + Math.log10(base[0])));
    const gain = base.map((t) => longer * (level / base[0]) * (base[0] / t) ** neutralised);
    const scanner: Scanner = {
      ...drawScanner(random),
      gain: gain as [number, number, number],
      matrix: drawMatrix(random, kind === 0 ? 0.3 : 1),
    };
    return {
      picture: scan(density, scanner, random),
      params: {
        ...exposureParams(exposure, scanner, softness),
        scanner: kind,
        fadeCyan: fade[0],
        fadeMagenta: fade[1],
        fadeYellow: fade[2],
        stain,
        neutralised,
        level,
        automatic,
      },
    };
  },
};

function meanOf(data: Float32Array, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += data[i];
  return sum / (to - from);
}

function exposureParams(exposure: Exposure, scanner: Scanner, softness: number): Record<string, number> {
  return {
    stops: exposure.stops,
    contrast: exposure.contrast,
    flare: exposure.flare,
    scannerFlare: scanner.flare,
    shot: scanner.shot,
    read: scanner.read,
    gamma: scanner.gamma,
    softness,
    gainRed: scanner.gain[0],
    gainGreen: scanner.gain[1],
    gainBlue: scanner.gain[2],
  };
}

/** The scan of a black and white negative: one silver image, a grey or faintly coloured base, often a cast of the light. */
export const greyNegative: Degradation = {
  name: 'bw-negative',
  family: 'bw-negative',
  ranges: {
    ...COMMON,
    film: [0, 2],
    filmGamma: [0.5, 0.85],
    grain: [0.004, 0.06],
    warmth: [0, 1.6],
    greyScan: [0, 1],
    level: [0.2, 0.95],
    automatic: [0, 0.5],
  },
  source: 'Hurter and Driffield 1890; Selwyn 1935',
  apply(picture, random) {
    const size = picture.width * picture.height;
    const pick = random.next();
    const film = pick < 0.1 ? 0 : pick < 0.25 ? 1 : 2;
    const emulsions = ['blue-sensitive', 'orthochromatic', 'panchromatic'] as const;
    const { weights } = spectralWeights(emulsions[film], random);
    const exposure = drawExposure(random);
    const filmGamma = random.uniform(0.5, 0.85);
    const curve = table({
      gamma: filmGamma,
      start: random.uniform(-1.5, -1.15),
      toe: random.uniform(0.1, 0.3),
      max: random.uniform(1.8, 2.6),
      shoulder: random.uniform(0.2, 0.45),
    });
    const silver = linearGrey(picture, weights);
    const shift = exposure.stops * Math.log10(2);
    const scale = exposure.contrast / LN10;
    for (let i = 0; i < size; i++)
      silver.data[i] = look(
        curve,
        scale * Math.log((silver.data[i] + exposure.flare) / (0.18 + exposure.flare)) + shift,
      );
    const grain = 0.004 * 15 ** random.next();
    const n = normals(size, random);
    for (let i = 0; i < size; i++)
      silver.data[i] = Math.max(0, silver.data[i] + grain * Math.sqrt(0.15 + silver.data[i]) * n[i]);
    const softness = random.chance(0.5) ? random.uniform(0.2, 0.8) : 0;
    const soft = gaussian(silver, softness);
    // Silver holds back blue a little more than red; so do support and stain.
    const tone = random.uniform(-0.01, 0.06);
    const fog = random.uniform(0.06, 0.3);
    const tint = random.uniform(-0.03, 0.08);
    const density = planar(picture.width, picture.height, 3);
    for (let c = 0; c < 3; c++)
      for (let i = 0; i < size; i++)
        density.data[c * size + i] = fog + (c - 1) * tint + soft.data[i] * (1 + (c - 1) * tone);
    const greyScan = random.chance(0.45);
    // Light boxes and lamps are warm; the camera was not balanced for them.
    const warmth = greyScan || random.chance(0.4) ? 0 : 1.6 * random.next() ** 1.5;
    const automatic = random.chance(0.6) ? random.uniform(0.1, 0.5) : 0;
    const longer = 10 ** (automatic * Math.max(0, meanOf(density.data, size, 2 * size) - fog));
    const level = random.uniform(0.2, 0.95);
    const full = (longer * level) / 10 ** -fog;
    const scanner: Scanner = {
      ...drawScanner(random),
      gain: [full, full * 10 ** (-0.25 * warmth), full * 10 ** -warmth],
      matrix: greyScan ? [0.3, 0.5, 0.2, 0.3, 0.5, 0.2, 0.3, 0.5, 0.2] : drawMatrix(random, 0.6),
    };
    return {
      picture: scan(density, scanner, random),
      params: {
        ...exposureParams(exposure, scanner, softness),
        film,
        filmGamma,
        grain,
        warmth,
        greyScan: Number(greyScan),
        level,
        automatic,
      },
    };
  },
};

/** The exact inversion of the older system: 1 - v in every channel. Undoing it takes nothing but itself. */
export const exactNegative: Degradation = {
  name: 'exact-negative',
  family: 'negative',
  ranges: {},
  source: '1 - v',
  apply(picture) {
    const out = planar(picture.width, picture.height, 3);
    for (let i = 0; i < out.data.length; i++) out.data[i] = 1 - picture.data[i];
    return { picture: out, params: {} };
  },
};
