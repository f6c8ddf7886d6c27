/**
 * One photograph taken on simulated film, scanned, developed with no parameter set through the product's
 * analysis, plan and pixel loop, and compared with its reference print in CIE L*a*b*. Both are averaged over
 * small blocks in linear light first, so that grain does not count as an error of colour. The truth is the
 * photograph as a scene (build/simulated-negative.ts) in D55, printed by film/print.ts.
 */
import { sceneFromPhoto } from '../../simulated-negative.ts';
import {
  chroma,
  deltaE2000,
  type Lab,
  labFromLinear,
  srgbDecode,
  srgbEncode,
  toD65,
  xyzOf,
} from '../film/colour.ts';
import { printLinear } from '../film/print.ts';
import { type Layout, type SimulatedScan, takeAndScan } from '../film/render.ts';
import type { Scanner } from '../film/scanner.ts';
import type { Scene } from '../film/scene.ts';
import { illuminants, type Triple } from '../film/spectra.ts';
import type { Stock } from '../film/stocks.ts';
import { decoded } from '../accuracy/analysis.ts';
import { quantile } from '../accuracy/measure.ts';
import { defaultDevelopParams, type DevelopParams } from '../../../app/recipe/develop.ts';
import { analyseScan } from '../../../main/actions/develop/analyse.ts';
import { planDevelop, planSource, processBand } from '../../../main/actions/develop/index.ts';
import type { DevelopAnalysis } from '../../../main/actions/develop/types.ts';
import type { Photograph } from './photographs.ts';

/**
 * How the scan is stored. 'linear': 16 bits. 'curved': 8 bits through the curve of sRGB, nothing else done to it.
 * 'camera': as a camera's own JPEG, with its white balance on the film's orange halved, a colour matrix, a
 * contrast curve, 8 bits; what was done cannot be undone from the file.
 */
export type Storage = 'linear' | 'curved' | 'camera';

export interface PhotoCase {
  photo: Photograph;
  stock: Stock;
  scanner: Scanner;
  stops: number;
  layout: Layout;
  storage: Storage;
  seed: number;
}

/** Mean signed error of a* and b*, and their C*, over blocks of one kind; null where the picture has too few. */
export interface Cast {
  a: number;
  b: number;
  c: number;
}

export interface Score {
  /** Blocks that are near neutral in the truth: all, shadows (L* under 35), middle, highlights (over 65). */
  cast: (Cast | null)[];
  /** Mean signed shift of the whole picture. */
  shift: Cast;
  /** Mean difference of L*. */
  light: number;
  /** Median CIEDE2000 as developed. */
  deltaE: number;
  /** Worst hue turn of blue things in degrees: positive is towards violet; null without blue. */
  blue: number | null;
}

export interface PhotoResult {
  one: PhotoCase;
  ours: Score;
  /** Exposure correction in EV that suits best, and median CIEDE2000 with it. */
  ev: number;
  exposed: number;
  plain: Score;
  /** What the analysis took the scan for, when the film was not told. */
  film: string;
  trueBase: boolean;
  /** Linear light of the blocks (rows of `across`), for contact sheets. */
  across: number;
  truth: Triple[];
  got: Triple[];
}

const WIDTH = 360;
const BLOCK = 5;

let lightOf: { spectra: Scene['spectra']; xyz: Triple[] } | null = null;
/** XYZ (D65) of the shared spectra under D55. */
function coloursOf(scene: Scene): Triple[] {
  if (lightOf?.spectra !== scene.spectra) {
    const source = illuminants.D55;
    const white = xyzOf(source, null);
    lightOf = { spectra: scene.spectra, xyz: scene.spectra.map((s) => toD65(xyzOf(source, s), white)) };
  }
  return lightOf.xyz;
}

function printOf(scene: Scene, pixel: number, xyz: Triple[]): Triple {
  const a = xyz[scene.a[pixel]];
  const b = xyz[scene.b[pixel]];
  const m = scene.mix[pixel];
  const k = scene.light[pixel];
  return printLinear([0, 1, 2].map((c) => k * (a[c] + (b[c] - a[c]) * m)) as Triple);
}

