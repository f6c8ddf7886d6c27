/** Small pictures and folders of them for the tests of datasets: drawn from seeds, colourful, all different. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { seeded } from '../../../app/random.ts';
import { encodeJpeg, type Rgb8 } from '../../files/rgb.ts';
import { TarWriter } from './tar.ts';

/** Coloured discs of every size on a gradient: edges, areas and many hues. `grey` takes the colour away. */
export function scene(seed: number, width = 96, height = 72, grey = false): Rgb8 {
  const random = seeded('scene', seed);
  const data = new Uint8Array(width * height * 3);
  const colour = (): number[] => [random.int(256), random.int(256), random.int(256)];
  const [a, b] = [colour(), colour()];
  const discs = Array.from({ length: 14 }, () => ({
    x: random.uniform(0, width),
    y: random.uniform(0, height),
    r: random.uniform(0.03, 0.25) * height,
    colour: colour(),
  }));
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i += 3) {
      const t = x / width;
      const disc = discs.findLast((d) => Math.hypot(x - d.x, y - d.y) < d.r);
      const c = [0, 1, 2].map((k) => (disc ? disc.colour[k] : a[k] * (1 - t) + b[k] * t));
      const luma = 0.299 * c[0] + 0.587 * c[1] + 0.114 * c[2];
      for (let k = 0; k < 3; k++) data[i + k] = Math.round(grey ? luma : c[k]);
    }
  return { width, height, data };
}

/** A folder that is gone afterwards. */
export async function withFolder<T>(use: (dir: string) => Promise<T>): Promise<T> {
  const dir = await mkdtemp(path.join(tmpdir(), 'revelado-dataset-'));
  try {
    return await use(dir);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** Writes scenes `from`.. as JPEG files NAME-n.jpg. */
export async function writeScenes(
  dir: string,
  count: number,
  name = 'p',
  grey = false,
  from = 0,
): Promise<void> {
  for (let i = from; i < from + count; i++)
    await writeFile(path.join(dir, `${name}-${i}.jpg`), await encodeJpeg(scene(i, 96, 72, grey), 92));
}

/** A tar of named files. */
export async function writeTar(file: string, files: Record<string, Uint8Array>): Promise<void> {
  const tar = await TarWriter.create(file);
  for (const [name, bytes] of Object.entries(files)) await tar.add(name, bytes);
  await tar.close();
}
