/**
 * Small scans for the specs, made on the spot: C-41 negatives of a simple scene with a rebate, with dates and a
 * resolution in their metadata, as 16-bit TIFFs. The film is a plain power law; what it looks like developed does
 * not matter here, only that it is a negative and that nothing is lost on its way through the application.
 */
import path from 'node:path';
import { ExifTool } from 'exiftool-vendored';
import sharp from 'sharp';

/** Ends with the test run's worker. */
const exiftool = new ExifTool({ maxProcs: 1 });
export const endScans = (): Promise<void> => exiftool.end();

const BASE = [0.62, 0.33, 0.19];
const GAMMA = [0.58, 0.62, 0.66];

/** sRGB encoding of linear 0..1. */
const encode = (x: number): number => (x <= 0.0031308 ? 12.92 * x : 1.055 * x ** (1 / 2.4) - 0.055);

/** Scene light (linear, red green blue) at u, v in 0..1: sky, hills, a red roof, a grey wall. */
function scene(u: number, v: number, variant: number): [number, number, number] {
  const hill = 0.55 + 0.12 * Math.sin(6 * u + variant);
  const texture = 1 + 0.25 * Math.sin(90 * u + 3 * variant) * Math.cos(70 * v);
  if (u > 0.6 && u < 0.8 && v > 0.45 && v < 0.8)
    return v < 0.55 ? [0.45 * texture, 0.1, 0.07] : [0.4, 0.39, 0.38];
  if (v < hill) return [0.35 + 0.4 * v, 0.5 + 0.3 * v, 0.85];
  return [0.1 * texture, 0.16 * texture, 0.05 * texture];
}

export interface ScanOptions {
  width?: number;
  height?: number;
  variant?: number;
}

/** Writes one negative and returns its path. */
export async function makeNegative(dir: string, name: string, options: ScanOptions = {}): Promise<string> {
  const { width = 900, height = 620, variant = 0 } = options;
  const rebate = Math.round(width * 0.03);
  const data = new Uint16Array(width * height * 3);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const inside = x >= rebate && x < width - rebate && y >= rebate && y < height - rebate;
      const light = scene((x - rebate) / (width - 2 * rebate), (y - rebate) / (height - 2 * rebate), variant);
      for (let c = 0; c < 3; c++) {
        const density = inside ? GAMMA[c] * Math.max(0, Math.log10(light[c]) + 2.1) : 0;
        // A repeatable trace of grain: flat areas of exactly one value are not film.
        const grain = 1 + 0.006 * (((x * 7919 + y * 104729 + c * 1299709) % 1000) / 500 - 1);
        data[(y * width + x) * 3 + c] = Math.round(
          65535 * encode(Math.min(1, BASE[c] * 10 ** -density * grain)),
        );
      }
    }
  const file = path.join(dir, name);
  await sharp(data, { raw: { width, height, channels: 3 } })
    .toColourspace('rgb16')
    .withMetadata({ density: 2400 })
    .tiff({ compression: 'none' })
    .toFile(file);
  await exiftool.write(
    file,
    {
      Make: 'Bilbao',
      Model: 'Scanner 1',
      DateTimeOriginal: '1987:06:14 11:02:33',
      GPSLatitude: 43.26,
      GPSLatitudeRef: 'N',
    },
    { writeArgs: ['-overwrite_original'] },
  );
  return file;
}

/** A roll of `count` frames. */
export async function makeRoll(dir: string, count: number, options: ScanOptions = {}): Promise<string[]> {
  const files: string[] = [];
  for (let i = 0; i < count; i++)
    files.push(
      await makeNegative(dir, `frame-${String(i + 1).padStart(2, '0')}.tif`, { ...options, variant: i }),
    );
  return files;
}
