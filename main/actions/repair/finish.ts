/**
 * Texture and grain over a finished fill, so that it does not stand out by its smoothness. What is fine in the known
 * surroundings (samples less their local mean; grain is part of it) is laid over the fill in overlapping windows,
 * each from the place, among some that its position names, whose tones are most like the fill's there and whose detail goes best
 * with what is known at the rim (texture transfer; Efros and Freeman, "Image quilting for texture synthesis and transfer",
 * SIGGRAPH 2001). It is weighed so that the gradients inside become nearly as strong as those of the
 * surroundings. Where too little is known to take texture from, and for narrow damage, grain is made (grain.ts).
 */
import type { Rect } from '../../../app/picture.ts';
import { copyPlanar, type Planar } from '../../../app/planar.ts';
import { boxMean } from './filters.ts';
import { addGrain, mixed } from './grain.ts';

/** Windows of detail, and how far apart they stand. */
const WINDOW = 16;
const STEP = 8;
/** Radius of the mean that is taken from detail. */
const COARSE = 3;
/** Places that a window chooses among. */
const CHOICES = 64;
/** Share of the surroundings' gradient energy that the inside gets: a little less, as grain of a print has. */
const ENERGY = 0.85;
const MOST = 1.5;
/** How far around a hole counts as its surroundings. */
const RING = 24;

/** A part of a picture to take texture from. */
export interface Pool {
  picture: Planar;
  /** 1 = not known: nothing may be taken there. */
  unknown: Uint8Array;
}

/** Samples less their local mean over known pixels; and that mean of the first (or only) plane and all others averaged. */
function detailOf({ picture, unknown }: Pool): { detail: Float32Array[]; tone: Float32Array } {
  const { width, height, channels, data } = picture;
  const n = width * height;
  const known = Float32Array.from(unknown, (v) => (v ? 0 : 1));
  const share = boxMean(known, width, height, COARSE);
  const tone = new Float32Array(n);
  const detail = Array.from({ length: channels }, (_, c) => {
    const plane = data.slice(c * n, (c + 1) * n);
    for (let i = 0; i < n; i++) if (unknown[i]) plane[i] = 0;
    const mean = boxMean(plane, width, height, COARSE);
    for (let i = 0; i < n; i++) {
      const m = share[i] > 1e-6 ? mean[i] / share[i] : 0;
      tone[i] += m / channels;
      plane[i] = unknown[i] ? 0 : plane[i] - m;
    }
    return plane;
  });
  return { detail, tone };
}

/** Places of a pool whose whole window is known; every `every`-th in each direction. */
function placesOf({ picture: { width, height }, unknown }: Pool): Int32Array {
  const blocked = boxMean(Float32Array.from(unknown), width, height, WINDOW / 2);
  const out: number[] = [];
  const half = WINDOW / 2;
  const every = Math.max(1, Math.floor(Math.sqrt((width * height) / 20000)));
  for (let y = half; y < height - half; y += every)
    for (let x = half; x < width - half; x += every)
      if (blocked[y * width + x] < 1e-6) out.push((y - half) * width + x - half);
  return Int32Array.from(out);
}

/**
 * The crop with texture and grain in its unknown pixels.
 * @param region where the crop lies in the picture: windows and grain are named by the picture's pixels
 * @param narrow the damage is too narrow for texture: grain only
 * @param pool another part of the picture to take texture from, where the crop itself knows too little
 */
export function finish(
  filled: Planar,
  unknown: Uint8Array,
  region: Rect,
  seed: number,
  narrow: boolean,
  pool: Pool | null = null,
): Planar {
  const out = copyPlanar(filled);
  const from: Pool = pool ?? { picture: filled, unknown };
  const places = narrow ? new Int32Array(0) : placesOf(from);
  if (places.length < 32) addGrain(out, unknown, region, seed, pool);
  else texture(out, unknown, region, seed, from, places);
  return out;
}

