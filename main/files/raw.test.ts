import { describe, expect, it } from 'vitest';
import { toLinear } from '../../app/color/curve.ts';
import { decodeScan } from './decode.ts';
import { longs, opaque, shorts } from './exif-block.ts';
import { probeScan } from './index.ts';
import { ascii, pattern16, scratch, tiff } from './test-files.ts';
import { TAG, type TiffField } from './tiff-tags.ts';

const { put } = scratch();

function rationals(tag: number, type: 5 | 10, pairs: [number, number][]): TiffField {
  return { tag, type, count: pairs.length, bytes: new Uint8Array(Int32Array.from(pairs.flat()).buffer) };
}
const dng: TiffField[] = [
  longs(TAG.subfileType, [0]),
  ascii(TAG.make, 'Acme'),
  ascii(TAG.model, 'Copy 1'),
  opaque(TAG.dngVersion, 1, Uint8Array.of(1, 4, 0, 0)),
  ascii(50708, 'Acme Copy 1'),
  rationals(50721, 10, [
    [1, 1],
    [0, 1],
    [0, 1],
    [0, 1],
    [1, 1],
    [0, 1],
    [0, 1],
    [0, 1],
    [1, 1],
  ]),
  // A strong camera white balance that must not be applied.
  rationals(50728, 5, [
    [1, 2],
    [1, 1],
    [2, 3],
  ]),
  shorts(50778, [21]),
];

describe('linear DNG', () => {
  it('is read as it is, white balance off', async () => {
    const data = pattern16(64 * 48 * 3);
    const file = put(
      'linear.dng',
      tiff({ width: 64, height: 48, samples: 3, data, photometric: 34892, fields: dng }),
    );
    const { info, picture } = await decodeScan(file);
    expect(info).toMatchObject({ format: 'raw', width: 64, height: 48, make: 'Acme' });
    expect(picture.curve).toEqual({ kind: 'linear' });
    expect(picture.data).toEqual(data);
  });
  it('has its black and white levels undone', async () => {
    const data = Uint16Array.of(1000, 1000, 1000, 8500, 8500, 8500, 16000, 16000, 16000, 500, 500, 500);
    const levels = [shorts(TAG.blackLevel, [1000]), longs(TAG.whiteLevel, [16000, 16000, 16000])];
    const file = put(
      'levels.dng',
      tiff({ width: 2, height: 2, samples: 3, data, photometric: 34892, fields: [...dng, ...levels] }),
    );
    const { picture } = await decodeScan(file);
    const light = Array.from(picture.data, (v, i) => toLinear(picture.curve, i % 3)(v / 65535));
    [0, 0.5, 1, 0].forEach((v, p) => expect(light[p * 3 + 1]).toBeCloseTo(v, 5));
  });
});

describe('mosaic DNG through libraw', () => {
  const W = 64;
  const H = 48;
  const flat = new Uint16Array(W * H);
  for (let y = 0; y < H; y++)
    for (let x = 0; x < W; x++) flat[y * W + x] = y % 2 ? (x % 2 ? 30000 : 20000) : x % 2 ? 20000 : 10000;
  const cfa = [
    shorts(33421, [2, 2]),
    opaque(33422, 1, Uint8Array.of(0, 1, 1, 2)),
    longs(TAG.whiteLevel, [65535]),
  ];
  const bytes = tiff({
    width: W,
    height: H,
    samples: 1,
    data: flat,
    photometric: 32803,
    fields: [...dng, ...cfa],
  });

  it('gives linear sensor light in 16 bits, no white balance, no brightening', async () => {
    const file = put('mosaic.dng', bytes);
    expect(await probeScan(file)).toMatchObject({
      format: 'raw',
      width: W,
      height: H,
      bits: 16,
      channels: 3,
    });
    const { picture } = await decodeScan(file);
    const middle = ((H / 2) * W + W / 2) * 3;
    expect(Array.from(picture.data.subarray(middle, middle + 3))).toEqual([10000, 20000, 30000]);
    const preview = await decodeScan(file, { maxSide: 16 });
    expect(preview.picture.width).toBe(16);
    expect(preview.scale).toBe(0.25);
    const light = toLinear(preview.picture.curve);
    const at = (6 * 16 + 8) * 3;
    [10000, 20000, 30000].forEach((v, c) =>
      expect(light(preview.picture.data[at + c] / 65535)).toBeCloseTo(v / 65535, 4),
    );
    const part = await decodeScan(file, { region: { x: 10, y: 10, w: 8, h: 6 } });
    expect([part.picture.width, part.picture.height]).toEqual([8, 6]);
  });
  it('refuses a damaged raw file by name', async () => {
    const head = bytes.slice(0, bytes.length);
    const file = put(
      'damaged.cr2',
      Buffer.concat([Buffer.from('II*\0\x10\0\0\0CR\x02\0', 'latin1'), head.subarray(0, 500)]),
    );
    await expect(decodeScan(file)).rejects.toThrow(/damaged\.cr2.*raw file/);
  });
});
