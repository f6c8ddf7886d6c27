/** What a roll shares: robust against bad frames, never touched by another roll, within 0.02 density on drawn rolls. */
import { describe, expect, it } from 'vitest';
import { analyseScan } from './analyse.ts';
import { drawScan, ORANGE } from './analyse-fixtures.ts';
import { defaultDevelopParams } from '../../../app/recipe/develop.ts';
import { planNumbers } from './plan.ts';
import { rollBaseline, weightedTrimmedMean } from './roll.ts';
import type { DevelopAnalysis } from './types.ts';

function frame(over: Partial<DevelopAnalysis> = {}): DevelopAnalysis {
  return {
    version: 1,
    kind: 'colour-negative',
    reasons: [],
    film: 'c41',
    frames: [],
    base: { rgb: [0.56, 0.25, 0.14], source: 'rebate', confidence: 1 },
    densities: [[], [], []],
    balance: { slope: [1.05, 1, 0.95], offset: [0.01, 0, -0.01], confidence: 0.6 },
    exposure: -1,
    cameraExposure: 1,
    role: 'picture',
    warnings: [],
    ...over,
  };
}
const base = (r: number, g: number, b: number, source: DevelopAnalysis['base']['source'] = 'rebate') => ({
  base: { rgb: [r, g, b] as const, source, confidence: 1 },
});
const ids = (n: number): string[] => Array.from({ length: n }, (_, i) => String(i));

describe('roll baseline', () => {
  it('is the frames themselves when they agree', () => {
    const r = rollBaseline([frame(), frame(), frame()], ids(3));
    expect(r.base[0]).toBeCloseTo(0.56, 6);
    expect(r.balance.slope[2]).toBeCloseTo(0.95, 6);
    expect(r.exposure).toBe(-1);
    expect(r.outliers).toEqual([]);
    expect(r.baseSpread).toEqual([0, 0, 0]);
  });
  it('stays where it is when a third of the frames are wrong, and names them', () => {
    const frames = [
      ...Array.from({ length: 6 }, () => frame()),
      frame(base(0.4, 0.2, 0.2)),
      frame(base(0.8, 0.3, 0.1)),
      frame(base(0.56, 0.25, 0.2)),
    ];
    const r = rollBaseline(frames, ids(9));
    expect(Math.abs(Math.log10(r.base[2] / 0.14))).toBeLessThan(0.005);
    expect(r.outliers).toEqual(['6', '7', '8']);
  });
  it('flags frames with other slopes only when they are sure of them', () => {
    const odd = { slope: [1.4, 1, 0.8] as const, offset: [0, 0, 0] as const };
    const r = rollBaseline(
      [
        frame(),
        frame(),
        frame(),
        frame({ balance: { ...odd, confidence: 0.9 } }),
        frame({ balance: { ...odd, confidence: 0.1 } }),
      ],
      ids(5),
    );
    expect(r.outliers).toEqual(['3']);
  });
  it('takes the base from a leader, but nothing else', () => {
    const leader = frame({
      ...base(0.6, 0.26, 0.15),
      role: 'leader',
      exposure: 5,
      balance: { slope: [3, 1, 3], offset: [1, 1, 1], confidence: 1 },
    });
    const guesses = [0.45, 0.5, 0.52].map((r) => frame(base(r, 0.2, 0.1, 'estimate')));
    const r = rollBaseline([leader, ...guesses], ids(4));
    expect(r.base[0]).toBeCloseTo(0.6, 6);
    expect(r.exposure).toBe(-1);
    expect(r.balance.slope[0]).toBeCloseTo(1.05, 6);
    expect(r.outliers).toContain('0');
  });
  it('never lets a flat field into anything', () => {
    const flat = frame({ ...base(0.95, 0.95, 0.95), role: 'flat', exposure: 9 });
    const r = rollBaseline([frame(), flat, frame()], ids(3));
    expect(r.base[1]).toBeCloseTo(0.25, 6);
    expect(r.exposure).toBe(-1);
    expect(r.outliers).toEqual(['1']);
  });
  it('leans to the clear side when all bases are guesses', () => {
    const r = rollBaseline(
      [0.4, 0.45, 0.5, 0.54, 0.56].map((x) => frame(base(x, 0.2, 0.1, 'estimate'))),
      ids(5),
    );
    expect(r.base[0]).toBeGreaterThanOrEqual(0.54);
  });
  it('normalises auto-exposed camera scans by their exposure', () => {
    const frames = [1, 2, 4].map((k) =>
      frame({ ...base(0.14 * k, 0.0625 * k, 0.035 * k), cameraExposure: 1e-4 * k }),
    );
    const r = rollBaseline(frames, ids(3));
    expect(r.cameraExposure).toBeCloseTo(2e-4, 9);
    expect(r.base[0]).toBeCloseTo(0.28, 6);
    expect(Math.max(...r.baseSpread)).toBeLessThan(1e-6);
    expect(r.outliers).toEqual([]);
  });
  it('knows nothing of the roll before', () => {
    const first = rollBaseline([frame(), frame()], ids(2));
    rollBaseline([frame(base(0.9, 0.8, 0.7)), frame(base(0.9, 0.8, 0.7))], ids(2));
    expect(rollBaseline([frame(), frame()], ids(2))).toEqual(first);
  });
  it('refuses an empty roll and lists that do not match', () => {
    expect(() => rollBaseline([], [])).toThrow(RangeError);
    expect(() => rollBaseline([frame()], [])).toThrow(RangeError);
  });
  it('finds the base of a drawn roll within 0.02 density', () => {
    const analyses = Array.from({ length: 6 }, (_, i) =>
      analyseScan(
        drawScan({
          width: 600,
          height: 400,
          around: 'holder',
          base: ORANGE,
          strips: [{ x: 30, y: 20, w: 540, h: 360 }],
          // One frame fills the window: its base can only be guessed.
          frames: [i === 3 ? { x: 0, y: 0, w: 600, h: 400 } : { x: 60 + i, y: 45, w: 480 - i, h: 320 }],
          falloff: 0.97,
          seed: 60 + i,
        }),
        { film: 'auto' },
      ),
    );
    const r = rollBaseline(analyses, ids(6));
    r.base.forEach((v, c) => expect(Math.abs(Math.log10(v / ORANGE[c]))).toBeLessThan(0.02));
  });
});

