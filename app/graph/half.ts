/**
 * Half-precision numbers (IEEE 754-2008 binary16: 1 sign, 5 exponent and 10 fraction bits), in which weights are
 * stored. Rounding is to nearest, ties to even, as the standard's default; subnormals, infinities and NaN are kept.
 */

/** Largest finite half. */
export const HALF_MAX = 65504;

const word = new Uint32Array(1);
const real = new Float32Array(word.buffer);

/** The 16 bits of the half nearest to `value`, which is rounded to single precision first. */
export function floatToHalf(value: number): number {
  real[0] = value;
  const bits = word[0];
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00; // NaN: quiet, payload dropped
  // 65520 lies half way between 65504 and the 65536 that does not exist: it and all above become infinite.
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  if (magnitude >= 0x38800000) {
    // Normal half: bias 127 becomes 15, thirteen fraction bits go; adding 0xfff and the lowest kept bit rounds
    // to nearest even, and a carry out of the fraction raises the exponent as it should.
    return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
  }
  if (magnitude < 0x33000000) return sign; // below half of the smallest subnormal, 2^-25
  // Subnormal half: the fraction with its hidden bit, shifted to units of 2^-24.
  const shift = 126 - (magnitude >>> 23);
  const fraction = (magnitude & 0x7fffff) | 0x800000;
  const kept = fraction >>> shift;
  const rest = fraction & ((1 << shift) - 1);
  const tie = 1 << (shift - 1);
  return sign | (kept + (rest > tie || (rest === tie && (kept & 1) === 1) ? 1 : 0));
}

/** The number that 16 bits stand for; exact. */
export function halfToFloat(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 31;
  const fraction = half & 0x3ff;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Every element rounded to half precision. */
export function toHalves(values: Float32Array): Uint16Array {
  const out = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) out[i] = floatToHalf(values[i]);
  return out;
}

/** Every element widened to single precision. */
export function fromHalves(halves: Uint16Array): Float32Array {
  const out = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) out[i] = halfToFloat(halves[i]);
  return out;
}
