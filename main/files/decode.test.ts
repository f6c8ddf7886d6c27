import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { toLinear } from '../../app/color/curve.ts';
import { makeProfile } from '../../app/color/icc.ts';
import { swapBytes } from './codecs.ts';
import { decodeScan } from './decode.ts';
import { opaque, shorts } from './exif-block.ts';
import { probeScan } from './index.ts';
import { fit, Reducer } from './reduce.ts';
import { ascii, pattern16, pattern8, scratch, tiff } from './test-files.ts';
import { halfFloats } from './tiff-pixels.ts';
import { TAG } from './tiff-tags.ts';

const { put } = scratch();
const W = 37;
const H = 23;
const rgb16 = pattern16(W * H * 3);
const rgb8 = pattern8(W * H * 3);

const stored = async (file: string) => (await decodeScan(file)).picture;

describe('samples come out exactly as stored', () => {
  const layouts = {
    'one strip': {},
    'a row a strip': { rowsPerStrip: 1 },
    'uneven strips': { rowsPerStrip: 5 },
    tiles: { tile: 16 },
    planar: { planar: true, rowsPerStrip: 4 },
    'planar tiles': { planar: true, tile: 16 },
    deflate: { compression: 8, rowsPerStrip: 6 },
    'deflate tiles': { compression: 8, tile: 16 },
  };
  for (const [name, layout] of Object.entries(layouts))
    it(`TIFF, 16 and 8 bits, ${name}`, async () => {
      const wide = put(`${name}-16.tif`, tiff({ width: W, height: H, samples: 3, data: rgb16, ...layout }));
      const p = await stored(wide);
      expect([p.width, p.height, p.channels]).toEqual([W, H, 3]);
      expect(p.data).toEqual(rgb16);
      expect(p.data.buffer).toBeInstanceOf(SharedArrayBuffer);
      const narrow = put(`${name}-8.tif`, tiff({ width: W, height: H, samples: 3, data: rgb8, ...layout }));
      expect((await stored(narrow)).data).toEqual(rgb8);
      const part = await decodeScan(wide, { region: { x: 5, y: 7, w: 20, h: 9 } });
      const want: number[] = [];
      for (let y = 7; y < 16; y++) want.push(...rgb16.subarray((y * W + 5) * 3, (y * W + 25) * 3));
      expect(Array.from(part.picture.data)).toEqual(want);
    });
  it('TIFF written by libtiff: LZW and Deflate with prediction, PackBits, big tiles', async () => {
    for (const compression of ['lzw', 'deflate', 'packbits', 'none'] as const)
      for (const predictor of ['none', 'horizontal'] as const) {
        if (compression === 'packbits' && predictor !== 'none') continue;
        const bytes = await sharp(rgb16, { raw: { width: W, height: H, channels: 3 } })
          .toColourspace('rgb16')
          .tiff({ compression, predictor, tile: compression === 'lzw', tileWidth: 16, tileHeight: 16 })
          .toBuffer();
        const p = await stored(put(`libtiff-${compression}-${predictor}.tif`, bytes));
        expect(p.data, `${compression} ${predictor}`).toEqual(rgb16);
      }
  });
  it('big-endian TIFF', async () => {
    const little = tiff({ width: W, height: H, samples: 3, data: rgb16 });
    // ImageMagick and Photoshop on PowerPC wrote these; libvips reads one for comparison.
    const big = bigEndian(little);
    expect((await stored(put('big.tif', big))).data).toEqual(rgb16);
  });
  it('PNG 16 and 8, with a profile that must not be applied', async () => {
    for (const name of ['srgb', 'prophoto'] as const) {
      const png = await sharp(rgb16, { raw: { width: W, height: H, channels: 3 } })
        .toColourspace('rgb16')
        .png()
        .toBuffer();
      const { embedPng } = await import('./containers.ts');
      const tagged = Buffer.concat(
        embedPng(png, { icc: makeProfile(name), exif: null, xmp: null, iptc: null, dpi: null }),
      );
      const p = await stored(put(`${name}.png`, tagged));
      expect(p.data).toEqual(rgb16);
      expect(p.curve.kind).toBe(name === 'srgb' ? 'srgb' : 'table');
      const png8 = await sharp(rgb8, { raw: { width: W, height: H, channels: 3 } })
        .png()
        .toBuffer();
      const tagged8 = Buffer.concat(
        embedPng(png8, { icc: makeProfile(name), exif: null, xmp: null, iptc: null, dpi: null }),
      );
      expect((await stored(put(`${name}8.png`, tagged8))).data).toEqual(rgb8);
    }
  });
  it('a tagged JPEG and WebP give the same samples as untagged', async () => {
    const { embedJpeg, embedWebp } = await import('./containers.ts');
    const jpeg = await sharp(rgb8, { raw: { width: W, height: H, channels: 3 } })
      .jpeg({ quality: 95 })
      .toBuffer();
    const e = { icc: makeProfile('prophoto'), exif: null, xmp: null, iptc: null, dpi: null };
    const plain = await stored(put('plain.jpg', jpeg));
    const tagged = await stored(put('tagged.jpg', Buffer.concat(embedJpeg(jpeg, e))));
    expect(tagged.data).toEqual(plain.data);
    expect(tagged.curve.kind).toBe('table');
    const webp = await sharp(rgb8, { raw: { width: W, height: H, channels: 3 } })
      .webp({ lossless: true })
      .toBuffer();
    const w = await stored(put('tagged.webp', Buffer.concat(embedWebp(webp, W, H, e))));
    expect(w.data).toEqual(rgb8);
  });
  it('grey stays one channel, white-is-zero is turned', async () => {
    const grey = pattern16(W * H);
    const p = await stored(put('grey.tif', tiff({ width: W, height: H, samples: 1, data: grey })));
    expect(p.channels).toBe(1);
    expect(p.data).toEqual(grey);
    const turned = await stored(
      put('miniswhite.tif', tiff({ width: W, height: H, samples: 1, data: grey, photometric: 0 })),
    );
    expect(turned.data).toEqual(grey.map((v) => 65535 - v));
    const png = await sharp(grey, { raw: { width: W, height: H, channels: 1 } })
      .toColourspace('grey16')
      .png()
      .toBuffer();
    const fromPng = await stored(put('grey.png', png));
    expect([fromPng.channels, fromPng.data]).toEqual([1, grey]);
  });
  it('float TIFF is exact and linear, also beyond 0..1; 32-bit integers become fractions', async () => {
    const floats = Float32Array.from({ length: W * H * 3 }, (_, i) => (i - 100) / 1000);
    const f = put(
      'float.tif',
      tiff({ width: W, height: H, samples: 3, data: floats, float: true, rowsPerStrip: 4 }),
    );
    const p = await stored(f);
    expect(p.data).toEqual(floats);
    expect(p.curve).toEqual({ kind: 'linear' });
    expect((await probeScan(f)).bits).toBe(32);
    const deflated = put(
      'floatz.tif',
      tiff({ width: W, height: H, samples: 3, data: floats, float: true, compression: 8 }),
    );
    expect((await stored(deflated)).data).toEqual(floats);
    const wide = Uint32Array.of(0, 4294967295, 2147483647.5);
    const q = await stored(put('int32.tif', tiff({ width: 1, height: 1, samples: 3, data: wide })));
    expect(Array.from(q.data)).toEqual([0, 1, 0.5]);
  });
  it('float TIFF with the floating point predictor, as libtiff writes it', async () => {
    // libvips takes these as sRGB code values and writes linear floats.
    const floats = Float32Array.from({ length: W * H * 3 }, (_, i) => (i * 37) % 256);
    const written = async (predictor: 'float' | 'none'): Promise<string> =>
      put(
        `predicted-${predictor}.tif`,
        await sharp(floats, { raw: { width: W, height: H, channels: 3 } })
          .pipelineColourspace('scrgb')
          .toColourspace('scrgb')
          .tiff({ compression: 'deflate', predictor })
          .toBuffer(),
      );
    const plain = await stored(await written('none'));
    const predicted = await stored(await written('float'));
    expect(predicted.data).toBeInstanceOf(Float32Array);
    expect(predicted.data).toEqual(plain.data);
    expect(new Set(predicted.data).size).toBe(256);
  });
  it('AVIF, 8 and 12 bits, over the whole range', async () => {
    for (const bitdepth of [8, 12] as const) {
      const white = new Uint16Array(32 * 16 * 3).fill(65535, 0, 16 * 16 * 3);
      const avif = await sharp(white, { raw: { width: 16, height: 32, channels: 3 } })
        .toColourspace('rgb16')
        .avif({ quality: 100, bitdepth, effort: 0 })
        .toBuffer();
      const p = await stored(put(`${bitdepth}.avif`, avif));
      const top = bitdepth === 8 ? 255 : 65535;
      expect(p.data.BYTES_PER_ELEMENT).toBe(bitdepth === 8 ? 1 : 2);
      expect(p.data[0] / top).toBeGreaterThan(0.99);
      expect(p.data[p.data.length - 1] / top).toBeLessThan(0.01);
    }
  });
  it('half floats', () => {
    expect(Array.from(halfFloats(Uint16Array.of(0x3c00, 0xc000, 0x3555, 0x0001)))).toEqual([
      1,
      -2,
      0.333251953125,
      2 ** -24,
    ]);
  });
  it('palette and 1-bit files are decoded, alpha lays the picture over white', async () => {
    const png = await sharp(rgb8, { raw: { width: W, height: H, channels: 3 } })
      .png({ palette: true, colours: 16 })
      .toBuffer();
    expect((await stored(put('palette.png', png))).channels).toBe(3);
    const bilevel = await sharp({ create: { width: 16, height: 8, channels: 3, background: 'white' } })
      .toColourspace('b-w')
      .tiff({ bitdepth: 1 })
      .toBuffer();
    const p = await stored(put('bilevel.tif', bilevel));
    expect(p.channels).toBe(1);
    expect(new Set(p.data)).toEqual(new Set([255]));
    const rgba = pattern8(W * H * 4);
    // What is opaque keeps its codes; what is not is mixed with white.
    for (let i = 3; i < rgba.length; i += 8) rgba[i] = 255;
    const over = Uint8Array.from(rgba, (v, i) => {
      const a = rgba[i - (i % 4) + 3] / 255;
      return Math.round(v * a + 255 * (1 - a));
    }).filter((_, i) => i % 4 !== 3);
    const alpha = await sharp(rgba, { raw: { width: W, height: H, channels: 4 } })
      .png()
      .toBuffer();
    const laid = await stored(put('alpha.png', alpha));
    expect(laid.data).toEqual(over);
    expect(laid.data[0]).toBe(rgba[0]);
    const tif = await stored(
      put(
        'alpha.tif',
        tiff({ width: W, height: H, samples: 4, data: rgba, fields: [shorts(TAG.extraSamples, [2])] }),
      ),
    );
    expect(tif.data).toEqual(over);
    expect(tif.infrared).toBeUndefined();
  });
});

