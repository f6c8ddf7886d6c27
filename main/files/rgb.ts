/**
 * Ordinary photographs as networks and contact sheets need them: small, upright, 8-bit sRGB. Unlike the readers
 * of scans (decode.ts) this one *does* apply the embedded profile and the orientation, since here the picture
 * as a person sees it is wanted and not the samples of the file. Also the way back: JPEG and PNG bytes.
 */
import { RevealError } from '../../app/contract/messages.ts';
import { show } from './bytes.ts';
import { libvips, MAX_PIXELS } from './libvips.ts';
import { withPlainPath } from './safe-path.ts';

/** Interleaved 8-bit sRGB: `data` holds width * height * 3 bytes, rows top to bottom. */
export interface Rgb8 {
  width: number;
  height: number;
  data: Uint8Array;
}

/** A decoded photograph and the size it had before it was reduced (upright). */
export interface DecodedRgb extends Rgb8 {
  fullWidth: number;
  fullHeight: number;
}

/**
 * Decodes a photograph, given as a path or as the bytes of a file, to upright 8-bit sRGB. With `shortSide` a
 * larger picture is reduced (Lanczos) until its shorter side has that many pixels; smaller ones stay as they
 * are. Transparent parts become white. `name` is what messages call it.
 * @throws RevealError 'bad-input' naming the picture and the reason
 */
export async function decodeRgb(
  input: string | Uint8Array,
  name: string,
  options: { shortSide?: number } = {},
): Promise<DecodedRgb> {
  const decode = async (source: string | Uint8Array): Promise<DecodedRgb> => {
    const sharp = await libvips();
    const image = sharp(source, { limitInputPixels: MAX_PIXELS, failOn: 'error', sequentialRead: true });
    const head = await image.metadata();
    const turned = (head.orientation ?? 1) >= 5;
    const fullWidth = (turned ? head.height : head.width) ?? 0;
    const fullHeight = (turned ? head.width : head.height) ?? 0;
    const short = options.shortSide;
    let pipeline = image.rotate();
    if (short !== undefined && Math.min(fullWidth, fullHeight) > short)
      pipeline =
        fullWidth <= fullHeight
          ? pipeline.resize({ width: short, kernel: 'lanczos3' })
          : pipeline.resize({ height: short, kernel: 'lanczos3' });
    if (head.hasAlpha) pipeline = pipeline.flatten({ background: '#ffffff' });
    const { data, info } = await pipeline
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return {
      width: info.width,
      height: info.height,
      data: threePlanes(data, info.width * info.height, info.channels),
      fullWidth,
      fullHeight,
    };
  };
  try {
    return typeof input === 'string' ? await withPlainPath(input, decode) : await decode(input);
  } catch (error) {
    if (error instanceof RevealError) throw error;
    const reason = (error instanceof Error ? error.message : String(error)).split('\n')[0].trim();
    throw new RevealError('bad-input', `${show(name)} cannot be read as a picture (${reason}).`, {
      cause: error,
    });
  }
}

function threePlanes(data: Uint8Array, pixels: number, channels: number): Uint8Array {
  if (channels === 3) return data;
  const out = new Uint8Array(pixels * 3);
  for (let i = 0; i < pixels; i++)
    for (let c = 0; c < 3; c++) out[i * 3 + c] = data[i * channels + (channels >= 3 ? c : 0)];
  return out;
}

/** Bytes of a JPEG file without colour subsampling and without metadata (sRGB is what readers assume then). */
export async function encodeJpeg(picture: Rgb8, quality: number): Promise<Uint8Array> {
  const sharp = await libvips();
  return sharp(picture.data, { raw: { width: picture.width, height: picture.height, channels: 3 } })
    .jpeg({ quality, chromaSubsampling: '4:4:4' })
    .toBuffer();
}

/** Bytes of an 8-bit PNG file. */
export async function encodePng(picture: Rgb8): Promise<Uint8Array> {
  const sharp = await libvips();
  return sharp(picture.data, { raw: { width: picture.width, height: picture.height, channels: 3 } })
    .png()
    .toBuffer();
}

/** Scales to exactly this size (Lanczos), whatever the proportions. */
export async function resizeRgb(picture: Rgb8, width: number, height: number): Promise<Rgb8> {
  const sharp = await libvips();
  const data = await sharp(picture.data, {
    raw: { width: picture.width, height: picture.height, channels: 3 },
  })
    .resize({ width, height, fit: 'fill', kernel: 'lanczos3' })
    .raw()
    .toBuffer();
  return { width, height, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}
