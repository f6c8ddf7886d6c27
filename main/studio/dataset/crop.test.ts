/** Crops and their resampling: exact where nothing is resampled, right in linear light where it is. */
import { describe, expect, it } from 'vitest';
import { srgbEncode } from '../../../app/color/curve.ts';
import { seeded } from '../../../app/random.ts';
import { centreCrop, randomCrop, takeCrop } from './crop.ts';
import { scene } from './fixture.ts';

describe('takeCrop', () => {
  it('copies a part without resampling, mirrored when asked', () => {
    const picture = scene(1, 20, 16);
    const plain = takeCrop(picture, { x: 3, y: 2, side: 8, flip: false }, 8);
    const mirrored = takeCrop(picture, { x: 3, y: 2, side: 8, flip: true }, 8);
    const at = (x: number, y: number, c: number): number =>
      picture.data[((y + 2) * 20 + x + 3) * 3 + c] / 255;
    for (const [x, y, c] of [
      [0, 0, 0],
      [7, 0, 1],
      [3, 5, 2],
      [7, 7, 0],
    ]) {
      expect(plain.data[c * 64 + y * 8 + x]).toBeCloseTo(at(x, y, c), 6);
      expect(mirrored.data[c * 64 + y * 8 + (7 - x)]).toBeCloseTo(at(x, y, c), 6);
    }
  });

  it('averages in linear light: a fine black and white pattern has half the light, not half the code', () => {
    const picture = { width: 32, height: 32, data: new Uint8Array(32 * 32 * 3) };
    for (let i = 0; i < 32 * 32; i++) picture.data.fill((i + (i >> 5)) % 2 === 0 ? 255 : 0, i * 3, i * 3 + 3);
    const small = takeCrop(picture, { x: 0, y: 0, side: 32, flip: false }, 8);
    const middle = small.data[3 * 8 + 3];
    expect(middle).toBeCloseTo(srgbEncode(0.5), 2);
  });

  it('keeps an even tone even, at any size', () => {
    const picture = { width: 50, height: 40, data: new Uint8Array(50 * 40 * 3).fill(90) };
    for (const [side, size] of [
      [40, 16],
      [33, 32],
      [10, 24],
    ]) {
      const out = takeCrop(picture, { x: 0, y: 0, side, flip: false }, size);
      for (const v of out.data) expect(v).toBeCloseTo(90 / 255, 4);
    }
  });

  it('does not move the picture: the centre of mass of a spot stays', () => {
    const picture = { width: 64, height: 64, data: new Uint8Array(64 * 64 * 3) };
    for (let y = 20; y < 28; y++)
      for (let x = 36; x < 44; x++) picture.data.fill(255, (y * 64 + x) * 3, (y * 64 + x) * 3 + 3);
    const out = takeCrop(picture, { x: 0, y: 0, side: 64, flip: false }, 32);
    let [sum, mx, my] = [0, 0, 0];
    for (let y = 0; y < 32; y++)
      for (let x = 0; x < 32; x++) {
        const v = out.data[y * 32 + x] ** 2.2;
        sum += v;
        mx += v * (x + 0.5);
        my += v * (y + 0.5);
      }
    expect(mx / sum).toBeCloseTo(20, 1);
    expect(my / sum).toBeCloseTo(12, 1);
  });
});

describe('choice of the crop', () => {
  it('random crops lie inside, are large enough, and depend on nothing but their stream', () => {
    for (let i = 0; i < 200; i++) {
      const crop = randomCrop(300, 256, 64, false, seeded('c', i));
      expect(crop.side).toBeGreaterThanOrEqual(128);
      expect(crop.side).toBeLessThanOrEqual(256);
      expect(crop.x + crop.side).toBeLessThanOrEqual(300);
      expect(crop.y + crop.side).toBeLessThanOrEqual(256);
      expect(crop).toEqual(randomCrop(300, 256, 64, false, seeded('c', i)));
      const native = randomCrop(300, 256, 64, true, seeded('n', i));
      expect(native.side).toBeGreaterThanOrEqual(64);
      expect(native.side).toBeLessThanOrEqual(96);
    }
    expect(randomCrop(40, 30, 64, false, seeded(1)).side).toBe(30);
  });
  it('the centre crop is in the middle', () => {
    expect(centreCrop(300, 200, 64, false)).toEqual({ x: 50, y: 0, side: 200, flip: false });
    expect(centreCrop(300, 200, 64, true)).toEqual({ x: 118, y: 68, side: 64, flip: false });
  });
});
