/** What the controls of a develop do to the print; slides. */
import { describe, expect, it } from 'vitest';
import { srgbDecode } from '../../../app/color/curve.ts';
import { srgbLinearToLab } from '../../../app/color/lab.ts';
import type { Rgb } from '../../../app/picture.ts';
import { lumaOf } from './colour.ts';
import { type DevelopPlan, planNumbers } from './plan.ts';
import { straighten } from './toe.ts';
import type { DevelopAnalysis, FilmType, RollBaseline } from './types.ts';
import { BASE, analysis, type Change, params, neutralScan, develop, floatPlan } from './process-fixtures.ts';

describe('controls', () => {
  const mid = (plan: DevelopPlan) => develop(plan, [neutralScan(floatPlan(params()), 0.7)])[0];
  it('one EV doubles the exposure of the print: mid grey then lies where two stops of paper say', () => {
    const plan = floatPlan(params({ lights: { exposure: 1 } }));
    expect(plan.numbers.exposure - floatPlan(params()).numbers.exposure).toBeCloseTo(Math.log10(2), 12);
    expect(mid(plan)[1]).toBeGreaterThan(mid(floatPlan(params()))[1] + 5000);
  });
  it('10 CC of red light makes the picture redder by 0.1 of log exposure and leaves green and blue alone', () => {
    const plain = mid(floatPlan(params()));
    const red = mid(floatPlan(params({ lights: { red: 10 } })));
    expect(red[0]).toBeGreaterThan(plain[0] + 1000);
    expect(Math.abs(red[1] - plain[1])).toBeLessThanOrEqual(1);
    expect(Math.abs(red[2] - plain[2])).toBeLessThanOrEqual(1);
    expect(planNumbers(params({ lights: { red: 10 } }), { analysis: null, roll: null }).lights).toEqual([
      0.1, 0, 0,
    ]);
  });
  it('switched off, the lights do nothing', () => {
    const off = floatPlan(params({ lights: { on: false, exposure: 2, red: 50, mode: 'fixed' } }));
    expect(off.numbers).toEqual(floatPlan(params()).numbers);
  });
  it('a channel slope turns about mid grey', () => {
    const p = params({ film: { slopeRed: 1.3 } });
    const plain = floatPlan(params());
    const a = plain.numbers;
    // Green density at which this film prints mid grey: gain·T(D) + offset + exposure = 0.
    let d = 0.2;
    for (let i = 0; i < 60; i++)
      d -= (a.gain[1] * straighten(d, a.toe) + a.offset[1] + a.exposure) / a.gain[1];
    const scan = neutralScan(plain, d);
    const [r, g] = develop(floatPlan(p), [scan])[0];
    expect(Math.abs(r - g)).toBeLessThan(40);
    expect(develop(floatPlan(p), [neutralScan(plain, d + 0.4)])[0][0]).toBeGreaterThan(
      develop(plain, [neutralScan(plain, d + 0.4)])[0][0] + 500,
    );
  });
  it('saturation keeps lightness; more than the gamut holds gives way in chroma only', () => {
    const scan: Rgb = [BASE[0] * 10 ** -1.05, BASE[1] * 10 ** -0.6, BASE[2] * 10 ** -0.55];
    const lab = (saturation: number) => {
      const [r, g, b] = develop(floatPlan(params({ print: { saturation } })), [scan])[0];
      return srgbLinearToLab([srgbDecode(r / 65535), srgbDecode(g / 65535), srgbDecode(b / 65535)]);
    };
    const one = lab(1);
    const chroma = (v: number[]) => Math.hypot(v[1], v[2]);
    for (const s of [0, 0.5, 1.3, 2]) expect(lab(s)[0]).toBeCloseTo(one[0], 1);
    expect(chroma(lab(0))).toBeLessThan(0.05);
    expect(chroma(lab(1.3))).toBeGreaterThan(chroma(one) + 0.5);
    expect(chroma(lab(2))).toBeGreaterThan(chroma(lab(1.3)));
    const [r, g, b] = develop(floatPlan(params({ print: { saturation: 2 } })), [scan])[0];
    expect(Math.min(r, g, b)).toBeGreaterThan(0);
    const [lr, lg, lb] = lumaOf('srgb');
    expect(lr + lg + lb).toBeCloseTo(1, 12);
  });
  it('highlights keep their steps three stops above white', () => {
    const plan = floatPlan(params());
    let last = -1;
    for (let d = 0.3; d < 1.62; d += 0.05) {
      const [, g] = develop(plan, [neutralScan(plan, d)])[0];
      expect(g).toBeGreaterThan(last);
      last = g;
    }
  });
  it('a fixed print knows nothing of the frame', () => {
    const fixed = params({ lights: { mode: 'fixed' } });
    const one = floatPlan(fixed, analysis({ exposure: -0.9 })).numbers;
    const two = floatPlan(
      fixed,
      analysis({ exposure: -1.7, balance: { slope: [1.3, 1, 0.8], offset: [0, 0, 0], confidence: 1 } }),
    ).numbers;
    expect(one).toEqual(two);
  });
  it('the roll shares base, slopes and offsets; exposure follows the frame in part, or not at all', () => {
    const roll: RollBaseline = {
      version: 1,
      film: 'c41',
      base: BASE,
      balance: { slope: [1.1, 1, 0.9], offset: [0, 0, 0.01] },
      exposure: -1.2,
      baseSpread: [0, 0, 0],
      outliers: [],
    };
    const frame = analysis({ exposure: -0.8 });
    const auto = floatPlan(params(), frame, roll).numbers;
    expect(auto.slope).toEqual([1.1, 1, 0.9]);
    expect(auto.exposure).toBeCloseTo(-0.9, 6);
    expect(floatPlan(params({ lights: { mode: 'roll' } }), frame, roll).numbers.exposure).toBeCloseTo(
      -1.2,
      9,
    );
  });
  it('another base keeps the brightness of the frame', () => {
    const roll: RollBaseline = {
      version: 1,
      film: 'c41',
      base: [BASE[0] * 1.2, BASE[1] * 1.2, BASE[2] * 1.2],
      balance: analysis().balance,
      exposure: -1.2 - Math.log10(1.2) / 0.57,
      baseSpread: [0, 0, 0],
      outliers: [],
    };
    const scan = neutralScan(floatPlan(params()), 0.9);
    const alone = develop(floatPlan(params()), [scan])[0];
    const rolled = develop(floatPlan(params(), analysis(), roll), [scan])[0];
    expect(Math.abs(alone[1] - rolled[1])).toBeLessThan(400);
  });
});

