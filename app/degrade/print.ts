/**
 * What age does to a whole print: dyes of a colour print fade, each at its own rate, and the paper stains; silver
 * fades and yellows, and toning makes it sepia; contrast is lost; the paper's pattern shows in a scan; a printing press has
 * rastered it. Global changes only: nothing here makes a mask.
 */
import { planar, type Planar } from '../planar.ts';
import type { Random } from '../random.ts';
import { greyRendering } from './grey.ts';
import { clamp, clip, decode, encode, field, threePlanes, transmit } from './raster.ts';
import type { Degradation } from './types.ts';

type Triple = readonly [number, number, number];

/** Share of each dye's density that lies in red, green, blue: columns cyan, magenta, yellow of a chromogenic paper, rounded from data sheets. */
const PAPER_DYES = [1, 0.09, 0.02, 0.24, 1, 0.08, 0.1, 0.3, 1] as const;
/** Its inverse, row by row. */
const PAPER_INVERSE = invert(PAPER_DYES);

function invert(m: readonly number[]): number[] {
  const [a, b, c, d, e, f, g, h, i] = m;
  const det = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  return [
    e * i - f * h,
    c * h - b * i,
    b * f - c * e,
    f * g - d * i,
    a * i - c * g,
    c * d - a * f,
    d * h - e * g,
    b * g - a * h,
    a * e - b * d,
  ].map((v) => v / det);
}

/**
 * Fading of a colour print. The picture's densities are split into the amounts of three dyes with their unwanted
 * absorptions; each keeps 1 - fade of itself, and stain (density per channel) is added to the whole. With no
 * fading and no stain the picture comes back.
 */
export function fadeDyes(picture: Planar, fade: Triple, stain: Triple): Planar {
  const size = picture.width * picture.height;
  const out = planar(picture.width, picture.height, 3);
  const d = picture.data;
  // densities -> dyes -> faded -> densities, all in one matrix.
  const m = new Float64Array(9);
  for (let r = 0; r < 3; r++)
    for (let c = 0; c < 3; c++)
      for (let k = 0; k < 3; k++)
        m[r * 3 + c] += PAPER_DYES[r * 3 + k] * (1 - fade[k]) * PAPER_INVERSE[k * 3 + c];
  const k = -1 / Math.LN10;
  for (let i = 0; i < size; i++) {
    const r = k * Math.log(Math.max(1e-4, decode(d[i])));
    const g = k * Math.log(Math.max(1e-4, decode(d[size + i])));
    const b = k * Math.log(Math.max(1e-4, decode(d[2 * size + i])));
    out.data[i] = encode(transmit(m[0] * r + m[1] * g + m[2] * b + stain[0]));
    out.data[size + i] = encode(transmit(m[3] * r + m[4] * g + m[5] * b + stain[1]));
    out.data[2 * size + i] = encode(transmit(m[6] * r + m[7] * g + m[8] * b + stain[2]));
  }
  return out;
}

/** An old colour print: one or two dyes have lost more than the third; white has stained. */
export const dyeFading: Degradation = {
  name: 'dye-fading',
  family: 'fading',
  ranges: {
    cyan: [0, 0.65],
    magenta: [0, 0.55],
    yellow: [0, 0.6],
    stainRed: [0, 0.06],
    stainGreen: [0, 0.13],
    stainBlue: [0, 0.34],
  },
  source:
    'Beer and Lambert; H. Wilhelm, "The Permanence and Care of Color Photographs", 1993, for which dyes go',
  apply(picture, random) {
    const all = random.uniform(0, 0.25);
    // In the dark cyan goes first (prints turn red); in light magenta (green) or yellow (blue).
    const first = random.next() < 0.5 ? 0 : random.next() < 0.6 ? 1 : 2;
    const fade = [0, 1, 2].map((k) =>
      clamp(
        all + (k === first ? random.uniform(0.08, 0.4) : random.uniform(0, 0.12)),
        0,
        [0.65, 0.55, 0.6][k],
      ),
    ) as [number, number, number];
    const strength = 0.34 * random.next() ** 1.5;
    const stain: Triple = [
      strength * random.uniform(0, 0.15),
      strength * random.uniform(0.15, 0.38),
      strength,
    ];
    return {
      picture: fadeDyes(picture, fade, stain),
      params: {
        cyan: fade[0],
        magenta: fade[1],
        yellow: fade[2],
        stainRed: stain[0],
        stainGreen: stain[1],
        stainBlue: stain[2],
      },
    };
  },
};

