/**
 * The metadata that a positive inherits from its scan. exiftool copies it into a one-pixel TIFF (the carrier),
 * already without what would be wrong on a positive: the negative's thumbnail and previews, maker notes (their
 * offsets and white balance belong to the camera file), raw-converter settings, the scanner program's private
 * blocks. The carrier is made while the pixels are being worked on, then gets the dates and identifiers of
 * this export, and its directories are embedded as they are.
 */
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { memorySource } from './bytes.ts';
import { dateParts, exifDate } from './dates.ts';
import { buildExifBlock, longs, shorts, type MetadataDirectories } from './exif-block.ts';
import { identifierPacket, plainMetadata } from './carry-plain.ts';
import { copyTags, startExiftool, writeTags } from './exiftool.ts';
import { readTiff, subDirectory, TAG, type TiffField } from './tiff-tags.ts';
import type { WriteOptions } from './types.ts';

/** What goes into the output beside pixels and profile. */
export interface CarriedMetadata {
  directories: MetadataDirectories;
  xmp: Uint8Array | null;
  iptc: Uint8Array | null;
  warnings: string[];
}

/** Copied, or left behind with a `--`. Order matters: what XMP says itself wins over what IPTC gives it. */
const COPY = [
  '-XMP-dc:Description<IPTC:Caption-Abstract',
  '-XMP-dc:Title<IPTC:ObjectName',
  '-XMP-dc:Creator<IPTC:By-line',
  '-XMP-dc:Rights<IPTC:CopyrightNotice',
  '-XMP-dc:Subject<IPTC:Keywords',
  '-XMP-photoshop:City<IPTC:City',
  '-XMP-photoshop:State<IPTC:Province-State',
  '-XMP-photoshop:Country<IPTC:Country-PrimaryLocationName',
  '-XMP-photoshop:Headline<IPTC:Headline',
  '-XMP-photoshop:Credit<IPTC:Credit',
  '-all:all',
  '--IFD1:all',
  '--SubIFD:all',
  '--SubIFD1:all',
  '--SubIFD2:all',
  '--MakerNotes:all',
  '--ICC_Profile:all',
  '--Photoshop:all',
  '--PreviewImage',
  '--ThumbnailImage',
  '--XMP-crs:all',
  '--XMP-crd:all',
  '--XMP-xmpMM:History',
  '--XMP-photoshop:DocumentAncestors',
  '--XMP-xmp:Thumbnails',
  '--XMP-xmpGImg:all',
  '--XMP-tiff:all',
  '--Orientation',
  '--ColorSpace',
  '--InteropIndex',
  '--ExifImageWidth',
  '--ExifImageHeight',
];

/** A valid one-pixel grey TIFF for exiftool to write into. */
function emptyCarrier(): Uint8Array {
  const pixelAt = 8;
  const main: TiffField[] = [
    longs(TAG.width, [1]),
    longs(TAG.height, [1]),
    shorts(TAG.bits, [8]),
    shorts(TAG.compression, [1]),
    shorts(TAG.photometric, [1]),
    longs(TAG.stripOffsets, [pixelAt]),
    shorts(TAG.samples, [1]),
    longs(TAG.rowsPerStrip, [1]),
    longs(TAG.stripBytes, [1]),
  ];
  return buildExifBlock({ main, exif: [], gps: [], interop: [] });
}

/** Tags of the carrier that describe its one pixel. */
const STRUCTURE = new Set<number>([
  254, 255, 256, 257, 258, 259, 262, 263, 266, 273, 274, 277, 278, 279, 280, 281, 282, 283, 284, 296, 317,
  320, 322, 323, 324, 325, 330, 338, 339, 34675, 34377, 34665, 34853, 40965, 513, 514,
]);

interface Carrier {
  bytes: Uint8Array;
  warnings: string[];
}
const carriers = new Map<string, Promise<Carrier>>();
const KEPT = 16;

