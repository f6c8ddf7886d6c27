/** The pixel loop against the formulas, neutrals, preview against export. */
import { describe, expect, it } from 'vitest';
import { srgbDecode } from '../../../app/color/curve.ts';
import type { Rgb } from '../../../app/picture.ts';
import { planDevelop } from './plan.ts';
import { countHistogram, processBand } from './process.ts';
import {
  BASE,
  analysis,
  type Change,
  params,
  sixteen,
  linear16,
  exact,
  neutralScan,
  develop,
  floatPlan,
  noise,
} from './process-fixtures.ts';

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
        { analysis: analysis({ black: [0.0004, 0.0009, 0.001] }), roll: null },
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
