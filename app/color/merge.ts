/**
 * Grey and chroma put together: the luminance of the picture as it is, chroma (predicted at a fraction of the
 * size) enlarged to it. Colours outside sRGB keep hue and lightness and lose chroma, because clipping the channels
 * one by one would turn bright reds orange and darken what must not change: the luminance.
 */
import { fromLab } from '../metrics/lab.ts';
import { planar, type Planar } from '../planar.ts';
import { srgbDecode } from './curve.ts';

/** CIE L* 0..100 of an sRGB-encoded grey value 0..1. */
export function lightness(grey: number): number {
  const y = srgbDecode(Math.min(1, Math.max(0, grey)));
  return y > 216 / 24389 ? 116 * Math.cbrt(y) - 16 : (24389 / 27) * y;
}

/** One plane enlarged bilinearly, pixel centres aligned (half-pixel), edges repeated. */
export function enlargePlane(
  plane: Float32Array,
  from: { width: number; height: number },
  to: { width: number; height: number },
): Float32Array {
  const out = new Float32Array(to.width * to.height);
  const axis = (n: number, m: number) => {
    const low = new Int32Array(m);
    const part = new Float32Array(m);
    for (let i = 0; i < m; i++) {
      const at = Math.min(n - 1, Math.max(0, ((i + 0.5) * n) / m - 0.5));
      low[i] = Math.min(Math.max(0, n - 2), Math.floor(at));
      part[i] = n === 1 ? 0 : at - low[i];
    }
    return { low, part };
  };
  const xs = axis(from.width, to.width);
  const ys = axis(from.height, to.height);
  const right = from.width > 1 ? 1 : 0;
  const below = from.height > 1 ? from.width : 0;
  for (let y = 0, k = 0; y < to.height; y++) {
    const row = ys.low[y] * from.width;
    const v = ys.part[y];
    for (let x = 0; x < to.width; x++, k++) {
      const i = row + xs.low[x];
      const u = xs.part[x];
      const top = plane[i] + (plane[i + right] - plane[i]) * u;
      const bottom = plane[i + below] + (plane[i + below + right] - plane[i + below]) * u;
      out[k] = top + (bottom - top) * v;
    }
  }
  return out;
}

/**
 * The colour picture.
 * @param grey one plane, sRGB-encoded 0..1: its luminance is kept
 * @param ab two planes of any size, a* and b* divided by `scale`
 * @returns three planes, sRGB-encoded, within 0..1
 */
export function mergeChroma(grey: Planar, ab: Planar, scale = 110, saturation = 1): Planar {
  const { width, height } = grey;
  const n = width * height;
  const m = ab.width * ab.height;
  const L = Float32Array.from(grey.data.subarray(0, n), lightness);
  const [a, b] = [0, 1].map((c) =>
    enlargePlane(ab.data.subarray(c * m, (c + 1) * m), ab, grey).map((v) => v * scale * saturation),
  );
  const out = fromLab({ width, height, L, a, b });
  const inGamut = (i: number): boolean =>
    [0, 1, 2].every((c) => out.data[c * n + i] >= -1e-4 && out.data[c * n + i] <= 1.0001);
  const one = planar(1, 1, 3);
  for (let i = 0; i < n; i++) {
    if (inGamut(i)) continue;
    // Largest share of the chroma that still fits, by halving; grey itself always fits.
    let low = 0;
    let high = 1;
    for (let k = 0; k < 10; k++) {
      const share = (low + high) / 2;
      const tried = fromLab({
        width: 1,
        height: 1,
        L: L.subarray(i, i + 1),
        a: Float32Array.of(a[i] * share),
        b: Float32Array.of(b[i] * share),
      });
      if (tried.data.every((v) => v >= -1e-4 && v <= 1.0001)) {
        low = share;
        one.data.set(tried.data);
      } else high = share;
    }
    if (low === 0) one.data.fill(grey.data[i]);
    for (let c = 0; c < 3; c++) out.data[c * n + i] = one.data[c];
  }
  for (let i = 0; i < out.data.length; i++) out.data[i] = Math.min(1, Math.max(0, out.data[i]));
  return out;
}