async function inFolder<T>(use: (file: string) => Promise<T>): Promise<T> {
  const dir = await mkdtemp(path.join(tmpdir(), 'revelado-'));
  try {
    return await use(path.join(dir, 'carrier.tif'));
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function makeCarrier(scan: string): Promise<Carrier> {
  return inFolder(async (file) => {
    await writeFile(file, emptyCarrier());
    const warnings: string[] = [];
    try {
      warnings.push(...(await copyTags(scan, file, COPY)));
    } catch (error) {
      // Nothing to copy is no loss; anything else is said, and the picture is written all the same.
      const said = error instanceof Error ? error.message.split('\n')[0] : String(error);
      if (!/unchanged|weren't updated|No writable tags|nothing to do/i.test(said))
        warnings.push(`metadata of the scan could not be carried over: ${said}`);
    }
    return { bytes: new Uint8Array(await readFile(file)), warnings };
  });
}

/**
 * Begins collecting a scan's metadata, so that it is ready when the pixels are; calling it is optional and
 * costs nothing twice.
 */
export function prepareMetadata(scan: string, options: Pick<WriteOptions, 'captureDate' | 'scanDate'>): void {
  const prepare = async (): Promise<void> => {
    if (!hasDates(options) && (await plainMetadata(scan))) return;
    startExiftool();
    await carrierOf(scan);
  };
  prepare().catch(() => undefined);
}

const hasDates = (o: Pick<WriteOptions, 'captureDate' | 'scanDate'>): boolean =>
  Boolean(o.captureDate) || Boolean(o.scanDate);

async function carrierOf(scan: string): Promise<Carrier> {
  // A scan that is gone by now is an error here (exiftool would only find nothing to copy).
  const { mtimeMs, size } = await stat(scan);
  const key = `${scan}\0${mtimeMs}\0${size}`;
  let made = carriers.get(key);
  if (!made) {
    made = makeCarrier(scan);
    carriers.set(key, made);
    if (carriers.size > KEPT) {
      const [oldest] = carriers.keys();
      carriers.delete(oldest);
    }
    made.catch(() => carriers.delete(key));
  }
  return made;
}

/** Tags of this export, over what was carried. */
function exportTags(
  o: WriteOptions,
  had: { original: string | null; digitized: string | null; written: string | null },
) {
  const tags: Record<string, unknown> = {};
  if (o.captureDate) {
    const parts = dateParts(o.captureDate);
    if (parts) {
      tags['ExifIFD:DateTimeOriginal'] = exifDate(parts);
      tags['ExifIFD:SubSecTimeOriginal'] = null;
      tags['ExifIFD:OffsetTimeOriginal'] = parts.zone;
      tags['XMP-photoshop:DateCreated'] = parts.iso;
      tags['XMP-exif:DateTimeOriginal'] = parts.iso;
    }
    if (!parts || parts.words) tags['XMP-dc:Coverage'] = o.captureDate;
    // The shutter of a camera scan clicked when the film was copied, not when the picture was taken.
    const scanned = had.digitized ?? had.original ?? had.written;
    if (!o.scanDate && scanned && !had.digitized) tags['ExifIFD:CreateDate'] = scanned;
  }
  if (o.scanDate) {
    const parts = dateParts(o.scanDate);
    if (parts) {
      tags['ExifIFD:CreateDate'] = exifDate(parts);
      tags['ExifIFD:SubSecTimeDigitized'] = null;
      tags['ExifIFD:OffsetTimeDigitized'] = parts.zone;
      tags['XMP-exif:DateTimeDigitized'] = parts.iso;
      tags['XMP-xmp:CreateDate'] = parts.iso;
    }
  }
  if (o.recordHash) tags['XMP-xmp:Identifier'] = [`revelado-record-sha256:${o.recordHash}`];
  if (o.digitalSourceType) tags['XMP-iptcExt:DigitalSourceType'] = o.digitalSourceType;
  return tags;
}

/** Everything to embed for one export. Metadata that cannot be read or written ends up as a warning, never as a failure. */
export async function collectMetadata(options: WriteOptions): Promise<CarriedMetadata> {
  const plain = options.metadataFrom && !hasDates(options) ? await plainMetadata(options.metadataFrom) : null;
  if (plain) {
    const xmp = identifierPacket(options.recordHash, options.digitalSourceType);
    return { directories: plain, xmp, iptc: null, warnings: [] };
  }
  const carrier: Carrier = options.metadataFrom
    ? await carrierOf(options.metadataFrom).catch((error: unknown) => ({
        bytes: emptyCarrier(),
        warnings: [`metadata of the scan could not be read: ${String(error)}`],
      }))
    : { bytes: emptyCarrier(), warnings: [] };
  const warnings = [...carrier.warnings];
  const before = await split(carrier.bytes);
  const textOf = (list: TiffField[], tag: number): string | null => {
    const field = list.find((f) => f.tag === tag);
    return field ? new TextDecoder().decode(field.bytes).split('\0')[0].trim() || null : null;
  };
  const tags = exportTags(options, {
    original: textOf(before.directories.exif, TAG.dateTimeOriginal),
    digitized: textOf(before.directories.exif, TAG.dateTimeDigitized),
    written: textOf(before.directories.main, TAG.dateTime),
  });
  if (Object.keys(tags).length === 0) return { ...before, warnings };
  try {
    const bytes = await inFolder(async (file) => {
      await writeFile(file, carrier.bytes);
      warnings.push(...(await writeTags(file, tags)));
      return new Uint8Array(await readFile(file));
    });
    return { ...(await split(bytes)), warnings };
  } catch (error) {
    warnings.push(
      `dates and identifiers could not be written: ${error instanceof Error ? error.message : String(error)}`,
    );
    return { ...before, warnings };
  }
}

/** Takes the carrier apart into directories (without its structure), XMP and IPTC. */
async function split(bytes: Uint8Array): Promise<Omit<CarriedMetadata, 'warnings'>> {
  const source = memorySource(bytes);
  const file = await readTiff(source);
  const page = file.pages[0];
  const exif = await subDirectory(source, file, page.fields.get(TAG.exif));
  const gps = await subDirectory(source, file, page.fields.get(TAG.gps));
  const interop = await subDirectory(source, file, exif?.fields.get(TAG.interop));
  const fields = [...page.fields.values()];
  const makerNote = 37500;
  return {
    directories: {
      main: fields.filter((f) => !STRUCTURE.has(f.tag) && f.tag !== TAG.xmp && f.tag !== TAG.iptc),
      exif: [...(exif?.fields.values() ?? [])].filter((f) => f.tag !== makerNote && f.tag !== TAG.interop),
      gps: [...(gps?.fields.values() ?? [])],
      interop: [...(interop?.fields.values() ?? [])],
    },
    xmp: page.fields.get(TAG.xmp)?.bytes ?? null,
    iptc: page.fields.get(TAG.iptc)?.bytes ?? null,
  };
}
