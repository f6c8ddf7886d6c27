/** A made-up scan of a colour negative for measuring speed: clear film around a scene with detail and grain. */
import { makeProfile } from '../../app/color/icc.ts';
import { srgbEncode } from '../../app/color/curve.ts';
import { writeFinished } from '../files/index.ts';

/** Film base of the made-up film, linear. */
const BASE = [0.62, 0.33, 0.2] as const;

/** Writes a 16-bit RGB TIFF of about `megapixels`, 3:2. @returns its size in pixels */
export async function writeBenchScan(
  file: string,
  megapixels: number,
): Promise<{ width: number; height: number }> {
  const height = Math.round(Math.sqrt((megapixels * 1e6) / 1.5));
  const width = Math.round(height * 1.5);
  const data = new Uint16Array(new SharedArrayBuffer(width * height * 6));
  const codes = BASE.map((base, c) =>
    // Stored codes by density in steps of 0.001.
    Uint16Array.from(
      { length: 2048 },
      (_, i) => 65535 * srgbEncode(base * 10 ** (-(i / 1000) * [0.92, 1, 1.08][c])),
    ),
  );
  const border = Math.round(width * 0.03);
  let seed = 7;
  for (let y = 0; y < height; y++) {
    const down = Math.cos((y / height) * 11) * 0.25;
    for (let x = 0; x < width; x++) {
      seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
      const grain = ((seed >> 16) & 63) - 32;
      const inside = x >= border && y >= border && x < width - border && y < height - border;
      const scene = 0.55 + 0.3 * Math.sin((x / width) * 17) + down;
      const density = inside ? 200 + 900 * scene + grain : 32 + (grain >> 2);
      const at = (y * width + x) * 3;
      const index = density < 0 ? 0 : density > 2047 ? 2047 : density | 0;
      data[at] = codes[0][index];
      data[at + 1] = codes[1][index];
      data[at + 2] = codes[2][index];
    }
  }
  await writeFinished(
    file,
    { width, height, channels: 3, data },
    { format: 'tiff', quality: 0, icc: makeProfile('srgb'), metadataFrom: null, dpi: 4000, overwrite: true },
  );
  return { width, height };
}
