/**
 * Turns an ordinary photograph into a scanned C-41 negative with the spectral film simulation: for the README's
 * pictures, which have to come from photographs of a free licence, and for benches that need a big scan.
 *   build/simulated-negative.ts PHOTO OUT.tif [--width N] [--stock NAME] [--stops S]
 * The photograph's pixels are read as scene light in sRGB primaries and given smooth spectra.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { srgbDecode } from './eval/film/colour.ts';
import { takeAndScan } from './eval/film/render.ts';
import { scanners } from './eval/film/scanner.ts';
import type { Scene } from './eval/film/scene.ts';
import { rise, spectrum } from './eval/film/spectra.ts';
import { colourStocks } from './eval/film/stocks.ts';

/** Steps of the two smaller channels against the greatest one; the rest is interpolated. */
const STEPS = 96;

/** A finished photograph carries a print's contrast already; the scene it was taken of had about this much of it. */
const SCENE_CONTRAST = 0.8;

/** Smooth spectra that add up to white and look red, green and blue. */
const red = spectrum((nm) => rise(nm, 588, 12));
const blue = spectrum((nm) => 1 - rise(nm, 492, 12));
const green = spectrum((nm) => rise(nm, 492, 12) - rise(nm, 588, 12));

/** Index of the spectrum in which channel `top` is 1 and the two others are i and j steps of STEPS. */
const indexOf = (top: number, i: number, j: number): number => (top * (STEPS + 1) + i) * (STEPS + 1) + j;

let allSpectra: Scene['spectra'] | null = null;
/** Every mixture of two of the three spectra with the third in full, in the order of `indexOf`. */
function photoSpectra(): Scene['spectra'] {
  if (allSpectra) return allSpectra;
  const spectra = [];
  for (let top = 0; top < 3; top++)
    for (let i = 0; i <= STEPS; i++)
      for (let j = 0; j <= STEPS; j++) {
        const rgb = top === 0 ? [STEPS, i, j] : top === 1 ? [i, STEPS, j] : [i, j, STEPS];
        spectra.push(
          spectrum(() => 0).map((_, b) => (rgb[0] * red[b] + rgb[1] * green[b] + rgb[2] * blue[b]) / STEPS),
        );
      }
  return (allSpectra = spectra);
}

/** Scene from a photograph: a path, or the bytes of a JPEG with the name it goes by. All such scenes share their spectra. */
export async function sceneFromPhoto(
  file: string | Uint8Array,
  width: number,
  name = typeof file === 'string' ? path.basename(file) : 'photograph',
): Promise<Scene> {
  const { data, info } = await sharp(file)
    .rotate()
    .resize({ width, withoutEnlargement: false })
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const n = info.width * info.height;
  const scene: Scene = {
    name,
    width: info.width,
    height: info.height,
    spectra: photoSpectra(),
    a: new Uint16Array(n),
    b: new Uint16Array(n),
    mix: new Float32Array(n),
    light: new Float32Array(n),
    patches: [],
  };
  for (let p = 0; p < n; p++) {
    const rgb = [0, 1, 2].map((c) => srgbDecode(data[p * 3 + c] / 255) ** SCENE_CONTRAST);
    const light = Math.max(...rgb, 1e-4);
    const top = rgb.indexOf(Math.max(...rgb));
    const [x, y] = [0, 1, 2].filter((c) => c !== top).map((c) => (rgb[c] / light) * STEPS);
    const i = Math.round(x);
    const j = Math.min(STEPS - 1, Math.floor(y));
    scene.a[p] = indexOf(top, i, j);
    scene.b[p] = indexOf(top, i, j + 1);
    scene.mix[p] = y - j;
    scene.light[p] = light;
  }
  return scene;
}

if (import.meta.filename === process.argv[1]) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { width: { type: 'string' }, stock: { type: 'string' }, stops: { type: 'string' } },
  });
  const [photo, out] = positionals;
  const stock = colourStocks.find((s) => s.name === (values.stock ?? 'portrait-400'));
  const scanner = scanners.find((s) => s.name === 'led-film-scanner');
  if (!photo || !out || !stock || !scanner) {
    console.error(
      `Usage: simulated-negative.ts PHOTO OUT.tif [--width N] [--stock ${colourStocks.map((s) => s.name).join('|')}] [--stops S]`,
    );
    process.exit(2);
  }
  const scene = await sceneFromPhoto(photo, Number(values.width ?? 1500));
  const { picture } = takeAndScan({
    scene,
    stock,
    scanner,
    light: 'D55',
    stops: Number(values.stops ?? 0),
    layout: 'strip',
    seed: 1,
  });
  // Stored through the sRGB curve, so that readers who know nothing of linear scans show it as film looks.
  const encoded = Uint16Array.from(picture.data, (v) => {
    const x = v / 65535;
    return Math.round(65535 * (x <= 0.0031308 ? 12.92 * x : 1.055 * x ** (1 / 2.4) - 0.055));
  });
  await sharp(encoded, { raw: { width: picture.width, height: picture.height, channels: 3 } })
    .toColourspace('rgb16')
    .withMetadata({ density: 2400 })
    .tiff({ compression: 'none' })
    .toFile(out);
}
