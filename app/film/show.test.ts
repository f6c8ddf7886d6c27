/** Frames as pictures: known colours through known matrices, turned pictures, parts of pictures. */
import { describe, expect, it } from 'vitest';
import type { FrameFormat } from './frame.ts';
import { frameToRgba, maskToRgba, shownSize } from './show.ts';

const format = (change: Partial<FrameFormat>): FrameFormat => ({
  ...{ width: 4, height: 2, sampling: '444', bits: 8, range: 'limited' },
  ...{ matrix: 'bt709', primaries: null, transfer: null, chromaLocation: null },
  ...change,
});
const flat = (n: number, ...codes: number[]) => ({ planes: codes.map((c) => new Uint8Array(n).fill(c)) });
const first = (rgba: Uint8Array): number[] => [...rgba.subarray(0, 4)];

describe('frameToRgba', () => {
  it('knows the colour bars of BT.709 and BT.601 (75 %), limited range', () => {
    // ITU-R BT.709 and BT.601 codes of 75 % yellow.
    expect(first(frameToRgba(flat(8, 168, 44, 136), format({}), { width: 4, height: 2 }))).toEqual([
      191,
      191,
      expect.closeTo(0, -1),
      255,
    ]);
    expect(
      first(frameToRgba(flat(8, 162, 44, 142), format({ matrix: 'smpte170m' }), { width: 4, height: 2 })).map(
        (v) => Math.abs(v - 191) < 3 || v,
      ),
    ).toEqual([true, true, expect.any(Number), 255]);
  });

  it('white and black in limited, full and 10 bits', () => {
    const size = { width: 4, height: 2 };
    expect(first(frameToRgba(flat(8, 235, 128, 128), format({}), size))).toEqual([255, 255, 255, 255]);
    expect(first(frameToRgba(flat(8, 16, 128, 128), format({}), size))).toEqual([0, 0, 0, 255]);
    expect(first(frameToRgba(flat(8, 255), format({ sampling: '400', range: 'full' }), size))).toEqual([
      255, 255, 255, 255,
    ]);
    const ten = { planes: [940, 512, 512].map((c) => new Uint16Array(8).fill(c)) };
    expect(first(frameToRgba(ten, format({ bits: 10 }), size))).toEqual([255, 255, 255, 255]);
  });

  it('turns clockwise and takes a part', () => {
    // Upright: 2 x 4, after a quarter clockwise.
    const luma = Uint8Array.from([0, 10, 20, 30, 40, 50, 60, 70]);
    const grey = format({ sampling: '400', range: 'full' });
    const turned = frameToRgba({ planes: [luma] }, grey, { width: 2, height: 4, rotation: 90 });
    expect([0, 1, 2, 3, 4, 5, 6, 7].map((i) => turned[i * 4])).toEqual([40, 0, 50, 10, 60, 20, 70, 30]);
    const part = frameToRgba({ planes: [luma] }, grey, {
      width: 1,
      height: 1,
      rotation: 90,
      view: { x: 0, y: 0.75, w: 0.5, h: 0.25 },
    });
    expect(part[0]).toBe(70);
    expect(maskToRgba(luma, grey, { width: 2, height: 1 })[0]).toBe(25);
  });
});

describe('shownSize', () => {
  it('squares pixels and turns', () => {
    expect(shownSize({ width: 720, height: 576 }, { num: 16, den: 15 }, 0)).toEqual({
      width: 768,
      height: 576,
    });
    expect(shownSize({ width: 720, height: 480 }, { num: 8, den: 9 }, 0)).toEqual({
      width: 720,
      height: 540,
    });
    expect(shownSize({ width: 1920, height: 1080 }, { num: 1, den: 1 }, 90)).toEqual({
      width: 1080,
      height: 1920,
    });
  });
});
