/** Marks and hints find their way from the shown picture to the scan and back, whatever the geometry; against the geometry that makes the pixels. */
import { describe, expect, it } from 'vitest';
import { onPicture, onScan, widthOnScan } from '../../app/place.ts';
import { defaultDevelopParams } from '../../app/recipe/develop.ts';
import { resolveGeometry } from '../actions/develop/geometry.ts';
import { placeOf } from './view.ts';

const frame = defaultDevelopParams().frame;
const scan = { width: 300, height: 200 };
const cases = [1, 2, 3, 4, 5, 6, 7, 8].flatMap((orientation) =>
  (['0', '90', '180', '270'] as const).flatMap((rotate) =>
    [false, true].flatMap((mirror) =>
      [0, 4.5, -11].map((straighten) => ({ orientation, rotate, mirror, straighten })),
    ),
  ),
);

describe('places', () => {
  it.each(cases)('are those of the pixels: %o', ({ orientation, ...turned }) => {
    const g = resolveGeometry(
      { ...frame, ...turned, crop: { x: 0.2, y: 0.1, w: 0.5, h: 0.7 } },
      { ...scan, orientation, frame: null },
    );
    const place = { map: placeOf(g), ...scan };
    const [a, b, c, d, e, f] = g.map;
    for (const [X, Y] of [
      [0, 0],
      [g.width - 1, 0],
      [7, g.height - 1],
    ]) {
      const at = onScan(place, { x: (X + 0.5) / g.width, y: (Y + 0.5) / g.height });
      expect(at.x * scan.width - 0.5).toBeCloseTo(a * X + b * Y + c, 9);
      expect(at.y * scan.height - 0.5).toBeCloseTo(d * X + e * Y + f, 9);
    }
    for (const p of [
      { x: 0, y: 0 },
      { x: 0.25, y: 0.9 },
      { x: -0.1, y: 1.2 },
    ]) {
      const back = onPicture(place, onScan(place, p));
      expect(back.x).toBeCloseTo(p.x, 12);
      expect(back.y).toBeCloseTo(p.y, 12);
    }
    // Nothing is enlarged: a pixel of the picture is a pixel of the scan.
    expect(widthOnScan(place)).toBeCloseTo(g.width, 9);
  });
});
