import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { bytesFromPlanar, type Planar, planar, planarFromBytes } from '../planar.ts';
import { seeded } from '../random.ts';
import { codePlane, jpeg, quantTable } from './jpeg.ts';
import { field } from './raster.ts';

/** A picture with smooth parts, edges and colours. */
function scene(width: number, height: number): Planar {
  const p = planar(width, height, 3);
  for (let c = 0; c < 3; c++) {
    const f = field(width, height, seeded('jpeg', c), 12, 3);
    for (let i = 0; i < f.length; i++) {
      const edge = i % width > width / 2 ? 0.25 : -0.1;
      p.data[c * f.length + i] = Math.min(1, Math.max(0, 0.5 + 0.15 * f[i] + edge * (c - 1)));
    }
  }
  return p;
}

/** The transform of T.81 A.3.3, written out. */
function dct(block: number[], inverse: boolean): number[] {
  const c = (k: number): number => (k === 0 ? Math.SQRT1_2 : 1);
  const out: number[] = [];
  for (let a = 0; a < 8; a++)
    for (let b = 0; b < 8; b++) {
      let sum = 0;
      for (let y = 0; y < 8; y++)
        for (let x = 0; x < 8; x++) {
          const [u, v, s, t] = inverse ? [x, y, b, a] : [b, a, x, y];
          const weight = inverse ? c(u) * c(v) : 1;
          sum +=
            weight *
            block[y * 8 + x] *
            Math.cos(((2 * s + 1) * u * Math.PI) / 16) *
            Math.cos(((2 * t + 1) * v * Math.PI) / 16);
        }
      out.push((sum / 4) * (inverse ? 1 : c(a) * c(b)));
    }
  return out;
}

describe('quantisation tables', () => {
  it('are the standard ones at quality 50 and scaled as coders scale them', () => {
    expect(quantTable('luma', 50).slice(0, 8)).toEqual([16, 11, 10, 16, 24, 40, 51, 61]);
    expect(quantTable('chroma', 50).slice(0, 8)).toEqual([17, 18, 24, 47, 99, 99, 99, 99]);
    expect(quantTable('luma', 90).slice(0, 4)).toEqual([3, 2, 2, 3]);
    expect(quantTable('luma', 10).slice(0, 4)).toEqual([80, 55, 50, 80]);
    expect(quantTable('luma', 100).every((v) => v === 1)).toBe(true);
    expect(Math.max(...quantTable('luma', 1))).toBe(255);
  });
});

describe('coding a block', () => {
  it('agrees with the transform of the standard', () => {
    const random = seeded('block');
    const table = quantTable('luma', 35);
    const block = Array.from({ length: 64 }, () => Math.round(255 * random.next()));
    const plane = Float32Array.from(block);
    codePlane(plane, 8, 8, table);
    const coefficients = dct(
      block.map((v) => v - 128),
      false,
    ).map((v, i) => Math.round(v / table[i]) * table[i]);
    const want = dct(coefficients, true).map((v) => Math.min(255, Math.max(0, Math.round(v + 128))));
    expect([...plane]).toEqual(want);
  });
  it('leaves an even plane alone when its value can be told', () => {
    const plane = new Float32Array(64).fill(128);
    codePlane(plane, 8, 8, quantTable('luma', 20));
    expect([...plane]).toEqual(new Array<number>(64).fill(128));
  });
});

describe('a whole picture', () => {
  it.each([
    [64, 48, 30, 420],
    [64, 48, 75, 420],
    [51, 37, 50, 420],
    [40, 40, 60, 444],
  ] as const)('of %i x %i at quality %i, %i, is what a real coder gives back', async (w, h, q, sub) => {
    const picture = scene(w, h);
    const bytes = Buffer.from(bytesFromPlanar(picture));
    const file = await sharp(bytes, { raw: { width: w, height: h, channels: 3 } })
      .jpeg({ quality: q, chromaSubsampling: sub === 420 ? '4:2:0' : '4:4:4' })
      .toBuffer();
    const want = await sharp(file).raw().toBuffer();
    const got = bytesFromPlanar(jpeg(planarFromBytes(bytes, w, h), q, sub));
    let worst = 0;
    let sum = 0;
    for (let i = 0; i < got.length; i++) {
      const d = Math.abs(got[i] - want[i]);
      worst = Math.max(worst, d);
      sum += d;
    }
    const before = bytes.reduce((s, v, i) => s + Math.abs(v - want[i]), 0);
    // The coder changed the picture; we differ from it by far less than that.
    expect(sum).toBeLessThan(0.12 * before);
    expect(sum / got.length).toBeLessThan(0.5);
    // A coefficient half way between two steps may fall to the other side (integer against exact transform).
    expect(worst).toBeLessThanOrEqual(12);
  });
});
