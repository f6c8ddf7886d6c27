/**
 * The contact sheet: a line of pictures for each sample (input, baselines, models, truth), under a strip that
 * names group and columns. Letters are a small bitmap font, so that sheets look the same on every machine.
 */
import { bytesFromPlanar, type Planar, planar } from '../../../app/planar.ts';
import type { Rgb8 } from '../../files/rgb.ts';
import type { SheetLine } from './run.ts';

/** 5 x 7 letters: seven rows, five bits each, as base-32 digits (0..v). */
const GLYPHS: Record<string, string> = {
  a: '00e1fhf',
  b: 'ggmphhu',
  c: '00eggge',
  d: '11djhhf',
  e: '00ehvge',
  f: '69gsggg',
  g: '00fhf1e',
  h: 'ggmphhh',
  i: '40c444e',
  j: '206222c',
  k: 'ggikoki',
  l: 'c44444e',
  m: '00qlllh',
  n: '00mphhh',
  o: '00ehhhe',
  p: '00uhugg',
  q: '00fhf11',
  r: '00mpggg',
  s: '00fge1u',
  t: '88s8896',
  u: '00hhhjd',
  v: '00hhha4',
  w: '00hhlla',
  x: '00ha4ah',
  y: '00hhf1e',
  z: '00v248v',
  0: 'ehjlphe',
  1: '4c4444e',
  2: 'eh1248v',
  3: 'v2421he',
  4: '26aiv22',
  5: 'vgu11he',
  6: '68guhhe',
  7: 'v124888',
  8: 'ehhehhe',
  9: 'ehhf12c',
  '-': '000v000',
  '+': '044v440',
  ':': '0cc0cc0',
  '.': '00000cc',
  _: '000000v',
  '/': '01248g0',
};
const ADVANCE = 6;
const LINE = 11;

/** Writes text, white on the sheet, at most `width` pixels wide. */
function write(sheet: Rgb8, text: string, x: number, y: number, width: number): void {
  const letters = [...text.toLowerCase()].slice(0, Math.floor(width / ADVANCE));
  letters.forEach((letter, k) => {
    const glyph = GLYPHS[letter];
    if (!glyph) return;
    for (let row = 0; row < 7; row++) {
      const bits = parseInt(glyph[row], 32);
      for (let column = 0; column < 5; column++)
        if (bits & (16 >> column)) {
          const i = ((y + row) * sheet.width + x + k * ADVANCE + column) * 3;
          sheet.data.fill(235, i, i + 3);
        }
    }
  });
}

/** The picture in at most `side` pixels a side, whole pixels averaged. */
function reduced(picture: Planar, side: number): Planar {
  const step = Math.ceil(Math.max(picture.width, picture.height) / side);
  if (step <= 1) return picture;
  const out = planar(Math.floor(picture.width / step), Math.floor(picture.height / step), picture.channels);
  const n = picture.width * picture.height;
  for (let c = 0; c < picture.channels; c++)
    for (let y = 0; y < out.height; y++)
      for (let x = 0; x < out.width; x++) {
        let sum = 0;
        for (let v = 0; v < step; v++)
          for (let u = 0; u < step; u++)
            sum += picture.data[c * n + (y * step + v) * picture.width + x * step + u];
        out.data[(c * out.height + y) * out.width + x] = sum / (step * step);
      }
  return out;
}

/** @param most largest side of one picture in pixels; null when there is nothing to show */
export function contactSheet(lines: readonly SheetLine[], most = 128): Rgb8 | null {
  if (lines.length === 0) return null;
  // Headings need some room, whatever the pictures do.
  const side = Math.max(96, Math.min(most, Math.max(...lines.map((line) => line.cells[0].picture.width))));
  const gap = 4;
  const columns = Math.max(...lines.map((line) => line.cells.length));
  const width = gap + columns * (side + gap);
  /** A heading stands above the first line of a group, and where the columns change. */
  const heading = lines.map(
    (line, i) =>
      i === 0 ||
      lines[i - 1].group !== line.group ||
      lines[i - 1].cells.some((cell, c) => cell.name !== line.cells[c]?.name),
  );
  const height = lines.reduce((sum, _, i) => sum + side + gap + (heading[i] ? 2 * LINE + gap : 0), gap);
  const sheet: Rgb8 = { width, height, data: new Uint8Array(width * height * 3).fill(32) };
  let y = gap;
  lines.forEach((line, i) => {
    if (heading[i]) {
      write(sheet, line.group, gap, y + 1, width - 2 * gap);
      line.cells.forEach((cell, c) => write(sheet, cell.name, gap + c * (side + gap), y + LINE + 1, side));
      y += 2 * LINE + gap;
    }
    line.cells.forEach((cell, c) => {
      const picture = reduced(cell.picture, side);
      const bytes = bytesFromPlanar(picture);
      const x = gap + c * (side + gap);
      for (let row = 0; row < picture.height; row++)
        sheet.data.set(
          bytes.subarray(row * picture.width * 3, (row + 1) * picture.width * 3),
          ((y + row) * width + x) * 3,
        );
    });
    y += side + gap;
  });
  return sheet;
}
