import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { RevealError } from '../../app/contract/messages.ts';
import { makeProfile } from '../../app/color/icc.ts';
import { spaceNames } from '../../app/color/spaces.ts';
import { writeAtomic, writeJsonAtomic } from './atomic.ts';
import { dateParts, exifDate } from './dates.ts';
import { decodeScan } from './decode.ts';
import { opaque } from './exif-block.ts';
import { copyTags, readTags, writeTags } from './exiftool.ts';
import { closeFiles, probeScan, writeFinished } from './index.ts';
import { ascii, pattern16, pattern8, scratch, tiff } from './test-files.ts';
import { TAG } from './tiff-tags.ts';
import type { WriteOptions } from './types.ts';

const { dir, put } = scratch();
afterAll(() => closeFiles());

const W = 41;
const H = 29;
const wide = pattern16(W * H * 3);
const narrow = pattern8(W * H * 3);
const options = (o: Partial<WriteOptions>): WriteOptions => ({
  format: 'tiff',
  quality: 95,
  icc: makeProfile('srgb'),
  metadataFrom: null,
  dpi: null,
  overwrite: false,
  ...o,
});
const leftovers = (folder: string): string[] => readdirSync(folder).filter((n) => n.endsWith('.tmp'));

/** A scan with metadata of every kind, a thumbnail of the negative among them. */
async function richScan(name: string): Promise<string> {
  const pixels = sharp(narrow, { raw: { width: W, height: H, channels: 3 } });
  const file = put(
    name,
    name.endsWith('.jpg')
      ? await pixels.jpeg().toBuffer()
      : await pixels.tiff({ compression: 'none' }).toBuffer(),
  );
  await writeTags(file, {
    'IFD0:Make': 'Nikon',
    'IFD0:Model': 'Z 7',
    'IFD0:Artist': 'Ana Pérez',
    'IFD0:Orientation#': 6,
    'IFD0:XResolution': 2400,
    'IFD0:YResolution': 2400,
    'ExifIFD:DateTimeOriginal': '2024:05:06 07:08:09',
    'ExifIFD:CreateDate': '2024:05:06 07:08:09',
    'ExifIFD:ISO': 100,
    'GPS:GPSLatitude': 43.26,
    'GPS:GPSLatitudeRef': 'N',
    'GPS:GPSLongitude': 2.93,
    'GPS:GPSLongitudeRef': 'W',
    'IPTC:Keywords': ['boda', 'familia'],
    'IPTC:Caption-Abstract': 'The wedding "in" Bilbao\nsecond line',
    'XMP-dc:Title': 'Boda',
    'XMP-crs:Exposure2012': '+1.00',
  });
  return file;
}

describe('pixels are written as given', () => {
  for (const icc of spaceNames)
    it(`in ${icc}: TIFF and PNG 16 and 8, with exactly that profile`, async () => {
      for (const format of ['tiff', 'png'] as const)
        for (const [bits, data] of [
          [16, wide],
          [8, narrow],
        ] as const) {
          const file = path.join(dir, `${icc}-${bits}.${format}`);
          const { sha256, warnings } = await writeFinished(
            file,
            { width: W, height: H, channels: 3, data },
            options({ format, icc: makeProfile(icc) }),
          );
          expect(warnings).toEqual([]);
          expect(sha256).toBe(createHash('sha256').update(readFileSync(file)).digest('hex'));
          const { picture } = await decodeScan(file);
          expect(picture.data, `${format} ${bits}`).toEqual(data);
          const meta = await sharp(file).metadata();
          expect(meta.icc?.equals(Buffer.from(makeProfile(icc)))).toBe(true);
          expect(meta.depth).toBe(bits === 16 ? 'ushort' : 'uchar');
        }
    });
  it('one channel, and pixels on shared memory', async () => {
    const shared = new Uint16Array(new SharedArrayBuffer(W * H * 2));
    shared.set(pattern16(W * H));
    for (const format of ['tiff', 'png'] as const) {
      const file = path.join(dir, `grey.${format}`);
      await writeFinished(
        file,
        { width: W, height: H, channels: 1, data: shared },
        options({ format, icc: makeProfile('grey') }),
      );
      const { picture, info } = await decodeScan(file);
      expect([picture.channels, info.iccName]).toEqual([1, 'Grey, sRGB tone curve']);
      expect(Array.from(picture.data)).toEqual(Array.from(shared));
    }
  });
  it('JPEG is 4:4:4 from quality 90, WebP holds the profile', async () => {
    const picture = { width: W, height: H, channels: 3 as const, data: narrow };
    for (const [quality, sampling] of [
      [92, '4:4:4'],
      [80, '4:2:0'],
    ] as const) {
      const file = path.join(dir, `q${quality}.jpg`);
      await writeFinished(file, picture, options({ format: 'jpeg', quality, dpi: 300 }));
      const meta = await sharp(file).metadata();
      expect(meta).toMatchObject({ chromaSubsampling: sampling, density: 300, width: W, height: H });
      expect(meta.icc?.equals(Buffer.from(makeProfile('srgb')))).toBe(true);
    }
    const webp = path.join(dir, 'picture.webp');
    await writeFinished(
      webp,
      picture,
      options({ format: 'webp', quality: 100, icc: makeProfile('display-p3') }),
    );
    expect((await decodeScan(webp)).picture.data).toEqual(narrow);
    expect((await probeScan(webp)).iccName).toBe('Display P3');
  });
  it('refuses what a format cannot hold', async () => {
    const tooDeep = writeFinished(
      path.join(dir, 'deep.jpg'),
      { width: W, height: H, channels: 3, data: wide },
      options({ format: 'jpeg' }),
    );
    await expect(tooDeep).rejects.toThrow(/8 bits/);
    const wrong = writeFinished(
      path.join(dir, 'wrong.tif'),
      { width: W + 1, height: H, channels: 3, data: wide },
      options({}),
    );
    await expect(wrong).rejects.toThrow(/do not fit/);
    expect(existsSync(path.join(dir, 'deep.jpg'))).toBe(false);
  });
});

