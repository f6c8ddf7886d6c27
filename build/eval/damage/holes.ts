/**
 * Wide holes for the figures of filling, and the photographs and prints that they are cut into. The shapes are drawn
 * here and nowhere else: polygons with rounded and ragged edges and straight tears, 34 to 76 pixels across, none of them made by what a network
 * was trained with.
 */
import path from 'node:path';
import { existsSync, readdirSync } from 'node:fs';
import sharp from 'sharp';
import { type Planar, planarFromBytes } from '../../../app/planar.ts';
import { seeded } from '../../../app/random.ts';
import { photographs } from '../photo/photographs.ts';

export interface HoleCase {
  name: string;
  /** Sound. */
  truth: Planar;
  /** 1 = missing. */
  hole: Uint8Array;
}

/** Any picture file or bytes as planes; `most` pixels on the longer side at most. */
export async function readPlanar(from: string | Uint8Array, most = 100000): Promise<Planar> {
  const { data, info } = await sharp(from)
    .rotate()
    .resize({ width: most, height: most, fit: 'inside', withoutEnlargement: true })
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (info.channels === 1) {
    const rgb = new Uint8Array(info.width * info.height * 3);
    for (let i = 0; i < info.width * info.height; i++) rgb.fill(data[i], 3 * i, 3 * i + 3);
    return planarFromBytes(rgb, info.width, info.height);
  }
  return planarFromBytes(data, info.width, info.height);
}

/** One ragged polygon or a tear; at least 34 pixels across in every direction for the former. */
function drawHole(hole: Uint8Array, width: number, height: number, keys: readonly (number | string)[]): void {
  const random = seeded('fill-case', ...keys);
  const radius = random.uniform(19, 38);
  const margin = radius + 8;
  const cx = random.uniform(margin, width - margin);
  const cy = random.uniform(margin, height - margin);
  const corners = 5 + random.int(6);
  const points = Array.from({ length: corners }, (_, k) => {
    const angle = (2 * Math.PI * (k + random.uniform(-0.3, 0.3))) / corners;
    const far = radius * random.uniform(0.9, 1.15);
    return [cx + far * Math.cos(angle), cy + far * Math.sin(angle)] as const;
  });
  const ragged = random.chance(0.5) ? random.uniform(0.5, 2) : 0;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const px = x + 0.5 + ragged * Math.sin(y * 0.9 + cx);
      const py = y + 0.5 + ragged * Math.sin(x * 1.1 + cy);
      let inside = false;
      for (let k = 0; k < corners; k++) {
        const [ax, ay] = points[k];
        const [bx, by] = points[(k + 1) % corners];
        if (ay <= py !== by <= py && px < ax + ((py - ay) / (by - ay)) * (bx - ax)) inside = !inside;
      }
      if (inside) hole[y * width + x] = 1;
    }
}

/** Cases from photographs of a tar file: every `step`-th. */
export async function photoCases(
  file: string,
  count: number,
  from: number,
  seed: number,
): Promise<HoleCase[]> {
  if (!existsSync(file)) return [];
  const out: HoleCase[] = [];
  for (const photo of photographs(file, from, Math.max(1, Math.floor(900 / count)), count)) {
    const truth = await readPlanar(photo.bytes);
    if (truth.width < 200 || truth.height < 200) continue;
    const hole = new Uint8Array(truth.width * truth.height);
    for (let k = 0; k < 2; k++) drawHole(hole, truth.width, truth.height, [photo.name, k, seed]);
    out.push({ name: photo.name.replace(/\.[^.]*$/, ''), truth, hole });
  }
  return out;
}

/** Cases from the scans of prints in a folder. */
export async function printCases(folder: string, seed: number): Promise<HoleCase[]> {
  if (!existsSync(folder)) return [];
  const out: HoleCase[] = [];
  for (const name of readdirSync(folder).sort()) {
    if (/author/.test(name) || !/\.(jpe?g|png)$/i.test(name)) continue;
    const truth = await readPlanar(path.join(folder, name), 900);
    if (Math.min(truth.width, truth.height) < 150) continue;
    const hole = new Uint8Array(truth.width * truth.height);
    for (let k = 0; k < 3; k++) drawHole(hole, truth.width, truth.height, [name, k, seed]);
    out.push({ name: `print-${name.replace(/\.[^.]*$/, '')}`, truth, hole });
  }
  return out;
}

/** Peak signal to noise of the hole's pixels, over all planes. */
export function psnrInside(truth: Planar, picture: Planar, hole: Uint8Array): { psnr: number; mse: number } {
  const n = truth.width * truth.height;
  let sum = 0;
  let count = 0;
  for (let c = 0; c < 3; c++)
    for (let i = 0; i < n; i++)
      if (hole[i]) {
        sum += (truth.data[c * n + i] - picture.data[c * n + i]) ** 2;
        count++;
      }
  const mse = sum / count;
  return { psnr: -10 * Math.log10(mse), mse };
}
