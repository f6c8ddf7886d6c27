/**
 * The part of a picture that a sample shows, and its resampling to the size of the network. Pixels are averaged
 * in linear light with a triangle filter that widens with the reduction (so a reduced crop has no aliases) and
 * becomes bilinear interpolation where a picture is smaller than what is asked for.
 */
import { srgbDecode, srgbEncode } from '../../../app/color/curve.ts';
import { planar, type Planar } from '../../../app/planar.ts';
import type { Random } from '../../../app/random.ts';
import type { Rgb8 } from '../../files/rgb.ts';

/** A square part of a picture, in its pixels, and whether it is mirrored. */
export interface Crop {
  x: number;
  y: number;
  side: number;
  flip: boolean;
}

/** Smallest part of the shorter side that a random crop shows, where the picture is large enough. */
const CLOSEST = 0.5;

/** The middle of the picture, as large as fits (`native`: as large as the sample, no resampling). */
export function centreCrop(width: number, height: number, size: number, native: boolean): Crop {
  const short = Math.min(width, height);
  const side = native ? Math.min(short, size) : short;
  return { x: (width - side) >> 1, y: (height - side) >> 1, side, flip: false };
}

/**
 * A random part: its side is log-uniform between half and all of the shorter side, so that growing sample sizes
 * show the same scenes in finer detail; `native` stays near one pixel for one, which keeps a picture's own
 * sharpness and grain. Never fewer pixels than the sample has, unless the picture is smaller.
 */
export function randomCrop(
  width: number,
  height: number,
  size: number,
  native: boolean,
  random: Random,
): Crop {
  const short = Math.min(width, height);
  const least = Math.min(short, native ? size : Math.max(size, Math.round(short * CLOSEST)));
  const most = native ? Math.min(short, Math.round(size * 1.5)) : short;
  const side = Math.round(least * Math.pow(most / least, random.next()));
  return {
    x: random.int(width - side + 1),
    y: random.int(height - side + 1),
    side,
    flip: random.chance(0.5),
  };
}

/** Linear light of 8-bit codes. */
const DECODE = Float32Array.from({ length: 256 }, (_, i) => srgbDecode(i / 255));
const STEPS = 4096;
/** Codes of the *square root* of linear light: even steps there are fine enough in the shadows. */
const ENCODE = Float32Array.from({ length: STEPS + 2 }, (_, i) => srgbEncode((i / STEPS) ** 2));

function encode(linear: number): number {
  const at = Math.sqrt(linear < 0 ? 0 : linear > 1 ? 1 : linear) * STEPS;
  const i = at | 0;
  return ENCODE[i] + (ENCODE[i + 1] - ENCODE[i]) * (at - i);
}

/** Filter taps of each output sample: `start[i]`, then `taps` weights that sum to 1. */
function filter(from: number, to: number): { start: Int32Array; weights: Float32Array; taps: number } {
  const scale = from / to;
  const reach = Math.max(1, scale);
  const taps = Math.min(from, Math.ceil(reach * 2) + 1);
  const start = new Int32Array(to);
  const weights = new Float32Array(to * taps);
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * scale - 0.5;
    const first = Math.max(0, Math.min(from - taps, Math.ceil(centre - reach)));
    start[i] = first;
    let sum = 0;
    for (let t = 0; t < taps; t++) {
      const w = Math.max(0, 1 - Math.abs(first + t - centre) / reach);
      weights[i * taps + t] = w;
      sum += w;
    }
    for (let t = 0; t < taps; t++) weights[i * taps + t] /= sum;
  }
  return { start, weights, taps };
}

/** The crop as three planes of size x size, 0..1. */
export function takeCrop(picture: Rgb8, crop: Crop, size: number): Planar {
  const out = planar(size, size, 3);
  if (crop.side === size) copy(picture, crop, out);
  else resample(picture, crop, out);
  if (crop.flip) mirror(out);
  return out;
}

function copy(picture: Rgb8, crop: Crop, out: Planar): void {
  const n = out.width * out.width;
  for (let y = 0, o = 0; y < out.width; y++) {
    let i = ((y + crop.y) * picture.width + crop.x) * 3;
    for (let x = 0; x < out.width; x++, o++, i += 3) {
      out.data[o] = picture.data[i] / 255;
      out.data[n + o] = picture.data[i + 1] / 255;
      out.data[2 * n + o] = picture.data[i + 2] / 255;
    }
  }
}

function resample(picture: Rgb8, crop: Crop, out: Planar): void {
  const size = out.width;
  const { side } = crop;
  const { start, weights, taps } = filter(side, size);
  // Rows first: size columns of three colours, all rows of the crop.
  const wide = new Float32Array(side * size * 3);
  for (let y = 0; y < side; y++) {
    const row = ((y + crop.y) * picture.width + crop.x) * 3;
    for (let x = 0; x < size; x++) {
      let i = row + start[x] * 3;
      let r = 0;
      let g = 0;
      let b = 0;
      for (let t = 0, w = x * taps; t < taps; t++, w++, i += 3) {
        r += weights[w] * DECODE[picture.data[i]];
        g += weights[w] * DECODE[picture.data[i + 1]];
        b += weights[w] * DECODE[picture.data[i + 2]];
      }
      const o = (y * size + x) * 3;
      wide[o] = r;
      wide[o + 1] = g;
      wide[o + 2] = b;
    }
  }
  const n = size * size;
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++)
      for (let c = 0; c < 3; c++) {
        let sum = 0;
        let i = (start[y] * size + x) * 3 + c;
        for (let t = 0, w = y * taps; t < taps; t++, w++, i += size * 3) sum += weights[w] * wide[i];
        out.data[c * n + y * size + x] = encode(sum);
      }
}

function mirror(picture: Planar): void {
  const { width, data } = picture;
  for (let row = 0; row < data.length; row += width) data.subarray(row, row + width).reverse();
}
