/**
 * How a picture looks, for deciding whether it belongs into a dataset: sharpness, flatness, and a perceptual
 * hash (64 bits of a discrete cosine transform of a 32 x 32 grey copy) by which near-duplicates are found.
 */
import type { Rgb8 } from '../../files/rgb.ts';

/** Luma of every pixel, 0..255. */
function lumaOf(picture: Rgb8): Float32Array {
  const out = new Float32Array(picture.width * picture.height);
  for (let i = 0, j = 0; i < out.length; i++, j += 3)
    out[i] = 0.299 * picture.data[j] + 0.587 * picture.data[j + 1] + 0.114 * picture.data[j + 2];
  return out;
}

const TILES = 8;

/**
 * Sharpness of the sharpest part: the picture is cut into 8 x 8 tiles; each has the ratio of its mean absolute
 * second difference to its mean absolute first difference over four pixels (about 0.1 where edges are smeared,
 * over 0.5 where they are crisp, whatever the contrast); the 90th percentile over tiles with any contrast.
 * A portrait before a soft background counts as sharp, a blurred picture as a whole does not.
 */
export function sharpness(picture: Rgb8): number {
  const { width, height } = picture;
  const luma = lumaOf(picture);
  const fine = new Float64Array(TILES * TILES);
  const coarse = new Float64Array(TILES * TILES);
  const count = new Float64Array(TILES * TILES);
  for (let y = 2; y < height - 2; y++) {
    const row = Math.floor((y * TILES) / height) * TILES;
    for (let x = 2; x < width - 2; x++) {
      const i = y * width + x;
      const tile = row + Math.floor((x * TILES) / width);
      const v = luma[i];
      fine[tile] +=
        Math.abs(2 * v - luma[i - 1] - luma[i + 1]) + Math.abs(2 * v - luma[i - width] - luma[i + width]);
      coarse[tile] +=
        Math.abs(luma[i + 2] - luma[i - 2]) + Math.abs(luma[i + 2 * width] - luma[i - 2 * width]);
      count[tile]++;
    }
  }
  const ratios: number[] = [];
  for (let t = 0; t < fine.length; t++) if (coarse[t] / count[t] > 3) ratios.push(fine[t] / coarse[t]);
  if (ratios.length === 0) return 0;
  ratios.sort((a, b) => a - b);
  return ratios[Math.floor(0.9 * (ratios.length - 1))];
}

/** Largest share of pixels with one grey level (of 256): drawings and screen shots have large even areas. */
export function flatShare(picture: Rgb8): number {
  const counts = new Uint32Array(256);
  const luma = lumaOf(picture);
  for (const v of luma) counts[Math.round(v)]++;
  return Math.max(...counts) / luma.length;
}

/** A 64-bit hash as two words. */
export type PictureHash = readonly [number, number];

const SIDE = 32;
/** cos((2x + 1) u pi / 64) for the eight lowest frequencies. */
const COS = Float64Array.from({ length: 8 * SIDE }, (_, i) =>
  Math.cos(((2 * (i % SIDE) + 1) * Math.floor(i / SIDE) * Math.PI) / (2 * SIDE)),
);

/** Perceptual hash: which of the 8 x 8 lowest cosine coefficients lie over their median (the mean counts as 0). */
export function pictureHash(picture: Rgb8): PictureHash {
  const { width, height } = picture;
  const luma = lumaOf(picture);
  const small = new Float64Array(SIDE * SIDE);
  const count = new Float64Array(SIDE * SIDE);
  for (let y = 0, i = 0; y < height; y++) {
    const row = Math.floor((y * SIDE) / height) * SIDE;
    for (let x = 0; x < width; x++, i++) {
      const cell = row + Math.floor((x * SIDE) / width);
      small[cell] += luma[i];
      count[cell]++;
    }
  }
  for (let c = 0; c < small.length; c++) small[c] = count[c] > 0 ? small[c] / count[c] : 0;
  const rows = new Float64Array(8 * SIDE);
  for (let y = 0; y < SIDE; y++)
    for (let u = 0; u < 8; u++)
      for (let x = 0; x < SIDE; x++) rows[u * SIDE + y] += small[y * SIDE + x] * COS[u * SIDE + x];
  const coefficients = new Float64Array(64);
  for (let v = 0; v < 8; v++)
    for (let u = 0; u < 8; u++)
      for (let y = 0; y < SIDE; y++) coefficients[v * 8 + u] += rows[u * SIDE + y] * COS[v * SIDE + y];
  coefficients[0] = 0;
  const sorted = [...coefficients].sort((a, b) => a - b);
  const middle = (sorted[31] + sorted[32]) / 2;
  const words: [number, number] = [0, 0];
  for (let k = 0; k < 64; k++) if (coefficients[k] > middle) words[k >> 5] |= 1 << (k & 31);
  return [words[0] >>> 0, words[1] >>> 0];
}

function bits(v: number): number {
  v -= (v >>> 1) & 0x55555555;
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Bits in which two hashes differ, 0..64; unrelated pictures differ in about 32. */
export function hashDistance(a: PictureHash, b: PictureHash): number {
  return bits(a[0] ^ b[0]) + bits(a[1] ^ b[1]);
}

/** Hashes of pictures that were taken, and the search for a near one. */
export class HashIndex {
  private words = new Uint32Array(2048);
  private readonly names: string[] = [];

  add(hash: PictureHash, name: string): void {
    const at = this.names.length * 2;
    if (at === this.words.length) {
      const more = new Uint32Array(this.words.length * 2);
      more.set(this.words);
      this.words = more;
    }
    this.words[at] = hash[0];
    this.words[at + 1] = hash[1];
    this.names.push(name);
  }

  /** The name of a picture within `most` bits, or null. */
  near(hash: PictureHash, most: number): string | null {
    for (let i = 0; i < this.names.length; i++)
      if (bits(this.words[2 * i] ^ hash[0]) + bits(this.words[2 * i + 1] ^ hash[1]) <= most)
        return this.names[i];
    return null;
  }
}
