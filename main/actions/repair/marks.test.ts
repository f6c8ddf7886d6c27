import { describe, expect, it } from 'vitest';
import { markSchema, type Mark } from '../../../app/recipe/marks.ts';
import { copiedBy, maskWithMarks } from './marks.ts';

const mark = (
  tool: Mark['tool'],
  points: [number, number][],
  radius = 0,
  from: [number, number] | null = null,
) => markSchema.parse({ tool, points, radius, from });
/** The mask as rows of # and dots. */
const rows = (mask: Uint8Array, width: number): string[] =>
  Array.from({ length: mask.length / width }, (_, y) =>
    [...mask.subarray(y * width, (y + 1) * width)].map((v) => (v ? '#' : '.')).join(''),
  );

describe('maskWithMarks', () => {
  const size = { width: 10, height: 6 };
  it('draws a dab: pixels whose centres lie within the radius', () => {
    // Radius 0.15 of 10 pixels = 1.5; the centre is that of pixel (4, 2): 3 x 3 without corners would be 1; 1.414 < 1.5.
    expect(rows(maskWithMarks(null, [mark('brush', [[0.45, 2.5 / 6]], 0.15)], size), 10)).toEqual([
      '..........',
      '...###....',
      '...###....',
      '...###....',
      '..........',
      '..........',
    ]);
  });
  it('draws a line one pixel wide at least, round at its ends, without gaps on a diagonal', () => {
    expect(
      rows(
        maskWithMarks(
          null,
          [
            mark('line', [
              [0.15, 0.25],
              [0.65, 0.25],
            ]),
          ],
          size,
        ),
        10,
      )[1],
    ).toBe('.######...');
    const diagonal = maskWithMarks(
      null,
      [
        mark('line', [
          [0.05, 0.5 / 6],
          [0.55, 5.5 / 6],
        ]),
      ],
      size,
    );
    expect(rows(diagonal, 10)).toEqual([
      '#.........',
      '.#........',
      '..#.......',
      '...#......',
      '....#.....',
      '.....#....',
    ]);
  });
  it('fills a lasso by the even-odd rule, and clears a spare', () => {
    const square: [number, number][] = [
      [0.2, 1 / 6],
      [0.8, 1 / 6],
      [0.8, 5 / 6],
      [0.2, 5 / 6],
    ];
    const all = maskWithMarks(null, [mark('lasso', square)], size);
    expect(all.reduce((n, v) => n + (v ? 1 : 0), 0)).toBe(6 * 4);
    const inner: [number, number][] = [
      [0.4, 2 / 6],
      [0.6, 2 / 6],
      [0.6, 4 / 6],
      [0.4, 4 / 6],
    ];
    expect(rows(maskWithMarks(null, [mark('lasso', square), mark('spare', inner)], size), 10)).toEqual([
      '..........',
      '..######..',
      '..##..##..',
      '..##..##..',
      '..######..',
      '..........',
    ]);
  });
  it('lays marks over what was found, the last one winning, and keeps lower confidences', () => {
    const damage = { width: 5, height: 3, confidence: new Uint8Array(15).fill(77), regions: [] };
    const mask = maskWithMarks(
      damage,
      [
        mark('erase', [
          [0.05, 0.5 / 6],
          [0.35, 0.5 / 6],
        ]),
        mark('brush', [[0.15, 0.5 / 6]]),
      ],
      size,
    );
    expect([...mask.subarray(0, 6)]).toEqual([0, 255, 0, 0, 77, 77]);
    expect(mask[59]).toBe(77);
  });
  it('knows whose copy a pixel is, at any part', () => {
    const marks = [mark('clone', [[0.5, 0.5]], 0.2, [0.1, 0]), mark('erase', [[0.55, 0.5]], 0.05)];
    const part = copiedBy(marks, { width: 20, height: 20 }, { x: 8, y: 9, w: 6, h: 2 });
    expect([...(part ?? [])]).toEqual(
      [1, 1, 0, 0, 1, 1, 1, 1, 0, 0, 1, 1].map((v, i) => (i % 6 === 2 || i % 6 === 3 ? 0 : v)),
    );
    expect(
      copiedBy([mark('brush', [[0, 0]])], { width: 4, height: 4 }, { x: 0, y: 0, w: 4, h: 4 }),
    ).toBeNull();
  });
});
