/** Marks as geometry: what is kept of a stroke, what lies under the pointer, and that places survive every turn of the picture. */
import { describe, expect, it } from 'vitest';
import { onPicture, onScan, upright, type Place } from '../../../app/place.ts';
import { markSchema, type Mark } from '../../../app/recipe/marks.ts';
import {
  insideOutline,
  makeMark,
  markAt,
  movedMark,
  nearSource,
  pathOf,
  resized,
  simplify,
  toPath,
  withSource,
} from './marks.ts';

const scan = upright(1000, 500);
const square = [
  { x: 100, y: 100 },
  { x: 200, y: 100 },
  { x: 200, y: 200 },
  { x: 100, y: 200 },
];

describe('strokes', () => {
  it('keep their ends and bends and nothing else', () => {
    const line = Array.from({ length: 101 }, (_, i) => ({ x: i, y: 0 }));
    expect(simplify(line, 0.5)).toEqual([line[0], line[100]]);
    const bent = [...line, ...Array.from({ length: 50 }, (_, i) => ({ x: 100, y: i + 1 }))];
    expect(simplify(bent, 0.5)).toEqual([
      { x: 0, y: 0 },
      { x: 100, y: 0 },
      { x: 100, y: 50 },
    ]);
    // A wave is kept within the tolerance everywhere.
    const wave = Array.from({ length: 400 }, (_, i) => ({ x: i, y: 30 * Math.sin(i / 25) }));
    const kept = simplify(wave, 0.5);
    expect(kept.length).toBeLessThan(80);
    for (const p of wave) expect(toPath(p, kept)).toBeLessThanOrEqual(0.5 + 1e-9);
  });

  it('are kept as fractions of the scan that the contract takes, however many points were drawn', () => {
    const noise = Array.from({ length: 30_000 }, (_, i) => ({
      x: 500 + 300 * Math.sin(i * 1.7),
      y: 250 + 200 * Math.cos(i * 2.3),
    }));
    const mark = makeMark('brush', noise, 0.01, scan, 0.5);
    expect(markSchema.safeParse(mark).success).toBe(true);
    expect(mark.points.length).toBeLessThanOrEqual(4000);
    const dab = makeMark('erase', [{ x: 250, y: 250 }], 0.02, scan, 0.5);
    expect(dab).toEqual({ tool: 'erase', points: [[0.25, 0.5]], radius: 0.02, from: null });
    // Off the picture is held at what the contract allows.
    const off = makeMark('lasso', [...square, { x: -9000, y: 90 }], 0.02, scan, 0.5);
    expect(markSchema.safeParse(off).success).toBe(true);
    expect(off.radius).toBe(0);
  });

  it('take their source along: from the first point, to either side', () => {
    const path = [
      { x: 900, y: 100 },
      { x: 950, y: 120 },
    ];
    const mark = makeMark('clone', path, 0.01, scan, 0.5, { x: 100, y: 400 });
    expect(mark.from).toEqual([-0.8, 0.6]);
    expect(markSchema.safeParse(mark).success).toBe(true);
    expect(pathOf(mark, scan, true)[0]).toEqual({
      x: expect.closeTo(100, 9) as number,
      y: expect.closeTo(400, 9) as number,
    });
    expect(withSource(mark, { x: 950, y: 100 }, scan).from).toEqual([0.05, 0]);
    // A brush has none, whatever is handed in.
    expect(makeMark('brush', path, 0.01, scan, 0.5, { x: 1, y: 1 }).from).toBeNull();
  });

  it('take by themselves from beside the stroke, where there is room', () => {
    const upward = [
      { x: 500, y: 100 },
      { x: 500, y: 400 },
    ];
    expect(nearSource(upward, 0.01, scan)).toEqual({ x: 530, y: 100 });
    const atEdge = upward.map((p) => ({ ...p, x: 990 }));
    expect(nearSource(atEdge, 0.01, scan)).toEqual({ x: 960, y: 100 });
    const level = [
      { x: 100, y: 100 },
      { x: 400, y: 110 },
    ];
    expect(nearSource(level, 0.01, scan)).toEqual({ x: 100, y: 140 });
  });

  it('grow and shrink within bounds', () => {
    expect(resized(resized(0.01, 3), -3)).toBeCloseTo(0.01, 12);
    expect(resized(0.09, 5)).toBe(0.1);
    expect(resized(0.0004, -9)).toBe(0.0003);
  });
});

describe('what lies under the pointer', () => {
  it('knows the inside of an outline, hollow ones too', () => {
    expect(insideOutline({ x: 150, y: 150 }, square)).toBe(true);
    expect(insideOutline({ x: 250, y: 150 }, square)).toBe(false);
    const c = [
      [0, 0],
      [30, 0],
      [30, 10],
      [10, 10],
      [10, 20],
      [30, 20],
      [30, 30],
      [0, 30],
    ].map(([x, y]) => ({ x, y }));
    expect(insideOutline({ x: 20, y: 15 }, c)).toBe(false);
    expect(insideOutline({ x: 5, y: 15 }, c)).toBe(true);
  });

  it('finds the newest mark, thin ones within the slack', () => {
    const marks: Mark[] = [
      makeMark('lasso', square, 0, scan, 0.5),
      makeMark('line', [square[0], square[2]], 0.001, scan, 0.5),
      makeMark('brush', [{ x: 150, y: 150 }], 0.02, scan, 0.5),
    ];
    expect(markAt(marks, { x: 160, y: 160 }, 3, scan)).toBe(2);
    expect(markAt(marks, { x: 190, y: 188 }, 3, scan)).toBe(1);
    expect(markAt(marks, { x: 190, y: 120 }, 3, scan)).toBe(0);
    expect(markAt(marks, { x: 190, y: 94 }, 3, scan)).toBe(-1);
    expect(markAt(marks, { x: 190, y: 98 }, 3, scan)).toBe(0);
  });
});

describe('marks on a turned picture', () => {
  // Shown: a crop, a quarter turn, mirrored, and tilted by 7 degrees.
  const t = (7 * Math.PI) / 180;
  const turned: Place = {
    width: 1000,
    height: 500,
    map: [
      (-Math.sin(t) * 300) / 1000,
      (Math.cos(t) * 400) / 1000,
      0.4,
      (Math.cos(t) * 300) / 500,
      (Math.sin(t) * 400) / 500,
      0.2,
    ],
  };
  it('come back to where they were drawn', () => {
    const drawn = [
      { x: 0.1, y: 0.2 },
      { x: 0.5, y: 0.25 },
      { x: 0.9, y: 0.8 },
    ];
    const px = drawn.map((p) => {
      const s = onScan(turned, p);
      return { x: s.x * 1000, y: s.y * 500 };
    });
    const mark = makeMark('brush', px, 0.01, turned, 0.25);
    const back = mark.points.map(([x, y]) => onPicture(turned, { x, y }));
    expect(back).toHaveLength(3);
    // Kept to a hundred-thousandth of the scan.
    back.forEach((p, i) => {
      expect(p.x).toBeCloseTo(drawn[i].x, 4);
      expect(p.y).toBeCloseTo(drawn[i].y, 4);
    });
  });

  it('move by what the hand moved', () => {
    const mark = makeMark('heal', square.slice(0, 2), 0.01, scan, 0.5, { x: 100, y: 200 });
    const moved = movedMark(mark, 0.05, -0.1);
    expect(moved.points).toEqual([
      [0.15, 0.1],
      [0.25, 0.1],
    ]);
    expect(moved.from).toEqual(mark.from);
  });
});
