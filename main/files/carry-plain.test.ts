/** The short way for plain metadata gives what the long way gives, and is taken for nothing else. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { collectMetadata } from './carry.ts';
import { identifierPacket, plainMetadata } from './carry-plain.ts';
import { buildExifBlock, longs, opaque, shorts, type MetadataDirectories } from './exif-block.ts';
import { closeFiles } from './index.ts';
import { endExiftool, readTags } from './exiftool.ts';
import { TAG, type TiffField } from './tiff-tags.ts';
import type { WriteOptions } from './types.ts';

const dir = mkdtempSync(path.join(os.tmpdir(), 'revelado-plain-'));
afterAll(async () => {
  await closeFiles();
  await endExiftool();
  rmSync(dir, { recursive: true, force: true });
});
const ascii = (tag: number, text: string): TiffField => {
  const bytes = new TextEncoder().encode(text);
  return { ...opaque(tag, 7, bytes), type: 2, count: bytes.length };
};
/** A one-pixel scan with these directories. */
function scan(name: string, extra: Partial<MetadataDirectories>): string {
  const main = [
    longs(TAG.width, [1]),
    longs(TAG.height, [1]),
    shorts(TAG.bits, [8]),
    shorts(TAG.compression, [1]),
    shorts(TAG.photometric, [1]),
    longs(TAG.stripOffsets, [8]),
    shorts(TAG.samples, [1]),
    longs(TAG.rowsPerStrip, [1]),
    longs(TAG.stripBytes, [1]),
    ...(extra.main ?? []),
  ];
  const file = path.join(dir, name);
  writeFileSync(file, buildExifBlock({ exif: [], gps: [], interop: [], ...extra, main }));
  return file;
}
const options = (metadataFrom: string, more: Partial<WriteOptions> = {}): WriteOptions => ({
  format: 'tiff',
  quality: 90,
  icc: new Uint8Array(0),
  metadataFrom,
  dpi: null,
  recordHash: 'ab'.repeat(32),
  digitalSourceType: 'http://example.org/a?b&c<d>',
  overwrite: true,
  ...more,
});
const words = (fields: readonly TiffField[]): [number, string][] =>
  fields.map((f) => [f.tag, new TextDecoder().decode(f.bytes)]);

describe('plain metadata', () => {
  const written = [
    ascii(TAG.make, 'Nikon\0'),
    ascii(TAG.model, 'LS-5000\0\0\0'),
    ascii(TAG.software, 'VueScan 9\0'),
    ascii(TAG.dateTime, '2019:05:04 03:02:01\0'),
  ];

  it('is carried as the long way carries it', async () => {
    const file = scan('plain.tif', { main: written, exif: [ascii(36867, '2019:05:04 03:02:01\0')] });
    const plain = await plainMetadata(file);
    expect(words(plain!.main)).toEqual([
      [TAG.make, 'Nikon\0'],
      [TAG.model, 'LS-5000\0'],
      [TAG.software, 'VueScan 9\0'],
      [TAG.dateTime, '2019:05:04 03:02:01\0'],
    ]);
    const short = await collectMetadata(options(file));
    // A date of the scan asks for the long way.
    const long = await collectMetadata(options(file, { scanDate: '2020-01-02' }));
    expect(words(short.directories.main)).toEqual(words(long.directories.main));
    const original = (m: typeof long) => words(m.directories.exif).find(([tag]) => tag === 36867);
    expect(original(short)).toEqual(original(long));
    expect(original(short)).toEqual([36867, '2019:05:04 03:02:01\0']);
    expect(short.warnings).toEqual([]);
  });

  it('identifiers are read back by others', async () => {
    const file = path.join(dir, 'packet.xmp');
    writeFileSync(file, identifierPacket('cd'.repeat(32), 'http://example.org/a?b&c<d>')!);
    const tags = await readTags(file, ['XMP-xmp:Identifier', 'XMP-iptcExt:DigitalSourceType']);
    expect(Object.values(tags)).toEqual(
      expect.arrayContaining([`revelado-record-sha256:${'cd'.repeat(32)}`, 'http://example.org/a?b&c<d>']),
    );
    expect(identifierPacket(undefined, undefined)).toBeNull();
  });

  it.each<[string, Partial<MetadataDirectories>]>([
    ['xmp', { main: [opaque(TAG.xmp, 1, new TextEncoder().encode('<x:xmpmeta/>'))] }],
    ['gps', { gps: [ascii(29, '2019:05:04\0')] }],
    ['iptc', { main: [opaque(TAG.iptc, 7, new Uint8Array([28, 2, 0, 0, 0]))] }],
    ['camera', { exif: [shorts(TAG.iso, [400])] }],
    ['private', { main: [opaque(50000, 7, new Uint8Array([1, 2, 3, 4, 5]))] }],
    ['no words', { main: [shorts(TAG.make, [7])] }],
  ])('anything more goes the long way: %s', async (name, extra) => {
    expect(await plainMetadata(scan(`${name}.tif`, extra))).toBeNull();
  });

  it('what is no TIFF goes the long way', async () => {
    const file = path.join(dir, 'x.jpg');
    writeFileSync(file, 'not a picture');
    expect(await plainMetadata(file)).toBeNull();
    expect(await plainMetadata(path.join(dir, 'missing.tif'))).toBeNull();
  });
});