describe('metadata of the scan', () => {
  for (const from of ['tif', 'jpg'])
    for (const format of ['tiff', 'png', 'jpeg', 'webp'] as const)
      it(`survives from ${from} to ${format}, with dates and identifiers of the export`, async () => {
        const scan = await richScan(`rich-${format}.${from}`);
        const before = createHash('sha256').update(readFileSync(scan)).digest('hex');
        const file = path.join(dir, `rich-${from}.${format}`);
        const { warnings } = await writeFinished(
          file,
          { width: W, height: H, channels: 3, data: narrow },
          options({
            format,
            metadataFrom: scan,
            dpi: 2400,
            captureDate: 'circa 1962',
            scanDate: '2024-05-06T07:08:09',
            recordHash: 'ab'.repeat(32),
            digitalSourceType: 'http://cv.iptc.org/newscodes/digitalsourcetype/negativeFilm',
          }),
        );
        expect(warnings).toEqual([]);
        const want: Record<string, string> = {
          Make: 'Nikon',
          Artist: 'Ana Pérez',
          Orientation: 'Horizontal (normal)',
          DateTimeOriginal: '1962:01:01 00:00:00',
          ISO: '100',
          'XMP-dc:Title': 'Boda',
          'XMP-dc:Coverage': 'circa 1962',
          'XMP-photoshop:DateCreated': '1962',
          'XMP-xmp:Identifier': `revelado-record-sha256:${'ab'.repeat(32)}`,
          'XMP-iptcExt:DigitalSourceType': 'http://cv.iptc.org/newscodes/digitalsourcetype/negativeFilm',
          'XMP-dc:Description': 'The wedding "in" Bilbao\nsecond line',
        };
        for (const [tag, value] of Object.entries(want)) {
          const found = await readTags(file, [tag.includes(':') ? tag : `EXIF:${tag}`]);
          const key = tag.split(':').pop() ?? tag;
          expect(found[key]?.replace(/\.(?=second)/, '\n'), `${tag} in ${format}`).toBe(value);
        }
        const gps = await readTags(file, [
          'EXIF:GPSLatitude#',
          'EXIF:GPSLongitudeRef',
          'XResolution',
          'CreateDate',
          'ThumbnailImage',
          'XMP-crs:Exposure2012',
        ]);
        expect(Number(gps.GPSLatitude)).toBeCloseTo(43.26, 4);
        expect(gps.GPSLongitudeRef).toMatch(/^W/);
        expect(gps.CreateDate).toMatch(/^2024:05:06/);
        expect(gps.ThumbnailImage).toBeUndefined();
        expect(gps.Exposure2012).toBeUndefined();
        expect((await probeScan(file)).dpi).toBeCloseTo(2400, 0);
        expect((await probeScan(file)).orientation).toBe(1);
        if (format === 'tiff' || format === 'jpeg')
          expect((await readTags(file, ['IPTC:Caption-Abstract']))['Caption-Abstract']).toContain('Bilbao');
        expect(createHash('sha256').update(readFileSync(scan)).digest('hex'), 'the scan is untouched').toBe(
          before,
        );
      });
  it('a thumbnail of the negative does not travel', async () => {
    const scan = await richScan('thumb.jpg');
    const marker = await sharp(pattern8(16 * 16 * 3), { raw: { width: 16, height: 16, channels: 3 } })
      .jpeg()
      .toBuffer();
    const picture = put('thumbnail.jpg', marker);
    await copyTags(picture, scan, [`-ThumbnailImage<=${picture}`]);
    expect(await readTags(scan, ['ThumbnailOffset'])).toHaveProperty('ThumbnailOffset');
    const file = path.join(dir, 'no-thumb.jpg');
    await writeFinished(
      file,
      { width: W, height: H, channels: 3, data: narrow },
      options({ format: 'jpeg', metadataFrom: scan }),
    );
    expect(await readTags(file, ['ThumbnailImage', 'ThumbnailOffset', 'PreviewImage'])).not.toHaveProperty(
      'ThumbnailOffset',
    );
  });
  it("a scanner's private blocks stay behind, its dates do not", async () => {
    const xmp = new TextEncoder().encode(
      `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:Silverfast="LSI/" Silverfast:OriginalScanFrame="${'x'.repeat(100_000)}" xmlns:dc="http://purl.org/dc/elements/1.1/" dc:source="box 7"/></rdf:RDF></x:xmpmeta>`,
    );
    const scan = put(
      'silverfast.tif',
      tiff({
        width: 4,
        height: 2,
        samples: 3,
        data: pattern16(24),
        fields: [
          opaque(TAG.xmp, 1, xmp),
          ascii(TAG.software, 'SilverFast 9'),
          ascii(TAG.dateTime, '2026:06:15 21:20:32'),
        ],
      }),
    );
    const file = path.join(dir, 'from-silverfast.jpg');
    const { bytes } = await writeFinished(
      file,
      { width: W, height: H, channels: 3, data: narrow },
      options({ format: 'jpeg', metadataFrom: scan, captureDate: '1971-08' }),
    );
    expect(bytes).toBeLessThan(30_000);
    const tags = await readTags(file, [
      'XMP-dc:Source',
      'Software',
      'ExifIFD:CreateDate',
      'ExifIFD:DateTimeOriginal',
    ]);
    expect(tags).toMatchObject({
      Source: 'box 7',
      Software: 'SilverFast 9',
      CreateDate: '2026:06:15 21:20:32',
      DateTimeOriginal: '1971:08:01 00:00:00',
    });
  });
  it('names that a line protocol cannot carry', async () => {
    for (const name of ['line\nbreak -delete.jpg', '-all=.jpg', 'ñ 日本 🎞️.jpg', "it's; $(x).jpg"]) {
      const scan = put(name, readFileSync(await richScan('plain.jpg')));
      const file = path.join(dir, `out ${name}`);
      const { warnings } = await writeFinished(
        file,
        { width: W, height: H, channels: 3, data: narrow },
        options({ format: 'jpeg', metadataFrom: scan }),
      );
      expect(warnings, name).toEqual([]);
      expect((await readTags(file, ['Artist'])).Artist, name).toBe('Ana Pérez');
    }
  });
  it('that cannot be read becomes a warning, and the picture is written', async () => {
    const file = path.join(dir, 'unknown-source.tif');
    const { warnings } = await writeFinished(
      file,
      { width: W, height: H, channels: 3, data: wide },
      options({ metadataFrom: path.join(dir, 'gone.tif') }),
    );
    expect(warnings.join()).toMatch(/metadata/);
    expect((await decodeScan(file)).picture.data).toEqual(wide);
  });
});

