import { describe, expect, it } from 'vitest';
import { srgbDecode } from '../../../app/color/curve.ts';
import { SCAN_FLOOR } from '../../../app/color/density.ts';
import { srgbLinearToLab } from '../../../app/color/lab.ts';
import { apply3, type Matrix3 } from '../../../app/color/matrix3.ts';
import { spaces } from '../../../app/color/spaces.ts';
import type { Rgb } from '../../../app/picture.ts';
import { type DevelopParams, defaultDevelopParams } from '../../../app/recipe/develop.ts';
import { lumaOf, saturationMatrix } from './colour.ts';
import { paperReflectance } from './paper.ts';
import { type DevelopPlan, planDevelop, planNumbers, type PlanOptions } from './plan.ts';
import { countHistogram, processBand } from './process.ts';
import { straighten } from './toe.ts';
import type { DevelopAnalysis, FilmType, RollBaseline } from './types.ts';

const BASE: Rgb = [0.62, 0.31, 0.16];

function analysis(p: Partial<DevelopAnalysis> = {}): DevelopAnalysis {
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
type Change = { [K in keyof DevelopParams]?: Partial<DevelopParams[K]> };
function params(change: Change = {}): DevelopParams {
  const p = defaultDevelopParams();
  for (const key of Object.keys(change) as (keyof DevelopParams)[]) Object.assign(p[key], change[key]);
  return p;
}
const sixteen: PlanOptions = { space: 'srgb', bits: 16, layout: 'rgb' };
const linear16 = { bits: 16, channels: 3, curve: { kind: 'linear' } } as const;

/** The formulas of plan.ts written out once more, in double precision, with no table. */
function exact(plan: DevelopPlan, scan: Rgb, saturation = 1): number[] {
  const n = plan.numbers;
  const balanced = scan.map((x, c) => {
    const d = Math.log10(n.base[c] / Math.max(SCAN_FLOOR, x));
    return n.gain[c] * straighten(n.slope[c] * d, n.toe) + n.offset[c];
  }) as unknown as Rgb;
  const L = apply3(n.matrix, balanced).map((v, c) => v + n.exposure + n.lights[c]);
  let light = L.map((v) => paperReflectance(n.curve, v)) as unknown as Rgb;
  if (saturation !== 1) light = apply3(saturationMatrix(saturation), light);
  const space = spaces[plan.colour.space];
  return apply3(space.fromSrgb as Matrix3, light).map((v) => space.encode(v));
}

/** The scan values that a neutral of so much green density leaves on the film of `analysis()`. */
function neutralScan(plan: DevelopPlan, greenDensity: number): Rgb {
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
function develop(plan: DevelopPlan, pixels: Rgb[]): Rgb[] {
  const input = new Float32Array(pixels.flat());
  const output = new Uint16Array(input.length);
  processBand(plan, input, output, 0, pixels.length);
  return pixels.map((_, i) => [output[i * 3], output[i * 3 + 1], output[i * 3 + 2]]);
}
function floatPlan(p: DevelopParams, a = analysis(), roll: RollBaseline | null = null): DevelopPlan {
  return planDevelop(p, { analysis: a, roll }, { bits: 32, channels: 3, curve: { kind: 'linear' } }, sixteen);
}
/** Repeatable numbers 0..1. */
function noise(seed: number): () => number {
  let s = seed;
  return () => (s = (s * 16807) % 2147483647) / 2147483647;
}

describe('the pixel loop against the formulas', () => {
  it('is exact to one 16-bit code, in every space, with saturation, for the whole range of scan values', () => {
    for (const [space, saturation] of [
      ['srgb', 1],
      ['adobe-rgb', 1],
      ['display-p3', 0.7],
      ['prophoto', 1],
    ] as const) {
      const plan = planDevelop(
        params({ lights: { exposure: 0.3, red: 5, blue: -3 }, print: { saturation } }),
        { analysis: analysis(), roll: null },
        linear16,
        { ...sixteen, space },
      );
      const random = noise(7);
      const input = Uint16Array.from({ length: 3 * 4000 }, () => Math.round(65535 * random() ** 3));
      const output = new Uint16Array(input.length);
      processBand(plan, input, output, 0, 4000);
      let worst = 0;
      for (let i = 0; i < 4000; i++) {
        const scan = [0, 1, 2].map((c) => input[i * 3 + c] / 65535) as unknown as Rgb;
        const want = exact(plan, scan, saturation);
        for (let c = 0; c < 3; c++) worst = Math.max(worst, Math.abs(output[i * 3 + c] - 65535 * want[c]));
      }
      expect(worst).toBeLessThan(1.02);
    }
  });
  it('does the same for 8-bit, 16-bit and float samples, grey ones too', () => {
    const context = { analysis: analysis(), roll: null };
    const curve = { kind: 'srgb' } as const;
    const codes = Uint8Array.from({ length: 768 }, (_, i) => (i * 89) % 256);
    const wide = Uint16Array.from(codes, (v) => v * 257);
    const float = Float32Array.from(codes, (v) => srgbDecode(v / 255));
    const out = [codes, wide, float].map((data, k) => {
      const bits = ([8, 16, 32] as const)[k];
      const plan = planDevelop(
        params({ film: { crosstalk: 0 } }),
        context,
        { bits, channels: 3, curve: bits === 32 ? { kind: 'linear' } : curve },
        sixteen,
      );
      const output = new Uint16Array(768);
      processBand(plan, data, output, 0, 256);
      return output;
    });
    for (let i = 0; i < 768; i++) {
      expect(out[1][i]).toBe(out[0][i]);
      expect(Math.abs(out[2][i] - out[0][i])).toBeLessThanOrEqual(1);
    }
    const grey = planDevelop(params(), context, { bits: 8, channels: 1, curve }, sixteen);
    const colour = planDevelop(params(), context, { bits: 8, channels: 3, curve }, sixteen);
    const a = new Uint16Array(3);
    const b = new Uint16Array(3);
    processBand(grey, Uint8Array.of(90), a, 0, 1);
    processBand(colour, Uint8Array.of(90, 90, 90), b, 0, 1);
    expect(Array.from(a)).toEqual(Array.from(b));
  });
  it('works in bands, from a cloned plan, and writes every layout', () => {
    const context = { analysis: analysis(), roll: null };
    const input = Uint16Array.from({ length: 3 * 5000 }, (_, i) => (i * 7919) % 65536);
    const plan = planDevelop(params(), context, linear16, sixteen);
    const whole = new Uint16Array(input.length);
    processBand(plan, input, whole, 0, 5000);
    const bands = new Uint16Array(input.length);
    const clone = structuredClone(plan);
    for (let at = 0; at < 5000; at += 777) processBand(clone, input, bands, at, Math.min(5000, at + 777));
    expect(bands).toEqual(whole);

    const rgba = new Uint8ClampedArray(5000 * 4);
    processBand(
      planDevelop(params(), context, linear16, { space: 'srgb', bits: 8, layout: 'rgba' }),
      input,
      rgba,
      0,
      5000,
    );
    const rgb = new Uint8Array(5000 * 3);
    processBand(
      planDevelop(params(), context, linear16, { space: 'srgb', bits: 8, layout: 'rgb' }),
      input,
      rgb,
      0,
      5000,
    );
    for (let i = 0; i < 5000; i++) {
      expect(rgba[i * 4 + 3]).toBe(255);
      for (let c = 0; c < 3; c++) {
        expect(rgba[i * 4 + c]).toBe(rgb[i * 3 + c]);
        expect(Math.abs(rgb[i * 3 + c] - whole[i * 3 + c] / 257)).toBeLessThanOrEqual(0.51);
      }
    }
    const histogram = new Uint32Array(768);
    countHistogram(rgba, histogram, 1000, 5000);
    expect(histogram.subarray(0, 256).reduce((s, v) => s + v)).toBe(4000);
    const red = Array.from({ length: 4000 }, (_, i) => rgba[(i + 1000) * 4]).filter((v) => v === rgba[4000]);
    expect(histogram[rgba[4000]]).toBe(red.length);
  });
  it('divides by a flat field', () => {
    const context = { analysis: analysis(), roll: null };
    const plan = planDevelop(params(), context, linear16, sixteen);
    // Light that falls by 30 % from left to right, the same in every row.
    const log = new Float32Array(2 * 1 * 3);
    for (let c = 0; c < 3; c++) log[3 + c] = Math.log10(0.7);
    const flat = { width: 2, height: 1, log, row: 11, x0: 0, y0: 0, step: 0.1 };
    const even = 20000;
    const lit = Uint16Array.from({ length: 33 }, (_, i) =>
      Math.round(even * 0.7 ** (Math.floor(i / 3) / 10)),
    );
    const out = new Uint16Array(33);
    processBand(plan, lit, out, 0, 11, flat);
    const want = new Uint16Array(3);
    processBand(plan, Uint16Array.of(even, even, even), want, 0, 1);
    for (let i = 0; i < 33; i++) expect(Math.abs(out[i] - want[i % 3])).toBeLessThanOrEqual(6);
  });
  it('refuses buffers that are not what the plan says', () => {
    const plan = planDevelop(params(), { analysis: analysis(), roll: null }, linear16, sixteen);
    expect(() => processBand(plan, new Uint8Array(3), new Uint16Array(3), 0, 1)).toThrow(TypeError);
    expect(() => processBand(plan, new Uint16Array(3), new Uint8Array(3), 0, 1)).toThrow(TypeError);
    expect(() => processBand(plan, new Uint16Array(3), new Uint16Array(3), 0, 2)).toThrow(TypeError);
  });
  it('prints film base black and the densest film white, and survives empty and overfull samples', () => {
    const plan = floatPlan(params());
    const [base, dense, nothing, over, nan] = develop(plan, [
      BASE,
      [BASE[0] / 400, BASE[1] / 400, BASE[2] / 400],
      [0, -1, 0],
      [8, 8, 8],
      [NaN, NaN, NaN],
    ]);
    for (let c = 0; c < 3; c++) {
      expect(base[c]).toBeLessThan(0.1 * 65535);
      expect(dense[c]).toBeGreaterThan(0.95 * 65535);
      expect(nothing[c]).toBeGreaterThan(0.9 * 65535);
      expect(over[c]).toBeLessThan(0.1 * 65535);
      expect(Number.isFinite(nan[c])).toBe(true);
    }
  });
});

describe('neutrals', () => {
  const densities = [0.1, 0.3, 0.6, 0.9, 1.2, 1.6];
  it('stay neutral whatever crosstalk, grade, saturation, exposure or stock matrix', () => {
    for (const change of [
      {},
      { film: { crosstalk: 0 } },
      { film: { crosstalk: 2 } },
      { print: { grade: 4.5, saturation: 1.8 } },
      { print: { saturation: 0 } },
      { lights: { exposure: -1.5 } },
    ] as Change[]) {
      const plan = floatPlan(params(change));
      for (const [r, g, b] of develop(
        plan,
        densities.map((d) => neutralScan(plan, d)),
      )) {
        expect(Math.abs(r - g)).toBeLessThanOrEqual(8);
        expect(Math.abs(b - g)).toBeLessThanOrEqual(8);
      }
    }
  });
  it('are exactly neutral for black and white, in every space', () => {
    for (const space of ['srgb', 'adobe-rgb', 'prophoto'] as const) {
      const plan = planDevelop(
        params({ film: { film: 'bw' }, lights: { red: 30 } }),
        { analysis: analysis({ film: 'bw' }), roll: null },
        linear16,
        { ...sixteen, space },
      );
      const input = Uint16Array.from({ length: 3000 }, (_, i) => (i * 7919) % 65536);
      const out = new Uint16Array(3000);
      processBand(plan, input, out, 0, 1000);
      for (let i = 0; i < 3000; i += 3) expect(out[i] === out[i + 1] && out[i] === out[i + 2]).toBe(true);
      const grey = new Uint16Array(1000);
      processBand({ ...plan, layout: 'grey' }, input, grey, 0, 1000);
      expect(grey[500]).toBe(out[1500]);
    }
  });
});

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

describe('preview and export', () => {
  it('agree: a quarter-size preview equals the reduced export within a hundredth of full scale on average', () => {
    const width = 256;
    const height = 192;
    const random = noise(3);
    // Shapes with soft edges, gradients and grain, as densities over the base.
    const data = new Uint16Array(width * height * 3);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        for (let c = 0; c < 3; c++) {
          const blob = 0.6 / (1 + Math.exp((Math.hypot(x - 90, y - 80 - 10 * c) - 40) / 2));
          const d = 0.2 + 0.5 * (x / width) + blob + 0.04 * (random() - 0.5);
          data[(y * width + x) * 3 + c] = Math.round(65535 * BASE[c] * 10 ** -d);
        }
    const context = { analysis: analysis(), roll: null };
    const full = new Uint16Array(data.length);
    processBand(planDevelop(params(), context, linear16, sixteen), data, full, 0, width * height);
    const w = width / 4;
    const h = height / 4;
    const average = (source: (i: number) => number) =>
      Float32Array.from({ length: w * h * 3 }, (_, k) => {
        const c = k % 3;
        const x = Math.floor(k / 3) % w;
        const y = Math.floor(k / 3 / w);
        let sum = 0;
        for (let j = 0; j < 4; j++)
          for (let i = 0; i < 4; i++) sum += source(((y * 4 + j) * width + x * 4 + i) * 3 + c);
        return sum / 16;
      });
    const small = Uint16Array.from(
      average((i) => data[i]),
      Math.round,
    );
    const preview = new Uint8ClampedArray(w * h * 4);
    processBand(
      planDevelop(params(), context, linear16, { space: 'srgb', bits: 8, layout: 'rgba' }),
      small,
      preview,
      0,
      w * h,
    );
    const reduced = average((i) => full[i] / 257);
    let total = 0;
    let worst = 0;
    for (let i = 0; i < w * h; i++)
      for (let c = 0; c < 3; c++) {
        const error = Math.abs(preview[i * 4 + c] - reduced[i * 3 + c]);
        total += error;
        worst = Math.max(worst, error);
      }
    expect(total / (w * h * 3)).toBeLessThan(0.01 * 255);
    expect(worst).toBeLessThan(0.06 * 255);
  });
});
