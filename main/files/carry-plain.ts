/**
 * The short way for scans with plain metadata. Most scanner programs write a TIFF with a few words in it (maker,
 * model, software, date) and nothing else; those are carried over by ourselves, and the identifiers of the export
 * are written as a small XMP packet. Anything more (XMP, IPTC, GPS, camera settings, other containers) goes the
 * way of `carry.ts`, whose program needs a third of a second to start.
 */
import { FileSource } from './bytes.ts';
import type { MetadataDirectories } from './exif-block.ts';
import { readTiff, subDirectory, TAG, type TiffDirectory, type TiffField } from './tiff-tags.ts';

const ASCII = 2;
/** Words in the main directory: document, description, maker, model, page, software, date, artist, computer, copyright. */
const WORDS = new Set([269, 270, 271, 272, 285, 305, 306, 315, 316, 33432]);
/** Dates with their fractions and zones. */
const EXIF_WORDS = new Set([36867, 36868, 36880, 36881, 36882, 37520, 37521, 37522]);
/** Version, colour space and size, which an export states for itself. */
const EXIF_OWN = new Set([36864, 40960, 40961, 40962, 40963]);
/** What describes the scan's own pixels, and its profile. */
const STRUCTURE = new Set([
  254, 255, 256, 257, 258, 259, 262, 266, 273, 274, 277, 278, 279, 280, 281, 282, 283, 284, 296, 297, 317,
  322, 323, 324, 325, 338, 339, 34675, 34665,
]);

/** The wanted words of a directory; null when something else is in it. */
function words(
  directory: TiffDirectory,
  wanted: ReadonlySet<number>,
  ignored: ReadonlySet<number>,
): TiffField[] | null {
  const out: TiffField[] = [];
  for (const field of directory.fields.values()) {
    if (ignored.has(field.tag)) continue;
    if (!wanted.has(field.tag) || field.type !== ASCII) return null;
    const end = field.bytes.indexOf(0);
    const text = end < 0 ? field.bytes : field.bytes.subarray(0, end);
    if (text.every((c) => c === 0x20)) continue;
    const bytes = new Uint8Array(text.length + 1);
    bytes.set(text);
    out.push({ ...field, count: bytes.length, bytes });
  }
  return out;
}

/** The directories of a TIFF with nothing but plain words in it; null for every other file. Never rejects. */
export async function plainMetadata(scan: string): Promise<MetadataDirectories | null> {
  let source: FileSource;
  try {
    source = await FileSource.open(scan);
  } catch {
    return null;
  }
  try {
    const file = await readTiff(source);
    const page = file.pages[0];
    const main = words(page, WORDS, STRUCTURE);
    if (!main) return null;
    const sub = await subDirectory(source, file, page.fields.get(TAG.exif));
    const exif = sub ? words(sub, EXIF_WORDS, EXIF_OWN) : [];
    return exif && { main, exif, gps: [], interop: [] };
  } catch {
    return null;
  } finally {
    await source.close();
  }
}

const escape = (text: string): string => text.replace(/[<>&'"]/g, (c) => `&#${c.charCodeAt(0)};`);

/** An XMP packet with the identifiers of an export; null when there are none. */
export function identifierPacket(
  recordHash: string | undefined,
  digitalSourceType: string | undefined,
): Uint8Array | null {
  if (!recordHash && !digitalSourceType) return null;
  const parts: string[] = [];
  if (digitalSourceType)
    parts.push(
      ` <rdf:Description rdf:about='' xmlns:Iptc4xmpExt='http://iptc.org/std/Iptc4xmpExt/2008-02-29/'>`,
      `  <Iptc4xmpExt:DigitalSourceType>${escape(digitalSourceType)}</Iptc4xmpExt:DigitalSourceType>`,
      ` </rdf:Description>`,
    );
  if (recordHash)
    parts.push(
      ` <rdf:Description rdf:about='' xmlns:xmp='http://ns.adobe.com/xap/1.0/'>`,
      `  <xmp:Identifier><rdf:Bag><rdf:li>revelado-record-sha256:${escape(recordHash)}</rdf:li></rdf:Bag></xmp:Identifier>`,
      ` </rdf:Description>`,
    );
  // Room at the end lets other programs add to the packet in place.
  const room = `${' '.repeat(99)}\n`.repeat(20);
  const packet = [
    `<?xpacket begin='\uFEFF' id='W5M0MpCehiHzreSzNTczkc9d'?>`,
    `<x:xmpmeta xmlns:x='adobe:ns:meta/'>`,
    `<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>`,
    ...parts,
    `</rdf:RDF>`,
    `</x:xmpmeta>`,
    `${room}<?xpacket end='w'?>`,
  ];
  return new TextEncoder().encode(packet.join('\n'));
}
