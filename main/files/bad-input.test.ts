import sharp from 'sharp';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { mkdirSync, symlinkSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { RevealError } from '../../app/contract/messages.ts';
import { FileSource, fileError, memorySource } from './bytes.ts';
import { decodeScan } from './decode.ts';
import { longs, opaque, shorts } from './exif-block.ts';
import { xmpValue } from './facts.ts';
import { hashFile, probeScan } from './index.ts';
import { ascii, pattern16, pattern8, scratch, tiff } from './test-files.ts';
import { TiffRows, type TiffLayout } from './tiff-pixels.ts';
import { readTiff, TAG } from './tiff-tags.ts';

const { dir, put } = scratch();
const photo = (w: number, h: number) =>
  sharp(pattern8(w * h * 3), { raw: { width: w, height: h, channels: 3 } });

/** Fails with a RevealError that names the file. */
async function refused(file: string, reason: RegExp, code = 'bad-input'): Promise<void> {
  const error = await decodeScan(file).then(
    () => null,
    (e: unknown) => e,
  );
  expect(error, 'must be refused').toBeInstanceOf(RevealError);
  if (!(error instanceof RevealError)) return;
  expect(error.message).toContain(path.basename(file));
  expect(error.message).toMatch(reason);
  expect(error.code).toBe(code);
}
afterEach(() => vi.restoreAllMocks());

describe('bad input is refused with name and reason', () => {
  it('empty, vanished, a folder, a link in circles', async () => {
    await refused(put('empty.tif', ''), /empty/);
    await refused(path.join(dir, 'gone.tif'), /not there/, 'not-found');
    mkdirSync(path.join(dir, 'folder.tif'));
    await refused(path.join(dir, 'folder.tif'), /folder/);
    symlinkSync(path.join(dir, 'b.tif'), path.join(dir, 'a.tif'));
    symlinkSync(path.join(dir, 'a.tif'), path.join(dir, 'b.tif'));
    await refused(path.join(dir, 'a.tif'), /circles/);
    await expect(hashFile(path.join(dir, 'gone.tif'))).rejects.toThrow(/gone\.tif.*not there/);
  });
  it.skipIf(process.platform === 'win32')('a pipe and a device, without waiting for them', async () => {
    const pipe = path.join(dir, 'pipe.tif');
    expect(spawnSync('mkfifo', [pipe]).status).toBe(0);
    await refused(pipe, /pipe, not a file/);
    await refused('/dev/zero', /device, not a file/);
  });
  it('text called .tif, other formats by name', async () => {
    await refused(put('letter.tif', 'Dear aunt, the negatives are in the box.\n'), /text file/);
    await refused(put('noise.jpg', pattern8(4000)), /not a picture/);
    await refused(put('old.gif', await photo(8, 8).gif().toBuffer()), /GIF/);
    await refused(put('doc.png', '%PDF-1.4\n'), /PDF/);
    const heic = Buffer.concat([
      Buffer.from([0, 0, 0, 24]),
      Buffer.from('ftypheic\0\0\0\0mif1heic'),
      Buffer.alloc(64),
    ]);
    await refused(put('phone.heic', heic), /HEIC.*TIFF/);
  });
  it('a mislabelled picture opens by its content', async () => {
    const png = await photo(20, 10).png().toBuffer();
    expect(await probeScan(put('really-png.jpg', png))).toMatchObject({
      format: 'png',
      width: 20,
      height: 10,
    });
    const tif = tiff({ width: 4, height: 2, samples: 3, data: pattern16(24) });
    expect((await decodeScan(put('no extension', tif))).picture.data).toEqual(pattern16(24));
  });
  it('truncated files of every format', async () => {
    for (const [name, bytes] of [
      ['cut.jpg', await photo(400, 300).jpeg().toBuffer()],
      ['cut.png', await photo(400, 300).png().toBuffer()],
      ['cut.webp', await photo(400, 300).webp().toBuffer()],
      ['cut-lzw.tif', await photo(400, 300).tiff({ compression: 'lzw' }).toBuffer()],
      ['cut-raw.tif', await photo(400, 300).tiff({ compression: 'none' }).toBuffer()],
      ['cut-jpeg.tif', await photo(400, 300).tiff({ compression: 'jpeg' }).toBuffer()],
    ] as const) {
      const file = put(name, bytes);
      truncateSync(file, Math.floor(bytes.length * 0.6));
      await refused(file, /cut short|damaged|cannot be|not a picture/);
      truncateSync(file, 20);
      await refused(file, /./);
    }
  });
  it('a file that loses its end between probe and decode', async () => {
    const file = put(
      'vanishing.tif',
      tiff({ width: 40, height: 400, samples: 3, data: pattern16(48000), rowsPerStrip: 4 }),
    );
    const info = await probeScan(file);
    expect(info.width).toBe(40);
    unlinkSync(file);
    await refused(file, /not there/, 'not-found');
  });
  it('a strip with damaged compression', async () => {
    const bytes = tiff({ width: 40, height: 40, samples: 3, data: pattern16(4800), compression: 8 });
    bytes.fill(0xee, 40, 200);
    await refused(put('bitrot.tif', bytes), /damaged/);
  });
  it('CMYK, as JPEG and as TIFF', async () => {
    await refused(put('press.jpg', await photo(16, 16).toColourspace('cmyk').jpeg().toBuffer()), /CMYK.*RGB/);
    await refused(
      put('press.tif', tiff({ width: 4, height: 4, samples: 4, data: pattern8(64), photometric: 5 })),
      /CMYK.*RGB/,
    );
  });
  it('an animation', async () => {
    // Two frames that differ: equal ones would be merged.
    const frames = Buffer.from(pattern8(16 * 32 * 3).map((v, i) => (i < 768 ? v : 255 - v)));
    const webp = await sharp(frames, { raw: { width: 16, height: 32, channels: 3, pageHeight: 16 } })
      .webp({ loop: 0, delay: [100, 100] })
      .toBuffer();
    await refused(put('moving.webp', webp), /animation of 2/);
  });
  it('zero size, and a header far larger than its file', async () => {
    await refused(
      put('zero.tif', tiff({ width: 0, height: 5, samples: 3, data: new Uint8Array(0) })),
      /size 0/,
    );
    const lie = tiff({ width: 8, height: 8, samples: 3, data: pattern8(192) });
    const wide = bumpSize(lie, 30000);
    await refused(put('bomb.tif', wide), /cut short|damaged/);
  });
  it('a 30,000 × 30,000 PNG bomb, before anything is unpacked', async () => {
    const png = await photo(1, 1).png().toBuffer();
    const ihdr = Buffer.from(png.subarray(12, 29));
    ihdr.writeUInt32BE(30000, 4);
    ihdr.writeUInt32BE(30000, 8);
    const { crc32 } = await import('node:zlib');
    const crc = Buffer.alloc(4);
    crc.writeUInt32BE(crc32(ihdr));
    const bomb = Buffer.concat([png.subarray(0, 12), ihdr, crc, png.subarray(33)]);
    const started = Date.now();
    await refused(put('bomb.png', bomb), /too large \(30000 × 30000.*400 megapixels/);
    expect(Date.now() - started).toBeLessThan(2000);
  });
  it('permission denied (the system call is made to fail: root may read everything)', async () => {
    vi.spyOn(FileSource, 'open').mockImplementation((file) =>
      Promise.reject(fileError(file, Object.assign(new Error('EACCES'), { code: 'EACCES' }), 'read')),
    );
    await refused(path.join(dir, 'secret.tif'), /permission denied/);
  });
  it('a directory of pages that leads in circles is read once', async () => {
    const bytes = tiff({ width: 4, height: 2, samples: 3, data: pattern16(24) });
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const first = view.getUint32(4, true);
    view.setUint32(first + 2 + view.getUint16(first, true) * 12, first, true);
    expect((await probeScan(put('circle.tif', bytes))).pages).toBe(1);
  });
});

describe('crafted files cost neither time nor memory', () => {
  it('XMP that opens the same element ten thousand times', () => {
    const started = performance.now();
    expect(xmpValue('<exif:DateTimeOriginal '.repeat(200_000), 'exif:DateTimeOriginal')).toBeNull();
    expect(performance.now() - started).toBeLessThan(2000);
  });
  it('thousands of fields that point at the same bytes', async () => {
    const fields = 3000;
    const shared = 1 << 20;
    const at = 8 + 2 + fields * 12 + 4;
    const file = Buffer.alloc(at + shared);
    file.write('II', 0, 'latin1');
    file.writeUInt16LE(42, 2);
    file.writeUInt32LE(8, 4);
    file.writeUInt16LE(fields, 8);
    for (let i = 0; i < fields; i++) {
      const entry = 10 + i * 12;
      file.writeUInt16LE(1000 + i, entry);
      file.writeUInt16LE(7, entry + 2);
      file.writeUInt32LE(shared, entry + 4);
      file.writeUInt32LE(at, entry + 8);
    }
    const { pages } = await readTiff(memorySource(file));
    let held = 0;
    for (const field of pages[0].fields.values()) held += field.bytes.length;
    expect(held).toBeLessThan(5 * file.length);
    await refused(put('fields.tif', file), /no picture/);
  });
  it.each([5, 8, 32773])(
    'compression %i: a strip that promises more than its bytes can hold',
    async (kind) => {
      const bytes = bumpSize(
        tiff({ width: 8, height: 8, samples: 3, data: pattern8(192), compression: 8 }),
        17_000,
      );
      const view = new DataView(bytes.buffer, bytes.byteOffset);
      const first = view.getUint32(4, true) + 2;
      view.setUint32(first + 3 * 12 + 8, kind, true);
      for (let i = 0; i < view.getUint16(first - 2, true); i++)
        if (view.getUint16(first + i * 12, true) === TAG.rowsPerStrip)
          view.setUint32(first + i * 12 + 8, 17_000, true);
      const before = process.memoryUsage().arrayBuffers;
      await refused(put(`promise-${kind}.tif`, bytes), /cut short/);
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50e6);
    },
  );
  it('a make of megabytes becomes one short line', async () => {
    const make = `\u001b[31m<script>alert(1)</script>\n${'x'.repeat(2 << 20)}`;
    const bytes = tiff({
      width: 4,
      height: 2,
      samples: 3,
      data: pattern16(24),
      fields: [ascii(TAG.make, make), ascii(TAG.model, ' \n ')],
    });
    const info = await probeScan(put('make.tif', bytes));
    expect(info.make).toHaveLength(200);
    expect(info.make).toMatch(/^\[31m<script>alert\(1\)<\/script> x+$/);
    expect(info.model).toBeNull();
  });
  it('a picture in one strip is read in parts', () => {
    const layout: TiffLayout = {
      ...{ width: 10_000, height: 10_000, samples: 3, bits: 16, float: false, photometric: 2 },
      ...{ compression: 1, predictor: 1, planar: false, tiled: false, littleEndian: true },
      ...{ segmentWidth: 10_000, segmentHeight: 10_000, offsets: [8], bytes: [6e8], extraSamples: [] },
    };
    const rows = new TiffRows(undefined as unknown as FileSource, layout);
    expect(rows.bandHeight(10_000) * 60_000).toBeLessThanOrEqual(8 << 20);
  });
  it('seeded bit rot and cuts in every format: done, or refused by name', async () => {
    const small = photo(40, 30);
    const seeds = {
      'rot.tif': Buffer.from(
        tiff({ width: 12, height: 8, samples: 3, data: pattern16(288), rowsPerStrip: 2 }),
      ),
      'rot-lzw.tif': await small.clone().tiff({ compression: 'lzw' }).toBuffer(),
      'rot.jpg': await small.clone().jpeg().toBuffer(),
      'rot.png': await small.clone().png().toBuffer(),
      'rot.webp': await small.clone().webp().toBuffer(),
    };
    let seed = 20_260_615;
    const random = (n: number): number => {
      seed = (Math.imul(seed ^ (seed >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
      return (seed >>> 0) % n;
    };
    const edge = [0, 1, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff];
    for (const [name, good] of Object.entries(seeds))
      for (let round = 0; round < 48; round++) {
        let bytes = Buffer.from(good);
        if (round % 3 === 0) bytes = bytes.subarray(0, 1 + random(bytes.length - 1));
        else if (round % 3 === 1) bytes[random(bytes.length)] ^= 1 << random(8);
        else bytes.writeUInt32LE(edge[random(edge.length)], random(Math.min(400, bytes.length - 4)));
        const file = put(name, bytes);
        const started = performance.now();
        const answer = await decodeScan(file, { maxSide: 16 }).catch((error: unknown) => error);
        expect(performance.now() - started, `${name}, round ${round}`).toBeLessThan(5000);
        if (answer instanceof Error) {
          expect(answer, `${name}, round ${round}`).toBeInstanceOf(RevealError);
          expect(answer.message).toContain(name);
        }
      }
  }, 60_000);
});

/** Overwrites the width and height of a little-endian TIFF made by the test helper. */
function bumpSize(bytes: Uint8Array, size: number): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const at = view.getUint32(4, true) + 2;
  for (const i of [0, 1]) view.setUint32(at + i * 12 + 8, size, true);
  return bytes;
}

describe('odd but good input', () => {
  it('one pixel', async () => {
    const p = (
      await decodeScan(
        put('one.tif', tiff({ width: 1, height: 1, samples: 3, data: Uint16Array.of(1, 2, 3) })),
        { maxSide: 500 },
      )
    ).picture;
    expect(Array.from(p.data)).toEqual([1, 2, 3]);
    const png = await photo(1, 1).png().toBuffer();
    expect((await decodeScan(put('one.png', png))).picture.data.length).toBe(3);
  });
  it('corrupt EXIF and corrupt ICC do not stop a picture', async () => {
    const { embedJpeg } = await import('./containers.ts');
    const jpeg = await photo(16, 16).jpeg().toBuffer();
    const broken = { icc: pattern8(400), exif: pattern8(300), xmp: pattern8(200), iptc: null, dpi: 300 };
    const { info, picture } = await decodeScan(
      put('broken-metadata.jpg', Buffer.concat(embedJpeg(jpeg, broken))),
    );
    expect(picture.width).toBe(16);
    expect(info.curveReason).toMatch(/assumed sRGB/);
    const bad = tiff({
      width: 4,
      height: 2,
      samples: 3,
      data: pattern16(24),
      fields: [longs(TAG.exif, [0xfffffff0]), longs(TAG.gps, [12]), opaque(TAG.icc, 7, pattern8(200))],
    });
    expect((await decodeScan(put('broken-metadata.tif', bad))).picture.data).toEqual(pattern16(24));
  });
  it('names with every legal character, and links to elsewhere', async () => {
    const png = await photo(6, 4).png().toBuffer();
    for (const name of [
      'it\'s a "scan".png',
      'line\nbreak.png',
      '-rf.png',
      'ñandú 日本 🎞️.png',
      'a[page=3]',
      ' lead.png',
      '%d%s.png',
      'semi;colon&amp.png',
      'back\\slash.png',
    ]) {
      const file = put(name, png);
      expect((await decodeScan(file)).picture.width, name).toBe(6);
      expect(await hashFile(file)).toMatch(/^[0-9a-f]{64}$/);
    }
    symlinkSync(put('target.png', png), path.join(dir, 'link.png'));
    expect((await probeScan(path.join(dir, 'link.png'))).width).toBe(6);
  });
  it('cancelling before and during', async () => {
    const file = put('big.tif', tiff({ width: 64, height: 64, samples: 3, data: pattern16(64 * 64 * 3) }));
    await expect(decodeScan(file, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'cancelled',
    });
  });
  it('a region outside is a bad request', async () => {
    const file = put(
      'region.tif',
      tiff({ width: 8, height: 8, samples: 1, data: pattern16(64), fields: [shorts(TAG.orientation, [6])] }),
    );
    await expect(decodeScan(file, { region: { x: 9, y: 0, w: 2, h: 2 } })).rejects.toMatchObject({
      code: 'bad-request',
    });
    expect((await decodeScan(file)).picture.orientation).toBe(6);
    writeFileSync(path.join(dir, 'done'), '');
  });
});
