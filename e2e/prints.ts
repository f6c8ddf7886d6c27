/**
 * Small prints for the specs, made on the spot: a grey or yellowed scene with planted scratches and dust, as 8-bit
 * TIFFs. What matters is that the damage is plain to see and its place known.
 */
import path from 'node:path';
import sharp from 'sharp';

export interface PrintOptions {
  width?: number;
  height?: number;
  variant?: number;
  colour?: boolean;
}

/** Size of a print, pixels. */
export const WIDTH = 720;
export const HEIGHT = 520;
/** Where the planted scratch runs: x in fractions of the width, from top to bottom. */
export const SCRATCH_X = 0.4;

/** A repeatable number 0..1 for two integers. */
const noise = (x: number, y: number): number => {
  let n = Math.imul(x, 374761393) + Math.imul(y, 668265263);
  n = Math.imul(n ^ (n >>> 13), 1274126177);
  return ((n ^ (n >>> 16)) >>> 0) / 4294967296;
};

/** Writes one print and returns its path. */
export async function makePrint(dir: string, name: string, options: PrintOptions = {}): Promise<string> {
  const { width = WIDTH, height = HEIGHT, variant = 0, colour = false } = options;
  const data = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const u = x / width;
      const v = y / height;
      const hill = 0.55 + 0.1 * Math.sin(5 * u + variant);
      let tone = v < hill ? 175 + 45 * v : 95 + 40 * Math.sin(30 * u + variant) * Math.cos(22 * v);
      if (u > 0.62 && u < 0.8 && v > 0.4 && v < 0.8) tone = v < 0.5 ? 70 : 150;
      tone += 9 * (noise(x, y) - 0.5);
      // A long light scratch, and a few specks.
      const scratch = Math.abs(x - (SCRATCH_X * width + 3 * Math.sin(y / 70))) < 1.3;
      const speck = [0, 1, 2, 3, 4].some(
        (i) => Math.hypot(x - width * (0.15 + 0.17 * i), y - height * (0.2 + 0.13 * ((i * 3) % 5))) < 2.6,
      );
      if (scratch || speck) tone = 246;
      const rgb = colour
        ? [tone * 1.02, tone * (v < hill ? 0.98 : 0.9), tone * (v < hill ? 0.95 : 0.62)]
        : [tone, tone, tone];
      for (let c = 0; c < 3; c++)
        data[(y * width + x) * 3 + c] = Math.max(0, Math.min(255, Math.round(rgb[c])));
    }
  const file = path.join(dir, name);
  await sharp(data, { raw: { width, height, channels: 3 } })
    .withMetadata({ density: 300 })
    .tiff({ compression: 'none' })
    .toFile(file);
  return file;
}

/** An envelope of `count` prints. */
export async function makePrints(dir: string, count: number, options: PrintOptions = {}): Promise<string[]> {
  const files: string[] = [];
  for (let i = 0; i < count; i++)
    files.push(
      await makePrint(dir, `print-${String(i + 1).padStart(2, '0')}.tif`, { ...options, variant: i }),
    );
  return files;
}
