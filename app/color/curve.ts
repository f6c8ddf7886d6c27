/**
 * Tone curves: from the stored sample of a scan to linear light and back. Only the curve of an input profile
 * is ever undone before densities are computed; its matrix has no meaning for a negative.
 *
 * Formulas: sRGB from IEC 61966-2-1 (1999); a pure gamma is `linear = stored^gamma`; a table is interpolated
 * linearly over equal steps, as ICC.1:2022 section 10.6 says for sampled curves.
 */
import type { ToneCurve } from '../picture.ts';

/** sRGB code value 0..1 to linear light 0..1 (odd-symmetric below zero, continued above one). */
export function srgbDecode(v: number): number {
  const a = Math.abs(v);
  const y = a <= 0.04045 ? a / 12.92 : ((a + 0.055) / 1.055) ** 2.4;
  return v < 0 ? -y : y;
}

/** Linear light 0..1 to sRGB code value 0..1 (odd-symmetric below zero, continued above one). */
export function srgbEncode(v: number): number {
  const a = Math.abs(v);
  const y = a <= 0.0031308 ? a * 12.92 : 1.055 * a ** (1 / 2.4) - 0.055;
  return v < 0 ? -y : y;
}

/** The curve of one channel as a function of the stored value 0..1; `channel` matters for measured tables only. */
export function toLinear(curve: ToneCurve, channel = 0): (stored: number) => number {
  switch (curve.kind) {
    case 'linear':
      return (v) => v;
    case 'srgb':
      return srgbDecode;
    case 'gamma': {
      const g = curve.gamma;
      return (v) => (v <= 0 ? 0 : v ** g);
    }
    case 'table': {
      const table = curve.tables[Math.min(channel, curve.tables.length - 1)];
      const last = table.length - 1;
      return (v) => {
        const x = Math.min(1, Math.max(0, v)) * last;
        const i = Math.min(last - 1, Math.floor(x));
        return table[i] + (table[i + 1] - table[i]) * (x - i);
      };
    }
  }
}

/**
 * Every stored sample's linear value: 256 entries for 8 bits, 65,536 for 16 bits, so that the pixel loop is
 * one look-up. Float samples (32 bits) need no table: their curve is always linear. The table is shared with
 * others who ask for the same one and must not be written to.
 */
export function linearTable(curve: ToneCurve, bits: 8 | 16, channel = 0): Float32Array {
  const size = bits === 8 ? 256 : 65536;
  const make = (): Float32Array => {
    const table = new Float32Array(size);
    const f = toLinear(curve, channel);
    for (let i = 0; i < size; i++) table[i] = f(i / (size - 1));
    return table;
  };
  if (curve.kind === 'table') return make();
  const key = `${curve.kind} ${curve.kind === 'gamma' ? curve.gamma : ''} ${bits}`;
  let table = made.get(key);
  if (!table) {
    if (made.size >= KEPT_TABLES) made.clear();
    made.set(key, (table = make()));
  }
  return table;
}

/** Tables of curves that have a formula, made once: every reduction and every analysis asks for one. */
const made = new Map<string, Float32Array>();
const KEPT_TABLES = 8;
