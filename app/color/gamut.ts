/**
 * From CIE Lab (D65, the house's Lab) to the code values of an RGB space and back, for pixel loops: tables instead of
 * powers, and colours outside the space brought in at constant lightness and hue. Clipping channels one by one would
 * turn bright reds orange and change the luminance, which belongs to the photograph.
 *
 * The gamut boundary is a table of the largest chroma over lightness and hue, made once for each space by halving. A
 * pixel that is out starts from the table and is brought onto the boundary by Newton's method on the channel that
 * leaves the cube: for a fixed lightness each channel is a cubic of the chroma. In-gamut pixels never ask the table.
 */
import { D65, SRGB_TO_XYZ } from './lab.ts';
import { type Matrix, multiply, invert, spaces, type SpaceName } from './spaces.ts';

const DELTA = 6 / 29;
const TOE = 3 * DELTA * DELTA;
const STEPS = 65535;
/** Under this linear value a table is too coarse for a steep curve. */
const FINE = 1 / 512;

/** f of CIE Lab: cube root with its straight toe. */
export const labF = (t: number): number => (t > DELTA ** 3 ? Math.cbrt(t) : t / TOE + 4 / 29);
/** Its inverse. */
export const labInverse = (t: number): number => (t > DELTA ? t * t * t : TOE * (t - 4 / 29));
/** L* 0..100 of f(Y). */
export const lightnessOf = (fy: number): number => 116 * fy - 16;

/** Steps of the table of f over 0..1, and the light under which it bends too much for one; it errs by 3e-8 at most. */
const ROOTS = 32768;
const STEEP = 1 / 64;
let roots: Float64Array | null = null;

/** labF from a table, for light that is neither dark nor above white. */
function quickF(t: number): number {
  if (!(t >= STEEP && t < 1)) return labF(t);
  roots ??= Float64Array.from({ length: ROOTS + 2 }, (_, i) => labF(i / ROOTS));
  const x = t * ROOTS;
  const i = x | 0;
  return roots[i] + (roots[i + 1] - roots[i]) * (x - i);
}

const HUES = 360;
const LEVELS = 128;

/** Reads and writes Lab in one RGB space. Get it from `labSpace`. */
export class LabSpace {
  readonly name: SpaceName;
  /** Linear RGB of the space to XYZ over the white of D65: white is 1, 1, 1. */
  readonly toXyz: Matrix;
  readonly fromXyz: Matrix;
  /** Red, green, blue of the pixel that `put` wrote last, encoded, within 0..1. */
  readonly rgb = new Float64Array(3);
  /** L*, a*, b* of the pixel that `get` read last. */
  readonly lab = new Float64Array(3);
  private readonly decoded = new Float64Array(STEPS + 2);
  private readonly greyF = new Float64Array(STEPS + 2);
  private readonly encoded = new Float64Array(STEPS + 2);
  private readonly encodeExact: (linear: number) => number;
  private readonly decodeExact: (code: number) => number;
  private boundary: Float32Array | null = null;

  constructor(name: SpaceName) {
    const space = spaces[name];
    this.name = name;
    const m = multiply(SRGB_TO_XYZ, space.toSrgb);
    this.toXyz = m.map((v, i) => v / D65[Math.floor(i / 3)]) as unknown as Matrix;
    this.fromXyz = invert(this.toXyz);
    this.encodeExact = (v) => space.encode(v);
    this.decodeExact = (v) => space.decode(v);
    for (let i = 0; i <= STEPS + 1; i++) {
      this.decoded[i] = space.decode(i / STEPS);
      this.greyF[i] = labF(this.decoded[i]);
      this.encoded[i] = space.encode(i / STEPS);
    }
  }

  /** Linear light of an encoded value; values under 0 count as 0, above 1 the curve goes on. */
  decode(v: number): number {
    if (!(v > 0)) return 0;
    if (v >= 1) return v === 1 ? 1 : this.decodeExact(v);
    const x = v * STEPS;
    const i = x | 0;
    return this.decoded[i] + (this.decoded[i + 1] - this.decoded[i]) * (x - i);
  }

