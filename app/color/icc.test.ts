import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { linearTable, srgbDecode, srgbEncode, toLinear } from './curve.ts';
import { makeProfile, parseProfile, ProfileError } from './icc.ts';
import { apply, spaceNames, spaces } from './spaces.ts';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A profile with the given tags, for the parser. */
function profile(space: string, tags: Record<string, Uint8Array>): Uint8Array {
  const names = Object.keys(tags);
  const chunks: Buffer[] = [];
  let at = 132 + names.length * 12;
  const table = Buffer.alloc(4 + names.length * 12);
  table.writeUInt32BE(names.length, 0);
  names.forEach((name, i) => {
    const body = Buffer.from(tags[name]);
    table.write(name, 4 + i * 12, 'latin1');
    table.writeUInt32BE(at, 8 + i * 12);
    table.writeUInt32BE(body.length, 12 + i * 12);
    chunks.push(body);
    at += body.length;
  });
  const head = Buffer.alloc(128);
  head.write(space, 16, 'latin1');
  head.write('acsp', 36, 'latin1');
  return Buffer.concat([head, table, ...chunks]);
}
function curv(values: number[]): Buffer {
  const b = Buffer.alloc(12 + values.length * 2);
  b.write('curv', 0, 'latin1');
  b.writeUInt32BE(values.length, 8);
  values.forEach((v, i) => b.writeUInt16BE(v, 12 + i * 2));
  return b;
}
function para(type: number, values: number[]): Buffer {
  const b = Buffer.alloc(12 + values.length * 4);
  b.write('para', 0, 'latin1');
  b.writeUInt16BE(type, 8);
  values.forEach((v, i) => b.writeInt32BE(Math.round(v * 65536), 12 + i * 4));
  return b;
}
/** A one-row 16-bit RGB TIFF with a profile. */
function tiff16(pixels: Uint16Array, width: number, icc: Uint8Array): Buffer {
  const tags: [number, number, number, number][] = [
    [256, 4, 1, width],
    [257, 4, 1, 1],
    [258, 3, 3, 0],
    [259, 3, 1, 1],
    [262, 3, 1, 2],
    [273, 4, 1, 0],
    [277, 3, 1, 3],
    [278, 4, 1, 1],
    [279, 4, 1, pixels.byteLength],
    [34675, 7, icc.length, 0],
  ];
  const bitsAt = 8 + 2 + tags.length * 12 + 4;
  const iccAt = bitsAt + 6;
  const dataAt = iccAt + icc.length + (icc.length % 2);
  const b = Buffer.alloc(dataAt + pixels.byteLength);
  b.write('II*\0', 0, 'latin1');
  b.writeUInt32LE(8, 4);
  b.writeUInt16LE(tags.length, 8);
  tags.forEach(([tag, type, count, value], i) => {
    const at = 10 + i * 12;
    b.writeUInt16LE(tag, at);
    b.writeUInt16LE(type, at + 2);
    b.writeUInt32LE(count, at + 4);
    b.writeUInt32LE(tag === 258 ? bitsAt : tag === 273 ? dataAt : tag === 34675 ? iccAt : value, at + 8);
  });
  for (const i of [0, 1, 2]) b.writeUInt16LE(16, bitsAt + i * 2);
  b.set(icc, iccAt);
  b.set(new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength), dataAt);
  return b;
}
const rgb = (c: Uint8Array): Uint8Array => profile('RGB ', { rTRC: c, gTRC: c, bTRC: c });
const at = (bytes: Uint8Array, x: number): number => {
  const { curve } = parseProfile(bytes);
  if (!curve) throw new Error('no curve');
  return toLinear(curve)(x);
};

