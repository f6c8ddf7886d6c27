/** Which picture formats can be opened here: what this build of libvips reads, and camera RAW. */
import { createRequire } from 'node:module';
import { libvips } from './libvips.ts';

/** Format names as a person knows them ('heic' only where photographs of phones open, not just AVIF). */
export async function readableFormats(): Promise<{ version: string; read: string[] }> {
  const sharp = await libvips();
  const known = sharp.format as unknown as Record<string, { input?: { file?: boolean } } | undefined>;
  const readable = (name: string): boolean => known[name]?.input?.file === true;
  const read = ['tiff', 'png', 'jpeg', 'webp'].filter(readable);
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
  return { version: sharp.versions.vips, read };
}