/** The same TIFF with the other byte order; every field of these test files is SHORT, LONG or bytes. */
function bigEndian(little: Uint8Array): Uint8Array {
  const b = Buffer.from(little);
  const out = Buffer.from(little);
  out.write('MM', 0, 'latin1');
  out.writeUInt16BE(42, 2);
  const directory = b.readUInt32LE(4);
  out.writeUInt32BE(directory, 4);
  const n = b.readUInt16LE(directory);
  out.writeUInt16BE(n, directory);
  for (let i = 0; i < n; i++) {
    const at = directory + 2 + i * 12;
    const type = b.readUInt16LE(at + 2);
    const count = b.readUInt32LE(at + 4);
    out.writeUInt16BE(b.readUInt16LE(at), at);
    out.writeUInt16BE(type, at + 2);
    out.writeUInt32BE(count, at + 4);
    const size = type === 3 ? 2 : 4;
    const inline = size * count <= 4;
    const where = inline ? at + 8 : b.readUInt32LE(at + 8);
    if (!inline) out.writeUInt32BE(where, at + 8);
    swapBytes(out.subarray(where, where + size * count), size);
  }
  const pixels = new Uint8Array(out.buffer, out.byteOffset + 8, W * H * 6);
  swapBytes(pixels, 2);
  return out;
}

