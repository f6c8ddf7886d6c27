/** Which picture formats can be opened here: what this build of libvips reads, and camera RAW. */
import { createRequire } from 'node:module';
import sharp from 'sharp';

/** Format names as a person knows them ('heic' only where photographs of phones open, not just AVIF). */
export function readableFormats(): Promise<{ version: string; read: string[] }> {
  const read = ['tiff', 'png', 'jpeg', 'webp'].filter((name) => readable(name));
  if (readable('heif')) {
    const suffixes = sharp.format.heif.input.fileSuffix ?? [];
    read.push('avif');
    if (suffixes.some((suffix) => suffix === '.heic')) read.push('heic');
  }
  try {
    createRequire(import.meta.url).resolve('libraw-wasm/package.json');
    read.push('camera raw (dng, cr2, nef, arw …)');
  } catch {
    // The package is not installed: RAW files cannot be opened.
  }
  return Promise.resolve({ version: sharp.versions.vips, read });
}

function readable(name: string): boolean {
  const format = (sharp.format as unknown as Record<string, { input?: { file?: boolean } } | undefined>)[
    name
  ];
  return format?.input?.file === true;
}
