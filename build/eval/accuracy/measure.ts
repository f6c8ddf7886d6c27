/**
 * Develops one simulated scan through the product's own analysis, plan and pixel loop with no parameter set,
 * and compares the 24 patches with the reference print. The product is used as it stands; the colour arithmetic
 * of the comparison is the simulation's.
 */
import { chroma, deltaE2000, type Lab, labFromLinear, srgbDecode, srgbEncode } from '../film/colour.ts';
import { NEUTRAL_PATCHES, SKIN_PATCHES } from '../film/materials.ts';
import { referencePatches, type SimulatedScan, takeAndScan } from '../film/render.ts';
import { paintScene, type Scene } from '../film/scene.ts';
import type { Triple } from '../film/spectra.ts';
import type { DevelopAnalysis, RollBaseline } from '../../../main/actions/develop/types.ts';
import { type DevelopParams, defaultDevelopParams } from '../../../app/recipe/develop.ts';
import { planDevelop, planSource, processBand } from '../../../main/actions/develop/index.ts';
import { analysisOf, type Told } from './analysis.ts';
import type { Case } from './cases.ts';

const WIDTH = 720;
const HEIGHT = 480;

/** Figures of one way of developing one scan. */
export interface Figures {
  deltaE: number[];
  median: number;
  p95: number;
  /** Larger of the two skin patches. */
  skin: number;
  /** Largest C* of the grey row. */
  neutral: number;
  labs: Lab[];
}

export interface Measured {
  case: Case;
  asIs: Figures;
  /** Exposure (EV) that would suit this frame best, and the figures with it. */
  exposureEv: number;
  exposed: Figures;
  plain: Figures;
  /** Largest channel error of the base in density, and where the product found it. */
  baseError: number;
  baseSource: string;
  kind: string;
  want: Lab[];
  film: string;
}

/** Value below which `share` of the sorted-by-size values lie (linear interpolation). */
export function quantile(values: readonly number[], share: number): number {
  const v = [...values].sort((a, b) => a - b);
  const p = (v.length - 1) * share;
  const i = Math.floor(p);
  return i + 1 < v.length ? v[i] + (v[i + 1] - v[i]) * (p - i) : v[i];
}

function figures(labs: Lab[], want: Lab[]): Figures {
  const deltaE = labs.map((l, i) => deltaE2000(l, want[i]));
  return {
    deltaE,
    median: quantile(deltaE, 0.5),
    p95: quantile(deltaE, 0.95),
    skin: Math.max(...SKIN_PATCHES.map((i) => deltaE[i])),
    neutral: Math.max(...NEUTRAL_PATCHES.map((i) => chroma(labs[i]))),
    labs,
  };
}

const scenes = new Map<string, Scene>();
export function sceneOf(name: string, seed: number, chart = true): Scene {
  const key = `${name} ${seed} ${chart}`;
  let s = scenes.get(key);
  if (!s) scenes.set(key, (s = paintScene(name, WIDTH, HEIGHT, seed, chart)));
  return s;
}

/** Pixels of the patches, in order, as one small strip of samples. */
function patchSamples(scan: SimulatedScan): { samples: Uint16Array | Uint8Array; counts: number[] } {
  const { data, width } = scan.picture;
  const values: number[] = [];
  const counts = scan.patches.map((p) => {
    for (let y = p.y; y < p.y + p.h; y++)
      for (let x = p.x; x < p.x + p.w; x++) {
        const o = (y * width + x) * 3;
        values.push(data[o], data[o + 1], data[o + 2]);
      }
    return p.w * p.h;
  });
  return { samples: data instanceof Uint8Array ? Uint8Array.from(values) : Uint16Array.from(values), counts };
}

/** Mean linear light of runs of pixels of an encoded picture, as Lab. */
function meansOf(encoded: (i: number) => number, counts: readonly number[]): Lab[] {
  let at = 0;
  return counts.map((n) => {
    const sum: Triple = [0, 0, 0];
    for (let k = 0; k < n; k++, at += 3) for (let c = 0; c < 3; c++) sum[c] += srgbDecode(encoded(at + c));
    return labFromLinear(sum.map((v) => v / n) as Triple);
  });
}

/** Patches developed with an analysis and parameters, as Lab. */
export function developPatches(
  scan: SimulatedScan,
  analysis: DevelopAnalysis,
  params: DevelopParams,
  roll: RollBaseline | null = null,
): Lab[] {
  const { samples, counts } = patchSamples(scan);
  const source = planSource({ ...scan.picture, data: samples });
  const plan = planDevelop(params, { analysis, roll }, source, { space: 'srgb', bits: 16, layout: 'rgb' });
  const out = new Uint16Array(samples.length);
  processBand(plan, samples, out, 0, samples.length / 3);
  return meansOf((i) => out[i] / 65535, counts);
}

/** What most people do first: the scan inverted as it is seen, each channel stretched from its 1st to its 99th percentile. */
function plainPatches(scan: SimulatedScan): Lab[] {
  const { data, width, curve } = scan.picture;
  const full = data instanceof Uint8Array ? 255 : 65535;
  const seen = (v: number) => (curve.kind === 'srgb' ? v / full : srgbEncode(v / full));
  const { x, y, w, h } = scan.image;
  const ends = [0, 1, 2].map((c) => {
    const values: number[] = [];
    for (let py = y + 4; py < y + h - 4; py += 4)
      for (let px = x + 4; px < x + w - 4; px += 4) values.push(1 - seen(data[(py * width + px) * 3 + c]));
    return [quantile(values, 0.01), quantile(values, 0.99)];
  });
  const { samples, counts } = patchSamples(scan);
  return meansOf((i) => {
    const [low, high] = ends[i % 3];
    return Math.min(1, Math.max(0, (1 - seen(samples[i]) - low) / (high - low)));
  }, counts);
}

/** Renders, develops and measures one case. `seed` fixes grain, noise and texture. */
export function measure(one: Case, seed: number, told: Told): Measured {
  const scan = takeAndScan({ ...one, scene: sceneOf(one.scene, 1), seed });
  const analysis = analysisOf(scan, one.scanner, told);
  const want = referencePatches(one.light);
  const params = defaultDevelopParams();
  const asIs = figures(developPatches(scan, analysis, params), want);
  let best = { ev: 0, figures: asIs, score: mean(asIs.deltaE) };
  for (const step of [0.25, 0.05])
    for (let k = -6, from = best.ev; k <= 6; k++) {
      const ev = Math.round((from + k * step) * 100) / 100;
      const p: DevelopParams = { ...params, lights: { ...params.lights, exposure: ev } };
      const f = figures(developPatches(scan, analysis, p), want);
      if (mean(f.deltaE) < best.score) best = { ev, figures: f, score: mean(f.deltaE) };
    }
  return {
    case: one,
    asIs,
    exposureEv: best.ev,
    exposed: best.figures,
    plain: figures(plainPatches(scan), want),
    baseError: Math.max(...scan.base.map((b, c) => Math.abs(Math.log10(b / analysis.base.rgb[c])))),
    baseSource: analysis.base.source,
    kind: analysis.kind,
    want,
    film: analysis.film,
  };
}

function mean(v: readonly number[]): number {
  return v.reduce((s, x) => s + x, 0) / v.length;
}