/**
 * A silver image on paper: density times `hue` per channel (silver toned or turned brown holds back blue more),
 * times 1 - `fade` (less silver), over a paper of density `paper`. `fadeLights` fades thin densities more, as
 * albumen does: highlights lose their drawing first.
 */
export function silverPrint(
  picture: Planar,
  hue: Triple,
  paper: Triple,
  fade: number,
  fadeLights: number,
): Planar {
  const size = picture.width * picture.height;
  const out = planar(picture.width, picture.height, 3);
  const entries = 1024;
  for (let c = 0; c < 3; c++) {
    const table = Float32Array.from({ length: entries + 2 }, (_, i) => {
      const d = -Math.log10(Math.max(1e-4, decode(i / entries)));
      const kept = d * (1 - fade) * (1 - fadeLights * Math.exp(-d / 0.3));
      return encode(transmit(kept * hue[c] + paper[c]));
    });
    for (let i = c * size; i < (c + 1) * size; i++) {
      const x = clamp(picture.data[i]) * entries;
      const j = x | 0;
      out.data[i] = table[j] + (table[j + 1] - table[j]) * (x - j);
    }
  }
  return out;
}

/** A faded, yellowed or toned black and white print. Expects a grey picture. */
export const silverFading: Degradation = {
  name: 'silver-fading',
  family: 'fading',
  ranges: { tone: [0, 0.5], fade: [0, 0.6], lights: [0, 0.6], paperRed: [0, 0.09], paperBlue: [0, 0.42] },
  source: 'densities of toned silver and stained paper',
  apply(picture, random) {
    const tone = random.chance(0.35) ? 0 : 0.5 * random.next();
    const fade = 0.6 * random.next() ** 1.5;
    const lights = random.chance(0.3) ? 0.6 * random.next() : 0;
    const yellow = 0.42 * random.next() ** 1.7;
    const green = random.uniform(0.25, 0.5);
    const paper: Triple = [yellow * random.uniform(0.05, 0.2), yellow * green, yellow];
    return {
      picture: silverPrint(picture, [1 - 0.35 * tone, 1, 1 + 0.8 * tone], paper, fade, lights),
      params: { tone, fade, lights, paperRed: paper[0], paperBlue: paper[2] },
    };
  },
};

/** Contrast lost between a grey veil and a dull white, unevenly over the picture. */
export const veil: Degradation = {
  name: 'veil',
  family: 'fading',
  ranges: { black: [0.02, 0.3], white: [0.7, 1], uneven: [0, 0.06] },
  source: 'affine in encoded values',
  apply(picture, random) {
    const black = 0.02 + 0.28 * random.next() ** 1.5;
    const white = random.uniform(0.7, 1);
    const uneven = random.uniform(0, 0.06);
    const { width, height } = picture;
    const size = width * height;
    const clouds = field(width, height, random, Math.max(8, width / 3), 2);
    const out = planar(width, height, 3);
    for (let i = 0; i < 3 * size; i++)
      out.data[i] = black + (white - black) * picture.data[i] + uneven * clouds[i % size];
    return { picture: clip(out), params: { black, white, uneven } };
  },
};

/** Kinds of paper surface, in the order of their index in the parameters. */
export const SURFACES = ['silk', 'linen', 'honeycomb', 'matt'] as const;

/** Height of a paper's surface at a pixel, about -1..1. `pitch` in pixels. */
export function surfaceHeight(kind: number, x: number, y: number, pitch: number): number {
  const k = (2 * Math.PI) / pitch;
  if (kind === 0) return Math.sin(k * (x + 0.5 * y)) * Math.sin(k * (x - 0.5 * y));
  if (kind === 1) {
    // Threads over and under: rows and columns change places like a chess board.
    const over = Math.floor(x / pitch) + Math.floor(y / pitch);
    return over & 1 ? Math.cos(k * x * 0.5) : Math.cos(k * y * 0.5);
  }
  // Three waves 120 degrees apart make hexagons.
  return (
    (Math.cos(k * x) + Math.cos(k * (-0.5 * x + 0.866 * y)) + Math.cos(k * (-0.5 * x - 0.866 * y))) / 1.5 -
    0.5
  );
}