describe('infrared', () => {
  const ir = pattern16(W * H).map((v) => v ^ 0x5555);
  it('on a page of its own', async () => {
    const f = put(
      'hdri.tif',
      tiff(
        { width: W, height: H, samples: 3, data: rgb16, rowsPerStrip: 1 },
        {
          width: W,
          height: H,
          samples: 1,
          data: ir,
          rowsPerStrip: 1,
          fields: [shorts(TAG.subfileType, [4])],
        },
      ),
    );
    const info = await probeScan(f);
    expect([info.infrared, info.pages]).toEqual([1, 2]);
    const p = await stored(f);
    expect(p.data).toEqual(rgb16);
    expect(p.infrared).toEqual(ir);
    expect((await decodeScan(f, { infrared: false })).picture.infrared).toBeUndefined();
  });
  it('as the fourth sample', async () => {
    const data = new Uint16Array(W * H * 4);
    for (let i = 0; i < W * H; i++)
      data.set([rgb16[i * 3], rgb16[i * 3 + 1], rgb16[i * 3 + 2], ir[i]], i * 4);
    const f = put(
      'rgbi.tif',
      tiff({ width: W, height: H, samples: 4, data, fields: [ascii(TAG.software, 'VueScan 9 x64 (9.8)')] }),
    );
    const info = await probeScan(f);
    expect(info.infrared).toBe('alpha');
    expect(info.curveReason).toMatch(/VueScan.*linear/);
    const p = await stored(f);
    expect(p.data).toEqual(rgb16);
    expect(p.infrared).toEqual(ir);
    const half = await decodeScan(f, { maxSide: 10 });
    expect(half.picture.infrared?.length).toBe(half.picture.width * half.picture.height);
  });
  it('reduced to the least where dust is looked for, so that a hair does not dissolve', async () => {
    const [w, h, clean, hair] = [60, 40, 50000, 9000];
    const plane = new Uint16Array(w * h).fill(clean);
    for (let y = 0; y < h; y++) plane[y * w + 21] = hair;
    const rgb = new Uint16Array(w * h * 3).fill(30000);
    const four = new Uint16Array(w * h * 4).fill(30000);
    plane.forEach((v, i) => (four[i * 4 + 3] = v));
    const fourth = { width: w, height: h, samples: 4, data: four };
    const files = [
      put(
        'hair-page.tif',
        tiff(
          { width: w, height: h, samples: 3, data: rgb },
          { width: w, height: h, samples: 1, data: plane, fields: [shorts(TAG.subfileType, [4])] },
        ),
      ),
      put('hair-fourth.tif', tiff({ ...fourth, fields: [ascii(TAG.software, 'VueScan 9 x64 (9.8)')] })),
    ];
    // Ten pixels of the scan to three of the copy (the hair lies in one), and four to one.
    for (const file of files)
      for (const [maxSide, column] of [
        [18, 6],
        [15, 5],
      ]) {
        const { picture } = await decodeScan(file, { maxSide, leastInfrared: true });
        const row = Array.from({ length: picture.width }, (_, x) => (x === column ? hair : clean));
        const rows = Array.from({ length: picture.height }, () => row).flat();
        expect(Array.from(picture.infrared ?? [])).toEqual(rows);
        const mean = (await decodeScan(file, { maxSide })).picture.infrared ?? [];
        expect(mean[column]).toBeGreaterThan(30000);
      }
  });
  const sample = path.resolve('../shared/samples/negatives/c41_portra400_64bit_ir_left.tif');
  it.skipIf(!existsSync(sample))('of a SilverFast HDRi file (skipped without the sample scans)', async () => {
    const { info, picture } = await decodeScan(sample);
    expect(info).toMatchObject({ infrared: 1, width: 250, height: 462, bits: 16, make: 'Plustek' });
    expect(info.curveReason).toMatch(/SilverFast.*linear/);
    expect(picture.infrared?.length).toBe(250 * 462);
    // The raw bytes of the first strip of page 2 are its first row.
    expect(new Set(picture.infrared).size).toBeGreaterThan(500);
  });
});