  /** Encoded value of linear light 0..1. */
  encode(linear: number): number {
    if (linear < FINE || linear >= 1) return this.encodeExact(linear);
    const x = linear * STEPS;
    const i = x | 0;
    return this.encoded[i] + (this.encoded[i + 1] - this.encoded[i]) * (x - i);
  }

  /** f(Y) of a neutral of this encoded value, clipped to 0..1. */
  fOfGrey(v: number): number {
    if (!(v > 0)) return 4 / 29;
    if (v >= 1) return 1;
    const x = v * STEPS;
    const i = x | 0;
    return this.greyF[i] + (this.greyF[i + 1] - this.greyF[i]) * (x - i);
  }

  /** f(Y) of an encoded colour, its luminance clipped to 0..1. */
  fOf(r: number, g: number, b: number): number {
    const m = this.toXyz;
    const y = m[3] * this.decode(r) + m[4] * this.decode(g) + m[5] * this.decode(b);
    return y >= 1 ? 1 : quickF(y);
  }

  /** Lab of an encoded colour into `lab`. */
  get(r: number, g: number, b: number): void {
    const m = this.toXyz;
    const R = this.decode(r);
    const G = this.decode(g);
    const B = this.decode(b);
    const x = quickF(m[0] * R + m[1] * G + m[2] * B);
    const y = quickF(m[3] * R + m[4] * G + m[5] * B);
    const z = quickF(m[6] * R + m[7] * G + m[8] * B);
    this.lab[0] = 116 * y - 16;
    this.lab[1] = 500 * (x - y);
    this.lab[2] = 200 * (y - z);
  }

  /**
   * Writes the colour of lightness `fy` (f(Y), 4/29..1) and chroma (a, b) into `rgb`. A colour that the space does
   * not hold loses chroma, at its lightness and hue, until it does.
   * @returns the share of the chroma that is left, 0..1
   */
  put(fy: number, a: number, b: number): number {
    if (this.within(fy, a, b)) {
      this.finish();
      return 1;
    }
    const share = this.fit(fy, a, b);
    this.linear(fy, a * share, b * share);
    this.finish();
    return share;
  }

  /**
   * The same for loops over planes: writes the colour into `out` at `o`, `o + n` and `o + 2 n`. Most colours lie within
   * the space and take the short way.
   */
  putInto(fy: number, a: number, b: number, out: Float32Array, o: number, n: number): void {
    const m = this.fromXyz;
    const x = labInverse(fy + a / 500);
    const y = labInverse(fy);
    const z = labInverse(fy - b / 200);
    const red = m[0] * x + m[1] * y + m[2] * z;
    const green = m[3] * x + m[4] * y + m[5] * z;
    const blue = m[6] * x + m[7] * y + m[8] * z;
    if (red > 0 && red <= 1 && green > 0 && green <= 1 && blue > 0 && blue <= 1) {
      out[o] = this.encode(red);
      out[o + n] = this.encode(green);
      out[o + 2 * n] = this.encode(blue);
      return;
    }
    this.put(fy, a, b);
    out[o] = this.rgb[0];
    out[o + n] = this.rgb[1];
    out[o + 2 * n] = this.rgb[2];
  }

  /** Largest chroma at a lightness and the hue of (a, b); by interpolation in the table, within about 1 unit. */
  largest(fy: number, a: number, b: number): number {
    const table = (this.boundary ??= this.makeBoundary());
    const v = Math.min(1, Math.max(0, (fy - 4 / 29) / (25 / 29))) * LEVELS;
    const level = Math.min(LEVELS - 1, Math.floor(v));
    let h = (Math.atan2(b, a) / (2 * Math.PI)) * HUES;
    if (h < 0) h += HUES;
    const left = Math.floor(h) % HUES;
    const right = (left + 1) % HUES;
    const t = h - Math.floor(h);
    const s = v - level;
    const row = level * HUES;
    const low = table[row + left] * (1 - t) + table[row + right] * t;
    const high = table[row + HUES + left] * (1 - t) + table[row + HUES + right] * t;
    return low + (high - low) * s;
  }

