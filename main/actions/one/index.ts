/**
 * The single network `one` at any size. It looks at the picture as a whole and is no network for tiles, so it is run on
 * a reduced copy, and its answer is joined to the full-size detail:
 *
 *   out(p) = A(p) rgb(p) + b(p) + e(p)
 *
 * where A, b (a 3 x 3 matrix and an offset) are the local affine maps of colour that lead from the reduced copy to the
 * answer, by least squares in windows (the colour guided filter of He, Sun and Tang, "Guided image filtering", IEEE
 * TPAMI 35, 2013, used as in Chen et al., "Bilateral guided upsampling", SIGGRAPH Asia 2016), and e is what no affine map
 * explains (a hole that was filled, a scratch), enlarged as it is. A, b and e lie between samples by bilinear
 * interpolation. Edges and grain come from the full-size picture; reduced again, the result is the network's answer.
 * A negative is given to the network as it was scanned.
 */
import { boxMean, reducePlane, type Size } from '../../../app/color/guided.ts';
import { RevealError } from '../../../app/contract/messages.ts';
import { planar, type Planar } from '../../../app/planar.ts';
import { convertPlanes } from '../picture/as-is.ts';
import type { OpenNetwork } from '../picture/networks.ts';
import type { PictureSource } from '../picture/source.ts';

/** Longer side of the copy that the network looks at. */
export const ONE_SIDE = 384;
/** Windows of the affine maps, in samples to each side, and the variance under which a colour is taken for noise. */
const RADIUS = 6;
const EPSILON = 4e-4;

/** What the network made of the whole picture; good for every size of it. Plain data. */
export interface OnePlan {
  size: Size;
  /** Twelve planes: for each output channel the factors of red, green, blue, and the offset. */
  maps: Float32Array[];
  /** Three planes: what the maps do not explain. */
  rest: Float32Array[];
  network: { name: string; sha256: string };
}

/** Size of the network's copy: the longer side at most `side`. */
export function oneSize({ width, height }: Size, side = ONE_SIDE): Size {
  const k = Math.min(1, side / Math.max(width, height));
  const fit = (n: number): number => Math.max(1, Math.min(n, Math.round(n * k)));
  return { width: fit(width), height: fit(height) };
}

/**
 * Runs the network on the whole picture.
 * @param picture the whole picture, reduced to `oneSize` or larger, sRGB-encoded 0..1, one or three planes
 */
export async function prepareOne(
  picture: Planar,
  network: OpenNetwork,
  options: { signal?: AbortSignal; side?: number } = {},
): Promise<OnePlan> {
  const size = oneSize(picture, options.side);
  const x = planar(size.width, size.height, 3);
  const n = size.width * size.height;
  const whole = picture.width * picture.height;
  for (let c = 0; c < 3; c++) {
    const from = picture.channels === 1 ? 0 : c;
    const plane = picture.data.subarray(from * whole, (from + 1) * whole);
    x.data.set(reducePlane(plane, picture, size), c * n);
  }
  const { y } = await network.apply({ x }, options.signal ? { signal: options.signal } : {});
  if (!y || y.channels !== 3 || y.width !== size.width || y.height !== size.height)
    throw new RevealError('bad-input', `The network ${network.name} did not answer with a picture.`);
  const planes = (p: Planar): Float32Array[] => [0, 1, 2].map((c) => p.data.subarray(c * n, (c + 1) * n));
  const { maps, rest } = affineMaps(planes(x), planes(y), size, RADIUS, EPSILON);
  return { size, maps, rest, network: { name: network.name, sha256: network.sha256 } };
}

/**
 * Local affine maps that lead from three planes to three others, and what they leave.
 * @param epsilon added to the variance of each colour
 */