/** The pattern of an embossed paper as a scanner's slanted light shows it: the slope of the surface, in one direction. */
export const paperTexture: Degradation = {
  name: 'paper-texture',
  family: 'noise',
  ranges: { surface: [0, 3], pitch: [3, 9], strength: [0.015, 0.09] },
  source: 'slope of the surface under slanted light',
  apply(picture, random) {
    const surface = random.int(4);
    const pitch = random.uniform(3, 9);
    const strength = random.uniform(0.015, 0.09);
    const angle = random.uniform(0, Math.PI);
    const { width, height } = picture;
    const size = width * height;
    const dx = Math.cos(angle);
    const dy = Math.sin(angle);
    const relief = new Float32Array(size);
    if (surface === 3) relief.set(field(width, height, random, Math.max(1.2, pitch / 3), 1));
    else {
      const turn = random.uniform(-0.2, 0.2);
      const c = Math.cos(turn);
      const s = Math.sin(turn);
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++) {
          const u = c * x - s * y + 1000;
          const v = s * x + c * y + 1000;
          relief[y * width + x] =
            surfaceHeight(surface, u, v, pitch) - surfaceHeight(surface, u + dx, v + dy, pitch);
        }
    }
    const out = planar(width, height, 3);
    for (let i = 0; i < 3 * size; i++) {
      const v = picture.data[i];
      // Light glances off dark, glossy parts as much as off light ones.
      out.data[i] = v + strength * relief[i % size] * (0.35 + 0.65 * v);
    }
    return { picture: clip(out), params: { surface, pitch, strength } };
  },
};

/**
 * A halftone screen: each ink is printed as dots at its own angle whose area is the ink's share (the classical cosine
 * screen), softened by the scanner. Grey pictures use one screen at 45 degrees.
 */
export const halftone: Degradation = {
  name: 'halftone',
  family: 'noise',
  ranges: { pitch: [2.4, 5], sharp: [0.8, 4], grey: [0, 1] },
  source: 'cosine spot function; angles 15, 75, 0, 45 degrees',
  apply(picture, random) {
    const pitch = random.uniform(2.4, 5);
    const sharp = random.uniform(0.8, 4);
    const { width, height } = picture;
    const size = width * height;
    const d = picture.data;
    let coloured = 0;
    for (let i = 0; i < size; i += 7) coloured += Math.abs(d[i] - d[2 * size + i]);
    const grey = coloured * 7 < size * 0.004;
    const out = planar(width, height, 3);
    const angles = grey ? [45, 45, 45] : [15, 75, 0];
    const turn = random.uniform(-8, 8);
    const spot = new Float32Array(size);
    for (let c = 0; c < 3; c++) {
      if (c === 0 || !grey) {
        const a = ((angles[c] + turn) * Math.PI) / 180;
        const k = (2 * Math.PI) / pitch;
        const cx = Math.cos(a) * k;
        const sx = Math.sin(a) * k;
        const phase = random.uniform(0, 6.28);
        for (let y = 0; y < height; y++)
          for (let x = 0; x < width; x++)
            spot[y * width + x] =
              (Math.cos(cx * x - sx * y + phase) + Math.cos(sx * x + cx * y + phase)) / 4 + 0.5;
      }
      for (let i = 0; i < size; i++) {
        // Paper shows where the spot function lies under the tone; `sharp` is how hard the dot's edge is. The
        // tone is stretched by the edge's width so that white stays free of dots and black closes.
        const v = d[c * size + i] * (1 + 1 / sharp) - 0.5 / sharp;
        out.data[c * size + i] = clamp(0.5 + sharp * (v - spot[i]));
      }
    }
    // Dots keep the mean tone only where neither end clips; mixing a part of the original back holds it together.
    const keep = 0.45;
    for (let i = 0; i < 3 * size; i++) out.data[i] = keep * d[i] + (1 - keep) * out.data[i];
    return { picture: out, params: { pitch, sharp, grey: Number(grey) } };
  },
};

/** Tint shared by input and target: a toned grey picture, so that the restorer learns to leave tints alone. */
export function tintedGrey(picture: Planar, random: Random): Planar {
  const grey = threePlanes(greyRendering(picture, random, true).picture);
  const tone = random.uniform(0, 0.5);
  const yellow = random.uniform(0, 0.25);
  return silverPrint(grey, [1 - 0.35 * tone, 1, 1 + 0.8 * tone], [0.1 * yellow, 0.4 * yellow, yellow], 0, 0);
}
