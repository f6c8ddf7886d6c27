/** Prints on planted scans are found where they lie; a single picture is left alone. */
import { describe, expect, it } from 'vitest';
import { planar, type Planar } from '../../../app/planar.ts';
import { seeded } from '../../../app/random.ts';
import { plantScan } from '../../../build/eval/split/plant.ts';
import { defaultDevelopParams } from '../../../app/recipe/develop.ts';
import { resolveGeometry } from '../develop/geometry.ts';
import { areaOf, convexParts, hullOf, leastRect, solidity, type Point, type Region } from './hull.ts';
import { findPrints, printFrames } from './index.ts';
import { cornersOf } from './sides.ts';

/** A picture of soft patches, different for each name. */
function scene(name: string, width = 150, height = 110): Planar {
  const random = seeded('split scene', name);
  const out = planar(width, height, 3);
  const waves = Array.from({ length: 9 }, () => ({
    x: random.uniform(-0.16, 0.16),
    y: random.uniform(-0.16, 0.16),
    at: random.uniform(0, 6),
    colour: [0, 1, 2].map(() => random.uniform(-0.13, 0.13)),
  }));
  for (let i = 0; i < width * height; i++)
    for (let c = 0; c < 3; c++)
      out.data[c * width * height + i] = waves.reduce(
        (sum, w) => sum + w.colour[c] * Math.sin(w.x * (i % width) + w.y * Math.floor(i / width) + w.at),
        0.5,
      );
  return out;
}

const cornerErrors = (scan: ReturnType<typeof plantScan>): number[] => {
  const { picture, prints } = scan;
  const found = findPrints(picture).filter((f) => f.confidence >= 0.5);
  expect(found).toHaveLength(prints.length);
  return prints.map((truth) =>
    Math.min(
      ...found.map(({ x, y, w, h, angle }) => {
        const corners = cornersOf({
          cx: (x + w / 2) * picture.width,
          cy: (y + h / 2) * picture.height,
          w: w * picture.width,
          h: h * picture.height,
          angle: (angle * Math.PI) / 180,
        });
        return Math.max(...corners.map(([u, v], k) => Math.hypot(u - truth[k][0], v - truth[k][1])));
      }),
    ),
  );
};

describe('several prints on one scan', () => {
  it('are found on white, black and grey lids, turned as they are, corners to less than a percent', () => {
    const lids = new Set<string>();
    for (let k = 0; lids.size < 3; k++) {
      const scan = plantScan([scene(`a${k}`), scene(`b${k}`, 110, 150), scene(`c${k}`)], 640, 'test', k);
      // A white margin on a white lid has no edge where no shadow falls.
      if (lids.has(scan.lid) || scan.lid === 'white') {
        lids.add('white');
        continue;
      }
      lids.add(scan.lid);
      for (const error of cornerErrors(scan)) expect(error / scan.picture.width).toBeLessThan(0.008);
    }
  });

  it('are cut apart where they touch', () => {
    let seen = 0;
    for (let k = 0; seen < 2; k++) {
      const scan = plantScan([scene(`d${k}`), scene(`e${k}`)], 640, 'touch', k);
      if (scan.layout !== 'touching' || scan.lid === 'white' || scan.prints.length < 2) continue;
      seen++;
      for (const error of cornerErrors(scan)) expect(error / scan.picture.width).toBeLessThan(0.015);
    }
  });

  it('a single picture without a lid is not cut', () => {
    expect(findPrints(scene('alone', 300, 220))).toEqual([]);
    expect(
      findPrints({ width: 60, height: 40, channels: 1, data: new Float32Array(2400).fill(0.5) }),
    ).toEqual([]);
  });

  it('as a frame, a print is cut out upright', () => {
    const scan = { width: 1000, height: 800 };
    const [frame] = printFrames([{ x: 0.2, y: 0.25, w: 0.3, h: 0.25, angle: 5, confidence: 0.9 }], scan);
    const g = resolveGeometry(defaultDevelopParams().frame, { ...scan, orientation: 1, frame });
    expect([g.width, g.height]).toEqual([300, 200]);
    // The first pixel lies at the print's own upper left corner.
    const [x, y] = cornersOf({ cx: 350, cy: 300, w: 300, h: 200, angle: (5 * Math.PI) / 180 })[0];
    expect(Math.hypot(g.map[2] - x, g.map[5] - y)).toBeLessThan(1);
  });
});

describe('shapes', () => {
  const regionOf = (inside: (x: number, y: number) => boolean): Region => {
    const pixels: Point[] = [];
    const rim: Point[] = [];
    for (let y = 0; y < 80; y++)
      for (let x = 0; x < 80; x++) {
        if (!inside(x, y)) continue;
        pixels.push({ x, y });
        if (!inside(x - 1, y) || !inside(x + 1, y) || !inside(x, y - 1) || !inside(x, y + 1))
          rim.push({ x, y });
      }
    return { pixels, rim };
  };
  it('the least rectangle around a turned square has its angle', () => {
    const t = 0.1;
    const points = [
      [-20, -10],
      [20, -10],
      [20, 10],
      [-20, 10],
    ].map(([u, v]) => ({ x: u * Math.cos(t) - v * Math.sin(t), y: u * Math.sin(t) + v * Math.cos(t) }));
    const rect = leastRect(hullOf(points));
    expect(rect.angle).toBeCloseTo(t, 6);
    expect([rect.w, rect.h]).toEqual([expect.closeTo(41, 6), expect.closeTo(21, 6)]);
  });
  it('an L is two rectangles, a rectangle one', () => {
    const box = regionOf((x, y) => x >= 10 && x < 50 && y >= 10 && y < 40);
    expect(areaOf(hullOf(box.rim))).toBeCloseTo(1200, 0);
    expect(solidity(box)).toBeCloseTo(1, 2);
    expect(convexParts(box, 50)).toHaveLength(1);
    const ell = regionOf(
      (x, y) => (x >= 10 && x < 40 && y >= 10 && y < 70) || (x >= 40 && x < 70 && y >= 40 && y < 70),
    );
    const parts = convexParts(ell, 50);
    expect(parts).toHaveLength(2);
    for (const part of parts) expect(solidity(part)).toBeGreaterThan(0.99);
  });
});