describe('profiles read', () => {
  it('recognises linear, gamma and sRGB curves', () => {
    expect(parseProfile(rgb(curv([]))).curve).toEqual({ kind: 'linear' });
    expect(parseProfile(rgb(curv([256]))).curve).toEqual({ kind: 'linear' });
    expect(parseProfile(rgb(curv([563]))).curve).toEqual({ kind: 'gamma', gamma: 563 / 256 });
    expect(parseProfile(rgb(para(0, [1.8]))).curve).toEqual({ kind: 'gamma', gamma: 117965 / 65536 });
    const table = Array.from({ length: 1024 }, (_, i) => Math.round(srgbDecode(i / 1023) * 65535));
    expect(parseProfile(rgb(curv(table))).curve).toEqual({ kind: 'srgb' });
    expect(parseProfile(rgb(para(3, [2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045]))).curve).toEqual({
      kind: 'srgb',
    });
  });
  it('evaluates each parametric type as ICC.1 says', () => {
    expect(at(rgb(para(1, [2, 0.5, 0.25])), 0.5)).toBeCloseTo(0.25, 4);
    expect(at(rgb(para(1, [2, 1, -0.5])), 0.25)).toBe(0);
    expect(at(rgb(para(2, [2, 0.5, 0.25, 0.1])), 0.5)).toBeCloseTo(0.35, 4);
    expect(at(rgb(para(2, [2, 1, -0.5, 0.1])), 0.25)).toBeCloseTo(0.1, 4);
    expect(at(rgb(para(3, [2, 1, 0, 0.25, 0.25])), 0.2)).toBeCloseTo(0.05, 4);
    expect(at(rgb(para(4, [2, 0.9, 0, 0.25, 0.25, 0.1, 0.02])), 0.5)).toBeCloseTo(0.3025, 4);
    expect(at(rgb(para(4, [2, 0.9, 0, 0.25, 0.25, 0.1, 0.02])), 0.2)).toBeCloseTo(0.07, 4);
  });
  it('keeps a measured curve of each channel', () => {
    const bytes = profile('RGB ', {
      rTRC: curv([0, 10000, 65535]),
      gTRC: curv([0, 20000, 65535]),
      bTRC: curv([0, 30000, 65535]),
    });
    const { curve } = parseProfile(bytes);
    expect(curve?.kind).toBe('table');
    if (curve)
      for (const [c, v] of [10000, 20000, 30000].entries())
        expect(toLinear(curve, c)(0.25)).toBeCloseTo(v / 2 / 65535, 6);
  });
  it('says so when there is no curve, and refuses damage', () => {
    expect(parseProfile(profile('RGB ', { A2B0: Buffer.alloc(40) })).curve).toBeNull();
    expect(parseProfile(profile('GRAY', { kTRC: curv([]) })).curve).toEqual({ kind: 'linear' });
    expect(() => parseProfile(new Uint8Array(200))).toThrow(ProfileError);
    expect(() => parseProfile(rgb(curv([1, 2, 3])).subarray(0, 180))).toThrow(ProfileError);
    expect(() => parseProfile(rgb(curv([0])))).toThrow(ProfileError);
    expect(() => parseProfile(rgb(curv([65535, 0])))).toThrow(ProfileError);
    const cut = rgb(curv([1, 2, 3]));
    new DataView(cut.buffer, cut.byteOffset).setUint32(128, 0xffffffff);
    expect(() => parseProfile(cut)).toThrow(ProfileError);
  });
});

