/** Contact sheets: every picture has its place, and a sheet of many is still one that can be looked at. */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { sheetLayout } from './contact-sheet-layout.ts';
import { ContactSheet, shortened } from './contact-sheet.ts';
import { decodeRgb } from './rgb.ts';

const dir = mkdtempSync(path.join(os.tmpdir(), 'revelado-sheet-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const plain = (width: number, height: number, [r, g, b]: number[]) => {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) data.set([r, g, b], i * 3);
  return { width, height, data };
};

describe('a contact sheet', () => {
  it('keeps its proportions from one picture to two thousand', () => {
    for (const count of [1, 2, 7, 36, 300, 2000]) {
      const { columns, rows, width, height } = sheetLayout(count);
      expect(columns * rows).toBeGreaterThanOrEqual(count);
      expect(columns * (rows - 1)).toBeLessThan(count);
      expect(Math.max(width, height)).toBeLessThan(16_000);
    }
  });
  it('shows what was before beside what came of it', async () => {
    const sheet = new ContactSheet(2, 'A <box> & more');
    const { tile, columns } = sheet.layout;
    await sheet.place(0, plain(400, 200, [200, 30, 30]), plain(400, 200, [30, 200, 30]), 'a.tif');
    await sheet.place(1, null, plain(60, 120, [30, 30, 200]), 'b.tif');
    await sheet.place(2, plain(9, 9, [255, 255, 255]), null, 'one too many');
    const file = path.join(dir, 'sheet.jpg');
    await sheet.write(file);
    const { width, data } = await decodeRgb(file, 'sheet');
    const at = (x: number, y: number) => [...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)];
    const near = (got: number[], wanted: number[]) => got.every((v, c) => Math.abs(v - wanted[c]) < 14);
    const [left, top] = [10 + tile / 2, 44 + tile / 2];
    expect(near(at(left, top), [200, 30, 30])).toBe(true);
    expect(near(at(left + tile + 5, top), [30, 200, 30])).toBe(true);
    // The second pair stands beside or below; its picture of before is missing and its ground shows.
    const second = columns > 1 ? [left + 2 * tile + 15, top] : [left, top + tile + 28];
    expect(near(at(second[0], second[1]), [24, 24, 24])).toBe(true);
    expect(near(at(second[0] + tile + 5, second[1]), [30, 30, 200])).toBe(true);
  });
  it('shortens long names in the middle', () => {
    expect(shortened('summer-1962-beach-0417.tif', 15)).toBe('summer-…417.tif');
    expect(shortened('a.tif', 15)).toBe('a.tif');
  });
});
