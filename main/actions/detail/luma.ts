/**
 * Lightness of a picture as the steps see it that leave its colours alone: the weighted sum of the encoded channels
 * (the weights are those of the space's luminance), and the way back: one amount added to all channels of a pixel, so
 * that what lies between the channels stays.
 */
import { spaces, type SpaceName } from '../../../app/color/spaces.ts';
import type { Planar } from '../../../app/planar.ts';

/** Shares of red, green and blue in the luminance of a space. They sum to 1. */
export function lumaWeights(space: SpaceName): readonly [number, number, number] {
  const [, , , r, g, b] = spaces[space].toPcs;
  const sum = r + g + b;
  return [r / sum, g / sum, b / sum];
}

/** One plane of luma, encoded, of a picture of one or three planes. */
export function lumaOf(picture: Planar, space: SpaceName): Float32Array {
  const n = picture.width * picture.height;
  const { data, channels } = picture;
  if (channels === 1) return data.slice(0, n);
  const [r, g, b] = lumaWeights(space);
  const out = new Float32Array(n);
  for (let i = 0; i < n; i++) out[i] = r * data[i] + g * data[n + i] + b * data[2 * n + i];
  return out;
}

/**
 * Adds an amount to all channels of a pixel, as far as none of them leaves 0..1 by it: clipping one of them would turn
 * the colour. Samples that lie outside already do not move further.
 * @param i index of the pixel in the first plane; `n` pixels a plane
 */
export function lighten(data: Float32Array, channels: number, n: number, i: number, by: number): void {
  if (by === 0) return;
  let room = Math.abs(by);
  for (let c = 0, k = i; c < channels; c++, k += n) {
    const left = by > 0 ? 1 - data[k] : data[k];
    if (left < room) room = left;
  }
  if (room <= 0) return;
  const change = by > 0 ? room : -room;
  for (let c = 0, k = i; c < channels; c++, k += n) data[k] += change;
}