function texture(
  out: Planar,
  unknown: Uint8Array,
  region: Rect,
  seed: number,
  pool: Pool,
  places: Int32Array,
): void {
  const { width, height, channels, data } = out;
  const n = width * height;
  const { detail, tone } = detailOf(pool);
  const pw = pool.picture.width;
  const here =
    pool.picture === out || pool.unknown === unknown ? { detail } : detailOf({ picture: out, unknown });
  const fillTone = new Float32Array(n);
  for (let c = 0; c < channels; c++) for (let i = 0; i < n; i++) fillTone[i] += data[c * n + i] / channels;
  const laid = Array.from({ length: channels }, () => new Float32Array(n));
  const weight = new Float32Array(n);
  const window = Float32Array.from(
    { length: WINDOW },
    (_, k) => Math.sin((Math.PI * (k + 0.5)) / WINDOW) ** 2,
  );
  // The windows' grid is the picture's, not the crop's.
  const firstX = -((((region.x % STEP) + STEP) % STEP) + STEP);
  const firstY = -((((region.y % STEP) + STEP) % STEP) + STEP);
  for (let y0 = firstY; y0 < height; y0 += STEP)
    for (let x0 = firstX; x0 < width; x0 += STEP) {
      const own: number[] = [];
      const rim: number[] = [];
      for (let v = 0; v < WINDOW; v++)
        for (let u = 0; u < WINDOW; u++) {
          const x = x0 + u;
          const y = y0 + v;
          if (x < 0 || y < 0 || x >= width || y >= height) continue;
          (unknown[y * width + x] ? own : rim).push(v * WINDOW + u);
        }
      if (own.length === 0) continue;
      const at = (k: number): number => (y0 + (k >> 4)) * width + x0 + (k & 15);
      let best = places[0];
      let least = Infinity;
      for (let choice = 0; choice < CHOICES; choice++) {
        const place = places[mixed(region.x + x0, region.y + y0, choice, seed) % places.length];
        const there = (k: number): number => place + (k >> 4) * pw + (k & 15);
        let cost = 0;
        for (let j = 0; j < own.length; j += 3) cost += (fillTone[at(own[j])] - tone[there(own[j])]) ** 2;
        cost *= 3;
        for (let j = 0; j < rim.length && cost < least; j += 2)
          for (let c = 0; c < channels; c++)
            cost += (here.detail[c][at(rim[j])] - detail[c][there(rim[j])]) ** 2;
        if (cost < least) {
          least = cost;
          best = place;
        }
      }
      for (const k of own) {
        const w = window[k >> 4] * window[k & 15];
        const i = at(k);
        weight[i] += w * w;
        for (let c = 0; c < channels; c++) laid[c][i] += w * detail[c][best + (k >> 4) * pw + (k & 15)];
      }
    }
  for (let i = 0; i < n; i++)
    if (weight[i] > 0) {
      // Independent details are summed so that their spread stays what it was.
      const scale = 1 / Math.sqrt(weight[i]);
      for (let c = 0; c < channels; c++) laid[c][i] *= scale;
    }
  const gain = gainFor(out, unknown, laid, pool);
  for (let c = 0; c < channels; c++)
    for (let i = 0; i < n; i++)
      if (unknown[i]) data[c * n + i] = Math.min(1, Math.max(0, data[c * n + i] + gain * laid[c][i]));
}

/** How strong the detail must be for the gradients inside to reach ENERGY of those around. */
function gainFor(out: Planar, unknown: Uint8Array, laid: readonly Float32Array[], pool: Pool): number {
  const target = ENERGY * energyAround(pool);
  const { width, height, channels, data } = out;
  const n = width * height;
  let own = 0;
  let both = 0;
  let added = 0;
  let count = 0;
  const pair = (i: number, j: number): void => {
    for (let c = 0; c < channels; c++) {
      const d = data[c * n + j] - data[c * n + i];
      const e = laid[c][j] - laid[c][i];
      own += d * d;
      both += d * e;
      added += e * e;
    }
    count += channels;
  };
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      if (!unknown[i]) continue;
      if (x + 1 < width && unknown[i + 1]) pair(i, i + 1);
      if (y + 1 < height && unknown[i + width]) pair(i, i + width);
    }
  if (count === 0 || added === 0) return 1;
  const missing = target * count - own;
  if (missing <= 0) return 0;
  return Math.min(MOST, Math.max(0, (Math.sqrt(both * both + added * missing) - both) / added));
}

/** Mean squared difference of known neighbours near the hole (of all known ones where there is no hole near). */
function energyAround({ picture, unknown }: Pool): number {
  const { width, height, channels, data } = picture;
  const n = width * height;
  const near = boxMean(Float32Array.from(unknown), width, height, RING);
  let sum = 0;
  let count = 0;
  for (const nearOnly of [true, false]) {
    for (let y = 0, i = 0; y < height; y++)
      for (let x = 0; x < width; x++, i++) {
        if (unknown[i] || (nearOnly && near[i] < 1e-6)) continue;
        const right = x + 1 < width && !unknown[i + 1];
        const below = y + 1 < height && !unknown[i + width];
        for (let c = 0; c < channels; c++) {
          const v = data[c * n + i];
          if (right) sum += (data[c * n + i + 1] - v) ** 2;
          if (below) sum += (data[c * n + i + width] - v) ** 2;
        }
        count += channels * (Number(right) + Number(below));
      }
    if (count > 0) break;
  }
  return count > 0 ? sum / count : 0;
}
