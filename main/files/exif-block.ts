/**
 * Builds TIFF tag structures: the EXIF block of a JPEG, PNG or WebP, and the directories of a TIFF file.
 * Always little-endian. Fields are given as raw little-endian bytes, so that what exiftool prepared is carried
 * over bit by bit.
 */
import type { TiffField } from './tiff-tags.ts';

/** Directories of a picture's metadata; sub-directories are linked by the builder. */
export interface MetadataDirectories {
  main: TiffField[];
  exif: TiffField[];
  gps: TiffField[];
  interop: TiffField[];
}

/** A field with `SHORT` values. */
export function shorts(tag: number, values: readonly number[]): TiffField {
  return { tag, type: 3, count: values.length, bytes: new Uint8Array(Uint16Array.from(values).buffer) };
}

/** A field with `LONG` values. */
export function longs(tag: number, values: readonly number[]): TiffField {
  return { tag, type: 4, count: values.length, bytes: new Uint8Array(Uint32Array.from(values).buffer) };
}

/** A field with one `RATIONAL`, to 1/100. */
export function rational(tag: number, value: number): TiffField {
  const pair = Number.isInteger(value) ? [value, 1] : [Math.round(value * 100), 100];
  return { tag, type: 5, count: 1, bytes: new Uint8Array(Uint32Array.from(pair).buffer) };
}

/** A field of bytes whose meaning is its own (ICC, XMP). */
export function opaque(tag: number, type: 1 | 7, bytes: Uint8Array): TiffField {
  return { tag, type, count: bytes.length, bytes };
}

const EXIF = 34665;
const GPS = 34853;
const INTEROP = 40965;

/**
 * Serialises the directories, the main one first, as they will lie at `origin` in the file (offsets are
 * counted from the start of the TIFF structure).
 */
export function buildDirectories(d: MetadataDirectories, origin: number): Uint8Array {
  const pointer = (tag: number): TiffField => longs(tag, [0]);
  const exif = [...d.exif.filter((f) => f.tag !== INTEROP)];
  if (d.interop.length > 0) exif.push(pointer(INTEROP));
  const main = d.main.filter((f) => f.tag !== EXIF && f.tag !== GPS);
  if (exif.length > 0) main.push(pointer(EXIF));
  if (d.gps.length > 0) main.push(pointer(GPS));
  const lists = [main, exif, d.gps, d.interop].map((list) => [...list].sort((a, b) => a.tag - b.tag));
  // Place everything first, then write with the offsets known.
  const starts: number[] = [];
  const places: Map<TiffField, number>[] = [];
  let at = origin;
  for (const list of lists) {
    const place = new Map<TiffField, number>();
    starts.push(at);
    if (list.length > 0) at += 2 + list.length * 12 + 4;
    for (const field of list)
      if (field.bytes.length > 4) {
        place.set(field, at);
        at += field.bytes.length + (field.bytes.length % 2);
      }
    places.push(place);
  }
  const out = new Uint8Array(at - origin);
  const view = new DataView(out.buffer);
  lists.forEach((list, l) => {
    if (list.length === 0) return;
    let p = starts[l] - origin;
    view.setUint16(p, list.length, true);
    p += 2;
    for (const field of list) {
      view.setUint16(p, field.tag, true);
      view.setUint16(p + 2, field.type, true);
      view.setUint32(p + 4, field.count, true);
      const where = places[l].get(field);
      if (l === 0 && field.tag === EXIF) view.setUint32(p + 8, starts[1], true);
      else if (l === 0 && field.tag === GPS) view.setUint32(p + 8, starts[2], true);
      else if (l === 1 && field.tag === INTEROP) view.setUint32(p + 8, starts[3], true);
      else if (where === undefined) out.set(field.bytes, p + 8);
      else {
        view.setUint32(p + 8, where, true);
        out.set(field.bytes, where - origin);
      }
      p += 12;
    }
  });
  return out;
}

/** The 8 bytes that open a little-endian TIFF whose first directory is at `offset`. */
export function tiffHeader(offset: number): Uint8Array {
  const head = new Uint8Array([0x49, 0x49, 42, 0, 0, 0, 0, 0]);
  new DataView(head.buffer).setUint32(4, offset, true);
  return head;
}

/** A complete EXIF block (TIFF header and directories), without the "Exif" marker some containers put before. */
export function buildExifBlock(d: MetadataDirectories): Uint8Array {
  const body = buildDirectories(d, 8);
  const block = new Uint8Array(8 + body.length);
  block.set(tiffHeader(8));
  block.set(body, 8);
  return block;
}