it('a weighted trimmed mean leaves far values out and weighs the rest', () => {
  expect(
    weightedTrimmedMean([
      [1, 1],
      [1.001, 1],
      [1.002, 1],
      [5, 1],
    ]),
  ).toBeCloseTo(1.001, 6);
  expect(
    weightedTrimmedMean([
      [0, 3],
      [0.004, 1],
    ]),
  ).toBeCloseTo(0.001, 6);
});

describe('a frame of another film among a roll', () => {
  const odd = frame({
    ...base(0.5, 0.3, 0.2),
    balance: { slope: [1.4, 1, 0.8], offset: [0, 0, 0], confidence: 0.9 },
  });
  const roll = rollBaseline([frame(), frame(), frame(), odd], ids(4));
  const numbers = (analysis: DevelopAnalysis, mode: 'auto' | 'roll') => {
    const params = defaultDevelopParams();
    params.lights.mode = mode;
    return planNumbers(params, { analysis, roll });
  };
  it('is named, and printed by its own base and balance', () => {
    expect(roll.outliers).toEqual(['3']);
    expect(numbers(odd, 'auto').base).toEqual([0.5, 0.3, 0.2]);
    const alone = planNumbers(defaultDevelopParams(), { analysis: odd, roll: null });
    expect(numbers(odd, 'auto').slope).toEqual(alone.slope);
  });
  it('follows the roll where the person asks for one print for all', () => {
    expect(numbers(odd, 'roll').slope).toEqual(numbers(frame(), 'roll').slope);
    expect(numbers(odd, 'roll').base).toEqual(numbers(frame(), 'roll').base);
  });
});
