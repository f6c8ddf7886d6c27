/**
 * What a scan's own metadata says about it: maker, dates, exposure of the camera that copied it, and what the
 * scanner software wrote into its XMP. Read from the EXIF directories without another program, so that
 * probing thousands of files stays fast.
 */
import { memorySource, type ByteSource } from './bytes.ts';
import {
  number,
  readTiff,
  subDirectory,
  TAG,
  text,
  type TiffDirectory,
  type TiffField,
  type TiffFile,
} from './tiff-tags.ts';

export interface Facts {
  make: string | null;
  model: string | null;
  software: string | null;
  orientation: number;
  dateTimeOriginal: string | null;
  dateTimeDigitized: string | null;
  cameraExposure: number | null;
  /** EXIF ColorSpace: 1 = sRGB, 2 = Adobe RGB (by convention), 65535 = uncalibrated. */
  colorSpace: number | null;
  dpi: number | null;
  saysNegative: boolean | null;
  /** SilverFast's `Gamma`, where its XMP is there. */
  scannerGamma: number | null;
}

export const noFacts: Facts = {
  make: null,
  model: null,
  software: null,
  orientation: 1,
  dateTimeOriginal: null,
  dateTimeDigitized: null,
  cameraExposure: null,
  colorSpace: null,
  dpi: null,
  saysNegative: null,
  scannerGamma: null,
};

/**
 * EXIF dates ("2026:06:15 21:20:32", also the "15.06.2026 21:20:32" that SilverFast writes) as ISO 8601,
 * with the zone where one is given. Null for anything else, zeros included.
 */
export function isoDate(value: string | null, zone: string | null = null): string | null {
  if (!value) return null;
  const exif = /^(\d{4})[:\-/](\d\d)[:\-/](\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d))?)?/.exec(value);
  const german = exif ? null : /^(\d\d)\.(\d\d)\.(\d{4})(?:[ T](\d\d):(\d\d)(?::(\d\d))?)?/.exec(value);
  const m = exif ?? (german ? [german[0], german[3], german[2], german[1], ...german.slice(4)] : null);
  if (!m) return null;
  const [, year, month, day, hour, minute, second] = m;
  if (year === '0000' || +month < 1 || +month > 12 || +day < 1 || +day > 31) return null;
  const date = `${year}-${month}-${day}`;
  if (hour === undefined) return date;
  const offset = zone && /^[+-]\d\d:\d\d$/.test(zone) ? zone : '';
  return `${date}T${hour}:${minute}:${second ?? '00'}${offset}`;
}

/**
 * Relative exposure of a camera scan, t·ISO/(100·N²). A lens that does not talk to the camera (FNumber 0 or
 * absent, as with most macro lenses on a copy stand) is taken as constant over the roll: t·ISO/100. Null
 * without time and ISO.
 */
export function cameraExposure(
  seconds: number | null,
  iso: number | null,
  fNumber: number | null,
): number | null {
  if (!seconds || !iso || !(seconds > 0) || !(iso > 0)) return null;
  const n = fNumber && fNumber > 0 && Number.isFinite(fNumber) ? fNumber : 1;
  return (seconds * iso) / (100 * n * n);
}

/** A maker's or a program's name in one line: it is stored for every scan and shown in lists. */
function label(field: TiffField | undefined): string | null {
  const long = text(field && { ...field, bytes: field.bytes.subarray(0, 1024) });
  const line = long?.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  return line ? line.slice(0, 200) : null;
}

/** Facts from the first directory of a TIFF structure and the EXIF directory it points to. */
export async function tiffFacts(source: ByteSource, file: TiffFile, page: TiffDirectory): Promise<Facts> {
  const exif = await subDirectory(source, file, page.fields.get(TAG.exif));
  const get = (tag: number): TiffField | undefined => exif?.fields.get(tag) ?? page.fields.get(tag);
  const zone = text(get(TAG.offsetTimeOriginal));
  const seconds = number(file, get(TAG.exposureTime));
  const exposure = cameraExposure(seconds, number(file, get(TAG.iso)), number(file, get(TAG.fNumber)));
  const original = isoDate(text(get(TAG.dateTimeOriginal)), zone);
  const digitized = isoDate(text(get(TAG.dateTimeDigitized)), zone);
  const written = isoDate(text(page.fields.get(TAG.dateTime)));
  const orientation = number(file, page.fields.get(TAG.orientation)) ?? 1;
  const unit = number(file, page.fields.get(TAG.resolutionUnit)) ?? 2;
  const resolution = number(file, page.fields.get(TAG.xResolution));
  return {
    make: label(page.fields.get(TAG.make)),
    model: label(page.fields.get(TAG.model)),
    software: label(page.fields.get(TAG.software)),
    orientation: orientation >= 1 && orientation <= 8 ? orientation : 1,
    dateTimeOriginal: original,
    // A scanner has no shutter: the date its software wrote is the date of the scan.
    dateTimeDigitized: digitized ?? (seconds === null && original === null ? written : null),
    cameraExposure: exposure,
    colorSpace: number(file, get(TAG.colorSpace)),
    dpi: resolution && unit >= 2 ? Math.round(resolution * (unit === 3 ? 2.54 : 1) * 100) / 100 : null,
    saysNegative: null,
    scannerGamma: null,
  };
}

/** Facts from a bare EXIF block (as JPEG, PNG, WebP and HEIC carry it). A damaged block gives no facts. */
export async function exifFacts(block: Uint8Array): Promise<Facts> {
  const named = String.fromCharCode(...block.subarray(0, 4)) === 'Exif';
  const source = memorySource(named ? block.subarray(6) : block);
  try {
    const file = await readTiff(source);
    return await tiffFacts(source, file, file.pages[0]);
  } catch {
    return noFacts;
  }
}

/** One simple property of an XMP packet, written as attribute or as element; null when absent. */
export function xmpValue(xmp: string, name: string): string | null {
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const attribute = new RegExp(`[\\s]${escaped}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`).exec(xmp);
  if (attribute) return attribute[1] ?? attribute[2] ?? '';
  // No part of it runs past the next "<": a crafted packet costs time by its length, not by its square.
  const element = new RegExp(`<${escaped}(?:\\s[^<>]*)?>([^<]*)</${escaped}>`).exec(xmp);
  return element ? element[1].trim() : null;
}

/** Adds what SilverFast says in its XMP (`Negative`, `Gamma`) and dates that only the XMP has. */
export function withXmp(facts: Facts, packet: Uint8Array | null): Facts {
  if (!packet) return facts;
  const xmp = new TextDecoder('utf-8').decode(packet);
  const negative = xmpValue(xmp, 'Silverfast:Negative');
  const gamma = Number(xmpValue(xmp, 'Silverfast:Gamma') ?? NaN);
  return {
    ...facts,
    saysNegative: negative === null || negative === '' ? facts.saysNegative : /^yes|^true|^1/i.test(negative),
    scannerGamma: Number.isFinite(gamma) && gamma > 0 ? gamma : facts.scannerGamma,
    dateTimeOriginal:
      facts.dateTimeOriginal ??
      isoDate(xmpValue(xmp, 'exif:DateTimeOriginal') ?? xmpValue(xmp, 'photoshop:DateCreated')),
    dateTimeDigitized: facts.dateTimeDigitized ?? isoDate(xmpValue(xmp, 'exif:DateTimeDigitized')),
  };
}
