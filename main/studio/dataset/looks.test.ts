/** What decides over a picture: sharpness, flatness, colour, hash, hue sectors. */
import { describe, expect, it } from 'vitest';
import { resizeRgb, type Rgb8 } from '../../files/rgb.ts';
import { scene } from './fixture.ts';
import { HueCoverage, SECTORS, sectorOf } from './hues.ts';
import { flatShare, hashDistance, HashIndex, pictureHash, sharpness } from './looks.ts';
import { abOf, colourOf, greyReason, limits, rejectionOf } from './screen.ts';

/** Box blur of `radius`, three times over: nearly Gaussian. */
function blurred(picture: Rgb8, radius: number): Rgb8 {
  const { width, height } = picture;
  let data = picture.data;
  for (let pass = 0; pass < 3; pass++)
    for (const [dx, dy] of [
      [1, 0],
      [0, 1],
    ]) {
      const out = new Uint8Array(data.length);
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++)
          for (let c = 0; c < 3; c++) {
            let sum = 0;
            for (let k = -radius; k <= radius; k++) {
              const xx = Math.max(0, Math.min(width - 1, x + k * dx));
              const yy = Math.max(0, Math.min(height - 1, y + k * dy));
              sum += data[(yy * width + xx) * 3 + c];
            }
            out[(y * width + x) * 3 + c] = Math.round(sum / (2 * radius + 1));
          }
      data = out;
    }
  return { width, height, data };
}
/** A scene with fine texture, as photographs have. */
function photo(seed: number): Rgb8 {
  const picture = scene(seed, 256, 192);
  for (let i = 0, h = seed * 7919 + 1; i < picture.data.length; i += 3) {
    h = (Math.imul(h, 1103515245) + 12345) >>> 0;
    const grain = ((h >>> 16) % 21) - 10;
    for (let c = 0; c < 3; c++) picture.data[i + c] = Math.max(0, Math.min(255, picture.data[i + c] + grain));
  }
  return picture;
}

describe('figures of a picture', () => {
  it('sharpness falls with blur and not with contrast', () => {
    const sharp = photo(1);
    const weak = { ...sharp, data: sharp.data.map((v) => 100 + v / 4) };
    expect(sharpness(sharp)).toBeGreaterThan(0.4);
    expect(sharpness(blurred(sharp, 2))).toBeLessThan(limits.blurred);
    expect(Math.abs(sharpness(weak) - sharpness(sharp))).toBeLessThan(0.15);
  });

  it('tells colour from grey and from one tint', () => {
    expect(greyReason(colourOf(photo(2)))).toBeNull();
    expect(greyReason(colourOf(scene(2, 96, 72, true)))).toBe('black and white');
    const sepia = scene(2, 96, 72, true);
    for (let i = 0; i < sepia.data.length; i += 3) {
      sepia.data[i] = Math.min(255, 60 + sepia.data[i] * 0.7);
      sepia.data[i + 1] = 42 + sepia.data[i + 1] * 0.7;
      sepia.data[i + 2] = 25 + sepia.data[i + 2] * 0.7;
    }
    expect(greyReason(colourOf(sepia))).toBe('black and white with one tint');
  });

  it('rejects with the right reason', () => {
    expect(rejectionOf(photo(3))).toBeNull();
    expect(rejectionOf(blurred(photo(3), 3))?.reason).toBe('blurred');
    const graphic = { width: 100, height: 100, data: new Uint8Array(30000).fill(255) };
    for (let i = 0; i < 9000; i++) graphic.data[i] = i % 3 === 0 ? 200 : 20;
    expect(flatShare(graphic)).toBeCloseTo(0.7, 2);
    expect(rejectionOf(graphic)?.reason).toBe('flat graphic');
    expect(rejectionOf(scene(4, 96, 72, true))?.reason).toBe('black and white');
  });

  it('hashes: copies in another size, brightness or quality are near, other pictures far', async () => {
    const picture = photo(5);
    const hash = pictureHash(picture);
    expect(hashDistance(hash, pictureHash(await resizeRgb(picture, 180, 135)))).toBeLessThanOrEqual(
      limits.near,
    );
    expect(
      hashDistance(hash, pictureHash({ ...picture, data: picture.data.map((v) => v * 0.7 + 10) })),
    ).toBeLessThanOrEqual(limits.near);
    const far = Array.from({ length: 20 }, (_, i) => hashDistance(hash, pictureHash(photo(100 + i))));
    expect(Math.min(...far)).toBeGreaterThan(limits.near);
    const index = new HashIndex();
    for (let i = 0; i < 1500; i++) index.add([(i * 2654435761) >>> 0, (i * 40503) >>> 0], `p${i}`);
    index.add(hash, 'this');
    expect(index.near([hash[0] ^ 3, hash[1]], 8)).toBe('this');
  });
});

describe('hues', () => {
  it('puts known colours into their sectors', () => {
    const name = (r: number, g: number, b: number): string => SECTORS[sectorOf(...abOf(r, g, b))].name;
    expect(name(255, 100, 150)).toBe('pink and rose');
    expect(name(200, 20, 30)).toBe('red and brick');
    expect(name(224, 172, 140)).toBe('orange and skin');
    expect(name(255, 240, 60)).toBe('yellow');
    expect(name(110, 150, 50)).toBe('yellow green');
    expect(name(135, 190, 235)).toBe('sky blue');
    expect(name(160, 130, 210)).toBe('blue and violet');
    expect(name(220, 40, 180)).toBe('purple and magenta');
  });

  it('reports shares, gaps and the pictures that hold what is rare', () => {
    const plain = (r: number, g: number, b: number): Rgb8 => ({
      width: 20,
      height: 20,
      data: Uint8Array.from({ length: 1200 }, (_, i) => [r, g, b][i % 3]),
    });
    const coverage = new HueCoverage();
    for (let i = 0; i < 98; i++) coverage.add(`sky-${i}`, plain(135, 190, 235));
    coverage.add('rose', plain(255, 100, 150));
    coverage.add('grey', plain(128, 128, 128));
    const report = coverage.report();
    expect(report.pictures).toBe(100);
    expect(report.neutral).toBeCloseTo(0.01, 5);
    const sky = report.sectors.find((s) => s.name === 'sky blue');
    expect(sky?.pictures).toBeCloseTo(0.98, 5);
    expect(sky?.pixels).toEqual([0, 0.98, 0]);
    expect(sky?.gap).toBe(false);
    expect(report.gaps).toHaveLength(11);
    expect(report.gaps.find((g) => g.name === 'pink and rose')?.like).toEqual(['rose']);
    expect(report.gaps.find((g) => g.name === 'green')?.wanted).toContain('trees');
  });
});
