/** The loop in WebAssembly against the same loop in JavaScript, bit for bit, and the bytes of its instructions. */
import { describe, expect, it } from 'vitest';
import type { Samples } from '../../../app/picture.ts';
import { planDevelop, type PlanOptions, type PlanSource } from './plan.ts';
import { printKernel } from './print-kernel.ts';
import { processBand, type FlatBand, type OutputSamples } from './process.ts';
import { analysis, noise, params } from './process-fixtures.ts';
import { signed, unsigned } from '../../../app/wasm-code.ts';

const PIXELS = 4099;
const random = noise(11);
/** All of the range, the ends and what lies beyond them (floats) included. */
const samples = {
  8: Uint8Array.from({ length: PIXELS * 3 }, () => random() * 256),
  16: Uint16Array.from({ length: PIXELS * 3 }, (_, i) => (i < 6 ? (i % 2) * 65535 : 65536 * random() ** 3)),
  32: Float32Array.from({ length: PIXELS * 3 }, (_, i) => (i % 7 === 0 ? -0.1 : 1.3 * random() ** 3)),
};
const flat: FlatBand = {
  width: 2,
  height: 2,
  log: Float32Array.from({ length: 12 }, () => random() * 0.2),
  row: 100,
  x0: 0,
  y0: 0,
  step: 0.01,
};

/** Both loops; the pixels 3..PIXELS-1 of the output only. */
function both(source: PlanSource, options: PlanOptions, film: 'c41' | 'bw', light: FlatBand | null) {
  const kernel = printKernel();
  if (!kernel) throw new Error('this Node has no WebAssembly');
  const change = params({ film: { film }, lights: { exposure: 0.4, red: 3 } });
  const plan = planDevelop(change, { analysis: analysis(), roll: null }, source, options);
  const input: Samples = samples[source.bits];
  const per = options.layout === 'grey' ? 1 : options.layout === 'rgba' ? 4 : 3;
  return [kernel, null].map((k): OutputSamples => {
    const out = options.bits === 16 ? new Uint16Array(PIXELS * per) : new Uint8Array(PIXELS * per);
    processBand(plan, input, out, 3, PIXELS - 1, light, k);
    return out;
  });
}

describe('the print loop in WebAssembly', () => {
  for (const bits of [8, 16, 32] as const)
    for (const channels of [1, 3] as const)
      it(`is the loop in JavaScript for ${channels} samples of ${bits} bits`, () => {
        const curve = bits === 32 ? ({ kind: 'linear' } as const) : ({ kind: 'srgb' } as const);
        for (const light of [null, flat])
          for (const [space, out, layout, film] of [
            ['srgb', 16, 'rgb', 'c41'],
            ['srgb', 8, 'rgba', 'c41'],
            ['adobe-rgb', 16, 'rgb', 'c41'],
            ['srgb', 16, 'grey', 'bw'],
            ['srgb', 8, 'grey', 'bw'],
          ] as const) {
            const [wasm, plain] = both({ bits, channels, curve }, { space, bits: out, layout }, film, light);
            expect(wasm).toEqual(plain);
            // The pixels beside the band are nobody's business.
            expect(wasm[0] + wasm[wasm.length - 1]).toBe(0);
            expect(new Set(wasm).size).toBeGreaterThan(100);
          }
      });

  it('takes the tables of the plan it is given, one plan after another', () => {
    const one = both({ bits: 16, channels: 3, curve: { kind: 'linear' } }, SIXTEEN, 'c41', null);
    const other = both({ bits: 16, channels: 3, curve: { kind: 'srgb' } }, SIXTEEN, 'c41', null);
    expect(other[0]).not.toEqual(one[0]);
    expect(both({ bits: 16, channels: 3, curve: { kind: 'linear' } }, SIXTEEN, 'c41', null)[0]).toEqual(
      one[1],
    );
  });

  it('refuses samples of other bits than the plan says', () => {
    const plan = planDevelop(
      params(),
      { analysis: null, roll: null },
      { bits: 16, channels: 3, curve: { kind: 'linear' } },
      SIXTEEN,
    );
    expect(() => processBand(plan, samples[8], new Uint16Array(30), 0, 10)).toThrow(TypeError);
  });
});

const SIXTEEN: PlanOptions = { space: 'srgb', bits: 16, layout: 'rgb' };

describe("numbers in WebAssembly's format", () => {
  it("are written as the specification's examples", () => {
    expect(unsigned(624485)).toEqual([0xe5, 0x8e, 0x26]);
    expect(unsigned(127)).toEqual([127]);
    expect(unsigned(128)).toEqual([128, 1]);
    expect(signed(-123456)).toEqual([0xc0, 0xbb, 0x78]);
    expect([signed(0), signed(63), signed(64), signed(-1), signed(-64)]).toEqual([
      [0],
      [63],
      [0xc0, 0],
      [0x7f],
      [0x40],
    ]);
  });
});
