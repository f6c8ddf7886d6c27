/**
 * Finished pictures to files: TIFF by our own writer (pixels go from the shared buffer to the disk without a
 * copy), PNG, JPEG and WebP encoded by libvips. The pixels are in the output space already and are never
 * converted here; the profile is attached, the scan's metadata carried over, and the file appears under its
 * name only when it is complete.
 */
import type { Sharp } from 'sharp';
import { RevealError } from '../../app/contract/messages.ts';
import { makeProfile } from '../../app/color/icc.ts';
import { writeAtomic, type Sink } from './atomic.ts';
import { show } from './bytes.ts';
import { collectMetadata, type CarriedMetadata } from './carry.ts';
import { embedJpeg, embedPng, embedWebp, fitsJpeg, type Embedded } from './containers.ts';
import {
  buildDirectories,
  buildExifBlock,
  longs,
  opaque,
  rational,
  shorts,
  tiffHeader,
} from './exif-block.ts';
import { libvips, vipsError } from './libvips.ts';
import { TAG, type TiffField } from './tiff-tags.ts';
import type { Finished, WriteOptions } from './types.ts';

/**
 * Writes a finished picture. JPEG and WebP take 8-bit pixels only. Throws RevealError: 'bad-input' when the
 * name is taken, 'bad-request' for pixels the format cannot hold, 'disk' for what the file system refuses.
 */
export async function writeFinished(
  output: string,
  picture: Finished,
  options: WriteOptions,
): Promise<{ sha256: string; bytes: number; warnings: string[] }> {
  check(output, picture, options);
  const metadata = collectMetadata(options);
  // Nobody may be left waiting with an unhandled rejection if the encoder fails first.
  metadata.catch(() => undefined);
  let warnings: string[] = [];
  const written = await writeAtomic(output, options.overwrite, async (sink) => {
    if (options.format === 'tiff') {
      const { dataAt, size } = await writeTiffPixels(sink, picture);
      const m = await metadata;
      warnings = m.warnings;
      await writeTiffDirectory(sink, picture, options, m, dataAt, size);
    } else {
      await picture.until?.(picture.data.length);
      const encoded = await encode(output, picture, options);
      const m = await metadata;
      warnings = [...m.warnings];
      const embedded: Embedded = {
        icc: options.icc,
        exif: buildExifBlock({
          ...m.directories,
          main: exifMain(m, options),
          exif: exifDirectory(m, picture, options),
        }),
        xmp: m.xmp,
        iptc: m.iptc,
        dpi: options.dpi,
      };
      if (options.format === 'jpeg') shrinkForJpeg(embedded, warnings);
      const parts =
        options.format === 'jpeg'
          ? embedJpeg(encoded, embedded)
          : options.format === 'png'
            ? embedPng(encoded, embedded)
            : embedWebp(encoded, picture.width, picture.height, embedded);
      for (const part of parts) await sink.write(part);
    }
  });
  return { ...written, warnings };
}

function check(output: string, p: Finished, o: WriteOptions): void {
  const samples = p.width * p.height * p.channels;
  const bad = (why: string): never => {
    throw new RevealError('bad-request', `${show(output)} cannot be written: ${why}.`);
  };
  if (p.width < 1 || p.height < 1 || p.data.length !== samples) bad('its pixels do not fit its size');
  const wide = p.data instanceof Uint16Array;
  if (wide && (o.format === 'jpeg' || o.format === 'webp'))
    bad(`${o.format.toUpperCase()} holds 8 bits only`);
  if (o.format === 'webp' && Math.max(p.width, p.height) > 16383) bad('WebP ends at 16383 pixels a side');
  if (o.format === 'jpeg' && Math.max(p.width, p.height) > 65500) bad('JPEG ends at 65500 pixels a side');
  if (samples * (wide ? 2 : 1) > 4_200_000_000) bad('a TIFF ends at 4 GB');
}

/** Orientation and resolution of an EXIF block. */
function exifMain(m: CarriedMetadata, o: WriteOptions): TiffField[] {
  const own = [shorts(TAG.orientation, [1]), ...resolution(o.dpi)];
  // EXIF asks for the chroma siting of a JPEG; libjpeg's is centred.
  if (o.format === 'jpeg') own.push(shorts(531, [1]));
  return [...m.directories.main.filter((f) => f.tag !== 531), ...own];
}

/** EXIF of the finished picture: its own size and colour space; nothing that describes another compression. */
function exifDirectory(m: CarriedMetadata, p: Finished, o: WriteOptions): TiffField[] {
  const ours = new Set<number>([0x9101, 0x9102, 0xa001, 0xa002, 0xa003]);
  const kept = m.directories.exif.filter((f) => !ours.has(f.tag));
  const srgb = Buffer.from(o.icc).equals(makeProfile('srgb'));
  const own = [shorts(0xa001, [srgb ? 1 : 65535]), longs(0xa002, [p.width]), longs(0xa003, [p.height])];
  if (o.format === 'jpeg') own.push(opaque(0x9101, 7, Uint8Array.of(1, 2, 3, 0)));
  return [...kept, ...own];
}