describe('slides', () => {
  const slide = (change: Change = {}, p: Partial<DevelopAnalysis> = {}) => {
    const white: Rgb = [0.8, 0.82, 0.78];
    const a = analysis({
      film: 'slide' as FilmType,
      base: { rgb: white, source: 'estimate', confidence: 1 },
      balance: { slope: [1, 1, 1], offset: [0, 0, 0], confidence: 0 },
      exposure: 0,
      ...p,
    });
    return { plan: floatPlan(params({ film: { film: 'slide', ...change.film }, ...change }), a), white };
  };
  it('are not inverted: clear film is white, dense film black, mid grey stays', () => {
    const { plan, white } = slide();
    const at = (d: number) =>
      develop(plan, [[white[0] * 10 ** -d, white[1] * 10 ** -d, white[2] * 10 ** -d]])[0];
    expect(srgbDecode(at(0)[1] / 65535)).toBeCloseTo(10 ** -0.02, 3);
    expect(srgbDecode(at(-Math.log10(0.18))[1] / 65535)).toBeCloseTo(0.18, 3);
    expect(at(3)[1]).toBeLessThan(0.1 * 65535);
    expect(Math.abs(at(1)[0] - at(1)[2])).toBeLessThanOrEqual(2);
  });
  it('fade brings a lost cyan dye back', () => {
    const spread = [0, 0.1, 0.2, 0.5, 1, 1.6, 2.2, 2.6, 2.8];
    const densities: DevelopAnalysis['densities'] = [spread.map((d) => d * 0.6), spread, spread];
    const { plan, white } = slide({ film: { fade: 1 } }, { densities });
    const { plan: faded } = slide({}, { densities });
    // A grey of density 1 whose cyan has faded to 0.6.
    const scan: Rgb = [white[0] * 10 ** -0.6, white[1] * 0.1, white[2] * 0.1];
    const before = develop(faded, [scan])[0];
    const after = develop(plan, [scan])[0];
    expect(before[0] - before[1]).toBeGreaterThan(8000);
    expect(Math.abs(after[0] - after[1])).toBeLessThan(600);
    expect(after[1]).toBe(before[1]);
  });
});
