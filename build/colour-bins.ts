/**
 * Counts how often each chroma occurs in photographs and writes models/colorist/bins.ts: the 10 x 10 cells of the
 * a*b* plane (CIE Lab, D65) that the colorist chooses from, and the share of each in photographs.
 *
 *   node build/colour-bins.ts [--photos ../shared/data/photos]      (Node 24)
 *
 * A cell is kept when some sRGB colour lies in it and at least one training pixel in 50,000 does; the others are
 * so rare that nothing can be learned about them, and their pixels count for the nearest cell that is kept.
 */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type sharpType from 'sharp';
import { srgbDecode } from '../app/color/curve.ts';
import { D65, SRGB_TO_XYZ, xyzToLab } from '../app/color/lab.ts';
import { apply3 } from '../app/color/matrix3.ts';
import { photographs } from './eval/photo/photographs.ts';

const sharp = createRequire(import.meta.url)('sharp') as typeof sharpType;
const { values } = parseArgs({ options: { photos: { type: 'string', default: '../shared/data/photos' } } });
if (!existsSync(values.photos)) {
  console.log(`No photographs at ${values.photos}; nothing to do.`);
  process.exit(0);
}
const STEP = 10;
const SIDE = 64;
const KEPT = 2e-5;
const table = Float64Array.from({ length: 256 }, (_, i) => srgbDecode(i / 255));
const cell = (r: number, g: number, b: number): string => {
  const [, a, bb] = xyzToLab(apply3(SRGB_TO_XYZ, [table[r], table[g], table[b]]), D65);
  return `${Math.round(a / STEP) * STEP || 0},${Math.round(bb / STEP) * STEP || 0}`;
};

const gamut = new Set<string>();
for (let r = 0; r < 256; r += 5)
  for (let g = 0; g < 256; g += 5) for (let b = 0; b < 256; b += 5) gamut.add(cell(r, g, b));

const counts = new Map<string, number>();
let pixels = 0;
let pictures = 0;
for (const name of readdirSync(values.photos)
  .filter((f) => /^train.*\.tar$/.test(f))
  .sort())
  for (const { bytes } of photographs(path.join(values.photos, name), 0, 1, Infinity)) {
    // Kernel 'nearest' keeps the chroma that pixels have; averaging would pull it towards grey.
    const rgb = await sharp(bytes)
      .resize(SIDE, SIDE, { fit: 'cover', kernel: 'nearest' })
      .toColourspace('srgb')
      .removeAlpha()
      .raw()
      .toBuffer();
    if (rgb.length !== SIDE * SIDE * 3) continue;
    pictures++;
    for (let i = 0; i < rgb.length; i += 3) {
      const key = cell(rgb[i], rgb[i + 1], rgb[i + 2]);
      counts.set(key, (counts.get(key) ?? 0) + 1);
      pixels++;
    }
  }
const kept = [...counts]
  .filter(([key, n]) => gamut.has(key) && n / pixels >= KEPT)
  .map(([key]) => key.split(',').map(Number) as [number, number])
  .sort((x, y) => x[0] - y[0] || x[1] - y[1]);
const share = new Array<number>(kept.length).fill(0);
for (const [key, n] of counts) {
  const [a, b] = key.split(',').map(Number);
  const distance = kept.map(([x, y]) => Math.hypot(x - a, y - b));
  share[distance.indexOf(Math.min(...distance))] += n / pixels;
}

const lines = kept.map(([a, b], i) => `  [${a}, ${b}, ${Number(share[i].toPrecision(3))}],`);
writeFileSync(
  'models/colorist/bins.ts',
  `/**
 * The chromas that the colorist chooses from: centres of 10 x 10 cells of the a*b* plane (CIE Lab, D65), each with
 * its share of the pixels of ${pictures} training photographs. Written by build/colour-bins.ts.
 */
export const COLOUR_BIN_STEP = 10;

/** [a*, b*, share] */
export const COLOUR_BINS: readonly (readonly [number, number, number])[] = [
${lines.join('\n')}
];
`,
);
console.log(
  `${pictures} pictures, ${gamut.size} cells in sRGB, ${kept.length} kept (share ${share.reduce((s, x) => s + x, 0).toFixed(4)})`,
);
