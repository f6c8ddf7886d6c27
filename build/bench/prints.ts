/** Made-up prints of 0.1 megapixel for the benches of memory: each differs from the others in shape and picture and has a scratch. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { seeded } from '../../app/random.ts';

const PIXELS = 360 * 280;

/** Writes `count` TIFF files into a folder. @returns their paths */
export async function makePrints(dir: string, count: number): Promise<string[]> {
  mkdirSync(dir, { recursive: true });
  const files: string[] = [];
  for (let n = 0; n < count; n++) {
    const random = seeded('bench', 'batch', n);
    // From 2:3 to 3:2, no two alike for a while.
    const width = Math.round(Math.sqrt(PIXELS * (2 / 3 + ((n * 37) % 100) / 120)));
    const height = Math.round(PIXELS / width);
    const data = Buffer.alloc(width * height * 3);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const tone = 120 + 60 * Math.sin(x / (20 + (n % 17))) * Math.cos(y / 31) + 5 * random.normal();
        const v = Math.abs(x - 90 - (n % 50)) < 1 ? 240 : Math.max(0, Math.min(255, tone));
        data.fill(Math.round(v), (y * width + x) * 3, (y * width + x) * 3 + 3);
      }
    const file = path.join(dir, `print-${String(n).padStart(4, '0')}.tif`);
    await sharp(data, { raw: { width, height, channels: 3 } })
      .tiff()
      .toFile(file);
    files.push(file);
  }
  return files;
}

/** After how many pictures the memory is told. */
export const MARKS: readonly number[] = [10, 20, 30, 50, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000];
