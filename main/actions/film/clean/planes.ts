/**
 * Small things on planes of samples that several steps share: 8-bit luma of a frame, a soft blur, and reading a
 * plane between its pixels.
 */
import type { Frame, FrameFormat, Samples } from '../../../../app/film/frame.ts';
import { lumaLevels } from '../../../../app/film/frame.ts';

/**
 * Luma in full size and 8 bits, for looking: limited range stays limited. The frame's own plane where it is 8-bit luma:
 * not to be written to.
 */
export function luma8(frame: Frame, format: FrameFormat): Uint8Array {
  const [first, second, third] = frame.planes;
  if (format.sampling === 'rgb') {
    const shift = format.bits - 8 + 2;
    return Uint8Array.from(
      { length: first.length },
      (_, i) => (first[i] + 2 * second[i] + third[i]) >> shift,
    );
  }
  if (first instanceof Uint8Array) return first;
  const shift = format.bits - 8;
  const out = new Uint8Array(first.length);
  for (let i = 0; i < out.length; i++) out[i] = first[i] >> shift;
  return out;
}

/** Binomial 3 x 3 mean (1 2 1 by 1 2 1, of 16), border pixels repeated. */
export function soften(data: Uint8Array, width: number, height: number): Uint8Array {
  const out = new Uint8Array(data.length);
  const rows = [new Uint16Array(width), new Uint16Array(width), new Uint16Array(width)];
  const across = (y: number, to: Uint16Array): void => {
    const i = Math.max(0, Math.min(height - 1, y)) * width;
    for (let x = 1; x < width - 1; x++) to[x] = data[i + x - 1] + 2 * data[i + x] + data[i + x + 1];
    to[0] = 3 * data[i] + data[i + Math.min(1, width - 1)];
    to[width - 1] = 3 * data[i + width - 1] + data[i + Math.max(0, width - 2)];
  };
  across(0, rows[0]);
  across(0, rows[1]);
  for (let y = 0; y < height; y++) {
    const [above, at] = [rows[y % 3], rows[(y + 1) % 3]];
    const below = rows[(y + 2) % 3];
    across(y + 1, below);
    for (let x = 0, o = y * width; x < width; x++, o++) out[o] = (above[x] + 2 * at[x] + below[x] + 8) >> 4;
  }
  return out;
}

/** Value of a plane at a place between pixels, by Catmull-Rom cubic convolution; border pixels repeated. */
export function cubicAt(data: Samples, width: number, height: number, x: number, y: number): number {
  const ix = Math.floor(x);
  const iy = Math.floor(y);
  const fx = x - ix;
  const fy = y - iy;
  if (fx === 0 && fy === 0)
    return data[Math.max(0, Math.min(height - 1, iy)) * width + Math.max(0, Math.min(width - 1, ix))];
  let sum = 0;
  for (let j = -1; j <= 2; j++) {
    const wy = cubic(fy, j);
    if (wy === 0) continue;
    const row = Math.max(0, Math.min(height - 1, iy + j)) * width;
    let line = 0;
    for (let i = -1; i <= 2; i++) line += cubic(fx, i) * data[row + Math.max(0, Math.min(width - 1, ix + i))];
    sum += wy * line;
  }
  return sum;
}

/** Weight of the sample `k` (-1..2) for a place `t` behind sample 0 (Keys 1981, a = -1/2). */
export function cubic(t: number, k: number): number {
  if (k === 0) return 1 + t * t * (1.5 * t - 2.5);
  if (k === 1) return t * (0.5 + t * (2 - 1.5 * t));
  if (k === -1) return t * (-0.5 + t * (1 - 0.5 * t));
  return t * t * (0.5 * t - 0.5);
}

/** Least and greatest sample that a plane may be given: the whole range of its depth; nothing is clipped to "legal" levels. */
export const topSample = (bits: number): number => 2 ** bits - 1;

/** Luma of a frame 8-bit code values of black and white, for thresholds that are shares of the range. */
export function levels8(format: FrameFormat): { black: number; white: number } {
  const { black, white } = lumaLevels(format);
  const scale = 2 ** (format.bits - 8);
  return { black: black / scale, white: white / scale };
}

/** A copy of samples. (Not `slice`: of a Node buffer that would be a view.) */
export const copySamples = (p: Samples): Samples =>
  p instanceof Uint16Array ? new Uint16Array(p) : new Uint8Array(p);
