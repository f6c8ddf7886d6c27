/**
 * Puts metadata and the ICC profile into encoded JPEG, PNG and WebP files without touching a pixel: the
 * encoder's output is taken apart at its segments and put together again with ours. Layouts: JPEG APP
 * segments (EXIF after CIPA DC-008, XMP after ISO 16684-3, ICC.1 annex B), PNG chunks (iCCP, eXIf, iTXt, pHYs),
 * WebP's extended header (VP8X).
 */
import { crc32, deflateSync } from 'node:zlib';

/** What is embedded; null leaves a part out. */
export interface Embedded {
  icc: Uint8Array;
  /** TIFF structure without marker. */
  exif: Uint8Array | null;
  xmp: Uint8Array | null;
  /** IPTC-IIM datasets (JPEG only; the other containers have no place for them). */
  iptc: Uint8Array | null;
  dpi: number | null;
}

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (ch) => ch.charCodeAt(0));

/** The largest payload of a JPEG segment. */
const SEGMENT = 65533;

function segment(marker: number, ...parts: Uint8Array[]): Uint8Array {
  const length = parts.reduce((n, p) => n + p.length, 2);
  if (length > 65535) throw new RangeError('JPEG segment too long');
  return Buffer.concat([Uint8Array.of(0xff, marker, length >> 8, length & 255), ...parts]);
}

const EXIF_MARK = bytes('Exif\0\0');
const XMP_MARK = bytes('http://ns.adobe.com/xap/1.0/\0');
const ICC_MARK = bytes('ICC_PROFILE\0');

/** True when the XMP packet fits into one JPEG segment. */
export function fitsJpeg(xmp: Uint8Array): boolean {
  return xmp.length + XMP_MARK.length <= SEGMENT;
}

/** A JPEG with our segments in place of the encoder's own APP1, APP2 and APP13. */
export function embedJpeg(jpeg: Uint8Array, e: Embedded): Uint8Array[] {
  const kept: Uint8Array[] = [];
  let at = 2;
  while (at + 4 <= jpeg.length && jpeg[at] === 0xff) {
    const marker = jpeg[at + 1];
    if (marker === 0xda) break;
    const length = 2 + ((jpeg[at + 2] << 8) | jpeg[at + 3]);
    if (!(marker >= 0xe0 && marker <= 0xef)) kept.push(jpeg.subarray(at, at + length));
    at += length;
  }
  const dpi = Math.max(1, Math.min(65535, Math.round(e.dpi ?? 72)));
  const out: Uint8Array[] = [
    jpeg.subarray(0, 2),
    segment(0xe0, bytes('JFIF\0'), Uint8Array.of(1, 2, 1, dpi >> 8, dpi & 255, dpi >> 8, dpi & 255, 0, 0)),
  ];
  if (e.exif && e.exif.length + EXIF_MARK.length <= SEGMENT) out.push(segment(0xe1, EXIF_MARK, e.exif));
  if (e.xmp && fitsJpeg(e.xmp)) out.push(segment(0xe1, XMP_MARK, e.xmp));
  if (e.iptc && e.iptc.length < SEGMENT - 64) {
    const size = e.iptc.length;
    const head = Buffer.alloc(12);
    head.write('8BIM', 0, 'latin1');
    head.writeUInt16BE(0x0404, 4);
    head.writeUInt32BE(size, 8);
    out.push(segment(0xed, bytes('Photoshop 3.0\0'), head, e.iptc, new Uint8Array(size % 2)));
  }
  const piece = SEGMENT - ICC_MARK.length - 2;
  const count = Math.ceil(e.icc.length / piece);
  for (let i = 0; i < count; i++)
    out.push(
      segment(0xe2, ICC_MARK, Uint8Array.of(i + 1, count), e.icc.subarray(i * piece, (i + 1) * piece)),
    );
  return [...out, ...kept, jpeg.subarray(at)];
}

function chunk(type: string, ...parts: Uint8Array[]): Uint8Array {
  const body = Buffer.concat([bytes(type), ...parts]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(body.length - 4, 0);
  out.set(body, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}

/** PNG chunks that ours replace. */
const PNG_DROPPED = new Set(['iCCP', 'sRGB', 'gAMA', 'cHRM', 'eXIf', 'iTXt', 'tEXt', 'zTXt', 'pHYs', 'tIME']);

/** A PNG with our chunks after its header. */
export function embedPng(png: Uint8Array, e: Embedded): Uint8Array[] {
  const ours: Uint8Array[] = [chunk('iCCP', bytes('ICC profile\0\0'), deflateSync(e.icc))];
  if (e.dpi) {
    const perMetre = Buffer.alloc(9);
    perMetre.writeUInt32BE(Math.round(e.dpi / 0.0254), 0);
    perMetre.writeUInt32BE(Math.round(e.dpi / 0.0254), 4);
    perMetre[8] = 1;
    ours.push(chunk('pHYs', perMetre));
  }
  if (e.exif) ours.push(chunk('eXIf', e.exif));
  if (e.xmp) ours.push(chunk('iTXt', bytes('XML:com.adobe.xmp\0\0\0\0\0'), e.xmp));
  const out: Uint8Array[] = [png.subarray(0, 8)];
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  for (let at = 8; at + 12 <= png.length;) {
    const length = view.getUint32(at) + 12;
    const type = String.fromCharCode(...png.subarray(at + 4, at + 8));
    if (!PNG_DROPPED.has(type)) out.push(png.subarray(at, at + length));
    if (type === 'IHDR') out.push(...ours);
    at += length;
  }
  return out;
}

function riff(type: string, body: Uint8Array): Uint8Array {
  const out = Buffer.alloc(8 + body.length + (body.length % 2));
  out.write(type, 0, 'latin1');
  out.writeUInt32LE(body.length, 4);
  out.set(body, 8);
  return out;
}

/** A WebP in its extended form, with profile, EXIF and XMP. */
export function embedWebp(webp: Uint8Array, width: number, height: number, e: Embedded): Uint8Array[] {
  const view = new DataView(webp.buffer, webp.byteOffset, webp.byteLength);
  const pixels: Uint8Array[] = [];
  for (let at = 12; at + 8 <= webp.length;) {
    const size = view.getUint32(at + 4, true);
    const length = 8 + size + (size % 2);
    const type = String.fromCharCode(...webp.subarray(at, at + 4));
    if (type === 'VP8 ' || type === 'VP8L')
      pixels.push(webp.subarray(at, Math.min(webp.length, at + length)));
    at += length;
  }
  const header = Buffer.alloc(10);
  header[0] = 0x20 | (e.exif ? 0x08 : 0) | (e.xmp ? 0x04 : 0);
  header.writeUIntLE(width - 1, 4, 3);
  header.writeUIntLE(height - 1, 7, 3);
  const parts = [riff('VP8X', header), riff('ICCP', e.icc), ...pixels];
  if (e.exif) parts.push(riff('EXIF', e.exif));
  if (e.xmp) parts.push(riff('XMP ', e.xmp));
  const size = parts.reduce((n, p) => n + p.length, 4);
  const head = Buffer.alloc(12);
  head.write('RIFF', 0, 'latin1');
  head.writeUInt32LE(size, 4);
  head.write('WEBP', 8, 'latin1');
  return [head, ...parts];
}