/** A camera's rendering of a 16-bit linear scan, in place of the scan's own samples. */
export function renderAsCamera(scan: SimulatedScan): SimulatedScan {
  const { data } = scan.picture;
  const gain = scan.base.map((v) => (Math.max(...scan.base) / v) ** 0.5);
  const matrix = [
    [1.45, -0.4, -0.05],
    [-0.15, 1.4, -0.25],
    [0, -0.35, 1.35],
  ];
  const out = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i += 3) {
    const v = [0, 1, 2].map((c) => (data[i + c] / 65535) * gain[c]);
    for (let c = 0; c < 3; c++) {
      const x = matrix[c][0] * v[0] + matrix[c][1] * v[1] + matrix[c][2] * v[2];
      const e = srgbEncode(Math.min(1, Math.max(0, x)));
      out[i + c] = Math.round(255 * (0.7 * e + 0.3 * e * e * (3 - 2 * e)));
    }
  }
  return { ...scan, picture: { ...scan.picture, data: out, curve: { kind: 'srgb' } } };
}

/** Linear light of the picture area, developed; samples in rows of the image. */
function developed(
  scan: SimulatedScan,
  analysis: DevelopAnalysis,
  params: DevelopParams,
  from: Uint16Array | Uint8Array,
): (i: number) => number {
  const source = planSource({ ...scan.picture, data: from });
  const plan = planDevelop(params, { analysis, roll: null }, source, {
    space: 'srgb',
    bits: 16,
    layout: 'rgb',
  });
  const out = new Uint16Array(from.length);
  processBand(plan, from, out, 0, from.length / 3);
  return (i) => decodeTable[out[i]];
}
const decodeTable = Float32Array.from({ length: 65536 }, (_, i) => srgbDecode(i / 65535));

function castOf(want: Lab[], have: Lab[], keep: (l: Lab) => boolean): Cast | null {
  let n = 0;
  let a = 0;
  let b = 0;
  want.forEach((w, i) => {
    if (!keep(w)) return;
    n++;
    a += have[i].a - w.a;
    b += have[i].b - w.b;
  });
  if (n < Math.max(8, 0.004 * want.length)) return null;
  return { a: a / n, b: b / n, c: Math.hypot(a / n, b / n) };
}

const NEUTRAL = 6;
function scoreOf(want: Lab[], have: Lab[]): Score {
  const grey = (l: Lab) => chroma(l) < NEUTRAL;
  const turns: number[] = [];
  want.forEach((w, i) => {
    const h = (Math.atan2(w.b, w.a) * 180) / Math.PI;
    if (chroma(w) < 14 || h > -45 || h < -130 || w.L < 25) return;
    const g = (Math.atan2(have[i].b, have[i].a) * 180) / Math.PI;
    turns.push(((g - h + 540) % 360) - 180);
  });
  return {
    cast: [
      castOf(want, have, grey),
      castOf(want, have, (l) => grey(l) && l.L < 35),
      castOf(want, have, (l) => grey(l) && l.L >= 35 && l.L <= 65),
      castOf(want, have, (l) => grey(l) && l.L > 65),
    ],
    shift: castOf(want, have, () => true)!,
    light: want.reduce((s, w, i) => s + have[i].L - w.L, 0) / want.length,
    deltaE: quantile(
      want.map((w, i) => deltaE2000(have[i], w)),
      0.5,
    ),
    blue: turns.length > 0.03 * want.length ? quantile(turns, 0.5) : null,
  };
}

