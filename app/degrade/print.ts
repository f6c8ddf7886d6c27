/**
 * What age does to a whole print: dyes of a colour print fade, each at its own rate, and the paper stains; silver
 * fades and yellows, and toning makes it sepia; contrast is lost. Global changes only: nothing here makes a mask.
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

/**
 * Yellowing that is not even: patches of damp and light, and borders that lay outside the frame or the album's
 * pocket. Density in blue, less in green.
 */
export const unevenStain: Degradation = {
  name: 'uneven-yellowing',
  family: 'fading',
  ranges: { density: [0.05, 0.35], border: [0, 1] },
  source: 'transparent stain, value noise and distance from the border',
  apply(picture, random) {
    const { width, height } = picture;
    const size = width * height;
    const density = random.uniform(0.05, 0.35);
    const border = random.next();
    const clouds = field(width, height, random, Math.max(8, width / 3), 3);
    const reach = random.uniform(0.1, 0.4);
    const share = [0.12, random.uniform(0.3, 0.55), 1];
    const out = planar(width, height, 3);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const i = y * width + x;
        const edge = Math.min(x, y, width - 1 - x, height - 1 - y) / (reach * Math.min(width, height));
        const rim = edge < 1 ? (1 - edge) * (1 - edge) : 0;
        const d = density * clamp(0.5 + 0.4 * clouds[i] * (1 - 0.5 * border) + border * rim, 0, 1.5);
        for (let c = 0; c < 3; c++)
          // Encoded values carry about 1/2.2 of a density.
          out.data[c * size + i] = picture.data[c * size + i] * transmit((d * share[c]) / 2.2);
      }
    return { picture: out, params: { density, border } };
  },
};

/** Tint shared by input and target: a toned grey picture, so that the restorer learns to leave tints alone. */
export function tintedGrey(picture: Planar, random: Random): Planar {
  const grey = threePlanes(greyRendering(picture, random, true).picture);
  const tone = random.uniform(0, 0.5);
  const yellow = random.uniform(0, 0.25);
  return silverPrint(grey, [1 - 0.35 * tone, 1, 1 + 0.8 * tone], [0.1 * yellow, 0.4 * yellow, yellow], 0, 0);
}
