import { describe, expect, it } from 'vitest';
import { defaultDevelopParams, type FrameParams } from '../../../app/recipe/develop.ts';
import {
  applyGeometry,
  type Geometry,
  identityGeometry,
  resolveGeometry,
  sourceRect,
  sourceRows,
  viewOf,
} from './geometry.ts';
import type { FoundFrame } from './types.ts';

const frameParams = (p: Partial<FrameParams> = {}): FrameParams => ({
  ...defaultDevelopParams().frame,
  format: 'none',
  ...p,
});

/** Numbered pixels, so that every pixel is known by its value. */
function numbered(width: number, height: number): Uint16Array {
  return Uint16Array.from({ length: width * height }, (_, i) => i + 1);
}
function run(g: Geometry, data: Uint16Array, channels: 1 | 3 = 1): number[] {
  const out = new Uint16Array(g.width * g.height * channels);
  applyGeometry(
    g,
    { data, x: 0, y: 0, width: g.sourceWidth, height: g.sourceHeight },
    channels,
    out,
    0,
    g.height,
  );
  return Array.from(out);
}

describe('geometry without tilt', () => {
  // 1 2 3
  // 4 5 6
  const source = numbered(3, 2);
  const input = { width: 3, height: 2, orientation: 1, frame: null };
  it('applies each EXIF orientation as the standard says', () => {
    const expected: Record<number, [number, number[]]> = {
      1: [3, [1, 2, 3, 4, 5, 6]],
      2: [3, [3, 2, 1, 6, 5, 4]],
      3: [3, [6, 5, 4, 3, 2, 1]],
      4: [3, [4, 5, 6, 1, 2, 3]],
      5: [2, [1, 4, 2, 5, 3, 6]],
      6: [2, [4, 1, 5, 2, 6, 3]],
      7: [2, [6, 3, 5, 2, 4, 1]],
      8: [2, [3, 6, 2, 5, 1, 4]],
    };
    for (const [orientation, [width, pixels]] of Object.entries(expected)) {
      const g = resolveGeometry(frameParams(), { ...input, orientation: Number(orientation) });
      expect(g.exact).toBe(true);
      expect(g.width).toBe(width);
      expect(run(g, source)).toEqual(pixels);
    }
  });
  it('rotates clockwise, then mirrors as seen', () => {
    expect(run(resolveGeometry(frameParams({ rotate: '90' }), input), source)).toEqual([4, 1, 5, 2, 6, 3]);
    expect(run(resolveGeometry(frameParams({ rotate: '180' }), input), source)).toEqual([6, 5, 4, 3, 2, 1]);
    expect(run(resolveGeometry(frameParams({ rotate: '270' }), input), source)).toEqual([3, 6, 2, 5, 1, 4]);
    expect(run(resolveGeometry(frameParams({ rotate: '90', mirror: true }), input), source)).toEqual([
      1, 4, 2, 5, 3, 6,
    ]);
  });
  it('keeps colour samples together', () => {
    const rgb = Uint16Array.from({ length: 18 }, (_, i) => i);
    const out = run(resolveGeometry(frameParams({ rotate: '180' }), input), rgb, 3);
    expect(out.slice(0, 6)).toEqual([15, 16, 17, 12, 13, 14]);
  });
  it('switched off, still turns the scan upright but does nothing else', () => {
    const g = resolveGeometry(
      frameParams({ on: false, rotate: '90', mirror: true, crop: { x: 0, y: 0, w: 0.3, h: 0.5 } }),
      { ...input, orientation: 3 },
    );
    expect(run(g, source)).toEqual([6, 5, 4, 3, 2, 1]);
  });
  it('crops to whole pixels inside the scan', () => {
    const g = resolveGeometry(frameParams({ crop: { x: 0.25, y: 0.5, w: 0.5, h: 0.5 } }), {
      width: 8,
      height: 4,
      orientation: 1,
      frame: null,
    });
    expect([g.width, g.height]).toEqual([4, 2]);
    expect(run(g, numbered(8, 4))).toEqual([19, 20, 21, 22, 27, 28, 29, 30]);
    const beyond = resolveGeometry(frameParams({ crop: { x: 0.9, y: 0.9, w: 0.5, h: 0.5 } }), {
      width: 8,
      height: 4,
      orientation: 1,
      frame: null,
    });
    const need = sourceRect(beyond, { x: 0, y: 0, w: beyond.width, h: beyond.height });
    expect(need.x + need.w).toBeLessThanOrEqual(8);
    expect(need.y + need.h).toBeLessThanOrEqual(4);
  });
  it('uses a frame only when it is sure of it, at any scale, and obeys the format', () => {
    const frame: FoundFrame = {
      rect: { x: 20, y: 10, w: 60, h: 30 },
      angle: 0,
      format: '3:2',
      confidence: 0.9,
    };
    const at = (p: Partial<FrameParams>, f: FoundFrame, scale = 1) =>
      resolveGeometry(frameParams({ format: 'auto', ...p }), {
        width: 100 * scale,
        height: 50 * scale,
        scale,
        orientation: 1,
        frame: f,
      });
    expect([at({}, frame).width, at({}, frame).height]).toEqual([60, 30]);
    expect([at({}, frame, 0.5).width, at({}, frame, 0.5).map[2]]).toEqual([30, 10]);
    expect(at({}, { ...frame, confidence: 0.3 }).width).toBe(100);
    expect(at({ format: 'none' }, frame).width).toBe(100);
    const three = at({ format: '3:2' }, frame);
    expect([three.width, three.height, three.map[2]]).toEqual([45, 30, 28]);
    expect([at({ format: '1:1' }, frame).width, at({ format: '1:1' }, frame).height]).toEqual([30, 30]);
  });
});