export function affineMaps(
  x: readonly Float32Array[],
  y: readonly Float32Array[],
  size: Size,
  r: number,
  epsilon: number,
): { maps: Float32Array[]; rest: Float32Array[] } {
  const n = size.width * size.height;
  const product = (a: Float32Array, b: Float32Array): Float32Array => {
    const out = new Float32Array(n);
    for (let i = 0; i < n; i++) out[i] = a[i] * b[i];
    return boxMean(out, size, r);
  };
  const mean = x.map((p) => boxMean(p, size, r));
  const level = y.map((p) => boxMean(p, size, r));
  const [rr, rg, rb, gg, gb, bb] = [
    [0, 0],
    [0, 1],
    [0, 2],
    [1, 1],
    [1, 2],
    [2, 2],
  ].map(([i, j]) => product(x[i], x[j]));
  const cross = y.map((p) => x.map((q) => product(p, q)));
  const maps = Array.from({ length: 12 }, () => new Float32Array(n));
  for (let i = 0; i < n; i++) {
    const [mr, mg, mb] = [mean[0][i], mean[1][i], mean[2][i]];
    // Covariance, symmetric, made safe to invert.
    const a = rr[i] - mr * mr + epsilon;
    const b = rg[i] - mr * mg;
    const c = rb[i] - mr * mb;
    const d = gg[i] - mg * mg + epsilon;
    const e = gb[i] - mg * mb;
    const f = bb[i] - mb * mb + epsilon;
    const A = d * f - e * e;
    const B = c * e - b * f;
    const C = b * e - c * d;
    const det = a * A + b * B + c * C;
    for (let o = 0; o < 3; o++) {
      const m = level[o][i];
      const u = cross[o][0][i] - m * mr;
      const v = cross[o][1][i] - m * mg;
      const w = cross[o][2][i] - m * mb;
      const s = det > 1e-18 ? 1 / det : 0;
      const kr = s * (A * u + B * v + C * w);
      const kg = s * (B * u + (a * f - c * c) * v + (b * c - a * e) * w);
      const kb = s * (C * u + (b * c - a * e) * v + (a * d - b * b) * w);
      maps[4 * o][i] = kr;
      maps[4 * o + 1][i] = kg;
      maps[4 * o + 2][i] = kb;
      maps[4 * o + 3][i] = m - kr * mr - kg * mg - kb * mb;
    }
  }
  const smooth = maps.map((p) => boxMean(p, size, r));
  const rest = y.map((p, o) => {
    const out = new Float32Array(n);
    const [kr, kg, kb, k] = smooth.slice(4 * o, 4 * o + 4);
    for (let i = 0; i < n; i++) out[i] = p[i] - (kr[i] * x[0][i] + kg[i] * x[1][i] + kb[i] * x[2][i] + k[i]);
    return out;
  });
  return { maps: smooth, rest };
}

/** The source with the plan laid over it: three channels, sRGB-encoded. */
export function oneSource(source: PictureSource, plan: OnePlan): PictureSource {
  const { size, maps, rest } = plan;
  const layers = [0, 1, 2].map((o) => [...maps.slice(4 * o, 4 * o + 4), rest[o]]);
  return {
    width: source.width,
    height: source.height,
    channels: 3,
    space: 'srgb',
    scale: source.scale,
    async read(rect, signal) {
      const part = await source.read(rect, signal);
      convertPlanes(part, source.space, 'srgb');
      const n = rect.w * rect.h;
      const out = planar(rect.w, rect.h, 3);
      const across = between(rect.x, rect.w, source.width, size.width);
      const down = between(rect.y, rect.h, source.height, size.height);
      const [r, g, b] = part.channels === 1 ? [0, 0, 0] : [0, n, 2 * n];
      for (let y = 0; y < rect.h; y++) {
        const top = down.first[y] * size.width;
        const low = down.next[y] * size.width;
        const t = down.share[y];
        for (let x = 0; x < rect.w; x++) {
          const i = y * rect.w + x;
          const [p, q] = [across.first[x], across.next[x]];
          const s = across.share[x];
          const w00 = (1 - s) * (1 - t);
          const w01 = s * (1 - t);
          const w10 = (1 - s) * t;
          const w11 = s * t;
          const at = (plane: Float32Array): number =>
            w00 * plane[top + p] + w01 * plane[top + q] + w10 * plane[low + p] + w11 * plane[low + q];
          const [vr, vg, vb] = [part.data[r + i], part.data[g + i], part.data[b + i]];
          for (let o = 0; o < 3; o++) {
            const [kr, kg, kb, k, e] = layers[o];
            const v = at(kr) * vr + at(kg) * vg + at(kb) * vb + at(k) + at(e);
            out.data[o * n + i] = v <= 0 ? 0 : v >= 1 ? 1 : v;
          }
        }
      }
      return out;
    },
  };
}

/** Between which samples each pixel of a stretch lies. */
function between(
  start: number,
  count: number,
  length: number,
  samples: number,
): { first: Int32Array; next: Int32Array; share: Float32Array } {
  const first = new Int32Array(count);
  const next = new Int32Array(count);
  const share = new Float32Array(count);
  for (let k = 0; k < count; k++) {
    const u = Math.min(samples - 1, Math.max(0, ((start + k + 0.5) * samples) / length - 0.5));
    first[k] = Math.floor(u);
    next[k] = Math.min(samples - 1, first[k] + 1);
    share[k] = u - first[k];
  }
  return { first, next, share };
}
