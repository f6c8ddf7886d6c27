/**
 * Evidence before invention: what is missing in one picture is taken from another one of the same (a second print,
 * the negative), laid on it (register.ts), its tones brought to those of this picture by a curve per channel that is
 * read off the sound pixels both share, and only where the two agree around the hole.
 */
import type { Rect } from '../../../app/picture.ts';
import type { Planar } from '../../../app/planar.ts';
import { grown, type PictureSource } from '../picture/source.ts';
import { boxMean } from './filters.ts';
import { fillMembrane } from './membrane.ts';
import { readAnywhere } from './copies.ts';
import { type Registration, registerPictures } from './register.ts';
import type { Evidence, Mask } from './types.ts';
import { planHoles } from './holes.ts';

/** Least agreement of two pictures that show the same. */
const SAME = 0.5;
/** Mean difference (0..1 encoded) around a pixel up to which the other picture is believed there. */
const BELIEVED = 0.045;
/** Radius, in pixels of a 2000-pixel picture, of what counts as around. */
const AROUND = 14;
const KNOTS = 33;

/** For each channel of the picture: values for KNOTS levels of the other picture's channel. */
type Curves = Float32Array[];

/** Value of a curve. */
function along(curve: Float32Array, v: number): number {
  const t = Math.min(KNOTS - 1.0001, Math.max(0, v * (KNOTS - 1)));
  const k = Math.floor(t);
  return curve[k] + (t - k) * (curve[k + 1] - curve[k]);
}

/** The other picture's samples over a part of this one (bilinear), and where it has any. */
async function laid(
  other: PictureSource,
  { affine: [a, b, c, d, e, f] }: Registration,
  whole: { width: number; height: number },
  rect: Rect,
  signal?: AbortSignal,
): Promise<{ planes: Float32Array[]; inside: Uint8Array }> {
  const corner = (x: number, y: number): [number, number] => {
    const u = x / whole.width;
    const v = y / whole.height;
    return [(a * u + b * v + c) * other.width, (d * u + e * v + f) * other.height];
  };
  const corners = [
    corner(rect.x, rect.y),
    corner(rect.x + rect.w, rect.y),
    corner(rect.x, rect.y + rect.h),
    corner(rect.x + rect.w, rect.y + rect.h),
  ];
  const x0 = Math.floor(Math.min(...corners.map(([x]) => x))) - 2;
  const y0 = Math.floor(Math.min(...corners.map(([, y]) => y))) - 2;
  const from = {
    x: x0,
    y: y0,
    w: Math.ceil(Math.max(...corners.map(([x]) => x))) + 2 - x0,
    h: Math.ceil(Math.max(...corners.map(([, y]) => y))) + 2 - y0,
  };
  const part = await readAnywhere(other, from, signal);
  const n = rect.w * rect.h;
  const m = from.w * from.h;
  const planes = Array.from({ length: other.channels }, () => new Float32Array(n));
  const inside = new Uint8Array(n);
  for (let y = 0; y < rect.h; y++)
    for (let x = 0; x < rect.w; x++) {
      const [ox, oy] = corner(rect.x + x + 0.5, rect.y + y + 0.5);
      const sx = ox - 0.5 - from.x;
      const sy = oy - 0.5 - from.y;
      const ix = Math.floor(sx);
      const iy = Math.floor(sy);
      if (ix < 0 || iy < 0 || ix + 1 >= from.w || iy + 1 >= from.h) continue;
      const i = iy * from.w + ix;
      if (!part.inside[i] || !part.inside[i + from.w + 1] || !part.inside[i + 1] || !part.inside[i + from.w])
        continue;
      const fx = sx - ix;
      const fy = sy - iy;
      const o = y * rect.w + x;
      inside[o] = 1;
      planes.forEach((plane, k) => {
        const p = part.picture.data;
        const at = k * m + i;
        const top = p[at] + fx * (p[at + 1] - p[at]);
        const low = p[at + from.w] + fx * (p[at + from.w + 1] - p[at + from.w]);
        plane[o] = top + fy * (low - top);
      });
    }
  return { planes, inside };
}

/** Curves that bring the other picture's tones to this one's: medians by level over sound pixels of both. */
function curvesOf(picture: Planar, planes: Float32Array[], usable: (i: number) => boolean): Curves {
  const n = picture.width * picture.height;
  return Array.from({ length: picture.channels }, (_, c) => {
    const other = planes[Math.min(c, planes.length - 1)];
    const lists: number[][] = Array.from({ length: KNOTS }, () => []);
    const every = Math.max(1, Math.floor(n / 200000));
    for (let i = 0; i < n; i += every)
      if (usable(i))
        lists[Math.round(Math.min(1, Math.max(0, other[i])) * (KNOTS - 1))].push(picture.data[c * n + i]);
    const curve = new Float32Array(KNOTS).fill(NaN);
    lists.forEach((list, k) => {
      if (list.length < 12) return;
      list.sort((a, b) => a - b);
      curve[k] = list[list.length >> 1];
    });
    const known = [...curve.keys()].filter((k) => !Number.isNaN(curve[k]));
    for (let k = 0; k < KNOTS; k++) {
      if (!Number.isNaN(curve[k]) || known.length === 0) continue;
      const above = known.find((j) => j > k);
      const below = known.filter((j) => j < k).pop();
      if (above === undefined) curve[k] = curve[below ?? 0];
      else if (below === undefined) curve[k] = curve[above];
      else curve[k] = curve[below] + ((k - below) / (above - below)) * (curve[above] - curve[below]);
    }
    return curve;
  });
}

