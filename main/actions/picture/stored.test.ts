/** What a repair replaced comes back to the bit, through every turn; damaged and foreign files are refused in words. */
import { describe, expect, it } from 'vitest';
import { seeded } from '../../../app/random.ts';
import { StoredRepair, StoredWriter } from './stored.ts';

/** A finished picture turned by a quarter to the right: pixel (X, Y) shows (Y, height - 1 - X). */
const QUARTER = [0, 1, 0, -1, 0, 10];

function make(bits: 8 | 16, map: number[] | null) {
  const random = seeded('stored', bits);
  const width = 7;
  const height = 11;
  const Kind = bits === 16 ? Uint16Array : Uint8Array;
  const before = new Kind(width * height * 3).map(() => Math.floor(random.uniform(0, 2 ** bits)));
  const labels = new Uint8Array(width * height).map(() =>
    random.uniform(0, 1) < 0.3 ? 1 + Math.floor(random.uniform(0, 3)) : 0,
  );
  labels.fill(0, 0, width * 4);
  const after = before.slice();
  labels.forEach((label, i) => {
    if (label) for (let c = 0; c < 3; c++) after[i * 3 + c] ^= 0x55;
  });
  const writer = new StoredWriter({ width, height, channels: 3, bits, space: 'srgb', map });
  for (let y = 0; y < height; y += 4) {
    const rows = Math.min(4, height - y);
    writer.add(
      y,
      labels.subarray(y * width, (y + rows) * width),
      before.subarray(y * width * 3, (y + rows) * width * 3),
    );
  }
  return { width, height, before, after, labels, writer };
}

describe('the stored repair', () => {
  it.each([8, 16] as const)('gives back every one of the %i bits', (bits) => {
    const { width, height, before, after, labels, writer } = make(bits, [1, 0, 0, 0, 1, 0]);
    const stored = new StoredRepair(writer.bytes(), 'x.repair');
    expect(after).not.toEqual(before);
    stored.undo({ width, height, channels: 3, data: after });
    expect(after).toEqual(before);
    expect(stored.labels()).toEqual(labels);
    expect(writer.count).toBe(labels.filter((l) => l > 0).length);
    expect(writer.counts.reduce((a, b) => a + b)).toBe(width * height);
  });

  it('finds its pixels in a turned picture', () => {
    const { width, height, before, after, writer } = make(8, QUARTER);
    const turn = (from: Uint8Array | Uint16Array): Uint8Array => {
      const to = new Uint8Array(from.length);
      for (let Y = 0; Y < width; Y++)
        for (let X = 0; X < height; X++)
          for (let c = 0; c < 3; c++)
            to[(Y * height + X) * 3 + c] = from[((height - 1 - X) * width + Y) * 3 + c];
      return to;
    };
    const shown = turn(after);
    new StoredRepair(writer.bytes(), 'x').undo({ width: height, height: width, channels: 3, data: shown });
    expect(shown).toEqual(turn(before));
  });

  it('refuses what it does not fit, and what is damaged', () => {
    const { width, height, after, writer } = make(8, [1, 0, 0, 0, 1, 0]);
    const bytes = writer.bytes();
    const stored = new StoredRepair(bytes, 'a.repair');
    expect(() => stored.undo({ width: 6, height, channels: 3, data: after })).toThrow(/another picture/);
    expect(() => stored.undo({ width, height, channels: 3, data: Uint16Array.from(after) })).toThrow(
      /another/,
    );
    expect(() => new StoredRepair(bytes.subarray(0, bytes.length - 3), 'b')).toThrow(/damaged/);
    expect(() => new StoredRepair(new Uint8Array(4), 'c')).toThrow(/damaged/);
    const broken = bytes.slice();
    broken.fill(7, bytes.length - 12);
    expect(() => new StoredRepair(broken, 'd').labels()).toThrow(/damaged/);
    expect(() =>
      new StoredRepair(make(8, null).writer.bytes(), 'e').undo({ width, height, channels: 3, data: after }),
    ).toThrow(/straightened/);
  });
});