/** Takes, scans, develops and scores one photograph. */
export async function measurePhoto(one: PhotoCase): Promise<PhotoResult> {
  const scene = await sceneFromPhoto(one.photo.bytes, WIDTH, one.photo.name);
  const xyz = coloursOf(scene);
  const rough = takeAndScan({ ...one, scene, light: 'D55', samples: one.storage === 'curved' ? '8' : '16' });
  const scan = one.storage === 'camera' ? renderAsCamera(rough) : rough;
  const input = decoded(scan, one.scanner);
  const found = analyseScan(input, { film: 'auto' });
  const analysis = found.film === 'c41' ? found : analyseScan(input, { film: 'c41' });

  // Whole blocks inside the picture, a little away from its border.
  const { image, picture } = scan;
  const from = scan.image.w === scene.width ? 0 : 4;
  const across = Math.floor((image.w - 8) / BLOCK);
  const down = Math.floor((image.h - 8) / BLOCK);
  const w = across * BLOCK;
  const h = down * BLOCK;
  const Samples = picture.data instanceof Uint8Array ? Uint8Array : Uint16Array;
  const samples = new Samples(w * h * 3);
  const truth = Array.from({ length: across * down }, (): Triple => [0, 0, 0]);
  const block = (i: number) => Math.floor(Math.floor(i / w) / BLOCK) * across + Math.floor((i % w) / BLOCK);
  for (let i = 0; i < w * h; i++) {
    const x = 4 + (i % w);
    const y = 4 + Math.floor(i / w);
    const o = ((image.y + y) * picture.width + image.x + x) * 3;
    for (let c = 0; c < 3; c++) samples[i * 3 + c] = picture.data[o + c];
    const p = printOf(scene, (y + from) * scene.width + x + from, xyz);
    const t = truth[block(i)];
    for (let c = 0; c < 3; c++) t[c] += p[c] / BLOCK ** 2;
  }
  const blocks = (light: (i: number) => number): Triple[] => {
    const out = truth.map((): Triple => [0, 0, 0]);
    for (let i = 0; i < w * h; i++) {
      const t = out[block(i)];
      for (let c = 0; c < 3; c++) t[c] += light(i * 3 + c) / BLOCK ** 2;
    }
    return out;
  };
  const want = truth.map(labFromLinear);
  const labs = (params: DevelopParams) => blocks(developed(scan, analysis, params, samples));
  const params = defaultDevelopParams();
  const got = labs(params);
  const ours = scoreOf(want, got.map(labFromLinear));
  let best = { ev: 0, deltaE: ours.deltaE };
  for (const step of [0.4, 0.1])
    for (let k = -3, start = best.ev; k <= 3; k++) {
      const ev = start + k * step;
      if (k === 0) continue;
      const have = labs({ ...params, lights: { ...params.lights, exposure: ev } }).map(labFromLinear);
      const deltaE = quantile(
        want.map((l, i) => deltaE2000(have[i], l)),
        0.5,
      );
      if (deltaE < best.deltaE) best = { ev, deltaE };
    }
  return {
    one,
    ours,
    ev: best.ev,
    exposed: best.deltaE,
    plain: scoreOf(want, blocks(plainStretch(scan, samples)).map(labFromLinear)),
    film: found.film,
    trueBase: analysis.base.source !== 'estimate',
    across,
    truth,
    got,
  };
}

/** The scan inverted as it is seen, each channel stretched from its 1st to its 99th percentile: linear light. */
function plainStretch(scan: SimulatedScan, samples: Uint16Array | Uint8Array): (i: number) => number {
  const full = samples instanceof Uint8Array ? 255 : 65535;
  const seen = (v: number) => 1 - (scan.picture.curve.kind === 'srgb' ? v / full : srgbEncode(v / full));
  const ends = [0, 1, 2].map((c) => {
    const values: number[] = [];
    for (let i = c; i < samples.length; i += 21) values.push(seen(samples[i]));
    return [quantile(values, 0.01), quantile(values, 0.99)];
  });
  return (i) => {
    const [low, high] = ends[i % 3];
    return srgbDecode(Math.min(1, Math.max(0, (seen(samples[i]) - low) / Math.max(1e-3, high - low))));
  };
}
