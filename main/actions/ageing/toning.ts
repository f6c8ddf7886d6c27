/** Monochrome prints: whether a print is one, what it was toned with, its paper and the colour of its silver. */
import type { Planar } from '../../../app/planar.ts';
import type { Rgb } from '../../../app/picture.ts';
import { coloursOf } from '../colorize/own.ts';
import { percentile } from './density.ts';
import type { ToningName } from './types.ts';

export interface Mono {
  toning: ToningName;
  /** Density of the paper per channel. */
  paper: Rgb;
  hue: Rgb;
  white: number;
  black: number;
  confidence: number;
  /** Share 0..1 of the paper's colour that may go: more would turn places cool that are neutral or cool already. */
  share: number;
}

/** Hand colouring lies in patches: most of the picture has the one hue of its silver, within this in a*b*. */
const ONE_HUE = 0.7;
const PATCHES = 0.25;

/** Slope and offset of one channel's density over green's: medians of the slopes between parts of the tone scale. */
function line(green: Float32Array, other: Float32Array): { slope: number; offset: number } {
  const order = Uint32Array.from(green, (_, i) => i).sort((i, j) => green[i] - green[j]);
  const part = (from: number, to: number): [number, number] => {
    const a = Math.floor(from * order.length);
    const b = Math.max(a + 1, Math.floor(to * order.length));
    const g: number[] = [];
    const o: number[] = [];
    for (let k = a; k < b; k += Math.max(1, Math.floor((b - a) / 4000))) {
      g.push(green[order[k]]);
      o.push(other[order[k]]);
    }
    g.sort((p, q) => p - q);
    o.sort((p, q) => p - q);
    return [g[g.length >> 1], o[o.length >> 1]];
  };
  const light = part(0.005, 0.05);
  const mid = part(0.35, 0.65);
  const dark = part(0.9, 0.985);
  const slopes = [
    [light, mid],
    [mid, dark],
    [light, dark],
  ]
    .filter(([p, q]) => q[0] - p[0] > 0.08)
    .map(([p, q]) => (q[1] - p[1]) / (q[0] - p[0]))
    .sort((p, q) => p - q);
  const slope = slopes.length === 0 ? 1 : Math.min(2, Math.max(0.5, slopes[slopes.length >> 1]));
  return { slope, offset: light[1] - slope * light[0] };
}

/** The print as a monochrome one, or null when it is a colour print. */
export function monoOf(picture: Planar, planes: readonly Float32Array[]): Mono | null {
  const [red, green, blue] = planes;
  const sorted = green.slice().sort();
  const white = percentile(sorted, 0.005);
  const black = percentile(sorted, 0.995);
  if (picture.channels === 1)
    return {
      toning: 'none',
      paper: [white, white, white],
      hue: [1, 1, 1],
      white: 0,
      black: black - white,
      confidence: 1,
      share: 1,
    };
  const { toning } = coloursOf(picture);
  const painted = toning.kind === 'colours' && toning.typical < ONE_HUE && toning.share < PATCHES;
  if (toning.kind === 'colours' && !painted) return null;
  const r = line(green, red);
  const b = line(green, blue);
  const hue: Rgb = [r.slope, 1, b.slope];
  const paper: Rgb = [r.offset + r.slope * white, white, b.offset + b.slope * white];
  return {
    toning: painted ? 'hand-coloured' : nameOf(toning.chroma, toning.hue, hue),
    paper,
    hue,
    white: 0,
    black: black - white,
    confidence: painted ? 0.5 : 1 - 10 * toning.share,
    share: restrained(planes, paper, hue),
  };
}

/** Density of red over blue from which a place looks cool, and the share of the picture that may. */
const COOL = 0.02;
const COOLEST = 0.94;
/** Densities over the paper in which a cast is seen. */
const SEEN_FROM = 0.1;
const SEEN_TO = 1.4;

/**
 * How much of the paper's colour can be taken off. Yellowed paper lies under all of an untoned print alike; where the
 * colour differs from place to place (varnish, handling, a toning that is uneven) the whole of it would leave the less
 * yellow places blue.
 */
function restrained(planes: readonly Float32Array[], paper: Rgb, hue: Rgb): number {
  const [red, green, blue] = planes;
  const least = Math.min(...paper);
  const chosen: number[] = [];
  const stride = Math.max(1, Math.floor(green.length / 20000));
  for (let i = 0; i < green.length; i += stride) {
    const d = green[i] - paper[1];
    if (d > SEEN_FROM && d < SEEN_TO) chosen.push(i);
  }
  if (chosen.length < 50) return 1;
  const cool = (share: number): number => {
    const off = (c: number): number => least + share * (paper[c] - least);
    const list = chosen.map(
      (i) => (red[i] - off(0)) / hue[0] ** share - (blue[i] - off(2)) / hue[2] ** share,
    );
    list.sort((a, b) => a - b);
    return list[Math.floor(COOLEST * (list.length - 1))];
  };
  const limit = Math.max(COOL, cool(0));
  for (let share = 1; share > 0.05; share -= 0.1) if (cool(share) <= limit) return share;
  return 0;
}

/** What the hue of the silver itself says; a tint of the paper alone is no toning. */
function nameOf(chroma: number, hue: number, slopes: Rgb): ToningName {
  const tint = Math.abs(slopes[2] - slopes[0]);
  if (chroma < 3 || tint < 0.06) return 'none';
  if (hue >= 40 && hue <= 110 && slopes[2] > slopes[0]) return 'sepia';
  if (hue >= 190 && hue <= 290) return 'cyanotype';
  if (hue > 290 && hue < 330) return 'gold';
  return hue >= 330 || hue < 40 ? 'selenium' : 'none';
}