  /** Linear RGB into `rgb`. */
  private linear(fy: number, a: number, b: number): void {
    const m = this.fromXyz;
    const x = labInverse(fy + a / 500);
    const y = labInverse(fy);
    const z = labInverse(fy - b / 200);
    this.rgb[0] = m[0] * x + m[1] * y + m[2] * z;
    this.rgb[1] = m[3] * x + m[4] * y + m[5] * z;
    this.rgb[2] = m[6] * x + m[7] * y + m[8] * z;
  }

  private within(fy: number, a: number, b: number): boolean {
    this.linear(fy, a, b);
    const { rgb } = this;
    return rgb[0] >= 0 && rgb[0] <= 1 && rgb[1] >= 0 && rgb[1] <= 1 && rgb[2] >= 0 && rgb[2] <= 1;
  }

  private finish(): void {
    for (let c = 0; c < 3; c++) {
      const v = this.rgb[c];
      this.rgb[c] = this.encode(v <= 0 ? 0 : v >= 1 ? 1 : v);
    }
  }

  /** The share of (a, b) on the boundary of the cube. */
  private fit(fy: number, a: number, b: number): number {
    // White and black hold no chroma at all.
    if (fy >= 1 || fy <= 4 / 29) return 0;
    let share = Math.min(1, this.largest(fy, a, b) / Math.hypot(a, b));
    const m = this.fromXyz;
    for (let step = 0; step < 4; step++) {
      this.linear(fy, a * share, b * share);
      // The channel that is furthest out, or, when all are in, the one nearest to its bound.
      let worst = 0;
      let over = -Infinity;
      let bound = 0;
      for (let c = 0; c < 3; c++) {
        const v = this.rgb[c];
        if (v - 1 > over) [over, worst, bound] = [v - 1, c, 1];
        if (-v > over) [over, worst, bound] = [-v, c, 0];
      }
      if (Math.abs(over) < 1e-9) break;
      const x = fy + (a * share) / 500;
      const z = fy - (b * share) / 200;
      const dx = x > DELTA ? 3 * x * x : TOE;
      const dz = z > DELTA ? 3 * z * z : TOE;
      const slope = (m[worst * 3] * dx * a) / 500 - (m[worst * 3 + 2] * dz * b) / 200;
      if (slope === 0) break;
      const next = share - (this.rgb[worst] - bound) / slope;
      // Newton from inside may choose a channel that does not bind; then the table's answer stands.
      if (!(next > 0 && next < 1.2 * share + 1e-6)) break;
      share = Math.min(1, next);
    }
    this.linear(fy, a * share, b * share);
    const { rgb } = this;
    const out = Math.max(-Math.min(rgb[0], rgb[1], rgb[2]), Math.max(rgb[0], rgb[1], rgb[2]) - 1);
    if (out > 1e-7) return share * this.halve(fy, a * share, b * share, 0, 1);
    // Well inside still: a channel that does not bind was followed.
    if (out < -1e-4 && share < 1) return this.halve(fy, a, b, share, 1);
    return share;
  }

  private halve(fy: number, a: number, b: number, low: number, high: number): number {
    for (let k = 0; k < 20; k++) {
      const share = (low + high) / 2;
      if (this.within(fy, a * share, b * share)) low = share;
      else high = share;
    }
    return low;
  }

  private makeBoundary(): Float32Array {
    const table = new Float32Array((LEVELS + 1) * HUES);
    for (let level = 1; level < LEVELS; level++) {
      const fy = 4 / 29 + ((25 / 29) * level) / LEVELS;
      for (let h = 0; h < HUES; h++) {
        const angle = (h / HUES) * 2 * Math.PI;
        const a = 250 * Math.cos(angle);
        const b = 250 * Math.sin(angle);
        let low = 0;
        let high = 1;
        for (let k = 0; k < 13; k++) {
          const share = (low + high) / 2;
          if (this.within(fy, a * share, b * share)) low = share;
          else high = share;
        }
        table[level * HUES + h] = 250 * low;
      }
    }
    return table;
  }
}

const made = new Map<SpaceName, LabSpace>();

/** The tables of a space; made once and shared (not between threads), so `rgb` and `lab` must be read at once. */
export function labSpace(name: SpaceName): LabSpace {
  let space = made.get(name);
  if (!space) made.set(name, (space = new LabSpace(name)));
  return space;
}
