/** Frames on drawn scans with planted edges: right number, order, format, tilt, and edges within 0.5 % of the scan's width. */
import { describe, expect, it } from 'vitest';
import { analyseScan } from './analyse.ts';
import { drawScan, GREY, ORANGE, perforate, type Fixture, type FixtureFrame } from './analyse-fixtures.ts';
import type { DevelopAnalysis } from './types.ts';

function analysed(f: Fixture): DevelopAnalysis {
  return analyseScan(drawScan(f), { film: 'auto' });
}

/** Every planted frame, in order, with its four edges where they were planted. */
function expectFrames(a: DevelopAnalysis, f: Fixture, planted: readonly FixtureFrame[] = f.frames): void {
  expect(a.frames.map((x) => Math.round(x.confidence * 100) >= 50)).toEqual(planted.map(() => true));
  const limit = 0.005 * f.width;
  planted.forEach((p, i) => {
    const r = a.frames[i].rect;
    const where = `frame ${i}`;
    expect(Math.abs(r.x - p.x), `${where} left ${r.x} ${p.x}`).toBeLessThan(limit);
    expect(Math.abs(r.y - p.y), `${where} top ${r.y} ${p.y}`).toBeLessThan(limit);
    expect(Math.abs(r.x + r.w - p.x - p.w), `${where} right ${r.x + r.w} ${p.x + p.w}`).toBeLessThan(limit);
    expect(Math.abs(r.y + r.h - p.y - p.h), `${where} bottom ${r.y + r.h} ${p.y + p.h}`).toBeLessThan(limit);
  });
}
function baseError(a: DevelopAnalysis, base: readonly number[]): number {
  return Math.max(...a.base.rgb.map((v, c) => Math.abs(Math.log10(v / base[c]))));
}

describe('one frame', () => {
  it('3:2 with a rebate in a black holder with ragged edges', () => {
    const f: Fixture = {
      width: 1500,
      height: 1000,
      around: 'holder',
      base: ORANGE,
      strips: [{ x: 130, y: 60, w: 1240, h: 850 }],
      frames: [{ x: 165, y: 95, w: 1170, h: 780 }],
      ragged: 4,
    };
    const a = analysed(f);
    expectFrames(a, f);
    expect(a.frames[0].format).toBe('3:2');
    expect(a.frames[0].angle).toBeCloseTo(0, 1);
    expect(a.base.source).toBe('rebate');
    expect(baseError(a, ORANGE)).toBeLessThan(0.01);
    expect(a.kind).toBe('colour-negative');
  });

  for (const [format, w, h] of [
    ['1:1', 900, 900],
    ['7:6', 1050, 900],
    ['4:3', 1120, 840],
    ['panorama', 1300, 480],
  ] as const)
    it(`${format} on clear film`, () => {
      const f: Fixture = {
        width: 1500,
        height: 1050,
        around: 'holder',
        base: ORANGE,
        strips: [{ x: 20, y: 25, w: 1460, h: 1000 }],
        frames: [{ x: 90, y: 60, w, h }],
        seed: 5,
      };
      const a = analysed(f);
      expectFrames(a, f);
      expect(a.frames[0].format).toBe(format);
    });

  it('tilted, with perforations on both sides: tilt found, holes never taken for base', () => {
    const strip = { x: -300, y: 60, w: 2100, h: 820 };
    const f: Fixture = {
      width: 1500,
      height: 960,
      around: 'holder',
      base: GREY,
      silver: true,
      strips: [strip],
      frames: [{ x: 260, y: 170, w: 900, h: 600 }],
      holes: perforate(strip, 118),
      angle: -2.4,
      seed: 3,
    };
    const a = analysed(f);
    expect(a.frames).toHaveLength(1);
    expect(Math.abs(a.frames[0].angle - -2.4)).toBeLessThan(0.12);
    const r = a.frames[0].rect;
    expect(Math.abs(r.w - 900)).toBeLessThan(9);
    expect(Math.abs(r.h - 600)).toBeLessThan(9);
    // The frame's centre, turned with the film about the scan's centre.
    const rad = (-2.4 * Math.PI) / 180;
    const [dx, dy] = [710 - 750, 470 - 480];
    expect(Math.abs(r.x + r.w / 2 - (750 + dx * Math.cos(rad) - dy * Math.sin(rad)))).toBeLessThan(7.5);
    expect(Math.abs(r.y + r.h / 2 - (480 + dx * Math.sin(rad) + dy * Math.cos(rad)))).toBeLessThan(7.5);
    expect(baseError(a, GREY)).toBeLessThan(0.02);
    expect(a.kind).toBe('bw-negative');
  });

  it('perforations on one side, cut by the scan', () => {
    const strip = { x: -50, y: -80, w: 1600, h: 1070 };
    const f: Fixture = {
      width: 1500,
      height: 1000,
      around: 'light',
      base: ORANGE,
      strips: [strip],
      frames: [{ x: 60, y: -20, w: 1380, h: 920 }],
      holes: perforate({ ...strip, h: 1100 }, 180, 'bottom'),
    };
    const a = analysed(f);
    expectFrames(a, f, [{ x: 60, y: 0, w: 1380, h: 900 }]);
    expect(baseError(a, ORANGE)).toBeLessThan(0.01);
  });

  it('a night picture keeps its frame, though most of it is hardly denser than the base', () => {
    const f: Fixture = {
      width: 1500,
      height: 1000,
      around: 'holder',
      base: ORANGE,
      strips: [{ x: 80, y: 50, w: 1340, h: 900 }],
      frames: [{ x: 150, y: 100, w: 1200, h: 800, content: 'night' }],
      seed: 8,
    };
    const a = analysed(f);
    expectFrames(a, f);
    expect(a.role).toBe('picture');
    expect(baseError(a, ORANGE)).toBeLessThan(0.015);
  });

  it('leaves a picture without any border alone', () => {
    const f: Fixture = {
      width: 1200,
      height: 800,
      around: 'holder',
      base: ORANGE,
      strips: [{ x: -50, y: -50, w: 1300, h: 900 }],
      frames: [{ x: -50, y: -50, w: 1300, h: 900 }],
      seed: 2,
    };
    const a = analysed(f);
    expect(a.frames).toHaveLength(1);
    expect(a.frames[0].confidence).toBeLessThan(0.5);
    expect(a.frames[0].rect).toEqual({ x: 0, y: 0, w: 1200, h: 800 });
    expect(a.base.source).toBe('estimate');
    expect(baseError(a, ORANGE)).toBeLessThan(0.12);
  });
});

