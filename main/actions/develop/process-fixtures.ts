/** Shared by the tests of plan and pixel loop: an analysis, parameters, the formulas written out once more. */
import { SCAN_FLOOR } from '../../../app/color/density.ts';
import { apply3, type Matrix3 } from '../../../app/color/matrix3.ts';
import { spaces } from '../../../app/color/spaces.ts';
import type { Rgb } from '../../../app/picture.ts';
import { type DevelopParams, defaultDevelopParams } from '../../../app/recipe/develop.ts';
import { saturationMatrix } from './colour.ts';
import { paperReflectance } from './paper.ts';
import { type DevelopPlan, planDevelop, type PlanOptions } from './plan.ts';
import { processBand } from './process.ts';
import { straighten } from './toe.ts';
import type { DevelopAnalysis, RollBaseline } from './types.ts';

export const BASE: Rgb = [0.62, 0.31, 0.16];

export function analysis(p: Partial<DevelopAnalysis> = {}): DevelopAnalysis {
  return {
    version: 1,
    kind: 'colour-negative',
    reasons: [],
    film: 'c41',
    frames: [],
    base: { rgb: BASE, source: 'rebate', confidence: 1 },
    densities: [[], [], []],
    balance: { slope: [1.06, 1, 0.95], offset: [0.01, 0, -0.02], confidence: 0.8 },
    exposure: -1.2,
    cameraExposure: 1,
    role: 'picture',
    warnings: [],
    ...p,
  };
}
export type Change = { [K in keyof DevelopParams]?: Partial<DevelopParams[K]> };
export function params(change: Change = {}): DevelopParams {
  const p = defaultDevelopParams();
  for (const key of Object.keys(change) as (keyof DevelopParams)[]) Object.assign(p[key], change[key]);
  return p;
}
export const sixteen: PlanOptions = { space: 'srgb', bits: 16, layout: 'rgb' };
export const linear16 = { bits: 16, channels: 3, curve: { kind: 'linear' } } as const;

/** The formulas of plan.ts written out once more, in double precision, with no table. */
export function exact(plan: DevelopPlan, scan: Rgb, saturation = 1): number[] {
  const n = plan.numbers;
  const balanced = scan.map((x, c) => {
    const light = (v: number) => Math.max(v - n.black[c], v / 4, SCAN_FLOOR);
    const d = Math.log10(light(n.base[c]) / light(x));
    return n.gain[c] * straighten(n.slope[c] * d, n.toe) + n.offset[c];
  }) as unknown as Rgb;
  const L = apply3(n.matrix, balanced).map((v, c) => v + n.exposure + n.lights[c]);
  let light = L.map((v) => paperReflectance(n.curve, v)) as unknown as Rgb;
  if (saturation !== 1) light = apply3(saturationMatrix(saturation), light);
  const space = spaces[plan.colour.space];
  return apply3(space.fromSrgb as Matrix3, light).map((v) => space.encode(v));
}

/** The scan values that a neutral of so much green density leaves on the film of `analysis()`. */
export function neutralScan(plan: DevelopPlan, greenDensity: number): Rgb {
  const n = plan.numbers;
  const want = n.gain[1] * straighten(n.slope[1] * greenDensity, n.toe) + n.offset[1];
  return [0, 1, 2].map((c) => {
    // Bisection: the film's curve is strictly increasing.
    let lo = -1;
    let hi = 5;
    for (let i = 0; i < 60; i++) {
      const mid = (lo + hi) / 2;
      if (n.gain[c] * straighten(n.slope[c] * mid, n.toe) + n.offset[c] < want) lo = mid;
      else hi = mid;
    }
    return n.base[c] * 10 ** -lo;
  }) as unknown as Rgb;
}
export function develop(plan: DevelopPlan, pixels: Rgb[]): Rgb[] {
  const input = new Float32Array(pixels.flat());
  const output = new Uint16Array(input.length);
  processBand(plan, input, output, 0, pixels.length);
  return pixels.map((_, i) => [output[i * 3], output[i * 3 + 1], output[i * 3 + 2]]);
}
export function floatPlan(p: DevelopParams, a = analysis(), roll: RollBaseline | null = null): DevelopPlan {
  return planDevelop(p, { analysis: a, roll }, { bits: 32, channels: 3, curve: { kind: 'linear' } }, sixteen);
}
/** Repeatable numbers 0..1. */
export function noise(seed: number): () => number {
  let s = seed;
  return () => (s = (s * 16807) % 2147483647) / 2147483647;
}