describe('profiles made', () => {
  it('read back as what they are', () => {
    expect(parseProfile(makeProfile('srgb')).curve).toEqual({ kind: 'srgb' });
    expect(parseProfile(makeProfile('grey'))).toMatchObject({ space: 'GRAY', curve: { kind: 'srgb' } });
    expect(parseProfile(makeProfile('srgb', 1))).toMatchObject({ space: 'GRAY', curve: { kind: 'srgb' } });
    expect(parseProfile(makeProfile('adobe-rgb', 1)).space).toBe('GRAY');
    expect(parseProfile(makeProfile('adobe-rgb')).space).toBe('RGB ');
    expect(parseProfile(makeProfile('adobe-rgb')).curve).toEqual({ kind: 'gamma', gamma: 563 / 256 });
    for (const name of spaceNames) {
      const p = parseProfile(makeProfile(name));
      expect(p.name).toBe(spaces[name].label);
      p.colorants?.forEach((v, i) => expect(v).toBeCloseTo(spaces[name].toPcs[i], 4));
    }
  });
  it('has the published sRGB and Display P3 colorants', () => {
    const published = [
      0.4360747, 0.3850649, 0.1430804, 0.2225045, 0.7168786, 0.0606169, 0.0139322, 0.0971045, 0.7141733,
    ];
    spaces.srgb.toPcs.forEach((v, i) => expect(v).toBeCloseTo(published[i], 3));
    const p3 = [0.51512, 0.29198, 0.1571, 0.2412, 0.69225, 0.06657, -0.00105, 0.04189, 0.78407];
    spaces['display-p3'].toPcs.forEach((v, i) => expect(v).toBeCloseTo(p3[i], 3));
  });
  it('maps white to white and back again', () => {
    for (const name of spaceNames) {
      const s = spaces[name];
      apply(s.fromSrgb, [1, 1, 1]).forEach((v) => expect(v).toBeCloseTo(1, 6));
      apply(s.toSrgb, apply(s.fromSrgb, [0.2, 0.5, 0.7])).forEach((v, i) =>
        expect(v).toBeCloseTo([0.2, 0.5, 0.7][i], 9),
      );
      for (const v of [0, 0.0005, 0.001, 0.01, 0.18, 0.5, 1]) expect(s.decode(s.encode(v))).toBeCloseTo(v, 9);
    }
  });
  it('agrees with LittleCMS on colours in 16 bits', async () => {
    const dir = mkdtempSync(path.join(tmpdir(), 'icc-'));
    try {
      // Colours that lie inside every space: linear sRGB values, coded for sRGB.
      const linear: [number, number, number][] = [];
      for (const r of [0.02, 0.18, 0.5, 0.9])
        for (const g of [0.02, 0.18, 0.5, 0.9])
          for (const b of [0.02, 0.18, 0.5, 0.9]) linear.push([r, g, b]);
      const input = Uint16Array.from(linear.flat(), (v) => Math.round(srgbEncode(v) * 65535));
      // Built by hand: an encoder would convert on the way in.
      const tagged = tiff16(input, linear.length, makeProfile('srgb'));
      for (const name of ['adobe-rgb', 'display-p3', 'prophoto'] as const) {
        const file = path.join(dir, `${name}.icc`);
        writeFileSync(file, makeProfile(name));
        // The profile embedded in the input is converted from, the named one converted to.
        const { data } = await sharp(tagged)
          .toColourspace('rgb16')
          .withIccProfile(file)
          .raw({ depth: 'ushort' })
          .toBuffer({ resolveWithObject: true });
        const out = new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2);
        let worst = 0;
        linear.forEach((v, i) =>
          apply(spaces[name].fromSrgb, v).forEach((x, c) => {
            worst = Math.max(worst, Math.abs(spaces[name].encode(x) - out[i * 3 + c] / 65535));
          }),
        );
        expect(worst, name).toBeLessThan(1e-3);
      }
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});

describe('tone curves', () => {
  it('tabulates every stored sample', () => {
    const t8 = linearTable({ kind: 'srgb' }, 8);
    expect([t8.length, t8[0], t8[255]]).toEqual([256, 0, 1]);
    expect(t8[128]).toBeCloseTo(0.2158605, 6);
    const t16 = linearTable({ kind: 'gamma', gamma: 2 }, 16);
    expect(t16.length).toBe(65536);
    expect(t16[32768]).toBeCloseTo((32768 / 65535) ** 2, 7);
    const measured = linearTable({ kind: 'table', tables: [Float32Array.of(0, 0.1, 1)] }, 8, 2);
    expect(measured[255]).toBe(1);
    expect(measured[51]).toBeCloseTo(0.04, 6);
  });
  it('inverts sRGB on both sides of the knee', () => {
    for (const v of [-0.1, 0, 0.001, 0.0031308, 0.01, 0.5, 1, 1.5])
      expect(srgbDecode(srgbEncode(v))).toBeCloseTo(v, 6);
  });
});
