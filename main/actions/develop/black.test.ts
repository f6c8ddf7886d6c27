/** Black of a scan: what is taken off, how it is read from the holder, and that dense film comes out right with it. */
import { describe, expect, it } from 'vitest';
import type { Grid } from './analyse-grid.ts';
import { blackOf, lightAbove } from './black.ts';
import { analysis, develop, floatPlan, params } from './process-fixtures.ts';

describe('lightAbove', () => {
  it('takes the black off, keeps a quarter of what is darker still, and never falls', () => {
    expect(lightAbove(0.1, 0.001)).toBeCloseTo(0.099, 12);
    expect(lightAbove(0.001, 0.001)).toBeCloseTo(0.00025, 12);
    expect(lightAbove(0, 0.001)).toBeGreaterThan(0);
    for (let v = 1e-4; v < 0.01; v *= 1.05)
      expect(lightAbove(v * 1.05, 0.001)).toBeGreaterThan(lightAbove(v, 0.001));
  });
});

/** 40 x 40 cells: the left half is holder at `dark`, the right half picture at `film`. */
function scan(dark: number, film: number): { grid: Grid; holder: Uint8Array; picture: Uint8Array } {
  const holder = new Uint8Array(1600).map((_, p) => (p % 40 < 20 ? 1 : 0));
  const plane = Float32Array.from(holder, (h) => (h ? dark : film));
  const lin: Grid['lin'] = [plane, plane, plane];
  const grid = {
    ...{ width: 40, height: 40, scale: 1, lin, log: lin, tone: plane },
    ...{ clipped: new Uint8Array(1600), grey: false },
  };
  return { grid, holder, picture: holder.map((h) => 1 - h) };
}

describe('blackOf', () => {
  const of = (dark: number, film: number, share = 0.5) => {
    const { grid, holder, picture } = scan(dark, film);
    return blackOf(grid, { mask: holder, share, depth: [20, 0, 0, 0] }, picture, [0.6, 0.3, 0.1]);
  };
  it('is what the holder shows', () => {
    of(0.0008, 0.2)?.forEach((v) => expect(v).toBeCloseTo(0.0008, 8));
  });
  it('is never more than a hundredth of the base, nor than what the densest film shows', () => {
    const leaks = of(0.02, 0.2);
    expect(leaks?.map((v) => Number(v.toFixed(6)))).toEqual([0.006, 0.003, 0.001]);
    expect(of(0.0008, 0.001)?.[0]).toBeCloseTo(0.0007, 8);
  });
  it('is unknown without a holder', () => {
    const { grid, picture } = scan(0.0008, 0.2);
    const none = {
      mask: new Uint8Array(1600),
      share: 0,
      depth: [0, 0, 0, 0] as [number, number, number, number],
    };
    expect(blackOf(grid, none, picture, [0.6, 0.3, 0.1])).toBeNull();
  });
});

describe('dense film', () => {
  it('prints the same with flare as without, once the flare is known', () => {
    const flare = 0.0008;
    const clean: [number, number, number] = [0.02, 0.008, 0.003];
    const veiled = clean.map((v) => v + flare) as [number, number, number];
    const known = analysis({ black: [flare, flare, flare] });
    known.base = { ...known.base, rgb: known.base.rgb.map((v) => v + flare) as [number, number, number] };
    const [want] = develop(floatPlan(params({ lights: { exposure: -4 } })), [clean]);
    const [got] = develop(floatPlan(params({ lights: { exposure: -4 } }), known), [veiled]);
    const [blind] = develop(floatPlan(params({ lights: { exposure: -4 } })), [veiled]);
    got.forEach((v, c) => expect(Math.abs(v - want[c])).toBeLessThan(3));
    expect(Math.abs(blind[2] - want[2])).toBeGreaterThan(300);
  });
});
