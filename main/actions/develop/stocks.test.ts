import { describe, expect, it } from 'vitest';
import { developSteps } from '../../../app/recipe/develop.ts';
import { convertedMatrix, crosstalkMatrix, filmStock, filmStocks, neutralSlopes, rowSums } from './stocks.ts';
import { rigOf } from './rig.ts';
import { straighten, TOE_WIDTH } from './toe.ts';

describe('stocks', () => {
  it('has every stock that the recipe offers', () => {
    const choice = developSteps[0].params.find((p) => p.key === 'stock');
    for (const id of choice?.type === 'choice' ? choice.options : [])
      if (id !== 'auto') expect(filmStocks().map((s) => s.id)).toContain(id);
  });
  it('keeps rows of the crosstalk matrix at 1 at every strength, and is identity at 0', () => {
    for (const stock of filmStocks())
      for (const strength of [0, 0.5, 1, 2]) {
        for (const sum of rowSums(crosstalkMatrix(stock, strength))) expect(sum).toBeCloseTo(1, 12);
      }
    expect(crosstalkMatrix(filmStock('portra', 'c41'), 0)).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1]);
  });
  it('corrects a converted scan without tinting a grey, and slides and silver not at all', () => {
    for (const strength of [0, 1, 2])
      for (const sum of rowSums(convertedMatrix(filmStock('auto', 'c41'), strength)))
        expect(sum).toBeCloseTo(1, 12);
    expect(convertedMatrix(filmStock('auto', 'c41'), 0)).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1]);
    // Blue light lies less in red, so that a sky leaves violet.
    expect(convertedMatrix(filmStock('auto', 'c41'), 1)[2]).toBeLessThan(-0.05);
    for (const film of ['bw', 'slide'] as const)
      expect(convertedMatrix(filmStock('auto', film), 1)).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1]);
  });
  it('falls back to the generic stock of the film type', () => {
    expect(filmStock('auto', 'c41').id).toBe('generic');
    expect(filmStock('portra', 'bw').film).toBe('bw');
    expect(filmStock('portra', 'slide').film).toBe('slide');
    expect(neutralSlopes(filmStock('bw-tgrain', 'bw'))).toEqual([1, 1, 1]);
  });
});

describe('toe', () => {
  it('undoes the smooth toe exactly above its guard, and does nothing to the straight line', () => {
    for (const x of [-0.03, 0, 0.05, 0.2, 0.8]) {
      const d = TOE_WIDTH * Math.log1p(Math.exp(x / TOE_WIDTH));
      expect(straighten(d, TOE_WIDTH)).toBeCloseTo(x, 9);
    }
    expect(straighten(1.3, TOE_WIDTH)).toBeCloseTo(1.3, 8);
    expect(straighten(0.4, 0)).toBe(0.4);
  });
  it('rises strictly and without a jump through the guard and below the base', () => {
    let last = -Infinity;
    for (let d = -0.2; d < 0.3; d += 0.0005) {
      const x = straighten(d, TOE_WIDTH);
      expect(x).toBeGreaterThan(last);
      if (last > -Infinity) expect(x - last).toBeLessThan(0.0005 * 4);
      last = x;
    }
  });
});

describe('rig', () => {
  const info = { make: null, model: null, software: null, format: 'tiff', cameraExposure: null };
  it('tells scanners from cameras by their metadata, and says when it does not know', () => {
    expect(rigOf(info)).toBe('unknown');
    expect(rigOf({ ...info, software: 'SilverFast 9.2.8' })).toBe('scanner');
    expect(rigOf({ ...info, make: 'Nikon', model: 'SUPER COOLSCAN 5000 ED' })).toBe('scanner');
    expect(rigOf({ ...info, make: 'NIKON CORPORATION', model: 'NIKON Z 7' })).toBe('camera');
    expect(rigOf({ ...info, format: 'raw' })).toBe('camera');
    expect(rigOf({ ...info, cameraExposure: 0.002 })).toBe('camera');
  });
});