function resolution(dpi: number | null): TiffField[] {
  if (!dpi || !(dpi > 0)) return [];
  return [rational(TAG.xResolution, dpi), rational(283, dpi), shorts(TAG.resolutionUnit, [2])];
}

/** A JPEG segment ends at 64 kB: what does not fit is left out, and said. */
function shrinkForJpeg(e: Embedded, warnings: string[]): void {
  if (e.xmp && !fitsJpeg(e.xmp)) {
    e.xmp = null;
    warnings.push('the XMP metadata is larger than a JPEG can hold and was left out');
  }
  if (e.exif && e.exif.length > 65500) {
    e.exif = null;
    warnings.push('the EXIF metadata is larger than a JPEG can hold and was left out');
  }
}

/** Strips of about 1 MiB: small enough for readers that work by strip, few enough for short tables. */
const STRIP = 1 << 20;

/** Bytes written at a time while the pixels are still being computed. */
const PIECE = 4 << 20;

async function writeTiffPixels(sink: Sink, p: Finished): Promise<{ dataAt: number; size: number }> {
  const raw = new Uint8Array(p.data.buffer, p.data.byteOffset, p.data.byteLength);
  // The directory comes after the pixels, so that pixels need not wait for metadata; its place is known already.
  const dataAt = 16;
  const directoryAt = dataAt + raw.length + (raw.length % 2);
  const head = new Uint8Array(dataAt);
  head.set(tiffHeader(directoryAt));
  await sink.write(head);
  for (let at = 0; at < raw.length; at += PIECE) {
    const piece = raw.subarray(at, at + PIECE);
    await p.until?.((at + piece.length) / p.data.BYTES_PER_ELEMENT);
    await sink.write(piece);
  }
  if (raw.length % 2) await sink.write(new Uint8Array(1));
  return { dataAt, size: raw.length };
}

async function writeTiffDirectory(
  sink: Sink,
  p: Finished,
  o: WriteOptions,
  m: CarriedMetadata,
  dataAt: number,
  size: number,
): Promise<void> {
  const wide = p.data instanceof Uint16Array;
  const rowBytes = p.width * p.channels * (wide ? 2 : 1);
  const rows = Math.max(1, Math.min(p.height, Math.floor(STRIP / rowBytes)));
  const strips = Math.ceil(p.height / rows);
  const offsets = Array.from({ length: strips }, (_, i) => dataAt + i * rows * rowBytes);
  const counts = Array.from({ length: strips }, (_, i) =>
    Math.min(rows * rowBytes, size - i * rows * rowBytes),
  );
  const main: TiffField[] = [
    longs(TAG.subfileType, [0]),
    longs(TAG.width, [p.width]),
    longs(TAG.height, [p.height]),
    shorts(
      TAG.bits,
      Array.from({ length: p.channels }, () => (wide ? 16 : 8)),
    ),
    shorts(TAG.compression, [1]),
    shorts(TAG.photometric, [p.channels === 3 ? 2 : 1]),
    longs(TAG.stripOffsets, offsets),
    shorts(TAG.samples, [p.channels]),
    longs(TAG.rowsPerStrip, [rows]),
    longs(TAG.stripBytes, counts),
    shorts(TAG.planar, [1]),
    shorts(
      TAG.sampleFormat,
      Array.from({ length: p.channels }, () => 1),
    ),
    opaque(TAG.icc, 7, o.icc),
    ...exifMain(m, o),
  ];
  if (m.xmp) main.push(opaque(TAG.xmp, 1, m.xmp));
  if (m.iptc) main.push(opaque(TAG.iptc, 7, m.iptc));
  const at = dataAt + size + (size % 2);
  await sink.write(buildDirectories({ ...m.directories, main, exif: exifDirectory(m, p, o) }, at));
}

/** Pixels only; metadata and profile are put in afterwards. */
async function encode(output: string, p: Finished, o: WriteOptions): Promise<Uint8Array> {
  try {
    const wide = p.data instanceof Uint16Array;
    const space = p.channels === 3 ? (wide ? 'rgb16' : 'srgb') : wide ? 'grey16' : 'b-w';
    const sharp = await libvips();
    let image: Sharp = sharp(p.data, {
      raw: { width: p.width, height: p.height, channels: p.channels },
      limitInputPixels: false,
    }).toColourspace(space);
    if (o.format === 'png')
      // Level 1 with filtering costs a tenth of the default's time for a few per cent of size.
      image = image.png({ compressionLevel: 1, adaptiveFiltering: p.data.length < 3e6, palette: false });
    else if (o.format === 'jpeg')
      image = image.jpeg({
        quality: o.quality,
        chromaSubsampling: o.quality >= 90 ? '4:4:4' : '4:2:0',
        mozjpeg: false,
      });
    else image = image.webp({ quality: o.quality, lossless: o.quality >= 100, effort: 4 });
    return await image.toBuffer();
  } catch (error) {
    throw vipsError(output, error);
  }
}