describe('dates in words', () => {
  it('keep what a machine can sort by', () => {
    const cases: [string, string | null, string | null, boolean][] = [
      ['1962-07-14', '1962-07-14', '1962:07:14 00:00:00', false],
      ['1962-07', '1962-07', '1962:07:01 00:00:00', false],
      ['1962', '1962', '1962:01:01 00:00:00', false],
      ['circa 1962', '1962', '1962:01:01 00:00:00', true],
      ['summer of 1958, Bakio', '1958', '1958:01:01 00:00:00', true],
      ['1962-07-14T10:20:30+02:00', '1962-07-14T10:20:30+02:00', '1962:07:14 10:20:30', false],
      ['1962:07:14 10:20', '1962-07-14T10:20:00', '1962:07:14 10:20:00', false],
      ['1962-02-30', '1962', '1962:01:01 00:00:00', true],
      ['before the war', null, null, true],
    ];
    for (const [text, iso, exif, words] of cases) {
      const p = dateParts(text);
      expect(p?.iso ?? null, text).toBe(iso);
      expect(p ? exifDate(p) : null, text).toBe(exif);
      if (p) expect(p.words, text).toBe(words);
    }
  });
});

describe('complete or absent', () => {
  const picture = { width: W, height: H, channels: 3 as const, data: wide };
  it('never replaces a file unless told, whichever way it came to be there', async () => {
    const file = put('mine.tif', 'precious');
    await expect(writeFinished(file, picture, options({}))).rejects.toMatchObject({ code: 'bad-input' });
    expect(readFileSync(file, 'utf8')).toBe('precious');
    // It appears while we write.
    const late = path.join(dir, 'late.txt');
    const racing = writeAtomic(late, false, async (sink) => {
      writeFileSync(late, 'precious');
      await sink.write(new Uint8Array(10));
    });
    await expect(racing).rejects.toThrow(/late\.txt exists already/);
    expect(readFileSync(late, 'utf8')).toBe('precious');
    await writeFinished(file, picture, options({ overwrite: true }));
    expect((await decodeScan(file)).picture.data).toEqual(wide);
    expect(leftovers(dir)).toEqual([]);
  });
  it('leaves nothing when writing fails in the middle', async () => {
    const folder = path.join(dir, 'failing');
    mkdirSync(folder);
    for (const [code, message] of [
      ['ENOSPC', /No space left/],
      ['EIO', /disk reports an error/],
      ['EROFS', /read-only/],
    ] as const) {
      const failing = writeAtomic(path.join(folder, 'x.tif'), false, async (sink) => {
        await sink.write(new Uint8Array(1000));
        throw Object.assign(new Error(code), { code });
      });
      await expect(failing).rejects.toThrow(message);
      await expect(failing).rejects.toMatchObject({ code: 'disk' });
    }
    expect(readdirSync(folder)).toEqual([]);
  });
  it('says what is wrong with the folder or the name', async () => {
    await expect(writeFinished(path.join(dir, 'no', 'such', 'x.tif'), picture, options({}))).rejects.toThrow(
      /not there/,
    );
    await expect(
      writeFinished(path.join(dir, `${'n'.repeat(300)}.tif`), picture, options({})),
    ).rejects.toThrow(/too long/);
    mkdirSync(path.join(dir, 'taken.tif'));
    await expect(
      writeFinished(path.join(dir, 'taken.tif'), picture, options({ overwrite: true })),
    ).rejects.toThrow(/folder/);
    await expect(writeFinished('/proc/x.tif', picture, options({}))).rejects.toBeInstanceOf(RevealError);
  });
  it('on a full disk and on a read-only one', async (context) => {
    const full = tinyDisk();
    if (!full) {
      context.skip('mounting a small file system is not allowed here');
      return;
    }
    try {
      const big = { width: 800, height: 800, channels: 3 as const, data: new Uint16Array(800 * 800 * 3) };
      await expect(writeFinished(path.join(full, 'big.tif'), big, options({}))).rejects.toThrow(
        /No space left.*big\.tif/,
      );
      expect(readdirSync(full)).toEqual([]);
      execFileSync('mount', ['-o', 'remount,ro', full]);
      await expect(writeFinished(path.join(full, 'ro.tif'), picture, options({}))).rejects.toThrow(
        /read-only/,
      );
    } finally {
      execFileSync('umount', [full]);
      rmSync(full, { recursive: true });
    }
  });
  it('writes JSON the same way', async () => {
    const file = path.join(dir, 'record.json');
    await writeJsonAtomic(file, { a: [1, 2], é: '\n' });
    await writeJsonAtomic(file, { b: null });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ b: null });
    expect(leftovers(dir)).toEqual([]);
  });
});

/** A file system of one megabyte, or null where the system does not let us have one. */
function tinyDisk(): string | null {
  if (process.platform !== 'linux') return null;
  const at = path.join(dir, 'tiny');
  try {
    mkdirSync(at);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', at], { stdio: 'ignore' });
    return at;
  } catch {
    return null;
  }
}
