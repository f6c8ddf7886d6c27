/**
 * Everything that goes through libvips (sharp): headers and pixels of JPEG, PNG, WebP, AVIF and of the TIFF
 * kinds that `tiff-pixels.ts` leaves to it. Samples are taken exactly as stored: the embedded profile is never
 * applied, orientation never turned, and 16 bits stay 16 bits.
 */
import type { Metadata, Sharp } from 'sharp';
import { RevealError } from '../../app/contract/messages.ts';
import { say } from '../../app/words/sentences.ts';
import type { Rect, Samples } from '../../app/picture.ts';
import { show } from './bytes.ts';

/**
 * Largest picture that is decoded as a whole (pixels): 400 megapixels are 2.4 GB at 16 bits RGB. Larger TIFF
 * files still open, band by band; a larger PNG or JPEG header is refused before anything is unpacked.
 */
export const MAX_PIXELS = 400_000_000;

type SharpModule = typeof import('sharp').default;
let loaded: SharpModule | null = null;
let concurrency: number | null = null;

/** libvips, loaded when it is first needed: most scans are TIFF and never need it, and threads start quicker. */
export async function libvips(): Promise<SharpModule> {
  if (loaded) return loaded;
  const sharp = (await import('sharp')).default;
  // Decoded scans are large and rarely wanted twice; the cache of libvips would only hold memory and open files.
  sharp.cache(false);
  if (concurrency !== null) sharp.concurrency(concurrency);
  loaded = sharp;
  return sharp;
}

/** Threads libvips may use for one picture. */
export function setLibvipsThreads(threads: number): void {
  concurrency = threads;
  loaded?.concurrency(threads);
}

const INPUT = {
  limitInputPixels: MAX_PIXELS,
  ignoreIcc: true,
  failOn: 'error',
  sequentialRead: true,
} as const;

/** Header facts. `file` is the name for messages, `input` what libvips opens. */
export async function vipsMetadata(input: string | Uint8Array, file: string): Promise<Metadata> {
  try {
    const sharp = await libvips();
    // No pixel limit here, so that the size can be named in the refusal.
    return await sharp(input, { limitInputPixels: false, ignoreIcc: true, failOn: 'none' }).metadata();
  } catch (error) {
    throw vipsError(file, error);
  }
}

export interface VipsPixels {
  data: Samples;
  width: number;
  height: number;
  /** Samples of a pixel, alpha included. */
  samples: number;
}

/** Decodes all or a part. `wide` asks for 16-bit samples, otherwise 8. `page` is for multi-page TIFF. */
export async function vipsPixels(
  input: string | Uint8Array,
  file: string,
  options: { wide: boolean; grey: boolean; page?: number; region?: Rect | null },
): Promise<VipsPixels> {
  try {
    const sharp = await libvips();
    let image: Sharp = sharp(input, { ...INPUT, page: options.page ?? 0 });
    if (options.region) {
      const { x, y, w, h } = options.region;
      image = image.extract({ left: x, top: y, width: w, height: h });
    }
    // Naming the colour space keeps libvips from converting 16 bits to 8 on the way to sRGB.
    const space = options.wide ? (options.grey ? 'grey16' : 'rgb16') : options.grey ? 'b-w' : 'srgb';
    const { data, info } = await image
      .toColourspace(space)
      .raw({ depth: options.wide ? 'ushort' : 'uchar' })
      .toBuffer({ resolveWithObject: true });
    const samples = options.wide
      ? new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2)
      : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return { data: samples, width: info.width, height: info.height, samples: info.channels };
  } catch (error) {
    throw vipsError(file, error);
  }
}

/** Gives a decoded buffer's memory back at once instead of when the collector gets to it. */
export function release(samples: Samples): void {
  if (samples.buffer instanceof ArrayBuffer && !samples.buffer.detached) samples.buffer.transfer(0);
}

/** What libvips says, as a sentence that names the file and what to do. */
export function vipsError(file: string, error: unknown): RevealError {
  if (error instanceof RevealError) return error;
  const said = error instanceof Error ? error.message.split('\n')[0] : String(error);
  const name = show(file);
  const cause = { cause: error };
  if (/exceeds pixel limit/i.test(said)) return tooLarge(file, 0, 0);
  if (/input file is missing|no such file/i.test(said))
    return new RevealError('not-found', say('file-gone', { file: name }), cause);
  if (/unsupported image format/i.test(said))
    return new RevealError('bad-input', say('file-no-picture', { file: name }), cause);
  if (
    /premature end|truncated|out of order read|end of (file|stream|image)|not enough|read error|corrupt|libspng|bad seek|bogus|invalid|marker|unknown error/i.test(
      said,
    )
  )
    return new RevealError('bad-input', say('file-undecodable', { file: name, detail: said }), cause);
  return new RevealError('bad-input', say('file-cannot-decode', { file: name, detail: said }), cause);
}

/** Refusal of a picture too large to decode as a whole. */
export function tooLarge(file: string, width: number, height: number): RevealError {
  const given = { file: show(file), limit: String(MAX_PIXELS / 1e6) };
  return new RevealError(
    'bad-input',
    width > 0
      ? say('file-too-large', { ...given, width: String(width), height: String(height) })
      : say('file-too-large-coded', given),
  );
}