describe('reduction', () => {
  it('averages light, not code values', async () => {
    // Black and white columns in sRGB: the mean light is one half.
    const data = Uint8Array.from({ length: 8 * 8 * 3 }, (_, i) => (Math.floor(i / 3) % 2 ? 255 : 0));
    const png = await sharp(data, { raw: { width: 8, height: 8, channels: 3 } })
      .png()
      .toBuffer();
    const { picture, scale } = await decodeScan(put('columns.png', png), { maxSide: 4 });
    expect([picture.width, picture.height, scale]).toEqual([4, 4, 0.5]);
    for (const v of picture.data) expect(toLinear(picture.curve)(v / 65535)).toBeCloseTo(0.5, 4);
  });
  it('weights fractional borders by their area', () => {
    const input = {
      width: 3,
      height: 1,
      samples: 1,
      channels: 1,
      infrared: -1,
      type: 32,
      curve: { kind: 'linear' },
    } as const;
    const r = new Reducer(input, 2, 1);
    r.push(Float32Array.of(1, 2, 6), 1);
    expect(r.data[0]).toBeCloseTo((1 + 1) / 1.5, 6);
    expect(r.data[1]).toBeCloseTo((1 + 6) / 1.5, 6);
  });
  it('keeps the mean light of every TIFF layout, whatever the sizes', async () => {
    for (const layout of [{ rowsPerStrip: 1 }, { tile: 16 }, { compression: 8, rowsPerStrip: 7 }]) {
      const file = put('mean.tif', tiff({ width: W, height: H, samples: 3, data: rgb16, ...layout }));
      for (const maxSide of [36, 20, 7, 1]) {
        const { picture } = await decodeScan(file, { maxSide });
        expect(Math.max(picture.width, picture.height)).toBe(Math.min(W, maxSide));
        const mean = (data: ArrayLike<number>, curve: (v: number) => number): number => {
          let s = 0;
          for (let i = 0; i < data.length; i++) s += curve(data[i] / 65535);
          return s / data.length;
        };
        const want = mean(rgb16, toLinear({ kind: 'srgb' }));
        expect(mean(picture.data, toLinear(picture.curve))).toBeCloseTo(want, 4);
      }
    }
  });
  it('never enlarges, and a full-size answer has the stored samples', async () => {
    const file = put('same.tif', tiff({ width: W, height: H, samples: 3, data: rgb16 }));
    const { picture } = await decodeScan(file, { maxSide: 5000 });
    expect(picture.data).toEqual(rgb16);
    expect(fit(6000, 4000, 1600)).toEqual({ width: 1600, height: 1067 });
    expect(fit(30000, 1, 100)).toEqual({ width: 100, height: 1 });
  });
});

