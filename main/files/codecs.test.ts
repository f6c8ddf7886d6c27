import { describe, expect, it } from 'vitest';
import { unpackBits, unpackLzw } from './codecs.ts';

describe('codecs', () => {
  it('unpack what the TIFF specification gives as example', () => {
    const packed = Uint8Array.of(
      0xfe,
      0xaa,
      2,
      0x80,
      0,
      0x2a,
      0xfd,
      0xaa,
      3,
      0x80,
      0,
      0x2a,
      0x22,
      0xf7,
      0xaa,
    );
    expect(Array.from(unpackBits(packed, 24))).toEqual([
      0xaa,
      0xaa,
      0xaa,
      0x80,
      0,
      0x2a,
      0xaa,
      0xaa,
      0xaa,
      0xaa,
      0x80,
      0,
      0x2a,
      0x22,
      ...Array.from({ length: 10 }, () => 0xaa),
    ]);
    expect(() => unpackLzw(Uint8Array.of(0x80), 4)).toThrow('cut short');
    expect(() => unpackBits(Uint8Array.of(0), 4)).toThrow('cut short');
  });
});
