/** Rectangles of the tools on turned scans, against the geometry that develops them. */
import { describe, expect, it } from 'vitest';
import { resolveGeometry } from '../actions/develop/geometry.ts';
import { turnOf } from './view.ts';
import { defaultDevelopParams } from '../../app/recipe/develop.ts';
import { senseOf, toShown, toStored, turnedSize, UPRIGHT, type Turn } from '../../app/turn.ts';

describe('turned scans', () => {
  const rect = { x: 0.1, y: 0.2, w: 0.3, h: 0.1 };
  it('leave a rectangle alone when nothing is turned', () => {
    const same = toShown(rect, UPRIGHT);
    (['x', 'y', 'w', 'h'] as const).forEach((k) => expect(same[k]).toBeCloseTo(rect[k], 12));
  });
  it('carry a rectangle a quarter turn clockwise: what was left is on top, what was at the foot is left', () => {
    const shown = toShown(rect, [0, -1, 1, 0]);
    expect(shown.x).toBeCloseTo(1 - 0.3, 12);
    expect(shown.y).toBeCloseTo(0.1, 12);
    expect([shown.w, shown.h]).toEqual([0.1, 0.3]);
    expect(turnedSize({ w: 400, h: 600 }, [0, -1, 1, 0])).toEqual({ w: 600, h: 400 });
  });
  it('know a mirrored view', () => {
    expect(senseOf(UPRIGHT)).toBe(1);
    expect(senseOf([0, -1, 1, 0])).toBe(1);
    expect(senseOf([-1, 0, 0, 1])).toBe(-1);
  });

  const frame = defaultDevelopParams().frame;
  const cases = [1, 2, 3, 4, 5, 6, 7, 8].flatMap((orientation) =>
    (['0', '90', '180', '270'] as const).flatMap((rotate) =>
      [false, true].map((mirror) => ({ orientation, rotate, mirror })),
    ),
  );
  it.each(cases)('lie where the developed picture has them: %o', ({ orientation, rotate, mirror }) => {
    const size = { width: 80, height: 40 };
    const whole = resolveGeometry(
      { ...frame, format: 'none', rotate, mirror },
      { ...size, orientation, frame: null },
    );
    const turn: Turn = turnOf(whole);
    const shown = toShown(rect, turn);
    // The first pixel of the shown rectangle must come from inside the stored one, at one of its corners.
    const X = Math.round(shown.x * whole.width);
    const Y = Math.round(shown.y * whole.height);
    const [a, b, c, d, e, f] = whole.map;
    const x = a * X + b * Y + c;
    const y = d * X + e * Y + f;
    expect([8, 31]).toContain(x);
    expect([8, 11]).toContain(y);
    const back = toStored(shown, turn);
    (['x', 'y', 'w', 'h'] as const).forEach((k) => expect(back[k]).toBeCloseTo(rect[k], 12));
  });
});
