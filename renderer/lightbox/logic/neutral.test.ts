import { describe, expect, it } from 'vitest';
import { logLight, solveNeutral, type Lights } from './neutral.ts';

/** A make-believe print: log exposure plus lights through an S-curve, then colours mixed by a saturation matrix. */
function printer(scene: readonly number[], options: { saturation?: number; sign?: number } = {}) {
  const { saturation = 1, sign = 1 } = options;
  let asked = 0;
  const print = (lights: Lights): number[] => {
    asked++;
    const cc = [lights.red, lights.green, lights.blue];
    const lin = scene.map((e, i) => 1 / (1 + Math.exp(-2.4 * (e + (sign * cc[i]) / 100) * Math.LN10 * 0.6)));
    const grey = (lin[0] + lin[1] + lin[2]) / 3;
    return lin.map((v) => {
      const c = Math.min(1, Math.max(0, grey + (v - grey) * saturation));
      const e = c <= 0.0031308 ? 12.92 * c : 1.055 * c ** (1 / 2.4) - 0.055;
      return Math.round(255 * e);
    });
  };
  return { print, probe: async (l: Lights) => print(l), asked: () => asked };
}
const none: Lights = { red: 0, green: 0, blue: 0 };

describe('neutral picker', () => {
  it.each([
    ['warm mid grey', [-0.1, -0.3, -0.5], {}],
    ['blue shadow', [-0.9, -0.8, -0.5], {}],
    ['with saturation', [-0.1, -0.3, -0.4], { saturation: 1.4 }],
    ['lights of the opposite sign', [-0.1, -0.3, -0.5], { sign: -1 }],
  ])('makes %s neutral', async (_name, scene, options) => {
    const p = printer(scene, options);
    const before = p.print(none);
    expect(Math.max(...before) - Math.min(...before)).toBeGreaterThan(8);
    const result = await solveNeutral(none, p.probe);
    expect(result.ok).toBe(true);
    if (!result.ok) return;
    const after = p.print(result.lights);
    expect(Math.max(...after) - Math.min(...after)).toBeLessThanOrEqual(2);
    expect(result.lights.green).toBe(0);
    expect(p.asked()).toBeLessThan(30);
  });

  it('keeps the green light that was set', async () => {
    const p = printer([-0.2, -0.3, -0.5]);
    const result = await solveNeutral({ red: 0, green: 10, blue: 0 }, p.probe);
    expect(result.ok && result.lights.green).toBe(10);
  });

  it('refuses paper white and paper black', async () => {
    expect(await solveNeutral(none, async () => [255, 255, 252])).toEqual({
      ok: false,
      reason: 'too-bright',
    });
    expect(await solveNeutral(none, async () => [1, 0, 3])).toEqual({ ok: false, reason: 'too-dark' });
  });

  it('says so when the lights change nothing', async () => {
    expect(await solveNeutral(none, async () => [200, 100, 50])).toEqual({ ok: false, reason: 'no-answer' });
  });

  it('says so when the range of the lights does not reach', async () => {
    const p = printer([1.2, -0.9, -0.9]);
    const result = await solveNeutral(none, p.probe);
    expect(result.ok).toBe(false);
  });

  it('turns codes into log light', () => {
    expect(logLight(255)).toBeCloseTo(0, 9);
    expect(logLight(119)).toBeCloseTo(Math.log10(0.1845), 2);
    expect(Number.isFinite(logLight(0))).toBe(true);
  });
});