describe('several frames', () => {
  const grid = (
    columns: number,
    rows: number,
    w: number,
    h: number,
    dx: number,
    dy: number,
    x0: number,
    y0: number,
  ) =>
    Array.from({ length: rows * columns }, (_, i) => ({
      x: x0 + (i % columns) * dx,
      y: y0 + Math.floor(i / columns) * dy,
      w,
      h,
    }));

  it('three strips of four on a light table, in reading order', () => {
    const frames = grid(4, 3, 300, 200, 320, 300, 90, 80);
    const f: Fixture = {
      width: 1500,
      height: 1000,
      around: 'light',
      base: ORANGE,
      strips: [0, 1, 2].map((i) => ({ x: 60, y: 50 + i * 300, w: 1330, h: 260 })),
      frames,
      seed: 11,
    };
    const a = analysed(f);
    expect(a.frames).toHaveLength(12);
    expectFrames(a, f);
    expect(new Set(a.frames.map((x) => x.format))).toEqual(new Set(['3:2']));
    expect(baseError(a, ORANGE)).toBeLessThan(0.015);
    expect(a.perFrame).toHaveLength(12);
  });

  it('a strip of six with perforations in a black holder', () => {
    const strip = { x: 20, y: 60, w: 1460, h: 214 };
    const frames = grid(6, 1, 220, 147, 232, 0, 45, 94);
    const f: Fixture = {
      width: 1500,
      height: 340,
      around: 'holder',
      base: ORANGE,
      strips: [strip],
      frames,
      holes: perforate(strip, 29),
      seed: 21,
    };
    const a = analysed(f);
    expectFrames(a, f);
    expect(baseError(a, ORANGE)).toBeLessThan(0.03);
  });

  it('half frames on perforated film are called so', () => {
    const strip = { x: -40, y: 40, w: 1600, h: 552 };
    const pitch = 75;
    const mm = pitch / 4.75;
    const frames = grid(4, 1, 18 * mm, 24 * mm, 20 * mm, 0, 90, 40 + 5.5 * mm);
    const f: Fixture = {
      width: 1500,
      height: 640,
      around: 'light',
      base: ORANGE,
      strips: [strip],
      frames,
      holes: perforate(strip, pitch),
      seed: 31,
    };
    const a = analysed(f);
    expectFrames(a, f);
    expect(a.frames.map((x) => x.format)).toEqual(['half', 'half', 'half', 'half']);
  });

  it('three 6x6 frames, the outer ones cut by the scan, give one', () => {
    const frames = grid(3, 1, 620, 620, 690, 0, -250, 40);
    const f: Fixture = {
      width: 1500,
      height: 700,
      around: 'holder',
      base: ORANGE,
      strips: [{ x: -300, y: 10, w: 2400, h: 680 }],
      frames,
      seed: 41,
    };
    const a = analysed(f);
    expectFrames(a, f, [frames[1]]);
    expect(a.frames[0].format).toBe('1:1');
  });

  it('each frame of a strip has its own exposure', () => {
    const frames: FixtureFrame[] = grid(2, 1, 600, 400, 660, 0, 130, 60);
    frames[1].content = 'night';
    const f: Fixture = {
      width: 1500,
      height: 520,
      around: 'holder',
      base: ORANGE,
      strips: [{ x: 60, y: 20, w: 1380, h: 480 }],
      frames,
      seed: 51,
    };
    const a = analysed(f);
    expectFrames(a, f);
    const [day, dark] = a.perFrame ?? [];
    expect(day.densities[1][4]).toBeGreaterThan(dark.densities[1][4] + 0.2);
  });
});