describe('geometry with tilt', () => {
  /** A picture that is a plane in x and y: any interpolation must reproduce it exactly inside. */
  const plane = (w: number, h: number) =>
    Uint16Array.from({ length: w * h }, (_, i) => 1000 + 40 * (i % w) + 30 * Math.floor(i / w));

  it('takes a tilted frame upright', () => {
    // A bright line through the frame's centre along its own horizontal.
    const width = 300;
    const height = 200;
    const angle = 5;
    const t = Math.tan((angle * Math.PI) / 180);
    const data = new Uint16Array(width * height);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        data[y * width + x] = Math.abs(y + 0.5 - 100 - (x + 0.5 - 150) * t) < 3 ? 60000 : 1000;
    const frame: FoundFrame = { rect: { x: 70, y: 40, w: 160, h: 120 }, angle, format: '4:3', confidence: 1 };
    const g = resolveGeometry(frameParams({ format: 'auto' }), { width, height, orientation: 1, frame });
    expect([g.width, g.height, g.exact]).toEqual([160, 120, false]);
    const out = run(g, data);
    for (const x of [2, 40, 80, 120, 157]) {
      expect(out[60 * 160 + x]).toBeGreaterThan(50000);
      expect(out[50 * 160 + x]).toBe(1000);
    }
  });
  it('turns the picture clockwise for a positive straighten, also when it is mirrored', () => {
    for (const mirror of [false, true]) {
      const width = 200;
      const data = new Uint16Array(width * width);
      // A bright horizontal line in the middle.
      for (let x = 0; x < width; x++) for (let y = 98; y < 102; y++) data[y * width + x] = 60000;
      const g = resolveGeometry(frameParams({ straighten: 5, mirror }), {
        width,
        height: width,
        orientation: 1,
        frame: null,
      });
      const out = run(g, data);
      const brightest = (x: number) => {
        let best = 0;
        for (let y = 0; y < g.height; y++) if (out[y * g.width + x] > out[best * g.width + x]) best = y;
        return best;
      };
      // Clockwise with y down: the right end goes down.
      expect(brightest(g.width - 10)).toBeGreaterThan(brightest(10) + 5);
    }
  });
  it('never looks beyond the scan, and reproduces a plane', () => {
    const g = resolveGeometry(frameParams({ straighten: 7.3 }), {
      width: 160,
      height: 100,
      orientation: 6,
      frame: null,
    });
    expect(g.width / g.height).toBeCloseTo(100 / 160, 1);
    const [a, b, c, d, e, f] = g.map;
    const out = run(g, plane(160, 100));
    for (const [X, Y] of [
      [0, 0],
      [g.width - 1, 0],
      [0, g.height - 1],
      [g.width - 1, g.height - 1],
      [30, 20],
    ]) {
      const x = a * X + b * Y + c;
      const y = d * X + e * Y + f;
      expect(x).toBeGreaterThan(-0.51);
      expect(x).toBeLessThan(159.51);
      expect(y).toBeGreaterThan(-0.51);
      expect(y).toBeLessThan(99.51);
      if (X === 30) expect(Math.abs(out[Y * g.width + X] - (1000 + 40 * x + 30 * y))).toBeLessThan(1);
    }
  });
  it('does not ring at an edge', () => {
    const data = Uint16Array.from({ length: 80 * 80 }, (_, i) => (i % 80 < 40 ? 10000 : 50000));
    const g = resolveGeometry(frameParams({ straighten: 3 }), {
      width: 80,
      height: 80,
      orientation: 1,
      frame: null,
    });
    for (const v of run(g, data)) {
      expect(v).toBeGreaterThanOrEqual(10000);
      expect(v).toBeLessThanOrEqual(50000);
    }
  });
  it('gives the same pixels in bands, in views and whole', () => {
    const width = 120;
    const height = 90;
    const data = Uint16Array.from({ length: width * height * 3 }, (_, i) => (i * 7919) % 65521);
    for (const p of [
      frameParams({ straighten: -4 }),
      frameParams({ rotate: '90' }),
      frameParams({ rotate: '270', straighten: 2, mirror: true }),
    ]) {
      const g = resolveGeometry(p, { width, height, orientation: 1, frame: null });
      const whole = run(g, data, 3);
      for (let y = 0; y < g.height; y += 17) {
        const to = Math.min(g.height, y + 17);
        const rows = sourceRows(g, y, to);
        const part = data.slice(rows.from * width * 3, rows.to * width * 3);
        const out = new Uint16Array((to - y) * g.width * 3);
        applyGeometry(
          g,
          { data: part, x: 0, y: rows.from, width, height: rows.to - rows.from },
          3,
          out,
          y,
          to,
        );
        expect(Array.from(out)).toEqual(whole.slice(y * g.width * 3, to * g.width * 3));
      }
      const view = { x: 11, y: 7, w: 20, h: 9 };
      const part = viewOf(g, view);
      const out = run(part, data, 3);
      for (let y = 0; y < view.h; y++)
        expect(out.slice(y * view.w * 3, (y + 1) * view.w * 3)).toEqual(
          whole.slice(((view.y + y) * g.width + view.x) * 3, ((view.y + y) * g.width + view.x + view.w) * 3),
        );
    }
  });
  it('refuses an output buffer that is too small', () => {
    const g = identityGeometry(4, 4);
    expect(() =>
      applyGeometry(
        g,
        { data: new Uint16Array(16), x: 0, y: 0, width: 4, height: 4 },
        1,
        new Uint16Array(15),
        0,
        4,
      ),
    ).toThrow(TypeError);
  });
});