/** A source as a whole, at most `most` pixels on its longer side, by plain sampling of means over rows. */
async function reduced(source: PictureSource, most: number, signal?: AbortSignal): Promise<Planar> {
  const factor = Math.max(1, Math.ceil(Math.max(source.width, source.height) / most));
  const w = Math.floor(source.width / factor);
  const h = Math.floor(source.height / factor);
  const out = new Float32Array(w * h * source.channels);
  const rows = Math.max(1, Math.floor(2e6 / (source.width * factor)));
  for (let top = 0; top < h; top += rows) {
    const count = Math.min(rows, h - top);
    const rect = { x: 0, y: top * factor, w: w * factor, h: count * factor };
    const part = await source.read(rect, signal);
    for (let c = 0; c < source.channels; c++)
      for (let y = 0; y < rect.h; y++) {
        const to = (c * h + top + Math.floor(y / factor)) * w;
        const from = (c * rect.h + y) * rect.w;
        for (let x = 0; x < rect.w; x++)
          out[to + Math.floor(x / factor)] += part.data[from + x] / (factor * factor);
      }
  }
  return { width: w, height: h, channels: source.channels, data: out };
}

/**
 * What another picture can tell about the damaged places of this one.
 * @param mask the damage of `source`, any resolution
 * @param otherMask the other picture's own damage, if it is known: nothing is taken from there
 * @returns null when the two do not show the same
 */
export async function evidenceFrom(
  source: PictureSource,
  other: PictureSource,
  mask: Mask,
  otherMask: Mask | null = null,
  signal?: AbortSignal,
): Promise<(Evidence & { registration: Registration }) | null> {
  const small = await reduced(source, 1400, signal);
  const registration = registerPictures(small, await reduced(other, 1400, signal));
  if (registration.agreement < SAME) return null;
  const plan = planHoles(mask, source.width, source.height);
  const otherPlan = otherMask ? planHoles(otherMask, other.width, other.height) : null;
  const damaged = otherPlan
    ? {
        ...other,
        channels: 1 as const,
        read: (rect: Rect) =>
          Promise.resolve({
            width: rect.w,
            height: rect.h,
            channels: 1,
            data: Float32Array.from(otherPlan.holesIn(rect)),
          }),
      }
    : null;
  const whole = { x: 0, y: 0, w: small.width, h: small.height };
  const smallPlan = planHoles(mask, small.width, small.height);
  const holes = smallPlan.holesIn(whole);
  const overview = await laid(other, registration, small, whole, signal);
  const curves = curvesOf(small, overview.planes, (i) => !holes[i] && overview.inside[i] === 1);
  const radius = Math.max(8, Math.round((AROUND * Math.max(source.width, source.height)) / 2000));
  return {
    registration,
    async read(rect, inner) {
      const region = grown(rect, 3 * radius, source);
      const here = await source.read(region, inner);
      const unknown = plan.holesIn(region);
      const there = await laid(other, registration, source, region, inner);
      const bad = damaged ? await laid(damaged, registration, source, region, inner) : null;
      const n = region.w * region.h;
      const usable = Float32Array.from(unknown, (v, i) => (!v && there.inside[i] ? 1 : 0));
      const share = boxMean(usable, region.w, region.h, radius);
      const apart = Uint8Array.from(share, (v) => Number(v < 0.3));
      const nothing = !apart.includes(0);
      /** Local means over usable pixels, continued over the rest. */
      const extended = (values: Float32Array): Float32Array => {
        const mean = boxMean(values, region.w, region.h, radius);
        for (let i = 0; i < n; i++) mean[i] = apart[i] ? 0 : mean[i] / share[i];
        if (!nothing) fillMembrane(mean, apart, region.w, region.h, 40);
        return mean;
      };
      const error = new Float32Array(n);
      const matched = curves.map((curve, c) => {
        const plane = there.planes[Math.min(c, there.planes.length - 1)].map((v) => along(curve, v));
        const difference = new Float32Array(n);
        for (let i = 0; i < n; i++) if (usable[i]) difference[i] = here.data[c * n + i] - plane[i];
        // The light of the place: uneven fading is taken over from around the hole.
        const light = extended(difference);
        for (let i = 0; i < n; i++) {
          if (usable[i]) error[i] += Math.abs(difference[i] - light[i]) / curves.length;
          plane[i] += light[i];
        }
        return plane;
      });
      const wrong = extended(error);
      const data = new Float32Array(rect.w * rect.h * source.channels);
      const trust = new Uint8Array(rect.w * rect.h);
      for (let y = 0; y < rect.h; y++)
        for (let x = 0; x < rect.w; x++) {
          const i = (y + rect.y - region.y) * region.w + x + rect.x - region.x;
          const o = y * rect.w + x;
          for (let c = 0; c < source.channels; c++)
            data[c * trust.length + o] = Math.min(1, Math.max(0, matched[c][i]));
          if (there.inside[i] && !(bad && bad.planes[0][i] > 0) && !nothing)
            trust[o] = Number(wrong[i] < BELIEVED);
        }
      return { data, trust };
    },
  };
}
