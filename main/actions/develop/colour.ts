/**
 * From the print's light to the output space: saturation, the change of primaries and the limits of the
 * gamut, as one 3x3 matrix and one encoding table. Saturation moves a colour along the line through the grey
 * of its own luminance (constant CIE Y, hence constant L*), in linear light, so a neutral is a fixed point.
 * Where more saturation would leave the output gamut the colour stops short of its boundary on that same
 * line: chroma gives way, lightness and neutrality never do. At saturation 1 nothing is touched.
 */
import { IDENTITY3, type Matrix3, multiply3, near3 } from '../../../app/color/matrix3.ts';
import { type SpaceName, spaces } from '../../../app/color/spaces.ts';

export interface ColourPlan {
  space: SpaceName;
  /** Linear sRGB print to linear output space, saturation included. */
  matrix: Matrix3;
  /** True when the matrix does nothing: print and encoding are then one table. */
  identity: boolean;
  /** Luminance weights of the output space (sum 1). */
  luma: readonly [number, number, number];
  /** Chroma, relative to the gamut's boundary, from which it is compressed; 0 = no compression needed. */
  knee: number;
}

/** Luminance weights of a space: the Y row of its matrix to the (white-adapted) connection space. */
export function lumaOf(space: SpaceName): readonly [number, number, number] {
  const m = spaces[space].toPcs;
  const sum = m[3] + m[4] + m[5];
  return [m[3] / sum, m[4] / sum, m[5] / sum];
}

/** Matrix that scales the distance of a linear sRGB colour from the grey of its luminance. */
export function saturationMatrix(saturation: number): Matrix3 {
  const [r, g, b] = lumaOf('srgb');
  const t = 1 - saturation;
  return [
    saturation + t * r,
    t * g,
    t * b,
    t * r,
    saturation + t * g,
    t * b,
    t * r,
    t * g,
    saturation + t * b,
  ];
}

/**
 * Plans the colour step. `neutral` pictures (black and white) need only the encoding, because every space's
 * white is the print's white.
 */
export function planColour(space: SpaceName, saturation: number, neutral: boolean): ColourPlan {
  const matrix = neutral
    ? IDENTITY3
    : multiply3(spaces[space].fromSrgb, saturation === 1 ? IDENTITY3 : saturationMatrix(saturation));
  return {
    space,
    matrix,
    identity: near3(matrix, IDENTITY3, 1e-9),
    luma: lumaOf(space),
    knee: !neutral && saturation > 1 ? 1 / saturation : 0,
  };
}

/** Entries of the encoding table, which is indexed by the square root of the linear value (nearly straight there). */
export const ENCODE_SIZE = 16384;

const encodeTables = new Map<string, Float32Array>();

/** Table of output codes (0..255 or 0..65535, unrounded) over sqrt(linear), ENCODE_SIZE + 2 entries; shared and cached. */
export function encodeTable(space: SpaceName, bits: 8 | 16): Float32Array {
  const key = `${space}-${bits}`;
  let table = encodeTables.get(key);
  if (!table) {
    const top = bits === 8 ? 255 : 65535;
    table = new Float32Array(new SharedArrayBuffer((ENCODE_SIZE + 2) * 4));
    for (let i = 0; i <= ENCODE_SIZE; i++)
      table[i] = top * Math.min(1, spaces[space].encode((i / ENCODE_SIZE) ** 2));
    table[ENCODE_SIZE + 1] = table[ENCODE_SIZE];
    encodeTables.set(key, table);
  }
  return table;
}
