/**
 * Pictures in CIE L*a*b*, as every colour figure of this folder reads them: sRGB (IEC 61966-2-1) decoded to
 * linear light, XYZ under D65, Lab against D65 (CIE 15:2004). That is sRGB's own white, so no adaptation stands
 * between a picture and its figures, the same Lab that the networks' chroma is in. A picture is judged as it
 * would be shown: samples are clipped to 0..1 first, and one that is not a number counts as 0.
 */
import { srgbDecode, srgbEncode } from '../color/curve.ts';
import { SRGB_TO_XYZ, D65, XYZ_TO_SRGB } from '../color/lab.ts';
import { type Planar, planar } from '../planar.ts';

/** L* 0..100, a* and b* of every pixel, row by row. */
export interface LabPlanes {
  width: number;
  height: number;
  L: Float32Array;
  a: Float32Array;
  b: Float32Array;
}

/** @throws RangeError when two pictures that are to be compared differ in size or number of planes */
export function sameShape(one: Planar, two: Planar): void {
  if (one.width !== two.width || one.height !== two.height || one.channels !== two.channels)
    throw new RangeError(
      `Pictures of ${one.width}x${one.height}x${one.channels} and ${two.width}x${two.height}x${two.channels} cannot be compared.`,
    );
}

/** The sample as it would be shown. */
export function shown(v: number): number {
  return v > 0 ? (v < 1 ? v : 1) : 0;
}

/** A copy with every sample in 0..1. */
export function clipped(picture: Planar): Planar {
  return { ...picture, data: picture.data.map(shown) };
}

/** Rec. 601 luma of the encoded samples, 0..1; a picture of one plane is its own luma. */
export function luma(picture: Planar): Planar {
  const out = planar(picture.width, picture.height, 1);
  const n = out.data.length;
  const { data } = picture;
  if (picture.channels === 1) out.data.set(data.subarray(0, n));
  else
    for (let i = 0; i < n; i++) out.data[i] = 0.299 * data[i] + 0.587 * data[n + i] + 0.114 * data[2 * n + i];
  return out;
}

const DELTA = 6 / 29;
const f = (t: number): number => (t > DELTA ** 3 ? Math.cbrt(t) : t / (3 * DELTA * DELTA) + 4 / 29);
const inverse = (t: number): number => (t > DELTA ? t * t * t : 3 * DELTA * DELTA * (t - 4 / 29));

/** @param picture three planes, or one (grey) */
export function toLab(picture: Planar): LabPlanes {
  const n = picture.width * picture.height;
  const L = new Float32Array(n);
  const a = new Float32Array(n);
  const b = new Float32Array(n);
  const g = picture.channels === 1 ? 0 : n;
  const m = SRGB_TO_XYZ;
  const { data } = picture;
  for (let i = 0; i < n; i++) {
    const red = srgbDecode(shown(data[i]));
    const green = srgbDecode(shown(data[g + i]));
    const blue = srgbDecode(shown(data[2 * g + i]));
    const x = f((m[0] * red + m[1] * green + m[2] * blue) / D65[0]);
    const y = f(m[3] * red + m[4] * green + m[5] * blue);
    const z = f((m[6] * red + m[7] * green + m[8] * blue) / D65[2]);
    L[i] = 116 * y - 16;
    a[i] = 500 * (x - y);
    b[i] = 200 * (y - z);
  }
  return { width: picture.width, height: picture.height, L, a, b };
}

/** Inverse of `toLab`; colours outside sRGB come out beyond 0..1. `saturation` multiplies a* and b* first. */
export function fromLab(lab: LabPlanes, saturation = 1): Planar {
  const out = planar(lab.width, lab.height, 3);
  const n = lab.L.length;
  const m = XYZ_TO_SRGB;
  for (let i = 0; i < n; i++) {
    const fy = (lab.L[i] + 16) / 116;
    const x = inverse(fy + (saturation * lab.a[i]) / 500) * D65[0];
    const y = inverse(fy);
    const z = inverse(fy - (saturation * lab.b[i]) / 200) * D65[2];
    out.data[i] = srgbEncode(m[0] * x + m[1] * y + m[2] * z);
    out.data[n + i] = srgbEncode(m[3] * x + m[4] * y + m[5] * z);
    out.data[2 * n + i] = srgbEncode(m[6] * x + m[7] * y + m[8] * z);
  }
  return out;
}

/** Hue angle of (a*, b*) in degrees 0..360. */
export function hueDegrees(a: number, b: number): number {
  const h = (Math.atan2(b, a) * 180) / Math.PI;
  return h < 0 ? h + 360 : h;
}
