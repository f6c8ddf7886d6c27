/** Film base from a picked rectangle, from references, under uneven light, and what scans without pictures are called. */
import { describe, expect, it } from 'vitest';
import { analyseScan } from './analyse.ts';
import { decoded, drawScan, ORANGE, perforate, type Fixture } from './analyse-fixtures.ts';
import type { Grid } from './analyse-grid.ts';
import { estimateBase, isRefuted, sampleBase } from './base.ts';
import type { BaseLevel } from './base-level.ts';
import { baseForScan, readBaseReference, readFlatField } from './reference.ts';

const off = (rgb: readonly number[], base: readonly number[]): number =>
  Math.max(...rgb.map((v, c) => Math.abs(Math.log10(v / base[c]))));

const frame: Fixture = {
  width: 900,
  height: 600,
  around: 'holder',
  base: ORANGE,
  strips: [{ x: 60, y: 40, w: 780, h: 520 }],
  frames: [{ x: 100, y: 75, w: 690, h: 460 }],
  holes: [],
  seed: 4,
};
const unit = (x: number, y: number, w: number, h: number) => ({
  x: x / 900,
  y: y / 600,
  w: w / 900,
  h: h / 600,
});

describe('a picked rectangle', () => {
  const strip = { x: -60, y: 20, w: 1020, h: 560 };
  const scan = drawScan({ ...frame, around: 'light', strips: [strip], holes: perforate(strip, 76) });

  it('gives the base of bare film without a warning', () => {
    const sample = sampleBase(scan, unit(796, 200, 40, 200));
    expect(off(sample.rgb, ORANGE)).toBeLessThan(0.005);
    expect(sample.warning).toBeNull();
  });
  it('warns of a perforation', () => {
    const hole = perforate(strip, 76)[4];
    const sample = sampleBase(scan, unit(hole.x + 4, hole.y + 4, hole.w - 8, hole.h - 8));
    expect(sample.warning).toMatch(/clipped|brighter/);
  });
  it('warns of a perforation that does not clip', () => {
    const dim = drawScan({
      ...frame,
      around: 'light',
      light: [0.8, 0.8, 0.8],
      strips: [strip],
      holes: perforate(strip, 76),
    });
    const hole = perforate(strip, 76)[4];
    expect(sampleBase(dim, unit(hole.x + 4, hole.y + 4, hole.w - 8, hole.h - 8)).warning).toMatch(
      /perforation/,
    );
  });
  it('warns of an area inside the picture', () => {
    expect(sampleBase(scan, unit(200, 120, 400, 300)).warning).toMatch(/not even/);
  });
  it('is used by the analysis before anything else', () => {
    const a = analyseScan(scan, { film: 'auto', baseRect: unit(796, 200, 40, 200) });
    expect(a.base.source).toBe('rect');
    expect(off(a.base.rgb, ORANGE)).toBeLessThan(0.005);
  });
});

describe('references of a roll', () => {
  const leader: Fixture = {
    ...frame,
    frames: [{ x: 60, y: 40, w: 300, h: 520, content: 'clear' }],
    // Labels drawn on the scan, and an exposed half.
    marks: [
      { x: 500, y: 200, w: 160, h: 4 },
      { x: 500, y: 360, w: 160, h: 4 },
      { x: 500, y: 200, w: 4, h: 160 },
      { x: 660, y: 200, w: 4, h: 164 },
      { x: 60, y: 40, w: 280, h: 520 },
    ],
  };

  it('reads clear film from a half-exposed leader with drawn labels', () => {
    const reference = readBaseReference(drawScan(leader));
    expect(off(reference.rgb, ORANGE)).toBeLessThan(0.005);
    expect(reference.warning).toBeNull();
    expect(reference.share).toBeGreaterThan(0.3);
  });
  it('carries the ratio of camera exposures from one file to another', () => {
    const reference = { ...readBaseReference(drawScan(leader)), cameraExposure: 2e-4 };
    expect(off(baseForScan(reference, 4e-4), [2 * ORANGE[0], 2 * ORANGE[1], 2 * ORANGE[2]])).toBeLessThan(
      0.005,
    );
    expect(off(baseForScan(reference, null), ORANGE)).toBeLessThan(0.005);
  });
  it('takes the brightness from the rebate when exposures are unknown, the colour from the reference', () => {
    const brighter: Fixture = { ...leader, base: [0.74, 0.33, 0.186] };
    const a = analyseScan(drawScan(frame), {
      film: 'auto',
      reference: readBaseReference(drawScan(brighter)),
    });
    expect(a.base.source).toBe('file');
    expect(off(a.base.rgb, ORANGE)).toBeLessThan(0.01);
  });
  it('says so when the reference has another colour than the rebate', () => {
    const other: Fixture = { ...leader, base: [0.56, 0.4, 0.3] };
    const a = analyseScan(drawScan(frame), { film: 'auto', reference: readBaseReference(drawScan(other)) });
    expect(a.warnings.join(' ')).toMatch(/same roll/);
  });

  it('evens out the light with a flat field', () => {
    const lamp = drawScan({
      ...frame,
      base: [0.9, 0.9, 0.9],
      frames: [],
      falloff: 0.6,
      grain: 0.004,
    });
    const flat = readFlatField(lamp);
    expect(flat.warning).toBeNull();
    const mean = [0, 1, 2].map((c) => {
      let sum = 0;
      for (let k = c; k < flat.log.length; k += 3) sum += 10 ** flat.log[k];
      return (sum * 3) / flat.log.length;
    });
    for (const m of mean) expect(Math.abs(m - 1)).toBeLessThan(0.1);
    const uneven = { ...frame, falloff: 0.6 };
    const corner = (given: typeof flat | null): number => {
      const a = analyseScan(drawScan(uneven), { film: 'auto', flat: given, baseRect: unit(64, 44, 30, 30) });
      const b = analyseScan(drawScan(uneven), { film: 'auto', flat: given, baseRect: unit(430, 44, 40, 28) });
      return off(a.base.rgb, b.base.rgb);
    };
    expect(corner(null)).toBeGreaterThan(0.06);
    expect(corner(flat)).toBeLessThan(0.015);
  });
  it('warns of a clipped flat field', () => {
    const white = new Uint16Array(300 * 200 * 3).fill(65535);
    expect(readFlatField(decoded(white, 300, 200)).warning).toMatch(/clipped/);
  });
});