describe('tone curve', () => {
  const reason = async (name: string, bytes: Uint8Array): Promise<[string, unknown]> => {
    const { info, picture } = await decodeScan(put(name, bytes));
    return [info.curveReason, picture.curve];
  };
  const page = { width: 4, height: 2, samples: 3, data: pattern16(24) };
  it('of scanner files without a profile is linear', async () => {
    const xmp = (gamma: string): Uint8Array =>
      new TextEncoder().encode(
        `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:Silverfast="LSI/" Silverfast:GammaMakernotes="7" Silverfast:Negative="Yes" Silverfast:Gamma="${gamma}"/></rdf:RDF></x:xmpmeta>`,
      );
    expect(await reason('sf.tif', tiff({ ...page, fields: [opaque(TAG.xmp, 1, xmp('1'))] }))).toEqual([
      'SilverFast XMP Gamma=1',
      { kind: 'linear' },
    ]);
    expect(
      (await reason('sf22.tif', tiff({ ...page, fields: [opaque(TAG.xmp, 1, xmp('2.2'))] })))[1],
    ).toEqual({
      kind: 'gamma',
      gamma: 2.2,
    });
    expect(
      (await probeScan(put('neg.tif', tiff({ ...page, fields: [opaque(TAG.xmp, 1, xmp('1'))] }))))
        .saysNegative,
    ).toBe(true);
    expect(
      (await reason('vs.tif', tiff({ ...page, fields: [ascii(TAG.software, 'VueScan 9')] })))[1],
    ).toEqual({ kind: 'linear' });
    expect((await reason('any.tif', tiff(page)))[1]).toEqual({ kind: 'srgb' });
  });
  it('comes from the embedded profile, without its matrix', async () => {
    const tagged = tiff({ ...page, fields: [opaque(TAG.icc, 7, makeProfile('adobe-rgb'))] });
    const [why, curve] = await reason('tagged.tif', tagged);
    expect(why).toContain('Adobe RGB (1998) compatible');
    expect(curve).toEqual({ kind: 'gamma', gamma: 563 / 256 });
    expect((await stored(put('tagged2.tif', tagged))).data).toEqual(page.data);
  });
  it('says when a profile is damaged or has no curve', async () => {
    const [why, curve] = await reason(
      'bad.tif',
      tiff({ ...page, fields: [opaque(TAG.icc, 7, new Uint8Array(300))] }),
    );
    expect(why).toMatch(/assumed sRGB.*unreadable/);
    expect(curve).toEqual({ kind: 'srgb' });
  });
});
