import { describe, expect, it } from 'vitest';
import {
  arrowStep,
  dragHandle,
  dragTurned,
  fitRatio,
  fromCorners,
  moveRect,
  ratioOf,
  straightenFrom,
} from './rects.ts';

const picture = { w: 3000, h: 2000 };
const r = { x: 0.2, y: 0.2, w: 0.4, h: 0.4 };
const pixels = (b: { w: number; h: number }) => (b.w * picture.w) / (b.h * picture.h);

describe('rectangles', () => {
  it('come from two corners in any order, inside the picture', () => {
    const box = fromCorners({ x: 0.8, y: 1.4 }, { x: 0.2, y: 0.5 });
    expect(box.x).toBeCloseTo(0.2);
    expect(box.y).toBeCloseTo(0.5);
    expect(box.w).toBeCloseTo(0.6);
    expect(box.h).toBeCloseTo(0.5);
  });

  it('stop at the edges when moved', () => {
    expect(moveRect(r, 1, -1)).toEqual({ x: 0.6, y: 0, w: 0.4, h: 0.4 });
  });

  it('grow by a corner, and the opposite one stays', () => {
    const b = dragHandle(r, 'nw', -0.1, 0.1, null, picture);
    expect(b.x).toBeCloseTo(0.1);
    expect(b.y).toBeCloseTo(0.3);
    expect(b.x + b.w).toBeCloseTo(0.6);
    expect(b.y + b.h).toBeCloseTo(0.6);
  });

  it('never turn inside out', () => {
    const b = dragHandle(r, 'e', -1, 0, null, picture);
    expect(b.w).toBeCloseTo(0.01);
    expect(b.x).toBeCloseTo(0.2);
  });

  it.each(['se', 'nw', 'e', 'n'] as const)('hold a ratio at handle %s, inside the picture', (handle) => {
    const b = dragHandle(r, handle, 0.15, 0.3, 3 / 2, picture);
    expect(pixels(b)).toBeCloseTo(1.5, 6);
    expect(b.x).toBeGreaterThanOrEqual(-1e-9);
    expect(b.y).toBeGreaterThanOrEqual(-1e-9);
    expect(b.x + b.w).toBeLessThanOrEqual(1 + 1e-9);
    expect(b.y + b.h).toBeLessThanOrEqual(1 + 1e-9);
  });

  it('know the ratios of formats, upright too', () => {
    expect(ratioOf('3:2', false)).toBe(1.5);
    expect(ratioOf('3:2', true)).toBeCloseTo(2 / 3);
    expect(ratioOf('half', false)).toBeCloseTo(3 / 4);
    expect(ratioOf('free', false)).toBeNull();
    expect(pixels(fitRatio({ x: 0, y: 0, w: 1, h: 1 }, 1, picture))).toBeCloseTo(1, 9);
    expect(fitRatio({ x: 0, y: 0, w: 1, h: 1 }, 1, picture).x).toBeCloseTo(1 / 6);
  });

  it('stay put on the far side when turned', () => {
    const square = { w: 1000, h: 1000 };
    const corner = (b: typeof r, fx: number, fy: number, angle: number) => {
      const a = (angle * Math.PI) / 180;
      const x = (fx - 0.5) * b.w;
      const y = (fy - 0.5) * b.h;
      return [
        b.x + b.w / 2 + x * Math.cos(a) - y * Math.sin(a),
        b.y + b.h / 2 + x * Math.sin(a) + y * Math.cos(a),
      ];
    };
    const b = dragTurned(r, 'se', 0.05, 0.02, 10, null, square);
    const before = corner(r, 0, 0, 10);
    const after = corner(b, 0, 0, 10);
    expect(after[0]).toBeCloseTo(before[0], 9);
    expect(after[1]).toBeCloseTo(before[1], 9);
    const pulled = corner(b, 1, 1, 10);
    const old = corner(r, 1, 1, 10);
    expect(pulled[0] - old[0]).toBeCloseTo(0.05, 9);
    expect(pulled[1] - old[1]).toBeCloseTo(0.02, 9);
    expect(dragTurned(r, 'se', 0.05, 0.02, 0, null, square)).toEqual(
      dragHandle(r, 'se', 0.05, 0.02, null, square),
    );
  });

  it('give the correction that levels a line', () => {
    // Falls to the right by 100 px over 1000: the picture has to turn anticlockwise.
    const tilt = (Math.atan2(100, 1000) * 180) / Math.PI;
    expect(straightenFrom({ x: 0, y: 0.5 }, { x: 1000 / 3000, y: 0.5 + 100 / 2000 }, picture)).toBeCloseTo(
      -tilt,
      1,
    );
    // Drawn from right to left it is the same line.
    expect(straightenFrom({ x: 1000 / 3000, y: 0.55 }, { x: 0, y: 0.5 }, picture)).toBeCloseTo(-tilt, 1);
    // An upright whose top leans to the right turns anticlockwise too.
    expect(straightenFrom({ x: 0.5, y: 1 }, { x: 0.5 + 50 / 3000, y: 0.5 }, picture)).toBeCloseTo(-2.9, 1);
    expect(straightenFrom({ x: 0.5, y: 0.5 }, { x: 0.5, y: 0.5 }, picture)).toBe(0);
    expect(straightenFrom({ x: 0, y: 0 }, { x: 0.2, y: 0.25 }, picture)).toBe(-15);
  });

  it('move by arrow keys, far with shift, by one pixel with alt', () => {
    const key = (k: string, more = {}) =>
      arrowStep({ key: k, shiftKey: false, altKey: false, ...more }, picture);
    expect(key('ArrowRight')).toEqual({ x: 0.005, y: 0 });
    expect(key('ArrowUp', { shiftKey: true })).toEqual({ x: 0, y: -0.05 });
    expect(key('ArrowDown', { altKey: true })).toEqual({ x: 0, y: 1 / 2000 });
    expect(key('a')).toBeNull();
  });
});