describe('scans without a picture', () => {
  it('a blank frame', () => {
    expect(analyseScan(drawScan({ ...frame, frames: [] }), { film: 'auto' }).role).toBe('blank');
  });
  it('a flat field', () => {
    const a = analyseScan(drawScan({ ...frame, base: [0.9, 0.9, 0.9], frames: [] }), { film: 'auto' });
    expect(a.role === 'flat' || a.film === 'slide').toBe(true);
    const c41 = analyseScan(drawScan({ ...frame, base: [0.9, 0.9, 0.9], frames: [] }), { film: 'c41' });
    expect(c41.role).toBe('flat');
  });
  it('a picture is none of these', () => {
    expect(analyseScan(drawScan(frame), { film: 'auto' }).role).toBe('picture');
  });
});

describe('nothing to see', () => {
  for (const [name, width, height, value] of [
    ['one pixel', 1, 1, 30000],
    ['all black', 64, 48, 0],
    ['all white', 64, 48, 65535],
    ['two by three', 2, 3, 1000],
  ] as const)
    it(`${name} is analysed without a fault`, () => {
      const a = analyseScan(decoded(new Uint16Array(width * height * 3).fill(value), width, height), {
        film: 'auto',
      });
      expect(a.frames).toHaveLength(1);
      for (const v of [...a.base.rgb, a.exposure, ...a.balance.slope, ...a.densities.flat()])
        expect(Number.isFinite(v)).toBe(true);
      for (const v of a.base.rgb) expect(v).toBeGreaterThan(0);
    });
});

/** A picture of 1000 cells whose clearest tenth has the given linear values; the rest is far denser. */
function picture(clear: readonly number[]): { grid: Grid; level: BaseLevel; mask: Uint8Array } {
  const lin = clear.map((v) => Float32Array.from({ length: 1000 }, (_, p) => (p % 10 === 0 ? v : v / 8)));
  const none = new Uint8Array(1000);
  return {
    grid: { lin } as unknown as Grid,
    level: { light: none } as unknown as BaseLevel,
    mask: new Uint8Array(1000).fill(1),
  };
}

describe('a false rebate', () => {
  const BASE = [0.5, 0.22, 0.13] as const;
  const refuted = (lift: readonly number[], linear = true) => {
    const { grid, level, mask } = picture(BASE.map((v, c) => v * 10 ** lift[c]));
    return isRefuted(grid, level, [...BASE], mask, linear);
  };
  it('is known by film that is clearer', () => {
    expect(refuted([0.2, 0.2, 0.2])).toBe(true);
    expect(refuted([-0.07, 0.02, 0.1])).toBe(true);
    expect(refuted([-0.3, -0.1, 0.04])).toBe(false);
  });
  it('is not suspected for uneven light, nor for what a camera makes of saturated colours', () => {
    expect(refuted([0.1, 0.09, 0.11])).toBe(false);
    expect(refuted([0, 0, 0.25], false)).toBe(false);
    expect(refuted([0, 0, 0.45], false)).toBe(true);
  });
  it('is refused in a bare frame: the whole scan is the picture, and the base an estimate', () => {
    const scan = drawScan({
      ...frame,
      around: 'light',
      base: [0.25, 0.12, 0.05],
      strips: [{ x: -20, y: -20, w: 940, h: 640 }],
    });
    const { data, width, height, channels } = scan.picture;
    const plain = analyseScan(scan, { film: 'c41' });
    expect(plain.base.source).toBe('rebate');
    // The same, with a dark red thing in it: film that green and blue light has never touched.
    for (let y = 300; y < 380; y++)
      for (let x = 300; x < 420; x++) {
        const o = (y * width + x) * channels;
        data[o] = 0.08 * 65535;
        data[o + 1] = 0.22 * 65535;
        data[o + 2] = 0.13 * 65535;
      }
    const a = analyseScan(scan, { film: 'c41' });
    expect(a.base.source).toBe('estimate');
    expect(a.frames).toHaveLength(1);
    expect([a.frames[0].rect.w / width, a.frames[0].rect.h / height].map(Math.round)).toEqual([1, 1]);
    expect(a.frames[0].confidence).toBeLessThan(0.5);
  });
});

describe('an estimated base', () => {
  it('lifts the channel that falls short of the mask that the device shows, and lowers none', () => {
    const { grid, level, mask } = picture([0.1, 0.1, 0.13]);
    const { rgb } = estimateBase(grid, mask, level.light, 'c41', 'scanner');
    expect(rgb[2]).toBeCloseTo(0.13, 6);
    expect(rgb[0]).toBeGreaterThan(0.3);
    expect(rgb[0]).toBeLessThan(0.13 * 10 ** 0.54);
    expect(rgb[1]).toBeGreaterThan(0.15);
    const blind = estimateBase(grid, mask, level.light, 'c41');
    expect(blind.rgb[0]).toBeLessThan(0.15);
  });
});
