/** Codes in are codes out, in every depth and space; other spaces go through light; reduced copies too. */
import { describe, expect, it } from 'vitest';
import { spaces, spaceNames } from '../../../app/color/spaces.ts';
import type { Picture } from '../../../app/picture.ts';
import { convertPlanes, readerOf, readPart, samplesSource, writeCodes } from './as-is.ts';

const all16 = (): Picture => {
  const data = new Uint16Array(65536 * 3);
  for (let i = 0; i < 65536; i++) data.set([i, 65535 - i, (i * 257) % 65536], i * 3);
  return { width: 256, height: 256, channels: 3, data, curve: { kind: 'srgb' }, orientation: 1 };
};

describe('a positive as it is', () => {
  it('keeps all 16-bit and all 8-bit codes, bit for bit', async () => {
    const picture = all16();
    const reader = readerOf(picture, { space: 'srgb', toSrgb: null });
    const source = samplesSource(picture, reader, 1);
    const out = new Uint16Array(picture.data.length);
    for (const rect of [
      { x: 0, y: 0, w: 100, h: 256 },
      { x: 100, y: 0, w: 156, h: 256 },
    ])
      writeCodes(await source.read(rect), { data: out, width: 256, channels: 3 }, rect.x, rect.y);
    expect(out).toEqual(picture.data);
    const data = Uint8Array.from({ length: 256 }, (_, i) => i);
    const grey: Picture = {
      width: 16,
      height: 16,
      channels: 1,
      data,
      curve: { kind: 'gamma', gamma: 2.2 },
      orientation: 1,
    };
    const planes = readPart(grey, readerOf(grey, { space: 'adobe-rgb', toSrgb: null }), {
      x: 0,
      y: 0,
      w: 16,
      h: 16,
    });
    const eight = new Uint8Array(256);
    writeCodes(planes, { data: eight, width: 16, channels: 1 }, 0, 0);
    expect(eight).toEqual(data);
    // An 8-bit code in 16 bits is the same value.
    const sixteen = new Uint16Array(256);
    writeCodes(planes, { data: sixteen, width: 16, channels: 1 }, 0, 0);
    expect(Array.from(sixteen)).toEqual(Array.from(data, (v) => v * 257));
  });

  it('reads a reduced copy through light into the space of the file', () => {
    const linear = 0.214;
    const data = new Uint16Array(3).fill(Math.round(Math.sqrt(linear) * 65535));
    const picture: Picture = {
      width: 1,
      height: 1,
      channels: 3,
      data,
      curve: { kind: 'gamma', gamma: 2 },
      orientation: 1,
    };
    for (const space of spaceNames) {
      const planes = readPart(picture, readerOf(picture, { space, toSrgb: null }), {
        x: 0,
        y: 0,
        w: 1,
        h: 1,
      });
      for (const v of planes.data) expect(v).toBeCloseTo(spaces[space].encode(linear), 4);
    }
  });

  it('converts another profile by its colorants, and between spaces there and back', () => {
    const data = new Uint16Array([65535, 0, 0]);
    const picture: Picture = {
      width: 1,
      height: 1,
      channels: 3,
      data,
      curve: { kind: 'srgb' },
      orientation: 1,
    };
    const own = { space: null, toSrgb: spaces['display-p3'].toSrgb };
    const planes = readPart(picture, readerOf(picture, own), { x: 0, y: 0, w: 1, h: 1 });
    // Red of P3 lies beyond sRGB: clipped at its wall, never below nought.
    expect(Array.from(planes.data)).toEqual([1, 0, 0]);
    const soft = { width: 1, height: 1, channels: 3, data: Float32Array.from([0.6, 0.5, 0.3]) };
    convertPlanes(soft, 'srgb', 'prophoto');
    expect(soft.data[0]).not.toBeCloseTo(0.6, 2);
    convertPlanes(soft, 'prophoto', 'srgb');
    [0.6, 0.5, 0.3].forEach((v, i) => expect(soft.data[i]).toBeCloseTo(v, 4));
  });

  it('fills a window with opaque pixels, grey in all colours', () => {
    const out = new Uint8Array(8);
    const planes = { width: 1, height: 1, channels: 1, data: Float32Array.from([0.5]) };
    writeCodes(planes, { data: out, width: 2, channels: 4 }, 1, 0);
    expect(Array.from(out)).toEqual([0, 0, 0, 0, 128, 128, 128, 255]);
  });
});
